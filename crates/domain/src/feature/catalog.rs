//! The features that ship with the product: documents like those people write themselves, their formulas in rule text.

use super::{Definition, Derivation, Feature, Group, ScoreMethod};
use crate::{
    label::Label,
    rule::{self, Expr, parse_expr},
    value::ValueType,
};
use std::sync::LazyLock;

mod money;
mod people;
mod purchase;
mod rhythm;
mod voice;

static CATALOG: LazyLock<Result<Vec<Feature>, (&'static str, rule::Error)>> = LazyLock::new(build);

/// Every built-in feature, in the order people should see them.
pub fn catalog() -> &'static [Feature] {
    CATALOG.as_deref().unwrap_or_default()
}

/// A built-in feature by key.
pub fn find(key: &str) -> Option<&'static Feature> {
    catalog().iter().find(|f| f.key == key)
}

/// What is wrong with the catalog itself; a test demands that nothing is.
pub fn catalog_error() -> Option<&'static (&'static str, rule::Error)> {
    CATALOG.as_ref().err()
}

/// One line of the catalog.
struct Row {
    key: &'static str,
    ty: ValueType,
    unit: Unit,
    label: (&'static str, &'static str),
    how: How,
    about: (&'static str, &'static str),
}

#[derive(Clone, Copy)]
enum Unit {
    None,
    Days,
    Orders,
    Times,
    Pieces,
    Years,
    People,
    Kinds,
    /// a part of 1, shown in per cent
    Share,
    Points,
}

impl Unit {
    fn label(self) -> Option<Label> {
        Some(match self {
            Unit::None => return None,
            Unit::Days => Label::new("天", "days"),
            Unit::Orders => Label::new("单", "orders"),
            Unit::Times => Label::new("次", "times"),
            Unit::Pieces => Label::new("件", "pieces"),
            Unit::Years => Label::new("岁", "years"),
            Unit::People => Label::new("人", "people"),
            Unit::Kinds => Label::new("种", "kinds"),
            Unit::Share => Label::new("占比", "share"),
            Unit::Points => Label::new("分", "points"),
        })
    }
}

enum How {
    /// the attribute of this key
    Attribute(&'static str),
    /// a built-in function of these values
    Derived(Derivation, &'static [&'static str]),
    /// an expression in rule text; a lone aggregate becomes an aggregate
    Text(&'static str),
    /// 1–5 among buyers
    Score { of: &'static str, method: Method, smaller: bool },
    /// part of the sum over all customers
    Share(&'static str),
    /// part of the costs of this channel on this day
    CostShare(&'static str, &'static str),
}

enum Method {
    Quantile,
    Bins([f64; 4]),
    Kmeans,
}

fn build() -> Result<Vec<Feature>, (&'static str, rule::Error)> {
    let shelves: [(Group, &[Row]); 13] = [
        (Group::Demographics, people::DEMOGRAPHICS),
        (Group::Geography, people::GEOGRAPHY),
        (Group::Psychographics, people::PSYCHOGRAPHICS),
        (Group::Firmographics, people::FIRMOGRAPHICS),
        (Group::Purchase, purchase::PURCHASE),
        (Group::Preference, purchase::PREFERENCE),
        (Group::Returns, purchase::RETURNS),
        (Group::Interaction, voice::INTERACTION),
        (Group::Satisfaction, voice::SATISFACTION),
        (Group::Lifecycle, rhythm::LIFECYCLE),
        (Group::Rfm, money::RFM),
        (Group::Value, money::VALUE),
        (Group::Loyalty, money::LOYALTY),
    ];
    let mut features = Vec::new();
    for (group, rows) in shelves {
        for row in rows {
            features.push(Feature {
                key: row.key.to_owned(),
                label: Label::new(row.label.0, row.label.1),
                description: Label::new(row.about.0, row.about.1),
                group,
                value: row.ty,
                unit: row.unit.label(),
                definition: row.how.definition().map_err(|e| (row.key, e))?,
                entry: None,
                builtin: true,
                version: 1,
            });
        }
    }
    Ok(features)
}

impl How {
    fn definition(&self) -> Result<Definition, rule::Error> {
        Ok(match self {
            How::Attribute(key) => Definition::Attribute { key: (*key).to_owned() },
            How::Derived(function, of) => {
                Definition::Derived { function: *function, of: of.iter().map(|s| (*s).to_owned()).collect() }
            }
            How::Text(text) => match parse_expr(text)? {
                Expr::Aggregate(aggregate) => Definition::Aggregate(*aggregate),
                expr => Definition::Formula { expr },
            },
            How::Score { of, method, smaller } => Definition::Score {
                of: (*of).to_owned(),
                among: "orders".to_owned(),
                method: match method {
                    Method::Quantile => ScoreMethod::Quantile,
                    Method::Bins(edges) => ScoreMethod::Bins { edges: edges.to_vec() },
                    Method::Kmeans => ScoreMethod::Kmeans,
                },
                smaller_is_better: *smaller,
            },
            How::Share(of) => Definition::Share { of: (*of).to_owned() },
            How::CostShare(channel, day) => {
                Definition::CostShare { channel: (*channel).to_owned(), day: (*day).to_owned() }
            }
        })
    }
}
