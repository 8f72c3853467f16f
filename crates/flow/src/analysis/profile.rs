//! Everything about one customer as of a day: who, every feature, every class and segment.

use super::{cards, marks::{self, OwnerRef, TagRef}, moment::{Asked, Known}, runs::Reading};
use crate::{Error, Result, app::App, inbox::Waiting, schema, sight::{self, Sight, Walls}, work::profiling::{self, RefusalView}};
use domain::{Day, Label, Value, classification::Named, feature::Group};
use serde::{Deserialize, Serialize};
use store::{contact::Contact, customer::Customer};
use utoipa::ToSchema;

/// One customer as of a day.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Profile {
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
    /// every feature
    pub features: Vec<FeatureValue>,
    /// the class in every classification
    pub classes: Vec<ClassOf>,
    /// segments they are in
    #[schema(value_type = Vec<schema::Named>)]
    pub segments: Vec<Named>,
    /// what people hung on them, by name
    pub tags: Vec<TagRef>,
    /// who looks after them
    pub owner: Option<OwnerRef>,
    /// they do not want to be profiled
    pub refusal: Option<RefusalView>,
    /// the business day
    #[schema(value_type = String, format = Date)]
    pub as_of: Day,
    /// an import or a change since is not in them yet: ask again in a moment
    pub stale: bool,
    /// rows programs posted, of any customer, that are not in them yet
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiting: Option<Waiting>,
}

/// An identifier.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct IdentifierView {
    /// `external`, `member`, `phone`, `email`, `unionid`
    pub kind: String,
    /// normalised value
    pub value: String,
}

/// A person inside an organisation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ContactView {
    /// what a change names it by; absent for whoever does not see it whole
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// name
    pub name: Option<String>,
    /// role
    pub role: Option<String>,
    /// phone
    pub phone: Option<String>,
    /// e-mail
    pub email: Option<String>,
}

impl From<Contact> for ContactView {
    fn from(c: Contact) -> ContactView {
        ContactView { id: Some(crate::work::contacts::id(&c)), name: c.name, role: c.role, phone: c.phone, email: c.email }
    }
}

/// A feature and its value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct FeatureValue {
    /// machine name
    pub key: String,
    /// name for people
    #[schema(value_type = schema::Label)]
    pub label: Label,
    /// shelf
    #[schema(value_type = schema::Group)]
    pub group: Group,
    /// unit
    #[schema(value_type = Option<schema::Label>)]
    pub unit: Option<Label>,
    /// value
    #[schema(value_type = schema::Value)]
    pub value: Value,
    /// there may be a value, and whoever asks may not see it
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub masked: bool,
}

/// A classification and the customer's class in it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ClassOf {
    /// classification key
    pub classification: String,
    /// its name
    #[schema(value_type = schema::Label)]
    pub label: Label,
    /// the class
    #[schema(value_type = schema::Named)]
    pub class: Named,
}

/// A customer by public id; for one who was merged, who stands for them.
///
/// # Errors
/// `customer.not_found`; when the store refuses.
pub async fn person(app: &App, id: &str) -> Result<Customer> {
    app.cards.standing(app, id).await?.ok_or_else(|| Error::not_found("customer", id))
}

/// As [`person`], as a reading knows it: as known then, whoever was merged later is by themselves.
///
/// # Errors
/// As [`person`].
pub(super) async fn person_then(app: &App, id: &str, asked: Asked) -> Result<Customer> {
    let (Known::Then, Some(day)) = (asked.known, asked.as_of) else { return person(app, id).await };
    let missing = || Error::not_found("customer", id);
    let own = store::customer::get(&app.store, id).await?.ok_or_else(missing)?;
    let head = store::catalog::head(&app.store).await?;
    let root = store::merge::known(&app.store, head, app.settings().zone.end_of(day)).await?.root(own.key);
    if root == own.key { Ok(own) } else { store::customer::by_key(&app.store, root).await?.ok_or_else(missing) }
}

/// One customer as of a day.
///
/// # Errors
/// `customer.not_found`; when the store or the lake refuses.
pub async fn profile(app: &App, sight: Sight, id: &str, asked: Asked) -> Result<Profile> {
    let person = person_then(app, id, asked).await?;
    let Reading { picture, stale, waiting } = app.runs.read(app, asked).await?;
    let aliases = app.runs.aliases(app).await?;
    let cards = app.cards.of(app, &cards::with_members(&aliases, &[person.key])).await?;
    let (identifiers, contacts) = (cards::identifiers(&cards, &aliases, person.key), cards::contacts(&cards, &aliases, person.key));
    let (tags, owner) = marks::carried(app, sight, &[person.key]).await?.take(person.key);
    let walls = Walls::of(sight, &picture);
    let place = person.key.0 as usize;
    let definitions = &picture.definitions;
    let features = definitions.features().iter().map(|f| FeatureValue {
        key: f.key.clone(),
        label: f.label.clone(),
        group: f.group,
        unit: f.unit.clone(),
        value: picture.column(&f.key).map_or(Value::Null, |c| c.value(place)),
        masked: false,
    });
    let classes = definitions.classifications().iter().filter(|c| !walls.hides_class(&c.key)).filter_map(|c| {
        let class = picture.class_of(&c.key, person.key)?;
        Some(ClassOf { classification: c.key.clone(), label: c.label.clone(), class })
    });
    let member = |key: &str| picture.members(key).is_some_and(|m| m.holds(place));
    let segments = definitions.segments().iter().filter(|s| member(&s.key));
    let refusal = profiling::refusal(app, &picture, person.key).await?;
    Ok(Profile {
        tags,
        owner,
        refusal,
        id: person.id,
        name: person.name.map(|n| sight::text(sight, n)),
        kind: if person.organisation { "organisation" } else { "person" }.to_owned(),
        identifiers: identifiers.into_iter().map(|i| sight::identifier_view(sight, i)).collect(),
        contacts: contacts.into_iter().map(|c| sight::contact(sight, ContactView::from(c))).collect(),
        features: features.map(|f| sight::feature(&walls, f)).collect(),
        classes: classes.collect(),
        segments: segments.map(|s| Named { key: s.key.clone(), label: s.label.clone() }).collect(),
        as_of: picture.as_of,
        stale,
        waiting,
    })
}
