//! Places of China: provinces, regions, cities and their tiers, found by Chinese, pinyin or English names.

mod cities;
mod provinces;

pub use cities::{City, Tier};
pub use provinces::{Province, Region};

use std::{
    collections::HashMap,
    sync::LazyLock,
};

static BY_NAME: LazyLock<HashMap<String, Vec<&'static City>>> = LazyLock::new(|| {
    let mut found: HashMap<String, Vec<&'static City>> = HashMap::new();
    for city in cities::all() {
        for name in [city.zh, city.en] {
            found.entry(bare(name)).or_default().push(city);
        }
    }
    // any order: each name's cities are sorted by themselves, of cities of one name the one of the better tier first
    found.values_mut().for_each(|cities| cities.sort_by_key(|c| (c.tier.is_none(), c.tier)));
    found
});

/// A name without case, spaces, apostrophes and administrative endings: `Xi'an City` → `xian`, `内蒙古自治区` → `内蒙古`.
fn bare(name: &str) -> String {
    let mut text: String = name.trim().to_lowercase();
    for ending in [
        "特别行政区", "维吾尔自治区", "壮族自治区", "回族自治区", "自治区", "自治州", "地区", "省", "市", "盟",
        " province", " municipality", " autonomous region", " city", " shi", " sheng", " sar",
    ] {
        if let Some(cut) = text.strip_suffix(ending).filter(|cut| cut.chars().count() >= 2) {
            text = cut.to_owned();
            break;
        }
    }
    text.retain(|c| c.is_alphanumeric());
    text
}

fn chinese(text: &str) -> bool {
    text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c))
}

/// A city by name; of several with one name the one in `province`, else the one of the better tier.
pub(super) fn city(name: &str, province: &str) -> Option<&'static City> {
    let cities = BY_NAME.get(&bare(name))?;
    let inside = provinces::find(&bare(province)).and_then(|p| cities.iter().find(|c| std::ptr::eq(c.province(), p)));
    inside.or_else(|| cities.first()).copied()
}

/// The province a customer lives in: stated, else that of the city.
pub(super) fn province_of(province: &str, city_name: &str) -> Option<&'static Province> {
    match provinces::find(&bare(province)) {
        Some(found) => Some(found),
        None if province.is_empty() => city(city_name, "").map(City::province),
        None => None,
    }
}

/// A province in its short name: Chinese if the data is written in Chinese, else English; unknown ones as given.
pub(super) fn province_name(province: &str, city_name: &str) -> Option<String> {
    match province_of(province, city_name) {
        Some(p) if chinese(province) || (province.is_empty() && chinese(city_name)) => Some(p.zh.to_owned()),
        Some(p) => Some(p.en.to_owned()),
        None => (!province.is_empty()).then(|| province.to_owned()),
    }
}

/// A city in its short name; unknown ones as given.
pub(super) fn city_name(name: &str) -> Option<String> {
    match city(name, "") {
        Some(c) if chinese(name) => Some(c.zh.to_owned()),
        Some(c) => Some(c.en.to_owned()),
        None => (!name.is_empty()).then(|| name.to_owned()),
    }
}

/// The country: `China` in all spellings and for Chinese provinces and cities; others as given.
pub(super) fn country(country: &str, province: &str, city_name: &str) -> Option<String> {
    const CHINA: [&str; 9] =
        ["中国", "中华人民共和国", "中国大陆", "china", "cn", "chn", "prc", "peoplesrepublicofchina", "mainlandchina"];
    if CHINA.contains(&bare(country).as_str()) || (country.is_empty() && province_of(province, city_name).is_some()) {
        return Some("China".to_owned());
    }
    (!country.is_empty()).then(|| country.to_owned())
}
