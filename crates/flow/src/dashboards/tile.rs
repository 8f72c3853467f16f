//! What stands on a dashboard: tiles as plain data, and whether they can be drawn at all.

use crate::{Error, Result, analysis::{Definitions, used_by::Names}, analysis::trend::{MOST, Step}, schema, sight::Walls};
use domain::{Label, ValueType, rule};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use utoipa::ToSchema;

/// Parameters of the customer list: who.
pub type Who = BTreeMap<String, String>;

/// Most tiles of a dashboard.
pub const TILES: usize = 24;
/// Columns of the grid.
const WIDTH: u8 = 4;
/// Most rows of a bar chart or a table.
const ROWS: u32 = 50;
const TITLE: usize = 80;
/// Characters of the list parameters of one tile.
const WHO: usize = 4_000;
const MONTHS: u32 = 36;

/// Characters of a text tile, in each language.
const TEXT: usize = 2_000;
/// Bins of a histogram.
const BINS: u32 = 40;
/// As far as a goal goes: whole numbers beyond are no longer told apart.
const GOAL: f64 = 9_007_199_254_740_992.0;

/// A whole number, also one that is written `3.0`: JSON has one kind of number.
fn whole<'de, D: Deserializer<'de>, N: TryFrom<u64>>(from: D) -> std::result::Result<N, D::Error> {
    fitting(f64::deserialize(from)?)
}

/// One, or none.
fn perhaps<'de, D: Deserializer<'de>, N: TryFrom<u64>>(from: D) -> std::result::Result<Option<N>, D::Error> {
    Option::<f64>::deserialize(from)?.map(fitting).transpose()
}

fn fitting<N: TryFrom<u64>, E: serde::de::Error>(number: f64) -> std::result::Result<N, E> {
    let fits = (number.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(&number)).then_some(number as u64);
    fits.and_then(|n| N::try_from(n).ok()).ok_or_else(|| E::custom(format!("{number} is no whole number that fits")))
}

/// A tile.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Tile {
    /// its name on the dashboard: letters, digits and `-`, at most 40
    pub id: String,
    /// what stands above it; absent: what it shows, in words
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schema::Label>)]
    pub title: Option<Label>,
    /// columns of the grid it takes, 1–4
    #[schema(minimum = 1, maximum = 4)]
    #[serde(deserialize_with = "whole")]
    pub width: u8,
    /// of whom: `segment`, `rule` and `class.<classification>`, as the customer list takes them; empty: everybody
    #[serde(default)]
    pub who: Who,
    /// what it shows
    pub show: Show,
}

/// What a tile shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Show {
    /// one number, and how it changed
    Number {
        /// what is counted
        measure: Measure,
        /// compared with how far back, unless the reader names a day
        #[serde(default)]
        back: Back,
        /// what it should come to
        #[serde(default, skip_serializing_if = "Option::is_none")]
        goal: Option<Goal>,
    },
    /// how something went over time
    Trend {
        /// what is counted
        measure: Measure,
        /// a line for each: `class.<classification>`, `segments`, or a feature of few values; absent: one line
        #[serde(default)]
        by: Option<String>,
        /// how far apart the days are
        #[serde(default)]
        step: Step,
        /// how many days, 2–37
        #[schema(minimum = 2, maximum = 37)]
        #[serde(deserialize_with = "whole")]
        points: u32,
        /// what it should come to: a line across
        #[serde(default, skip_serializing_if = "Option::is_none")]
        goal: Option<Goal>,
    },
    /// bars
    Bar {
        /// a bar for each: `class.<classification>`, `segments`, or a feature of few values
        by: String,
        /// how long it is
        measure: Measure,
        /// at most so many, 1–50
        #[schema(minimum = 1, maximum = 50)]
        #[serde(deserialize_with = "whole")]
        limit: u32,
    },
    /// how the values of a feature are spread
    Histogram {
        /// of numbers or money
        feature: String,
        /// at most about so many bins, 2–40; absent: as many as the values make sensible
        #[schema(minimum = 2, maximum = 40)]
        #[serde(default, deserialize_with = "perhaps", skip_serializing_if = "Option::is_none")]
        bins: Option<u32>,
    },
    /// words of whoever made the dashboard: plain text, in which `https://…` and `[words](https://…)` are links
    Text {
        /// at most 2,000 characters in each language
        #[schema(value_type = schema::Label)]
        text: Label,
    },
    /// two dimensions crossed
    Heat {
        /// across
        x: String,
        /// down
        y: String,
        /// what the cells hold
        measure: Measure,
    },
    /// who moved between the classes of a classification
    Flow {
        /// which
        classification: String,
        /// since when, unless the reader names a day
        #[serde(default)]
        back: Back,
        /// as bands or as a table
        #[serde(default)]
        view: FlowView,
    },
    /// customers by the month of their first order, and what became of them
    Cohort {
        /// what of them
        of: CohortOf,
        /// so many months, 2–36
        #[schema(minimum = 2, maximum = 36)]
        months: u32,
    },
    /// the first customers of an order
    List {
        /// feature key, `-` before it for descending
        sort: String,
        /// feature keys and `class.<classification>`
        columns: Vec<String>,
        /// at most so many, 1–50
        #[schema(minimum = 1, maximum = 50)]
        #[serde(deserialize_with = "whole")]
        limit: u32,
    },
    /// a table of groups
    Group {
        /// a row for each: `class.<classification>`, `segments`, or a feature of few values
        by: String,
        /// a column for each, 1–6
        measures: Vec<Measure>,
        /// at most so many, 1–50
        #[schema(minimum = 1, maximum = 50)]
        #[serde(deserialize_with = "whole")]
        limit: u32,
    },
}

/// What is counted of some customers.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[schema(as = TileMeasure)]
#[serde(deny_unknown_fields)]
pub struct Measure {
    /// how
    pub stat: Stat,
    /// of which feature; absent for `count`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub feature: Option<String>,
}

impl Measure {
    /// How many there are.
    pub fn count() -> Measure {
        Measure { stat: Stat::Count, feature: None }
    }

    /// The sum of a feature.
    pub fn sum(feature: &str) -> Measure {
        Measure { stat: Stat::Sum, feature: Some(feature.to_owned()) }
    }

    /// The mean of a feature.
    pub fn mean(feature: &str) -> Measure {
        Measure { stat: Stat::Mean, feature: Some(feature.to_owned()) }
    }
}

/// What a number should come to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = TileGoal)]
#[serde(deny_unknown_fields)]
pub struct Goal {
    /// as the measure has it: money in minor units
    pub value: f64,
    /// what it is called, at most 80 characters; absent: the goal
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schema::Label>)]
    pub label: Option<Label>,
    /// from which side it is reached
    #[serde(default)]
    pub reach: Reach,
}

/// From which side a goal is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Reach {
    /// it shall be as much, or more
    #[default]
    AtLeast,
    /// it shall not be more
    AtMost,
}

/// How something is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[schema(as = TileStat)]
#[serde(rename_all = "snake_case")]
pub enum Stat {
    /// customers
    Count,
    /// sum over those whose value is known
    Sum,
    /// mean of those whose value is known
    Mean,
    /// the value in the middle; of two in the middle their mean
    Median,
    /// the least of those that are known
    Min,
    /// the greatest of those that are known
    Max,
}

/// How far back a tile compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Back {
    /// seven days
    Week,
    /// a month
    #[default]
    Month,
    /// three months
    Quarter,
    /// a year
    Year,
}

/// How moves are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FlowView {
    /// bands from the classes before to the classes after
    #[default]
    Bands,
    /// a table of classes before and after
    Matrix,
}

/// What of a cohort.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CohortOf {
    /// how many bought in each later month
    Retention,
    /// how many had bought a second time by the end of each later month
    Repurchase,
    /// net of the orders of each month
    Money,
}

/// What does not fit, and in which tile.
fn bad(tile: &Tile, field: &str, zh: impl std::fmt::Display, en: impl std::fmt::Display) -> Error {
    Error::Invalid {
        code: "dashboard.tile",
        message: Label::new(format!("卡片“{}”：{zh}", tile.id), format!("tile `{}`: {en}", tile.id)),
        params: json!({ "tile": tile.id, "field": field }),
    }
}

/// Is it short enough in both languages?
fn short(label: &Label, most: usize) -> bool {
    [&label.zh, &label.en].into_iter().all(|t| t.chars().count() <= most)
}

fn within(tile: &Tile, field: &str, n: u32, from: u32, to: u32) -> Result<()> {
    if (from..=to).contains(&n) { Ok(()) } else { Err(bad(tile, field, format_args!("{field} 须在 {from} 到 {to} 之间"), format_args!("{field} is from {from} to {to}"))) }
}

/// Do these tiles fit together, whatever they are about?
///
/// # Errors
/// `dashboard.tiles`, `dashboard.tile`.
pub fn shape(tiles: &[Tile]) -> Result<()> {
    if tiles.len() > TILES {
        return Err(Error::invalid("dashboard.tiles", format!("一个看板最多 {TILES} 张卡片"), format!("a dashboard has at most {TILES} tiles")));
    }
    let mut ids = BTreeSet::new();
    for tile in tiles {
        let id = &tile.id;
        let plain = !id.is_empty() && id.len() <= 40 && id.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
        if !plain || !ids.insert(id) {
            return Err(bad(tile, "id", "代号只能用字母、数字和短横，且不能重复", "an id has letters, digits and `-`, and stands once"));
        }
        if tile.title.as_ref().is_some_and(|t| !short(t, TITLE)) {
            return Err(bad(tile, "title", format_args!("标题最多 {TITLE} 个字"), format_args!("a title has at most {TITLE} characters")));
        }
        within(tile, "width", u32::from(tile.width), 1, u32::from(WIDTH))?;
        let known = |k: &&String| ["segment", "rule"].contains(&k.as_str()) || k.starts_with("class.");
        if let Some(other) = tile.who.keys().find(|k| !known(k)) {
            return Err(bad(tile, "who", format_args!("卡片不能按 {other} 限定"), format_args!("a tile is not narrowed by {other}")));
        }
        if tile.who.iter().map(|(k, v)| k.len() + v.len()).sum::<usize>() > WHO {
            return Err(bad(tile, "who", "限定条件太长", "what narrows it is too long"));
        }
        match &tile.show {
            Show::Trend { points, .. } => within(tile, "points", *points, 2, MOST)?,
            Show::Bar { limit, .. } => within(tile, "limit", *limit, 1, ROWS)?,
            Show::Group { limit, measures, .. } => {
                within(tile, "limit", *limit, 1, ROWS)?;
                within(tile, "measures", measures.len() as u32, 1, 6)?;
            }
            Show::List { limit, columns, .. } => {
                within(tile, "limit", *limit, 1, ROWS)?;
                within(tile, "columns", columns.len() as u32, 0, 12)?;
            }
            Show::Cohort { months, .. } => within(tile, "months", *months, 2, MONTHS)?,
            Show::Histogram { bins, .. } => bins.map_or(Ok(()), |n| within(tile, "bins", n, 2, BINS))?,
            Show::Text { text } if !short(text, TEXT) || (text.zh.trim().is_empty() && text.en.trim().is_empty()) => {
                return Err(bad(tile, "text", format_args!("文字要 1 到 {TEXT} 个字"), format_args!("a text has 1 to {TEXT} characters")));
            }
            Show::Text { .. } | Show::Number { .. } | Show::Heat { .. } | Show::Flow { .. } => {}
        }
        if let Some(goal) = tile.goal() {
            if goal.value.is_nan() || goal.value.abs() > GOAL {
                return Err(bad(tile, "goal", "目标要是一个数，且不能太大", "a goal is a number, and not too large"));
            }
            if goal.label.as_ref().is_some_and(|l| !short(l, TITLE)) {
                return Err(bad(tile, "goal", format_args!("目标的名称最多 {TITLE} 个字"), format_args!("the name of a goal has at most {TITLE} characters")));
            }
        }
    }
    Ok(())
}

/// May a feature be summed?
pub(super) fn numeric(value: ValueType) -> bool {
    matches!(value, ValueType::Int | ValueType::Number | ValueType::Money)
}

impl Tile {
    /// What it should come to.
    pub(super) fn goal(&self) -> Option<&Goal> {
        match &self.show {
            Show::Number { goal, .. } | Show::Trend { goal, .. } => goal.as_ref(),
            _ => None,
        }
    }

    /// The words people wrote on it.
    pub(super) fn words(&mut self) -> impl Iterator<Item = &mut Label> {
        let own = match &mut self.show {
            Show::Number { goal, .. } | Show::Trend { goal, .. } => goal.as_mut().and_then(|g| g.label.as_mut()),
            Show::Text { text } => Some(text),
            _ => None,
        };
        self.title.iter_mut().chain(own)
    }

    /// Says every feature, class and segment it names.
    pub(super) fn name(&self, found: &mut Names) {
        found.list(&self.who);
        let mut measured = |m: &Measure| m.feature.iter().for_each(|key| found.feature(key));
        match &self.show {
            Show::Number { measure, .. } | Show::Trend { measure, .. } | Show::Bar { measure, .. } | Show::Heat { measure, .. } => measured(measure),
            Show::Group { measures, .. } => measures.iter().for_each(measured),
            Show::Histogram { feature, .. } => found.feature(feature),
            Show::Flow { .. } | Show::Cohort { .. } | Show::List { .. } | Show::Text { .. } => {}
        }
        match &self.show {
            Show::Trend { by, .. } => by.iter().for_each(|by| found.feature(by)),
            Show::Bar { by, .. } | Show::Group { by, .. } => found.feature(by),
            Show::Heat { x, y, .. } => [x, y].into_iter().for_each(|by| found.feature(by)),
            Show::Flow { classification, .. } => found.feature(&format!("class.{classification}")),
            Show::List { sort, columns, .. } => {
                found.feature(sort.trim_start_matches('-'));
                columns.iter().for_each(|key| found.feature(key));
            }
            Show::Number { .. } | Show::Cohort { .. } | Show::Histogram { .. } | Show::Text { .. } => {}
        }
    }
}

/// Is everything a tile names there, and may whoever asks see it?
///
/// # Errors
/// `dashboard.tile`, `access.masked`, `rule.…`.
pub fn names(tile: &Tile, all: &Definitions, walls: &Walls) -> Result<()> {
    let missing = |field: &str, key: &str| bad(tile, field, format_args!("没有 {key}"), format_args!("there is no {key}"));
    let number = |field: &str, key: &str| -> Result<()> {
        walls.ask(key)?;
        let feature = all.feature(key).ok_or_else(|| missing(field, key))?;
        if numeric(feature.value) { Ok(()) } else { Err(bad(tile, field, format_args!("{key} 不是数，不能计算"), format_args!("{key} is no number to reckon with"))) }
    };
    let measure = |m: &Measure| -> Result<()> {
        match (&m.feature, m.stat) {
            (None, Stat::Count) => Ok(()),
            (Some(key), Stat::Sum | Stat::Mean | Stat::Median | Stat::Min | Stat::Max) => number("measure", key),
            _ => Err(bad(tile, "measure", "计数不选特征，其他算法都要选一个", "a count takes no feature, everything else takes one")),
        }
    };
    let dimension = |field: &str, by: &str| -> Result<()> {
        walls.ask(by)?;
        if by == "segments" || by.strip_prefix("class.").is_some_and(|c| all.classification(c).is_some()) {
            return Ok(());
        }
        let feature = all.feature(by).ok_or_else(|| missing(field, by))?;
        let few = matches!(feature.value, ValueType::Text | ValueType::Int | ValueType::Bool);
        if few { Ok(()) } else { Err(bad(tile, field, format_args!("{by} 取值太细，不能用来分组"), format_args!("{by} has too many values to group by"))) }
    };
    match &tile.show {
        Show::Number { measure: m, .. } => measure(m)?,
        Show::Trend { measure: m, by, .. } => {
            measure(m)?;
            by.as_deref().map_or(Ok(()), |by| dimension("by", by))?;
        }
        Show::Bar { by, measure: m, .. } => {
            dimension("by", by)?;
            measure(m)?;
        }
        Show::Heat { x, y, measure: m } => {
            dimension("x", x)?;
            dimension("y", y)?;
            measure(m)?;
        }
        Show::Flow { classification, .. } => {
            walls.ask(&format!("class.{classification}"))?;
            all.classification(classification).ok_or_else(|| missing("classification", classification))?;
        }
        Show::Histogram { feature, .. } => number("feature", feature)?,
        Show::Cohort { .. } | Show::Text { .. } => {}
        Show::List { sort, columns, .. } => {
            let sort = sort.trim_start_matches('-');
            for key in columns.iter().map(String::as_str).chain([sort]) {
                walls.ask(key)?;
                let known = all.feature(key).is_some() || key.strip_prefix("class.").is_some_and(|c| all.classification(c).is_some());
                known.then_some(()).ok_or_else(|| missing("columns", key))?;
            }
        }
        Show::Group { by, measures, .. } => {
            dimension("by", by)?;
            measures.iter().try_for_each(measure)?;
        }
    }
    for (key, value) in &tile.who {
        match key.as_str() {
            "segment" => all.segment(value).map(|_| ()).ok_or_else(|| missing("who", value))?,
            "rule" => walls.check_text(value, all.names()).map(|_| ())?,
            class => {
                walls.ask(class)?;
                let known = class.strip_prefix("class.").is_some_and(|c| all.classification(c).is_some());
                known.then_some(()).ok_or_else(|| missing("who", class))?;
            }
        }
    }
    Ok(())
}

/// Whoever fulfils both.
pub fn narrowed(who: &Who, more: &Who) -> Who {
    let mut all = who.clone();
    let rule = |all: &mut Who, more: &str| {
        let joined = match all.get("rule") {
            Some(old) if old != more => format!("({old}) and ({more})"),
            _ => more.to_owned(),
        };
        all.insert("rule".to_owned(), joined);
    };
    for (key, value) in more.iter().filter(|(_, v)| !v.trim().is_empty()) {
        match (key.as_str(), all.get(key)) {
            ("rule", _) => rule(&mut all, value),
            (_, None) => drop(all.insert(key.clone(), value.clone())),
            (_, Some(old)) if old == value => {}
            ("segment", Some(_)) => rule(&mut all, &format!("in segment({})", quoted(value))),
            ("tag", Some(old)) => drop(all.insert(key.clone(), format!("{old},{value}"))),
            (class, Some(_)) if class.starts_with("class.") => rule(&mut all, &format!("{class} = {}", quoted(value))),
            // of two people at once nobody is
            ("owner", Some(_)) => rule(&mut all, "nobody"),
            _ => drop(all.insert(key.clone(), value.clone())),
        }
    }
    all
}

/// A text as rules write it.
pub(super) fn quoted(text: &str) -> String {
    rule::Literal::Text(text.to_owned()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn who(pairs: &[(&str, &str)]) -> Who {
        pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()
    }

    #[test]
    fn two_filters_are_one_that_both_hold() {
        let both = |a: &[(&str, &str)], b: &[(&str, &str)]| narrowed(&who(a), &who(b));
        assert_eq!(both(&[("segment", "a")], &[("class.x", "y"), ("tag", "")]), who(&[("segment", "a"), ("class.x", "y")]));
        assert_eq!(both(&[("segment", "a")], &[("segment", "b")]), who(&[("segment", "a"), ("rule", "in segment(\"b\")")]));
        assert_eq!(both(&[("class.x", "a"), ("rule", "orders > 1 or net > 2")], &[("class.x", "b")])["rule"], "(orders > 1 or net > 2) and (class.x = \"b\")");
        assert_eq!(both(&[("rule", "a = 1")], &[("rule", "a = 1")])["rule"], "a = 1");
        assert_eq!(both(&[("tag", "t")], &[("tag", "-u")])["tag"], "t,-u");
        assert_eq!(both(&[("owner", "a")], &[("owner", "b")])["rule"], "nobody");
    }

    #[test]
    fn what_a_dashboard_cannot_be() {
        let tile = |id: &str, width, who: Who| Tile { id: id.into(), title: None, width, who, show: Show::Number { measure: Measure::count(), back: Back::Month, goal: None } };
        let fails = |tiles: &[Tile]| match shape(tiles) {
            Err(Error::Invalid { code, .. }) => code,
            _ => "",
        };
        assert_eq!(fails(&[tile("a", 1, Who::new()), tile("b-2", 4, who(&[("segment", "x"), ("class.y", "z")]))]), "");
        for bad in [tile("", 1, Who::new()), tile("a b", 1, Who::new()), tile("a", 0, Who::new()), tile("a", 5, Who::new()), tile("a", 1, who(&[("q", "138")]))] {
            assert_eq!(fails(&[bad]), "dashboard.tile");
        }
        assert_eq!(fails(&[tile("a", 1, Who::new()), tile("a", 1, Who::new())]), "dashboard.tile");
        let many: Vec<Tile> = (0..=TILES).map(|i| tile(&format!("t{i}"), 1, Who::new())).collect();
        assert_eq!(fails(&many), "dashboard.tiles");
        let list = |limit| Tile { show: Show::List { sort: "-net".into(), columns: vec![], limit }, ..tile("a", 1, Who::new()) };
        assert_eq!((fails(&[list(50)]), fails(&[list(51)]), fails(&[list(0)])), ("", "dashboard.tile", "dashboard.tile"));
        let shows = |show| fails(&[Tile { show, ..tile("a", 1, Who::new()) }]);
        let bins = |bins| shows(Show::Histogram { feature: "net".into(), bins });
        assert_eq!((bins(None), bins(Some(40)), bins(Some(1)), bins(Some(41))), ("", "", "dashboard.tile", "dashboard.tile"));
        let text = |text: &str| shows(Show::Text { text: Label::same(text.to_owned()) });
        assert_eq!((text("x"), text(" "), text(&"字".repeat(TEXT)), text(&"字".repeat(TEXT + 1))), ("", "dashboard.tile", "", "dashboard.tile"));
        let goal = |value| shows(Show::Number { measure: Measure::count(), back: Back::Month, goal: Some(Goal { value, label: None, reach: Reach::AtLeast }) });
        assert_eq!((goal(-2.5), goal(f64::NAN), goal(1e300)), ("", "dashboard.tile", "dashboard.tile"));
    }
}
