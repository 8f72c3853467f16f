//! What a column can mean. A target is written as a dotted name (`customer.id`, `order.paid`, `attribute.city`,
//! `custom.skin_type`, `ignore`), the same in mapping files, in the API and on screen.

use crate::attribute;
use domain::{Label, ValueType};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Kinds of records a file can carry; a wide file carries several.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// persons and organisations
    Customer,
    /// people inside organisations
    Contact,
    /// order heads
    Order,
    /// order lines
    Line,
    /// refunds
    Refund,
    /// interactions
    Interaction,
    /// scores
    Answer,
    /// products
    Product,
    /// acquisition costs
    Cost,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Kind; 9] = [
        Kind::Customer, Kind::Contact, Kind::Order, Kind::Line, Kind::Refund, Kind::Interaction, Kind::Answer, Kind::Product, Kind::Cost,
    ];

    /// Machine name.
    pub fn key(self) -> &'static str {
        match self {
            Kind::Customer => "customer",
            Kind::Contact => "contact",
            Kind::Order => "order",
            Kind::Line => "line",
            Kind::Refund => "refund",
            Kind::Interaction => "interaction",
            Kind::Answer => "answer",
            Kind::Product => "product",
            Kind::Cost => "cost",
        }
    }

    /// Name for people.
    pub fn label(self) -> Label {
        match self {
            Kind::Customer => Label::new("客户", "customers"),
            Kind::Contact => Label::new("联系人", "contacts"),
            Kind::Order => Label::new("订单", "orders"),
            Kind::Line => Label::new("订单明细", "order lines"),
            Kind::Refund => Label::new("退款", "refunds"),
            Kind::Interaction => Label::new("互动", "interactions"),
            Kind::Answer => Label::new("评价", "feedback scores"),
            Kind::Product => Label::new("商品", "products"),
            Kind::Cost => Label::new("获客成本", "acquisition costs"),
        }
    }
}

macro_rules! targets {
    ($( $variant:ident $name:literal $kind:ident $zh:literal $en:literal; )*) => {
        /// What a column means.
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Target {
            /// left out
            Ignore,
            /// a built-in attribute of the customer, e.g. `city`
            Attribute(String),
            /// an attribute of the user's own; holds the slug after `custom.`
            Custom(String),
            $( #[doc = $en] $variant, )*
        }

        impl Target {
            const FIXED: &'static [(Target, &'static str, Kind, &'static str, &'static str)] =
                &[$( (Target::$variant, $name, Kind::$kind, $zh, $en), )*];

            /// The dotted name.
            pub fn name(&self) -> String {
                match self {
                    Target::Ignore => "ignore".to_owned(),
                    Target::Attribute(key) => format!("attribute.{key}"),
                    Target::Custom(slug) => format!("custom.{slug}"),
                    $( Target::$variant => $name.to_owned(), )*
                }
            }

            /// Which kind of record it belongs to; `None` for `ignore`.
            pub fn kind(&self) -> Option<Kind> {
                match self {
                    Target::Ignore => None,
                    Target::Attribute(_) | Target::Custom(_) => Some(Kind::Customer),
                    $( Target::$variant => Some(Kind::$kind), )*
                }
            }
        }
    };
}

targets! {
    CustomerId "customer.id" Customer "客户编号" "customer number";
    CustomerMember "customer.member" Customer "会员卡号" "member card number";
    CustomerPhone "customer.phone" Customer "手机号" "phone";
    CustomerEmail "customer.email" Customer "邮箱" "e-mail";
    CustomerUnionid "customer.unionid" Customer "微信 unionid" "WeChat unionid";
    CustomerName "customer.name" Customer "姓名" "name";
    CustomerGivenName "customer.given_name" Customer "名" "given name";
    CustomerFamilyName "customer.family_name" Customer "姓" "family name";
    CustomerCompany "customer.company" Customer "公司名称" "company name";
    CustomerKind "customer.kind" Customer "客户类型（个人/企业）" "person or organisation";
    ContactName "contact.name" Contact "联系人姓名" "contact name";
    ContactRole "contact.role" Contact "联系人职务" "contact role";
    ContactPhone "contact.phone" Contact "联系人电话" "contact phone";
    ContactEmail "contact.email" Contact "联系人邮箱" "contact e-mail";
    OrderId "order.id" Order "订单号" "order number";
    OrderAt "order.at" Order "下单时间" "order time";
    OrderTime "order.time" Order "下单时刻（日期在另一列）" "time of day (the date is in another column)";
    OrderPaid "order.paid" Order "实付金额" "paid";
    OrderAmount "order.amount" Order "订单金额（优惠前）" "order amount before discount";
    OrderDiscount "order.discount" Order "优惠金额" "discount";
    OrderCost "order.cost" Order "订单成本" "cost of goods";
    OrderStatus "order.status" Order "订单状态" "order status";
    OrderCancelled "order.cancelled" Order "是否取消" "cancelled (yes or no)";
    OrderChannel "order.channel" Order "渠道" "channel";
    OrderStore "order.store" Order "门店" "shop";
    OrderPayment "order.payment" Order "支付方式" "means of payment";
    OrderCoupon "order.coupon" Order "优惠券" "coupon";
    OrderCurrency "order.currency" Order "币种" "currency";
    LineNo "line.no" Line "行号" "line number";
    LineProduct "line.product" Line "商品编号" "product number";
    LineName "line.name" Line "商品名称" "product name";
    LineCategory "line.category" Line "类目" "category";
    LineBrand "line.brand" Line "品牌" "brand";
    LineQuantity "line.quantity" Line "数量" "quantity";
    LinePrice "line.price" Line "单价" "unit price";
    LinePaid "line.paid" Line "明细金额" "line amount";
    LineDiscount "line.discount" Line "明细优惠" "line discount";
    LineCost "line.cost" Line "单件成本" "cost of one piece";
    RefundId "refund.id" Refund "退款单号" "refund number";
    RefundOrder "refund.order" Refund "原订单号" "refunded order";
    RefundAt "refund.at" Refund "退款时间" "refund time";
    RefundAmount "refund.amount" Refund "退款金额" "refund amount";
    RefundReason "refund.reason" Refund "退款原因" "refund reason";
    InteractionId "interaction.id" Interaction "互动编号" "interaction number";
    InteractionAt "interaction.at" Interaction "互动时间" "interaction time";
    InteractionKind "interaction.kind" Interaction "互动类型" "kind of interaction";
    InteractionChannel "interaction.channel" Interaction "互动渠道" "interaction channel";
    AnswerId "answer.id" Answer "答卷编号" "answer number";
    AnswerAt "answer.at" Answer "评价时间" "answer time";
    AnswerQuestion "answer.question" Answer "问卷类型" "question";
    AnswerScore "answer.score" Answer "评分" "score";
    AnswerNps "answer.nps" Answer "NPS 评分（0–10）" "NPS score (0–10)";
    AnswerCsat "answer.csat" Answer "满意度评分（1–5）" "satisfaction score (1–5)";
    AnswerCes "answer.ces" Answer "费力度评分（1–7）" "effort score (1–7)";
    AnswerChannel "answer.channel" Answer "评价渠道" "answer channel";
    AnswerComment "answer.comment" Answer "评价内容" "comment";
    ProductId "product.id" Product "商品编号" "product number";
    ProductName "product.name" Product "商品名称" "product name";
    ProductCategory "product.category" Product "商品类目" "product category";
    ProductBrand "product.brand" Product "商品品牌" "product brand";
    ProductPrice "product.price" Product "标价" "list price";
    ProductCost "product.cost" Product "商品成本" "cost of one piece";
    CostChannel "cost.channel" Cost "投放渠道" "channel";
    CostCampaign "cost.campaign" Cost "活动" "campaign";
    CostFrom "cost.from" Cost "开始日期" "first day";
    CostTo "cost.to" Cost "结束日期" "last day";
    CostAmount "cost.amount" Cost "费用" "spend";
}

impl Target {
    /// By dotted name.
    pub fn parse(name: &str) -> Option<Target> {
        let name = name.trim();
        if name == "ignore" || name.is_empty() {
            return Some(Target::Ignore);
        }
        if let Some(key) = name.strip_prefix("attribute.") {
            return attribute::find(key).map(|a| Target::Attribute(a.key.to_owned()));
        }
        if let Some(slug) = name.strip_prefix("custom.") {
            let slug = crate::header::slug(slug);
            return (!slug.is_empty()).then_some(Target::Custom(slug));
        }
        Target::FIXED.iter().find(|t| t.1 == name).map(|t| t.0.clone())
    }

    /// Name for people.
    pub fn label(&self) -> Label {
        match self {
            Target::Ignore => Label::new("忽略", "ignore"),
            Target::Attribute(key) => attribute::find(key).map(|a| Label::new(a.zh, a.en)).unwrap_or_else(|| Label::same(key.clone())),
            Target::Custom(slug) => Label::same(slug.clone()),
            fixed => Target::FIXED.iter().find(|t| t.0 == *fixed).map(|t| Label::new(t.3, t.4)).unwrap_or_default(),
        }
    }

    /// Type of value it takes when that does not depend on the column's content.
    pub fn value_type(&self) -> Option<ValueType> {
        match self {
            Target::Attribute(key) => attribute::find(key).map(|a| a.value),
            Target::OrderPaid | Target::OrderAmount | Target::OrderDiscount | Target::OrderCost | Target::LinePrice | Target::LinePaid
            | Target::LineDiscount | Target::LineCost | Target::RefundAmount | Target::ProductPrice | Target::ProductCost | Target::CostAmount => {
                Some(ValueType::Money)
            }
            Target::OrderAt | Target::RefundAt | Target::InteractionAt | Target::AnswerAt | Target::CostFrom | Target::CostTo => Some(ValueType::Day),
            Target::LineQuantity | Target::AnswerScore | Target::AnswerNps | Target::AnswerCsat | Target::AnswerCes => Some(ValueType::Number),
            _ => None,
        }
    }

    /// Can it tell customers apart?
    pub fn is_identifier(&self) -> bool {
        matches!(
            self,
            Target::CustomerId | Target::CustomerMember | Target::CustomerPhone | Target::CustomerEmail | Target::CustomerUnionid
        )
    }

    /// Every target a person can choose, in the order of the list on screen; `custom.*` is typed in by hand.
    pub fn all() -> impl Iterator<Item = Target> {
        let fixed = Target::FIXED.iter().map(|t| t.0.clone());
        let attributes = attribute::ALL.iter().map(|a| Target::Attribute(a.key.to_owned()));
        std::iter::once(Target::Ignore).chain(fixed).chain(attributes)
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name())
    }
}

impl Serialize for Target {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(&self.name())
    }
}

impl<'de> Deserialize<'de> for Target {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let name = String::deserialize(d)?;
        Target::parse(&name).ok_or_else(|| serde::de::Error::custom(format!("no such target: {name}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_target_is_read_back_from_its_name() {
        for target in Target::all() {
            assert_eq!(Target::parse(&target.name()).as_ref(), Some(&target));
            assert!(!target.label().zh.is_empty() && !target.label().en.is_empty());
        }
        assert_eq!(Target::parse("custom.Skin Type"), Some(Target::Custom("skin_type".into())));
        assert_eq!(Target::parse("order.nothing"), None);
    }
}
