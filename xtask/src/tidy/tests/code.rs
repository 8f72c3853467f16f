//! Rules of one Rust file.

use super::*;

const PARSERS: &[&str] = &[
    "crates/sources/src/text/csv.rs",
    "crates/domain/src/rule/lex.rs",
    "crates/domain/src/rule/parse.rs",
    "crates/domain/src/rule/parse/aggregate.rs",
    "crates/domain/src/period.rs",
    "crates/domain/src/money.rs",
    "crates/cli/src/args.rs",
    "crates/flow/src/definitions.rs",
    "crates/flow/src/analysis/moment.rs",
];

#[test]
fn a_parser_neither_indexes_nor_unwraps_nor_panics() {
    for place in PARSERS {
        each_found(place, &["let a = x[0];", "let a = &text[1..];", "x[i] += 1;", "let a = f()?[0];", "let a = x.y[i][j];"], "index or slice");
        each_found(place, &["println!(\"{}\", x[0]);", "let a = vec![x.y[i]];", "assert_debug!(f()[1..2]);", "let a = matches!(x?[0], 1);"], "index or slice");
        each_found(place, &["x.unwrap();", "x.unwrap_err();", "y.map(Option::unwrap);", "println!(\"{}\", x.unwrap());"], "unwrap");
        each_found(place, &["x.expect(\"is there\");", "println!(\"{}\", x.expect(\"is there\"));"], "expect");
        each_found(place, &["panic!(\"no\");", "unreachable!();", "assert!(x > 1);", "matches!(x, y if panic!())"], "panic");
        each_found(place, &["let (a, b) = s.split_at(3);"], "split_at");
    }
}

#[test]
fn what_only_looks_like_indexing_is_let_be() {
    for place in PARSERS {
        none_found(place, &[
            "let a = &x[..];",
            "let [a, b] = x else { return };",
            "let a: [u8; 4] = [0; 4];",
            "fn g<'a>(x: &'a [u8]) -> &'a [u8] { x }",
            "println!(\"{:?}\", [1, 2]);",
            "let a = vec![1, 2];",
            "let a = x.unwrap_or_default(); // x.unwrap() in words",
            "let a = \"x[0].unwrap()\";",
            "self.expect(Token::Open)?;",
            "debug_assert!(x > 1);",
            "for x in [1, 2] {}",
            "#[expect(dead_code)]\nfn g() {}",
        ]);
    }
    none_found("crates/lake/src/state/fold.rs", &["let a = x[0];"]);
}

#[test]
fn tests_of_a_parser_may_do_as_they_like() {
    let body = "mod tests {\n#[test]\nfn f() { let a = b[0].unwrap(); }\n}\n";
    assert_eq!(found("crates/sources/src/csv.rs", &format!("//! x\n#[cfg(test)]\n{body}")).len(), 0);
    assert_eq!(found("crates/sources/src/csv.rs", &format!("//! x\n#[cfg(all(test, unix))]\n{body}")).len(), 0);
    assert_eq!(found("crates/sources/tests/csv.rs", "fn f() { a[0].unwrap(); }\n").len(), 0);
    // what comes behind the tests is product code again
    let said = found("crates/sources/src/csv.rs", &format!("//! x\n#[cfg(test)]\n{body}fn g() {{ a[0]; }}\n"));
    assert_eq!(said.len(), 1, "{said:#?}");
    assert!(said[0].starts_with("crates/sources/src/csv.rs:7:"), "{said:#?}");
    assert_eq!(found("crates/sources/src/csv.rs", "//! x\n#[cfg(not(test))]\nfn g() { a[0]; }\n").len(), 1);
}

#[test]
fn time_and_chance_from_the_world_are_found_however_they_are_named() {
    let place = "crates/flow/src/a.rs";
    each_found(place, &[
        "let t = std::time::Instant::now();",
        "let t = Instant::now();",
        "use std::time::Instant as I; let t = I::now();",
        "use std::time as t; let t = t::SystemTime::now();",
        "use std::time::*;",
        "use std::{fs, time::{Duration, SystemTime}};",
        "let t = tokio::time::Instant::now();",
        "let t = begun.elapsed();",
        "let t = jiff::Zoned::now();",
        "use jiff::Zoned as Z; let t = Z::now();",
        "let t = jiff::Timestamp::now();",
        "let t = chrono::Utc::now();",
        "let z = jiff::tz::TimeZone::system();",
        "let now: fn() -> Instant = Instant::now;",
        "let x: u32 = rand::random();",
        "use rand::random as lot; let x: u32 = lot();",
        "let x = rand::rng();",
        "let mut r = thread_rng();",
        "getrandom::fill(&mut bytes);",
        "let x = fastrand::u8(..);",
        "let s = std::hash::RandomState::new();",
        "let s = std::collections::hash_map::RandomState::default();",
        "let id = Uuid::new_v4();",
        "println!(\"{:?}\", std::time::Instant::now());",
        "log!(\"{}\", begun.elapsed().as_millis());",
        "log!(lot = rand::random::<u8>());",
    ], "time and chance");
    none_found(place, &[
        "let t = clock.now();",
        "let t = domain::clock::Instant(5);",
        "// Instant::now() in words",
        "let a = \"Instant::now()\";",
        "use std::time::Duration;",
        "tokio::time::sleep(d).await;",
        "#[cfg(test)]\nmod tests { fn f() { let t = std::time::Instant::now(); } }",
    ]);
    none_found("crates/cli/src/a.rs", &["let t = std::time::Instant::now();"]);
    none_found("crates/domain/src/clock.rs", &["let t = std::time::SystemTime::now();"]);
    each_found("crates/domain/src/period.rs", &["let t = std::time::SystemTime::now();"], "time and chance");
}

#[test]
fn the_accidental_order_of_hashes_is_found() {
    let place = "crates/flow/src/a.rs";
    let word = "accidental order";
    each_found(place, &[
        "let m: HashMap<u8, u8> = x; for (k, v) in &m { out.push(k); }",
        "let m = HashMap::new(); for k in m.keys() { out.push(k); }",
        "let m: std::collections::HashSet<u8> = x; let v: Vec<u8> = m.into_iter().collect();",
        "let m: hashbrown::HashMap<u8, u8> = x; out.extend(m.values().map(|v| v + 1));",
        "let m = x.collect::<HashSet<u8>>(); m.iter().for_each(|k| out.push(k));",
        "let mut m: HashMap<u8, f64> = x; let s: f64 = m.values().sum();",
        "let m: Mutex<HashMap<u8, u8>> = x; for k in m.lock().unwrap_or_else(|e| e.into_inner()).keys() {}",
        "let m: HashSet<u8> = x; out.extend(m);",
        "let mut m: HashMap<u8, u8> = x; for k in std::mem::take(&mut m) {}",
    ], word);
    none_found(place, &[
        "let m: HashMap<u8, u8> = x; let v = m.get(&1);",
        "let m: HashMap<u8, u8> = x; let n = m.values().filter(|v| **v > 1).count();",
        "let m: HashMap<u8, u8> = x; let mut v: Vec<u8> = m.into_keys().collect(); v.sort_unstable();",
        "let m: HashMap<u8, u8> = x; let v: BTreeMap<u8, u8> = m.into_iter().collect();",
        "let m: HashMap<u8, u8> = x; let v = m.into_iter().collect::<BTreeSet<_>>();",
        "let m: HashMap<u8, u8, BuildHasherDefault<Mixed>> = x; for k in m.keys() {}",
        "let m: BTreeMap<u8, u8> = x; for k in m.keys() {}",
        "let m: HashMap<u8, u8> = x;\n// any order: each is closed by itself\nfor v in m.values() { v.close(); }",
    ]);
    let field = |what: &str| format!("//! x\nstruct S {{ m: HashMap<u8, u8> }}\nimpl S {{ fn f(&self) {{ {what} }} }}\n");
    assert_eq!(found(place, &field("for k in self.m.keys() {}")).len(), 1);
    assert_eq!(found(place, &field("self.m.len();")).len(), 0);
    let returned = "//! x\nfn g() -> Result<HashMap<u8, u8>> { x() }\nfn f() { for (k, v) in g()? {} }\n";
    assert_eq!(found(place, returned).len(), 1);
    let alias = "//! x\ntype Keys = HashSet<u64>;\nfn f(k: &Keys) { for k in k.iter() {} }\n";
    assert_eq!(found(place, alias).len(), 1);
    let written = "//! x\n#[derive(Debug, serde::Serialize)]\nstruct S { m: HashMap<u8, u8> }\n";
    assert_eq!(found(place, written).len(), 1);
}

#[test]
fn sql_with_holes_is_found() {
    let place = "crates/store/src/a.rs";
    each_found(place, &[
        "let q = format!(\"SELECT {x}\");",
        "let q = format!(\n  \"UPDATE t SET a = {} WHERE b = 1\", a);",
        "let q = format!(r#\"DELETE FROM \"{t}\"\"#);",
        "run(&format!(\"WITH a AS ({inner}) SELECT 1\"));",
        "write!(text, \"INSERT INTO {t} VALUES (1)\");",
        "let q = vec![format!(\"SELECT {x}\")];",
    ], "SQL is a constant");
    none_found(place, &["const Q: &str = \"SELECT a FROM t WHERE b = $1\";", "let q = format!(\"SELECT 1\");", "let a = format!(\"{x} UPDATE\");", "concat!(\"SELECT \", \"1\");"]);
}

#[test]
fn unfinished_work_long_files_missing_openings_and_what_is_no_rust_are_found() {
    each_found("crates/api/src/a.rs", &["todo!()", "unimplemented!();", "dbg!(x);", "println!(\"{}\", dbg!(x));"], "!`");
    let long = format!("//! x\n{}", "\n".repeat(LONGEST + 1));
    assert_eq!(found("crates/store/src/a.rs", &long).len(), 1);
    assert_eq!(found("crates/store/tests/a.rs", &long).len(), 1);
    assert_eq!(found("crates/store/src/a.rs", "fn main() {}\n").len(), 1);
    assert_eq!(found("crates/store/src/a.rs", "//! x\nfn main( {}\n").len(), 1);
}
