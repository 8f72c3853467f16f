//! Changes in words, 中文 and English.

use super::{
    change::{Means, Question, Way, With},
    search::{INTERACTIONS, ORDERS, Search, WAIT},
};
use crate::{
    feature::Field,
    label::{Label, Lang},
    money::Currency,
    period::Day,
    rule::{self, amount as sum},
};

/// Interactions with a name: key, 中文, one, several.
const KNOWN: &[(&[&str], &str, &str, &str)] = &[
    (&["visit", "访问"], "访问", "visit", "visits"),
    (&["store_visit", "到店"], "到店", "visit to a shop", "visits to a shop"),
    (&["view", "browse", "浏览"], "浏览", "page view", "page views"),
    (&["click"], "点击", "click", "clicks"),
    (&["open"], "打开消息", "opened message", "opened messages"),
    (&["call"], "通话", "call", "calls"),
    (&["inquiry", "询价", "咨询"], "询价", "inquiry", "inquiries"),
    (&["quote", "报价"], "报价", "quote", "quotes"),
    (&["demo", "演示"], "演示", "demonstration", "demonstrations"),
    (&["trial", "试用"], "试用", "trial", "trials"),
    (&["add_to_cart", "cart", "加购"], "加购", "filled cart", "filled carts"),
    (&["favorite", "收藏"], "收藏", "favourite", "favourites"),
    (&["sample", "样品"], "样品申请", "sample", "samples"),
    (&["referral", "refer", "推荐", "转介绍", "邀请"], "推荐", "referral", "referrals"),
    (&["complaint", "complain", "投诉"], "投诉", "complaint", "complaints"),
];

fn s(count: u32) -> &'static str {
    if count == 1 { "" } else { "s" }
}

/// What is particular about an order.
fn kind_of(with: &With) -> Label {
    let (zh, en) = match with.field {
        Field::Coupon => return with.value.as_ref().map_or_else(
            || Label::new("用券", "with a coupon"),
            |v| Label::new(format!("用券“{v}”"), format!("with coupon “{v}”")),
        ),
        Field::Channel => ("渠道", "channel"),
        Field::Store => ("门店", "shop"),
        Field::Payment => ("支付方式", "means of payment"),
        Field::Category => ("品类", "category"),
        Field::Brand => ("品牌", "brand"),
        _ => ("商品", "product"),
    };
    match &with.value {
        Some(v) => Label::new(format!("{zh}“{v}”"), format!("{en} “{v}”")),
        None => Label::new(format!("没买过的{zh}"), format!("another {en} than ever before")),
    }
}

/// One order of an amount or more, up to `most`.
pub(super) fn order(amount: i64, most: Option<i64>, with: Option<&With>, search: &Search<'_>) -> Label {
    let first = search.never_ordered();
    let say = |money: i64| sum(money, search.currency());
    let kind = with.map(kind_of);
    let (more_zh, more_en) = kind.as_ref().map_or_else(Default::default, |k| (format!("{}，", k.zh), format!(" ({})", k.en)));
    let (head_zh, head_en) = if first { ("下第一单", "a first order") } else { ("再下一单", "one more order") };
    let (range_zh, range_en) = match (amount, most) {
        (1, None) => ("金额不限".to_owned(), "of any amount".to_owned()),
        (1, Some(most)) => (format!("金额不超过 {}", say(most)), format!("of at most {}", say(most))),
        (least, None) if first => (format!("至少 {}", say(least)), format!("of at least {}", say(least))),
        (least, None) => {
            let kind = kind.map_or_else(String::new, |k| format!("（{}）", k.zh));
            return Label::new(format!("再消费 {}{kind}", say(least)), format!("spend {} more{more_en}", say(least)));
        }
        (least, Some(most)) if least == most => (format!("金额正好 {}", say(least)), format!("of exactly {}", say(least))),
        (least, Some(most)) => (format!("金额 {} 至 {}", say(least), say(most)), format!("of {} to {}", say(least), say(most))),
    };
    Label::new(format!("{head_zh}（{more_zh}{range_zh}）"), format!("{head_en} {range_en}{more_en}"))
}

/// Typical orders.
pub(super) fn orders(count: u32, amount: i64, with: Option<&With>, search: &Search<'_>) -> Label {
    let first = search.never_ordered();
    let each = sum(amount, search.currency());
    let kind = with.map(kind_of);
    let (more_zh, more_en) = kind.map_or_else(Default::default, |k| (format!("，{}", k.zh), format!(" ({})", k.en)));
    let (head_zh, like) = if first { ("下", "买家一般的订单") } else { ("再下", "平时") };
    Label::new(
        format!("{head_zh} {count} 单（每单 {each}，与{like}相当{more_zh}）"),
        format!("{count} {}typical order{} of {each}{more_en}", if first { "" } else { "more " }, s(count)),
    )
}

/// Interactions of one kind.
pub(super) fn interactions(kind: &str, channel: Option<&str>, count: u32) -> Label {
    let known = KNOWN.iter().find(|(keys, ..)| keys.contains(&kind));
    let (where_zh, where_en) = channel.map_or_else(Default::default, |c| (format!("（渠道“{c}”）"), format!(" (channel “{c}”)")));
    match known {
        Some((_, zh, one, many)) => Label::new(
            format!("再有 {count} 次{zh}{where_zh}"),
            format!("{count} more {}{where_en}", if count == 1 { one } else { many }),
        ),
        None => Label::new(format!("再有 {count} 次“{kind}”{where_zh}"), format!("{count} more “{kind}”{where_en}")),
    }
}

/// A score.
pub(super) fn score(question: &Question, score: i32, asked: bool) -> Label {
    let (zh, en) = if asked { ("下次", "next") } else { ("首次", "first") };
    Label::new(
        format!("{zh}{}评分为 {score} 分", question.label.zh),
        format!("score {score} in the {en} {}", question.label.en),
    )
}

/// A refund of an amount or more, up to `most`, of one order of this net.
pub(super) fn refund(order: &str, amount: i64, most: Option<i64>, net: i64, currency: Currency) -> Label {
    let say = |money: i64| sum(money, currency);
    let of = format!("of the latest order ({order})");
    let (zh, en) = match (amount, most) {
        (least, _) if least == net => ("全额退款".to_owned(), format!("a full refund {of}")),
        (1, None) => ("有退款（金额不限）".to_owned(), format!("a refund of any amount {of}")),
        (1, Some(most)) if most == net - 1 => ("有部分退款（金额不限）".to_owned(), format!("a refund of any part {of}")),
        (1, Some(most)) => (format!("退款（金额不超过 {}）", say(most)), format!("a refund of at most {} {of}", say(most))),
        (least, None) => (format!("退款 {} 以上", say(least)), format!("a refund of at least {} {of}", say(least))),
        (least, Some(most)) if least == most => (format!("退款正好 {}", say(least)), format!("a refund of exactly {} {of}", say(least))),
        (least, Some(most)) => (format!("退款 {} 至 {}", say(least), say(most)), format!("a refund of {} to {} {of}", say(least), say(most))),
    };
    Label::new(format!("最近一单（{order}）{zh}"), en)
}

/// Several orders given back.
pub(super) fn refunds(count: u32) -> Label {
    Label::new(format!("最近 {count} 单全额退款"), format!("full refunds of the latest {count} orders"))
}

/// Days that pass.
pub(super) fn wait(days: i32) -> Label {
    let plural = if days == 1 { "" } else { "s" };
    Label::new(format!("{days} 天内没有新的记录"), format!("nothing new for {days} day{plural}"))
}

/// `8 月 31 日前再消费 ¥380，或再下 2 单（…），即可成为“活跃”；若一直没有新的记录，12 天后将成为“流失”。` What is given
/// back is said only where nothing can be done; where it and time are all there is, why nothing can.
pub(super) fn change(search: &Search<'_>, ways: &[Way], becoming: &dyn Fn(&str) -> Label) -> Label {
    let today = search.day;
    let acts: Vec<&Way> = ways.iter().filter(|w| w.means.is_act()).take(3).collect();
    // what is said, and whether others are held still for it
    let mut said: Vec<(Label, bool)> = Vec::new();
    let mut done: Vec<&str> = Vec::new();
    for way in &acts {
        if !done.contains(&way.after.as_str()) {
            done.push(&way.after);
            let same: Vec<&&Way> = acts.iter().filter(|w| w.after == way.after).collect();
            said.push((acted(&same, &becoming(&way.after), today), same.iter().any(|w| w.held)));
        }
    }
    for way in ways {
        let what = becoming(&way.after);
        match &way.means {
            Means::Wait { days, day } => said.push((
                Label::new(
                    format!("若一直没有新的记录，{days} 天后（{}）将{}", date_zh(*day, today).trim_start(), what.zh),
                    format!("with nothing new they will {} in {days} day{} ({})", what.en, if *days == 1 { "" } else { "s" }, date_en(*day, today)),
                ),
                way.held,
            )),
            Means::Refund { .. } | Means::Refunds { .. } if acts.is_empty() => said.push((
                Label::new(format!("若{}，将{}", way.sentence.zh, what.zh), format!("after {} they will {}", way.sentence.en, what.en)),
                way.held,
            )),
            _ => {}
        }
    }
    let all_held = said.len() > 1 && said.iter().all(|(_, held)| *held);
    let mut parts: Vec<Label> = said.into_iter().map(|(part, held)| if held && !all_held { holding(part) } else { part }).collect();
    if all_held {
        parts.push(Label::new(format!("以上{STILL_ZH}"), format!("all with {STILL_EN}")));
    }
    if acts.is_empty() {
        parts.extend(why_not(search, ways));
    }
    let join = |all: Vec<String>, between: &str| all.join(between);
    let zh = join(parts.iter().map(|p| p.zh.clone()).collect(), "；");
    let en = join(parts.iter().map(|p| p.en.clone()).collect(), "; ");
    Label::new(zh + "。", rule::render::text::upper(&en) + ".")
}

/// What others are held to.
const STILL_ZH: &str = "以其他客户和分界不变计";
const STILL_EN: &str = "other customers and edges as they stand today";

fn holding(part: Label) -> Label {
    Label::new(format!("{}（{STILL_ZH}）", part.zh), format!("{}, with {STILL_EN}", part.en))
}

/// Ways to one outcome.
fn acted(same: &[&&Way], what: &Label, today: Day) -> Label {
    let until = same.iter().filter_map(|w| w.until).min();
    let list_zh: Vec<&str> = same.iter().map(|w| w.sentence.zh.as_str()).collect();
    let list_en: Vec<&str> = same.iter().map(|w| w.sentence.en.as_str()).collect();
    let (by_zh, by_en) = match until {
        None => Default::default(),
        Some(d) if d == today => ("今天".to_owned(), " today".to_owned()),
        Some(d) => (format!("在{}之前", date_zh(d, today)), format!(" by {}", date_en(d, today))),
    };
    Label::new(
        format!("{by_zh}{}，即可{}", list_zh.join("，或"), what.zh),
        format!("{}{by_en} to {}", list_en.join(" or "), what.en),
    )
}

/// Why nothing that a customer does would change it, whatever else does.
fn why_not(search: &Search<'_>, others: &[Way]) -> Option<Label> {
    let rests = search.rests;
    let mut parts: Vec<Label> = Vec::new();
    if rests.listed {
        parts.push(Label::new("由固定名单决定，改名单才会改变", "a fixed list decides, and only editing it changes this"));
    }
    if !rests.record.is_empty() {
        let zh: Vec<&str> = rests.record.iter().map(|l| l.zh.as_str()).collect();
        let en: Vec<String> = rests.record.iter().map(|l| rule::render::text::lower(&l.en)).collect();
        parts.push(Label::new(
            format!("取决于客户资料（{}），这不是能促成的事，资料有误时才更正", zh.join("、")),
            format!("it depends on what is recorded about the customer ({}): not something to bring about, only to correct if it is wrong", en.join(", ")),
        ));
    }
    let mut tried: Vec<Label> = Vec::new();
    let first = search.never_ordered();
    if rests.orders() {
        let limit = sum(search.limit, search.currency());
        tried.push(if first {
            Label::new(format!("下第一单（最多 {limit}）"), format!("a first order of up to {limit}"))
        } else {
            Label::new(format!("再下一单（最多 {limit}）"), format!("one more order of up to {limit}"))
        });
        let (again, more) = if first { ("", "") } else { ("再", "more ") };
        tried.push(Label::new(format!("{again}下 {ORDERS} 单平常的订单"), format!("{ORDERS} {more}typical orders")));
    }
    if rests.interactions() {
        tried.push(Label::new(format!("同一种互动再有 {INTERACTIONS} 次"), format!("{INTERACTIONS} more interactions of one kind")));
    }
    if rests.answers() {
        tried.push(Label::new("再评一次分", "another score"));
    }
    if rests.timed && others.is_empty() {
        tried.push(Label::new(format!("再等 {WAIT} 天"), format!("waiting {WAIT} days")));
    }
    parts.extend(vain(&tried));
    if parts.is_empty() && others.is_empty() {
        parts.push(Label::new("规则对每位客户都一样", "the rule is the same for every customer"));
    }
    let (zh, en): (Vec<String>, Vec<String>) = parts.into_iter().map(|p| (p.zh, p.en)).unzip();
    let (more, other) = if others.is_empty() { ("", "") } else { ("此外", " else") };
    (!zh.is_empty()).then(|| {
        Label::new(
            format!("{more}没有能主动促成的改变：{}", zh.join("；")),
            format!("nothing{other} can be done to change it: {}", en.join("; ")),
        )
    })
}

/// What would all change nothing.
fn vain(tried: &[Label]) -> Option<Label> {
    let (last, all) = tried.split_last()?;
    let list = |lang: Lang, between: &str| all.iter().map(|l| l.get(lang)).collect::<Vec<_>>().join(between);
    Some(match all {
        [] => Label::new(format!("{}也一样", last.zh), format!("{} would not either", last.en)),
        _ => Label::new(format!("无论{}，还是{}，都一样", list(Lang::Zh, "、"), last.zh), format!("neither {} nor {} would", list(Lang::En, ", "), last.en)),
    })
}

fn date_zh(day: Day, today: Day) -> String {
    let date = day.date();
    let short = format!("{} 月 {} 日", date.month(), date.day());
    if date.year() == today.date().year() { format!(" {short}") } else { format!(" {} 年 {short}", date.year()) }
}

fn date_en(day: Day, today: Day) -> String {
    let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
    ];
    let date = day.date();
    let month = usize::try_from(date.month()).ok().and_then(|m| months.get(m.saturating_sub(1))).copied().unwrap_or_default();
    let short = format!("{} {month}", date.day());
    if date.year() == today.date().year() { short } else { format!("{short} {}", date.year()) }
}
