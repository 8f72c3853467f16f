//! How every word of an order's status is understood, told before anything is imported.

use crate::{
    code::{Code, params},
    infer::Sample,
    mapping::{Column, Mapping},
    plan,
    probe::Guess,
    target::Target,
    value::{
        Cell,
        status::{self, Status},
        text,
    },
};

/// Most words named of one meaning, and the longest word shown.
const NAMED: usize = 12;
const LONGEST: usize = 40;

/// What the words of one column mean, each meaning in the order of the file.
#[derive(Debug, Default)]
struct Words {
    counted: Vec<String>,
    cancelled: Vec<String>,
    refunded: Vec<String>,
    unknown: Vec<String>,
}

/// For each column that says the status of orders: how its words are understood, and which are not known.
pub(super) fn guesses(sample: &Sample, mapping: &Mapping) -> Vec<Guess> {
    mapping.columns.iter().filter(|c| matches!(c.target, Target::OrderStatus | Target::OrderCancelled)).flat_map(|c| told(c, &words(sample, c))).collect()
}

/// Does a word of the sample say that all of an order was given back?
pub(super) fn says_refunded(sample: &Sample, mapping: &Mapping) -> bool {
    mapping.columns.iter().filter(|c| matches!(c.target, Target::OrderStatus | Target::OrderCancelled)).any(|c| !words(sample, c).refunded.is_empty())
}

fn words(sample: &Sample, column: &Column) -> Words {
    let yes_no = column.target == Target::OrderCancelled || plan::says_cancelled(column);
    let mut found = Words::default();
    for cell in sample.rows.iter().filter_map(|(_, r)| r.get(column.index)).filter(|c| !c.is_missing()) {
        let known = if yes_no { status::known_cancelled(cell) } else { status::known(cell) };
        // an error cell is told by the row that it spoils
        let Ok(known) = known else { continue };
        let list = match known {
            Some(Status::Done) => &mut found.counted,
            Some(Status::Cancelled) => &mut found.cancelled,
            Some(Status::Refunded) => &mut found.refunded,
            None => &mut found.unknown,
        };
        // days and the like: a few of them are enough
        if list.len() > NAMED {
            continue;
        }
        let shown = shown(cell);
        if !list.contains(&shown) {
            list.push(shown);
        }
    }
    found
}

fn shown(cell: &Cell<'_>) -> String {
    cell.shown().trim_matches(text::is_space).chars().take(LONGEST).collect()
}

fn listed(words: &[String], comma: &str) -> String {
    let named: Vec<&str> = words.iter().take(NAMED).map(String::as_str).collect();
    let more = if words.len() > NAMED { " …" } else { "" };
    format!("{}{more}", named.join(comma))
}

fn told(column: &Column, words: &Words) -> Vec<Guess> {
    let mut out = Vec::new();
    let groups = [(&words.counted, "计入", "counted"), (&words.cancelled, "不计入（取消）", "cancelled"), (&words.refunded, "全额退款", "refunded")];
    let known: Vec<_> = groups.into_iter().filter(|(words, ..)| !words.is_empty()).collect();
    if !known.is_empty() {
        let zh: Vec<String> = known.iter().map(|(words, zh, _)| format!("{zh}：{}", listed(words, "、"))).collect();
        let en: Vec<String> = known.iter().map(|(words, _, en)| format!("{en}: {}", listed(words, ", "))).collect();
        let (zh, en) = (zh.join("；"), en.join("; "));
        out.push(Guess { code: Code::GuessStatus, params: params([("column", &column.header), ("words_zh", &zh), ("words_en", &en)]) });
    }
    if !words.unknown.is_empty() {
        let (zh, en) = (listed(&words.unknown, "、"), listed(&words.unknown, ", "));
        out.push(Guess { code: Code::GuessStatusUnknown, params: params([("column", &column.header), ("words_zh", &zh), ("words_en", &en)]) });
    }
    out
}
