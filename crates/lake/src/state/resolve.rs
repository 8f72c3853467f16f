//! Orders put together from heads, lines and refunds, one customer at a time, as `History::as_of` does it: of several
//! versions of a head (or line) the one learnt last counts, of equal ones the later row; an order without a head is what
//! its lines are; refunds lower the order they name.

use super::{
    column::NONE,
    complete::complete,
    facts::{Chunk, FactTable, Wanted, put, slot, Slot},
    load::{Layout, NULL, Raw, recode, union},
};
use crate::{Lake, Result};
use domain::{
    Day,
    clock::Instant,
    feature::{FactKind, Field},
    table::Table,
};
use rayon::prelude::*;
use std::{ops::Range, sync::Arc};

/// The rows heads, lines and refunds are made of, by customer.
pub(super) struct Rows {
    heads: Layout,
    head: Vec<Raw>,
    lines: Layout,
    line: Vec<Raw>,
    refunds: Layout,
    refund: Vec<Raw>,
    texts: [Arc<Vec<String>>; super::facts::TEXT.len()],
}

/// What `resolve` makes, in its order.
const KINDS: [FactKind; 4] = [FactKind::Orders, FactKind::AllOrders, FactKind::Lines, FactKind::Refunds];

// Places in `Rows::head`, `Rows::line` and `Rows::refund`; the first ones mean the same in each.
const KEY: usize = 0;
const AT: usize = 1;
const DAY: usize = 2;
const RECORDED: usize = 3;
const PAID: usize = 4;
pub(super) const COST: usize = 5;
const CANCELLED: usize = 6;
const CHANNEL: usize = 7;
const STORE: usize = 8;
const DISCOUNT: usize = 9;
const PAYMENT: usize = 10;
const COUPON: usize = 11;
const LINE_KEY: usize = 9;
pub(super) const QUANTITY: usize = 10;
pub(super) const PRODUCT: usize = 11;
pub(super) const CATEGORY: usize = 12;
pub(super) const BRAND: usize = 13;
const REASON: usize = 5;

impl Rows {
    pub(super) fn load(lake: &Lake, customers: u32, as_of: Day, known: Instant, wanted: &Wanted) -> Result<Rows> {
        let layout = |table| Layout::new(lake, table, customers, as_of, known);
        let (heads, (lines, refunds)) =
            rayon::join(|| layout(Table::Orders), || rayon::join(|| layout(Table::Lines), || layout(Table::Refunds)));
        let (heads, lines, refunds) = (heads?, lines?, refunds?);

        let orders = |f: Field| wanted.has(FactKind::Orders, f) || wanted.has(FactKind::AllOrders, f);
        let bought = |f: Field| wanted.has(FactKind::Lines, f);
        let (cost, line_cost) = (orders(Field::Cost), orders(Field::Cost) || bought(Field::Cost));
        let (channel, store) = (orders(Field::Channel), orders(Field::Store));
        let completes = line_cost || bought(Field::Category) || bought(Field::Brand);
        let head_columns = [
            ("order_key", true),
            ("at", true),
            ("day", true),
            ("recorded_at", !heads.in_order),
            ("paid", true),
            ("cost", cost),
            ("cancelled", true),
            ("channel", channel),
            ("store", store),
            ("discount", orders(Field::Discount)),
            ("payment", orders(Field::Payment)),
            ("coupon", orders(Field::Coupon)),
        ];
        let line_columns = [
            ("order_key", true),
            ("at", true),
            ("day", true),
            ("recorded_at", !lines.in_order),
            ("paid", true),
            ("cost", line_cost),
            ("cancelled", true),
            ("channel", channel || bought(Field::Channel)),
            ("store", store || bought(Field::Store)),
            ("line_key", true),
            ("quantity", line_cost || orders(Field::Quantity) || bought(Field::Quantity)),
            ("product", completes || bought(Field::Product)),
            ("category", bought(Field::Category)),
            ("brand", bought(Field::Brand)),
        ];
        let refund_columns = [
            ("order_key", true),
            ("at", true),
            ("day", true),
            ("recorded_at", false),
            ("amount", true),
            ("reason", wanted.has(FactKind::Refunds, Field::Reason)),
        ];
        let (head, (line, refund)) = rayon::join(
            || heads.load(&head_columns),
            || rayon::join(|| lines.load(&line_columns), || refunds.load(&refund_columns)),
        );
        let (mut head, mut line, refund) = (head?, line?, refund?);

        if completes && !line[PRODUCT].is_absent() {
            let products = lake.products(known)?;
            if !products.is_empty() {
                complete(&mut line, &products, lines.rows(), line_cost, &bought);
            }
        }
        let mut texts: [Arc<Vec<String>>; super::facts::TEXT.len()] = Default::default();
        // an order's channel and shop may come from its lines: one numbering for both
        for (i, field) in [(CHANNEL, Field::Channel), (STORE, Field::Store)] {
            share(&mut head[i], &mut line[i]);
            set_texts(&mut texts, field, &head[i]);
        }
        for (i, field) in [(PAYMENT, Field::Payment), (COUPON, Field::Coupon)] {
            set_texts(&mut texts, field, &head[i]);
        }
        for (i, field) in [(PRODUCT, Field::Product), (CATEGORY, Field::Category), (BRAND, Field::Brand)] {
            set_texts(&mut texts, field, &line[i]);
        }
        set_texts(&mut texts, Field::Reason, &refund[REASON]);
        Ok(Rows { heads, head, lines, line, refunds, refund, texts })
    }

    /// Orders, all orders, lines of valid orders and refunds of every customer.
    pub(super) fn resolve(&self, customers: usize, chunk: usize, wanted: &Wanted) -> [FactTable; 4] {
        let wanted = &self.there(wanted);
        let starts: Vec<usize> = (0..customers).step_by(chunk).collect();
        let chunks: Vec<[Chunk; 4]> = starts
            .into_par_iter()
            .map_init(Scratch::default, |scratch, from| {
                let to = customers.min(from + chunk);
                let rows = |layout: &Layout| layout.of(from).start..layout.of(to - 1).end;
                let (heads, lines, refunds) = (rows(&self.heads).len(), rows(&self.lines).len(), rows(&self.refunds).len());
                let orders = if heads == 0 { lines } else { heads };
                let mut out = KINDS.map(Chunk::begin);
                for ((chunk, kind), facts) in out.iter_mut().zip(KINDS).zip([orders, orders, lines, refunds]) {
                    chunk.reserve(kind, facts, wanted);
                }
                for customer in from..to {
                    if !self.plain(customer, scratch, wanted, &mut out) {
                        self.customer(customer, scratch);
                        self.emit(scratch, wanted, &mut out);
                    }
                    out.iter_mut().for_each(Chunk::end_customer);
                }
                out.iter_mut().for_each(Chunk::shrink);
                out
            })
            .collect();
        let mut tables: [FactTable; 4] = Default::default();
        for table in &mut tables {
            table.texts = self.texts.clone();
            table.chunks.reserve_exact(chunks.len());
        }
        for chunk in chunks {
            for (table, chunk) in tables.iter_mut().zip(chunk) {
                table.chunks.push(chunk);
            }
        }
        tables
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
        latest(self.heads.of(customer), &h[KEY], &h[RECORDED], self.heads.in_order, &mut s.keys, &mut s.heads);
        let rank = |i: &u32| (h[AT].whole(*i as usize), h[KEY].whole(*i as usize) as u64);
        if !s.heads.is_sorted_by_key(rank) {
            s.heads.sort_unstable_by_key(rank);
        }
        let valid = |i: &&u32| !h[CANCELLED].flag(**i as usize) && h[PAID].whole(**i as usize) > 0;
        s.bought.clear();
        s.bought.extend(s.heads.iter().filter(valid));
        let [orders, all_orders, ..] = out;
        for (kind, rows, c) in [(FactKind::Orders, &s.bought, orders), (FactKind::AllOrders, &s.heads, all_orders)] {
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

    fn customer(&self, customer: usize, s: &mut Scratch) {
        s.clear();
        latest(self.heads.of(customer), &self.head[KEY], &self.head[RECORDED], self.heads.in_order, &mut s.keys, &mut s.heads);
        let lines = self.lines.of(customer);
        if !lines.is_empty() {
            let key = &self.line[LINE_KEY];
            latest(lines, key, &self.line[RECORDED], self.lines.in_order, &mut s.keys, &mut s.lines);
            let line = &self.line;
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
        let (cost, quantity, all_cancelled) = self.of_lines(&lines, sorted);
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
        let (cost, quantity, cancelled) = self.of_lines(&lines, sorted);
        let gross = sorted[lines.clone()].iter().fold(0i64, |sum, i| sum.saturating_add(l[PAID].whole(*i as usize)));
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
            cancelled,
            lines,
        }
    }

    /// Cost, pieces and "every line is cancelled" of an order's lines.
    fn of_lines(&self, lines: &Range<usize>, sorted: &[u32]) -> (i64, f64, bool) {
        if lines.is_empty() {
            return (NULL, f64::NAN, false);
        }
        let (mut cost, mut quantity, mut cancelled) = (NULL, f64::NAN, true);
        for i in &sorted[lines.clone()] {
            let i = *i as usize;
            let own = self.line[COST].whole(i);
            if own != NULL {
                cost = if cost == NULL { own } else { cost.saturating_add(own) };
            }
            let pieces = self.line[QUANTITY].number(i);
            quantity = if quantity.is_nan() { pieces } else { quantity + pieces };
            cancelled &= self.line[CANCELLED].flag(i);
        }
        (cost, quantity, cancelled)
    }

    fn refund(&self, customer: usize, s: &mut Scratch) {
        for row in self.refunds.of(customer) {
            let key = self.refund[KEY].whole(row);
            let amount = self.refund[PAID].whole(row);
            let order = s.orders.iter_mut().find(|o| key != NULL && o.key == key as u64);
            let linked = order.is_some();
            if let Some(order) = order {
                order.refunded = order.refunded.saturating_add(amount);
            }
            s.refunds.push((self.refund[AT].whole(row), row as u32, linked));
        }
        s.refunds.sort_by_key(|r| r.0);
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
            s.bought.extend(s.orders.iter().filter(|o| o.valid()).flat_map(|o| sorted[o.lines.clone()].iter().copied()));
            let l = &self.line;
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
            for (_, row, linked) in &s.refunds {
                let row = *row as usize;
                refunds.day.push(self.refund[DAY].day(row));
                put(money(refunds, Field::Refunded), wanted.has(kind, Field::Refunded), self.refund[PAID].whole(row));
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

/// An order in the making.
struct Order {
    key: u64,
    at: i64,
    day: i32,
    gross: i64,
    refunded: i64,
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
struct Scratch {
    keys: Vec<(u64, i64, u32)>,
    heads: Vec<u32>,
    lines: Vec<u32>,
    /// order key, its lines, has it a head?
    groups: Vec<(u64, Range<usize>, bool)>,
    orders: Vec<Order>,
    refunds: Vec<(i64, u32, bool)>,
    bought: Vec<u32>,
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

/// Of the rows with one key the one learnt last; of equal ones the later row.
fn latest(rows: Range<usize>, key: &Raw, recorded: &Raw, in_order: bool, keys: &mut Vec<(u64, i64, u32)>, out: &mut Vec<u32>) {
    let Raw::Whole(all) = key else { return };
    let of = all.get(rows.clone()).unwrap_or(&[]);
    let few = of.len() <= 48;
    if few && !of.iter().enumerate().any(|(i, k)| of[..i].contains(k)) {
        out.extend(rows.map(|r| r as u32));
        return;
    }
    keys.clear();
    keys.extend(rows.map(|r| (all[r] as u64, if in_order { 0 } else { recorded.whole(r) }, r as u32)));
    keys.sort_unstable();
    out.extend(keys.chunk_by(|a, b| a.0 == b.0).filter_map(|same| same.last()).map(|k| k.2));
    out.sort_unstable();
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

fn set_texts(texts: &mut [Arc<Vec<String>>], field: Field, raw: &Raw) {
    if let (Slot::Text(i), Raw::Text(_, all)) = (slot(field), raw) {
        texts[i] = Arc::new(all.clone());
    }
}

/// One numbering for two text columns.
fn share(a: &mut Raw, b: &mut Raw) {
    match (a, b) {
        (Raw::Text(a, texts_a), Raw::Text(b, texts_b)) => {
            let (all, maps) = union(&[texts_a, texts_b]);
            recode(a, &maps[0]);
            recode(b, &maps[1]);
            texts_a.clone_from(&all);
            *texts_b = all;
        }
        // a column nobody has still needs the texts of the other
        (a @ Raw::Absent, Raw::Text(_, texts)) => *a = Raw::Text(Vec::new(), texts.clone()),
        _ => {}
    }
}
