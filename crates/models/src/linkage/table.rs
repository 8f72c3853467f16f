//! A table made ready: every distinct value normalised once and numbered in an order that its text determines, so that nothing
//! depends on the order of the rows.

use super::{
    compare::compare,
    distance::Places,
    glance::{Sketch, glance},
    kind::{Kind, Level},
    value::{Value, canonical, long_hash, value},
};
use hashbrown::HashMap;
use rayon::prelude::*;

/// One column as it comes: its name, what it holds, one text a row (empty = not filled in).
#[derive(Debug, Clone)]
pub struct Field<'a> {
    /// name, to show
    pub name: &'a str,
    /// what it holds
    pub kind: Kind,
    /// one a row
    pub values: Vec<&'a str>,
}

/// A table made ready to look for rows of one person.
#[derive(Debug, Clone)]
pub struct Table {
    rows: usize,
    pub(crate) columns: Vec<Column>,
    pub(crate) vocabularies: Vec<Vec<Value>>,
    /// of every value, by its code
    sketches: Vec<Vec<Sketch>>,
    /// pairs of fields whose values people exchange
    pub(crate) partners: Vec<(usize, usize)>,
    /// the rows in the order of what they hold
    pub(crate) order: Vec<u32>,
    /// the same row by row, so that a row is one stretch of memory
    by_row: Vec<Sketch>,
}

/// A field of a table.
#[derive(Debug, Clone)]
pub(crate) struct Column {
    pub name: String,
    pub kind: Kind,
    /// which vocabulary; partners share one
    pub vocabulary: usize,
    /// one a row: 0 = not filled in, else the place in the vocabulary, from 1
    pub codes: Vec<u32>,
}

/// How many fields fit into a packed pattern.
pub const FIELDS: usize = 21;

impl Table {
    /// Makes a table ready. Fields beyond [`FIELDS`] and values beyond the shortest field are left out.
    pub fn new(fields: &[Field<'_>]) -> Table {
        let fields = &fields[..fields.len().min(FIELDS)];
        let rows = fields.iter().map(|f| f.values.len()).min().unwrap_or(0);
        let partners = partners(fields);
        let mut groups: Vec<Vec<usize>> = Vec::new();
        for i in 0..fields.len() {
            match partners.iter().find(|(_, b)| *b == i).and_then(|(a, _)| groups.iter_mut().find(|g| g.contains(a))) {
                Some(group) => group.push(i),
                None => groups.push(vec![i]),
            }
        }
        let made: Vec<(Vec<Value>, Vec<Vec<u32>>)> = groups.par_iter().map(|group| vocabulary(fields, group, rows)).collect();
        let mut columns: Vec<Option<Column>> = fields.iter().map(|_| None).collect();
        let mut vocabularies = Vec::with_capacity(made.len());
        for (group, (values, codes)) in groups.iter().zip(made) {
            for (i, codes) in group.iter().zip(codes) {
                columns[*i] = Some(Column { name: fields[*i].name.to_owned(), kind: fields[*i].kind, vocabulary: vocabularies.len(), codes });
            }
            vocabularies.push(values);
        }
        let columns: Vec<Column> = columns.into_iter().flatten().collect();
        let order = content_order(&columns, &vocabularies, rows);
        let kind_of = |v: usize| columns.iter().find(|c| c.vocabulary == v).map_or(Kind::Text, |c| c.kind);
        let sketches: Vec<Vec<Sketch>> = vocabularies.par_iter().enumerate().map(|(v, values)| {
            let known = values.iter().zip(1..).map(|(value, code)| Sketch::of(kind_of(v), code, value));
            std::iter::once(Sketch::default()).chain(known).collect()
        }).collect();
        let mut by_row = vec![Sketch::default(); rows * columns.len()];
        if !columns.is_empty() {
            by_row.par_chunks_mut(columns.len()).enumerate().for_each(|(row, cells)| {
                cells.iter_mut().zip(&columns).for_each(|(cell, column)| *cell = sketches[column.vocabulary][column.codes[row] as usize]);
            });
        }
        Table { rows, columns, vocabularies, sketches, partners, order, by_row }
    }

    /// How many rows it has.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Name and kind of every field.
    pub fn fields(&self) -> impl ExactSizeIterator<Item = (&str, Kind)> {
        self.columns.iter().map(|c| (c.name.as_str(), c.kind))
    }

    /// Share of the rows in which a field is filled in.
    pub fn fill(&self, field: usize) -> f64 {
        let filled = self.columns[field].codes.iter().filter(|c| **c != 0).count();
        if self.rows == 0 { 0.0 } else { filled as f64 / self.rows as f64 }
    }

    /// The level two codes of a vocabulary agree to.
    pub(crate) fn level(&self, kind: Kind, vocabulary: usize, a: u32, b: u32, places: &mut Places) -> Level {
        let sketches = &self.sketches[vocabulary];
        self.level_of(kind, vocabulary, sketches[a as usize], sketches[b as usize], places)
    }

    fn level_of(&self, kind: Kind, vocabulary: usize, a: Sketch, b: Sketch, places: &mut Places) -> Level {
        if a.code == 0 || b.code == 0 {
            return Level::Missing;
        }
        if a.code == b.code {
            return Level::Exact;
        }
        glance(kind, a, b).unwrap_or_else(|| {
            let values = &self.vocabularies[vocabulary];
            let (a, b) = (a.code.min(b.code) as usize - 1, a.code.max(b.code) as usize - 1);
            compare(kind, places, &values[a], &values[b])
        })
    }

    /// How two rows agree: three bits a field.
    pub(crate) fn pattern(&self, a: usize, b: usize, places: &mut Places) -> u64 {
        let wide = self.columns.len();
        let (a, b) = (&self.by_row[a * wide..][..wide], &self.by_row[b * wide..][..wide]);
        let mut pattern = 0;
        for (i, column) in self.columns.iter().enumerate() {
            pattern |= (self.level_of(column.kind, column.vocabulary, a[i], b[i], places) as u64) << (3 * i);
        }
        for &(x, y) in &self.partners {
            let straight = [Level::of(pattern >> (3 * x)), Level::of(pattern >> (3 * y))];
            let promise = |levels: [Level; 2]| levels[0].promise() + levels[1].promise();
            // an exact one must be among exchanged values
            let crossing = (a[x].code == b[y].code && a[x].code != 0) || (a[y].code == b[x].code && a[y].code != 0);
            if !crossing || promise(straight) >= Level::Exact.promise() + Level::Close.promise() {
                continue;
            }
            let (kind, vocabulary) = (self.columns[x].kind, self.columns[x].vocabulary);
            let mut crossed = [self.level_of(kind, vocabulary, a[x], b[y], places), self.level_of(kind, vocabulary, a[y], b[x], places)].map(exchanged);
            // which of the two is named first must not depend on which row is
            crossed.sort_unstable_by_key(|l| std::cmp::Reverse(l.promise()));
            if promise(crossed) > promise(straight) {
                pattern &= !(7 << (3 * x) | 7 << (3 * y));
                pattern |= (crossed[0] as u64) << (3 * x) | (crossed[1] as u64) << (3 * y);
            }
        }
        pattern
    }
}

/// A level between a field and its partner.
fn exchanged(level: Level) -> Level {
    match level {
        Level::Exact => Level::Swapped,
        Level::Close | Level::Similar => Level::SwappedClose,
        Level::Missing => Level::Missing,
        _ => Level::Different,
    }
}

/// The first given name and the first family name; the first two lines of an address.
fn partners(fields: &[Field<'_>]) -> Vec<(usize, usize)> {
    let place = |kind: Kind, nth: usize| fields.iter().enumerate().filter(|(_, f)| f.kind == kind).map(|(i, _)| i).nth(nth);
    let names = place(Kind::GivenName, 0).zip(place(Kind::FamilyName, 0)).map(|(a, b)| (a.min(b), a.max(b)));
    let addresses = place(Kind::Address, 0).zip(place(Kind::Address, 1));
    names.into_iter().chain(addresses).collect()
}

/// Every distinct value of some columns, in an order their texts determine, and the columns' codes.
fn vocabulary(fields: &[Field<'_>], group: &[usize], rows: usize) -> (Vec<Value>, Vec<Vec<u32>>) {
    let kind = fields[group[0]].kind;
    let mut seen: HashMap<&str, u32> = HashMap::new();
    let mut written: Vec<&str> = Vec::new();
    let mut codes: Vec<Vec<u32>> = Vec::with_capacity(group.len());
    for &i in group {
        let numbers = fields[i].values[..rows].iter().map(|text| {
            *seen.entry(text).or_insert_with(|| {
                written.push(text);
                written.len() as u32 - 1
            })
        });
        codes.push(numbers.collect());
    }
    let meant: Vec<String> = written.par_iter().map(|text| canonical(kind, text)).collect();
    // in an order that their texts determine, not their rows
    let mut sorted: Vec<(u64, u32)> = meant.par_iter().map(|text| long_hash(text)).zip(0..meant.len() as u32).collect();
    sorted.par_sort_unstable();
    if sorted.windows(2).any(|w| w[0].0 == w[1].0 && meant[w[0].1 as usize] != meant[w[1].1 as usize]) {
        sorted.sort_by(|a, b| meant[a.1 as usize].cmp(&meant[b.1 as usize]));
    }
    let mut place = vec![0u32; meant.len()];
    let mut distinct: Vec<&str> = Vec::new();
    for (_, i) in sorted {
        let text = meant[i as usize].as_str();
        if text.is_empty() {
            continue;
        }
        if distinct.last() != Some(&text) {
            distinct.push(text);
        }
        place[i as usize] = distinct.len() as u32;
    }
    codes.iter_mut().flatten().for_each(|code| *code = place[*code as usize]);
    (distinct.par_iter().map(|text| value(kind, text)).collect(), codes)
}

/// The rows in the order of what they hold, the most telling field first.
fn content_order(columns: &[Column], vocabularies: &[Vec<Value>], rows: usize) -> Vec<u32> {
    let mut fields: Vec<&Column> = columns.iter().collect();
    fields.sort_by_key(|c| std::cmp::Reverse(vocabularies[c.vocabulary].len()));
    let mut order: Vec<u32> = (0..rows as u32).collect();
    order.par_sort_unstable_by(|a, b| {
        let mut each = fields.iter().map(|c| (c.codes[*a as usize], c.codes[*b as usize]));
        each.find(|(x, y)| x != y).map_or(a.cmp(b), |(x, y)| x.cmp(&y))
    });
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(given: &[&str], family: &[&str]) -> Table {
        let field = |name, kind, values: &[&'static str]| Field { name, kind, values: values.to_vec() };
        let leak = |v: &[&str]| -> Vec<&'static str> { v.iter().map(|s| &*Box::leak(s.to_string().into_boxed_str())).collect() };
        Table::new(&[field("given", Kind::GivenName, &leak(given)), field("family", Kind::FamilyName, &leak(family))])
    }

    fn levels(t: &Table, a: usize, b: usize) -> [Level; 2] {
        let p = t.pattern(a, b, &mut Places::default());
        [Level::of(p), Level::of(p >> 3)]
    }

    #[test]
    fn exchanged_names_are_seen_from_both_sides() {
        let t = table(&["Noah", "Watson", "Noah", "Watsen", ""], &["Watson", "noah ", "Wattson", "Noah", "Noah"]);
        for (a, b, want) in [
            (0, 1, [Level::Swapped, Level::Swapped]),
            (0, 2, [Level::Exact, Level::Close]),
            (0, 3, [Level::Swapped, Level::SwappedClose]),
            (0, 4, [Level::Swapped, Level::Missing]),
        ] {
            assert_eq!(levels(&t, a, b), want, "{a} {b}");
            assert_eq!(levels(&t, b, a), want, "{b} {a}");
        }
    }
}
