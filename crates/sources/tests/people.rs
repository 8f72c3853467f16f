//! Lists of people and organisations: who they are stays in the store, what they are like goes into the lake, and one bad cell
//! never costs the whole customer.

use domain::{
    Currency, Value, Zone,
    identity::IdentifierKind,
    record::{ContactRecord, CustomerRecord, Record},
};
use sources::{Code, Kind, Options, Probe, Reject, Target, probe, read};
use std::{collections::BTreeMap, ops::ControlFlow};

struct Seen {
    probe: Probe,
    records: Vec<Record>,
    rejects: Vec<Reject>,
    notes: BTreeMap<Code, u64>,
}

impl Seen {
    fn target(&self, header: &str) -> String {
        self.probe.mapping.columns.iter().find(|c| c.header == header).map(|c| c.target.name()).unwrap_or_default()
    }

    fn own(&self) -> Vec<&str> {
        self.probe.mapping.columns.iter().filter(|c| matches!(c.target, Target::Custom(_))).map(|c| c.header.as_str()).collect()
    }

    fn guess(&self, code: Code) -> String {
        self.probe.guesses.iter().find(|g| g.code == code).map(|g| g.text().en).unwrap_or_default()
    }

    fn customers(&self) -> Vec<&CustomerRecord> {
        self.records.iter().filter_map(|r| if let Record::Customer(c) = r { Some(c) } else { None }).collect()
    }

    fn contacts(&self) -> Vec<&ContactRecord> {
        self.records.iter().filter_map(|r| if let Record::Contact(c) = r { Some(c) } else { None }).collect()
    }
}

fn with(text: &str, kind: Option<Kind>) -> Seen {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), text).unwrap();
    let zone = Zone::parse("Asia/Shanghai").unwrap();
    let mut options = Options::new(&zone, Currency::CNY);
    options.name = Some("file.csv");
    options.kind = kind;
    let probe = probe(file.path(), &options).unwrap();
    let (mut records, mut rejects, mut notes) = (Vec::new(), Vec::new(), BTreeMap::new());
    read(file.path(), &probe.mapping, &mut |batch| {
        for (code, n) in &batch.notes {
            *notes.entry(*code).or_default() += n;
        }
        records.extend(batch.rows.into_iter().flat_map(|r| r.1));
        rejects.extend(batch.rejects);
        ControlFlow::Continue(())
    })
    .unwrap();
    Seen { probe, records, rejects, notes }
}

fn look(text: &str) -> Seen {
    with(text, Some(Kind::Customer))
}

#[test]
fn contacts_of_organisations_whether_or_not_customers_were_said() {
    let rows: String = (0..6).map(|i| format!("K{},Comp {},Person {i},+1212555100{i},p{i}@x.com,20,Retail\n", i / 2, i / 2)).collect();
    let text = format!("account_id,company,contact name,contact phone,contact email,employees,industry\n{rows}");
    for kind in [None, Some(Kind::Customer)] {
        let seen = with(&text, kind);
        assert_eq!(seen.probe.mapping.kinds, [Kind::Customer, Kind::Contact], "{kind:?}");
        assert_eq!((seen.target("contact phone").as_str(), seen.own().len()), ("contact.phone", 0));
        assert_eq!((seen.contacts().len(), seen.customers().iter().all(|c| c.organisation)), (6, true));
    }
}

#[test]
fn names_phones_and_addresses_never_become_attributes_by_themselves() {
    let seen = look(
        "customer_id,name,Spouse Name,backup,office mail,emergency contact,wechat,tea years,plan name,balance\n\
         K1,Amy,Tom,13800001111,a@x.com,Eve,amy_tea,3,gold,1234567890.50\nK2,Amy,Sam,13800002222,b@x.com,Eve,bob,5,gold,2234567890.50\nK3,Bob,Joe,13800003333,c@x.com,Lea,cy,1,base,3234567890.50\n",
    );
    assert_eq!(seen.target("name"), "customer.name", "two names among three people are names all the same");
    assert_eq!(seen.own(), ["tea years", "plan name", "balance"]);
    assert!(seen.guess(Code::GuessSensitive).ends_with("Spouse Name, backup, office mail, emergency contact, wechat"), "{}", seen.guess(Code::GuessSensitive));
    // whoever wants one of them as an attribute may say so
    assert_eq!(Target::parse("custom.spouse_name"), Some(Target::Custom("spouse_name".into())));
}

#[test]
fn every_phone_and_address_of_a_row_is_kept() {
    let seen = look("会员号,姓名,手机号,电话,邮箱,电子邮箱\nM1,王伟,13800001111,13900001111,a@x.com,b@x.com\nM2,李娜,,13900002222,,\nM3,张敏,13800003333,13800003333,c@x.com,不详\nM4,刘洋,13800004444,1.39E+10,d@x.com,none\nM5,陈静,13800005555,call me,e@x.com,\n");
    let of = |i: usize, kind: IdentifierKind| seen.customers()[i].identifiers.iter().filter(|i| i.kind == kind).map(|i| i.value.clone()).collect::<Vec<_>>();
    assert_eq!(of(0, IdentifierKind::Phone), ["8613800001111", "8613900001111"]);
    assert_eq!(of(0, IdentifierKind::Email), ["a@x.com", "b@x.com"]);
    assert_eq!(of(1, IdentifierKind::Phone), ["8613900002222"]);
    assert_eq!(of(2, IdentifierKind::Phone), ["8613800003333"]);
    assert_eq!(of(2, IdentifierKind::Email), ["c@x.com"]);
    // a spare number that cannot be read costs nobody
    assert_eq!((of(3, IdentifierKind::Phone), of(4, IdentifierKind::Phone)), (vec!["8613800004444".to_owned()], vec!["8613800005555".to_owned()]));
    assert_eq!((seen.rejects.len(), seen.notes.get(&Code::PhoneDropped)), (0, Some(&2)));
}

#[test]
fn a_recipients_or_a_shops_number_is_not_the_buyers() {
    let orders = with("订单号,下单时间,实付金额,买家手机,收货人手机,门店联系电话\n1,2024-01-01,10,13800001111,13900001111,13700000000\n2,2024-01-02,10,13800002222,13900002222,13700000000\n", None);
    assert_eq!((orders.target("买家手机").as_str(), orders.target("收货人手机").as_str(), orders.target("门店联系电话").as_str()), ("customer.phone", "ignore", "ignore"));
    let alone = with("订单号,下单时间,实付金额,收货人手机\n1,2024-01-01,10,13900001111\n2,2024-01-02,10,13900002222\n", None);
    assert_eq!(alone.target("收货人手机"), "customer.phone");
}

#[test]
fn an_attribute_that_cannot_be_read_stays_blank() {
    let mut rows: String = (0..98).map(|i| format!("K{i},1990-01-0{},30\n", 1 + i % 9)).collect();
    rows.push_str("K98,不详,保密\nK99,1990-02-30,many\n");
    let seen = look(&format!("customer_id,生日,年龄\n{rows}"));
    assert_eq!((seen.customers().len(), seen.rejects.len()), (100, 0));
    assert_eq!(seen.notes, BTreeMap::from([(Code::AttributeDropped, 2)]), "words for nothing are no fault");
    assert!(seen.customers()[98].attributes.is_empty() && seen.customers()[99].attributes.is_empty());
    assert_eq!(seen.customers()[0].attributes[1], ("age".to_owned(), Value::Int(30)));
    assert_eq!(seen.guess(Code::GuessAttributeUnread), "Values of “生日” that cannot be read and will be left blank: 1 (“1990-02-30”)");
    // facts stay strict
    let orders = with("order_id,customer_id,order_date,amount\n1,A,2024-01-01,1\n2,A,2024-02-30,1\n3,A,不详,1\n4,A,2024-01-01,many\n", None);
    assert_eq!(orders.rejects.iter().map(|r| r.code).collect::<Vec<_>>(), [Code::DateInvalid, Code::DateMissing, Code::MoneyInvalid]);
}

#[test]
fn a_contact_with_one_bad_address_is_still_a_contact() {
    let seen = look("客户编号,联系人,联系人手机,联系人邮箱\nB1,王伟,13700001111,w@\nB2,李娜,13700002222,l@example.org\nB3,,,nobody\n");
    assert_eq!((seen.contacts().len(), seen.contacts()[0].email.clone(), seen.notes.get(&Code::EmailDropped)), (2, None, Some(&1)));
    assert_eq!(seen.rejects.iter().map(|r| r.code).collect::<Vec<_>>(), [Code::EmailInvalid]);
}

#[test]
fn what_winning_a_customer_took_is_theirs() {
    for (csv, header) in [("会员号,姓名,获客成本\nM1,王芳,35.50\nM2,李雷,12\n", "获客成本"), ("customer_id,name,CAC\nC1,Ann,35.50\nC2,Bob,12\n", "CAC")] {
        assert_eq!(look(csv).target(header), "attribute.acquisition_cost", "{csv}");
    }
    // a table of costs stays one
    let costs = with("渠道,开始日期,结束日期,获客成本\n抖音,2026-01-01,2026-01-31,5000\n微信,2026-01-01,2026-01-31,3000\n", None);
    assert_eq!(costs.target("获客成本"), "cost.amount");
}

/// What only counts the rows is no attribute of anybody, and it is said; the same numbers under another heading may be one.
#[test]
fn a_number_that_counts_the_rows_is_left_out() {
    let seen = look("序号,会员号,姓名,No.,#,等次\n1,M7,王伟,1,1,1\n2,M3,李娜,2,2,2\n3,M9,张敏,3,3,3\n");
    assert_eq!((seen.own(), seen.guess(Code::GuessRunning)), (vec!["等次"], "Columns that only number the rows are left out: 序号, No., #".to_owned()));
    // a number of the customer's own that does not count is one
    let seen = look("序号,会员号,姓名\n17,M7,王伟\n4,M3,李娜\n9,M9,张敏\n");
    assert_eq!((seen.own(), seen.guess(Code::GuessRunning)), (vec!["序号"], String::new()));
    assert_eq!(look("编号,姓名,电话\n1,王伟,13800000001\n2,李娜,13800000002\n3,张敏,13800000003\n").target("编号"), "customer.id", "where nothing else numbers them");
}
