//! What was bought and given back: orders, lines, refunds, and the row that is a refund in disguise.

use super::{Builder, Built, REMEMBERED, RowFault, at, content, who_hash};
use crate::{
    code::{Code, params},
    mapping::OrderIdentity,
    value::{
        Cell, Fault, currency,
        date::{self, Moment},
        decimal::Decimal,
        status::{self, Status},
    },
};
use domain::{
    Day,
    clock::Instant,
    identity::Identifier,
    record::{LineRecord, OrderRecord, Record, RefundRecord},
};
use std::hash::{Hash, Hasher};
use xxhash_rust::xxh3::{Xxh3, xxh3_64};

/// What orders, lines and refunds of one row share.
struct Deal {
    id: String,
    when: Option<(Instant, Day)>,
    status: Status,
}

impl Builder<'_> {
    pub(super) fn trade(&mut self, who: &[Identifier], row: &[Cell<'_>], out: &mut Vec<Record>) -> Built<()> {
        let kinds = self.plan.kinds;
        if kinds.refund && !kinds.order && !kinds.line {
            return self.refund_only(who, row, out);
        }
        let columns = &self.plan.columns;
        // a later refund, below the orders: it names its order and says nothing of what was bought
        if kinds.refund && columns.order_id.find(row).is_some() && columns.refund_amount.find(row).is_some() {
            let bought = [&columns.order_at, &columns.order_paid, &columns.order_amount, &columns.line_paid, &columns.line_price, &columns.line_quantity];
            if columns.order_at.is_mapped() && bought.iter().all(|s| s.find(row).is_none()) && !who.is_empty() && columns.refund_at.find(row).is_some() {
                return self.refund_only(who, row, out);
            }
        }
        let no_customer_column = !columns.id.is_mapped() && !columns.member.is_mapped() && !columns.phone.is_mapped() && !columns.email.is_mapped() && !columns.unionid.is_mapped();
        let continues = self.continues(row);
        if !continues && (kinds.order || !no_customer_column) && !self.order_names_them(row) {
            self.somebody(who)?;
        }
        self.currency(row)?;
        // a line below the order's head has the head's time
        let when = if continues { None } else { self.order_time(row)? };
        if !continues && when.is_none() && (kinds.order || columns.order_at.is_mapped()) {
            return Err(RowFault::missing(Code::DateMissing, &[&columns.order_at]));
        }
        let status = self.status(row)?;
        let id = self.order_number(who, row, when)?;
        let deal = Deal { id, when, status };
        if kinds.line { self.line(who, row, deal, out) } else { self.order(who, row, deal, out) }
    }

    /// Is the row another line of an order whose head, or first line, stands above it?
    pub(super) fn continues(&self, row: &[Cell<'_>]) -> bool {
        let columns = &self.plan.columns;
        let head = match self.plan.kinds.order {
            true => columns.order_paid.find(row).is_some() || columns.order_amount.find(row).is_some(),
            false => columns.order_at.find(row).is_some(),
        };
        self.plan.continued && !head
    }

    /// The worst that any of the columns about the order's status says.
    fn status(&mut self, row: &[Cell<'_>]) -> Built<Status> {
        let columns = &self.plan.columns;
        let slots = columns.order_status.0.iter().map(|s| (s, false)).chain(columns.order_cancelled.0.iter().map(|s| (s, true)));
        let mut worst = Status::Done;
        for (place, (slot, yes_no)) in slots.enumerate() {
            let Some(cell) = row.get(slot.index) else { continue };
            let text = match cell {
                Cell::Blank => continue,
                Cell::Text(t) => Some(t),
                _ => None,
            };
            if self.status.len() <= place {
                self.status.push((String::new(), Status::Done));
            }
            let Some(last) = self.status.get_mut(place) else { continue };
            let said = match text {
                Some(t) if **t == last.0 => last.1,
                _ => {
                    let read = if yes_no { status::cancelled(cell) } else { status::status(cell) };
                    let said = at(read, slot)?;
                    if let Some(t) = text {
                        last.0.clear();
                        last.0.push_str(t);
                        last.1 = said;
                    }
                    said
                }
            };
            worst = worst.and(said);
        }
        Ok(worst)
    }

    fn currency(&self, row: &[Cell<'_>]) -> Built<()> {
        let Some((cell, slot)) = self.plan.columns.order_currency.find(row) else { return Ok(()) };
        let shown = cell.shown();
        if shown == self.plan.currency.code() || currency::named(&shown, self.plan.currency) == Some(self.plan.currency) {
            return Ok(());
        }
        let written = shown.trim().to_uppercase();
        let fault = Fault { code: Code::CurrencyForeign, params: params([("found", &written), ("expected", self.plan.currency.code())]) };
        Err(RowFault { fault, column: Some(slot.index) })
    }

    fn order_time(&mut self, row: &[Cell<'_>]) -> Built<Option<(Instant, Day)>> {
        let columns = &self.plan.columns;
        let Some(moment) = self.moment(&columns.order_at, row)? else { return Ok(None) };
        let moment = match (moment, columns.order_time.find(row)) {
            (Moment::Local { day, timed: false, .. }, Some((cell, slot))) => match at(date::time(cell), slot)? {
                Some(micros) => Moment::Local { day, micros, timed: true },
                None => moment,
            },
            _ => moment,
        };
        Ok(Some(self.wall.place(moment)))
    }

    fn order_number(&self, who: &[Identifier], row: &[Cell<'_>], when: Option<(Instant, Day)>) -> Built<String> {
        let columns = &self.plan.columns;
        match self.plan.order_identity {
            OrderIdentity::Column => self.id(&columns.order_id, row)?.ok_or_else(|| RowFault::missing(Code::OrderMissing, &[&columns.order_id])),
            OrderIdentity::Row => Ok(format!("row-{:016x}", content(row))),
            OrderIdentity::CustomerDay => {
                let day = when.map(|w| w.1).ok_or_else(|| RowFault::missing(Code::DateMissing, &[&columns.order_at]))?;
                let name = who.first().map(|w| w.value.as_str()).unwrap_or_default();
                Ok(format!("day-{name}-{day}"))
            }
        }
    }

    /// Is the row a refund: by its number, or because its amount or quantity is negative?
    fn gives_back(&self, id: &str, amount: Option<Decimal>, quantity: Option<Decimal>) -> Option<bool> {
        if !self.plan.kinds.refund {
            return None;
        }
        let by_number = self.plan.refund_prefix.as_deref().is_some_and(|p| {
            id.get(..p.len()).is_some_and(|head| head.eq_ignore_ascii_case(p)) && id.get(p.len()..).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
        });
        let negative = amount.is_some_and(Decimal::is_negative) || quantity.is_some_and(Decimal::is_negative);
        (by_number || negative).then_some(by_number)
    }

    fn order(&mut self, who: &[Identifier], row: &[Cell<'_>], deal: Deal, out: &mut Vec<Record>) -> Built<()> {
        let columns = &self.plan.columns;
        let paid = self.amount(&columns.order_paid, row)?;
        let amount = self.amount(&columns.order_amount, row)?;
        let discount = self.amount(&columns.order_discount, row)?.map(Decimal::abs);
        let quantity = self.quantity(&columns.line_quantity, row)?;
        let price = self.amount(&columns.line_price, row)?;
        let (total, column) = match (paid, amount, price) {
            (Some(p), ..) => (Some(p), columns.order_paid.first()),
            (None, Some(a), _) => (Some(subtract(a, discount)), columns.order_amount.first()),
            (None, None, Some(p)) => (Some(self.product_of(p, quantity, columns.line_price.first())?), columns.line_price.first()),
            (None, None, None) => (None, None),
        };
        let Some((at_, day)) = deal.when else { return Err(RowFault::missing(Code::DateMissing, &[&columns.order_at])) };
        if let Some(by_number) = self.gives_back(&deal.id, total, quantity) {
            return self.disguised(who, row, deal, by_number, total, quantity, column, out);
        }
        let paid = match total {
            Some(t) => self.paid(t, column)?,
            None if columns.order_paid.is_mapped() || columns.order_amount.is_mapped() || columns.line_price.is_mapped() => {
                // an order that never came about needs no amount
                if deal.status != Status::Cancelled {
                    return Err(RowFault::missing(Code::AmountMissing, &[&columns.order_paid, &columns.order_amount, &columns.line_price]));
                }
                0
            }
            None => 0,
        };
        let record = self.head(who, row, &deal, at_, day, paid, discount)?;
        let refunded = self.refund_beside(who, row, &deal, paid, false)?;
        out.push(Record::Order(record));
        out.extend(refunded);
        Ok(())
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of an order that were read already")]
    fn head(&self, who: &[Identifier], row: &[Cell<'_>], deal: &Deal, at: Instant, day: Day, paid: i64, discount: Option<Decimal>) -> Built<OrderRecord> {
        let columns = &self.plan.columns;
        Ok(OrderRecord {
            customer: who.to_vec(),
            order_id: deal.id.clone(),
            at,
            day,
            paid,
            cost: self.money(&columns.order_cost, row)?,
            discount: discount.map(|d| self.paid(d, columns.order_discount.first())).transpose()?,
            cancelled: deal.status == Status::Cancelled,
            channel: self.text(&columns.order_channel, row)?,
            store: self.text(&columns.order_store, row)?,
            payment: self.text(&columns.order_payment, row)?,
            coupon: self.text(&columns.order_coupon, row)?,
        })
    }

    fn line(&mut self, who: &[Identifier], row: &[Cell<'_>], deal: Deal, out: &mut Vec<Record>) -> Built<()> {
        let columns = &self.plan.columns;
        let quantity = self.quantity(&columns.line_quantity, row)?;
        let price = self.amount(&columns.line_price, row)?;
        let discount = self.amount(&columns.line_discount, row)?.map(Decimal::abs);
        let (total, column) = match (self.amount(&columns.line_paid, row)?, price) {
            (Some(paid), _) => (Some(paid), columns.line_paid.first()),
            (None, Some(p)) => (Some(subtract(self.product_of(p, quantity, columns.line_price.first())?, discount)), columns.line_price.first()),
            (None, None) => (None, None),
        };
        let mapped = columns.line_paid.is_mapped() || columns.line_price.is_mapped();
        // a line that says only what sort of goods it was is given back with its order
        let whole = self.plan.kinds.order && !mapped && !columns.line_product.is_mapped() && !columns.line_name.is_mapped();
        let (sum, of) = if whole { self.order_total(row)? } else { (total, column) };
        if let Some(by_number) = self.gives_back(&deal.id, sum, quantity) {
            return self.disguised(who, row, deal, by_number, sum, quantity, of, out);
        }
        let mut paid = match total {
            Some(t) => self.paid(t, column)?,
            None if mapped && deal.status != Status::Cancelled => return Err(RowFault::missing(Code::AmountMissing, &[&columns.line_paid, &columns.line_price])),
            None => 0,
        };
        if self.plan.kinds.order && self.continues(row) {
            // all about the order was said above
        } else if self.plan.kinds.order {
            let Some((at_, day)) = deal.when else { return Err(RowFault::missing(Code::DateMissing, &[&columns.order_at])) };
            let (head_paid, column) = self.order_total(row)?;
            let discount = self.amount(&columns.order_discount, row)?.map(Decimal::abs);
            let head_paid = match head_paid {
                Some(p) => self.paid(p, column)?,
                None if deal.status == Status::Cancelled => 0,
                None => return Err(RowFault::missing(Code::AmountMissing, &[&columns.order_paid, &columns.order_amount])),
            };
            let record = self.head(who, row, &deal, at_, day, head_paid, discount)?;
            let refunded = self.refund_beside(who, row, &deal, head_paid, false)?;
            if !self.given_before(&record) {
                // only the order's total is known: its first line carries it
                if !mapped {
                    paid = head_paid;
                }
                out.push(Record::Order(record));
            }
            // the same amount beside every line is the order's, told again; another amount is another refund
            if let Some(Record::Refund(refund)) = refunded
                && !self.refunded_before(&refund) {
                    out.push(Record::Refund(refund));
                }
        } else {
            out.extend(self.refund_beside(who, row, &deal, paid, true)?);
        }
        let pieces = quantity.map_or(1.0, Decimal::number);
        let cost = match self.amount(&columns.line_cost, row)? {
            Some(c) => Some(self.paid(self.product_of(c, quantity, columns.line_cost.first())?, columns.line_cost.first())?),
            None => None,
        };
        let (product, product_name) = self.product_words(row)?;
        out.push(Record::Line(LineRecord {
            customer: who.to_vec(),
            order_id: deal.id,
            line_no: self.id(&columns.line_no, row)?,
            at: deal.when.map(|w| w.0),
            day: deal.when.map(|w| w.1),
            product,
            product_name,
            category: self.text(&columns.line_category, row)?,
            brand: self.text(&columns.line_brand, row)?,
            quantity: pieces,
            paid,
            cost,
            cancelled: deal.status == Status::Cancelled,
            channel: self.text(&columns.order_channel, row)?,
            store: self.text(&columns.order_store, row)?,
        }));
        Ok(())
    }

    /// What was paid for the whole order, as its head says it, and the column that does.
    fn order_total(&self, row: &[Cell<'_>]) -> Built<(Option<Decimal>, Option<usize>)> {
        let columns = &self.plan.columns;
        let paid = self.amount(&columns.order_paid, row)?;
        let amount = self.amount(&columns.order_amount, row)?;
        let discount = self.amount(&columns.order_discount, row)?.map(Decimal::abs);
        Ok(match (paid, amount) {
            (Some(p), _) => (Some(p), columns.order_paid.first()),
            (None, Some(a)) => (Some(subtract(a, discount)), columns.order_amount.first()),
            (None, None) => (None, None),
        })
    }

    /// Product number and name; the name is the number where there is none.
    fn product_words(&self, row: &[Cell<'_>]) -> Built<(Option<String>, Option<String>)> {
        let columns = &self.plan.columns;
        let number = self.id(&columns.line_product, row)?;
        let name = self.text(&columns.line_name, row)?;
        Ok(match (number, name) {
            (Some(number), name) => (Some(number), name),
            (None, name) => (name, None),
        })
    }

    fn product_of(&self, price: Decimal, quantity: Option<Decimal>, column: Option<usize>) -> Built<Decimal> {
        match quantity {
            Some(q) => price.times(q).map_err(|fault| RowFault { fault, column }),
            None => Ok(price),
        }
    }

    fn paid(&self, amount: Decimal, column: Option<usize>) -> Built<i64> {
        self.minor(amount, 1).map_err(|fault| RowFault { fault, column })
    }

    /// Was this head the last one given for its order in this part of the file?
    fn given_before(&mut self, record: &OrderRecord) -> bool {
        let mut hash = Xxh3::new();
        (who_hash(&record.customer), record.at.0, record.paid, record.cost, record.discount, record.cancelled).hash(&mut hash);
        (&record.channel, &record.store, &record.payment, &record.coupon).hash(&mut hash);
        if self.heads.len() >= REMEMBERED {
            self.heads.clear();
        }
        let said = hash.finish();
        self.heads.insert(xxh3_64(record.order_id.as_bytes()), said) == Some(said)
    }

    /// Was this amount given back for this order before, in this part of the file?
    fn refunded_before(&mut self, refund: &RefundRecord) -> bool {
        let mut hash = Xxh3::new();
        (&refund.order_id, &refund.refund_id, refund.amount).hash(&mut hash);
        if self.heads.len() >= REMEMBERED {
            self.heads.clear();
        }
        self.heads.insert(hash.finish(), 0).is_some()
    }

    /// A refund that is told beside its order: an amount given back, or a status that says all of it. Beside a line it is that
    /// line's, so that two lines of one order that give back the same amount are two refunds.
    fn refund_beside(&mut self, who: &[Identifier], row: &[Cell<'_>], deal: &Deal, paid: i64, of_line: bool) -> Built<Option<Record>> {
        if !self.plan.kinds.refund {
            return Ok(None);
        }
        let columns = &self.plan.columns;
        let (amount, by_status) = match self.money(&columns.refund_amount, row)? {
            Some(a) if a != 0 => (a.saturating_abs(), false),
            // nothing given back is written beside every order; a status that says more is not taken back by it
            _ if deal.status == Status::Refunded => (paid, true),
            _ => return Ok(None),
        };
        let refund_id = self.id(&columns.refund_id, row)?;
        let reason = self.text(&columns.refund_reason, row)?;
        let own_day = self.when(&columns.refund_at, row)?;
        let so_far = refund_id.is_none() && own_day.is_none();
        let Some((at, day)) = own_day.or(deal.when) else { return Ok(None) };
        let (product, line_no) = if of_line { (self.product_words(row)?.0, self.id(&columns.line_no, row)?) } else { (None, None) };
        Ok(Some(Record::Refund(RefundRecord {
            customer: who.to_vec(),
            refund_id,
            order_id: Some(deal.id.clone()),
            line_no,
            at,
            day,
            amount,
            reason,
            product,
            quantity: None,
            by_status,
            so_far,
        })))
    }

    /// A row of an order file that gives money back. A number with the refund prefix is the refund's own; a negative amount under an
    /// ordinary number points at that order.
    #[expect(clippy::too_many_arguments, reason = "the parts of an order that were read already")]
    fn disguised(
        &mut self,
        who: &[Identifier],
        row: &[Cell<'_>],
        deal: Deal,
        by_number: bool,
        total: Option<Decimal>,
        quantity: Option<Decimal>,
        column: Option<usize>,
        out: &mut Vec<Record>,
    ) -> Built<()> {
        let columns = &self.plan.columns;
        let Some((at, day)) = deal.when else { return Err(RowFault::missing(Code::DateMissing, &[&columns.order_at])) };
        let Some(total) = total else { return Err(RowFault::missing(Code::AmountMissing, &[&columns.line_paid, &columns.order_paid, &columns.line_price])) };
        let amount = self.paid(total.abs(), column)?;
        let (product, _) = self.product_words(row)?;
        let made_up = self.plan.order_identity != OrderIdentity::Column;
        let (refund_id, order_id) = match (by_number, made_up) {
            (_, true) => (Some(deal.id), None),
            (true, false) => (Some(deal.id), self.id(&columns.refund_order, row)?),
            (false, false) => (None, Some(deal.id)),
        };
        out.push(Record::Refund(RefundRecord {
            customer: who.to_vec(),
            refund_id,
            order_id,
            at,
            day,
            amount,
            reason: self.text(&columns.refund_reason, row)?,
            product,
            quantity: quantity.map(|q| q.abs().number()),
            line_no: self.id(&columns.line_no, row)?,
            by_status: false,
            so_far: false,
        }));
        Ok(())
    }

    /// A row of a file of refunds.
    fn refund_only(&mut self, who: &[Identifier], row: &[Cell<'_>], out: &mut Vec<Record>) -> Built<()> {
        let columns = &self.plan.columns;
        let order_id = match self.id(&columns.refund_order, row)? {
            Some(id) => Some(id),
            None => self.id(&columns.order_id, row)?,
        };
        if order_id.is_none() {
            self.somebody(who)?;
        }
        let amount = match self.money(&columns.refund_amount, row)? {
            Some(a) => a,
            None => self.money(&columns.order_paid, row)?.ok_or_else(|| RowFault::missing(Code::AmountMissing, &[&columns.refund_amount, &columns.order_paid]))?,
        };
        let when = match self.when(&columns.refund_at, row)? {
            Some(w) => Some(w),
            None => self.order_time(row)?,
        };
        let (at, day) = when.ok_or_else(|| RowFault::missing(Code::DateMissing, &[&columns.refund_at, &columns.order_at]))?;
        let (product, _) = self.product_words(row)?;
        out.push(Record::Refund(RefundRecord {
            customer: who.to_vec(),
            refund_id: self.id(&columns.refund_id, row)?,
            order_id,
            at,
            day,
            amount: amount.saturating_abs(),
            reason: self.text(&columns.refund_reason, row)?,
            product,
            quantity: self.number(&columns.line_quantity, row)?.map(f64::abs),
            line_no: self.id(&columns.line_no, row)?,
            by_status: false,
            so_far: false,
        }));
        Ok(())
    }
}

/// What is left after a discount.
fn subtract(amount: Decimal, discount: Option<Decimal>) -> Decimal {
    let Some(discount) = discount else { return amount };
    let places = amount.places.max(discount.places);
    let raise = |d: Decimal| d.mantissa.saturating_mul(10i128.saturating_pow(places - d.places));
    Decimal { mantissa: raise(amount) - raise(discount), places }
}
