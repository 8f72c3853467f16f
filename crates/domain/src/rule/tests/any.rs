//! Any rule whatever, for the laws.

use crate::{
    feature::{Aggregate, Condition, FactKind, Field, Measure},
    period::{Day, Window},
    rule::{Arith, Expr, Function, Literal, Op, Rule, Stat},
};
use proptest::{collection::vec, option, prelude::*, sample::select};

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z_]{1,8}",
        any::<String>(),
        select(vec!["", "2026-03-05", "20260305", "上海", "a\"b", "back\\slash", "line\nbreak", "true", "5", "“”", "`"]).prop_map(String::from),
    ]
}

/// Keys of features: plain ones, and all that could be taken for something else.
fn key() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z][a-z0-9_.]{0,8}",
        any::<String>(),
        select(vec!["and", "NOT", "top", "orders.net", "class.rfm_8", "custom.皮肤", "last", "count", "max", "2x", "", "everyone", "segment"])
            .prop_map(String::from),
    ]
}

/// Numbers of up to fifteen digits: JSON readers keep those exactly.
fn number() -> impl Strategy<Value = f64> {
    let decimal = (-999_999_999_999_999..=999_999_999_999_999i64, 0..12i32);
    prop_oneof![any::<i32>().prop_map(f64::from), decimal.prop_map(|(n, d)| n as f64 / 10f64.powi(d))]
}

fn day() -> impl Strategy<Value = Day> {
    (0..40_000i32).prop_map(Day)
}

pub(super) fn literal() -> impl Strategy<Value = Literal> {
    prop_oneof![
        any::<bool>().prop_map(Literal::Bool),
        number().prop_map(Literal::Number),
        day().prop_map(Literal::Day),
        text().prop_map(Literal::Text),
    ]
}

fn op() -> impl Strategy<Value = Op> {
    select(vec![Op::Eq, Op::Ne, Op::Lt, Op::Le, Op::Gt, Op::Ge])
}

fn field() -> impl Strategy<Value = Field> {
    select(crate::rule::typing::FIELDS.map(|(f, _)| f).to_vec())
}

fn aggregate() -> impl Strategy<Value = Aggregate> {
    let measure = prop_oneof![
        select(crate::rule::typing::PLAIN.map(|(m, _)| m).to_vec()),
        (select(crate::rule::typing::OF_FIELD.map(|(m, _)| m).to_vec()), field()).prop_map(|(of, f)| of(f)),
    ];
    let window = prop_oneof![
        Just(Window::All),
        any::<u32>().prop_map(Window::Days),
        any::<u32>().prop_map(Window::Months),
        (any::<u32>(), any::<u32>()).prop_map(|(from, to)| Window::DaysAgo { from, to }),
    ];
    let filter = (field(), op(), vec(literal(), 0..3)).prop_map(|(field, op, values)| Condition { field, op, values });
    let fact: Vec<FactKind> = crate::rule::typing::FACTS.map(|(f, _)| f).to_vec();
    (select(fact), measure, vec(filter, 0..3), window).prop_map(|(fact, measure, filter, window): (_, Measure, _, _)| Aggregate {
        fact,
        measure,
        filter,
        window,
    })
}

pub(super) fn expr() -> impl Strategy<Value = Expr> {
    let base = (select(vec![Stat::Mean, Stat::Median, Stat::P90, Stat::Sum]), key(), option::of(key()));
    let leaf = prop_oneof![
        literal().prop_map(Expr::Literal),
        key().prop_map(Expr::Feature),
        aggregate().prop_map(|a| Expr::Aggregate(Box::new(a))),
        base.prop_map(|(stat, of, among)| Expr::Base { stat, of, among }),
    ];
    leaf.prop_recursive(4, 12, 3, |inner| {
        let arith = select(vec![Arith::Add, Arith::Sub, Arith::Mul, Arith::Div]);
        let function = select(Function::ALL.to_vec());
        prop_oneof![
            inner.clone().prop_map(|e| Expr::Neg(Box::new(e))),
            (inner.clone(), arith, inner.clone()).prop_map(|(l, op, r)| Expr::Binary {
                left: Box::new(l),
                op,
                right: Box::new(r)
            }),
            (function, vec(inner, 0..3)).prop_map(|(function, args)| Expr::Call { function, args }),
        ]
    })
}

pub(super) fn rule() -> impl Strategy<Value = Rule> {
    let leaf = prop_oneof![
        (expr(), op(), expr()).prop_map(|(left, op, right)| Rule::Compare { left, op, right }),
        (expr(), expr(), expr()).prop_map(|(expr, low, high)| Rule::Between { expr, low, high }),
        (expr(), vec(literal(), 0..4)).prop_map(|(expr, values)| Rule::In { expr, values }),
        (expr(), text()).prop_map(|(expr, text)| Rule::Contains { expr, text }),
        expr().prop_map(|expr| Rule::Missing { expr }),
        text().prop_map(|segment| Rule::Member { segment }),
        (number(), expr(), any::<bool>()).prop_map(|(percent, by, bottom)| Rule::Top { percent, by, bottom }),
    ];
    leaf.prop_recursive(4, 16, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Rule::All),
            vec(inner.clone(), 0..4).prop_map(Rule::Any),
            inner.prop_map(|r| Rule::Not(Box::new(r))),
        ]
    })
}

/// Rules over the names of these tests that check.
pub(super) fn checked() -> impl Strategy<Value = Rule> {
    let number = prop_oneof![Just(0.0), (-5..5i32).prop_map(f64::from)];
    let money = select(vec!["net", "net_12m"]);
    let count = select(vec!["orders", "recency_days", "return_rate"]);
    let compare = |key: &str, op, x: f64| Rule::Compare {
        left: Expr::Feature(key.into()),
        op,
        right: Expr::Literal(Literal::Number(x)),
    };
    let leaf = prop_oneof![
        (money, op(), number.clone()).prop_map(move |(key, op, x)| compare(key, op, x)),
        (count.clone(), op(), number).prop_map(move |(key, op, x)| compare(key, op, x)),
        count.prop_map(|key| Rule::Missing { expr: Expr::Feature(key.into()) }),
        select(vec!["上海", "Beijing"]).prop_map(|city| Rule::In {
            expr: Expr::Feature("city".into()),
            values: vec![Literal::Text(city.into())]
        }),
        Just(Rule::Member { segment: "vip".into() }),
    ];
    leaf.prop_recursive(3, 10, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..3).prop_map(Rule::All),
            vec(inner.clone(), 0..3).prop_map(Rule::Any),
            inner.prop_map(|r| Rule::Not(Box::new(r))),
        ]
    })
}
