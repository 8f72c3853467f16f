//! Which rows of a table are about the same person or company.
//!
//! The model is Fellegi and Sunter's ("A Theory for Record Linkage", JASA 64, 1969): every field of a pair of rows agrees to
//! some level, and each level multiplies the odds by how much more often one person's rows agree to it than strangers' do
//! (`m/u`). `u` is counted and sampled (`rates`), `m` and the share of matches are found by EM over patterns (`em`), pairs to
//! look at by keys that the table itself chooses (`block`). No labels are needed, and every probability can be explained
//! field by field.
//!
//! [`Table::new`] → [`link`] is the whole of it; [`Model`] keeps what was found, [`Scorer::explain`] says why.

mod address;
mod block;
mod chance;
mod compare;
mod distance;
mod em;
mod glance;
mod kind;
mod model;
mod people;
mod rates;
mod table;
#[cfg(test)]
mod tests;
mod ties;
mod value;

pub use distance::Places;
pub use kind::{Kind, Level};
pub use model::{Evidence, Explanation, FieldModel, LevelModel, Model, Pair, Scorer};
pub use people::{People, repeated};
pub use rates::Rates;
pub use table::{FIELDS, Field, Table};
pub use ties::Tie;

use hashbrown::HashMap;
use rayon::prelude::*;

/// From this probability on, two rows are taken for one person's when people are counted.
const SURE: f64 = 0.9;
/// How often people are counted anew.
const COUNTED: usize = 2;

/// What was found in a table.
#[derive(Debug, Clone)]
pub struct Links {
    /// the fitted model
    pub model: Model,
    /// how common the values are, people counted once
    pub rates: Rates,
    /// how many pairs were looked at
    pub candidates: usize,
    /// those from the threshold on, in the order of their rows
    pub pairs: Vec<Pair>,
}

impl Links {
    /// Whose row each row is, all pairs taken for true: the person's first row.
    pub fn people(&self, rows: usize) -> Vec<u32> {
        grouped(rows, self.pairs.iter().map(|p| (p.a, p.b)))
    }
}

/// Finds the pairs of rows that are one person's with at least the probability `threshold`, 0–1.
///
/// Equal tables and seeds give equal answers; the order of the rows makes no difference to the probabilities.
pub fn link(table: &Table, threshold: f64, seed: u64) -> Links {
    let pairs = block::candidates(table, seed);
    let patterns = Patterns::of(table, &pairs);
    let (drawn, shared) = rayon::join(|| rates::draw(table, seed), || ties::draw(table, seed));
    let fit = |person: Option<&[u32]>| {
        let rates = Rates::of(table, person);
        let u = rates.levels(table, &drawn, person);
        let kinds: Vec<Kind> = table.columns.iter().map(|c| c.kind).collect();
        let ties = shared.ties(&kinds, &u);
        let fields = em::Fields { kinds: &kinds, partners: &table.partners, u: &u, ties: &ties };
        let found = em::fit(&fields, &patterns.counted, table.rows());
        let model = Model::new(table, &found, &u, ties);
        (rates, model)
    };
    let (mut rates, mut model) = fit(None);
    for _ in 0..COUNTED {
        let sure = scored(&model.scorer(table, &rates), &pairs, &patterns, SURE);
        let person = grouped(table.rows(), sure.iter().map(|p| (p.a, p.b)));
        (rates, model) = fit(Some(&person));
    }
    let found = scored(&model.scorer(table, &rates), &pairs, &patterns, threshold);
    Links { model, rates, candidates: pairs.len(), pairs: found }
}

/// How every pair agrees: equal patterns are told once.
struct Patterns {
    /// ascending, with how many pairs have each
    counted: Vec<(u64, f64)>,
    /// of each pair, the place of its pattern
    place: Vec<u32>,
}

impl Patterns {
    fn of(table: &Table, pairs: &[u64]) -> Patterns {
        let mut all = vec![0u64; pairs.len()];
        all.par_chunks_mut(4096).zip(pairs.par_chunks(4096)).for_each(|(out, pairs)| {
            let mut places = Places::default();
            for (out, pair) in out.iter_mut().zip(pairs) {
                let (a, b) = rows_of(*pair);
                *out = table.pattern(a as usize, b as usize, &mut places);
            }
        });
        let mut known: HashMap<u64, u32> = HashMap::new();
        let mut seen: Vec<(u64, f64, u32)> = Vec::new();
        let mut place: Vec<u32> = all.iter().map(|pattern| {
            let at = *known.entry(*pattern).or_insert_with(|| {
                seen.push((*pattern, 0.0, seen.len() as u32));
                seen.len() as u32 - 1
            });
            seen[at as usize].1 += 1.0;
            at
        }).collect();
        seen.sort_unstable_by_key(|s| s.0);
        let mut moved = vec![0u32; seen.len()];
        seen.iter().zip(0..).for_each(|(s, to)| moved[s.2 as usize] = to);
        place.par_iter_mut().for_each(|at| *at = moved[*at as usize]);
        Patterns { counted: seen.iter().map(|s| (s.0, s.1)).collect(), place }
    }
}

fn rows_of(pair: u64) -> (u32, u32) {
    ((pair >> 32) as u32, (pair & 0xffff_ffff) as u32)
}

/// The pairs of at least this probability. Of patterns that cannot reach it whatever their values, no pair is looked at.
fn scored(scorer: &Scorer<'_>, pairs: &[u64], patterns: &Patterns, least: f64) -> Vec<Pair> {
    let hopeful: Vec<bool> = patterns.counted.iter().map(|(pattern, _)| scorer.at_most(*pattern) >= least).collect();
    pairs
        .par_iter()
        .zip(patterns.place.par_iter())
        .filter(|(_, place)| hopeful[**place as usize])
        .filter_map(|(pair, place)| {
            let (a, b) = rows_of(*pair);
            let probability = scorer.probability_of(patterns.counted[*place as usize].0, a as usize, b as usize);
            (probability >= least).then_some(Pair { a, b, probability })
        })
        .collect()
}

fn grouped(rows: usize, pairs: impl Iterator<Item = (u32, u32)>) -> Vec<u32> {
    let mut people = People::new(rows);
    pairs.for_each(|(a, b)| people.join(a, b));
    people.of_rows()
}
