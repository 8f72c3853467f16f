//! Rules of hostile words: 100,000 of them, as text and as trees whose names and constants were exchanged for what means something to some
//! reader of SQL. Each is refused, or names only what there is; and is then true of exactly those of whom `domain` says so one by one.
//! No rule ever becomes SQL: a run asks columns by number.

use crate::support::{Business, TODAY, population, there};
use domain::{
    clock::Instant,
    feature::catalog,
    rule::{self, Compiled, Names, Rule},
};
use serde_json::Value;
use testkit::chance::Chance;

const TEXTS: usize = 50_000;
const TREES: usize = 50_000;
/// Of those that make sense, so many are asked of everybody in both ways.
const COMPARED: usize = 3_000;

const PIECES: [&str; 60] = [
    "'", "\"", "''", "\\", "\\'", ";", "--", "/*", "*/", "#", "%", "_", "`", "\0", "\r\n", "\t", "(", ")", "[", "]", "{", "}", "||", "&&", "<>", "$1", "?", ":x", "@@version", "${x}", "{{7*7}}", " OR 1=1",
    " UNION SELECT password_hash FROM users", "DROP TABLE customers", "COPY orders TO '/tmp/x'", "pg_sleep(9)", "read_csv('/etc/passwd')", "main.users", "information_schema.tables", "net", "orders", "city",
    "class.lifecycle", "class.", "count(orders, last 30 days)", "top 10 % by ", "segment ", " and ", " or ", "not ", " in (", " between ", " is missing", "2026-02-30", "1e999", "-0", "上海", "\u{202e}", "🙂", "\u{feff}",
];

fn hostile(c: &mut Chance) -> String {
    let mut text = String::new();
    for _ in 0..=c.below(6) {
        text.push_str(*c.one(&PIECES[..]));
        if c.one_in(3) {
            text.extend(char::from_u32(c.below(0x3000) as u32));
        }
    }
    text
}

/// The places of a tree in which a text stands.
fn places(tree: &mut Value) -> Vec<&mut Value> {
    match tree {
        Value::String(_) => vec![tree],
        Value::Array(all) => all.iter_mut().flat_map(places).collect(),
        Value::Object(map) => map.values_mut().flat_map(places).collect(),
        _ => Vec::new(),
    }
}

/// A random tree with some of its texts exchanged, if it still is one.
fn tree(c: &mut Chance) -> Option<Rule> {
    let depth = c.below(3);
    let mut tree = serde_json::to_value(testkit::rules::random(c, TODAY, depth)).expect("a tree");
    let mut texts = places(&mut tree);
    for _ in 0..=c.below(2) {
        let at = c.below(texts.len().max(1));
        if let Some(place) = texts.get_mut(at) {
            **place = Value::String(hostile(c));
        }
    }
    serde_json::from_value(tree).ok()
}

#[test]
fn a_rule_names_what_there_is_and_its_words_are_only_compared() {
    let c = &mut Chance::new(7);
    let b = Business::random(3, 12, 6);
    let root = tempfile::tempdir().expect("a folder");
    let lake = b.lake(root.path(), 1000);
    let spec = b.spec(Instant::MAX, catalog().to_vec());
    let run = lake.run(&spec).expect("a run");
    let mut all = population(&b, &spec);
    let there = there(&b, &spec);
    let known = |compiled: &Compiled| {
        let feature = |key: &String| run.names().feature(key).is_some();
        compiled.features().iter().all(feature) && compiled.segments().iter().all(|s| run.names().has_segment(s)) && compiled.bases().iter().all(|base| feature(&base.of) && base.among.iter().all(feature))
    };
    let (mut tried, mut hold, mut compared, mut members) = (0, 0, 0, 0);
    let mut judge = |rule: Rule, compiled: Compiled, compared: &mut usize| {
        assert!(known(&compiled), "{rule}");
        let text = rule.to_string();
        assert_eq!(rule::parse(&text).as_ref(), Ok(&rule), "{text}");
        if *compared < COMPARED {
            *compared += 1;
            all.prepare(&compiled);
            let mask = run.mask(&compiled).expect("a mask");
            for (i, profile) in there.iter().zip(&mut all.profiles) {
                assert_eq!(profile.holds(&compiled), mask.holds(*i), "customer {i} and {text}");
            }
            members += mask.count();
        }
    };
    for _ in 0..TEXTS {
        tried += 1;
        if let Ok((rule, compiled)) = rule::check_text(&hostile(c), run.names()) {
            hold += 1;
            judge(rule, compiled, &mut compared);
        }
    }
    for _ in 0..TREES {
        tried += 1;
        let Some(rule) = tree(c) else { continue };
        if let Ok(compiled) = rule::check(&rule, run.names()) {
            hold += 1;
            judge(rule, compiled, &mut compared);
        }
    }
    println!("{tried} tried, {hold} make sense, {compared} compared for {} customers, {members} members", there.len());
    assert_eq!(tried, 100_000);
    assert!(hold > 2_000 && compared > 2_000 && members > 0, "{hold} make sense, {compared} were compared, {members} members");
}
