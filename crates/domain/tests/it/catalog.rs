//! The built-in features hang together.

use domain::{
    feature::{Definition, Plan, catalog, catalog_error, check_aggregate, order},
    money::Currency,
};
use std::collections::BTreeSet;

#[test]
fn every_built_in_formula_parses() {
    assert_eq!(catalog_error(), None);
    assert!(catalog().len() >= 80, "{} features", catalog().len());
}

#[test]
fn the_catalog_is_a_plan_in_every_currency() {
    for code in ["CNY", "JPY", "KWD"] {
        let plan = Plan::new(catalog(), Currency::parse(code).expect("a currency"));
        assert!(plan.is_ok(), "{:?}", plan.err());
    }
}

#[test]
fn keys_and_names_are_unique_and_in_both_languages() {
    let keys: BTreeSet<&str> = catalog().iter().map(|f| f.key.as_str()).collect();
    assert_eq!(keys.len(), catalog().len());
    for lang in [domain::Lang::Zh, domain::Lang::En] {
        let labels: Vec<&str> = catalog().iter().map(|f| f.label.get(lang)).collect();
        let mut seen = BTreeSet::new();
        let twice: Vec<_> = labels.iter().filter(|l| !seen.insert(**l)).collect();
        assert!(twice.is_empty(), "{twice:?}");
    }
    for feature in catalog() {
        assert!(feature.builtin && feature.version == 1);
        assert!(!feature.description.zh.is_empty() && !feature.description.en.is_empty(), "{}", feature.key);
        assert!(feature.label.zh.chars().any(|c| c as u32 > 255), "{}", feature.key);
    }
}

#[test]
fn the_names_that_files_promise_exist() {
    for key in [
        "orders", "gross", "net", "first_order_day", "last_order_day", "recency_days", "average_order_net", "rfm_r", "rfm_f",
        "rfm_m", "rfm_r_bins", "rfm_f_bins", "rfm_m_bins", "rfm_r_kmeans", "rfm_f_kmeans", "rfm_m_kmeans",
    ] {
        assert!(domain::feature::find(key).is_some(), "{key}");
    }
}

#[test]
fn every_feature_comes_after_those_it_needs() {
    let sorted = order(catalog()).expect("no ring");
    let place = |key: &str| sorted.iter().position(|i| catalog()[*i].key == key).expect("known");
    for feature in catalog() {
        for need in feature.definition.needs() {
            assert!(place(&need) < place(&feature.key), "{need} before {}", feature.key);
        }
    }
}

#[test]
fn documents_survive_json() {
    for feature in catalog() {
        let json = serde_json::to_string(feature).expect("json");
        let back: domain::feature::Feature = serde_json::from_str(&json).expect("feature");
        assert_eq!(&back, feature);
        if let Definition::Aggregate(aggregate) = &feature.definition {
            assert_eq!(check_aggregate(aggregate), Ok(feature.value), "{}", feature.key);
        }
    }
}
