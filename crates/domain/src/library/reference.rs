//! The library as tables for the reference manual, in both languages; written to `docs/reference` by `xtask codegen`.

use super::{classifications, segments, value::RFM_11};
use crate::{
    classification::{Classification, Method, classify},
    feature::{Group, catalog},
    label::{Label, Lang},
    money::Currency,
    rule::{BaseKey, Row, TopKey},
    segment::Members,
    value::{Value, ValueType},
};
use std::fmt::Write;

/// A cell of a Markdown table: no bars, no line breaks.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}

fn type_name(ty: ValueType, lang: Lang) -> &'static str {
    match ty {
        ValueType::Bool => lang.pick("是/否", "yes/no"),
        ValueType::Int => lang.pick("整数", "whole number"),
        ValueType::Number => lang.pick("数字", "number"),
        ValueType::Money => lang.pick("金额", "money"),
        ValueType::Text => lang.pick("文字", "text"),
        ValueType::Day => lang.pick("日期", "day"),
    }
}

impl Group {
    /// Name for people.
    pub fn label(self) -> Label {
        match self {
            Group::Demographics => Label::new("人口属性", "Demographics"),
            Group::Geography => Label::new("地理", "Geography"),
            Group::Psychographics => Label::new("心理与偏好", "Psychographics"),
            Group::Purchase => Label::new("购买", "Purchase"),
            Group::Preference => Label::new("商品偏好", "Product preference"),
            Group::Returns => Label::new("退款退货", "Returns"),
            Group::Interaction => Label::new("互动", "Interaction"),
            Group::Satisfaction => Label::new("满意度", "Satisfaction"),
            Group::Firmographics => Label::new("企业属性", "Firmographics"),
            Group::Lifecycle => Label::new("生命周期与节奏", "Lifecycle and rhythm"),
            Group::Rfm => Label::new("RFM", "RFM"),
            Group::Value => Label::new("价值", "Value"),
            Group::Loyalty => Label::new("忠诚与来源", "Loyalty and origin"),
            Group::Custom => Label::new("自定义", "Custom"),
        }
    }
}

/// Name of a shelf of classifications.
pub fn shelf(group: &str) -> Label {
    match group {
        "behaviour" => Label::new("行为", "Behaviour"),
        "demographics" => Label::new("人口属性", "Demographics"),
        "geography" => Label::new("地理", "Geography"),
        "psychographics" => Label::new("心理与偏好", "Psychographics"),
        "satisfaction" => Label::new("满意度", "Satisfaction"),
        "loyalty" => Label::new("忠诚度", "Loyalty"),
        "value" => Label::new("价值", "Value"),
        "lifecycle" => Label::new("生命周期", "Lifecycle"),
        "b2b" => Label::new("企业客户", "B2B"),
        "cold_start" => Label::new("冷启动", "Cold start"),
        "custom" => Label::new("自定义", "Custom"),
        other => Label::same(other),
    }
}

/// All built-in features, a table a group.
pub fn features_table(lang: Lang) -> String {
    let mut out = String::new();
    let mut group = None;
    for f in catalog() {
        if group != Some(f.group) {
            group = Some(f.group);
            let head = lang.pick("代号 | 名称 | 类型 | 单位 | 定义 | 说明", "key | name | type | unit | definition | meaning");
            let _ = write!(out, "\n### {}\n\n| {head} |\n|---|---|---|---|---|---|\n", f.group.label().get(lang));
        }
        let unit = f.unit.as_ref().map_or("", |u| u.get(lang));
        let _ = writeln!(
            out,
            "| `{}` | {} | {} | {} | `{}` | {} |",
            f.key,
            cell(f.label.get(lang)),
            type_name(f.value, lang),
            unit,
            cell(&f.definition.text()),
            cell(f.description.get(lang))
        );
    }
    out.trim_start().to_owned()
}

/// All classifications with their classes and rules.
pub fn classifications_table(lang: Lang) -> String {
    let mut out = String::new();
    let mut group = "";
    for c in classifications() {
        if group != c.group {
            group = &c.group;
            let _ = write!(out, "\n### {}\n", shelf(group).get(lang));
        }
        let _ = write!(out, "\n#### {} `{}`\n\n{}\n\n", c.label.get(lang), c.key, c.description.get(lang));
        out.push_str(&classes_table(c, lang));
    }
    out.trim_start().to_owned()
}

fn classes_table(c: &Classification, lang: Lang) -> String {
    let mut out = format!("| {} |\n|---|---|---|\n", lang.pick("代号 | 类别 | 规则", "key | class | rule"));
    let rest = lang.pick("其余", "the rest");
    match &c.method {
        Method::Rules { classes, otherwise } => {
            for class in classes {
                let rule = class.when.to_string();
                let _ = writeln!(out, "| `{}` | {} | `{}` |", class.key, cell(class.label.get(lang)), cell(&rule));
            }
            let _ = writeln!(out, "| `{}` | {} | {rest} |", otherwise.key, cell(otherwise.label.get(lang)));
        }
        Method::Values { feature, limit, otherwise } => {
            let most = limit.map_or(String::new(), |n| lang.pick("，最多 {n} 类", ", {n} classes at most").replace("{n}", &n.to_string()));
            let each = lang.pick("每个取值一类", "one class a value");
            let _ = writeln!(out, "| … | {each}{most} | `{feature}` |");
            let _ = writeln!(out, "| `{}` | {} | {rest} |", otherwise.key, cell(otherwise.label.get(lang)));
        }
    }
    out
}

/// All segment templates.
pub fn segments_table(lang: Lang) -> String {
    let mut out = format!("| {} |\n|---|---|---|---|\n", lang.pick("代号 | 人群 | 说明 | 规则", "key | segment | meaning | rule"));
    for s in segments() {
        let rule = match &s.members {
            Members::Dynamic { rule } => rule.to_string(),
            Members::Static { customers } => format!("{} …", customers.len()),
        };
        let without = if s.exclude.is_empty() { String::new() } else { format!(" − {}", s.exclude.join(", ")) };
        let (name, about) = (cell(s.label.get(lang)), cell(s.description.get(lang)));
        let _ = writeln!(out, "| `{}` | {name} | {about} | `{}`{without} |", s.key, cell(&rule));
    }
    out
}

/// The class of each of the 125 cells: R, F, M (1–5 each), class key.
pub fn rfm_11_cells() -> Vec<(u8, u8, u8, &'static str)> {
    let names = super::vocabulary(Currency::CNY);
    let template = classifications().iter().find(|c| c.key == "rfm_11");
    let Some(classifier) = template.and_then(|c| c.check(&names).ok()) else { return Vec::new() };
    let mut cells = Vec::with_capacity(125);
    for r in 1..=5u8 {
        for f in 1..=5u8 {
            for m in 1..=5u8 {
                let class = classify(&classifier, &Cell(r, f, m), None).class;
                let key = RFM_11.iter().find(|(key, _, _)| *key == class).map_or("", |(key, _, _)| key);
                cells.push((r, f, m, key));
            }
        }
    }
    cells
}

/// A buyer of whom only the three scores are known.
struct Cell(u8, u8, u8);

impl Row for Cell {
    fn value(&self, key: &str) -> Value {
        match key {
            "rfm_r" => Value::Int(i64::from(self.0)),
            "rfm_f" => Value::Int(i64::from(self.1)),
            "rfm_m" => Value::Int(i64::from(self.2)),
            _ => Value::Null,
        }
    }

    fn member(&self, _: &str) -> bool {
        false
    }

    fn base(&self, _: &BaseKey) -> Option<f64> {
        None
    }

    fn cut(&self, _: &TopKey) -> Option<f64> {
        None
    }
}

/// RFM 11 as a grid: one row per R, one column per F + M.
pub fn rfm_11_table(lang: Lang) -> String {
    let cells = rfm_11_cells();
    let name = |key: &str| RFM_11.iter().find(|(k, _, _)| *k == key).map_or("", |(_, n, _)| lang.pick(n.0, n.1));
    let mut out = format!("| R \\ F + M | {} |\n|---|", (2..=10).map(|s| s.to_string()).collect::<Vec<_>>().join(" | "));
    out.push_str(&"---|".repeat(9));
    out.push('\n');
    for r in (1..=5u8).rev() {
        let of_sum = |sum: u8| cells.iter().find(|(cr, f, m, _)| *cr == r && f + m == sum).map_or("", |(_, _, _, key)| name(key));
        let _ = writeln!(out, "| {r} | {} |", (2..=10).map(of_sum).collect::<Vec<_>>().join(" | "));
    }
    out
}
