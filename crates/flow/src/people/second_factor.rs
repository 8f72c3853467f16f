//! The second step of signing in: an authenticator app, and recovery codes for the day it is gone. A code is good once, whichever kind.
//! Turning it on or taking it away ends what was begun without it.

use super::{By, members::How, totp};
use crate::{Error, Result, app::App, audit, vault};
use domain::audit::Action;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest, Sha256};
use store::{Tx, member, pending, second_factor, session};
use utoipa::ToSchema;

/// Recovery codes that are made at once.
const CODES: usize = 10;
/// Letters of one.
const LETTERS: usize = 16;

/// One's own second factor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SecondFactorView {
    /// is it asked for when one signs in?
    pub on: bool,
    /// RFC 3339: since when
    pub since: Option<String>,
    /// recovery codes that are not used yet
    pub recovery_left: u32,
    /// does the business ask everybody for one?
    pub required: bool,
    /// has the account a password, which is asked for before it is turned off?
    pub password: bool,
}

/// What an authenticator app is told; in force once a code of it was given.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct SecondFactorOffer {
    /// the secret, to be typed where no picture can be read
    pub secret: String,
    /// `otpauth://…`, the same as a picture holds it
    pub address: String,
}

/// Recovery codes, shown this once.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct RecoveryCodes {
    /// each is good once in the place of a code
    pub codes: Vec<String>,
    /// so many other sessions ended
    pub ended: u64,
}

/// What a code was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// of the app
    App,
    /// a recovery code
    Recovery,
}

impl Taken {
    /// As the log says it.
    pub fn key(self) -> &'static str {
        match self {
            Taken::App => "app",
            Taken::Recovery => "recovery",
        }
    }
}

/// The code does not fit, was used, or is none.
pub fn wrong() -> Error {
    Error::invalid("second_factor.code", "验证码不对，或已经用过；请等下一个再试", "this code does not fit or was used already; wait for the next one")
}

fn off_already() -> Error {
    Error::conflict("second_factor.off", "两步验证没有开启", "two-step sign-in is not on")
}

fn purpose(user: &str) -> String {
    format!("second factor of {user}")
}

/// One's own.
///
/// # Errors
/// When the store refuses.
pub async fn show(app: &App, user: &str) -> Result<SecondFactorView> {
    let since = second_factor::get(&app.store, user).await?.and_then(|f| f.confirmed_at);
    let known = store::user::get(&app.store, user).await?;
    Ok(SecondFactorView {
        on: since.is_some(),
        since: since.map(domain::clock::Instant::rfc3339),
        recovery_left: second_factor::codes_left(&app.store, user).await?,
        required: second_factor::asked(&app.store, &app.settings().id).await?,
        password: known.is_some_and(|u| !u.password_hash.is_empty()),
    })
}

/// Is one in force?
///
/// # Errors
/// When the store refuses.
pub async fn on(app: &App, user: &str) -> Result<bool> {
    Ok(second_factor::get(&app.store, user).await?.is_some_and(|f| f.confirmed_at.is_some()))
}

/// Begins to set one up; what was begun before is void.
///
/// # Errors
/// `second_factor.on`; when the store or the disk refuses.
pub async fn offer(app: &App, by: &By, email: &str) -> Result<SecondFactorOffer> {
    let user = by.actor.id.as_str();
    let mut secret = [0; totp::BYTES];
    app.chance.fill(&mut secret);
    let sealed = vault::seal(app, &purpose(user), &secret)?;
    let mut tx = app.store.begin().await?;
    if !second_factor::offer(&mut tx, user, &sealed, app.clock.now()).await? {
        return Err(Error::conflict("second_factor.on", "两步验证已经开启；换设备请先关闭", "two-step sign-in is on already; for another device turn it off first"));
    }
    tx.commit().await?;
    Ok(SecondFactorOffer { secret: totp::base32(&secret), address: totp::address(&app.settings().name, email, &secret) })
}

/// Puts it in force by a code of the app, and ends every other session. `current`: the hash of the token of the one that goes on.
///
/// # Errors
/// `second_factor.code`, `second_factor.on`, `second_factor.begin`; when the store or the disk refuses.
pub async fn confirm(app: &App, by: &By, code: &str, current: &str) -> Result<RecoveryCodes> {
    let (user, now) = (by.actor.id.as_str(), app.clock.now());
    let begin = || Error::conflict("second_factor.begin", "请重新扫码：这次设置已失效", "begin again: this set-up is void");
    let mut tx = app.store.begin().await?;
    let factor = second_factor::get(&mut tx, user).await?.ok_or_else(begin)?;
    if factor.confirmed_at.is_some() {
        return Err(Error::conflict("second_factor.on", "两步验证已经开启", "two-step sign-in is on already"));
    }
    let secret = vault::open(app, &purpose(user), &factor.secret)?.ok_or_else(begin)?;
    let step = totp::step_of(&secret, now, &digits(code)).ok_or_else(wrong)?;
    if !second_factor::confirm(&mut tx, user, &factor.secret, now, step).await? {
        return Err(begin());
    }
    let codes = renewed(app, &mut tx, user).await?;
    let ended = session::delete_others(&mut tx, user, current).await?;
    pending::delete_of_user(&mut tx, user).await?;
    audit::append(app, &mut tx, &audit::of(app, &by.actor, Action::SecondFactorOn, user)).await?;
    tx.commit().await?;
    Ok(RecoveryCodes { codes, ended })
}

/// Makes recovery codes anew, by a code of the app; the old ones are void.
///
/// # Errors
/// `second_factor.code`, `second_factor.off`, `second_factor.key`; when the store or the disk refuses.
pub async fn renew(app: &App, by: &By, code: &str) -> Result<RecoveryCodes> {
    let user = by.actor.id.as_str();
    let mut tx = app.store.begin().await?;
    if take(app, &mut tx, user, code).await? != Taken::App {
        return Err(wrong());
    }
    let codes = renewed(app, &mut tx, user).await?;
    audit::append(app, &mut tx, &audit::of(app, &by.actor, Action::RecoveryRenewed, user)).await?;
    tx.commit().await?;
    Ok(RecoveryCodes { codes, ended: 0 })
}

/// Turns it off, by a code of either kind; the password was asked for before.
///
/// # Errors
/// `second_factor.code`, `second_factor.off`, `second_factor.key`; when the store or the disk refuses.
pub async fn turn_off(app: &App, by: &By, code: &str) -> Result<()> {
    let user = by.actor.id.as_str();
    let mut tx = app.store.begin().await?;
    take(app, &mut tx, user, code).await?;
    second_factor::remove(&mut tx, user).await?;
    pending::delete_of_user(&mut tx, user).await?;
    audit::append(app, &mut tx, &audit::of(app, &by.actor, Action::SecondFactorOff, user)).await?;
    Ok(tx.commit().await?)
}

/// Takes somebody else's away, for who lost everything it needs, and ends every session of theirs; answers how many.
///
/// # Errors
/// `member.not_found`, `access.beyond`, `second_factor.off`; when the store refuses.
pub async fn reset(app: &App, by: &By, user: &str, how: How) -> Result<u64> {
    let workspace = app.settings().id.clone();
    let mut tx = app.store.begin().await?;
    store::audit::turn(&mut tx).await?;
    let member = member::get(&mut tx, &workspace, user).await?.ok_or_else(|| Error::not_found("member", user))?;
    by.covers(member.role.granted(member.personal))?;
    if !second_factor::remove(&mut tx, user).await? {
        return Err(off_already());
    }
    pending::delete_of_user(&mut tx, user).await?;
    let ended = session::delete_of_user(&mut tx, user).await?;
    audit::append(app, &mut tx, &audit::of(app, &by.actor, Action::SecondFactorReset, user).detail(json!({ "sessions": ended }))).await?;
    how.end(tx).await?;
    Ok(ended)
}

/// Uses a code of somebody up: six digits are the app's, anything else a recovery code.
///
/// # Errors
/// `second_factor.code`, `second_factor.off`, `second_factor.key`; when the store or the disk refuses.
pub async fn take(app: &App, tx: &mut Tx, user: &str, typed: &str) -> Result<Taken> {
    let now = app.clock.now();
    let factor = second_factor::get(&mut *tx, user).await?.filter(|f| f.confirmed_at.is_some()).ok_or_else(off_already)?;
    let six = digits(typed);
    if six.len() == 6 && six.bytes().all(|b| b.is_ascii_digit()) {
        let secret = vault::open(app, &purpose(user), &factor.secret)?.ok_or_else(|| {
            tracing::error!(user, "a second factor was sealed with another key than `secret-key` of this data folder");
            Error::conflict(
                "second_factor.key",
                "这台服务器没有核对验证码的密钥（恢复备份后常见）：请用恢复码登录，或请运行服务器的人放回 secret-key，或重置你的两步验证",
                "this server lacks the key to check codes of apps (usual after a backup was restored): use a recovery code, or ask whoever runs it to put secret-key back or reset your second step",
            )
        })?;
        let step = totp::step_of(&secret, now, &six).ok_or_else(wrong)?;
        return if second_factor::step(tx, user, step).await? { Ok(Taken::App) } else { Err(wrong()) };
    }
    let code: String = typed.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect();
    let good = code.len() == LETTERS && second_factor::use_code(tx, user, &kept(user, &code), now).await?;
    if good { Ok(Taken::Recovery) } else { Err(wrong()) }
}

/// As people type codes: with a gap, or full width as input methods have it.
fn digits(typed: &str) -> String {
    let narrow = |c: char| match c {
        '０'..='９' => char::from_digit(c as u32 - '０' as u32, 10).unwrap_or(c),
        c => c,
    };
    typed.chars().filter(|c| !c.is_whitespace()).map(narrow).collect()
}

/// What is kept of a recovery code.
fn kept(user: &str, code: &str) -> String {
    Sha256::digest(format!("{user}:{code}").as_bytes()).iter().map(|b| format!("{b:02x}")).collect()
}

/// Ten new codes of 80 random bits each in the place of the old.
async fn renewed(app: &App, tx: &mut Tx, user: &str) -> Result<Vec<String>> {
    let (mut shown, mut hashes) = (Vec::new(), Vec::new());
    for _ in 0..CODES {
        let mut bytes = [0; 10];
        app.chance.fill(&mut bytes);
        let code = totp::base32(&bytes);
        hashes.push(kept(user, &code));
        let four: Vec<String> = code.to_lowercase().as_bytes().chunks(4).map(|four| String::from_utf8_lossy(four).into_owned()).collect();
        shown.push(four.join("-"));
    }
    second_factor::set_codes(tx, user, &hashes).await?;
    Ok(shown)
}

/// How a business has its people sign in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SignInRules {
    /// everybody needs a second factor: who has none sets one up before anything else
    pub second_factor_required: bool,
    /// members who have none
    pub without: Vec<String>,
}

/// What is asked of everybody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SignInRulesEdit {
    /// everybody needs a second factor
    pub second_factor_required: bool,
}

/// How the business has its people sign in.
///
/// # Errors
/// When the store refuses.
pub async fn rules(app: &App) -> Result<SignInRules> {
    let workspace = app.settings().id.clone();
    let have = second_factor::have(&app.store).await?;
    let members = member::list(&app.store, &workspace).await?;
    let without = members.into_iter().filter(|m| !m.disabled && !have.contains(&m.user)).map(|m| m.name).collect();
    Ok(SignInRules { second_factor_required: second_factor::asked(&app.store, &workspace).await?, without })
}

/// Changes it; holds from everybody's next request on.
///
/// # Errors
/// When the store refuses.
pub async fn set_rules(app: &App, by: &By, edit: SignInRulesEdit) -> Result<SignInRules> {
    let workspace = app.settings().id.clone();
    let mut tx = app.store.begin().await?;
    let before = second_factor::asked(&mut tx, &workspace).await?;
    if before != edit.second_factor_required {
        second_factor::ask(&mut tx, &workspace, edit.second_factor_required, app.clock.now()).await?;
        let detail = json!({ "second_factor_required": edit.second_factor_required });
        audit::append(app, &mut tx, &audit::of(app, &by.actor, Action::SignInChanged, workspace.as_str()).detail(detail)).await?;
        tx.commit().await?;
    }
    rules(app).await
}
