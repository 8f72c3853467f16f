//! The records of an object as a table to be written to a file: headings, then what each field holds.

use super::{list::{self, Listing}, records};
use crate::{
    Result,
    app::App,
    output::{Labels, cell::{Cell, Column, Kind as CellKind, Sheet}},
    sight::Sight,
};
use domain::{Label, Value};
use std::collections::BTreeMap;

/// What `POST /exports` says of a list of records: `q`, `customer`, and `f.<field>`.
pub fn listing(filter: &BTreeMap<String, String>, sort: Option<&str>) -> Listing {
    let own = |name: &str| filter.get(name).cloned();
    Listing {
        q: own("q"),
        customer: own("customer"),
        filters: filter.iter().filter_map(|(k, v)| Some((k.strip_prefix("f.")?.to_owned(), v.clone()))).collect(),
        sort: sort.map(str::to_owned),
    }
}

/// How many rows the table will have.
///
/// # Errors
/// As the list.
pub async fn count(app: &App, sight: Sight, object: &str, listing: &Listing) -> Result<usize> {
    let k = super::known(app, object).await?;
    Ok(list::found(app, sight, &k, listing).await?.len())
}

/// The table, and the object's name.
///
/// # Errors
/// As the list.
pub async fn table(app: &App, sight: Sight, object: &str, listing: &Listing, labels: Labels) -> Result<(Sheet, String)> {
    let k = super::known(app, object).await?;
    let all = list::found(app, sight, &k, listing).await?;
    let column = |key: &str, label: &Label, about: &Label, kind: CellKind| Column { key: key.to_owned(), label: label.clone(), description: about.clone(), unit: None, kind };
    let none = Label::default();
    let mut columns = vec![
        column("id", &Label::new("记录", "Record"), &none, CellKind::Text),
        column("number", &Label::new("序号", "Number"), &none, CellKind::Int),
    ];
    columns.extend(k.form.fields().map(|f| column(&f.key, &f.label, &f.help, f.kind.value_type().into())));
    let rows: Vec<Vec<Cell<'static>>> = all
        .into_iter()
        .map(|r| {
            let mut row = vec![Cell::Text(r.row.id.clone().into()), Cell::Int(r.row.seq)];
            row.extend(k.form.fields().map(|f| r.values.get(&f.key).and_then(|v| records::seen(sight, f, v)).map_or(Cell::Empty, |v| match v {
                Value::Text(text) => Cell::Text(labels.options(&f.options, &text).into_owned().into()),
                value => labels.cell(Cell::of(value)),
            })));
            row
        })
        .collect();
    Ok((Sheet { columns: labels.head(columns), rows: Box::new(rows), digits: app.settings().currency.digits() }, k.row.key))
}
