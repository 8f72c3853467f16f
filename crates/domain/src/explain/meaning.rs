//! What a score stands for: `距上次下单天数 45 天，3 分为 31 到 60 天`.

use crate::{
    feature::{Definition, Feature, Profile, ScoreMethod},
    label::{Label, Lang},
    rule::{
        Names,
        render::text::{lower, tight},
        render_value,
    },
    score::{Cuts, bin_cuts},
    value::{Value, ValueType},
};

/// What this customer's score says, if the feature is one.
pub(super) fn of(key: &str, profile: &Profile<'_>, features: &[Feature], names: &dyn Names) -> Option<Label> {
    let feature = features.iter().find(|f| f.key == key)?;
    let Definition::Score { of, method, smaller_is_better, .. } = &feature.definition else { return None };
    let score = profile.get(key).as_f64()?;
    if score < 1.0 {
        return Some(Label::new("没有可打分的订单", "no order to score"));
    }
    let ty = names.feature(of)?;
    let cuts = match method {
        ScoreMethod::Bins { .. } => Some(bin_cuts(&method.points(ty, names.currency()), *smaller_is_better)),
        ScoreMethod::Quantile | ScoreMethod::Kmeans => profile.base().cuts.get(key).cloned(),
    };
    let name = names.label(of).unwrap_or_else(|| Label::same(of.clone()));
    let value = |lang| render_value(profile.get(of), Some(of), lang, names);
    let range = cuts.map(|cuts| range(&cuts, score as usize, ty, of, names));
    let says = |lang: Lang, like: &dyn Fn(&str) -> String| match &range {
        Some(r) if !r.get(lang).is_empty() => like(r.get(lang)),
        _ => String::new(),
    };
    Some(Label::new(
        format!("{} {}{}", name.zh, value(Lang::Zh), says(Lang::Zh, &|r| tight(&[&format!("，{score} 分为"), r]))),
        format!("{} {}{}", lower(&name.en), value(Lang::En), says(Lang::En, &|r| format!(", {score} is {r}"))),
    ))
}

/// Which values have this score.
fn range(cuts: &Cuts, score: usize, ty: ValueType, of: &str, names: &dyn Names) -> Label {
    let edge = |i: Option<usize>| i.and_then(|i| cuts.edges.get(i)).copied();
    let (worse, better) = (edge(score.checked_sub(2)), edge(score.checked_sub(1)));
    // the border passed belongs to the score unless it must be beaten; the one not passed then does
    let (with_worse, with_better) = (!cuts.strict, cuts.strict);
    let ((low, with_low), (high, with_high)) = if cuts.smaller_is_better {
        ((better, with_better), (worse, with_worse))
    } else {
        ((worse, with_worse), (better, with_better))
    };
    let whole = matches!(ty, ValueType::Int | ValueType::Money);
    let step = |x: Option<f64>, with: bool, by: f64| x.map(|x| if whole && !with { x + by } else { x });
    let (low, high) = (step(low, with_low, 1.0), step(high, with_high, -1.0));
    let value = |x: f64| match ty {
        ValueType::Money => Value::Money(x as i64),
        ValueType::Int => Value::Int(x as i64),
        _ => Value::Number(x),
    };
    let say = |lang: Lang| {
        let with_unit = |x: f64| render_value(&value(x), Some(of), lang, names);
        let bare = |x: f64| render_value(&value(x), None, lang, names);
        match (low, high) {
            (Some(low), Some(high)) if low >= high => with_unit(high),
            (Some(low), Some(high)) => format!("{} {} {}", bare(low), lang.pick("到", "to"), with_unit(high)),
            (Some(low), None) => format!("{} {}", lang.pick("至少", "at least"), with_unit(low)),
            (None, Some(high)) => format!("{} {}", lang.pick("至多", "at most"), with_unit(high)),
            (None, None) => String::new(),
        }
    };
    Label::new(say(Lang::Zh), say(Lang::En))
}
