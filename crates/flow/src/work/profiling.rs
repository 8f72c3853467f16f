//! Who does not want to be profiled, as people write it down: rows of the lake in a file of their own, like own fields written by hand;
//! taken back by ending it. Whoever notes it is answered when every list, class and segment knows.

use super::{changes, fields};
use crate::{
    Error, Result,
    analysis::{Asked, Picture},
    app::App,
    ingest::Content,
    people::By,
    schema,
};
use domain::{
    CustomerKey, Day, Label, Value,
    profiling::{self, ATTRIBUTE, How, Said},
    table::DataFile,
};
use lake::{AttributeRow, Limits, Writer};
use serde::{Deserialize, Serialize};
use store::{
    Tx,
    change::{Change, Deltas},
    edit::{self, Written},
    mark::Set,
};
use utoipa::ToSchema;

/// Times it is tried when the lake moves meanwhile.
const TRIES: usize = 8;

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

/// Writes what was said of these, each under their own number, into a file that nothing names yet.
async fn write(app: &App, stem: &str, keys: Vec<CustomerKey>, said: Said, day: Day) -> Result<Vec<DataFile>> {
    let (root, stem) = (app.lake.clone(), stem.to_owned());
    let files = tokio::task::spawn_blocking(move || {
        let mut writer: Writer<AttributeRow<'static>> = Writer::new(&root, &stem, Limits::default());
        for customer in keys {
            let value = Value::Text(Said { whose: Some(customer.0), ..said.clone() }.text());
            let row_key = Content::default().attribute(customer, day, ATTRIBUTE, &value);
            writer.add(&AttributeRow { customer, row_key, day, recorded_at: said.at, key: ATTRIBUTE, value: &value, batch: 0 })?;
        }
        writer.finish()
    });
    Ok(files.await??)
}

/// Notes that these do not want to be profiled, or have nothing against it any more; who says so already is left as they are.
pub(super) async fn set(app: &App, by: &By, made: &mut Change, who: &Set, draft: Option<&RefusalDraft>) -> Result<()> {
    let (on, how) = read(app, draft)?;
    let refuses = made.kind == store::change::Kind::ProfilingRefuse;
    for _ in 0..TRIES {
        app.runs.warm(app).await?;
        let picture = app.runs.at(app, Asked::default()).await?;
        let (lake, today) = fields::now(app).await?;
        let base = lake.snapshot().id;
        let now = Set::from_words(picture.run.refused().words());
        let whom = if refuses { who.and_not(&now) } else { who.and(&now) };
        let mut keys: Vec<CustomerKey> = match refuses {
            true => whom.iter().collect(),
            // whoever of them said so, it is all of theirs that is taken back
            false => whom.iter().flat_map(|root| lake.aliases().group(root).collect::<Vec<_>>()).collect(),
        };
        made.changed = whom.count();
        let Some(first) = keys.first().copied() else {
            let mut tx = app.store.begin().await?;
            store::audit::turn(&mut tx).await?;
            changes::close(app, &mut tx, by, made, &Deltas::new()).await?;
            return Ok(tx.commit().await?);
        };
        keys.sort_unstable();
        // it holds from the day it was said, and at once, also where nothing has happened since
        let said = Said { refuses, whose: None, on, how, by: by.actor.id.clone(), at: app.clock.now() };
        let files = write(app, &made.id, keys, said, on.min(today)).await?;
        let (mut tx, snapshot) = match edit::begin(&app.store, app.clock.now(), base, &files, &by.actor.name).await {
            Ok(begun) => begun,
            Err(store::Error::Conflict(why)) => {
                tracing::info!(change = %made.id, %why, "written again");
                fields::discard(app, &files);
                continue;
            }
            Err(e) => return Err(e.into()),
        };
        store::audit::turn(&mut tx).await?;
        changes::close(app, &mut tx, by, made, &Deltas::new()).await?;
        edit::note(&mut tx, &made.id, &Written { customer: first, attribute: ATTRIBUTE.to_owned(), snapshot }).await?;
        fields::follow(app, &mut tx, by, &made.id).await?;
        tx.commit().await?;
        app.jobs.pulse();
        // nobody who asks from here on is told what was before
        app.runs.warm(app).await?;
        return Ok(());
    }
    Err(Error::Store(store::Error::Busy))
}

/// Takes it back, as if it had not been noted.
pub(super) async fn back(app: &App, by: &By, c: &Change) -> Result<(Tx, u64)> {
    let Some(written) = edit::of(&app.store, &c.id).await? else {
        let mut tx = app.store.begin().await?;
        store::audit::turn(&mut tx).await?;
        return Ok((tx, 0));
    };
    let mut tx = match edit::end(&app.store, app.clock.now(), written.snapshot, &by.actor.name).await {
        Err(store::Error::Conflict(_)) => return Err(Error::conflict("change.overtaken", "这次修改刚被撤销", "this change has just been taken back")),
        ended => ended?,
    };
    store::audit::turn(&mut tx).await?;
    fields::follow(app, &mut tx, by, &c.id).await?;
    Ok((tx, c.changed))
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
