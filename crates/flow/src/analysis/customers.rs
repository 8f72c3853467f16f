//! The customer list: whoever fulfils a rule, is in a segment or a class, or answers to a name; sorted, page by page.

use super::{
    Known, Picture, cards, choices, marks,
    flow_between::NOT_YET,
    marks::{OwnerRef, TagRef},
    moment::{Asked, parse_day},
    order::Order,
    runs::Reading,
};
use crate::{Error, Result, app::App, finder::Fit, inbox::Waiting, schema, sight::{self, Sight, Walls}};
use domain::{
    CustomerKey, Day, Label, Value,
    classification::{Classification, Named},
    identity::IdentifierKind,
};
use lake::{At, Bits, Classes, Place};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::{collections::BTreeMap, sync::Arc};
use utoipa::ToSchema;

/// One page of customers.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct CustomerPage {
    /// the page
    pub items: Vec<CustomerItem>,
    /// customers in all pages
    pub total: u64,
    /// where the next page starts; absent on the last
    pub next_cursor: Option<String>,
    /// the business day of the numbers
    #[schema(value_type = String, format = Date)]
    pub as_of: Day,
    /// an import or a change since is not in them yet: ask again in a moment
    pub stale: bool,
    /// rows programs posted, of any customer, that are not in them yet
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiting: Option<Waiting>,
}

/// A customer in a list.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct CustomerItem {
    /// `cus_…`
    pub id: String,
    /// display name
    pub name: Option<String>,
    /// phone, normalised; `138****5678` for whoever may not see it
    pub phone: Option<String>,
    /// e-mail; `w***@mail.cn` for whoever may not see it
    pub email: Option<String>,
    /// the business's own number
    pub external_id: Option<String>,
    /// feature → value
    #[schema(value_type = BTreeMap<String, schema::Value>)]
    pub values: BTreeMap<Arc<str>, Value>,
    /// classification → class
    #[schema(value_type = BTreeMap<String, schema::Named>)]
    pub classes: BTreeMap<Arc<str>, Arc<Named>>,
    /// what people hung on them, by name
    pub tags: Vec<TagRef>,
    /// who looks after them
    pub owner: Option<OwnerRef>,
}

/// Shown when no columns are asked for.
const USUAL: [&str; 5] = ["orders", "net", "average_order_net", "last_order_day", "recency_days"];
/// Classes shown with every customer.
const CLASSES: [&str; 3] = ["rfm_8", "rfm_11", "lifecycle"];
/// Columns that are no features: what people hung on customers. They come with every customer.
pub const TAGS: &str = "tags";
/// See [`TAGS`].
pub const OWNER: &str = super::order::OWNER;

/// Who is listed: everyone who fulfils all of these.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Filter {
    /// rule as text
    pub rule: Option<String>,
    /// member of this segment
    pub segment: Option<String>,
    /// classification → class, or several apart by commas: either
    pub classes: Vec<(String, String)>,
    /// own field → what was chosen in it, or several by commas: either; `none` for nothing
    pub fields: Vec<(String, String)>,
    /// classification → class, or several, on an earlier or later day
    pub classes_on: Vec<(String, String, Day)>,
    /// member of this segment, and not on that other day
    pub entered: Option<(String, Day)>,
    /// not a member of this segment, but on that other day
    pub left: Option<(String, Day)>,
    /// tag → has it, or has it not
    pub tags: Vec<(String, bool)>,
    /// who looks after them: `usr_…`, `none`, or several by commas: either
    pub owner: Option<String>,
    /// has this finding of the data's quality
    pub finding: Option<String>,
    /// part of a name or identifier
    pub search: Option<String>,
}

impl Filter {
    /// Is this a parameter that says who is listed?
    pub fn reads(name: &str) -> bool {
        ["rule", "segment", "q", "tag", "owner", "entered", "left", "finding"].contains(&name) || ["class.", "was.", "f."].iter().any(|p| name.starts_with(p))
    }

    /// No parameter says what no list reads.
    ///
    /// # Errors
    /// `segment.filter`.
    pub fn check<'n>(mut names: impl Iterator<Item = &'n String>) -> Result<()> {
        match names.find(|name| !Filter::reads(name)) {
            None => Ok(()),
            Some(name) => Err(Error::Invalid {
                code: "segment.filter",
                message: Label::new(format!("客户列表没有这个筛选：{name}"), format!("the customer list has no filter {name}")),
                params: json!({ "name": name }),
            }),
        }
    }

    /// From the parameters of the customer list: `rule`, `segment`, `q`, `tag=<tag>,-<tag>`, `owner`, `finding`,
    /// `class.<classification>=<class>`, `f.<own field>=<option>`, `was.<classification>=<class>@<day>`, `entered=<segment>@<day>`
    /// and `left=<segment>@<day>`. Empty ones and those of other meaning count for nothing.
    ///
    /// # Errors
    /// `request.day`.
    pub fn of(parameters: &BTreeMap<String, String>) -> Result<Filter> {
        let text = |name: &str| parameters.get(name).filter(|t| !t.trim().is_empty()).cloned();
        let choice = |prefix: &'static str| move |(k, v): (&String, &String)| k.strip_prefix(prefix).map(|k| (k.to_owned(), v.clone()));
        let was = |(k, v): (&String, &String)| {
            let classification = k.strip_prefix("was.")?.to_owned();
            let (class, day) = v.rsplit_once('@').unwrap_or((v, ""));
            Some(parse_day(k, day).map(|day| (classification, class.to_owned(), day)))
        };
        let given = || parameters.iter().filter(|(_, v)| !v.is_empty());
        let since = |name: &str| {
            let text = text(name)?;
            let (segment, day) = text.rsplit_once('@').unwrap_or((&text, ""));
            Some(parse_day(name, day).map(|day| (segment.to_owned(), day)))
        };
        Ok(Filter {
            entered: since("entered").transpose()?,
            left: since("left").transpose()?,
            rule: text("rule"),
            segment: text("segment"),
            classes: given().filter_map(choice("class.")).collect(),
            fields: given().filter_map(choice("f.")).collect(),
            classes_on: given().filter_map(was).collect::<Result<_>>()?,
            tags: text("tag").iter().flat_map(|t| t.split(',')).map(str::trim).filter(|t| !t.is_empty()).map(tag).collect(),
            owner: text("owner").map(|t| t.trim().to_owned()),
            finding: text("finding").map(|t| t.trim().to_owned()),
            search: text("q"),
        })
    }

    /// The same without what one facet says: `tag`, `owner`, `class.<classification>` or `f.<own field>`.
    pub fn without(&self, facet: &str) -> Filter {
        let mut rest = self.clone();
        match facet {
            "tag" => rest.tags.clear(),
            "owner" => rest.owner = None,
            other => {
                rest.classes.retain(|(c, _)| other.strip_prefix("class.") != Some(c));
                rest.fields.retain(|(f, _)| other.strip_prefix("f.") != Some(f));
            }
        }
        rest
    }
}

/// `tag_…`, or `-tag_…` for those without.
fn tag(text: &str) -> (String, bool) {
    text.strip_prefix('-').map_or((text.to_owned(), true), |without| (without.to_owned(), false))
}

/// Everyone whom a list with these parameters shows, `as_of` and `known` among them, by public id: as they are now.
///
/// # Errors
/// As [`everyone`].
pub async fn everyone_of(app: &App, sight: Sight, parameters: &BTreeMap<String, String>) -> Result<Vec<String>> {
    let (_, who) = everyone(app, sight, parameters).await?;
    let keys: Vec<CustomerKey> = who.iter().map(|i| CustomerKey(i as u32)).collect();
    let mut ids = Vec::with_capacity(keys.len());
    for part in keys.chunks(5_000) {
        let mut people = store::customer::by_keys(&app.store, part).await?;
        ids.extend(part.iter().filter_map(|key| people.remove(key)).map(|person| person.id));
    }
    Ok(ids)
}

/// The run a list with these parameters is of, and everyone it shows.
///
/// # Errors
/// `segment.filter` for a parameter no list has; as [`matching`].
pub async fn everyone(app: &App, sight: Sight, parameters: &BTreeMap<String, String>) -> Result<(Arc<Picture>, Bits)> {
    Filter::check(parameters.keys().filter(|k| !["as_of", "known"].contains(&k.as_str())))?;
    let as_of = parameters.get("as_of").filter(|t| !t.is_empty()).map(|t| parse_day("as_of", t)).transpose()?;
    let known = match parameters.get("known").map(String::as_str) {
        Some("then") => Known::Then,
        _ => Known::Today,
    };
    let picture = app.runs.at(app, Asked { as_of, known }).await?;
    let who = matching(app, sight, &picture, &Filter::of(parameters)?).await?;
    Ok((picture, who))
}

/// In which order: by a feature, a class or who looks after them; customers without a value come last, equal ones by age in the base.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sort {
    /// feature, `class.<classification>` or `owner`
    pub key: String,
    /// largest first
    pub descending: bool,
}

impl Default for Sort {
    fn default() -> Self {
        Sort { key: "net".to_owned(), descending: true }
    }
}

impl Sort {
    /// `net` or `-net`.
    pub fn parse(text: &str) -> Sort {
        match text.trim().strip_prefix('-') {
            Some(key) => Sort { key: key.to_owned(), descending: true },
            None if text.trim().is_empty() => Sort::default(),
            None => Sort { key: text.trim().to_owned(), descending: false },
        }
    }
}

/// What a list asks for.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Listing {
    /// who
    pub filter: Filter,
    /// in which order
    pub sort: Sort,
    /// feature keys, `class.<classification>`, `tags` and `owner`; `None` = the usual ones
    pub columns: Option<Vec<String>>,
    /// page size
    pub limit: usize,
    /// `next_cursor` of the page before
    pub cursor: Option<String>,
}

/// One page of the customers a filter leaves.
///
/// # Errors
/// A rule that does not fit, unknown names, what is hidden, a cursor that is none; when the store or the lake refuses.
pub async fn list(app: &App, sight: Sight, asked: Asked, listing: Listing) -> Result<CustomerPage> {
    let Reading { picture, stale, waiting } = app.runs.read(app, asked).await?;
    let who = matching(app, sight, &picture, &listing.filter).await?;
    let total = who.count();
    // one more than is shown tells whether there is another page
    let more = listing.limit.saturating_add(1);
    let order = Order::of(app, sight, &picture, &listing).await?;
    let mut page = match listing.cursor.as_deref() {
        None => order.page(&who, more),
        Some(cursor) => order.after(&who, &place(app, cursor).await?, more),
    };
    let another = page.len() > listing.limit;
    page.truncate(listing.limit);
    let last = page.last().filter(|_| another).and_then(|key| order.place(*key));
    // what people hung on them comes with every customer
    let computed = listing.columns.map(|all| all.into_iter().filter(|k| ![TAGS, OWNER].contains(&k.as_str())).collect::<Vec<_>>());
    let columns = columns(sight, &picture, computed.as_deref())?;
    let items = items(app, sight, &picture, &page, &columns).await?;
    let next_cursor = last.zip(items.last()).map(|(place, item)| cursor(&place, &item.id));
    Ok(CustomerPage { items, total, next_cursor, as_of: picture.as_of, stale, waiting })
}

/// Everyone who fulfils the whole filter.
///
/// # Errors
/// A rule that does not fit, unknown names, what is hidden; when the store or the lake refuses.
pub async fn matching(app: &App, sight: Sight, picture: &Picture, filter: &Filter) -> Result<Bits> {
    let walls = Walls::of(sight, picture);
    let mut who = picture.everyone().clone();
    if let Some(text) = &filter.rule {
        let rule = walls.check_text(text, picture.names())?.1;
        who.and(&picture.run.mask(&rule)?);
    }
    if let Some(key) = &filter.segment {
        who.and(picture.members(key).ok_or_else(|| Error::not_found("segment", key))?);
    }
    for (classification, class) in &filter.classes {
        walls.ask(&format!("class.{classification}"))?;
        who.and(&choices::members(picture, classification, class)?);
    }
    for (field, options) in &filter.fields {
        let members = choices::Field::of(&walls, picture, field)?.members(options, &who)?;
        who.and(&members);
    }
    for (classification, class, day) in &filter.classes_on {
        let then = app.runs.beside(app, picture.manner(), *day).await?;
        Walls::of(sight, &then).ask(&format!("class.{classification}"))?;
        let same = |bits: &Bits| Bits::of(bits.iter().map(|i| CustomerKey(i as u32)), who.len());
        if class == NOT_YET {
            let there = same(then.everyone());
            who.and_not(&there);
            continue;
        }
        let members = same(&choices::members(&then, classification, class)?);
        who.and(&members);
    }
    for (asked, came) in [(&filter.entered, true), (&filter.left, false)] {
        let Some((key, day)) = asked else { continue };
        let then = app.runs.beside(app, picture.manner(), *day).await?;
        let missing = || Error::not_found("segment", key);
        let now = picture.members(key).ok_or_else(missing)?;
        let was = then.members(key).ok_or_else(missing)?;
        let was = Bits::of(was.iter().map(|i| CustomerKey(i as u32)), who.len());
        if came {
            who.and(now).and_not(&was);
        } else {
            who.and(&was).and_not(now);
        }
    }
    marks::narrow(app, picture, filter, &mut who).await?;
    if let Some(code) = &filter.finding {
        who.and(&crate::quality::members(app, sight, picture, code).await?);
    }
    if let Some(text) = &filter.search {
        walls.ask_search(text)?;
        let found = found(app, sight, text).await?;
        who.and(&Bits::of(found.into_iter().map(|(key, _)| key), who.len()));
    }
    Ok(who)
}

/// Whom a text finds, however a phone in it is written.
pub(super) async fn found(app: &App, sight: Sight, text: &str) -> Result<Vec<(CustomerKey, Fit)>> {
    let mut found = app.finder.find(app, sight, text).await?;
    if let Some(digits) = phone(text).filter(|digits| digits != text.trim()) {
        found.extend(app.finder.find(app, sight, &digits).await?);
    }
    Ok(found)
}

/// The digits of what may be a phone number, or a part of one, however it is written: `177 3578 9253`, `+86 177-3578-9253`,
/// in full-width digits.
fn phone(text: &str) -> Option<String> {
    let mut digits = String::new();
    for c in text.chars() {
        match c {
            '0'..='9' => digits.push(c),
            '\u{ff10}'..='\u{ff19}' => digits.push(char::from_u32(u32::from(c) - 0xff10 + u32::from('0'))?),
            '+' | '\u{ff0b}' if digits.is_empty() => {}
            '-' | '(' | ')' | '.' | '·' | '–' | '—' | '－' | '（' | '）' => {}
            c if c.is_whitespace() => {}
            _ => return None,
        }
    }
    // +86 (0)138…, 0086 138…: what is not dialled is not kept
    let digits = digits.strip_prefix("00").unwrap_or(&digits);
    let digits = digits.strip_prefix("860").map_or_else(|| digits.to_owned(), |rest| format!("86{rest}"));
    (digits.len() >= 5).then_some(digits)
}

/// A cursor is the last customer shown and what they were sorted by, so that nobody is shown twice or left out because others
/// came, went or moved meanwhile: `cus_….9223372036854775807`, `cus_…~上海`.
fn cursor(place: &Place, customer: &str) -> String {
    match &place.value {
        At::Rank(rank) => format!("{customer}.{rank}"),
        At::Text(text) => format!("{customer}~{text}"),
    }
}

/// What a cursor says: a customer and a value.
fn read_cursor(cursor: &str) -> Option<(&str, At)> {
    let at = cursor.find(['.', '~'])?;
    let (customer, value) = cursor.split_at_checked(at)?;
    let value = match value.split_at_checked(1)? {
        (".", rank) => At::Rank(rank.parse().ok()?),
        (_, text) => At::Text(text.to_owned()),
    };
    customer.starts_with("cus_").then_some((customer, value))
}

/// The place a cursor names; before all equal ones if the customer is gone.
async fn place(app: &App, cursor: &str) -> Result<Place> {
    let (customer, value) = read_cursor(cursor).ok_or_else(|| Error::invalid("request.cursor", "翻页标记无效", "this is no cursor"))?;
    let customer = store::customer::get(&app.store, customer).await?.map(|c| c.key);
    Ok(Place { value, customer })
}

/// So many of a set in the order of a column; only as much is sorted as is shown.
///
/// # Errors
/// `feature.not_found`, `access.masked`.
pub fn page(sight: Sight, picture: &Picture, who: &Bits, sort: &Sort, from: usize, limit: usize) -> Result<Vec<CustomerKey>> {
    Walls::of(sight, picture).ask(&sort.key)?;
    picture.expect(&sort.key)?;
    let order = lake::Sort { by: sort.key.clone(), descending: sort.descending };
    Ok(picture.run.page(Some(&order), Some(who), from, limit))
}

/// The feature keys to show (classes as `class.<classification>`): those asked for, each of which must exist, or the usual ones.
///
/// # Errors
/// `feature.not_found`, `access.masked`.
pub fn columns(sight: Sight, picture: &Picture, asked: Option<&[String]>) -> Result<Vec<String>> {
    let walls = Walls::of(sight, picture);
    let Some(asked) = asked else {
        return Ok(USUAL.iter().filter(|k| picture.column(k).is_some() && !walls.hides(k)).map(|k| (*k).to_owned()).collect());
    };
    asked.iter().try_for_each(|k| walls.ask(k))?;
    let known = |k: &str| match k.strip_prefix("class.") {
        Some(classification) => picture.classes(classification).is_some(),
        None => picture.column(k).is_some(),
    };
    match asked.iter().find(|k| !known(k)) {
        Some(key) => Err(Error::not_found("feature", key)),
        None => Ok(asked.to_vec()),
    }
}

/// A classification among the columns of a list; each of its classes is named once.
struct ClassColumn<'a> {
    key: Arc<str>,
    classes: &'a Classes,
    definition: &'a Classification,
    named: Vec<Arc<Named>>,
}

impl<'a> ClassColumn<'a> {
    fn of(picture: &'a Picture, key: &str) -> Option<ClassColumn<'a>> {
        let (classes, definition) = (picture.classes(key)?, picture.definitions.classification(key)?);
        Some(ClassColumn { key: key.into(), classes, definition, named: Vec::new() })
    }

    /// Key and name of a customer's class.
    fn class(&mut self, customer: CustomerKey) -> Option<Arc<Named>> {
        let key = self.classes.of(customer.0 as usize)?;
        if let Some(known) = self.named.iter().find(|n| n.key == key) {
            return Some(Arc::clone(known));
        }
        let named = Arc::new(Named { key: key.to_owned(), label: self.definition.class_label(key) });
        self.named.push(Arc::clone(&named));
        Some(named)
    }
}

/// Customers as the list shows them, in this order.
///
/// # Errors
/// When the store refuses.
pub async fn items(app: &App, sight: Sight, picture: &Picture, keys: &[CustomerKey], columns: &[String]) -> Result<Vec<CustomerItem>> {
    let walls = Walls::of(sight, picture);
    let aliases = app.runs.aliases(app).await?;
    let cards = app.cards.of(app, &cards::with_members(&aliases, keys)).await?;
    let mut carried = marks::carried(app, sight, keys).await?;
    // what stands in every row is looked up once, and told by all of them
    let shown: Vec<(Arc<str>, _)> = columns.iter().filter_map(|k| Some((k.as_str().into(), picture.column(k)?))).collect();
    let more = columns.iter().filter_map(|k| k.strip_prefix("class."));
    let asked = CLASSES.iter().copied().chain(more).filter(|k| !walls.hides_class(k));
    let mut asked: Vec<ClassColumn<'_>> = asked.filter_map(|k| ClassColumn::of(picture, k)).collect();
    let item = |key: &CustomerKey| {
        let person = cards.get(key)?;
        let known = cards::identifiers(&cards, &aliases, *key);
        let values = shown.iter().map(|(k, column)| (Arc::clone(k), column.value(key.0 as usize)));
        let classes = asked.iter_mut().filter_map(|c| Some((Arc::clone(&c.key), c.class(*key)?)));
        let (tags, owner) = carried.take(*key);
        Some(CustomerItem {
            tags,
            owner,
            id: person.id.clone(),
            name: person.name.clone().map(|n| sight::text(sight, n)),
            phone: sight::identifier(sight, &known, IdentifierKind::Phone),
            email: sight::identifier(sight, &known, IdentifierKind::Email),
            external_id: sight::identifier(sight, &known, IdentifierKind::External),
            values: values.collect(),
            classes: classes.collect(),
        })
    };
    Ok(keys.iter().filter_map(item).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sort_is_a_feature_and_a_direction() {
        assert_eq!(Sort::parse("-orders"), Sort { key: "orders".into(), descending: true });
        assert_eq!(Sort::parse("orders"), Sort { key: "orders".into(), descending: false });
        assert_eq!(Sort::parse(""), Sort::default());
    }

    #[test]
    fn a_phone_is_its_digits_however_it_is_written() {
        for same in ["17735789253", "177 3578 9253", " 177-3578-9253", "(177) 3578.9253", "１７７３５７８９２５３", "177－3578－9253"] {
            assert_eq!(phone(same).as_deref(), Some("17735789253"), "{same}");
        }
        for same in ["+86 177 3578 9253", "＋86 17735789253", "0086-177-3578-9253", "+86 (0)177 3578 9253"] {
            assert_eq!(phone(same).as_deref(), Some("8617735789253"), "{same}");
        }
        for other in ["王伟", "C-2023-001", "177 a", "12 34", ""] {
            assert_eq!(phone(other), None, "{other}");
        }
    }

    #[test]
    fn a_cursor_is_a_customer_and_a_value() {
        for value in [At::Rank(0), At::Rank(u64::MAX), At::Text("上海.~ x".into()), At::Text(String::new())] {
            let text = cursor(&Place { value: value.clone(), customer: None }, "cus_01j");
            assert_eq!(read_cursor(&text), Some(("cus_01j", value)), "{text}");
        }
        for bad in ["", "50", "-1", "cus_01j", "cus_01j.", "cus_01j.x", "cus_01j.-1", "seg.1", "~"] {
            assert_eq!(read_cursor(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_tag_may_be_asked_for_or_against() {
        let filter = |text: &str| Filter::of(&BTreeMap::from([("tag".to_owned(), text.to_owned())])).map(|f| f.tags).unwrap_or_default();
        assert_eq!(filter("tag_a, -tag_b"), [("tag_a".to_owned(), true), ("tag_b".to_owned(), false)]);
        assert_eq!(filter(" ,"), []);
        assert_eq!(filter("none"), [("none".to_owned(), true)]);
    }
}
