//! Mappings made by hand: what a person says about the columns of a file nobody recognised decides what comes of it, and what they say
//! about dates, amounts and numbers overrules what was guessed.

use domain::{Currency, Value, Zone, record::Record};
use sources::{Code, DateOrder, DecimalMark, Error, Kind, Mapping, Options, OrderIdentity, Probe, Target, probe, read, review, settle};
use std::{ops::ControlFlow, path::Path};

struct File(tempfile::NamedTempFile, Zone);

impl File {
    fn of(text: &str) -> File {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        File(file, Zone::parse("Asia/Shanghai").unwrap())
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn options(&self) -> Options<'_> {
        Options { name: Some("file.csv"), ..Options::new(&self.1, Currency::CNY) }
    }

    fn probe(&self) -> Probe {
        probe(self.path(), &self.options()).unwrap()
    }

    /// What comes of the proposal once a person changed it.
    fn changed(&self, shown: &Probe, change: impl FnOnce(&mut Mapping)) -> Probe {
        let mut mapping = shown.mapping.clone();
        change(&mut mapping);
        review(self.path(), &self.options(), mapping, Some(&shown.mapping)).unwrap()
    }

    fn read(&self, mapping: &Mapping) -> (Vec<Record>, Vec<(u64, Code)>) {
        let (mut records, mut rejects) = (Vec::new(), Vec::new());
        read(self.path(), mapping, &mut |batch| {
            rejects.extend(batch.rejects.iter().map(|r| (r.line, r.code)));
            records.extend(batch.rows.into_iter().flat_map(|r| r.1));
            ControlFlow::Continue(())
        })
        .unwrap();
        (records, rejects)
    }
}

fn give(mapping: &mut Mapping, targets: &[&str]) {
    for (column, target) in mapping.columns.iter_mut().zip(targets) {
        column.target = Target::parse(target).unwrap();
    }
}

fn guesses(probe: &Probe) -> Vec<&'static str> {
    probe.guesses.iter().map(|g| g.code.key()).collect()
}

/// Days and amounts of the orders, in the order of the file.
fn orders(records: &[Record]) -> Vec<(String, String, i64)> {
    records.iter().filter_map(|r| if let Record::Order(o) = r { Some((o.order_id.clone(), o.day.to_string(), o.paid)) } else { None }).collect()
}

const ODD: &str = "bon,wer,wann,summe\n17.0,K1,03/04/2026,\"1.234,50\"\n18.0,K2,05/04/2026,\"2,00\"\n";

#[test]
fn a_file_nobody_recognised_gives_what_its_columns_are_said_to_be() {
    let file = File::of(ODD);
    let shown = file.probe();
    assert_eq!((shown.mapping.kinds.len(), guesses(&shown)), (0, vec!["guess_no_kind"]));
    assert_eq!(read(file.path(), &shown.mapping, &mut |_| ControlFlow::Continue(())).map_err(|e| e.code), Err(Code::MappingEmpty));
    let said = file.changed(&shown, |m| give(m, &["order.id", "customer.id", "order.at", "order.paid"]));
    assert_eq!(said.mapping.kinds, [Kind::Order, Kind::Refund]);
    // and they are read as their cells say, as a proposal would have it
    assert_eq!((said.mapping.decimal_mark, said.mapping.columns[0].strip_decimal), (DecimalMark::Comma, true));
    assert_eq!(said.mapping.date_order, DateOrder::Mdy);
    assert_eq!(guesses(&said), ["guess_kinds", "guess_time_zone", "guess_id_decimal", "guess_date_ambiguous", "guess_decimal_comma"]);
    let (records, rejects) = file.read(&said.mapping);
    assert_eq!(orders(&records), [("17".to_owned(), "2026-03-04".to_owned(), 123_450), ("18".to_owned(), "2026-05-04".to_owned(), 200)]);
    assert!(rejects.is_empty());
}

#[test]
fn dates_that_cannot_be_told_apart_follow_what_is_said_or_proven_of_the_file() {
    let file = File::of(ODD);
    // the columns and the order of day and month are said in one breath
    let said = file.changed(&file.probe(), |m| {
        give(m, &["order.id", "customer.id", "order.at", "order.paid"]);
        m.date_order = DateOrder::Dmy;
    });
    assert_eq!((said.mapping.date_order, said.mapping.columns[2].date_order), (DateOrder::Dmy, None));
    assert!(guesses(&said).contains(&"guess_date_order") && !guesses(&said).contains(&"guess_date_ambiguous"));
    assert_eq!(orders(&file.read(&said.mapping).0).first().map(|o| o.1.as_str()), Some("2026-04-03"));
    // a column whose cells prove it speaks for one before it that does not
    let file = File::of("order_id,customer_id,order_time,paid,refund_time,refund_amount\nA1,K1,03/04/2026,5,28/04/2026,1\nA2,K1,05/04/2026,6,29/04/2026,2\n");
    let shown = file.probe();
    assert_eq!(shown.mapping.date_order, DateOrder::Dmy);
    assert!(shown.mapping.columns.iter().all(|c| c.date_order.is_none()));
}

#[test]
fn a_list_of_customers_that_is_said_to_hold_orders_gives_orders() {
    let file = File::of("customer_id,name,city,erste,betrag\nK1,王伟,上海,2026-03-05,10\nK2,李娜,北京,2026-03-06,11\n");
    let shown = file.probe();
    assert_eq!(shown.mapping.kinds, [Kind::Customer]);
    let said = file.changed(&shown, |m| give(m, &["customer.id", "customer.name", "attribute.city", "order.at", "order.paid"]));
    assert_eq!((said.mapping.kinds.clone(), said.mapping.order_identity), (vec![Kind::Customer, Kind::Order, Kind::Refund], OrderIdentity::Row));
    assert!(guesses(&said).contains(&"guess_order_row"));
    let (records, _) = file.read(&said.mapping);
    assert_eq!(orders(&records).iter().map(|o| o.2).collect::<Vec<_>>(), [1000, 1100]);
    // and back again
    let back = file.changed(&said, |m| give(m, &["customer.id", "customer.name", "attribute.city", "ignore", "ignore"]));
    assert_eq!(back.mapping.kinds, [Kind::Customer]);
}

#[test]
fn an_order_number_given_by_hand_is_the_orders() {
    let file = File::of("customer_id,date,amount,bon\nK1,2026-03-01,10,B1\nK1,2026-03-01,10,B2\n");
    let shown = file.probe();
    assert_eq!(shown.mapping.order_identity, OrderIdentity::Row);
    let said = file.changed(&shown, |m| m.columns[3].target = Target::OrderId);
    assert_eq!(said.mapping.order_identity, OrderIdentity::Column);
    assert_eq!(orders(&file.read(&said.mapping).0).iter().map(|o| o.0.as_str()).collect::<Vec<_>>(), ["B1", "B2"]);
    // without one, rows of a day can be one order all the same, if somebody says so
    let day = file.changed(&shown, |m| m.order_identity = OrderIdentity::CustomerDay);
    assert_eq!(day.mapping.order_identity, OrderIdentity::CustomerDay);
    assert!(guesses(&day).contains(&"guess_order_day"));
}

#[test]
fn a_customer_number_given_by_hand_is_the_customers() {
    let file = File::of("age,job,marital,education,y,kenn\n18,student,single,unknown,no,K1\n40,admin.,married,high.school,yes,K2\n41,admin.,married,high.school,yes,\n");
    let shown = file.probe();
    assert!(shown.mapping.customer_by_row && guesses(&shown).contains(&"guess_customer_row"));
    let said = file.changed(&shown, |m| m.columns[5].target = Target::CustomerId);
    assert!(!said.mapping.customer_by_row && !guesses(&said).contains(&"guess_customer_row"));
    let (records, rejects) = file.read(&said.mapping);
    assert!(matches!(&records[0], Record::Customer(c) if c.identifiers[0].value == "K1"));
    assert_eq!(rejects, [(4, Code::CustomerMissing)]);
    assert!(guesses(&said).contains(&"guess_customer_blank"));
}

#[test]
fn day_and_month_are_read_as_somebody_says() {
    let file = File::of("order_id,customer_id,order_time,paid,refund_date,refund_amount\nA,K1,03/04/2026,1,04/04/2026,1\nB,K2,05/04/2026,2,06/04/2026,1\n");
    let shown = file.probe();
    assert_eq!((shown.mapping.date_order, shown.mapping.columns[2].date_order), (DateOrder::Mdy, None), "one word for the file");
    assert_eq!(guesses(&shown).iter().filter(|g| **g == "guess_date_ambiguous").count(), 2);
    let said = file.changed(&shown, |m| m.date_order = DateOrder::Dmy);
    let days = |p: &Probe| orders(&file.read(&p.mapping).0).into_iter().map(|o| o.1).collect::<Vec<_>>();
    assert_eq!((days(&shown), days(&said)), (vec!["2026-03-04".to_owned(), "2026-05-04".to_owned()], vec!["2026-04-03".to_owned(), "2026-04-05".to_owned()]));
    // nobody is asked to check what they said
    assert!(guesses(&said).contains(&"guess_date_order") && !guesses(&said).contains(&"guess_date_ambiguous"));
    // one column alone
    let alone = file.changed(&shown, |m| m.columns[4].date_order = Some(DateOrder::Dmy));
    assert_eq!(days(&alone), days(&shown));
    let (records, _) = file.read(&alone.mapping);
    let refund: Vec<String> = records.iter().filter_map(|r| if let Record::Refund(r) = r { Some(r.day.to_string()) } else { None }).collect();
    assert_eq!(refund, ["2026-04-04", "2026-04-06"]);
    // the file's word, said again, holds for all
    let all = file.changed(&alone, |m| m.date_order = DateOrder::Dmy);
    assert_eq!(all.mapping.columns[4].date_order, None);
}

#[test]
fn an_order_of_dates_that_does_not_fit_is_told() {
    let file = File::of("order_id,customer_id,order_time,paid\nA,K1,13/04/2026,1\nB,K2,05/04/2026,2\nC,K2,25/04/2026,2\n");
    let shown = file.probe();
    let said = file.changed(&shown, |m| m.date_order = DateOrder::Mdy);
    let told = said.guesses.iter().find(|g| g.code == Code::GuessDateContrary).map(|g| g.text().en).unwrap_or_default();
    assert!(told.contains("read as MM/DD/YYYY, 2 of the sample"), "{told}");
    let valid = said.columns.iter().find(|c| c.header == "order_time").map(|c| (c.valid * 100.0) as u8);
    assert_eq!(valid, Some(33));
    // years behind are not read in front, whatever is said, and that is told
    let odd = file.changed(&shown, |m| m.date_order = DateOrder::Ymd);
    assert!(odd.guesses.iter().any(|g| g.code == Code::GuessDateOrder && g.text().en.ends_with("DD/MM/YYYY")));
}

#[test]
fn amounts_are_read_with_the_mark_the_scale_and_the_prefix_somebody_says() {
    let file = File::of("order_id,customer_id,order_time,paid\nR1,K1,2026-03-01,\"1,234\"\n17,K2,2026-03-02,\"2,500\"\n");
    let shown = file.probe();
    let sums = |p: &Probe| orders(&file.read(&p.mapping).0).iter().map(|o| o.2).collect::<Vec<_>>();
    assert_eq!(sums(&shown), [123_400, 250_000]);
    let comma = file.changed(&shown, |m| m.decimal_mark = DecimalMark::Comma);
    assert_eq!(sums(&comma), [123, 250]);
    assert!(guesses(&comma).contains(&"guess_decimal_comma"));
    let scaled = file.changed(&shown, |m| m.columns[3].scale = 1000);
    assert_eq!(sums(&scaled), [123_400_000, 250_000_000]);
    assert!(guesses(&scaled).contains(&"guess_scale"));
    let refunds = file.changed(&shown, |m| m.refund_prefix = Some("R".into()));
    assert_eq!(sums(&refunds), [250_000]);
    assert!(guesses(&refunds).contains(&"guess_refund_prefix"));
    assert!(matches!(&file.read(&refunds.mapping).0[0], Record::Refund(r) if r.refund_id.as_deref() == Some("R1") && r.amount == 123_400));
    let zone = file.changed(&shown, |m| m.time_zone = "Europe/Berlin".into());
    assert!(zone.guesses.iter().any(|g| g.code == Code::GuessTimeZone && g.text().en.ends_with("Europe/Berlin")));
    let Record::Order(o) = &file.read(&zone.mapping).0[0] else { panic!() };
    assert_eq!(o.at.rfc3339(), "2026-02-28T23:00:00.000000Z");
}

#[test]
fn a_phone_that_is_no_identifier_recognises_nobody() {
    let file = File::of("order_id,customer_id,phone,order_time,paid\nA,K1,13800001111,2026-03-01,1\nB,K2,13800001111,2026-03-02,2\n");
    let shown = file.probe();
    assert_eq!(shown.mapping.columns[2].target, Target::CustomerPhone);
    let said = file.changed(&shown, |m| m.columns[2].identifier = false);
    let who = |p: &Probe| file.read(&p.mapping).0.iter().filter_map(|r| if let Record::Order(o) = r { Some(o.customer.iter().map(|i| i.value.clone()).collect::<Vec<_>>()) } else { None }).collect::<Vec<_>>();
    assert_eq!(who(&shown)[0], ["K1", "8613800001111"]);
    assert_eq!(who(&said), [["K1"], ["K2"]]);
    // with no column left that tells who, rows are set aside and the page says so beforehand
    let nobody = file.changed(&said, |m| m.columns[1].identifier = false);
    assert_eq!(file.read(&nobody.mapping).1, [(2, Code::CustomerMissing), (3, Code::CustomerMissing)]);
}

#[test]
fn a_template_that_says_nothing_of_kinds_gives_what_its_columns_say() {
    let file = File::of(ODD);
    let text = r#"{"format":"csv","time_zone":"Asia/Shanghai","currency":"CNY","date_order":"dmy","decimal_mark":"comma","columns":[
        {"index":0,"header":"bon","target":"order.id"},{"index":1,"header":"wer","target":"customer.id"},
        {"index":2,"header":"wann","target":"order.at"},{"index":3,"header":"summe","target":"order.paid"}]}"#;
    let mut mapping: Mapping = serde_json::from_str(text).unwrap();
    let told = review(file.path(), &file.options(), mapping.clone(), None).unwrap();
    assert_eq!(told.mapping.kinds, [Kind::Order, Kind::Refund]);
    settle(&mut mapping, None);
    assert_eq!(told.mapping, mapping);
    assert_eq!(orders(&file.read(&mapping).0)[0], ("17.0".to_owned(), "2026-04-03".to_owned(), 123_450));
    // a mapping of some columns leaves the others out
    mapping.columns.retain(|c| c.header != "wer");
    assert_eq!(review(file.path(), &file.options(), mapping.clone(), None).unwrap().columns.len(), 4);
    mapping.columns[0].header = "order".into();
    let refused = review(file.path(), &file.options(), mapping, None).map_err(|e: Error| e.code);
    assert_eq!(refused.map(|p| p.columns.len()), Err(Code::HeaderDiffers));
}

#[test]
fn what_was_proposed_stays_as_it_is_when_nobody_changes_it() {
    let folder = Path::new(&std::env::var("CARGO_MANIFEST_DIR").unwrap()).join("tests/corpus");
    let zone = Zone::parse("Asia/Shanghai").unwrap();
    let mut count = 0;
    for path in std::fs::read_dir(&folder).unwrap().map(|e| e.unwrap().path()).filter(|p| !p.to_string_lossy().ends_with(".expect.json")) {
        let options = Options::new(&zone, Currency::CNY);
        let Ok(shown) = probe(&path, &options) else { continue };
        let again = review(&path, &options, shown.mapping.clone(), Some(&shown.mapping)).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        assert_eq!(again.mapping, shown.mapping, "{}", path.display());
        assert_eq!(again.guesses, shown.guesses, "{}", path.display());
        assert_eq!(again.columns, shown.columns, "{}", path.display());
        count += 1;
    }
    assert!(count > 100, "{count}");
}

#[test]
fn an_attribute_given_by_hand_is_read_as_its_cells_say() {
    let file = File::of("customer_id,city,geb\nK1,上海,13/04/1990\nK2,北京,05/04/1991\n");
    let shown = file.probe();
    let said = file.changed(&shown, |m| m.columns[2].target = Target::parse("attribute.birthday").unwrap());
    let Record::Customer(c) = &file.read(&said.mapping).0[0] else { panic!() };
    let birthday = c.attributes.iter().find(|a| a.0 == "birthday").map(|a| a.1.clone());
    assert_eq!(birthday, domain::Day::parse("1990-04-13").map(Value::Day));
}
