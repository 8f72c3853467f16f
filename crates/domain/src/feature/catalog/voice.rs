//! What they do besides buying, and what they say.

use super::{
    How::{Attribute, Text},
    Row, Unit,
};
use crate::value::ValueType::{self, Day, Int, Number};

const WORDS: ValueType = ValueType::Text;

pub(super) const INTERACTION: &[Row] = &[
    Row {
        key: "interactions",
        ty: Int,
        unit: Unit::Times,
        label: ("互动次数", "Interactions"),
        how: Text("count(interactions)"),
        about: ("全部互动次数。", "All interactions."),
    },
    Row {
        key: "interactions_30d",
        ty: Int,
        unit: Unit::Times,
        label: ("近 30 天互动", "Interactions, last 30 days"),
        how: Text("count(interactions, last 30 days)"),
        about: ("近 30 天的互动次数。", "Interactions of the last 30 days."),
    },
    Row {
        key: "interactions_90d",
        ty: Int,
        unit: Unit::Times,
        label: ("近 90 天互动", "Interactions, last 90 days"),
        how: Text("count(interactions, last 90 days)"),
        about: ("近 90 天的互动次数。", "Interactions of the last 90 days."),
    },
    Row {
        key: "interaction_change",
        ty: Int,
        unit: Unit::Times,
        label: ("互动变化", "Change of interactions"),
        how: Text("count(interactions, last 30 days) - count(interactions, 59 to 30 days ago)"),
        about: ("近 30 天比再前 30 天多（少）几次。", "Last 30 days minus the 30 days before."),
    },
    Row {
        key: "interaction_kinds",
        ty: Int,
        unit: Unit::Kinds,
        label: ("互动种类数", "Kinds of interaction"),
        how: Text("distinct(interactions.kind)"),
        about: ("不同的互动种类数。", "Different kinds of interaction."),
    },
    Row {
        key: "top_interaction_channel",
        ty: WORDS,
        unit: Unit::None,
        label: ("常用互动渠道", "Usual channel of interaction"),
        how: Text("top(interactions.channel)"),
        about: ("互动最多的渠道。", "Channel of most interactions."),
    },
    Row {
        key: "last_interaction_kind",
        ty: WORDS,
        unit: Unit::None,
        label: ("最近一次互动", "Last interaction"),
        how: Text("last(interactions.kind)"),
        about: ("最近一次互动的种类。", "Kind of the latest interaction."),
    },
    Row {
        key: "last_interaction_day",
        ty: Day,
        unit: Unit::None,
        label: ("最近互动日", "Day of last interaction"),
        how: Text("max(interactions.day)"),
        about: ("最近一次互动的日子。", "Day of the latest interaction."),
    },
    Row {
        key: "days_since_interaction",
        ty: Int,
        unit: Unit::Days,
        label: ("距上次互动", "Days since last interaction"),
        how: Text("days_since_last(interactions)"),
        about: ("距上次互动的天数，0 = 今天。", "Whole days since the latest interaction, 0 = today."),
    },
    Row {
        key: "visits_30d",
        ty: Int,
        unit: Unit::Times,
        label: ("近 30 天访问", "Visits, last 30 days"),
        how: Text(
            "count(interactions, last 30 days, kind in (\"visit\", \"store_visit\", \"view\", \"browse\", \"访问\", \"浏览\", \"到店\"))",
        ),
        about: ("近 30 天访问、浏览或到店的次数。", "Visits and views of the last 30 days, on line or in a shop."),
    },
    Row {
        key: "intent_actions_90d",
        ty: Int,
        unit: Unit::Times,
        label: ("近 90 天意向动作", "Buying signals, last 90 days"),
        how: Text(
            "count(interactions, last 90 days, kind in (\"inquiry\", \"quote\", \"demo\", \"trial\", \"add_to_cart\", \"cart\", \"favorite\", \"sample\", \"询价\", \"报价\", \"演示\", \"试用\", \"加购\", \"收藏\", \"样品\", \"咨询\"))",
        ),
        about: ("近 90 天询价、报价、演示、试用、加购、收藏等动作次数。", "Inquiries, quotes, demos, trials, carts and the like in the last 90 days."),
    },
    Row {
        key: "stated_intent",
        ty: WORDS,
        unit: Unit::None,
        label: ("登记的意向", "Intent on record"),
        how: Attribute("purchase_intent"),
        about: ("销售登记的购买意向，如 高、中、低。", "Buying intent as recorded by sales, e.g. high, medium, low."),
    },
    Row {
        key: "complaints_12m",
        ty: Int,
        unit: Unit::Times,
        label: ("近 12 个月投诉", "Complaints, last 12 months"),
        how: Text("count(interactions, last 12 months, kind in (\"complaint\", \"complain\", \"投诉\"))"),
        about: ("近 12 个月的投诉次数。", "Complaints of the last 12 months."),
    },
];

pub(super) const SATISFACTION: &[Row] = &[
    Row {
        key: "last_nps",
        ty: Number,
        unit: Unit::Points,
        label: ("最近 NPS 打分", "Latest NPS score"),
        how: Text("last(answers.score, kind = \"nps\")"),
        about: ("最近一次“愿意推荐吗”的打分，0–10。", "Latest answer to “would you recommend us”, 0–10."),
    },
    Row {
        key: "last_csat",
        ty: Number,
        unit: Unit::Points,
        label: ("最近满意度", "Latest CSAT"),
        how: Text("last(answers.score, kind = \"csat\")"),
        about: ("最近一次满意度打分，1–5。", "Latest satisfaction score, 1–5."),
    },
    Row {
        key: "last_ces",
        ty: Number,
        unit: Unit::Points,
        label: ("最近费力度", "Latest CES"),
        how: Text("last(answers.score, kind = \"ces\")"),
        about: ("最近一次费力度打分，1–7，7 = 轻松。", "Latest effort score, 1–7, 7 = easy."),
    },
    Row {
        key: "mean_nps",
        ty: Number,
        unit: Unit::Points,
        label: ("平均 NPS 打分", "Mean NPS score"),
        how: Text("mean(answers.score, kind = \"nps\")"),
        about: ("全部 NPS 打分的平均。", "Mean of all NPS scores."),
    },
    Row {
        key: "mean_csat",
        ty: Number,
        unit: Unit::Points,
        label: ("平均满意度", "Mean CSAT"),
        how: Text("mean(answers.score, kind = \"csat\")"),
        about: ("全部满意度打分的平均。", "Mean of all satisfaction scores."),
    },
    Row {
        key: "answers",
        ty: Int,
        unit: Unit::Times,
        label: ("答卷次数", "Answers"),
        how: Text("count(answers)"),
        about: ("打过分的次数。", "Scores given."),
    },
    Row {
        key: "last_answer_day",
        ty: Day,
        unit: Unit::None,
        label: ("最近答卷日", "Day of last answer"),
        how: Text("max(answers.day)"),
        about: ("最近一次打分的日子。", "Day of the latest score."),
    },
];
