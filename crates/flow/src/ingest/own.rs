//! Own columns become features of their own, so that rules, classes and segments may name them from the first import on.

use super::stage::Source;
use crate::{Error, Result, analysis::Definitions};
use domain::{
    Label, ValueType,
    feature::{Definition, Feature, Group},
};
use sources::{Column, Target};
use std::collections::BTreeMap;
use store::definition::Kind;

fn key(column: &Column) -> Option<String> {
    matches!(column.target, Target::Custom(_)).then(|| column.target.name())
}

/// A feature for every own column of the files, by key.
///
/// # Errors
/// When a document cannot be written down, which would be a defect.
pub fn definitions(sources: &[Source]) -> Result<Vec<(Kind, String, serde_json::Value)>> {
    let columns = sources.iter().flat_map(|s| &s.mapping.columns);
    let found: BTreeMap<String, &Column> = columns.filter_map(|c| Some((key(c)?, c))).collect();
    let document = |(key, column): (String, &Column)| {
        let header = column.header.trim();
        let feature = Feature {
            label: Label::same(if header.is_empty() { key.trim_start_matches("custom.") } else { header }),
            description: Label::new(
                format!("随文件“{header}”列导入的自有属性。"),
                format!("Own attribute, imported from the column “{header}”."),
            ),
            group: Group::Custom,
            value: column.value_type.unwrap_or(ValueType::Text),
            unit: None,
            definition: Definition::Attribute { key: key.clone() },
            entry: None,
            builtin: false,
            version: 1,
            key: key.clone(),
        };
        let json = serde_json::to_value(&feature).map_err(|e| Error::Internal(e.to_string()))?;
        Ok((Kind::Feature, key, json))
    };
    found.into_iter().map(document).collect()
}

/// A column that is an attribute already is read as the type the attribute has.
pub fn typed(sources: &mut [Source], definitions: &Definitions) {
    for column in sources.iter_mut().flat_map(|s| &mut s.mapping.columns) {
        let known = key(column).and_then(|k| definitions.feature(&k));
        if let Some(Feature { value, definition: Definition::Attribute { .. }, .. }) = known {
            column.value_type = Some(*value);
        }
    }
}
