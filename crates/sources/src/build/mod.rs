//! Cells become records: one row in, all its records out, or the first thing that is wrong with it.

mod customer;
mod other;
mod trade;

use crate::{
    batch::LeftBlank,
    code::Code,
    plan::{Plan, Slot, Slots},
    value::{
        Cell, Fault, Read,
        date::{self, Moment, Wall},
        decimal::{self, Decimal},
        status::Status,
        text,
    },
};
use domain::{
    Day,
    clock::Instant,
    identity::{Identifier, IdentifierKind},
    record::Record,
};
use hashbrown::HashMap;
use std::collections::BTreeMap;
use xxhash_rust::xxh3::{Xxh3, xxh3_64};

/// Why a row is rejected, and the column at fault.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct RowFault {
    pub fault: Fault,
    pub column: Option<usize>,
}

impl RowFault {
    fn missing(code: Code, slots: &[&Slots]) -> RowFault {
        RowFault { fault: code.into(), column: slots.iter().find_map(|s| s.first()) }
    }
}

pub(crate) type Built<T> = Result<T, RowFault>;

/// A cell that cannot be read in a row that is taken in all the same.
struct Dropped {
    note: Code,
    code: Code,
    column: usize,
    value: String,
}

/// Names the column a cell stands in when it cannot be read.
fn at<T>(read: Read<T>, slot: &Slot) -> Built<T> {
    read.map_err(|fault| RowFault { fault, column: Some(slot.index) })
}

/// Longest part of a cell that is shown as left blank.
const LONGEST_EXAMPLE: usize = 100;

/// Most entries of the caches that keep repeated customers and order heads from being handed on once more.
const REMEMBERED: usize = 4096;

/// Makes records from rows; one a worker.
pub(crate) struct Builder<'p> {
    plan: &'p Plan,
    wall: Wall,
    /// what was left out of accepted rows
    notes: BTreeMap<Code, u64>,
    /// what was left blank in accepted rows
    left: Vec<LeftBlank>,
    /// what the row at hand leaves blank, if it is accepted
    dropped: Vec<Dropped>,
    /// customer → what was last said about them, in this part of the file
    customers: HashMap<u64, u64>,
    /// the last status read in each of its columns: a file has few of them
    status: Vec<(String, Status)>,
    /// amounts that fell between two minor units
    rounded: std::cell::Cell<u64>,
    /// order → its head as last given, in this part of the file
    heads: HashMap<u64, u64>,
}

impl<'p> Builder<'p> {
    pub fn new(plan: &'p Plan) -> Builder<'p> {
        Builder { wall: Wall::new(&plan.zone), plan, notes: BTreeMap::new(), left: Vec::new(), dropped: Vec::new(), customers: HashMap::new(), status: Vec::new(), rounded: std::cell::Cell::new(0), heads: HashMap::new() }
    }

    /// The records of a row that is not blank.
    pub fn row(&mut self, line: u64, row: &[Cell<'_>]) -> Built<Vec<Record>> {
        self.dropped.clear();
        let records = self.records(line, row)?;
        self.keep_dropped(line);
        Ok(records)
    }

    fn records(&mut self, line: u64, row: &[Cell<'_>]) -> Built<Vec<Record>> {
        let kinds = self.plan.kinds;
        if self.is_totals(row) {
            return Err(RowFault { fault: Code::TotalsRow.into(), column: None });
        }
        let mut out = Vec::with_capacity(kinds.usual());
        let who = self.identifiers(line, row)?;
        // somebody who bought nothing: the row of a customer whose cells about orders are all blank
        let bare = (kinds.order || kinds.line) && !who.is_empty() && self.is_bare(row) && self.is_somebody(&who, row);
        if kinds.customer || bare {
            self.customer(&who, row, bare, &mut out)?;
        }
        if kinds.contact {
            self.contact(&who, row, &mut out)?;
        }
        if kinds.has_trade() && !bare {
            self.trade(&who, row, &mut out)?;
        }
        if kinds.interaction {
            self.interaction(&who, row, &mut out)?;
        }
        if kinds.answer {
            match self.answer(&who, row, &mut out) {
                // what was bought is not lost for a score beside it
                Err(RowFault { fault, column: Some(column) }) if kinds.has_trade() => self.drop_cell(Code::ScoreDropped, fault.code, column, row),
                other => other?,
            }
        }
        if kinds.product {
            self.product(row, &mut out)?;
        }
        if kinds.cost {
            self.cost(row, &mut out)?;
        }
        if out.is_empty() {
            return Err(RowFault { fault: Code::NothingFound.into(), column: None });
        }
        Ok(out)
    }

    /// A row that begins with "total" and lacks what every data row has.
    fn is_totals(&self, row: &[Cell<'_>]) -> bool {
        let says = |cell: Option<&Cell<'_>>| matches!(cell, Some(Cell::Text(first)) if is_totals_word(first));
        // in front of the file's own columns may stand others: where a row of rejected ones came from
        let own = || self.plan.first_used > 0 && says(row.iter().skip(self.plan.first_used).find(|c| !c.is_blank()));
        if !says(row.iter().find(|c| !c.is_blank())) && !own() {
            return false;
        }
        // the word itself may stand in the key column
        self.plan.keys.iter().any(|k| row.get(*k).is_none_or(|c| c.is_missing() || matches!(c, Cell::Text(t) if is_totals_word(t))))
    }

    /// Are all cells blank that tell of something bought or given back?
    fn is_bare(&self, row: &[Cell<'_>]) -> bool {
        !self.plan.trade.is_empty() && self.plan.trade.iter().all(|i| row.get(*i).is_none_or(Cell::is_missing))
    }

    /// Is it a customer, and not a remark below the table? Somebody who is described, or known by a number or address.
    fn is_somebody(&self, who: &[Identifier], row: &[Cell<'_>]) -> bool {
        let filled = |slots: &Slots| slots.find(row).is_some();
        let columns = &self.plan.columns;
        let described = filled(&columns.name) || filled(&columns.given_name) || filled(&columns.company) || self.plan.attributes.iter().any(|a| row.get(a.slot.index).is_some_and(|c| !c.is_missing()));
        let numbered = |id: &Identifier| match id.kind {
            IdentifierKind::Phone | IdentifierKind::Email => true,
            _ => id.value.len() <= 40 && id.value.bytes().all(|b| b.is_ascii_graphic() && b != b':') && id.value.bytes().any(|b| b.is_ascii_digit()),
        };
        described || who.iter().any(numbered)
    }

    /// A cell that cannot be read is left blank, if the row is accepted.
    fn drop_cell(&mut self, note: Code, code: Code, column: usize, row: &[Cell<'_>]) {
        let value = row.get(column).map(|c| c.shown().chars().take(LONGEST_EXAMPLE).collect()).unwrap_or_default();
        self.dropped.push(Dropped { note, code, column, value });
    }

    /// Counts what the row that was just accepted left blank.
    fn keep_dropped(&mut self, line: u64) {
        for d in self.dropped.drain(..) {
            *self.notes.entry(d.note).or_default() += 1;
            let column = self.plan.headers.get(d.column).map(String::as_str).unwrap_or_default();
            match self.left.iter_mut().find(|l| l.code == d.code && l.column == column) {
                Some(known) => {
                    known.count += 1;
                    if known.first.len() < LeftBlank::EXAMPLES {
                        known.first.push((line, d.value));
                    }
                }
                None => self.left.push(LeftBlank { column: column.to_owned(), code: d.code, count: 1, first: vec![(line, d.value)] }),
            }
        }
    }

    fn text(&self, slots: &Slots, row: &[Cell<'_>]) -> Built<Option<String>> {
        match slots.find(row) {
            Some((cell, slot)) => at(text::category(cell), slot),
            None => Ok(None),
        }
    }

    fn id(&self, slots: &Slots, row: &[Cell<'_>]) -> Built<Option<String>> {
        match slots.find(row) {
            Some((cell, slot)) => at(text::id(cell, slot.strip), slot),
            None => Ok(None),
        }
    }

    fn scaled(&self, read: Read<Option<Decimal>>, slot: &Slot) -> Built<Option<Decimal>> {
        at(read, slot).map(|d| d.map(|d| Decimal { mantissa: d.mantissa.saturating_mul(i128::from(slot.scale)), places: d.places }))
    }

    /// An amount as written, in major units.
    fn amount(&self, slots: &Slots, row: &[Cell<'_>]) -> Built<Option<Decimal>> {
        match slots.find(row) {
            Some((cell, slot)) => self.scaled(decimal::money(cell, slot.mark, self.plan.currency), slot),
            None => Ok(None),
        }
    }

    fn quantity(&self, slots: &Slots, row: &[Cell<'_>]) -> Built<Option<Decimal>> {
        match slots.find(row) {
            Some((cell, slot)) => self.scaled(decimal::read(cell, slot.mark, Code::NumberInvalid), slot),
            None => Ok(None),
        }
    }

    /// Nearest minor unit; that it had to be rounded is counted.
    fn minor(&self, amount: Decimal, scale: i64) -> Read<i64> {
        if amount.is_rounded(self.plan.digits, scale) {
            self.rounded.set(self.rounded.get() + 1);
        }
        amount.minor(self.plan.digits, scale)
    }

    /// What was left out of accepted rows, or changed in them, and how often.
    pub fn left(mut self) -> (BTreeMap<Code, u64>, Vec<LeftBlank>) {
        if self.rounded.get() > 0 {
            self.notes.insert(Code::MoneyRounded, self.rounded.get());
        }
        (self.notes, self.left)
    }

    /// Minor units.
    fn money(&self, slots: &Slots, row: &[Cell<'_>]) -> Built<Option<i64>> {
        match slots.find(row) {
            Some((cell, slot)) => {
                let read = decimal::money(cell, slot.mark, self.plan.currency);
                at(read.and_then(|d| d.map(|d| self.minor(d, slot.scale)).transpose()), slot)
            }
            None => Ok(None),
        }
    }

    fn number(&self, slots: &Slots, row: &[Cell<'_>]) -> Built<Option<f64>> {
        Ok(self.quantity(slots, row)?.map(Decimal::number))
    }

    fn moment(&self, slots: &Slots, row: &[Cell<'_>]) -> Built<Option<Moment>> {
        match slots.find(row) {
            Some((cell, slot)) => at(self.date(cell, slot), slot),
            None => Ok(None),
        }
    }

    /// A date; a bare number of a workbook that counts days from 1904 is counted from there.
    fn date(&self, cell: &Cell<'_>, slot: &Slot) -> Read<Option<Moment>> {
        if self.plan.epoch_1904 {
            let serial = match cell {
                Cell::Int(n) => Some(*n as f64),
                Cell::Number(n) => Some(*n),
                _ => None,
            };
            if let Some(n) = serial.filter(|n| (10_000.0..100_000.0).contains(n)) {
                return date::read(&Cell::Serial(n + date::SHIFT_1904), slot.order);
            }
        }
        date::read(cell, slot.order)
    }

    fn when(&mut self, slots: &Slots, row: &[Cell<'_>]) -> Built<Option<(Instant, Day)>> {
        Ok(self.moment(slots, row)?.map(|m| self.wall.place(m)))
    }
}

/// Words a totals row begins with.
pub(crate) fn is_totals_word(text: &str) -> bool {
    if !matches!(text.as_bytes(), [b't' | b'T' | b'g' | b'G' | b's' | b'S' | b' ' | 0x80.., ..]) {
        return false;
    }
    let trimmed = text.trim().trim_end_matches([':', '：']).trim_end();
    trimmed.len() <= 16
        && (["total", "totals", "grand total", "sum", "subtotal", "sub-total", "summary"].iter().any(|w| trimmed.eq_ignore_ascii_case(w))
            || matches!(trimmed.replace([' ', '\u{3000}'], "").as_str(), "合计" | "总计" | "小计" | "总和" | "汇总" | "合計" | "總計" | "小計" | "累计" | "本页合计"))
}

/// A number made from what all cells say.
pub(crate) fn content(row: &[Cell<'_>]) -> u64 {
    let mut hash = Xxh3::new();
    for cell in row {
        hash.update(cell.shown().trim_matches(text::is_space).as_bytes());
        hash.update(b"\x1f");
    }
    hash.digest()
}

fn who_hash(who: &[Identifier]) -> u64 {
    match who.first() {
        Some(id) => xxh3_64(id.value.as_bytes()) ^ id.kind as u64,
        None => 0,
    }
}
