//! Files to import: small, and known to the cent.

use std::{collections::BTreeMap, fmt::Write};

/// Heading of the order files.
const ORDERS: &str = "Order ID,Customer ID,Order time,Paid,Status,Channel\n";

/// What of one file is, or must be, in the lake.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lot {
    /// orders
    pub orders: i64,
    /// different order numbers
    pub numbers: i64,
    /// cents
    pub paid: i64,
}

/// Orders of file `n` by `customers` customers of its own, two each.
pub fn orders(n: usize, customers: usize) -> (String, Lot) {
    let (mut text, mut paid) = (ORDERS.to_owned(), 0);
    for i in 0..customers * 2 {
        let cents = 100 + (n as i64 * 7_919 + i as i64 * 104_729) % 90_000;
        paid += cents;
        let (day, hour) = (1 + i % 28, i % 24);
        let channel = ["app", "store", "web"][i % 3];
        writeln!(text, "F{n}-{i},K{n}-{},2026-03-{day:02} {hour:02}:15:00,{}.{:02},completed,{channel}", i / 2, cents / 100, cents % 100)
            .expect("a text takes it");
    }
    let count = customers as i64 * 2;
    (text, Lot { orders: count, numbers: count, paid })
}

/// As [`orders`], with one order of a customer whom every file knows, a row without a customer and a row twice.
pub fn dirty_orders(n: usize, customers: usize) -> (String, Lot) {
    let (mut text, lot) = orders(n, customers);
    let again = text.lines().nth(1).map(str::to_owned).unwrap_or_default();
    writeln!(text, "F{n}-regular,REGULAR,2026-03-30 12:00:00,12.34,completed,app").expect("a text takes it");
    writeln!(text, "F{n}-nobody,,2026-03-30 12:00:00,99.99,completed,app").expect("a text takes it");
    writeln!(text, "{again}").expect("a text takes it");
    (text, Lot { orders: lot.orders + 1, numbers: lot.numbers + 1, paid: lot.paid + 1_234 })
}

/// People of a small shop; some of them mean harm.
pub const CUSTOMERS: &str = "\
Customer ID,Name,Phone,Email,City,Signup date
A-1,Ann,13800000001,ann@example.com,Beijing,2025-01-05
=1+1,Bob,13800000002,bob@example.com,@SUM(A1),2025-02-01
<script>alert(1)</script>,Cy,13800000003,cy@example.com,\"say \"\"hi\"\", 上海\",2025-03-01
D-4,Dora,13800000004,dora@example.com,<b>Xi'an</b>,2025-04-01
";

/// Their orders.
pub const SHOP_ORDERS: &str = "\
Order ID,Customer ID,Order time,Paid,Status,Channel
O1,A-1,2026-01-10 10:00:00,100.00,completed,app
O2,A-1,2026-02-10 10:00:00,50.25,completed,app
O3,A-1,2026-03-10 10:00:00,25.50,cancelled,store
O4,=1+1,2026-03-01 10:00:00,10.00,completed,store
O5,<script>alert(1)</script>,2026-03-31 10:00:00,999.99,completed,app
";

/// Their refunds.
pub const REFUNDS: &str = "\
Refund ID,Order ID,Customer ID,Refund time,Refund amount,Reason
R1,O2,A-1,2026-02-20 10:00:00,20.25,damaged
";

/// The last day of the shop.
pub const LAST_DAY: &str = "2026-03-31";

/// A CSV file as rows by heading.
pub fn csv(text: &str) -> Vec<BTreeMap<String, String>> {
    let mut rows = cells(text.trim_start_matches('\u{feff}')).into_iter();
    let head = rows.next().unwrap_or_default();
    rows.map(|row| head.iter().cloned().zip(row).collect()).collect()
}

/// The cells of a CSV file (RFC 4180).
pub fn cells(text: &str) -> Vec<Vec<String>> {
    let (mut rows, mut row, mut cell, mut quoted) = (Vec::new(), Vec::new(), String::new(), false);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.next_if_eq(&'"').is_some() => cell.push('"'),
            '"' => quoted = !quoted,
            ',' if !quoted => row.push(std::mem::take(&mut cell)),
            '\r' if !quoted => {}
            '\n' if !quoted => {
                row.push(std::mem::take(&mut cell));
                rows.push(std::mem::take(&mut row));
            }
            c => cell.push(c),
        }
    }
    assert!(!quoted && cell.is_empty() && row.is_empty(), "the file ends inside a row");
    rows
}
