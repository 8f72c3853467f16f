//! What one attribute says of many customers, read once for all of them: a few bytes a customer, however much was said.

use crate::{
    Lake, Result,
    facts::{Rows, attribute},
    read::{Texts, files_of},
};
use arrow::{array::AsArray, datatypes::Int32Type};
use domain::{CustomerKey, Day, fact::AttributeFact, table::Table};
use std::collections::BTreeMap;

/// Of so few each is looked up; of more the whole table is read once.
const FEW: usize = 64;
/// Where the attribute's name stands in its table.
const KEY: usize = 4;

/// What an attribute says of a customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stand<T = bool> {
    /// anything was ever said of it
    pub said: bool,
    /// what was asked of the row that counts as of the day
    pub is: T,
}

/// The row that counts so far.
#[derive(Clone, Copy)]
struct Best<T> {
    day: i32,
    learnt: i64,
    wanted: bool,
    stand: Stand<T>,
}

impl Lake {
    /// Of each of these customers, none of whom was merged into another: was anything said of the attribute, and what `is` says of
    /// the row that counts as of the day? That is the one of the latest day, of one day the one learnt last, of equal ones the later;
    /// `None` where there is none.
    pub fn standing<T: Copy>(&self, key: &str, day: Day, who: &[CustomerKey], mut is: impl FnMut(Option<&AttributeFact>) -> T) -> Result<Vec<Stand<T>>> {
        if who.len() > FEW {
            return self.standing_of_many(key, day, who, is);
        }
        let one = |customer: &CustomerKey| {
            let said = self.attribute(*customer, key)?;
            let counts = said.iter().filter(|a| a.day <= day).max_by_key(|a| (a.day, a.recorded_at));
            Ok(Stand { said: !said.is_empty(), is: is(counts) })
        };
        who.iter().map(one).collect()
    }

    fn standing_of_many<T: Copy>(&self, key: &str, day: Day, who: &[CustomerKey], mut is: impl FnMut(Option<&AttributeFact>) -> T) -> Result<Vec<Stand<T>>> {
        let unsaid = Stand { said: false, is: is(None) };
        let size = who.iter().map(|c| c.0 as usize + 1).max().unwrap_or(0);
        let mut best = vec![Best { day: i32::MIN, learnt: i64::MIN, wanted: false, stand: unsaid }; size];
        for customer in who {
            best[customer.0 as usize].wanted = true;
        }
        let wanted: Vec<bool> = best.iter().map(|b| b.wanted).collect();
        self.each_said(key, |whose| wanted.get(whose.0 as usize).is_some_and(|w| *w), |whose, a| {
            let Some(b) = best.get_mut(whose.0 as usize) else { return };
            b.stand.said = true;
            if a.day <= day && (a.day.0, a.recorded_at.0) >= (b.day, b.learnt) {
                (b.day, b.learnt) = (a.day.0, a.recorded_at.0);
                b.stand.is = is(Some(&a));
            }
        })?;
        Ok(who.iter().map(|c| best[c.0 as usize].stand).collect())
    }

    /// Everything that was ever said of an attribute, by the customer it is about.
    pub fn said(&self, key: &str) -> Result<BTreeMap<CustomerKey, Vec<AttributeFact>>> {
        let mut all: BTreeMap<CustomerKey, Vec<AttributeFact>> = BTreeMap::new();
        self.each_said(key, |_| true, |whose, a| all.entry(whose).or_default().push(a))?;
        Ok(all)
    }

    /// Every row of an attribute about whom it is asked, under whoever stands for them; those of who was merged come last.
    fn each_said(&self, key: &str, asked: impl Fn(CustomerKey) -> bool, mut take: impl FnMut(CustomerKey, AttributeFact)) -> Result<()> {
        // nobody here asks for the row's key: at its place stands what is read anyway
        let columns: Vec<&str> = Table::Attributes.columns().iter().map(|c| if c.name == "row_key" { "customer" } else { c.name }).collect();
        let aliases = self.aliases();
        let mut moved: Vec<(CustomerKey, CustomerKey, AttributeFact)> = Vec::new();
        for file in files_of(&self.snapshot().files, Table::Attributes) {
            self.reader().scan(file, &columns, |batch| {
                let (rows, keys, whose) = (Rows(batch), Texts::of(&batch[KEY]), batch[0].as_primitive::<Int32Type>());
                for (i, customer) in whose.values().iter().enumerate() {
                    let member = CustomerKey(u32::try_from(*customer).unwrap_or(u32::MAX));
                    let root = aliases.root(member);
                    if keys.get(i) != Some(key) || !asked(root) {
                        continue;
                    }
                    let a = attribute(&rows, i);
                    match aliases.is_silent(member, key, a.recorded_at) {
                        true => {}
                        false if root == member => take(root, a),
                        false => moved.push((root, member, a)),
                    }
                }
                Ok(())
            })?;
        }
        moved.sort_by_key(|row| (row.0, row.1));
        moved.into_iter().for_each(|(root, _, a)| take(root, a));
        Ok(())
    }
}
