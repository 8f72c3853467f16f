//! What a file holds is told by its headings and its cells together: one that mixes orders, refunds and scores, one of costs, one
//! whose questions stand in a column of their own, one that we wrote ourselves.

use crate::seen::{look, with};
use domain::{Currency, record::Record};
use sources::{Code, Kind, Target};

#[test]
fn orders_with_their_refunds_beside_them_are_orders() {
    let rows = "O1,C1,2025-01-01,100,,\nO2,C2,2025-01-01,50,10,2025-02-01\nO3,C3,2025-01-02,70,70,2025-02-03\n";
    let all_back = "O1,C1,2025-01-01,100,5,2025-01-09\nO2,C2,2025-01-01,50,10,2025-02-01\nO3,C3,2025-01-02,70,70,2025-02-03\n";
    let noughts = rows.replace(",,\n", ",0,\n");
    for head in ["order_id,customer_id,date,amount,refund_amount,refund_date", "订单号,会员号,日期,金额,退款金额,退款日期", "id,customer_id,date,amount,refund_amount,refund_date"] {
        for (rows, refunds) in [(rows, 2), (all_back, 3), (noughts.as_str(), 2)] {
            if head.starts_with("id") && refunds == 3 {
                continue; // every row gives back: the number may be the refund's
            }
            let seen = look(&format!("{head}\n{rows}"));
            assert_eq!(seen.orders(), [("O1", 10_000), ("O2", 5000), ("O3", 7000)], "{head} {rows}");
            assert_eq!(seen.refunds().len(), refunds, "{head} {rows}");
            assert!(seen.rejects.is_empty());
            assert_eq!(seen.guess(Code::GuessKinds).map(|g| g.0).as_deref(), Some("Recognised data: orders, refunds"));
        }
    }
    // a refund on a row of its own below
    let seen = look("order_id,customer_id,date,amount,refund_amount,refund_date\nO1,C1,2025-01-01,100,,\nO2,C2,2025-01-01,50,10,2025-02-01\nO1,C1,,,30,2025-02-03\n");
    assert_eq!((seen.orders(), seen.refunds(), seen.rejects.len()), (vec![("O1", 10_000), ("O2", 5000)], vec![("O2", 1000), ("O1", 3000)], 0));
    // a file of refunds stays one
    for text in [
        "refund_id,order_id,date,amount\nR1,O1,2025-02-01,10\nR2,O2,2025-02-01,70\n",
        "order_id,customer_id,refund_date,refund_amount,reason\nO1,C1,2025-02-01,10,late\nO2,C2,2025-02-01,70,broken\n",
        "退款单号,订单号,日期,金额,退款金额\nR1,O1,2025-01-01,100,10\nR2,O2,2025-01-01,70,70\n",
    ] {
        let seen = look(text);
        assert_eq!(seen.probe.mapping.kinds, [Kind::Refund], "{text}");
        assert_eq!(seen.refunds(), [("O1", 1000), ("O2", 7000)], "{text}");
    }
}

#[test]
fn plain_orders_are_told_as_orders_alone() {
    let kinds = |text: &str| look(text).guess(Code::GuessKinds).map(|g| g.0).unwrap_or_default();
    assert_eq!(kinds("order_id,customer_id,date,amount\nO1,C1,2025-01-01,100\nO2,C2,2025-01-01,50\n"), "Recognised data: orders");
    assert_eq!(kinds("order_id,customer_id,date,amount,status\nO1,C1,2025-01-01,100,paid\nO2,C2,2025-01-01,50,cancelled\n"), "Recognised data: orders");
    assert_eq!(kinds("order_id,customer_id,date,amount,status\nO1,C1,2025-01-01,100,paid\nO2,C2,2025-01-01,50,refunded\n"), "Recognised data: orders, refunds");
    assert_eq!(kinds("order_id,customer_id,date,amount\nO1,C1,2025-01-01,100\nO1,C1,2025-01-05,-50\n"), "Recognised data: orders, refunds");
    // what is not told of the sample is kept all the same
    assert!(look("order_id,customer_id,date,amount\nO1,C1,2025-01-01,100\n").probe.mapping.kinds.contains(&Kind::Refund));
}

#[test]
fn a_refund_or_line_without_a_customer_is_its_orders_customers() {
    let seen = with("refund_id,order_id,customer_id,refund_date,refund_amount\nR4,O4,,2025-02-01,10.04\nR1,O1,C1,2025-02-01,40\nR2,,,2025-02-01,40\n", |o| o.kind = Some(Kind::Refund));
    assert_eq!(seen.rejected(), [(4, Code::CustomerMissing)]);
    let whose: Vec<usize> = seen.records.iter().map(|r| if let Record::Refund(r) = r { r.customer.len() } else { 9 }).collect();
    assert_eq!(whose, [0, 1]);
    // known by the order, a phone that is none does not matter either
    let seen = with("order_id,phone,refund_date,refund_amount\nO1,13800001111,2025-02-01,5\nO4,12,2025-02-01,10\n", |o| o.kind = Some(Kind::Refund));
    assert_eq!((seen.refunds(), seen.rejects.len()), (vec![("O1", 500), ("O4", 1000)], 0));
    let seen = with("order_id,customer_id,product,category,quantity,price\nO1,,cup,home,2,10\nO1,,plate,home,1,80\nO5,C4,phone,dig,1,99\n", |o| o.kind = Some(Kind::Line));
    assert!(seen.rejects.is_empty(), "{:?}", seen.rejected());
    assert!(seen.guess(Code::GuessCustomerBlank).is_none());
    let whose: Vec<usize> = seen.records.iter().map(|r| if let Record::Line(l) = r { l.customer.len() } else { 9 }).collect();
    assert_eq!(whose, [0, 0, 1]);
    // lines with a day of their own stand alone: nobody else says whose they are
    let seen = with("order_id,customer_id,date,product,quantity,price\nO1,,2025-01-01,cup,2,10\nO5,C4,2025-01-01,phone,1,99\n", |o| o.kind = Some(Kind::Line));
    assert_eq!(seen.rejected(), [(2, Code::CustomerMissing)]);
}

#[test]
fn a_column_of_nps_and_csat_names_the_question() {
    for head in ["type", "kind", "类型", "评价类型", "what"] {
        let text = format!("customer_id,score,date,{head}\nC1,9,2025-01-01,NPS\nC4,4,2025-01-02,CSAT\nC5,5,2025-01-02,csat\nC6,6,2025-01-02,CES\n");
        for kind in [Some(Kind::Answer), None] {
            let seen = with(&text, |o| o.kind = kind);
            assert_eq!(seen.target(head), "answer.question", "{head}");
            let answers: Vec<_> = seen.answers().into_iter().map(|a| (a.0, a.1[..4].trim().to_owned(), a.2)).collect();
            let want = [("C1", "nps", 9.0), ("C4", "csat", 4.0), ("C5", "csat", 5.0), ("C6", "ces", 6.0)].map(|(c, q, s)| (c.to_owned(), q.to_owned(), s));
            assert_eq!(answers, want, "{head}");
        }
    }
    // other words are no questions
    assert_eq!(with("customer_id,score,date,type\nC1,9,2025-01-01,gold\nC2,7,2025-01-01,silver\n", |o| o.kind = Some(Kind::Answer)).target("type"), "ignore");
}

const WIDE: &str = "会员号,姓名,性别,订单号,下单日期,商品名称,品类,数量,单价,实付金额,退款金额,退款日期,满意度评分,评分日期
M1,张三,男,O1,2025-03-01,杯子,家居,2,10,20,,,5,2025-03-05
M1,张三,男,O1,2025-03-01,盘子,家居,1,30,30,,,5,2025-03-05
M2,李四,女,O2,2025-03-02,杯子,家居,1,10,10,10,2025-03-08,2,2025-03-09
M2,李四,女,O3,2025-03-20,手机,数码,1,1000,900,100,2025-03-25,,
M2,李四,女,O4,2025-03-21,手机,数码,1,1000,900,,,9,2025-03-25
M3,王五,,,,,,,,,,,,
M3,王五,,,,,,,,,,,,
,,,O5,2025-03-21,手机,数码,1,1000,900,,,,
M6,赵六,,,2025-03-21,,,,,,,,,
";

#[test]
fn a_wide_file_gives_customers_without_orders_and_scores_beside_orders() {
    let seen = look(WIDE);
    // a part of an order is no customer without one, and the score out of range is left blank, not the order
    assert_eq!(seen.rejected(), [(9, Code::CustomerMissing), (10, Code::OrderMissing)]);
    let names: Vec<&str> = seen.records.iter().filter_map(|r| if let Record::Customer(c) = r { c.name.as_deref() } else { None }).collect();
    assert!(names.contains(&"王五"), "{names:?}");
    let mut answers = seen.answers();
    answers.dedup();
    assert_eq!(answers, [("M1".to_owned(), "csat 2025-03-05".to_owned(), 5.0), ("M2".to_owned(), "csat 2025-03-09".to_owned(), 2.0)]);
    let seen = look("order_id,customer_id,date,amount,nps,comment\nA1,C1,2025-01-01,10,9,ok\nA2,C2,2025-01-02,10,3,bad\nA3,C2,2025-01-02,10,,\n,C9,,,,\n");
    assert_eq!((seen.orders().len(), seen.rejects.len()), (3, 0), "{:?}", seen.rejected());
    assert_eq!(seen.answers(), [("C1".to_owned(), "nps 2025-01-01".to_owned(), 9.0), ("C2".to_owned(), "nps 2025-01-02".to_owned(), 3.0)]);
    assert!(matches!(seen.records.last(), Some(Record::Customer(c)) if c.identifiers[0].value == "C9"));
    // a remark below the table is nobody
    let seen = look("customer_id,order_id,date,amount\nC1,A1,2025-01-01,10\nC2,A2,2025-01-02,10\n以上数据仅供参考,,,\nexported at: 2025-01-03,,,\n");
    assert_eq!(seen.rejected(), [(4, Code::DateMissing), (5, Code::DateMissing)]);
    // a bare score may be the product's
    assert_eq!(look("order_id,customer_id,date,product,amount,rating\nA1,C1,2025-01-01,cup,10,4\nA2,C2,2025-01-02,cup,10,5\n").target("rating"), "ignore");
}

#[test]
fn costs_are_known_by_what_people_call_them() {
    for head in ["cost", "costs", "total cost", "spend", "ad cost", "成本", "推广费", "花费", "投放成本", "费用", "amount", "金额"] {
        let text = format!("channel,from,to,{head}\nads,2025-01-01,2025-03-31,100\nshop,2025-01-01,2025-03-31,50.5\n");
        let seen = with(&text, |o| o.kind = Some(Kind::Cost));
        assert_eq!(seen.target(head), "cost.amount");
        assert_eq!(seen.costs().iter().map(|c| c.2).collect::<Vec<_>>(), [10_000, 5050], "{head}");
    }
    // nobody said what it is
    for head in ["cost", "成本", "推广费"] {
        assert_eq!(look(&format!("渠道,月份,{head}\n微信,2025-01,100\n抖音,2025-02,50\n")).probe.mapping.kinds, [Kind::Cost], "{head}");
    }
    assert_ne!(look("date,product,total cost\n2025-01-01,cup,100\n2025-01-02,pot,50\n").probe.mapping.kinds, [Kind::Cost], "a list of what was bought");
    // beside goods it is what they cost
    assert_eq!(look("order_id,customer_id,date,product,quantity,price,cost\nO1,C1,2025-01-01,cup,2,10,4\nO2,C2,2025-01-01,cup,1,10,4\n").target("cost"), "line.cost");
}

#[test]
fn months_of_costs_however_they_are_written() {
    for (jan, feb) in [("2025年1月", "2025年2月"), ("Jan 2025", "Feb 2025"), ("January 2025", "February 2025"), ("2025.01", "2025.02"), ("2025/1", "2025/2"), ("202501", "202502"), ("2025-01", "2025-02"), ("Jan-25", "Feb-25")] {
        for head in ["month", "月份", "date", "日期"] {
            let seen = with(&format!("channel,{head},cost\nads,{jan},100\nads,{feb},50\n"), |o| o.kind = Some(Kind::Cost));
            assert_eq!(seen.costs(), [("2025-01-01".to_owned(), "2025-01-31".to_owned(), 10_000), ("2025-02-01".to_owned(), "2025-02-28".to_owned(), 5000)], "{head} {jan} {:?}", seen.rejected());
        }
    }
}

#[test]
fn a_short_date_that_can_be_read_two_ways_is_told_and_the_likelier_taken() {
    let day = |dates: &[&str]| {
        let rows: String = dates.iter().enumerate().map(|(i, d)| format!("A{i},C1,{d},1\n")).collect();
        let seen = look(&format!("order_id,customer_id,date,amount\n{rows}"));
        let first = seen.records.iter().find_map(|r| if let Record::Order(o) = r { Some(o.day.to_string()) } else { None }).unwrap_or_default();
        (first, seen.guess(Code::GuessDateAmbiguous).is_some_and(|g| g.1))
    };
    // 2006 with the day first: nobody's books
    assert_eq!(day(&["25/1/6"]), ("2025-01-06".to_owned(), true));
    assert_eq!(day(&["25/1/6", "24/2/6"]), ("2025-01-06".to_owned(), true));
    // both are years of today: as people in the rest of the world write it, but to be checked
    assert_eq!(day(&["25/1/24"]), ("2024-01-25".to_owned(), true));
    // what is proven is not doubted
    assert_eq!(day(&["25/1/6", "25/2/17", "24/12/8"]), ("2025-01-06".to_owned(), false));
    assert_eq!(day(&["13/1/25", "14/1/25", "2/2/25", "28/2/25", "5/3/25"]), ("2025-01-13".to_owned(), false));
    assert_eq!(day(&["25/1/2006"]), ("2006-01-25".to_owned(), false));
    assert_eq!(day(&["25/1/99"]), ("1999-01-25".to_owned(), false));
}

#[test]
fn the_currency_of_a_file_is_told_by_its_signs_whatever_the_workspace_speaks() {
    for (cell, currency) in [("10元", "CNY"), ("￥10", "CNY"), ("¥10", "CNY"), ("10 元", "CNY"), ("€10", "EUR"), ("$10", "USD")] {
        for home in ["USD", "CNY"] {
            let found = with(&format!("order_id,customer_id,date,amount\nA1,C1,2025-01-01,{cell}\nA2,C1,2025-01-02,{cell}\n"), |o| o.currency = Currency::parse(home).unwrap());
            assert_eq!(found.probe.currency, Currency::parse(currency), "{cell} {home}");
        }
    }
}

#[test]
fn our_own_file_of_rejected_rows_reads_as_the_file_it_came_from() {
    let own = "订单号,会员编号,下单时间,实付金额,渠道";
    let row = |n: usize| format!("A{n},K{n},2025-01-0{n},{n}0.50,门店");
    let plain = look(&format!("{own}\n{}\n{}\n{}\n", row(1), row(2), row(3)));
    let front = |n: usize| format!("orders.csv,{n},下单时间,date_invalid,不是有效日期,2025-13-01,\"A{n},K{n},x\"");
    let again = look(&format!("file,line,column,code,reason,value,row,{own}\n{},{}\n{},{}\n{},{}\n", front(2), row(1), front(3), row(2), front(4), row(3)));
    assert_eq!(again.probe.mapping.kinds, plain.probe.mapping.kinds);
    for c in &plain.probe.mapping.columns {
        assert_eq!(again.target(&c.header), c.target.name(), "{}", c.header);
    }
    assert!(again.probe.mapping.columns.iter().take(7).all(|c| c.target == Target::Ignore));
    assert!(again.guess(Code::GuessIgnored).is_none());
    assert_eq!(again.orders(), plain.orders());
    // a totals row that was set aside is one still
    let again = look(&format!("file,line,column,code,reason,value,row,{own}\n{},{}\norders.csv,9,,totals_row,合计行,,合计,合计,5,,,\n", front(2), row(1)));
    assert_eq!(again.rejected(), [(3, Code::TotalsRow)]);
    // customers keep their own attributes and get none of ours
    let again = look("file,line,column,code,reason,value,row,会员号,姓名,城市\na.csv,2,姓名,text_too_long,文字太长,x,y,K1,王伟,上海\na.csv,3,姓名,text_too_long,文字太长,x,y,K2,李娜,北京\n");
    assert_eq!(again.probe.mapping.kinds, [Kind::Customer]);
    assert!(again.probe.mapping.columns.iter().take(7).all(|c| c.target == Target::Ignore));
}

#[test]
fn days_that_are_all_wrong_are_told_row_by_row() {
    for (head, kind) in [("订单号,会员号,下单时间,实付金额", Kind::Order), ("order id,customer id,order time,paid", Kind::Order), ("refund id,order id,refund date,refund amount", Kind::Refund)] {
        for cell in ["2026-02-30", "不知道", "n/k"] {
            for hint in [None, Some(kind)] {
                let seen = with(&format!("{head}\nA1,C1,{cell},12\n"), |o| o.kind = hint);
                assert_eq!(seen.rejected(), [(2, Code::DateInvalid)], "{head} {cell} {hint:?}");
            }
        }
    }
    // numbers below such a heading are no days, and beside days that can be read it is no day either
    assert_eq!(look("订单号,会员号,下单时间,实付金额\nA1,C1,3.5,12\n").target("下单时间"), "ignore");
    assert_eq!(look("order id,customer id,date,order time,paid\nA1,C1,2026-03-01,evening,12\n").rejected(), []);
}

#[test]
fn the_channel_that_won_a_customer_is_none_of_the_orders() {
    let rows = "A1,C1,2026-02-03,12,门店\n";
    assert_eq!(look(&format!("订单号,会员号,下单时间,实付金额,获客渠道\n{rows}")).target("获客渠道"), "attribute.acquisition_channel");
    assert_eq!(look(&format!("订单号,会员号,下单时间,实付金额,来源\n{rows}")).target("来源"), "order.channel");
}
