//! One lane a table: is the row new, newer or known? New rows go straight into the final Parquet files.

use super::{
    rows::{Content, order_key},
    seen::{Mixed, Seen, Verdict},
    spool::{PARTITIONS, Spool, partition},
    wire::{Put, Take, Wire},
};
use crate::Result;
use domain::{
    CustomerKey, Day,
    clock::Instant,
    record::{AnswerRecord, CostRecord, InteractionRecord, LineRecord, OrderRecord, ProductRecord, RefundRecord},
    table::{DataFile, Table},
};
use lake::{AnswerRow, CostRow, InteractionRow, Lake, LineRow, OrderRow, ProductRow, RefundRow, Row, Writer};
use std::{collections::HashMap, hash::BuildHasherDefault, io, path::Path};

/// What every row of an import carries.
#[derive(Debug, Clone, Copy)]
pub struct Stamp {
    /// when the import was staged
    pub now: Instant,
    /// rows were known when they happened
    pub history: bool,
    /// number of the import
    pub batch: i64,
}

impl Stamp {
    /// When a fact that happened at `at` counts as learnt.
    pub fn recorded(&self, at: Instant) -> Instant {
        if self.history { at.min(self.now) } else { self.now }
    }
}

/// A record that becomes one row of one table.
pub trait Fact: Wire + 'static {
    /// Its row.
    type Row<'r>: Row;
    /// Name in the report.
    const NAME: &'static str;
    /// The table.
    const TABLE: Table;
    /// The business day, where the table has one.
    fn day(&self) -> Option<Day>;
    /// Key of its content, and the identity that survives a correction, where it has one.
    fn keys(&self, content: &mut Content, customer: CustomerKey) -> (u64, Option<u64>);
    /// May one identity stand on several rows of a file?
    fn repeats(&self) -> bool {
        false
    }
    /// The row.
    fn row<'r>(&'r self, customer: CustomerKey, key: u64, identity: Option<u64>, stamp: &Stamp) -> Self::Row<'r>;
}

impl Fact for OrderRecord {
    type Row<'r> = OrderRow<'r>;
    const NAME: &'static str = "orders";
    const TABLE: Table = Table::Orders;

    fn day(&self) -> Option<Day> {
        Some(self.day)
    }

    fn keys(&self, content: &mut Content, customer: CustomerKey) -> (u64, Option<u64>) {
        (content.order(customer, self), Some(order_key(&self.order_id)))
    }

    fn row<'r>(&'r self, customer: CustomerKey, row_key: u64, _: Option<u64>, stamp: &Stamp) -> OrderRow<'r> {
        OrderRow {
            customer,
            row_key,
            order_key: order_key(&self.order_id),
            order_id: &self.order_id,
            at: self.at,
            day: self.day,
            recorded_at: stamp.recorded(self.at),
            paid: self.paid,
            cost: self.cost,
            discount: self.discount,
            cancelled: self.cancelled,
            channel: self.channel.as_deref(),
            store: self.store.as_deref(),
            payment: self.payment.as_deref(),
            coupon: self.coupon.as_deref(),
            batch: stamp.batch,
        }
    }
}

/// A line's own time, which ingest fills in from the order before the line gets here.
fn line_time(line: &LineRecord) -> (Instant, Day) {
    (line.at.unwrap_or(Instant(0)), line.day.unwrap_or_default())
}

impl Fact for LineRecord {
    type Row<'r> = LineRow<'r>;
    const NAME: &'static str = "lines";
    const TABLE: Table = Table::Lines;

    fn day(&self) -> Option<Day> {
        Some(line_time(self).1)
    }

    fn keys(&self, content: &mut Content, customer: CustomerKey) -> (u64, Option<u64>) {
        let (key, identity) = content.line(customer, self, line_time(self).0.0);
        (key, Some(identity))
    }

    fn row<'r>(&'r self, customer: CustomerKey, row_key: u64, identity: Option<u64>, stamp: &Stamp) -> LineRow<'r> {
        let (at, day) = line_time(self);
        LineRow {
            customer,
            row_key,
            order_key: order_key(&self.order_id),
            order_id: &self.order_id,
            line_key: identity.unwrap_or(row_key),
            at,
            day,
            recorded_at: stamp.recorded(at),
            product: self.product.as_deref(),
            category: self.category.as_deref(),
            brand: self.brand.as_deref(),
            quantity: self.quantity,
            paid: self.paid,
            cost: self.cost,
            cancelled: self.cancelled,
            channel: self.channel.as_deref(),
            store: self.store.as_deref(),
            batch: stamp.batch,
        }
    }
}

impl Fact for RefundRecord {
    type Row<'r> = RefundRow<'r>;
    const NAME: &'static str = "refunds";
    const TABLE: Table = Table::Refunds;

    fn day(&self) -> Option<Day> {
        Some(self.day)
    }

    fn keys(&self, content: &mut Content, customer: CustomerKey) -> (u64, Option<u64>) {
        content.refund(customer, self)
    }

    fn repeats(&self) -> bool {
        true
    }

    fn row<'r>(&'r self, customer: CustomerKey, row_key: u64, identity: Option<u64>, stamp: &Stamp) -> RefundRow<'r> {
        RefundRow {
            customer,
            row_key,
            order_key: self.order_id.as_deref().map(order_key),
            order_id: self.order_id.as_deref(),
            at: self.at,
            day: self.day,
            recorded_at: stamp.recorded(self.at),
            amount: self.amount,
            reason: self.reason.as_deref(),
            product: self.product.as_deref(),
            batch: stamp.batch,
            refund_key: identity,
            by_status: self.by_status,
        }
    }
}

impl Fact for InteractionRecord {
    type Row<'r> = InteractionRow<'r>;
    const NAME: &'static str = "interactions";
    const TABLE: Table = Table::Interactions;

    fn day(&self) -> Option<Day> {
        Some(self.day)
    }

    fn keys(&self, content: &mut Content, customer: CustomerKey) -> (u64, Option<u64>) {
        (content.interaction(customer, self), None)
    }

    fn row<'r>(&'r self, customer: CustomerKey, row_key: u64, _: Option<u64>, stamp: &Stamp) -> InteractionRow<'r> {
        InteractionRow {
            customer,
            row_key,
            at: self.at,
            day: self.day,
            recorded_at: stamp.recorded(self.at),
            kind: &self.kind,
            channel: self.channel.as_deref(),
            batch: stamp.batch,
        }
    }
}

impl Fact for AnswerRecord {
    type Row<'r> = AnswerRow<'r>;
    const NAME: &'static str = "answers";
    const TABLE: Table = Table::Answers;

    fn day(&self) -> Option<Day> {
        Some(self.day)
    }

    fn keys(&self, content: &mut Content, customer: CustomerKey) -> (u64, Option<u64>) {
        (content.answer(customer, self), None)
    }

    fn row<'r>(&'r self, customer: CustomerKey, row_key: u64, _: Option<u64>, stamp: &Stamp) -> AnswerRow<'r> {
        AnswerRow {
            customer,
            row_key,
            at: self.at,
            day: self.day,
            recorded_at: stamp.recorded(self.at),
            question: &self.question,
            score: self.score,
            channel: self.channel.as_deref(),
            batch: stamp.batch,
        }
    }
}

impl Fact for ProductRecord {
    type Row<'r> = ProductRow<'r>;
    const NAME: &'static str = "products";
    const TABLE: Table = Table::Products;

    fn day(&self) -> Option<Day> {
        None
    }

    fn keys(&self, content: &mut Content, _: CustomerKey) -> (u64, Option<u64>) {
        (content.product(self), None)
    }

    fn row<'r>(&'r self, _: CustomerKey, row_key: u64, _: Option<u64>, stamp: &Stamp) -> ProductRow<'r> {
        ProductRow {
            row_key,
            recorded_at: stamp.recorded(Instant(0)),
            product: &self.product,
            name: self.name.as_deref(),
            category: self.category.as_deref(),
            brand: self.brand.as_deref(),
            price: self.price,
            cost: self.cost,
            batch: stamp.batch,
        }
    }
}

impl Fact for CostRecord {
    type Row<'r> = CostRow<'r>;
    const NAME: &'static str = "costs";
    const TABLE: Table = Table::Costs;

    fn day(&self) -> Option<Day> {
        None
    }

    fn keys(&self, content: &mut Content, _: CustomerKey) -> (u64, Option<u64>) {
        let (key, identity) = content.cost(self);
        (key, Some(identity))
    }

    fn repeats(&self) -> bool {
        true
    }

    fn row<'r>(&'r self, _: CustomerKey, row_key: u64, identity: Option<u64>, stamp: &Stamp) -> CostRow<'r> {
        CostRow {
            row_key,
            recorded_at: stamp.recorded(Instant(0)),
            channel: self.channel.as_deref(),
            campaign: self.campaign.as_deref(),
            first_day: self.from,
            last_day: self.to,
            amount: self.amount,
            batch: stamp.batch,
            cost_key: identity,
        }
    }
}

/// Keys kept exactly in memory, a lane: about 38 MB.
const EXACT: usize = 3_600_000;
/// Identities looked up in the lake, or counted, at a time: as much again.
const IDENTITIES: u64 = 1_800_000;

/// A table's rows on their way in.
pub struct Lane<F: Fact> {
    writer: Writer<F::Row<'static>>,
    seen: Seen,
    identities: Spool,
    unread: Vec<DataFile>,
    /// rows that say what was said before, by key; none where the lake knows no such facts
    repeats: Option<Spool>,
    stamp: Stamp,
    content: Content,
    put: Put,
    created: u64,
    duplicate: u64,
    /// how many rows had an identity that may stand on several
    rows_of: HashMap<u64, u32, BuildHasherDefault<Mixed>>,
    changes: Option<Changes>,
}

/// What the new rows change of what was known.
#[derive(Debug, Default)]
struct Changes {
    updated: u64,
    moved: Vec<(u64, CustomerKey)>,
}

impl<F: Fact> Lane<F> {
    /// A lane that writes below `root` and knows what `lake` holds.
    pub fn new(root: &Path, folder: &Path, stem: &str, stamp: Stamp, lake: &Lake) -> Lane<F> {
        Lane {
            writer: Writer::new(root, stem, lake::Limits::default()),
            seen: Seen::new(folder, EXACT),
            identities: Spool::new(folder, PARTITIONS, 8 << 20),
            unread: lake.files(F::TABLE).cloned().collect(),
            repeats: (lake.rows(F::TABLE) > 0).then(|| Spool::new(folder, PARTITIONS, 4 << 20)),
            stamp,
            content: Content::default(),
            put: Put::default(),
            created: 0,
            duplicate: 0,
            rows_of: HashMap::default(),
            changes: None,
        }
    }

    /// Reads the row keys of the lake's files that reach into this day.
    fn reach(&mut self, lake: &Lake, day: Option<Day>) -> Result<()> {
        let apart = |f: &DataFile| match (day, lake::days(f)) {
            (Some(d), Some((first, last))) => d < first || last < d,
            _ => false,
        };
        while let Some(at) = self.unread.iter().position(|f| !apart(f)) {
            let file = self.unread.swap_remove(at);
            let (seen, mut refused) = (&mut self.seen, Ok(()));
            lake.keys(&file, |keys| {
                for key in keys {
                    if let Err(e) = seen.load(*key as u64) {
                        refused = Err(e);
                    }
                }
            })?;
            refused?;
        }
        Ok(())
    }

    /// Takes a record in: `Some(key)` if it is new, `None` if it is known. A suspect's verdict comes with `settle`.
    pub fn take(&mut self, lake: &Lake, row: u64, customer: CustomerKey, fact: &F) -> Result<Outcome> {
        if !self.unread.is_empty() {
            self.reach(lake, fact.day())?;
        }
        let (key, mut identity) = fact.keys(&mut self.content, customer);
        if fact.repeats() {
            identity = identity.and_then(|i| self.numbered(i));
        }
        Ok(match self.seen.insert(key)? {
            Verdict::New => {
                self.write(customer, fact, key, identity)?;
                Outcome::New(key)
            }
            Verdict::Seen => {
                self.repeat(key, row)?;
                Outcome::Known
            }
            Verdict::Suspect => {
                self.put.start().u64(row).u32(customer.0).u64(identity.unwrap_or(0));
                fact.put(&mut self.put);
                self.seen.suspect(key, &self.put.0)?;
                Outcome::Later
            }
        })
    }

    /// A row says what is known.
    fn repeat(&mut self, key: u64, row: u64) -> Result<()> {
        self.duplicate += 1;
        let Some(repeats) = &mut self.repeats else { return Ok(()) };
        let mut record = [0u8; 16];
        record[..8].copy_from_slice(&key.to_le_bytes());
        record[8..].copy_from_slice(&row.to_le_bytes());
        Ok(repeats.push(partition(key), &record)?)
    }

    /// Which rows say again what which file of the lake holds: `each(file, row)`. Asked after `settle`.
    ///
    /// # Errors
    /// When the disk or the lake refuses.
    pub fn repeated(&mut self, lake: &Lake, mut each: impl FnMut(&DataFile, u64)) -> Result<()> {
        let Some(mut repeats) = self.repeats.take() else { return Ok(()) };
        let passes = (repeats.len() / IDENTITIES + 1).min(PARTITIONS as u64) as usize;
        for pass in 0..passes {
            let mut rows: Vec<(u64, u64)> = Vec::new();
            for part in (pass..PARTITIONS).step_by(passes) {
                repeats.read(part, |r| -> io::Result<()> {
                    let mut take = Take(r);
                    rows.push((take.u64()?, take.u64()?));
                    Ok(())
                })?;
            }
            rows.sort_unstable();
            for file in lake.files(F::TABLE).filter(|_| !rows.is_empty()) {
                lake.keys(file, |keys| {
                    for key in keys.iter().map(|k| *k as u64) {
                        let from = rows.partition_point(|(k, _)| *k < key);
                        rows.iter().skip(from).take_while(|(k, _)| *k == key).for_each(|(_, row)| each(file, *row));
                    }
                })?;
            }
        }
        Ok(())
    }

    fn write(&mut self, customer: CustomerKey, fact: &F, key: u64, identity: Option<u64>) -> Result<()> {
        self.writer.add(&fact.row(customer, key, identity, &self.stamp))?;
        self.created += 1;
        if let Some(identity) = identity.filter(|i| *i != key) {
            let mut record = [0u8; 12];
            record[..8].copy_from_slice(&identity.to_le_bytes());
            record[8..].copy_from_slice(&customer.0.to_le_bytes());
            self.identities.push(partition(identity), &record)?;
        }
        Ok(())
    }

    /// No fact may come for a while: what is worth a file is written.
    pub fn rest(&mut self) -> Result<()> {
        Ok(self.writer.rest()?)
    }

    /// The identity of the next row that has this one: the n-th row of a file corrects the n-th row of an earlier one.
    /// Beyond what memory holds a row has none, and corrects nothing.
    fn numbered(&mut self, identity: u64) -> Option<u64> {
        if self.rows_of.len() as u64 >= IDENTITIES && !self.rows_of.contains_key(&identity) {
            return None;
        }
        let n = self.rows_of.entry(identity).or_default();
        let nth = self.content.nth(identity, *n);
        *n += 1;
        Some(nth)
    }

    /// Settles the suspects; `each(row, customer, fact, key)` for those that are new.
    pub fn settle(&mut self, mut each: impl FnMut(u64, CustomerKey, &F, u64) -> Result<()>) -> Result<()> {
        let mut seen = std::mem::replace(&mut self.seen, Seen::new(Path::new(""), usize::MAX));
        let mut content = Content::default();
        seen.settle(|record, known| -> Result<()> {
            let mut take = Take(record);
            let row = take.u64()?;
            if known {
                let fact_follows = Take(record);
                return self.repeat_of(fact_follows, row, &mut content);
            }
            let (customer, identity) = (CustomerKey(take.u32()?), Some(take.u64()?).filter(|i| *i != 0));
            let fact = F::take(&mut take)?;
            let (key, _) = fact.keys(&mut content, customer);
            self.write(customer, &fact, key, identity)?;
            each(row, customer, &fact, key)
        })
    }

    /// A suspect that is known after all.
    fn repeat_of(&mut self, mut take: Take<'_>, row: u64, content: &mut Content) -> Result<()> {
        let (_, customer, _) = (take.u64()?, CustomerKey(take.u32()?), take.u64()?);
        let (key, _) = F::take(&mut take)?.keys(content, customer);
        self.repeat(key, row)
    }

    /// The identities of new rows that another customer has so far, by number, in the batch or in the lake, with that
    /// customer: one number, two customers. Asked after `settle`.
    ///
    /// # Errors
    /// When the disk or the lake refuses.
    pub fn moved(&mut self, lake: &Lake) -> Result<&[(u64, CustomerKey)]> {
        if self.changes.is_none() {
            self.changes = Some(self.changes(lake)?);
        }
        Ok(self.changes.as_ref().map_or(&[], |c| &c.moved))
    }

    /// Of the new rows, how many are newer versions of a known fact, and whose those were.
    fn changes(&mut self, lake: &Lake) -> Result<Changes> {
        let passes = (self.identities.len() / IDENTITIES + 1).min(PARTITIONS as u64) as usize;
        let mut changes = Changes::default();
        for pass in 0..passes {
            // whose each identity is from now on, and whether the lake was found to know it
            let mut now: HashMap<u64, (CustomerKey, bool), BuildHasherDefault<Mixed>> = HashMap::default();
            let (mut all, mut moved) = (0u64, Vec::new());
            for part in (pass..PARTITIONS).step_by(passes) {
                self.identities.read(part, |r| -> io::Result<()> {
                    let mut take = Take(r);
                    let (key, customer) = (take.u64()?, CustomerKey(take.u32()?));
                    all += 1;
                    if let Some((before, _)) = now.insert(key, (customer, false)).filter(|(c, _)| *c != customer) {
                        moved.push((key, before));
                    }
                    Ok(())
                })?;
            }
            changes.updated += all - now.len() as u64;
            for file in lake.files(F::TABLE).filter(|_| all > 0) {
                lake.identities(file, |key, customer| {
                    if let Some((owner, known)) = now.get_mut(&key) {
                        changes.updated += u64::from(!std::mem::replace(known, true));
                        if *owner != customer {
                            moved.push((key, customer));
                        }
                    }
                })?;
            }
            // one that came back is where it belongs
            moved.retain(|(key, before)| now.get(key).is_none_or(|(owner, _)| owner != before));
            moved.sort_unstable_by_key(|(key, before)| (*key, before.0));
            moved.dedup();
            changes.moved.append(&mut moved);
        }
        Ok(changes)
    }

    /// Closes the files and counts.
    pub fn finish(mut self, lake: &Lake) -> Result<(Vec<DataFile>, super::report::Records)> {
        self.moved(lake)?;
        let updated = self.changes.take().unwrap_or_default().updated;
        let records = super::report::Records { created: self.created - updated, updated, duplicate: self.duplicate };
        Ok((self.writer.finish()?, records))
    }
}

/// What became of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// new; the key of its row
    New(u64),
    /// known
    Known,
    /// to be settled at the end
    Later,
}
