//! A single condition as somebody says it on the phone, the customer's value first and signs in words:
//! `距上次下单 3 天，不超过 20 天（沉睡阈值的三分之二）` · `it has been 3 days since the last order, at most 20 (two thirds of …)`.

use super::{
    reason::{opposite, weak},
    why::Reader,
};
use crate::{
    label::{Label, Lang},
    rule::{
        self, Expr, Literal, Op, Rule,
        compiled::{Num, Pred, typed},
        render::text::{lower, tight},
        render_value,
    },
    value::{Value, ValueType},
};

/// There has been none, and there has been one.
pub(super) const NO_ORDER: (&str, &str) = ("从未下单", "there has been no order");
pub(super) const ORDERED: (&str, &str) = ("下过单", "there has been an order");

/// How a value stands to a limit.
fn relation(op: Op, limit: &Value, lang: Lang) -> &'static str {
    let (zh, en) = match (op, limit) {
        (Op::Eq, Value::Text(_) | Value::Bool(_)) => ("是", ""),
        (Op::Eq, _) => ("正好是", "exactly"),
        (Op::Ne, _) => ("不是", "not"),
        (Op::Lt, Value::Day(_)) => ("早于", "before"),
        (Op::Le, Value::Day(_)) => ("不晚于", "no later than"),
        (Op::Gt, Value::Day(_)) => ("晚于", "after"),
        (Op::Ge, Value::Day(_)) => ("不早于", "no earlier than"),
        (Op::Lt, _) => ("不到", "less than"),
        (Op::Le, _) => ("不超过", "at most"),
        (Op::Gt, _) => ("超过", "more than"),
        (Op::Ge, _) => ("达到", "at least"),
    };
    lang.pick(zh, en)
}

impl Reader<'_> {
    /// What holds, of a single condition; `None` where the rule's own words say it.
    pub(super) fn spoken(&self, rule: &Rule, pred: &Pred) -> Option<Label> {
        let (expr, border) = self.border(rule, pred)?;
        let own = self.said_of(expr, pred)?;
        if let Some((left, op, right)) = compared(rule).filter(|(_, _, right)| matches!(right, Expr::Literal(_))) {
            let zero = matches!(right, Expr::Literal(Literal::Number(x)) if *x == 0.0 && matches!(op, Op::Eq | Op::Le) || *x == 1.0 && op == Op::Lt);
            if zero && matches!(left, Expr::Feature(key) if key == "orders") {
                return Some(Label::new(NO_ORDER.0, NO_ORDER.1));
            }
            // that there is something at all, and what something is, need no border
            if op == Op::Eq || weak(rule) {
                return Some(own);
            }
        }
        let of = |words: &str, open: &str, close: &str| if words.is_empty() { String::new() } else { format!("{open}{words}{close}") };
        Some(Label::new(
            format!("{}，{}{}", own.zh, border.is.zh, of(&border.of.zh, "（", "）")),
            format!("{}, {}{}", own.en, border.is.en, of(&border.of.en, " (", ")")),
        ))
    }

    /// What is asked of a single condition that does not hold, beside what there is.
    pub(super) fn missed(&self, rule: &Rule, pred: &Pred) -> Option<Label> {
        let (expr, border) = self.border(rule, pred)?;
        let own = self.said_of(expr, pred)?;
        let of = |words: &str, mark: &str| if words.is_empty() { String::new() } else { format!("{mark}{words}") };
        Some(Label::new(
            format!("{}（要求{}{}）", own.zh, border.is.zh, of(&border.of.zh, "，即")),
            format!("{} (asked for: {}{})", own.en, border.is.en, of(&border.of.en, ", ")),
        ))
    }

    /// What a condition is about, and where it ends.
    fn border<'r>(&self, rule: &'r Rule, pred: &Pred) -> Option<(&'r Expr, Border)> {
        let show = |value: &Value, lang| self.beside(value, pred, lang);
        match (rule, pred) {
            (Rule::Between { expr, .. }, Pred::Between { .. }) => {
                let (low, high) = (self.limit(pred, Op::Ge)?, self.limit(pred, Op::Le)?);
                let zh = tight(&["在", &show(&low, Lang::Zh), "到", &show(&high, Lang::Zh), "之间"]);
                let is = Label::new(zh, format!("between {} and {}", show(&low, Lang::En), show(&high, Lang::En)));
                Some((expr, Border { is, of: Label::default() }))
            }
            (Rule::Top { percent, by, bottom }, Pred::Top { .. }) => {
                let (zh, en) = if *bottom { ("后", "bottom") } else { ("前", "top") };
                let is = Label::new(format!("排在{zh} {percent}%"), format!("in the {en} {percent}%"));
                Some((by, Border { is, of: self.cut(pred, *bottom) }))
            }
            (Rule::Not(inner), Pred::Top { .. }) => {
                let Rule::Top { percent, by, bottom } = inner.as_ref() else { return None };
                let (zh, en) = if *bottom { ("后", "bottom") } else { ("前", "top") };
                let is = Label::new(format!("没有排在{zh} {percent}%"), format!("not in the {en} {percent}%"));
                let cut = self.cut(pred, *bottom);
                let of = if cut.zh.is_empty() { cut } else { Label::new(format!("{zh} {percent}% 要{}", cut.zh), format!("which is {}", cut.en)) };
                Some((by, Border { is, of }))
            }
            _ => {
                let (left, op, right) = compared(rule)?;
                let limit = self.limit(pred, op)?;
                let is = |lang| match lang {
                    Lang::Zh => tight(&[relation(op, &limit, lang), &show(&limit, lang)]),
                    Lang::En => format!("{} {}", relation(op, &limit, lang), show(&limit, lang)).trim_start().to_owned(),
                };
                let of = if matches!(right, Expr::Literal(_)) {
                    Label::default()
                } else {
                    Label::new(rule::in_words(right, left, Lang::Zh, self.names), rule::in_words(right, left, Lang::En, self.names))
                };
                Some((left, Border { is: Label::new(is(Lang::Zh), is(Lang::En)), of }))
            }
        }
    }

    /// The value that the last of the first so many per cent has.
    fn cut(&self, pred: &Pred, bottom: bool) -> Label {
        let op = if bottom { Op::Le } else { Op::Ge };
        self.limit(pred, op).map_or_else(Label::default, |cut| {
            Label::new(tight(&[relation(op, &cut, Lang::Zh), &self.beside(&cut, pred, Lang::Zh)]), format!("{} {}", relation(op, &cut, Lang::En), self.beside(&cut, pred, Lang::En)))
        })
    }

    /// What a value is compared with. Beside whole numbers it is the whole one that is the same border: `≤ 20.67 days` is at most 20.
    pub(super) fn limit(&self, pred: &Pred, op: Op) -> Option<Value> {
        let (number, ty) = match pred {
            Pred::Compare { left: number @ Num::Literal(_), ty, .. } | Pred::Compare { right: number, ty, .. } => (number, *ty),
            Pred::Between { low, ty, .. } if matches!(op, Op::Lt | Op::Ge) => (low, *ty),
            Pred::Between { high, ty, .. } => (high, *ty),
            _ => return Some(self.values(pred).1).filter(|value| *value != Value::Null),
        };
        let x = number.eval(self.row)?;
        // what is compared may be whole where the border is worked out as any number
        let ty = self.values(pred).2.and_then(|key| self.names.feature(key)).filter(|own| *own == ValueType::Int && ty == ValueType::Number).unwrap_or(ty);
        let whole = matches!(ty, ValueType::Int | ValueType::Money);
        Some(match op {
            Op::Le | Op::Gt if whole => typed(x.floor(), ty),
            Op::Lt | Op::Ge if whole => typed(x.ceil(), ty),
            Op::Eq | Op::Ne if ty == ValueType::Int && x.fract() != 0.0 => Value::Number(x),
            _ => typed(x, ty),
        })
    }

    /// A border with its unit; in English without, where the value before it has one.
    fn beside(&self, limit: &Value, pred: &Pred, lang: Lang) -> String {
        let key = self.unit_key(pred);
        let counted = key.and_then(|k| self.names.unit(k)).is_some_and(|unit| unit.en != "share");
        let bare = lang == Lang::En && counted && matches!(limit, Value::Int(_) | Value::Number(_));
        render_value(limit, key.filter(|_| !bare), lang, self.names)
    }

    /// `距上次下单 3 天`, `净消费额为 ¥120` · `it has been 3 days since the last order`, `net came to ¥120`: in the past, for some labels
    /// are of one thing and some of several.
    fn said_of(&self, expr: &Expr, pred: &Pred) -> Option<Label> {
        let (actual, _, key, _) = self.values(pred);
        if actual == Value::Null {
            return None;
        }
        let name = rule::in_words(expr, expr, Lang::Zh, self.names);
        let value = render_value(&actual, key, Lang::Zh, self.names);
        let zh = if name.starts_with('距') && !name.ends_with('数') { tight(&[&name, &value]) } else { tight(&[&name, "为", &value]) };
        let name = match expr {
            Expr::Binary { .. } => rule::in_words(expr, expr, Lang::En, self.names),
            expr => lower(&rule::render_expr(expr, Lang::En, self.names)),
        };
        let unit = key.and_then(|k| self.names.unit(k)).map(|unit| unit.en).unwrap_or_default();
        let said = matches!(unit.as_str(), "times" | "kinds" | "points") || !unit.is_empty() && unit != "share" && name.contains(unit.as_str());
        let value = render_value(&actual, key.filter(|_| !said), Lang::En, self.names);
        let en = match (name.strip_prefix("days since "), &actual) {
            (Some(what), Value::Int(_) | Value::Number(_)) => {
                let the = if ["last ", "first ", "latest "].iter().any(|word| what.starts_with(word)) { "the " } else { "" };
                format!("it has been {} day{} since {the}{what}", render_value(&actual, None, Lang::En, self.names), if actual == Value::Int(1) { "" } else { "s" })
            }
            (_, Value::Text(_) | Value::Bool(_) | Value::Day(_)) => format!("{name} is {value}"),
            _ => format!("{name} came to {value}"),
        };
        Some(Label::new(zh, en))
    }
}

/// Where a condition ends, and what that is made of if it is worked out.
struct Border {
    is: Label,
    of: Label,
}

/// Both sides of a comparison, what is compared first; of one that is denied the other way round.
fn compared(rule: &Rule) -> Option<(&Expr, Op, &Expr)> {
    match rule {
        Rule::Compare { left, op, right } if matches!(left, Expr::Literal(_)) && !matches!(right, Expr::Literal(_)) => Some((right, op.flipped(), left)),
        Rule::Compare { left, op, right } => Some((left, *op, right)),
        Rule::Not(inner) => compared(inner).map(|(left, op, right)| (left, opposite(op), right)),
        _ => None,
    }
}
