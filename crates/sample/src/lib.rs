//! The sample business: a tea-and-homeware retailer with members, company accounts, shops and an app.
//!
//! Everything is drawn from a seed, so the same seed gives the same files. Habits are planted (`Habit`) and written to
//! `truth.csv`, so that tests can hold a classification against what was planted. About 0.3 % of the rows are dirty the
//! way real files are dirty, in mixed date spellings, phones spoilt by a spreadsheet, impossible days, missing customers. What
//! is numbered is numbered as a sample ([`MARK`]), so that beside real files nobody takes the one for the other.

pub mod chance;
mod names;
mod write;

use chance::Chance;
use domain::{Day, Lang};

/// What every number of the sample begins with.
pub const MARK: &str = "DEMO-";

/// What was planted for a customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Habit {
    /// registered, never bought
    Prospect,
    /// first order within the last four weeks
    New,
    /// buys often and much, up to the end
    Champion,
    /// buys at a steady rhythm, up to the end
    Steady,
    /// one order, none since
    OneTime,
    /// was steady, silent for two to three of its own gaps
    Slipping,
    /// was steady, silent for most of the period
    Lost,
    /// was gone for long, came back lately
    Returned,
}

impl Habit {
    /// Machine name in `truth.csv`.
    pub fn key(self) -> &'static str {
        match self {
            Habit::Prospect => "prospect",
            Habit::New => "new",
            Habit::Champion => "champion",
            Habit::Steady => "steady",
            Habit::OneTime => "one_time",
            Habit::Slipping => "slipping",
            Habit::Lost => "lost",
            Habit::Returned => "returned",
        }
    }
}

const HABITS: &[(Habit, f64)] = &[
    (Habit::Prospect, 12.0),
    (Habit::New, 2.5),
    (Habit::Champion, 8.0),
    (Habit::Steady, 29.5),
    (Habit::OneTime, 20.0),
    (Habit::Slipping, 10.0),
    (Habit::Lost, 13.0),
    (Habit::Returned, 5.0),
];

/// Length of the history: 24 months.
const DAYS: i32 = 730;

/// One planted customer.
#[derive(Debug, Clone)]
pub(crate) struct Person {
    pub(crate) number: u32,
    pub(crate) habit: Habit,
    pub(crate) organisation: bool,
    pub(crate) signup: Day,
    pub(crate) orders: Vec<Order>,
    pub(crate) channel: usize,
    pub(crate) happiness: f64,
    /// share of orders with a coupon
    pub(crate) thrift: f64,
}

/// One planted order.
#[derive(Debug, Clone)]
pub(crate) struct Order {
    pub(crate) number: u64,
    pub(crate) day: Day,
    pub(crate) second: i64,
    pub(crate) lines: Vec<Line>,
    pub(crate) cancelled: bool,
    pub(crate) refund: Option<(Day, i64)>,
}

/// One planted line; amounts in minor units.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    pub(crate) product: usize,
    pub(crate) quantity: i64,
    pub(crate) paid: i64,
}

impl Order {
    pub(crate) fn paid(&self) -> i64 {
        self.lines.iter().map(|l| l.paid).sum()
    }
}

/// Writes the sample business into `dir` as the files a business would have, headings in `lang`, history ending on
/// `today`. Returns the data files in the order to import them; `truth.csv` lies beside them.
///
/// # Errors
/// When a file cannot be written.
pub fn write_files(dir: &std::path::Path, customers: u32, seed: u64, lang: Lang, today: Day) -> std::io::Result<Vec<std::path::PathBuf>> {
    let people = people(customers, seed, today);
    write::all(dir, &people, seed, lang, today)
}

fn people(customers: u32, seed: u64, today: Day) -> Vec<Person> {
    let mut chance = Chance::new(seed);
    let mut order_number = 0;
    (0..customers).map(|number| person(number, &mut chance, today, &mut order_number)).collect()
}

fn person(number: u32, chance: &mut Chance, today: Day, order_number: &mut u64) -> Person {
    let organisation = chance.with(0.06);
    let habit = *chance.weighted(HABITS);
    let favourite = *chance.weighted(&[(0, 5.0), (1, 4.0), (2, 3.0), (3, 2.0), (4, 1.0)]);
    let channel = *chance.weighted(&[(0, 5.0), (1, 3.0), (2, 2.0), (3, 1.0)]);
    let gap = match habit {
        Habit::Champion => 9.0 + chance.exponential(6.0),
        _ => 22.0 + chance.exponential(28.0),
    };
    let back = |days: i64| today.plus(-(days as i32));
    let (first, last, pause) = match habit {
        Habit::Prospect => (today, today.plus(-1), None),
        Habit::New => (back(chance.between(0, 27)), today, None),
        Habit::OneTime => {
            let day = back(chance.between(35, i64::from(DAYS) - 1));
            (day, day, None)
        }
        Habit::Champion | Habit::Steady => (back(chance.between(28, i64::from(DAYS) - 1)), today, None),
        Habit::Slipping => {
            let silent = (gap * (2.2 + chance.unit())).min(170.0) as i64;
            (back(chance.between(220, i64::from(DAYS) - 1)), back(silent), None)
        }
        Habit::Lost => (back(chance.between(520, i64::from(DAYS) - 1)), back(chance.between(330, 420)), None),
        Habit::Returned => {
            let left = chance.between(300, 400);
            (back(chance.between(560, i64::from(DAYS) - 1)), today, Some((back(left), back(chance.between(2, 25)))))
        }
    };
    let size = if organisation { 6.0 } else { 1.0 };
    let level = match habit {
        Habit::Champion => 5.6,
        Habit::Prospect | Habit::OneTime => 4.6,
        _ => 5.0,
    } + 0.35 * chance.normal();
    let happiness = match habit {
        Habit::Champion => 0.85,
        Habit::Steady | Habit::Returned => 0.7,
        Habit::New => 0.65,
        Habit::Slipping => 0.4,
        Habit::OneTime | Habit::Lost => 0.3,
        Habit::Prospect => 0.5,
    };
    let mut orders = Vec::new();
    let mut day = first;
    while day <= last {
        if pause.is_none_or(|(from, to)| day < from || day >= to) {
            orders.push(order(chance, order_number, day, today, level, size, favourite));
        }
        let step = match habit {
            Habit::New => 6.0 + chance.exponential(9.0),
            _ => gap * (0.55 + 0.9 * chance.unit()),
        };
        let next = day.plus((step.round() as i32).max(1));
        day = match pause {
            Some((from, to)) if day < from && next >= from => to,
            _ => next,
        };
        if habit == Habit::OneTime {
            break;
        }
    }
    let signup = match orders.first() {
        Some(o) => o.day.plus(-(chance.exponential(6.0) as i32).min(120)),
        None => back(chance.between(0, i64::from(DAYS) - 1)),
    };
    let thrift = *chance.weighted(&[(0.08, 6.0), (0.35, 3.0), (0.75, 1.0)]);
    Person { number, habit, organisation, signup, orders, channel, happiness, thrift }
}

fn order(chance: &mut Chance, number: &mut u64, day: Day, today: Day, level: f64, size: f64, favourite: usize) -> Order {
    *number += 1;
    let lines: Vec<Line> = (0..*chance.weighted(&[(1, 5.0), (2, 3.0), (3, 1.5), (4, 0.5)]))
        .map(|_| {
            let category = if chance.with(0.65) { favourite } else { chance.between(0, 4) as usize };
            let product = category * names::PRODUCTS_A_CATEGORY + chance.between(0, names::PRODUCTS_A_CATEGORY as i64 - 1) as usize;
            let quantity = *chance.weighted(&[(1, 7.0), (2, 2.0), (3, 1.0)]);
            let price = ((level + 0.5 * chance.normal()).exp() * size * 10.0).round() as i64 * 10;
            Line { product, quantity, paid: price.max(500) * quantity }
        })
        .collect();
    let paid: i64 = lines.iter().map(|l| l.paid).sum();
    let refund = chance.with(if favourite == 3 { 0.07 } else { 0.025 }).then(|| {
        let amount = if chance.with(0.5) { paid } else { paid / 2 };
        (day.plus(chance.between(1, 20) as i32).min(today), amount)
    });
    Order { number: *number, day, second: chance.between(8 * 3600, 23 * 3600 - 1), lines, cancelled: chance.with(0.015), refund }
}

#[cfg(test)]
mod tests;
