//! The single conditions of a rule and where they stand, so that each can be counted and shown on its own.

use super::{Expr, Rule};
use std::collections::BTreeSet;

/// A condition that is not made of others.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition<'a> {
    /// JSON pointer into the rule: `/all/0`; empty for the rule itself
    pub path: String,
    /// the condition
    pub rule: &'a Rule,
}

/// The leaves of a rule in reading order. `not` around a leaf belongs to it (`60 天没下单` is one condition).
pub fn conditions(rule: &Rule) -> Vec<Condition<'_>> {
    let mut all = Vec::new();
    leaves(rule, String::new(), &mut all);
    all
}

fn leaves<'a>(rule: &'a Rule, path: String, all: &mut Vec<Condition<'a>>) {
    match rule {
        Rule::All(rules) | Rule::Any(rules) => {
            let step = if matches!(rule, Rule::All(_)) { "all" } else { "any" };
            for (i, part) in rules.iter().enumerate() {
                leaves(part, format!("{path}/{step}/{i}"), all);
            }
        }
        Rule::Not(inner) if is_group(inner) => leaves(inner, format!("{path}/not"), all),
        leaf => all.push(Condition { path, rule: leaf }),
    }
}

/// Is it made of other conditions?
pub(crate) fn is_group(rule: &Rule) -> bool {
    matches!(rule, Rule::All(_) | Rule::Any(_) | Rule::Not(_))
}

/// Features a rule names, classes (`class.<key>`) and those that statistics are taken of among them; sorted, once each.
pub fn features_named(rule: &Rule) -> Vec<String> {
    let mut found = BTreeSet::new();
    walk(rule, &mut |part| part.exprs().into_iter().for_each(|expr| features_of(expr, &mut found)));
    found.into_iter().collect()
}

/// Classifications a rule names, by key; sorted, once each.
pub fn classifications_named(rule: &Rule) -> Vec<String> {
    features_named(rule).iter().filter_map(|key| key.strip_prefix("class.").map(str::to_owned)).collect()
}

/// Segments a rule names; sorted, once each.
pub fn segments_named(rule: &Rule) -> Vec<String> {
    let mut found = BTreeSet::new();
    walk(rule, &mut |part| {
        if let Rule::Member { segment } = part {
            found.insert(segment.clone());
        }
    });
    found.into_iter().collect()
}

/// Every rule inside, itself first.
fn walk<'a>(rule: &'a Rule, see: &mut impl FnMut(&'a Rule)) {
    see(rule);
    match rule {
        Rule::All(rules) | Rule::Any(rules) => rules.iter().for_each(|r| walk(r, see)),
        Rule::Not(rule) => walk(rule, see),
        _ => {}
    }
}

impl Rule {
    /// The expressions of this condition itself, left to right; none for groups.
    pub fn exprs(&self) -> Vec<&Expr> {
        match self {
            Rule::All(_) | Rule::Any(_) | Rule::Not(_) | Rule::Member { .. } => Vec::new(),
            Rule::Compare { left, right, .. } => vec![left, right],
            Rule::Between { expr, low, high } => vec![expr, low, high],
            Rule::In { expr, .. } | Rule::Contains { expr, .. } | Rule::Missing { expr } => vec![expr],
            Rule::Top { by, .. } => vec![by],
        }
    }
}

/// Features whose value for the customer at hand a condition reads: not those of everybody that it is compared with.
pub fn features_read(rule: &Rule) -> Vec<String> {
    let mut found = BTreeSet::new();
    walk(rule, &mut |part| part.exprs().into_iter().for_each(|expr| read_by(expr, &mut found)));
    found.into_iter().collect()
}

impl Expr {
    /// Features whose value for the customer at hand it reads, once each.
    pub fn reads(&self) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        read_by(self, &mut found);
        found
    }
}

fn read_by(expr: &Expr, found: &mut BTreeSet<String>) {
    match expr {
        Expr::Literal(_) | Expr::Aggregate(_) | Expr::Base { .. } => {}
        Expr::Feature(key) => {
            found.insert(key.clone());
        }
        Expr::Neg(inner) => read_by(inner, found),
        Expr::Binary { left, right, .. } => [left, right].into_iter().for_each(|e| read_by(e, found)),
        Expr::Call { args, .. } => args.iter().for_each(|e| read_by(e, found)),
    }
}

fn features_of(expr: &Expr, found: &mut BTreeSet<String>) {
    match expr {
        Expr::Literal(_) | Expr::Aggregate(_) => {}
        Expr::Feature(key) => {
            found.insert(key.clone());
        }
        Expr::Neg(inner) => features_of(inner, found),
        Expr::Binary { left, right, .. } => [left, right].into_iter().for_each(|e| features_of(e, found)),
        Expr::Call { args, .. } => args.iter().for_each(|e| features_of(e, found)),
        Expr::Base { of, among, .. } => found.extend([of].into_iter().chain(among).cloned()),
    }
}

impl Rule {
    /// How deep its groups and expressions are nested.
    pub(super) fn levels(&self) -> usize {
        let inside = match self {
            Rule::All(rules) | Rule::Any(rules) => rules.iter().map(Rule::levels).max(),
            Rule::Not(rule) => Some(rule.levels()),
            leaf => leaf.exprs().into_iter().map(Expr::levels).max(),
        };
        1 + inside.unwrap_or(0)
    }
}

impl Expr {
    fn levels(&self) -> usize {
        let inside = match self {
            Expr::Literal(_) | Expr::Feature(_) | Expr::Aggregate(_) | Expr::Base { .. } => None,
            Expr::Neg(inner) => Some(inner.levels()),
            Expr::Binary { left, right, .. } => Some(left.levels().max(right.levels())),
            Expr::Call { args, .. } => args.iter().map(Expr::levels).max(),
        };
        1 + inside.unwrap_or(0)
    }

    /// Features it names; sorted, once each.
    pub fn features(&self) -> Vec<String> {
        let mut found = BTreeSet::new();
        features_of(self, &mut found);
        found.into_iter().collect()
    }
}
