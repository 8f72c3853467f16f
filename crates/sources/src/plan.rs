//! A mapping made ready for millions of rows: every target resolved to the columns that give it.

use crate::{
    code::{Code, Error, Result},
    concept::{Concept, concept},
    limits,
    mapping::{Column, DateOrder, DecimalMark, Mapping, OrderIdentity},
    target::{Kind, Target},
    value::{Cell, contact},
};
use domain::{ValueType, Zone};

/// A column that gives a target, and how to read it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Slot {
    pub index: usize,
    pub order: DateOrder,
    pub mark: DecimalMark,
    pub scale: i64,
    pub strip: bool,
}

/// The columns that give one target; the first that is not blank counts.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Slots(pub Vec<Slot>);

impl Slots {
    pub fn is_mapped(&self) -> bool {
        !self.0.is_empty()
    }

    /// The cell and its column; `None` if every column is blank or missing.
    pub fn find<'r, 'a>(&self, row: &'r [Cell<'a>]) -> Option<(&'r Cell<'a>, &Slot)> {
        self.0.iter().find_map(|slot| row.get(slot.index).filter(|c| !c.is_missing()).map(|c| (c, slot)))
    }

    /// The first column, to name it when all are blank.
    pub fn first(&self) -> Option<usize> {
        self.0.first().map(|s| s.index)
    }
}

/// An attribute and the column that gives it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct AttributeSlot {
    pub key: String,
    pub value: ValueType,
    pub slot: Slot,
}

/// Which kinds of records a row gives.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Kinds {
    pub customer: bool,
    pub contact: bool,
    pub order: bool,
    pub line: bool,
    pub refund: bool,
    pub interaction: bool,
    pub answer: bool,
    pub product: bool,
    pub cost: bool,
}

impl Kinds {
    /// Facts that must be there in every row, so that a blank one is a fault and not an absence.
    pub fn has_trade(self) -> bool {
        self.order || self.line || self.refund
    }

    /// How many records a row usually gives.
    pub fn usual(self) -> usize {
        let facts = [self.order, self.line, self.interaction, self.answer].iter().filter(|k| **k).count();
        // beside facts, a customer is said once and not in every row
        facts.max(1)
    }
}

macro_rules! columns {
    ($( $field:ident: $target:ident, )*) => {
        /// One field per target.
        #[derive(Debug, Clone, Default, PartialEq)]
        pub(crate) struct Columns { $( pub $field: Slots, )* }

        impl Columns {
            fn of(&mut self, target: &Target) -> Option<&mut Slots> {
                match target {
                    $( Target::$target => Some(&mut self.$field), )*
                    _ => None,
                }
            }
        }
    };
}

columns! {
    id: CustomerId, member: CustomerMember, phone: CustomerPhone, email: CustomerEmail, unionid: CustomerUnionid,
    name: CustomerName, given_name: CustomerGivenName, family_name: CustomerFamilyName, company: CustomerCompany, kind: CustomerKind,
    contact_name: ContactName, contact_role: ContactRole, contact_phone: ContactPhone, contact_email: ContactEmail,
    order_id: OrderId, order_at: OrderAt, order_time: OrderTime, order_paid: OrderPaid, order_amount: OrderAmount,
    order_discount: OrderDiscount, order_cost: OrderCost, order_status: OrderStatus, order_cancelled: OrderCancelled, order_channel: OrderChannel,
    order_store: OrderStore, order_payment: OrderPayment, order_coupon: OrderCoupon, order_currency: OrderCurrency,
    line_no: LineNo, line_product: LineProduct, line_name: LineName, line_category: LineCategory, line_brand: LineBrand,
    line_quantity: LineQuantity, line_price: LinePrice, line_paid: LinePaid, line_discount: LineDiscount, line_cost: LineCost,
    refund_id: RefundId, refund_order: RefundOrder, refund_at: RefundAt, refund_amount: RefundAmount, refund_reason: RefundReason,
    interaction_id: InteractionId, interaction_at: InteractionAt, interaction_kind: InteractionKind, interaction_channel: InteractionChannel,
    answer_id: AnswerId, answer_at: AnswerAt, answer_question: AnswerQuestion, answer_score: AnswerScore, answer_nps: AnswerNps,
    answer_csat: AnswerCsat, answer_ces: AnswerCes, answer_channel: AnswerChannel, answer_comment: AnswerComment,
    product_id: ProductId, product_name: ProductName, product_category: ProductCategory, product_brand: ProductBrand,
    product_price: ProductPrice, product_cost: ProductCost,
    cost_channel: CostChannel, cost_campaign: CostCampaign, cost_from: CostFrom, cost_to: CostTo, cost_amount: CostAmount,
}

/// Does a column mapped as a status say whether orders were cancelled? `1` and `是` mean something else in it.
pub(crate) fn says_cancelled(column: &Column) -> bool {
    matches!(concept(&column.header), Some((Concept::Cancelled, _)))
}

/// A mapping made ready.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    pub zone: Zone,
    pub currency: domain::Currency,
    pub digits: u32,
    pub home: &'static str,
    pub kinds: Kinds,
    pub columns: Columns,
    /// names of companies that stand beside their numbers, and are theirs alone
    pub firm_names: Slots,
    pub attributes: Vec<AttributeSlot>,
    pub order_identity: OrderIdentity,
    pub refund_prefix: Option<String>,
    pub customer_by_row: bool,
    pub organisations: bool,
    pub continued: bool,
    pub epoch_1904: bool,
    pub question: String,
    pub interaction_kind: String,
    /// headers, to name columns in rejects
    pub headers: Vec<String>,
    /// which columns mean anything
    pub used: Vec<bool>,
    /// columns whose absence makes a totals row
    pub keys: Vec<usize>,
    /// columns that tell of orders, lines and refunds
    pub trade: Vec<usize>,
    /// the first column that means anything
    pub first_used: usize,
}

impl Plan {
    /// Checks a mapping and resolves it.
    pub fn new(mapping: &Mapping) -> Result<Plan> {
        let invalid = |detail: &str| Error::new(Code::MappingInvalid, [("detail", detail)]);
        let zone = mapping.zone()?;
        let mut columns = Columns::default();
        let mut attributes = Vec::new();
        let mut headers = Vec::new();
        let mut used = Vec::new();
        let mut trade = Vec::new();
        for column in &mapping.columns {
            if column.index >= limits::COLUMNS {
                return Err(invalid("column index"));
            }
            if column.scale < 1 || column.scale > 1_000_000_000 {
                return Err(invalid("scale"));
            }
            if headers.len() <= column.index {
                headers.resize(column.index + 1, String::new());
                used.resize(column.index + 1, false);
            }
            if let Some(h) = headers.get_mut(column.index) {
                h.clone_from(&column.header);
            }
            let slot = Slot {
                index: column.index,
                order: column.date_order.unwrap_or(mapping.date_order),
                mark: column.decimal_mark.unwrap_or(mapping.decimal_mark),
                scale: column.scale,
                strip: column.strip_decimal,
            };
            let taken = match &column.target {
                Target::Ignore => false,
                Target::Attribute(_) | Target::Custom(_) => {
                    let value = column.target.value_type().or(column.value_type).unwrap_or(ValueType::Text);
                    // the target's own name, without `attribute.`: `city`, `custom.skin_type`
                    let name = column.target.name();
                    let key = name.strip_prefix("attribute.").unwrap_or(&name).to_owned();
                    attributes.push(AttributeSlot { key, value, slot });
                    true
                }
                target if target.is_identifier() && !column.identifier => false,
                // a column of yes and no under a header that says "cancelled", mapped as a status by hand
                Target::OrderStatus if says_cancelled(column) => {
                    columns.order_cancelled.0.push(slot);
                    true
                }
                target => match columns.of(target) {
                    Some(slots) => {
                        slots.0.push(slot.clone());
                        if column.names_company(mapping.organisations) {
                            columns.company.0.push(slot);
                        }
                        true
                    }
                    None => false,
                },
            };
            if let Some(u) = used.get_mut(column.index) {
                *u = taken;
            }
            if taken && matches!(column.target.kind(), Some(Kind::Order | Kind::Line | Kind::Refund)) {
                trade.push(column.index);
            }
        }
        let tells_apart = mapping.columns.iter().any(|c| c.target == Target::CustomerCompany && c.identifier);
        let firm_names = if mapping.lists_firms() && tells_apart { columns.company.clone() } else { Slots::default() };
        let has = |kind: Kind| mapping.kinds.contains(&kind);
        let kinds = Kinds {
            customer: has(Kind::Customer),
            contact: has(Kind::Contact),
            order: has(Kind::Order),
            line: has(Kind::Line),
            refund: has(Kind::Refund),
            interaction: has(Kind::Interaction),
            answer: has(Kind::Answer),
            product: has(Kind::Product),
            cost: has(Kind::Cost),
        };
        if kinds == Kinds::default() || used.iter().all(|u| !u) {
            return Err(Error::new(Code::MappingEmpty, []));
        }
        let keys = [&columns.id, &columns.member, &columns.phone, &columns.order_id, &columns.order_at, &columns.product_id, &columns.cost_from, &columns.refund_at, &columns.interaction_at, &columns.answer_at]
            .iter()
            .filter_map(|s| s.first())
            .collect();
        Ok(Plan {
            digits: mapping.currency.digits(),
            home: contact::calling_code(mapping.currency, zone.name()),
            currency: mapping.currency,
            zone,
            kinds,
            columns,
            firm_names,
            attributes,
            order_identity: mapping.order_identity,
            refund_prefix: mapping.refund_prefix.clone().filter(|p| !p.is_empty()),
            customer_by_row: mapping.customer_by_row,
            epoch_1904: mapping.epoch_1904,
            organisations: mapping.organisations,
            continued: mapping.continued && kinds.line,
            question: mapping.question.clone().unwrap_or_else(|| "csat".to_owned()),
            interaction_kind: mapping.interaction_kind.clone().unwrap_or_else(|| "contact".to_owned()),
            headers,
            first_used: used.iter().position(|u| *u).unwrap_or(0),
            used,
            keys,
            trade,
        })
    }

    /// The header of a column.
    pub fn header(&self, index: usize) -> Option<String> {
        self.headers.get(index).filter(|h| !h.is_empty()).cloned()
    }
}
