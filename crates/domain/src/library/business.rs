//! For business customers, and for those we hardly know yet.

use super::{By, NOT_ORGANISATION, Template, UNKNOWN};

pub(super) const ALL: &[Template] = &[
    Template {
        key: "by_company_size",
        group: "b2b",
        label: ("企业规模", "Company size"),
        about: ("按员工人数：微型、小型、中型、大型。", "By employees: micro, small, medium, large."),
        by: By::Rules(&[
            ("micro", ("微型（10 人以下）", "Micro (under 10)"), "kind = \"organisation\" and company_size = \"micro\""),
            ("small", ("小型（10–49 人）", "Small (10–49)"), "kind = \"organisation\" and company_size = \"small\""),
            ("medium", ("中型（50–249 人）", "Medium (50–249)"), "kind = \"organisation\" and company_size = \"medium\""),
            ("large", ("大型（250 人及以上）", "Large (250 and over)"), "kind = \"organisation\" and company_size = \"large\""),
            ("unknown", UNKNOWN.1, "kind = \"organisation\""),
        ]),
        otherwise: NOT_ORGANISATION,
    },
    Template {
        key: "by_industry",
        group: "b2b",
        label: ("行业", "Industry"),
        about: ("按行业，最多 20 类。", "By industry, 20 classes at most."),
        by: By::Values { feature: "industry", limit: 20 },
        otherwise: UNKNOWN,
    },
    Template {
        key: "b2b_frequency",
        group: "b2b",
        label: ("采购频率", "Purchasing frequency"),
        about: (
            "组织近 12 个月的订单：常规 ≥ 12，定期 ≥ 4，零星 ≥ 1。",
            "Orders of an organisation in 12 months: regular ≥ 12, periodic ≥ 4, occasional ≥ 1.",
        ),
        by: By::Rules(&[
            ("regular", ("常规采购", "Regular"), "kind = \"organisation\" and orders_12m >= 12"),
            ("periodic", ("定期采购", "Periodic"), "kind = \"organisation\" and orders_12m >= 4"),
            ("occasional", ("零星采购", "Occasional"), "kind = \"organisation\" and orders_12m >= 1"),
            ("none", ("近一年未采购", "None in 12 months"), "kind = \"organisation\""),
        ]),
        otherwise: NOT_ORGANISATION,
    },
    Template {
        key: "purchase_intent",
        group: "b2b",
        label: ("购买意向", "Purchase intent"),
        about: (
            "先看销售登记的意向；再看近 90 天询价、试用、加购等意向动作与近 30 天访问：强 = 至少 3 次意向动作，或 1 次加 3 次访问；中 = 任一；弱 = 有过互动。",
            "Intent on record first; then buying signals of 90 days (inquiry, trial, cart …) and visits of 30: strong = 3 signals, or 1 with 3 visits; medium = either; weak = any interaction.",
        ),
        by: By::Rules(&[
            ("strong", ("强意向", "Strong"), "stated_intent in (\"high\", \"High\", \"strong\", \"hot\", \"A\", \"高\", \"强\") or intent_actions_90d >= 3 or (intent_actions_90d >= 1 and visits_30d >= 3)"),
            ("medium", ("中意向", "Medium"), "stated_intent in (\"medium\", \"Medium\", \"warm\", \"B\", \"中\") or intent_actions_90d >= 1 or visits_30d >= 3"),
            ("weak", ("弱意向", "Weak"), "stated_intent is known or interactions_90d >= 1"),
        ]),
        otherwise: ("none", ("无迹象", "No sign")),
    },
    Template {
        key: "key_account",
        group: "b2b",
        label: ("大客户", "Key account"),
        about: (
            "组织：人工标为 A，或近 12 个月净消费额达到全体买家平均的 3 倍为大客户；达到平均为重点；其余一般。",
            "Organisations: key if graded A by hand or net of 12 months three times the mean of all buyers; important from the mean; else ordinary.",
        ),
        by: By::Rules(&[
            (
                "key",
                ("大客户", "Key account"),
                "kind = \"organisation\" and (account_grade = \"A\" or (orders_12m >= 1 and net_12m >= 3 * mean_of_all(net_12m, orders_12m)))",
            ),
            (
                "important",
                ("重点客户", "Important account"),
                "kind = \"organisation\" and orders_12m >= 1 and net_12m >= mean_of_all(net_12m, orders_12m)",
            ),
            ("ordinary", ("一般组织客户", "Ordinary account"), "kind = \"organisation\""),
        ]),
        otherwise: NOT_ORGANISATION,
    },
    Template {
        key: "cold_start",
        group: "cold_start",
        label: ("冷启动", "Cold start"),
        about: (
            "我们对这位客户知道多少，判断该有多谨慎：少于 3 单时，节奏与价值的结论主要来自同类客户。",
            "How much we know, and so how carefully to judge: below 3 orders, what we say about rhythm and value comes mostly from peers.",
        ),
        by: By::Rules(&[
            ("established", ("了解充分（3 单起）", "Well known (3 orders or more)"), "orders >= 3"),
            ("two_orders", ("初步了解（2 单）", "Getting known (2 orders)"), "orders = 2"),
            ("one_order", ("只有 1 单", "One order only"), "orders = 1"),
            ("interaction_only", ("只有互动", "Interactions only"), "interactions >= 1 or answers >= 1"),
            (
                "profile_only",
                ("只有资料", "Profile only"),
                "gender is known or age is known or city is known or country is known or industry is known or occupation is known or signup_day is known or stated_channel is known",
            ),
        ]),
        otherwise: ("nothing_known", ("一无所知", "Nothing known")),
    },
];
