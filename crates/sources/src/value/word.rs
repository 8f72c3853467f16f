//! Words with a fixed meaning, in Chinese and English: yes and no, gender, order status, person or organisation, scores in words.

use super::{Cell, Read, error, text};
use crate::code::Code;

fn lower(cell: &Cell<'_>) -> Read<Option<String>> {
    if cell.is_missing() {
        return Ok(None);
    }
    match cell {
        Cell::Error(e) => error(e),
        Cell::Text(t) => Ok(Some(text::narrowed(&text::clean(t)).to_lowercase())),
        other => Ok(Some(other.shown().into_owned())),
    }
}

/// Yes or no.
pub(crate) fn truth(cell: &Cell<'_>) -> Read<Option<bool>> {
    match cell {
        Cell::Bool(b) => return Ok(Some(*b)),
        Cell::Int(0) => return Ok(Some(false)),
        Cell::Int(1) => return Ok(Some(true)),
        Cell::Number(n) if *n == 0.0 || *n == 1.0 => return Ok(Some(*n == 1.0)),
        _ => {}
    }
    let Some(word) = lower(cell)? else { return Ok(None) };
    match truth_word(&word) {
        Some(b) => Ok(Some(b)),
        None => Err(Code::BoolInvalid.into()),
    }
}

/// A word, in lower case, that says yes or no.
pub(crate) fn truth_word(word: &str) -> Option<bool> {
    match word {
        "1" | "1.0" | "y" | "yes" | "true" | "t" | "on" | "是" | "有" | "真" | "对" | "對" | "√" | "✓" | "✔" | "已" => Some(true),
        "0" | "0.0" | "n" | "no" | "false" | "f" | "off" | "否" | "没有" | "沒有" | "假" | "不是" | "×" | "✗" | "✘" | "未" => Some(false),
        _ => None,
    }
}

/// `male` or `female` for the words that say so; other words stay as they are written.
pub(crate) fn gender(cell: &Cell<'_>) -> Read<Option<String>> {
    let Some(word) = lower(cell)? else { return Ok(None) };
    Ok(Some(match gender_word(&word) {
        Some(known) => known.to_owned(),
        None => text::category(cell)?.unwrap_or_default(),
    }))
}

/// A word, in lower case, that says a gender.
pub(crate) fn gender_word(word: &str) -> Option<&'static str> {
    match word {
        "male" | "m" | "man" | "mr" | "boy" | "男" | "男性" | "男士" | "先生" => Some("male"),
        "female" | "f" | "woman" | "ms" | "mrs" | "miss" | "girl" | "女" | "女性" | "女士" | "小姐" | "太太" => Some("female"),
        _ => None,
    }
}

/// What the status of an order says about its money.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Status {
    /// it counts
    Done,
    /// it never came about: cancelled, closed, failed, not paid
    Cancelled,
    /// all of it was given back
    Refunded,
}

/// Reads an order's status; words that are not known count as done.
pub(crate) fn status(cell: &Cell<'_>) -> Read<Status> {
    if let Cell::Bool(cancelled) = cell {
        return Ok(if *cancelled { Status::Cancelled } else { Status::Done });
    }
    Ok(lower(cell)?.map_or(Status::Done, |word| status_word(&word)))
}

/// A status in lower case.
pub(crate) fn status_word(word: &str) -> Status {
    const CANCELLED: [&str; 17] = [
        "cancel", "void", "closed", "failed", "failure", "abandon", "declined", "unpaid", "pending payment", "awaiting payment", "取消", "关闭", "關閉", "作废", "未付款", "待付款", "待支付",
    ];
    const REFUNDED: [&str; 9] = ["refunded", "full refund", "returned", "已退款", "退款成功", "退款完成", "已退货", "退货完成", "全额退款"];
    const NOT: [&str; 6] = ["partial", "部分", "拒绝", "rejected", "not ", "失败退款"];
    if NOT.iter().any(|w| word.contains(w)) {
        return Status::Done;
    }
    if REFUNDED.iter().any(|w| word.contains(w)) {
        return Status::Refunded;
    }
    if CANCELLED.iter().any(|w| word.contains(w)) || matches!(word, "未支付" | "交易失败" | "已失效" | "超时") {
        return Status::Cancelled;
    }
    Status::Done
}

/// Is this word one that order statuses are written with?
pub(crate) fn is_status_word(word: &str) -> bool {
    const DONE: [&str; 20] = [
        "complete", "completed", "paid", "shipped", "delivered", "done", "success", "finished", "fulfilled", "processing", "pending", "已完成", "完成", "已付款", "已支付", "已发货", "已收货", "交易成功", "待发货", "已签收",
    ];
    DONE.contains(&word) || status_word(word) != Status::Done
}

/// Is the customer an organisation?
pub(crate) fn organisation(cell: &Cell<'_>) -> Read<Option<bool>> {
    let Some(word) = lower(cell)? else { return Ok(None) };
    Ok(match word.as_str() {
        "organisation" | "organization" | "company" | "business" | "b2b" | "corporate" | "enterprise" | "企业" | "公司" | "单位" | "组织" | "机构" | "企業" | "法人" => Some(true),
        "person" | "individual" | "consumer" | "b2c" | "personal" | "个人" | "個人" | "自然人" => Some(false),
        _ => None,
    })
}

/// A score in words or stars: 5 = best.
pub(crate) fn score_word(word: &str) -> Option<f64> {
    if !word.is_empty() && word.chars().all(|c| matches!(c, '★' | '☆' | '⭐')) {
        return Some(word.chars().filter(|c| *c != '☆').count() as f64);
    }
    Some(match word {
        "非常满意" | "很满意" | "very satisfied" | "excellent" => 5.0,
        "满意" | "satisfied" | "good" => 4.0,
        "一般" | "neutral" | "ok" | "average" => 3.0,
        "不满意" | "dissatisfied" | "unsatisfied" | "poor" => 2.0,
        "非常不满意" | "很不满意" | "very dissatisfied" | "very unsatisfied" | "terrible" => 1.0,
        other => return other.strip_suffix('星').or_else(|| other.strip_suffix('分')).or_else(|| other.strip_suffix(" stars")).and_then(|n| n.trim().parse().ok()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_mean_what_people_mean() {
        assert_eq!(truth(&Cell::text("是")), Ok(Some(true)));
        assert_eq!(truth(&Cell::text("No")), Ok(Some(false)));
        assert_eq!(truth(&Cell::text("maybe")), Err(Code::BoolInvalid.into()));
        assert_eq!(gender(&Cell::text("女")), Ok(Some("female".into())));
        assert_eq!(gender(&Cell::text("Non-binary")), Ok(Some("Non-binary".into())));
        assert_eq!(status(&Cell::text("交易关闭")), Ok(Status::Cancelled));
        assert_eq!(status(&Cell::text("Cancelled by buyer")), Ok(Status::Cancelled));
        assert_eq!(status(&Cell::text("退款成功")), Ok(Status::Refunded));
        assert_eq!(status(&Cell::text("部分退款")), Ok(Status::Done));
        assert_eq!(status(&Cell::text("已发货")), Ok(Status::Done));
        assert_eq!(organisation(&Cell::text("企业")), Ok(Some(true)));
        assert_eq!(score_word("★★★★☆"), Some(4.0));
        assert_eq!(score_word("5星"), Some(5.0));
    }
}
