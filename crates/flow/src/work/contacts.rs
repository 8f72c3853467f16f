//! Contacts of an organisation, written by hand: one comes, changes or goes, and how many there are is told to the lake, as imports
//! tell it. Whoever sees phones and addresses masked changes none: they would write the masks back.

use super::{changes::{self, ChangeDraft}, hand::{self, Rows}};
use crate::{Error, Result, app::App, people::By};
use domain::{CustomerKey, Day, Label, Value};
use lake::Lake;
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::{
    Tx,
    change::{Change, Deltas},
    contact::{self, Changed, Contact, Kept},
    mark::Set,
};
use utoipa::ToSchema;

/// Characters of a name or role.
const LENGTH: usize = 100;
/// Contacts somebody may have.
const MOST: usize = 500;
/// The attribute that says how many there are.
const COUNT: &str = "contacts";

/// What a contact shall say: at least one of these.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ContactDraft {
    /// name
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// what they do there
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// phone
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// e-mail
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
}

/// What a change names a contact by. It is made of what the contact says, so it goes only to who sees that.
pub(crate) fn id(c: &Contact) -> String {
    format!("con_{:08x}{:016x}", c.customer.0, c.content())
}

fn refused(field: &'static str, zh: &str, en: &str) -> Error {
    Error::Invalid { code: "change.contact", message: Label::new(zh, en), params: json!({ "field": field }) }
}

fn line(field: &'static str, text: Option<&str>) -> Result<Option<String>> {
    let text = text.unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ");
    if text.chars().count() > LENGTH || text.chars().any(char::is_control) {
        return Err(refused(field, "姓名和职务最多 100 个字", "a name or role has at most 100 characters"));
    }
    Ok(Some(text).filter(|t| !t.is_empty()))
}

fn wanted(app: &App, customer: CustomerKey, draft: &ContactDraft) -> Result<Contact> {
    let settings = app.settings();
    let phone = sources::phone_of(draft.phone.as_deref().unwrap_or_default(), settings.currency, settings.zone.name());
    let phone = phone.map_err(|_| refused("phone", "电话读不懂，请写完整的号码", "this is no phone number; write it in full"))?;
    let email = sources::email_of(draft.email.as_deref().unwrap_or_default()).map_err(|_| refused("email", "邮箱读不懂", "this is no e-mail address"))?;
    let c = Contact { customer, name: line("name", draft.name.as_deref())?, role: line("role", draft.role.as_deref())?, phone, email };
    if c.name.is_none() && c.phone.is_none() && c.email.is_none() {
        return Err(refused("name", "至少写姓名、电话或邮箱之一", "give a name, a phone or an e-mail at least"));
    }
    Ok(c)
}

fn moved() -> Error {
    Error::conflict("change.overtaken", "这位联系人刚被改过，请看过再改", "this contact has just been changed; look at it and try again")
}

/// A contact comes, changes or goes.
pub(super) async fn set(app: &App, by: &By, made: &mut Change, who: &Set, draft: &ChangeDraft) -> Result<()> {
    let (Some(customer), 1) = (who.iter().next(), made.matched) else {
        return Err(Error::invalid("change.one", "联系人一次只能改一位客户的", "contacts are changed for one customer at a time"));
    };
    let person = store::customer::by_key(&app.store, customer).await?.ok_or_else(|| Error::not_found("customer", ""))?;
    if !person.organisation {
        return Err(refused("customer", "只有企业客户有联系人", "only organisations have contacts"));
    }
    let all = contact::of(&app.store, customer).await?;
    let named = draft.subject.as_deref().map(str::trim).filter(|s| !s.is_empty());
    let before = match named {
        None => None,
        Some(wanted) => Some(all.iter().find(|c| id(c) == wanted).cloned().ok_or_else(|| Error::not_found("contact", wanted))?),
    };
    let whose = before.as_ref().map_or(customer, |c| c.customer);
    let after = draft.contact.as_ref().map(|d| wanted(app, whose, d)).transpose()?;
    if before.is_none() && after.is_none() {
        return Err(refused("contact", "请写出联系人", "say who the contact is"));
    }
    if before.is_none() && all.len() >= MOST {
        return Err(refused("contact", "一家企业最多 500 位联系人", "an organisation has at most 500 contacts"));
    }
    if after.as_ref().is_some_and(|a| before.as_ref() != Some(a) && all.contains(a)) {
        return Err(refused("contact", "已经有一样的联系人", "there is such a contact already"));
    }
    if before == after {
        let mut tx = app.store.begin().await?;
        store::audit::turn(&mut tx).await?;
        changes::close(app, &mut tx, by, made, &Deltas::new()).await?;
        return Ok(tx.commit().await?);
    }
    let after = after.map(|contact| Kept { contact, added: 0 });
    let step = i64::from(after.is_some()) - i64::from(before.is_some());
    let mut tx = counted(app, by, &made.id, customer, step).await?;
    let before = match before {
        None => None,
        Some(c) => Some(contact::kept(&mut tx, &c).await?.ok_or_else(moved)?),
    };
    let changed = Changed { before, after };
    turn(&mut tx, changed.before.as_ref(), changed.after.as_ref()).await?;
    made.changed = 1;
    changes::close(app, &mut tx, by, made, &Deltas::new()).await?;
    contact::note(&mut tx, &made.id, customer, &changed).await?;
    hand::follow(app, &mut tx, by, &made.id).await?;
    tx.commit().await?;
    app.jobs.pulse();
    Ok(())
}

/// Puts one in the place of another.
async fn turn(tx: &mut Tx, old: Option<&Kept>, new: Option<&Kept>) -> Result<()> {
    if let Some(k) = old {
        if !contact::take(&mut *tx, &k.contact).await? {
            return Err(moved());
        }
    }
    if let Some(k) = new {
        if !contact::put(&mut *tx, k).await? {
            return Err(moved());
        }
    }
    Ok(())
}

/// Begins a transaction in which the lake knows how many contacts somebody has; where that stays the same, only a transaction.
async fn counted(app: &App, by: &By, stem: &str, customer: CustomerKey, step: i64) -> Result<Tx> {
    if step == 0 {
        let mut tx = app.store.begin().await?;
        store::audit::turn(&mut tx).await?;
        return Ok(tx);
    }
    Ok(hand::begin(app, by, stem, |lake, day| count(app, lake, day, customer, step)).await?.tx)
}

/// How many contacts somebody has with so many more, as the lake is told.
pub(crate) async fn count(app: &App, lake: Lake, day: Day, customer: CustomerKey, more: i64) -> Result<Rows> {
    let left = contact::of(&app.store, customer).await?.len() as i64 + more;
    let said = tokio::task::spawn_blocking(move || lake.attribute(customer, COUNT)).await??;
    let value = if left > 0 { Value::Int(left) } else { Value::Null };
    Ok(Rows::one(COUNT, (customer, hand::from(!said.is_empty(), day), value)))
}

/// Takes it back, unless the contact was changed again since.
pub(super) async fn back(app: &App, by: &By, c: &Change) -> Result<(Tx, u64)> {
    let Some(changed) = contact::noted(&app.store, &c.id).await? else {
        let mut tx = app.store.begin().await?;
        store::audit::turn(&mut tx).await?;
        return Ok((tx, 0));
    };
    let whose = changed.before.as_ref().or(changed.after.as_ref()).map(|k| k.contact.customer);
    let gone = || Error::conflict("change.overtaken", "这位客户已经不在了，不能撤销", "this customer is gone, so the change cannot be undone");
    let person = store::customer::by_key(&app.store, whose.ok_or_else(gone)?).await?.ok_or_else(gone)?;
    let step = i64::from(changed.before.is_some()) - i64::from(changed.after.is_some());
    let mut tx = counted(app, by, &app.new_id("chg"), person.root.unwrap_or(person.key), step).await?;
    turn(&mut tx, changed.after.as_ref(), changed.before.as_ref()).await?;
    hand::follow(app, &mut tx, by, &c.id).await?;
    Ok((tx, c.changed))
}
