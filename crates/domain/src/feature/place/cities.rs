//! Cities of prefecture level and above with their commercial tier. Tiers follow the ranking in common use (1, new 1, 2, 3, 4 and below),
//! put together by us; edit the table, not the code.

use super::provinces::{PROVINCES, Province};
use std::sync::LazyLock;

/// Commercial tier of a city; smaller is larger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tier {
    /// 一线
    One,
    /// 新一线
    NewOne,
    /// 二线
    Two,
    /// 三线
    Three,
    /// 四线及以下
    Four,
}

impl Tier {
    /// Machine name.
    pub fn key(self) -> &'static str {
        match self {
            Tier::One => "tier_1",
            Tier::NewOne => "new_tier_1",
            Tier::Two => "tier_2",
            Tier::Three => "tier_3",
            Tier::Four => "tier_4",
        }
    }
}

/// A city of China.
#[derive(Debug, PartialEq, Eq)]
pub struct City {
    /// short Chinese name
    pub zh: &'static str,
    /// pinyin
    pub en: &'static str,
    /// commercial tier; the ranking covers the mainland only
    pub tier: Option<Tier>,
    province: &'static Province,
}

impl City {
    /// Where it lies.
    pub fn province(&self) -> &'static Province {
        self.province
    }
}

/// One line a province: `province: city pinyin[tier] city pinyin[tier] …`; no mark = tier 4, `/-` = no tier.
const TABLE: &str = include_str!("cities.txt");

static CITIES: LazyLock<Vec<City>> = LazyLock::new(|| TABLE.lines().flat_map(line).collect());

pub(super) fn all() -> &'static [City] {
    &CITIES
}

fn line(line: &'static str) -> Vec<City> {
    let Some((province, cities)) = line.split_once(':') else { return Vec::new() };
    let Some(province) = PROVINCES.iter().find(|p| p.zh == province.trim()) else { return Vec::new() };
    let mut words = cities.split_whitespace();
    let mut found = Vec::new();
    while let (Some(zh), Some(name)) = (words.next(), words.next()) {
        let (en, tier) = match name.split_once('/') {
            Some((en, "1")) => (en, Some(Tier::One)),
            Some((en, "n1")) => (en, Some(Tier::NewOne)),
            Some((en, "2")) => (en, Some(Tier::Two)),
            Some((en, "3")) => (en, Some(Tier::Three)),
            Some((en, _)) => (en, None),
            None => (name, Some(Tier::Four)),
        };
        found.push(City { zh, en, tier, province });
    }
    found
}
