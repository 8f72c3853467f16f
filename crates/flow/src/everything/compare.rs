//! Did it come in with the same result? Class by class and segment by segment, of every customer.

use super::{
    Archive,
    column::{Column, Kind, Shape},
    damaged, stage,
    tables::CLASSES,
    value::Value,
    write,
};
use crate::{
    Result,
    analysis::{Asked, Picture},
    app::App,
};
use lake::Bits;
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};
use utoipa::ToSchema;

/// Classes and segments here beside those that were taken away, on the same day.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
pub struct Compared {
    /// the business day, `YYYY-MM-DD`
    pub as_of: String,
    /// customers whose classes were compared
    pub customers: u64,
    /// of these, whose classes and segments are all the same
    pub same: u64,
    /// classifications and segments in which anybody differs
    pub differ: BTreeSet<String>,
}

/// Compares.
///
/// # Errors
/// When the store, the lake or the disk refuses, or a file does not read.
pub(super) async fn compare(app: &App, archive: &mut Archive, folder: &Path) -> Result<Compared> {
    let as_of = archive.manifest.as_of;
    let picture = app.runs.for_rules(app, Asked { as_of: Some(as_of), ..Asked::default() }, &[]).await?;
    let mut compared = Compared { as_of: as_of.to_string(), ..Compared::default() };
    let mut wrong: BTreeSet<i64> = BTreeSet::new();
    classes(&picture, archive, folder, &mut compared, &mut wrong)?;
    segments(&picture, archive, folder, &mut compared, &mut wrong)?;
    compared.same = compared.customers.saturating_sub(wrong.len() as u64);
    Ok(compared)
}

/// A customer's number.
pub(super) fn number(file: &str, value: Option<&Value>) -> Result<i64> {
    match value {
        Some(Value::Whole(number)) => Ok(*number),
        _ => Err(damaged(file, "客户编号不对", "a customer's number is none")),
    }
}

/// The table of classes as the archive has it: a column a classification.
pub(super) fn classes_of(archive: &Archive) -> Shape {
    let names = archive.manifest.table(CLASSES).map(|t| t.columns.clone()).unwrap_or_default();
    let column = |(n, (name, _)): (usize, &(String, String))| Column { name: name.clone(), kind: if n == 0 { Kind::Whole } else { Kind::Text }, needed: n == 0, zh: String::new(), en: String::new() };
    Shape { name: CLASSES.to_owned(), columns: names.iter().enumerate().map(column).collect(), zh: String::new(), en: String::new() }
}

fn classes(picture: &Picture, archive: &mut Archive, folder: &Path, compared: &mut Compared, wrong: &mut BTreeSet<i64>) -> Result<()> {
    let shape = classes_of(archive);
    let here: Vec<_> = shape.columns.iter().map(|c| picture.classes(&c.name)).collect();
    stage::each_row(archive, folder, &shape, &mut |file, _, values| {
        let customer = number(file, values.first())?;
        compared.customers += 1;
        let place = usize::try_from(customer).unwrap_or(usize::MAX);
        for ((column, here), there) in shape.columns.iter().zip(&here).zip(values).skip(1) {
            let here = here.and_then(|c| c.of(place));
            let there = if let Value::Text(class) = there { Some(class.as_str()) } else { None };
            if here != there {
                compared.differ.insert(column.name.clone());
                wrong.insert(customer);
            }
        }
        Ok(())
    })
}

fn segments(picture: &Picture, archive: &mut Archive, folder: &Path, compared: &mut Compared, wrong: &mut BTreeSet<i64>) -> Result<()> {
    let everyone = picture.everyone();
    // who was named of each segment: a bit for each customer
    let keys = picture.definitions.segments().iter().map(|s| s.key.clone());
    let mut named: BTreeMap<String, Bits> = keys.map(|key| (key, Bits::none(everyone.len()))).collect();
    stage::each_row(archive, folder, &write::segments(), &mut |file, _, values| {
        let (Some(Value::Text(segment)), customer) = (values.first(), number(file, values.get(1))?) else { return Err(damaged(file, "列不对", "other columns")) };
        let place = usize::try_from(customer).unwrap_or(usize::MAX);
        let here = everyone.holds(place) && picture.run.segment_members(segment).is_some_and(|who| who.holds(place));
        match named.get_mut(segment).filter(|_| here) {
            Some(seen) => seen.insert(place),
            None => {
                compared.differ.insert(segment.clone());
                wrong.insert(customer);
            }
        }
        Ok(())
    })?;
    for (segment, seen) in named {
        let missed = picture.run.segment_members(&segment).into_iter().flat_map(|who| who.iter()).filter(|c| everyone.holds(*c) && !seen.holds(*c));
        for customer in missed {
            compared.differ.insert(segment.clone());
            wrong.insert(customer as i64);
        }
    }
    Ok(())
}
