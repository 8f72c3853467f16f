//! Heads, lines and refunds of a block of customers: which columns a run needs, what the product list completes, and one
//! numbering for the texts that orders take from their lines.

use super::{
    coder::{recode, union},
    column::{Texts, same},
    complete::Completer,
    facts::{Chunk, FactTable, Slot, TEXT, Wanted, slot},
    gather::Scope,
    load::{Feed, Raw, Source, Which},
    resolve::{
        BRAND, CATEGORY, CHANNEL, COUPON, KINDS, PAYMENT, PRODUCT, REASON, Rows, STORE, Scratch,
    },
};
use crate::{Lake, Products, Result};
use domain::{
    feature::{FactKind, Field},
    table::Table,
};
use std::{ops::Range, sync::Arc};

/// What orders are made of, as a run reads it.
pub(super) struct Purchases {
    /// heads, lines, refunds
    pub(super) sources: [Source; 3],
    products: Products,
    wanted: Wanted,
    as_of: i32,
}

/// May the product list say what lines leave out?
fn completes(wanted: &Wanted) -> bool {
    let bought = [Field::Cost, Field::Category, Field::Brand].iter().any(|f| wanted.has(FactKind::Lines, *f));
    bought || line_cost(wanted)
}

/// Is the cost of an order wanted, which its lines may say?
fn line_cost(wanted: &Wanted) -> bool {
    wanted.has(FactKind::Orders, Field::Cost) || wanted.has(FactKind::AllOrders, Field::Cost)
}

impl Purchases {
    pub(super) fn open(lake: &Lake, scope: Scope, wanted: &Wanted, cuts: &[u32]) -> Result<Purchases> {
        let open = |table| Source::open(lake, table, Which::Versions, scope, cuts);
        let (heads, (lines, refunds)) =
            rayon::join(|| open(Table::Orders), || rayon::join(|| open(Table::Lines), || open(Table::Refunds)));
        let products = if completes(wanted) { lake.products(scope.known)? } else { Default::default() };
        Ok(Purchases { sources: [heads?, lines?, refunds?], products, wanted: wanted.clone(), as_of: scope.as_of.0 })
    }

    /// The columns of heads, lines and refunds, in the order of the places in `resolve`.
    fn columns(&self) -> [Vec<(&'static str, bool)>; 3] {
        let [heads, lines, refunds] = &self.sources;
        let wanted = &self.wanted;
        let orders = |f: Field| wanted.has(FactKind::Orders, f) || wanted.has(FactKind::AllOrders, f);
        let bought = |f: Field| wanted.has(FactKind::Lines, f);
        let (cost, line_cost) = (orders(Field::Cost), line_cost(wanted) || bought(Field::Cost));
        let (channel, store) = (orders(Field::Channel), orders(Field::Store));
        let numbered = refunds.has("refund_key") && !refunds.in_order;
        let head = vec![
            ("order_key", true),
            ("at", true),
            ("day", true),
            ("recorded_at", !heads.in_order),
            ("paid", true),
            ("cost", cost),
            ("cancelled", heads.ever("cancelled")),
            ("channel", channel),
            ("store", store),
            ("discount", orders(Field::Discount)),
            ("payment", orders(Field::Payment)),
            ("coupon", orders(Field::Coupon)),
            ("batch", !heads.in_order),
        ];
        let line = vec![
            ("order_key", true),
            ("at", true),
            ("day", true),
            ("recorded_at", !lines.in_order),
            ("paid", true),
            ("cost", line_cost),
            ("cancelled", lines.ever("cancelled")),
            ("channel", channel || bought(Field::Channel)),
            ("store", store || bought(Field::Store)),
            ("line_key", true),
            ("quantity", line_cost || orders(Field::Quantity) || bought(Field::Quantity)),
            ("product", completes(wanted) || bought(Field::Product)),
            ("category", bought(Field::Category)),
            ("brand", bought(Field::Brand)),
            ("batch", !lines.in_order),
        ];
        let refund = vec![
            ("order_key", true),
            ("at", true),
            ("day", true),
            ("recorded_at", numbered),
            ("amount", true),
            ("reason", wanted.has(FactKind::Refunds, Field::Reason)),
            ("refund_key", true),
            ("by_status", true),
            ("batch", numbered),
        ];
        [head, line, refund]
    }

    /// The rows of a range of customers.
    pub(super) fn feed(&self, range: usize, customers: Range<u32>) -> Result<PurchaseFeed<'_>> {
        let [heads, lines, refunds] = &self.sources;
        let [head, line, refund] = self.columns();
        let feeds = [
            heads.feed(range, customers.clone(), &head)?,
            lines.feed(range, customers.clone(), &line)?,
            refunds.feed(range, customers, &refund)?,
        ];
        let completer = completes(&self.wanted).then(|| Completer::new(&self.products, &self.wanted));
        Ok(PurchaseFeed { of: self, feeds, completer, shared: Default::default(), scratch: Scratch::default() })
    }
}

/// Purchases of a range of customers, block by block.
pub(super) struct PurchaseFeed<'a> {
    of: &'a Purchases,
    pub(super) feeds: [Feed<'a>; 3],
    completer: Option<Completer<'a>>,
    /// channels and shops of heads and lines
    shared: [Union; 2],
    scratch: Scratch,
}

impl PurchaseFeed<'_> {
    /// Orders, all orders, lines of valid orders and refunds of the next customers, up to `until`.
    pub(super) fn next(&mut self, until: u32) -> Result<[FactTable; 4]> {
        let [heads, lines, refunds] = &mut self.feeds;
        let ((heads, mut head), (lines, mut line), (refunds, refund)) =
            (heads.next(until)?, lines.next(until)?, refunds.next(until)?);
        if let Some(completer) = &mut self.completer {
            completer.complete(&mut line, lines.rows());
        }
        // an order's channel and shop may come from its lines: one numbering for both
        for (union, place) in self.shared.iter_mut().zip([CHANNEL, STORE]) {
            union.share(&mut head[place], &mut line[place]);
        }
        let of = [
            (Field::Channel, &head[CHANNEL]),
            (Field::Store, &head[STORE]),
            (Field::Payment, &head[PAYMENT]),
            (Field::Coupon, &head[COUPON]),
            (Field::Product, &line[PRODUCT]),
            (Field::Category, &line[CATEGORY]),
            (Field::Brand, &line[BRAND]),
            (Field::Reason, &refund[REASON]),
        ];
        let mut texts: [Texts; TEXT.len()] = Default::default();
        for (field, raw) in of {
            if let (Slot::Text(i), Raw::Text(_, all)) = (slot(field), raw) {
                texts[i] = all.clone();
            }
        }
        let rows = Rows { heads, head, lines, line, refunds, refund, as_of: self.of.as_of };
        let mut chunks: [Vec<Chunk>; KINDS.len()] = Default::default();
        rows.resolve(&self.of.wanted, &mut self.scratch, &mut chunks);
        Ok(chunks.map(|chunks| FactTable { chunks, texts: texts.clone() }))
    }
}

/// The union of two lists of texts, kept while they stay the same.
#[derive(Default)]
pub(super) struct Union {
    of: [Texts; 2],
    all: Texts,
    maps: [Vec<u32>; 2],
}

impl Union {
    /// The union, and per list the place of each of its texts in it.
    pub(super) fn get(&mut self, a: &Texts, b: &Texts) -> (&Texts, &[Vec<u32>; 2]) {
        if !same(&self.of[0], a) || !same(&self.of[1], b) {
            let (all, mut maps) = union(&[a, b]);
            let second = maps.pop().unwrap_or_default();
            *self = Union {
                of: [a.clone(), b.clone()],
                all: Arc::new(all),
                maps: [maps.pop().unwrap_or_default(), second],
            };
        }
        (&self.all, &self.maps)
    }

    /// One numbering for two text columns.
    fn share(&mut self, a: &mut Raw, b: &mut Raw) {
        match (a, b) {
            (Raw::Text(a, texts_a), Raw::Text(b, texts_b)) => {
                let (all, [of_a, of_b]) = self.get(texts_a, texts_b);
                recode(a, of_a);
                recode(b, of_b);
                texts_a.clone_from(all);
                texts_b.clone_from(all);
            }
            // a column nobody has still needs the texts of the other
            (a @ Raw::Absent, Raw::Text(_, texts)) => *a = Raw::Text(Vec::new(), texts.clone()),
            _ => {}
        }
    }
}
