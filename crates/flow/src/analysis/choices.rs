//! Choices of a filter: several of them mean either, `class.lifecycle=at_risk,lost`; classes, and options of own fields, each of which
//! there must be.

use super::{Picture, marks::NONE};
use crate::{Error, Result, sight::Walls};
use domain::{
    CustomerKey, Label, ValueType,
    classification::{Method, Named},
    feature::Feature,
    field::BETWEEN,
    profiling::NOT_PROFILED,
};
use lake::{Bits, Column, Data};
use std::collections::BTreeMap;

/// Commas that one name may hold.
const COMMAS: usize = 8;

/// The choices in a text, apart by commas. A known one may hold some itself: the longest that is known is meant.
pub(super) fn chosen<'t>(text: &'t str, known: impl Fn(&str) -> bool) -> Vec<&'t str> {
    let (mut all, mut rest) = (Vec::new(), Some(text));
    while let Some(text) = rest {
        let cuts = text.match_indices(',').filter_map(|(at, _)| Some((text.get(..at)?, text.get(at + 1..)))).take(COMMAS);
        let mut cuts: Vec<(&str, Option<&str>)> = cuts.collect();
        if cuts.len() < COMMAS {
            cuts.push((text, None));
        }
        let longest = cuts.iter().rposition(|(one, _)| known(one.trim())).unwrap_or(0);
        let (one, after) = cuts.get(longest).copied().unwrap_or((text, None));
        all.push(one.trim());
        rest = after;
    }
    all.retain(|one| !one.is_empty());
    all
}

/// The classes that a filter names.
///
/// # Errors
/// `classification.not_found`, `class.not_found`.
pub(super) fn classes<'t>(picture: &Picture, classification: &str, text: &'t str) -> Result<Vec<&'t str>> {
    let missing = || Error::not_found("classification", classification);
    let classes = picture.classes(classification).ok_or_else(missing)?;
    let there = |class: &str| classes.keys().iter().any(|k| k == class);
    let found = chosen(text, there);
    // a value that nobody has today is one all the same
    let values = picture.definitions.classification(classification).is_some_and(|c| matches!(c.method, Method::Values { .. }));
    match found.iter().find(|class| !values && **class != NOT_PROFILED && !there(class)) {
        Some(class) => Err(Error::not_found("class", *class)),
        None => Ok(found),
    }
}

/// Who is in one of these classes.
///
/// # Errors
/// As [`classes`].
pub(super) fn members(picture: &Picture, classification: &str, text: &str) -> Result<Bits> {
    let mut all = Bits::none(picture.everyone().len());
    let found = classes(picture, classification, text)?;
    for class in picture.classes(classification).into_iter().flat_map(|c| found.iter().map(move |class| c.members(class))) {
        all.or(&class);
    }
    Ok(all)
}

/// A field one chooses from, and what of it everybody has.
pub(super) struct Field<'p> {
    /// how it is defined
    pub(super) feature: &'p Feature,
    column: &'p Column,
    /// what there is to choose from; values that are none of the field's options stand behind them
    pub(super) options: Vec<Named>,
    /// per value of the column the places of the options it holds
    held: Vec<Vec<usize>>,
}

impl<'p> Field<'p> {
    /// A field by its key.
    ///
    /// # Errors
    /// `feature.not_found`, `access.masked`; `facet.field` of one that has nothing to choose from.
    pub(super) fn of(walls: &Walls, picture: &'p Picture, key: &str) -> Result<Field<'p>> {
        walls.ask(key)?;
        let column = picture.expect(key)?;
        let feature = picture.definitions.feature(key).ok_or_else(|| Error::not_found("feature", key))?;
        let (options, held) = match (feature.value, column.data()) {
            (ValueType::Bool, _) => (vec![named("true", "是", "Yes"), named("false", "否", "No")], vec![vec![1], vec![0]]),
            (_, Data::Text(_, texts)) if feature.entry.as_ref().is_some_and(|e| e.kind.chooses()) => {
                let mut options = feature.entry.as_ref().map(|e| e.options.clone()).unwrap_or_default();
                let mut places: BTreeMap<String, usize> = options.iter().enumerate().map(|(i, o)| (o.key.clone(), i)).collect();
                let mut place = |key: &str| match places.get(key) {
                    Some(place) => *place,
                    None => {
                        places.insert(key.to_owned(), options.len());
                        options.push(Named { key: key.to_owned(), label: Label::same(key) });
                        options.len() - 1
                    }
                };
                let held = texts.iter().map(|text| text.split(BETWEEN).map(&mut place).collect()).collect();
                (options, held)
            }
            _ => {
                return Err(Error::Invalid {
                    code: "facet.field",
                    message: Label::new(format!("“{}”没有可选的项，不能这样筛选", feature.label.zh), format!("`{}` has nothing to choose from", feature.label.en)),
                    params: serde_json::json!({ "field": key }),
                });
            }
        };
        Ok(Field { feature, column, options, held })
    }

    /// What a customer has of it.
    fn has(&self, customer: usize) -> &[usize] {
        if !self.column.known().holds(customer) {
            return &[];
        }
        let code = match self.column.data() {
            Data::Bool(values) => values.get(customer).map(|yes| usize::from(*yes)),
            Data::Text(codes, _) => codes.get(customer).map(|c| *c as usize),
            _ => None,
        };
        code.and_then(|c| self.held.get(c)).map_or(&[], Vec::as_slice)
    }

    /// Is this a choice of those who have nothing?
    fn nothing(&self, key: &str) -> bool {
        key == NONE && !self.options.iter().any(|o| o.key == key)
    }

    /// The choices a filter names.
    ///
    /// # Errors
    /// `option.not_found`.
    pub(super) fn chosen<'t>(&self, text: &'t str) -> Result<Vec<&'t str>> {
        let there = |key: &str| self.options.iter().any(|o| o.key == key);
        let found = chosen(text, there);
        match found.iter().find(|key| !there(key) && !self.nothing(key)) {
            Some(key) => Err(Error::not_found("option", *key)),
            None => Ok(found),
        }
    }

    /// Who has one of these.
    ///
    /// # Errors
    /// `option.not_found`.
    pub(super) fn members(&self, text: &str, among: &Bits) -> Result<Bits> {
        let found = self.chosen(text)?;
        let nothing = found.iter().any(|key| self.nothing(key));
        let wanted: Vec<bool> = self.options.iter().map(|o| found.contains(&o.key.as_str())).collect();
        let takes = |i: &usize| match self.has(*i) {
            [] => nothing,
            has => has.iter().any(|place| wanted.get(*place).copied().unwrap_or_default()),
        };
        Ok(Bits::of(among.iter().filter(takes).map(|i| CustomerKey(i as u32)), among.len()))
    }

    /// How many have each, and how many have nothing.
    pub(super) fn sizes(&self, among: &Bits) -> (Vec<u64>, u64) {
        let (mut sizes, mut nothing) = (vec![0; self.options.len()], 0);
        for i in among.iter() {
            let has = self.has(i);
            nothing += u64::from(has.is_empty());
            for place in has {
                if let Some(size) = sizes.get_mut(*place) {
                    *size += 1;
                }
            }
        }
        (sizes, nothing)
    }

    /// Have those without it a choice of their own? Not where an option is called as they are.
    pub(super) fn tells_nothing(&self) -> bool {
        self.nothing(NONE)
    }
}

fn named(key: &str, zh: &str, en: &str) -> Named {
    Named { key: key.to_owned(), label: Label::new(zh, en) }
}

#[cfg(test)]
mod tests {
    use super::chosen;

    #[test]
    fn several_choices_stand_apart_by_commas_and_some_hold_commas() {
        let known = |one: &str| ["a", "b", "Acme, Inc.", "Acme"].contains(&one);
        assert_eq!(chosen("a", known), ["a"]);
        assert_eq!(chosen(" a, b ,", known), ["a", "b"]);
        assert_eq!(chosen("Acme, Inc.,a", known), ["Acme, Inc.", "a"]);
        assert_eq!(chosen("Acme,b", known), ["Acme", "b"]);
        assert_eq!(chosen("x, y", known), ["x", "y"], "what nobody knows is apart, too");
        assert_eq!(chosen("", known), [""; 0]);
        let many = "a,".repeat(1_000);
        assert_eq!(chosen(&many, known).len(), 1_000);
    }
}
