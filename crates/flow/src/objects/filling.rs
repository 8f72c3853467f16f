//! What is written becomes the values of a record: every field by its kind, customers by whatever names them. One code for a form, for
//! programs and for files.

use super::Known;
use crate::{Error, Result, app::App, sight::Sight};
use domain::{
    Currency, CustomerKey, Day, Label, Value,
    field::{self, Kind, Written},
    identity::{Identifier, IdentifierKind},
    mask,
    object::Field,
};
use serde_json::json;
use std::{borrow::Cow, collections::{BTreeMap, BTreeSet, HashMap}};
use store::customer::{self, Customer};

/// Values as they are written, by field.
pub(super) type Draft = BTreeMap<String, Option<Written>>;
/// Values of a record, by field.
pub(super) type Values = BTreeMap<String, Value>;

/// What is wrong with the fields of a record.
#[derive(Debug)]
pub(super) struct Faults(pub(super) BTreeMap<String, Label>);

impl Faults {
    pub(super) fn refuse(self, k: &Known, nth: Option<usize>) -> Error {
        let name = |key: &str| k.form.field(key).map_or_else(|| Label::same(key), |f| f.label.clone());
        let said = |zh: bool| {
            let one = |(key, why): (&String, &Label)| {
                let (name, why) = (name(key), why.clone());
                if zh { format!("{}：{}", name.zh, why.zh) } else { format!("{}: {}", name.en, why.en) }
            };
            self.0.iter().map(one).collect::<Vec<_>>().join(if zh { "；" } else { "; " })
        };
        let (zh, en) = (said(true), said(false));
        let message = match nth {
            Some(n) => Label::new(format!("第 {} 条：{zh}", n + 1), format!("record {}: {en}", n + 1)),
            None => Label::new(zh, en),
        };
        Error::Invalid { code: "record.value", message, params: json!({ "fields": self.0, "record": nth }) }
    }
}

/// What a draft comes to.
#[derive(Debug)]
pub(super) struct Fill {
    pub(super) values: Values,
    pub(super) customer: Option<CustomerKey>,
    pub(super) day: Option<Day>,
}

/// A form, and everybody its drafts name.
pub(super) struct Filling<'k> {
    k: &'k Known,
    currency: Currency,
    today: Day,
    people: HashMap<String, Customer>,
}

impl<'k> Filling<'k> {
    /// Made ready for these drafts, and for records as they are.
    ///
    /// # Errors
    /// When the store refuses.
    pub(super) async fn of<'d>(app: &App, sight: Sight, k: &'k Known, drafts: impl IntoIterator<Item = &'d Draft>, there: impl IntoIterator<Item = &'d Values>) -> Result<Self> {
        let links: Vec<&str> = k.form.fields().filter(|f| f.kind == Kind::Customer).map(|f| f.key.as_str()).collect();
        let (mut texts, currency) = (BTreeSet::new(), app.settings().currency);
        for draft in drafts {
            let text = |w: &Written| Some(field::read(Kind::Customer, &[], w, currency).ok()?.as_text()?.to_owned());
            texts.extend(links.iter().filter_map(|l| text(draft.get(*l)?.as_ref()?)));
        }
        for values in there {
            texts.extend(links.iter().filter_map(|l| Some(values.get(*l)?.as_text()?.to_owned())));
        }
        Ok(Filling { k, currency, today: app.today(), people: named(app, sight, texts.into_iter().collect()).await? })
    }

    /// A value as it would be written now: of a customer who was merged, whoever stands for them.
    pub(super) fn settled<'v>(&'v self, f: &Field, value: &'v Value) -> Cow<'v, Value> {
        let now = (f.kind == Kind::Customer).then(|| self.people.get(value.as_text()?)).flatten();
        now.map_or(Cow::Borrowed(value), |c| Cow::Owned(Value::Text(c.id.clone())))
    }

    /// Reads a draft; `kept`: what is there, which stays in the fields that are `locked` whatever the draft says.
    pub(super) fn fill(&self, draft: &Draft, kept: &Values, locked: &dyn Fn(&str) -> bool) -> Result<Fill, Faults> {
        let (k, mut values, mut faults) = (self.k, Values::new(), Faults(BTreeMap::new()));
        if let Some(unknown) = draft.keys().find(|key| k.form.field(key).is_none()) {
            faults.0.insert(unknown.clone(), Label::new("没有这个字段", "there is no such field"));
        }
        let mut customer = None;
        for f in k.form.fields() {
            let locked = locked(&f.key);
            let mut value = if locked {
                kept.get(&f.key).cloned().unwrap_or_default()
            } else {
                match draft.get(&f.key).and_then(Option::as_ref).map(|w| field::read(f.kind, &f.options, w, self.currency)) {
                    None => Value::Null,
                    Some(Ok(value)) => value,
                    Some(Err(why)) => {
                        faults.0.insert(f.key.clone(), why.message());
                        continue;
                    }
                }
            };
            if f.required && value.is_null() && !locked {
                faults.0.insert(f.key.clone(), Label::new("必填", "it must be filled in"));
            }
            if let (Kind::Customer, Value::Text(text)) = (f.kind, value.clone()) {
                match self.people.get(&text) {
                    Some(c) => {
                        if k.form.whose().is_some_and(|w| w.key == f.key) {
                            customer = Some(c.key);
                        }
                        value = Value::Text(c.id.clone());
                    }
                    // who is gone with an import stays named in what was written of them
                    None if kept.get(&f.key) == Some(&value) => {}
                    None => {
                        faults.0.insert(f.key.clone(), Label::new("没有这位客户", "there is no such customer"));
                    }
                }
            }
            if !value.is_null() {
                values.insert(f.key.clone(), value);
            }
        }
        if !faults.0.is_empty() {
            return Err(faults);
        }
        // what is written in fields that were taken away stays
        for f in &k.form.retired {
            if let Some(value) = kept.get(&f.key) {
                values.insert(f.key.clone(), value.clone());
            }
        }
        let day = match &k.form.time {
            Some(key) => match values.get(key) {
                Some(Value::Day(d)) => Some(*d),
                _ => None,
            },
            None => Some(self.today),
        };
        Ok(Fill { values, customer, day })
    }
}

/// The customers texts name: by id, by the business's own number or member card, by phone or e-mail for whoever sees these. For whoever
/// was merged it is whoever stands for them.
async fn named(app: &App, sight: Sight, texts: Vec<String>) -> Result<HashMap<String, Customer>> {
    let mut found = customer::by_ids(&app.store, &texts).await?;
    let settings = app.settings();
    let of = |kind, value: &str| Identifier { kind, value: value.to_owned() };
    let mut meant: Vec<(&str, Identifier)> = Vec::new();
    for text in texts.iter().filter(|t| !found.contains_key(*t) && !(sight.is_masked() && mask::hides(t))) {
        meant.extend([IdentifierKind::External, IdentifierKind::Member].map(|kind| (text.as_str(), of(kind, text))));
        if !sight.is_masked() {
            meant.extend(sources::phone_of(text, settings.currency, settings.zone.name()).ok().flatten().map(|p| (text.as_str(), of(IdentifierKind::Phone, &p))));
            meant.extend(sources::email_of(text).ok().flatten().map(|e| (text.as_str(), of(IdentifierKind::Email, &e))));
        }
    }
    let identifiers: Vec<Identifier> = meant.iter().map(|(_, i)| i.clone()).collect();
    let mut keys: BTreeMap<&str, CustomerKey> = BTreeMap::new();
    for ((text, _), key) in meant.iter().zip(customer::resolve(&app.store, &identifiers).await?) {
        if let Some(key) = key {
            keys.entry(*text).or_insert(key);
        }
    }
    let of_all = |keys: &BTreeSet<CustomerKey>| keys.iter().copied().collect::<Vec<_>>();
    let people = customer::by_keys(&app.store, &of_all(&keys.values().copied().collect())).await?;
    let roots = customer::by_keys(&app.store, &of_all(&people.values().filter_map(|c| c.root).collect())).await?;
    for (text, key) in keys {
        let who = people.get(&key).and_then(|c| c.root.map_or(Some(c), |root| roots.get(&root)));
        found.extend(who.map(|c| (text.to_owned(), c.clone())));
    }
    Ok(found)
}
