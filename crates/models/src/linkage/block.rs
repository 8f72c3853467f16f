//! Which pairs to look at. Two rows are laid beside each other when they share a *key*: a value, a part of one, or a
//! combination of such. Parts are chosen so that one slip of the pen leaves one of them whole: the two halves of a text, two
//! of year, month and day. Names are put down under both fields, so that exchanged ones meet.
//!
//! Which keys a table needs depends on the table. Thousands of imagined errors are laid over its fields; then the key is
//! taken that saves most of the pairs still lost for the pairs it brings to look at, again and again, until nothing more is
//! to be saved or there would be too much to look at. The work grows with the rows, not with their square.

use super::{
    chance::{Chance, mix},
    kind::Kind,
    table::Table,
    value::{Parts, Value},
};
use rayon::prelude::*;

/// Up to so many rows every pair is looked at.
const EVERY_PAIR: usize = 1500;
/// Pairs to look at for each row, and for a small table.
const PAIRS_A_ROW: f64 = 12.0;
const PAIRS_AT_LEAST: f64 = 400_000.0;
/// Rows under one key of which every pair is looked at; of more, each with its neighbours in the order of their content.
const CROWD: usize = 100;
const NEIGHBOURS: usize = 4;
const MOST_KEYS: usize = 24;
/// Imagined pairs of one person's rows.
const IMAGINED: usize = 2048;
/// How often a field of one person is written the same twice, by careful, usual and careless hands.
const CARE: [f64; 4] = [0.9, 0.7, 0.5, 0.35];
/// A key must save this share of them.
const WORTH: f64 = 0.0004;
/// What it is worth to save an imagined pair for the first, second and third time.
const AGAIN: [f64; 3] = [1.0, 0.2, 0.05];
/// Entries that are weighed.
const WEIGHED: usize = 25_000;
/// What putting a row under a key costs, in pairs to look at.
const ENTRY: f64 = 0.15;

type Saved = [u64; IMAGINED / 64];

/// What rows can be found by.
#[derive(Debug, Clone, Copy, PartialEq)]
enum By {
    /// the value of a field
    Value(usize),
    /// a part of it
    Part(usize),
    /// the value of either of two partners
    Either(usize, usize),
    /// a part of it
    EitherPart(usize, usize),
    /// the values of both, in any order
    Both(usize, usize),
    /// one value and a part of the other
    BothNearly(usize, usize),
    /// parts of both
    BothParts(usize, usize),
}

impl By {
    /// Do rows that share this share the other, too?
    fn implies(self, other: By) -> bool {
        use By::*;
        self == other
            || match (self, other) {
                (Value(f), Part(g)) => f == g,
                (Either(f, _), EitherPart(g, _)) => f == g,
                (Both(f, _), BothNearly(g, _) | BothParts(g, _) | Either(g, _) | EitherPart(g, _)) => f == g,
                (BothNearly(f, _), BothParts(g, _) | Either(g, _) | EitherPart(g, _)) => f == g,
                (BothParts(f, _), EitherPart(g, _)) => f == g,
                _ => false,
            }
    }
}

/// Does every pair of the first key share the second one, too?
fn implies(key: &[By], other: &[By]) -> bool {
    other.iter().all(|o| key.iter().any(|k| k.implies(*o)))
}

/// Something rows can be found by, and what it is worth.
struct Feature {
    by: By,
    /// features of one group are never combined
    group: usize,
    /// probability that two rows share it
    meet: f64,
    /// how often a row stands under it
    entries: f64,
    saved: Saved,
}

/// Every pair of rows to look at, as `(smaller << 32) | larger`, ascending.
pub(crate) fn candidates(table: &Table, seed: u64) -> Vec<u64> {
    let rows = table.rows();
    if rows <= EVERY_PAIR {
        return (0..rows as u64).flat_map(|a| (a + 1..rows as u64).map(move |b| a << 32 | b)).collect();
    }
    let parts: Vec<Vec<[u64; 4]>> = table.vocabularies.par_iter().enumerate().map(|(v, values)| {
        let kind = table.columns.iter().find(|c| c.vocabulary == v).map_or(Kind::Text, |c| c.kind);
        values.iter().map(|value| value_parts(kind, value)).collect()
    }).collect();
    let look = Look { table, parts };
    let keys = choose(&look, seed);
    let mut order = vec![0u32; rows];
    table.order.iter().enumerate().for_each(|(i, row)| order[*row as usize] = i as u32);
    let mut pairs: Vec<u64> = keys.par_iter().map(|key| pairs_of(&look, key, &order)).collect::<Vec<_>>().concat();
    pairs.par_sort_unstable();
    pairs.dedup();
    pairs
}

/// The parts of a value that survive a slip; 0 = none.
fn value_parts(kind: Kind, value: &Value) -> [u64; 4] {
    let part = |place: u64, units: &[u16]| units.iter().fold(mix(place + 1), |h, u| mix(h ^ u64::from(*u)));
    if let Parts::Day(day) = &value.parts {
        let number = |place: u64, a: i64, b: u32| mix(mix(place) ^ (a as u64) << 8 ^ u64::from(b));
        return [number(11, day.year.into(), day.month), number(12, day.year.into(), day.day), number(13, day.month.into(), day.day), 0];
    }
    let units: &[u16] = match &value.parts {
        Parts::Local(local) if *local >= 4 => &value.units[..*local],
        _ => &value.units,
    };
    let mut out = [0; 4];
    match (kind, units.len()) {
        (Kind::Category | Kind::House, _) | (_, 0 | 1) => {}
        (_, short @ 2..=4) => {
            for (leave, slot) in out.iter_mut().enumerate().take(short) {
                let kept: Vec<u16> = units.iter().enumerate().filter(|(i, _)| *i != leave).map(|(_, u)| *u).collect();
                *slot = part(20 + short as u64, &kept);
            }
        }
        (_, long) => {
            out[0] = part(1, &units[..long.div_ceil(2).min(8)]);
            out[1] = part(2, &units[long - long.div_ceil(2).min(8)..]);
        }
    }
    out
}

struct Look<'t> {
    table: &'t Table,
    parts: Vec<Vec<[u64; 4]>>,
}

impl Look<'_> {
    /// Partners count as one field here.
    fn tag(&self, field: usize) -> u64 {
        self.table.columns[field].vocabulary as u64 + 1
    }

    fn value(&self, field: usize, row: usize) -> u64 {
        match self.table.columns[field].codes[row] {
            0 => 0,
            code => mix(self.tag(field) << 40 | u64::from(code)),
        }
    }

    fn of_parts(&self, field: usize, row: usize) -> [u64; 4] {
        let column = &self.table.columns[field];
        match column.codes[row] {
            0 => [0; 4],
            code => self.parts[column.vocabulary][code as usize - 1].map(|p| if p == 0 { 0 } else { mix(p ^ self.tag(field) << 40) }),
        }
    }

    /// What a row stands under.
    fn entries(&self, by: By, row: usize, out: &mut Vec<u64>) {
        out.clear();
        match by {
            By::Value(f) => out.push(self.value(f, row)),
            By::Part(f) => out.extend(self.of_parts(f, row)),
            By::Either(f, g) => out.extend([self.value(f, row), self.value(g, row)]),
            By::EitherPart(f, g) => out.extend(self.of_parts(f, row).into_iter().chain(self.of_parts(g, row))),
            By::Both(f, g) => out.push(sum(self.value(f, row), self.value(g, row))),
            By::BothNearly(f, g) => {
                let (a, b) = (self.value(f, row), self.value(g, row));
                out.extend(self.of_parts(g, row).map(|p| sum(a, p)));
                out.extend(self.of_parts(f, row).map(|p| sum(b, p)));
            }
            By::BothParts(f, g) => {
                let other = self.of_parts(g, row);
                out.extend(self.of_parts(f, row).into_iter().flat_map(|p| other.map(|q| sum(p, q))));
            }
        }
        out.retain(|entry| *entry != 0);
        out.sort_unstable();
        out.dedup();
    }

    /// Probability that two rows share it, and entries a row.
    fn weigh(&self, by: By) -> (f64, f64) {
        let rows = self.table.rows();
        // of a large table a part of the entries, chosen by what they say and not by where they stand
        let share = (rows / WEIGHED).max(1).next_power_of_two() as u64;
        let (mut all, mut entries, mut buffer) = (Vec::with_capacity(rows), 0usize, Vec::new());
        for row in 0..rows {
            self.entries(by, row, &mut buffer);
            entries += buffer.len();
            all.extend(buffer.iter().copied().filter(|e| share == 1 || mix(*e) % share == 0));
        }
        all.sort_unstable();
        let pairs: f64 = all.chunk_by(|a, b| a == b).map(|same| same.len() as f64 * (same.len() as f64 - 1.0)).sum();
        let n = rows as f64;
        ((share as f64 * pairs / (n * n)).max(0.02 / n), entries as f64 / n)
    }
}

/// The same whichever is named first; nothing if one is missing.
fn sum(a: u64, b: u64) -> u64 {
    if a == 0 || b == 0 { 0 } else { mix(a.wrapping_add(b)) | 1 }
}

fn features(look: &Look<'_>, seed: u64) -> Vec<Feature> {
    let table = look.table;
    let mut bys: Vec<(By, usize)> = Vec::new();
    for (i, column) in table.columns.iter().enumerate() {
        if table.partners.iter().any(|(_, b)| *b == i) {
            continue;
        }
        match table.partners.iter().find(|(a, _)| *a == i) {
            Some(&(a, b)) => bys.extend([By::Either(a, b), By::EitherPart(a, b), By::Both(a, b), By::BothNearly(a, b), By::BothParts(a, b)].map(|by| (by, i))),
            None if matches!(column.kind, Kind::Category | Kind::House) => bys.push((By::Value(i), i)),
            None => bys.extend([By::Value(i), By::Part(i)].map(|by| (by, i))),
        }
    }
    let imagined = imagine(table, seed);
    bys.par_iter().map(|&(by, group)| {
        let (meet, entries) = look.weigh(by);
        Feature { by, group, meet, entries, saved: survives(by, &imagined) }
    }).collect()
}

/// For every field, in which of the imagined pairs its value is the same, and in which a part of it.
fn imagine(table: &Table, seed: u64) -> Vec<[Saved; 2]> {
    (0..table.columns.len()).map(|field| {
        let mut chance = Chance::new(seed, 5000 + field as u64);
        let fill = table.fill(field);
        let mut saved = [[0; IMAGINED / 64]; 2];
        for i in 0..IMAGINED {
            let (there, luck, part) = (chance.unit() < fill * fill, chance.unit(), chance.unit());
            // whoever writes one thing wrong writes the next wrong, too
            let care = CARE[i % CARE.len()];
            let same = there && luck < care;
            let nearly = there && (luck < care + (1.0 - care) * 0.6 && (luck < care || part < 0.85));
            saved[0][i / 64] |= u64::from(same) << (i % 64);
            saved[1][i / 64] |= u64::from(nearly) << (i % 64);
        }
        saved
    }).collect()
}

fn survives(by: By, imagined: &[[Saved; 2]]) -> Saved {
    let of = |field: usize, part: usize| &imagined[field][part];
    let each = |f: &dyn Fn(usize) -> u64| std::array::from_fn(f);
    match by {
        By::Value(f) => *of(f, 0),
        By::Part(f) => *of(f, 1),
        By::Either(f, g) => each(&|i| of(f, 0)[i] | of(g, 0)[i]),
        By::EitherPart(f, g) => each(&|i| of(f, 1)[i] | of(g, 1)[i]),
        By::Both(f, g) => each(&|i| of(f, 0)[i] & of(g, 0)[i]),
        By::BothNearly(f, g) => each(&|i| (of(f, 0)[i] & of(g, 1)[i]) | (of(f, 1)[i] & of(g, 0)[i])),
        By::BothParts(f, g) => each(&|i| of(f, 1)[i] & of(g, 1)[i]),
    }
}

/// A combination of up to three features, what it saves and what it costs.
struct Key {
    features: Vec<By>,
    saved: Saved,
    cost: f64,
}

/// The keys of a table.
fn choose(look: &Look<'_>, seed: u64) -> Vec<Vec<By>> {
    let rows = look.table.rows() as f64;
    let features = features(look, seed);
    let budget = (PAIRS_A_ROW * rows).max(PAIRS_AT_LEAST);
    let mut keys: Vec<Key> = Vec::new();
    let mut add = |parts: &[&Feature]| {
        let meet: f64 = parts.iter().map(|p| p.meet).product();
        let entries: f64 = parts.iter().map(|p| p.entries).product();
        let pairs = rows * rows / 2.0 * meet;
        if pairs < budget / 2.0 && entries <= 16.0 {
            let saved = std::array::from_fn(|i| parts.iter().fold(!0, |all, p| all & p.saved[i]));
            keys.push(Key { features: parts.iter().map(|p| p.by).collect(), saved, cost: pairs + rows * entries * ENTRY });
        }
    };
    for (i, a) in features.iter().enumerate() {
        add(&[a]);
        for (j, b) in features.iter().enumerate().skip(i + 1).filter(|(_, b)| b.group != a.group) {
            add(&[a, b]);
            for c in features.iter().skip(j + 1).filter(|c| c.group != a.group && c.group != b.group) {
                add(&[a, b, c]);
            }
        }
    }
    // saved by one key, by two, by three: no error is quite as imagined
    let mut done: [Saved; AGAIN.len()] = [[0; IMAGINED / 64]; AGAIN.len()];
    let (mut spent, mut chosen) = (0.0, Vec::new());
    while chosen.len() < MOST_KEYS {
        let gain = |key: &Key| {
            let mut gain = 0.0;
            for (i, saved) in key.saved.iter().enumerate() {
                let mut fresh = *saved;
                for (times, worth) in done.iter().zip(AGAIN) {
                    gain += worth * f64::from((fresh & !times[i]).count_ones());
                    fresh &= times[i];
                }
            }
            gain / IMAGINED as f64
        };
        let fresh = |key: &&Key| !chosen.iter().any(|c: &Vec<By>| implies(&key.features, c));
        let affordable = keys.iter().filter(|key| spent + key.cost <= budget).filter(fresh);
        let best = affordable.map(|key| (gain(key), key)).filter(|(gain, _)| *gain >= WORTH).max_by(|a, b| (a.0 / a.1.cost).total_cmp(&(b.0 / b.1.cost)));
        let Some((_, key)) = best else { break };
        spent += key.cost;
        for (i, saved) in key.saved.iter().enumerate() {
            let mut fresh = *saved;
            for times in &mut done {
                (times[i], fresh) = (times[i] | fresh, times[i] & fresh);
            }
        }
        chosen.push(key.features.clone());
    }
    let needless = |key: &Vec<By>| chosen.iter().any(|other| other != key && implies(key, other));
    chosen.iter().filter(|key| !needless(key)).cloned().collect()
}

/// Every pair that shares a key.
fn pairs_of(look: &Look<'_>, key: &[By], order: &[u32]) -> Vec<u64> {
    let rows = look.table.rows();
    // the row in the low bits, as much of the key as is left in the high ones: one number sorts faster than two
    let low = usize::BITS - rows.leading_zeros();
    let row_of = |entry: u64| (entry & ((1 << low) - 1)) as u32;
    let mut entries: Vec<u64> = (0..rows.div_ceil(4096)).into_par_iter().flat_map_iter(|chunk| {
        let (mut out, mut keys, mut before, mut buffer) = (Vec::with_capacity(4096), Vec::new(), Vec::new(), Vec::new());
        for row in chunk * 4096..rows.min((chunk + 1) * 4096) {
            for (n, by) in key.iter().enumerate() {
                look.entries(*by, row, &mut buffer);
                if n == 0 {
                    keys.clone_from(&buffer);
                } else {
                    std::mem::swap(&mut keys, &mut before);
                    keys.clear();
                    keys.extend(before.iter().flat_map(|k: &u64| buffer.iter().map(move |e| mix(k.rotate_left(17) ^ e))));
                }
            }
            out.extend(keys.iter().map(|k| k >> low << low | row as u64));
        }
        out
    }).collect();
    entries.par_sort_unstable();
    let mut pairs = Vec::new();
    for same in entries.chunk_by(|a, b| a >> low == b >> low).filter(|same| same.len() > 1) {
        if same.len() <= CROWD {
            for (i, a) in same.iter().enumerate() {
                let a = row_of(*a);
                pairs.extend(same[i + 1..].iter().map(|b| row_of(*b)).filter(|b| *b != a).map(|b| u64::from(a) << 32 | u64::from(b)));
            }
            continue;
        }
        let mut crowd: Vec<u32> = same.iter().map(|e| row_of(*e)).collect();
        crowd.dedup();
        crowd.sort_unstable_by_key(|row| order[*row as usize]);
        for (i, a) in crowd.iter().enumerate() {
            pairs.extend(crowd.iter().skip(i + 1).take(NEIGHBOURS).map(|b| u64::from(*a.min(b)) << 32 | u64::from(*a.max(b))));
        }
    }
    pairs
}
