//! What uses a definition: other definitions, which would no longer fit without it, and what only names it, which would show or tell
//! nothing: dashboards, saved views and webhooks. Whoever takes a definition away is told both, and what they may not see is counted.

use super::defined::{self, Change, Definitions};
use crate::{Error, Result, app::App, dashboards, people::By, schema, sight, webhooks};
use domain::{
    Label, ValueType,
    access::Permission,
    classification,
    rule::{self, Rule},
    segment::Members,
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use store::definition::Kind;
use utoipa::ToSchema;

/// Something that uses a definition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Dependent {
    /// `feature`, `classification` or `segment`, which need it; `dashboard`, `view`, `record_view` (of a list of records) or `webhook`, which name it
    pub kind: String,
    /// machine name, or `dsh_…`, `v_…`, `whk_…`
    pub key: String,
    /// name for people
    #[schema(value_type = schema::Label)]
    pub label: Label,
}

/// Everything that names a definition without being one.
#[derive(Debug, Default)]
pub struct Naming {
    /// those whoever asks may see
    pub seen: Vec<Dependent>,
    /// how many there are besides
    pub others: u64,
}

/// Features (classes as `class.<key>` among them) and segments that something names.
#[derive(Debug, Default)]
pub(crate) struct Names {
    features: BTreeSet<String>,
    segments: BTreeSet<String>,
}

impl Names {
    /// A feature, or `class.<classification>`.
    pub(crate) fn feature(&mut self, key: &str) {
        self.features.insert(key.to_owned());
    }

    fn segment(&mut self, key: &str) {
        self.segments.insert(key.to_owned());
    }

    /// Parameters of the customer list.
    pub(crate) fn list(&mut self, parameters: &BTreeMap<String, String>) {
        for (name, value) in parameters {
            match name.as_str() {
                "segment" => self.segment(value),
                "entered" | "left" => self.segment(value.rsplit_once('@').map_or(value.as_str(), |(key, _)| key)),
                "sort" => self.feature(value.trim_start_matches('-')),
                "columns" => value.split(',').for_each(|key| self.feature(key.trim())),
                "rule" => {
                    // one that does not parse names nothing
                    if let Ok(rule) = rule::parse(value) {
                        self.features.extend(rule::features_named(&rule));
                        self.segments.extend(rule::segments_named(&rule));
                    }
                }
                other => {
                    if let Some(key) = other.strip_prefix("f.") {
                        self.feature(key);
                    }
                    if let Some(key) = other.strip_prefix("class.").or_else(|| other.strip_prefix("was.")) {
                        self.feature(&format!("class.{key}"));
                    }
                }
            }
        }
    }

    fn has(&self, kind: Kind, key: &str) -> bool {
        match kind {
            Kind::Feature => self.features.contains(key),
            Kind::Classification => self.features.contains(&format!("class.{key}")),
            Kind::Segment => self.segments.contains(key),
        }
    }
}

/// What names this feature, classification or segment without being a definition.
///
/// # Errors
/// When the store refuses.
pub async fn naming(app: &App, by: &By, kind: Kind, key: &str) -> Result<Naming> {
    found(app, by, kind, key, None).await
}

/// Of what names this feature without being a definition, what is understood in one set and not in another.
///
/// # Errors
/// When the store refuses.
pub(crate) async fn strays(app: &App, by: &By, key: &str, now: &Definitions, next: &Definitions) -> Result<Naming> {
    found(app, by, Kind::Feature, key, Some((now, next))).await
}

/// Does a list with these parameters fit a set?
fn lists(query: &BTreeMap<String, String>, all: &Definitions) -> bool {
    let chosen = |key: &str| all.feature(key).is_none_or(|f| f.value == ValueType::Bool || f.entry.as_ref().is_some_and(|e| e.kind.chooses()));
    query.iter().all(|(name, value)| match name.strip_prefix("f.") {
        Some(key) => chosen(key),
        None => name != "rule" || rule::check_text(value, all.names()).is_ok(),
    })
}

async fn found(app: &App, by: &By, kind: Kind, key: &str, sets: Option<(&Definitions, &Definitions)>) -> Result<Naming> {
    let strays = |fits: &dyn Fn(&Definitions) -> bool| sets.is_none_or(|(now, next)| fits(now) && !fits(next));
    let (workspace, sight, mut found) = (app.settings().id.clone(), by.permissions.sight(), Naming::default());
    let mut add = |seen: bool, kind: &str, key: String, label: Label| match seen {
        // people write names
        true => found.seen.push(Dependent { kind: kind.to_owned(), key, label: Label::new(sight::text(sight, label.zh), sight::text(sight, label.en)) }),
        false => found.others += 1,
    };
    for d in store::dashboard::all(&app.store, &workspace).await? {
        if dashboards::names(&d).has(kind, key) && strays(&|all| dashboards::fits(&d, all)) {
            add(d.shared || d.owner == by.actor.id, "dashboard", d.id, d.name);
        }
    }
    for v in store::view::all(&app.store, &workspace).await? {
        let (mut names, query): (_, BTreeMap<String, String>) = (Names::default(), serde_json::from_value(v.query).unwrap_or_default());
        // the columns of a list of records are fields, not features
        if query.contains_key("object") {
            continue;
        }
        names.list(&query);
        if names.has(kind, key) && strays(&|all| lists(&query, all)) {
            add(v.shared || v.owner == by.actor.id, "view", v.id, Label::same(v.name));
        }
    }
    for (w, events) in webhooks::naming(app).await? {
        let named = match kind {
            Kind::Segment => events.segments.contains(key),
            Kind::Classification => events.classifications.contains(key),
            Kind::Feature => false,
        };
        if named && sets.is_none() {
            let label = if w.description.is_empty() { w.url } else { w.description };
            add(by.permissions.has(Permission::SettingsWrite), "webhook", w.id, Label::same(label));
        }
    }
    Ok(found)
}

/// Takes a definition out of use, or, of one that ships with the product, people's own version: the shipped one is then in
/// force again. `back`: does it ship with the product? `anyway`: also if something names it.
///
/// # Errors
/// `<kind>.in_use` while a definition needs it; `<kind>.named` while something names it, unless `anyway`; what no longer fits; when the
/// store refuses.
pub async fn withdraw(app: &App, by: &By, kind: Kind, key: &str, back: bool, anyway: bool) -> Result<()> {
    if !back {
        let needed = users_of(&*defined::current(app).await?, kind, key);
        if !needed.is_empty() {
            let code = match kind {
                Kind::Feature => "feature.in_use",
                Kind::Classification => "classification.in_use",
                Kind::Segment => "segment.in_use",
            };
            return Err(used(code, needed, 0));
        }
        let naming = naming(app, by, kind, key).await?;
        if !anyway && (!naming.seen.is_empty() || naming.others > 0) {
            let code = match kind {
                Kind::Feature => "feature.named",
                Kind::Classification => "classification.named",
                Kind::Segment => "segment.named",
            };
            return Err(used(code, naming.seen, naming.others));
        }
    }
    defined::publish(app, vec![Change::Remove(kind, key.to_owned())], &by.actor).await.map(|_| ())
}

/// By what.
fn used(code: &'static str, seen: Vec<Dependent>, others: u64) -> Error {
    let names = |of: fn(&Label) -> &String, comma: &str| seen.iter().map(|u| if of(&u.label).is_empty() { u.key.clone() } else { of(&u.label).clone() }).collect::<Vec<_>>().join(comma);
    let (zh, en) = (names(|l| &l.zh, "、"), names(|l| &l.en, ", "));
    let message = match (seen.is_empty(), others) {
        (_, 0) => Label::new(format!("仍被使用：{zh}"), format!("still used by {en}")),
        (true, n) => Label::new(format!("仍被使用：别人的 {n} 处"), format!("still used in {n} place(s) of others")),
        (false, n) => Label::new(format!("仍被使用：{zh}，以及别人的 {n} 处"), format!("still used by {en}, and in {n} place(s) of others")),
    };
    let users: Vec<&str> = seen.iter().map(|u| u.key.as_str()).collect();
    Error::Conflict { code, message, params: json!({ "users": users, "used_by": seen, "others": others }) }
}

/// What is still built on this feature, classification (`class.<key>`) or segment.
pub fn users_of(all: &Definitions, kind: Kind, key: &str) -> Vec<Dependent> {
    let named = |kind: Kind, key: &str, label: &Label| Dependent { kind: kind.key().to_owned(), key: key.to_owned(), label: label.clone() };
    let class = format!("class.{key}");
    let feature = |name: &String| match kind {
        Kind::Feature => name == key,
        Kind::Classification => *name == class,
        Kind::Segment => false,
    };
    let in_rule = |r: &Rule| match kind {
        Kind::Segment => rule::segments_named(r).iter().any(|s| s == key),
        _ => rule::features_named(r).iter().any(feature),
    };
    let mut users = Vec::new();
    for f in all.features().iter().filter(|f| kind != Kind::Feature || f.key != key) {
        if f.definition.needs().iter().any(feature) {
            users.push(named(Kind::Feature, &f.key, &f.label));
        }
    }
    for c in all.classifications() {
        let needs = match &c.method {
            classification::Method::Rules { classes, .. } => classes.iter().any(|k| in_rule(&k.when)),
            classification::Method::Values { feature: f, .. } => feature(f),
        };
        if needs && !(kind == Kind::Classification && c.key == key) {
            users.push(named(Kind::Classification, &c.key, &c.label));
        }
    }
    for s in all.segments().iter().filter(|s| kind != Kind::Segment || s.key != key) {
        let ruled = matches!(&s.members, Members::Dynamic { rule } if in_rule(rule));
        if ruled || (kind == Kind::Segment && s.exclude.iter().any(|e| e == key)) {
            users.push(named(Kind::Segment, &s.key, &s.label));
        }
    }
    users
}
