//! What came in, made ready: every table read from its first row to its last and looked over, rows of the store as text for its
//! database, facts as files of the lake that nothing names yet.

use super::{
    Archive, Told, bad_row,
    column::{Kind, Shape},
    compare, damaged,
    people::{self, People, noted},
    sink, stopped,
    tables::{self, Fixed, Link, OWNED, STORED, Stored, TAGGED},
    value::Value,
    write,
};
use crate::{Error, Result, analysis::defined};
use domain::{
    Currency, CustomerKey, object,
    table::{DataFile, Table},
};
use lake::{Plain, WholeTable};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs::File,
    io::{BufWriter, Write},
    path::{Path, PathBuf},
};
use store::{definition, mark::Set};

/// No business has more customers, or numbers between them that belong to nobody.
const CUSTOMERS: i64 = 100_000_000;

/// The text of a table of the store.
pub(super) struct Text {
    pub(super) stored: &'static Stored,
    /// columns of a row of the text
    pub(super) names: Vec<String>,
    pub(super) path: PathBuf,
    pub(super) rows: u64,
}

/// Somebody who did something and has no account here.
pub(super) struct Former {
    pub(super) id: String,
    pub(super) email: String,
    pub(super) name: String,
}

/// Everything, ready to become true.
#[derive(Default)]
pub(super) struct Staged {
    pub(super) texts: Vec<Text>,
    pub(super) files: Vec<DataFile>,
    pub(super) formers: Vec<Former>,
    /// sets of customers, by their names in the store
    pub(super) marks: BTreeMap<String, Set>,
    pub(super) next_customer: u32,
    pub(super) next_batch: i64,
    pub(super) gaps: Vec<(u32, u32)>,
    pub(super) customers: u64,
}

/// Where it is made ready.
pub(super) struct Room<'a> {
    pub(super) archive: &'a mut Archive,
    /// a folder that goes afterwards
    pub(super) folder: &'a Path,
    pub(super) lake: &'a Path,
    /// what the files of the lake are called after
    pub(super) stem: &'a str,
    pub(super) told: Told<'a>,
    /// ids of accounts here, by address
    pub(super) accounts: BTreeMap<String, String>,
    /// id of the business
    pub(super) business: String,
    /// the lake snapshot it will make is not known yet; it stands in the texts as this
    pub(super) snapshot: i64,
}

/// Reads everything.
///
/// # Errors
/// `everything.damaged` with the place, `everything.stopped`, what does not fit of definitions, or when the disk refuses.
pub(super) fn stage(room: &mut Room<'_>, staged: &mut Staged) -> Result<()> {
    let mut seen = Seen { done: 0, total: room.archive.manifest.rows(), ..Seen::default() };
    known_shapes(room)?;
    persons(room, staged, &mut seen)?;
    for stored in STORED {
        let text = text(room, stored, &mut seen)?;
        staged.texts.push(text);
    }
    definitions(room, &mut seen)?;
    marks(room, staged, &mut seen)?;
    for table in Table::ALL {
        let files = facts(room, table, &mut seen)?;
        staged.files.extend(files);
    }
    results(room, &mut seen)?;
    staged.customers = seen.customers.count();
    let counted = seen.customers.iter().last().map_or(0, |k| k.0 + 1);
    staged.next_customer = counted.max(u32::try_from(seen.numbers.clamp(0, CUSTOMERS)).unwrap_or(0));
    staged.next_batch = seen.batch.saturating_add(1).max(1);
    staged.gaps = gaps(&seen.customers, staged.next_customer);
    Ok(())
}

/// What was seen on the way.
#[derive(Default)]
struct Seen {
    done: u64,
    total: u64,
    customers: Set,
    people: People,
    tags: BTreeSet<String>,
    /// numbers of customers that imports gave out
    numbers: i64,
    batch: i64,
    published: Vec<(definition::Kind, String, serde_json::Value)>,
    any_segment: bool,
}

/// Every table that is wanted is there, with its columns.
fn known_shapes(room: &Room<'_>) -> Result<()> {
    let mut all: Vec<Shape> = STORED.iter().map(Stored::shape).collect();
    all.extend([tables::people(), tables::marks(TAGGED), tables::marks(OWNED)]);
    all.extend(Table::ALL.map(tables::facts));
    for shape in all {
        let said = room.archive.manifest.table(&shape.name).ok_or_else(|| damaged(super::manifest::NAME, &format!("没有表 {}", shape.name), &format!("there is no table {}", shape.name)))?;
        let names: Vec<&str> = said.columns.iter().map(|(name, _)| name.as_str()).collect();
        sink::same_columns(&shape.name, &shape, &names)?;
    }
    Ok(())
}

/// Reads a table, file by file.
pub(super) fn each_row(archive: &mut Archive, folder: &Path, shape: &Shape, each: &mut dyn FnMut(&str, u64, &[Value]) -> Result<()>) -> Result<()> {
    let (format, digits) = (archive.manifest.format, archive.manifest.business.decimals);
    let parts = archive.manifest.table(&shape.name).map(|t| t.parts.clone()).unwrap_or_default();
    for part in parts {
        let place = tempfile::NamedTempFile::new_in(folder)?;
        archive.unpack(&part.name, place.path(), &|_| true)?;
        let rows = sink::read(&part.name, place.path(), format, shape, digits, &mut |row, values| {
            if let Some((column, _)) = shape.columns.iter().zip(values).find(|(c, v)| c.needed && **v == Value::None) {
                return Err(bad_row(&part.name, row, &column.name, "没有值", "there is no value"));
            }
            each(&part.name, row, values)
        })?;
        if rows != part.rows {
            return Err(damaged(&part.name, &format!("有 {rows} 行，清单里写的是 {}", part.rows), &format!("it has {rows} rows, the manifest says {}", part.rows)));
        }
    }
    Ok(())
}

impl Seen {
    fn step(&mut self, told: Told<'_>) -> Result<()> {
        self.done += 1;
        if self.done % 1024 == 0 && !told(self.done.min(self.total), self.total) {
            return Err(stopped());
        }
        Ok(())
    }

    fn customer(&self, number: i64) -> Option<CustomerKey> {
        let key = u32::try_from(number).ok().map(CustomerKey)?;
        self.customers.holds(key).then_some(key)
    }
}

/// A customer's number, whoever it is.
fn key(value: &Value) -> Option<CustomerKey> {
    if let Value::Whole(number) = value { u32::try_from(*number).ok().map(CustomerKey) } else { None }
}

fn nobody(file: &str, row: u64, column: &str, number: i64) -> Error {
    bad_row(file, row, column, &format!("customers 里没有客户 {number}"), &format!("there is no customer {number} in customers"))
}

fn persons(room: &mut Room<'_>, staged: &mut Staged, seen: &mut Seen) -> Result<()> {
    let shape = tables::people();
    let accounts = std::mem::take(&mut room.accounts);
    let told = room.told;
    let mut named = BTreeSet::new();
    each_row(room.archive, room.folder, &shape, &mut |file, row, values| {
        seen.step(told)?;
        let [Value::Text(id), Value::Text(email), Value::Text(name)] = values else { return Err(damaged(file, "列不对", "other columns")) };
        let address = email.trim().to_lowercase();
        // the mark is made of the address: nobody passes for somebody else
        if !people::is_id(id) || *id != people::mark(&address) || address.len() > 254 || name.len() > 1000 {
            return Err(bad_row(file, row, "id", "不是由邮箱算出的标记", "it is not the mark of the address"));
        }
        if !named.insert(id.clone()) {
            return Err(bad_row(file, row, "id", "同一个人出现了两次", "the same person a second time"));
        }
        match accounts.get(&address) {
            Some(here) => seen.people.put(id.clone(), here.clone()),
            None => staged.formers.push(Former { id: id.clone(), email: address, name: name.clone() }),
        }
        Ok(())
    })
}

fn text(room: &mut Room<'_>, stored: &'static Stored, seen: &mut Seen) -> Result<Text> {
    let shape = stored.shape();
    let path = room.folder.join(format!("{}.tsv", stored.store));
    let mut out = BufWriter::with_capacity(1 << 18, File::create(&path)?);
    let mut names: Vec<String> = stored.columns.iter().map(|c| c.from.to_owned()).collect();
    names.extend(stored.fixed.iter().map(|(name, _)| (*name).to_owned()));
    let (snapshot, business, told) = (room.snapshot.to_string(), room.business.clone(), room.told);
    let mut line = Vec::new();
    let (mut roots, mut merged): (Vec<(u64, i64)>, Set) = Default::default();
    let (mut rows, mut last) = (0, -1i64);
    each_row(room.archive, room.folder, &shape, &mut |file, row, values| {
        seen.step(told)?;
        rows += 1;
        let mut said: Vec<Option<String>> = Vec::with_capacity(names.len());
        for (column, value) in stored.columns.iter().zip(values) {
            let text = plain(value);
            if text.as_ref().is_some_and(|t| t.contains('\0')) {
                return Err(bad_row(file, row, column.name, "有零字节", "it holds a zero byte"));
            }
            if let (Kind::Json, Value::Text(document)) = (column.kind, value) {
                serde_json::from_str::<serde::de::IgnoredAny>(document).map_err(|e| bad_row(file, row, column.name, &format!("不是 JSON（{e}）"), &format!("no JSON ({e})")))?;
            }
            said.push(match (column.link, value, text) {
                (_, _, None) => None,
                (Link::Customer, Value::Whole(number), text) => {
                    if stored.store == "customers" {
                        roots.push((row, *number));
                        values.first().and_then(key).into_iter().for_each(|k| merged.insert(k));
                    } else if seen.customer(*number).is_none() {
                        return Err(nobody(file, row, column.name, *number));
                    }
                    text
                }
                (Link::Person, _, Some(id)) => Some(seen.people.one(&id).into_owned()),
                (Link::People, _, Some(text)) => Some(seen.people.within(&text).into_owned()),
                (Link::Word(words), _, Some(word)) => match words.iter().position(|w| *w == word) {
                    Some(number) => Some(number.to_string()),
                    None => return Err(bad_row(file, row, column.name, &format!("不认识 {word}"), &format!("{word} is not known"))),
                },
                (_, _, text) => text,
            });
        }
        if stored.store == "customers" {
            let Some(Value::Whole(number)) = values.first() else { return Err(damaged(file, "列不对", "other columns")) };
            if *number <= last || *number >= CUSTOMERS {
                return Err(bad_row(file, row, "customer", "客户编号应从小到大，不超过一亿", "customers are in the order of their numbers, below a hundred million"));
            }
            last = *number;
            seen.customers.insert(CustomerKey(u32::try_from(*number).unwrap_or(0)));
        }
        let of = |name: &str| stored.columns.iter().position(|c| c.name == name).and_then(|n| values.get(n));
        for (_, fixed) in stored.fixed {
            let name = || if let Some(Value::Text(name)) = of("name") { Some(name.clone()) } else { None };
            said.push(match fixed {
                Fixed::None => None,
                Fixed::Word(word) => Some((*word).to_owned()),
                Fixed::Snapshot => Some(snapshot.clone()),
                Fixed::Business => Some(business.clone()),
                Fixed::SearchedName => store::customer::folded(&name()),
                Fixed::ComparedName => name().map(|n| domain::tag::folded(&n)),
            });
        }
        seen.look(stored.store, file, row, &of)?;
        line.clear();
        store::dump::line(said.iter().map(Option::as_deref), &mut line);
        Ok(out.write_all(&line)?)
    })?;
    for (row, number) in roots {
        let root = seen.customer(number).ok_or_else(|| nobody("customers", row, "merged_into", number))?;
        if merged.holds(root) {
            return Err(bad_row("customers", row, "merged_into", "指向的客户自己也已合并到别人", "it names a customer who is merged into another"));
        }
    }
    out.flush()?;
    Ok(Text { stored, names, path, rows })
}

/// A value as the store's text has it.
fn plain(value: &Value) -> Option<String> {
    match value {
        Value::None => None,
        Value::Whole(v) => Some(v.to_string()),
        Value::Number(x) => Some(x.to_string()),
        Value::Flag(b) => Some(if *b { "1" } else { "0" }.to_owned()),
        Value::Day(d) => Some(d.0.to_string()),
        Value::Instant(t) => Some(t.0.to_string()),
        Value::Text(t) => Some(t.clone()),
    }
}

impl Seen {
    /// Looks at what must make sense for everything else to work.
    fn look<'v>(&mut self, store: &str, file: &str, row: u64, of: &dyn Fn(&str) -> Option<&'v Value>) -> Result<()> {
        let word = |name: &str| if let Some(Value::Text(t)) = of(name) { t.as_str() } else { "" };
        let whole = |name: &str| if let Some(Value::Whole(v)) = of(name) { *v } else { 0 };
        let broken = |column: &str, e: &dyn std::fmt::Display| bad_row(file, row, column, &format!("不合格式（{e}）"), &format!("it does not fit ({e})"));
        match store {
            "tags" => drop(self.tags.insert(word("id").to_owned())),
            "imports" => {
                self.batch = self.batch.max(whole("batch"));
                self.numbers = self.numbers.max(whole("first_customer").saturating_add(whole("new_customers")));
                let sum = [whole("accepted"), whole("quarantined"), whole("duplicates")].into_iter().fold(0, i64::saturating_add);
                if whole("rows_in") != sum {
                    return Err(broken("rows_in", &"rows_in = accepted + quarantined + duplicates"));
                }
            }
            "objects" => drop(serde_json::from_str::<object::Object>(word("document")).map_err(|e| broken("document", &e))?),
            "definitions" => {
                let kind = [definition::Kind::Feature, definition::Kind::Classification, definition::Kind::Segment].into_iter().find(|k| k.key() == word("kind"));
                let kind = kind.ok_or_else(|| broken("kind", &word("kind")))?;
                self.any_segment |= kind == definition::Kind::Segment && word("state") != "draft";
                match word("state") {
                    "published" => self.published.push((kind, word("key").to_owned(), serde_json::from_str(word("document")).map_err(|e| broken("document", &e))?)),
                    "draft" | "superseded" | "retired" => {}
                    other => return Err(broken("state", &other)),
                }
            }
            _ => {}
        }
        Ok(())
    }
}

fn definitions(room: &Room<'_>, seen: &mut Seen) -> Result<()> {
    let currency = Currency::parse(&room.archive.manifest.business.currency).unwrap_or(Currency::CNY);
    defined::in_place(std::mem::take(&mut seen.published), seen.any_segment, currency)
}

fn marks(room: &mut Room<'_>, staged: &mut Staged, seen: &mut Seen) -> Result<()> {
    let told = room.told;
    for name in [TAGGED, OWNED] {
        let shape = tables::marks(name);
        each_row(room.archive, room.folder, &shape, &mut |file, row, values| {
            seen.step(told)?;
            let [Value::Whole(number), Value::Text(other)] = values else { return Err(damaged(file, "列不对", "other columns")) };
            let key = seen.customer(*number).ok_or_else(|| nobody(file, row, "customer", *number))?;
            let mark = if name == OWNED {
                store::mark::of_owner(&seen.people.one(other))
            } else if seen.tags.contains(other) {
                store::mark::of_tag(other)
            } else {
                return Err(bad_row(file, row, "tag", &format!("tags 里没有 {other}"), &format!("there is no {other} in tags")));
            };
            staged.marks.entry(mark).or_default().insert(key);
            Ok(())
        })?;
    }
    Ok(())
}

fn facts(room: &mut Room<'_>, table: Table, seen: &mut Seen) -> Result<Vec<DataFile>> {
    let shape = tables::facts(table);
    let mut writer = WholeTable::new(room.lake, table, room.stem);
    let place = |name: &str| shape.columns.iter().position(|c| c.name == name);
    let (whose, batch, told) = (place("customer"), place("batch"), room.told);
    let said = place("key").zip(place("text")).filter(|_| table == Table::Attributes);
    let whole = |values: &[Value], place: Option<usize>| match place.and_then(|n| values.get(n)) {
        Some(Value::Whole(v)) => Some(*v),
        _ => None,
    };
    let mut any = false;
    each_row(room.archive, room.folder, &shape, &mut |file, row, values| {
        seen.step(told)?;
        any = true;
        if let Some(number) = whole(values, whose) {
            seen.customer(number).ok_or_else(|| nobody(file, row, "customer", number))?;
        }
        seen.batch = seen.batch.max(whole(values, batch).unwrap_or(0));
        let mut cells: Vec<Plain<'_>> = values.iter().map(Value::plain).collect();
        let noted = said.and_then(|place| noted(&cells, place)).map(|text| seen.people.within(text));
        if let (Some(cell), Some(text)) = (said.and_then(|(_, place)| cells.get_mut(place)), &noted) {
            *cell = Plain::Text(text);
        }
        Ok(writer.add(&cells)?)
    })?;
    if any { Ok(writer.finish()?) } else { Ok(Vec::new()) }
}

/// Reads classes and segments: what is wrong with them is told before anything is true.
fn results(room: &mut Room<'_>, seen: &mut Seen) -> Result<()> {
    let told = room.told;
    for (shape, place) in [(compare::classes_of(room.archive), 0), (write::segments(), 1)] {
        each_row(room.archive, room.folder, &shape, &mut |file, row, values| {
            seen.step(told)?;
            let number = compare::number(file, values.get(place))?;
            seen.customer(number).map(drop).ok_or_else(|| nobody(file, row, "customer", number))
        })?;
    }
    Ok(())
}

/// Numbers below `end` that nobody has, as closed ranges.
fn gaps(customers: &Set, end: u32) -> Vec<(u32, u32)> {
    let (mut all, mut next) = (Vec::new(), 0);
    for key in customers.iter().map(|k| k.0).chain([end]) {
        if key > next {
            all.push((next, key - 1));
        }
        next = key + 1;
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_nobody_are_ranges() {
        let set: Set = [1u32, 2, 5].map(CustomerKey).into_iter().collect();
        assert_eq!(gaps(&set, 8), [(0, 0), (3, 4), (6, 7)]);
        assert_eq!(gaps(&set, 6), [(0, 0), (3, 4)]);
        assert!(gaps(&Set::default(), 0).is_empty());
    }
}
