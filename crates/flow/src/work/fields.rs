//! What an own field of one customer holds, written by hand: a newer row of the lake, beside what files said, so that everything that
//! is computed reads it as it reads them; taken back by ending its file.

use super::changes::{self, ChangeDraft};
use crate::{
    Error, Result,
    analysis::defined,
    app::App,
    ingest::{ALWAYS, Content, refresh},
    people::By,
    sight::{Sight, Walls},
};
use domain::{
    CustomerKey, Day, Label, Value, ValueType,
    fact::AttributeFact,
    feature::{self, Feature},
    field::{self, Fault},
    table::DataFile,
};
use lake::{AttributeRow, Lake, Limits, Writer};
use serde_json::json;
use store::{
    Tx,
    change::{Change, Deltas},
    edit::{self, Written},
    mark::Set,
};

/// Times it is tried when the lake moves meanwhile.
const TRIES: usize = 8;

/// A field that may be filled in by hand.
///
/// # Errors
/// `feature.not_found`; `change.computed` for one that is made of facts; `access.masked`.
pub(super) async fn known(app: &App, sight: Sight, key: &str) -> Result<Feature> {
    Walls::now(app, sight).await?.ask(key)?;
    let all = defined::current(app).await?;
    let f = all.feature(key).ok_or_else(|| Error::not_found("feature", key))?;
    if f.by_hand().is_none() {
        return Err(Error::Invalid {
            code: "change.computed",
            message: Label::new(format!("“{}”由数据算出，不能手工修改；改正数据请导入", f.label.zh), format!("“{}” is computed from facts and not edited by hand; import a correction", f.label.en)),
            params: json!({ "field": key }),
        });
    }
    Ok(f.clone())
}

/// What a field is called; nothing if it is gone.
pub(super) async fn label(app: &App, key: &str) -> Result<Label> {
    Ok(defined::current(app).await?.feature(key).map_or_else(Label::default, |f| f.label.clone()))
}

fn refused(f: &Feature, why: &Label) -> Error {
    Error::Invalid {
        code: "change.value",
        message: Label::new(format!("{}：{}", f.label.zh, why.zh), format!("{}: {}", f.label.en, why.en)),
        params: json!({ "field": f.key }),
    }
}

/// The value as the lake keeps it.
fn wanted(app: &App, f: &Feature, draft: &ChangeDraft) -> Result<Value> {
    let (Some(asked), Some(written)) = (f.asked(), &draft.value) else { return Ok(Value::Null) };
    let value = field::read(asked.kind, &asked.options, written, app.settings().currency).map_err(|e| refused(f, &e.message()))?;
    if value.is_null() {
        return Ok(value);
    }
    match feature::fit(value, f.value) {
        Value::Null if f.value == ValueType::Int => Err(refused(f, &Label::new("要填整数", "a whole number is wanted"))),
        Value::Null => Err(refused(f, &Fault::Kind(asked.kind).message())),
        value => Ok(value),
    }
}

/// Of what was said the row that counts as of a day: of the latest day, of one day the one learnt last, of equal ones the later.
fn counts(said: &[AttributeFact], day: Day) -> Option<&AttributeFact> {
    said.iter().filter(|a| a.day <= day).max_by_key(|a| (a.day, a.recorded_at))
}

/// The lake as it is, and the day people look at when they name none.
pub(crate) async fn now(app: &App) -> Result<(Lake, Day)> {
    let lake = app.runs.lake(app).await?;
    let today = app.today();
    let day = lake.last_day(today)?.map_or(today, |d| d.min(today));
    Ok((lake, day))
}

/// Writes a row of one attribute into a file that nothing names yet.
pub(crate) async fn write(app: &App, stem: &str, customer: CustomerKey, (key, value): (&str, &Value), said: bool, day: Day) -> Result<Vec<DataFile>> {
    // a first value holds from the beginning, a later one from the day people look at; the same as with files
    let day = if said { day } else { ALWAYS };
    let (root, stem, recorded_at) = (app.lake.clone(), stem.to_owned(), app.clock.now());
    let (key, value) = (key.to_owned(), value.clone());
    let files = tokio::task::spawn_blocking(move || {
        let mut writer: Writer<AttributeRow<'static>> = Writer::new(&root, &stem, Limits::default());
        let row_key = Content::default().attribute(customer, day, &key, &value);
        writer.add(&AttributeRow { customer, row_key, day, recorded_at, key: &key, value: &value, batch: 0 })?;
        writer.finish()
    });
    Ok(files.await??)
}

/// Removes files that nothing will name.
pub(crate) fn discard(app: &App, files: &[DataFile]) {
    for f in files {
        let path = lake::folder(&app.lake, f.table).join(&f.path);
        if let Err(e) = std::fs::remove_file(&path) {
            tracing::debug!(path = %path.display(), error = %e, "left for the sweep");
        }
    }
}

/// Enqueues the run that comes next.
pub(super) async fn follow(app: &App, tx: &mut Tx, by: &By, id: &str) -> Result<()> {
    store::job::enqueue(tx, &refresh(app, id, &by.actor), app.clock.now()).await?;
    Ok(())
}

/// Says what the field of one customer holds.
pub(super) async fn set(app: &App, by: &By, made: &mut Change, who: &Set, draft: &ChangeDraft) -> Result<()> {
    let (Some(customer), 1) = (who.iter().next(), made.matched) else {
        return Err(Error::invalid("change.one", "字段一次只能改一位客户", "a field is changed for one customer at a time"));
    };
    let f = known(app, by.permissions.sight(), &made.subject).await?;
    let Some(key) = f.by_hand() else { return Err(Error::not_found("feature", made.subject.as_str())) };
    let value = wanted(app, &f, draft)?;
    for _ in 0..TRIES {
        let (lake, day) = now(app).await?;
        let base = lake.snapshot().id;
        let (wanted_key, reading) = (key.to_owned(), lake.clone());
        let said = tokio::task::spawn_blocking(move || reading.attribute(customer, &wanted_key)).await??;
        let held = counts(&said, day).map_or(Value::Null, |a| feature::fit(a.value.clone(), f.value));
        let was = draft.was.as_ref().map(|raw| serde_json::from_value::<Value>(raw.clone())).transpose();
        let was = was.map_err(|e| Error::invalid("change.was", format!("was 不是一个值：{e}"), format!("`was` is no value: {e}")))?;
        if was.is_some_and(|was| was != held) {
            return Err(Error::Conflict {
                code: "change.overtaken",
                message: Label::new("这个值刚被别人改过，请看过再改", "somebody else has just changed this value; look at it and try again"),
                params: json!({ "field": f.key }),
            });
        }
        if held == value {
            let mut tx = app.store.begin().await?;
            store::audit::turn(&mut tx).await?;
            changes::close(app, &mut tx, by, made, &Deltas::new()).await?;
            return Ok(tx.commit().await?);
        }
        let files = write(app, &made.id, customer, (key, &value), !said.is_empty(), day).await?;
        let (mut tx, snapshot) = match edit::begin(&app.store, app.clock.now(), base, &files, &by.actor.name).await {
            Ok(begun) => begun,
            Err(store::Error::Conflict(why)) => {
                tracing::info!(change = %made.id, %why, "written again");
                discard(app, &files);
                continue;
            }
            Err(e) => return Err(e.into()),
        };
        store::audit::turn(&mut tx).await?;
        made.changed = 1;
        changes::close(app, &mut tx, by, made, &Deltas::new()).await?;
        edit::note(&mut tx, &made.id, &Written { customer, attribute: key.to_owned(), snapshot }).await?;
        follow(app, &mut tx, by, &made.id).await?;
        tx.commit().await?;
        app.jobs.pulse();
        return Ok(());
    }
    Err(Error::Store(store::Error::Busy))
}

/// Takes back what a field was said to hold; what was said later stands.
pub(super) async fn back(app: &App, by: &By, c: &Change) -> Result<(Tx, u64)> {
    known(app, by.permissions.sight(), &c.subject).await?;
    let Some(written) = edit::of(&app.store, &c.id).await? else {
        // it said what was there already
        let mut tx = app.store.begin().await?;
        store::audit::turn(&mut tx).await?;
        return Ok((tx, 0));
    };
    let mut tx = match edit::end(&app.store, app.clock.now(), written.snapshot, &by.actor.name).await {
        // somebody else takes it back at this moment
        Err(store::Error::Conflict(_)) => return Err(Error::conflict("change.overtaken", "这次修改刚被撤销", "this change has just been taken back")),
        ended => ended?,
    };
    store::audit::turn(&mut tx).await?;
    follow(app, &mut tx, by, &c.id).await?;
    Ok((tx, c.changed))
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::clock::Instant;

    #[test]
    fn the_latest_day_counts_then_who_was_learnt_last() {
        let said = |day: i32, at: i64, n: i64| AttributeFact { key: "custom.x".into(), day: Day(day), recorded_at: Instant(at), value: Value::Int(n) };
        let all = [said(5, 9, 1), said(7, 1, 2), said(7, 3, 3), said(7, 3, 4), said(9, 1, 5)];
        assert_eq!(counts(&all, Day(8)).map(|a| &a.value), Some(&Value::Int(4)));
        assert_eq!(counts(&all, Day(9)).map(|a| &a.value), Some(&Value::Int(5)));
        assert_eq!(counts(&all, Day(4)), None);
    }
}
