//! The whole on seeded tables of made-up people, Chinese and Latin, with known answers; and the laws that hold for any table.

use super::{chance::Chance, *};
use proptest::prelude::*;
use std::collections::BTreeSet;

const FAMILIES: &str = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗";
const GIVEN: &str = "伟芳娜敏静秀丽强磊军洋勇艳杰娟涛明超霞平刚桂英华玉兰萍红文晓雨欣子轩梓涵浩然思远嘉怡";
const ROADS: [&str; 12] = ["文三路", "人民路", "中山北路", "解放大道", "学院路", "建设街", "南京西路", "天目山路", "长江路", "和平里", "延安路", "黄河路"];
const PLACES: [(&str, &str); 4] = [("浙江省", "杭州市西湖区"), ("上海市", "浦东新区"), ("北京市", "海淀区"), ("广东省", "广州市天河区")];

/// A table as owned texts, and whose row each row is.
struct Sample {
    fields: Vec<(&'static str, Kind, Vec<String>)>,
    person: Vec<u32>,
}

impl Sample {
    fn table(&self) -> Table {
        let fields: Vec<Field<'_>> = self.fields.iter().map(|(name, kind, values)| Field { name, kind: *kind, values: values.iter().map(String::as_str).collect() }).collect();
        Table::new(&fields)
    }

    /// Precision, recall and F1 of pairs.
    fn measure(&self, pairs: &[Pair]) -> (f64, f64, f64) {
        let hits = pairs.iter().filter(|p| self.person[p.a as usize] == self.person[p.b as usize]).count() as f64;
        let mut sizes = std::collections::BTreeMap::new();
        self.person.iter().for_each(|p| *sizes.entry(p).or_insert(0u64) += 1);
        let all = sizes.values().map(|n| n * (n - 1) / 2).sum::<u64>() as f64;
        let (precision, recall) = (hits / pairs.len().max(1) as f64, hits / all.max(1.0));
        (precision, recall, 2.0 * precision * recall / (precision + recall).max(1e-9))
    }
}

fn one(chance: &mut Chance, letters: &str) -> char {
    let all: Vec<char> = letters.chars().collect();
    all[chance.below(all.len())]
}

/// One slip of the pen.
fn slip(text: &str, letters: &str, chance: &mut Chance) -> String {
    let mut chars: Vec<char> = text.chars().collect();
    if chars.len() < 2 {
        return text.to_owned();
    }
    let at = chance.below(chars.len() - 1);
    match chance.below(3) {
        0 => chars.swap(at, at + 1),
        1 => {
            chars.remove(at + 1);
        }
        _ => chars[at + 1] = one(chance, letters),
    }
    chars.into_iter().collect()
}

/// `people` Chinese customers, a fourth of them twice: full-width digits, country codes, areas left out, slips, blanks.
fn chinese(people: usize, seed: u64) -> Sample {
    let mut chance = Chance::new(seed, 1);
    let (mut rows, mut person): (Vec<[String; 5]>, Vec<u32>) = (Vec::new(), Vec::new());
    for n in 0..people as u32 {
        let long = 1 + chance.below(2);
        let name: String = std::iter::once(one(&mut chance, FAMILIES)).chain((0..long).map(|_| one(&mut chance, GIVEN)).collect::<Vec<_>>()).collect();
        let phone = format!("1{}{:09}", 3 + chance.below(7), chance.below(1_000_000_000));
        let (province, area) = PLACES[chance.below(4)];
        let rest = format!("{}{}号{}栋{}室", ROADS[chance.below(12)], 1 + chance.below(300), 1 + chance.below(20), 101 + chance.below(20) * 100);
        let born = format!("{}-{:02}-{:02}", 1950 + chance.below(55), 1 + chance.below(12), 1 + chance.below(28));
        let email = format!("u{}@{}", chance.below(100_000_000), ["qq.com", "163.com", "example.cn"][chance.below(3)]);
        rows.push([name.clone(), phone.clone(), format!("{province}{area}{rest}"), born.clone(), email.clone()]);
        person.push(n);
        if chance.below(4) > 0 {
            continue;
        }
        let wide = |t: &str| t.chars().map(|c| if c.is_ascii_digit() { char::from_u32(c as u32 + 0xfee0).unwrap_or(c) } else { c }).collect::<String>();
        let name = if chance.below(6) == 0 { slip(&name, GIVEN, &mut chance) } else { name };
        let phone = match chance.below(8) {
            0 => String::new(),
            1 => slip(&phone, "0123456789", &mut chance),
            2 => format!("+86 {phone}"),
            3 => wide(&phone),
            _ => phone,
        };
        let address = match chance.below(6) {
            0 => String::new(),
            1 => slip(&rest, GIVEN, &mut chance),
            2 => format!("{area}{rest}"),
            3 => rest.replace('栋', "幢").replace('室', ""),
            4 => wide(&rest),
            _ => format!("{province}{area}{rest}"),
        };
        let born = match chance.below(8) {
            0 => String::new(),
            1 => born.replace('-', ""),
            2 => format!("{}-{}-{}", &born[..4], &born[8..], &born[5..7]),
            _ => born,
        };
        let email = if chance.below(3) == 0 { String::new() } else { email };
        rows.push([name, phone, address, born, email]);
        person.push(n);
    }
    let names = [("姓名", Kind::FullName), ("手机", Kind::Phone), ("地址", Kind::Address), ("生日", Kind::Date), ("邮箱", Kind::Email)];
    Sample { fields: names.iter().enumerate().map(|(i, (name, kind))| (*name, *kind, rows.iter().map(|r| r[i].clone()).collect())).collect(), person }
}

#[test]
fn chinese_people_are_found_however_they_are_written() {
    // every pair is looked at; and only those that share a key
    for (people, least) in [(1000, 0.97), (8000, 0.97)] {
        let sample = chinese(people, 7);
        let links = link(&sample.table(), 0.5, 1);
        let (precision, recall, f1) = sample.measure(&links.pairs);
        println!("{people} Chinese people: precision {precision:.4} recall {recall:.4} F1 {f1:.4}, {} pairs looked at", links.candidates);
        assert!(f1 >= least, "{people}: {precision} {recall} {f1}");
        assert!(people < 1500 || links.candidates <= people * 60, "{}", links.candidates);
    }
}

#[test]
fn nobody_is_found_where_nobody_is_twice() {
    let mut sample = chinese(3000, 11);
    let mut seen = BTreeSet::new();
    let once: Vec<usize> = (0..sample.person.len()).filter(|i| seen.insert(sample.person[*i])).collect();
    for (_, _, values) in &mut sample.fields {
        *values = once.iter().map(|i| values[*i].clone()).collect();
    }
    let links = link(&sample.table(), 0.5, 1);
    assert!(links.pairs.len() <= 3, "{:?}", links.pairs);
}

/// A table of people with a Latin name, whose e-mail address is made of it; families share name, address and telephone.
fn families(homes: usize, seed: u64) -> Sample {
    const FIRST: [&str; 16] = ["anna", "bernd", "carla", "david", "elena", "fabian", "greta", "henrik", "ines", "jakob", "klara", "leon", "mia", "noah", "olga", "paul"];
    let mut chance = Chance::new(seed, 2);
    let syllables = ["ber", "kel", "mann", "tor", "lin", "der", "hof", "stein", "wal", "ric", "sen", "gar"];
    let mut rows: Vec<[String; 6]> = Vec::new();
    let mut person = Vec::new();
    for home in 0..homes {
        let family: String = (0..2 + chance.below(2)).map(|_| syllables[chance.below(12)]).collect();
        let (street, phone) = (format!("{} {} road", 1 + chance.below(200), syllables[chance.below(12)]), format!("0{:09}", chance.below(1_000_000_000)));
        let at = chance.below(16);
        for member in 0..3usize {
            let first = FIRST[(at + member * 5) % 16];
            let born = format!("{}-{:02}-{:02}", 1940 + chance.below(70), 1 + chance.below(12), 1 + chance.below(28));
            let email = format!("{first}.{family}{}@mail.example", chance.below(90));
            let mut row = [first.to_owned(), family.clone(), born, street.clone(), phone.clone(), email];
            rows.push(row.clone());
            person.push((home * 3 + member) as u32);
            if chance.below(5) == 0 {
                if chance.below(4) == 0 {
                    row.swap(0, 1);
                }
                let n = chance.below(6);
                row[n] = slip(&row[n], "abcdefghij", &mut chance);
                rows.push(row);
                person.push((home * 3 + member) as u32);
            }
        }
    }
    let names = [("first_name", Kind::GivenName), ("surname", Kind::FamilyName), ("dob", Kind::Date), ("street", Kind::Address), ("phone", Kind::Phone), ("email", Kind::Email)];
    Sample { fields: names.iter().enumerate().map(|(i, (name, kind))| (*name, *kind, rows.iter().map(|r| r[i].clone()).collect())).collect(), person }
}

#[test]
fn who_lives_together_is_not_one_person() {
    let sample = families(900, 3);
    let links = link(&sample.table(), 0.5, 1);
    let (precision, recall, f1) = sample.measure(&links.pairs);
    println!("families: precision {precision:.4} recall {recall:.4} F1 {f1:.4}, households {:.2e}", links.model.household);
    assert!(precision >= 0.98 && recall >= 0.95, "{precision} {recall}");
    assert!(links.model.household > links.model.prior, "three at home, one in five twice");
}

#[test]
fn a_pair_is_explained_to_the_last_bit() {
    let sample = families(300, 5);
    let table = sample.table();
    let links = link(&table, 0.01, 1);
    let scorer = links.model.scorer(&table, &links.rates);
    for pair in &links.pairs {
        let why = scorer.explain(pair.a as usize, pair.b as usize);
        let bits = why.prior_bits + why.household_bits + why.fields.iter().map(|f| f.bits).sum::<f64>();
        let odds = bits.exp2();
        assert!((odds / (1.0 + odds) - pair.probability).abs() < 1e-9, "{why:#?}");
        assert!((why.probability - pair.probability).abs() < 1e-12 && why.household_bits <= 0.0);
        let back = scorer.explain(pair.b as usize, pair.a as usize);
        assert!((back.probability - pair.probability).abs() < 1e-12, "whoever is named first");
    }
    assert!(!links.pairs.is_empty());
}

#[test]
fn a_model_is_kept_as_a_document() {
    let sample = families(200, 9);
    let table = sample.table();
    let links = link(&table, 0.5, 1);
    let text = serde_json::to_string(&links.model).unwrap();
    let kept: Model = serde_json::from_str(&text).unwrap();
    let scorer = kept.scorer(&table, &links.rates);
    for pair in &links.pairs {
        assert!((scorer.probability(pair.a as usize, pair.b as usize, &mut Places::default()) - pair.probability).abs() < 1e-12);
    }
}

/// `(row's name, row's name, probability)`, in order.
fn named(sample: &Sample, order: &[usize], seed: u64) -> Vec<(usize, usize, f64)> {
    let fields: Vec<Field<'_>> = sample.fields.iter().map(|(name, kind, values)| Field { name, kind: *kind, values: order.iter().map(|i| values[*i].as_str()).collect() }).collect();
    let links = link(&Table::new(&fields), 0.5, seed);
    let mut pairs: Vec<(usize, usize, f64)> = links.pairs.iter().map(|p| (order[p.a as usize], order[p.b as usize], p.probability)).map(|(a, b, p)| (a.min(b), a.max(b), p)).collect();
    pairs.sort_by_key(|p| (p.0, p.1));
    pairs
}

#[test]
fn the_order_of_the_rows_makes_no_difference() {
    for people in [300, 2500] {
        let sample = chinese(people, 13);
        let rows = sample.person.len();
        let straight = named(&sample, &(0..rows).collect::<Vec<_>>(), 1);
        let mut order: Vec<usize> = (0..rows).collect();
        order.sort_by_key(|i| chance::mix(*i as u64));
        let shuffled = named(&sample, &order, 1);
        let ends = |pairs: &[(usize, usize, f64)]| pairs.iter().map(|p| (p.0, p.1)).collect::<Vec<_>>();
        assert_eq!(ends(&straight), ends(&shuffled));
        assert!(straight.iter().zip(&shuffled).all(|(a, b)| (a.2 - b.2).abs() < 1e-6));
        assert_eq!(named(&sample, &order, 1), shuffled, "and the same again is the same");
    }
}

#[test]
fn rows_that_are_quite_equal_are_surely_one() {
    let mut sample = chinese(400, 17);
    for (_, _, values) in &mut sample.fields {
        let first = values[0].clone();
        values.push(first);
    }
    sample.person.push(sample.person[0]);
    let last = sample.person.len() as u32 - 1;
    let links = link(&sample.table(), 0.5, 1);
    let pair = links.pairs.iter().find(|p| (p.a, p.b) == (0, last)).expect("the copy is found");
    assert!(pair.probability >= 0.99, "{pair:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn any_table_gives_probabilities(rows in prop::collection::vec(("[a-c ]{0,4}", "[a-c王张 ]{0,4}", "[0-3]{0,8}", "[a-b@.]{0,6}"), 0..40), seed in 0u64..5) {
        let column = |f: &dyn Fn(&(String, String, String, String)) -> String| rows.iter().map(f).collect::<Vec<_>>();
        let sample = Sample {
            fields: vec![
                ("a", Kind::GivenName, column(&|r| r.0.clone())), ("b", Kind::FamilyName, column(&|r| r.1.clone())), ("c", Kind::FullName, column(&|r| r.1.clone())),
                ("d", Kind::Date, column(&|r| r.2.clone())), ("e", Kind::Email, column(&|r| r.3.clone())), ("f", Kind::Address, column(&|r| r.1.clone())), ("g", Kind::Text, column(&|r| r.0.clone())),
            ],
            person: (0..rows.len() as u32).collect(),
        };
        let table = sample.table();
        let links = link(&table, 1e-9, seed);
        for pair in &links.pairs {
            prop_assert!(pair.a < pair.b && (pair.b as usize) < rows.len() && (0.0..=1.0).contains(&pair.probability), "{pair:?}");
        }
        prop_assert!(links.pairs.windows(2).all(|w| (w[0].a, w[0].b) < (w[1].a, w[1].b)));
        for field in &links.model.fields {
            for level in &field.levels {
                prop_assert!(level.m > 0.0 && level.m <= 1.0 + 1e-9 && level.u > 0.0 && level.u <= 1.0 + 1e-9, "{field:?}");
            }
        }
    }
}

#[test]
fn a_blank_changes_no_other_pair_wildly() {
    let sample = chinese(500, 19);
    let rows = sample.person.len();
    let order: Vec<usize> = (0..rows).collect();
    let before = named(&sample, &order, 1);
    let mut blanked = Sample { fields: sample.fields.clone(), person: sample.person.clone() };
    blanked.fields[1].2[0].clear();
    let after: std::collections::BTreeMap<(usize, usize), f64> = named(&blanked, &order, 1).into_iter().map(|p| ((p.0, p.1), p.2)).collect();
    for (a, b, p) in before.into_iter().filter(|p| p.0 != 0 && p.2 > 0.6) {
        assert!(after.get(&(a, b)).is_some_and(|q| (p - q).abs() < 0.1), "{a} {b} {p}");
    }
}
