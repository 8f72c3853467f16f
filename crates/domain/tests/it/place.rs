//! Birthdays, places and spellings.

use crate::make::day;
use domain::{
    feature::{Derivation, derive},
    value::Value,
};

fn text(t: &str) -> Value {
    if t.is_empty() { Value::Null } else { Value::Text(t.into()) }
}

fn of(function: Derivation, args: &[&str]) -> Option<String> {
    let args: Vec<Value> = args.iter().map(|t| text(t)).collect();
    derive(function, &args, day("2026-11-22")).as_text().map(String::from)
}

fn age(born: &str, on: &str) -> Value {
    derive(Derivation::Age, &[Value::Day(day(born)), Value::Null, Value::Null], day(on))
}

#[test]
fn a_birthday_on_29_february_is_kept_on_the_28th() {
    assert_eq!(age("2000-02-29", "2023-02-27"), Value::Int(22));
    assert_eq!(age("2000-02-29", "2023-02-28"), Value::Int(23));
    assert_eq!(age("2000-02-29", "2024-02-28"), Value::Int(23));
    assert_eq!(age("2000-02-29", "2024-02-29"), Value::Int(24));
    assert_eq!(age("1990-11-22", "2026-11-21"), Value::Int(35));
    assert_eq!(age("1990-11-22", "2026-11-22"), Value::Int(36));
}

#[test]
fn age_from_a_year_or_as_stated_and_never_absurd() {
    let age = |args: [Value; 3]| derive(Derivation::Age, &args, day("2026-11-22"));
    assert_eq!(age([Value::Null, Value::Int(1990), Value::Int(20)]), Value::Int(36));
    assert_eq!(age([Value::Null, Value::Null, Value::Int(20)]), Value::Int(20));
    assert_eq!(age([Value::Null, Value::Int(1790), Value::Null]), Value::Null);
    assert_eq!(age([Value::Day(day("2030-01-01")), Value::Null, Value::Null]), Value::Null);
    assert_eq!(age([Value::Text("1990-01-01".into()), Value::Null, Value::Null]), Value::Int(36));
}

#[test]
fn days_to_the_next_birthday() {
    let days = |born: &str, on: &str| derive(Derivation::DaysToBirthday, &[Value::Day(day(born))], day(on));
    assert_eq!(days("1990-11-22", "2026-11-22"), Value::Int(0));
    assert_eq!(days("1990-11-21", "2026-11-22"), Value::Int(364));
    assert_eq!(days("2000-02-29", "2026-02-27"), Value::Int(1));
}

#[test]
fn bands_and_decades() {
    let band = |age: i64| derive(Derivation::AgeBand, &[Value::Int(age)], day("2026-01-01"));
    assert_eq!([17, 18, 24, 25, 64, 65].map(|a| band(a).as_text().map(String::from).unwrap_or_default()), [
        "under_18", "18_24", "18_24", "25_34", "55_64", "65_plus"
    ]);
    let decade = derive(Derivation::BirthDecade, &[Value::Day(day("1999-12-31")), Value::Null], day("2026-01-01"));
    assert_eq!(decade, Value::Text("1990s".into()));
    assert_eq!(domain::feature::value_label("birth_decade", "1990s").map(|l| l.zh), Some("90 后".into()));
}

#[test]
fn one_city_however_it_is_written() {
    for name in ["上海", "上海市", "Shanghai", "shanghai city", " SHANGHAI "] {
        assert_eq!(of(Derivation::CityTier, &[name, ""]).as_deref(), Some("tier_1"), "{name}");
    }
    assert_eq!(of(Derivation::City, &["上海市"]).as_deref(), Some("上海"));
    assert_eq!(of(Derivation::City, &["xi'an"]).as_deref(), Some("Xian"));
    assert_eq!(of(Derivation::City, &["Springfield"]).as_deref(), Some("Springfield"));
    assert_eq!(of(Derivation::CityTier, &["成都市", ""]).as_deref(), Some("new_tier_1"));
    assert_eq!(of(Derivation::CityTier, &["无锡", ""]).as_deref(), Some("tier_2"));
    assert_eq!(of(Derivation::CityTier, &["潍坊", ""]).as_deref(), Some("tier_2"));
    assert_eq!(of(Derivation::CityTier, &["阿克苏地区", ""]).as_deref(), Some("tier_4"));
    assert_eq!(of(Derivation::CityTier, &["Springfield", ""]), None);
}

#[test]
fn of_cities_of_one_name_the_province_decides() {
    assert_eq!(of(Derivation::CityTier, &["Suzhou", ""]).as_deref(), Some("new_tier_1"));
    assert_eq!(of(Derivation::CityTier, &["Suzhou", "Anhui"]).as_deref(), Some("tier_3"));
    assert_eq!(of(Derivation::CityTier, &["Taizhou", "江苏省"]).as_deref(), Some("tier_3"));
}

#[test]
fn provinces_regions_countries() {
    assert_eq!(of(Derivation::Province, &["", "深圳市"]).as_deref(), Some("广东"));
    assert_eq!(of(Derivation::Province, &["内蒙古自治区", ""]).as_deref(), Some("内蒙古"));
    assert_eq!(of(Derivation::Province, &["新疆维吾尔自治区", ""]).as_deref(), Some("新疆"));
    assert_eq!(of(Derivation::Province, &["Inner Mongolia", ""]).as_deref(), Some("Inner Mongolia"));
    assert_eq!(of(Derivation::Province, &["Bavaria", ""]).as_deref(), Some("Bavaria"));
    assert_eq!(of(Derivation::Region, &["四川省", ""]).as_deref(), Some("southwest_china"));
    assert_eq!(of(Derivation::Region, &["", "Harbin"]).as_deref(), Some("northeast_china"));
    assert_eq!(of(Derivation::NorthSouth, &["", "西安"]).as_deref(), Some("north"));
    assert_eq!(of(Derivation::NorthSouth, &["广西壮族自治区", ""]).as_deref(), Some("south"));
    assert_eq!(of(Derivation::Region, &["Bavaria", "Taiyuan"]), None);
    for country in ["中国", "China", "CN", "PRC"] {
        assert_eq!(of(Derivation::Country, &[country, "", ""]).as_deref(), Some("China"), "{country}");
    }
    assert_eq!(of(Derivation::Country, &["", "", "杭州"]).as_deref(), Some("China"));
    assert_eq!(of(Derivation::Country, &["United Kingdom", "", ""]).as_deref(), Some("United Kingdom"));
    assert_eq!(of(Derivation::Country, &["", "", ""]), None);
}

#[test]
fn the_same_thing_in_many_spellings() {
    for (given, gender) in [("男", "male"), ("M", "male"), ("先生", "male"), ("F", "female"), ("女士", "female"), ("Female", "female")] {
        assert_eq!(of(Derivation::Gender, &[given]).as_deref(), Some(gender), "{given}");
    }
    assert_eq!(of(Derivation::Gender, &["未知"]), None);
    assert_eq!(of(Derivation::Kind, &["企业"]).as_deref(), Some("organisation"));
    assert_eq!(of(Derivation::Kind, &[""]).as_deref(), Some("person"));
    assert_eq!(of(Derivation::Education, &["本科"]).as_deref(), Some("bachelor"));
    assert_eq!(of(Derivation::Education, &["PhD"]).as_deref(), Some("doctor"));
    assert_eq!(of(Derivation::Marital, &["Together"]).as_deref(), Some("partnered"));
    assert_eq!(of(Derivation::Marital, &["YOLO"]).as_deref(), Some("YOLO"));
}

#[test]
fn company_sizes() {
    let size = |n: i64| derive(Derivation::CompanySize, &[Value::Int(n)], day("2026-01-01"));
    assert_eq!([9, 10, 49, 50, 249, 250].map(|n| size(n).as_text().map(String::from).unwrap_or_default()), [
        "micro", "small", "small", "medium", "medium", "large"
    ]);
}
