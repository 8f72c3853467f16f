//! Names of the values that built-in text features can take.

use super::Derivation;
use crate::label::Label;

type Named = (&'static str, &'static str, &'static str);

const KIND: &[Named] = &[("person", "个人", "Person"), ("organisation", "组织", "Organisation")];
const GENDER: &[Named] = &[("male", "男", "Male"), ("female", "女", "Female"), ("other", "其他", "Other")];
const AGE_BAND: &[Named] = &[
    ("under_18", "18 岁以下", "Under 18"),
    ("18_24", "18–24 岁", "18–24"),
    ("25_34", "25–34 岁", "25–34"),
    ("35_44", "35–44 岁", "35–44"),
    ("45_54", "45–54 岁", "45–54"),
    ("55_64", "55–64 岁", "55–64"),
    ("65_plus", "65 岁及以上", "65 and over"),
];
const EDUCATION: &[Named] = &[
    ("primary", "小学及以下", "Primary school"),
    ("middle_school", "初中", "Middle school"),
    ("high_school", "高中/中专", "High school"),
    ("college", "大专", "College"),
    ("bachelor", "本科", "Bachelor"),
    ("master", "硕士", "Master"),
    ("doctor", "博士", "Doctor"),
];
const MARITAL: &[Named] = &[
    ("single", "单身", "Single"),
    ("married", "已婚", "Married"),
    ("partnered", "同居", "With a partner"),
    ("divorced", "离异", "Divorced"),
    ("widowed", "丧偶", "Widowed"),
];
const REGION: &[Named] = &[
    ("north_china", "华北", "North China"),
    ("northeast_china", "东北", "Northeast China"),
    ("east_china", "华东", "East China"),
    ("central_china", "华中", "Central China"),
    ("south_china", "华南", "South China"),
    ("southwest_china", "西南", "Southwest China"),
    ("northwest_china", "西北", "Northwest China"),
    ("hk_mo_tw", "港澳台", "Hong Kong, Macao, Taiwan"),
];
const NORTH_SOUTH: &[Named] = &[("north", "北方", "North"), ("south", "南方", "South")];
const CITY_TIER: &[Named] = &[
    ("tier_1", "一线", "Tier 1"),
    ("new_tier_1", "新一线", "New tier 1"),
    ("tier_2", "二线", "Tier 2"),
    ("tier_3", "三线", "Tier 3"),
    ("tier_4", "四线及以下", "Tier 4 and below"),
];
const COMPANY_SIZE: &[Named] = &[
    ("micro", "微型（10 人以下）", "Micro (under 10)"),
    ("small", "小型（10–49 人）", "Small (10–49)"),
    ("medium", "中型（50–249 人）", "Medium (50–249)"),
    ("large", "大型（250 人及以上）", "Large (250 and over)"),
];

const COUNTRY: &[Named] = &[("China", "中国", "China")];

const TABLES: [(&str, &[Named]); 10] = [
    ("kind", KIND),
    ("gender", GENDER),
    ("age_band", AGE_BAND),
    ("education", EDUCATION),
    ("marital_status", MARITAL),
    ("country", COUNTRY),
    ("region", REGION),
    ("north_south", NORTH_SOUTH),
    ("city_tier", CITY_TIER),
    ("company_size", COMPANY_SIZE),
];

/// The values of a built-in feature with their names, in their natural order; empty for features with free values.
pub fn values_of(feature: &str) -> Vec<(&'static str, Label)> {
    let table = TABLES.iter().find(|(key, _)| *key == feature).map_or(&[][..], |(_, table)| table);
    table.iter().map(|(value, zh, en)| (*value, Label::new(*zh, *en))).collect()
}

/// The values a function makes of the many ways people write them, with their names; empty for one that leaves its text as it is.
pub(super) fn spellings_of(function: Derivation) -> Vec<(&'static str, Label)> {
    match function {
        Derivation::Gender => values_of("gender"),
        Derivation::Education => values_of("education"),
        Derivation::Marital => values_of("marital_status"),
        _ => Vec::new(),
    }
}

/// Name of a value of a built-in feature: `男` / `Male` for `gender` = `male`.
pub fn value_label(feature: &str, value: &str) -> Option<Label> {
    if feature == "birth_decade" {
        let decade = value.strip_suffix('s')?.get(2..)?;
        return Some(Label::new(format!("{decade} 后"), value));
    }
    let (_, table) = TABLES.iter().find(|(key, _)| *key == feature)?;
    table.iter().find(|(v, _, _)| *v == value).map(|(_, zh, en)| Label::new(*zh, *en))
}

/// Every named value: feature, value, name.
pub fn named_values() -> impl Iterator<Item = (&'static str, &'static str, Label)> {
    TABLES.iter().flat_map(|(key, table)| table.iter().map(move |(value, zh, en)| (*key, *value, Label::new(*zh, *en))))
}

const INTERACTION: &[Named] = &[
    ("visit", "访问", "Visit"),
    ("store_visit", "到店", "Visit to a shop"),
    ("view", "浏览", "Page view"),
    ("browse", "浏览", "Page view"),
    ("click", "点击", "Click"),
    ("open", "打开消息", "Opened message"),
    ("call", "通话", "Call"),
    ("inquiry", "询价", "Inquiry"),
    ("quote", "报价", "Quote"),
    ("demo", "演示", "Demonstration"),
    ("trial", "试用", "Trial"),
    ("add_to_cart", "加购", "Filled cart"),
    ("cart", "加购", "Filled cart"),
    ("favorite", "收藏", "Favourite"),
    ("sample", "样品申请", "Sample"),
    ("referral", "推荐", "Referral"),
    ("refer", "推荐", "Referral"),
    ("complaint", "投诉", "Complaint"),
    ("complain", "投诉", "Complaint"),
    ("support", "咨询客服", "Support contact"),
    ("social", "社交互动", "Social"),
];

/// Name of a kind of interaction; one without a name is called as the business calls it.
pub fn interaction(kind: &str) -> Label {
    let found = INTERACTION.iter().find(|(key, ..)| *key == kind);
    found.map_or_else(|| Label::same(kind), |(_, zh, en)| Label::new(*zh, *en))
}

/// A score with the name of its question: `NPS 8 分`.
pub fn answer(question: &str, score: f64) -> Label {
    let (zh, en) = match question {
        "nps" => ("NPS", "NPS"),
        "csat" => ("满意度", "CSAT"),
        "ces" => ("省力度", "CES"),
        other => (other, other),
    };
    Label::new(format!("{zh} {score} 分"), format!("{en} {score}"))
}
