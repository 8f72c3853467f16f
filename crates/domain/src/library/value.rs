//! By value: RFM 8, RFM 11, lifetime value, standing; and by lifecycle, each customer in their own rhythm.

use super::{By, NO_PURCHASE, Template};
use crate::{
    classification::{Class, Classification, Method},
    label::Label,
    rule::{self, parse},
};

/// Every one of the 125 cells is in exactly one class: the rules do not overlap, whatever their order.
pub(super) const RFM_11: &[(&str, super::Name, &str)] = &[
    ("champions", ("冠军客户", "Champions"), "rfm_r >= 4 and rfm_f + rfm_m >= 8"),
    ("loyal", ("忠诚客户", "Loyal"), "(rfm_r >= 4 and rfm_f + rfm_m = 7) or (rfm_r = 3 and rfm_f + rfm_m >= 7)"),
    ("potential_loyalist", ("潜在忠诚客户", "Potential loyalist"), "rfm_r >= 4 and rfm_f + rfm_m between 4 and 6"),
    ("new", ("新客户", "New"), "rfm_r = 5 and rfm_f + rfm_m <= 3"),
    ("promising", ("有前景客户", "Promising"), "rfm_r = 4 and rfm_f + rfm_m <= 3"),
    ("needs_attention", ("需关注客户", "Needs attention"), "rfm_r = 3 and rfm_f + rfm_m between 5 and 6"),
    ("about_to_sleep", ("即将沉睡客户", "About to sleep"), "rfm_r = 3 and rfm_f + rfm_m <= 4"),
    ("at_risk", ("有风险客户", "At risk"), "(rfm_r = 2 and rfm_f + rfm_m >= 6) or (rfm_r = 1 and rfm_f + rfm_m between 6 and 7)"),
    ("cannot_lose", ("不可失去客户", "Cannot lose"), "rfm_r = 1 and rfm_f + rfm_m >= 8"),
    ("hibernating", ("冬眠客户", "Hibernating"), "(rfm_r = 2 and rfm_f + rfm_m <= 5) or (rfm_r = 1 and rfm_f + rfm_m between 4 and 5)"),
    ("lost", ("流失客户", "Lost"), "rfm_r = 1 and rfm_f + rfm_m <= 3"),
];

const RFM_11_LABEL: super::Name = ("RFM 11 类", "RFM 11");
const RFM_11_ABOUT: super::Name = (
    "按 R 分与 F + M 分把 125 格完整划成 11 类；没有订单为未购买。",
    "The 125 cells of the scores fully divided into 11 classes by R and F + M; no purchase without an order.",
);

pub(super) const ALL: &[Template] = &[
    Template {
        key: "lifecycle",
        group: "lifecycle",
        label: ("生命周期", "Lifecycle"),
        about: (
            "按每位客户自己的节奏：从未下单为潜客；首单 30 天内为新客；超过沉睡阈值为沉睡，超过 3 倍为流失，超过三分之二为流失风险；最近一单结束了一段沉睡为唤回；其余活跃。",
            "By each customer's own rhythm: prospect without an order; new within 30 days of the first; dormant beyond the dormancy threshold, lost beyond three times it, at risk beyond two thirds; reactivated if the last order ended a dormancy; else active.",
        ),
        by: By::Rules(&[
            ("prospect", ("潜客", "Prospect"), "orders = 0"),
            ("new", ("新客", "New"), "tenure_days < 30"),
            ("lost", ("流失", "Lost"), "recency_days > dormancy_threshold_days * 3"),
            ("dormant", ("沉睡", "Dormant"), "recency_days > dormancy_threshold_days"),
            ("at_risk", ("流失风险", "At risk"), "recency_days > dormancy_threshold_days * 2 / 3"),
            ("reactivated", ("唤回", "Reactivated"), "last_gap_days > dormancy_threshold_before_days"),
        ]),
        otherwise: ("active", ("活跃", "Active")),
    },
    Template {
        key: "rfm_8",
        group: "value",
        label: ("RFM 8 类", "RFM 8"),
        about: (
            "R、F、M 各与全体买家的平均相比：不差于平均为高（R 高 = 近）。没有订单为未购买。",
            "Each of R, F, M high if at least as good as the buyers' mean (R high = recent), else low. No purchase without an order.",
        ),
        by: By::Rules(&[
            (
                "important_value",
                ("重要价值", "Important value"),
                "recency_days <= mean_of_all(recency_days, orders) and orders >= mean_of_all(orders, orders) and net >= mean_of_all(net, orders)",
            ),
            (
                "important_development",
                ("重要发展", "Important development"),
                "recency_days <= mean_of_all(recency_days, orders) and orders < mean_of_all(orders, orders) and net >= mean_of_all(net, orders)",
            ),
            (
                "important_retention",
                ("重要保持", "Important retention"),
                "recency_days > mean_of_all(recency_days, orders) and orders >= mean_of_all(orders, orders) and net >= mean_of_all(net, orders)",
            ),
            (
                "important_win_back",
                ("重要挽留", "Important win-back"),
                "recency_days > mean_of_all(recency_days, orders) and orders < mean_of_all(orders, orders) and net >= mean_of_all(net, orders)",
            ),
            (
                "general_value",
                ("一般价值", "General value"),
                "recency_days <= mean_of_all(recency_days, orders) and orders >= mean_of_all(orders, orders) and net < mean_of_all(net, orders)",
            ),
            (
                "general_development",
                ("一般发展", "General development"),
                "recency_days <= mean_of_all(recency_days, orders) and orders < mean_of_all(orders, orders) and net < mean_of_all(net, orders)",
            ),
            (
                "general_retention",
                ("一般保持", "General retention"),
                "recency_days > mean_of_all(recency_days, orders) and orders >= mean_of_all(orders, orders) and net < mean_of_all(net, orders)",
            ),
            (
                "general_win_back",
                ("一般挽留", "General win-back"),
                "recency_days > mean_of_all(recency_days, orders) and orders < mean_of_all(orders, orders) and net < mean_of_all(net, orders)",
            ),
        ]),
        otherwise: NO_PURCHASE,
    },
    Template {
        key: "rfm_11",
        group: "value",
        label: RFM_11_LABEL,
        about: RFM_11_ABOUT,
        by: By::Rules(RFM_11),
        otherwise: NO_PURCHASE,
    },
    Template {
        key: "clv_band",
        group: "value",
        label: ("终身价值分层", "Lifetime value band"),
        about: (
            "在买家中按简式终身价值：前 20% 高，前 60% 中，其余低。",
            "Among buyers by simple lifetime value: top 20 % high, top 60 % middle, the rest low.",
        ),
        by: By::Rules(&[
            ("high", ("高", "High"), "top 20 % by clv_simple"),
            ("middle", ("中", "Middle"), "top 60 % by clv_simple"),
            ("low", ("低", "Low"), "clv_simple is known"),
        ]),
        otherwise: NO_PURCHASE,
    },
    Template {
        key: "standing",
        group: "value",
        label: ("VIP / 普通 / 新客户", "VIP, regular, new"),
        about: (
            "VIP：近 12 个月至少 2 单且净消费额达到买家平均的 3 倍；新客户：首单 30 天内；其余买家为普通。",
            "VIP: at least 2 orders in 12 months and net three times the buyers' mean; new: first order within 30 days; regular: the other buyers.",
        ),
        by: By::Rules(&[
            ("vip", ("VIP", "VIP"), "orders_12m >= 2 and net_12m >= 3 * mean_of_all(net_12m, orders_12m)"),
            ("new", ("新客户", "New"), "tenure_days < 30"),
            ("regular", ("普通客户", "Regular"), "orders >= 1"),
        ]),
        otherwise: NO_PURCHASE,
    },
    Template {
        key: "value_potential",
        group: "value",
        label: ("高价值 / 潜力 / 一次性 / 流失", "High value, potential, one-time, churned"),
        about: (
            "流失：生命周期为沉睡或流失（按自己的节奏，不是模型）；高价值：净消费额在买家前五分之一；一次性：只买过一次；其余买家有潜力。",
            "Churned: dormant or lost in the lifecycle (own rhythm, no model); high value: net among the buyers' top fifth; one-time: a single order; potential: the other buyers.",
        ),
        by: By::Rules(&[
            ("churned", ("流失", "Churned"), "class.lifecycle in (\"dormant\", \"lost\")"),
            ("high_value", ("高价值", "High value"), "rfm_m = 5"),
            ("one_time", ("一次性", "One-time"), "orders = 1"),
            ("potential", ("潜力", "Potential"), "orders >= 1"),
        ]),
        otherwise: NO_PURCHASE,
    },
];

/// RFM 11 by another scoring: `quantile`, `bins` or `kmeans`; `None` for any other word.
pub fn rfm_11(scoring: &str) -> Option<Classification> {
    match scoring {
        "quantile" => super::classifications().iter().find(|c| c.key == "rfm_11").cloned(),
        "bins" | "kmeans" => rfm_11_by(scoring).ok(),
        _ => None,
    }
}

pub(super) fn rfm_11_by(scoring: &str) -> Result<Classification, rule::Error> {
    let axis = |text: &str| ["rfm_r", "rfm_f", "rfm_m"].iter().fold(text.to_owned(), |t, a| t.replace(a, &format!("{a}_{scoring}")));
    let classes = RFM_11
        .iter()
        .map(|(key, name, rule)| Ok(Class { key: (*key).into(), label: super::label(*name), when: parse(&axis(rule))? }))
        .collect::<Result<_, rule::Error>>()?;
    let (zh, en) = if scoring == "bins" { ("自定区间", "own bins") } else { ("聚类", "k-means") };
    let (by, told) = if scoring == "bins" {
        ("分数按自己定的区间打", "Scores by edges of one's own")
    } else {
        ("分数由一维聚类把相近的值归在一起打", "Scores by one-dimensional k-means, which puts values that are near each other together")
    };
    Ok(Classification {
        key: format!("rfm_11_{scoring}"),
        label: Label::new(format!("{}（{zh}）", RFM_11_LABEL.0), format!("{} by {en}", RFM_11_LABEL.1)),
        description: Label::new(format!("{by}；{}", RFM_11_ABOUT.0), format!("{told}. {}", RFM_11_ABOUT.1)),
        group: "value".into(),
        method: Method::Rules {
            classes,
            otherwise: crate::classification::Named { key: NO_PURCHASE.0.into(), label: super::label(NO_PURCHASE.1) },
        },
        builtin: true,
        version: 1,
    })
}
