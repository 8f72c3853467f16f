//! A small random business: facts of a few customers, as values for `domain` and as files for the lake.

use domain::{
    Currency, CustomerKey, Day, Value,
    clock::Instant,
    fact::{AnswerFact, AttributeFact, CostFact, Facts, InteractionFact, LineFact, OrderFact, RefundFact},
    feature::{Definition, Feature, Field, History, Plan, Population, Recorded, catalog},
    id::key64,
    rule::{Literal, Vocabulary},
    segment::{self, Step},
    table::{DataFile, Snapshot},
};
use lake::{
    AnswerRow, AttributeRow, CostRow, InteractionRow, Lake, Limits, LineRow, OrderRow, RefundRow, Row, Spec, Writer,
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

    /// The import of a row that happened at `at`, and when it was learnt.
    fn learnt(&mut self, how: Learnt, at: Instant) -> (i64, Instant) {
        let batch = 1 + self.below(4) as i64;
        let staged = Instant(i64::from(TODAY.0) * MICROS + (batch - 3) * MICROS);
        match how {
            Learnt::Wild => (batch, self.recorded()),
            Learnt::History if batch == 1 => (batch, at.min(staged)),
            Learnt::News | Learnt::History => (batch, staged),
        }
    }

    fn money(&mut self) -> i64 {
        if self.one_in(8) { self.below(3) as i64 } else { self.below(300_000) as i64 }
    }
}

/// How rows were learnt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Learnt {
    /// each import at its instant, its rows in files of their own
    News,
    /// the first import a history load: its rows were known when they happened
    History,
    /// anyhow
    Wild,
}

/// Facts of a business, whole and by customer.
pub struct Business {
    pub customers: Vec<Facts>,
    learnt: Learnt,
    orders: Vec<(u32, OrderFact)>,
    lines: Vec<(u32, LineFact)>,
    refunds: Vec<(u32, RefundFact)>,
    interactions: Vec<(u32, InteractionFact)>,
    answers: Vec<(u32, AnswerFact)>,
    attributes: Vec<(u32, AttributeFact)>,
    costs: Vec<CostFact>,
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
        5 if c.one_in(2) => Value::Day(TODAY.plus(5 - c.below(400) as i32)),
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
            learnt: *c.pick(&[Learnt::News, Learnt::History, Learnt::Wild]),
            orders: Vec::new(),
            lines: Vec::new(),
            refunds: Vec::new(),
            interactions: Vec::new(),
            answers: Vec::new(),
            attributes: Vec::new(),
            costs: Vec::new(),
        };
        let kinds = texts_of(Field::Kind);
        let keys = attribute_keys();
        let orders = (size * 2).max(2);
        for _ in 0..c.below(n + 1) {
            let (who, id) = (c.below(customers) as u32, format!("o{}", c.below(orders)));
            let day = c.day();
            let at = c.at(day);
            let (batch, recorded_at) = c.learnt(b.learnt, at);
            b.orders.push((who, OrderFact {
                order_key: key64(&id),
                order_id: id,
                at,
                day,
                recorded_at,
                batch,
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
            let at = c.at(day);
            let (batch, recorded_at) = c.learnt(b.learnt, at);
            b.lines.push((who, LineFact {
                order_key: key64(&id),
                order_id: id,
                line_key: key64(&line),
                at,
                day,
                recorded_at,
                batch,
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
        let (numbered, statuses) = (c.one_in(2), c.one_in(2));
        for _ in 0..c.below(n / 2 + 1) {
            let who = c.below(customers) as u32;
            let id = if c.one_in(4) { None } else { Some(format!("o{}", c.below(orders + 1))) };
            let day = c.day();
            let at = c.at(day);
            let (batch, recorded_at) = c.learnt(b.learnt, at);
            let number = numbered && c.one_in(2);
            b.refunds.push((who, RefundFact {
                refund_key: number.then(|| key64(&format!("r{}/{id:?}", c.below(3)))),
                order_key: id.as_deref().map(key64),
                order_id: id,
                at,
                day,
                recorded_at,
                batch,
                amount: c.money() / 2,
                reason: c.maybe(WORDS),
                by_status: statuses && c.one_in(2),
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
        for _ in 0..c.below(6) {
            let first_day = TODAY.plus(-(c.below(800) as i32));
            b.costs.push(CostFact {
                cost_key: (c.below(3) > 0).then(|| c.below(3) as u64),
                recorded_at: c.recorded(),
                batch: 1 + c.below(3) as i64,
                channel: c.maybe(&["app", "shop", "web", "北京", "nowhere"]),
                first_day,
                last_day: first_day.plus(c.below(400) as i32),
                amount: c.money(),
            });
        }
        if b.learnt != Learnt::Wild {
            b.orders.sort_by_key(|(_, f)| f.batch);
            b.lines.sort_by_key(|(_, f)| f.batch);
            b.refunds.sort_by_key(|(_, f)| f.batch);
        }
        b.spread();
        b
    }

    /// Do these rows belong into one file? Those of an import do; of rows learnt anyhow, all do.
    fn together(&self, a: i64, b: i64) -> bool {
        self.learnt == Learnt::Wild || a == b
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
        for rows in self.orders.chunk_by(|(_, a), (_, b)| self.together(a.batch, b.batch)) {
            let mut w = Writer::new(root, "t", limits);
            for (who, f) in rows {
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
                batch: f.batch,
            })
            .unwrap();
            }
            files.extend(w.finish().unwrap());
        }
        for rows in self.lines.chunk_by(|(_, a), (_, b)| self.together(a.batch, b.batch)) {
            let mut w = Writer::new(root, "t", limits);
            for (who, f) in rows {
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
                batch: f.batch,
            })
            .unwrap();
            }
            files.extend(w.finish().unwrap());
        }
        for rows in self.refunds.chunk_by(|(_, a), (_, b)| self.together(a.batch, b.batch)) {
            let mut w = Writer::new(root, "t", limits);
            for (who, f) in rows {
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
                batch: f.batch,
                refund_key: f.refund_key,
                by_status: f.by_status,
            })
            .unwrap();
            }
            files.extend(w.finish().unwrap());
        }
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
        let mut w = Writer::new(root, "t", limits);
        for f in &self.costs {
            w.push(&CostRow {
                row_key: key(),
                recorded_at: f.recorded_at,
                channel: f.channel.as_deref(),
                campaign: None,
                first_day: f.first_day,
                last_day: f.last_day,
                amount: f.amount,
                batch: f.batch,
                cost_key: f.cost_key,
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
            recorded: self.customers.len() as u32,
            recorded_by_day: 0,
            currency: Currency::CNY,
            features,
            classifications: domain::library::classifications().to_vec(),
            segments: domain::library::segments().to_vec(),
            statics: BTreeMap::new(),
            aggregates: Vec::new(),
            keep_facts: true,
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

/// What the spec says of when a customer was recorded.
fn recorded(customer: usize, spec: &Spec) -> Recorded {
    let customer = customer as u32;
    Recorded { by_known: customer < spec.recorded, by_day: customer < spec.recorded_by_day }
}

/// Who is there on the spec's day.
pub fn there(b: &Business, spec: &Spec) -> Vec<usize> {
    let history = |i: &usize| History::as_of(&b.customers[*i], spec.as_of, spec.known_as_of);
    (0..b.customers.len()).filter(|i| history(i).is_present(recorded(*i, spec))).collect()
}

/// What a run says of all at once, of those who are there, said by `domain` of one customer after the other.
pub fn population<'f>(b: &'f Business, spec: &Spec) -> Population<'f> {
    let plan = Plan::new(&spec.features, Currency::CNY).unwrap();
    let names = Vocabulary::new(Currency::CNY)
        .features(&spec.features)
        .classifications(&spec.classifications)
        .segments(&spec.segments);
    let there = there(b, spec).into_iter().map(|i| History::as_of(&b.customers[i], spec.as_of, spec.known_as_of));
    let costs: Vec<CostFact> = b.costs.iter().filter(|c| c.recorded_at <= spec.known_as_of).cloned().collect();
    let clusters = |x: &[f64]| models::kmeans(x, 5).clusters.iter().map(|c| (c.min, c.max)).collect();
    let mut all = Population::compute(&plan, there, &costs, &clusters);
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
