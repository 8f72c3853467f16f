//! Own fields: defined, filled in by hand, used everywhere at once, taken back; and contacts of companies likewise.

use crate::{
    app::{TestApp, Who, both},
    work::change,
};
use axum::http::Method;
use domain::access::{Personal, Role};
use serde_json::{Value, json};

pub fn text(v: &Value) -> String {
    v.as_str().unwrap_or_else(|| panic!("no text: {v}")).to_owned()
}

fn named(zh: &str, en: &str) -> Value {
    json!({ "zh": zh, "en": en })
}

/// An own field of a kind.
pub fn field(key: &str, kind: &str, value: &str, options: &[(&str, &str)], personal: bool) -> Value {
    let options: Vec<Value> = options.iter().map(|(zh, en)| json!({ "key": zh, "label": named(zh, en) })).collect();
    json!({
        "key": key, "label": named(key.trim_start_matches("custom."), key.trim_start_matches("custom.")), "description": named("", ""), "group": "custom",
        "value": value, "definition": { "kind": "attribute", "key": key }, "entry": { "kind": kind, "options": options, "personal": personal },
    })
}

pub const SKINS: [(&str, &str); 3] = [("干性", "Dry"), ("油性", "Oily"), ("混合性", "Mixed")];

pub async fn id_of(app: &TestApp, q: &str) -> String {
    text(&app.read(&app.me(), &format!("/customers?q={q}")).await.expect(200)["items"][0]["id"])
}

pub async fn value(app: &TestApp, who: &Who, id: &str, key: &str) -> Value {
    let profile = app.read(who, &format!("/customers/{id}")).await.expect(200);
    profile["features"].as_array().expect("features").iter().find(|f| f["key"] == key).cloned().unwrap_or_default()["value"].clone()
}

pub async fn set(app: &TestApp, who: &Who, key: &str, id: &str, subject: &str, value: Value, was: Option<Value>) -> crate::app::Answer {
    let mut body = json!({ "kind": "field_set", "subject": subject, "customers": [id], "value": value });
    if let Some(was) = was {
        body["was"] = was;
    }
    change(app, who, key, body).await
}

#[tokio::test]
async fn a_field_is_defined_filled_in_used_at_once_and_taken_back() {
    for url in both().await {
        let mut app = TestApp::shop(url).await;
        let me = app.me();
        let made = app.post("/features", field("custom.皮肤类型", "choice", "text", &SKINS, false)).await.expect(201);
        assert_eq!(made["entry"]["options"][1]["label"]["en"], "Oily");
        let (first, other) = (id_of(&app, "M001").await, id_of(&app, "M002").await);
        let null = json!({ "type": "null" });
        let skin = "custom.皮肤类型";
        let one = set(&app, &me, "field-0001", &first, skin, json!("油性"), Some(null.clone())).await.expect(200);
        assert_eq!((&one["changed"], &one["subject_name"]["zh"], one["undo_until"].is_string()), (&json!(1), &json!("皮肤类型"), true));
        // the same request again is the same change
        assert_eq!(set(&app, &me, "field-0001", &first, skin, json!("油性"), Some(null.clone())).await.expect(200), one);
        assert_eq!(value(&app, &me, &first, skin).await, json!({ "type": "text", "value": "油性" }));
        // a rule, a column, a segment, a group of a dashboard, a file
        let found = app.read(&me, "/customers?rule=custom.%E7%9A%AE%E8%82%A4%E7%B1%BB%E5%9E%8B%20%3D%20%22%E6%B2%B9%E6%80%A7%22&columns=custom.%E7%9A%AE%E8%82%A4%E7%B1%BB%E5%9E%8B").await.expect(200);
        assert_eq!((&found["total"], &found["items"][0]["values"][skin]["value"]), (&json!(1), &json!("油性")));
        app.post("/segments", json!({ "key": "oily", "label": named("油皮", "Oily"), "rule_text": "custom.皮肤类型 = \"油性\"" })).await.expect(201);
        assert_eq!(app.get("/customers?segment=oily").await.expect(200)["total"], 1);
        let tiles = json!([{ "id": "a", "width": 2, "show": { "kind": "group", "by": skin, "measures": [{ "stat": "count" }], "limit": 5 } }]);
        let figures = app.post("/dashboards/preview", json!({ "tiles": tiles })).await.expect(200);
        assert!(figures.to_string().contains("油性"), "{figures}");
        let csv = app.get("/customers/export?columns=custom.%E7%9A%AE%E8%82%A4%E7%B1%BB%E5%9E%8B&segment=oily").await;
        assert!(csv.text().contains("油性"), "{}", csv.text());
        // counted beside the list, and the list narrowed to one, to several, to those of whom nothing is known
        let coded = "f.custom.%E7%9A%AE%E8%82%A4%E7%B1%BB%E5%9E%8B";
        let facets = app.get(&format!("/customers/facets?by={coded}&{coded}=%E6%B2%B9%E6%80%A7")).await.expect(200);
        let counted: Vec<(&str, u64)> = facets["items"][0]["items"].as_array().expect("items").iter().filter_map(|i| Some((i["label"]["en"].as_str()?, i["count"].as_u64()?))).collect();
        assert_eq!((&facets["total"], counted), (&json!(1), vec![("Oily", 1), ("Not filled in", 11)]), "{facets:#}");
        for (asked, n) in [("%E6%B2%B9%E6%80%A7", 1), ("none", 11), ("none,%E6%B2%B9%E6%80%A7", 12), ("%E5%B9%B2%E6%80%A7", 0)] {
            assert_eq!(app.get(&format!("/customers?{coded}={asked}")).await.expect(200)["total"], n, "{asked}");
        }
        assert_eq!(app.get(&format!("/customers?{coded}=none&{coded}=%E6%B2%B9%E6%80%A7")).await.expect(200)["total"], 12);
        assert_eq!(app.get(&format!("/customers?{coded}=zzz")).await.problem(), (404, "option.not_found".into()));
        assert_eq!(app.get("/customers?f.net=1").await.problem(), (422, "facet.field".into()));
        assert_eq!(app.get("/customers/facets?by=f.nothing").await.problem(), (404, "feature.not_found".into()));
        let why = app.get(&format!("/customers/{first}/why?segment=oily")).await.expect(200);
        assert_eq!(why["result"]["key"], "in", "{why:#}");
        let words = app.post("/rules/parse", json!({ "text": "custom.皮肤类型 = \"油性\"" })).await.expect(200);
        assert!(words.to_string().contains("Oily"), "options have names in rules: {words}");

        // a newer value over it, then the earlier one is taken back: the newer stands; then that goes too
        let two = set(&app, &me, "field-0002", &first, skin, json!("Dry"), Some(json!({ "type": "text", "value": "油性" }))).await.expect(200);
        assert_eq!(value(&app, &me, &first, skin).await["value"], "干性");
        let undo = |made: &Value| format!("/changes/{}/undo", text(&made["id"]));
        assert_eq!(app.post(&undo(&one), json!({})).await.expect(200)["reverted"], 1);
        assert_eq!(value(&app, &me, &first, skin).await["value"], "干性");
        app.post(&undo(&two), json!({})).await.expect(200);
        assert_eq!(value(&app, &me, &first, skin).await, null);
        assert_eq!(app.get("/customers?segment=oily").await.expect(200)["total"], 0);

        // who was slower is told so; what does not fit is refused and changes nothing
        set(&app, &me, "field-0003", &other, skin, json!("混合性"), Some(null.clone())).await.expect(200);
        assert_eq!(set(&app, &me, "field-0004", &other, skin, json!("油性"), Some(null.clone())).await.problem(), (409, "change.overtaken".into()));
        assert_eq!(set(&app, &me, "field-0005", &other, skin, json!("粉色"), None).await.problem(), (422, "change.value".into()));
        assert_eq!(set(&app, &me, "field-0006", &other, "net", json!(5), None).await.problem(), (422, "change.computed".into()));
        assert_eq!(set(&app, &me, "field-0007", &other, "custom.none", json!(5), None).await.problem(), (404, "feature.not_found".into()));
        assert_eq!(set(&app, &me, "field-0008", "cus_nobody", skin, json!("油性"), None).await.problem(), (422, "change.customer".into()));
        let all = json!({ "kind": "field_set", "subject": skin, "filter": {}, "value": "油性", "was": { "type": "null" } });
        assert_eq!(change(&app, &me, "field-0009", all).await.problem(), (422, "change.was".into()));
        assert_eq!(set(&app, &me, "field-0010", &other, skin, json!("混合性"), None).await.expect(200)["changed"], 0);
        assert_eq!(value(&app, &me, &other, skin).await["value"], "混合性");

        // a file says more of it, and of a field made by hand nothing is lost
        app.import(&[("肤质.csv", "会员号,皮肤类型\nM001,油性\nM003,干性\n")]).await;
        assert_eq!(value(&app, &me, &first, skin).await["value"], "油性");
        assert_eq!(value(&app, &me, &other, skin).await["value"], "混合性");
        let entry = app.get("/features").await.expect(200)["items"].as_array().expect("items").iter().find(|f| f["key"] == skin).cloned().unwrap_or_default();
        assert_eq!(entry["entry"]["kind"], "choice");
        assert_eq!(app.get("/imports/targets").await.expect(200)["items"][0]["target"], skin);
        let log = app.read(&me, "/audit?action=customers.changed").await.expect(200).to_string();
        assert!(log.contains("field_set") && !log.contains("油性"), "the log names no value: {log}");
    }
}

#[tokio::test]
async fn what_files_said_of_somebody_is_put_right() {
    for url in both().await {
        let mut app = TestApp::shop(url).await;
        let me = app.me();
        let id = id_of(&app, "M001").await;
        let by_hand = app.get("/features").await.expect(200)["by_hand"].clone();
        assert_eq!((&by_hand["city"]["kind"], &by_hand["birthday"]["kind"], &by_hand["employees"]["kind"]), (&json!("text"), &json!("day"), &json!("number")));
        assert_eq!((&by_hand["gender"]["kind"], &by_hand["gender"]["options"][0]["label"]["en"]), (&json!("choice"), &json!("Male")));
        for computed in ["net", "age", "region", "contacts", "kind", "city_tier"] {
            assert!(by_hand.get(computed).is_none(), "{computed} is put right by nobody");
            assert_eq!(set(&app, &me, &format!("no-key-{computed}"), &id, computed, json!("x"), None).await.problem(), (422, "change.computed".into()), "{computed}");
        }
        let city = value(&app, &me, &id, "city").await;
        let typed = |t: &str| json!({ "type": "text", "value": t });
        let moved = set(&app, &me, "right-0001", &id, "city", json!("哈尔滨市"), Some(city.clone())).await.expect(200);
        assert_eq!((&moved["changed"], &moved["subject_name"]["en"]), (&json!(1), &json!("City")));
        // seen at once, with all that is made of it; the day before has what was known to hold then
        assert_eq!(value(&app, &me, &id, "city").await, typed("哈尔滨"));
        assert_eq!((value(&app, &me, &id, "region").await, value(&app, &me, &id, "province").await), (typed("northeast_china"), typed("黑龙江")));
        let then = app.read(&me, &format!("/customers/{id}?as_of=2025-10-01")).await.expect(200);
        assert!(then["features"].as_array().expect("features").iter().any(|f| f["key"] == "city" && f["value"] == city), "{then:#}");
        // what is seen may stand in for what was not said, and is what whoever corrects it names
        let province = set(&app, &me, "right-0002", &id, "province", json!("吉林"), Some(typed("黑龙江"))).await.expect(200);
        assert_eq!(value(&app, &me, &id, "province").await, typed("吉林"));
        assert_eq!(set(&app, &me, "right-0003", &id, "province", json!("辽宁"), Some(typed("黑龙江"))).await.problem(), (409, "change.overtaken".into()));
        // spelled otherwise it is the same; of a list one is chosen, by any of its names
        assert_eq!(set(&app, &me, "right-0004", &id, "city", json!("哈尔滨"), None).await.expect(200)["changed"], 0);
        assert_eq!(set(&app, &me, "right-0005", &id, "gender", json!("粉色"), None).await.problem(), (422, "change.value".into()));
        set(&app, &me, "right-0006", &id, "gender", json!("Female"), Some(typed("male"))).await.expect(200);
        assert_eq!(value(&app, &me, &id, "gender").await, typed("female"));
        set(&app, &me, "right-0007", &id, "birthday", json!("1990-03-05"), Some(json!({ "type": "null" }))).await.expect(200);
        assert_eq!(value(&app, &me, &id, "age").await["value"], 35);
        let (_, analyst) = app.joined(Role::Analyst, Personal::ByRole).await;
        assert!(app.read(&analyst, "/features").await.expect(200)["by_hand"].get("birthday").is_none());
        assert_eq!(set(&app, &analyst, "right-0008", &id, "birthday", json!("1990-03-06"), None).await.problem(), (403, "access.masked".into()));
        for made in [&moved, &province] {
            assert_eq!(app.post(&format!("/changes/{}/undo", text(&made["id"])), json!({})).await.expect(200)["reverted"], 1);
        }
        assert_eq!(value(&app, &me, &id, "city").await, city);
    }
}

/// Every kind of own field: its type, its options, a value as people write it and as it is kept.
pub fn every_kind() -> [(&'static str, &'static str, &'static [(&'static str, &'static str)], Value, Value); 7] {
    const MANY: &[(&str, &str)] = &[("干燥", "Dryness"), ("敏感", "Sensitivity"), ("色斑", "Spots")];
    [
        ("text", "text", &[], json!(" 喜欢下午来 "), json!({ "type": "text", "value": "喜欢下午来" })),
        ("number", "number", &[], json!("1,200.5"), json!({ "type": "number", "value": 1200.5 })),
        ("money", "money", &[], json!(128.5), json!({ "type": "money", "value": 12850 })),
        ("day", "day", &[], json!("2025-06-01"), json!({ "type": "day", "value": "2025-06-01" })),
        ("bool", "bool", &[], json!(true), json!({ "type": "bool", "value": true })),
        ("choice", "text", MANY, json!("Spots"), json!({ "type": "text", "value": "色斑" })),
        ("choices", "text", MANY, json!(["色斑", "Dryness"]), json!({ "type": "text", "value": "干燥、色斑" })),
    ]
}

#[tokio::test]
async fn every_kind_is_read_as_people_write_it() {
    let mut app = TestApp::shop(None).await;
    let me = app.me();
    let id = id_of(&app, "M001").await;
    for (n, (kind, value_type, options, written, kept)) in every_kind().into_iter().enumerate() {
        let key = format!("custom.f_{kind}");
        app.post("/features", field(&key, kind, value_type, options, false)).await.expect(201);
        set(&app, &me, &format!("kind-{n:04}"), &id, &key, written, None).await.expect(200);
        assert_eq!(value(&app, &me, &id, &key).await, kept, "{kind}");
        set(&app, &me, &format!("none-{n:04}"), &id, &key, Value::Null, Some(kept)).await.expect(200);
        assert_eq!(value(&app, &me, &id, &key).await, json!({ "type": "null" }), "{kind} is emptied");
    }
    for (bad, code) in [
        (field("custom.x", "choice", "text", &[], false), "feature.entry"),
        (field("custom.x", "choices", "text", &[("干", "a"), ("干性", "b")], false), "feature.entry"),
        (field("custom.x", "number", "text", &[], false), "feature.entry"),
        (field("custom.x", "long_text", "text", &[], false), "feature.entry"),
    ] {
        assert_eq!(app.post("/features", bad).await.problem(), (422, code.into()));
    }
}

#[tokio::test]
async fn who_may_not_see_or_write_does_neither() {
    let mut app = TestApp::shop(None).await;
    let me = app.me();
    app.post("/features", field("custom.secret", "text", "text", &[], true)).await.expect(201);
    app.post("/features", field("custom.open", "text", "text", &[], false)).await.expect(201);
    let id = id_of(&app, "M001").await;
    set(&app, &me, "seen-0001", &id, "custom.secret", json!("怕猫"), None).await.expect(200);
    let (_, viewer) = app.joined(Role::Viewer, Personal::ByRole).await;
    let (_, analyst) = app.joined(Role::Analyst, Personal::ByRole).await;
    let (_, agent) = app.joined(Role::Agent, Personal::ByRole).await;
    assert_eq!(set(&app, &viewer, "seen-0002", &id, "custom.open", json!("x"), None).await.problem(), (403, "access.denied".into()));
    assert_eq!(set(&app, &analyst, "seen-0003", &id, "custom.secret", json!("x"), None).await.problem(), (403, "access.masked".into()));
    set(&app, &analyst, "seen-0004", &id, "custom.open", json!("x"), None).await.expect(200);
    set(&app, &agent, "seen-0005", &id, "custom.secret", json!("怕狗"), None).await.expect(200);
    assert_eq!(app.by(&agent, Method::POST, "/features", Some(field("custom.y", "text", "text", &[], false))).await.problem(), (403, "access.denied".into()));
    for path in [format!("/customers/{id}"), format!("/customers/{id}/timeline"), "/customers?columns=custom.secret".into(), "/customers/export".into()] {
        let answer = app.read(&analyst, &path).await.text();
        assert!(!answer.contains("怕狗") && !answer.contains("怕猫"), "{path}: {answer}");
    }
    assert_eq!(app.read(&analyst, "/customers?rule=custom.secret%20contains%20%22a%22").await.problem(), (403, "access.masked".into()));
    assert!(app.read(&agent, &format!("/customers/{id}")).await.text().contains("怕狗"));
}

#[tokio::test]
async fn contacts_come_change_go_and_come_back() {
    for url in both().await {
        let mut app = TestApp::ready(url).await;
        app.import(&[("企业.csv", "客户编号,公司名称,联系人,联系人手机,联系人邮箱\nB001,山间茶业有限公司,陈经理,13711119999,c1@corp.cn\n")]).await;
        app.import(&[("会员.csv", &crate::app::customers_csv())]).await;
        let me = app.me();
        let (firm, person) = (id_of(&app, "B001").await, id_of(&app, "M001").await);
        let contacts = async |app: &TestApp, who: &Who| app.read(who, &format!("/customers/{firm}")).await.expect(200)["contacts"].clone();
        let body = |subject: Option<&Value>, contact: Option<Value>| json!({ "kind": "contact_set", "customers": [firm], "subject": subject, "contact": contact });
        let added = change(&app, &me, "contact-01", body(None, Some(json!({ "name": "林 采购", "phone": "138 0013 8000", "role": "采购" })))).await.expect(200);
        let now = contacts(&app, &me).await;
        let of = |name: &str| now.as_array().expect("contacts").iter().find(|c| c["name"] == name).cloned().expect("a contact");
        let lin = of("林 采购");
        assert_eq!((now.as_array().map(Vec::len), &lin["phone"], &lin["role"]), (Some(2), &json!("8613800138000"), &json!("采购")), "{now}");
        assert_eq!(value(&app, &me, &firm, "contacts").await["value"], 2);
        assert_eq!(app.get("/customers?q=13800138000").await.expect(200)["total"], 1, "search finds them");
        let chen = of("陈经理");
        let edited = change(&app, &me, "contact-02", body(Some(&chen["id"]), Some(json!({ "name": "陈总", "email": "C2@Corp.cn" })))).await.expect(200);
        let gone = change(&app, &me, "contact-03", body(Some(&lin["id"]), None)).await.expect(200);
        let now = contacts(&app, &me).await;
        assert_eq!((now.as_array().map(Vec::len), &now[0]["name"], &now[0]["email"], &now[0]["phone"]), (Some(1), &json!("陈总"), &json!("c2@corp.cn"), &Value::Null), "{now}");
        for (wrong, code) in [
            (body(Some(&chen["id"]), None), "contact.not_found"),
            (body(Some(&json!("con_0000000000000000")), None), "contact.not_found"),
            (body(None, None), "change.contact"),
            (body(None, Some(json!({ "name": " " }))), "change.contact"),
            (body(None, Some(json!({ "name": "x", "phone": "12" }))), "change.contact"),
            (body(None, Some(json!({ "name": "x", "email": "x" }))), "change.contact"),
            (json!({ "kind": "contact_set", "customers": [person], "contact": { "name": "x" } }), "change.contact"),
        ] {
            assert_eq!(change(&app, &me, "contact-04", wrong.clone()).await.problem().1, code, "{wrong}");
        }
        // taken back in any order
        let undo = |made: &Value| format!("/changes/{}/undo", text(&made["id"]));
        app.post(&undo(&edited), json!({})).await.expect(200);
        assert_eq!(app.post(&undo(&added), json!({})).await.problem(), (409, "change.overtaken".into()));
        app.post(&undo(&gone), json!({})).await.expect(200);
        app.post(&undo(&added), json!({})).await.expect(200);
        let now = contacts(&app, &me).await;
        assert_eq!((now.as_array().map(Vec::len), &now[0]["name"], &now[0]["phone"]), (Some(1), &json!("陈经理"), &json!("8613711119999")));
        assert_eq!(value(&app, &me, &firm, "contacts").await["value"], 1);
        let (_, analyst) = app.joined(Role::Analyst, Personal::ByRole).await;
        let seen = contacts(&app, &analyst).await;
        assert!(seen[0].get("id").is_none() && !seen.to_string().contains("13711119999"), "{seen}");
        assert_eq!(change(&app, &analyst, "contact-05", body(None, Some(json!({ "name": "x" })))).await.problem(), (403, "access.masked".into()));
    }
}
