//! What a change of customers would come to: of how many something would change, who has it already, and of whom nothing can be changed
//! and why. Nothing is written.

use super::{changes::{self, ChangeDraft}, fields, lists, profiling};
use crate::{Error, Result, app::App, people::By, schema};
use domain::Label;
use serde::{Deserialize, Serialize};
use store::{
    change::{Kind, touched},
    mark::Set,
};
use utoipa::ToSchema;

/// What a change would come to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ChangePreview {
    /// customers it is asked for
    pub matched: u64,
    /// customers of whom something would change
    pub changed: u64,
    /// customers of whom it is so already
    pub same: u64,
    /// customers of whom nothing can be changed, by reason
    pub refused: Vec<ChangeRefused>,
}

/// Of whom nothing can be changed, and why.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ChangeRefused {
    /// `erased`
    pub reason: String,
    /// for people
    #[schema(value_type = schema::Label)]
    pub label: Label,
    /// how many
    pub customers: u64,
}

impl ChangePreview {
    /// Whoever neither changes nor is refused has it already.
    pub(super) fn new(matched: u64, changed: u64, refused: Vec<ChangeRefused>) -> ChangePreview {
        let not: u64 = refused.iter().map(|r| r.customers).sum();
        ChangePreview { matched, changed, same: matched.saturating_sub(changed + not), refused }
    }
}

/// What a change of many customers would come to, by all that [`changes::make`] looks at.
///
/// # Errors
/// As [`changes::make`]; `change.preview` for a kind that is of one customer at a time.
pub async fn of(app: &App, by: &By, draft: &ChangeDraft) -> Result<ChangePreview> {
    changes::allowed(by, draft.kind)?;
    let (subject, who) = changes::asked(app, by, draft).await?;
    let changed = match draft.kind {
        Kind::FieldSet => return fields::preview(app, by, &who, draft).await,
        Kind::TagAdd | Kind::TagRemove | Kind::OwnerSet => marked(app, draft.kind, &subject, &who).await?,
        Kind::ListAdd | Kind::ListRemove => touched(&lists::changed(app, &subject, &who, draft.kind == Kind::ListAdd).await?.1).count(),
        Kind::ProfilingRefuse | Kind::ProfilingAllow => profiling::whom(app, &who, draft.kind == Kind::ProfilingRefuse).await?.count(),
        Kind::NameSet | Kind::ContactSet | Kind::IdentifierSet => {
            return Err(Error::invalid("change.preview", "姓名、联系人和标识一次改一位，不用先看", "names, contacts and identifiers are changed one at a time, with nothing to preview"));
        }
    };
    Ok(ChangePreview::new(who.count(), changed, Vec::new()))
}

/// Tags and owners: done, counted, and left.
async fn marked(app: &App, kind: Kind, subject: &str, who: &Set) -> Result<u64> {
    let aliases = app.runs.aliases(app).await?;
    let mut tx = app.store.begin().await?;
    let deltas = changes::mark(&mut tx, &aliases, kind, subject, who).await?;
    tx.rollback().await?;
    Ok(touched(&deltas).joined(&aliases).count())
}
