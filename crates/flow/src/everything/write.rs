//! Everything on its way out, as of one moment.

use super::{
    Format, Told,
    column::{Column, Kind, Shape},
    manifest::{Business, File, LAYOUT, Manifest, NAME, Said, WHAT},
    notes,
    people::{People, noted},
    rows::{Rows, Taken},
    shelf::{Place, Shelf},
    sink::Sink,
    tables::{self, CLASSES, OWNED, SEGMENTS, STORED, TAGGED},
};
use crate::{
    Error, Result,
    analysis::{Asked, Picture},
    app::App,
    definitions, inbox,
};
use domain::{CustomerKey, Day, table::Table};
use lake::Plain;
use std::sync::Arc;
use store::{dump::Reading, mark};

/// Times a moment is looked for that nobody changes meanwhile.
const TRIES: usize = 5;

/// What would be taken away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// the business day of classes and segments
    pub as_of: Day,
    /// rows by table; of tables of which some rows do not go along, no more than these
    pub tables: Vec<(String, u64)>,
    /// definitions in force
    pub definitions: u64,
}

impl Plan {
    /// Rows of all tables.
    pub fn rows(&self) -> u64 {
        self.tables.iter().map(|(_, rows)| rows).sum()
    }
}

/// One moment of the business.
struct Moment {
    picture: Arc<Picture>,
    reading: Reading,
}

async fn moment(app: &App) -> Result<Moment> {
    for _ in 0..TRIES {
        let picture = app.runs.for_rules(app, Asked::default(), &[]).await?;
        let mut reading = app.store.reading().await?;
        let head = store::catalog::head(&mut reading).await?;
        let revision = store::definition::revision(&mut reading).await?;
        if head == picture.lake.snapshot().id && revision == picture.definitions.revision() {
            return Ok(Moment { picture, reading });
        }
    }
    Err(Error::conflict("everything.busy", "数据正在变动，请稍后再试", "the data keeps changing; try again in a moment"))
}

/// Says what would be taken away.
///
/// # Errors
/// When the store or the lake refuses.
pub async fn plan(app: &App) -> Result<Plan> {
    let mut m = moment(app).await?;
    planned(&mut m).await
}

async fn planned(m: &mut Moment) -> Result<Plan> {
    let (picture, reading) = (&m.picture, &mut m.reading);
    let there = reading.tables().await?;
    let mut all = Vec::new();
    for stored in STORED {
        let table = there.iter().find(|t| t.name == stored.store).ok_or_else(|| missing(stored.store))?;
        all.push((stored.name.to_owned(), reading.count(table).await?));
    }
    for (name, begin) in [(TAGGED, mark::TAGS), (OWNED, mark::OWNERS)] {
        let sets = mark::all(&mut *reading, begin).await?;
        all.push((name.to_owned(), sets.values().map(mark::Set::count).sum()));
    }
    for table in Table::ALL {
        all.push((tables::facts(table).name, picture.lake.rows(table)));
    }
    let everyone = picture.everyone();
    all.push((CLASSES.to_owned(), everyone.count()));
    let members = |key: &str| picture.run.segment_members(key).map_or(0, |who| who.iter().filter(|c| everyone.holds(*c)).count() as u64);
    all.push((SEGMENTS.to_owned(), picture.definitions.segments().iter().map(|s| members(&s.key)).sum()));
    let d = &picture.definitions;
    Ok(Plan { as_of: picture.as_of, tables: all, definitions: (d.features().len() + d.classifications().len() + d.segments().len()) as u64 })
}

fn missing(table: &str) -> Error {
    Error::Internal(format!("the store has no table {table}"))
}

/// Writes everything; what it answers is what the files say of themselves. What programs posted and what waits is moved to the lake
/// first.
///
/// # Errors
/// When the store, the lake or the disk refuses, data keeps changing, or `everything.stopped`.
pub async fn write<'o>(app: &Arc<App>, format: Format, place: Place<'o>, told: Told<'o>) -> Result<Manifest> {
    inbox::carry(app, None).await?;
    let mut m = moment(app).await?;
    let plan = planned(&mut m).await?;
    let temporary = app.temporary();
    std::fs::create_dir_all(&temporary)?;
    let folder = tempfile::Builder::new().prefix("everything-").tempdir_in(&temporary)?;
    let settings = app.settings();
    let mut shelf = Shelf::new(place, told, plan.rows());
    let digits = settings.currency.digits();
    let Moment { picture, mut reading } = m;
    let mut said = Vec::new();
    let mut sink = Sink { shelf: &mut shelf, format, digits, folder: folder.path() };
    let mut people = written_by_people(&mut reading, &mut sink, &mut said).await?;
    // whoever writes need not wait for the facts
    drop(reading);
    for table in Table::ALL {
        facts(&picture, table, &mut people, &mut sink, &mut said)?;
    }
    named(&people, &mut sink, &mut said)?;
    results(&picture, &mut sink, &mut said)?;
    let mut files = Vec::new();
    let mut put = |shelf: &mut Shelf<'_>, name: String, text: &str| -> Result<()> {
        let (bytes, sha256) = shelf.put(&name, text.as_bytes())?;
        files.push(File { name, bytes, sha256 });
        Ok(())
    };
    for (name, text) in definitions::texts(&picture.definitions)? {
        put(&mut shelf, format!("definitions/{name}"), &text)?;
    }
    let shapes = shapes(&picture);
    put(&mut shelf, "README.md".to_owned(), &notes::readme(&Business::of(&settings), picture.as_of, format, &said))?;
    put(&mut shelf, "SCHEMA.md".to_owned(), &notes::schema(&shapes, format, &settings))?;
    let manifest = Manifest {
        what: WHAT.to_owned(),
        layout: LAYOUT,
        program: concat!("zhiyin ", env!("CARGO_PKG_VERSION")).to_owned(),
        made: app.clock.now().rfc3339(),
        format,
        business: Business::of(&settings),
        as_of: picture.as_of,
        tables: said,
        files,
    };
    shelf.put(NAME, &manifest.text()?)?;
    shelf.finish()?;
    Ok(manifest)
}

/// Every table, in the order in which they are written.
fn shapes(picture: &Picture) -> Vec<Shape> {
    let mut all: Vec<Shape> = STORED.iter().map(tables::Stored::shape).collect();
    all.extend([tables::marks(TAGGED), tables::marks(OWNED)]);
    all.extend(Table::ALL.map(tables::facts));
    all.extend([tables::people(), classes(picture), segments()]);
    all
}

/// What people wrote; answers who they are.
async fn written_by_people(reading: &mut Reading, sink: &mut Sink<'_, '_>, said: &mut Vec<Said>) -> Result<People> {
    let mut taken = Taken::new(People::of(&mut *reading).await?);
    let there = reading.tables().await?;
    for stored in STORED {
        let source = there.iter().find(|t| t.name == stored.store).ok_or_else(|| missing(stored.store))?;
        let shape = stored.shape();
        let mut table = sink.table(&shape)?;
        let mut rows = Rows::new(stored, &source.columns, &mut table, &mut taken)?;
        let done = reading.table(source, &mut rows).await;
        rows.ended(done)?;
        said.push(table.end()?);
    }
    for (name, begin) in [(TAGGED, mark::TAGS), (OWNED, mark::OWNERS)] {
        let mut sets: Vec<(String, mark::Set)> = Vec::new();
        for (set, who) in mark::all(&mut *reading, begin).await? {
            let id = set.strip_prefix(begin).unwrap_or(&set);
            // a tag that was taken away keeps its customers
            if who.is_empty() || name == TAGGED && !taken.has("tags", id) {
                continue;
            }
            let id = if name == OWNED { taken.people.one(id).into_owned() } else { id.to_owned() };
            sets.push((id, who));
        }
        sets.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        // a number for a name: a million customers with ten tags are ten million pairs
        let mut pairs: Vec<(CustomerKey, u32)> = (0u32..).zip(&sets).flat_map(|(n, (_, who))| who.iter().map(move |c| (c, n))).collect();
        pairs.sort_unstable();
        let shape = tables::marks(name);
        let mut table = sink.table(&shape)?;
        for (customer, n) in &pairs {
            let id = sets.get(*n as usize).map_or("", |(id, _)| id);
            table.row(&[Plain::Whole(i64::from(customer.0)), Plain::Text(id)])?;
        }
        said.push(table.end()?);
    }
    Ok(taken.people)
}

/// Whoever did any of what was written.
fn named(people: &People, sink: &mut Sink<'_, '_>, said: &mut Vec<Said>) -> Result<()> {
    let shape = tables::people();
    let mut table = sink.table(&shape)?;
    for (mark, email, name) in people.named() {
        table.row(&[Plain::Text(mark), Plain::Text(email), Plain::Text(name)])?;
    }
    said.push(table.end()?);
    Ok(())
}

fn facts(picture: &Picture, of: Table, people: &mut People, sink: &mut Sink<'_, '_>, said: &mut Vec<Said>) -> Result<()> {
    let shape = tables::facts(of);
    let mut table = sink.table(&shape)?;
    let place = |name: &str| shape.columns.iter().position(|c| c.name == name);
    let places = place("key").zip(place("text")).filter(|_| of == Table::Attributes);
    picture.lake.each_whole_row(of, |row| match places.and_then(|places| Some((places.1, noted(row, places)?))) {
        None => table.row(row),
        Some((place, text)) => {
            let text = people.within(text);
            let mut row = row.to_vec();
            row.get_mut(place).into_iter().for_each(|cell| *cell = Plain::Text(&text));
            table.row(&row)
        }
    })?;
    said.push(table.end()?);
    Ok(())
}

fn column(name: &str, kind: Kind, zh: &str, en: &str) -> Column {
    Column { name: name.to_owned(), kind, needed: false, zh: zh.to_owned(), en: en.to_owned() }
}

/// The class of every customer in every classification.
fn classes(picture: &Picture) -> Shape {
    let mut columns = vec![column("customer", Kind::Whole, "客户编号（见 customers）", "a number in customers")];
    columns.extend(picture.definitions.classifications().iter().map(|c| column(&c.key, Kind::Text, &c.label.zh, &c.label.en)));
    Shape { name: CLASSES.to_owned(), columns, zh: "每位客户在每个分类里的类别（算出来的，导入时用来核对）".to_owned(), en: "the class of every customer in every classification; computed, and compared when it comes in".to_owned() }
}

/// Who is in which segment.
pub(super) fn segments() -> Shape {
    let columns = vec![column("segment", Kind::Text, "人群", "the segment"), column("customer", Kind::Whole, "客户编号（见 customers）", "a number in customers")];
    Shape { name: SEGMENTS.to_owned(), columns, zh: "谁在哪个人群里（算出来的，导入时用来核对）".to_owned(), en: "who is in which segment; computed, and compared when it comes in".to_owned() }
}

fn results(picture: &Picture, sink: &mut Sink<'_, '_>, said: &mut Vec<Said>) -> Result<()> {
    let everyone = picture.everyone();
    let shape = classes(picture);
    let mut table = sink.table(&shape)?;
    let by: Vec<_> = picture.definitions.classifications().iter().map(|c| picture.classes(&c.key)).collect();
    let mut row: Vec<Plain<'_>> = Vec::with_capacity(by.len() + 1);
    for customer in everyone.iter() {
        row.clear();
        row.push(Plain::Whole(customer as i64));
        row.extend(by.iter().map(|c| c.and_then(|c| c.of(customer)).map_or(Plain::None, Plain::Text)));
        table.row(&row)?;
    }
    said.push(table.end()?);
    let shape = segments();
    let mut table = sink.table(&shape)?;
    for segment in picture.definitions.segments() {
        for customer in picture.run.segment_members(&segment.key).into_iter().flat_map(|who| who.iter()).filter(|c| everyone.holds(*c)) {
            table.row(&[Plain::Text(&segment.key), Plain::Whole(customer as i64)])?;
        }
    }
    said.push(table.end()?);
    Ok(())
}
