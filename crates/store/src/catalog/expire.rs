//! Snapshots of before go, and the files that only they name. First the snapshots, then the files' rows: whoever asks for one of them
//! meanwhile is told that it is gone, never a part of what it held. The bytes are the sweep's, which removes what nothing names.

use crate::{Result, Store, bind::Stamp};
use domain::clock::Instant;

/// What went.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Expired {
    /// snapshots
    pub snapshots: u64,
    /// files that no snapshot names any more
    pub files: u64,
}

/// Files of which the rows go at a time, so that nobody waits long for the database's pen.
const AT_A_TIME: i64 = 500;

statements! {
    FIRST_KEPT = "SELECT CAST(COALESCE(MIN(snapshot_id), -1) AS BIGINT) FROM ducklake_snapshot WHERE snapshot_time > $1";
    OLDEST = "SELECT CAST(COALESCE(MIN(snapshot_id), -1) AS BIGINT) FROM ducklake_snapshot";
    DROP_SNAPSHOTS = "DELETE FROM ducklake_snapshot WHERE snapshot_id < $1";
    DROP_CHANGES = "DELETE FROM ducklake_snapshot_changes WHERE snapshot_id < $1";
    DROP_STATS = "DELETE FROM ducklake_file_column_stats WHERE data_file_id IN (
        SELECT data_file_id FROM ducklake_data_file WHERE end_snapshot <= $1 ORDER BY data_file_id LIMIT $2)";
    DROP_FILES = "DELETE FROM ducklake_data_file WHERE data_file_id IN (
        SELECT data_file_id FROM ducklake_data_file WHERE end_snapshot <= $1 ORDER BY data_file_id LIMIT $2)";
}

/// Forgets the snapshots before the one that was the newest at `before`, and the files that ended by then. The newest always stays, and
/// so does what a change that can be taken back needs: that is in files that live.
pub async fn expire(store: &Store, before: Instant) -> Result<Expired> {
    let mut tx = store.begin().await?;
    tx.lock_lake().await?;
    let later = scalar!(&mut tx, i64, FIRST_KEPT, Stamp(before))?;
    // what was the newest then stays, as does the newest of all
    let head = super::head(&mut tx).await?;
    let keep = if later < 0 { head } else { (later - 1).min(head) };
    // one that is gone already is no longer to be kept, and nothing between it and the next one has a name
    let keep = keep.max(scalar!(&mut tx, i64, OLDEST)?);
    let mut gone = Expired { snapshots: execute!(&mut tx, DROP_SNAPSHOTS, keep)?, files: 0 };
    execute!(&mut tx, DROP_CHANGES, keep)?;
    tx.commit().await?;
    loop {
        let mut tx = store.begin().await?;
        execute!(&mut tx, DROP_STATS, keep, AT_A_TIME)?;
        let files = execute!(&mut tx, DROP_FILES, keep, AT_A_TIME)?;
        tx.commit().await?;
        gone.files += files;
        if files < AT_A_TIME as u64 {
            return Ok(gone);
        }
    }
}
