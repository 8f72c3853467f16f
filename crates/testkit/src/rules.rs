//! Random rules over everything that ships: every measure and window, comparisons, bands, ratios, texts, classes, segments,
//! nested with and, or, not. One generator for every test that holds two readings of a rule against each other.

use crate::chance::Chance;
use domain::{
    Day, ValueType, Window,
    feature::{Aggregate, FactKind, Field, Measure, catalog, check_aggregate},
    rule::{self, Arith, Expr, Function, Literal, Op, Rule, Stat},
};

const OPS: [Op; 6] = [Op::Eq, Op::Ne, Op::Lt, Op::Le, Op::Gt, Op::Ge];
const WORDS: [&str; 8] = ["app", "北京", "male", "a", "护肤", "at_risk", "new", ""];

fn keys(ty: impl Fn(ValueType) -> bool) -> Vec<&'static str> {
    catalog().iter().filter(|f| ty(f.value)).map(|f| f.key.as_str()).collect()
}

fn feature(c: &mut Chance, ty: impl Fn(ValueType) -> bool) -> Expr {
    Expr::Feature((*c.one(&keys(ty))).to_string())
}

fn number(c: &mut Chance) -> f64 {
    [0.0, 1.0, 2.0, 5.0, 0.5, 12.25, 30.0, 365.0, 900.0, 1500.0][c.below(10)]
}

fn literal(c: &mut Chance, today: Day, ty: ValueType) -> Literal {
    match ty {
        ValueType::Bool => Literal::Bool(c.one_in(2)),
        ValueType::Text => Literal::Text((*c.one(&WORDS)).to_string()),
        ValueType::Day => Literal::Day(Day(today.0 - c.below(700) as i32)),
        _ => Literal::Number(number(c)),
    }
}

fn aggregate(c: &mut Chance, today: Day) -> Aggregate {
    let kinds = [
        FactKind::Orders,
        FactKind::AllOrders,
        FactKind::Lines,
        FactKind::Refunds,
        FactKind::Interactions,
        FactKind::Answers,
    ];
    let fields = [
        Field::Net,
        Field::Gross,
        Field::Refunded,
        Field::Cost,
        Field::Discount,
        Field::Quantity,
        Field::Channel,
        Field::Store,
        Field::Payment,
        Field::Coupon,
        Field::Product,
        Field::Category,
        Field::Brand,
        Field::Reason,
        Field::Kind,
        Field::Score,
        Field::Day,
        Field::Weekday,
        Field::Cancelled,
        Field::Linked,
    ];
    loop {
        let f = *c.one(&fields);
        let measures = [
            Measure::Count,
            Measure::Sum(f),
            Measure::Mean(f),
            Measure::Min(f),
            Measure::Max(f),
            Measure::Last(f),
            Measure::First(f),
            Measure::Distinct(f),
            Measure::Top(f),
            Measure::TopShare(f),
            Measure::DaysSinceLast,
            Measure::DaysSinceFirst,
            Measure::MeanGap,
            Measure::P90Gap,
            Measure::P90GapBefore,
            Measure::Gaps,
            Measure::SdGap,
            Measure::LastGap,
            Measure::ActiveDays,
        ];
        let days = 1 + c.below(500) as u32;
        let windows = [
            Window::All,
            Window::Days(days),
            Window::Months(1 + days / 30),
            Window::DaysAgo { from: days, to: days / 3 },
        ];
        let fact = *c.one(&kinds);
        let mut filter = Vec::new();
        for _ in 0..c.below(3) {
            let field = *c.one(&fields);
            let Some(ty) = rule::field_type(fact, field) else { continue };
            let op = *c.one(&OPS);
            let values = (0..1 + c.below(3)).map(|_| literal(c, today, ty)).collect();
            filter.push(domain::feature::Condition { field, op, values });
        }
        let a = Aggregate { fact, measure: c.one(&measures).clone(), filter, window: *c.one(&windows) };
        if check_aggregate(&a).is_ok() {
            return a;
        }
    }
}

fn expr(c: &mut Chance, today: Day, depth: usize) -> Expr {
    let numeric = |t: ValueType| t.is_numeric();
    if depth == 0 {
        return match c.below(5) {
            0 => Expr::Literal(Literal::Number(number(c))),
            1 => Expr::Aggregate(Box::new(aggregate(c, today))),
            2 => {
                let stat = *c.one(&[Stat::Mean, Stat::Median, Stat::Sum]);
                let of = (*c.one(&keys(numeric))).to_string();
                let among = c.one_in(2).then(|| "orders".to_string());
                Expr::Base { stat, of, among }
            }
            _ => feature(c, numeric),
        };
    }
    let mut sub = || Box::new(expr(c, today, depth - 1));
    let (left, right) = (sub(), sub());
    match c.below(4) {
        0 => Expr::Neg(left),
        1 => Expr::Binary { left, op: *c.one(&[Arith::Add, Arith::Sub, Arith::Mul, Arith::Div]), right },
        2 => {
            let function = *c.one(&[Function::Max, Function::Min, Function::Coalesce]);
            Expr::Call { function, args: vec![*left, *right] }
        }
        _ => Expr::Call { function: *c.one(&[Function::Abs, Function::Round]), args: vec![*left] },
    }
}

fn text(c: &mut Chance) -> Expr {
    match c.below(5) {
        0 => Expr::Feature(format!("class.{}", c.one(domain::library::classifications()).key)),
        1 => {
            let args = (0..2).map(|_| feature(c, |t| t == ValueType::Text)).collect();
            Expr::Call { function: Function::Coalesce, args }
        }
        _ => feature(c, |t| t == ValueType::Text),
    }
}

fn leaf(c: &mut Chance, today: Day) -> Rule {
    let depth = c.below(3);
    match c.below(12) {
        0 => Rule::Between { expr: expr(c, today, depth), low: expr(c, today, 0), high: expr(c, today, 0) },
        1 => Rule::In { expr: expr(c, today, depth), values: (0..3).map(|_| literal(c, today, ValueType::Number)).collect() },
        2 => Rule::In { expr: text(c), values: (0..3).map(|_| literal(c, today, ValueType::Text)).collect() },
        3 => Rule::Contains { expr: text(c), text: (*c.one(&["A", "1", "护", "e"])).to_string() },
        4 => Rule::Missing { expr: if c.one_in(2) { text(c) } else { expr(c, today, depth) } },
        5 => Rule::Member { segment: c.one(domain::library::segments()).key.clone() },
        6 => Rule::Top { percent: [0.5, 10.0, 33.3, 50.0, 100.0][c.below(5)], by: expr(c, today, depth), bottom: c.one_in(2) },
        7 => {
            let right = if c.one_in(2) { Expr::Literal(literal(c, today, ValueType::Text)) } else { text(c) };
            Rule::Compare { left: text(c), op: *c.one(&[Op::Eq, Op::Ne]), right }
        }
        8 => {
            let left = feature(c, |t| t == ValueType::Day);
            Rule::Compare { left, op: *c.one(&OPS), right: Expr::Literal(literal(c, today, ValueType::Day)) }
        }
        _ => Rule::Compare { left: expr(c, today, depth), op: *c.one(&OPS), right: expr(c, today, depth) },
    }
}

/// A rule of at most this depth. Not every one makes sense: check it.
pub fn random(c: &mut Chance, today: Day, depth: usize) -> Rule {
    if depth == 0 {
        return leaf(c, today);
    }
    let many = |c: &mut Chance| (0..c.below(4)).map(|_| random(c, today, depth - 1)).collect();
    match c.below(4) {
        0 => Rule::All(many(c)),
        1 => Rule::Any(many(c)),
        2 => Rule::Not(Box::new(random(c, today, depth - 1))),
        _ => leaf(c, today),
    }
}
