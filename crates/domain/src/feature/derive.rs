//! Built-in functions from values to a value: what arithmetic cannot say — birthdays, places, and the many ways people write
//! the same thing.

use super::place;
use crate::{
    period::Day,
    value::{Value, ValueType},
};
use serde::{Deserialize, Serialize};

/// A built-in function. Arguments in brackets; unknown arguments are `Null`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Derivation {
    /// (kind) `organisation` or `person`; unknown is a person
    Kind,
    /// (gender) `male`, `female`, `other`, however it was written
    Gender,
    /// (birthday, birth year, age) completed years; 29 February counts as 28 February in common years
    Age,
    /// (age) `under_18`, `18_24`, … `65_plus`
    AgeBand,
    /// (birthday, birth year) decade of birth, `1990s` (90后)
    BirthDecade,
    /// (birthday) days to the next birthday, 0 = today
    DaysToBirthday,
    /// (education) `high_school`, `college`, `bachelor`, `master`, `doctor`, … or the text as given
    Education,
    /// (marital status) `single`, `married`, … or the text as given
    Marital,
    /// (country, province, city) country; Chinese places say `China`
    Country,
    /// (province, city) province in its short name, or the text as given
    Province,
    /// (city) city in its short name, or the text as given
    City,
    /// (province, city) one of the seven regions of China
    Region,
    /// (province, city) `north` or `south` of the Qinling–Huaihe line
    NorthSouth,
    /// (city, province) `tier_1`, `new_tier_1`, `tier_2`, `tier_3`, `tier_4` (other known cities)
    CityTier,
    /// (day) whole days from it to the as-of day
    DaysSince,
    /// (employees) `micro` < 10, `small` < 50, `medium` < 250, `large`
    CompanySize,
}

impl Derivation {
    /// Type of its values.
    pub fn value_type(self) -> ValueType {
        match self {
            Derivation::Age | Derivation::DaysToBirthday | Derivation::DaysSince => ValueType::Int,
            _ => ValueType::Text,
        }
    }

    /// Does it show its first argument, spelled anew? The others only stand in for one that is not known.
    pub fn spells(self) -> bool {
        use Derivation::{City, Country, Education, Gender, Marital, Province};
        matches!(self, Gender | Education | Marital | Country | Province | City)
    }

    /// How many arguments it takes.
    pub fn arguments(self) -> usize {
        match self {
            Derivation::Age | Derivation::Country => 3,
            Derivation::BirthDecade
            | Derivation::Province
            | Derivation::Region
            | Derivation::NorthSouth
            | Derivation::CityTier => 2,
            _ => 1,
        }
    }
}

/// Applies a built-in function.
pub fn derive(function: Derivation, args: &[Value], as_of: Day) -> Value {
    let arg = |n: usize| args.get(n).unwrap_or(&Value::Null);
    match function {
        Derivation::Kind => Value::Text(kind(arg(0)).into()),
        Derivation::Gender => spelled(arg(0), GENDERS),
        Derivation::Age => age(arg(0), arg(1), arg(2), as_of).map_or(Value::Null, Value::Int),
        Derivation::AgeBand => number(arg(0)).map_or(Value::Null, |age| Value::Text(age_band(age).into())),
        Derivation::BirthDecade => decade(arg(0), arg(1)),
        Derivation::DaysToBirthday => day(arg(0)).map_or(Value::Null, |born| Value::Int(days_to_birthday(born, as_of))),
        Derivation::Education => spelled(arg(0), EDUCATIONS),
        Derivation::Marital => spelled(arg(0), MARITAL),
        Derivation::Country => text_value(place::country(text(arg(0)), text(arg(1)), text(arg(2)))),
        Derivation::Province => text_value(place::province_name(text(arg(0)), text(arg(1)))),
        Derivation::City => text_value(place::city_name(text(arg(0)))),
        Derivation::Region => key(place::province_of(text(arg(0)), text(arg(1))).map(|p| p.region.key())),
        Derivation::NorthSouth => key(place::province_of(text(arg(0)), text(arg(1))).map(|p| if p.north { "north" } else { "south" })),
        Derivation::CityTier => key(place::city(text(arg(0)), text(arg(1))).and_then(|c| c.tier).map(|t| t.key())),
        Derivation::DaysSince => day(arg(0)).map_or(Value::Null, |d| Value::Int(i64::from(as_of.0) - i64::from(d.0))),
        Derivation::CompanySize => number(arg(0)).map_or(Value::Null, |n| Value::Text(company_size(n).into())),
    }
}

fn text(value: &Value) -> &str {
    value.as_text().map_or("", str::trim)
}

fn text_value(text: Option<String>) -> Value {
    text.filter(|t| !t.is_empty()).map_or(Value::Null, Value::Text)
}

fn key(key: Option<&str>) -> Value {
    key.map_or(Value::Null, |k| Value::Text(k.into()))
}

/// A number, also one written as text.
fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Text(t) => t.trim().parse().ok().filter(|x: &f64| x.is_finite()),
        Value::Bool(_) | Value::Day(_) => None,
        other => other.as_f64(),
    }
}

/// A day, also one written as text.
fn day(value: &Value) -> Option<Day> {
    match value {
        Value::Day(d) => Some(*d),
        Value::Text(t) => Day::parse(t),
        _ => None,
    }
}

fn kind(value: &Value) -> &'static str {
    let organisation = ["organisation", "organization", "company", "business", "b2b", "企业", "公司", "单位", "组织", "机构"];
    let name = text(value).to_lowercase();
    if organisation.contains(&name.as_str()) { "organisation" } else { "person" }
}

type Spellings = &'static [(&'static str, &'static [&'static str])];

const GENDERS: Spellings = &[
    ("male", &["male", "m", "man", "mr", "男", "男性", "先生", "1"]),
    ("female", &["female", "f", "woman", "ms", "mrs", "miss", "女", "女性", "女士", "小姐", "2"]),
    ("other", &["other", "non-binary", "nonbinary", "diverse", "其他"]),
];

const EDUCATIONS: Spellings = &[
    ("primary", &["primary", "basic", "basic.4y", "basic.6y", "小学", "小学及以下"]),
    ("middle_school", &["middle school", "junior high", "basic.9y", "初中"]),
    ("high_school", &["high school", "high.school", "secondary", "高中", "中专", "高中/中专", "职高", "技校"]),
    ("college", &["college", "associate", "2n cycle", "professional.course", "大专", "专科", "高职"]),
    ("bachelor", &["bachelor", "bachelors", "bachelor's", "graduation", "graduate", "undergraduate", "university", "university.degree", "本科", "大学", "大学本科", "学士"]),
    ("master", &["master", "masters", "master's", "硕士", "硕士研究生", "研究生", "mba"]),
    ("doctor", &["doctor", "doctorate", "phd", "ph.d", "ph.d.", "博士", "博士研究生"]),
];

const MARITAL: Spellings = &[
    ("single", &["single", "unmarried", "never married", "alone", "未婚", "单身"]),
    ("married", &["married", "已婚"]),
    ("partnered", &["together", "partner", "partnered", "cohabiting", "同居"]),
    ("divorced", &["divorced", "separated", "离异", "离婚"]),
    ("widowed", &["widow", "widowed", "widower", "丧偶"]),
];

/// The key of a spelling; a text of no known spelling stays as it is. Numbers are spelled too (`1`).
fn spelled(value: &Value, spellings: Spellings) -> Value {
    let given = match value {
        Value::Text(t) => t.trim().to_owned(),
        Value::Int(i) => i.to_string(),
        Value::Number(x) => x.to_string(),
        _ => return Value::Null,
    };
    let name = given.to_lowercase();
    let unknown = ["", "unknown", "未知", "保密", "n/a", "na", "null", "none", "-", "0"];
    if unknown.contains(&name.as_str()) {
        return Value::Null;
    }
    let known = spellings.iter().find(|(key, names)| *key == name || names.contains(&name.as_str()));
    Value::Text(known.map_or(given, |(key, _)| (*key).to_owned()))
}

fn age(birthday: &Value, year: &Value, stated: &Value, as_of: Day) -> Option<i64> {
    let years = match (day(birthday), number(year)) {
        (Some(born), _) => completed_years(born, as_of),
        (None, Some(year)) => i64::from(as_of.date().year()) - year as i64,
        (None, None) => number(stated)? as i64,
    };
    (0..=130).contains(&years).then_some(years)
}

/// The birthday in a year: 29 February is kept on 28 February in common years.
fn birthday_in(born: jiff::civil::Date, year: i16) -> Option<Day> {
    Day::new(year, born.month(), born.day()).or_else(|| Day::new(year, born.month(), 28))
}

fn completed_years(born: Day, as_of: Day) -> i64 {
    let (birth, today) = (born.date(), as_of.date());
    let had = birthday_in(birth, today.year()).is_some_and(|b| b <= as_of);
    i64::from(today.year()) - i64::from(birth.year()) - i64::from(!had)
}

fn days_to_birthday(born: Day, as_of: Day) -> i64 {
    let (birth, year) = (born.date(), as_of.date().year());
    let next = birthday_in(birth, year).filter(|b| *b >= as_of).or_else(|| birthday_in(birth, year.saturating_add(1)));
    next.map_or(0, |b| i64::from(b.0) - i64::from(as_of.0))
}

fn age_band(age: f64) -> &'static str {
    match age {
        a if a < 18.0 => "under_18",
        a if a < 25.0 => "18_24",
        a if a < 35.0 => "25_34",
        a if a < 45.0 => "35_44",
        a if a < 55.0 => "45_54",
        a if a < 65.0 => "55_64",
        _ => "65_plus",
    }
}

fn decade(birthday: &Value, year: &Value) -> Value {
    let year = day(birthday).map(|d| i64::from(d.date().year())).or_else(|| number(year).map(|y| y as i64));
    match year {
        Some(y) if (1880..=2100).contains(&y) => Value::Text(format!("{}s", y / 10 * 10)),
        _ => Value::Null,
    }
}

fn company_size(employees: f64) -> &'static str {
    match employees {
        n if n < 10.0 => "micro",
        n if n < 50.0 => "small",
        n if n < 250.0 => "medium",
        _ => "large",
    }
}
