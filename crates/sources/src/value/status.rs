//! What the status of an order says about its money, in the words shops and their systems use. Words that are not known count as
//! bought; the probe lists them so that nobody is surprised.

use super::{
    Cell, Read, date,
    word::{lower, truth_word},
};
use crate::mapping::DateOrder;

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

impl Status {
    /// Of two columns that say something, the worse news counts.
    pub fn and(self, other: Status) -> Status {
        match (self, other) {
            (Status::Cancelled, _) | (_, Status::Cancelled) => Status::Cancelled,
            (Status::Refunded, _) | (_, Status::Refunded) => Status::Refunded,
            _ => Status::Done,
        }
    }
}

/// Reads an order's status; words that are not known count as done.
pub(crate) fn status(cell: &Cell<'_>) -> Read<Status> {
    Ok(known(cell)?.unwrap_or(Status::Done))
}

/// An order's status; `None` if it is blank or not known.
pub(crate) fn known(cell: &Cell<'_>) -> Read<Option<Status>> {
    match cell {
        Cell::Bool(cancelled) => Ok(Some(if *cancelled { Status::Cancelled } else { Status::Done })),
        _ => Ok(lower(cell)?.and_then(|word| status_word(&word))),
    }
}

/// Reads a column that says whether the order was cancelled: yes or no, 1 or 0, the day it was cancelled, or a status.
pub(crate) fn cancelled(cell: &Cell<'_>) -> Read<Status> {
    Ok(known_cancelled(cell)?.unwrap_or(Status::Done))
}

/// As [`cancelled`]; `None` if it is blank or not known.
pub(crate) fn known_cancelled(cell: &Cell<'_>) -> Read<Option<Status>> {
    let yes = |b: bool| Some(if b { Status::Cancelled } else { Status::Done });
    match cell {
        Cell::Bool(b) => return Ok(yes(*b)),
        Cell::Int(n @ (0 | 1)) => return Ok(yes(*n == 1)),
        Cell::Number(n) if *n == 0.0 || *n == 1.0 => return Ok(yes(*n == 1.0)),
        _ => {}
    }
    let Some(word) = lower(cell)? else { return Ok(None) };
    if let Some(said) = truth_word(&word) {
        return Ok(yes(said));
    }
    Ok(status_word(&word).or_else(|| matches!(date::read(cell, DateOrder::Dmy), Ok(Some(_))).then_some(Status::Cancelled)))
}

/// Beginnings of what undoes an order, and of what does not come about after all.
const UNDOING: &[&str] = &["cancel", "refund", "return", "void", "clos", "charge", "abandon", "expir", "declin"];
const COMING: &[&str] = &["reject", "den", "fail", "request", "pending", "process", "progress", "await", "initiat", "disput", "declin", "part"];

/// English words that only seem to say that an order is undone: `not cancelled`, `non refunded`, `refund rejected`, `closed won`.
fn stands(words: &[&str]) -> bool {
    let undoing = |w: &&str| UNDOING.iter().any(|u| w.starts_with(u));
    let undone = words.iter().any(undoing);
    let negated = words.iter().any(|w| matches!(*w, "not" | "non" | "no" | "never" | "without"));
    let unlike = words.iter().any(|w| w.strip_prefix("un").or_else(|| w.strip_prefix("non")).is_some_and(|rest| undoing(&rest)));
    let won = words.contains(&"closed") && words.contains(&"won");
    // a cancellation that failed is none; `cancelled, payment failed` is one
    let asks = |w: &&str| !w.ends_with("ed") && ["cancel", "refund", "return"].iter().any(|u| w.starts_with(u));
    let asked = words.iter().any(asks) && words.iter().any(|w| COMING.iter().any(|c| w.starts_with(c)));
    (undone && (negated || asked)) || unlike || won
}

/// A status in lower case; `None` if the word is not known.
pub(crate) fn status_word(word: &str) -> Option<Status> {
    // nothing was given back, or not yet, or not all
    const STANDS: &[&str] = &[
        "部分", "拒绝退", "退款拒绝", "退款被拒", "驳回", "退款失败", "失败退款", "退款关闭", "退款已关闭", "退款取消", "退款已取消", "取消退款", "撤销退款", "退款撤销", "未退款", "无退款", "没有退款", "未申请", "没有申请", "不退款", "无需退款",
        "未退货", "无退货", "退款中", "退货中", "退款处理中", "申请退", "待退", "退款申请", "取消失败", "撤销失败", "关闭失败", "取消申请", "申请取消", "未取消", "未关闭",
    ];
    const REFUNDED: &[&str] = &["refunded", "full refund", "returned", "chargeback", "charge back", "charged back", "已退款", "退款成功", "退款完成", "已退货", "退货完成", "退货成功", "全额退款", "拒付"];
    const CANCELLED: &[&str] = &[
        "cancel", "void", "closed", "failed", "failure", "abandon", "declined", "unpaid", "not paid", "pending payment", "awaiting payment", "expired", "rejected", "denied", "timed out", "取消", "关闭", "關閉", "作废", "作廢", "撤销", "撤銷", "撤单",
        "撤單", "未付款", "待付款", "待支付", "未支付", "等待付款", "等待买家付款", "失效", "超时", "超時", "过期", "過期", "交易失败", "支付失败", "付款失败", "下单失败", "订单失败", "已拒绝",
    ];
    const DONE: &[&str] = &[
        "完成", "已付款", "已支付", "已发货", "已收货", "成功", "待发货", "已签收", "等待卖家发货", "等待买家确认", "待收货", "待评价", "已评价", "已确认", "已结算", "已结账", "已送达", "已核销", "配送中", "运输中", "处理中", "备货", "待出库", "已出库", "待揽收", "待自提",
        "已自提", "正常", "有效",
    ];
    const DONE_EN: &[&str] = &[
        "complete", "completed", "paid", "shipped", "shipping", "delivered", "done", "success", "successful", "succeeded", "finished", "fulfilled", "unfulfilled", "processing", "pending", "confirmed", "approved", "authorized", "authorised", "captured",
        "settled", "invoiced", "transit", "delivery", "received", "ok", "active", "open", "new", "accepted", "placed", "dispatched", "valid", "hold", "ready", "partially",
    ];
    let plain = word.replace(['_', '-', '/', '(', ')', ',', '.'], " ");
    let words: Vec<&str> = plain.split_whitespace().collect();
    let joined = words.join(" ");
    let has = |list: &[&str]| list.iter().any(|w| joined.contains(w));
    if has(STANDS) || joined.contains("partial") || stands(&words) {
        return Some(Status::Done);
    }
    if has(REFUNDED) || matches!(joined.as_str(), "refund" | "return" | "退款" | "退货" | "全退" | "退貨" | "已退") {
        return Some(Status::Refunded);
    }
    if has(CANCELLED) || matches!(joined.as_str(), "失败" | "失敗" | "拒绝" | "拒絕" | "无效") {
        return Some(Status::Cancelled);
    }
    (has(DONE) || words.iter().any(|w| DONE_EN.contains(w))).then_some(Status::Done)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_of_shops() {
        for word in ["交易关闭", "cancelled by buyer", "已撤销", "expired", "已取消", "待付款", "未支付", "closed", "已关闭", "交易关闭（退款）", "payment failed", "not paid", "unpaid", "voided", "等待买家付款", "closed lost", "rejected", "已失效", "cancelled (payment failed)", "已取消（支付失败）"] {
            assert_eq!(status_word(word), Some(Status::Cancelled), "{word}");
        }
        for word in ["退款成功", "refunded", "chargeback", "returned", "已退款", "退款", "fully_refunded", "未发货，退款成功"] {
            assert_eq!(status_word(word), Some(Status::Refunded), "{word}");
        }
        for word in [
            "部分退款", "partially_refunded", "已发货", "not cancelled", "closed won", "订单取消失败", "non refunded", "non-refunded", "unrefunded", "退款关闭", "退款中", "未退款", "没有申请退款", "refund rejected", "cancellation requested", "return denied",
            "买家已付款，等待卖家发货", "paid", "pending", "交易成功", "in transit", "取消退款",
        ] {
            assert_eq!(status_word(word), Some(Status::Done), "{word}");
        }
        for word in ["3", "vip", "特殊", "gift", "no show"] {
            assert_eq!(status_word(word), None, "{word}");
        }
    }

    #[test]
    fn a_cancelled_column_says_yes_or_no() {
        let said = |cell: Cell<'_>| cancelled(&cell);
        for cell in [Cell::text("Yes"), Cell::text("是"), Cell::text("1"), Cell::text("TRUE"), Cell::Int(1), Cell::Number(1.0), Cell::Bool(true), Cell::text("2024-01-05 10:00"), Cell::Serial(45_296.5), Cell::text("Cancelled")] {
            assert_eq!(said(cell.clone()), Ok(Status::Cancelled), "{cell:?}");
        }
        for cell in [Cell::text("No"), Cell::text("否"), Cell::text("0"), Cell::Int(0), Cell::Number(0.0), Cell::Bool(false), Cell::Blank, Cell::text("N/A"), Cell::text("completed")] {
            assert_eq!(said(cell.clone()), Ok(Status::Done), "{cell:?}");
        }
        // a number is a number elsewhere: codes of a status column are not yes and no
        assert_eq!(known(&Cell::Int(1)), Ok(None));
        assert_eq!(Status::Refunded.and(Status::Cancelled), Status::Cancelled);
    }
}
