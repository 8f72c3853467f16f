//! The customer list as a file: everyone the filter leaves or somebody picked of it, with the columns asked for in their order, in machine
//! names or in the words of a language. Formula injection is neutralised by the writers in `output`.

use super::{
    Picture,
    customers::{self, Listing, OWNER, TAGS},
    marks,
    moment::Asked,
    order::Order,
};
use crate::{
    Error, Result,
    app::App,
    audit,
    output::{Labels, cell::{Cell, Column, Kind, Rows, STEP, Sheet as Table}, csv, parquet, xlsx},
    sight::{self, Sight, Walls},
};
use domain::{CustomerKey, Day, Label, audit::{Action, Actor}, identity::IdentifierKind};
use lake::{Bits, Data};
use serde::{Deserialize, Serialize};
use std::{
    borrow::Cow,
    io::{self, BufWriter, Seek, Write},
    sync::{Arc, RwLock},
};
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

/// Customers that may be named one by one.
const PICKED: usize = 5_000;

/// What a sheet of customers is called.
pub fn title() -> Label {
    Label::new("客户", "Customers")
}

/// Who of a list, where somebody picked, by public id; who stands for somebody merged counts for them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Picked {
    /// only these
    pub customers: Option<Vec<String>>,
    /// and not these
    pub except: Vec<String>,
}

/// Is everybody named a customer?
///
/// # Errors
/// `change.many`, `customer.not_found`; when the store refuses.
pub async fn check(app: &App, picked: &Picked) -> Result<()> {
    for ids in [picked.customers.as_deref().unwrap_or_default(), picked.except.as_slice()] {
        if ids.len() > PICKED {
            return Err(Error::invalid("change.many", format!("逐个点名最多 {PICKED} 位，更多请按筛选选择全部"), format!("at most {PICKED} customers are named one by one; select all matching instead")));
        }
        let known = store::customer::by_ids(&app.store, ids).await?;
        if let Some(id) = ids.iter().find(|id| !known.contains_key(*id)) {
            return Err(Error::not_found("customer", id));
        }
    }
    Ok(())
}

/// Leaves those who were picked. Whoever was erased since the file was ordered is left out.
async fn narrow(app: &App, picked: &Picked, who: &mut Bits) -> Result<()> {
    if let Some(ids) = &picked.customers {
        let known = store::customer::by_ids(&app.store, ids).await?;
        let picked = Bits::of(ids.iter().filter_map(|id| known.get(id)).map(|c| c.key), who.len());
        who.and(&picked);
    }
    if !picked.except.is_empty() {
        let known = store::customer::by_ids(&app.store, &picked.except).await?;
        let except = Bits::of(picked.except.iter().filter_map(|id| known.get(id)).map(|c| c.key), who.len());
        who.and_not(&except);
    }
    Ok(())
}

/// Who a customer is, in the columns before the features, as an import reads it back; and what people hung on them.
#[derive(Debug, Clone, Default)]
struct Person {
    /// as [`WHO`] has them
    who: [Option<String>; WHO.len()],
    tags: Option<String>,
    owner: Option<String>,
}

const WHO: [(&str, &str, &str); 6] = [
    ("customer_id", "客户编号", "Customer number"),
    ("name", "姓名", "Name"),
    ("phone", "手机", "Phone"),
    ("email", "邮箱", "E-mail"),
    ("member_no", "会员卡号", "Member card number"),
    OWN_NUMBER,
];
/// The number by which Zhiyin knows them.
pub(crate) const OWN_NUMBER: (&str, &str, &str) = ("zhiyin_id", "知音编号", "Zhiyin's own number");
/// What people hung on them.
pub(crate) const HUNG: [(&str, &str, &str); 2] = [(TAGS, "标签", "Tags"), (OWNER, "负责人", "Owner")];

/// What a column shows.
enum Shown {
    /// a place in [`WHO`]
    Who(usize),
    Tags,
    Owner,
    /// a feature; in words, what its texts are called, by code
    Feature(String, Option<Vec<String>>),
    /// a classification; in words, what its classes are called, by code
    Class(String, Option<Vec<String>>),
}

impl Shown {
    fn of(picture: &Picture, labels: Labels, key: &str) -> Result<(Column, Shown)> {
        let column = |key: &str, label: Label, kind| Column { key: key.to_owned(), label, description: Label::default(), unit: None, kind };
        if let Some((place, (_, zh, en))) = WHO.iter().chain(&HUNG).enumerate().find(|(_, (k, ..))| *k == key) {
            let shown = match key {
                TAGS => Shown::Tags,
                OWNER => Shown::Owner,
                _ => Shown::Who(place),
            };
            return Ok((column(key, Label::new(*zh, *en), Kind::Text), shown));
        }
        let all = &picture.definitions;
        if let Some(classification) = key.strip_prefix("class.") {
            let c = all.classification(classification).ok_or_else(|| Error::not_found("classification", classification))?;
            let named = labels.lang().zip(picture.classes(classification));
            let names = named.map(|(lang, classes)| classes.keys().iter().map(|k| c.class_label(k).get(lang).to_owned()).collect());
            let column = Column { description: c.description.clone(), ..column(&c.key, c.label.clone(), Kind::Class) };
            return Ok((column, Shown::Class(c.key.clone(), names)));
        }
        let f = all.feature(key).ok_or_else(|| Error::not_found("feature", key))?;
        let options = f.entry.as_ref().map(|e| e.options.as_slice()).unwrap_or_default();
        // where a classification of the same name has classes for its values, they are called as those are
        let same = [format!("by_{key}"), key.to_owned()].into_iter().find_map(|k| all.classification(&k));
        let names = labels.lang().and_then(|lang| match picture.column(key)?.data() {
            Data::Text(_, texts) if !options.is_empty() => Some(texts.iter().map(|t| labels.options(options, t).into_owned()).collect()),
            Data::Text(_, texts) => same.map(|c| texts.iter().map(|t| c.class_label(t).get(lang).to_owned()).collect()),
            _ => None,
        });
        let column = Column { description: f.description.clone(), unit: f.unit.clone(), ..column(&f.key, f.label.clone(), f.value.into()) };
        Ok((column, Shown::Feature(f.key.clone(), names)))
    }
}

/// Who is on a list, in which order, with which columns: everything but the rows themselves.
pub struct Plan {
    sight: Sight,
    labels: Labels,
    picture: Arc<Picture>,
    order: Vec<CustomerKey>,
    columns: Vec<Column>,
    shown: Vec<Shown>,
}

/// Plans a list. What `sight` hides is no column of it.
///
/// # Errors
/// As [`customers::list`].
pub async fn plan(app: &App, sight: Sight, asked: Asked, listing: &Listing, picked: &Picked, labels: Labels) -> Result<Plan> {
    let picture = app.runs.at(app, asked).await?;
    let mut who = customers::matching(app, sight, &picture, &listing.filter).await?;
    narrow(app, picked, &mut who).await?;
    let keys = keys(sight, &picture, listing.columns.as_deref())?;
    let (columns, shown) = keys.iter().map(|key| Shown::of(&picture, labels, key)).collect::<Result<Vec<_>>>()?.into_iter().unzip();
    let order = Order::of(app, sight, &picture, &listing).await?.page(&who, usize::MAX);
    Ok(Plan { sight, labels, picture, order, columns: labels.head(columns), shown })
}

/// The columns of a file: those asked for, or everything there is; in front who the customer is, unless that was asked for, too.
fn keys(sight: Sight, picture: &Picture, asked: Option<&[String]>) -> Result<Vec<String>> {
    let (walls, definitions) = (Walls::of(sight, picture), &picture.definitions);
    let first = WHO.iter().map(|(key, ..)| (*key).to_owned());
    let Some(asked) = asked else {
        let features = definitions.features().iter().map(|f| f.key.clone());
        let classes = definitions.classifications().iter().map(|c| format!("class.{}", c.key));
        let computed = features.chain(classes).filter(|k| !walls.hides(k));
        return Ok(first.chain(computed).chain(HUNG.iter().map(|(key, ..)| (*key).to_owned())).collect());
    };
    let is = |of: &[(&str, &str, &str)], key: &str| of.iter().any(|(k, ..)| *k == key);
    let computed: Vec<String> = asked.iter().filter(|k| !is(&WHO, k) && !is(&HUNG, k)).cloned().collect();
    customers::columns(sight, picture, Some(&computed))?;
    let named = asked.iter().any(|k| is(&WHO, k));
    Ok(first.filter(|_| !named).chain(asked.iter().cloned()).collect())
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
    pub fn table(self, app: &Arc<App>, watch: impl Fn(usize) -> io::Result<()> + Send + Sync + 'static) -> Table {
        let Plan { sight, labels, picture, order, columns, shown } = self;
        let (runtime, digits) = (tokio::runtime::Handle::current(), picture.currency.digits());
        let list = List { app: Arc::clone(app), runtime, watch: Box::new(watch), step: RwLock::default(), sight, labels, picture, order, shown };
        Table { columns, rows: Box::new(list), digits }
    }
}

/// Every customer of the list in its order, as a file that is deleted when it is closed; and the day of its numbers. That it was taken
/// stands in the audit log before a byte of it leaves.
///
/// # Errors
/// As [`customers::list`]; when the disk refuses.
pub async fn customers(app: &Arc<App>, sight: Sight, actor: &Actor, asked: Asked, listing: Listing, sheet: Sheet, labels: Labels) -> Result<(tokio::fs::File, Day)> {
    let labels = if sheet == Sheet::Parquet { Labels::Keys } else { labels };
    let plan = plan(app, sight, asked, &listing, &Picked::default(), labels).await?;
    let (folder, as_of, rows) = (app.temporary(), plan.as_of(), plan.rows());
    let table = plan.table(app, |_| Ok(()));
    let written = tokio::task::spawn_blocking(move || {
        let mut out = BufWriter::new(tempfile::tempfile_in(&folder)?);
        write(&folder, &table, labels.sheet(&title()), sheet, &mut out)?;
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

/// Writes a table; `name` is what sheets are called, `folder` is for what is not ready yet.
///
/// # Errors
/// When the disk refuses, or the rows say stop.
pub fn write(folder: &std::path::Path, table: &Table, name: &str, sheet: Sheet, out: &mut (impl Write + Seek + Send)) -> Result<()> {
    match sheet {
        Sheet::Csv => Ok(csv::write(table, out)?),
        Sheet::Xlsx => xlsx::write_table_by(table, name, folder, out),
        Sheet::Parquet => parquet::write(table, out),
    }
}

/// The rows, read off the run as they are written; who they are is fetched step by step, so that memory does not grow with the list.
struct List {
    app: Arc<App>,
    runtime: tokio::runtime::Handle,
    watch: Box<dyn Fn(usize) -> io::Result<()> + Send + Sync>,
    step: RwLock<Step>,
    sight: Sight,
    labels: Labels,
    picture: Arc<Picture>,
    order: Vec<CustomerKey>,
    shown: Vec<Shown>,
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
        let people = self.runtime.block_on(self.people(some)).map_err(io::Error::other)?;
        if let Ok(mut step) = self.step.write() {
            *step = Step { from, people };
        }
        Ok(())
    }

    fn cell(&self, row: usize, column: usize) -> Cell<'_> {
        let (Some(customer), Some(shown)) = (self.order.get(row), self.shown.get(column)) else { return Cell::Empty };
        let i = customer.0 as usize;
        match shown {
            Shown::Who(place) => self.person(row, |p| p.who.get(*place).cloned().flatten()),
            Shown::Tags => self.person(row, |p| p.tags.clone()),
            Shown::Owner => self.person(row, |p| p.owner.clone()),
            Shown::Feature(key, names) => match (self.picture.column(key), names) {
                (None, _) => Cell::Empty,
                (Some(column), Some(names)) => match column.data() {
                    Data::Text(codes, _) => named(names, codes.get(i)),
                    _ => Cell::Empty,
                },
                (Some(column), None) => self.labels.cell(Cell::of(column.value(i))),
            },
            Shown::Class(key, names) => match (self.picture.classes(key), names) {
                (None, _) => Cell::Empty,
                (Some(classes), Some(names)) => named(names, classes.codes().get(i)),
                (Some(classes), None) => classes.of(i).map_or(Cell::Empty, Cell::text),
            },
        }
    }
}

/// What a text is called.
fn named<'n>(names: &'n [String], code: Option<&u32>) -> Cell<'n> {
    code.and_then(|code| names.get(*code as usize)).map_or(Cell::Empty, |name| Cell::text(name))
}

impl List {
    fn person(&self, row: usize, what: impl Fn(&Person) -> Option<String>) -> Cell<'static> {
        let Ok(step) = self.step.read() else { return Cell::Empty };
        let person = row.checked_sub(step.from).and_then(|n| step.people.get(n));
        person.and_then(what).map_or(Cell::Empty, |text| Cell::Text(Cow::Owned(text)))
    }

    /// Names and identifiers of some of the list, and what people hung on them.
    async fn people(&self, some: &[CustomerKey]) -> Result<Vec<Person>> {
        let (store, sight, words) = (&self.app.store, self.sight, self.labels.lang().is_some());
        let carries = self.shown.iter().any(|s| matches!(s, Shown::Tags | Shown::Owner));
        let mut carried = if carries { marks::carried(&self.app, sight, some).await? } else { marks::Carried::default() };
        let mut all = Vec::with_capacity(some.len());
        for keys in some.chunks(5_000) {
            let mut found = store::customer::by_keys(store, keys).await?;
            let mut identifiers = store::customer::identifiers_by_keys(store, keys).await?;
            all.extend(keys.iter().map(|key| {
                let known = identifiers.remove(key).unwrap_or_default();
                let identifier = |kind| sight::identifier(sight, &known, kind);
                let (id, name) = found.remove(key).map(|p| (p.id, p.name)).unwrap_or_default();
                let (tags, owner) = carried.take(*key);
                let tags: Vec<String> = tags.into_iter().map(|t| if words { t.name } else { t.id }).collect();
                Person {
                    who: [
                        identifier(IdentifierKind::External),
                        name.map(|n| sight::text(sight, n)),
                        identifier(IdentifierKind::Phone),
                        identifier(IdentifierKind::Email),
                        identifier(IdentifierKind::Member),
                        Some(id),
                    ],
                    tags: Some(tags.join(self.labels.between())).filter(|t| !t.is_empty()),
                    owner: owner.map(|o| if words { o.name } else { o.id }),
                }
            }));
        }
        Ok(all)
    }
}
