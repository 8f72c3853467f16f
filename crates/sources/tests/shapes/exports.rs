//! What is made of files people have: each table is the head of a real kind of export, each test says what its columns become.

use crate::seen::{look, with};
use domain::{
    Value,
    identity::{Identifier, IdentifierKind},
    record::Record,
};
use sources::{Code, Kind, Mapping, OrderIdentity};

fn external(value: &str) -> Vec<Identifier> {
    vec![Identifier { kind: IdentifierKind::External, value: value.into() }]
}

#[test]
fn one_wide_file_of_invoices() {
    let seen = look(
        "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n\
         536365,85123A,HEART HOLDER,6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom\n\
         536365,71053,LANTERN,6,2010-12-01 08:26:00,3.39,17850.0,United Kingdom\n\
         536366,22752,NESTING BOXES,2,2010-12-01 08:28:00,7.65,13047.0,France\n\
         C536379,D,Discount,-1,2010-12-01 09:41:00,27.5,14527.0,United Kingdom\n\
         536414,22139,,56,2010-12-01 11:52:00,0.0,,United Kingdom\n",
    );
    assert_eq!(seen.probe.mapping.kinds, [Kind::Customer, Kind::Line, Kind::Refund]);
    assert_eq!(seen.probe.mapping.refund_prefix.as_deref(), Some("C"));
    assert!(seen.guessed(Code::GuessIdDecimal) && seen.guessed(Code::GuessLineAmount) && seen.guessed(Code::GuessCustomerBlank));
    let Some(Record::Line(line)) = seen.records.iter().find(|r| matches!(r, Record::Line(_))) else { panic!() };
    assert_eq!((line.customer.clone(), line.order_id.as_str(), line.paid, line.quantity), (external("17850"), "536365", 1530, 6.0));
    let Some(Record::Refund(refund)) = seen.records.iter().find(|r| matches!(r, Record::Refund(_))) else { panic!() };
    assert_eq!((refund.refund_id.as_deref(), refund.order_id.as_deref(), refund.amount), (Some("C536379"), None, 2750));
    assert_eq!(seen.rejects.iter().map(|r| (r.line, r.code)).collect::<Vec<_>>(), [(6, Code::CustomerMissing)]);
    // the customer is said once, not once a line
    assert_eq!(seen.records.iter().filter(|r| matches!(r, Record::Customer(c) if c.identifiers == external("17850"))).count(), 1);
}

#[test]
fn purchases_without_a_number_are_orders_of_their_own() {
    let seen = look("master_id,sample_id,date,number_of_cds,dollar_value\n00004,0001,19970101,2,29.33\n00004,0001,19970101,2,29.33\n00021,0002,19970113,1,11.77\n");
    assert_eq!(seen.probe.mapping.order_identity, OrderIdentity::Row);
    let ids: Vec<&str> = seen.records.iter().map(|r| if let Record::Order(o) = r { o.order_id.as_str() } else { "" }).collect();
    assert_eq!(ids.len(), 3);
    assert_eq!(ids[0], ids[1], "equal rows are one order");
    assert_ne!(ids[0], ids[2]);
    let Record::Order(order) = &seen.records[0] else { panic!() };
    assert_eq!((order.customer.clone(), order.paid, order.day.to_string().as_str()), (external("00004"), 2933, "1997-01-01"));
}

#[test]
fn baskets_of_members_are_one_order_a_day() {
    let seen = look("Member_number,Date,itemDescription\n1808,21-07-2015,tropical fruit\n1808,21-07-2015,whole milk\n2552,05-01-2015,whole milk\n");
    assert_eq!((seen.probe.mapping.kinds.clone(), seen.probe.mapping.order_identity), (vec![Kind::Line], OrderIdentity::CustomerDay));
    assert!(seen.guessed(Code::GuessAmountUnknown) && seen.guessed(Code::GuessDateOrder));
    let orders: Vec<(&str, i64)> = seen.records.iter().map(|r| if let Record::Line(l) = r { (l.order_id.as_str(), l.paid) } else { ("", 1) }).collect();
    assert_eq!(orders, [("day-1808-2015-07-21", 0), ("day-1808-2015-07-21", 0), ("day-2552-2015-01-05", 0)]);
}

#[test]
fn a_list_of_customers_keeps_every_column() {
    let seen = look("CustomerID,Genre,Age,Annual Income (k$),Spending Score (1-100)\n0001,Male,19,15,39\n0002,Female,21,15,81\n");
    let Record::Customer(c) = &seen.records[0] else { panic!() };
    assert_eq!(c.identifiers, external("0001"));
    assert_eq!(c.attributes, [
        ("gender".to_owned(), Value::Text("male".into())),
        ("age".to_owned(), Value::Int(19)),
        ("income".to_owned(), Value::Money(1_500_000)),
        ("custom.spending_score_1_100".to_owned(), Value::Int(39)),
    ]);
    assert!(seen.guessed(Code::GuessScale));
}

#[test]
fn tickets_are_customers_interactions_and_scores() {
    let seen = look(
        "Ticket ID,Customer Name,Customer Email,Customer Age,Product Purchased,Date of Purchase,Ticket Type,Ticket Channel,First Response Time,Time to Resolution,Customer Satisfaction Rating\n\
         1,Amy,amy@example.com,56,Office,2021-06-07,Technical issue,Email,2023-06-01 19:11:14,,\n\
         2,Bob,bob@example.com,40,Camera,2021-06-08,Billing,Chat,2023-06-01 10:00:00,2023-06-01 20:00:00,4.0\n\
         3,Cy,cy@example.com,41,Camera,2021-06-08,Billing,Chat,,,\n",
    );
    assert_eq!(seen.probe.mapping.kinds, [Kind::Customer, Kind::Answer, Kind::Interaction]);
    let count = |f: fn(&Record) -> bool| seen.records.iter().filter(|r| f(r)).count();
    assert_eq!(count(|r| matches!(r, Record::Customer(_))), 3);
    assert_eq!(count(|r| matches!(r, Record::Interaction(_))), 2);
    assert_eq!(count(|r| matches!(r, Record::Answer(a) if a.question == "csat" && a.score == 4.0)), 1);
    assert!(seen.rejects.is_empty());
}

#[test]
fn personal_details_stay_outside_unless_asked_for() {
    let seen = look("rec_id, given_name, surname, street_number, address_1, suburb, state, date_of_birth, soc_sec_id\nrec-1-org, lachlan, berry, 69, giblin street, bittern, qld, 19990219, 7364009\nrec-2-org, deakin, sondergeld, 48, goldfinch, canterbury, vic, 19600210, 2635962\n");
    let Record::Customer(c) = &seen.records[0] else { panic!() };
    assert_eq!((c.identifiers.clone(), c.name.as_deref()), (external("rec-1-org"), Some("lachlan berry")));
    assert_eq!(seen.target("soc_sec_id"), "ignore");
    assert!(seen.guessed(Code::GuessSensitive));
    assert_eq!(c.attributes.iter().map(|a| a.0.as_str()).collect::<Vec<_>>(), ["city", "province", "birthday"]);
}

#[test]
fn rows_without_anyone_are_customers_of_their_own() {
    let text = "age,job,marital,education,y\n18,student,single,unknown,no\n40,admin.,married,high.school,yes\n";
    let (one, two) = (look(text), look(text));
    assert!(one.probe.mapping.customer_by_row && one.guessed(Code::GuessCustomerRow));
    assert_eq!(one.records.len(), 2);
    assert_eq!(one.records, two.records, "the same file names the same customers");
}

#[test]
fn chinese_exports() {
    let orders = look("订单号,会员号,下单时间,实付金额,优惠金额,订单状态,渠道,门店,支付方式\nD1,M1,2026/3/5 10:00,\"￥1,234.50\",0.00,已完成,微信小程序,,微信\nD2,M2,2026/3/6 10:00,10,0.00,已取消,门店,一店,现金\nD3,M2,2026/3/7 10:00,20,0.00,退款成功,门店,一店,现金\n");
    assert_eq!(orders.probe.mapping.kinds, [Kind::Order, Kind::Refund]);
    let Record::Order(first) = &orders.records[0] else { panic!() };
    assert_eq!((first.paid, first.channel.as_deref(), first.payment.as_deref(), first.cancelled), (123_450, Some("微信小程序"), Some("微信"), false));
    assert!(matches!(&orders.records[1], Record::Order(o) if o.cancelled));
    assert!(matches!(&orders.records[3], Record::Refund(r) if r.amount == 2000 && r.order_id.as_deref() == Some("D3")));

    let lines = look("订单号,行号,商品编号,类目,数量,金额\nD1,1,P001,茶叶,2,100.00\nD1,2,P002,茶具,1,50.00\n");
    assert_eq!(lines.probe.mapping.kinds, [Kind::Line, Kind::Refund]);
    assert!(matches!(&lines.records[0], Record::Line(l) if l.customer.is_empty() && l.at.is_none() && l.line_no.as_deref() == Some("1") && l.paid == 10_000));

    let members = look("会员号,姓名,手机号,性别,生日,城市,饮茶年限\nM1,王伟,138 0000 1111,男,1990/2/3,杭州,5\nM2,李娜,1.38E+10,女,1991-02-03,成都,7\n");
    assert!(matches!(&members.records[0], Record::Customer(c) if c.name.as_deref() == Some("王伟")
        && c.identifiers.iter().any(|i| i.value == "8613800001111") && c.attributes.contains(&("custom.饮茶年限".into(), Value::Int(5)))));
    // the member number knows her without the phone that a spreadsheet spoilt
    assert!(matches!(&members.records[1], Record::Customer(c) if c.name.as_deref() == Some("李娜") && c.identifiers.len() == 1));
    assert!(members.rejects.is_empty() && members.guessed(Code::GuessPhoneLost));

    let refunds = look("退款单号,订单号,会员号,退款时间,退款金额,退款原因\nR1,D1,M1,2026-03-05 10:00:00,12.00,质量问题\n");
    assert!(matches!(&refunds.records[0], Record::Refund(r) if r.order_id.as_deref() == Some("D1") && r.amount == 1200 && r.reason.as_deref() == Some("质量问题")));

    let companies = look("客户编号,公司名称,行业,员工人数,年营业额,采购意向\nB1,知味贸易,零售,120,5000000,高\n");
    assert!(matches!(&companies.records[0], Record::Customer(c) if c.organisation && c.name.as_deref() == Some("知味贸易") && c.attributes.len() == 4));
    let contacts = look("客户编号,联系人,职务,联系人手机,联系人邮箱\nB1,王伟,采购,13700001111,w@example.org\n");
    assert!(matches!(&contacts.records[..], [Record::Contact(c)] if c.role.as_deref() == Some("采购")));

    let scores = look("会员号,评价时间,问卷类型,评分,评价内容\nM1,2026-03-05,NPS,9,很好\nM2,2026-03-05,CSAT,6,\n");
    assert!(matches!(&scores.records[0], Record::Answer(a) if a.question == "nps" && a.score == 9.0 && a.comment.as_deref() == Some("很好")));
    assert_eq!(scores.rejects[0].code, Code::ScoreInvalid);

    let visits = look("会员号,互动时间,互动类型,渠道\nM1,2026-03-05 10:00:00,访问,官网\n");
    assert!(matches!(&visits.records[0], Record::Interaction(i) if i.kind == "访问" && i.channel.as_deref() == Some("官网")));
    let products = look("商品编号,商品名称,类目,品牌,单价,成本\nP001,龙井,茶叶,知味,88.00,40\n");
    assert!(matches!(&products.records[0], Record::Product(p) if p.price == Some(8800) && p.cost == Some(4000) && p.name.as_deref() == Some("龙井")));
    let costs = look("渠道,开始日期,结束日期,投放费用\n抖音,2026-03-01,2026-03-31,8000\n");
    assert!(matches!(&costs.records[0], Record::Cost(c) if c.amount == 800_000 && c.channel.as_deref() == Some("抖音")));
}

#[test]
fn english_exports() {
    let products = look("Product ID,Product name,Category,Brand,List price,Unit cost\nP1,Tea,Drinks,Z,8.00,4\n");
    assert!(matches!(&products.records[0], Record::Product(p) if p.price == Some(800) && p.cost == Some(400)));
    let costs = look("Channel,From,To,Spend\nAds,2026-03-01,2026-03-31,8000\n");
    assert!(matches!(&costs.records[0], Record::Cost(_)));
    let scores = look("Customer ID,Answered at,Survey,Score,Comment\nM1,2026-03-05,NPS,9,good\n");
    assert!(matches!(&scores.records[0], Record::Answer(a) if a.question == "nps"));
    let visits = look("Customer ID,Interaction time,Interaction type,Channel\nM1,2026-03-05 10:00:00,visit,web\n");
    assert!(matches!(&visits.records[0], Record::Interaction(_)));
    let lines = look("Order ID,Line no,Product ID,Category,Quantity,Amount\nD1,1,P1,Tea,2,100.00\n");
    assert!(matches!(&lines.records[0], Record::Line(l) if l.paid == 10_000 && l.quantity == 2.0));
    let refunds = look("Refund ID,Order ID,Customer ID,Refund time,Refund amount,Reason\nR1,D1,M1,2026-03-05 10:00:00,12.00,broken\n");
    assert!(matches!(&refunds.records[0], Record::Refund(_)));
    let people = look("Account ID,Contact name,Role,Contact phone,Contact email\nB1,Amy,Buyer,13700001111,w@example.org\n");
    assert!(matches!(&people.records[..], [Record::Contact(_)]));
}

#[test]
fn an_orders_total_on_every_line_is_not_counted_twice() {
    let seen = look(
        "订单编号,客户编号,下单时间,订单金额,商品名称,数量,单价\n\
         D1,K1,2026-03-01 10:00,150.00,茶,1,100\nD1,K1,2026-03-01 10:00,150.00,壶,1,50\n\
         D2,K2,2026-03-02 10:00,60.00,茶,2,20\nD2,K2,2026-03-02 10:00,60.00,杯,1,20\n\
         D3,K3,2026-03-03 10:00,30.00,杯,1,10\nD3,K3,2026-03-03 10:00,30.00,碗,2,10\n",
    );
    assert_eq!(seen.probe.mapping.kinds, [Kind::Order, Kind::Line, Kind::Refund]);
    let heads: i64 = seen.records.iter().map(|r| if let Record::Order(o) = r { o.paid } else { 0 }).sum();
    let lines: i64 = seen.records.iter().map(|r| if let Record::Line(l) = r { l.paid } else { 0 }).sum();
    assert_eq!((heads, lines), (24_000, 24_000));
}

#[test]
fn a_date_and_a_time_in_two_columns() {
    let seen = look("order_id,customer_id,order_date,order_time,paid\nA,K,2026-03-05,23:30:00,1\nB,K,2026-03-06,00:10:00,1\n");
    let Record::Order(o) = &seen.records[0] else { panic!("{:?}", seen.probe.mapping) };
    assert_eq!(o.at.rfc3339(), "2026-03-05T15:30:00.000000Z");
}

#[test]
fn people_known_by_name_only() {
    let seen = look("日期,客户姓名,商品,金额\n2026-03-01,张三,茶,10\n2026-03-02,李四,茶,10\n2026-03-03,王五,壶,30\n");
    assert!(seen.guessed(Code::GuessCustomerName));
    assert!(matches!(&seen.records[0], Record::Line(l) if l.customer == external("张三") && l.paid == 1000));
}

#[test]
fn what_the_file_is_said_to_hold_decides() {
    let text = "Customer ID,Date,Amount\nK1,2026-03-01,10\nK2,2026-03-02,20\n";
    assert_eq!(with(text, |o| o.kind = Some(Kind::Order)).probe.mapping.kinds, [Kind::Order, Kind::Refund]);
    assert_eq!(with(text, |o| o.kind = Some(Kind::Customer)).probe.mapping.kinds, [Kind::Customer]);
    assert_eq!(with(text, |o| o.kind = Some(Kind::Refund)).probe.mapping.kinds, [Kind::Refund]);
}

#[test]
fn a_template_fits_every_file_with_the_same_header() {
    let first = look("订单号,会员号,下单时间,实付金额\nD1,M1,2026-03-05,1\n");
    let mut template = first.probe.mapping.clone();
    template.columns[3].collision = sources::Collision::Never;
    let json = serde_json::to_string(&template).unwrap();
    let saved: Mapping = serde_json::from_str(&json).unwrap();
    assert_eq!(saved, template);
    let next = with("导出\n订单号 ;会员号;下单时间;实付金额（元）\nD1;M1;2026-03-05;1\n", |_| {});
    let applied = next.probe.mapping.with_template(&saved).unwrap();
    assert_eq!((applied.delimiter, applied.header_row, applied.columns[3].collision), (';', 2, sources::Collision::Never));
    let other = look("订单号,会员号,下单时间,备注\nD1,M1,2026-03-05,1\n");
    assert_eq!(other.probe.mapping.with_template(&saved), None);
}

#[test]
fn what_sort_of_goods_an_order_was_is_its_line() {
    let money = |seen: &crate::seen::Seen| {
        let lines: Vec<(Option<String>, f64, i64)> = seen.records.iter().filter_map(|r| if let Record::Line(l) = r { Some((l.category.clone(), l.quantity, l.paid)) } else { None }).collect();
        (seen.orders().iter().map(|o| o.1).collect::<Vec<_>>(), lines)
    };
    let line = |category: &str, quantity: f64, paid: i64| (Some(category.to_owned()), quantity, paid);
    for head in ["order id,customer id,order date,amount,category,qty", "订单号,会员号,下单时间,实付金额,商品类目,数量", "订单号,会员号,下单时间,订单金额,品类,件数", "客户编号,流水号,日期,金额,类目,购买数量"] {
        let turned = head.starts_with("客户编号");
        let rows = if turned { "C1,O1,2025-01-01,30,tea,2\nC1,O2,2025-01-02,50,cup,1\nC2,O3,2025-01-03,20.5,tea,4\n" } else { "O1,C1,2025-01-01,30,tea,2\nO2,C1,2025-01-02,50,cup,1\nO3,C2,2025-01-03,20.5,tea,4\n" };
        let seen = look(&format!("{head}\n{rows}"));
        assert_eq!(money(&seen), (vec![3000, 5000, 2050], vec![line("tea", 2.0, 3000), line("cup", 1.0, 5000), line("tea", 4.0, 2050)]), "{head}");
        assert!(!seen.guessed(Code::GuessIgnored), "{head}");
    }
    // without a number each row is an order still, and money given back is a refund still
    let seen = look("customer id,date,amount,category\nC1,2025-01-01,30,tea\nC1,2025-01-01,50,cup\nC1,2025-01-02,-10,cup\n");
    assert_eq!(seen.probe.mapping.order_identity, OrderIdentity::Row);
    assert_eq!((money(&seen).0, seen.refunds().len(), money(&seen).1.len()), (vec![3000, 5000], 1, 2));
    // what an order cost and its list amount stay the order's
    let seen = look("order id,customer id,date,amount,paid,cost,brand\nO1,C1,2025-01-01,40,30,12,Z\nO2,C2,2025-01-01,60,50,20,Y\n");
    assert_eq!((seen.target("cost").as_str(), money(&seen).0, money(&seen).1.iter().map(|l| l.2).collect::<Vec<_>>()), ("order.cost", vec![3000, 5000], vec![3000, 5000]));
    // rows of one order that differ in it are its lines
    let seen = look("order id,customer id,order date,amount,category\nO1,C1,2025-01-01,30,tea\nO1,C1,2025-01-01,50,cup\nO2,C2,2025-01-02,20,tea\n");
    assert_eq!((seen.probe.mapping.kinds.clone(), money(&seen)), (vec![Kind::Line, Kind::Refund], (vec![], vec![line("tea", 1.0, 3000), line("cup", 1.0, 5000), line("tea", 1.0, 2000)])));
    let seen = look("order id,customer id,order date,order total,category\nO1,C1,2025-01-01,80,tea\nO1,C1,2025-01-01,80,cup\nO2,C2,2025-01-02,20,tea\n");
    assert_eq!(money(&seen), (vec![8000, 2000], vec![line("tea", 1.0, 8000), line("cup", 1.0, 0), line("tea", 1.0, 2000)]));
}

#[test]
fn what_is_told_of_an_export_of_shopify() {
    let head = "Name,Email,Financial Status,Paid at,Total,Created at,Lineitem quantity,Lineitem name,Lineitem price,Id";
    let seen = look(&format!("{head}\n#1001,a@x.com,paid,2026-03-01 10:00:00 -0800,55.00,2026-03-01 09:00:00 -0800,1,Tea,55.00,4500012345678\n#1002,b@x.com,paid,2026-03-02 10:00:00 -0800,8.00,2026-03-02 09:00:00 -0800,1,Tea,8.00,4500012345679\n"));
    assert!(!seen.guessed(Code::GuessSensitive) && !seen.guessed(Code::GuessTimeZone));
    assert_eq!(seen.guess(Code::GuessIgnored).map(|g| g.0).as_deref(), Some("Columns not used: Created at, Id"));
    // one time without a zone is enough
    assert!(look("order id,customer id,order time,paid\nA1,K1,2026-03-01T10:00:00Z,5\nA2,K2,2026-03-01 10:00:00,5\n").guessed(Code::GuessTimeZone));
    assert!(!look("order id,customer id,order time,paid\nA1,K1,2026-03-01T10:00:00Z,5\nA2,K2,2026-03-01T10:00:00+08:00,5\n").guessed(Code::GuessTimeZone));
}

#[test]
fn names_of_others_addresses_and_notes_are_no_attributes() {
    let seen = look("会员号,姓名,城市,收货人,英文名,家庭住址,备注,车牌号,肤质\nM1,张三,上海,张三,Zhang San,人民路1号,常来 13933334444,沪A12345,干性\nM2,李四,北京,李四,Li Si,长安街2号,怕冷,京B54321,油性\n");
    for header in ["收货人", "英文名", "家庭住址", "备注", "车牌号"] {
        assert_eq!(seen.target(header), "ignore", "{header}");
    }
    assert_eq!((seen.target("城市").as_str(), seen.target("肤质").as_str()), ("attribute.city", "custom.肤质"));
    let told = "x".repeat(120);
    let rows: String = (0..6).map(|i| format!("M{i},{told} {i},dry\n")).collect();
    let seen = look(&format!("customer id,story,skin\n{rows}"));
    assert_eq!((seen.target("story").as_str(), seen.target("skin").as_str()), ("ignore", "custom.skin"));
}
