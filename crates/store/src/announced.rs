//! What was told last: which state of the world, which segments and classifications, and who was in them. Whoever tells of the next
//! state takes its number, so that of several servers one does.

use crate::{Access, Result, Store, Tx, bulk::Bulk, mark::Set};
use domain::clock::Instant;
use std::collections::{BTreeMap, BTreeSet};

/// What was told last.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Announced {
    /// counts what was told; 0 = nothing yet
    pub seq: i64,
    /// of which state
    pub world: String,
    /// about what
    pub watched: BTreeSet<String>,
}

/// The sets of a subject by their part: `""` of a segment, the classes of a classification.
pub type Sets = BTreeMap<String, Set>;

statements! {
    LAST = "SELECT seq, world, watched FROM announced WHERE workspace = $1";
    FIRST = "INSERT INTO announced (workspace, seq, world, watched, at) VALUES ($1, 1, $2, $3, $4) ON CONFLICT DO NOTHING";
    NEXT = "UPDATE announced SET seq = seq + 1, world = $3, watched = $4, at = $5 WHERE workspace = $1 AND seq = $2";
    UNWATCH = "UPDATE announced SET world = '', watched = '[]' WHERE workspace = $1";
    SETS = "SELECT part, chunk, bits FROM announced_sets WHERE workspace = $1 AND subject = $2 ORDER BY part, chunk";
    FORGET = "DELETE FROM announced_sets WHERE workspace = $1 AND subject = $2";
    FORGET_ALL = "DELETE FROM announced_sets WHERE workspace = $1";
}

pub(crate) const PUT: Bulk = Bulk {
    head: "INSERT INTO announced_sets (workspace, subject, part, chunk, bits) VALUES",
    width: 5,
    tail: " ON CONFLICT (workspace, subject, part, chunk) DO UPDATE SET bits = excluded.bits",
};

/// What was told last.
pub async fn last(db: impl Access, workspace: &str) -> Result<Announced> {
    let Some((seq, world, watched)) = optional!(db, (i64, String, String), LAST, workspace)? else { return Ok(Announced::default()) };
    Ok(Announced { seq, world, watched: serde_json::from_str(&watched)? })
}

/// Who was in a subject's sets.
pub async fn sets(db: impl Access, workspace: &str, subject: &str) -> Result<Sets> {
    let mut all = Sets::new();
    for (part, chunk, bits) in rows!(db, (String, i64, Vec<u8>), SETS, workspace, subject)? {
        all.entry(part).or_default().put(chunk, &bits);
    }
    Ok(all)
}

/// Takes the number after `before`, for a state and what is told of it; false if somebody else has it.
pub async fn next(tx: &mut Tx, workspace: &str, before: &Announced, world: &str, watched: &BTreeSet<String>, now: Instant) -> Result<bool> {
    let watched = serde_json::to_string(watched)?;
    let touched = match before.seq {
        0 => execute!(tx, FIRST, workspace, world, watched, now.0)?,
        seq => execute!(tx, NEXT, workspace, seq, world, watched, now.0)?,
    };
    Ok(touched == 1)
}

/// Writes who is in a subject's sets where it differs from who was.
pub async fn put(tx: &mut Tx, workspace: &str, subject: &str, now: &Sets, before: &Sets) -> Result<()> {
    let nobody = Set::default();
    let parts: BTreeSet<&String> = now.keys().chain(before.keys()).collect();
    for part in parts {
        let (now, before) = (now.get(part).unwrap_or(&nobody), before.get(part).unwrap_or(&nobody));
        let differs = now.and_not(before).or(&before.and_not(now));
        let rows: Vec<(i64, Vec<u8>)> = differs.chunks().map(|c| (i64::from(c), now.bytes(c))).collect();
        bulk!(tx, PUT, rows, |(chunk, bits)| [workspace.to_owned(), subject.to_owned(), part.clone(), chunk, bits]);
    }
    Ok(())
}

/// Forgets a subject that nobody wants to hear of any more.
pub async fn forget(tx: &mut Tx, workspace: &str, subject: &str) -> Result<()> {
    execute!(tx, FORGET, workspace, subject).map(|_| ())
}

/// Nobody wants to hear of anything: who asks later begins anew.
pub async fn unwatch(store: &Store, workspace: &str) -> Result<()> {
    let mut tx = store.begin().await?;
    execute!(&mut tx, UNWATCH, workspace)?;
    execute!(&mut tx, FORGET_ALL, workspace)?;
    tx.commit().await
}
