//! Expressions as noun phrases: `近 90 天消费`, `buyers' average order value`.

use super::{
    super::{Arith, Expr, Function, Literal, Names, Op, Stat, typing},
    text::{lower, tight},
    value::{grouped, literal},
};
use crate::{
    feature::{Aggregate, Condition, FactKind, Field, Measure},
    label::{Label, Lang},
    period::Window,
    value::ValueType,
};

/// Type of an expression as far as rendering needs it; `None` for plain numbers.
pub(super) fn type_of(expr: &Expr, names: &dyn Names) -> Option<ValueType> {
    match expr {
        Expr::Literal(Literal::Text(_)) => Some(ValueType::Text),
        Expr::Literal(_) => None,
        Expr::Feature(key) => names.feature(key),
        Expr::Aggregate(aggregate) => typing::aggregate_type(aggregate),
        Expr::Neg(inner) => type_of(inner, names),
        Expr::Binary { left, op, right } => match (op, type_of(left, names), type_of(right, names)) {
            (Arith::Div, Some(ValueType::Money), Some(ValueType::Money)) => None,
            (_, Some(ValueType::Money), _) | (_, _, Some(ValueType::Money)) => Some(ValueType::Money),
            (Arith::Sub, Some(ValueType::Day), Some(ValueType::Day)) => Some(ValueType::Int),
            (_, left, right) => left.or(right),
        },
        Expr::Call { args, .. } => args.iter().find_map(|a| type_of(a, names)),
        Expr::Base { of, .. } => names.feature(of),
    }
}

/// The unit to show behind a literal beside this expression; none if the name already says it (`orders ≥ 3`).
pub(super) fn shown_unit(expr: &Expr, lang: Lang, names: &dyn Names) -> Option<Label> {
    let unit = unit_of(expr, names)?;
    if unit.en == "share" {
        return Some(unit);
    }
    let name = noun(expr, None, None, lang, names);
    let said = match lang {
        Lang::Zh => name.ends_with(&unit.zh),
        Lang::En => matches!(unit.en.as_str(), "times" | "kinds" | "points") || name.contains(&unit.en),
    };
    (!said).then_some(unit)
}

/// The unit behind numbers beside this expression.
fn unit_of(expr: &Expr, names: &dyn Names) -> Option<Label> {
    let days = || Some(Label::new("天", "days"));
    match expr {
        Expr::Feature(key) => names.unit(key),
        Expr::Base { of, .. } => names.unit(of),
        Expr::Neg(inner) => unit_of(inner, names),
        Expr::Call { args, .. } => args.iter().find_map(|a| unit_of(a, names)),
        Expr::Aggregate(aggregate) => match aggregate.measure {
            Measure::Count => match aggregate.fact {
                FactKind::Orders | FactKind::AllOrders => Some(Label::new("单", "")),
                FactKind::Lines => Some(Label::new("行", "")),
                _ => Some(Label::new("次", "")),
            },
            Measure::DaysSinceLast | Measure::DaysSinceFirst | Measure::ActiveDays => days(),
            Measure::MeanGap | Measure::P90Gap | Measure::P90GapBefore | Measure::SdGap | Measure::LastGap => days(),
            _ => None,
        },
        Expr::Literal(_) | Expr::Binary { .. } => None,
    }
}

/// The feature key whose coded values an expression has.
pub(super) fn key_of(expr: &Expr) -> Option<&str> {
    match expr {
        Expr::Feature(key) => Some(key),
        Expr::Call { args, .. } => args.iter().find_map(key_of),
        _ => None,
    }
}

/// Name of a feature: its label, else its key.
pub(super) fn feature(key: &str, lang: Lang, names: &dyn Names) -> String {
    let label = names.label(key).map(|l| l.get(lang).to_owned()).filter(|l| !l.is_empty());
    match (label, lang) {
        (Some(label), Lang::Zh) => label,
        (Some(label), Lang::En) => lower(&label),
        (None, _) => key.to_owned(),
    }
}

/// An expression as a noun phrase; number literals are shown as `ty`. `same` is the feature it is compared with: its mean is
/// then just "the average".
pub(super) fn noun(expr: &Expr, ty: Option<ValueType>, same: Option<&str>, lang: Lang, names: &dyn Names) -> String {
    let ty = type_of(expr, names).or(ty);
    let plain = |e: &Expr, ty| noun(e, ty, same, lang, names);
    let enclosed = |e: &Expr, ty, yes: bool| if yes { format!("({})", plain(e, ty)) } else { plain(e, ty) };
    match expr {
        Expr::Literal(l) => literal(l, ty, None, None, lang, names),
        Expr::Feature(key) => feature(key, lang, names),
        Expr::Aggregate(aggregate) => aggregate_noun(aggregate, lang, names),
        Expr::Neg(inner) => format!("−{}", enclosed(inner, ty, matches!(inner.as_ref(), Expr::Binary { .. }))),
        Expr::Binary { left, op, right } => {
            let (sign, right_type) = match op {
                Arith::Add => ("+", ty),
                Arith::Sub => ("−", ty),
                Arith::Mul => ("×", None),
                Arith::Div => ("÷", None),
            };
            if let (Lang::Zh, Arith::Mul, Expr::Literal(times), Expr::Base { .. }) = (lang, op, left.as_ref(), right.as_ref()) {
                return format!("{}的 {times} 倍", plain(right, None));
            }
            let inner = |e: &Expr| match e {
                Expr::Binary { op, .. } => Some(op.strength()),
                _ => None,
            };
            let left_type = if *op == Arith::Mul && matches!(left.as_ref(), Expr::Literal(_)) { None } else { ty };
            let a = enclosed(left, left_type, inner(left).is_some_and(|s| s < op.strength()));
            let b = enclosed(right, right_type, inner(right).is_some_and(|s| s <= op.strength()));
            format!("{a} {sign} {b}")
        }
        Expr::Call { function, args } => {
            let all: Vec<String> = args.iter().map(|e| enclosed(e, ty, matches!(e, Expr::Binary { .. }))).collect();
            call(*function, &all, lang)
        }
        Expr::Base { stat, of, among } => base(*stat, of, among.as_deref(), same, lang, names),
    }
}

fn call(function: Function, args: &[String], lang: Lang) -> String {
    let list = args.join(lang.pick("、", ", "));
    let first = args.first().map_or("", String::as_str);
    match (function, lang) {
        (Function::Max, Lang::Zh) => format!("（{list}）中最大的"),
        (Function::Max, Lang::En) => format!("the largest of ({list})"),
        (Function::Min, Lang::Zh) => format!("（{list}）中最小的"),
        (Function::Min, Lang::En) => format!("the smallest of ({list})"),
        (Function::Abs, Lang::Zh) => tight(&[first, "的绝对值"]),
        (Function::Abs, Lang::En) => format!("the size of {first}"),
        (Function::Coalesce, Lang::Zh) => args.join("，未知则取"),
        (Function::Coalesce, Lang::En) => args.join(", else "),
        (Function::Round, Lang::Zh) => tight(&[first, "（取整）"]),
        (Function::Round, Lang::En) => format!("{first} (rounded)"),
    }
}

fn base(stat: Stat, of: &str, among: Option<&str>, same: Option<&str>, lang: Lang, names: &dyn Names) -> String {
    let who = among.map_or_else(|| lang.pick("全体客户", "all customers").to_owned(), |key| group(key, lang, names));
    let short = same == Some(of);
    let of = feature(of, lang, names);
    match (lang, short) {
        (Lang::Zh, true) => tight(&[&who, statistic_zh(stat, true)]),
        (Lang::Zh, false) => tight(&[&who, statistic_zh(stat, false), &of]),
        (Lang::En, true) => format!("the {} of {who}", statistic_en(stat)),
        (Lang::En, false) => format!("the {} {of} of {who}", statistic_en(stat)),
    }
}

fn statistic_zh(stat: Stat, noun: bool) -> &'static str {
    match (stat, noun) {
        (Stat::Mean, true) => "平均值",
        (Stat::Mean, false) => "平均",
        (Stat::Median, true) => "中位数",
        (Stat::Median, false) => "中位",
        (Stat::P90, true) => "90 分位数",
        (Stat::P90, false) => "90 分位",
        (Stat::Sum, _) => "合计",
    }
}

fn statistic_en(stat: Stat) -> &'static str {
    match stat {
        Stat::Mean => "average",
        Stat::Median => "median",
        Stat::P90 => "90th percentile",
        Stat::Sum => "total",
    }
}

/// Those for whom a feature is above 0; for order counts: buyers (of the window in the feature's name).
fn group(key: &str, lang: Lang, names: &dyn Names) -> String {
    let label = feature(key, lang, names);
    let orders = key == "orders" || key.starts_with("orders_");
    match lang {
        Lang::Zh => match label.strip_suffix("订单数").filter(|_| orders) {
            Some(when) => tight(&[when, "买家"]),
            None => tight(&[&label, "大于 0 的客户的"]),
        },
        Lang::En => match label.strip_prefix("orders").filter(|_| orders) {
            Some("") => "all buyers".to_owned(),
            Some(when) => format!("buyers ({})", when.trim_start_matches([',', ' '])),
            None => format!("customers with {label} above 0"),
        },
    }
}

/// A window in front of (zh) or behind (en) a noun: `近 90 天`, `in the last 90 days`; empty for all days.
pub fn render_window(window: Window, lang: Lang) -> String {
    let plural = |n: u32| if n == 1 { "" } else { "s" };
    let number = |n: u32| grouped(&n.to_string());
    match (window, lang) {
        (Window::All, _) => String::new(),
        (Window::Days(n), Lang::Zh) => format!("近 {} 天", number(n)),
        (Window::Days(1), Lang::En) => "today".to_owned(),
        (Window::Days(n), Lang::En) => format!("in the last {} day{}", number(n), plural(n)),
        (Window::Months(n), Lang::Zh) => format!("近 {} 个月", number(n)),
        (Window::Months(1), Lang::En) => "in the last month".to_owned(),
        (Window::Months(n), Lang::En) => format!("in the last {} month{}", number(n), plural(n)),
        (Window::DaysAgo { from, to }, Lang::Zh) => format!("{} 到 {} 天前", number(from), number(to)),
        (Window::DaysAgo { from, to }, Lang::En) => format!("{} to {} day{} ago", number(from), number(to), plural(to)),
    }
}

pub(super) fn fact(fact: FactKind, lang: Lang) -> &'static str {
    match fact {
        FactKind::Orders => lang.pick("订单", "orders"),
        FactKind::AllOrders => lang.pick("全部订单（含取消）", "orders (cancelled ones too)"),
        FactKind::Lines => lang.pick("订单行", "order lines"),
        FactKind::Refunds => lang.pick("退款", "refunds"),
        FactKind::Interactions => lang.pick("互动", "interactions"),
        FactKind::Answers => lang.pick("问卷评分", "survey scores"),
    }
}

fn field(field: Field, lang: Lang) -> &'static str {
    match field {
        Field::Net => lang.pick("净消费额", "net"),
        Field::Gross => lang.pick("退款前金额", "amount before refunds"),
        Field::Refunded => lang.pick("退款额", "refund"),
        Field::Cost => lang.pick("成本", "cost"),
        Field::Discount => lang.pick("优惠额", "discount"),
        Field::Quantity => lang.pick("件数", "pieces"),
        Field::Channel => lang.pick("渠道", "channel"),
        Field::Store => lang.pick("门店", "store"),
        Field::Payment => lang.pick("支付方式", "payment"),
        Field::Coupon => lang.pick("优惠券", "coupon"),
        Field::Product => lang.pick("商品", "product"),
        Field::Category => lang.pick("品类", "category"),
        Field::Brand => lang.pick("品牌", "brand"),
        Field::Reason => lang.pick("退款原因", "reason"),
        Field::Kind => lang.pick("类型", "kind"),
        Field::Score => lang.pick("评分", "score"),
        Field::Day => lang.pick("日期", "day"),
        Field::Weekday => lang.pick("星期", "weekday"),
        Field::Cancelled => lang.pick("已取消", "cancelled"),
        Field::Linked => lang.pick("指明订单", "names an order"),
    }
}

/// Window and filters around a noun.
pub(super) fn around(aggregate: &Aggregate, what: &str, lang: Lang, names: &dyn Names) -> String {
    let window = render_window(aggregate.window, lang);
    let filters: Vec<String> = aggregate.filter.iter().map(|c| filter(aggregate.fact, c, lang, names)).collect();
    let filters = match (filters.is_empty(), lang) {
        (true, _) => String::new(),
        (false, Lang::Zh) => format!("（{}）", filters.join("，")),
        (false, Lang::En) => format!(" ({})", filters.join(", ")),
    };
    match lang {
        Lang::Zh => tight(&[&window, what, &filters]),
        Lang::En if window.is_empty() => format!("{what}{filters}"),
        Lang::En => format!("{what}{filters} {window}"),
    }
}

fn aggregate_noun(aggregate: &Aggregate, lang: Lang, names: &dyn Names) -> String {
    let facts = fact(aggregate.fact, lang);
    let f = |x: &Field| field(*x, lang);
    let orders = matches!(aggregate.fact, FactKind::Orders);
    let what = match (&aggregate.measure, lang) {
        (Measure::Sum(Field::Net), Lang::Zh) if orders => "消费".to_owned(),
        (Measure::Sum(Field::Net), Lang::En) if orders => "spend".to_owned(),
        (Measure::Mean(Field::Net), Lang::Zh) if orders => "笔单价".to_owned(),
        (Measure::Mean(Field::Net), Lang::En) if orders => "average order".to_owned(),
        (Measure::Count, Lang::Zh) => format!("{facts}数"),
        (Measure::Count, Lang::En) => format!("number of {facts}"),
        (Measure::Sum(x), Lang::Zh) => format!("{facts}{}合计", f(x)),
        (Measure::Sum(x), Lang::En) => format!("total {} of {facts}", f(x)),
        (Measure::Mean(x), Lang::Zh) => format!("{facts}平均{}", f(x)),
        (Measure::Mean(x), Lang::En) => format!("average {} of {facts}", f(x)),
        (Measure::Min(x), Lang::Zh) => format!("{facts}最小{}", f(x)),
        (Measure::Min(x), Lang::En) => format!("smallest {} of {facts}", f(x)),
        (Measure::Max(x), Lang::Zh) => format!("{facts}最大{}", f(x)),
        (Measure::Max(x), Lang::En) => format!("largest {} of {facts}", f(x)),
        (Measure::Last(x), Lang::Zh) => format!("最近一次{facts}的{}", f(x)),
        (Measure::Last(x), Lang::En) => format!("latest {} of {facts}", f(x)),
        (Measure::First(x), Lang::Zh) => format!("首次{facts}的{}", f(x)),
        (Measure::First(x), Lang::En) => format!("first {} of {facts}", f(x)),
        (Measure::Distinct(x), Lang::Zh) => format!("{facts}的不同{}数", f(x)),
        (Measure::Distinct(x), Lang::En) => format!("number of different {} values of {facts}", f(x)),
        (Measure::Top(x), Lang::Zh) => format!("{facts}最常见的{}", f(x)),
        (Measure::Top(x), Lang::En) => format!("most frequent {} of {facts}", f(x)),
        (Measure::TopShare(x), Lang::Zh) => format!("{facts}最常见{}的占比", f(x)),
        (Measure::TopShare(x), Lang::En) => format!("share of the most frequent {} of {facts}", f(x)),
        (Measure::DaysSinceLast, Lang::Zh) => format!("距最近一次{facts}的天数"),
        (Measure::DaysSinceLast, Lang::En) => format!("days since the latest of {facts}"),
        (Measure::DaysSinceFirst, Lang::Zh) => format!("距首次{facts}的天数"),
        (Measure::DaysSinceFirst, Lang::En) => format!("days since the first of {facts}"),
        (Measure::MeanGap, Lang::Zh) => format!("{facts}平均间隔"),
        (Measure::MeanGap, Lang::En) => format!("average gap between {facts}"),
        (Measure::P90Gap, Lang::Zh) => format!("{facts}间隔的 90 分位"),
        (Measure::P90Gap, Lang::En) => format!("90th-percentile gap between {facts}"),
        (Measure::P90GapBefore, Lang::Zh) => format!("{facts}间隔的 90 分位（最近一次除外）"),
        (Measure::P90GapBefore, Lang::En) => format!("90th-percentile gap between {facts} (the latest left out)"),
        (Measure::Gaps, Lang::Zh) => format!("{facts}间隔数"),
        (Measure::Gaps, Lang::En) => format!("number of gaps between {facts}"),
        (Measure::SdGap, Lang::Zh) => format!("{facts}间隔的标准差"),
        (Measure::SdGap, Lang::En) => format!("standard deviation of the gaps between {facts}"),
        (Measure::LastGap, Lang::Zh) => format!("{facts}最近一次间隔"),
        (Measure::LastGap, Lang::En) => format!("latest gap between {facts}"),
        (Measure::ActiveDays, Lang::Zh) => format!("有{facts}的天数"),
        (Measure::ActiveDays, Lang::En) => format!("days with {facts}"),
    };
    around(aggregate, &what, lang, names)
}

fn filter(fact: FactKind, condition: &Condition, lang: Lang, names: &dyn Names) -> String {
    let ty = typing::field_type(fact, condition.field);
    let name = field(condition.field, lang);
    let show = |l: &Literal| match (condition.field, l) {
        (Field::Weekday, Literal::Number(x)) => weekday(*x, lang),
        (_, l) => literal(l, ty, None, None, lang, names),
    };
    if let [Literal::Bool(b)] = condition.values.as_slice() {
        return yes_no(condition.field, *b == (condition.op == Op::Eq), lang).to_owned();
    }
    let values: Vec<String> = condition.values.iter().map(show).collect();
    let list = values.join(lang.pick("或", " or "));
    let wordy = matches!(ty, Some(ValueType::Text)) || condition.field == Field::Weekday;
    match (condition.op, lang, wordy || values.len() > 1) {
        (Op::Eq, Lang::Zh, true) => tight(&[name, "为", &list]),
        (Op::Eq, Lang::En, true) => format!("{name} {list}"),
        (Op::Ne, Lang::Zh, true) => tight(&[name, "不是", &list]),
        (Op::Ne, Lang::En, true) => format!("{name} not {list}"),
        (op, _, _) => format!("{name} {} {list}", sign(op)),
    }
}

fn yes_no(flag: Field, yes: bool, lang: Lang) -> &'static str {
    match (flag, yes) {
        (Field::Cancelled, false) => lang.pick("未取消", "not cancelled"),
        (Field::Linked, false) => lang.pick("无对应订单", "without a known order"),
        (flag, true) => field(flag, lang),
        (_, false) => lang.pick("否", "no"),
    }
}

fn weekday(x: f64, lang: Lang) -> String {
    let names = [
        ("周一", "Monday"),
        ("周二", "Tuesday"),
        ("周三", "Wednesday"),
        ("周四", "Thursday"),
        ("周五", "Friday"),
        ("周六", "Saturday"),
        ("周日", "Sunday"),
    ];
    let found = names.iter().enumerate().find(|(i, _)| *i as f64 == x);
    found.map_or_else(|| x.to_string(), |(_, (zh, en))| lang.pick(zh, en).to_owned())
}

pub(super) fn sign(op: Op) -> &'static str {
    match op {
        Op::Eq => "=",
        Op::Ne => "≠",
        Op::Lt => "<",
        Op::Le => "≤",
        Op::Gt => ">",
        Op::Ge => "≥",
    }
}
