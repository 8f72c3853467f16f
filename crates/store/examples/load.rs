//! How fast the store takes and gives customers: `cargo run -p store --example load -- [customers] [address]`. Without an
//! address into a new SQLite file, with `postgres` into a server of its own.

use domain::{
    CustomerKey,
    clock::{Clock, Instant, SystemClock},
    id,
    identity::{Identifier, IdentifierKind},
};
use serde_json::json;
use store::{
    Store, catalog, customer,
    customer::{NewCustomer, NewIdentifier},
    import::{self, Base, Commit, NewImport, Status},
};

fn chance(n: u32) -> [u8; 10] {
    let mut bytes = [0; 10];
    let a = id::key64(&n.to_string());
    bytes[..8].copy_from_slice(&a.to_be_bytes());
    bytes
}

fn report(what: &str, rows: u32, since: Instant) {
    let seconds = (SystemClock.now().0 - since.0) as f64 / 1e6;
    println!("{what:<40} {seconds:>8.3} s {:>12.0} a second", f64::from(rows) / seconds);
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let n: u32 = arguments.next().map_or(Ok(1_000_000), |a| a.parse())?;
    let folder = tempfile::tempdir()?;
    let here = format!("sqlite:{}", folder.path().join("zhiyin.db").display());
    let address = match arguments.next().as_deref() {
        None => here,
        Some("postgres") => testkit::postgres::database()?,
        Some(address) => address.to_owned(),
    };
    let now = SystemClock.now();
    let store = Store::open(&address).await?;
    report("open and migrate", 1, now);
    let boot = catalog::Bootstrap { data_path: "/lake/", author: "load", now, random: [1; 16] };
    catalog::ensure(&store, &boot).await?;
    let mut tx = store.begin().await?;
    let new = NewImport {
        id: id::public("imp", now, chance(1)),
        author: "load".into(),
        created_at: now,
        fingerprint: now.0.to_string(),
        files: json!([]),
        sample: false,
    };
    let import = import::create(&mut tx, &new).await?.id;
    import::set_status(&mut tx, &import, Status::Checking, None, now).await?;
    tx.commit().await?;
    let base = Base { snapshot: catalog::head(&store).await?, customers: customer::counter(&store).await?, identifiers: customer::put_right::version(&store).await? };
    let first = base.customers;
    let phone = move |k: u32| format!("861{:010}", u64::from(k).wrapping_mul(2_654_435_761) % 10_000_000_000);
    let commit = Commit {
        customers: Box::new((first..first + n).map(move |k| NewCustomer {
            key: CustomerKey(k),
            id: id::public("cus", now, chance(k)),
            organisation: false,
            name: Some(format!("客户{k}")),
        })),
        identifiers: Box::new((first..first + n).map(move |k| NewIdentifier {
            customer: CustomerKey(k),
            identifier: Identifier { kind: IdentifierKind::Phone, value: phone(k) },
        })),
        ..Commit::new(&import, "load", now, base, &[])
    };
    let start = SystemClock.now();
    import::commit(&store, commit).await?;
    report("commit: a customer and a phone each", n, start);

    let start = SystemClock.now();
    let mut seen = 0;
    customer::each_identifier(&store, |_, _, _| seen += 1).await?;
    report("hand over every identifier", seen, start);
    let asked: Vec<Identifier> =
        (first..first + n.min(100_000)).map(|k| Identifier { kind: IdentifierKind::Phone, value: phone(k) }).collect();
    let start = SystemClock.now();
    customer::resolve(&store, &asked).await?;
    report("resolve identifiers", asked.len() as u32, start);
    Ok(())
}
