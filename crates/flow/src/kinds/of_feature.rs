//! An own attribute of customers: the next version of its definition reads the same rows of the lake.

use super::{KindForm, KindReport, Said, Way};
use crate::{
    Error, Result,
    analysis::{
        defined::{self, Change, Definitions},
        used_by::{self, Dependent},
    },
    app::App,
    people::By,
    sight::Walls,
    work::{fields, hand},
};
use domain::{
    Currency, CustomerKey, Label,
    feature::{Feature, Plan},
    field::Entry,
};
use serde_json::json;
use store::definition::Kind;

/// Gives an own attribute another kind, or says what that would come to.
///
/// # Errors
/// `feature.not_found`, `change.computed`, `field.kind`, `feature.entry`, `field.kind_breaks`, `field.moved`, `access.masked`; when the
/// store or the lake refuses.
pub async fn of_feature(app: &App, by: &By, key: &str, form: &KindForm) -> Result<KindReport> {
    let (sight, currency) = (by.permissions.sight(), app.settings().currency);
    let before = fields::known(app, sight, key).await?;
    let asked = before.asked().ok_or_else(|| Error::not_found("feature", key))?;
    super::check(asked.kind, form)?;
    let entry = Entry { kind: form.kind, options: form.options.clone(), ..asked.clone() };
    // whole numbers that came with a file stay such
    let value = if form.kind == asked.kind { before.value } else { form.kind.value_type() };
    let after = Feature { value, entry: (value == form.kind.value_type()).then_some(entry), ..before.clone() };
    if !form.gathers() {
        after.check_entry().map_err(|message| Error::Invalid { code: "feature.entry", message, params: json!({ "place": key }) })?;
    }
    let now = defined::current(app).await?;
    let next = now.with(vec![Change::Feature(after.clone())], currency);
    let mut broken = used_by::strays(app, by, key, &now, &next).await?;
    drop(broken.seen.splice(0..0, misread(&next, currency)));
    let naming = used_by::naming(app, by, Kind::Feature, key).await?;
    let users = used_by::users_of(&now, Kind::Feature, key).into_iter().chain(naming.seen).collect();
    let way = Way { from: (asked.kind, before.value), to: (form.kind, after.value), options: &form.options, currency, sight };
    let state = format!("{key} {}", before.version);
    let report = way.report(said(app, &before).await?, (users, naming.others), broken, form, &state)?;
    if !form.dry_run {
        Walls::now(app, sight).await?.ask_feature(&after, &now)?;
        defined::publish(app, vec![Change::Feature(after)], &by.actor).await?;
    }
    Ok(report)
}

/// What customers say in it, as the newest day sees it and as it was written.
async fn said(app: &App, f: &Feature) -> Result<Said> {
    let ((lake, day), customers) = (hand::now(app).await?, app.look().await?.customers);
    let attribute = f.by_hand().unwrap_or_default().to_owned();
    let read = move || -> Result<Said> {
        let everybody: Vec<CustomerKey> = (0..customers).map(CustomerKey).filter(|c| lake.aliases().merged_into(*c).is_none()).collect();
        let mut said = Said::default();
        let stands = lake.standing(&attribute, day, &everybody, |a| a.filter(|a| !a.value.is_null()).map(|a| said.place(&a.value)))?;
        stands.into_iter().filter_map(|s| s.is).for_each(|place| said.count(place));
        Ok(said)
    };
    tokio::task::spawn_blocking(read).await?
}

/// Definitions that are not understood in a set, and those that need such.
fn misread(next: &Definitions, currency: Currency) -> Vec<Dependent> {
    let named = |kind: Kind, key: &str, label: &Label| Dependent { kind: kind.key().to_owned(), key: key.to_owned(), label: label.clone() };
    let (mut features, mut broken) = (next.features().to_vec(), Vec::new());
    while let Err(why) = Plan::new(&features, currency) {
        let Some(at) = features.iter().position(|f| f.key == why.key()) else { break };
        let f = features.remove(at);
        broken.push(named(Kind::Feature, &f.key, &f.label));
    }
    let rest = Definitions::of(features, next.classifications().to_vec(), next.segments().to_vec(), currency);
    let classes = rest.classifications().iter().filter(|c| c.check(rest.names()).is_err());
    broken.extend(classes.map(|c| named(Kind::Classification, &c.key, &c.label)));
    let segments = rest.segments().iter().filter(|s| s.check(rest.segments(), rest.names()).is_err());
    broken.extend(segments.map(|s| named(Kind::Segment, &s.key, &s.label)));
    broken
}
