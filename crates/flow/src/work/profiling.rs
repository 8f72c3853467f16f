//! Who does not want to be profiled, as people write it down: rows of the lake in a file of their own, like own fields written by hand;
//! and taken back like those. Whoever notes it is answered when every list, class and segment knows.

use super::hand::{self, Back, Rows};
use crate::{
    Error, Result,
    analysis::{Asked, Picture},
    app::App,
    people::By,
    schema,
};
use domain::{
    CustomerKey, Day, Label, Value,
    profiling::{self, ATTRIBUTE, How, Said},
};
use lake::Lake;
use serde::{Deserialize, Serialize};
use store::{change::Change, mark::Set};
use utoipa::ToSchema;

/// When and how somebody said so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RefusalDraft {
    /// the day it was said; absent = today
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = Date)]
    pub on: Option<Day>,
    /// `letter`, `email`, `phone`, `web` or `in_person`
    #[schema(pattern = "^(letter|email|phone|web|in_person)$")]
    pub how: String,
}

/// That somebody does not want to be profiled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RefusalView {
    /// the day it was said
    #[schema(value_type = String, format = Date)]
    pub on: Day,
    /// `letter`, `email`, `phone`, `web`, `in_person`, or `import` of a file
    pub how: String,
    /// the same for people
    #[schema(value_type = schema::Label)]
    pub how_label: Label,
    /// who wrote it down, `usr_…`; absent of a file
    pub by: Option<String>,
    /// display name
    pub by_name: Option<String>,
    /// written down, RFC 3339
    pub noted_at: String,
}

/// How it was said, for people; nothing if that is not known.
pub(super) fn label(how: &str) -> Label {
    How::parse(how).map_or_else(Label::default, How::label)
}

fn read(app: &App, draft: Option<&RefusalDraft>) -> Result<(Day, How)> {
    let missing = || Error::invalid("change.refusal", "请说明怎么提出的：letter、email、phone、web 或 in_person", "say how it was said: letter, email, phone, web or in_person");
    let draft = draft.ok_or_else(missing)?;
    let how = How::SAID.into_iter().find(|h| h.key() == draft.how).ok_or_else(missing)?;
    let today = app.today();
    let on = draft.on.unwrap_or(today);
    if on > today {
        return Err(Error::invalid("change.refusal_day", "提出的日期不能晚于今天", "it was not said after today"));
    }
    Ok((on, how))
}

/// What a refusal names, as it is kept with the change.
///
/// # Errors
/// `change.refusal`, `change.refusal_day`.
pub fn known(app: &App, draft: Option<&RefusalDraft>) -> Result<String> {
    read(app, draft).map(|(_, how)| how.key().to_owned())
}

/// Of whom that changes something: who says so already is left as they are.
pub(super) async fn whom(app: &App, who: &Set, refuses: bool) -> Result<Set> {
    app.runs.warm(app).await?;
    let picture = app.runs.at(app, Asked::default()).await?;
    let now = Set::from_words(picture.run.refused().words());
    Ok(if refuses { who.and_not(&now) } else { who.and(&now) })
}

/// Notes that these do not want to be profiled, or have nothing against it any more.
pub(super) async fn set(app: &App, by: &By, made: &mut Change, who: &Set, draft: Option<&RefusalDraft>) -> Result<()> {
    let (on, how) = read(app, draft)?;
    let refuses = made.kind == store::change::Kind::ProfilingRefuse;
    let rows = |lake: Lake, today: Day| async move {
        let whom = whom(app, who, refuses).await?;
        let mut keys: Vec<CustomerKey> = match refuses {
            true => whom.iter().collect(),
            // whoever of them said so, it is all of theirs that is taken back
            false => whom.iter().flat_map(|root| lake.aliases().group(root).collect::<Vec<_>>()).collect(),
        };
        keys.sort_unstable();
        let one = match keys.as_slice() {
            [customer] => Some(*customer),
            _ => None,
        };
        // it holds from the day it was said, and at once, also where nothing has happened since; each under their own number
        let day = on.min(today);
        let said = Said { refuses, whose: None, on, how, by: by.actor.id.clone(), at: app.clock.now() };
        let row = move |customer: CustomerKey| (customer, day, Value::Text(Said { whose: Some(customer.0), ..said.clone() }.text()));
        Ok(Rows { attribute: ATTRIBUTE.to_owned(), changed: whom.count(), one, rows: Box::new(keys.into_iter().map(row)) })
    };
    let begun = hand::begin(app, by, &made.id, rows).await?;
    hand::finish(app, by, made, begun).await?;
    // nobody who asks from here on is told what was before
    app.runs.warm(app).await
}

/// Takes it back, as if it had not been noted.
pub(super) async fn back(app: &App, by: &By, c: &Change) -> Result<Back> {
    hand::back(app, by, c).await
}

/// That somebody does not want to be profiled, as a run knows it.
///
/// # Errors
/// When the store or the lake refuses.
pub(crate) async fn refusal(app: &App, picture: &std::sync::Arc<Picture>, customer: CustomerKey) -> Result<Option<RefusalView>> {
    if !picture.run.refused().holds(customer.0 as usize) {
        return Ok(None);
    }
    let reading = std::sync::Arc::clone(picture);
    let said = tokio::task::spawn_blocking(move || reading.lake.attribute(customer, ATTRIBUTE)).await??;
    let seen = said.iter().filter(|a| a.day <= picture.as_of && a.recorded_at <= picture.known_as_of).filter_map(Said::of);
    let Some(said) = profiling::standing(seen) else { return Ok(None) };
    let by = Some(said.by).filter(|by| !by.is_empty());
    let by_name = match &by {
        Some(by) => store::user::get(&app.store, by).await?.map(|u| u.name),
        None => None,
    };
    Ok(Some(RefusalView { on: said.on, how: said.how.key().to_owned(), how_label: said.how.label(), by, by_name, noted_at: said.at.rfc3339() }))
}
