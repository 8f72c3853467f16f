//! Looking at the product as another member sees it: with their permissions, their sight and what is theirs, and without touching
//! anything. It belongs to one session of an owner and ends with it, after an hour, or when either of the two is not what they were;
//! see `docs/decisions/0028-viewing.md`.

use super::By;
use crate::{Error, Result, app::App, audit};
use domain::{audit::Action, clock::Instant};
use serde_json::json;
use store::{member, session};

/// The longest it lasts, in microseconds: an hour.
const LONGEST: i64 = 3_600_000_000;

/// Why it is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Over {
    /// they went back to themselves
    Back,
    /// an hour had passed
    Time,
    /// one of the two was locked, taken out or became something else
    Changed,
    /// they signed out
    SignedOut,
}

impl Over {
    fn key(self) -> &'static str {
        match self {
            Over::Back => "back",
            Over::Time => "time",
            Over::Changed => "changed",
            Over::SignedOut => "signed_out",
        }
    }
}

/// Begins: the session of this token hash looks as `id` from now on.
///
/// # Errors
/// `member.not_found`, `member.yourself`, `member.locked`, `access.beyond`; when the store refuses.
pub async fn begin(app: &App, by: &By, token_hash: &str, id: &str) -> Result<()> {
    let mut tx = app.store.begin().await?;
    store::audit::turn(&mut tx).await?;
    let whom = member::get(&mut tx, &app.settings().id, id).await?.ok_or_else(|| Error::not_found("member", id))?;
    if whom.user == by.actor.id {
        return Err(Error::conflict("member.yourself", "这就是您自己", "this is yourself"));
    }
    if whom.disabled {
        return Err(Error::conflict("member.locked", "这个账号已停用，看不到任何内容", "this account is locked and sees nothing"));
    }
    by.covers(whom.permissions())?;
    let until = Instant(app.clock.now().0 + LONGEST);
    session::view(&mut tx, token_hash, id, (whom.role, whom.personal), until).await?;
    let detail = json!({ "role": whom.role, "personal": whom.personal, "until": until.rfc3339() });
    audit::append(app, &mut tx, &audit::of(app, &by.actor, Action::ViewingBegun, id).detail(detail)).await?;
    Ok(tx.commit().await?)
}

/// Ends, once, whoever notices it first.
///
/// # Errors
/// When the store refuses.
pub async fn end(app: &App, by: &By, token_hash: &str, id: &str, why: Over) -> Result<()> {
    let mut tx = app.store.begin().await?;
    store::audit::turn(&mut tx).await?;
    if session::view_no_more(&mut tx, token_hash).await? {
        audit::append(app, &mut tx, &audit::of(app, &by.actor, Action::ViewingEnded, id).detail(json!({ "why": why.key() }))).await?;
    }
    Ok(tx.commit().await?)
}
