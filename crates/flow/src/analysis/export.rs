//! The customer list as a file: everyone the filter leaves, formula injection neutralised by the writers in `output`.

use super::{Picture, customers::{self, Listing}, moment::Asked};
use crate::{
    Result,
    app::App,
    audit,
    output::{cell::{Cell, Column, Kind, Rows, Sheet as Table}, csv, xlsx},
    sight::{self, Sight, Walls},
};
use domain::{CustomerKey, Day, Label, audit::{Action, Actor}, classification::Classification, identity::IdentifierKind};
use serde::{Deserialize, Serialize};
use std::io::{BufWriter, Seek, Write};
use std::sync::Arc;
use utoipa::ToSchema;

/// Format of an exported list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Sheet {
    /// UTF-8 with byte order mark
    #[default]
    Csv,
    /// Excel
    Xlsx,
}

impl Sheet {
    /// MIME type.
    pub fn content_type(self) -> &'static str {
        match self {
            Sheet::Csv => "text/csv; charset=utf-8",
            Sheet::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        }
    }

    /// End of the file name.
    pub fn extension(self) -> &'static str {
        match self {
            Sheet::Csv => "csv",
            Sheet::Xlsx => "xlsx",
        }
    }
}

/// Who a customer is, in the columns before the features: as an import reads it back.
#[derive(Debug, Clone, Default)]
struct Person {
    id: String,
    name: Option<String>,
    phone: Option<String>,
    email: Option<String>,
    external: Option<String>,
    member: Option<String>,
}

const WHO: [(&str, &str, &str); 6] = [
    ("customer_id", "客户编号", "Customer number"),
    ("name", "姓名", "Name"),
    ("phone", "手机", "Phone"),
    ("email", "邮箱", "E-mail"),
    ("member_no", "会员卡号", "Member card number"),
    ("zhiyin_id", "知音编号", "Zhiyin's own number"),
];

/// Every customer of the list in its order, as a file that is deleted when it is closed; and the day of its numbers. What `sight`
/// hides is no column of it. That it was taken stands in the audit log before a byte of it leaves.
///
/// # Errors
/// As [`customers::list`]; when the disk refuses.
pub async fn customers(app: &App, sight: Sight, actor: &Actor, asked: Asked, listing: Listing, sheet: Sheet) -> Result<(tokio::fs::File, Day)> {
    let picture = app.runs.at(app, asked).await?;
    let who = customers::matching(app, sight, &picture, &listing.filter).await?;
    let walls = Walls::of(sight, &picture);
    let keys: Vec<String> = match listing.columns.as_deref() {
        None => picture.definitions.features().iter().map(|f| f.key.clone()).filter(|k| !walls.hides(k)).collect(),
        // classes always come along, all of them
        asked => customers::columns(sight, &picture, asked)?.into_iter().filter(|k| !k.starts_with("class.")).collect(),
    };
    let classes: Vec<String> = picture.definitions.classifications().iter().map(|c| c.key.clone()).filter(|k| !walls.hides_class(k)).collect();
    let order = customers::page(sight, &picture, &who, &listing.sort, 0, usize::MAX)?;
    let people = people(app, sight, &order).await?;
    let (folder, as_of, rows) = (app.temporary(), picture.as_of, order.len());
    let written = tokio::task::spawn_blocking(move || {
        let digits = picture.currency.digits();
        let table = Table { columns: head(&picture, &keys, &classes), rows: Box::new(List { picture, order, people, keys, classes }), digits };
        write(&folder, &table, sheet)
    });
    let file = tokio::fs::File::from_std(written.await??);
    let detail = serde_json::json!({
        "format": sheet.extension(), "rows": rows, "as_of": as_of.to_string(), "segment": listing.filter.segment, "masked": sight.is_masked(),
    });
    audit::note(app, audit::of(app, actor, Action::ExportTaken, "customers").detail(detail)).await?;
    Ok((file, as_of))
}

fn write(folder: &std::path::Path, table: &Table, sheet: Sheet) -> Result<std::fs::File> {
    let mut out = BufWriter::new(tempfile::tempfile_in(folder)?);
    match sheet {
        Sheet::Csv => csv::write(table, &mut out)?,
        Sheet::Xlsx => xlsx::write_table(table, &mut out)?,
    }
    out.flush()?;
    let mut file = out.into_inner().map_err(|e| e.into_error())?;
    file.rewind()?;
    Ok(file)
}

/// Names and identifiers of everyone on the list, a few thousand at a time.
async fn people(app: &App, sight: Sight, order: &[CustomerKey]) -> Result<Vec<Person>> {
    let mut all = Vec::with_capacity(order.len());
    for keys in order.chunks(5_000) {
        let mut found = store::customer::by_keys(&app.store, keys).await?;
        let mut identifiers = store::customer::identifiers_by_keys(&app.store, keys).await?;
        all.extend(keys.iter().map(|key| {
            let known = identifiers.remove(key).unwrap_or_default();
            let person = found.remove(key);
            Person {
                id: person.as_ref().map(|p| p.id.clone()).unwrap_or_default(),
                name: person.and_then(|p| p.name).map(|n| sight::text(sight, n)),
                phone: sight::identifier(sight, &known, IdentifierKind::Phone),
                email: sight::identifier(sight, &known, IdentifierKind::Email),
                external: sight::identifier(sight, &known, IdentifierKind::External),
                member: sight::identifier(sight, &known, IdentifierKind::Member),
            }
        }));
    }
    Ok(all)
}

/// Who, then the features, then a column for every classification.
fn head(picture: &Picture, keys: &[String], classes: &[String]) -> Vec<Column> {
    let who = WHO.iter().map(|(key, zh, en)| Column {
        key: (*key).to_owned(),
        label: Label::new(*zh, *en),
        description: Label::default(),
        unit: None,
        kind: Kind::Text,
    });
    let features = keys.iter().filter_map(|k| picture.definitions.feature(k)).map(|f| Column {
        key: f.key.clone(),
        label: f.label.clone(),
        description: f.description.clone(),
        unit: f.unit.clone(),
        kind: f.value.into(),
    });
    let classes = classes.iter().filter_map(|k| picture.definitions.classification(k)).map(|c: &Classification| Column {
        key: c.key.clone(),
        label: c.label.clone(),
        description: c.description.clone(),
        unit: None,
        kind: Kind::Class,
    });
    who.chain(features).chain(classes).collect()
}

/// The rows, read off the run as they are written.
struct List {
    picture: Arc<Picture>,
    order: Vec<CustomerKey>,
    people: Vec<Person>,
    keys: Vec<String>,
    classes: Vec<String>,
}

impl Rows for List {
    fn count(&self) -> usize {
        self.order.len()
    }

    fn cell(&self, row: usize, column: usize) -> Cell<'_> {
        let (Some(customer), Some(person)) = (self.order.get(row), self.people.get(row)) else { return Cell::Empty };
        let optional = |text: &'_ Option<String>| -> Cell<'static> {
            text.as_ref().map_or(Cell::Empty, |t| Cell::Text(std::borrow::Cow::Owned(t.clone())))
        };
        match column {
            0 => optional(&person.external),
            1 => optional(&person.name),
            2 => optional(&person.phone),
            3 => optional(&person.email),
            4 => optional(&person.member),
            5 => Cell::text(&person.id),
            _ => {
                let place = column - WHO.len();
                if let Some(key) = self.keys.get(place) {
                    return self.picture.column(key).map_or(Cell::Empty, |c| Cell::of(c.value(customer.0 as usize)));
                }
                let classification = self.classes.get(place - self.keys.len());
                let class = classification.and_then(|key| self.picture.classes(key)?.of(customer.0 as usize));
                class.map_or(Cell::Empty, Cell::text)
            }
        }
    }
}
