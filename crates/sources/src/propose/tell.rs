//! Everything guessed about a file, told for the mapping that is shown: a proposal, or what a person or a template made of it.

use super::{
    Look,
    assign::{self, is_sensitive},
    kinds::{self, Repeats},
    settle::{is_date, is_number, value_of},
    status,
};
use crate::{
    build::is_totals_word,
    code::Code,
    concept::Concept,
    infer::{Sample, guess},
    mapping::{Column, DateOrder, DecimalMark, Mapping, OrderIdentity},
    probe::{ColumnGuess, Guess},
    profile::Profile,
    target::{Kind, Target},
    value::{Cell, contact, date, decimal, word},
};
use domain::ValueType;

/// A sample and a mapping with a column for each of its columns, in file order.
pub(super) struct Tell<'a> {
    pub sample: &'a Sample,
    pub look: &'a Look,
    pub mapping: &'a Mapping,
}

impl Tell<'_> {
    fn seen(&self) -> impl Iterator<Item = (&Profile, &Column)> {
        self.look.profiles.iter().zip(&self.mapping.columns)
    }

    fn gives(&self, kind: Kind) -> bool {
        self.mapping.kinds.contains(&kind)
    }

    /// Everything guessed about the file as a whole.
    pub fn file(&self) -> Vec<Guess> {
        let (sample, mapping) = (self.sample, self.mapping);
        let mut out = Vec::new();
        if mapping.kinds.is_empty() {
            out.push(guess(Code::GuessNoKind, []));
            return out;
        }
        let told: Vec<Kind> = mapping.kinds.iter().copied().filter(|k| *k != Kind::Refund || self.tells_refunds()).collect();
        let zh: Vec<String> = told.iter().map(|k| k.label().zh).collect();
        let en: Vec<String> = told.iter().map(|k| k.label().en).collect();
        out.push(guess(Code::GuessKinds, [("kinds_zh", &zh.join("、")), ("kinds_en", &en.join(", "))]));
        if self.gives(Kind::Order) || self.gives(Kind::Line) {
            self.trade(&mut out);
        }
        if mapping.customer_by_row {
            out.push(guess(Code::GuessCustomerRow, []));
        }
        if let Some((p, _)) = self.seen().find(|(p, c)| c.target == Target::CustomerId && p.concept.is_some_and(|c| matches!(c.0, Concept::Name | Concept::Company))) {
            out.push(guess(Code::GuessCustomerName, [("column", &p.header)]));
        }
        self.blank_customers(&mut out);
        out.extend(status::guesses(sample, mapping));
        let is_birthday = |c: &Column| matches!(c.target, Target::Attribute(_) | Target::Custom(_));
        if self.seen().any(|(p, c)| is_date(c) && !is_birthday(c) && p.dates > p.zoned) {
            out.push(guess(Code::GuessTimeZone, [("zone", &mapping.time_zone)]));
        }
        for (p, c) in self.seen() {
            out.extend(self.notes(p, c));
            out.extend(self.unread(c));
        }
        let custom = mapping.columns.iter().filter(|c| matches!(c.target, Target::Custom(_))).count();
        if custom > 0 {
            out.push(guess(Code::GuessCustom, [("count", &custom.to_string())]));
        }
        for code in [Code::GuessSensitive, Code::GuessRunning, Code::GuessIgnored] {
            let names: Vec<&str> = self.seen().filter(|(p, c)| c.target == Target::Ignore && p.filled > 0 && !p.added && self.left_out(p) == code).map(|(p, _)| p.header.as_str()).collect();
            if !names.is_empty() {
                out.push(guess(code, [("columns", &names.join(", "))]));
            }
        }
        let totals = sample.rows.iter().rev().take(3).any(|(_, r)| matches!(r.iter().find(|c| !c.is_blank()), Some(Cell::Text(t)) if is_totals_word(t)));
        if totals {
            out.push(guess(Code::GuessTotals, []));
        }
        out
    }

    /// Why a column is left out.
    fn left_out(&self, p: &Profile) -> Code {
        match () {
            () if self.is_personal(p) => Code::GuessSensitive,
            () if assign::numbers_rows(p) => Code::GuessRunning,
            () => Code::GuessIgnored,
        }
    }

    /// Is the column left out for what it tells of people? A bare number beside orders, however long, is a number.
    fn is_personal(&self, p: &Profile) -> bool {
        let number = (self.gives(Kind::Order) || self.gives(Kind::Line)) && matches!(p.concept, Some((Concept::Id, _)));
        is_sensitive(p) && !number
    }

    /// Every order may be given back; does the file say that any was: in a column, by a number, an amount or a status?
    fn tells_refunds(&self) -> bool {
        let counts = |t: &Target| matches!(t, Target::LineQuantity | Target::LinePaid | Target::LinePrice | Target::OrderPaid | Target::OrderAmount);
        self.mapping.refund_prefix.is_some()
            || self.seen().any(|(p, c)| c.target.kind() == Some(Kind::Refund) || counts(&c.target) && p.negative > 0)
            || status::says_refunded(self.sample, self.mapping)
    }

    /// What was guessed about orders and their lines.
    fn trade(&self, out: &mut Vec<Guess>) {
        let mapping = self.mapping;
        match mapping.order_identity {
            OrderIdentity::Row => out.push(guess(Code::GuessOrderRow, [])),
            OrderIdentity::CustomerDay => out.push(guess(Code::GuessOrderDay, [])),
            OrderIdentity::Column => {}
        }
        match self.repeats() {
            Repeats::No => {}
            Repeats::Parts => out.push(guess(Code::GuessOrderParts, [])),
            Repeats::Corrections(n) => out.push(guess(Code::GuessOrderCorrected, [("count", &n.to_string())])),
        }
        if mapping.continued && self.gives(Kind::Line) {
            out.push(guess(Code::GuessContinued, []));
        }
        let has = |t: Target| mapping.has(&t);
        if has(Target::LinePrice) && !has(Target::LinePaid) && !has(Target::OrderPaid) {
            out.push(guess(Code::GuessLineAmount, []));
        }
        if ![Target::LinePrice, Target::LinePaid, Target::OrderPaid, Target::OrderAmount].into_iter().any(has) {
            out.push(guess(Code::GuessAmountUnknown, []));
        }
        if let Some(prefix) = &mapping.refund_prefix {
            out.push(guess(Code::GuessRefundPrefix, [("prefix", prefix)]));
        }
        let counts = |t: &Target| matches!(t, Target::LineQuantity | Target::LinePaid | Target::OrderPaid | Target::OrderAmount);
        if self.gives(Kind::Refund) && self.seen().any(|(p, c)| counts(&c.target) && p.negative > 0) {
            out.push(guess(Code::GuessRefundNegative, []));
        }
    }

    /// What comes of order numbers that stand on several rows, as the columns are mapped.
    fn repeats(&self) -> Repeats {
        let of = |targets: &[Target]| self.seen().find(|(_, c)| targets.contains(&c.target)).map(|(p, _)| p);
        let has = |t: Target| self.mapping.has(&t);
        let sort = of(&[Target::LineCategory, Target::LineBrand]);
        let goods = has(Target::LineProduct) || has(Target::LineName) || has(Target::LineNo) || sort.is_none() && has(Target::LineQuantity);
        let (order, line) = (self.gives(Kind::Order), self.gives(Kind::Line));
        // an amount that is said to be the order's, and is another one on each of its lines
        if let Some((number, total)) = of(&[Target::OrderId]).zip(of(&[Target::OrderPaid, Target::OrderAmount])).filter(|_| goods && order && line) {
            return match kinds::repetition(number, Some(total), &self.sample.rows).differing {
                0 => Repeats::No,
                n => Repeats::Corrections(n),
            };
        }
        let sorted = sort.is_some() && !has(Target::LinePaid) && !has(Target::LinePrice);
        let Some(number) = of(&[Target::OrderId]).filter(|_| !goods && (order != line || sorted)) else { return Repeats::No };
        // rows of one order that differ in it are its lines
        if sort.is_some_and(|s| kinds::repetition(number, Some(s), &self.sample.rows).differing > 0) {
            return Repeats::No;
        }
        let total = of(&[Target::OrderPaid]).or_else(|| of(&[Target::LinePaid])).or_else(|| of(&[Target::OrderAmount, Target::LinePrice]));
        match kinds::repetition(number, total, &self.sample.rows).differing {
            0 => Repeats::No,
            _ if !order => Repeats::Parts,
            n => Repeats::Corrections(n),
        }
    }

    /// How many sampled rows name nobody.
    fn blank_customers(&self, out: &mut Vec<Guess>) {
        let rows = &self.sample.rows;
        let who: Vec<usize> = self.mapping.columns.iter().filter(|c| c.target.is_identifier() && c.identifier).map(|c| c.index).collect();
        if who.is_empty() || rows.is_empty() || self.mapping.customer_by_row {
            return;
        }
        // a refund, or a line without a day of its own, is its order's customer's
        let number = self.mapping.columns.iter().filter(|c| matches!(c.target, Target::OrderId | Target::RefundOrder)).map(|c| c.index).collect::<Vec<_>>();
        let by_order = !self.gives(Kind::Order) && if self.gives(Kind::Line) { !self.mapping.has(&Target::OrderAt) } else { self.gives(Kind::Refund) };
        let blank = |r: &[Cell<'static>], columns: &[usize]| columns.iter().all(|i| r.get(*i).is_none_or(Cell::is_missing));
        let nobody = rows.iter().filter(|(_, r)| blank(r, &who) && (!by_order || blank(r, &number))).count();
        let share = nobody * 100 / rows.len();
        if share > 0 {
            out.push(guess(Code::GuessCustomerBlank, [("share", &share.to_string())]));
        }
    }

    /// Everything guessed about one column.
    fn notes(&self, p: &Profile, c: &Column) -> Vec<Guess> {
        let mut out = Vec::new();
        let header = p.header.as_str();
        if is_date(c) {
            if let Some(guessed) = p.order {
                let order = p.read_as(c.date_order.unwrap_or(self.mapping.date_order));
                let contrary = p.contrary(order);
                if contrary > 0 {
                    out.push(guess(Code::GuessDateContrary, [("column", header), ("order", order.pattern()), ("count", &contrary.to_string())]));
                }
                // another order than ours was said by somebody
                let sure = p.order_sure || order == DateOrder::Ymd && !p.order_doubtful || order != guessed;
                out.push(guess(if sure { Code::GuessDateOrder } else { Code::GuessDateAmbiguous }, [("column", header), ("order", order.pattern())]));
            }
            if p.date_styles > 1 {
                out.push(guess(Code::GuessDateMixed, [("column", header), ("count", &p.date_styles.to_string())]));
            }
            if p.serials * 2 > p.filled {
                out.push(guess(Code::GuessSerial, [("column", header)]));
            }
        }
        if is_number(c) && p.comma_numbers > 0 && c.decimal_mark.unwrap_or(self.mapping.decimal_mark) == DecimalMark::Comma {
            out.push(guess(Code::GuessDecimalComma, [("column", header)]));
        }
        if c.scale != 1 {
            out.push(guess(Code::GuessScale, [("column", header), ("factor", &c.scale.to_string())]));
        }
        if c.strip_decimal {
            out.push(guess(Code::GuessIdDecimal, [("column", header)]));
        }
        if matches!(c.target, Target::CustomerPhone | Target::ContactPhone) && p.lost_phones > 0 {
            out.push(guess(Code::GuessPhoneLost, [("column", header), ("count", &p.lost_phones.to_string())]));
        }
        out
    }

    /// The sampled cells of an attribute that cannot be read, or of a phone or address beside another that names the customer: how
    /// many, and the first.
    fn unread(&self, c: &Column) -> Option<Guess> {
        let attribute = matches!(c.target, Target::Attribute(_) | Target::Custom(_));
        let contact = matches!(c.target, Target::CustomerPhone | Target::CustomerEmail) && c.identifier;
        if !attribute && !contact {
            return None;
        }
        let others: Vec<usize> = self.mapping.columns.iter().filter(|o| o.target.is_identifier() && o.identifier && o.index != c.index).map(|o| o.index).collect();
        let is_left = |row: &[Cell<'static>], cell: &Cell<'static>| match c.target {
            Target::CustomerPhone => contact::phone(cell, self.look.home).is_err_and(|f| f.code == Code::PhoneInvalid),
            Target::CustomerEmail => contact::email(cell).is_err_and(|f| f.code == Code::EmailInvalid),
            _ => !self.reads(cell, c),
        } && (attribute || others.iter().any(|i| row.get(*i).is_some_and(|c| !c.is_missing())));
        let mut bad = self.sample.rows.iter().filter_map(|(_, r)| r.get(c.index).map(|cell| (r, cell))).filter(|(row, cell)| !cell.is_missing() && is_left(row, cell)).map(|(_, cell)| cell);
        let first: String = bad.next()?.shown().trim().chars().take(40).collect();
        Some(guess(Code::GuessAttributeUnread, [("column", &c.header), ("count", &(bad.count() + 1).to_string()), ("value", &first)]))
    }

    /// What was found in each column.
    pub fn columns(&self) -> Vec<ColumnGuess> {
        let column = |(p, c): (&Profile, &Column)| {
            let cells: Vec<&Cell<'static>> = self.sample.rows.iter().filter_map(|(_, r)| r.get(p.index)).filter(|c| !c.is_missing()).collect();
            let good = cells.iter().filter(|cell| self.reads(cell, c)).count();
            // what somebody said is sure
            let proposed = self.look.assigned.get(p.index).filter(|a| a.target == c.target);
            ColumnGuess {
                index: p.index,
                header: p.header.clone(),
                samples: p.samples.clone(),
                fill: p.fill(),
                value_type: value_of(c).unwrap_or_else(|| assign::value_type(p)),
                target: c.target.clone(),
                confidence: proposed.map_or(1.0, |a| a.confidence),
                valid: if cells.is_empty() { 1.0 } else { good as f64 / cells.len() as f64 },
                notes: self.notes(p, c),
            }
        };
        self.seen().map(column).collect()
    }

    /// Can the cell be read as its column is mapped?
    fn reads(&self, cell: &Cell<'_>, c: &Column) -> bool {
        let order = c.date_order.unwrap_or(self.mapping.date_order);
        let mark = c.decimal_mark.unwrap_or(self.mapping.decimal_mark);
        let home = self.look.home;
        match &c.target {
            Target::CustomerPhone | Target::ContactPhone => contact::phone(cell, home).is_ok(),
            Target::CustomerEmail | Target::ContactEmail => contact::email(cell).is_ok(),
            target => match value_of(c) {
                Some(ValueType::Day) if matches!(target, Target::CostFrom | Target::CostTo) => date::month(&cell.shown()).is_some() || date::read(cell, order).is_ok(),
                Some(ValueType::Day) => date::read(cell, order).is_ok(),
                Some(ValueType::Money) => decimal::money(cell, mark, self.mapping.currency).is_ok(),
                Some(ValueType::Number | ValueType::Int) => decimal::read(cell, mark, Code::NumberInvalid).is_ok(),
                Some(ValueType::Bool) => word::truth(cell).is_ok(),
                _ => !matches!(cell, Cell::Error(_)),
            },
        }
    }
}
