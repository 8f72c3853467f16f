//! Fields that people fill in by hand: an own attribute of a customer, or a field of a record of their own. What kind of value is
//! wanted, and what a written one comes to.

use crate::{
    classification::Named,
    figure::Figure,
    label::Label,
    money::Currency,
    period::Day,
    rule::decimal,
    value::{Value, ValueType},
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Characters of one line.
pub const LINE: usize = 500;
/// Characters of a long text.
pub const LONG: usize = 10_000;
/// Options a list may have.
pub const OPTIONS: usize = 200;
/// Stands between several chosen options; no option holds it.
pub const BETWEEN: &str = "、";

/// What kind of value a field wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// one line
    Text,
    /// several lines; no attribute of a customer, because the lake holds no free text
    LongText,
    /// a number
    Number,
    /// an amount in the reporting currency
    Money,
    /// a day
    Day,
    /// yes or no
    Bool,
    /// one of a list
    Choice,
    /// several of a list
    Choices,
    /// a customer; no attribute of one
    Customer,
}

impl Kind {
    /// The type of its values.
    pub fn value_type(self) -> ValueType {
        match self {
            Kind::Number => ValueType::Number,
            Kind::Money => ValueType::Money,
            Kind::Day => ValueType::Day,
            Kind::Bool => ValueType::Bool,
            Kind::Text | Kind::LongText | Kind::Choice | Kind::Choices | Kind::Customer => ValueType::Text,
        }
    }

    /// For people.
    pub fn label(self) -> Label {
        let (zh, en) = match self {
            Kind::Text => ("文字", "text"),
            Kind::LongText => ("多行文字", "long text"),
            Kind::Number => ("数字", "number"),
            Kind::Money => ("金额", "money"),
            Kind::Day => ("日期", "date"),
            Kind::Bool => ("是或否", "yes or no"),
            Kind::Choice => ("单选", "one of a list"),
            Kind::Choices => ("多选", "several of a list"),
            Kind::Customer => ("客户", "a customer"),
        };
        Label::new(zh, en)
    }

    /// Does it have a list to choose from?
    pub fn chooses(self) -> bool {
        matches!(self, Kind::Choice | Kind::Choices)
    }
}

/// A value as people and programs write it: money in major units, days as `2026-03-05`, several options as a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Written {
    /// yes or no
    Bool(bool),
    /// a number
    Number(f64),
    /// a text
    Text(String),
    /// several options
    List(Vec<String>),
}

/// How an own attribute is filled in by hand.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// what is wanted
    pub kind: Kind,
    /// what there is to choose from; a key is what the lake and files say
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<Named>,
    /// a person's own detail: hidden from whoever may not see such
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub personal: bool,
    /// nobody fills it in: records of one's own kind do
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub figure: Option<Figure>,
}

/// Why a value does not do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// it is of another kind
    Kind(Kind),
    /// it is too long
    Length(usize),
    /// no such option
    Option(String),
}

impl Fault {
    /// For people.
    pub fn message(&self) -> Label {
        let (zh, en) = match self {
            Fault::Kind(Kind::Number) => ("要填数字", "a number is wanted"),
            Fault::Kind(Kind::Money) => ("要填金额，如 128.50", "an amount is wanted, such as 128.50"),
            Fault::Kind(Kind::Day) => ("要填日期，如 2026-03-05", "a day is wanted, such as 2026-03-05"),
            Fault::Kind(Kind::Bool) => ("要选是或否", "yes or no is wanted"),
            Fault::Kind(Kind::Customer) => ("要填一位客户", "a customer is wanted"),
            Fault::Kind(_) => ("要填文字", "a text is wanted"),
            Fault::Length(most) => return Label::new(format!("最多 {most} 个字"), format!("at most {most} characters")),
            Fault::Option(given) => return Label::new(format!("没有“{given}”这个选项"), format!("there is no option “{given}”")),
        };
        Label::new(zh, en)
    }
}

/// What is wrong with a list of options.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OptionsFault {
    /// a list is wanted, of at most [`OPTIONS`]
    Count,
    /// an option is empty, too long, or holds what stands between options
    Text(String),
    /// an option stands there twice
    Twice(String),
    /// of several options one stands inside another, so that `contains` could not tell them apart
    Inside(String, String),
}

impl OptionsFault {
    /// For people.
    pub fn message(&self) -> Label {
        match self {
            OptionsFault::Count => Label::new(format!("选项要有 1 到 {OPTIONS} 个"), format!("a list has 1 to {OPTIONS} options")),
            OptionsFault::Text(t) => Label::new(format!("选项“{t}”是空的、太长，或含有“{BETWEEN}”"), format!("the option “{t}” is empty, too long or holds “{BETWEEN}”")),
            OptionsFault::Twice(t) => Label::new(format!("选项“{t}”出现了两次"), format!("the option “{t}” stands there twice")),
            OptionsFault::Inside(a, b) => Label::new(format!("多选时选项不能互相包含：“{a}”在“{b}”里"), format!("of several options none may stand inside another: “{a}” is in “{b}”")),
        }
    }
}

/// Checks the options of a field.
///
/// # Errors
/// What does not fit.
pub fn check_options(kind: Kind, options: &[Named]) -> Result<(), OptionsFault> {
    if !kind.chooses() {
        return if options.is_empty() { Ok(()) } else { Err(OptionsFault::Count) };
    }
    if options.is_empty() || options.len() > OPTIONS {
        return Err(OptionsFault::Count);
    }
    let mut seen = BTreeSet::new();
    for o in options {
        let fits = !o.key.is_empty() && o.key.trim() == o.key && o.key.chars().count() <= 100 && !o.key.contains(BETWEEN) && !o.key.chars().any(char::is_control);
        if !fits {
            return Err(OptionsFault::Text(o.key.clone()));
        }
        if !seen.insert(o.key.as_str()) {
            return Err(OptionsFault::Twice(o.key.clone()));
        }
    }
    if kind == Kind::Choices {
        for a in options {
            if let Some(b) = options.iter().find(|b| b.key != a.key && b.key.contains(&a.key)) {
                return Err(OptionsFault::Inside(a.key.clone(), b.key.clone()));
            }
        }
    }
    Ok(())
}

/// What a written value comes to; an empty text and an empty list are none.
///
/// # Errors
/// Why it does not do.
pub fn read(kind: Kind, options: &[Named], written: &Written, currency: Currency) -> Result<Value, Fault> {
    if let Written::Text(t) = written {
        if t.trim().is_empty() {
            return Ok(Value::Null);
        }
    }
    let wrong = || Fault::Kind(kind);
    match kind {
        Kind::Text | Kind::Customer => text(written, LINE, false).unwrap_or_else(|| Err(wrong())),
        Kind::LongText => text(written, LONG, true).unwrap_or_else(|| Err(wrong())),
        Kind::Number => number(written).map(Value::Number).ok_or_else(wrong),
        Kind::Money => number(written).and_then(|x| decimal::minor(x, currency.digits())).map(Value::Money).ok_or_else(wrong),
        Kind::Day => match written {
            Written::Text(t) => Day::parse(t.trim()).map(Value::Day).ok_or_else(wrong),
            _ => Err(wrong()),
        },
        Kind::Bool => match written {
            Written::Bool(b) => Ok(Value::Bool(*b)),
            Written::Text(t) if t == "true" => Ok(Value::Bool(true)),
            Written::Text(t) if t == "false" => Ok(Value::Bool(false)),
            _ => Err(wrong()),
        },
        Kind::Choice => match written {
            Written::Text(t) => option(options, t.trim()).map(|o| Value::Text(o.key.clone())),
            _ => Err(wrong()),
        },
        Kind::Choices => several(options, written).unwrap_or_else(|| Err(wrong())),
    }
}

fn text(written: &Written, most: usize, lines: bool) -> Option<Result<Value, Fault>> {
    let Written::Text(t) = written else { return None };
    let t: String = t.trim().chars().filter(|c| !c.is_control() || (lines && *c == '\n')).collect();
    Some(if t.chars().count() > most { Err(Fault::Length(most)) } else { Ok(Value::Text(t)) })
}

fn number(written: &Written) -> Option<f64> {
    let x = match written {
        Written::Number(x) => *x,
        Written::Text(t) => t.trim().replace(',', "").parse().ok()?,
        _ => return None,
    };
    (x.is_finite() && x.abs() < 1e15).then_some(if x == 0.0 { 0.0 } else { x })
}

/// By its key, or by its name in either language, as people and files write it.
fn option<'a>(options: &'a [Named], text: &str) -> Result<&'a Named, Fault> {
    let found = options.iter().find(|o| o.key == text).or_else(|| options.iter().find(|o| o.label.zh == text || o.label.en == text));
    found.ok_or_else(|| Fault::Option(text.to_owned()))
}

/// Several options in the order of the list, each once.
fn several(options: &[Named], written: &Written) -> Option<Result<Value, Fault>> {
    let parts: Vec<&str> = match written {
        Written::List(all) => all.iter().map(String::as_str).collect(),
        Written::Text(t) => t.split(['、', ',', '，', ';', '；', '|']).collect(),
        _ => return None,
    };
    let mut chosen = BTreeSet::new();
    for part in parts.iter().map(|p| p.trim()).filter(|p| !p.is_empty()) {
        match option(options, part) {
            Ok(o) => chosen.insert(o.key.as_str()),
            Err(e) => return Some(Err(e)),
        };
    }
    let keys: Vec<&str> = options.iter().map(|o| o.key.as_str()).filter(|k| chosen.contains(k)).collect();
    Some(Ok(if keys.is_empty() { Value::Null } else { Value::Text(keys.join(BETWEEN)) }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(keys: &[&str]) -> Vec<Named> {
        keys.iter().map(|k| Named { key: (*k).into(), label: Label::new(*k, format!("en {k}")) }).collect()
    }

    fn of(kind: Kind, written: Written) -> Result<Value, Fault> {
        read(kind, &options(&["干性", "油性", "混合性"]), &written, Currency::CNY)
    }

    #[test]
    fn each_kind_reads_what_people_write() {
        let text = |t: &str| Written::Text(t.into());
        assert_eq!(of(Kind::Text, text(" 小王 ")), Ok(Value::Text("小王".into())));
        assert_eq!(of(Kind::Number, text("1,200.5")), Ok(Value::Number(1200.5)));
        assert_eq!(of(Kind::Money, Written::Number(128.5)), Ok(Value::Money(12_850)));
        assert_eq!(of(Kind::Money, text("0.105")), Ok(Value::Money(10)));
        assert_eq!(of(Kind::Day, text("2026-03-05")), Ok(Value::Day(Day::parse("2026-03-05").expect("a day"))));
        assert_eq!(of(Kind::Bool, Written::Bool(false)), Ok(Value::Bool(false)));
        assert_eq!(of(Kind::Choice, text("en 油性")), Ok(Value::Text("油性".into())));
        assert_eq!(of(Kind::Choices, Written::List(vec!["油性".into(), "干性".into()])), Ok(Value::Text("干性、油性".into())));
        assert_eq!(of(Kind::Choices, text("油性, 干性")), Ok(Value::Text("干性、油性".into())));
        assert_eq!(of(Kind::Choices, Written::List(Vec::new())), Ok(Value::Null));
        for kind in [Kind::Text, Kind::Number, Kind::Day, Kind::Choice, Kind::Bool] {
            assert_eq!(of(kind, text("  ")), Ok(Value::Null), "{kind:?}");
        }
    }

    #[test]
    fn what_does_not_do_says_why() {
        let text = |t: &str| Written::Text(t.into());
        assert_eq!(of(Kind::Number, text("many")), Err(Fault::Kind(Kind::Number)));
        assert_eq!(of(Kind::Number, Written::Number(f64::INFINITY)), Err(Fault::Kind(Kind::Number)));
        assert_eq!(of(Kind::Day, text("2026-02-30")), Err(Fault::Kind(Kind::Day)));
        assert_eq!(of(Kind::Choice, text("粉色")), Err(Fault::Option("粉色".into())));
        assert_eq!(of(Kind::Text, text(&"x".repeat(501))), Err(Fault::Length(500)));
    }

    #[test]
    fn options_can_be_told_apart() {
        assert_eq!(check_options(Kind::Choice, &options(&["干", "干性"])), Ok(()));
        assert_eq!(check_options(Kind::Choices, &options(&["干", "干性"])), Err(OptionsFault::Inside("干".into(), "干性".into())));
        assert_eq!(check_options(Kind::Choice, &options(&["a", "a"])), Err(OptionsFault::Twice("a".into())));
        assert_eq!(check_options(Kind::Choice, &[]), Err(OptionsFault::Count));
        assert_eq!(check_options(Kind::Text, &options(&["a"])), Err(OptionsFault::Count));
        assert_eq!(check_options(Kind::Choices, &options(&["a、b"])), Err(OptionsFault::Text("a、b".into())));
    }
}
