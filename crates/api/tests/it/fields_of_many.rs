//! An own field of many customers at once: previewed, written as one change, taken back in any order, for whoever may.

use crate::{
    app::{TestApp, Who, both},
    fields::{SKINS, every_kind, field, id_of, set, text, value},
    work::change,
};
use axum::http::Method;
use domain::{
    access::{Personal, Role},
    clock::Instant,
};
use serde_json::{Value, json};

const SKIN: &str = "custom.皮肤类型";
/// More than are looked up one by one.
const MEMBERS: usize = 150;

/// Members whose file says something of their skin of every fifth, on a day of long ago.
fn members() -> String {
    let mut csv = String::from("会员号,姓名,皮肤类型\n");
    for n in 1..=MEMBERS {
        csv.push_str(&format!("P{n:03},会员{n},{}\n", if n % 5 == 0 { "干性" } else { "" }));
    }
    csv
}

fn of(value: Value, more: Value) -> Value {
    let mut body = json!({ "kind": "field_set", "subject": SKIN, "value": value });
    body.as_object_mut().expect("a body").extend(more.as_object().expect("more").clone());
    body
}

async fn preview(app: &TestApp, who: &Who, body: Value) -> crate::app::Answer {
    app.by(who, Method::POST, "/changes/preview", Some(body)).await
}

/// Matched, changed, the same.
async fn counts(app: &TestApp, body: &Value) -> (u64, u64, u64) {
    let p = preview(app, &app.me(), body.clone()).await.expect(200);
    let n = |key: &str| p[key].as_u64().unwrap_or_else(|| panic!("{p}"));
    (n("matched"), n("changed"), n("same"))
}

async fn having(app: &TestApp, skin: &str) -> u64 {
    let rule = format!("{SKIN} = \"{skin}\"").bytes().map(|b| format!("%{b:02X}")).collect::<String>();
    app.read(&app.me(), &format!("/customers?rule={rule}")).await.expect(200)["total"].as_u64().expect("a total")
}

/// Time goes on: what was learnt of later is newer.
fn tick(app: &TestApp, seconds: i64) {
    app.clock.set(Instant(crate::app::NOW.0 + seconds * 1_000_000));
}

async fn undo(app: &TestApp, made: &Value) -> Value {
    app.by(&app.me(), Method::POST, &format!("/changes/{}/undo", text(&made["id"])), Some(json!({}))).await.expect(200)
}

#[tokio::test]
async fn all_matching_are_one_change_and_changes_go_back_in_any_order() {
    for url in both().await {
        let mut app = TestApp::ready(url).await;
        let me = app.me();
        app.post("/features", field(SKIN, "choice", "text", &SKINS, false)).await.expect(201);
        app.import(&[("会员.csv", &members())]).await;
        assert_eq!(having(&app, "干性").await, 30);
        let (first, second) = (id_of(&app, "P001").await, id_of(&app, "P002").await);
        set(&app, &me, "single-001", &first, SKIN, json!("油性"), None).await.expect(200);

        // looked at before: 150, one of whom has it; nothing is written
        let everybody = of(json!("Oily"), json!({ "filter": {}, "expected": 150 }));
        assert_eq!(counts(&app, &everybody).await, (150, 149, 1));
        assert_eq!(preview(&app, &me, everybody.clone()).await.expect(200)["refused"], json!([]));
        assert_eq!((having(&app, "油性").await, app.read(&me, "/changes").await.expect(200)["items"].as_array().map(Vec::len)), (1, Some(1)));
        let rows = app.read(&me, "/imports").await.expect(200);

        tick(&app, 1);
        // done: one change, one file, the same request is the same change
        let made = change(&app, &me, "many-00001", everybody.clone()).await.expect(200);
        assert_eq!((&made["matched"], &made["changed"], &made["subject_name"]["zh"], made["undo_until"].is_string()), (&json!(150), &json!(149), &json!("皮肤类型"), true));
        assert_eq!(change(&app, &me, "many-00001", everybody.clone()).await.expect(200), made);
        assert_eq!(change(&app, &me, "many-00001", of(json!("干性"), json!({ "filter": {} }))).await.problem(), (422, "change.key_reused".into()));
        assert_eq!((having(&app, "油性").await, having(&app, "干性").await), (150, 0));
        assert_eq!(app.read(&me, "/imports").await.expect(200), rows, "it is no import");
        assert_eq!(counts(&app, &everybody).await, (150, 0, 150));
        // a first value holds from the beginning, a later one from the day people look at
        let page = app.read(&me, &format!("/customers/{second}/timeline?types=attribute")).await.expect(200).to_string();
        assert!(page.contains("油性") || page.contains("Oily"), "{page}");

        tick(&app, 2);
        // later edits over it, of one and of many
        set(&app, &me, "single-002", &second, SKIN, json!("干性"), Some(json!({ "type": "text", "value": "油性" }))).await.expect(200);
        tick(&app, 3);
        let tens = of(json!("混合性"), json!({ "filter": { "q": "P01" } }));
        let later = change(&app, &me, "many-00002", tens).await.expect(200);
        assert_eq!((&later["matched"], &later["changed"]), (&json!(10), &json!(10)));
        // the earlier goes first: whom nobody touched since is as before, the file's words are back
        let back = undo(&app, &made).await;
        assert_eq!((&back["reverted"], back["undone_at"].is_string()), (&json!(149 - 1 - 10), true));
        assert_eq!((having(&app, "油性").await, having(&app, "干性").await, having(&app, "混合性").await), (1, 30 - 2 + 1, 10));
        assert_eq!(undo(&app, &made).await["undone_at"], back["undone_at"], "once");
        assert_eq!(undo(&app, &later).await["reverted"], 10);
        assert_eq!((having(&app, "混合性").await, having(&app, "干性").await), (0, 31));

        tick(&app, 4);
        // cleared, but of one; and back
        let cleared = of(Value::Null, json!({ "filter": {}, "except": [second] }));
        assert_eq!(counts(&app, &cleared).await, (149, 31, 118));
        let gone = change(&app, &me, "many-00003", cleared).await.expect(200);
        assert_eq!((&gone["changed"], having(&app, "干性").await, having(&app, "油性").await), (&json!(31), 1, 0));
        tick(&app, 5);
        // what was cleared is filled in again, over the clearing
        let again = change(&app, &me, "many-00004", of(json!("油性"), json!({ "customers": [first, second] }))).await.expect(200);
        assert_eq!((&again["changed"], having(&app, "油性").await), (&json!(2), 2));
        undo(&app, &gone).await;
        undo(&app, &again).await;
        assert_eq!((having(&app, "干性").await, having(&app, "油性").await), (31, 1));

        tick(&app, 6);
        // an import that says more of it is newer
        let hundred = change(&app, &me, "many-00005", of(json!("混合性"), json!({ "filter": {} }))).await.expect(200);
        tick(&app, 7);
        app.import(&[("肤质.csv", "会员号,皮肤类型\nP007,油性\n")]).await;
        assert_eq!((having(&app, "混合性").await, having(&app, "油性").await), (149, 1));
        assert_eq!(undo(&app, &hundred).await["reverted"], 149);

        for (wrong, code) in [
            (of(json!("粉色"), json!({ "filter": {} })), "change.value"),
            (of(json!("油性"), json!({ "filter": {}, "expected": 7 })), "change.moved"),
            (of(json!("油性"), json!({ "filter": {}, "was": { "type": "null" } })), "change.was"),
            (of(json!("油性"), json!({ "customers": ["cus_nobody"] })), "change.customer"),
            (of(json!("油性"), json!({ "filter": { "q": "nobody at all" } })), "change.nobody"),
            (json!({ "kind": "field_set", "subject": "net", "filter": {}, "value": 5 }), "change.computed"),
            (json!({ "kind": "field_set", "subject": "custom.none", "filter": {}, "value": 5 }), "feature.not_found"),
        ] {
            assert_eq!(change(&app, &me, "many-00006", wrong.clone()).await.problem().1, code, "{wrong}");
            assert_eq!(preview(&app, &me, wrong.clone()).await.problem().1, code, "{wrong}");
        }
        let log = app.read(&me, "/audit?action=customers.changed").await.expect(200).to_string();
        assert!(log.contains("field_set") && log.contains("149") && !log.contains("油性"), "the log names no value: {log}");
    }
}

#[tokio::test]
async fn every_kind_is_set_and_emptied_of_many() {
    let mut app = TestApp::ready(None).await;
    let me = app.me();
    app.import(&[("会员.csv", &members())]).await;
    let id = id_of(&app, "P077").await;
    for (n, (kind, value_type, options, written, kept)) in every_kind().into_iter().enumerate() {
        let key = format!("custom.f_{kind}");
        app.post("/features", field(&key, kind, value_type, options, false)).await.expect(201);
        let body = |value: Value| json!({ "kind": "field_set", "subject": key, "filter": {}, "value": value });
        assert_eq!(counts(&app, &body(written.clone())).await, (150, 150, 0), "{kind}");
        assert_eq!(change(&app, &me, &format!("kind-{n:04}"), body(written.clone())).await.expect(200)["changed"], 150, "{kind}");
        assert_eq!(value(&app, &me, &id, &key).await, kept, "{kind}");
        assert_eq!(counts(&app, &body(written)).await, (150, 0, 150), "{kind}");
        assert_eq!(change(&app, &me, &format!("none-{n:04}"), body(json!(""))).await.expect(200)["changed"], 150, "{kind}");
        assert_eq!(value(&app, &me, &id, &key).await, json!({ "type": "null" }), "{kind} is emptied");
    }
}

#[tokio::test]
async fn merged_erased_and_not_profiled_customers_are_what_they_are() {
    for url in both().await {
        let mut app = TestApp::shop(url).await;
        let me = app.me();
        app.post("/features", field(SKIN, "choice", "text", &SKINS, false)).await.expect(201);
        let (one, two, three) = (id_of(&app, "M001").await, id_of(&app, "M002").await, id_of(&app, "M003").await);
        let merged = app.post("/merges", json!({ "survivor": one, "merged": [two] })).await.expect(200);
        let refusal = json!({ "kind": "profiling_refuse", "customers": [three], "refusal": { "how": "phone" } });
        assert_eq!(counts(&app, &refusal).await, (1, 1, 0));
        change(&app, &me, "refuse-001", refusal).await.expect(200);

        // erased: amounts are left, under a number nobody knew, and nothing is written of them
        let gone = id_of(&app, "M009").await;
        app.post(&format!("/customers/{gone}/erasure"), json!({ "reason": "asked for it", "confirm": gone })).await.expect(202);
        let workers = flow::jobs::Workers::start(&app.ctx.app);
        erased(&app).await;
        let page = app.read(&me, "/customers?limit=20").await.expect(200);
        let nameless = page["items"].as_array().expect("items").iter().find(|c| c["name"].is_null()).map(|c| text(&c["id"])).expect("amounts are left");

        // two under either number are one; of eleven one is refused
        let everybody = of(json!("油性"), json!({ "filter": {} }));
        let looked = preview(&app, &me, everybody.clone()).await.expect(200);
        assert_eq!((&looked["matched"], &looked["changed"], &looked["same"]), (&json!(11), &json!(10), &json!(0)), "{looked}");
        assert_eq!((&looked["refused"][0]["reason"], &looked["refused"][0]["customers"], &looked["refused"][0]["label"]["zh"]), (&json!("erased"), &json!(1), &json!("已按要求删除")));
        assert_eq!(counts(&app, &of(json!("油性"), json!({ "customers": [one, two] }))).await, (1, 1, 0));
        let made = change(&app, &me, "many-00001", everybody).await.expect(200);
        assert_eq!((&made["matched"], &made["changed"], having(&app, "油性").await), (&json!(11), &json!(10), 9), "whoever is not profiled is found by no rule");
        assert_eq!(value(&app, &me, &three, SKIN).await["value"], "油性", "and has the value");
        assert_eq!(app.get(&format!("/customers/{three}")).await.expect(200)["refusal"]["how"], "phone");
        let alone = of(json!("油性"), json!({ "customers": [nameless] }));
        assert_eq!(change(&app, &me, "many-00002", alone).await.problem(), (409, "change.erased".into()));

        // parted, it is whoever stood for both who was told of
        app.post(&format!("/merges/{}/undo", text(&merged["merges"][0]["id"])), json!({})).await.expect(200);
        assert_eq!((value(&app, &me, &one, SKIN).await["value"].clone(), value(&app, &me, &two, SKIN).await), (json!("油性"), json!({ "type": "null" })));

        // of those it was written of one is erased: it goes with them, the others are still taken back
        let next = id_of(&app, "M004").await;
        app.post(&format!("/customers/{next}/erasure"), json!({ "reason": "asked for it", "confirm": next })).await.expect(202);
        erased(&app).await;
        workers.stop().await;
        assert_eq!(having(&app, "油性").await, 8);
        let back = undo(&app, &made).await;
        assert_eq!((&back["reverted"], having(&app, "油性").await), (&json!(9), 0));
    }
}

/// Waits until every erasure is done.
async fn erased(app: &TestApp) {
    for _ in 0..600 {
        let receipts = app.read(&app.me(), "/erasures").await.expect(200);
        if receipts["items"].as_array().expect("items").iter().all(|e| e["state"] == "done") {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("an erasure does not end");
}

#[tokio::test]
async fn who_may_not_see_or_write_does_neither_of_many() {
    let mut app = TestApp::shop(None).await;
    let me = app.me();
    app.post("/features", field("custom.secret", "text", "text", &[], true)).await.expect(201);
    app.post("/features", field("custom.open", "text", "text", &[], false)).await.expect(201);
    let (_, viewer) = app.joined(Role::Viewer, Personal::ByRole).await;
    let (_, analyst) = app.joined(Role::Analyst, Personal::ByRole).await;
    let (_, agent) = app.joined(Role::Agent, Personal::ByRole).await;
    let body = |subject: &str, filter: Value| json!({ "kind": "field_set", "subject": subject, "filter": filter, "value": "怕猫" });
    for (n, (who, body, code)) in [
        (&viewer, body("custom.open", json!({})), "access.denied"),
        (&analyst, body("custom.secret", json!({})), "access.masked"),
        // what is hidden is not asked by either, so that nobody learns it by counting
        (&analyst, body("custom.open", json!({ "rule": "custom.secret = \"怕猫\"" })), "access.masked"),
    ]
    .into_iter()
    .enumerate()
    {
        assert_eq!(change(&app, who, &format!("may-{n:05}"), body.clone()).await.problem(), (403, code.into()));
        assert_eq!(preview(&app, who, body).await.problem(), (403, code.into()));
    }
    assert_eq!(change(&app, &analyst, "may-10000", body("custom.open", json!({}))).await.expect(200)["changed"], 12);
    let secret = change(&app, &agent, "may-10001", body("custom.secret", json!({}))).await.expect(200);
    assert_eq!(secret["changed"], 12);
    // it is taken back by whoever made it, or manages members; and not by who may not see it
    let path = format!("/changes/{}/undo", text(&secret["id"]));
    assert_eq!(app.by(&analyst, Method::POST, &path, Some(json!({}))).await.problem(), (404, "change.not_found".into()));
    assert_eq!(app.by(&me, Method::POST, &path, Some(json!({}))).await.expect(200)["reverted"], 12);
}

#[tokio::test]
async fn tags_owners_and_lists_are_looked_at_before_too() {
    for url in both().await {
        let mut app = TestApp::shop(url).await;
        let me = app.me();
        let vip = text(&app.post("/tags", json!({ "name": "VIP" })).await.expect(201)["id"]);
        let (one, owner) = (id_of(&app, "M001").await, text(&app.get("/owners").await.expect(200)["items"][0]["id"]));
        app.post("/segments", json!({ "key": "fixed", "label": { "zh": "名单", "en": "List" }, "customers": [one] })).await.expect(201);
        change(&app, &me, "tag-000001", json!({ "kind": "tag_add", "subject": vip, "customers": [one] })).await.expect(200);
        for (kind, subject, wanted) in [
            ("tag_add", vip.as_str(), (12, 11, 1)),
            ("tag_remove", vip.as_str(), (12, 1, 11)),
            ("owner_set", owner.as_str(), (12, 12, 0)),
            ("owner_set", "none", (12, 0, 12)),
            ("list_add", "fixed", (12, 11, 1)),
            ("list_remove", "fixed", (12, 1, 11)),
        ] {
            assert_eq!(counts(&app, &json!({ "kind": kind, "subject": subject, "filter": {} })).await, wanted, "{kind} {subject}");
        }
        assert_eq!(preview(&app, &me, json!({ "kind": "name_set", "name": "x", "customers": [one] })).await.problem(), (422, "change.preview".into()));
        // nothing was done
        assert_eq!(app.read(&me, &format!("/customers?tag={vip}")).await.expect(200)["total"], 1);
        assert_eq!(app.read(&me, "/changes").await.expect(200)["items"].as_array().map(Vec::len), Some(1));
    }
}
