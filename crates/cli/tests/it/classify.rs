//! `zhiyin classify` on files as people write them. Real sets and every format: `tests/independent`.

use super::{json, run, zhiyin};
use std::fs;

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
