//! `zhiyin classify` on real files: every row in or with a reason, every format with the same columns, the same bytes again.

use super::{data, json, run, zhiyin};
use sources::{Options, probe};
use std::{fs, path::Path};

const FIRST: [&str; 14] = [
    "customer_id", "orders", "gross", "net", "first_order_day", "last_order_day", "recency_days", "average_order_net", "rfm_r", "rfm_f",
    "rfm_m", "rfm_8", "rfm_11", "lifecycle",
];

fn header(path: &Path) -> Vec<String> {
    let zone = domain::Zone::utc();
    let options = Options::new(&zone, domain::Currency::CNY);
    probe(path, &options).expect("our own output is read").columns.into_iter().map(|c| c.header).collect()
}

#[test]
fn one_wide_file_comes_out_in_every_format() {
    let Some(orders) = data("online_retail/online_retail_2010-12.csv") else { return };
    let folder = tempfile::tempdir().expect("a temporary folder");
    let out = |end: &str| folder.path().join(format!("out.{end}"));
    let mut command = zhiyin();
    command.arg("classify").arg("--file").arg(&orders).args(["--as-of", "2010-12-31", "--json"]);
    for end in ["csv", "xlsx", "parquet", "json", "html"] {
        command.arg("--out").arg(out(end));
    }
    let output = run(&mut command);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let said = json(&output);
    assert_eq!(said["rows_in"], 42_481);
    let sum = |keys: &[&str]| keys.iter().filter_map(|k| said[*k].as_u64()).sum::<u64>();
    assert_eq!(sum(&["accepted", "quarantined", "duplicates"]), 42_481);
    let columns = header(&out("csv"));
    assert_eq!(columns.iter().take(FIRST.len()).collect::<Vec<_>>(), FIRST.iter().collect::<Vec<_>>());
    assert!(columns.len() > 80, "{}", columns.len());
    assert_eq!(header(&out("xlsx")), columns);
    assert_eq!(header(&out("parquet")), columns);
    let document: serde_json::Value = serde_json::from_slice(&fs::read(out("json")).expect("a file")).expect("JSON");
    let customers = document["customers"].as_array().expect("customers");
    assert_eq!(customers.len() as u64, said["customers"].as_u64().expect("a count"));
    let keys: std::collections::BTreeSet<&String> = customers[0].as_object().expect("an object").keys().collect();
    assert_eq!(keys, columns.iter().collect());
    for c in document["classifications"].as_array().expect("classifications") {
        let all: u64 = c["classes"].as_array().expect("classes").iter().filter_map(|k| k["customers"].as_u64()).sum();
        assert_eq!(all, customers.len() as u64, "{}", c["key"]);
    }
    let html = fs::read_to_string(out("html")).expect("a file");
    assert!(html.contains("<svg") && !html.contains("<script") && !html.contains("src=") && !html.contains("http://cdn"));
}

#[test]
fn equal_inputs_give_equal_bytes() {
    let Some(orders) = data("cdnow/CDNOW_sample.csv") else { return };
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut seen: Vec<Vec<Vec<u8>>> = Vec::new();
    for turn in 0..2 {
        let outs: Vec<_> = ["csv", "json", "parquet", "html", "xlsx"].iter().map(|end| folder.path().join(format!("{turn}.{end}"))).collect();
        let mut command = zhiyin();
        command.arg("classify").arg("--orders").arg(&orders).args(["--as-of", "1998-06-30", "--quiet"]);
        outs.iter().for_each(|o| {
            command.arg("--out").arg(o);
        });
        let output = run(&mut command);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        seen.push(outs.iter().map(|o| fs::read(o).expect("a file")).collect());
    }
    for (i, end) in ["csv", "json", "parquet", "html", "xlsx"].iter().enumerate() {
        assert!(seen[0][i] == seen[1][i], "{end} differs");
    }
}

#[test]
fn customers_and_orders_in_chinese() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).expect("a file");
        path
    };
    let people = write("会员.csv", "会员号,姓名,手机号,城市\nM1,王芳,13800000001,北京\nM2,李雷,13800000002,上海\nM3,=HYPERLINK(1),13800000003,广州\n");
    let orders = write("订单.csv", "订单号,会员号,下单时间,实付金额\nD1,M1,2026/3/5 10:00,￥100.00\nD2,M1,2026/4/5 10:00,\"1,234.50\"\nD3,M2,2026/4/6,50\n");
    let out = folder.path().join("结果.csv");
    let output = run(zhiyin().arg("classify").arg("--customers").arg(&people).arg("--orders").arg(&orders).arg("--out").arg(&out).args(["--json", "--lang", "zh-CN"]));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let said = json(&output);
    assert_eq!((&said["rows_in"], &said["accepted"], &said["customers"]), (&6.into(), &6.into(), &3.into()));
    assert_eq!(said["as_of"], "2026-04-06");
    let text = fs::read_to_string(&out).expect("a file");
    let m1 = text.lines().find(|l| l.starts_with("\"M1\"")).expect("M1");
    assert!(m1.starts_with("\"M1\",2,1334.50,1334.50,2026-03-05,2026-04-05,1,667.25,"), "{m1}");
}
