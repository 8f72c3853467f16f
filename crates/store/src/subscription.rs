//! Subscriptions: dashboards that people get by mail. A slot is the day a mail is of; the statement that moves it decides who sends.

use crate::{Access, Error, Result, Tx};
use domain::{Day, Lang, clock::Instant};

/// How often.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Every {
    /// each day
    Day,
    /// each Monday
    Week,
    /// on the first of each month
    Month,
}

impl Every {
    /// As stored.
    pub fn key(self) -> &'static str {
        match self {
            Every::Day => "day",
            Every::Week => "week",
            Every::Month => "month",
        }
    }

    /// By what is stored.
    pub fn parse(text: &str) -> Option<Every> {
        [Every::Day, Every::Week, Every::Month].into_iter().find(|e| e.key() == text)
    }
}

/// A dashboard that somebody gets by mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscription {
    /// `sub_…`
    pub id: String,
    /// `dsh_…`
    pub dashboard: String,
    /// who gets it, `usr_…`
    pub user: String,
    /// how often
    pub every: Every,
    /// from which hour on, of the business's day
    pub hour: i8,
    /// in which language
    pub lang: Lang,
    /// where the server is reached; `None` if it did not know
    pub base: Option<String>,
    /// what ends it, without signing in
    pub token: String,
    /// the day of the last mail, or of the last there could have been when it was made
    pub slot: Day,
    /// made
    pub created_at: Instant,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    dashboard: String,
    user_id: String,
    every: String,
    hour: i64,
    lang: String,
    base: Option<String>,
    token: String,
    slot: i64,
    created_at: i64,
}

impl TryFrom<Row> for Subscription {
    type Error = Error;

    fn try_from(r: Row) -> Result<Subscription> {
        Ok(Subscription {
            every: Every::parse(&r.every).ok_or_else(|| Error::Invalid(format!("no rhythm {:?}", r.every)))?,
            hour: i8::try_from(r.hour).unwrap_or(0),
            lang: Lang::parse(&r.lang),
            id: r.id,
            dashboard: r.dashboard,
            user: r.user_id,
            base: r.base,
            token: r.token,
            slot: Day(r.slot as i32),
            created_at: Instant(r.created_at),
        })
    }
}

statements! {
    ALL = "SELECT id, dashboard, user_id, every, hour, lang, base, token, slot, created_at FROM subscriptions WHERE workspace = $1 ORDER BY created_at, id";
    OF = "SELECT id, dashboard, user_id, every, hour, lang, base, token, slot, created_at FROM subscriptions
        WHERE workspace = $1 AND dashboard = $2 AND user_id = $3";
    SET = "INSERT INTO subscriptions (id, workspace, dashboard, user_id, every, hour, lang, base, token, slot, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
        ON CONFLICT (workspace, dashboard, user_id) DO UPDATE SET every = excluded.every, hour = excluded.hour, lang = excluded.lang,
            base = excluded.base, slot = excluded.slot";
    MOVE = "UPDATE subscriptions SET slot = $3 WHERE id = $1 AND slot = $2";
    END = "DELETE FROM subscriptions WHERE workspace = $1 AND dashboard = $2 AND user_id = $3";
    END_BY_TOKEN = "DELETE FROM subscriptions WHERE workspace = $1 AND token = $2";
    END_BY_ID = "DELETE FROM subscriptions WHERE id = $1";
}

/// Everybody's, oldest first.
pub async fn all(db: impl Access, workspace: &str) -> Result<Vec<Subscription>> {
    rows!(db, Row, ALL, workspace)?.into_iter().map(Subscription::try_from).collect()
}

/// Somebody's of a dashboard.
pub async fn of(db: impl Access, workspace: &str, dashboard: &str, user: &str) -> Result<Option<Subscription>> {
    optional!(db, Row, OF, workspace, dashboard, user)?.map(Subscription::try_from).transpose()
}

/// Makes one, or changes when somebody gets it.
pub async fn set(tx: &mut Tx, workspace: &str, s: &Subscription) -> Result<()> {
    execute!(
        tx, SET, s.id.as_str(), workspace, s.dashboard.as_str(), s.user.as_str(), s.every.key(), i64::from(s.hour), s.lang.tag(),
        s.base.as_deref(), s.token.as_str(), i64::from(s.slot.0), s.created_at.0,
    )
    .map(|_| ())
}

/// Takes the next slot; false if somebody else did.
pub async fn advance(tx: &mut Tx, s: &Subscription, to: Day) -> Result<bool> {
    Ok(execute!(tx, MOVE, s.id.as_str(), i64::from(s.slot.0), i64::from(to.0))? == 1)
}

/// Ends somebody's; false if there was none.
pub async fn end(db: impl Access, workspace: &str, dashboard: &str, user: &str) -> Result<bool> {
    Ok(execute!(db, END, workspace, dashboard, user)? > 0)
}

/// Ends the one this token is of; false if there is none.
pub async fn end_by_token(db: impl Access, workspace: &str, token: &str) -> Result<bool> {
    Ok(execute!(db, END_BY_TOKEN, workspace, token)? > 0)
}

/// Ends one.
pub async fn end_by_id(db: impl Access, id: &str) -> Result<()> {
    execute!(db, END_BY_ID, id).map(|_| ())
}
