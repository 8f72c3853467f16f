//! By behaviour and by loyalty, satisfaction, psychographics: what customers do and say.

use super::{By, NO_PURCHASE, Template, UNKNOWN};

pub(super) const ALL: &[Template] = &[
    Template {
        key: "interaction_frequency",
        group: "behaviour",
        label: ("互动频率", "Interaction frequency"),
        about: (
            "活跃：近 30 天互动至少 4 次；偶尔：近 90 天有过互动；其余沉默。",
            "Active: at least 4 interactions in 30 days; occasional: any in 90 days; silent: the rest.",
        ),
        by: By::Rules(&[
            ("active", ("活跃", "Active"), "interactions_30d >= 4"),
            ("occasional", ("偶尔", "Occasional"), "interactions_90d >= 1"),
        ]),
        otherwise: ("silent", ("沉默", "Silent")),
    },
    Template {
        key: "purchase_frequency",
        group: "behaviour",
        label: ("购买频率", "Purchase frequency"),
        about: (
            "按近 12 个月有效订单数：高频 ≥ 6，中频 ≥ 2，低频 1，其余近一年未购。",
            "By valid orders of 12 months: high ≥ 6, middle ≥ 2, low 1; the rest did not buy in the year.",
        ),
        by: By::Rules(&[
            ("high", ("高频", "High"), "orders_12m >= 6"),
            ("middle", ("中频", "Middle"), "orders_12m >= 2"),
            ("low", ("低频", "Low"), "orders_12m >= 1"),
        ]),
        otherwise: ("none", ("近一年未购", "None in 12 months")),
    },
    Template {
        key: "purchase_amount",
        group: "behaviour",
        label: ("消费金额", "Purchase amount"),
        about: (
            "近 12 个月净消费额与买家平均相比：高额 ≥ 2 倍，中额 ≥ 一半，低额为其余买家。",
            "Net of 12 months against the buyers' mean: high ≥ twice, middle ≥ half, low the other buyers.",
        ),
        by: By::Rules(&[
            ("high", ("高额", "High"), "orders_12m >= 1 and net_12m >= 2 * mean_of_all(net_12m, orders_12m)"),
            ("middle", ("中额", "Middle"), "orders_12m >= 1 and net_12m >= mean_of_all(net_12m, orders_12m) / 2"),
            ("low", ("低额", "Low"), "orders_12m >= 1"),
        ]),
        otherwise: ("none", ("近一年未购", "None in 12 months")),
    },
    Template {
        key: "purchase_behaviour",
        group: "behaviour",
        label: ("购买行为", "Purchase behaviour"),
        about: (
            "高价值：近 12 个月超过 10 单且笔单价超过 1000；忠诚：超过 5 单且笔单价超过 500；其余为潜力。",
            "High value: more than 10 orders in 12 months and average above 1,000; loyal: more than 5 and above 500; potential: the rest.",
        ),
        by: By::Rules(&[
            ("high_value", ("高价值", "High value"), "orders_12m > 10 and average_order_net_12m > 1000"),
            ("loyal", ("忠诚", "Loyal"), "orders_12m > 5 and average_order_net_12m > 500"),
        ]),
        otherwise: ("potential", ("潜力", "Potential")),
    },
    Template {
        key: "product_preference",
        group: "behaviour",
        label: ("品类偏好", "Product preference"),
        about: (
            "按买得最多的品类；最多 20 类，其余归入“其他取值”；没有品类数据为未知。",
            "By the category bought most; 20 classes at most, rarer ones together; unknown without categories.",
        ),
        by: By::Values { feature: "top_category", limit: 20 },
        otherwise: UNKNOWN,
    },
    Template {
        key: "returns",
        group: "behaviour",
        label: ("退货行为", "Returns"),
        about: (
            "频繁：近 12 个月退款至少 3 次，或退款率达到 30% 且退过至少 2 次；偶尔：退过款；从不：买过没退过。",
            "Frequent: at least 3 refunds in 12 months, or a refund rate of 30 % with at least 2; occasional: any refund; never: bought, never returned.",
        ),
        by: By::Rules(&[
            ("frequent", ("频繁退货", "Frequent"), "refunds_12m >= 3 or (refund_rate >= 0.3 and refunds >= 2)"),
            ("occasional", ("偶尔退货", "Occasional"), "refunds >= 1"),
            ("never", ("从不退货", "Never"), "orders >= 1"),
        ]),
        otherwise: NO_PURCHASE,
    },
    Template {
        key: "values_orientation",
        group: "psychographics",
        label: ("价值取向", "What they care about"),
        about: (
            "依填写的价值观判断；没有填写的，多单且一半以上用券算看重价格。",
            "By stated values; without, buyers of several orders of which half or more used a coupon count as price-minded.",
        ),
        by: By::Rules(&[
            (
                "environment_minded",
                ("看重环保", "Environment-minded"),
                "values contains \"环保\" or values contains \"绿色\" or values contains \"低碳\" or values contains \"environment\" or values contains \"sustainab\" or values contains \"green\"",
            ),
            (
                "quality_minded",
                ("看重品质", "Quality-minded"),
                "values contains \"品质\" or values contains \"质量\" or values contains \"quality\"",
            ),
            (
                "price_minded",
                ("看重价格", "Price-minded"),
                "values contains \"价格\" or values contains \"性价比\" or values contains \"实惠\" or values contains \"price\" or values contains \"value for money\" or (values is missing and orders >= 2 and coupon_order_share >= 0.5)",
            ),
            ("other_values", ("其他取值", "Other values"), "values is known"),
        ]),
        otherwise: UNKNOWN,
    },
    Template {
        key: "by_lifestyle",
        group: "psychographics",
        label: ("生活方式", "Lifestyle"),
        about: ("按填写的生活方式，最多 20 类。", "By stated lifestyle, 20 classes at most."),
        by: By::Values { feature: "lifestyle", limit: 20 },
        otherwise: UNKNOWN,
    },
    Template {
        key: "by_interests",
        group: "psychographics",
        label: ("兴趣爱好", "Interests"),
        about: ("按填写的兴趣爱好，最多 20 类。", "By stated interests, 20 classes at most."),
        by: By::Values { feature: "interests", limit: 20 },
        otherwise: UNKNOWN,
    },
    Template {
        key: "satisfaction",
        group: "satisfaction",
        label: ("满意度", "Satisfaction"),
        about: (
            "最近一次满意度打分（1–5）大于 4 为满意，其余打过分的为不满意，没打过分为未知。",
            "Satisfied: latest CSAT score above 4 of 5; dissatisfied: the other scores; unknown: no score.",
        ),
        by: By::Rules(&[
            ("satisfied", ("满意", "Satisfied"), "last_csat > 4"),
            ("dissatisfied", ("不满意", "Dissatisfied"), "last_csat is known"),
        ]),
        otherwise: UNKNOWN,
    },
    Template {
        key: "nps_group",
        group: "satisfaction",
        label: ("NPS 分组", "NPS group"),
        about: (
            "最近一次推荐意愿打分：9–10 推荐者，7–8 被动者，0–6 贬损者。",
            "Latest NPS score: 9–10 promoter, 7–8 passive, 0–6 detractor.",
        ),
        by: By::Rules(&[
            ("promoter", ("推荐者", "Promoter"), "last_nps >= 9"),
            ("passive", ("被动者", "Passive"), "last_nps >= 7"),
            ("detractor", ("贬损者", "Detractor"), "last_nps is known"),
        ]),
        otherwise: UNKNOWN,
    },
    Template {
        key: "loyalty",
        group: "loyalty",
        label: ("忠诚度", "Loyalty"),
        about: (
            "忠诚：客龄至少 180 天、未沉睡、至少 5 单，或至少 3 单且推荐过别人或买过 3 个以上品类；潜在忠诚：至少 2 单或推荐过别人；其余买家为不忠诚。",
            "Loyal: customer for at least 180 days, not dormant, and 5 orders, or 3 with a referral or 3 categories; potentially loyal: 2 orders or a referral; not loyal: the other buyers.",
        ),
        by: By::Rules(&[
            (
                "loyal",
                ("忠诚", "Loyal"),
                "tenure_days >= 180 and recency_days <= dormancy_threshold_days and (orders >= 5 or (orders >= 3 and (referrals >= 1 or categories >= 3)))",
            ),
            ("potentially_loyal", ("潜在忠诚", "Potentially loyal"), "orders >= 2 or referrals >= 1"),
            ("not_loyal", ("不忠诚", "Not loyal"), "orders >= 1"),
        ]),
        otherwise: NO_PURCHASE,
    },
];
