//! How fast exact k-means is on one axis: `kmeans [file of little-endian f64] [k]` prints seconds and the sum of squares as JSON.

use std::{path::PathBuf, time::Instant};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut given = std::env::args().skip(1);
    let path = PathBuf::from(given.next().ok_or("a file of numbers is wanted")?);
    let k: usize = given.next().unwrap_or_else(|| "5".into()).parse()?;
    let bytes = std::fs::read(path)?;
    let values: Vec<f64> = bytes.chunks_exact(8).filter_map(|c| c.try_into().ok()).map(f64::from_le_bytes).collect();
    let begun = Instant::now();
    let found = models::kmeans(&values, k);
    let seconds = begun.elapsed().as_secs_f64();
    println!("{{\"seconds\": {seconds}, \"values\": {}, \"inertia\": {:e}, \"centres\": {:?}}}", values.len(), found.within, found.centres());
    Ok(())
}
