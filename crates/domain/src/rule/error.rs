//! What is wrong with a rule, where exactly, and what would be right: a code, a span in characters, parameters.

use crate::label::Lang;
use serde::Serialize;
use std::{collections::BTreeMap, fmt, ops::Range};

/// What is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Code {
    /// a character that means nothing here (`character`)
    Character,
    /// a text without its closing quote
    OpenText,
    /// not a number (`text`)
    Number,
    /// no such day (`text`)
    Day,
    /// something else belongs here (`expected`, `found`)
    Expected,
    /// a value stands where a condition belongs (`text`)
    ConditionExpected,
    /// a condition stands where a value belongs
    ValueExpected,
    /// nested deeper than anyone can read (`limit`)
    TooDeep,
    /// longer than allowed (`limit`)
    TooLong,
    /// no such function (`name`, `nearest`)
    UnknownFunction,
    /// no such kind of fact (`name`, `nearest`)
    UnknownFact,
    /// no such field (`name`, `nearest`)
    UnknownField,
    /// no such feature (`name`, `nearest`)
    UnknownFeature,
    /// no such segment (`name`, `nearest`)
    UnknownSegment,
    /// no such class (`name`, `classification`, `nearest`)
    UnknownClass,
    /// two types that cannot be compared or combined (`left`, `right`)
    UnlikeTypes,
    /// text and yes/no can only be equal or different (`type`)
    NotOrdered,
    /// a number is needed (`type`)
    NotNumeric,
    /// a text is needed (`type`)
    NotText,
    /// money times money, or divided into a number
    MoneyTimesMoney,
    /// these facts have no such field (`fact`, `field`)
    FieldOfFact,
    /// this measure does not fit the field (`measure`, `field`)
    MeasureOfField,
    /// a filter takes several values only with `=` and `!=`, and at least one otherwise
    FilterValues,
    /// a percentage above 0 and at most 100 (`percent`)
    Percent,
    /// a window of no days, or one that ends before it starts
    Window,
    /// wrong number of arguments (`function`, `count`)
    Arguments,
    /// larger than can be counted exactly (`text`)
    Range,
    /// the expression's type is not the declared one (`left` found, `right` declared)
    ResultType,
}

impl Code {
    /// The machine name: `rule.unknown_feature`.
    pub fn as_str(self) -> &'static str {
        match self {
            Code::Character => "rule.character",
            Code::OpenText => "rule.open_text",
            Code::Number => "rule.number",
            Code::Day => "rule.day",
            Code::Expected => "rule.expected",
            Code::ConditionExpected => "rule.condition_expected",
            Code::ValueExpected => "rule.value_expected",
            Code::TooDeep => "rule.too_deep",
            Code::TooLong => "rule.too_long",
            Code::UnknownFunction => "rule.unknown_function",
            Code::UnknownFact => "rule.unknown_fact",
            Code::UnknownField => "rule.unknown_field",
            Code::UnknownFeature => "rule.unknown_feature",
            Code::UnknownSegment => "rule.unknown_segment",
            Code::UnknownClass => "rule.unknown_class",
            Code::UnlikeTypes => "rule.unlike_types",
            Code::NotOrdered => "rule.not_ordered",
            Code::NotNumeric => "rule.not_numeric",
            Code::NotText => "rule.not_text",
            Code::MoneyTimesMoney => "rule.money_times_money",
            Code::FieldOfFact => "rule.field_of_fact",
            Code::MeasureOfField => "rule.measure_of_field",
            Code::FilterValues => "rule.filter_values",
            Code::Percent => "rule.percent",
            Code::Window => "rule.window",
            Code::Arguments => "rule.arguments",
            Code::Range => "rule.range",
            Code::ResultType => "rule.result_type",
        }
    }
}

impl Serialize for Code {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(self.as_str())
    }
}

/// What is wrong with a rule, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Error {
    /// what
    pub code: Code,
    /// where in the text, in characters; for a rule given as a tree, in its canonical text
    pub span: Range<usize>,
    /// where in the rule's JSON, as a JSON pointer (`/all/0/compare/left`); empty for errors of the text itself
    pub path: String,
    /// details for the message
    pub params: BTreeMap<&'static str, String>,
}

impl Error {
    pub(super) fn new(code: Code, span: Range<usize>) -> Error {
        Error { code, span, path: String::new(), params: BTreeMap::new() }
    }

    pub(super) fn with(mut self, name: &'static str, value: impl fmt::Display) -> Error {
        self.params.insert(name, value.to_string());
        self
    }

    fn param(&self, name: &str) -> &str {
        self.params.get(name).map_or("", String::as_str)
    }

    /// What is wrong, in one sentence, with a hint where there is one.
    pub fn message(&self, lang: Lang) -> String {
        let what = match lang {
            Lang::Zh => self.zh(),
            Lang::En => self.en(),
        };
        match self.hint(lang) {
            Some(hint) => what + lang.pick("", " ") + &hint,
            None => what,
        }
    }

    /// What would be right.
    pub fn hint(&self, lang: Lang) -> Option<String> {
        let nearest = self.param("nearest");
        let (zh, en) = match self.code {
            _ if !nearest.is_empty() => (format!("您是不是要写“{nearest}”？"), format!("Did you mean `{nearest}`?")),
            Code::OpenText => ("请在结尾加上引号。".into(), "Add the closing quote.".into()),
            Code::Day => ("日期写作 2026-03-05。".into(), "Days are written 2026-03-05.".into()),
            Code::ConditionExpected => {
                let text = self.param("text");
                (format!("请补上比较，例如 {text} >= 1。"), format!("Add a comparison, e.g. {text} >= 1."))
            }
            Code::UnlikeTypes if self.param("left") == "text" && self.param("right") == "number" => {
                ("文字要加引号。".into(), "Put texts in quotes.".into())
            }
            Code::NotOrdered => ("请用 = 、!= 或 in (…)。".into(), "Use =, != or in (…).".into()),
            Code::Window => ("例如 last 90 days，或 90 to 31 days ago。".into(), "E.g. last 90 days, or 90 to 31 days ago.".into()),
            _ => return None,
        };
        Some(match lang {
            Lang::Zh => zh,
            Lang::En => en,
        })
    }

    fn zh(&self) -> String {
        let p = |name| self.param(name);
        match self.code {
            Code::Character => format!("这里不能用“{}”。", p("character")),
            Code::OpenText => "文字没有结束引号。".into(),
            Code::Number => format!("“{}”不是数字。", p("text")),
            Code::Day => format!("没有“{}”这一天。", p("text")),
            Code::Expected => format!("这里应是{}，却是{}。", token(p("expected"), Lang::Zh), token(p("found"), Lang::Zh)),
            Code::ConditionExpected => "这里需要一个条件，只写了一个值。".into(),
            Code::ValueExpected => "这里需要一个值，却写了一个条件。".into(),
            Code::TooDeep => format!("括号嵌套超过 {} 层。", p("limit")),
            Code::TooLong => format!("规则超过 {} 个字符。", p("limit")),
            Code::UnknownFunction => format!("没有名为“{}”的函数。", p("name")),
            Code::UnknownFact => format!("没有名为“{}”的事实。", p("name")),
            Code::UnknownField => format!("没有名为“{}”的字段。", p("name")),
            Code::UnknownFeature => format!("没有名为“{}”的特征。", p("name")),
            Code::UnknownSegment => format!("没有名为“{}”的人群。", p("name")),
            Code::UnknownClass => format!("分类“{}”里没有“{}”这一类。", p("classification"), p("name")),
            Code::UnlikeTypes => format!("{}不能和{}放在一起。", ty(p("left"), Lang::Zh), ty(p("right"), Lang::Zh)),
            Code::NotOrdered => format!("{}不分大小。", ty(p("type"), Lang::Zh)),
            Code::NotNumeric => format!("这里需要数字，却是{}。", ty(p("type"), Lang::Zh)),
            Code::NotText => format!("这里需要文字，却是{}。", ty(p("type"), Lang::Zh)),
            Code::MoneyTimesMoney => "金额只能乘以数字，数字也不能除以金额。".into(),
            Code::FieldOfFact => format!("{} 没有字段 {}。", p("fact"), p("field")),
            Code::MeasureOfField => format!("{} 不能用于 {}。", p("measure"), p("field")),
            Code::FilterValues => "只有 = 和 != 可以带多个值。".into(),
            Code::Percent => format!("百分比应大于 0 且不超过 100，却是 {}。", p("percent")),
            Code::Window => "这个时间窗里没有一天。".into(),
            Code::Arguments => format!("{} 不能带 {} 个参数。", p("function"), p("count")),
            Code::Range => format!("“{}”太大了。", p("text")),
            Code::ResultType => {
                format!("结果是{}，应是{}。", ty(p("left"), Lang::Zh), ty(p("right"), Lang::Zh))
            }
        }
    }

    fn en(&self) -> String {
        let p = |name| self.param(name);
        match self.code {
            Code::Character => format!("`{}` means nothing here.", p("character")),
            Code::OpenText => "The text has no closing quote.".into(),
            Code::Number => format!("`{}` is not a number.", p("text")),
            Code::Day => format!("There is no day `{}`.", p("text")),
            Code::Expected => format!("Expected {}, found {}.", token(p("expected"), Lang::En), token(p("found"), Lang::En)),
            Code::ConditionExpected => "A condition is needed here, this is only a value.".into(),
            Code::ValueExpected => "A value is needed here, this is a condition.".into(),
            Code::TooDeep => format!("Nested more than {} levels deep.", p("limit")),
            Code::TooLong => format!("The rule is longer than {} characters.", p("limit")),
            Code::UnknownFunction => format!("There is no function `{}`.", p("name")),
            Code::UnknownFact => format!("There are no facts `{}`.", p("name")),
            Code::UnknownField => format!("There is no field `{}`.", p("name")),
            Code::UnknownFeature => format!("There is no feature `{}`.", p("name")),
            Code::UnknownSegment => format!("There is no segment `{}`.", p("name")),
            Code::UnknownClass => format!("Classification `{}` has no class `{}`.", p("classification"), p("name")),
            Code::UnlikeTypes => format!("{} and {} do not go together.", first_upper(ty(p("left"), Lang::En)), ty(p("right"), Lang::En)),
            Code::NotOrdered => format!("{} has no order.", first_upper(ty(p("type"), Lang::En))),
            Code::NotNumeric => format!("A number is needed here, this is {}.", ty(p("type"), Lang::En)),
            Code::NotText => format!("A text is needed here, this is {}.", ty(p("type"), Lang::En)),
            Code::MoneyTimesMoney => "Money can only be multiplied by a number, and a number not divided by money.".into(),
            Code::FieldOfFact => format!("`{}` have no field `{}`.", p("fact"), p("field")),
            Code::MeasureOfField => format!("`{}` does not fit `{}`.", p("measure"), p("field")),
            Code::FilterValues => "Only = and != take several values.".into(),
            Code::Percent => format!("A percentage is above 0 and at most 100, not {}.", p("percent")),
            Code::Window => "There is no day in this window.".into(),
            Code::Arguments => format!("`{}` does not take {} arguments.", p("function"), p("count")),
            Code::Range => format!("`{}` is too large.", p("text")),
            Code::ResultType => format!("The result is {}, not {}.", ty(p("left"), Lang::En), ty(p("right"), Lang::En)),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}, {}–{})", self.message(Lang::En), self.code.as_str(), self.span.start, self.span.end)
    }
}

impl std::error::Error for Error {}

fn first_upper(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|c| c.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

/// A type's machine name as people call it.
fn ty(name: &str, lang: Lang) -> &str {
    match name {
        "bool" => lang.pick("是/否", "a yes/no value"),
        "int" | "number" => lang.pick("数字", "a number"),
        "money" => lang.pick("金额", "an amount of money"),
        "text" => lang.pick("文字", "a text"),
        "day" => lang.pick("日期", "a day"),
        other => other,
    }
}

/// What the parser expected or found.
fn token(name: &str, lang: Lang) -> String {
    let phrase = match name {
        "end" => lang.pick("结尾", "the end"),
        "condition" => lang.pick("条件", "a condition"),
        "comparison" => lang.pick("比较（如 >=、in、between）", "a comparison (>=, in, between, …)"),
        "value" => lang.pick("值", "a value"),
        "literal" => lang.pick("数字、文字或日期", "a number, text or day"),
        "number" => lang.pick("数字", "a number"),
        "whole_number" => lang.pick("整数", "a whole number"),
        "text" => lang.pick("带引号的文字", "a text in quotes"),
        "name" => lang.pick("名称", "a name"),
        "window_unit" => lang.pick("days 或 months", "days or months"),
        "argument" => lang.pick("时间窗（last 90 days）或筛选（channel = \"app\"）", "a window (last 90 days) or a filter (channel = \"app\")"),
        other => return lang.pick("“", "`").to_owned() + other + lang.pick("”", "`"),
    };
    phrase.to_owned()
}
