//! Single values as programs write them, and what every posted form says of itself.

use domain::{Currency, id::key64};
use serde::{Deserialize, Deserializer, Serialize, de::{DeserializeOwned, Error as _}};
use serde_json::Value;
use sources::{Column, Encoding, Format, Kind, Mapping, OrderIdentity, Target};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{OneOfBuilder, RefOr, Schema, schema::{ObjectBuilder, Type}},
};

/// A number or a name that tells things apart, as text or as a whole number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Id {
    /// `"D-1001"`
    Text(String),
    /// `1001`
    Number(i64),
}

impl Id {
    /// As text.
    pub fn text(&self) -> String {
        match self {
            Id::Text(t) => t.trim().to_owned(),
            Id::Number(n) => n.to_string(),
        }
    }
}

/// An amount of money in major units, or another decimal number: `128.5`, or `"128.50"` where not a digit may be lost.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Amount {
    /// `128.5`: kept as it was written, never reckoned with
    Number(serde_json::Number),
    /// `"128.50"`
    Text(String),
}

/// Longest number or name.
const LONGEST_ID: usize = 200;
/// Largest amount.
const MOST: f64 = 999_999_999.0;

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Id, D::Error> {
        let refused = || D::Error::custom(format!("a text of 1 to {LONGEST_ID} characters or a whole number from 0 on is wanted"));
        match Value::deserialize(d)? {
            Value::String(t) if (1..=LONGEST_ID).contains(&t.chars().count()) => Ok(Id::Text(t)),
            // to JSON 12.0 is a whole number
            Value::Number(n) => {
                let whole = n.as_i64().or_else(|| n.as_f64().filter(|f| f.fract() == 0.0 && f.abs() < 9e15).map(|f| f as i64));
                whole.filter(|n| *n >= 0).map(Id::Number).ok_or_else(refused)
            }
            _ => Err(refused()),
        }
    }
}

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Amount, D::Error> {
        let refused = || D::Error::custom("a number from 0 to 999999999 is wanted, or such a number as text with at most 4 decimals");
        match Value::deserialize(d)? {
            Value::Number(n) if n.as_f64().is_some_and(|f| (0.0..=MOST).contains(&f)) => Ok(Amount::Number(n)),
            Value::String(t) => {
                let (whole, part) = t.split_once('.').unwrap_or((&t, "0"));
                let digits = |t: &str, most: usize| (1..=most).contains(&t.len()) && t.bytes().all(|b| b.is_ascii_digit());
                if digits(whole, 9) && digits(part, 4) { Ok(Amount::Text(t)) } else { Err(refused()) }
            }
            _ => Err(refused()),
        }
    }
}

/// Two ways to write one thing.
fn either(about: &str, a: ObjectBuilder, b: ObjectBuilder) -> RefOr<Schema> {
    OneOfBuilder::new().description(Some(about)).item(a).item(b).into()
}

fn of(kind: Type) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(kind)
}

impl PartialSchema for Id {
    fn schema() -> RefOr<Schema> {
        let text = of(Type::String).min_length(Some(1)).max_length(Some(200));
        either("a number or name that tells things apart", text, of(Type::Integer).minimum(Some(0)).maximum(Some(i64::MAX)))
    }
}

impl ToSchema for Id {}

impl PartialSchema for Amount {
    fn schema() -> RefOr<Schema> {
        let text = of(Type::String).pattern(Some(r"^[0-9]{1,9}(\.[0-9]{1,4})?$"));
        either("an amount in major units, or another decimal number", of(Type::Number).minimum(Some(0)).maximum(Some(999_999_999)), text)
    }
}

impl ToSchema for Amount {}

/// One value of an attribute.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum Scalar {
    /// yes or no
    Bool(bool),
    /// a number
    Number(f64),
    /// a text
    Text(String),
}

/// Rows of one kind, in the shape their file has: what its columns mean and the texts of its rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Rows {
    /// name of the file
    pub name: &'static str,
    /// what each row gives
    pub kinds: &'static [Kind],
    /// what its columns mean
    pub columns: Vec<Column>,
    /// one JSON object each
    pub texts: Vec<String>,
}

impl Rows {
    /// How the rows are read.
    pub fn mapping(&self, zone: &str, currency: Currency) -> Mapping {
        Mapping {
            format: Format::Jsonl,
            encoding: Encoding::Utf8,
            delimiter: ',',
            sheet: None,
            more_sheets: Vec::new(),
            header_row: 0,
            epoch_1904: false,
            date_order: Default::default(),
            decimal_mark: Default::default(),
            time_zone: zone.to_owned(),
            currency,
            kinds: self.kinds.to_vec(),
            order_identity: OrderIdentity::Column,
            refund_prefix: None,
            customer_by_row: false,
            organisations: false,
            continued: false,
            question: None,
            interaction_kind: None,
            columns: self.columns.clone(),
        }
    }
}

/// The columns of a list of names and meanings.
pub fn columns(list: &[(&str, Target)]) -> Vec<Column> {
    list.iter().enumerate().map(|(n, (name, target))| Column::new(n, *name, target.clone())).collect()
}

/// The columns that say whose a fact is.
pub const WHOM: [(&str, Target); 5] = [
    ("customer.id", Target::CustomerId),
    ("customer.member", Target::CustomerMember),
    ("customer.phone", Target::CustomerPhone),
    ("customer.email", Target::CustomerEmail),
    ("customer.unionid", Target::CustomerUnionid),
];

/// A form that may be posted.
pub trait Posted: Serialize + DeserializeOwned + Clone + Send + Sync + 'static {
    /// what it is, in the inbox
    const KIND: &'static str;
    /// Does it say again what a waiting row says, if it is the same word for word and that is the newest of its identity?
    const REPEATS: bool = true;
    /// What tells it from others of its kind; `None` if a later one never stands in for it.
    fn identity(&self) -> Option<String>;
    /// The files the forms make, and for each row the place (from 0) of the form it comes from.
    fn rows(forms: &[Self]) -> Vec<(Rows, Vec<usize>)>;
    /// Where in the form a column of one of its files stands; `nth`: which row of that file within the form, from 0.
    fn field(file: &str, column: &str, nth: usize) -> String {
        let _ = (file, nth);
        column.to_owned()
    }

    /// Hash of what tells it apart.
    fn identity_hash(&self, content: i64) -> i64 {
        self.identity().map_or(content, |id| key64(&format!("{}\u{1f}{id}", Self::KIND)) as i64)
    }
}
