//! What the names in a rule mean: types for checking, labels and units for plain language.

use crate::{
    classification::{Classification, Method, Named},
    feature::Feature,
    label::Label,
    money::Currency,
    segment::Segment,
    value::ValueType,
};
use std::collections::BTreeMap;

/// The names a rule may use.
pub trait Names {
    /// Type of a feature's values; `class.<classification>` is Text. `None` = there is no such feature.
    fn feature(&self, key: &str) -> Option<ValueType>;
    /// Is there such a segment?
    fn has_segment(&self, key: &str) -> bool;
    /// The reporting currency.
    fn currency(&self) -> Currency;

    /// All feature keys, for suggestions.
    fn feature_keys(&self) -> Vec<String> {
        Vec::new()
    }
    /// All segment keys, for suggestions.
    fn segment_keys(&self) -> Vec<String> {
        Vec::new()
    }
    /// All class keys of a classification; `None` = unknown or open (one class per value).
    fn class_keys(&self, _classification: &str) -> Option<Vec<String>> {
        None
    }
    /// Name of a feature, or of a classification as `class.<key>`.
    fn label(&self, _key: &str) -> Option<Label> {
        None
    }
    /// Unit of a feature's numbers (`天` / `days`).
    fn unit(&self, _key: &str) -> Option<Label> {
        None
    }
    /// Name of a segment.
    fn segment_label(&self, _key: &str) -> Option<Label> {
        None
    }
    /// Name of one value of a text feature: of a class for `class.<key>`, `男` for gender `male`.
    fn value_label(&self, _key: &str, _value: &str) -> Option<Label> {
        None
    }
}

#[derive(Debug, Clone)]
struct Entry {
    ty: ValueType,
    label: Label,
    unit: Option<Label>,
    /// class keys, if this is a classification with a closed list
    classes: Option<Vec<String>>,
}

/// [`Names`] built from definitions.
#[derive(Debug, Clone)]
pub struct Vocabulary {
    currency: Currency,
    entries: BTreeMap<String, Entry>,
    segments: BTreeMap<String, Label>,
    values: BTreeMap<(String, String), Label>,
}

impl Vocabulary {
    /// Knows nothing but the reporting currency.
    pub fn new(currency: Currency) -> Vocabulary {
        Vocabulary { currency, entries: BTreeMap::new(), segments: BTreeMap::new(), values: BTreeMap::new() }
    }

    /// Adds features.
    pub fn features<'a>(mut self, features: impl IntoIterator<Item = &'a Feature>) -> Vocabulary {
        for f in features {
            self = self.feature(&f.key, f.value, f.label.clone(), f.unit.clone());
        }
        self
    }

    /// Adds one feature.
    pub fn feature(mut self, key: &str, ty: ValueType, label: Label, unit: Option<Label>) -> Vocabulary {
        self.entries.insert(key.to_owned(), Entry { ty, label, unit, classes: None });
        self
    }

    /// Adds classifications as `class.<key>`, with the names of their classes.
    pub fn classifications<'a>(mut self, all: impl IntoIterator<Item = &'a Classification>) -> Vocabulary {
        for c in all {
            let key = format!("class.{}", c.key);
            let mut name = |named: &Named| {
                self.values.insert((key.clone(), named.key.clone()), named.label.clone());
                named.key.clone()
            };
            let classes = match &c.method {
                Method::Rules { classes, otherwise } => {
                    let mut keys: Vec<String> = Vec::with_capacity(classes.len() + 1);
                    for class in classes {
                        keys.push(name(&Named { key: class.key.clone(), label: class.label.clone() }));
                    }
                    keys.push(name(otherwise));
                    Some(keys)
                }
                Method::Values { otherwise, .. } => {
                    name(otherwise);
                    None
                }
            };
            self.entries.insert(key, Entry { ty: ValueType::Text, label: c.label.clone(), unit: None, classes });
        }
        self
    }

    /// Adds segments.
    pub fn segments<'a>(mut self, segments: impl IntoIterator<Item = &'a Segment>) -> Vocabulary {
        self.segments.extend(segments.into_iter().map(|s| (s.key.clone(), s.label.clone())));
        self
    }

    /// Names one value of a text feature.
    pub fn value(mut self, key: &str, value: &str, label: Label) -> Vocabulary {
        self.values.insert((key.to_owned(), value.to_owned()), label);
        self
    }
}

impl Names for Vocabulary {
    fn feature(&self, key: &str) -> Option<ValueType> {
        self.entries.get(key).map(|e| e.ty)
    }
    fn has_segment(&self, key: &str) -> bool {
        self.segments.contains_key(key)
    }
    fn currency(&self) -> Currency {
        self.currency
    }
    fn feature_keys(&self) -> Vec<String> {
        self.entries.keys().cloned().collect()
    }
    fn segment_keys(&self) -> Vec<String> {
        self.segments.keys().cloned().collect()
    }
    fn class_keys(&self, classification: &str) -> Option<Vec<String>> {
        self.entries.get(&format!("class.{classification}")).and_then(|e| e.classes.clone())
    }
    fn label(&self, key: &str) -> Option<Label> {
        self.entries.get(key).map(|e| e.label.clone())
    }
    fn unit(&self, key: &str) -> Option<Label> {
        self.entries.get(key).and_then(|e| e.unit.clone())
    }
    fn segment_label(&self, key: &str) -> Option<Label> {
        self.segments.get(key).cloned()
    }
    fn value_label(&self, key: &str, value: &str) -> Option<Label> {
        self.values.get(&(key.to_owned(), value.to_owned())).cloned()
    }
}

/// The name nearest to a mistyped one: by edit distance (at most a third of it wrong), or the one with exactly this label.
pub(super) fn nearest<'a>(typed: &str, keys: &'a [String], label: impl Fn(&str) -> Option<Label>) -> Option<&'a String> {
    let wanted = typed.to_lowercase();
    let same = |l: &Label| l.zh.to_lowercase() == wanted || l.en.to_lowercase() == wanted;
    if let Some(key) = keys.iter().find(|k| label(k).is_some_and(|l| same(&l))) {
        return Some(key);
    }
    let allowed = (wanted.chars().count() / 3).max(1);
    let near = keys.iter().map(|k| (distance(&wanted, &k.to_lowercase()), k)).filter(|(d, _)| *d <= allowed).min_by_key(|(d, _)| *d);
    near.map(|(_, k)| k).or_else(|| {
        let holds = |k: &&String| wanted.len() >= 3 && (k.contains(&wanted) || wanted.contains(k.as_str()) && k.len() >= 3);
        keys.iter().filter(holds).min_by_key(|k| k.len())
    })
}

/// Edits (insert, delete, replace, swap neighbours) between two texts.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    let mut previous = None;
    for (i, x) in a.chars().enumerate() {
        let mut row = Vec::with_capacity(b.len() + 1);
        let mut left = i + 1;
        row.push(left);
        for (j, y) in b.iter().enumerate() {
            let at = |r: &[usize], k: usize| r.get(k).copied().unwrap_or(usize::MAX / 2);
            let mut cost = (left + 1).min(at(&last, j + 1) + 1).min(at(&last, j) + usize::from(x != *y));
            if j > 0 && previous == Some(*y) && b.get(j - 1) == Some(&x) {
                cost = cost.min(at(&before, j - 1) + 1);
            }
            row.push(cost);
            left = cost;
        }
        before = std::mem::replace(&mut last, row);
        previous = Some(x);
    }
    last.last().copied().unwrap_or(0)
}
