//! A small random business: facts of a few customers, as values for `domain` and as files for the lake.

use domain::{
    Currency, CustomerKey, Day, Value,
    clock::Instant,
    fact::{AnswerFact, AttributeFact, Facts, InteractionFact, LineFact, OrderFact, RefundFact},
    feature::{Definition, Feature, Field, History, Plan, Population, catalog},
    id::key64,
    rule::{Literal, Vocabulary},
    segment::{self, Step},
    table::{DataFile, Snapshot},
};
use lake::{
    AnswerRow, AttributeRow, InteractionRow, Lake, Limits, LineRow, OrderRow, RefundRow, Row, Spec, Writer,
};
use std::{collections::BTreeMap, path::Path};

/// The day everything is computed as of.
pub const TODAY: Day = Day(20_000);
const MICROS: i64 = 86_400_000_000;

/// SplitMix64: the test's own chance.
pub struct Chance(pub u64);

impl Chance {
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, n: usize) -> usize {
        (self.bits() % n.max(1) as u64) as usize
    }

    pub fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    pub fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }

    fn maybe(&mut self, of: &[&str]) -> Option<String> {
        if self.one_in(4) { None } else { Some((*self.pick(of)).to_string()) }
    }

    fn day(&mut self) -> Day {
        // some beyond the as-of day, most within the windows of the catalog
        TODAY.plus(if self.one_in(6) { 3 - self.below(8) as i32 } else { 5 - self.below(800) as i32 })
    }

    fn at(&mut self, day: Day) -> Instant {
        // equal instants happen; now and then the instant does not follow the day
        let day = if self.one_in(30) { day.plus(self.below(5) as i32 - 2) } else { day };
        Instant(i64::from(day.0) * MICROS + self.below(3) as i64 * 3_600_000_000)
    }

    fn recorded(&mut self) -> Instant {
        Instant(i64::from(TODAY.0) * MICROS + (self.below(7) as i64 - 3) * MICROS)
    }

    fn money(&mut self) -> i64 {
        if self.one_in(8) { self.below(3) as i64 } else { self.below(300_000) as i64 }
    }
}

/// Facts of a business, whole and by customer.
pub struct Business {
    pub customers: Vec<Facts>,
    orders: Vec<(u32, OrderFact)>,
    lines: Vec<(u32, LineFact)>,
    refunds: Vec<(u32, RefundFact)>,
    interactions: Vec<(u32, InteractionFact)>,
    answers: Vec<(u32, AnswerFact)>,
    attributes: Vec<(u32, AttributeFact)>,
}

const CHANNELS: &[&str] = &["app", "shop", "web", "小程序"];
const WORDS: &[&str] = &["a", "b", "c", "Zé", "面霜"];

/// Texts that the filters of the catalog compare a field with, and one more.
fn texts_of(field: Field) -> Vec<String> {
    let mut found = vec!["else".to_string()];
    for f in catalog() {
        if let Definition::Aggregate(a) = &f.definition {
            for c in a.filter.iter().filter(|c| c.field == field) {
                found.extend(c.values.iter().filter_map(|v| if let Literal::Text(t) = v { Some(t.clone()) } else { None }));
            }
        }
    }
    found
}

/// Raw attribute keys the catalog reads.
pub fn attribute_keys() -> Vec<String> {
    let mut keys = Vec::new();
    for f in catalog() {
        match &f.definition {
            Definition::Attribute { key } => keys.push(key.clone()),
            Definition::Derived { of, .. } => {
                keys.extend(of.iter().filter_map(|n| n.strip_prefix("attribute.")).map(str::to_string));
            }
            _ => {}
        }
    }
    keys.sort();
    keys.dedup();
    keys
}

fn attribute_value(c: &mut Chance) -> Value {
    let texts = ["男", "F", "bachelor", "北京", "Shanghai", "Guangdong", "1990-02-29", "42", "3.5", "organisation", ""];
    match c.below(8) {
        0 => Value::Null,
        1 => Value::Int(c.below(2100) as i64),
        2 => Value::Number(c.below(100) as f64 / 4.0),
        3 => Value::Money(c.below(1_000_000) as i64),
        4 => Value::Bool(c.one_in(2)),
        5 => Value::Day(TODAY.plus(-(c.below(25_000) as i32))),
        _ => Value::Text((*c.pick(&texts)).to_string()),
    }
}

impl Business {
    /// A business of `customers` with about `size` facts each.
    pub fn random(seed: u64, customers: usize, size: usize) -> Business {
        let c = &mut Chance(seed);
        let n = customers * size;
        let mut b = Business {
            customers: vec![Facts::default(); customers],
            orders: Vec::new(),
            lines: Vec::new(),
            refunds: Vec::new(),
            interactions: Vec::new(),
            answers: Vec::new(),
            attributes: Vec::new(),
        };
        let kinds = texts_of(Field::Kind);
        let keys = attribute_keys();
        let orders = (size * 2).max(2);
        for _ in 0..c.below(n + 1) {
            let (who, id) = (c.below(customers) as u32, format!("o{}", c.below(orders)));
            let day = c.day();
            b.orders.push((who, OrderFact {
                order_key: key64(&id),
                order_id: id,
                at: c.at(day),
                day,
                recorded_at: c.recorded(),
                paid: c.money(),
                cost: if c.one_in(2) { None } else { Some(c.money()) },
                discount: if c.one_in(2) { None } else { Some(c.money()) },
                cancelled: c.one_in(9),
                channel: c.maybe(CHANNELS),
                store: c.maybe(WORDS),
                payment: c.maybe(WORDS),
                coupon: c.maybe(WORDS),
            }));
        }
        for _ in 0..c.below(n + 1) {
            let (who, id) = (c.below(customers) as u32, format!("o{}", c.below(orders)));
            let day = c.day();
            let line = format!("{id}/{}", c.below(4));
            b.lines.push((who, LineFact {
                order_key: key64(&id),
                order_id: id,
                line_key: key64(&line),
                at: c.at(day),
                day,
                recorded_at: c.recorded(),
                product: c.maybe(WORDS),
                category: c.maybe(&["护肤", "makeup", "food"]),
                brand: c.maybe(WORDS),
                quantity: c.below(40) as f64 / 10.0,
                paid: c.money(),
                cost: if c.one_in(2) { None } else { Some(c.money()) },
                cancelled: c.one_in(4),
                channel: c.maybe(&["pop-up", "app"]),
                store: c.maybe(WORDS),
            }));
        }
        for _ in 0..c.below(n / 2 + 1) {
            let who = c.below(customers) as u32;
            let id = if c.one_in(4) { None } else { Some(format!("o{}", c.below(orders + 1))) };
            let day = c.day();
            b.refunds.push((who, RefundFact {
                order_key: id.as_deref().map(key64),
                order_id: id,
                at: c.at(day),
                day,
                recorded_at: c.recorded(),
                amount: c.money() / 2,
                reason: c.maybe(WORDS),
            }));
        }
        for _ in 0..c.below(n + 1) {
            let (who, day) = (c.below(customers) as u32, c.day());
            let (at, recorded_at) = (c.at(day), c.recorded());
            let (kind, channel) = (c.pick(&kinds).clone(), c.maybe(CHANNELS));
            b.interactions.push((who, InteractionFact { at, day, recorded_at, kind, channel }));
        }
        for _ in 0..c.below(n + 1) {
            let (who, day) = (c.below(customers) as u32, c.day());
            let (at, recorded_at) = (c.at(day), c.recorded());
            let question = (*c.pick(&["nps", "csat", "ces", "own"])).to_string();
            let score = c.below(22) as f64 / 2.0;
            b.answers.push((who, AnswerFact { at, day, recorded_at, question, score, channel: c.maybe(CHANNELS) }));
        }
        for _ in 0..c.below(n * 4 + 1) {
            let (who, day) = (c.below(customers) as u32, c.day());
            let key = c.pick(&keys).clone();
            let value = attribute_value(c);
            b.attributes.push((who, AttributeFact { key, day, recorded_at: c.recorded(), value }));
        }
        b.spread();
        b
    }

    fn spread(&mut self) {
        let all = &mut self.customers;
        self.orders.iter().for_each(|(w, f)| all[*w as usize].orders.push(f.clone()));
        self.lines.iter().for_each(|(w, f)| all[*w as usize].lines.push(f.clone()));
        self.refunds.iter().for_each(|(w, f)| all[*w as usize].refunds.push(f.clone()));
        self.interactions.iter().for_each(|(w, f)| all[*w as usize].interactions.push(f.clone()));
        self.answers.iter().for_each(|(w, f)| all[*w as usize].answers.push(f.clone()));
        self.attributes.iter().for_each(|(w, f)| all[*w as usize].attributes.push(f.clone()));
    }

    /// Writes it as files of at most `rows` rows and opens them as a lake.
    pub fn lake(&self, root: &Path, rows: usize) -> Lake {
        Lake::open(root, &Snapshot { id: 1, files: self.write(root, rows) }).unwrap()
    }

    /// Writes it as files of at most `rows` rows.
    pub fn write(&self, root: &Path, rows: usize) -> Vec<DataFile> {
        let limits = Limits { rows, ..Limits::default() };
        let mut files = Vec::new();
        let mut n = 0u64;
        let mut key = || {
            n += 1;
            n
        };
        let mut w = Writer::new(root, "t", limits);
        for (who, f) in &self.orders {
            w.push(&OrderRow {
                customer: CustomerKey(*who),
                row_key: key(),
                order_key: f.order_key,
                order_id: &f.order_id,
                at: f.at,
                day: f.day,
                recorded_at: f.recorded_at,
                paid: f.paid,
                cost: f.cost,
                discount: f.discount,
                cancelled: f.cancelled,
                channel: f.channel.as_deref(),
                store: f.store.as_deref(),
                payment: f.payment.as_deref(),
                coupon: f.coupon.as_deref(),
                batch: 7,
            })
            .unwrap();
        }
        files.extend(w.finish().unwrap());
        let mut w = Writer::new(root, "t", limits);
        for (who, f) in &self.lines {
            w.push(&LineRow {
                customer: CustomerKey(*who),
                row_key: key(),
                order_key: f.order_key,
                order_id: &f.order_id,
                line_key: f.line_key,
                at: f.at,
                day: f.day,
                recorded_at: f.recorded_at,
                product: f.product.as_deref(),
                category: f.category.as_deref(),
                brand: f.brand.as_deref(),
                quantity: f.quantity,
                paid: f.paid,
                cost: f.cost,
                cancelled: f.cancelled,
                channel: f.channel.as_deref(),
                store: f.store.as_deref(),
                batch: 7,
            })
            .unwrap();
        }
        files.extend(w.finish().unwrap());
        let mut w = Writer::new(root, "t", limits);
        for (who, f) in &self.refunds {
            w.push(&RefundRow {
                customer: CustomerKey(*who),
                row_key: key(),
                order_key: f.order_key,
                order_id: f.order_id.as_deref(),
                at: f.at,
                day: f.day,
                recorded_at: f.recorded_at,
                amount: f.amount,
                reason: f.reason.as_deref(),
                product: None,
                batch: 7,
            })
            .unwrap();
        }
        files.extend(w.finish().unwrap());
        files.extend(self.write_rest(root, limits, &mut key));
        files
    }

    fn write_rest(&self, root: &Path, limits: Limits, key: &mut impl FnMut() -> u64) -> Vec<DataFile> {
        let mut files = Vec::new();
        let mut w = Writer::new(root, "t", limits);
        for (who, f) in &self.interactions {
            w.push(&InteractionRow {
                customer: CustomerKey(*who),
                row_key: key(),
                at: f.at,
                day: f.day,
                recorded_at: f.recorded_at,
                kind: &f.kind,
                channel: f.channel.as_deref(),
                batch: 7,
            })
            .unwrap();
        }
        files.extend(w.finish().unwrap());
        let mut w = Writer::new(root, "t", limits);
        for (who, f) in &self.answers {
            w.push(&AnswerRow {
                customer: CustomerKey(*who),
                row_key: key(),
                at: f.at,
                day: f.day,
                recorded_at: f.recorded_at,
                question: &f.question,
                score: f.score,
                channel: f.channel.as_deref(),
                batch: 7,
            })
            .unwrap();
        }
        files.extend(w.finish().unwrap());
        let mut w = Writer::new(root, "t", limits);
        for (who, f) in &self.attributes {
            w.push(&AttributeRow {
                customer: CustomerKey(*who),
                row_key: key(),
                day: f.day,
                recorded_at: f.recorded_at,
                key: &f.key,
                value: &f.value,
                batch: 7,
            })
            .unwrap();
        }
        files.extend(w.finish().unwrap());
        files
    }

    /// Everything that ships with the product, as of today.
    pub fn spec(&self, known: Instant, features: Vec<Feature>) -> Spec {
        Spec {
            as_of: TODAY,
            known_as_of: known,
            customers: self.customers.len() as u32,
            gaps: Vec::new(),
            currency: Currency::CNY,
            features,
            classifications: domain::library::classifications().to_vec(),
            segments: domain::library::segments().to_vec(),
            statics: BTreeMap::new(),
        }
    }
}

/// Writes rows into one file or more.
pub fn write<R: Row>(root: &Path, stem: &str, rows: &[R], limits: Limits) -> Vec<DataFile> {
    let mut w = Writer::new(root, stem, limits);
    rows.iter().for_each(|r| w.push(r).unwrap());
    w.finish().unwrap()
}

/// The instant at which a business day ends in UTC.
pub fn end_of(day: Day) -> Instant {
    Instant((i64::from(day.0) + 1) * MICROS - 1)
}

/// What a run says of all at once, said by `domain` of one customer after the other.
pub fn population<'f>(b: &'f Business, spec: &Spec) -> Population<'f> {
    let plan = Plan::new(&spec.features, Currency::CNY).unwrap();
    let names = Vocabulary::new(Currency::CNY)
        .features(&spec.features)
        .classifications(&spec.classifications)
        .segments(&spec.segments);
    let histories = b.customers.iter().map(|f| History::as_of(f, TODAY, spec.known_as_of));
    let clusters = |x: &[f64]| models::kmeans(x, 5).clusters.iter().map(|c| (c.min, c.max)).collect();
    let mut all = Population::compute(&plan, histories, &clusters);
    for step in segment::plan(&spec.classifications, &spec.segments).unwrap() {
        match step {
            Step::Classification(i) => {
                all.classify(&spec.classifications[i].check(&names).unwrap());
            }
            Step::Segment(i) => {
                all.assign(&spec.segments[i].check(&spec.segments, &names).unwrap(), |_| false);
            }
        }
    }
    all
}
