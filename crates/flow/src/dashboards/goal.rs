//! What a figure should come to, and how far it is from it.

use super::{
    figure::{ColumnKind, FigureColumn, FigureGoal},
    file::text,
    tile::{Goal, Reach},
};
use domain::{Currency, Label, Lang, Value};

/// A number as a column of this kind holds it.
fn as_kind(x: f64, kind: ColumnKind) -> Value {
    match kind {
        ColumnKind::Money => Value::Money(x.round_ties_even() as i64),
        ColumnKind::Int if x.fract() == 0.0 => Value::Int(x as i64),
        _ => Value::Number(x),
    }
}

fn name(goal: &Goal) -> Label {
    goal.label.clone().unwrap_or_else(|| Label::new("目标", "Goal"))
}

/// The column that holds a goal.
pub(super) fn column(goal: &Goal, kind: ColumnKind) -> FigureColumn {
    FigureColumn { goal: true, ..FigureColumn::new("goal", name(goal), kind) }
}

/// A goal beside what it is now.
pub(super) fn of(goal: &Goal, kind: ColumnKind, now: Option<&Value>) -> FigureGoal {
    let now = now.and_then(Value::as_f64);
    FigureGoal {
        label: name(goal),
        value: as_kind(goal.value, kind),
        kind,
        reach: goal.reach,
        difference: now.map(|now| as_kind(now - goal.value, kind)),
        share: now.filter(|_| goal.value != 0.0).map(|now| now / goal.value),
        reached: now.map(|now| match goal.reach {
            Reach::AtLeast => now >= goal.value,
            Reach::AtMost => now <= goal.value,
        }),
    }
}

/// A goal in a sentence.
pub(super) fn told(goal: &FigureGoal, lang: Lang, currency: Currency) -> String {
    let say = |v: &Value| text(v, goal.kind, None, lang, currency);
    let sign = if goal.reach == Reach::AtLeast { "≥" } else { "≤" };
    let mut line = format!("{} {sign} {}", goal.label.get(lang), say(&goal.value));
    let (Some(reached), Some(difference)) = (goal.reached, &goal.difference) else { return line };
    line.push_str(lang.pick("：", ": "));
    line.push_str(if reached { lang.pick("已达成", "reached") } else { lang.pick("未达成", "not reached") });
    let by = difference.as_f64().unwrap_or(0.0);
    let size = match difference {
        Value::Money(m) => Value::Money(m.saturating_abs()),
        Value::Int(n) => Value::Int(n.saturating_abs()),
        other => other.as_f64().map_or(Value::Null, |x| Value::Number(x.abs())),
    };
    if by != 0.0 {
        let size = say(&size);
        line.push_str(&match by > 0.0 {
            true => lang.pick(&format!("，高出 {size}"), &format!(", {size} above")).to_owned(),
            false => lang.pick(&format!("，低于 {size}"), &format!(", {size} below")).to_owned(),
        });
    }
    if let Some(share) = goal.share {
        line.push_str(&format!(" ({:.1}%)", share * 100.0));
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_far_it_is() {
        let goal = |reach| Goal { value: 1000.0, label: None, reach };
        let said = |reach, now, lang| told(&of(&goal(reach), ColumnKind::Int, Some(&Value::Int(now))), lang, Currency::CNY);
        assert_eq!(said(Reach::AtLeast, 820, Lang::En), "Goal ≥ 1,000: not reached, 180 below (82.0%)");
        assert_eq!(said(Reach::AtLeast, 1000, Lang::Zh), "目标 ≥ 1,000：已达成 (100.0%)");
        assert_eq!(said(Reach::AtMost, 1020, Lang::Zh), "目标 ≤ 1,000：未达成，高出 20 (102.0%)");
        let none = of(&goal(Reach::AtMost), ColumnKind::Money, None);
        assert_eq!((none.value.clone(), none.reached, told(&none, Lang::En, Currency::CNY)), (Value::Money(1000), None, "Goal ≤ ¥10.00".into()));
        let nothing = of(&Goal { value: 0.0, ..goal(Reach::AtLeast) }, ColumnKind::Number, Some(&Value::Int(3)));
        assert_eq!((nothing.share, nothing.difference), (None, Some(Value::Number(3.0))));
    }
}
