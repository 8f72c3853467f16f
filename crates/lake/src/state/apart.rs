//! The values of all customers of a run, one of them asked about: from which `domain` finds what moves with that one.

use super::{Bits, Column, Data, Run, column::NONE, mask};
use domain::{CustomerKey, feature::Everyone, rule::compiled::Num};
use std::collections::BTreeMap;

struct Asked<'a> {
    run: &'a Run,
    customer: CustomerKey,
}

impl Run {
    /// Everyone as of the day, with this customer asked about.
    pub fn everyone(&self, customer: CustomerKey) -> impl Everyone {
        Asked { run: self, customer }
    }
}

impl Asked<'_> {
    fn place(&self) -> usize {
        self.customer.0 as usize
    }
}

impl Everyone for Asked<'_> {
    fn values(&self, of: &str, among: Option<&str>) -> (Vec<f64>, Option<f64>) {
        let Some(of) = self.run.column(of) else { return Default::default() };
        let mut who = match among {
            None => Bits::all(self.run.customers() as usize),
            Some(among) => match self.run.column(among) {
                Some(among) => among.positive(),
                None => return Default::default(),
            },
        };
        who.and(self.run.present());
        let own = of.number(self.place()).filter(|_| who.holds(self.place()));
        (of.numbers(Some(&who)), own)
    }

    fn worked_out(&self, by: &Num) -> (Vec<f64>, Option<f64>) {
        let own = by.eval(&self.run.row(self.customer)).filter(|_| self.run.present().holds(self.place()));
        (mask::known_values(by, self.run), own)
    }

    fn sizes(&self, of: &str) -> (BTreeMap<String, u64>, Option<String>) {
        let Some(Data::Text(codes, texts)) = self.run.column(of).map(Column::data) else { return Default::default() };
        let mut sizes = vec![0u64; texts.len()];
        let there = self.run.present().iter().filter_map(|i| codes.get(i)).filter(|code| **code != NONE);
        there.filter_map(|code| usize::try_from(*code).ok()).for_each(|code| {
            if let Some(size) = sizes.get_mut(code) {
                *size += 1;
            }
        });
        let named = texts.iter().cloned().zip(sizes).filter(|(_, size)| *size > 0).collect();
        let own = self.run.column(of).and_then(|c| c.text(self.place()));
        (named, own.filter(|_| self.run.present().holds(self.place())).map(str::to_owned))
    }
}
