//! The features that ship with the product.

use super::Feature;
use std::sync::LazyLock;

static CATALOG: LazyLock<Vec<Feature>> = LazyLock::new(Vec::new);

/// Every built-in feature, in the order people should see them.
pub fn catalog() -> &'static [Feature] {
    &CATALOG
}

/// A built-in feature by key.
pub fn find(key: &str) -> Option<&'static Feature> {
    catalog().iter().find(|f| f.key == key)
}
