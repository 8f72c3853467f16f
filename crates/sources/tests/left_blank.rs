//! Values that cannot be read in rows that are taken in: counted over all rows of the file, by column and reason, with the first.

use domain::{Currency, Zone};
use sources::{Code, LeftBlank, Options, Probe, probe, read};
use std::ops::ControlFlow;

fn look(text: &str) -> (Probe, Vec<LeftBlank>, u64, u64) {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), text).unwrap();
    let zone = Zone::parse("Asia/Shanghai").unwrap();
    let found = probe(file.path(), &Options { name: Some("file.csv"), ..Options::new(&zone, Currency::CNY) }).unwrap();
    let mut left = Vec::new();
    let done = read(file.path(), &found.mapping, &mut |batch| {
        LeftBlank::gather(&mut left, batch.left_blank);
        ControlFlow::Continue(())
    })
    .unwrap();
    (found, left, done.accepted, done.rejected)
}

#[test]
fn all_that_is_left_blank_is_counted_wherever_it_stands() {
    let mut text = "customer_id,name,birthday,income,email,phone\n".to_owned();
    for i in 0..30_000 {
        // the sample sees none of the bad ones
        let (birthday, income, email, phone) = if i < 20_000 { ("1990-02-03", "5000", "a@b.cn", "13800001111") } else { ("1990-02-30", "n.a.x", "bad-mail", "12") };
        text.push_str(&format!("K{i},N{i},{birthday},{income},{email},{phone}\n"));
    }
    let (found, left, accepted, rejected) = look(&text);
    assert_eq!((accepted, rejected), (30_000, 0));
    let of = |column: &str| left.iter().find(|l| l.column == column).unwrap_or_else(|| panic!("{column}: {left:?}"));
    assert_eq!(left.len(), 4);
    for (column, code, value) in [("birthday", Code::DateInvalid, "1990-02-30"), ("income", Code::MoneyInvalid, "n.a.x"), ("email", Code::EmailInvalid, "bad-mail"), ("phone", Code::PhoneInvalid, "12")] {
        let l = of(column);
        assert_eq!((l.code, l.count, l.first.len()), (code, 10_000, LeftBlank::EXAMPLES), "{column}");
        assert_eq!(l.first[0], (20_002, value.to_owned()));
    }
    assert_eq!(of("birthday").label().en, "“birthday”: values that could not be read and were left blank: 10000 (line 20002 “1990-02-30”: Not a date that exists)");
    assert_eq!(of("phone").label().zh, "“phone”有 10000 个值无法识别，已留空（第 20002 行“12”：不是电话号码）");
    assert!(found.mapping.columns.iter().any(|c| c.header == "income" && c.target.name() == "attribute.income"));
}

#[test]
fn nothing_is_counted_of_a_row_that_is_rejected() {
    let mut text = "customer_id,name,city,birthday,order_id,order_date,paid\n".to_owned();
    for i in 1..=30 {
        text.push_str(&format!("K{i},N{i},上海,1990-02-03,A{i},2025-01-01,5\n"));
    }
    text.push_str("K31,张敏,北京,1991-02-30,A31,2025-01-99,5\nK32,刘洋,北京,1991-02-30,A32,2025-01-04,5\n");
    let (_, left, accepted, rejected) = look(&text);
    assert_eq!((accepted, rejected), (31, 1));
    assert_eq!(left.iter().map(|l| (l.column.as_str(), l.count, l.first.clone())).collect::<Vec<_>>(), [("birthday", 1, vec![(33, "1991-02-30".to_owned())])]);
}

#[test]
fn phones_and_addresses_that_are_none_are_told_before_the_import() {
    let (found, left, accepted, _) = look("会员号,姓名,手机号,邮箱\nK1,王伟,13800001111,a@b.cn\nK2,李娜,12345,bad-mail\nK3,张敏,13800001113,c@b.cn\n");
    assert_eq!(accepted, 3);
    assert_eq!(left.iter().map(|l| (l.code, l.count)).collect::<Vec<_>>(), [(Code::PhoneInvalid, 1), (Code::EmailInvalid, 1)]);
    let told: Vec<String> = found.guesses.iter().filter(|g| g.code == Code::GuessAttributeUnread && g.is_warning()).map(|g| g.text().zh).collect();
    assert_eq!(told, ["“手机号”中有 1 个值无法识别（如“12345”），将留空", "“邮箱”中有 1 个值无法识别（如“bad-mail”），将留空"]);
}

#[test]
fn a_score_beside_an_order_that_cannot_be_read_does_not_cost_the_order() {
    let (_, left, accepted, rejected) = look("order_id,customer_id,date,amount,nps\nA1,C1,2025-01-01,10,9\nA2,C2,2025-01-02,10,77\nA3,C3,2025-01-02,10,8\n");
    assert_eq!((accepted, rejected), (3, 0));
    assert_eq!(left.iter().map(|l| (l.column.as_str(), l.code, l.count)).collect::<Vec<_>>(), [("nps", Code::ScoreInvalid, 1)]);
}

#[test]
fn what_is_masked_is_nobodys_and_no_attribute() {
    let (found, left, accepted, rejected) = look("customer_id,name,phone,email\nM1,王芳,138****5678,w***@mail.cn\nM2,王伟,138****5678,w***@mail.cn\n138****5678,王五,,w***@mail.cn\n");
    assert_eq!((accepted, rejected), (2, 1));
    assert_eq!(left.iter().map(|l| (l.column.as_str(), l.code, l.count)).collect::<Vec<_>>(), [("email", Code::EmailInvalid, 2)]);
    assert!(found.mapping.columns.iter().all(|c| !matches!(c.target, sources::Target::Custom(_))), "{:?}", found.mapping.columns);
}

#[test]
fn a_phone_that_a_spreadsheet_spoilt_costs_nobody_who_is_known_otherwise() {
    let (found, left, accepted, rejected) = look("会员号,姓名,手机号,城市\nA1,张三,1.38E+10,上海\nA2,李四,1.39E+10,北京\nA3,王五,#REF!,广州\n");
    assert_eq!((accepted, rejected), (3, 0));
    assert_eq!(left.iter().map(|l| (l.code, l.count)).collect::<Vec<_>>(), [(Code::PhoneLostDigits, 2), (Code::PhoneInvalid, 1)]);
    assert!(found.guesses.iter().any(|g| g.code == Code::GuessPhoneLost));
    // a phone that is all there is of somebody cannot be left blank
    let (_, left, accepted, rejected) = look("姓名,手机号\n王伟,13800001111\n李娜,1.38E+10\n");
    assert_eq!((accepted, rejected, left.len()), (1, 1, 0));
    // nor costs it a contact
    let (_, left, accepted, _) = look("客户编号,联系人,联系人手机\nB1,王伟,1.38E+10\nB2,李娜,13700002222\n");
    assert_eq!((accepted, left.iter().map(|l| (l.code, l.count)).collect::<Vec<_>>()), (2, vec![(Code::PhoneLostDigits, 1)]));
}
