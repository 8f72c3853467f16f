//! How fast the lake is here: writes a made-up business, then computes every feature, class and segment of it.
//! `bench_run [customers] [orders] [folder] [rounds] [small files]`; prints one line of JSON a step.

use domain::{
    Currency, CustomerKey, Day, Value,
    clock::Instant,
    feature::catalog,
    library,
    rule::check_text,
    table::{DataFile, Snapshot},
};
use lake::{AttributeRow, Lake, Limits, OrderRow, Result, Sort, Spec, Writer};
use std::{collections::BTreeMap, path::PathBuf, time::Instant as Watch};

const TODAY: Day = Day(20_000);
const MICROS: i64 = 86_400_000_000;

/// SplitMix64.
struct Chance(u64);

impl Chance {
    fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: u64) -> u64 {
        self.bits() % n.max(1)
    }
}

/// Resident memory now and at its highest, MiB.
fn memory() -> (u64, u64) {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let of = |name: &str| {
        let line = status.lines().find(|l| l.starts_with(name));
        line.and_then(|l| l.split_whitespace().nth(1)).and_then(|n| n.parse::<u64>().ok()).unwrap_or(0) / 1024
    };
    (of("VmRSS"), of("VmHWM"))
}

/// CPU seconds of all threads since the process began: what counts on a busy machine.
fn cpu() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks = |i: usize| after_name.split_whitespace().nth(i).and_then(|t| t.parse::<f64>().ok()).unwrap_or(0.0);
    (ticks(11) + ticks(12)) / 100.0
}

/// Wall and CPU time of a step.
struct Step(Watch, f64);

impl Step {
    fn begin() -> Step {
        Step(Watch::now(), cpu())
    }

    fn say(self, step: &str, more: &str) {
        let (wall, cpu) = (self.0.elapsed().as_secs_f64(), cpu() - self.1);
        let (now, peak) = memory();
        println!("{{\"step\":\"{step}\",\"seconds\":{wall:.3},\"cpu_s\":{cpu:.2},\"mib\":{now},\"peak_mib\":{peak}{more}}}");
    }
}

const CHANNELS: [&str; 4] = ["app", "shop", "web", "mini-program"];
const PAYMENTS: [&str; 3] = ["card", "wechat", "alipay"];

/// An order by chance: a few buy much, many little.
fn order<'a>(c: &mut Chance, customers: u32, id: &'a str, day: Day, stores: &'a [String], batch: i64) -> OrderRow<'a> {
    let u = (c.below(1 << 20) as f64) / f64::from(1 << 20);
    OrderRow {
        customer: CustomerKey((u * u * f64::from(customers)) as u32 % customers),
        row_key: c.bits(),
        order_key: c.bits(),
        order_id: id,
        at: Instant(i64::from(day.0) * MICROS + c.below(86_400) as i64 * 1_000_000),
        day,
        recorded_at: Instant(i64::from(TODAY.0) * MICROS + batch - 1),
        paid: 500 + c.below(1 << 14) as i64 * (1 + c.below(8) as i64),
        cost: Some(300 + c.below(1 << 14) as i64),
        discount: None,
        cancelled: c.below(50) == 0,
        channel: CHANNELS.get(c.below(4) as usize).copied(),
        store: stores.get(c.below(50) as usize).map(String::as_str),
        payment: PAYMENTS.get(c.below(3) as usize).copied(),
        coupon: None,
        batch,
    }
}

/// So many small files as moves of what programs post make them.
fn moves(root: &std::path::Path, customers: u32, moves: u64) -> Result<Vec<DataFile>> {
    let c = &mut Chance(9);
    let mut files = Vec::new();
    for n in 0..moves {
        let mut w: Writer<OrderRow<'static>> = Writer::new(root, "move", Limits::default());
        for _ in 0..30 {
            w.add(&order(c, customers, "m", TODAY, &[], 2 + n as i64))?;
        }
        files.extend(w.finish()?);
    }
    Ok(files)
}

fn write(root: &std::path::Path, customers: u32, orders: u64) -> Result<Snapshot> {
    let c = &mut Chance(7);
    let recorded_at = Instant(i64::from(TODAY.0) * MICROS);
    let stores: Vec<String> = (0..50).map(|i| format!("store-{i}")).collect();
    let mut w: Writer<OrderRow<'static>> = Writer::new(root, "bench", Limits::default());
    let mut id = String::new();
    for n in 0..orders {
        // a month a file, as a business would bring it
        let day = TODAY.plus(-(730 - (n * 730 / orders) as i32));
        id.clear();
        id.push('o');
        id.push_str(&n.to_string());
        w.add(&order(c, customers, &id, day, &stores, 1))?;
    }
    let mut files = w.finish()?;
    let mut w: Writer<AttributeRow<'static>> = Writer::new(root, "bench", Limits::default());
    let cities = ["北京", "上海", "广州", "成都", "Suzhou"];
    for customer in 0..customers {
        let born = Value::Day(TODAY.plus(-(6_000 + c.below(18_000) as i32)));
        let city = Value::Text(cities[c.below(5) as usize].to_string());
        let gender = Value::Text(["男", "女"][c.below(2) as usize].to_string());
        for (key, value) in [("birthday", &born), ("city", &city), ("gender", &gender)] {
            let customer = CustomerKey(customer);
            w.add(&AttributeRow { customer, row_key: c.bits(), day: TODAY, recorded_at, key, value, batch: 1 })?;
        }
    }
    files.extend(w.finish()?);
    Ok(Snapshot { id: 1, files })
}

fn main() -> Result<()> {
    let args: Vec<String> = std::env::args().collect();
    let number = |i: usize, or: u64| args.get(i).and_then(|a| a.parse().ok()).unwrap_or(or);
    let (customers, orders) = (number(1, 1_000_000) as u32, number(2, 20_000_000));
    let root = args.get(3).map_or_else(|| std::env::temp_dir().join("zhiyin-bench-lake"), PathBuf::from);

    let step = Step::begin();
    let snapshot = write(&root, customers, orders)?;
    let seconds = step.0.elapsed().as_secs_f64();
    let bytes: u64 = snapshot.files.iter().map(|f| f.bytes).sum();
    let rate = (orders + 3 * u64::from(customers)) as f64 / seconds;
    step.say("write", &format!(",\"rows_per_second\":{rate:.0},\"bytes\":{bytes}"));

    let lake = Lake::open(&root, &snapshot)?;
    let spec = Spec {
        as_of: TODAY,
        known_as_of: Instant::MAX,
        customers,
        gaps: Vec::new(),
        recorded: customers,
        recorded_by_day: customers,
        currency: Currency::CNY,
        features: catalog().to_vec(),
        classifications: library::classifications().to_vec(),
        segments: library::segments().to_vec(),
        statics: BTreeMap::new(),
        aggregates: Vec::new(),
        keep_facts: true,
    };
    let rounds = number(4, 3);
    for round in 1..=rounds {
        let step = Step::begin();
        let run = lake.run(&spec)?;
        step.say("run", &format!(",\"round\":{round},\"features\":{}", run.features().len()));
        if round < rounds {
            continue;
        }
        let step = Step::begin();
        let text = "net_12m >= 5000 and recency_days > 60 or top 10 % by net";
        if let Ok((_, rule)) = check_text(text, run.names()) {
            step.say("preview", &format!(",\"count\":{}", run.count(&rule)?));
        }
        let step = Step::begin();
        let text = "sum(orders.net, last 45 days, channel = \"app\") >= 300";
        if let Ok((_, rule)) = check_text(text, run.names()) {
            step.say("preview_aggregate", &format!(",\"count\":{}", run.count(&rule)?));
        }
        let step = Step::begin();
        let page = run.page(Some(&Sort { by: "net".into(), descending: true }), None, 0, 50);
        step.say("page", &format!(",\"first\":{}", page.first().map_or(0, |c| c.0)));
        let step = Step::begin();
        run.groups("rfm_8");
        run.curve(101);
        step.say("groups_and_curve", "");
        let step = Step::begin();
        let cohorts = run.cohorts(12)?;
        step.say("cohorts", &format!(",\"cohorts\":{}", cohorts.len()));
        let step = Step::begin();
        let facts = lake.facts(CustomerKey(17), Instant::MAX)?;
        step.say("facts_of_one", &format!(",\"orders\":{}", facts.orders.len()));
        let step = Step::begin();
        println!("{{\"digest\":\"{:016x}\"}}", run.digest());
        step.say("digest", "");
    }
    // the same with many small files beside, and with few they were merged to
    let small = moves(&root, customers, number(5, 0))?;
    if small.is_empty() {
        return Ok(());
    }
    let with = |more: &[DataFile]| lake.at(&Snapshot { id: 2, files: snapshot.files.iter().chain(more).cloned().collect() });
    let (step, many) = (Step::begin(), with(&small)?.run(&spec)?);
    step.say("run_beside_small", &format!(",\"files\":{}", small.len()));
    let (step, merged) = (Step::begin(), lake::merge(&root, &small, "merged")?);
    step.say("merge", &format!(",\"files\":{}", merged.len()));
    let merged: Vec<DataFile> = merged.into_iter().map(|(_, new)| new).collect();
    let (step, few) = (Step::begin(), with(&merged)?.run(&spec)?);
    step.say("run_merged", &format!(",\"same\":{}", many.digest() == few.digest()));
    Ok(())
}
