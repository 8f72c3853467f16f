//! How many rows a second: `cargo run --release -p sources --example speed -- 2000000`. Writes a file of orders, reads it, says how
//! long that took and how much memory it took at most.

use domain::{Currency, Zone};
use sources::{Options, probe, read};
use std::{
    fs::File,
    io::{BufWriter, Write},
    ops::ControlFlow,
    time::Instant,
};

/// Processor seconds of all threads so far.
fn cpu() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let ticks: u64 = stat.split_whitespace().skip(13).take(2).filter_map(|t| t.parse::<u64>().ok()).sum();
    ticks as f64 / 100.0
}

fn main() -> std::io::Result<()> {
    let rows: u64 = std::env::args().nth(1).and_then(|n| n.parse().ok()).unwrap_or(1_000_000);
    let dir = tempfile::tempdir()?;
    let path = dir.path().join("orders.csv");
    let mut out = BufWriter::new(File::create(&path)?);
    writeln!(out, "order_id,customer_id,order_time,paid,discount,status,channel,store")?;
    for i in 0..rows {
        let (d, h) = (i / 977 % 28 + 1, i % 24);
        writeln!(out, "D{i:08},M{:06},2026-{:02}-{d:02} {h:02}:{:02}:{:02},{}.{:02},0.00,completed,app,", i.wrapping_mul(2_654_435_761) % 200_000, i / 30_000 % 12 + 1, i % 60, i % 59, i % 900, i % 100)?;
    }
    out.flush()?;
    drop(out);
    let bytes = std::fs::metadata(&path)?.len();
    let zone = Zone::parse("Asia/Shanghai").unwrap_or_else(Zone::utc);
    let begun = Instant::now();
    let found = probe(&path, &Options::new(&zone, Currency::CNY)).map_err(std::io::Error::other)?;
    println!("probe {:?}, ~{} rows, {:?}", begun.elapsed(), found.rows_estimate, found.mapping.kinds);
    let (begun, used) = (Instant::now(), cpu());
    let mut records = 0usize;
    let summary = read(&path, &found.mapping, &mut |batch| {
        records += batch.records().count();
        ControlFlow::Continue(())
    })
    .map_err(std::io::Error::other)?;
    let (seconds, used) = (begun.elapsed().as_secs_f64(), cpu() - used);
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find(|l| l.starts_with("VmHWM")).unwrap_or_default().replace("VmHWM:", "");
    println!("{} rows, {records} records, {:.0} MB in {seconds:.3} s = {:.0} rows/s, {used:.2} s of processor; peak memory {}", summary.accepted + summary.rejected, bytes as f64 / 1e6, (summary.accepted + summary.rejected) as f64 / seconds, peak.trim());
    Ok(())
}
