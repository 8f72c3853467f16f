//! What a definition said before: its versions, what each of them changed, what is built on it, and how an earlier one comes
//! back: as the next version, so that nothing that was ever in force is rewritten.

use super::{defined::{self, Change, Definitions}, used_by::{self, Dependent}};
use crate::{Error, Result, app::App, people::By, schema, sight::Walls};
use domain::{
    Label,
    audit::Action,
    classification::{Classification, Method},
    feature::{self, Definition, Feature},
    rule::{self, Expr, Names, Rule},
    segment::{Members, Segment},
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::BTreeMap;
use store::definition::{self as stored, Kind, State};
use utoipa::ToSchema;

/// The versions of a definition, and what is built on it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Versions {
    /// newest first
    pub items: Vec<Version>,
    /// features, classifications and segments that need it; then dashboards, saved views and webhooks that name it
    pub used_by: Vec<Dependent>,
    /// how many dashboards, views and webhooks besides, which whoever asks may not see, name it
    pub used_elsewhere: u64,
    /// it was taken away
    pub taken_away: Option<TakenAway>,
}

/// When a definition was taken away, and by whom.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TakenAway {
    /// what it was called; nothing where it is about details that whoever asks may not see
    #[schema(value_type = Option<schema::Label>)]
    pub label: Option<Label>,
    /// display name
    pub by: Option<String>,
    /// RFC 3339, UTC
    pub at: String,
}

/// One version.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Version {
    /// its number
    pub version: u32,
    /// where it stands
    pub state: VersionState,
    /// who published it; nobody did what ships with the product
    pub author: Option<String>,
    /// RFC 3339, UTC
    pub published_at: Option<String>,
    /// what it changed against the version before; all it says, of the first
    pub changes: Vec<Difference>,
    /// what to change in the version in force to have this one again; empty for the one in force
    pub against_now: Vec<Difference>,
    /// it is about details of people that whoever asks may not see: nothing of it is shown
    pub hidden: bool,
}

/// Where a version stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum VersionState {
    /// in force
    InForce,
    /// was in force
    Earlier,
    /// was in force last, and was taken away
    TakenAway,
    /// as it ships with the product, and not in force
    Shipped,
}

/// One thing that differs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Difference {
    /// what: name, rule, class “…”, …
    #[schema(value_type = schema::Label)]
    pub what: Label,
    /// how it was
    pub before: Option<Said>,
    /// how it is
    pub after: Option<Said>,
}

/// What stands in one place of a definition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Said {
    /// in plain language
    #[schema(value_type = schema::Label)]
    pub words: Label,
    /// a rule or formula as text
    pub text: Option<String>,
}

/// A definition's document.
#[derive(Debug, Clone, PartialEq)]
enum Document {
    Feature(Feature),
    Classification(Classification),
    Segment(Segment),
}

/// One line of a document: what it is known by, what it is, and what stands there.
type Line = (String, Label, Said);

impl Document {
    fn read(kind: Kind, value: serde_json::Value) -> Result<Document> {
        let broken = |e: serde_json::Error| Error::Internal(format!("a stored {}: {e}", kind.key()));
        Ok(match kind {
            Kind::Feature => Document::Feature(serde_json::from_value(value).map_err(broken)?),
            Kind::Classification => Document::Classification(serde_json::from_value(value).map_err(broken)?),
            Kind::Segment => Document::Segment(serde_json::from_value(value).map_err(broken)?),
        })
    }

    fn version(&self) -> u32 {
        match self {
            Document::Feature(f) => f.version,
            Document::Classification(c) => c.version,
            Document::Segment(s) => s.version,
        }
    }

    fn label(&self) -> &Label {
        match self {
            Document::Feature(f) => &f.label,
            Document::Classification(c) => &c.label,
            Document::Segment(s) => &s.label,
        }
    }

    /// The same but for the number.
    fn numbered(mut self, version: u32) -> Document {
        match &mut self {
            Document::Feature(f) => f.version = version,
            Document::Classification(c) => c.version = version,
            Document::Segment(s) => s.version = version,
        }
        self
    }

    /// May whoever asks see it?
    fn ask(&self, walls: &Walls, all: &Definitions) -> Result<()> {
        match self {
            Document::Feature(f) => walls.ask_feature(f, all),
            Document::Classification(c) => walls.ask_classification(c),
            Document::Segment(s) => match &s.members {
                Members::Dynamic { rule } => walls.ask_rule(rule),
                Members::Static { .. } => Ok(()),
            },
        }
    }

    fn change(self) -> Change {
        match self {
            Document::Feature(f) => Change::Feature(f),
            Document::Classification(c) => Change::Classification(c),
            Document::Segment(s) => Change::Segment(s),
        }
    }

    fn lines(&self, names: &dyn Names) -> Vec<Line> {
        match self {
            Document::Feature(f) => feature_lines(f, names),
            Document::Classification(c) => classification_lines(c, names),
            Document::Segment(s) => segment_lines(s, names),
        }
    }
}

fn words(words: Label) -> Said {
    Said { words, text: None }
}

fn line(id: &str, zh: &str, en: &str, said: Said) -> Line {
    (id.to_owned(), Label::new(zh, en), said)
}

/// Name and description, which every definition has.
fn named(label: &Label, description: &Label) -> Vec<Line> {
    let mut lines = vec![line("label", "名称", "name", words(label.clone()))];
    if *description != Label::default() {
        lines.push(line("description", "说明", "description", words(description.clone())));
    }
    lines
}

fn ruled(rule: &Rule, names: &dyn Names) -> Said {
    Said { words: rule::sentence(rule, names), text: Some(rule.to_string()) }
}

fn feature_lines(f: &Feature, names: &dyn Names) -> Vec<Line> {
    let mut lines = named(&f.label, &f.description);
    if let Some(unit) = &f.unit {
        lines.push(line("unit", "单位", "unit", words(unit.clone())));
    }
    if let Some(asked) = f.asked() {
        lines.push(line("kind", "填什么", "what is filled in", words(asked.kind.label())));
        if !asked.options.is_empty() {
            let all = |lang, comma: &str| asked.options.iter().map(|o| o.label.get(lang).to_owned()).collect::<Vec<_>>().join(comma);
            lines.push(line("options", "选项", "options", words(Label::new(all(domain::Lang::Zh, "、"), all(domain::Lang::En, ", ")))));
        }
    }
    let text = match &f.definition {
        Definition::Formula { expr } => expr.to_string(),
        Definition::Aggregate(aggregate) => Expr::Aggregate(Box::new(aggregate.clone())).to_string(),
        Definition::Attribute { key } => format!("attribute.{key}"),
        other => serde_json::to_string(other).unwrap_or_default(),
    };
    let said = match &f.definition {
        Definition::Formula { expr } => Label::new(rule::render_expr(expr, domain::Lang::Zh, names), rule::render_expr(expr, domain::Lang::En, names)),
        _ => Label::same(text.clone()),
    };
    lines.push(line("definition", "计算方式", "how it is computed", Said { words: said, text: Some(text) }));
    lines
}

fn classification_lines(c: &Classification, names: &dyn Names) -> Vec<Line> {
    let mut lines = named(&c.label, &c.description);
    match &c.method {
        Method::Rules { classes, otherwise } => {
            for class in classes {
                let what = Label::new(format!("类别“{}”", class.label.zh), format!("class “{}”", class.label.en));
                lines.push((format!("class:{}", class.key), what, ruled(&class.when, names)));
                let what = Label::new(format!("类别 {} 的名称", class.key), format!("name of class {}", class.key));
                lines.push((format!("name:{}", class.key), what, words(class.label.clone())));
            }
            let order = |lang| classes.iter().map(|k| k.label.get(lang)).collect::<Vec<_>>().join(" → ");
            lines.push(line("order", "类别的先后", "order of the classes", words(Label::new(order(domain::Lang::Zh), order(domain::Lang::En)))));
            lines.push(line("otherwise", "其余客户", "everyone else", words(otherwise.label.clone())));
        }
        Method::Values { feature, limit, otherwise } => {
            let label = names.label(feature).unwrap_or_else(|| Label::same(feature.clone()));
            lines.push(line("values", "按取值分类", "a class for each value of", Said { words: label, text: Some(feature.clone()) }));
            if let Some(limit) = limit {
                lines.push(line("limit", "最多多少类", "at most so many classes", words(Label::same(limit.to_string()))));
            }
            lines.push(line("otherwise", "取值未知", "value not known", words(otherwise.label.clone())));
        }
    }
    lines
}

fn segment_lines(s: &Segment, names: &dyn Names) -> Vec<Line> {
    let mut lines = named(&s.label, &s.description);
    match &s.members {
        Members::Dynamic { rule } => lines.push(line("members", "规则", "rule", ruled(rule, names))),
        Members::Static { customers } => {
            let n = customers.len();
            let plural = if n == 1 { "" } else { "s" };
            let n = domain::rule::grouped(&n.to_string());
            let said = Label::new(format!("固定名单，{n} 位客户"), format!("a fixed list of {n} customer{plural}"));
            // two lists of one length need not be one list
            let text = format!("{:016x}", xxhash_rust::xxh3::xxh3_64(customers.join("\n").as_bytes()));
            lines.push(line("members", "名单", "members", Said { words: said, text: Some(text) }));
        }
    }
    if !s.exclude.is_empty() {
        let named = |key: &String| names.segment_label(key).unwrap_or_else(|| Label::same(key.clone()));
        let all: Vec<Label> = s.exclude.iter().map(named).collect();
        let list = |lang, comma: &str| all.iter().map(|l| l.get(lang).to_owned()).collect::<Vec<_>>().join(comma);
        lines.push(line("exclude", "排除", "left out", words(Label::new(list(domain::Lang::Zh, "、"), list(domain::Lang::En, ", ")))));
    }
    if let Some(p) = &s.priority {
        lines.push(line("priority", "互斥组与次序", "exclusive group and place", words(Label::same(format!("{} · {}", p.group, p.rank)))));
    }
    lines
}

/// What differs between two documents, in the order of the later one; what is gone comes last.
fn difference(before: &[Line], after: &[Line]) -> Vec<Difference> {
    let old: BTreeMap<&str, &Line> = before.iter().map(|l| (l.0.as_str(), l)).collect();
    let new: BTreeMap<&str, &Line> = after.iter().map(|l| (l.0.as_str(), l)).collect();
    let changed = after.iter().filter_map(|(id, what, said)| {
        let was = old.get(id.as_str()).map(|l| l.2.clone());
        // a class that is new or gone says its name beside its rule
        let of_class = id.strip_prefix("name:").is_some() && was.is_none();
        (was.as_ref() != Some(said) && !of_class).then(|| Difference { what: what.clone(), before: was, after: Some(said.clone()) })
    });
    let gone = before.iter().filter(|(id, ..)| !new.contains_key(id.as_str()) && !id.starts_with("name:"));
    let gone = gone.map(|(_, what, said)| Difference { what: what.clone(), before: Some(said.clone()), after: None });
    changed.chain(gone).collect()
}

/// A version as it is kept.
struct Kept {
    document: Document,
    state: VersionState,
    author: Option<String>,
    published_at: Option<String>,
}

/// As it ships with the product.
fn shipped(kind: Kind, key: &str) -> Option<Document> {
    match kind {
        Kind::Feature => feature::find(key).cloned().map(Document::Feature),
        Kind::Classification => defined::shipped_classification(key).cloned().map(Document::Classification),
        Kind::Segment => domain::library::segments().iter().find(|s| s.key == key).cloned().map(Document::Segment),
    }
}

fn in_force(all: &Definitions, kind: Kind, key: &str) -> Option<Document> {
    match kind {
        Kind::Feature => all.feature(key).cloned().map(Document::Feature),
        Kind::Classification => all.classification(key).cloned().map(Document::Classification),
        Kind::Segment => all.segment(key).cloned().map(Document::Segment),
    }
}

/// Every version that was ever in force, oldest first, and where each stands.
async fn kept(app: &App, all: &Definitions, kind: Kind, key: &str) -> Result<Vec<Kept>> {
    let now = in_force(all, kind, key);
    let mut versions = Vec::new();
    for row in stored::history(&app.store, kind, key).await?.into_iter().rev() {
        let state = match row.state {
            State::Published => VersionState::InForce,
            State::Superseded => VersionState::Earlier,
            // of what ships with the product the shipped one is in force again
            State::Retired => if now.is_some() { VersionState::Earlier } else { VersionState::TakenAway },
            State::Draft | State::Discarded => continue,
        };
        let document = Document::read(kind, row.document)?;
        versions.push(Kept { document, state, author: Some(row.author), published_at: row.published_at.map(domain::clock::Instant::rfc3339) });
    }
    if let Some(document) = shipped(kind, key) {
        let own = versions.iter().any(|v| v.state == VersionState::InForce);
        // written down as it ships when people first changed a segment
        let written = versions.iter_mut().find(|v| v.document == document);
        match written {
            Some(kept) => kept.author = None,
            None => {
                let state = if own || now.is_none() { VersionState::Shipped } else { VersionState::InForce };
                versions.insert(0, Kept { document, state, author: None, published_at: None });
            }
        }
    }
    match versions.is_empty() {
        true => Err(Error::not_found(kind.key(), key)),
        false => Ok(versions),
    }
}

/// The versions of a definition, and what is built on it.
///
/// # Errors
/// `<kind>.not_found`; when the store or the lake refuses.
pub async fn list(app: &App, by: &By, kind: Kind, key: &str) -> Result<Versions> {
    let all = defined::current(app).await?;
    let kept = kept(app, &all, kind, key).await?;
    let walls = Walls::now(app, by.permissions.sight()).await?;
    let lines: Vec<Vec<Line>> = kept.iter().map(|v| v.document.lines(all.names())).collect();
    let hidden: Vec<bool> = kept.iter().map(|v| v.document.ask(&walls, &all).is_err()).collect();
    let now = kept.iter().position(|v| v.state == VersionState::InForce);
    let seen = |i: usize| if hidden.get(i) == Some(&true) { None } else { lines.get(i) };
    let nothing = Vec::new();
    let mut items: Vec<Version> = Vec::with_capacity(kept.len());
    for (i, v) in kept.iter().enumerate() {
        let own = seen(i);
        let before = if i == 0 { Some(&nothing) } else { seen(i - 1) };
        let against = now.filter(|n| *n != i).and_then(seen);
        items.push(Version {
            version: v.document.version(),
            state: v.state,
            author: v.author.clone(),
            published_at: v.published_at.clone(),
            changes: own.map_or_else(Vec::new, |own| difference(before.unwrap_or(&nothing), own)),
            against_now: own.zip(against).map_or_else(Vec::new, |(own, now)| difference(now, own)),
            hidden: hidden.get(i) == Some(&true),
        });
    }
    items.reverse();
    let taken_away = match now {
        Some(_) => None,
        None => {
            let subject = format!("{} {key}", kind.key());
            let noted = store::audit::last(&app.store, &app.settings().id, Action::DefinitionWithdrawn.key(), &subject).await?;
            let label = kept.last().filter(|_| hidden.last() == Some(&false)).map(|v| v.document.label().clone());
            noted.map(|n| TakenAway { label, by: n.name, at: n.entry.at.rfc3339() })
        }
    };
    let naming = used_by::naming(app, by, kind, key).await?;
    let used_by = used_by::users_of(&all, kind, key).into_iter().chain(naming.seen).collect();
    Ok(Versions { items, used_by, used_elsewhere: naming.others, taken_away })
}

/// Puts an earlier version in force again, as the next one.
///
/// # Errors
/// `<kind>.not_found`, `definition.version` for a number that never was, `definition.in_force`; what does not fit any more; what is
/// hidden; when the store or the lake refuses.
pub async fn restore(app: &App, by: &By, kind: Kind, key: &str, version: u32) -> Result<Versions> {
    let all = defined::current(app).await?;
    let kept = kept(app, &all, kind, key).await?;
    let Some(wanted) = kept.into_iter().rev().find(|v| v.document.version() == version) else {
        return Err(Error::Invalid {
            code: "definition.version",
            message: Label::new(format!("没有第 {version} 版"), format!("there is no version {version}")),
            params: json!({ "version": version }),
        });
    };
    let same = in_force(&all, kind, key).is_some_and(|now| now.numbered(version) == wanted.document);
    if same {
        return Err(Error::conflict("definition.in_force", "这一版与现行版本相同", "this is what is in force"));
    }
    wanted.document.ask(&Walls::now(app, by.permissions.sight()).await?, &all)?;
    defined::publish(app, vec![wanted.document.change()], &by.actor).await?;
    list(app, by, kind, key).await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(of: &[(&str, &str)]) -> Vec<Line> {
        of.iter().map(|(id, said)| ((*id).to_owned(), Label::same(*id), words(Label::same(*said)))).collect()
    }

    #[test]
    fn a_difference_is_what_changed_came_and_went() {
        let before = lines(&[("label", "a"), ("class:x", "orders > 1"), ("name:x", "X"), ("class:y", "net > 1"), ("name:y", "Y")]);
        let after = lines(&[("label", "b"), ("class:x", "orders > 1"), ("name:x", "X!"), ("class:z", "net > 2"), ("name:z", "Z")]);
        let all = difference(&before, &after);
        let said = |s: &Option<Said>| s.as_ref().map(|s| s.words.en.clone());
        let told: Vec<(String, Option<String>, Option<String>)> = all.iter().map(|d| (d.what.en.clone(), said(&d.before), said(&d.after))).collect();
        let row = |what: &str, before: Option<&str>, after: Option<&str>| (what.to_owned(), before.map(str::to_owned), after.map(str::to_owned));
        assert_eq!(told, [
            row("label", Some("a"), Some("b")),
            row("name:x", Some("X"), Some("X!")),
            row("class:z", None, Some("net > 2")),
            row("class:y", Some("net > 1"), None),
        ]);
        assert!(difference(&after, &after).is_empty());
    }
}
