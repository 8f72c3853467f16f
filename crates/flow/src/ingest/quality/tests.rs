//! Each check of the data's quality by an example: what is counted, of how many, how serious it is, and what it costs of the score.

use super::*;
use crate::ingest::report::Check;
use domain::clock::Instant;

const TODAY: Day = Day(20_000);

fn reason(code: &str, count: u64) -> Reason {
    Reason { code: code.to_owned(), text: label("", ""), count, examples: Vec::new() }
}

fn answer(question: &str, score: f64) -> AnswerRecord {
    AnswerRecord { customer: Vec::new(), at: Instant(0), day: TODAY, question: question.into(), score, channel: None, comment: None, reference: None }
}

/// What is looked at of a hundred rows in which nothing is wrong.
fn sound(watch: &mut Watch) {
    (0..100).for_each(|i| {
        watch.day(TODAY);
        watch.amount(10_000 + i * 13);
        watch.customer(true, true);
        watch.answer(&answer("nps", 9.0));
        watch.refund(true);
    });
}

struct Case {
    code: &'static str,
    /// what passes besides a hundred sound rows
    watch: fn(&mut Watch),
    duplicates: u64,
    reasons: &'static [(&'static str, u64)],
    /// counted, of so many
    count: u64,
    of: u64,
    level: Level,
    score: u8,
}

const NOTHING: fn(&mut Watch) = |_| {};

const CASES: &[Case] = &[
    // one of a hundred rows costs two points as rejected, and what its own reason weighs
    Case { code: "rejected", watch: NOTHING, duplicates: 0, reasons: &[("row_too_long", 1)], count: 1, of: 100, level: Level::Warn, score: 98 },
    Case { code: "rejected", watch: NOTHING, duplicates: 0, reasons: &[("row_too_long", 3), ("json_invalid", 2)], count: 5, of: 100, level: Level::Bad, score: 90 },
    // a line of totals is no bad row
    Case { code: "rejected", watch: NOTHING, duplicates: 0, reasons: &[("totals_row", 3), ("row_too_long", 1)], count: 1, of: 100, level: Level::Warn, score: 98 },
    Case { code: "duplicates", watch: NOTHING, duplicates: 1, reasons: &[], count: 1, of: 100, level: Level::Warn, score: 99 },
    Case { code: "duplicates", watch: NOTHING, duplicates: 60, reasons: &[], count: 60, of: 100, level: Level::Bad, score: 94 },
    Case { code: "impossible_dates", watch: NOTHING, duplicates: 0, reasons: &[("date_invalid", 2), ("date_out_of_range", 1)], count: 3, of: 100, level: Level::Warn, score: 93 },
    Case { code: "impossible_dates", watch: NOTHING, duplicates: 0, reasons: &[("date_invalid", 5)], count: 5, of: 100, level: Level::Bad, score: 89 },
    Case { code: "future_dates", watch: |w| w.day(Day(20_001)), duplicates: 0, reasons: &[], count: 1, of: 101, level: Level::Warn, score: 99 },
    Case { code: "future_dates", watch: |w| (0..25).for_each(|_| w.day(Day(20_001))), duplicates: 0, reasons: &[], count: 25, of: 125, level: Level::Bad, score: 80 },
    Case { code: "ancient_dates", watch: |w| (0..25).for_each(|_| w.day(Day(-1))), duplicates: 0, reasons: &[], count: 25, of: 125, level: Level::Bad, score: 80 },
    Case { code: "lost_digits", watch: NOTHING, duplicates: 0, reasons: &[("phone_lost_digits", 1), ("id_lost_digits", 1)], count: 2, of: 100, level: Level::Bad, score: 95 },
    Case { code: "currency_mix", watch: NOTHING, duplicates: 0, reasons: &[("currency_foreign", 2)], count: 2, of: 100, level: Level::Bad, score: 95 },
    Case { code: "customer_missing", watch: NOTHING, duplicates: 0, reasons: &[("customer_missing", 10)], count: 10, of: 100, level: Level::Warn, score: 78 },
    Case { code: "customer_missing", watch: NOTHING, duplicates: 0, reasons: &[("customer_missing", 20)], count: 20, of: 100, level: Level::Bad, score: 56 },
    Case { code: "outliers", watch: |w| w.amount(10_000_000_000), duplicates: 0, reasons: &[], count: 1, of: 101, level: Level::Warn, score: 99 },
    Case { code: "outliers", watch: |w| (0..25).for_each(|_| w.amount(10_000_000_000)), duplicates: 0, reasons: &[], count: 25, of: 125, level: Level::Bad, score: 90 },
    Case { code: "zero_amounts", watch: |w| (0..100).for_each(|_| w.amount(0)), duplicates: 0, reasons: &[], count: 100, of: 200, level: Level::Bad, score: 98 },
    Case { code: "zero_amounts", watch: |w| w.amount(0), duplicates: 0, reasons: &[], count: 1, of: 101, level: Level::Ok, score: 100 },
    Case { code: "negative_amounts", watch: |w| (0..25).for_each(|_| w.amount(-100)), duplicates: 0, reasons: &[], count: 25, of: 125, level: Level::Bad, score: 96 },
    Case { code: "names", watch: |w| (0..100).for_each(|_| w.customer(false, true)), duplicates: 0, reasons: &[], count: 100, of: 200, level: Level::Warn, score: 98 },
    Case { code: "contacts", watch: |w| (0..100).for_each(|_| w.customer(true, false)), duplicates: 0, reasons: &[], count: 100, of: 200, level: Level::Warn, score: 98 },
    Case { code: "identifier_conflicts", watch: |w| (0..4).for_each(|_| w.identified(true, false)), duplicates: 0, reasons: &[], count: 4, of: 100, level: Level::Bad, score: 98 },
    Case { code: "orders_of_two", watch: |w| w.moved(4), duplicates: 0, reasons: &[], count: 4, of: 100, level: Level::Bad, score: 98 },
    Case { code: "odd_scores", watch: |w| (0..25).for_each(|_| w.answer(&answer("csat", 6.0))), duplicates: 0, reasons: &[], count: 25, of: 125, level: Level::Bad, score: 96 },
    Case { code: "odd_scores", watch: NOTHING, duplicates: 0, reasons: &[("score_invalid", 2)], count: 2, of: 102, level: Level::Warn, score: 96 },
    Case { code: "loose_refunds", watch: |w| (0..100).for_each(|_| w.refund(false)), duplicates: 0, reasons: &[], count: 100, of: 200, level: Level::Warn, score: 99 },
];

fn quality(case: &Case) -> Quality {
    let mut watch = Watch::new(TODAY);
    sound(&mut watch);
    (case.watch)(&mut watch);
    let reasons: Vec<Reason> = case.reasons.iter().map(|(code, n)| reason(code, *n)).collect();
    watch.finish(100, case.duplicates, &reasons, &[])
}

fn check<'q>(quality: &'q Quality, code: &str) -> &'q Check {
    quality.checks.iter().find(|c| c.code == code).unwrap_or_else(|| panic!("no check {code}"))
}

#[test]
fn each_check_counts_judges_and_costs_what_it_should() {
    for case in CASES {
        let quality = quality(case);
        let found = check(&quality, case.code);
        assert_eq!((found.count, found.level, quality.score), (case.count, case.level, case.score), "{}", case.code);
        assert!((found.share - case.count as f64 / case.of as f64).abs() < 1e-12, "{}: {} of {}", case.code, found.share, case.of);
        assert!(!found.text.zh.is_empty() && !found.text.en.is_empty());
    }
}

#[test]
fn every_check_there_is_has_its_example() {
    let mut watch = Watch::new(TODAY);
    sound(&mut watch);
    let all = watch.finish(100, 0, &[], &[]);
    assert_eq!(all.score, 100, "{:?}", all.checks);
    for c in &all.checks {
        assert!(c.code == "left_blank" || CASES.iter().any(|case| case.code == c.code), "{} has no example", c.code);
        assert_eq!((c.count, c.level), (0, Level::Ok), "{}", c.code);
    }
    assert_eq!(all.checks.len(), 18);
}

#[test]
fn a_hundred_of_a_hundred_means_that_nothing_is_amiss() {
    let watch = Watch::new(TODAY).finish(1_000_000, 0, &[reason("order_unknown", 1)], &[]);
    assert_eq!((watch.score, check(&watch, "rejected").level), (99, Level::Warn));
}

#[test]
fn what_was_not_in_the_files_is_not_judged() {
    let nothing = Watch::new(TODAY).finish(0, 0, &[], &[]);
    let told: Vec<&str> = nothing.checks.iter().map(|c| c.code.as_str()).collect();
    assert!(["names", "contacts", "odd_scores", "loose_refunds"].iter().all(|code| !told.contains(code)), "{told:?}");
    assert_eq!(nothing.score, 100, "nothing is wrong with nothing");
}

#[test]
fn penalties_add_up_and_the_score_ends_at_nought() {
    let case = Case { code: "", watch: |w| (0..25).for_each(|_| w.day(Day(20_001))), duplicates: 10, reasons: &[("date_invalid", 5)], count: 0, of: 0, level: Level::Ok, score: 0 };
    // a date that is not there is not an impossible one
    let missing = Case { code: "impossible_dates", watch: NOTHING, duplicates: 0, reasons: &[("date_missing", 5)], count: 0, of: 100, level: Level::Ok, score: 90 };
    assert_eq!((check(&quality(&missing), missing.code).count, quality(&missing).score), (0, 90));
    // 10 for the rejected, 1 for the duplicates, 1 for the impossible dates, 20 for the days to come
    assert_eq!(quality(&case).score, 68);
    let hopeless = Case { reasons: &[("customer_missing", 100)], ..case };
    assert_eq!(quality(&hopeless).score, 0);
}

#[test]
fn scores_are_measured_on_their_own_scale_and_unknown_questions_on_none() {
    let mut watch = Watch::new(TODAY);
    for (question, score) in [("nps", 0.0), ("nps", 10.0), ("nps", 11.0), ("csat", 1.0), ("csat", 0.0), ("ces", 7.0), ("ces", 8.0), ("taste", 99.0)] {
        watch.answer(&answer(question, score));
    }
    assert_eq!(check(&watch.finish(8, 0, &[], &[]), "odd_scores").count, 3);
}

#[test]
fn one_order_of_a_hundred_million_among_ordinary_ones_is_found() {
    let mut watch = Watch::new(TODAY);
    (0..1000).for_each(|i| watch.amount(10_000 + i * 13));
    watch.amount(10_000_000_000);
    watch.day(Day(20_001));
    let quality = watch.finish(1001, 0, &[], &[]);
    assert_eq!((check(&quality, "outliers").count, check(&quality, "future_dates").count), (1, 1));
    assert!(quality.score < 100);
    // sixteen times the upper quartile is ordinary, as in every shop that also sells to firms
    let mut watch = Watch::new(TODAY);
    (0..100).for_each(|_| watch.amount(10_000));
    watch.amount(150_000);
    assert_eq!(check(&watch.finish(101, 0, &[], &[]), "outliers").count, 0);
}

#[test]
fn values_left_blank_are_counted_and_dates_among_them_are_impossible_dates() {
    let blank = |code: &str, count| LeftBlank {
        file: "a.csv".into(),
        column: "birthday".into(),
        code: code.into(),
        text: label("", ""),
        count,
        examples: Vec::new(),
    };
    let mut watch = Watch::new(TODAY);
    sound(&mut watch);
    let quality = watch.finish(100, 0, &[], &[blank("date_invalid", 10), blank("number_invalid", 5)]);
    assert_eq!((check(&quality, "left_blank").count, check(&quality, "left_blank").level), (15, Level::Bad));
    assert_eq!(check(&quality, "impossible_dates").count, 10);
    assert_eq!(quality.score, 94, "4.5 for what is blank, 2 for the dates");
}
