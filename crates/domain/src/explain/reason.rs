//! The reason in one sentence: what holds of the rule that decided, and what kept the customer out of the classes tried
//! before it, with the customer's values, each thing said once.

use super::{
    spoken::{NO_ORDER, ORDERED},
    why::{Found, Reader},
};
use crate::{
    label::{Label, Lang},
    rule::{
        self, Expr, Literal, Op, Rule,
        compiled::{Num, Pred, Text},
    },
};

/// Most reasons said in a sentence.
const SAID: usize = 6;

/// One thing that is so.
#[derive(Debug, Clone)]
pub(super) struct Reason {
    /// canonical text of what is compared
    left: String,
    /// its name
    noun: Label,
    /// the customer's value in words; empty if unknown
    shown: Label,
    pin: Pin,
    /// it only says that there is something: is known, has ordered
    weak: bool,
    text: Label,
    finding: Label,
    /// what a score stands for
    meaning: Label,
}

/// What a reason says about a value.
#[derive(Debug, Clone)]
enum Pin {
    /// between these numbers; with the number itself?
    Span { low: f64, with_low: bool, high: f64, with_high: bool },
    /// one of these texts
    Texts(Vec<String>),
    Nothing,
}

impl Pin {
    fn compared(op: Op, x: f64) -> Pin {
        let (low, with_low, high, with_high) = match op {
            Op::Eq => (x, true, x, true),
            Op::Ne => return Pin::Nothing,
            Op::Lt => (f64::NEG_INFINITY, false, x, false),
            Op::Le => (f64::NEG_INFINITY, false, x, true),
            Op::Gt => (x, false, f64::INFINITY, false),
            Op::Ge => (x, true, f64::INFINITY, false),
        };
        Pin::Span { low, with_low, high, with_high }
    }

    /// Can no value be both?
    fn excludes(&self, other: &Pin) -> bool {
        match (self, other) {
            (Pin::Span { low, with_low, high, with_high }, Pin::Span { low: l, with_low: wl, high: h, with_high: wh }) => {
                low > h || l > high || (low == h && !(*with_low && *wh)) || (l == high && !(*wl && *with_high))
            }
            (Pin::Texts(own), Pin::Texts(others)) => !own.iter().any(|t| others.contains(t)),
            _ => false,
        }
    }

    /// Does it say more than the other and the same way round?
    fn tighter(&self, other: &Pin) -> bool {
        match (self, other) {
            (Pin::Span { low, high, .. }, Pin::Span { low: l, high: h, .. }) => {
                let (above, below) = (high.is_infinite() && h.is_infinite(), low.is_infinite() && l.is_infinite());
                (above && !below && low >= l) || (below && !above && high <= h)
            }
            _ => false,
        }
    }
}

/// Why the rule at `matched` decided, or why none did.
pub(super) fn of(reader: &Reader<'_>, rules: &[(&Rule, &Pred)], matched: Option<usize>) -> Vec<Reason> {
    let mut reasons = matched.and_then(|i| rules.get(i)).map(|(rule, pred)| reader.holding(rule, pred)).unwrap_or_default();
    let weak = reasons.iter().all(|r| r.weak);
    let own: Vec<String> = reasons.iter().map(|r| r.left.clone()).collect();
    for (rule, pred) in rules.iter().take(matched.unwrap_or(rules.len())).rev() {
        let more = reader.failing(rule, pred, &reasons);
        if weak || more.iter().any(|r| own.contains(&r.left)) {
            reasons.extend(more);
        }
    }
    once(reasons)
}

/// Each thing once: of two borders the one that says more.
fn once(all: Vec<Reason>) -> Vec<Reason> {
    let mut kept: Vec<Reason> = Vec::new();
    for reason in &all {
        let others = |test: &dyn Fn(&Reason) -> bool| all.iter().any(|r| r.left == reason.left && r.text != reason.text && test(r));
        let covered = others(&|r| r.pin.tighter(&reason.pin) && !reason.pin.tighter(&r.pin)) || (reason.weak && others(&|r| !r.weak));
        if !covered && !kept.iter().any(|r| r.text == reason.text || (r.left == reason.left && r.pin.tighter(&reason.pin))) {
            kept.push(reason.clone());
        }
    }
    // of several things a value is not, what it is
    let mut said: Vec<Reason> = Vec::new();
    for reason in &kept {
        let vague = |r: &Reason| r.left == reason.left && matches!(r.pin, Pin::Nothing) && !r.shown.zh.is_empty();
        if kept.iter().filter(|r| vague(r)).count() <= 1 {
            said.push(reason.clone());
        } else if vague(reason) && !said.iter().any(|r| r.left == reason.left) {
            let text = Label::new(
                rule::render::text::tight(&[&reason.noun.zh, "为", &reason.shown.zh]),
                format!("{} is {}", reason.noun.en, reason.shown.en),
            );
            // the value stands there already; what it means does not
            said.push(Reason { text, finding: reason.meaning.clone(), ..reason.clone() });
        }
    }
    said.truncate(SAID);
    said
}

/// `订单数为 3 单，达到 2 单，且客龄为 90 天，不到 180 天`.
pub(super) fn joined(reasons: &[Reason], lang: Lang) -> String {
    let mut found: Vec<&str> = Vec::new();
    let mut parts: Vec<String> = Vec::new();
    for reason in reasons {
        let text = match lang {
            Lang::Zh => reason.text.zh.clone(),
            Lang::En => rule::render::text::lower(&reason.text.en),
        };
        let finding = reason.finding.get(lang);
        parts.push(match lang {
            _ if finding.is_empty() || found.contains(&finding) => text,
            Lang::Zh => format!("{text}（{finding}）"),
            Lang::En => format!("{text} ({finding})"),
        });
        found.push(finding);
    }
    match lang {
        Lang::En => parts.join(if parts.iter().any(|p| p.contains(", ")) { ", and " } else { " and " }),
        Lang::Zh => parts.into_iter().reduce(|all, part| rule::render::text::tight(&[&all, "，且", &part])).unwrap_or_default(),
    }
}

impl Reader<'_> {
    /// What makes a rule that holds hold.
    pub(super) fn holding(&self, rule: &Rule, pred: &Pred) -> Vec<Reason> {
        match (rule, pred) {
            (Rule::All(rules), Pred::All(preds)) => rules.iter().zip(preds).flat_map(|(r, p)| self.holding(r, p)).collect(),
            (Rule::Any(rules), Pred::Any(preds)) => {
                let first = rules.iter().zip(preds).find(|(_, p)| p.holds(self.row));
                first.map(|(r, p)| self.holding(r, p)).unwrap_or_default()
            }
            (Rule::Not(inner), Pred::Not(p)) if rule::is_group(inner) => self.failing(inner, p, &[]),
            _ => vec![self.reason(rule, pred, rule::sentence(rule, self.names), pin(self, pred))],
        }
    }

    /// What makes a rule that fails fail, as far as what is known already does not.
    fn failing(&self, rule: &Rule, pred: &Pred, known: &[Reason]) -> Vec<Reason> {
        match (rule, pred) {
            (Rule::All(rules), Pred::All(preds)) => {
                let fails = rules.iter().zip(preds).filter(|(_, p)| !p.holds(self.row));
                let shared = |all: &[Reason]| all.iter().any(|r| known.iter().any(|k| k.left == r.left));
                fails.map(|(r, p)| self.failing(r, p, known)).min_by_key(|all| (all.len(), !shared(all))).unwrap_or_default()
            }
            (Rule::Any(rules), Pred::Any(preds)) => rules.iter().zip(preds).flat_map(|(r, p)| self.failing(r, p, known)).collect(),
            (Rule::Not(inner), Pred::Not(p)) => self.holding(inner, p),
            _ => {
                let (left, pinned) = (left(rule), pin(self, pred));
                let excluded = known.iter().any(|k| k.left == left && k.pin.excludes(&pinned));
                if excluded { Vec::new() } else { vec![self.negated(rule, pred)] }
            }
        }
    }

    /// A single condition that fails, the other way round.
    fn negated(&self, rule: &Rule, pred: &Pred) -> Reason {
        let unknown = |expr: &Expr| {
            let missing = Rule::Missing { expr: expr.clone() };
            let noun = noun(self, Some(expr));
            let never = matches!(expr, Expr::Feature(key) if key == "recency_days");
            Reason {
                left: expr.to_string(),
                noun,
                shown: Label::default(),
                pin: Pin::Nothing,
                weak: false,
                text: if never { Label::new(NO_ORDER.0, NO_ORDER.1) } else { rule::sentence(&missing, self.names) },
                finding: Label::default(),
                meaning: Label::default(),
            }
        };
        let number = |num: &Num| num.eval(self.row);
        let compared = |left: &Expr, op: Op, right: &Expr, x: f64, pred: &Pred| {
            let other = Rule::Compare { left: left.clone(), op, right: right.clone() };
            self.reason(&other, pred, rule::sentence(&other, self.names), Pin::compared(op, x))
        };
        match (rule, pred) {
            (Rule::Compare { left, op, right }, Pred::Compare { left: l, right: r, .. }) => match (number(l), number(r)) {
                (None, _) => unknown(left),
                (_, None) => unknown(right),
                (Some(a), _) if matches!(left, Expr::Literal(_)) => compared(right, opposite(*op).flipped(), left, a, pred),
                (_, Some(b)) => compared(left, opposite(*op), right, b, pred),
            },
            (Rule::Between { expr, low, high }, Pred::Between { num, low: l, high: h, .. }) => match (number(num), number(l), number(h)) {
                (None, ..) => unknown(expr),
                (Some(x), Some(l), _) if x < l => compared(expr, Op::Lt, low, l, pred),
                (_, _, Some(h)) => compared(expr, Op::Gt, high, h, pred),
                _ => unknown(low),
            },
            (_, Pred::NumIn { num, .. } | Pred::Top { num, .. }) if number(num).is_none() => own(rule).map_or_else(|| self.not(rule, pred), unknown),
            (_, Pred::TextEq { left: text, .. } | Pred::TextIn { text, .. } | Pred::Contains { text, .. }) if is_unknown(self, text) => {
                own(rule).map_or_else(|| self.not(rule, pred), unknown)
            }
            (Rule::Compare { left, op, right }, Pred::TextEq { .. }) => {
                let other = Rule::Compare { left: left.clone(), op: opposite(*op), right: right.clone() };
                self.reason(&other, pred, rule::sentence(&other, self.names), Pin::Nothing)
            }
            _ => self.not(rule, pred),
        }
    }

    fn not(&self, rule: &Rule, pred: &Pred) -> Reason {
        let not = Rule::Not(Box::new(rule.clone()));
        self.reason(&not, pred, rule::sentence(&not, self.names), Pin::Nothing)
    }

    fn reason(&self, rule: &Rule, pred: &Pred, text: Label, pin: Pin) -> Reason {
        let pred = if let Pred::Not(inner) = pred { inner } else { pred };
        let Found { shown, finding, meaning } = self.found(rule, pred);
        let (text, finding) = match self.spoken(rule, pred) {
            Some(spoken) => (spoken, meaning.clone()),
            // the text says it is unknown
            None if shown.zh.is_empty() => (clause(rule, text), Label::default()),
            None => (clause(rule, text), finding),
        };
        Reason { left: left(rule), noun: noun(self, own(rule)), shown, pin, weak: weak(rule), text, finding, meaning }
    }
}

/// A part of a sentence that has a subject.
fn clause(rule: &Rule, text: Label) -> Label {
    match rule {
        Rule::Member { .. } => Label { en: format!("they are {}", rule::render::text::lower(&text.en)), ..text },
        Rule::Not(inner) => match inner.as_ref() {
            Rule::Member { .. } => clause(inner, text),
            Rule::Missing { expr: Expr::Feature(key) } if key == "recency_days" => Label::new(ORDERED.0, ORDERED.1),
            _ => text,
        },
        _ => text,
    }
}

fn is_unknown(reader: &Reader<'_>, text: &Text) -> bool {
    text.eval(reader.row).is_none()
}

/// What a condition is about.
pub(super) fn own(rule: &Rule) -> Option<&Expr> {
    match rule {
        Rule::Compare { left: Expr::Literal(_), right, .. } => Some(right),
        Rule::Compare { left: expr, .. }
        | Rule::Between { expr, .. }
        | Rule::In { expr, .. }
        | Rule::Contains { expr, .. }
        | Rule::Missing { expr }
        | Rule::Top { by: expr, .. } => Some(expr),
        Rule::Not(inner) => own(inner),
        Rule::All(_) | Rule::Any(_) | Rule::Member { .. } => None,
    }
}

fn left(rule: &Rule) -> String {
    match rule {
        Rule::Not(inner) => left(inner),
        rule => own(rule).map_or_else(|| rule.to_string(), Expr::to_string),
    }
}

fn noun(reader: &Reader<'_>, expr: Option<&Expr>) -> Label {
    expr.map_or_else(Label::default, |e| Label::new(rule::render_expr(e, Lang::Zh, reader.names), rule::render_expr(e, Lang::En, reader.names)))
}

/// Does it say no more than that there is something?
pub(super) fn weak(rule: &Rule) -> bool {
    match rule {
        Rule::Not(inner) => matches!(inner.as_ref(), Rule::Missing { .. }),
        Rule::Compare { op, right: Expr::Literal(Literal::Number(x)), .. } => {
            matches!((op, *x == 0.0, *x == 1.0), (Op::Gt | Op::Ne, true, _) | (Op::Ge, _, true))
        }
        _ => false,
    }
}

fn pin(reader: &Reader<'_>, pred: &Pred) -> Pin {
    let number = |num: &Num| num.eval(reader.row);
    match pred {
        Pred::Compare { left, op, right, .. } => {
            let (other, op) = if matches!(left, Num::Literal(_)) { (left, op.flipped()) } else { (right, *op) };
            number(other).map_or(Pin::Nothing, |x| Pin::compared(op, x))
        }
        Pred::Between { low, high, .. } => match (number(low), number(high)) {
            (Some(low), Some(high)) => Pin::Span { low, with_low: true, high, with_high: true },
            _ => Pin::Nothing,
        },
        Pred::NumIn { values, .. } => {
            let (low, high) = values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| (l.min(*v), h.max(*v)));
            Pin::Span { low, with_low: true, high, with_high: true }
        }
        Pred::Top { key, bottom, .. } => match (reader.row.cut(key), bottom) {
            (Some(cut), false) => Pin::compared(Op::Ge, cut),
            (Some(cut), true) => Pin::compared(Op::Le, cut),
            (None, _) => Pin::Nothing,
        },
        Pred::TextEq { left, right, negated: false } => {
            let other = if matches!(left, Text::Literal(_)) { left } else { right };
            other.eval(reader.row).map_or(Pin::Nothing, |t| Pin::Texts(vec![t]))
        }
        Pred::TextIn { values, .. } => Pin::Texts(values.clone()),
        _ => Pin::Nothing,
    }
}

pub(super) fn opposite(op: Op) -> Op {
    match op {
        Op::Eq => Op::Ne,
        Op::Ne => Op::Eq,
        Op::Lt => Op::Ge,
        Op::Le => Op::Gt,
        Op::Gt => Op::Le,
        Op::Ge => Op::Lt,
    }
}
