//! The customer list as a file: everyone the filter leaves, formula injection neutralised by the writers in `output`.

use super::{Picture, customers::{self, Listing}, moment::Asked};
use crate::{
    Result,
    app::App,
    audit,
    output::{cell::{Cell, Column, Kind, Rows, STEP, Sheet as Table}, csv, parquet, xlsx},
    sight::{self, Sight, Walls},
};
use domain::{CustomerKey, Day, Label, audit::{Action, Actor}, classification::Classification, identity::IdentifierKind};
use serde::{Deserialize, Serialize};
use std::io::{self, BufWriter, Seek, Write};
use std::sync::{Arc, RwLock};
use utoipa::ToSchema;

/// So many rows are written between two words on how far it is.
const WORD: usize = 1_000;

/// Format of an exported list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Sheet {
    /// UTF-8 with byte order mark
    #[default]
    Csv,
    /// Excel
    Xlsx,
    /// Parquet
    Parquet,
}

impl Sheet {
    /// MIME type.
    pub fn content_type(self) -> &'static str {
        match self {
            Sheet::Csv => "text/csv; charset=utf-8",
            Sheet::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Sheet::Parquet => "application/vnd.apache.parquet",
        }
    }

    /// End of the file name.
    pub fn extension(self) -> &'static str {
        match self {
            Sheet::Csv => "csv",
            Sheet::Xlsx => "xlsx",
            Sheet::Parquet => "parquet",
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

/// Who is on a list, in which order, with which columns: everything but the rows themselves.
pub struct Plan {
    sight: Sight,
    picture: Arc<Picture>,
    order: Vec<CustomerKey>,
    keys: Vec<String>,
    classes: Vec<String>,
}

/// Plans a list. What `sight` hides is no column of it.
///
/// # Errors
/// As [`customers::list`].
pub async fn plan(app: &App, sight: Sight, asked: Asked, listing: &Listing) -> Result<Plan> {
    let picture = app.runs.at(app, asked).await?;
    let who = customers::matching(app, sight, &picture, &listing.filter).await?;
    let walls = Walls::of(sight, &picture);
    let keys: Vec<String> = match listing.columns.as_deref() {
        None => picture.definitions.features().iter().map(|f| f.key.clone()).filter(|k| !walls.hides(k)).collect(),
        // classes always come along, all of them
        asked => customers::columns(sight, &picture, asked)?.into_iter().filter(|k| !k.starts_with("class.")).collect(),
    };
    let classes = picture.definitions.classifications().iter().map(|c| c.key.clone()).filter(|k| !walls.hides_class(k)).collect();
    let order = customers::page(sight, &picture, &who, &listing.sort, 0, usize::MAX)?;
    Ok(Plan { sight, picture, order, keys, classes })
}

impl Plan {
    /// How many customers.
    pub fn rows(&self) -> usize {
        self.order.len()
    }

    /// The day of their numbers.
    pub fn as_of(&self) -> Day {
        self.picture.as_of
    }

    /// The rows, fetched as they are read; `watch` hears how far it is and may say stop. To be read outside the runtime's own threads.
    pub fn table(self, app: &App, watch: impl Fn(usize) -> io::Result<()> + Send + Sync + 'static) -> Table {
        let Plan { sight, picture, order, keys, classes } = self;
        let (columns, digits) = (head(&picture, &keys, &classes), picture.currency.digits());
        let runtime = tokio::runtime::Handle::current();
        let list = List { store: app.store.clone(), runtime, watch: Box::new(watch), step: RwLock::default(), sight, picture, order, keys, classes };
        Table { columns, rows: Box::new(list), digits }
    }
}

/// Every customer of the list in its order, as a file that is deleted when it is closed; and the day of its numbers. That it was taken
/// stands in the audit log before a byte of it leaves.
///
/// # Errors
/// As [`customers::list`]; when the disk refuses.
pub async fn customers(app: &App, sight: Sight, actor: &Actor, asked: Asked, listing: Listing, sheet: Sheet) -> Result<(tokio::fs::File, Day)> {
    let plan = plan(app, sight, asked, &listing).await?;
    let (folder, as_of, rows) = (app.temporary(), plan.as_of(), plan.rows());
    let table = plan.table(app, |_| Ok(()));
    let written = tokio::task::spawn_blocking(move || {
        let mut out = BufWriter::new(tempfile::tempfile_in(&folder)?);
        write(&folder, &table, sheet, &mut out)?;
        out.flush()?;
        let mut file = out.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.rewind()?;
        Ok::<_, crate::Error>(file)
    });
    let file = tokio::fs::File::from_std(written.await??);
    let detail = serde_json::json!({
        "format": sheet.extension(), "rows": rows, "as_of": as_of.to_string(), "segment": listing.filter.segment, "masked": sight.is_masked(),
    });
    audit::note(app, audit::of(app, actor, Action::ExportTaken, "customers").detail(detail)).await?;
    Ok((file, as_of))
}

/// Writes a table; `folder` is for what is not ready yet.
///
/// # Errors
/// When the disk refuses, or the rows say stop.
pub fn write(folder: &std::path::Path, table: &Table, sheet: Sheet, out: &mut (impl Write + Seek + Send)) -> Result<()> {
    match sheet {
        Sheet::Csv => Ok(csv::write(table, out)?),
        Sheet::Xlsx => xlsx::write_table_by(table, folder, out),
        Sheet::Parquet => parquet::write(table, out),
    }
}

/// Names and identifiers of some of the list.
async fn people(store: &store::Store, sight: Sight, some: &[CustomerKey]) -> Result<Vec<Person>> {
    let mut all = Vec::with_capacity(some.len());
    for keys in some.chunks(5_000) {
        let mut found = store::customer::by_keys(store, keys).await?;
        let mut identifiers = store::customer::identifiers_by_keys(store, keys).await?;
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

/// The rows, read off the run as they are written; who they are is fetched step by step, so that memory does not grow with the list.
struct List {
    store: store::Store,
    runtime: tokio::runtime::Handle,
    watch: Box<dyn Fn(usize) -> io::Result<()> + Send + Sync>,
    step: RwLock<Step>,
    sight: Sight,
    picture: Arc<Picture>,
    order: Vec<CustomerKey>,
    keys: Vec<String>,
    classes: Vec<String>,
}

/// The people at hand.
#[derive(Debug, Default)]
struct Step {
    from: usize,
    people: Vec<Person>,
}

impl Rows for List {
    fn count(&self) -> usize {
        self.order.len()
    }

    fn reach(&self, row: usize) -> io::Result<()> {
        let from = row - row % STEP;
        let at_hand = self.step.read().is_ok_and(|s| s.from == from && !s.people.is_empty());
        if row % WORD == 0 || !at_hand || row >= self.order.len() {
            (self.watch)(row)?;
        }
        if at_hand || row >= self.order.len() {
            return Ok(());
        }
        let some = self.order.get(from..self.order.len().min(from + STEP)).unwrap_or_default();
        let people = self.runtime.block_on(people(&self.store, self.sight, some)).map_err(io::Error::other)?;
        if let Ok(mut step) = self.step.write() {
            *step = Step { from, people };
        }
        Ok(())
    }

    fn cell(&self, row: usize, column: usize) -> Cell<'_> {
        let Some(customer) = self.order.get(row) else { return Cell::Empty };
        let Some(place) = column.checked_sub(WHO.len()) else { return self.who(row, column) };
        if let Some(key) = self.keys.get(place) {
            return self.picture.column(key).map_or(Cell::Empty, |c| Cell::of(c.value(customer.0 as usize)));
        }
        let classification = self.classes.get(place - self.keys.len());
        let class = classification.and_then(|key| self.picture.classes(key)?.of(customer.0 as usize));
        class.map_or(Cell::Empty, Cell::text)
    }
}

impl List {
    fn who(&self, row: usize, column: usize) -> Cell<'static> {
        let Ok(step) = self.step.read() else { return Cell::Empty };
        let Some(person) = row.checked_sub(step.from).and_then(|n| step.people.get(n)) else { return Cell::Empty };
        let text = match column {
            0 => person.external.clone(),
            1 => person.name.clone(),
            2 => person.phone.clone(),
            3 => person.email.clone(),
            4 => person.member.clone(),
            _ => Some(person.id.clone()),
        };
        text.map_or(Cell::Empty, |t| Cell::Text(std::borrow::Cow::Owned(t)))
    }
}
