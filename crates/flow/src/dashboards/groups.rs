//! What customers are grouped by: classes, segments, or the values of a feature that has few.

use super::tile::{Who, quoted};
use crate::{Error, Result, analysis::Picture, sight::Walls};
use domain::{Label, feature::{self, Definition}, rule::Expr};
use lake::{Bits, Data};
use std::collections::BTreeMap;

/// Values of a feature that is no text: more are no groups.
const VALUES: usize = 60;

/// Some customers under a name.
pub(super) struct Group {
    /// machine name
    pub(super) key: String,
    /// for people
    pub(super) label: Label,
    /// who
    pub(super) who: Bits,
    /// what narrows a list to them
    pub(super) filter: Who,
}

/// All groups of a dimension that hold anybody.
pub(super) struct Groups {
    /// what it is called
    pub(super) label: Label,
    /// the groups, classes in their order, values by size
    pub(super) all: Vec<Group>,
    /// values that are not among them
    pub(super) left_out: usize,
    /// nobody is in two
    pub(super) apart: bool,
}

fn one(key: &str, value: impl Into<String>) -> Who {
    BTreeMap::from([(key.to_owned(), value.into())])
}

/// The groups of some customers, at most so many.
///
/// # Errors
/// `access.masked`, `feature.not_found`, `classification.not_found`, `dashboard.dimension`.
pub(super) fn groups(picture: &Picture, walls: &Walls, who: &Bits, by: &str, limit: usize) -> Result<Groups> {
    walls.ask(by)?;
    let within = |mut bits: Bits| {
        bits.and(who);
        bits
    };
    let held = |g: &Group| g.who.count() > 0;
    if by == "segments" {
        let segments = picture.definitions.segments().iter();
        let each = segments.filter_map(|s| {
            let who = within(picture.members(&s.key)?.clone());
            Some(Group { key: s.key.clone(), label: s.label.clone(), who, filter: one("segment", s.key.as_str()) })
        });
        let mut all: Vec<Group> = each.filter(held).collect();
        all.sort_by_key(|g| std::cmp::Reverse(g.who.count()));
        return Ok(cut(Label::new("人群", "Segments"), all, limit, false));
    }
    if let Some(key) = by.strip_prefix("class.") {
        let missing = || Error::not_found("classification", key);
        let (definition, classes) = (picture.definitions.classification(key).ok_or_else(missing)?, picture.classes(key).ok_or_else(missing)?);
        let group = |class: &String| Group { key: class.clone(), label: definition.class_label(class), who: within(classes.members(class)), filter: one(by, class.as_str()) };
        let all = classes.keys().iter().map(group).filter(held).collect();
        return Ok(cut(definition.label.clone(), all, limit, true));
    }
    let feature = picture.definitions.feature(by).ok_or_else(|| Error::not_found("feature", by))?;
    let (column, name) = (picture.expect(by)?, Expr::Feature(by.to_owned()));
    let fine = || Error::invalid("dashboard.dimension", format!("{} 的取值太多，不能用来分组", feature.label.zh), format!("{} has too many values to group by", feature.label.en));
    let len = who.len();
    let mut all: Vec<Group> = match column.data() {
        Data::Text(codes, texts) => {
            let mut sizes = vec![0u64; texts.len()];
            who.iter().filter_map(|i| codes.get(i)).for_each(|c| if let Some(n) = sizes.get_mut(*c as usize) { *n += 1 });
            let mut held: Vec<(usize, u64)> = sizes.into_iter().enumerate().filter(|(_, n)| *n > 0).collect();
            held.sort_by_key(|(code, n)| (std::cmp::Reverse(*n), *code));
            let left_out = held.len().saturating_sub(limit);
            held.truncate(limit);
            let mut bits: BTreeMap<usize, Bits> = held.iter().map(|(code, _)| (*code, Bits::none(len))).collect();
            for i in who.iter() {
                if let Some(of) = codes.get(i).and_then(|c| bits.get_mut(&(*c as usize))) {
                    of.insert(i);
                }
            }
            let group = |(code, _): (usize, u64)| {
                let text = texts.get(code)?;
                let label = feature::value_label(by, text).unwrap_or_else(|| Label::same(text.clone()));
                Some(Group { key: text.clone(), label, who: bits.remove(&code)?, filter: one("rule", format!("{name} = {}", quoted(text))) })
            };
            let mut found = cut(feature.label.clone(), held.into_iter().filter_map(group).collect(), limit, true);
            found.left_out = left_out;
            unknown(&mut found.all, who, column.known(), &name);
            return Ok(found);
        }
        Data::Bool(_) => [(true, Label::new("是", "Yes")), (false, Label::new("否", "No"))].into_iter().map(|(value, label)| {
            let number = f64::from(u8::from(value));
            let mut of = Bits::none(len);
            who.iter().filter(|i| column.number(*i) == Some(number)).for_each(|i| of.insert(i));
            Group { key: value.to_string(), label, who: of, filter: one("rule", format!("{name} = {value}")) }
        }).collect(),
        Data::Int(_) => {
            let score = matches!(feature.definition, Definition::Score { .. });
            let mut of: BTreeMap<i64, Bits> = BTreeMap::new();
            for i in who.iter() {
                // who takes no part has the score 0
                let Some(value) = column.whole(i).filter(|v| !score || *v > 0) else { continue };
                of.entry(value).or_insert_with(|| Bits::none(len)).insert(i);
                if of.len() > VALUES {
                    return Err(fine());
                }
            }
            let group = |(value, who): (i64, Bits)| Group { key: value.to_string(), label: Label::same(value.to_string()), who, filter: one("rule", format!("{name} = {value}")) };
            of.into_iter().map(group).collect()
        }
        _ => return Err(fine()),
    };
    all.retain(held);
    let mut found = cut(feature.label.clone(), all, limit, true);
    unknown(&mut found.all, who, column.known(), &name);
    Ok(found)
}

fn cut(label: Label, mut all: Vec<Group>, limit: usize, apart: bool) -> Groups {
    let left_out = all.len().saturating_sub(limit);
    all.truncate(limit);
    Groups { label, all, left_out, apart }
}

/// Those whose value is not known come last.
pub(super) fn unknown(all: &mut Vec<Group>, who: &Bits, known: &Bits, name: &Expr) {
    let mut rest = who.clone();
    rest.and_not(known);
    if rest.count() > 0 {
        all.push(Group { key: String::new(), label: Label::new("未知", "Unknown"), who: rest, filter: one("rule", format!("{name} is missing")) });
    }
}

/// What a dimension is called.
pub(super) fn label(picture: &Picture, by: &str) -> Option<Label> {
    match by.strip_prefix("class.") {
        _ if by == "segments" => Some(Label::new("人群", "Segments")),
        Some(key) => picture.definitions.classification(key).map(|c| c.label.clone()),
        None => picture.definitions.feature(by).map(|f| f.label.clone()),
    }
}
