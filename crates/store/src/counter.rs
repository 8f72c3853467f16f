//! Counters that every change of something moves: whoever remembers one sees whether it still stands.

use crate::{Access, Result};

statements! {
    VALUE = "SELECT value FROM counters WHERE name = $1";
    MOVE = "UPDATE counters SET value = value + 1 WHERE name = $1 RETURNING value";
}

/// How often what is called so has changed.
pub(crate) async fn value(db: impl Access, name: &str) -> Result<i64> {
    scalar!(db, i64, VALUE, name)
}

/// One change more, in the transaction that makes it; answers which. Whoever moves a counter has it until the commit: its order is that
/// of the commits.
pub(crate) async fn moved(db: impl Access, name: &str) -> Result<i64> {
    scalar!(db, i64, MOVE, name)
}
