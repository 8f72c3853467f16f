//! How good is the data? Counted while the rows pass, in fixed memory; scored once at the end.

use super::report::{Check, LeftBlank, Level, Quality, Reason, label};
use domain::{Day, record::AnswerRecord};

/// Buckets of a logarithmic histogram of amounts: eight to a doubling.
const BUCKETS: usize = 64 * 8;

/// What was seen so far.
#[derive(Debug)]
pub struct Watch {
    today: Day,
    customers: u64,
    with_name: u64,
    with_contact: u64,
    dated: u64,
    future: u64,
    ancient: u64,
    amounts: Vec<u64>,
    zero: u64,
    negative: u64,
    conflicts: u64,
    kept_off: u64,
    moved: u64,
    odd_scores: u64,
    scores: u64,
    refunds: u64,
    loose_refunds: u64,
}

/// Earlier than this, a fact's day is more likely a slip than history.
const ANCIENT: Day = Day(0);

impl Watch {
    /// Facts after `today` are in the future.
    pub fn new(today: Day) -> Watch {
        Watch {
            today,
            customers: 0,
            with_name: 0,
            with_contact: 0,
            dated: 0,
            future: 0,
            ancient: 0,
            amounts: vec![0; BUCKETS],
            zero: 0,
            negative: 0,
            conflicts: 0,
            kept_off: 0,
            moved: 0,
            odd_scores: 0,
            scores: 0,
            refunds: 0,
            loose_refunds: 0,
        }
    }

    /// A customer nobody knew came in: with a name, and with a way to be reached?
    pub fn customer(&mut self, named: bool, reachable: bool) {
        self.customers += 1;
        self.with_name += u64::from(named);
        self.with_contact += u64::from(reachable);
    }

    /// A fact of this day passed.
    pub fn day(&mut self, day: Day) {
        self.dated += 1;
        self.future += u64::from(day > self.today);
        self.ancient += u64::from(day < ANCIENT);
    }

    /// A paid amount passed.
    pub fn amount(&mut self, minor: i64) {
        match minor {
            0 => self.zero += 1,
            ..0 => self.negative += 1,
            _ => {
                let position = ((minor as f64).log2() * 8.0) as usize;
                if let Some(slot) = self.amounts.get_mut(position.min(BUCKETS - 1)) {
                    *slot += 1;
                }
            }
        }
    }

    /// A refund passed.
    pub fn refund(&mut self, names_order: bool) {
        self.refunds += 1;
        self.loose_refunds += u64::from(!names_order);
    }

    /// A score passed.
    pub fn answer(&mut self, a: &AnswerRecord) {
        self.scores += 1;
        let top = match a.question.as_str() {
            "nps" => Some((0.0, 10.0)),
            "csat" => Some((1.0, 5.0)),
            "ces" => Some((1.0, 7.0)),
            _ => None,
        };
        self.odd_scores += u64::from(top.is_some_and(|(low, high)| a.score < low || a.score > high));
    }

    /// A row's customer was told: does one of its identifiers belong to another than its stronger ones say, or was one taken from the
    /// customer by hand?
    pub fn identified(&mut self, conflict: bool, kept_off: bool) {
        self.conflicts += u64::from(conflict);
        self.kept_off += u64::from(kept_off);
    }

    /// So many order numbers of the file belong to another customer in the file or in the base.
    pub fn moved(&mut self, orders: u64) {
        self.moved += orders;
    }

    /// Amounts far above the rest: more than three times the distance of the quartiles above the upper one, on a
    /// logarithmic scale, and at least sixteen times the upper quartile.
    fn outliers(&self) -> (u64, u64) {
        let total: u64 = self.amounts.iter().sum();
        let at = |share: u64| {
            let mut left = total * share / 100;
            self.amounts.iter().position(|n| match left.checked_sub(*n) {
                Some(rest) if rest > 0 => {
                    left = rest;
                    false
                }
                _ => *n > 0,
            })
        };
        let (Some(low), Some(high)) = (at(25), at(75)) else { return (0, total) };
        let edge = high + ((high - low) * 3).max(32);
        (self.amounts.iter().skip(edge).sum(), total)
    }

    /// The finished report.
    pub fn finish(self, rows: u64, duplicates: u64, reasons: &[Reason], blanks: &[LeftBlank]) -> Quality {
        let rejected = |codes: &[&str]| reasons.iter().filter(|r| codes.iter().any(|c| r.code.contains(c))).map(|r| r.count).sum::<u64>();
        // a line of totals is not data, and a file is none the worse for it
        let all_rejected: u64 = reasons.iter().filter(|r| r.code != "totals_row").map(|r| r.count).sum();
        let (outliers, amounts) = self.outliers();
        let share = |n: u64, of: u64| if of == 0 { 0.0 } else { n as f64 / of as f64 };
        let mut checks = Vec::new();
        let mut penalty = 0.0f64;
        // code, texts, count, of, share that warns, share that is bad, points lost at a share of 1
        let mut check = |code: &str, zh: &str, en: &str, count: u64, of: u64, warn: f64, bad: f64, weight: f64| {
            let share = share(count, of);
            let level = if count > 0 && share >= bad {
                Level::Bad
            } else if count > 0 && share >= warn {
                Level::Warn
            } else {
                Level::Ok
            };
            penalty += weight * share.min(1.0);
            checks.push(Check { code: code.into(), text: label(zh, en), level, count, share });
        };
        check("rejected", "无法读取的行", "Rows that could not be read", all_rejected, rows, 0.0, 0.05, 200.0);
        check("duplicates", "重复的行", "Duplicate rows", duplicates, rows, 0.01, 0.5, 10.0);
        // a row that is in without one of its values says it as much as a row that is not
        let blank = |codes: &[&str]| blanks.iter().filter(|b| codes.iter().any(|c| b.code.contains(c))).map(|b| b.count).sum::<u64>();
        let empty: u64 = blanks.iter().map(|b| b.count).sum();
        check("left_blank", "无法识别而留空的值", "Values that could not be read and were left blank", empty, rows.max(empty), 0.0, 0.05, 30.0);
        let dates = rejected(&["date_invalid", "date_out_of_range"]) + blank(&["date_invalid", "date_out_of_range"]);
        check("impossible_dates", "不存在的日期", "Impossible dates", dates, rows.max(dates), 0.0, 0.05, 20.0);
        check("future_dates", "晚于今天的日期", "Dates after today", self.future, self.dated, 0.0, 0.01, 100.0);
        check("ancient_dates", "1970 年以前的日期", "Dates before 1970", self.ancient, self.dated, 0.0, 0.01, 100.0);
        let lost = rejected(&["lost_digits"]) + blank(&["lost_digits"]);
        check("lost_digits", "被表格软件丢掉的数字", "Digits lost by a spreadsheet", lost, rows.max(lost), 0.0, 0.01, 50.0);
        check("currency_mix", "混用的币种", "Mixed currencies", rejected(&["currency"]), rows, 0.0, 0.01, 50.0);
        check("customer_missing", "没有客户的行", "Rows without a customer", rejected(&["customer_missing"]), rows, 0.0, 0.2, 20.0);
        check("outliers", "异常大的金额", "Unusually large amounts", outliers, amounts, 0.0, 0.01, 50.0);
        check("zero_amounts", "金额为零", "Amounts of zero", self.zero, amounts + self.zero + self.negative, 0.02, 0.5, 5.0);
        check("negative_amounts", "金额为负", "Negative amounts", self.negative, amounts + self.zero + self.negative, 0.0, 0.05, 20.0);
        if self.customers > 0 {
            let (nameless, silent) = (self.customers - self.with_name, self.customers - self.with_contact);
            check("names", "没有姓名的新客户", "New customers without a name", nameless, self.customers, 0.2, 0.95, 4.0);
            check("contacts", "没有联系方式的新客户", "New customers without phone or e-mail", silent, self.customers, 0.2, 0.95, 4.0);
        }
        check("identifier_conflicts", "同一标识属于两位客户", "Identifiers that belong to two customers", self.conflicts, rows, 0.0, 0.01, 50.0);
        if self.kept_off > 0 {
            check("identifiers_kept_off", "有人从客户身上移除过的标识，没有再加回", "Identifiers that people took from customers; they stay away", self.kept_off, rows, 2.0, 2.0, 0.0);
        }
        check("orders_of_two", "订单号属于两位客户，两边都会计入", "Order numbers of two customers; they count for both", self.moved, self.dated, 0.0, 0.01, 50.0);
        // a score that cannot be is set aside with its row
        let odd = rejected(&["score_invalid"]);
        if self.scores + odd > 0 {
            check("odd_scores", "超出量表的评分", "Scores outside their scale", self.odd_scores + odd, self.scores + odd, 0.0, 0.05, 20.0);
        }
        if self.refunds > 0 {
            check("loose_refunds", "没有写明订单的退款", "Refunds that name no order", self.loose_refunds, self.refunds, 0.1, 0.9, 3.0);
        }
        // however little was wrong of however much: 100 means that nothing was
        let most = if checks.iter().all(|c| c.level == Level::Ok) { 100 } else { 99 };
        Quality { score: ((100.0 - penalty).clamp(0.0, 100.0).round() as u8).min(most), checks }
    }
}

#[cfg(test)]
mod tests;
