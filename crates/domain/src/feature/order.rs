//! Which definitions need which: dependency order, cycles, and the aggregates behind a feature.

use super::{Aggregate, Definition, Feature, ScoreMethod};
use crate::rule::Expr;
use std::collections::{BTreeSet, HashMap};

/// Definitions that need each other in a ring.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("these definitions need each other in a ring: {}", keys.join(" → "))]
pub struct Cycle {
    /// the ring: each needs the next, the last one is the first again
    pub keys: Vec<String>,
}

impl Definition {
    /// The definition as people read it: `count(orders, last 30 days)`, `age(attribute.birthday, …)`.
    pub fn text(&self) -> String {
        let name = |x: serde_json::Result<serde_json::Value>| x.ok().and_then(|v| v.as_str().map(String::from)).unwrap_or_default();
        match self {
            Definition::Attribute { key } => format!("attribute.{key}"),
            Definition::Aggregate(aggregate) => Expr::Aggregate(Box::new(aggregate.clone())).to_string(),
            Definition::Derived { function, of } => format!("{}({})", name(serde_json::to_value(function)), of.join(", ")),
            Definition::Formula { expr } => expr.to_string(),
            Definition::Score { of, among, method, smaller_is_better } => {
                let method = match method {
                    ScoreMethod::Quantile => "quantile".to_owned(),
                    ScoreMethod::Kmeans => "kmeans".to_owned(),
                    ScoreMethod::Bins { edges } => {
                        format!("bins {}", edges.iter().map(f64::to_string).collect::<Vec<_>>().join(" | "))
                    }
                };
                let order = if *smaller_is_better { ", smaller is better" } else { "" };
                format!("score({of}, among {among} > 0, {method}{order})")
            }
            Definition::Share { of } => format!("{of} / sum_of_all({of})"),
            Definition::CostShare { channel, day } => format!("cost_share({channel}, {day})"),
        }
    }

    /// Keys of the features it reads, sorted; raw attributes (`attribute.<key>`) are not features.
    pub fn needs(&self) -> Vec<String> {
        let mut found = BTreeSet::new();
        match self {
            Definition::Attribute { .. } | Definition::Aggregate(_) => {}
            Definition::Derived { of, .. } => found.extend(of.iter().filter(|k| !k.starts_with("attribute.")).cloned()),
            Definition::Formula { expr } => found.extend(expr.features()),
            Definition::Score { of, among, .. } => found.extend([of.clone(), among.clone()]),
            Definition::Share { of } => {
                found.insert(of.clone());
            }
            Definition::CostShare { channel, day } => found.extend([channel.clone(), day.clone()]),
        }
        found.into_iter().collect()
    }
}

fn walk(expr: &Expr, visit: &mut impl FnMut(&Expr)) {
    visit(expr);
    match expr {
        Expr::Neg(inner) => walk(inner, visit),
        Expr::Binary { left, right, .. } => {
            walk(left, visit);
            walk(right, visit);
        }
        Expr::Call { args, .. } => args.iter().for_each(|a| walk(a, visit)),
        Expr::Literal(_) | Expr::Feature(_) | Expr::Aggregate(_) | Expr::Base { .. } => {}
    }
}

/// An order in which every feature comes after those it needs; names that are no feature of the list are left to the check
/// of the definitions. Features that do not depend on each other keep their order.
pub fn order(features: &[Feature]) -> Result<Vec<usize>, Cycle> {
    let keys: Vec<&str> = features.iter().map(|f| f.key.as_str()).collect();
    let needs: Vec<Vec<String>> = features.iter().map(|f| f.definition.needs()).collect();
    sort(&keys, &needs)
}

/// The same for anything with a key and the keys it needs.
pub(crate) fn sort(keys: &[&str], needs: &[Vec<String>]) -> Result<Vec<usize>, Cycle> {
    let index: HashMap<&str, usize> = keys.iter().enumerate().map(|(i, k)| (*k, i)).collect();
    let mut done = vec![false; keys.len()];
    let mut sorted = Vec::with_capacity(keys.len());
    let mut path: Vec<(usize, usize)> = Vec::new();
    for start in 0..keys.len() {
        if !done.get(start).is_some_and(|d| *d) {
            path.push((start, 0));
        }
        while let Some((at, next)) = path.last_mut() {
            let (node, need) = (*at, needs.get(*at).and_then(|n| n.get(*next)));
            *next += 1;
            let Some(need) = need else {
                path.pop();
                if let Some(d) = done.get_mut(node) {
                    *d = true;
                }
                sorted.push(node);
                continue;
            };
            let Some(&other) = index.get(need.as_str()) else { continue };
            if done.get(other).is_some_and(|d| *d) {
                continue;
            }
            if let Some(from) = path.iter().position(|(n, _)| *n == other) {
                let ring = path.iter().skip(from).map(|(n, _)| *n).chain([other]);
                return Err(Cycle { keys: ring.filter_map(|n| keys.get(n)).map(|k| (*k).to_owned()).collect() });
            }
            path.push((other, 0));
        }
    }
    Ok(sorted)
}

/// All aggregates a customer's value of a feature rests on, however indirectly; for showing which facts counted. Who else takes
/// part, and what is known of everybody, is no fact of the customer's.
pub fn aggregates_behind(key: &str, features: &[Feature]) -> Vec<Aggregate> {
    let mut found: Vec<Aggregate> = Vec::new();
    let mut seen: BTreeSet<String> = BTreeSet::new();
    let mut open = vec![key.to_owned()];
    while let Some(key) = open.pop() {
        if !seen.insert(key.clone()) {
            continue;
        }
        let Some(feature) = features.iter().find(|f| f.key == key) else { continue };
        let mut add = |a: &Aggregate| {
            if !found.contains(a) {
                found.push(a.clone());
            }
        };
        match &feature.definition {
            Definition::Aggregate(aggregate) => add(aggregate),
            Definition::Formula { expr } => walk(expr, &mut |e| {
                if let Expr::Aggregate(aggregate) = e {
                    add(aggregate);
                }
            }),
            _ => {}
        }
        match &feature.definition {
            Definition::Score { of, .. } => open.push(of.clone()),
            Definition::Formula { expr } => open.extend(expr.reads()),
            other => open.extend(other.needs()),
        }
    }
    found
}
