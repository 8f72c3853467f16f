//! The template library (`domain.md` §6): classifications and segments that ship with the product. They are documents like any
//! other, their rules written as rule text; people edit copies of them.

use crate::{
    classification::{Class, Classification, Method, Named},
    feature::{catalog, named_values, values_of},
    label::Label,
    money::Currency,
    rule::{self, Vocabulary, parse},
    segment::{Members, Priority, Segment},
};
use std::sync::LazyLock;

mod behaviour;
mod business;
mod people;
mod reference;
mod sets;
mod value;

pub use reference::{classifications_table, features_table, rfm_11_cells, rfm_11_table, segments_table, shelf};
pub use value::rfm_11;

static CLASSIFICATIONS: LazyLock<Result<Vec<Classification>, rule::Error>> = LazyLock::new(|| {
    let shelves = [behaviour::ALL, people::ALL, value::ALL, business::ALL];
    let mut all = shelves.into_iter().flatten().map(Template::build).collect::<Result<Vec<_>, _>>()?;
    for scoring in ["bins", "kmeans"] {
        let place = all.iter().position(|c| c.key == "rfm_11").map_or(all.len(), |i| i + 1);
        all.insert(place, value::rfm_11_by(scoring)?);
    }
    Ok(all)
});

static SEGMENTS: LazyLock<Result<Vec<Segment>, rule::Error>> = LazyLock::new(|| sets::ALL.iter().map(Set::build).collect());

/// Every classification of the library, shelf by shelf.
pub fn classifications() -> &'static [Classification] {
    CLASSIFICATIONS.as_deref().unwrap_or_default()
}

/// The segment templates.
pub fn segments() -> &'static [Segment] {
    SEGMENTS.as_deref().unwrap_or_default()
}

/// Every name of the catalog and the library, for checking and rendering rules.
pub fn vocabulary(currency: Currency) -> Vocabulary {
    let names = Vocabulary::new(currency).features(catalog()).classifications(classifications()).segments(segments());
    named_values().fold(names, |names, (feature, value, label)| names.value(feature, value, label))
}

/// What is wrong with the library itself; a test demands that nothing is.
pub fn library_error() -> Option<&'static rule::Error> {
    CLASSIFICATIONS.as_ref().err().or(SEGMENTS.as_ref().err())
}

/// A name in both languages: 中文, English.
type Name = (&'static str, &'static str);

fn label(name: Name) -> Label {
    Label::new(name.0, name.1)
}

/// A classification as written in the library.
struct Template {
    key: &'static str,
    group: &'static str,
    label: Name,
    about: Name,
    by: By,
    /// class of the rest
    otherwise: (&'static str, Name),
}

enum By {
    /// key, name, rule
    Rules(&'static [(&'static str, Name, &'static str)]),
    /// one class per named value of a built-in feature; values without a name are `other_values` if they may occur
    Named { feature: &'static str, others: bool },
    /// one class per value, at most so many
    Values { feature: &'static str, limit: u32 },
}

const UNKNOWN: (&str, Name) = ("unknown", ("未知", "Unknown"));
const NO_PURCHASE: (&str, Name) = ("no_purchase", ("未购买", "No purchase"));
const NOT_ORGANISATION: (&str, Name) = ("not_organisation", ("非组织客户", "Not an organisation"));

impl Template {
    fn build(&self) -> Result<Classification, rule::Error> {
        let named = |(key, name): (&str, Name)| Named { key: key.to_owned(), label: label(name) };
        let class = |key: &str, label: Label, rule: &str| -> Result<Class, rule::Error> {
            Ok(Class { key: key.to_owned(), label, when: parse(rule)? })
        };
        let otherwise = named(self.otherwise);
        let method = match &self.by {
            By::Rules(rules) => {
                let classes = rules.iter().map(|(key, name, rule)| class(key, label(*name), rule)).collect::<Result<_, _>>()?;
                Method::Rules { classes, otherwise }
            }
            By::Named { feature, others } => {
                let mut classes = Vec::new();
                for (value, name) in values_of(feature) {
                    classes.push(class(value, name, &format!("{feature} = \"{value}\""))?);
                }
                if *others {
                    let rest = Label::new("其他取值", "Other values");
                    classes.push(class(crate::classification::OTHER_VALUES, rest, &format!("{feature} is known"))?);
                }
                Method::Rules { classes, otherwise }
            }
            By::Values { feature, limit } => {
                Method::Values { feature: (*feature).to_owned(), limit: Some(*limit), otherwise }
            }
        };
        Ok(Classification {
            key: self.key.to_owned(),
            label: label(self.label),
            description: label(self.about),
            group: self.group.to_owned(),
            method,
            builtin: true,
            version: 1,
        })
    }
}

/// A segment as written in the library.
struct Set {
    key: &'static str,
    label: Name,
    about: Name,
    rule: &'static str,
    exclude: &'static [&'static str],
    /// group and rank
    priority: Option<(&'static str, u32)>,
}

impl Set {
    fn build(&self) -> Result<Segment, rule::Error> {
        Ok(Segment {
            key: self.key.to_owned(),
            label: label(self.label),
            description: label(self.about),
            members: Members::Dynamic { rule: parse(self.rule)? },
            exclude: self.exclude.iter().map(|s| (*s).to_owned()).collect(),
            priority: self.priority.map(|(group, rank)| Priority { group: group.to_owned(), rank }),
            version: 1,
        })
    }
}
