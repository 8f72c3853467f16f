//! How often strangers agree: `u` of the Fellegi–Sunter model (Fellegi & Sunter, "A Theory for Record Linkage", JASA 64,
//! 1969). For equal values it is counted, value by value, so that a shared rare name says more than a shared common one
//! (Winkler, "Frequency-based matching in the Fellegi-Sunter model", 1989); for nearly equal ones it is sampled.
//!
//! Rows that are the same person would make strangers look alike. So people are counted, not rows, as soon as a first fit
//! says which rows are one.

use super::{
    chance::Chance,
    distance::Places,
    kind::Level,
    table::{Column, Table},
};
use rayon::prelude::*;

/// One number for each level.
pub(crate) type Levels = [f64; Level::COUNT];

/// Pairs of values drawn to see how often strangers nearly agree.
const DRAWN: usize = 100_000;
/// Up to so many pairs of distinct values are all looked at instead.
const ALL_PAIRS: usize = 100_000;
/// A value nobody else has is still shared by strangers this often, in persons.
const LEAST_SHARED: f64 = 0.02;

/// How common every value is among people.
#[derive(Debug, Clone)]
pub struct Rates {
    pub(crate) columns: Vec<Counts>,
    /// a field and its partner taken together
    pub(crate) exchanged: Vec<Counts>,
}

/// How many people have each value of a field.
#[derive(Debug, Clone)]
pub(crate) struct Counts {
    /// by code − 1
    people: Vec<u32>,
    total: f64,
    /// expected number of other people behind a value that one is known to have
    others: f64,
}

impl Counts {
    fn new(people: Vec<u32>, counted: bool) -> Counts {
        let total: f64 = people.iter().map(|n| f64::from(*n)).sum();
        let shared: f64 = people.iter().map(|n| f64::from(*n) * f64::from(n.saturating_sub(1))).sum();
        // rows count themselves double: without knowing who is who, one is the honest guess
        let others = if counted && total > 0.0 { (shared / total).clamp(LEAST_SHARED, 1.0) } else { 1.0 };
        Counts { people, total, others }
    }

    /// Probability that a stranger has this very value.
    pub fn of(&self, code: u32) -> f64 {
        let people = self.people.get(code as usize - 1).copied().unwrap_or(1).max(1);
        ((f64::from(people - 1) + self.others) / self.total.max(1.0)).min(1.0)
    }

    /// Probability that a stranger has the rarest value.
    pub fn rarest(&self) -> f64 {
        (self.others / self.total.max(1.0)).min(1.0)
    }

    /// How many have it.
    fn held(&self, code: u32) -> f64 {
        f64::from(self.people[code as usize - 1])
    }

    /// Probability that two strangers have equal values.
    fn exact(&self) -> f64 {
        let shared: f64 = self.people.iter().map(|n| f64::from(*n) * f64::from(n.saturating_sub(1))).sum();
        let least = LEAST_SHARED / self.total.max(1.0);
        (shared / (self.total * (self.total - 1.0)).max(1.0)).clamp(least, 1.0)
    }

    /// Every code as often as people have it.
    fn spread(&self) -> Vec<u32> {
        self.people.iter().enumerate().flat_map(|(i, n)| std::iter::repeat_n(i as u32 + 1, *n as usize)).collect()
    }
}

impl Rates {
    /// Counts people: `person[row]` says whose row it is. Without, every row is somebody.
    pub fn of(table: &Table, person: Option<&[u32]>) -> Rates {
        let columns = table.columns.par_iter().map(|c| Counts::new(count(table, &[c], person), person.is_some())).collect();
        let both = |(a, b): &(usize, usize)| Counts::new(count(table, &[&table.columns[*a], &table.columns[*b]], person), person.is_some());
        Rates { columns, exchanged: table.partners.par_iter().map(both).collect() }
    }

    /// log₂ of the probability that a stranger has the rarest value of exchanged fields.
    pub(crate) fn rarest_exchanged(&self) -> f64 {
        self.exchanged.iter().map(|c| c.rarest().log2()).fold(0.0, f64::min)
    }

    /// `u` of every field and level: how often strangers agree to it, when both values are filled in.
    pub(crate) fn levels(&self, table: &Table, drawn: &Drawn, person: Option<&[u32]>) -> Vec<Levels> {
        let mut all: Vec<Levels> = (0..table.columns.len()).into_par_iter().map(|i| self.of_column(&table.columns[i], i, &drawn.columns[i], person)).collect();
        for (&(a, b), near) in table.partners.iter().zip(&drawn.exchanged) {
            self.of_exchanged(table, (a, b), *near, person, &mut all);
        }
        all.iter_mut().zip(&table.columns).for_each(|(levels, column)| settle(levels, column));
        all
    }

    fn of_column(&self, column: &Column, i: usize, drawn: &Values, person: Option<&[u32]>) -> Levels {
        let counts = &self.columns[i];
        let mut near = [0.0; Level::COUNT];
        let mut weight = 0.0;
        let together = person.map(|p| together(column, p)).unwrap_or_default();
        for &(a, b, level) in &drawn.pairs {
            let people = counts.held(a) * counts.held(b);
            let mut times = if drawn.all { people } else { people / (drawn.rows.held(a) * drawn.rows.held(b)) };
            if level != Level::Different && people > 0.0 {
                // the same person under two values is no stranger
                let own = together.binary_search_by_key(&pair(a, b), |t| t.0).map_or(0.0, |at| f64::from(together[at].1));
                times *= (1.0 - own / people).max(0.0);
            }
            near[level as usize] += times;
            weight += times;
        }
        let exact = counts.exact();
        // half a sighting for what was never seen, out of as many pairs as were looked at
        let drawn_pairs = DRAWN as f64;
        let doubt = 0.5 * if drawn.all { (weight / drawn_pairs).max(1.0) } else { weight / drawn_pairs };
        let all = weight + doubt * column.kind.levels().len() as f64;
        let mut levels = [0.0; Level::COUNT];
        for &level in column.kind.levels() {
            levels[level as usize] = if level == Level::Exact { exact } else { (1.0 - exact) * (near[level as usize] + doubt) / all.max(f64::MIN_POSITIVE) };
        }
        levels
    }

    /// How often strangers seem to have exchanged the values of two fields; `near` is how often one field nearly agrees with
    /// the other.
    fn of_exchanged(&self, table: &Table, (a, b): (usize, usize), near: f64, person: Option<&[u32]>, all: &mut [Levels]) {
        let (x, y) = (&self.columns[a], &self.columns[b]);
        let own = own(&table.columns[a], &table.columns[b], person);
        let meet: f64 = x.people.iter().zip(&y.people).zip(own).map(|((n, m), own)| (f64::from(*n) * f64::from(*m) - own).max(0.0)).sum();
        let cross = (meet / (x.total * y.total).max(1.0)).max(LEAST_SHARED / x.total.max(y.total).max(1.0));
        // there are two ways for one of them to be equal; a nearly equal one only counts beside it
        for (field, exact) in [(a, 2.0 * cross), (b, cross / 2.0)] {
            all[field][Level::Swapped as usize] = exact.min(0.5);
            all[field][Level::SwappedClose as usize] = near.min(0.5);
        }
    }
}

/// Pairs of values that were drawn, with the level they agree to.
pub(crate) struct Drawn {
    columns: Vec<Values>,
    exchanged: Vec<f64>,
}

struct Values {
    pairs: Vec<(u32, u32, Level)>,
    /// every pair of values once, instead of some drawn by their rows
    all: bool,
    rows: Counts,
}

/// Draws pairs of values of every field.
pub(crate) fn draw(table: &Table, seed: u64) -> Drawn {
    let columns = (0..table.columns.len()).into_par_iter().map(|i| values(table, &table.columns[i], Chance::new(seed, i as u64))).collect();
    let exchanged = table.partners.par_iter().enumerate().map(|(n, &(a, b))| nearly_exchanged(table, a, b, Chance::new(seed, 1000 + n as u64))).collect();
    Drawn { columns, exchanged }
}

fn values(table: &Table, column: &Column, mut chance: Chance) -> Values {
    let rows = Counts::new(count(table, &[column], None), false);
    let used: Vec<u32> = (1..=rows.people.len() as u32).filter(|c| rows.people[*c as usize - 1] > 0).collect();
    let all = used.len() * used.len() / 2 <= ALL_PAIRS;
    let mut places = Places::default();
    let mut level = |a: u32, b: u32| (a, b, table.level(column.kind, column.vocabulary, a, b, &mut places));
    let pairs = if all {
        used.iter().enumerate().flat_map(|(n, a)| used[n + 1..].iter().map(|b| (*a, *b))).map(|(a, b)| level(a, b)).collect()
    } else {
        let spread = rows.spread();
        let mut one = || spread[chance.below(spread.len())];
        (0..DRAWN).map(|_| (one(), one())).filter(|(a, b)| a != b).map(|(a, b)| level(a, b)).collect()
    };
    Values { pairs, all, rows }
}

/// How often a value of one field is nearly a value of the other.
fn nearly_exchanged(table: &Table, a: usize, b: usize, mut chance: Chance) -> f64 {
    let spread = |i: usize| Counts::new(count(table, &[&table.columns[i]], None), false).spread();
    let (first, second) = (spread(a), spread(b));
    if first.is_empty() || second.is_empty() {
        return 0.0;
    }
    let (kind, vocabulary) = (table.columns[a].kind, table.columns[a].vocabulary);
    let mut places = Places::default();
    let near = (0..DRAWN / 2).filter(|_| {
        let (p, q) = (first[chance.below(first.len())], second[chance.below(second.len())]);
        matches!(table.level(kind, vocabulary, p, q, &mut places), Level::Close | Level::Similar)
    });
    (near.count() as f64 + 0.5) / (DRAWN / 2) as f64
}

/// Takes what is added for exchanged values from those that differ.
fn settle(levels: &mut Levels, column: &Column) {
    let different = Level::Different as usize;
    let rest: f64 = column.kind.levels().iter().filter(|l| **l != Level::Different).map(|l| levels[*l as usize]).sum();
    levels[different] = (1.0 - rest).max(0.01);
}

fn pair(a: u32, b: u32) -> u64 {
    u64::from(a.min(b)) << 32 | u64::from(a.max(b))
}

/// How many people have each code in one of the columns.
fn count(table: &Table, columns: &[&Column], person: Option<&[u32]>) -> Vec<u32> {
    let mut people = vec![0u32; columns.first().map_or(0, |c| table.vocabularies[c.vocabulary].len())];
    columns.iter().flat_map(|c| &c.codes).filter(|c| **c != 0).for_each(|c| people[*c as usize - 1] += 1);
    if columns.len() > 1 || person.is_some() {
        // whoever has a value again has it once
        let several = several(person, table.rows(), columns.len() > 1);
        let whose = |row: u32| person.map_or(row, |p| p[row as usize]);
        let mut seen: Vec<u64> = columns.iter().flat_map(|c| several.iter().map(|row| u64::from(c.codes[*row as usize]) << 32 | u64::from(whose(*row)))).filter(|s| s >> 32 != 0).collect();
        seen.sort_unstable();
        seen.chunk_by(|a, b| a == b).for_each(|same| people[(same[0] >> 32) as usize - 1] -= same.len() as u32 - 1);
    }
    people
}

/// The rows of people with more than one row; or all.
fn several(person: Option<&[u32]>, rows: usize, all: bool) -> Vec<u32> {
    let Some(person) = person.filter(|_| !all) else { return (0..rows as u32).collect() };
    let mut size = vec![0u32; person.len()];
    person.iter().for_each(|p| size[*p as usize] += 1);
    (0..rows as u32).filter(|row| size[person[*row as usize] as usize] > 1).collect()
}

/// Pairs of different values that one person has, and how many people do.
fn together(column: &Column, person: &[u32]) -> Vec<(u64, u32)> {
    let rows = several(Some(person), person.len(), false);
    let mut held: Vec<(u32, u32)> = rows.iter().map(|row| (person[*row as usize], column.codes[*row as usize])).filter(|h| h.1 != 0).collect();
    held.sort_unstable();
    held.dedup();
    let mut pairs: Vec<u64> = Vec::new();
    for one in held.chunk_by(|a, b| a.0 == b.0).filter(|one| one.len() > 1 && one.len() < 200) {
        for (i, a) in one.iter().enumerate() {
            pairs.extend(one[i + 1..].iter().map(|b| pair(a.1, b.1)));
        }
    }
    pairs.sort_unstable();
    pairs.chunk_by(|a, b| a == b).map(|same| (same[0], same.len() as u32)).collect()
}

/// How many people have a value in both fields, by code − 1.
fn own(first: &Column, second: &Column, person: Option<&[u32]>) -> Vec<f64> {
    let most = first.codes.iter().chain(&second.codes).max().copied().unwrap_or(0);
    let mut both = vec![0.0; most as usize];
    let Some(person) = person else {
        first.codes.iter().zip(&second.codes).filter(|(a, b)| a == b && **a != 0).for_each(|(a, _)| both[*a as usize - 1] += 1.0);
        return both;
    };
    let held = |column: &Column| {
        let mut held: Vec<(u32, u32)> = column.codes.iter().zip(person).filter(|(c, _)| **c != 0).map(|(c, p)| (*c, *p)).collect();
        held.sort_unstable();
        held.dedup();
        held
    };
    let second = held(second);
    held(first).into_iter().filter(|h| second.binary_search(h).is_ok()).for_each(|(c, _)| both[c as usize - 1] += 1.0);
    both
}
