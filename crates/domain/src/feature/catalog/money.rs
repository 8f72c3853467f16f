//! What they are worth: RFM scores, contribution, lifetime value, loyalty.

use super::{
    How::{Attribute, CostShare, Score, Share, Text},
    Method::{Bins, Kmeans, Quantile},
    Row, Unit,
};
use crate::value::ValueType::{self, Int, Money, Number};

const WORDS: ValueType = ValueType::Text;

const fn score(
    key: &'static str,
    label: (&'static str, &'static str),
    of: &'static str,
    method: super::Method,
    about: (&'static str, &'static str),
) -> Row {
    // only recency is better when smaller
    let smaller = matches!(of.as_bytes(), b"recency_days");
    Row { key, ty: Int, unit: Unit::Points, label, how: Score { of, method, smaller }, about }
}

pub(super) const RFM: &[Row] = &[
    score("rfm_r", ("RFM：R 分", "RFM: R"), "recency_days", Quantile, (
        "最近下单的五分位得分 1–5，5 最好：1 + ⌊5·w/n⌋，w = 比他更久未买的买家数；没有订单为 0。全部历史。",
        "Quintile score of recency, 5 = best: 1 + ⌊5·w/n⌋, w = buyers strictly worse, n = buyers; 0 without an order. All history.",
    )),
    score("rfm_f", ("RFM：F 分", "RFM: F"), "orders", Quantile, (
        "订单数的五分位得分 1–5，5 最好；并列同分；没有订单为 0。全部历史。",
        "Quintile score of the number of orders, 5 = best; ties share a score; 0 without an order. All history.",
    )),
    score("rfm_m", ("RFM：M 分", "RFM: M"), "net", Quantile, (
        "净消费额的五分位得分 1–5，5 最好；没有订单为 0。全部历史。",
        "Quintile score of net, 5 = best; 0 without an order. All history.",
    )),
    score("rfm_r_bins", ("R 分（自定区间）", "R by own bins"), "recency_days", Bins([30.0, 90.0, 180.0, 365.0]), (
        "按自己定的四条界线给 1–5 分，距上次下单越近分越高，正好在界线上算更好的一档；没有订单为 0。",
        "1–5 by four edges of your own: the more recent the last order, the higher; on an edge counts as the better side. 0 without an order.",
    )),
    score("rfm_f_bins", ("F 分（自定区间）", "F by own bins"), "orders", Bins([2.0, 3.0, 5.0, 10.0]), (
        "按自己定的四条界线给 1–5 分，订单越多分越高，正好在界线上算更好的一档；没有订单为 0。",
        "1–5 by four edges of your own: the more orders, the higher; on an edge counts as the better side. 0 without an order.",
    )),
    score("rfm_m_bins", ("M 分（自定区间）", "M by own bins"), "net", Bins([100.0, 500.0, 1_000.0, 5_000.0]), (
        "按自己定的四条界线给 1–5 分，净消费额越高分越高，正好在界线上算更好的一档；没有订单为 0。",
        "1–5 by four edges of your own: the higher the net, the higher; on an edge counts as the better side. 0 without an order.",
    )),
    score("rfm_r_kmeans", ("R 分（聚类）", "R by k-means"), "recency_days", Kmeans, (
        "一维 k-means（k = 5，精确解）按中心排序得分。",
        "One-dimensional k-means (k = 5, exact), clusters ranked by their centre.",
    )),
    score("rfm_f_kmeans", ("F 分（聚类）", "F by k-means"), "orders", Kmeans, (
        "一维 k-means（k = 5，精确解）按中心排序得分。",
        "One-dimensional k-means (k = 5, exact), clusters ranked by their centre.",
    )),
    score("rfm_m_kmeans", ("M 分（聚类）", "M by k-means"), "net", Kmeans, (
        "一维 k-means（k = 5，精确解）按中心排序得分。",
        "One-dimensional k-means (k = 5, exact), clusters ranked by their centre.",
    )),
];

pub(super) const VALUE: &[Row] = &[
    Row {
        key: "cost",
        ty: Money,
        unit: Unit::None,
        label: ("商品成本", "Cost of goods"),
        how: Text("sum(orders.cost)"),
        about: ("有效订单的已知商品成本。", "Cost of goods of valid orders, as far as known."),
    },
    Row {
        key: "contribution",
        ty: Money,
        unit: Unit::None,
        label: ("贡献毛利", "Contribution"),
        how: Text("net - cost"),
        about: (
            "净消费额 − 商品成本（奖励与服务成本有记录后一并扣除）。",
            "Net − cost of goods (rewards and service cost are subtracted once they are recorded).",
        ),
    },
    Row {
        key: "contribution_share",
        ty: Number,
        unit: Unit::Share,
        label: ("贡献占比", "Contribution share"),
        how: Share("net"),
        about: ("该客户净消费额 ÷ 全体净消费额。", "The customer's net ÷ all net."),
    },
    Row {
        key: "stated_acquisition_cost",
        ty: Money,
        unit: Unit::None,
        label: ("登记的获客成本", "Acquisition cost on record"),
        how: Attribute("acquisition_cost"),
        about: ("随客户资料导入的获客成本。", "Acquisition cost imported with the customer."),
    },
    Row {
        key: "channel_cost",
        ty: Money,
        unit: Unit::None,
        label: ("分摊的渠道成本", "Share of the channel's cost"),
        how: CostShare("acquisition_channel", "first_order_day"),
        about: (
            "渠道与获客渠道相同、且日期含首单日的每笔获客成本 ÷ 该渠道在这些日子里首单的客户数，逐笔四舍六入五成双后相加；未到期的成本按全额计，没有这样的成本则未知。",
            "Each acquisition cost whose channel is the customer's and whose days hold its first order ÷ that channel's customers with a first order in those days, each part rounded half to even, then added; a cost whose days are not over counts in full. Unknown without such a cost.",
        ),
    },
    Row {
        key: "acquisition_cost",
        ty: Money,
        unit: Unit::None,
        label: ("获客成本", "Acquisition cost"),
        how: Text("coalesce(stated_acquisition_cost, channel_cost)"),
        about: (
            "获得这位客户的成本（CAC）：登记的优先，否则为分摊的渠道成本。",
            "What winning the customer cost (CAC): the one on record, else the share of the channel's cost.",
        ),
    },
    Row {
        key: "clv_simple",
        ty: Money,
        unit: Unit::None,
        label: ("客户终身价值（简式）", "Lifetime value (simple)"),
        how: Text("average_order_net * orders_per_year * 3 - coalesce(acquisition_cost, 0)"),
        about: (
            "笔单价 × 年均订单数 × 预期 3 年 − 获客成本；预期年数可在自己的副本里改。没有订单则未知。",
            "Average order net × orders per year × 3 expected years − acquisition cost; change the years in your own copy. Unknown without an order.",
        ),
    },
];

pub(super) const LOYALTY: &[Row] = &[
    Row {
        key: "repeat_orders",
        ty: Int,
        unit: Unit::Orders,
        label: ("复购单数", "Repeat orders"),
        how: Text("max(orders - 1, 0)"),
        about: ("首单之后的有效订单数。", "Valid orders after the first."),
    },
    Row {
        key: "referrals",
        ty: Int,
        unit: Unit::Times,
        label: ("推荐次数", "Referrals"),
        how: Text("count(interactions, kind in (\"referral\", \"refer\", \"推荐\", \"转介绍\", \"邀请\"))"),
        about: ("推荐、转介绍、邀请的次数。", "Referrals and invitations."),
    },
    Row {
        key: "stated_channel",
        ty: WORDS,
        unit: Unit::None,
        label: ("登记的来源渠道", "Channel on record"),
        how: Attribute("acquisition_channel"),
        about: ("登记的注册或来源渠道。", "Channel of registration or source on record."),
    },
    Row {
        key: "acquisition_channel",
        ty: WORDS,
        unit: Unit::None,
        label: ("获客渠道", "Acquisition channel"),
        how: Text("coalesce(stated_channel, first(orders.channel))"),
        about: ("登记的来源渠道；没有时用首单渠道。", "The channel on record, else the channel of the first order."),
    },
];
