//! Who: identifiers, customers with their attributes, people inside organisations.

use super::{Builder, Built, REMEMBERED, RowFault, at, content, who_hash};
use crate::{
    code::{Code, params},
    mapping::{DecimalMark, OrderIdentity},
    plan::{AttributeSlot, Slots},
    value::{Cell, Fault, Read, contact, date, decimal, text, word},
};
use domain::{
    Value, ValueType,
    identity::{Identifier, IdentifierKind},
    mask,
    record::{ContactRecord, CustomerRecord, Record},
};
use std::hash::{Hash, Hasher};
use xxhash_rust::xxh3::Xxh3;

impl Builder<'_> {
    /// The identifiers of the row's customer, strongest first.
    pub(super) fn identifiers(&mut self, line: u64, row: &[Cell<'_>]) -> Built<Vec<Identifier>> {
        let columns = &self.plan.columns;
        let mut who = Vec::with_capacity(1);
        let mut push = |kind, value: Option<String>| {
            let Some(value) = value else { return };
            let found = Identifier { kind, value };
            if !who.contains(&found) {
                who.push(found);
            }
        };
        // a masked number is many people's
        let own = |id: Option<String>| id.filter(|id| !mask::is_masked(id));
        let number = own(self.id(&columns.id, row)?);
        let numbered = number.is_some();
        push(IdentifierKind::External, number);
        // other files may know a company by its name alone; one in Latin letters would be shown before its number
        let beside = self.id(&self.plan.firm_names, row).unwrap_or_default().filter(|name| numbered && !name.starts_with(|c: char| c.is_ascii()));
        push(IdentifierKind::External, beside);
        push(IdentifierKind::Member, own(self.id(&columns.member, row)?));
        let mut dropped: Vec<(Code, Fault, usize)> = Vec::new();
        // every phone and address of the row is the customer's; one that cannot be read is left blank if anything else names them
        for slot in &columns.phone.0 {
            let Some(cell) = row.get(slot.index).filter(|c| !c.is_missing()) else { continue };
            match contact::phone(cell, self.plan.home) {
                Ok(phone) => push(IdentifierKind::Phone, phone),
                Err(fault) => dropped.push((Code::PhoneDropped, fault, slot.index)),
            }
        }
        for slot in &columns.email.0 {
            let Some(cell) = row.get(slot.index).filter(|c| !c.is_missing()) else { continue };
            match contact::email(cell) {
                Ok(email) => push(IdentifierKind::Email, email),
                Err(fault) => dropped.push((Code::EmailDropped, fault, slot.index)),
            }
        }
        push(IdentifierKind::Unionid, self.id(&columns.unionid, row)?);
        if self.plan.customer_by_row && who.is_empty() {
            who.push(Identifier { kind: IdentifierKind::External, value: format!("row-{line}-{:08x}", content(row) >> 32) });
        }
        // with another identifier, or by the order, the customer is still known
        if who.is_empty() && !self.order_names_them(row)
            && let Some((_, fault, column)) = dropped.pop() {
                return Err(RowFault { fault, column: Some(column) });
            }
        for (note, fault, column) in dropped {
            self.drop_cell(note, fault.code, column, row);
        }
        Ok(who)
    }

    /// Does the row name an order whose head stands elsewhere, and with it the customer? A refund and a line without a day of its own
    /// may leave the customer's cells blank.
    pub(super) fn order_names_them(&self, row: &[Cell<'_>]) -> bool {
        let (kinds, columns) = (self.plan.kinds, &self.plan.columns);
        let number = || columns.order_id.find(row).is_some();
        match (kinds.order, kinds.line, kinds.refund) {
            (true, ..) => false,
            (_, true, _) => !columns.order_at.is_mapped() && self.plan.order_identity == OrderIdentity::Column && number(),
            (_, _, true) => columns.refund_order.find(row).is_some() || number(),
            _ => false,
        }
    }

    fn nobody(&self) -> RowFault {
        let c = &self.plan.columns;
        RowFault::missing(Code::CustomerMissing, &[&c.id, &c.member, &c.phone, &c.email, &c.unionid])
    }

    /// Someone the row must name.
    pub(super) fn somebody(&self, who: &[Identifier]) -> Built<()> {
        if who.is_empty() { Err(self.nobody()) } else { Ok(()) }
    }

    /// `bare`: nothing else comes of the row, so the customer is said even if they were before.
    pub(super) fn customer(&mut self, who: &[Identifier], row: &[Cell<'_>], bare: bool, out: &mut Vec<Record>) -> Built<()> {
        let columns = &self.plan.columns;
        if who.is_empty() {
            // lines and refunds may name the order instead
            if self.continues(row) {
                return Ok(());
            }
            let order_names_it = (self.plan.kinds.line || self.plan.kinds.refund) && !self.plan.kinds.order;
            let no_column = !columns.id.is_mapped() && !columns.member.is_mapped() && !columns.phone.is_mapped() && !columns.email.is_mapped();
            return if order_names_it && no_column || self.order_names_them(row) { Ok(()) } else { Err(self.nobody()) };
        }
        let company = self.free(&columns.company, row)?;
        let name = match (self.free(&columns.name, row)?, &company) {
            (Some(name), _) => Some(name),
            (None, Some(company)) => Some(company.clone()),
            (None, None) => join(self.free(&columns.family_name, row)?, self.free(&columns.given_name, row)?),
        };
        let said = match columns.kind.find(row) {
            Some((cell, slot)) => at(word::organisation(cell), slot)?,
            None => None,
        };
        let organisation = said.unwrap_or(company.is_some() || self.plan.organisations && who.iter().any(|id| id.kind == IdentifierKind::External) || (self.plan.kinds.contact && !columns.name.is_mapped()));
        let mut attributes = Vec::with_capacity(self.plan.attributes.len());
        for attribute in &self.plan.attributes {
            let Some(cell) = row.get(attribute.slot.index).filter(|c| !c.is_missing()) else { continue };
            match self.value(attribute, cell) {
                // of two columns for one attribute the first that is not blank counts
                Ok(Some(value)) if !attributes.iter().any(|(key, _)| *key == attribute.key) => attributes.push((attribute.key.clone(), value)),
                Ok(_) => {}
                // what cannot be read stays unknown; the customer is known all the same
                Err(fault) => self.drop_cell(Code::AttributeDropped, fault.code, attribute.slot.index, row),
            }
        }
        let record = CustomerRecord { identifiers: who.to_vec(), organisation, name, attributes };
        if (self.plan.kinds.has_trade() || self.plan.kinds.interaction || self.plan.kinds.answer)
            && self.said_before(&record) && !bare {
                return Ok(());
            }
        out.push(Record::Customer(record));
        Ok(())
    }

    /// Is this what was last said about the customer in this part of the file? Then it need not be said again.
    fn said_before(&mut self, record: &CustomerRecord) -> bool {
        let mut hash = Xxh3::new();
        for id in &record.identifiers {
            id.hash(&mut hash);
        }
        record.name.hash(&mut hash);
        for (key, value) in &record.attributes {
            key.hash(&mut hash);
            match value {
                Value::Text(t) => t.hash(&mut hash),
                other => {
                    std::mem::discriminant(other).hash(&mut hash);
                    other.as_f64().map(f64::to_bits).hash(&mut hash);
                }
            }
        }
        let said = hash.finish();
        if self.customers.len() >= REMEMBERED {
            self.customers.clear();
        }
        self.customers.insert(who_hash(&record.identifiers), said) == Some(said)
    }

    /// A name: words that stand for nothing elsewhere may be someone's name.
    fn free(&self, slots: &Slots, row: &[Cell<'_>]) -> Built<Option<String>> {
        for slot in &slots.0 {
            let Some(cell) = row.get(slot.index).filter(|c| !c.is_blank()) else { continue };
            return at(text::plain(cell, text::LONGEST_NAME), slot);
        }
        Ok(None)
    }

    fn value(&self, attribute: &AttributeSlot, cell: &Cell<'_>) -> Read<Option<Value>> {
        let slot = &attribute.slot;
        Ok(match attribute.value {
            ValueType::Text if attribute.key == "gender" => word::gender(cell)?.map(Value::Text),
            ValueType::Text => text::category(cell)?.map(Value::Text),
            ValueType::Bool => word::truth(cell)?.map(Value::Bool),
            ValueType::Day => self.date(cell, slot)?.map(|m| match m {
                date::Moment::Local { day, .. } => Value::Day(domain::Day(day)),
                date::Moment::Absolute(t) => Value::Day(self.plan.zone.day(domain::clock::Instant(t))),
            }),
            ValueType::Money => match decimal::money(cell, slot.mark, self.plan.currency)? {
                Some(d) => Some(Value::Money(self.minor(d, slot.scale)?)),
                None => None,
            },
            ValueType::Number => decimal::read(cell, slot.mark, Code::NumberInvalid)?.map(|d| Value::Number(d.number() * slot.scale as f64)),
            ValueType::Int => whole(cell, slot.mark)?.map(|n| Value::Int(n.saturating_mul(slot.scale))),
        })
    }

    pub(super) fn contact(&mut self, who: &[Identifier], row: &[Cell<'_>], out: &mut Vec<Record>) -> Built<()> {
        self.somebody(who)?;
        let columns = &self.plan.columns;
        let name = self.free(&columns.contact_name, row)?;
        let role = self.text(&columns.contact_role, row)?;
        let mut dropped = Vec::new();
        let phone = match columns.contact_phone.find(row) {
            Some((cell, slot)) => contact::phone(cell, self.plan.home).unwrap_or_else(|f| {
                dropped.push((Code::PhoneDropped, f, slot));
                None
            }),
            None => None,
        };
        let email = match columns.contact_email.find(row) {
            Some((cell, slot)) => contact::email(cell).unwrap_or_else(|f| {
                dropped.push((Code::EmailDropped, f, slot));
                None
            }),
            None => None,
        };
        if name.is_none() && phone.is_none() && email.is_none()
            && let Some((_, fault, slot)) = dropped.pop() {
                return at(Err(fault), slot);
            }
        for (note, fault, slot) in dropped {
            self.drop_cell(note, fault.code, slot.index, row);
        }
        if name.is_some() || phone.is_some() || email.is_some() {
            out.push(Record::Contact(ContactRecord { organisation: who.to_vec(), name, role, phone, email }));
        }
        Ok(())
    }
}

/// A whole number; `35.0` and `35岁` are 35.
fn whole(cell: &Cell<'_>, mark: DecimalMark) -> Read<Option<i64>> {
    let read = match cell {
        Cell::Text(t) if !t.is_ascii() => {
            let bare = t.trim().trim_end_matches(decimal::UNITS);
            decimal::read(&Cell::text(bare), mark, Code::NumberInvalid)?
        }
        other => decimal::read(other, mark, Code::NumberInvalid)?,
    };
    let Some(d) = read else { return Ok(None) };
    let unit = 10i128.pow(d.places.min(38));
    if d.mantissa % unit != 0 {
        return Err(Code::NumberInvalid.into());
    }
    match i64::try_from(d.mantissa / unit) {
        Ok(n) if n.unsigned_abs() < 1 << 53 => Ok(Some(n)),
        _ => Err(Fault { code: Code::NumberOutOfRange, params: params([]) }),
    }
}

/// Family name first in Chinese, last elsewhere.
fn join(family: Option<String>, given: Option<String>) -> Option<String> {
    match (family, given) {
        (Some(f), Some(g)) if f.is_ascii() || g.is_ascii() => Some(format!("{g} {f}")),
        (Some(f), Some(g)) => Some(format!("{f}{g}")),
        (f, g) => f.or(g),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_whole_numbers() {
        assert_eq!(join(Some("王".into()), Some("伟".into())), Some("王伟".into()));
        assert_eq!(join(Some("Smith".into()), Some("Amy".into())), Some("Amy Smith".into()));
        assert_eq!(whole(&Cell::text("35岁"), DecimalMark::Point), Ok(Some(35)));
        assert_eq!(whole(&Cell::Number(35.0), DecimalMark::Point), Ok(Some(35)));
        assert_eq!(whole(&Cell::text("35.5"), DecimalMark::Point), Err(Code::NumberInvalid.into()));
    }
}
