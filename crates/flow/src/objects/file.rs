//! The records of an object as a table to be written to a file: headings, then what each field holds.

use super::{list::{self, Listing}, records::{self, Filled}};
use crate::{
    Result,
    app::App,
    output::{Labels, cell::{Cell, Column, Kind as CellKind, Sheet}},
    sight::Sight,
};
use domain::{Label, Value};
use std::collections::BTreeMap;

/// What stands in front of a record's fields.
const FRONT: [&str; 2] = ["id", "number"];

/// What a request about many records says of them: `q`, `customer` and `f.<field>`.
///
/// # Errors
/// `record.filter` for anything else.
pub fn listing(filter: &BTreeMap<String, String>, sort: Option<&str>) -> Result<Listing> {
    if let Some(other) = filter.keys().find(|k| !["q", "customer"].contains(&k.as_str()) && !k.starts_with("f.")) {
        return Err(list::unknown(other));
    }
    let own = |name: &str| filter.get(name).cloned();
    Ok(Listing {
        q: own("q"),
        customer: own("customer"),
        filters: filter.iter().filter_map(|(k, v)| Some((k.strip_prefix("f.")?.to_owned(), v.clone()))).collect(),
        sort: sort.map(str::to_owned),
        ..Listing::default()
    })
}

/// The table of these columns (`id`, `number` and fields; absent: all of them), and the object's name.
///
/// # Errors
/// As the list.
pub async fn table(app: &App, sight: Sight, object: &str, listing: &Listing, columns: Option<&[String]>, labels: Labels) -> Result<(Sheet, String)> {
    let k = super::known(app, object).await?;
    let all = list::found(app, sight, &k, listing).await?;
    let column = |key: &str, label: &Label, about: &Label, kind: CellKind| Column { key: key.to_owned(), label: label.clone(), description: about.clone(), unit: None, kind };
    let none = Label::default();
    let keys: Vec<&str> = match columns {
        Some(named) => named.iter().map(String::as_str).collect(),
        None => FRONT.into_iter().chain(k.form.fields().map(|f| f.key.as_str())).collect(),
    };
    let said = |key: &&str| match (k.form.field(key), *key) {
        (Some(f), _) => Ok(column(&f.key, &f.label, &f.help, f.kind.value_type().into())),
        (None, "id") => Ok(column("id", &Label::new("记录", "Record"), &none, CellKind::Text)),
        (None, "number") => Ok(column("number", &Label::new("序号", "Number"), &none, CellKind::Int)),
        (None, other) => Err(list::unknown(other)),
    };
    let head: Vec<Column> = keys.iter().map(said).collect::<Result<_>>()?;
    let cell = |r: &Filled, key: &str| match k.form.field(key) {
        None if key == "id" => Cell::Text(r.row.id.clone().into()),
        None => Cell::Int(r.row.seq),
        Some(f) => r.values.get(&f.key).and_then(|v| records::seen(sight, f, v)).map_or(Cell::Empty, |v| match v {
            Value::Text(text) => Cell::Text(labels.options(&f.options, &text).into_owned().into()),
            value => labels.cell(Cell::of(value)),
        }),
    };
    let rows: Vec<Vec<Cell<'static>>> = all.iter().map(|r| keys.iter().map(|key| cell(r, key)).collect()).collect();
    Ok((Sheet { columns: labels.head(head), rows: Box::new(rows), digits: app.settings().currency.digits() }, k.row.key))
}
