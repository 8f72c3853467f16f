//! What a data folder holds, read without the binary: the ledger and the catalog from the store, the rows by SQL from the
//! lake. Reading it checks that the three agree.

use crate::{
    files::Lot,
    place::{Place, block_on},
};
use arrow::{
    array::AsArray,
    datatypes::Int64Type,
    record_batch::RecordBatch,
};
use domain::table::{Snapshot, Table};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs::{self, File},
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};
use store::{
    Store,
    import::{Import, Status},
};

/// Orders by the file they came from.
const BY_FILE: &str = "select cast(split_part(substr(order_id, 2), '-', 1) as bigint), count(*), count(distinct order_id), \
    cast(sum(paid) as bigint) from orders group by 1 order by 1";
/// Orders by import.
const BY_BATCH: &str = "select batch, count(*) from orders group by 1 order by 1";
/// Everything that can be said about the orders without their customers' numbers or when they came in.
const CONTENT: &str = "select order_key, row_key, order_id, cast(at as bigint), cast(day as bigint), paid, channel from orders \
    order by order_id, row_key";

/// A data folder's content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct World {
    /// lake snapshot
    pub snapshot: i64,
    /// ids of the imports that are in, oldest first
    pub committed: Vec<String>,
    /// what is there of each file
    pub files: BTreeMap<usize, Lot>,
    /// customers
    pub customers: u64,
    /// rows set aside by the imports that are in
    pub quarantined: u64,
    /// rows of every table, by the catalog
    pub rows: BTreeMap<&'static str, u64>,
}

impl World {
    /// Reads it, and checks that no half of an import is there.
    #[track_caller]
    pub fn of(place: &Place) -> World {
        block_on(read(place))
    }

    /// Lake rows of orders.
    pub fn orders(&self) -> u64 {
        self.rows.get(Table::Orders.name()).copied().unwrap_or_default()
    }
}

async fn read(place: &Place) -> World {
    let store = Store::open(&place.url()).await.expect("the store opens");
    let snapshot = store::catalog::snapshot(&store, None).await.expect("the catalog reads");
    let ledger = ledger(&store).await;
    let inside: Vec<&Import> = ledger.iter().filter(|i| i.status == Status::Committed).collect();
    let mut quarantined = 0;
    for import in &ledger {
        let kept = store::quarantine::count(&store, &import.id).await.expect("the quarantine reads");
        let said = if matches!(import.status, Status::Committed | Status::Undone) { import.counts.quarantined } else { 0 };
        assert_eq!(kept, said, "rows set aside of {} ({:?})", import.id, import.status);
        quarantined += if import.status == Status::Committed { kept } else { 0 };
    }
    let lake = lake::Lake::open(&place.data().join("lake"), &snapshot).expect("the lake opens");
    let by_batch: Vec<(i64, i64)> = integers(&lake.sql(BY_BATCH).await.expect("the lake answers")).into_iter().map(|r| (r[0], r[1])).collect();
    let said: Vec<(i64, i64)> = inside.iter().filter(|i| i.counts.accepted > 0).map(|i| (i.batch, i.counts.accepted as i64)).collect();
    assert_eq!(by_batch, said, "orders in the lake and accepted rows in the ledger, by import");
    let files = integers(&lake.sql(BY_FILE).await.expect("the lake answers"));
    let files: BTreeMap<usize, Lot> =
        files.into_iter().map(|r| (r[0] as usize, Lot { orders: r[1], numbers: r[2], paid: r[3] })).collect();
    let rows: BTreeMap<&'static str, u64> = Table::ALL.into_iter().map(|t| (t.name(), lake.rows(t))).collect();
    let counted: i64 = files.values().map(|l| l.orders).sum();
    assert_eq!(rows.get(Table::Orders.name()).copied(), Some(counted as u64), "rows by the catalog and by SQL");
    let customers = store::customer::count(&store).await.expect("the customers are counted");
    let mut named = BTreeSet::new();
    store::customer::each_identifier(&store, |_, value, key| {
        assert!(named.insert(value.clone()), "{value} names two customers");
        let _ = key;
    })
    .await
    .expect("the identifiers read");
    assert_eq!(named.len() as u64, customers, "one number each");
    assert!(missing(place, &snapshot).is_empty(), "the catalog names files that are not there");
    let committed = inside.iter().map(|i| i.id.clone()).collect();
    store.close().await;
    World { snapshot: snapshot.id, committed, files, customers, quarantined, rows }
}

/// How many imports are in, while others go on.
pub fn committed(place: &Place) -> usize {
    block_on(async {
        let store = Store::open(&place.url()).await.expect("the store opens");
        let count = ledger(&store).await.iter().filter(|i| i.status == Status::Committed).count();
        store.close().await;
        count
    })
}

/// The whole ledger, oldest first.
pub async fn ledger(store: &Store) -> Vec<Import> {
    let (mut all, mut before) = (Vec::new(), None);
    loop {
        let page = store::import::list(store, before, 500).await.expect("the ledger reads");
        let Some(last) = page.last() else { break };
        before = Some(last.batch);
        all.extend(page);
    }
    all.reverse();
    all
}

/// Rows of whole numbers.
fn integers(batches: &[RecordBatch]) -> Vec<Vec<i64>> {
    let mut rows = Vec::new();
    for batch in batches {
        for row in 0..batch.num_rows() {
            rows.push(batch.columns().iter().map(|c| c.as_primitive::<Int64Type>().value(row)).collect());
        }
    }
    rows
}

/// Checksum of the orders: equal content, equal checksum, whenever and in whatever order it came in.
pub fn checksum(place: &Place) -> String {
    block_on(async {
        let store = Store::open(&place.url()).await.expect("the store opens");
        let snapshot = store::catalog::snapshot(&store, None).await.expect("the catalog reads");
        let lake = lake::Lake::open(&place.data().join("lake"), &snapshot).expect("the lake opens");
        let batches = lake.sql(CONTENT).await.expect("the lake answers");
        store.close().await;
        let rows: usize = batches.iter().map(RecordBatch::num_rows).sum();
        // FNV-1a over the rows as text
        let text = arrow::util::pretty::pretty_format_batches(&batches).expect("rows have a text").to_string();
        let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |h, b| (h ^ u64::from(b)).wrapping_mul(0x100_0000_01b3));
        format!("{rows} rows {hash:016x}")
    })
}

fn missing(place: &Place, snapshot: &Snapshot) -> Vec<PathBuf> {
    let root = place.data().join("lake");
    snapshot.files.iter().map(|f| lake::folder(&root, f.table).join(&f.path)).filter(|p| !p.exists()).collect()
}

/// Files in the lake that no snapshot names.
pub fn orphans(place: &Place) -> Vec<PathBuf> {
    let root = place.data().join("lake");
    let named: BTreeSet<PathBuf> = block_on(async {
        let store = Store::open(&place.url()).await.expect("the store opens");
        let paths = store::catalog::paths(&store).await.expect("the catalog reads");
        store.close().await;
        paths.into_iter().map(|(table, path)| lake::folder(&root, table).join(path)).collect()
    });
    let mut found = Vec::new();
    for table in Table::ALL {
        let Ok(entries) = fs::read_dir(lake::folder(&root, table)) else { continue };
        found.extend(entries.map(|e| e.expect("the folder reads").path()).filter(|p| !named.contains(p)));
    }
    found
}

/// Makes a file as old as what an import of the day before yesterday left.
pub fn age(path: &Path) {
    let long_ago = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
    let file = File::options().write(true).open(path).expect("the file opens");
    file.set_modified(long_ago).expect("its time can be set");
}
