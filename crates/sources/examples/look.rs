//! Shows what would be made of a file: `cargo run -p sources --example look -- orders.csv`.

use domain::{Currency, Zone};
use sources::{Options, probe, read};
use std::{collections::BTreeMap, ops::ControlFlow, path::PathBuf, time::Instant};

fn main() {
    let zone = Zone::parse("Asia/Shanghai").unwrap_or_else(Zone::utc);
    for path in std::env::args().skip(1).map(PathBuf::from) {
        println!("== {}", path.display());
        let begun = Instant::now();
        let found = match probe(&path, &Options::new(&zone, Currency::CNY)) {
            Ok(found) => found,
            Err(e) => {
                println!("   {}: {e}", e.code.key());
                continue;
            }
        };
        println!("   {:?} {:?} {:?} header {} ~{} rows, {:?}, kinds {:?} {:?}", found.format, found.encoding, found.delimiter, found.header_row, found.rows_estimate, begun.elapsed(), found.mapping.kinds, found.mapping.order_identity);
        for c in &found.columns {
            println!("   {:>3} {:<28} {:<8?} {:<28} {:.2} fill {:.2} valid {:.2} {:?}", c.index, c.header, c.value_type, c.target.name(), c.confidence, c.fill, c.valid, c.samples);
        }
        for g in &found.guesses {
            println!("   ? {} | {}", g.text().zh, g.text().en);
        }
        let begun = Instant::now();
        let (mut reasons, mut kinds, mut shown) = (BTreeMap::<&str, u64>::new(), BTreeMap::<String, u64>::new(), 0);
        let outcome = read(&path, &found.mapping, &mut |batch| {
            for r in &batch.rejects {
                let count = reasons.entry(r.code.key()).or_default();
                *count += 1;
                if *count <= 2 {
                    println!("   ! line {} {:?} {} {:?} {:?}", r.line, r.column, r.label().en, r.value, r.raw);
                }
            }
            for record in batch.records() {
                let name = format!("{record:?}");
                *kinds.entry(name.split('(').next().unwrap_or_default().to_owned()).or_default() += 1;
                shown += 1;
                if shown <= 3 {
                    println!("   = {name}");
                }
            }
            for (code, n) in &batch.notes {
                *reasons.entry(code.key()).or_default() += n;
            }
            ControlFlow::Continue(())
        });
        match outcome {
            Ok(s) => println!("   {} accepted, {} rejected in {:?}; {kinds:?}; {reasons:?}", s.accepted, s.rejected, begun.elapsed()),
            Err(e) => println!("   {}: {e}", e.code.key()),
        }
    }
}
