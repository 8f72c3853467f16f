//! Two customers beside one another: what each field says, how far the two agree, and what a merge would make of them.

use super::find::Reason;
use crate::{
    Result,
    analysis::{
        Asked, Picture,
        marks::{self, OwnerRef, TagRef},
        profile::{ContactView, IdentifierView},
        timeline::attribute_name,
    },
    app::App,
    schema,
    sight::{self, Sight, Walls},
};
use domain::{
    CustomerKey, Day, Label, Lang, Value,
    clock::Instant,
    fact::AttributeFact,
    identity::{Identifier, IdentifierKind},
    rule,
};
use models::linkage::Level;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, sync::Arc};
use store::customer::Customer;
use utoipa::ToSchema;

/// One of the two.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SideView {
    /// `cus_…`
    pub id: String,
    /// display name
    pub name: Option<String>,
    /// `person` or `organisation`
    pub kind: String,
    /// how they are recognised
    pub identifiers: Vec<IdentifierView>,
    /// people inside an organisation
    pub contacts: Vec<ContactView>,
    /// what people hung on them
    pub tags: Vec<TagRef>,
    /// who looks after them
    pub owner: Option<OwnerRef>,
    /// valid orders
    pub orders: Option<i64>,
    /// minor units
    pub net: Option<i64>,
    /// day of the last valid order
    #[schema(value_type = Option<String>, format = Date)]
    pub last_order: Option<Day>,
    /// customers merged into this one before
    pub members: u64,
}

/// How far two values agree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Agreement {
    /// the same
    Equal,
    /// alike, or one part of the other
    Near,
    /// not the same
    Different,
    /// one of the two says nothing
    Missing,
}

/// What a field says of whether two are one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Says {
    /// 6 bits or more
    StronglyFor,
    /// 2 bits or more
    For,
    /// half a bit or more
    SlightlyFor,
    /// hardly anything
    Nothing,
    /// half a bit or more
    SlightlyAgainst,
    /// 2 bits or more
    Against,
    /// 6 bits or more
    StronglyAgainst,
}

impl Says {
    fn of(bits: f64) -> Says {
        match bits {
            b if b >= 6.0 => Says::StronglyFor,
            b if b >= 2.0 => Says::For,
            b if b >= 0.5 => Says::SlightlyFor,
            b if b > -0.5 => Says::Nothing,
            b if b > -2.0 => Says::SlightlyAgainst,
            b if b > -6.0 => Says::Against,
            _ => Says::StronglyAgainst,
        }
    }
}

/// What one field said of a pair. No value is in it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ReasonView {
    /// `name`, `phone`, `email`, `attribute.<key>`, or `household`: what people who live together share anyway
    pub field: String,
    /// its name
    #[schema(value_type = schema::Label)]
    pub label: Label,
    /// how far the two agree
    pub agreement: Agreement,
    /// more closely: `exact`, `close`, `similar`, `part`, `swapped`, `swapped_close`, `different`, `missing`
    pub level: String,
    /// what it says
    pub says: Says,
    /// log-odds; positive speaks for one customer
    pub bits: f64,
}

/// A field of the two, side by side.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct FieldView {
    /// `name`, `phone`, `email`, `number`, `attribute.<key>`
    pub field: String,
    /// its name
    #[schema(value_type = schema::Label)]
    pub label: Label,
    /// what the first says
    #[schema(value_type = Vec<schema::Label>)]
    pub a: Vec<Label>,
    /// what the second says
    #[schema(value_type = Vec<schema::Label>)]
    pub b: Vec<Label>,
    /// how far they agree
    pub agreement: Agreement,
    /// what it said of whether they are one; absent where it was not compared
    pub says: Option<Says>,
    /// may somebody choose whose value counts? Identifiers stay, all of them
    pub choose: bool,
    /// whose counts where nobody chooses: `a` or `b`; absent where both stay or it is the survivor's
    pub wins: Option<String>,
    /// the values are hidden from who reads this
    pub masked: bool,
}

fn agreement(level: Level) -> Agreement {
    match level {
        Level::Missing => Agreement::Missing,
        Level::Exact => Agreement::Equal,
        Level::Close | Level::Similar | Level::Part | Level::Swapped | Level::SwappedClose => Agreement::Near,
        Level::Different => Agreement::Different,
    }
}

/// What a field is called.
fn label(picture: &Picture, field: &str) -> Label {
    match field {
        "name" => Label::new("姓名", "Name"),
        "phone" => IdentifierKind::Phone.label(),
        "email" => IdentifierKind::Email.label(),
        "number" => Label::new("编号", "Numbers"),
        "household" => Label::new("同住的人也会相同", "People who live together share it, too"),
        "attribute.birthday" => Label::new("生日", "Birthday"),
        "attribute.gender" => Label::new("性别", "Gender"),
        other => attribute_name(&picture.definitions, other.strip_prefix("attribute.").unwrap_or(other)).0,
    }
}

/// The reasons of a pair as people read them.
pub(super) fn reasons(picture: &Picture, all: &[Reason]) -> Vec<ReasonView> {
    let one = |r: &Reason| ReasonView {
        field: r.field.clone(),
        label: label(picture, &r.field),
        agreement: agreement(r.level),
        level: r.level.key().to_owned(),
        says: Says::of(r.bits),
        bits: r.bits,
    };
    all.iter().map(one).collect()
}

/// Two customers, and their fields beside one another.
pub(super) async fn beside(app: &App, sight: Sight, pair: [&Customer; 2], told: &[Reason]) -> Result<([SideView; 2], Vec<FieldView>)> {
    let picture = app.runs.at(app, Asked::default()).await?;
    let keys = pair.map(|c| c.key);
    let mut identifiers = store::customer::identifiers_by_keys(&app.store, &keys).await?;
    let known = keys.map(|k| identifiers.remove(&k).unwrap_or_default());
    let (at, facts) = (Arc::clone(&picture), keys);
    let facts = tokio::task::spawn_blocking(move || facts.map(|k| at.lake.facts(k, Instant::MAX).map(|f| latest(f.attributes))));
    let [a, b] = facts.await?;
    let attributes = [a?, b?];
    let fields = fields(sight, &picture, pair, &known, &attributes, told);
    let mut carried = marks::carried(app, sight, &keys).await?;
    let mut sides = Vec::with_capacity(2);
    for (c, known) in pair.into_iter().zip(known) {
        let contacts = store::contact::of(&app.store, c.key).await?;
        let (tags, owner) = carried.take(c.key);
        let value = |key: &str| picture.column(key).map_or(Value::Null, |column| column.value(c.key.0 as usize));
        let whole = |key: &str| match value(key) {
            Value::Int(n) | Value::Money(n) => Some(n),
            _ => None,
        };
        sides.push(SideView {
            id: c.id.clone(),
            name: c.name.clone().map(|n| sight::text(sight, n)),
            kind: if c.organisation { "organisation" } else { "person" }.to_owned(),
            identifiers: known.into_iter().map(|i| sight::identifier_view(sight, i)).collect(),
            contacts: contacts
                .into_iter()
                .map(|c| sight::contact(sight, ContactView::from(c)))
                .collect(),
            tags,
            owner,
            orders: whole("orders"),
            net: whole("net"),
            last_order: if let Value::Day(day) = value("last_order_day") { Some(day) } else { None },
            members: picture.lake.aliases().members(c.key).count() as u64,
        });
    }
    let sides: [SideView; 2] = sides.try_into().map_err(|_| crate::Error::Internal("a pair is two".into()))?;
    Ok((sides, fields))
}

/// Of each attribute the row that counts.
fn latest(rows: Vec<AttributeFact>) -> BTreeMap<String, AttributeFact> {
    let mut best: BTreeMap<String, AttributeFact> = BTreeMap::new();
    for row in rows {
        let held = best.get(&row.key).map(|h| (h.day, h.recorded_at));
        if held.is_none_or(|held| held <= (row.day, row.recorded_at)) {
            best.insert(row.key.clone(), row);
        }
    }
    best.retain(|_, row| !row.value.is_null());
    best
}

/// Attributes that say nothing of a person, or that a merge adds up by itself.
const LEFT: [&str; 3] = ["kind", "contacts", domain::profiling::ATTRIBUTE];

fn fields(
    sight: Sight,
    picture: &Picture,
    pair: [&Customer; 2],
    known: &[Vec<Identifier>; 2],
    attributes: &[BTreeMap<String, AttributeFact>; 2],
    told: &[Reason],
) -> Vec<FieldView> {
    let walls = Walls::of(sight, picture);
    let reason = |field: &str| told.iter().find(|r| r.field == field);
    let make = |field: &str, [a, b]: [Vec<String>; 2], shown: [Vec<Label>; 2], choose: bool, wins: Option<&str>, masked: bool| {
        let told = reason(field);
        let plain = match (a.is_empty() || b.is_empty(), a == b) {
            (true, _) => Agreement::Missing,
            (_, true) => Agreement::Equal,
            _ => Agreement::Different,
        };
        let [shown_a, shown_b] = shown;
        FieldView {
            label: label(picture, field),
            agreement: told.map_or(plain, |r| agreement(r.level)),
            says: told.map(|r| Says::of(r.bits)),
            field: field.to_owned(),
            a: shown_a,
            b: shown_b,
            choose: choose && a != b,
            wins: wins.map(str::to_owned),
            masked,
        }
    };
    let names = pair.map(|c| c.name.clone().into_iter().collect::<Vec<String>>());
    let shown = names.clone().map(|all| all.into_iter().map(|n| Label::same(sight::text(sight, n))).collect());
    let mut all = vec![make("name", names, shown, true, None, false)];
    let kinds: [(&str, &[IdentifierKind]); 3] = [
        ("phone", &[IdentifierKind::Phone]),
        ("email", &[IdentifierKind::Email]),
        ("number", &[IdentifierKind::External, IdentifierKind::Member]),
    ];
    for (field, kinds) in kinds {
        let of = |i: usize| known.get(i).into_iter().flatten().filter(|id| kinds.contains(&id.kind)).cloned().collect::<Vec<_>>();
        let both = [of(0), of(1)];
        if both.iter().all(Vec::is_empty) {
            continue;
        }
        let values = both.clone().map(|ids| ids.into_iter().map(|i| i.value).collect());
        let shown = both.map(|ids| ids.into_iter().map(|i| Label::same(sight::identifier_view(sight, i).value)).collect());
        all.push(make(field, values, shown, false, None, false));
    }
    let [a, b] = attributes;
    let mut keys: Vec<&String> = a.keys().chain(b.keys()).filter(|k| !LEFT.contains(&k.as_str())).collect();
    keys.sort_unstable();
    keys.dedup();
    // what was compared comes first
    keys.sort_by_key(|k| reason(&format!("attribute.{k}")).is_none());
    for key in keys {
        let (_, feature) = attribute_name(&picture.definitions, key);
        let render = |fact: &AttributeFact| {
            // as a rule writes it, without its quotation marks
            let say = |lang| rule::render_value(&fact.value, Some(&feature), lang, picture.names()).trim_matches(['“', '”', '"']).to_owned();
            sight::attribute(sight, &walls, key, &feature, Label::new(say(Lang::Zh), say(Lang::En)))
        };
        let cells = [a.get(key), b.get(key)];
        let masked = cells.iter().flatten().any(|f| render(f).1);
        let rank = |f: Option<&AttributeFact>| f.map(|f| (f.day, f.recorded_at));
        let wins = if rank(cells[0]) > rank(cells[1]) { "a" } else { "b" };
        let values = cells.map(|f| f.map(|f| super::rows::text(&f.value)).into_iter().collect());
        let shown = cells.map(|f| f.map(|f| render(f).0).into_iter().collect());
        all.push(make(&format!("attribute.{key}"), values, shown, true, Some(wins), masked));
    }
    all
}

/// Who stays where nobody says: whoever ordered more often, then whoever was there first.
pub(super) fn stays(picture: &Picture, a: CustomerKey, b: CustomerKey) -> CustomerKey {
    let orders = |key: CustomerKey| match picture.column("orders").map(|c| c.value(key.0 as usize)) {
        Some(Value::Int(n)) => n,
        _ => 0,
    };
    if orders(b) > orders(a) || (orders(a) == orders(b) && b < a) { b } else { a }
}
