//! The definitions in force: the library's features and classifications, whatever people changed or added, and segments.
//! Kept as one checked set; a change is checked as a whole before it is published as a new version.

use super::in_force::{Earlier, InForce};
use crate::{Error, Result, app::App, audit, objects::figures};
use domain::{
    Currency, Label, Lang,
    audit::{Action, Actor},
    classification::Classification,
    feature::{self, Feature, Plan},
    library,
    rule::{Names, Vocabulary},
    segment::{self, Segment},
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::Arc;
use store::{
    Tx,
    definition::{self as stored, Kind},
};

/// A checked set of definitions.
#[derive(Debug, Clone)]
pub struct Definitions {
    revision: i64,
    features: Vec<Feature>,
    classifications: Vec<Classification>,
    segments: Vec<Segment>,
    names: Vocabulary,
    earlier: Earlier,
}

impl Definitions {
    /// A set as it is; see [`Definitions::check`].
    pub fn of(features: Vec<Feature>, classifications: Vec<Classification>, segments: Vec<Segment>, currency: Currency) -> Definitions {
        let names = names(&features, &classifications, &segments, currency);
        Definitions { revision: 0, features, classifications, segments, names, earlier: Earlier::new() }
    }

    /// What ships with the product.
    pub fn library(currency: Currency) -> Definitions {
        Definitions::of(feature::catalog().to_vec(), library::classifications().to_vec(), library::segments().to_vec(), currency)
    }

    /// Equal numbers mean equal definitions.
    pub fn revision(&self) -> i64 {
        self.revision
    }

    /// As they were on a past day, read at a revision.
    pub(super) fn as_of(self, revision: i64, earlier: Earlier) -> Definitions {
        Definitions { revision, earlier, ..self }
    }

    /// When a definition was in force, where that is not simply now.
    pub fn in_force(&self, kind: Kind, key: &str) -> Option<InForce> {
        self.earlier.iter().find(|((k, name), _)| *k == kind && name == key).map(|(_, in_force)| *in_force)
    }

    /// Every feature: the library's in its order, then own ones by key.
    pub fn features(&self) -> &[Feature] {
        &self.features
    }

    /// Every classification: the library's in its order, then own ones by key.
    pub fn classifications(&self) -> &[Classification] {
        &self.classifications
    }

    /// Every segment, by key.
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// A feature.
    pub fn feature(&self, key: &str) -> Option<&Feature> {
        self.features.iter().find(|f| f.key == key)
    }

    /// A classification.
    pub fn classification(&self, key: &str) -> Option<&Classification> {
        self.classifications.iter().find(|c| c.key == key)
    }

    /// A segment.
    pub fn segment(&self, key: &str) -> Option<&Segment> {
        self.segments.iter().find(|s| s.key == key)
    }

    /// What rules may name, with labels.
    pub fn names(&self) -> &Vocabulary {
        &self.names
    }

    /// Checks the whole set: types, names, circles.
    ///
    /// # Errors
    /// The first thing that does not fit, in words.
    pub fn check(&self, currency: Currency) -> Result<()> {
        for f in &self.features {
            f.check_entry().map_err(|why| refused("feature.entry", why, &f.key))?;
        }
        Plan::new(&self.features, currency).map_err(|e| match &e {
            feature::Error::Cycle(ring) => self.circle(e.code(), &ring.keys),
            _ => refused(e.code(), e.message(), &e.to_string()),
        })?;
        for c in &self.classifications {
            c.check(&self.names).map_err(|e| refused(e.code(), e.message(), &c.key))?;
        }
        for s in &self.segments {
            s.check(&self.segments, &self.names).map_err(|e| match &e {
                segment::Error::Cycle(ring) => self.circle(e.code(), &ring.keys),
                _ => refused(e.code(), e.message(), &s.key),
            })?;
        }
        segment::plan(&self.classifications, &self.segments).map_err(|e| self.circle("definition.circle", &e.keys))?;
        Ok(())
    }

    /// Definitions that need each other in a ring, by their names.
    fn circle(&self, code: &'static str, keys: &[String]) -> Error {
        let segment = |key: &str| self.names.segment_label(key.strip_prefix("segment.").unwrap_or(key));
        let name = |key: &String| self.names.label(key).or_else(|| segment(key)).unwrap_or_else(|| Label::same(key.clone()));
        let ring: Vec<Label> = keys.iter().map(name).collect();
        let ring = |lang| ring.iter().map(|l| l.get(lang)).collect::<Vec<_>>().join(" → ");
        Error::Invalid {
            code,
            message: Label::new(format!("这些定义互相依赖，成了环：{}", ring(Lang::Zh)), format!("these definitions need each other in a ring: {}", ring(Lang::En))),
            params: json!({ "keys": keys }),
        }
    }

    /// The set with these changes, unchecked.
    pub(crate) fn with(&self, changes: Vec<Change>, currency: Currency) -> Definitions {
        let mut next = self.clone();
        changes.into_iter().for_each(|change| next.put(change, currency));
        next
    }

    /// Puts a document in the place of the one with its key, or at the end.
    fn put(&mut self, change: Change, currency: Currency) {
        fn place<T>(all: &mut Vec<T>, new: T, key: impl Fn(&T) -> &str) {
            match all.iter().position(|old| key(old) == key(&new)) {
                Some(i) => {
                    if let Some(slot) = all.get_mut(i) {
                        *slot = new;
                    }
                }
                None => all.push(new),
            }
        }
        match change {
            Change::Feature(f) => place(&mut self.features, f, |f| &f.key),
            Change::Classification(c) => place(&mut self.classifications, c, |c| &c.key),
            Change::Segment(s) => place(&mut self.segments, s, |s| &s.key),
            Change::Remove(Kind::Feature, key) => match feature::find(&key) {
                Some(shipped) => place(&mut self.features, shipped.clone(), |f| &f.key),
                None => self.features.retain(|f| f.key != key),
            },
            Change::Remove(Kind::Classification, key) => match shipped_classification(&key) {
                Some(shipped) => place(&mut self.classifications, shipped.clone(), |c| &c.key),
                None => self.classifications.retain(|c| c.key != key),
            },
            Change::Remove(Kind::Segment, key) => self.segments.retain(|s| s.key != key),
        }
        self.segments.sort_by(|a, b| a.key.cmp(&b.key));
        self.names = names(&self.features, &self.classifications, &self.segments, currency);
    }
}

/// A classification as it ships with the product.
pub fn shipped_classification(key: &str) -> Option<&'static Classification> {
    library::classifications().iter().find(|c| c.key == key)
}

/// Everything rules may name, and the names of coded values (`male` → 男).
fn names(features: &[Feature], classifications: &[Classification], segments: &[Segment], currency: Currency) -> Vocabulary {
    let names = Vocabulary::new(currency).features(features).classifications(classifications).segments(segments);
    let names = feature::named_values().fold(names, |names, (feature, value, label)| names.value(feature, value, label));
    let chosen = features.iter().flat_map(|f| f.entry.iter().flat_map(|e| &e.options).map(|o| (f.key.as_str(), o)));
    chosen.fold(names, |names, (feature, o)| names.value(feature, &o.key, o.label.clone()))
}

fn refused(code: &'static str, message: Label, place: &str) -> Error {
    Error::Invalid { code, message, params: json!({ "place": place }) }
}

/// One change of the set.
#[derive(Debug, Clone)]
pub enum Change {
    /// a new or next feature
    Feature(Feature),
    /// a new or next classification
    Classification(Classification),
    /// a new or next segment
    Segment(Segment),
    /// out of use; of something that ships with the product only people's own version is
    Remove(Kind, String),
}

impl Change {
    /// What the audit log says of it.
    fn note(&self, app: &App, author: &Actor) -> domain::audit::Note {
        let (kind, key, version) = match self {
            Change::Feature(f) => (Kind::Feature, &f.key, Some(f.version)),
            Change::Classification(c) => (Kind::Classification, &c.key, Some(c.version)),
            Change::Segment(s) => (Kind::Segment, &s.key, Some(s.version)),
            Change::Remove(kind, key) => (*kind, key, None),
        };
        let action = if version.is_some() { Action::DefinitionPublished } else { Action::DefinitionWithdrawn };
        let subject = format!("{} {key}", kind.key());
        audit::of(app, author, action, subject).detail(version.map_or_else(|| json!({}), |version| json!({ "version": version })))
    }

    /// The version in force of what it changes.
    fn in_force(&self, now: &Definitions) -> Option<u32> {
        match self {
            Change::Feature(f) => now.feature(&f.key).map(|f| f.version),
            Change::Classification(c) => now.classification(&c.key).map(|c| c.version),
            Change::Segment(s) => now.segment(&s.key).map(|s| s.version),
            Change::Remove(..) => None,
        }
    }

    fn document(&self) -> Result<Option<Document>> {
        fn json<T: Serialize>(t: &T) -> Result<serde_json::Value> {
            serde_json::to_value(t).map_err(|e| Error::Internal(e.to_string()))
        }
        Ok(match self {
            Change::Feature(f) => Some((Kind::Feature, f.key.clone(), json(f)?)),
            Change::Classification(c) => Some((Kind::Classification, c.key.clone(), json(c)?)),
            Change::Segment(s) => Some((Kind::Segment, s.key.clone(), json(s)?)),
            Change::Remove(..) => None,
        })
    }
}

/// A number that changes whenever the definitions do.
///
/// # Errors
/// When the store refuses.
pub async fn revision(app: &App) -> Result<i64> {
    Ok(stored::revision(&app.store).await?)
}

/// The definitions in force; read again only when they changed.
///
/// # Errors
/// When the store refuses or a stored document does not read back.
pub async fn current(app: &App) -> Result<Arc<Definitions>> {
    let revision = app.look().await?.revision;
    if let Some(known) = app.runs.definitions(revision, app.settings().currency) {
        return Ok(known);
    }
    let currency = app.settings().currency;
    let library = Definitions::library(currency);
    let features = overlay(library.features, read(app, Kind::Feature).await?, |f: &Feature| &f.key);
    let classifications = overlay(library.classifications, read(app, Kind::Classification).await?, |c: &Classification| &c.key);
    // The library's segments are in force until somebody changes one; then they are written down with it.
    let segments = match stored::ever(&app.store, Kind::Segment, None).await? {
        false => library.segments,
        true => read(app, Kind::Segment).await?,
    };
    let mut all = Definitions::of(features, classifications, segments, currency);
    all.segments.sort_by(|a, b| a.key.cmp(&b.key));
    all.revision = revision;
    let all = Arc::new(all);
    app.runs.keep_definitions(Arc::clone(&all), currency);
    Ok(all)
}

/// The set that is in force where these documents, and no others, were published beside what ships with the product; `segments`: was any
/// segment ever?
///
/// # Errors
/// The first thing that does not read or does not fit, in words.
pub(crate) fn in_place(published: Vec<(Kind, String, serde_json::Value)>, segments: bool, currency: Currency) -> Result<()> {
    fn one<T: DeserializeOwned>(kind: Kind, key: &str, document: serde_json::Value, own: impl Fn(&T) -> &str) -> Result<T> {
        let found: T = serde_json::from_value(document).map_err(|e| refused("definition.unreadable", Label::same(format!("{} {key}: {e}", kind.key())), key))?;
        match own(&found) == key {
            true => Ok(found),
            false => Err(refused("definition.unreadable", Label::same(format!("{} {key}: key", kind.key())), key)),
        }
    }
    let (mut features, mut classifications, mut own) = (Vec::new(), Vec::new(), Vec::new());
    for (kind, key, document) in published {
        match kind {
            Kind::Feature => features.push(one(kind, &key, document, |f: &Feature| &f.key)?),
            Kind::Classification => classifications.push(one(kind, &key, document, |c: &Classification| &c.key)?),
            Kind::Segment => own.push(one(kind, &key, document, |s: &Segment| &s.key)?),
        }
    }
    let library = Definitions::library(currency);
    let features = overlay(library.features, features, |f: &Feature| &f.key);
    let classifications = overlay(library.classifications, classifications, |c: &Classification| &c.key);
    let mut all = Definitions::of(features, classifications, if segments { own } else { library.segments }, currency);
    all.segments.sort_by(|a, b| a.key.cmp(&b.key));
    all.check(currency)
}

/// The stored documents of a kind.
async fn read<T: DeserializeOwned>(app: &App, kind: Kind) -> Result<Vec<T>> {
    let rows = stored::current(&app.store, kind).await?;
    let parse = |row: stored::Definition| {
        serde_json::from_value(row.document).map_err(|e| Error::Internal(format!("{} {}: {e}", kind.key(), row.key)))
    };
    rows.into_iter().map(parse).collect()
}

/// The library's documents with people's versions in their places, then people's own.
pub(super) fn overlay<T>(library: Vec<T>, own: Vec<T>, key: impl Fn(&T) -> &str) -> Vec<T> {
    let mut own: BTreeMap<String, T> = own.into_iter().map(|t| (key(&t).to_owned(), t)).collect();
    let mut all: Vec<T> = library.into_iter().map(|t| own.remove(key(&t)).unwrap_or(t)).collect();
    all.extend(own.into_values());
    all
}

/// Would these changes be published? Checks them together with everything in force and writes nothing.
///
/// # Errors
/// What does not fit.
pub async fn try_out(app: &App, changes: &[Change]) -> Result<()> {
    let currency = app.settings().currency;
    current(app).await?.with(changes.to_vec(), currency).check(currency)
}

/// Publishes changes as one: all are checked together with everything else in force, then written and noted in one transaction.
///
/// # Errors
/// What does not fit; `definition.moved` when others changed definitions at the same moment; when the store refuses.
pub async fn publish(app: &App, changes: Vec<Change>, author: &Actor) -> Result<Arc<Definitions>> {
    let ready = ready(app, changes).await?;
    let mut tx = app.store.begin().await?;
    ready.write(app, &mut tx, author).await?;
    tx.commit().await?;
    current(app).await
}

/// Publishes the next version of one definition. `base`: the version that was changed; `None`: whichever is in force.
///
/// # Errors
/// `definition.moved` where another version than `base` is in force by now, so that nobody overwrites what they have not seen; as [`publish`].
pub async fn publish_over(app: &App, change: Change, base: Option<u32>, author: &Actor) -> Result<Arc<Definitions>> {
    let ready = ready(app, vec![change]).await?;
    if let (Some(base), Some(there)) = (base, ready.changes.first().and_then(|(change, _)| change.in_force(&ready.now)))
        && base != there
    {
        return Err(Error::Conflict {
            code: "definition.moved",
            message: Label::new(
                format!("您打开的是第 {base} 版，现在已经是第 {there} 版，是别人或另一个窗口改的。请在新窗口打开看看改了什么，再重新打开并修改；这里填写的内容没有保存"),
                format!("you opened version {base}, and by now it is version {there}, changed by somebody else or in another window. Look at what changed in a new window, then open it again; what you filled in here is not saved"),
            ),
            params: json!({ "version": there }),
        });
    }
    let mut tx = app.store.begin().await?;
    ready.write(app, &mut tx, author).await?;
    tx.commit().await?;
    current(app).await
}

/// Kind, key and text of a definition.
type Document = (Kind, String, serde_json::Value);

/// Changes that were checked together with everything else in force and only need writing.
pub struct Ready {
    /// with what is written of each: a fixed list of a million is put into words before others have to wait
    changes: Vec<(Change, Option<Document>)>,
    now: Arc<Definitions>,
}

/// Numbers and checks changes.
///
/// # Errors
/// What does not fit; when the store refuses.
pub async fn ready(app: &App, mut changes: Vec<Change>) -> Result<Ready> {
    let now = current(app).await?;
    let currency = app.settings().currency;
    for change in &mut changes {
        if let Change::Feature(f) = change {
            figures::settled(app, f).await?;
        }
        number(app, &now, change).await?;
    }
    now.with(changes.clone(), currency).check(currency)?;
    let worded = |change: Change| change.document().map(|document| (change, document));
    Ok(Ready { changes: changes.into_iter().map(worded).collect::<Result<_>>()?, now })
}

impl Ready {
    /// Writes them and notes them in the audit log, as a part of a transaction that is dropped where this refuses.
    ///
    /// # Errors
    /// `definition.moved` when others changed definitions at the same moment; when the store refuses.
    pub async fn write(self, app: &App, tx: &mut Tx, author: &Actor) -> Result<()> {
        let Ready { changes, now } = self;
        let at = app.clock.now();
        if stored::revision(&mut *tx).await? != now.revision {
            return Err(Error::conflict("definition.moved", "定义刚被他人修改，请刷新后重试", "somebody else just changed definitions; reload and try again"));
        }
        for (change, _) in &changes {
            audit::append(app, tx, &change.note(app, author)).await?;
        }
        let mut written = changes;
        let of_segments = |c: &Change| matches!(c, Change::Segment(_) | Change::Remove(Kind::Segment, _));
        if written.iter().any(|(c, _)| of_segments(c)) && !stored::ever(&mut *tx, Kind::Segment, None).await? {
            let kept = now.segments.iter().filter(|s| !written.iter().any(|(c, _)| matches!(c, Change::Segment(n) if n.key == s.key)));
            let worded = |change: Change| change.document().map(|document| (change, document));
            let kept: Vec<_> = kept.cloned().map(Change::Segment).map(worded).collect::<Result<_>>()?;
            drop(written.splice(0..0, kept));
        }
        for (change, document) in written {
            if let Change::Feature(f) = &change
                && let Some(figure) = f.figure()
            {
                store::job::enqueue(&mut *tx, &figures::anew(app, author, &figure.object), at).await?;
            }
            match (&change, document) {
                (_, Some((kind, key, document))) => {
                    stored::put(tx, kind, &key, &document, &author.name, at).await?;
                }
                (Change::Remove(kind, key), None) => stored::retire(tx, *kind, key, at).await?,
                _ => {}
            }
        }
        Ok(())
    }
}

/// Gives a change the number of the next version: one above any that was ever published under its key, and above the one
/// in force. A number never means two things.
async fn number(app: &App, now: &Definitions, change: &mut Change) -> Result<()> {
    let (kind, key, in_force, version) = match change {
        Change::Feature(f) => (Kind::Feature, &f.key, now.feature(&f.key).map(|f| f.version), &mut f.version),
        Change::Classification(c) => (Kind::Classification, &c.key, now.classification(&c.key).map(|c| c.version), &mut c.version),
        Change::Segment(s) => (Kind::Segment, &s.key, now.segment(&s.key).map(|s| s.version), &mut s.version),
        Change::Remove(..) => return Ok(()),
    };
    let written = stored::history(&app.store, kind, key).await?;
    let numbers = written.iter().filter_map(|d| d.document.get("version")?.as_u64()).filter_map(|n| u32::try_from(n).ok());
    *version = numbers.fold(in_force.unwrap_or(0), u32::max) + 1;
    Ok(())
}

/// A machine name made of a label: its English in lower case, or `noun` if that has no letters, made unique by a number.
pub fn key_from(noun: &str, label: &Label, taken: impl Fn(&str) -> bool) -> String {
    let plain = |text: &str| -> String {
        let words: String = text.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' }).collect();
        let joined: Vec<&str> = words.split('_').filter(|w| !w.is_empty()).collect();
        joined.join("_").chars().take(40).collect()
    };
    let mut base = plain(label.get(Lang::En));
    if !base.starts_with(|c: char| c.is_ascii_lowercase()) {
        base = if base.is_empty() { noun.to_owned() } else { format!("s_{base}") };
    }
    let mut n = 1;
    let mut key = base.clone();
    while taken(&key) {
        n += 1;
        key = format!("{base}_{n}");
    }
    key
}

/// A label given in one language only says the same in the other.
pub fn both(label: Label) -> Label {
    match (label.zh.trim().is_empty(), label.en.trim().is_empty()) {
        (true, false) => Label::same(label.en),
        (false, true) => Label::same(label.zh),
        _ => label,
    }
}

/// A machine name of a segment or classification.
pub fn is_key(key: &str) -> bool {
    key.len() <= 60 && key.starts_with(|c: char| c.is_ascii_lowercase()) && key.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_made_of_the_label() {
        let never = |_: &str| false;
        assert_eq!(key_from("segment", &Label::new("华东大客户", "Big spenders, East!"), never), "big_spenders_east");
        assert_eq!(key_from("segment", &Label::same("华东大客户"), never), "segment");
        assert_eq!(key_from("segment", &Label::same("90 days"), never), "s_90_days");
        assert_eq!(key_from("segment", &Label::same("vip"), |k| k == "vip" || k == "vip_2"), "vip_3");
    }

    #[test]
    fn the_library_fits_together() {
        let library = Definitions::library(Currency::CNY);
        assert!(library.check(Currency::CNY).is_ok(), "{:?}", library.check(Currency::CNY));
    }
}
