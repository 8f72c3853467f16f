//! Identifiers of a customer, written by hand: one comes, is put right or goes. What was taken away no file gives them again; whoever sees
//! phones and addresses masked changes none. Nothing of it is in a run, so nothing is computed anew.

use super::changes;
use crate::{Error, Result, app::App, merging, people::By};
use domain::{
    CustomerKey, Label,
    identity::IdentifierKind,
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::{
    Tx,
    change::{Change, Deltas},
    customer::put_right::{self, Correction},
    mark::Set,
};
use utoipa::ToSchema;

/// An identifier that comes, is put right or goes: at least one of `was` and `value`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct IdentifierDraft {
    /// `external`, `member`, `phone`, `email` or `unionid`
    #[schema(value_type = String, pattern = "^(external|member|phone|email|unionid)$")]
    pub kind: IdentifierKind,
    /// the one there is, as the profile has it; absent: one more comes
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub was: Option<String>,
    /// what it is from now on; absent: it goes
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
}

/// What the kind is called that a change is about.
pub(super) fn label(subject: &str) -> Label {
    IdentifierKind::ALL.into_iter().find(|k| k.key() == subject).map_or_else(Label::default, IdentifierKind::label)
}

fn refused(field: &'static str, zh: impl Into<String>, en: impl Into<String>) -> Error {
    Error::Invalid { code: "change.identifier", message: Label::new(zh, en), params: json!({ "field": field }) }
}

fn asked(draft: Option<&IdentifierDraft>) -> Result<&IdentifierDraft> {
    draft.ok_or_else(|| refused("identifier", "请写明是哪个标识", "say which identifier"))
}

/// What a change is about, as it is kept with it: the kind, never the value.
pub(super) fn subject(draft: Option<&IdentifierDraft>) -> Result<String> {
    asked(draft).map(|d| d.kind.key().to_owned())
}

/// An identifier as a file's would be read.
fn wanted(app: &App, kind: IdentifierKind, text: &str) -> Result<String> {
    let settings = app.settings();
    let read = match kind {
        IdentifierKind::Phone => sources::phone_of(text, settings.currency, settings.zone.name()),
        IdentifierKind::Email => sources::email_of(text),
        IdentifierKind::External | IdentifierKind::Member | IdentifierKind::Unionid => sources::number_of(text),
    };
    read.ok().flatten().ok_or_else(|| match kind {
        IdentifierKind::Phone => refused("value", "电话读不懂，请写完整的号码", "this is no phone number; write it in full"),
        IdentifierKind::Email => refused("value", "邮箱读不懂", "this is no e-mail address"),
        _ => refused("value", "号码读不懂", "this is no number"),
    })
}

/// Somebody else has it: it stays theirs.
async fn theirs(app: &App, kind: IdentifierKind, owner: CustomerKey) -> Result<Error> {
    let known = store::customer::by_key(&app.store, owner).await?;
    let root = known.as_ref().and_then(|c| c.root);
    let owner = match root {
        Some(root) => store::customer::by_key(&app.store, root).await?,
        None => known,
    };
    let (id, called) = owner.map_or_else(Default::default, |c| (c.id, c.name));
    let who = called.clone().unwrap_or_else(|| id.clone());
    let Label { zh, en } = kind.label();
    let message = Label::new(format!("这个{zh}已属于{who}；如果是同一位客户，请合并"), format!("this {} is {who}'s already; if they are one and the same, merge the two", en.to_lowercase()));
    Ok(Error::Conflict { code: "change.identifier_taken", message, params: json!({ "customer": id, "name": called }) })
}

/// One comes, is put right or goes.
pub(super) async fn set(app: &App, by: &By, made: &mut Change, who: &Set, draft: Option<&IdentifierDraft>) -> Result<()> {
    let (Some(customer), 1) = (who.iter().next(), made.matched) else {
        return Err(Error::invalid("change.one", "标识一次只能改一位客户的", "identifiers are changed for one customer at a time"));
    };
    let draft = asked(draft)?;
    let kind = draft.kind;
    let said = |text: &Option<String>| text.as_deref().map(str::trim).filter(|t| !t.is_empty()).map(str::to_owned);
    let before = said(&draft.was);
    let after = said(&draft.value).map(|text| wanted(app, kind, &text)).transpose()?;
    if before.is_none() && after.is_none() {
        return Err(refused("value", "请写出标识", "write the identifier"));
    }
    let mut tx = put_right::begin(&app.store).await?;
    store::audit::turn(&mut tx).await?;
    if store::erasure::people::since(&mut tx, customer).await?.is_some() {
        return Err(Error::conflict("change.erased", "这位客户已按要求删除，不能再写任何信息", "this customer was erased; nothing is written about them any more"));
    }
    let group = store::merge::group(&mut tx, customer).await?;
    // whoever was merged keeps what came under their number
    let whose = match &before {
        None => customer,
        Some(value) => {
            let whose = put_right::whose(&mut tx, kind, value).await?.filter(|k| group.contains(k));
            whose.ok_or_else(|| Error::not_found("identifier", kind.key()))?
        }
    };
    if let Some(value) = after.as_ref().filter(|a| before.as_ref() != Some(a)) {
        match put_right::whose(&mut tx, kind, value).await? {
            Some(k) if group.contains(&k) => return Err(refused("value", "这位客户已有这个标识", "the customer has this already")),
            Some(k) => {
                tx.rollback().await?;
                return Err(theirs(app, kind, k).await?);
            }
            None => {}
        }
    }
    if after.is_none() && store::customer::identifiers_of(&mut tx, customer).await?.len() < 2 {
        return Err(Error::conflict(
            "change.last_identifier",
            "这是这位客户唯一的标识，移除后以后的订单就认不出是谁。请先加一个对的，或直接更正",
            "this is the only thing this customer is known by; without it no later order finds them. Add the right one first, or correct this one",
        ));
    }
    made.changed = u64::from(before != after);
    changes::close(app, &mut tx, by, made, &Deltas::new()).await?;
    if made.changed > 0 {
        put_right::put(&mut tx, &made.id, &Correction { customer: whose, kind, before, after }).await?;
    }
    tx.commit().await?;
    looked_at(app, made).await
}

/// Who may be one with whom is looked at again.
pub(super) async fn looked_at(app: &App, c: &Change) -> Result<()> {
    if c.changed > 0 { merging::find::soon(app).await } else { Ok(()) }
}

/// Takes it back, unless it was changed again since, somebody else has what was there, or the customer is gone.
pub(super) async fn back(app: &App, c: &Change) -> Result<(Tx, u64)> {
    let mut tx = put_right::begin(&app.store).await?;
    store::audit::turn(&mut tx).await?;
    if c.changed > 0 && !put_right::put_back(&mut tx, &c.id).await? {
        return Err(Error::conflict(
            "change.overtaken",
            "这个标识后来又改过，或已属于其他客户，不能再撤销这一次",
            "this identifier was changed again since, or is somebody else's now, so this change cannot be undone",
        ));
    }
    Ok((tx, c.changed))
}
