//! Which features show a person's own details: an attribute that is one, and whatever is made of it without blurring it. Where details
//! are hidden such a feature is neither shown nor sorted, filtered or built upon.

use super::{Definition, Derivation, Feature};
use crate::mask;
use std::collections::BTreeSet;

/// Attributes of ours that are a person's own detail. Age and decade are many people's.
const ATTRIBUTES: &[&str] = &["birthday"];

/// Keys of the features that show a person's own details: by what they read and by their headings, and those of `found` (in whose
/// values contact data stood), with everything made of them.
pub fn personal(features: &[Feature], found: &BTreeSet<String>) -> BTreeSet<String> {
    let mut all: BTreeSet<String> = features.iter().filter(|f| found.contains(&f.key) || reads_details(f)).map(|f| f.key.clone()).collect();
    loop {
        // an attribute is as personal as what shows it
        let attributes: BTreeSet<&str> = features.iter().filter(|f| all.contains(&f.key)).filter_map(shown).collect();
        let more = |f: &&Feature| !all.contains(&f.key) && (made_of(f, &all) || reads(f, |key| attributes.contains(key)));
        let more: Vec<String> = features.iter().filter(more).map(|f| f.key.clone()).collect();
        if more.is_empty() {
            return all;
        }
        all.extend(more);
    }
}

/// Is its value what somebody wrote about the customer, as it is or spelled anew? Then contact data may stand in it.
pub fn as_written(f: &Feature) -> bool {
    matches!(f.definition, Definition::Attribute { .. } | Definition::Derived { .. })
}

/// The attribute that it shows as it is.
fn shown(f: &Feature) -> Option<&str> {
    match &f.definition {
        Definition::Attribute { key } => Some(key),
        _ => None,
    }
}

/// Does it read a detail itself?
fn reads_details(f: &Feature) -> bool {
    let named = || [&f.label.zh, &f.label.en].into_iter().any(|l| mask::heading(l));
    f.entry.as_ref().is_some_and(|e| e.personal) || reads(f, detail) || shown(f).is_some_and(|key| key.starts_with("custom.") && named())
}

/// Does it give away one of these attributes?
fn reads(f: &Feature, one: impl Fn(&str) -> bool) -> bool {
    match &f.definition {
        Definition::Attribute { key } => one(key),
        Definition::Derived { function, of } => !blurs(*function) && of.iter().filter_map(|k| k.strip_prefix("attribute.")).any(one),
        _ => false,
    }
}

/// Is this attribute (`birthday`, `custom.备用电话`) a person's own detail by its name?
pub fn detail(attribute: &str) -> bool {
    ATTRIBUTES.contains(&attribute) || attribute.strip_prefix("custom.").is_some_and(mask::heading)
}

/// Does it give away what another personal feature is?
fn made_of(f: &Feature, personal: &BTreeSet<String>) -> bool {
    let blurred = matches!(&f.definition, Definition::Derived { function, .. } if blurs(*function));
    !blurred && f.definition.needs().iter().any(|k| personal.contains(k))
}

/// Does it make of a detail something that many people share, whatever it is given? Those that leave a text they do not know as it is
/// do not: whoever made one of an address would read the address.
fn blurs(function: Derivation) -> bool {
    use Derivation::{Age, AgeBand, BirthDecade, City, CityTier, CompanySize, Country, DaysSince, DaysToBirthday, Education, Gender, Kind, Marital, NorthSouth, Province, Region};
    match function {
        Kind | Age | AgeBand | BirthDecade | Region | NorthSouth | CityTier | CompanySize => true,
        Gender | Education | Marital | Country | Province | City | DaysToBirthday | DaysSince => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        feature::{Group, catalog},
        label::Label,
        rule::parse_expr,
        value::ValueType,
    };

    fn own(key: &str, definition: Definition) -> Feature {
        Feature {
            key: key.into(),
            label: Label::same(key),
            description: Label::default(),
            group: Group::Custom,
            value: ValueType::Text,
            unit: None,
            definition,
            entry: None,
            builtin: false,
            version: 1,
        }
    }

    fn keys(features: &[Feature], found: &[&str]) -> Vec<String> {
        personal(features, &found.iter().map(|k| (*k).to_owned()).collect()).into_iter().collect()
    }

    #[test]
    fn of_what_ships_the_birthday_is_personal_and_the_age_is_not() {
        assert_eq!(keys(catalog(), &[]), ["birthday", "days_to_birthday"]);
    }

    #[test]
    fn what_is_made_of_it_is_so_too() {
        let attribute = |key: &str| Definition::Attribute { key: key.into() };
        let formula = |text: &str| Definition::Formula { expr: parse_expr(text).expect("a formula") };
        let all = [
            own("custom.phone2", attribute("custom.phone2")),
            own("custom.skin", attribute("custom.skin")),
            own("alias", attribute("custom.phone2")),
            own("born", attribute("birthday")),
            own("soon", formula("born + 1")),
            own("sooner", formula("soon + 1")),
            own("other", formula("net + 1")),
            own("old", Definition::Derived { function: Derivation::Age, of: vec!["attribute.birthday".into(), "attribute.birth_year".into(), "attribute.age".into()] }),
            own("since", Definition::Derived { function: Derivation::DaysSince, of: vec!["born".into()] }),
            own("band", Definition::Derived { function: Derivation::AgeBand, of: vec!["old".into()] }),
        ];
        assert_eq!(keys(&all, &[]), ["alias", "born", "custom.phone2", "since", "soon", "sooner"]);
        assert!(keys(&all, &["custom.skin"]).contains(&"custom.skin".to_owned()));
    }

    #[test]
    fn what_leaves_a_text_as_it_is_shows_it() {
        let derived = |function, of: &str| Definition::Derived { function, of: vec![of.into()] };
        let named = Feature { label: Label::same("收货地址"), ..own("custom.c7", Definition::Attribute { key: "custom.c7".into() }) };
        let all = [
            named,
            own("through", derived(Derivation::Education, "attribute.custom.c7")),
            own("again", derived(Derivation::City, "through")),
            own("other", derived(Derivation::Marital, "attribute.custom.住址")),
            own("tier", Definition::Derived { function: Derivation::CityTier, of: vec!["attribute.custom.c7".into(), "through".into()] }),
            own("harmless", derived(Derivation::Education, "attribute.education")),
        ];
        assert_eq!(keys(&all, &[]), ["again", "custom.c7", "other", "through"]);
    }

    #[test]
    fn a_heading_counts_wherever_it_stands() {
        let mut feature = own("custom.c7", Definition::Attribute { key: "custom.c7".into() });
        assert!(keys(std::slice::from_ref(&feature), &[]).is_empty());
        feature.label = Label::same("备用电话");
        assert_eq!(keys(std::slice::from_ref(&feature), &[]), ["custom.c7"]);
    }
}
