//! The forms programs post. Every one of them becomes rows of a file whose columns mean what its fields mean.

use super::wire::{Amount, Id, Posted, Rows, Scalar, WHOM, columns};
use domain::ValueType;
use serde::{Deserialize, Serialize};
use sources::{Column, Kind, Target};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// Whose it is: at least one of these. Several are all the same customer's, the first known one counts, and new ones are learnt.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Whom {
    /// customer number
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<Id>,
    /// member card number
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub member: Option<Id>,
    /// phone
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<Id>,
    /// e-mail
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// WeChat unionid
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unionid: Option<String>,
}

/// An order. Posted again with the same number it corrects what was known of it; its lines correct the lines of the same line number,
/// or else of the same product.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OrderForm {
    /// order number
    pub number: Id,
    /// when: RFC 3339, or a day, or a time without a zone, which is the business's
    #[schema(format = DateTime, example = "2026-03-01T10:00:00+08:00")]
    pub at: String,
    /// what was paid
    pub paid: Amount,
    /// whose
    pub customer: Whom,
    /// cost of goods
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<Amount>,
    /// discount
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub discount: Option<Amount>,
    /// ISO 4217; if it is not the business's own the order is refused
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "CNY")]
    pub currency: Option<String>,
    /// it was cancelled and counts for nothing
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cancelled: Option<bool>,
    /// channel
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// shop
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub store: Option<String>,
    /// means of payment
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payment: Option<String>,
    /// coupon
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub coupon: Option<String>,
    /// its lines
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 500)]
    pub lines: Vec<Line>,
}

/// A line of an order; `paid`, or `price` times `quantity`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// line number
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<Id>,
    /// product number
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product: Option<Id>,
    /// product name
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// category
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// brand
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub brand: Option<String>,
    /// pieces; absent = 1
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity: Option<Amount>,
    /// unit price
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<Amount>,
    /// paid for the line
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paid: Option<Amount>,
    /// discount of the line
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub discount: Option<Amount>,
    /// cost of one piece
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<Amount>,
}

/// A refund. Number, order, product and line together tell it from others; posted again it is corrected.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RefundForm {
    /// refund number
    pub number: Id,
    /// the order it points at; without one it lowers what the customer paid on its own day
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<Id>,
    /// line of that order
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<Id>,
    /// product
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product: Option<Id>,
    /// pieces given back
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity: Option<Amount>,
    /// when
    #[schema(format = DateTime, example = "2026-03-05T09:30:00+08:00")]
    pub at: String,
    /// given back
    pub amount: Amount,
    /// why
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// whose; may be absent where the order is named
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer: Option<Whom>,
}

/// Something between a customer and the business: a visit, a click, a call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InteractionForm {
    /// its number, if it has one
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<Id>,
    /// when
    #[schema(format = DateTime, example = "2026-03-01T10:00:00+08:00")]
    pub at: String,
    /// what: `visit`, `call`, …
    #[schema(min_length = 1, max_length = 100, example = "visit")]
    pub kind: String,
    /// where
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// whose
    pub customer: Whom,
}

/// A score somebody gave.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AnswerForm {
    /// its number, if it has one
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<Id>,
    /// when
    #[schema(format = DateTime, example = "2026-03-02T20:00:00+08:00")]
    pub at: String,
    /// `nps` (0–10), `csat` (1–5), `ces` (1–7), or a question of one's own
    #[schema(min_length = 1, max_length = 100, example = "nps")]
    pub question: String,
    /// the score
    pub score: Amount,
    /// where
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// what they wrote
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// whose
    pub customer: Whom,
}

/// What a customer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CustomerKind {
    /// a person
    Person,
    /// an organisation
    Organisation,
}

/// Somebody inside an organisation.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ContactForm {
    /// name
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// role
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// phone
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<Id>,
    /// e-mail
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
}

/// A customer: at least one identifier, and what is to be known of them. What is absent stays as it was.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CustomerForm {
    /// customer number
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<Id>,
    /// member card number
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub member: Option<Id>,
    /// phone
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<Id>,
    /// e-mail
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// WeChat unionid
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unionid: Option<String>,
    /// name
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// a person, if nobody says otherwise
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<CustomerKind>,
    /// somebody inside the organisation
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<ContactForm>,
    /// built-in attributes: `gender`, `birthday`, `city`, `signup_day`, …
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schema(example = json!({ "city": "上海", "birthday": "1990-02-28" }))]
    pub attributes: BTreeMap<String, Scalar>,
    /// attributes of one's own, known as `custom.<key>`
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schema(example = json!({ "skin_type": "dry" }))]
    pub custom: BTreeMap<String, Scalar>,
}

/// A text that cannot be written down would be a defect of ours; it is then an empty row, which is refused.
fn text(row: &impl Serialize) -> String {
    serde_json::to_string(row).unwrap_or_default()
}

fn with_whom(more: &[(&'static str, Target)]) -> Vec<Column> {
    let mut all = WHOM.to_vec();
    all.extend_from_slice(more);
    columns(&all)
}

/// One row for each form.
fn one<T: Serialize>(name: &'static str, kinds: &'static [Kind], columns: Vec<Column>, forms: &[T]) -> Vec<(Rows, Vec<usize>)> {
    let rows = Rows { name, kinds, columns, texts: forms.iter().map(text).collect() };
    vec![(rows, (0..forms.len()).collect())]
}

/// A line with what it shares with its order.
#[derive(Serialize)]
struct OrderLine<'a> {
    order: &'a Id,
    ordered_at: &'a str,
    customer: &'a Whom,
    #[serde(skip_serializing_if = "Option::is_none")]
    currency: &'a Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cancelled: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    channel: &'a Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    store: &'a Option<String>,
    #[serde(flatten)]
    line: &'a Line,
}

/// Columns a line shares with its order.
const SHARED: [&str; 6] = ["order", "ordered_at", "currency", "cancelled", "channel", "store"];

impl Posted for OrderForm {
    const KIND: &'static str = "order";

    fn identity(&self) -> Option<String> {
        Some(self.number.text())
    }

    fn rows(forms: &[OrderForm]) -> Vec<(Rows, Vec<usize>)> {
        let heads: Vec<OrderForm> = forms.iter().map(|o| OrderForm { lines: Vec::new(), ..o.clone() }).collect();
        let mut all = one("API orders", &[Kind::Order], with_whom(&[
            ("number", Target::OrderId), ("at", Target::OrderAt), ("paid", Target::OrderPaid), ("cost", Target::OrderCost), ("discount", Target::OrderDiscount),
            ("currency", Target::OrderCurrency), ("cancelled", Target::OrderCancelled), ("channel", Target::OrderChannel), ("store", Target::OrderStore),
            ("payment", Target::OrderPayment), ("coupon", Target::OrderCoupon),
        ]), &heads);
        let (mut texts, mut places) = (Vec::new(), Vec::new());
        for (place, o) in forms.iter().enumerate() {
            for line in &o.lines {
                places.push(place);
                texts.push(text(&OrderLine {
                    order: &o.number, ordered_at: &o.at, customer: &o.customer, currency: &o.currency, cancelled: o.cancelled, channel: &o.channel, store: &o.store, line,
                }));
            }
        }
        if !texts.is_empty() {
            let columns = with_whom(&[
                ("order", Target::OrderId), ("ordered_at", Target::OrderAt), ("currency", Target::OrderCurrency), ("cancelled", Target::OrderCancelled),
                ("channel", Target::OrderChannel), ("store", Target::OrderStore), ("line", Target::LineNo), ("product", Target::LineProduct), ("name", Target::LineName),
                ("category", Target::LineCategory), ("brand", Target::LineBrand), ("quantity", Target::LineQuantity), ("price", Target::LinePrice),
                ("paid", Target::LinePaid), ("discount", Target::LineDiscount), ("cost", Target::LineCost),
            ]);
            all.push((Rows { name: LINES, kinds: &[Kind::Line], columns, texts }, places));
        }
        all
    }

    fn field(file: &str, column: &str, nth: usize) -> String {
        if file != LINES || column.starts_with("customer.") {
            return column.to_owned();
        }
        match column {
            "order" => "number".to_owned(),
            "ordered_at" => "at".to_owned(),
            shared if SHARED.contains(&shared) => shared.to_owned(),
            own => format!("lines.{nth}.{own}"),
        }
    }
}

const LINES: &str = "API order lines";

impl Posted for RefundForm {
    const KIND: &'static str = "refund";

    fn identity(&self) -> Option<String> {
        let part = |id: &Option<Id>| id.as_ref().map(Id::text).unwrap_or_default();
        Some([self.number.text(), part(&self.order), part(&self.product), part(&self.line)].join("\u{1f}"))
    }

    fn rows(forms: &[RefundForm]) -> Vec<(Rows, Vec<usize>)> {
        one("API refunds", &[Kind::Refund], with_whom(&[
            ("number", Target::RefundId), ("order", Target::RefundOrder), ("line", Target::LineNo), ("product", Target::LineProduct),
            ("quantity", Target::LineQuantity), ("at", Target::RefundAt), ("amount", Target::RefundAmount), ("reason", Target::RefundReason),
        ]), forms)
    }
}

impl Posted for InteractionForm {
    const KIND: &'static str = "interaction";

    fn identity(&self) -> Option<String> {
        None
    }

    fn rows(forms: &[InteractionForm]) -> Vec<(Rows, Vec<usize>)> {
        one("API interactions", &[Kind::Interaction], with_whom(&[
            ("number", Target::InteractionId), ("at", Target::InteractionAt), ("kind", Target::InteractionKind), ("channel", Target::InteractionChannel),
        ]), forms)
    }
}

impl Posted for AnswerForm {
    const KIND: &'static str = "answer";

    fn identity(&self) -> Option<String> {
        None
    }

    fn rows(forms: &[AnswerForm]) -> Vec<(Rows, Vec<usize>)> {
        one("API answers", &[Kind::Answer], with_whom(&[
            ("number", Target::AnswerId), ("at", Target::AnswerAt), ("question", Target::AnswerQuestion), ("score", Target::AnswerScore),
            ("channel", Target::AnswerChannel), ("comment", Target::AnswerComment),
        ]), forms)
    }
}

impl Posted for CustomerForm {
    const KIND: &'static str = "customer";
    // what two rows say of a customer in between may be undone by a third that is the first again
    const REPEATS: bool = false;

    fn identity(&self) -> Option<String> {
        None
    }

    fn rows(forms: &[CustomerForm]) -> Vec<(Rows, Vec<usize>)> {
        let mut list = columns(&[
            ("id", Target::CustomerId), ("member", Target::CustomerMember), ("phone", Target::CustomerPhone), ("email", Target::CustomerEmail),
            ("unionid", Target::CustomerUnionid), ("name", Target::CustomerName), ("kind", Target::CustomerKind),
        ]);
        let mut push = |header: String, target: Target, value: Option<ValueType>| {
            let index = list.len();
            list.push(Column { value_type: value, ..Column::new(index, header, target) });
        };
        let built_in: std::collections::BTreeSet<&String> = forms.iter().flat_map(|f| f.attributes.keys()).collect();
        built_in.into_iter().for_each(|key| push(format!("attributes.{key}"), Target::Attribute(key.clone()), None));
        let mut own: BTreeMap<&String, ValueType> = BTreeMap::new();
        for (key, value) in forms.iter().flat_map(|f| &f.custom) {
            let of = match value {
                Scalar::Bool(_) => ValueType::Bool,
                Scalar::Number(_) => ValueType::Number,
                Scalar::Text(_) => ValueType::Text,
            };
            own.entry(key).and_modify(|known| if *known != of { *known = ValueType::Text }).or_insert(of);
        }
        for (key, of) in own {
            if let Some(target) = Target::parse(&format!("custom.{key}")) {
                push(format!("custom.{key}"), target, Some(of));
            }
        }
        let all_of_them = Rows { name: "API customers", kinds: &[Kind::Customer], columns: list, texts: forms.iter().map(text).collect() };
        let mut all = vec![(all_of_them, (0..forms.len()).collect::<Vec<usize>>())];
        let firms: Vec<usize> = (0..forms.len()).filter(|n| forms.get(*n).is_some_and(|f| f.contact.is_some())).collect();
        if !firms.is_empty() {
            let columns = columns(&[
                ("id", Target::CustomerId), ("member", Target::CustomerMember), ("phone", Target::CustomerPhone), ("email", Target::CustomerEmail),
                ("unionid", Target::CustomerUnionid), ("contact.name", Target::ContactName), ("contact.role", Target::ContactRole),
                ("contact.phone", Target::ContactPhone), ("contact.email", Target::ContactEmail),
            ]);
            let texts = firms.iter().filter_map(|n| forms.get(*n)).map(text).collect();
            all.push((Rows { name: "API contacts", kinds: &[Kind::Contact], columns, texts }, firms));
        }
        all
    }
}
