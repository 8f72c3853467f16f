//! Mail: the business's own server, and mails on their way. A mail is written in the transaction of what it tells of, sent at least
//! once, tried again, given up. What it says goes once it is over: it may hold the link of an invitation.

use crate::{Access, Result, Store, Tx};
use domain::clock::Instant;

/// A mail server and in whose name it is used.
#[derive(Clone, PartialEq, Eq)]
pub struct Relay {
    /// name
    pub host: String,
    /// port
    pub port: u16,
    /// `tls`, `starttls`, `none`
    pub security: String,
    /// login; empty for none
    pub username: String,
    /// its password, sealed
    pub password: String,
    /// who sends
    pub from_address: String,
    /// under which name
    pub from_name: String,
    /// set
    pub updated_at: Instant,
}

/// Where a mail stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// waits to be sent, or to be tried again
    Waiting,
    /// the mail server took it
    Sent,
    /// given up
    Dead,
    /// a person did not want it sent any more
    Dropped,
}

impl State {
    /// As stored.
    pub fn key(self) -> &'static str {
        match self {
            State::Waiting => "waiting",
            State::Sent => "sent",
            State::Dead => "dead",
            State::Dropped => "dropped",
        }
    }

    fn parse(text: &str) -> State {
        match text {
            "waiting" => State::Waiting,
            "sent" => State::Sent,
            "dropped" => State::Dropped,
            _ => State::Dead,
        }
    }
}

/// A mail to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewMail {
    /// `mal_…`
    pub id: String,
    /// what it is about; a second mail of the same is not written
    pub unique_key: String,
    /// `invitation`, `test`, …
    pub kind: String,
    /// to whom
    pub to: String,
    /// one line
    pub subject: String,
    /// plain text
    pub text: String,
    /// HTML; empty for none
    pub html: String,
    /// where one unsubscribes
    pub unsubscribe: Option<String>,
}

/// A mail on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// the mail; without its text once it is over
    pub mail: NewMail,
    /// where it stands
    pub state: State,
    /// tries so far
    pub attempts: i64,
    /// not before
    pub next_at: Instant,
    /// written
    pub created_at: Instant,
    /// sent or given up
    pub finished_at: Option<Instant>,
    /// what the mail server answered last
    pub code: Option<i64>,
    /// how the last try ended
    pub outcome: Option<String>,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    unique_key: String,
    kind: String,
    recipient: String,
    subject: String,
    body: String,
    html: String,
    unsubscribe: Option<String>,
    state: String,
    attempts: i64,
    next_at: i64,
    created_at: i64,
    finished_at: Option<i64>,
    code: Option<i64>,
    outcome: Option<String>,
}

impl From<Row> for Mail {
    fn from(r: Row) -> Mail {
        Mail {
            mail: NewMail { id: r.id, unique_key: r.unique_key, kind: r.kind, to: r.recipient, subject: r.subject, text: r.body, html: r.html, unsubscribe: r.unsubscribe },
            state: State::parse(&r.state),
            attempts: r.attempts,
            next_at: Instant(r.next_at),
            created_at: Instant(r.created_at),
            finished_at: r.finished_at.map(Instant),
            code: r.code,
            outcome: r.outcome,
        }
    }
}

macro_rules! columns {
    () => {
        "id, unique_key, kind, recipient, subject, body, html, unsubscribe, state, attempts, next_at, created_at, finished_at, code, outcome"
    };
}

statements! {
    RELAY = "SELECT host, port, security, username, password, from_address, from_name, updated_at FROM mail_relay WHERE workspace = $1";
    SET = "INSERT INTO mail_relay (workspace, host, port, security, username, password, from_address, from_name, updated_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (workspace) DO UPDATE SET host = excluded.host, port = excluded.port,
            security = excluded.security, username = excluded.username, password = excluded.password,
            from_address = excluded.from_address, from_name = excluded.from_name, updated_at = excluded.updated_at";
    SHUT = "UPDATE mail_relay SET password = $2 WHERE workspace = $1 AND password = $3";
    UNSET = "DELETE FROM mail_relay WHERE workspace = $1";
    ENQUEUE = "INSERT INTO mails (id, workspace, unique_key, kind, recipient, subject, body, html, unsubscribe, state, attempts, next_at, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'waiting', 0, $10, $10) ON CONFLICT DO NOTHING";
    DUE = concat!("SELECT ", columns!(), " FROM mails WHERE workspace = $1 AND state = 'waiting' AND (next_at <= $2 OR next_at > $3)
            AND (lease_until IS NULL OR lease_until < $2 OR lease_until > $4) ORDER BY next_at, id LIMIT 1");
    BEGIN = "UPDATE mails SET attempts = attempts + 1, next_at = $3, lease_until = $4 WHERE id = $1 AND state = 'waiting' AND attempts = $2";
    END = "UPDATE mails SET state = $3, finished_at = $4, code = $5, outcome = $6, lease_until = NULL,
            body = CASE WHEN $3 = 'waiting' THEN body ELSE '' END, html = CASE WHEN $3 = 'waiting' THEN html ELSE '' END,
            unsubscribe = CASE WHEN $3 = 'waiting' THEN unsubscribe ELSE NULL END
        WHERE id = $1 AND state = 'waiting' AND attempts = $2";
    RECENT = "SELECT id, unique_key, kind, recipient, subject, '' AS body, '' AS html, NULL AS unsubscribe, state, attempts, next_at, created_at,
            finished_at, code, outcome FROM mails WHERE workspace = $1 ORDER BY created_at DESC, id DESC LIMIT $2";
    SOON = "UPDATE mails SET attempts = 0, next_at = $2 WHERE workspace = $1 AND state = 'waiting'";
    DROP_BEFORE = "UPDATE mails SET state = 'dropped', finished_at = $3, body = '', html = '', unsubscribe = NULL
        WHERE workspace = $1 AND state = 'waiting' AND created_at <= $2";
    FORGET = "DELETE FROM mails WHERE state <> 'waiting' AND finished_at < $1";
}

/// The mail server of a business.
pub async fn relay(db: impl Access, workspace: &str) -> Result<Option<Relay>> {
    type Row = (String, i64, String, String, String, String, String, i64);
    let row = optional!(db, Row, RELAY, workspace)?;
    Ok(row.map(|(host, port, security, username, password, from_address, from_name, at)| Relay {
        host,
        port: u16::try_from(port).unwrap_or(0),
        security,
        username,
        password,
        from_address,
        from_name,
        updated_at: Instant(at),
    }))
}

/// Sets it.
pub async fn set(tx: &mut Tx, workspace: &str, r: &Relay) -> Result<()> {
    execute!(
        tx, SET, workspace, r.host.as_str(), i64::from(r.port), r.security.as_str(), r.username.as_str(), r.password.as_str(),
        r.from_address.as_str(), r.from_name.as_str(), r.updated_at.0,
    )
    .map(|_| ())
}

/// The same password in another writing, unless there is a new one.
pub async fn shut(db: impl Access, workspace: &str, r: &Relay, password: &str) -> Result<()> {
    execute!(db, SHUT, workspace, password, r.password.as_str()).map(|_| ())
}

/// Takes it away; false if there was none.
pub async fn unset(tx: &mut Tx, workspace: &str) -> Result<bool> {
    Ok(execute!(tx, UNSET, workspace)? == 1)
}

/// Writes a mail; false if one of the same key was written before.
pub async fn enqueue(tx: &mut Tx, workspace: &str, m: &NewMail, now: Instant) -> Result<bool> {
    let touched = execute!(
        tx, ENQUEUE, m.id.as_str(), workspace, m.unique_key.as_str(), m.kind.as_str(), m.to.as_str(), m.subject.as_str(), m.text.as_str(),
        m.html.as_str(), m.unsubscribe.as_deref(), now.0,
    )?;
    Ok(touched == 1)
}

/// The next mail to be sent.
pub async fn due(db: impl Access, workspace: &str, now: Instant, far: Instant, long: Instant) -> Result<Option<Mail>> {
    Ok(optional!(db, Row, DUE, workspace, now.0, far.0, long.0)?.map(Mail::from))
}

/// Counts a try before it is made; false if somebody else was quicker.
pub async fn begin(db: impl Access, m: &Mail, next_at: Instant, lease_until: Instant) -> Result<bool> {
    Ok(execute!(db, BEGIN, m.mail.id.as_str(), m.attempts, next_at.0, lease_until.0)? == 1)
}

/// Notes how the try that was counted ended.
pub async fn end(db: impl Access, m: &Mail, state: State, code: Option<i64>, outcome: &str, now: Instant) -> Result<bool> {
    let finished = (state != State::Waiting).then_some(now.0);
    Ok(execute!(db, END, m.mail.id.as_str(), m.attempts + 1, state.key(), finished, code, outcome)? == 1)
}

/// The newest, without what they say.
pub async fn recent(db: impl Access, workspace: &str, limit: u32) -> Result<Vec<Mail>> {
    Ok(rows!(db, Row, RECENT, workspace, i64::from(limit))?.into_iter().map(Mail::from).collect())
}

/// What waits is tried at once, from the first try on: the server was set anew.
pub async fn soon(tx: &mut Tx, workspace: &str, now: Instant) -> Result<u64> {
    execute!(tx, SOON, workspace, now.0)
}

/// Drops what was waiting by then.
pub async fn drop_before(tx: &mut Tx, workspace: &str, until: Instant, now: Instant) -> Result<u64> {
    execute!(tx, DROP_BEFORE, workspace, until.0, now.0)
}

/// Forgets mails that were over before then.
pub async fn forget(store: &Store, before: Instant) -> Result<u64> {
    execute!(store, FORGET, before.0)
}
