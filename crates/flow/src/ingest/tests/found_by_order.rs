//! Rows that leave their customer blank and name an order are that order's customer's, wherever the order is.

use super::*;

const HEADS: &str = "order_id,customer_id,date,amount\nO1,C1,2025-01-01,100\nO4,C3,2025-01-01,10.05\nO5,C4,2025-01-05,99\n";
const REFUNDS: &str = "refund_id,order_id,customer_id,refund_date,refund_amount\nR4,O4,,2025-02-01,10.04\nR1,O1,C1,2025-02-01,40\n";
/// Orders that stand only as lines.
const ONLY_LINES: &str = "order_id,customer_id,date,product,quantity,amount\n\
    O1,C1,2025-01-01,tea,1,60\nO1,C1,2025-01-01,cup,1,40\nO4,C3,2025-01-01,tea,1,10.05\n";

#[tokio::test]
async fn a_refund_with_a_blank_customer_is_its_orders_in_any_order_of_files_and_imports() {
    for known in [HEADS, ONLY_LINES] {
        for imports in [vec![vec!["orders", "refunds"]], vec![vec!["refunds", "orders"]], vec![vec!["orders"], vec!["refunds"]]] {
            let shop = Shop::open().await;
            for names in &imports {
                let files: Vec<(&str, &str)> =
                    names.iter().map(|n| if *n == "orders" { ("orders.csv", known) } else { ("refunds.csv", REFUNDS) }).collect();
                let (staged, _) = shop.import(&files).await;
                assert_eq!(staged.report.quarantined, 0, "{imports:?}: {:?}", staged.report.rejects_by_reason);
            }
            let refunds = shop.facts("C3").await.refunds;
            assert_eq!(refunds.iter().map(|r| r.amount).collect::<Vec<_>>(), [1_004], "{imports:?}");
        }
    }
}

#[tokio::test]
async fn a_line_with_a_blank_customer_is_its_orders_too() {
    let lines = "order_id,customer_id,product,category,quantity,price\nO1,,cup,home,2,10\nO1,,plate,home,1,80\nO5,C4,phone,dig,1,99\n";
    for imports in [vec![vec![("orders.csv", HEADS), ("lines.csv", lines)]], vec![vec![("orders.csv", HEADS)], vec![("lines.csv", lines)]]] {
        let shop = Shop::open().await;
        for files in &imports {
            let (staged, _) = shop.import(files).await;
            assert_eq!(staged.report.quarantined, 0, "{:?}", staged.report.rejects_by_reason);
        }
        assert_eq!((shop.facts("C1").await.lines.len(), shop.facts("C4").await.lines.len()), (2, 1));
    }
}

/// The cells of an order stand on the first of its lines only: the others are told by its number.
#[tokio::test]
async fn a_line_below_the_first_is_its_orders_where_no_row_is_an_order() {
    let lines = "order_id,customer_id,date,product,quantity,amount\nO1,C1,2025-01-01,tea,1,60\nO1,,,cup,1,40\nO2,C2,2025-01-02,tea,1,60\nO2,,,pot,2,80\nO3,C1,2025-01-05,tea,1,60\n";
    let shop = Shop::open().await;
    let mapping = shop.source("lines.csv", lines).await.mapping;
    assert!(mapping.continued && !mapping.kinds.contains(&sources::Kind::Order), "{:?}", mapping.kinds);
    let (staged, _) = shop.import(&[("lines.csv", lines)]).await;
    let r = &staged.report;
    assert_eq!((r.quarantined, r.records["lines"].created, r.orders), (0, 5, Some(3)), "{:?}", r.rejects_by_reason);
    let days: Vec<String> = shop.facts("C1").await.lines.iter().map(|l| l.day.to_string()).collect();
    assert_eq!(days, ["2025-01-01", "2025-01-01", "2025-01-05"]);
}

#[tokio::test]
async fn a_refund_of_an_order_nobody_knows_says_so() {
    let shop = Shop::open().await;
    let stray = "refund_id,order_id,customer_id,refund_date,refund_amount\nR9,O9,,2025-02-01,1\nR1,O1,C1,2025-02-01,40\n";
    let (staged, _) = shop.import(&[("orders.csv", HEADS), ("refunds.csv", stray)]).await;
    let reasons: Vec<_> = staged.report.rejects_by_reason.iter().map(|r| (r.code.as_str(), r.count)).collect();
    assert_eq!(reasons, [("order_unknown", 1)]);
    // of many, each file has its examples
    let many = |file: &str| format!("refund_id,order_id,customer_id,refund_date,refund_amount\n{}", (0..9).map(|n| format!("{file}{n},X{file}{n},,2025-02-01,1\n")).collect::<String>());
    let (staged, _) = shop.import(&[("a.csv", &many("a")), ("b.csv", &many("b"))]).await;
    let shown: Vec<_> = staged.report.rejects_by_reason[0].examples.iter().map(|e| (e.file.as_str(), e.line)).collect();
    assert_eq!(shown, [("a.csv", 2), ("a.csv", 3), ("a.csv", 4), ("b.csv", 2), ("b.csv", 3)]);
}

#[tokio::test]
async fn an_order_number_of_two_customers_is_told_where_orders_stand_as_lines() {
    let count = |staged: &Staged| staged.report.quality.checks.iter().find(|c| c.code == "orders_of_two").map(|c| c.count);
    let shop = Shop::open().await;
    let two = format!("{ONLY_LINES}O4,C8,2025-01-01,cup,1,7\n");
    let (staged, _) = shop.import(&[("lines.csv", &two)]).await;
    assert!(staged.report.records.contains_key("lines"), "{:?}", staged.report.records);
    assert_eq!((count(&staged), staged.report.orders), (Some(1), Some(2)), "and the lines are of two orders");
    // O1 was C1's before
    let later = "order_id,customer_id,date,product,quantity,amount\nO1,C9,2025-01-01,tea,1,60\nO7,C9,2025-01-02,cup,1,5\nO7,C9,2025-01-02,tea,1,5\n";
    let (staged, _) = shop.import(&[("later.csv", later)]).await;
    assert_eq!(count(&staged), Some(1));
}

#[tokio::test]
async fn quality_counts_customers_where_it_says_customers() {
    let shop = Shop::open().await;
    let people = "customer_id,name,phone\nC1,王芳,13800000001\nC1,王芳,13800000001\nC2,,13800000002\nC2,,13800000002\n";
    let orders = "order_id,customer_id,date,amount\nO1,V999,2025-01-01,5\nO2,V999,2025-01-02,5\n";
    let (staged, _) = shop.import(&[("people.csv", people), ("orders.csv", orders)]).await;
    let check = |code: &str| staged.report.quality.checks.iter().find(|c| c.code == code).map(|c| (c.count, c.share));
    assert_eq!(check("names"), Some((2, 2.0 / 3.0)));
    assert_eq!(check("contacts"), Some((1, 1.0 / 3.0)));
}

#[tokio::test]
async fn what_is_left_blank_is_counted_over_all_rows() {
    let shop = Shop::open().await;
    let mut text = "customer_id,name,birthday,income\n".to_owned();
    (0..30_000).for_each(|n| {
        let (birthday, income) = if n < 20_000 { ("1990-02-28", "5000") } else { ("1990-02-30", "n.a.x") };
        text.push_str(&format!("C{n},Name{n},{birthday},{income}\n"));
    });
    let (staged, _) = shop.import(&[("late.csv", &text)]).await;
    let r = &staged.report;
    assert_eq!((r.accepted, r.quarantined, r.blanks()), (30_000, 0, 20_000));
    let said: Vec<_> = r.left_blank.iter().map(|b| (b.column.as_str(), b.count, b.examples[0].line)).collect();
    assert_eq!(said, [("birthday", 10_000, 20_002), ("income", 10_000, 20_002)]);
    let dates = r.quality.checks.iter().find(|c| c.code == "impossible_dates").map(|c| c.count);
    assert_eq!(dates, Some(10_000));
    assert!(r.quality.score < 80, "{}", r.quality.score);
}
