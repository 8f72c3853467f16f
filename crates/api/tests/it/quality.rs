//! The quality of the whole base: planted faults are found, counted and listed, walls hold, and nights are remembered.

use crate::app::{TestApp, both, still};
use domain::{Day, access::{Personal, Role}, clock::{Clock, Instant}};
use flow::quality;
use insta::assert_json_snapshot;
use serde_json::{Value, json};

/// Eight members: A1 lacks everything, A2 has a made-up phone, A3 an address nobody reads, A4 was born tomorrow.
const PEOPLE: &str = "会员号,姓名,手机号,邮箱,城市,生日,注册日期\n\
    A1,,,,,,2025-01-02\n\
    A2,陈一,13812345678,chen@mail.cn,上海,1990-01-02,2025-01-02\n\
    A3,林二,13988216655,lin@mail.con,北京,1991-03-04,2025-01-02\n\
    A4,周三,13988216656,zhou@mail.cn,北京,2026-01-01,2025-01-02\n\
    A5,吴四,13988216657,wu@mail.cn,,1901-02-03,2025-01-02\n\
    A6,郑五,13988216658,zheng@mail.cn,成都,1988-05-06,2025-01-02\n\
    A7,冯六,13988216659,,成都,1985-07-08,2025-01-02\n\
    A8,褚七,,chu@mail.cn,成都,1985-07-09,2025-01-02\n";

/// Sixty ordinary days, and one order of each fault.
fn orders() -> String {
    let mut csv = String::from("订单号,会员号,下单时间,实付金额,门店\n");
    let last = Day::new(2025, 12, 30).expect("a day");
    for n in 0..60i32 {
        for k in 0..4 {
            // the tenth day back was never imported
            if n != 10 {
                csv.push_str(&format!("D{n}-{k},A{},{} 1{k}:00:00,{}.00,一店\n", (n + k) % 7 + 2, last.plus(-n), 80 + n + k));
            }
        }
    }
    csv.push_str("Z1,A2,2025-12-01 10:00:00,0,一店\nN1,A3,2025-12-01 10:00:00,-20,一店\nF1,A4,2026-12-24 10:00:00,90,一店\n");
    csv.push_str("E1,A5,1900-01-01 10:00:00,90,一店\nB1,A6,2025-12-02 10:00:00,99999,一店\n");
    csv.push_str("T1,A7,2025-12-03 10:00:00,66.60,二店\nT2,A7,2025-12-03 18:00:00,66.60,二店\nT3,A7,2025-12-03 18:00:00,66.60,三店\n");
    csv
}

fn finding<'a>(page: &'a Value, code: &str) -> &'a Value {
    let found = page["findings"].as_array().into_iter().flatten().find(|f| f["code"] == code);
    found.unwrap_or_else(|| panic!("{code} in {page:#}"))
}

#[tokio::test]
async fn planted_faults_are_found_and_listed() {
    for url in both().await {
        let mut app = TestApp::ready(url).await;
        let empty = app.get("/data-quality").await.expect(200);
        assert_eq!((&empty["ready"], &empty["score"], &empty["customers"]), (&json!(true), &Value::Null, &json!(0)));
        app.import(&[("会员.csv", PEOPLE), ("订单.csv", &orders())]).await;
        app.import(&[("更多.csv", "订单号,会员号,下单时间,实付金额,币种\nX1,A2,2025-12-05,10,USD\nX2,,2025-12-05,10,CNY\n")]).await;
        let page = app.get("/data-quality").await.expect(200);
        assert_eq!((&page["ready"], &page["as_of"], &page["customers"]), (&json!(true), &json!("2025-12-30"), &json!(8)));
        let count = |code: &str| finding(&page, code)["count"].as_u64();
        let planted = [
            ("no_contact", 1), ("no_phone", 2), ("no_email", 2), ("no_name", 1), ("no_owner", 8), ("missing.city", 2), ("missing.birthday", 1), ("phone_improbable", 1), ("email_improbable", 1),
            ("birthday_impossible", 2), ("future_facts", 1), ("early_orders", 1), ("zero_orders", 1), ("negative_orders", 0), ("twice_orders", 1), ("outliers", 1), ("missing_days", 1),
            ("currency_mixed", 1), ("orders_without_customer", 1), ("rejected", 2), ("bare_orders", 0), ("unequal_orders", 0), ("stale", 0), ("duplicates", 0),
        ];
        for (code, n) in planted {
            assert_eq!(count(code), Some(n), "{code}: {:#}", finding(&page, code));
        }
        assert_eq!(finding(&page, "missing_days")["detail"][0]["en"], "2025-12-20");
        // the formula: a hundred less the points, each a weight times a share
        let mut lost = 0.0;
        for f in page["findings"].as_array().expect("findings") {
            let number = |key: &str| f[key].as_f64().unwrap_or_default();
            let share = if number("of") > 0.0 { (number("count") / number("of")).min(1.0) } else { 0.0 };
            assert!((number("share") - share).abs() < 1e-12 && (number("points") - number("weight") * share).abs() < 1e-9, "{f:#}");
            lost += number("points");
        }
        assert_eq!(page["score"].as_f64(), Some((100.0 - lost).clamp(0.0, 99.0).round()));
        assert_json_snapshot!("faults", still(&json!(page["findings"].as_array().expect("findings").iter().map(|f| json!({ "code": f["code"], "level": f["level"], "count": f["count"], "of": f["of"], "unit": f["unit"], "customers": f["customers"], "link": f["link"], "detail": f["detail"] })).collect::<Vec<_>>())));

        // behind every link to customers stand exactly those the finding counts
        let mut listed = 0;
        for f in page["findings"].as_array().expect("findings") {
            let Some(link) = f["link"].as_str().filter(|l| l.starts_with("/customers?finding=")) else { continue };
            let list = app.get(link).await.expect(200);
            assert_eq!(list["total"], f["customers"], "{link}");
            for example in f["examples"].as_array().expect("examples") {
                assert!(list["items"].as_array().expect("items").iter().any(|c| c["id"] == example["id"] && c["name"] == example["name"]), "{link}: {example}");
            }
            listed += 1;
        }
        assert!(listed >= 13, "{listed} lists");
        assert_eq!(app.get("/customers?finding=nonsense").await.problem(), (404, "finding.not_found".into()));
        assert_eq!(app.get("/customers?finding=rejected").await.problem(), (404, "finding.not_found".into()), "rows are no customers");
        let rows = app.get("/customers/export?finding=no_phone").await.text().lines().count();
        assert_eq!(rows, 3, "a heading and two");
        let job = app.post("/exports", json!({ "format": "csv", "filter": { "finding": "no_phone" } })).await.expect(202);
        assert_eq!(app.written(&app.me(), &job).await.text().lines().count(), 3);

        // mended, it is gone with the next look
        let id = app.get("/customers?finding=zero_orders").await.expect(200)["items"][0]["id"].as_str().expect("an id").to_owned();
        app.import(&[("改.csv", "订单号,会员号,下单时间,实付金额,门店\nZ1,A2,2025-12-01 10:00:00,70,一店\n")]).await;
        let page = app.get("/data-quality").await.expect(200);
        assert_eq!((finding(&page, "zero_orders")["count"].as_u64(), page["stale"].as_bool()), (Some(0), Some(false)));
        assert!(app.get("/customers?finding=zero_orders").await.expect(200)["items"].as_array().expect("items").iter().all(|c| c["id"] != *id));
    }
}

#[tokio::test]
async fn lines_that_do_not_add_up() {
    for url in both().await {
        let mut app = TestApp::ready(url).await;
        let lines = "订单号,会员号,下单时间,订单金额,商品编号,数量,行金额\n";
        app.import(&[("明细.csv", &format!("{lines}L1,A1,2025-12-01 10:00:00,30,P1,1,10\nL1,A1,2025-12-01 10:00:00,30,P2,1,20\nL2,A2,2025-12-01 10:00:00,50,P1,1,10\nL2,A2,2025-12-01 10:00:00,50,P2,1,20\n"))]).await;
        app.import(&[("订单.csv", "订单号,会员号,下单时间,实付金额\nL3,A3,2025-12-02 10:00:00,40\n")]).await;
        let page = app.get("/data-quality").await.expect(200);
        assert_eq!((&finding(&page, "bare_orders")["count"], &finding(&page, "bare_orders")["of"]), (&json!(1), &json!(3)));
        assert_eq!((&finding(&page, "unequal_orders")["count"], &finding(&page, "unequal_orders")["of"]), (&json!(1), &json!(2)));
        let who = app.get("/customers?finding=unequal_orders").await.expect(200);
        assert_eq!(who["items"][0]["external_id"], "A2");
    }
}

#[tokio::test]
async fn details_stay_behind_the_wall() {
    let mut app = TestApp::ready(None).await;
    app.import(&[("会员.csv", PEOPLE), ("订单.csv", &orders())]).await;
    let (_, viewer) = app.joined(Role::Viewer, Personal::ByRole).await;
    let whole = app.get("/data-quality").await.expect(200);
    let page = app.read(&viewer, "/data-quality").await.expect(200);
    for code in ["phone_improbable", "email_improbable", "birthday_impossible", "missing.birthday"] {
        let f = finding(&page, code);
        assert_eq!((&f["masked"], &f["count"], &f["points"], &f["link"], &f["examples"]), (&json!(true), &Value::Null, &json!(0.0), &Value::Null, &json!([])), "{code}");
        assert_eq!(app.read(&viewer, &format!("/customers?finding={code}")).await.problem(), (403, "access.masked".into()), "{code}");
    }
    assert_eq!(finding(&page, "no_phone")["count"], finding(&whole, "no_phone")["count"]);
    assert!(page["score"].as_u64() > whole["score"].as_u64(), "what is hidden costs nothing: {} {}", page["score"], whole["score"]);
}

/// Whoever does not want to be profiled is in no segment by a rule, and of whoever was erased nothing is known: neither is a fault of the
/// data.
#[tokio::test]
async fn who_refuses_and_who_was_erased_are_no_findings() {
    for url in both().await {
        let mut app = TestApp::ready(url).await;
        app.import(&[("会员.csv", PEOPLE), ("订单.csv", &orders())]).await;
        app.post("/segments", json!({ "key": "everyone", "label": { "zh": "人人", "en": "everyone" }, "rule_text": "orders >= 0" })).await.expect(201);
        let page = app.get("/data-quality").await.expect(200);
        assert_eq!((&finding(&page, "full_segment")["count"], &finding(&page, "missing.city")["count"]), (&json!(1), &json!(2)));
        let id = |page: Value| page["items"][0]["id"].as_str().expect("an id").to_owned();
        let refuses = id(app.get("/customers?q=A3").await.expect(200));
        let me = app.me();
        crate::work::change(&app, &me, "refuses-0001", json!({ "kind": "profiling_refuse", "customers": [refuses], "refusal": { "how": "phone" } })).await.expect(200);
        let gone = id(app.get("/customers?q=A5").await.expect(200));
        let draft = flow::erasure::ErasureDraft { reason: "asked for it".into(), confirm: gone.clone() };
        let begun = flow::erasure::begin(&app.ctx.app, &flow::people::By::machine("test"), &gone, &draft).await.expect("is asked for");
        flow::erasure::carry_out(&app.ctx.app, &begun.id).await.expect("is done");
        let page = app.get("/data-quality").await.expect(200);
        assert_eq!(finding(&page, "full_segment")["count"], 1, "everybody who may be in it is");
        let city = finding(&page, "missing.city");
        assert_eq!((&city["count"], &city["of"], &city["field"]["en"]), (&json!(1), &json!(7), &json!("City")), "{city:#}");
        assert_eq!((&finding(&page, "no_phone")["of"], &finding(&page, "no_phone")["field"]["zh"]), (&json!(7), &json!("手机号")));
    }
}

#[tokio::test]
async fn nights_are_remembered() {
    for url in both().await {
        let mut app = TestApp::ready(url).await;
        app.import(&[("会员.csv", PEOPLE), ("订单.csv", &orders())]).await;
        let first = quality::note(&app.ctx.app).await.expect("is noted");
        assert_eq!(quality::note(&app.ctx.app).await.expect("is noted"), first, "twice in a night is once");
        app.clock.set(Instant(app.clock.now().0 + 86_400_000_000));
        app.import(&[("改.csv", "会员号,姓名,手机号\nA1,赵零,13988216660\n")]).await;
        let page = app.get("/data-quality").await.expect(200);
        assert_eq!(page["history"], json!([{ "day": "2025-12-31", "score": first }]));
        assert_eq!((&finding(&page, "no_name")["before"], &finding(&page, "no_name")["count"]), (&json!({ "day": "2025-12-31", "count": 1 }), &json!(0)));
        assert!(page["score"].as_u64() > first.map(u64::from), "{page:#}");
    }
}
