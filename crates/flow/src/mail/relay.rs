//! The mail server people set: where mails are handed in, in whose name. Its password is written and never told again.

use super::{Letter, send};
use crate::{Error, Result, app::App, audit, people::By, vault};
use channels::{
    Target,
    mail::Address,
    smtp::{PORTS, Relay, Security, Unsent},
};
use domain::{Label, audit::Action, clock::Instant};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::mail::{self as stored, State};
use utoipa::ToSchema;

/// Mails shown.
const SHOWN: u32 = 20;

/// How the connection to the mail server is kept secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum MailSecurity {
    /// TLS from the first byte, usually port 465
    Tls,
    /// TLS after STARTTLS, usually port 587; without it nothing is sent
    StartTls,
    /// none: only inside one's own network
    None,
}

impl MailSecurity {
    fn key(self) -> &'static str {
        match self {
            MailSecurity::Tls => "tls",
            MailSecurity::StartTls => "starttls",
            MailSecurity::None => "none",
        }
    }

    fn parse(text: &str) -> MailSecurity {
        match text {
            "tls" => MailSecurity::Tls,
            "none" => MailSecurity::None,
            _ => MailSecurity::StartTls,
        }
    }
}

/// A mail server to be.
#[derive(Clone, Deserialize, ToSchema)]
pub struct MailDraft {
    /// its name, e.g. `smtp.example.com`
    pub host: String,
    /// its port: 25, 465, 587, 2525, or one that is allowed
    #[schema(minimum = 0, maximum = 65535)]
    pub port: u16,
    /// how the connection is kept secret
    pub security: MailSecurity,
    /// login; empty for none
    #[serde(default)]
    pub username: String,
    /// its password; absent: as it was
    pub password: Option<String>,
    /// who sends, e.g. `crm@example.com`
    pub from_address: String,
    /// under which name; empty: the name of the business
    #[serde(default)]
    pub from_name: String,
}

/// The mail server, without its password.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct RelayView {
    /// its name
    pub host: String,
    /// its port
    pub port: u16,
    /// how the connection is kept secret
    pub security: MailSecurity,
    /// login; empty for none
    pub username: String,
    /// is a password kept?
    pub password_set: bool,
    /// one is kept and does not open with the key of this data folder: mails wait until it is given again
    pub password_lost: bool,
    /// who sends
    pub from_address: String,
    /// under which name
    pub from_name: String,
    /// RFC 3339: set
    pub updated_at: String,
}

/// A mail that was sent or is to be.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct MailView {
    /// `mal_…`
    pub id: String,
    /// what it is about: `invitation`, `test`, …
    pub kind: String,
    /// to whom
    pub to: String,
    /// its subject
    pub subject: String,
    /// `waiting`, `sent`, `dead`, `dropped`
    pub state: String,
    /// tries so far
    pub attempts: u32,
    /// RFC 3339: not tried before
    pub next_try_at: Option<String>,
    /// what the mail server answered last
    pub code: Option<u16>,
    /// why it was not sent last, for people
    #[schema(value_type = Option<crate::schema::Label>)]
    pub problem: Option<Label>,
    /// RFC 3339
    pub created_at: String,
    /// RFC 3339
    pub finished_at: Option<String>,
}

/// The mail server and the newest mails.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct MailState {
    /// absent: none is set, and no mails are sent
    pub relay: Option<RelayView>,
    /// the newest mails, newest first
    pub recent: Vec<MailView>,
}

/// What the password of a server is sealed for: moved to another, it does not open.
fn purpose(host: &str, username: &str) -> String {
    format!("mail {host} {username}")
}

/// The password; `None` if it does not open any more.
fn password(app: &App, r: &stored::Relay) -> Result<Option<String>> {
    vault::words(app, &purpose(&r.host, &r.username), &r.password)
}

/// Seals a password that is still in the clear.
///
/// # Errors
/// When the store or the disk refuses.
pub(crate) async fn shut(app: &App) -> Result<()> {
    let workspace = app.settings().id.clone();
    let Some(relay) = stored::relay(&app.store, &workspace).await?.filter(|r| !r.password.is_empty() && !vault::is_sealed(&r.password)) else { return Ok(()) };
    let sealed = vault::seal(app, &purpose(&relay.host, &relay.username), relay.password.as_bytes())?;
    Ok(stored::shut(&app.store, &workspace, &relay, &sealed).await?)
}

/// The server a mail is handed to, and who sends; `None` if its password does not open any more.
///
/// # Errors
/// When the disk refuses.
pub(super) fn door(app: &App, r: &stored::Relay) -> Result<Option<Relay>> {
    let Some(password) = password(app, r)? else { return Ok(None) };
    let security = match MailSecurity::parse(&r.security) {
        MailSecurity::Tls => Security::Tls,
        MailSecurity::StartTls => Security::StartTls,
        MailSecurity::None => Security::None,
    };
    Ok(Some(Relay { host: r.host.clone(), port: r.port, security, login: (!r.username.is_empty()).then(|| (r.username.clone(), password)) }))
}

fn relay_view(app: &App, r: stored::Relay) -> Result<RelayView> {
    let lost = password(app, &r)?.is_none();
    Ok(RelayView {
        security: MailSecurity::parse(&r.security),
        password_set: !r.password.is_empty() && !lost,
        password_lost: lost,
        host: r.host,
        port: r.port,
        username: r.username,
        from_address: r.from_address,
        from_name: r.from_name,
        updated_at: r.updated_at.rfc3339(),
    })
}

fn mail_view(m: stored::Mail) -> MailView {
    let waits = m.state == State::Waiting && m.attempts > 0;
    MailView {
        next_try_at: waits.then(|| m.next_at.rfc3339()),
        problem: m.outcome.as_deref().filter(|_| m.state != State::Sent).map(|o| said(o, m.code)),
        id: m.mail.id,
        kind: m.mail.kind,
        to: m.mail.to,
        subject: m.mail.subject,
        state: m.state.key().to_owned(),
        attempts: u32::try_from(m.attempts).unwrap_or(0),
        code: m.code.and_then(|c| u16::try_from(c).ok()),
        created_at: m.created_at.rfc3339(),
        finished_at: m.finished_at.map(Instant::rfc3339),
    }
}

/// For people: why a mail was not sent.
pub(super) fn said(outcome: &str, code: Option<i64>) -> Label {
    let code = code.map(|c| format!(" ({c})")).unwrap_or_default();
    let (zh, en) = match outcome {
        "secret" => ("密码打不开：数据目录里的 secret-key 不是当初的那一个，请重新填写密码", "the password does not open: the secret-key of the data folder is not the one it was; give the password again"),
        "login" => ("邮件服务器不接受用户名或密码", "the mail server does not take the name or password"),
        "later" => ("邮件服务器请稍后再试", "the mail server asks to try later"),
        "never" => ("邮件服务器拒收", "the mail server refuses the mail"),
        "unknown" => ("连接在确认前中断，将再发一次", "the connection broke before the mail server's word; it is sent again"),
        "address" | "control" => ("收件地址或内容不合格式", "the address or the mail does not fit"),
        "inside" => ("邮件服务器在内部网络里；请运维在 zhiyin.toml 的 [egress] 里放行", "the mail server is inside the network; whoever runs the server can allow it under [egress] in zhiyin.toml"),
        "port" => ("这个端口不允许；邮件用 25、465、587 或 2525", "this port is not allowed; mail goes to 25, 465, 587 or 2525"),
        "lookup" => ("查不到邮件服务器的域名", "the mail server's name could not be looked up"),
        "connect" => ("邮件服务器没有应答", "the mail server does not answer"),
        "tls" => ("没有建立可信的加密连接", "no trusted connection could be made"),
        "slow" => ("邮件服务器应答太慢", "the mail server takes too long"),
        _ => ("与邮件服务器的连接中断", "the connection to the mail server broke"),
    };
    Label::new(format!("{zh}{code}"), format!("{en}{code}"))
}

/// The server that is set and the newest mails.
///
/// # Errors
/// When the store refuses.
pub async fn show(app: &App) -> Result<MailState> {
    let workspace = app.settings().id.clone();
    let relay = stored::relay(&app.store, &workspace).await?.map(|r| relay_view(app, r)).transpose()?;
    let recent = stored::recent(&app.store, &workspace, SHOWN).await?.into_iter().map(mail_view).collect();
    Ok(MailState { relay, recent })
}

/// Sets the mail server; what waits is tried again at once.
///
/// # Errors
/// `mail.host`, `mail.port`, `mail.from`, `mail.password`; when the store refuses.
pub async fn set(app: &App, by: &By, draft: MailDraft) -> Result<MailState> {
    let host = draft.host.trim().to_lowercase();
    // a host as it stands in an address; the port of mail is looked at below
    let named = !host.is_empty() && host.len() <= 253 && Target::parse(&format!("https://{host}/"), &Default::default()).is_ok_and(|t| t.host == host.trim_end_matches('.')) || app.egress.policy().inside.iter().any(|i| i.is(&host));
    if !named {
        return Err(Error::invalid("mail.host", "邮件服务器写成主机名，如 smtp.example.com", "the mail server is a host name, such as smtp.example.com"));
    }
    if !PORTS.contains(&draft.port) && !app.egress.policy().takes(&host, draft.port) {
        return Err(Error::invalid("mail.port", "邮件用 25、465、587 或 2525 端口；其他端口请运维放行", "mail goes to port 25, 465, 587 or 2525; whoever runs the server allows others"));
    }
    let Ok(from) = Address::parse(draft.from_address.trim()) else {
        return Err(Error::invalid("mail.from", "发件地址不是邮箱地址", "the sender is no e-mail address"));
    };
    let long = |text: &str| text.chars().count() > 200 || text.chars().any(char::is_control);
    if long(&draft.from_name) || long(&draft.username) || draft.password.as_deref().is_some_and(long) {
        return Err(Error::invalid("mail.text", "名称、用户名或密码太长，或含有控制字符", "the name, login or password is too long or holds control characters"));
    }
    let (workspace, now) = (app.settings().id.clone(), app.clock.now());
    let mut tx = app.store.begin().await?;
    let before = stored::relay(&mut tx, &workspace).await?;
    // a password goes to the server it was given for, and to no other
    let kept = before.as_ref().filter(|b| b.host == host && b.username == draft.username.trim());
    let kept = kept.map(|b| password(app, b)).transpose()?.flatten();
    let password = match draft.password {
        Some(given) => given,
        None if draft.username.trim().is_empty() => String::new(),
        None => kept.ok_or_else(|| Error::invalid("mail.password", "换了服务器或用户名，请重新填写密码", "with another server or login the password is asked for again"))?,
    };
    let username = draft.username.trim().to_owned();
    let relay = stored::Relay {
        password: if password.is_empty() { password } else { vault::seal(app, &purpose(&host, &username), password.as_bytes())? },
        host,
        port: draft.port,
        security: draft.security.key().to_owned(),
        username,
        from_address: from.text().to_owned(),
        from_name: draft.from_name.trim().to_owned(),
        updated_at: now,
    };
    stored::set(&mut tx, &workspace, &relay).await?;
    stored::soon(&mut tx, &workspace, now).await?;
    let detail = json!({ "host": relay.host, "port": relay.port, "security": relay.security });
    audit::append(app, &mut tx, &audit::of(app, &by.actor, Action::MailSet, "").detail(detail)).await?;
    tx.commit().await?;
    show(app).await
}

/// Takes the mail server away: no mails are sent any more.
///
/// # Errors
/// `mail.not_found`; when the store refuses.
pub async fn unset(app: &App, by: &By) -> Result<()> {
    let mut tx = app.store.begin().await?;
    if !stored::unset(&mut tx, &app.settings().id).await? {
        return Err(Error::not_found("mail", "relay"));
    }
    audit::append(app, &mut tx, &audit::of(app, &by.actor, Action::MailUnset, "")).await?;
    Ok(tx.commit().await?)
}

/// What came of a test.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct MailTested {
    /// to whom it went
    pub to: String,
    /// did the mail server take it?
    pub sent: bool,
    /// what it answered, if it did not
    pub code: Option<u16>,
    /// why not, for people
    #[schema(value_type = Option<crate::schema::Label>)]
    pub problem: Option<Label>,
}

/// Sends a mail to whoever asks, now, and says what came of it.
///
/// # Errors
/// `mail.not_found` if no server is set; when the store refuses.
pub async fn test(app: &App, to: &str) -> Result<MailTested> {
    let settings = app.settings();
    let relay = stored::relay(&app.store, &settings.id).await?.ok_or_else(|| Error::not_found("mail", "relay"))?;
    let letter = Letter {
        subject: settings.lang.pick("测试邮件", "A test").to_owned(),
        paragraphs: vec![settings.lang.pick("邮件服务器设置好了，邀请会从这里发出。", "The mail server works; invitations will be sent by it.").to_owned()],
        footer: settings.name.clone(),
        ..Letter::default()
    };
    let id = app.new_id("mal");
    let Some(door) = door(app, &relay)? else {
        return Ok(MailTested { to: to.to_owned(), sent: false, code: None, problem: Some(said("secret", None)) });
    };
    let ended = match Address::parse(to) {
        Ok(to) => send::hand_in(app, &door, &relay, to, &id, &letter.line(), letter.text(settings.lang), letter.html(settings.lang), None).await,
        Err(e) => Err(Unsent::Malformed(e)),
    };
    let code = ended.err().and_then(Unsent::code);
    Ok(MailTested { to: to.to_owned(), sent: ended.is_ok(), code, problem: ended.err().map(|e| said(e.key(), code.map(i64::from))) })
}
