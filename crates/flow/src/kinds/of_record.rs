//! A field of the business's own records: the form reads what is written in them in another way.

use super::{KindForm, KindReport, Said, Way};
use crate::{
    Error, Result,
    analysis::{defined, used_by::{Dependent, Naming}},
    app::App,
    audit,
    objects::{self, Known, figures, list, records},
    people::By,
    sight,
};
use domain::{Label, audit::Action, object::Field};
use serde_json::json;
use std::collections::BTreeMap;
use store::{definition::Kind as Defined, object as stored};

/// Gives a field of records another kind, or says what that would come to.
///
/// # Errors
/// `object.not_found`, `field.not_found`, `field.kind`, `object.form`, `object.moved` where somebody else was quicker,
/// `field.kind_breaks`, `field.moved`, `access.masked`; when the store refuses.
pub async fn of_record(app: &App, by: &By, object: &str, key: &str, form: &KindForm) -> Result<KindReport> {
    let (sight, k) = (by.permissions.sight(), objects::known(app, object).await?);
    let before = k.form.field(key).ok_or_else(|| Error::not_found("field", key))?.clone();
    if sight.is_masked() && records::veiled(&before) {
        return Err(sight::masked(key));
    }
    super::check(before.kind, form)?;
    let after = Field { kind: form.kind, options: form.options.clone(), ..before.clone() };
    let mut next = k.form.clone();
    next.sections.iter_mut().flat_map(|s| &mut s.fields).filter(|f| f.key == key).for_each(|f| *f = after.clone());
    if !form.gathers() {
        next.check(None).map_err(|why| objects::refused(&why))?;
    }
    let (used, broken) = (users(app, by, &k, &before, None).await?, users(app, by, &k, &before, Some(&after)).await?);
    let (from, to) = (before.kind.value_type(), form.kind.value_type());
    let way = Way { from: (before.kind, from), to: (form.kind, to), options: &form.options, currency: app.settings().currency, sight };
    let mut said = Said::default();
    for r in list::everything(app, &k).await? {
        // as it was written, whichever way it is read
        if let Some(value) = r.written(key) {
            let place = said.place(&value);
            said.count(place);
        }
    }
    let state = format!("{object} {key} {}", k.row.edition);
    let report = way.report(said, (used.seen, used.others), broken, form, &state)?;
    if !form.dry_run {
        let row = stored::Object { document: objects::document(&next)?, updated_at: app.clock.now(), ..k.row };
        let mut tx = app.store.begin().await?;
        store::audit::turn(&mut tx).await?;
        if !stored::change(&mut tx, &app.settings().id, &row).await? {
            return Err(objects::overtaken());
        }
        figures::of_object(app, &mut tx, &by.actor, object).await?;
        let detail = json!({ "field": key, "kind": form.kind });
        audit::append(app, &mut tx, &audit::of(app, &by.actor, Action::ObjectChanged, object).detail(detail)).await?;
        tx.commit().await?;
    }
    Ok(report)
}

/// What reads the field; of that what could not read it any more, where it is `after`.
async fn users(app: &App, by: &By, k: &Known, before: &Field, after: Option<&Field>) -> Result<Naming> {
    let mut found = Naming::default();
    for f in defined::current(app).await?.features() {
        let Some(figure) = f.figure().filter(|g| g.object == k.row.id && g.field.as_ref() == Some(&before.key)) else { continue };
        let stays = after.is_some_and(|a| figure.kind(Some(a.kind)).is_some_and(|kind| kind.value_type() == f.value));
        if !stays {
            found.seen.push(Dependent { kind: Defined::Feature.key().to_owned(), key: f.key.clone(), label: f.label.clone() });
        }
    }
    let (filter, sight) = (format!("f.{}", before.key), by.permissions.sight());
    for v in store::view::all(&app.store, &app.settings().id).await? {
        let query: BTreeMap<String, String> = serde_json::from_value(v.query).unwrap_or_default();
        if query.get("object") != Some(&k.row.id) {
            continue;
        }
        let named = |name: &str| query.get(name).is_some_and(|t| t.split(',').any(|key| key.trim_start_matches('-') == before.key));
        let reads = match (query.get(&filter), after) {
            (Some(text), Some(after)) => list::filters(app, before, text) && !list::filters(app, after, text),
            (None, Some(_)) => false,
            (filtered, None) => filtered.is_some() || named("sort") || named("columns"),
        };
        match reads {
            true if v.shared || v.owner == by.actor.id => found.seen.push(Dependent { kind: "record_view".to_owned(), key: v.id, label: Label::same(sight::text(sight, v.name)) }),
            true => found.others += 1,
            false => {}
        }
    }
    Ok(found)
}
