//! Money, days, windows, zones, ids, labels, values.

use crate::make::day;
use domain::{
    Label, Lang,
    clock::{Clock, Instant, MockClock},
    id::{key64, public},
    money::{Currency, Money, decimal, div_half_even},
    period::{Day, Window, Zone},
    value::{Value, ValueType},
};
use proptest::prelude::*;

#[test]
fn halves_go_to_the_even_neighbour() {
    for (a, b, rounded) in [(5, 2, 2), (7, 2, 4), (-5, 2, -2), (-7, 2, -4), (10, 4, 2), (11, 4, 3), (-11, 4, -3), (1, 3, 0), (2, 3, 1)] {
        assert_eq!(div_half_even(a, b), rounded, "{a} / {b}");
    }
}

#[test]
fn money_is_written_with_the_decimals_of_its_currency() {
    let yuan = |minor| Money { minor, currency: Currency::CNY }.decimal();
    assert_eq!([yuan(123_450), yuan(5), yuan(-5), yuan(0)], ["1234.50", "0.05", "-0.05", "0.00"]);
    assert_eq!(decimal(i64::MIN, 2), "-92233720368547758.08");
    let yen = Currency::parse("jpy").expect("yen");
    assert_eq!((yen.digits(), yen.scale(), yen.code()), (0, 1, "JPY"));
    assert_eq!(Money { minor: 500, currency: yen }.decimal(), "500");
    assert_eq!(Currency::parse("KWD").map(Currency::digits), Some(3));
    assert_eq!(Currency::parse("¥"), None);
    assert_eq!(Currency::parse("CNYX"), None);
}

#[test]
fn windows_as_the_law_says() {
    let as_of = day("2024-02-29");
    assert_eq!(Window::Days(1).days(as_of), (as_of, as_of));
    assert_eq!(Window::Days(30).days(as_of), (day("2024-01-31"), as_of));
    assert_eq!(Window::Months(12).days(as_of), (day("2023-03-01"), as_of));
    assert_eq!(Window::Months(1).days(day("2024-03-31")), (day("2024-03-01"), day("2024-03-31")));
    assert_eq!(Window::DaysAgo { from: 59, to: 30 }.days(as_of), (as_of.plus(-59), as_of.plus(-30)));
    assert!(Window::All.holds(as_of, day("1900-01-01")) && !Window::All.holds(as_of, as_of.plus(1)));
}

#[test]
fn days_and_weekdays() {
    assert_eq!(day("1970-01-01").0, 0);
    assert_eq!(day("2026-11-22").weekday(), 6);
    assert_eq!(Day::new(2023, 2, 29), None);
    assert_eq!(Day::parse("2026-13-01"), None);
    assert_eq!(day("2026-03-31").months_before(1).to_string(), "2026-02-28");
}

#[test]
fn the_business_day_turns_at_local_midnight() {
    let zone = Zone::parse("Asia/Shanghai").expect("a zone");
    // 2026-01-01T16:00:00Z is midnight of the 2nd in Shanghai
    let midnight = Instant(1_767_283_200_000_000);
    assert_eq!(zone.day(midnight).to_string(), "2026-01-02");
    assert_eq!(zone.day(Instant(midnight.0 - 1)).to_string(), "2026-01-01");
    assert_eq!(zone.end_of(day("2026-01-01")), Instant(midnight.0 - 1));
    assert_eq!(zone.hour(midnight), 0);
    assert!(Zone::parse("Mars/Olympus").is_none());
}

#[test]
fn days_of_23_and_25_hours_end_at_their_own_midnight() {
    let zone = Zone::parse("Europe/Berlin").expect("a zone");
    let hours = |d: &str| {
        let length = zone.end_of(day(d)).0 - zone.end_of(day(d).plus(-1)).0;
        length / 3_600_000_000
    };
    assert_eq!((hours("2026-03-28"), hours("2026-03-29"), hours("2026-10-25")), (24, 23, 25));
    assert_eq!(zone.day(zone.end_of(day("2026-10-25"))), day("2026-10-25"));
}

#[test]
fn ids_are_prefixed_and_sort_by_age() {
    let early = public("cus", Instant(1_000_000), [255; 10]);
    let late = public("cus", Instant(2_000_000), [0; 10]);
    assert!(early.starts_with("cus_") && early.len() == 30, "{early}");
    assert!(early < late);
    assert_ne!(key64("A"), key64("a"));
}

#[test]
fn readers_and_labels() {
    assert_eq!([Lang::parse("zh_CN.UTF-8"), Lang::parse("ZH"), Lang::parse("fr")], [Lang::Zh, Lang::Zh, Lang::En]);
    let label = Label::new("净额", "Net");
    assert_eq!((label.get(Lang::Zh), label.get(Lang::En)), ("净额", "Net"));
}

#[test]
fn clocks_stand_still_until_moved() {
    let clock = MockClock::at(Instant(5));
    assert_eq!(clock.now(), Instant(5));
    clock.set(Instant(7));
    assert_eq!(clock.now(), Instant(7));
    assert_eq!(Instant(0).rfc3339(), "1970-01-01T00:00:00.000000Z");
}

#[test]
fn values_know_their_type_and_place_on_the_number_line() {
    assert_eq!(Value::Money(150).as_f64(), Some(150.0));
    assert_eq!(Value::Bool(true).as_f64(), Some(1.0));
    assert_eq!(Value::Day(Day(3)).as_f64(), Some(3.0));
    assert_eq!(Value::Text("x".into()).as_f64(), None);
    assert_eq!(Value::Null.value_type(), None);
    assert_eq!(Value::Int(1).value_type(), Some(ValueType::Int));
    let json = serde_json::to_string(&Value::Day(day("2026-01-02"))).expect("json");
    assert_eq!(json, r#"{"type":"day","value":"2026-01-02"}"#);
}

proptest! {
    #[test]
    fn rounding_is_never_off_by_more_than_half(a in -1_000_000i128..1_000_000, b in 1i128..1000) {
        let q = div_half_even(a, b);
        prop_assert!((q * b - a).abs() * 2 <= b);
    }

    #[test]
    fn a_day_s_text_is_the_day(n in -100_000i32..100_000) {
        prop_assert_eq!(Day::parse(&Day(n).to_string()), Some(Day(n)));
    }

    #[test]
    fn n_months_hold_between_28_and_31_days_each(n in 1u32..60, d in 0i32..30_000) {
        let (from, to) = Window::Months(n).days(Day(d));
        let days = to.0 - from.0 + 1;
        prop_assert!(days >= 28 * n as i32 && days <= 31 * n as i32, "{}", days);
        prop_assert!(Window::Months(n).holds(Day(d), from) && !Window::Months(n).holds(Day(d), from.plus(-1)));
    }
}
