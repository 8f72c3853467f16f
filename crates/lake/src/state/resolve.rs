//! Orders put together from heads, lines and refunds, one customer at a time, as `History::as_of` does it: of several
//! versions the one learnt last counts; an order without a head is what its lines are, less the cancelled ones; refunds
//! lower the order they name, those told by a status only by what the others leave.

use super::{
    column::NONE,
    facts::{CHUNK, Chunk, Slot, Wanted, put, slot},
    load::{Layout, NULL, Raw},
    versions::{Ranked, Versions},
};
use domain::feature::{FactKind, Field};
use std::ops::Range;

/// The rows heads, lines and refunds are made of, by customer.
pub(super) struct Rows {
    pub(super) heads: Layout,
    pub(super) head: Vec<Raw>,
    pub(super) lines: Layout,
    pub(super) line: Vec<Raw>,
    pub(super) refunds: Layout,
    pub(super) refund: Vec<Raw>,
    pub(super) as_of: i32,
}

/// What `resolve` makes, in its order.
pub(super) const KINDS: [FactKind; 4] = [FactKind::Orders, FactKind::AllOrders, FactKind::Lines, FactKind::Refunds];

// Places in `Rows::head`, `Rows::line` and `Rows::refund`; the first ones mean the same in each.
pub(super) const KEY: usize = 0;
pub(super) const AT: usize = 1;
pub(super) const DAY: usize = 2;
pub(super) const RECORDED: usize = 3;
pub(super) const PAID: usize = 4;
pub(super) const COST: usize = 5;
pub(super) const CANCELLED: usize = 6;
pub(super) const CHANNEL: usize = 7;
pub(super) const STORE: usize = 8;
pub(super) const DISCOUNT: usize = 9;
pub(super) const PAYMENT: usize = 10;
pub(super) const COUPON: usize = 11;
pub(super) const BATCH: usize = 12;
pub(super) const LINE_KEY: usize = 9;
pub(super) const QUANTITY: usize = 10;
pub(super) const PRODUCT: usize = 11;
pub(super) const CATEGORY: usize = 12;
pub(super) const BRAND: usize = 13;
pub(super) const LINE_BATCH: usize = 14;
pub(super) const REASON: usize = 5;
pub(super) const REFUND_KEY: usize = 6;
pub(super) const BY_STATUS: usize = 7;
pub(super) const REFUND_BATCH: usize = 8;

impl Rows {
    /// Orders, all orders, lines of valid orders and refunds of the block's customers, appended chunk by chunk.
    pub(super) fn resolve(&self, wanted: &Wanted, scratch: &mut Scratch, out: &mut [Vec<Chunk>; 4]) {
        let wanted = &self.there(wanted);
        let customers = self.heads.customers();
        for from in customers.clone().step_by(CHUNK) {
            let to = customers.end.min(from + CHUNK);
            let rows = |layout: &Layout| layout.of(to - 1).end - layout.of(from).start;
            let (heads, lines, refunds) = (rows(&self.heads), rows(&self.lines), rows(&self.refunds));
            let orders = if heads == 0 { lines } else { heads };
            let mut chunks = KINDS.map(Chunk::begin);
            for ((chunk, kind), facts) in chunks.iter_mut().zip(KINDS).zip([orders, orders, lines, refunds]) {
                chunk.reserve(kind, facts, wanted);
            }
            for customer in from..to {
                if !self.plain(customer, scratch, wanted, &mut chunks) {
                    self.customer(customer, scratch);
                    self.emit(scratch, wanted, &mut chunks);
                }
                chunks.iter_mut().for_each(Chunk::end_customer);
            }
            out.iter_mut().zip(chunks).for_each(|(all, chunk)| all.push(chunk));
        }
    }

    /// What is wanted, less the columns nobody has a value in.
    fn there(&self, wanted: &Wanted) -> Wanted {
        let mut there = wanted.clone();
        let mut needs = |kinds: &[FactKind], field: Field, columns: &[&Raw]| {
            if columns.iter().all(|raw| raw.is_absent()) {
                kinds.iter().for_each(|k| there.drop_field(*k, field));
            }
        };
        let orders = [FactKind::Orders, FactKind::AllOrders];
        let (h, l) = (&self.head, &self.line);
        needs(&orders, Field::Cost, &[&h[COST], &l[COST]]);
        needs(&orders, Field::Discount, &[&h[DISCOUNT]]);
        needs(&orders, Field::Quantity, &[&l[QUANTITY]]);
        needs(&orders, Field::Channel, &[&h[CHANNEL], &l[CHANNEL]]);
        needs(&orders, Field::Store, &[&h[STORE], &l[STORE]]);
        needs(&orders, Field::Payment, &[&h[PAYMENT]]);
        needs(&orders, Field::Coupon, &[&h[COUPON]]);
        let of_lines = [
            (Field::Cost, COST),
            (Field::Channel, CHANNEL),
            (Field::Store, STORE),
            (Field::Product, PRODUCT),
            (Field::Category, CATEGORY),
            (Field::Brand, BRAND),
        ];
        for (field, place) in of_lines {
            needs(&[FactKind::Lines], field, &[&l[place]]);
        }
        needs(&[FactKind::Refunds], Field::Reason, &[&self.refund[REASON]]);
        there
    }

    /// The short way for customers with heads only: columns are copied, no order is put together.
    fn plain(&self, customer: usize, s: &mut Scratch, wanted: &Wanted, out: &mut [Chunk; 4]) -> bool {
        if !self.lines.of(customer).is_empty() || !self.refunds.of(customer).is_empty() {
            return false;
        }
        s.clear();
        let h = &self.head;
        self.heads_of(customer, s);
        let (at, keys) = (h[AT].wholes(), h[KEY].wholes());
        s.ranked.clear();
        s.ranked.extend(s.heads.iter().map(|i| (at[*i as usize], *i)));
        // instants seldom tie: the order number is only looked up if they do
        let rank = |a: &(i64, u32), b: &(i64, u32)| {
            a.0.cmp(&b.0).then_with(|| (keys[a.1 as usize] as u64).cmp(&(keys[b.1 as usize] as u64)))
        };
        if !s.ranked.is_sorted_by(|a, b| rank(a, b).is_le()) {
            s.ranked.sort_unstable_by(rank);
            s.heads.clear();
            s.heads.extend(s.ranked.iter().map(|r| r.1));
        }
        let valid = |i: &&u32| !h[CANCELLED].flag(**i as usize) && h[PAID].whole(**i as usize) > 0;
        let bought = if s.heads.iter().all(|i| valid(&i)) {
            &s.heads
        } else {
            s.bought.clear();
            s.bought.extend(s.heads.iter().filter(valid));
            &s.bought
        };
        let [orders, all_orders, ..] = out;
        for (kind, rows, c) in [(FactKind::Orders, bought, orders), (FactKind::AllOrders, &s.heads, all_orders)] {
            if !wanted.has_kind(kind) {
                continue;
            }
            let has = |f| wanted.has(kind, f);
            copy(&mut c.day, rows, h[DAY].days(), 0);
            let moneys = [(Field::Net, PAID), (Field::Gross, PAID), (Field::Cost, COST), (Field::Discount, DISCOUNT)];
            for (field, place) in moneys.into_iter().filter(|(f, _)| has(*f)) {
                copy(money(c, field), rows, h[place].wholes(), NULL);
            }
            if has(Field::Refunded) {
                copy(money(c, Field::Refunded), rows, &[], 0);
            }
            if has(Field::Quantity) {
                copy(number(c, Field::Quantity), rows, &[], f64::NAN);
            }
            let texts =
                [(Field::Channel, CHANNEL), (Field::Store, STORE), (Field::Payment, PAYMENT), (Field::Coupon, COUPON)];
            for (field, place) in texts.into_iter().filter(|(f, _)| has(*f)) {
                copy(text(c, field), rows, h[place].codes(), NONE);
            }
            if has(Field::Cancelled) {
                flag(c, Field::Cancelled).extend(rows.iter().map(|i| h[CANCELLED].flag(*i as usize)));
            }
        }
        true
    }

    fn heads_of(&self, customer: usize, s: &mut Scratch) {
        let h = &self.head;
        let versions = Versions::new(&self.heads, self.as_of, &h[KEY], &h[DAY], &h[RECORDED], &h[BATCH]);
        versions.latest(self.heads.of(customer), &mut s.keys, &mut s.heads);
    }

    fn customer(&self, customer: usize, s: &mut Scratch) {
        s.clear();
        self.heads_of(customer, s);
        let lines = self.lines.of(customer);
        if !lines.is_empty() {
            let line = &self.line;
            let versions =
                Versions::new(&self.lines, self.as_of, &line[LINE_KEY], &line[DAY], &line[RECORDED], &line[LINE_BATCH]);
            versions.latest(lines, &mut s.keys, &mut s.lines);
            s.lines.sort_unstable_by_key(|i| {
                let i = *i as usize;
                (line[KEY].whole(i) as u64, line[AT].whole(i), line[LINE_KEY].whole(i) as u64)
            });
            self.group(s);
        }
        for i in 0..s.heads.len() {
            let head = s.heads[i] as usize;
            let key = self.head[KEY].whole(head) as u64;
            let group = s.groups.binary_search_by_key(&key, |g| g.0).ok();
            let lines = group.map_or(0..0, |g| {
                s.groups[g].2 = true;
                s.groups[g].1.clone()
            });
            let order = self.with_head(head, lines, &s.lines);
            s.orders.push(order);
        }
        for (_, lines, _) in s.groups.iter().filter(|g| !g.2) {
            s.orders.push(self.without_head(lines.clone(), &s.lines));
        }
        let rank = |o: &Order| (o.at, o.key);
        if !s.orders.is_sorted_by_key(rank) {
            s.orders.sort_unstable_by_key(rank);
        }
        self.refund(customer, s);
    }

    /// Notes which of the sorted lines belong to which order.
    fn group(&self, s: &mut Scratch) {
        let mut from = 0;
        for i in 1..=s.lines.len() {
            let key = |i: usize| self.line[KEY].whole(s.lines[i] as usize) as u64;
            if i == s.lines.len() || key(i) != key(from) {
                s.groups.push((key(from), from..i, false));
                from = i;
            }
        }
    }

    fn with_head(&self, head: usize, lines: Range<usize>, sorted: &[u32]) -> Order {
        let first = sorted.get(lines.start).filter(|_| !lines.is_empty()).map(|l| *l as usize);
        let h = &self.head;
        let or_first = |own: u32, column: usize| match first {
            Some(line) if own == NONE => self.line[column].code(line),
            _ => own,
        };
        let OfLines { cost, quantity, all_cancelled, .. } = self.of_lines(&lines, sorted);
        let own_cost = h[COST].whole(head);
        Order {
            key: h[KEY].whole(head) as u64,
            at: h[AT].whole(head),
            day: h[DAY].day(head),
            gross: h[PAID].whole(head),
            refunded: 0,
            cost: if own_cost == NULL { cost } else { own_cost },
            discount: h[DISCOUNT].whole(head),
            quantity,
            channel: or_first(h[CHANNEL].code(head), CHANNEL),
            store: or_first(h[STORE].code(head), STORE),
            payment: h[PAYMENT].code(head),
            coupon: h[COUPON].code(head),
            cancelled: h[CANCELLED].flag(head) || all_cancelled,
            lines,
        }
    }

    fn without_head(&self, lines: Range<usize>, sorted: &[u32]) -> Order {
        let first = sorted[lines.start] as usize;
        let l = &self.line;
        let OfLines { gross, cost, quantity, all_cancelled } = self.of_lines(&lines, sorted);
        Order {
            key: l[KEY].whole(first) as u64,
            at: l[AT].whole(first),
            day: l[DAY].day(first),
            gross,
            refunded: 0,
            cost,
            discount: NULL,
            quantity,
            channel: l[CHANNEL].code(first),
            store: l[STORE].code(first),
            payment: NONE,
            coupon: NONE,
            cancelled: all_cancelled,
            lines,
        }
    }

    /// What an order's lines come to: those that are not cancelled, or all of them if every one is.
    fn of_lines(&self, lines: &Range<usize>, sorted: &[u32]) -> OfLines {
        let l = &self.line;
        let lines = &sorted[lines.clone()];
        let all_cancelled = !lines.is_empty() && lines.iter().all(|i| l[CANCELLED].flag(*i as usize));
        let mut sum = OfLines { gross: 0, cost: NULL, quantity: f64::NAN, all_cancelled };
        for i in lines.iter().map(|i| *i as usize).filter(|i| all_cancelled || !l[CANCELLED].flag(*i)) {
            sum.gross = sum.gross.saturating_add(l[PAID].whole(i));
            let own = l[COST].whole(i);
            if own != NULL {
                sum.cost = if sum.cost == NULL { own } else { sum.cost.saturating_add(own) };
            }
            let pieces = l[QUANTITY].number(i);
            sum.quantity = if sum.quantity.is_nan() { pieces } else { sum.quantity + pieces };
        }
        sum
    }

    fn emit(&self, s: &mut Scratch, wanted: &Wanted, out: &mut [Chunk; 4]) {
        let [orders, all_orders, lines, refunds] = out;
        for o in &s.orders {
            if o.valid() && wanted.has_kind(FactKind::Orders) {
                o.put(orders, FactKind::Orders, wanted);
            }
            if wanted.has_kind(FactKind::AllOrders) {
                o.put(all_orders, FactKind::AllOrders, wanted);
            }
        }
        if wanted.has_kind(FactKind::Lines) {
            let sorted = &s.lines;
            s.bought.clear();
            let l = &self.line;
            let kept = |i: &u32| !l[CANCELLED].flag(*i as usize);
            let of_order = |o: &Order| sorted[o.lines.clone()].iter().copied().filter(kept);
            s.bought.extend(s.orders.iter().filter(|o| o.valid()).flat_map(of_order));
            let rank = |i: &u32| {
                let i = *i as usize;
                (l[AT].whole(i), l[KEY].whole(i) as u64, l[LINE_KEY].whole(i) as u64)
            };
            if !s.bought.is_sorted_by_key(rank) {
                s.bought.sort_by_key(rank);
            }
            for i in &s.bought {
                self.put_line(*i as usize, wanted, lines);
            }
        }
        if wanted.has_kind(FactKind::Refunds) {
            let kind = FactKind::Refunds;
            for (row, amount, linked) in &s.refunds {
                let row = *row as usize;
                refunds.day.push(self.refund[DAY].day(row));
                put(money(refunds, Field::Refunded), wanted.has(kind, Field::Refunded), *amount);
                put(text(refunds, Field::Reason), wanted.has(kind, Field::Reason), self.refund[REASON].code(row));
                put(flag(refunds, Field::Linked), wanted.has(kind, Field::Linked), *linked);
            }
        }
    }

    fn put_line(&self, i: usize, wanted: &Wanted, c: &mut Chunk) {
        let l = &self.line;
        let has = |f| wanted.has(FactKind::Lines, f);
        c.day.push(l[DAY].day(i));
        put(money(c, Field::Gross), has(Field::Gross), l[PAID].whole(i));
        put(money(c, Field::Cost), has(Field::Cost), l[COST].whole(i));
        put(number(c, Field::Quantity), has(Field::Quantity), l[QUANTITY].number(i));
        put(text(c, Field::Channel), has(Field::Channel), l[CHANNEL].code(i));
        put(text(c, Field::Store), has(Field::Store), l[STORE].code(i));
        put(text(c, Field::Product), has(Field::Product), l[PRODUCT].code(i));
        put(text(c, Field::Category), has(Field::Category), l[CATEGORY].code(i));
        put(text(c, Field::Brand), has(Field::Brand), l[BRAND].code(i));
    }
}

/// What an order's lines come to.
struct OfLines {
    gross: i64,
    cost: i64,
    quantity: f64,
    all_cancelled: bool,
}

/// An order in the making.
pub(super) struct Order {
    pub(super) key: u64,
    at: i64,
    day: i32,
    gross: i64,
    pub(super) refunded: i64,
    cost: i64,
    discount: i64,
    quantity: f64,
    channel: u32,
    store: u32,
    payment: u32,
    coupon: u32,
    cancelled: bool,
    /// places in the sorted lines of the customer
    lines: Range<usize>,
}

impl Order {
    fn net(&self) -> i64 {
        self.gross.saturating_sub(self.refunded)
    }

    fn valid(&self) -> bool {
        !self.cancelled && self.net() > 0
    }

    fn put(&self, c: &mut Chunk, kind: FactKind, wanted: &Wanted) {
        let has = |f| wanted.has(kind, f);
        c.day.push(self.day);
        put(money(c, Field::Net), has(Field::Net), self.net());
        put(money(c, Field::Gross), has(Field::Gross), self.gross);
        put(money(c, Field::Refunded), has(Field::Refunded), self.refunded);
        put(money(c, Field::Cost), has(Field::Cost), self.cost);
        put(money(c, Field::Discount), has(Field::Discount), self.discount);
        put(number(c, Field::Quantity), has(Field::Quantity), self.quantity);
        put(text(c, Field::Channel), has(Field::Channel), self.channel);
        put(text(c, Field::Store), has(Field::Store), self.store);
        put(text(c, Field::Payment), has(Field::Payment), self.payment);
        put(text(c, Field::Coupon), has(Field::Coupon), self.coupon);
        put(flag(c, Field::Cancelled), has(Field::Cancelled), self.cancelled);
    }
}

/// Memory of one worker, used again for every customer.
#[derive(Default)]
pub(super) struct Scratch {
    pub(super) keys: Ranked,
    heads: Vec<u32>,
    lines: Vec<u32>,
    /// order key, its lines, has it a head?
    groups: Vec<(u64, Range<usize>, bool)>,
    pub(super) orders: Vec<Order>,
    /// row, what it comes to, does it name a known order?
    pub(super) refunds: Vec<(u32, i64, bool)>,
    /// per order what its refunds come to that no status tells
    pub(super) told: Vec<(i64, i64)>,
    pub(super) bought: Vec<u32>,
    /// instant and row of heads on their way into an order
    ranked: Vec<(i64, u32)>,
}

impl Scratch {
    fn clear(&mut self) {
        self.heads.clear();
        self.lines.clear();
        self.groups.clear();
        self.orders.clear();
        self.refunds.clear();
    }
}

/// Appends these rows of a column; `none` where the column has no values at all.
fn copy<T: Copy>(to: &mut Vec<T>, rows: &[u32], from: &[T], none: T) {
    if from.is_empty() {
        to.resize(to.len() + rows.len(), none);
    } else {
        to.extend(rows.iter().map(|i| from[*i as usize]));
    }
}

fn money(c: &mut Chunk, field: Field) -> &mut Vec<i64> {
    let Slot::Money(i) = slot(field) else { unreachable!("{field:?} is money") };
    &mut c.money[i]
}

fn number(c: &mut Chunk, field: Field) -> &mut Vec<f64> {
    let Slot::Number(i) = slot(field) else { unreachable!("{field:?} is a number") };
    &mut c.number[i]
}

fn text(c: &mut Chunk, field: Field) -> &mut Vec<u32> {
    let Slot::Text(i) = slot(field) else { unreachable!("{field:?} is a text") };
    &mut c.text[i]
}

fn flag(c: &mut Chunk, field: Field) -> &mut Vec<bool> {
    let Slot::Flag(i) = slot(field) else { unreachable!("{field:?} is a flag") };
    &mut c.flag[i]
}
