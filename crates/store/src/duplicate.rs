//! Pairs of customers who may be one, and what people decided of them. A decision holds until what was compared changes.

use crate::{Access, Error, Result, Tx, bulk::Bulk, db::clean};
use domain::{CustomerKey, clock::Instant};

/// Where a pair stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// nobody decided yet
    Open,
    /// to be decided another day
    Later,
    /// two customers
    Distinct,
    /// one customer
    Merged,
}

impl State {
    /// Every state.
    pub const ALL: [State; 4] = [State::Open, State::Later, State::Distinct, State::Merged];

    /// As stored.
    pub fn key(self) -> &'static str {
        match self {
            State::Open => "open",
            State::Later => "later",
            State::Distinct => "distinct",
            State::Merged => "merged",
        }
    }

    /// By machine name.
    pub fn parse(text: &str) -> Option<State> {
        State::ALL.into_iter().find(|s| s.key() == text)
    }
}

/// A pair.
#[derive(Debug, Clone, PartialEq)]
pub struct Duplicate {
    /// `dup_…`
    pub id: String,
    /// the smaller number
    pub a: CustomerKey,
    /// the other
    pub b: CustomerKey,
    /// organisations instead of persons
    pub organisation: bool,
    /// probability that they are one, in billionths
    pub chance: i64,
    /// where it stands
    pub state: State,
    /// why, as a document of `flow`
    pub reasons: serde_json::Value,
    /// hash of what was compared
    pub content: i64,
    /// the smallest number of those that hang together
    pub cluster: CustomerKey,
    /// found
    pub found_at: Instant,
    /// decided
    pub decided_at: Option<Instant>,
    /// by whom
    pub decided_by: Option<String>,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    a: i64,
    b: i64,
    organisation: bool,
    chance: i64,
    state: String,
    reasons: String,
    content: i64,
    cluster: i64,
    found_at: i64,
    decided_at: Option<i64>,
    decided_by: Option<String>,
}

impl TryFrom<Row> for Duplicate {
    type Error = Error;

    fn try_from(r: Row) -> Result<Duplicate> {
        let state = State::parse(&r.state).ok_or_else(|| Error::Invalid(format!("no state of a pair {:?}", r.state)))?;
        Ok(Duplicate {
            reasons: serde_json::from_str(&r.reasons)?,
            id: r.id,
            a: CustomerKey(r.a as u32),
            b: CustomerKey(r.b as u32),
            organisation: r.organisation,
            chance: r.chance,
            state,
            content: r.content,
            cluster: CustomerKey(r.cluster as u32),
            found_at: Instant(r.found_at),
            decided_at: r.decided_at.map(Instant),
            decided_by: r.decided_by,
        })
    }
}

/// Which pairs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wanted {
    /// where they stand
    pub state: State,
    /// organisations, or persons; `None` = both
    pub organisation: Option<bool>,
    /// at least so probable, in billionths
    pub from: i64,
    /// and less than this
    pub below: i64,
}

statements! {
    GET = "SELECT id, a, b, organisation, chance, state, reasons, content, cluster, found_at, decided_at, decided_by
        FROM duplicates WHERE workspace = $1 AND id = $2";
    OF_PAIR = "SELECT id, a, b, organisation, chance, state, reasons, content, cluster, found_at, decided_at, decided_by
        FROM duplicates WHERE workspace = $1 AND a = $2 AND b = $3";
    PAGE = "SELECT d.id, d.a, d.b, d.organisation, d.chance, d.state, d.reasons, d.content, d.cluster, d.found_at, d.decided_at, d.decided_by
        FROM duplicates d JOIN customers x ON x.key = d.a JOIN customers y ON y.key = d.b
        WHERE d.workspace = $1 AND d.state = $2 AND d.chance >= $3 AND d.chance < $4
            AND (d.organisation = $5 OR d.organisation = $6)
            AND (d.chance < $7 OR (d.chance = $7 AND d.id > $8))
            AND (d.state = 'merged' OR COALESCE(x.root, x.key) <> COALESCE(y.root, y.key))
        ORDER BY d.chance DESC, d.id LIMIT $9";
    COUNT = "SELECT COUNT(*) FROM duplicates d JOIN customers x ON x.key = d.a JOIN customers y ON y.key = d.b
        WHERE d.workspace = $1 AND d.state = $2 AND d.chance >= $3 AND d.chance < $4
            AND (d.organisation = $5 OR d.organisation = $6)
            AND (d.state = 'merged' OR COALESCE(x.root, x.key) <> COALESCE(y.root, y.key))";
    OF_CUSTOMER = "SELECT d.id, d.a, d.b, d.organisation, d.chance, d.state, d.reasons, d.content, d.cluster, d.found_at, d.decided_at, d.decided_by
        FROM duplicates d JOIN customers x ON x.key = d.a JOIN customers y ON y.key = d.b
        WHERE d.workspace = $1 AND d.state = 'open' AND COALESCE(x.root, x.key) <> COALESCE(y.root, y.key)
            AND (d.a IN (SELECT c.key FROM customers c WHERE c.key = $2 OR c.root = $2)
                OR d.b IN (SELECT c.key FROM customers c WHERE c.key = $2 OR c.root = $2))
        ORDER BY d.chance DESC, d.id LIMIT 20";
    DECIDED = "SELECT a, b, state, content FROM duplicates WHERE workspace = $1 AND state <> 'open' ORDER BY a, b";
    DROP_OPEN = "DELETE FROM duplicates WHERE workspace = $1 AND state = 'open'";
    DROP_GONE = "DELETE FROM duplicates WHERE workspace = $1
        AND (NOT EXISTS (SELECT 1 FROM customers c WHERE c.key = duplicates.a)
            OR NOT EXISTS (SELECT 1 FROM customers c WHERE c.key = duplicates.b))";
    DECIDE = "UPDATE duplicates SET state = $3, decided_at = $4, decided_by = $5 WHERE workspace = $1 AND id = $2";
    ADOPT = "UPDATE duplicates SET content = $4 WHERE workspace = $1 AND a = $2 AND b = $3 AND content = 0";
    CLUSTERED = "SELECT COUNT(*) FROM duplicates WHERE workspace = $1 AND cluster = $2 AND state = 'open'";
    NAME_PAIR = "INSERT INTO duplicates (id, workspace, a, b, organisation, chance, state, reasons, content, cluster, found_at, decided_at, decided_by)
        VALUES ($1, $2, $3, $4, $5, 0, $6, '[]', 0, $3, $7, $7, $8)
        ON CONFLICT (workspace, a, b) DO UPDATE SET state = excluded.state, decided_at = excluded.decided_at, decided_by = excluded.decided_by";
}

pub(crate) const PUT: Bulk = Bulk {
    head: "INSERT INTO duplicates (id, workspace, a, b, organisation, chance, state, reasons, content, cluster, found_at) VALUES",
    width: 11,
    tail: " ON CONFLICT (workspace, a, b) DO UPDATE SET chance = excluded.chance, state = excluded.state, reasons = excluded.reasons,
        content = excluded.content, cluster = excluded.cluster, found_at = excluded.found_at, decided_at = NULL, decided_by = NULL
        WHERE duplicates.state = 'open' OR duplicates.content <> excluded.content",
};

/// One.
pub async fn get(db: impl Access, workspace: &str, id: &str) -> Result<Option<Duplicate>> {
    optional!(db, Row, GET, workspace, id)?.map(Duplicate::try_from).transpose()
}

/// The pair of two customers, the smaller number first.
pub async fn of_pair(db: impl Access, workspace: &str, a: CustomerKey, b: CustomerKey) -> Result<Option<Duplicate>> {
    let (a, b) = (a.min(b), a.max(b));
    optional!(db, Row, OF_PAIR, workspace, i64::from(a.0), i64::from(b.0))?.map(Duplicate::try_from).transpose()
}

/// At most `limit`, the most probable first, behind the place of a pair (`chance`, id). Pairs that are one customer meanwhile are left
/// out.
pub async fn page(db: impl Access, workspace: &str, w: Wanted, after: Option<(i64, &str)>, limit: u32) -> Result<Vec<Duplicate>> {
    let (chance, id) = after.unwrap_or((i64::MAX, ""));
    let (one, other) = w.organisation.map_or((true, false), |o| (o, o));
    let rows = rows!(db, Row, PAGE, workspace, w.state.key(), w.from, w.below, one, other, chance, id, i64::from(limit))?;
    rows.into_iter().map(Duplicate::try_from).collect()
}

/// How many.
pub async fn count(db: impl Access, workspace: &str, w: Wanted) -> Result<u64> {
    let (one, other) = w.organisation.map_or((true, false), |o| (o, o));
    scalar!(db, i64, COUNT, workspace, w.state.key(), w.from, w.below, one, other).map(|n| n.max(0) as u64)
}

/// Undecided pairs of a customer, or of whoever was merged into them.
pub async fn of_customer(db: impl Access, workspace: &str, root: CustomerKey) -> Result<Vec<Duplicate>> {
    rows!(db, Row, OF_CUSTOMER, workspace, i64::from(root.0))?.into_iter().map(Duplicate::try_from).collect()
}

/// Undecided pairs that hang together with this one.
pub async fn clustered(db: impl Access, workspace: &str, cluster: CustomerKey) -> Result<u64> {
    scalar!(db, i64, CLUSTERED, workspace, i64::from(cluster.0)).map(|n| n.max(0) as u64)
}

/// What people decided: the pair, where it stands, and the hash of what was compared then.
pub async fn decided(db: impl Access, workspace: &str) -> Result<Vec<(CustomerKey, CustomerKey, State, i64)>> {
    let rows = rows!(db, (i64, i64, String, i64), DECIDED, workspace)?;
    let key = |k: i64| CustomerKey(k as u32);
    Ok(rows.into_iter().filter_map(|(a, b, state, content)| Some((key(a), key(b), State::parse(&state)?, content))).collect())
}

/// Replaces the undecided pairs by those just found; a decided pair among them is open again. Pairs of customers who are gone go.
pub async fn replace(tx: &mut Tx, workspace: &str, found: Vec<Duplicate>) -> Result<()> {
    execute!(&mut *tx, DROP_OPEN, workspace)?;
    execute!(&mut *tx, DROP_GONE, workspace)?;
    bulk!(tx, PUT, found.into_iter(), |d| [
        d.id,
        workspace.to_owned(),
        i64::from(d.a.0),
        i64::from(d.b.0),
        d.organisation,
        d.chance,
        d.state.key(),
        clean(d.reasons.to_string()),
        d.content,
        i64::from(d.cluster.0),
        d.found_at.0,
    ]);
    Ok(())
}

/// What was compared of a pair that was named by hand: from now on the decision about it goes by that.
pub async fn adopt(tx: &mut Tx, workspace: &str, a: CustomerKey, b: CustomerKey, content: i64) -> Result<()> {
    execute!(tx, ADOPT, workspace, i64::from(a.0), i64::from(b.0), content).map(|_| ())
}

/// Notes a decision; `None` in `by` makes it undecided.
pub async fn decide(tx: &mut Tx, workspace: &str, id: &str, state: State, by: Option<(&str, Instant)>) -> Result<()> {
    let (who, at) = (by.map(|(who, _)| who.to_owned()), by.map(|(_, at)| at.0));
    let touched = execute!(tx, DECIDE, workspace, id, state.key(), at, who)?;
    if touched == 1 { Ok(()) } else { Err(Error::none("duplicate", id)) }
}

/// Notes a decision about any two customers, whether they were found or not. `new`: the pair's id if it is new.
pub async fn name(tx: &mut Tx, workspace: &str, new: &str, pair: (CustomerKey, CustomerKey), organisation: bool, state: State, by: (&str, Instant)) -> Result<()> {
    let (a, b) = (pair.0.min(pair.1), pair.0.max(pair.1));
    let (who, at) = by;
    execute!(tx, NAME_PAIR, new, workspace, i64::from(a.0), i64::from(b.0), organisation, state.key(), at.0, who).map(|_| ())
}
