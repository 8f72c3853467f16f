//! A wrong phone, address or number of a customer: added, corrected and removed by hand, taken back, and what files bring of it later.

use crate::{
    app::{TestApp, both},
    fields::{id_of, text},
    work::change,
};
use domain::access::{Personal, Role};
use serde_json::{Value, json};

fn body(customer: &str, kind: &str, was: Option<&str>, value: Option<&str>) -> Value {
    json!({ "kind": "identifier_set", "customers": [customer], "identifier": { "kind": kind, "was": was, "value": value } })
}

/// What somebody is known by, kind and value.
async fn known(app: &TestApp, id: &str) -> Vec<String> {
    let profile = app.read(&app.me(), &format!("/customers/{id}")).await.expect(200);
    profile["identifiers"].as_array().expect("identifiers").iter().map(|i| format!("{} {}", text(&i["kind"]), text(&i["value"]))).collect()
}

async fn found(app: &TestApp, q: &str) -> Value {
    app.read(&app.me(), &format!("/customers?q={q}")).await.expect(200)["total"].clone()
}

fn undo(made: &Value) -> String {
    format!("/changes/{}/undo", text(&made["id"]))
}

#[tokio::test]
async fn a_wrong_phone_is_corrected_or_removed_and_no_file_brings_it_back() {
    for url in both().await {
        let mut app = TestApp::shop(url).await;
        let me = app.me();
        let (one, two) = (id_of(&app, "M001").await, id_of(&app, "M002").await);
        assert_eq!(known(&app, &one).await, ["external M001", "phone 8613800000001"]);

        // corrected: found by the right one from the next request on, not by the wrong one
        let request = body(&one, "phone", Some("8613800000001"), Some("139 0000 0001"));
        let corrected = change(&app, &me, "identifier-01", request.clone()).await.expect(200);
        assert_eq!((&corrected["changed"], &corrected["subject"], &corrected["subject_name"]["zh"]), (&json!(1), &json!("phone"), &json!("手机")));
        assert_eq!(change(&app, &me, "identifier-01", request).await.expect(200)["id"], corrected["id"], "the same request is the same change");
        assert_eq!(known(&app, &one).await, ["external M001", "phone 8613900000001"]);
        assert_eq!((found(&app, "13900000001").await, found(&app, "13800000001").await), (json!(1), json!(0)));

        // one more, and away again
        let mail = change(&app, &me, "identifier-02", body(&one, "email", None, Some("A@Example.COM"))).await.expect(200);
        assert_eq!(known(&app, &one).await, ["external M001", "phone 8613900000001", "email a@example.com"]);
        let gone = change(&app, &me, "identifier-03", body(&one, "email", Some("a@example.com"), None)).await.expect(200);
        assert_eq!(found(&app, "a@example.com").await, 0);

        for (wrong, code) in [
            (body(&one, "phone", Some("8613800000001"), None), "identifier.not_found"),
            (body(&one, "phone", Some("8613800000002"), None), "identifier.not_found"),
            (body(&one, "phone", None, Some("13800000002")), "change.identifier_taken"),
            (body(&one, "phone", Some("8613900000001"), Some("+86 138 0000 0002")), "change.identifier_taken"),
            (body(&one, "external", None, Some("M001")), "change.identifier"),
            (body(&one, "phone", None, Some("12")), "change.identifier"),
            (body(&one, "email", None, Some("x")), "change.identifier"),
            (body(&one, "phone", None, None), "change.identifier"),
            (json!({ "kind": "identifier_set", "customers": [one] }), "change.identifier"),
            (json!({ "kind": "identifier_set", "customers": [one, two], "identifier": { "kind": "phone", "value": "13900000009" } }), "change.one"),
        ] {
            let answer = change(&app, &me, "identifier-04", wrong.clone()).await;
            assert_eq!(answer.problem().1, code, "{wrong}");
            if code == "change.identifier_taken" {
                assert_eq!((&answer.json()["params"]["customer"], &answer.json()["params"]["name"]), (&json!(two), &json!("客户2")), "{}", answer.text());
            }
        }
        // a file says the wrong phone again: it stays away, what is new is learnt, and whoever has that phone alone is somebody else
        let import = app.import(&[("再来.csv", "会员号,手机号,邮箱\nM001,13800000001,b@example.com\n")]).await;
        assert_eq!(known(&app, &one).await, ["external M001", "phone 8613900000001", "email b@example.com"]);
        let told = import["report"]["quality"]["checks"].as_array().expect("checks").iter().find(|c| c["code"] == "identifiers_kept_off").map(|c| c["count"].clone());
        assert_eq!(told, Some(json!(1)), "{import:#}");
        app.import(&[("别人.csv", "手机号,姓名\n13800000001,别人\n")]).await;
        assert_ne!(id_of(&app, "13800000001").await, one);

        // taken back in any order, unless somebody else has it meanwhile
        assert_eq!(app.post(&undo(&mail), json!({})).await.problem(), (409, "change.overtaken".into()));
        app.post(&undo(&gone), json!({})).await.expect(200);
        app.post(&undo(&mail), json!({})).await.expect(200);
        assert_eq!(app.post(&undo(&corrected), json!({})).await.problem(), (409, "change.overtaken".into()));

        // what somebody is known by at all stays; a number that was not theirs is somebody new
        change(&app, &me, "identifier-05", body(&one, "external", Some("M001"), None)).await.expect(200);
        change(&app, &me, "identifier-06", body(&one, "email", Some("b@example.com"), None)).await.expect(200);
        assert_eq!(change(&app, &me, "identifier-07", body(&one, "phone", Some("8613900000001"), None)).await.problem(), (409, "change.last_identifier".into()));
        app.import(&[("换人.csv", "会员号,手机号\nM001,13900000001\n")]).await;
        assert_eq!(known(&app, &one).await, ["phone 8613900000001"]);
        assert_ne!(id_of(&app, "M001").await, one);

        let log = app.read(&me, "/audit?action=customers.changed").await.expect(200).to_string();
        assert!(log.contains("identifier_set") && !log.contains("13900000001") && !log.contains("example.com"), "the log names no value: {log}");
        let listed = app.read(&me, "/changes").await.expect(200).to_string();
        assert!(!listed.contains("13900000001"), "{listed}");

        let (_, analyst) = app.joined(Role::Analyst, Personal::ByRole).await;
        let (_, viewer) = app.joined(Role::Viewer, Personal::Granted).await;
        let (_, agent) = app.joined(Role::Agent, Personal::ByRole).await;
        let third = id_of(&app, "M003").await;
        let request = body(&third, "phone", Some("8613800000003"), Some("13900000003"));
        assert_eq!(change(&app, &analyst, "identifier-08", request.clone()).await.problem(), (403, "access.masked".into()));
        assert_eq!(change(&app, &viewer, "identifier-08", request.clone()).await.problem(), (403, "access.denied".into()));
        let made = change(&app, &agent, "identifier-08", request).await.expect(200);
        assert_eq!(found(&app, "13900000003").await, 1);
        app.post(&undo(&made), json!({})).await.expect(200);
        assert_eq!(known(&app, &third).await, ["external M003", "phone 8613800000003"]);
    }
}

#[tokio::test]
async fn what_was_put_right_stays_right_where_customers_merge_part_and_imports_are_undone() {
    for url in both().await {
        let mut app = TestApp::shop(url).await;
        let me = app.me();
        let file = "会员号,姓名,手机号\nM901,林夏,13600000001\n";
        let first = app.import(&[("一.csv", file)]).await;
        let (lin, other) = (id_of(&app, "M901").await, id_of(&app, "M004").await);

        // an import that was weighed before is weighed again
        let id = text(&app.upload(&[("二.csv", "会员号,手机号,城市\nM901,13600000001,杭州\n")]).await["id"]);
        app.post(&format!("/imports/{id}/check"), json!({})).await.expect(202);
        app.until(&id, "checked").await;
        let made = change(&app, &me, "identifier-11", body(&lin, "phone", Some("8613600000001"), Some("13600000002"))).await.expect(200);
        app.post(&format!("/imports/{id}/commit"), json!({})).await.expect(202);
        app.until(&id, "committed").await;
        assert_eq!(known(&app, &lin).await, ["external M901", "phone 8613600000002"]);

        // merged, the other's are changed under the number they came under; parted, each has their own
        let merged = app.post("/merges", json!({ "survivor": other, "merged": [lin] })).await.expect(200);
        change(&app, &me, "identifier-12", body(&other, "phone", Some("8613600000002"), Some("13600000003"))).await.expect(200);
        assert_eq!(known(&app, &other).await, ["external M004", "external M901", "phone 8613800000004", "phone 8613600000003"]);
        app.import(&[("三.csv", "会员号,手机号\nM004,13600000002\n")]).await;
        assert_eq!(found(&app, "13600000002").await, 0, "what is not theirs is not the group's");
        app.post(&format!("/merges/{}/undo", text(&merged["merges"][0]["id"])), json!({})).await.expect(200);
        assert_eq!(known(&app, &lin).await, ["external M901", "phone 8613600000003"]);
        assert_eq!(app.post(&undo(&made), json!({})).await.problem(), (409, "change.overtaken".into()));

        // a phone put right stays when the file that brought the wrong one goes, and goes with its customer
        app.post(&format!("/imports/{}/undo", text(&first["id"])), json!({})).await.expect(200);
        assert_eq!(known(&app, &lin).await, ["external M901", "phone 8613600000003"]);
        app.post(&format!("/imports/{id}/undo"), json!({})).await.expect(200);
        assert_eq!(app.read(&me, &format!("/customers/{lin}")).await.status.as_u16(), 404);
        assert_eq!(found(&app, "13600000003").await, 0);
        app.import(&[("四.csv", file)]).await;
        assert_eq!(known(&app, &id_of(&app, "M901").await).await, ["external M901", "phone 8613600000001"], "somebody new is known by what the file says");
    }
}
