//! Records: validated rows on their way in, before we know which customer they belong to. `sources` makes them, `flow::ingest`
//! resolves them, `testkit` builds them.

use crate::{clock::Instant, identity::Identifier, period::Day, value::Value};

/// One validated row of a file; a wide row gives several.
#[derive(Debug, Clone, PartialEq)]
pub enum Record {
    /// person or organisation
    Customer(CustomerRecord),
    /// person inside an organisation
    Contact(ContactRecord),
    /// order head
    Order(OrderRecord),
    /// order line
    Line(LineRecord),
    /// refund
    Refund(RefundRecord),
    /// interaction
    Interaction(InteractionRecord),
    /// score
    Answer(AnswerRecord),
    /// product
    Product(ProductRecord),
    /// acquisition cost
    Cost(CostRecord),
}

/// Person or organisation.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CustomerRecord {
    /// strongest first; at least one
    pub identifiers: Vec<Identifier>,
    /// organisation (B2B) instead of person
    pub organisation: bool,
    /// display name
    pub name: Option<String>,
    /// attribute key → value; built-in keys (`gender`, `birthday`, `city`, `signup_day`, …) and `custom.<name>`
    pub attributes: Vec<(String, Value)>,
}

/// Person inside an organisation.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ContactRecord {
    /// the organisation
    pub organisation: Vec<Identifier>,
    /// name
    pub name: Option<String>,
    /// role
    pub role: Option<String>,
    /// phone, normalised
    pub phone: Option<String>,
    /// e-mail, normalised
    pub email: Option<String>,
}

/// Order head.
#[derive(Debug, Clone, PartialEq)]
pub struct OrderRecord {
    /// whose
    pub customer: Vec<Identifier>,
    /// order number as written; made from row content if the file has none
    pub order_id: String,
    /// when
    pub at: Instant,
    /// business day
    pub day: Day,
    /// paid, minor units
    pub paid: i64,
    /// cost of goods
    pub cost: Option<i64>,
    /// discount
    pub discount: Option<i64>,
    /// cancelled
    pub cancelled: bool,
    /// channel
    pub channel: Option<String>,
    /// shop
    pub store: Option<String>,
    /// means of payment
    pub payment: Option<String>,
    /// coupon
    pub coupon: Option<String>,
}

/// Order line.
#[derive(Debug, Clone, PartialEq)]
pub struct LineRecord {
    /// whose, as in `OrderRecord`; empty when the file names only the order (then the order's customer)
    pub customer: Vec<Identifier>,
    /// order number
    pub order_id: String,
    /// line number, if the file has one
    pub line_no: Option<String>,
    /// when; `None` when the file names only the order (then the order's time)
    pub at: Option<Instant>,
    /// business day of `at`
    pub day: Option<Day>,
    /// product
    pub product: Option<String>,
    /// product name, if it differs from the number
    pub product_name: Option<String>,
    /// category
    pub category: Option<String>,
    /// brand
    pub brand: Option<String>,
    /// pieces
    pub quantity: f64,
    /// paid for the line, minor units
    pub paid: i64,
    /// cost of goods of the line
    pub cost: Option<i64>,
    /// line of a cancelled order
    pub cancelled: bool,
    /// channel
    pub channel: Option<String>,
    /// shop
    pub store: Option<String>,
}

/// Refund.
#[derive(Debug, Clone, PartialEq)]
pub struct RefundRecord {
    /// whose; may be empty when the order is named
    pub customer: Vec<Identifier>,
    /// refund or cancellation number, if the file has one
    pub refund_id: Option<String>,
    /// order it points at
    pub order_id: Option<String>,
    /// line of that order, if the row has a number (tells two refunds of one product apart)
    pub line_no: Option<String>,
    /// when
    pub at: Instant,
    /// business day
    pub day: Day,
    /// given back, minor units, positive
    pub amount: i64,
    /// why
    pub reason: Option<String>,
    /// product, if the row names one (tells two refunds of one document apart)
    pub product: Option<String>,
    /// pieces given back, if named
    pub quantity: Option<f64>,
    /// told by the order's status alone: counts only for what the order's other refunds leave
    pub by_status: bool,
    /// told beside its order, without a day or number of its own: what was given back of it so far
    pub so_far: bool,
}

/// Interaction.
#[derive(Debug, Clone, PartialEq)]
pub struct InteractionRecord {
    /// whose
    pub customer: Vec<Identifier>,
    /// when
    pub at: Instant,
    /// business day
    pub day: Day,
    /// what
    pub kind: String,
    /// where
    pub channel: Option<String>,
    /// ticket or event number, if any
    pub reference: Option<String>,
}

/// Score.
#[derive(Debug, Clone, PartialEq)]
pub struct AnswerRecord {
    /// whose
    pub customer: Vec<Identifier>,
    /// when
    pub at: Instant,
    /// business day
    pub day: Day,
    /// `nps`, `csat`, `ces` or own key
    pub question: String,
    /// score
    pub score: f64,
    /// where
    pub channel: Option<String>,
    /// free text (goes to the store, never the lake)
    pub comment: Option<String>,
    /// ticket or answer number, if any
    pub reference: Option<String>,
}

/// Product.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ProductRecord {
    /// product number
    pub product: String,
    /// name
    pub name: Option<String>,
    /// category
    pub category: Option<String>,
    /// brand
    pub brand: Option<String>,
    /// list price, minor units
    pub price: Option<i64>,
    /// cost of one piece, minor units
    pub cost: Option<i64>,
}

/// Acquisition cost of a channel in a period.
#[derive(Debug, Clone, PartialEq)]
pub struct CostRecord {
    /// channel
    pub channel: Option<String>,
    /// campaign
    pub campaign: Option<String>,
    /// first day
    pub from: Day,
    /// last day
    pub to: Day,
    /// minor units
    pub amount: i64,
}
