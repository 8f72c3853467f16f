//! A fitted model: what it is, what it says of a pair, and why.

use super::{
    distance::Places,
    em::{Found, shared},
    kind::{Kind, Level},
    rates::{Levels, Rates},
    table::{FIELDS, Table},
    ties::{Tie, times},
};
use serde::{Deserialize, Serialize};

/// How one person's rows and strangers' rows agree in one table. Everything the probability of a pair is made of, besides
/// how common its values are ([`Rates`]).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Model {
    /// the fields, in the table's order
    pub fields: Vec<FieldModel>,
    /// share of all pairs of rows that are one person's, 0–1
    pub prior: f64,
    /// share of all pairs of rows that are of people who live together, 0–1
    pub household: f64,
    /// what strangers who share one thing share besides
    pub ties: Vec<Tie>,
}

/// What agreement of one field says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FieldModel {
    /// name of the column
    pub name: String,
    /// what it holds
    pub kind: Kind,
    /// strongest first
    pub levels: Vec<LevelModel>,
}

/// One level of one field.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct LevelModel {
    /// which
    pub level: Level,
    /// probability that two rows of one person agree to this level, both filled in
    pub m: f64,
    /// probability that rows of two strangers do
    pub u: f64,
}

impl LevelModel {
    /// What it adds to the log-odds of being one person, in bits: log₂(m/u). For equal values the average; a pair's own
    /// value may be rarer or more common.
    pub fn bits(&self) -> f64 {
        (self.m / self.u).log2()
    }
}

/// A pair of rows and the probability that they are one person's.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Pair {
    /// row, from 0
    pub a: u32,
    /// a later row
    pub b: u32,
    /// 0–1
    pub probability: f64,
}

/// Why a pair has its probability: the bits add up to its log-odds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Explanation {
    /// log-odds before anything is compared
    pub prior_bits: f64,
    /// what each field adds, in the table's order
    pub fields: Vec<Evidence>,
    /// what is taken off because people who live together agree in the same things; ≤ 0
    pub household_bits: f64,
    /// 0–1
    pub probability: f64,
}

/// What one field adds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// name of the column
    pub name: String,
    /// what it holds
    pub kind: Kind,
    /// how far the two values agree
    pub level: Level,
    /// log-odds in bits; positive speaks for one person
    pub bits: f64,
}

impl Model {
    pub(crate) fn new(table: &Table, found: &Found, u: &[Levels], ties: Vec<Tie>) -> Model {
        let fields = table.columns.iter().zip(found.m.iter().zip(u)).map(|(column, (m, u))| FieldModel {
            name: column.name.clone(),
            kind: column.kind,
            levels: column.kind.levels().iter().filter(|l| u[**l as usize] > 0.0).map(|l| LevelModel { level: *l, m: m[*l as usize], u: u[*l as usize] }).collect(),
        });
        Model { fields: fields.collect(), prior: found.same, household: found.household, ties }
    }

    /// The model made ready for many pairs of a table.
    ///
    /// The table must have the model's fields in the model's order; what it has beyond them counts nothing.
    pub fn scorer<'s>(&'s self, table: &'s Table, rates: &'s Rates) -> Scorer<'s> {
        let mut bits = vec![[0.0; Level::COUNT]; table.columns.len()];
        let mut m = bits.clone();
        let mut u = bits.clone();
        for (i, field) in self.fields.iter().enumerate().take(table.columns.len()) {
            for level in &field.levels {
                bits[i][level.level as usize] = level.bits();
                m[i][level.level as usize] = level.m.log2();
                u[i][level.level as usize] = level.u;
            }
        }
        let strangers = (1.0 - self.prior - self.household).max(f64::MIN_POSITIVE);
        Scorer { table, rates, bits, m, u, ties: &self.ties, prior: (self.prior / strangers).log2(), household: self.household / strangers }
    }
}

/// Says how probable pairs are.
pub struct Scorer<'s> {
    table: &'s Table,
    rates: &'s Rates,
    /// log₂(m/u)
    bits: Vec<Levels>,
    /// log₂ m
    m: Vec<Levels>,
    u: Vec<Levels>,
    ties: &'s [Tie],
    prior: f64,
    household: f64,
}

impl Scorer<'_> {
    /// How two rows agree, in three bits a field.
    pub(crate) fn pattern(&self, a: usize, b: usize, places: &mut Places) -> u64 {
        self.table.pattern(a, b, places)
    }

    /// What a field's level adds.
    fn field(&self, i: usize, level: Level, a: usize, b: usize) -> f64 {
        let column = &self.table.columns[i];
        match level {
            Level::Missing => 0.0,
            Level::Exact => self.m[i][Level::Exact as usize] - self.rates.columns[i].of(column.codes[a]).log2(),
            Level::Swapped if column.kind != Kind::FullName => {
                let Some(at) = self.table.partners.iter().position(|(x, y)| *x == i || *y == i) else { return self.bits[i][level as usize] };
                self.m[i][level as usize] - self.exchanged(at, i, a, b).log2()
            }
            other => self.bits[i][other as usize],
        }
    }

    /// How common the value is that stands in one field of `a` and in its partner of `b`.
    fn exchanged(&self, partners: usize, field: usize, a: usize, b: usize) -> f64 {
        let (x, y) = self.table.partners[partners];
        let (first, second) = (&self.table.columns[x].codes, &self.table.columns[y].codes);
        let shared = |p: u32, q: u32| (p == q && p != 0).then_some(p);
        let (one, two) = (shared(first[a], second[b]), shared(first[b], second[a]));
        // of two, the first field tells the smaller: the same whichever row is named first
        let code = match (one, two) {
            (Some(p), Some(q)) => if field == x { p.min(q) } else { p.max(q) },
            (p, q) => p.or(q).unwrap_or(1),
        };
        self.rates.exchanged[partners].of(code)
    }

    /// What ties take off each field.
    fn tied(&self, pattern: u64) -> [f64; FIELDS] {
        let mut each = [1.0; FIELDS];
        times(self.ties, &self.u, pattern, &mut each);
        each.map(f64::log2)
    }

    /// Bits of all fields, and of what people who live together agree in, which ties leave as it is.
    fn sums(&self, pattern: u64, a: usize, b: usize) -> (f64, f64) {
        let tied = if self.ties.is_empty() { [0.0; FIELDS] } else { self.tied(pattern) };
        let at_home = shared(self.table.columns.iter().map(|c| c.kind), &self.table.partners, pattern);
        let (mut all, mut home, mut rest) = (0.0, 0.0, pattern);
        for (i, tied) in tied.iter().enumerate().take(self.table.columns.len()) {
            let bits = self.field(i, Level::of(rest), a, b);
            all += bits - tied;
            // strangers' share of what is told below is tied, too
            home += if at_home >> i & 1 == 1 { bits - tied } else { 0.0 };
            rest >>= 3;
        }
        (all, home)
    }

    /// What is taken off for people who live together.
    fn home(&self, shared: f64) -> f64 {
        -(1.0 + self.household * shared.exp2()).log2()
    }

    /// No pair with this pattern is more probable, whatever its values.
    pub(crate) fn at_most(&self, pattern: u64) -> f64 {
        let (mut all, mut rest) = (self.prior, pattern);
        for i in 0..self.table.columns.len() {
            let level = Level::of(rest);
            all += match level {
                Level::Exact => self.m[i][level as usize] - self.rates.columns[i].rarest().log2(),
                Level::Swapped if self.table.columns[i].kind != Kind::FullName => self.m[i][level as usize] - self.rates.rarest_exchanged(),
                other => self.bits[i][other as usize],
            };
            rest >>= 3;
        }
        let odds = all.clamp(-1000.0, 1000.0).exp2();
        odds / (1.0 + odds)
    }

    pub(crate) fn probability_of(&self, pattern: u64, a: usize, b: usize) -> f64 {
        let (all, shared) = self.sums(pattern, a, b);
        let odds = (self.prior + all + self.home(shared)).clamp(-1000.0, 1000.0).exp2();
        odds / (1.0 + odds)
    }

    /// Probability that two rows are one person's.
    pub fn probability(&self, a: usize, b: usize, places: &mut Places) -> f64 {
        self.probability_of(self.pattern(a, b, places), a, b)
    }

    /// Why two rows have their probability.
    pub fn explain(&self, a: usize, b: usize) -> Explanation {
        let pattern = self.pattern(a, b, &mut Places::default());
        let (_, shared) = self.sums(pattern, a, b);
        let tied = self.tied(pattern);
        let fields = self.table.columns.iter().enumerate().map(|(i, column)| {
            let level = Level::of(pattern >> (3 * i));
            Evidence { name: column.name.clone(), kind: column.kind, level, bits: self.field(i, level, a, b) - tied[i] }
        });
        Explanation { prior_bits: self.prior, fields: fields.collect(), household_bits: self.home(shared), probability: self.probability_of(pattern, a, b) }
    }
}
