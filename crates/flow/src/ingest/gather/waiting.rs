//! Rows that name only their order: whose it is, is asked of the orders read so far, and of the rest at the end.

use super::{
    super::{
        order_index::{OrderIndex, Place},
        rows::order_key,
        seen::Mixed,
        spool::{PARTITIONS, Spool, partition},
        stage::Source,
        wire::{Take, Wire},
    },
    Gather,
};
use crate::Result;
use domain::{
    CustomerKey,
    record::{LineRecord, RefundRecord},
    table::Table,
};
use sources::{Code, Kind, Target};
use std::{collections::HashSet, hash::BuildHasherDefault};

/// Orders held for look-ups at a time: about 30 MB.
pub(super) const INDEX: usize = 1_500_000;

pub(super) const LINE: u8 = 0;
pub(super) const REFUND: u8 = 1;

impl Gather<'_> {
    /// Puts a line whose customer and time are known on its lane.
    pub(super) fn line_placed(&mut self, file: u32, row: u64, own: Option<CustomerKey>, place: Option<Place>, l: &mut LineRecord) -> Result<()> {
        let customer = own.or(place.map(|p| p.customer));
        let (Some(customer), Some(at)) = (customer, l.at.or(place.map(|p| p.at))) else { return Ok(()) };
        self.mentioned.set(u64::from(customer.0));
        let day = l.day.unwrap_or_else(|| self.zone.day(at));
        (l.at, l.day) = (Some(at), Some(day));
        self.watch.day(day);
        self.watch.amount(l.paid);
        let new = self.fact(file, row, customer, &*l)?.is_some();
        // where no head says whose the order is, its lines do
        let says = self.only_lines || own.is_some() && !self.has_heads(file);
        if new && says { self.owners.say(order_key(&l.order_id), customer) } else { Ok(()) }
    }

    /// Its order is not known yet: ask again at the end.
    #[expect(clippy::too_many_arguments, reason = "the place of a row, written down field by field")]
    pub(super) fn wait(&mut self, kind: u8, key: u64, file: u32, line: u64, row: u64, own: Option<CustomerKey>, record: &impl Wire) -> Result<()> {
        self.put.start().u8(kind).u64(key).u32(file).u64(line).u64(row).maybe_i64(own.map(|k| i64::from(k.0)));
        record.put(&mut self.put);
        Ok(self.waiting.push(partition(key), &self.put.0)?)
    }

    /// Rows that named only their order: the batch's later orders, then the lake's, a share of the keys at a time.
    pub(super) fn settle_waiting(&mut self) -> Result<()> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        let known = self.lake.rows(Table::Orders) + self.overflow.len();
        let passes = (known.max(self.waiting.len()) as usize / INDEX + 1).min(PARTITIONS);
        let first = self.index.take().unwrap_or_default();
        for pass in 0..passes {
            let mut index = OrderIndex::default();
            let ours = |key: u64| partition(key) % passes == pass;
            self.lake.each_order(|key, customer, at| {
                if ours(key) {
                    index.add(key, Place { customer, at });
                }
            })?;
            for part in (pass..PARTITIONS).step_by(passes) {
                self.overflow.read(part, |r| -> std::io::Result<()> {
                    let mut take = Take(r);
                    let (key, customer) = (take.u64()?, CustomerKey(take.u32()?));
                    index.add(key, Place { customer, at: take.instant()? });
                    Ok(())
                })?;
            }
            self.ask_lines(pass, passes, &first, &mut index)?;
            for part in (pass..PARTITIONS).step_by(passes) {
                let mut waiting = std::mem::replace(&mut self.waiting, Spool::new(&self.folder, 1, 0));
                let done = waiting.read(part, |record| self.waited(record, &first, &index));
                self.waiting = waiting;
                done?;
            }
        }
        self.waiting.clear();
        Ok(())
    }

    /// Orders that no head names may stand in the lake as lines.
    fn ask_lines(&mut self, pass: usize, passes: usize, first: &OrderIndex, index: &mut OrderIndex) -> Result<()> {
        if self.lake.rows(Table::Lines) == 0 {
            return Ok(());
        }
        let mut asked: HashSet<u64, BuildHasherDefault<Mixed>> = HashSet::default();
        for part in (pass..PARTITIONS).step_by(passes) {
            self.waiting.read(part, |r| -> std::io::Result<()> {
                let mut take = Take(r);
                let (_, key) = (take.u8()?, take.u64()?);
                if first.get(key).or_else(|| index.get(key)).is_none() {
                    asked.insert(key);
                }
                Ok(())
            })?;
        }
        if asked.is_empty() {
            return Ok(());
        }
        Ok(self.lake.each_line(|key, customer, at| {
            if asked.contains(&key) {
                index.add(key, Place { customer, at });
            }
        })?)
    }

    fn waited(&mut self, record: &[u8], first: &OrderIndex, index: &OrderIndex) -> Result<()> {
        let mut take = Take(record);
        let (kind, key, file, line, row) = (take.u8()?, take.u64()?, take.u32()?, take.u64()?, take.u64()?);
        let own = take.maybe_i64()?.map(|k| CustomerKey(k as u32));
        // an order of the batch that came after the first of them is the later word
        let place = index.get(key).filter(|_| first.get(key).is_none()).or_else(|| first.get(key));
        if kind == LINE {
            let mut l = LineRecord::take(&mut take)?;
            let complete = place.is_some() || (own.is_some() && l.at.is_some());
            if complete {
                return self.line_placed(file, row, own, place, &mut l);
            }
            return self.no_order(file, line, row, &l.order_id);
        }
        let r = RefundRecord::take(&mut take)?;
        match own.or(place.map(|p| p.customer)) {
            Some(customer) => {
                self.mentioned.set(u64::from(customer.0));
                self.fact(file, row, customer, &r).map(|_| ())
            }
            None => self.no_order(file, line, row, r.order_id.as_deref().unwrap_or_default()),
        }
    }

    /// A row whose order is known to nobody. Where the row is the order itself, or its line with a day of its own, what it
    /// lacks is its customer.
    fn no_order(&mut self, file: u32, line: u64, row: u64, order: &str) -> Result<()> {
        match self.request.sources.get(file as usize).is_some_and(tells_orders) {
            true => self.nobody(file, line, row),
            false => self.set_aside(file, line, row, Code::OrderUnknown, order),
        }
    }
}

fn names_customers(source: &Source) -> bool {
    let m = &source.mapping;
    m.customer_by_row || m.columns.iter().any(|c| c.target.is_identifier() && c.identifier)
}

/// Are the rows orders, or lines with a customer and a day of their own?
fn tells_orders(source: &Source) -> bool {
    let m = &source.mapping;
    let orders = m.kinds.contains(&Kind::Order) || (m.kinds.contains(&Kind::Line) && m.has(&Target::OrderAt));
    orders && !m.continued && names_customers(source)
}

/// May some rows name only their order? A row that is an order says itself whose it is, unless it continues one.
pub(super) fn needs_orders(source: &Source) -> bool {
    let has = |k: Kind| source.mapping.kinds.contains(&k);
    (has(Kind::Line) && source.mapping.continued) || ((has(Kind::Line) || has(Kind::Refund)) && !has(Kind::Order))
}
