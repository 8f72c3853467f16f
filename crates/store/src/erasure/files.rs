//! Lake files that were written anew without a person, in the place of those that held them, in every snapshot that names those: a
//! snapshot of before then says the same of everybody else, and nothing of them. What was named is to be removed from the disk.

use crate::{
    Access, Conflict, Error, Result, Store, Tx,
    catalog::{self, Replaced, stats, table_id, write},
};
use domain::{clock::Instant, table::{DataFile, Table}};
use std::collections::BTreeSet;

#[derive(sqlx::FromRow)]
struct Named {
    data_file_id: i64,
    begin_snapshot: i64,
    end_snapshot: Option<i64>,
}

statements! {
    ALL = "SELECT table_id, path, record_count, file_size_bytes, footer_size FROM ducklake_data_file WHERE table_id <= $1 ORDER BY data_file_id";
    NAMED = "SELECT data_file_id, begin_snapshot, end_snapshot FROM ducklake_data_file WHERE table_id = $1 AND path = $2";
    SET_FILE = "UPDATE ducklake_data_file SET path = $2, record_count = $3, file_size_bytes = $4, footer_size = $5 WHERE data_file_id = $1";
    DROP_STATS = "DELETE FROM ducklake_file_column_stats WHERE data_file_id = $1";
    DROP_FILE = "DELETE FROM ducklake_data_file WHERE data_file_id = $1";
    TABLE_STATS = "SELECT record_count, file_size_bytes FROM ducklake_table_stats WHERE table_id = $1";
    SET_TABLE_STATS = "UPDATE ducklake_table_stats SET record_count = $2, file_size_bytes = $3 WHERE table_id = $1";
    DROP_TABLE_STATS = "DELETE FROM ducklake_table_column_stats WHERE table_id = $1";
    DROP_CHANGE_FACTS = "DELETE FROM change_facts WHERE snapshot = $1
        AND NOT EXISTS (SELECT 1 FROM ducklake_data_file f WHERE f.begin_snapshot = $1)";
}

/// Every file that any snapshot names, live or ended, without statistics.
pub async fn all(db: impl Access) -> Result<Vec<DataFile>> {
    Ok(rows!(db, catalog::Listed, ALL, Table::ALL.len() as i64)?.into_iter().filter_map(catalog::Listed::file).collect())
}

/// Puts the new files in the place of the old, in a snapshot of its own. `live`: the files of the snapshot `base` as they are, for
/// the statistics of whole tables. `Conflict` if the lake moved since `base`, in whatever way.
pub async fn replace(store: &Store, now: Instant, base: i64, live: &[DataFile], replaced: &[Replaced], attributes: &[DataFile], author: &str) -> Result<Tx> {
    let mut change = write::begin(store, now, attributes.len(), 0, 0).await?;
    if change.snapshot != base + 1 {
        return Err(Conflict::Lake { staged: base, head: change.snapshot - 1 }.into());
    }
    for r in replaced {
        put(&mut change.tx, r).await?;
    }
    let tables: BTreeSet<Table> = replaced.iter().map(|r| r.old.table).collect();
    for table in &tables {
        let of = |f: &DataFile| replaced.iter().find(|r| r.old.table == f.table && r.old.path == f.path);
        let files: Vec<DataFile> = live
            .iter()
            .filter(|f| f.table == *table)
            .filter_map(|f| match of(f) {
                Some(r) => r.new.clone(),
                None => Some(f.clone()),
            })
            .collect();
        execute!(&mut change.tx, DROP_TABLE_STATS, table_id(*table))?;
        stats::widen(&mut change.tx, table_id(*table), *table, &files.iter().collect::<Vec<_>>()).await?;
    }
    change.add(attributes).await?;
    // whoever staged something against what was there stages it again
    let changes = format!("deleted_from_table:{}", table_id(Table::Attributes));
    change.changes(&[changes], author).await?;
    Ok(change.tx)
}

async fn put(tx: &mut Tx, r: &Replaced) -> Result<()> {
    let id = table_id(r.old.table);
    let named = optional!(&mut *tx, Named, NAMED, id, r.old.path.as_str())?;
    let named = named.ok_or_else(|| Error::from(Conflict::File { path: r.old.path.clone() }))?;
    execute!(&mut *tx, DROP_STATS, named.data_file_id)?;
    match &r.new {
        Some(new) => {
            execute!(&mut *tx, SET_FILE, named.data_file_id, new.path.as_str(), new.rows as i64, new.bytes as i64, new.footer as i64)?;
            bulk!(&mut *tx, write::PUT_STATS, new.columns.iter(), |s| [
                named.data_file_id,
                id,
                i64::from(s.column),
                new.rows as i64 - s.nulls as i64,
                s.nulls as i64,
                stats::bound(s.min.as_deref()),
                stats::bound(s.max.as_deref()),
            ]);
        }
        None => {
            execute!(&mut *tx, DROP_FILE, named.data_file_id)?;
            // a change by hand may have none left
            execute!(&mut *tx, DROP_CHANGE_FACTS, named.begin_snapshot)?;
        }
    }
    if named.end_snapshot.is_none() {
        let (rows, bytes) = r.new.as_ref().map_or((0, 0), |n| (n.rows as i64, n.bytes as i64));
        if let Some((records, size)) = optional!(&mut *tx, (i64, i64), TABLE_STATS, id)? {
            let (records, size) = (records - r.old.rows as i64 + rows, size - r.old.bytes as i64 + bytes);
            execute!(&mut *tx, SET_TABLE_STATS, id, records.max(0), size.max(0))?;
        }
    }
    Ok(())
}
