//! The audit log: whatever matters is in it, with who did it and never a secret; it is paged, filtered, taken along and checked.

use crate::app::{TestApp, Who, both, customers_csv, setup_form};
use axum::http::Method;
use domain::access::{Personal, Role};
use serde_json::{Value, json};

fn items(page: &Value) -> &[Value] {
    page["items"].as_array().map_or(&[], Vec::as_slice)
}

fn actions(page: &Value) -> Vec<String> {
    items(page).iter().map(|e| e["action"].as_str().unwrap_or_default().to_owned()).collect()
}

#[tokio::test]
async fn whatever_matters_is_noted_as_it_is_done() {
    for url in both().await {
        let mut app = TestApp::ready(url).await;
        let owner = app.me();
        let wrong = json!({ "email": "owner@shop.test", "password": "not the password" });
        app.by(&Who::Nobody, Method::POST, "/session", Some(wrong)).await;
        let stranger = json!({ "email": "stranger@shop.test", "password": "a secret typed wrongly" });
        app.by(&Who::Nobody, Method::POST, "/session", Some(stranger)).await;
        app.with_body(Method::PUT, "/workspace", json!({ "name": "Corner shop", "lang": "en" })).await.expect(200);
        let made = app.post("/invitations", json!({ "email": "ben@shop.test", "role": "viewer" })).await.expect(201);
        let form = json!({ "token": made["token"], "name": "Ben", "password": "staple staple staple" });
        app.by(&Who::Nobody, Method::POST, "/invitations/accept", Some(form)).await.expect(201);
        let carl = app.post("/invitations", json!({ "email": "carl@shop.test", "role": "viewer" })).await.expect(201);
        app.delete(&format!("/invitations/{}", carl["invitation"]["id"].as_str().unwrap_or_default())).await;
        let members = app.get("/members").await.expect(200);
        let ben = members["items"][1]["id"].as_str().expect("an id").to_owned();
        app.with_body(Method::PUT, &format!("/members/{ben}"), json!({ "role": "agent", "personal": "denied" })).await.expect(200);
        let (token, program) = app.token(&owner, json!({ "name": "x", "role": "owner" })).await;
        let segment = json!({ "key": "vip", "label": { "zh": "x", "en": "x" }, "rule_text": "orders > 1" });
        app.by(&program, Method::POST, "/segments", Some(segment)).await.expect(201);
        app.delete("/segments/vip").await;
        app.delete(&format!("/tokens/{token}")).await;
        let id = app.import(&[("会员.csv", &customers_csv())]).await["id"].as_str().expect("an id").to_owned();
        assert_eq!(app.get("/customers/export?q=%E5%AE%A2%E6%88%B7&format=xlsx").await.status, 200);
        app.post(&format!("/imports/{id}/undo"), json!({})).await.expect(200);
        app.delete(&format!("/members/{ben}")).await;
        app.with_body(Method::PUT, "/session/password", json!({ "old": "correct horse battery", "new": "staple staple staple" })).await.expect(200);

        let log = app.get("/audit?limit=500").await.expect(200);
        let mut done = actions(&log);
        done.reverse();
        let expected = [
            "workspace.founded", "session.begun", "session.refused", "session.refused", "workspace.changed", "invitation.made", "member.joined", "session.begun", "invitation.made",
            "invitation.revoked", "member.changed", "token.made", "definition.published", "definition.withdrawn", "token.revoked", "import.committed", "export.taken", "import.undone",
            "member.removed", "password.changed",
        ];
        assert_eq!(done, expected);
        let about = app.get("/audit?about=segment%20vip").await.expect(200);
        assert_eq!(actions(&about), ["definition.withdrawn", "definition.published"]);
        let of_ben = app.get(&format!("/audit?about={ben}")).await.expect(200);
        assert!(["member.removed", "member.changed", "member.joined"].iter().all(|a| actions(&of_ben).contains(&(*a).to_owned())), "{of_ben:#}");
        let of = |action: &str| items(&log).iter().find(|e| e["action"] == action).cloned().unwrap_or_default();
        let by_program = of("definition.published");
        assert_eq!((&by_program["token"], &by_program["actor"]["name"], &by_program["subject"]), (&json!(token), &json!("王掌柜"), &json!("segment vip")));
        assert_eq!(of("member.changed")["detail"]["after"], json!({ "role": "agent", "personal": "denied" }));
        assert_eq!((&of("import.committed")["subject"], &of("import.committed")["detail"]["rows"]), (&json!(id), &json!(12)));
        assert_eq!((&of("export.taken")["detail"]["rows"], &of("export.taken")["detail"]["masked"]), (&json!(12), &json!(false)));
        let refused: Vec<&Value> = items(&log).iter().filter(|e| e["action"] == "session.refused").collect();
        assert!(refused[0]["subject"] == "" && refused[1]["subject"].as_str().is_some_and(|s| s.starts_with("usr_")), "{refused:?}");
        let text = log.to_string();
        for secret in ["not the password", "typed wrongly", "stranger@", "staple", "correct horse", "客户", "1380000", made["token"].as_str().unwrap_or_default()] {
            assert!(!text.contains(secret), "{secret} stands in the log");
        }
        let check = app.get("/audit/verify").await.expect(200);
        assert_eq!((&check["whole"], &check["rows"], &check["head"]["seq"]), (&json!(true), &json!(expected.len()), &json!(expected.len())));
    }
}

#[tokio::test]
async fn what_was_refused_or_did_not_happen_is_not_noted_as_done() {
    let mut app = TestApp::ready(None).await;
    let before = app.get("/audit").await.expect(200);
    let me = app.get("/session").await.expect(200)["user"]["id"].as_str().expect("an id").to_owned();
    assert_eq!(app.delete(&format!("/members/{me}")).await.status, 409);
    assert_eq!(app.post("/segments", json!({ "key": "x", "label": { "zh": "x", "en": "x" }, "rule_text": "oders > 1" })).await.status, 422);
    assert_eq!(app.get("/customers/export?sort=nothing").await.status, 404);
    assert_eq!(app.post("/invitations", json!({ "email": "owner@shop.test", "role": "viewer" })).await.status, 409);
    assert_eq!(app.get("/audit").await.expect(200), before);
}

#[tokio::test]
async fn the_log_is_paged_filtered_and_taken_along() {
    for url in both().await {
        let mut app = TestApp::ready(url).await;
        let me = app.get("/session").await.expect(200)["user"]["id"].as_str().expect("an id").to_owned();
        for n in 0..6 {
            app.post("/invitations", json!({ "email": format!("p{n}@shop.test"), "role": "viewer" })).await.expect(201);
        }
        let (mut seen, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = app.get(&format!("/audit?limit=3&cursor={cursor}")).await.expect(200);
            seen.extend(items(&page).iter().map(|e| e["seq"].as_i64().unwrap_or_default()));
            match page["next_cursor"].as_str() {
                Some(next) => cursor = next.to_owned(),
                None => break,
            }
        }
        assert_eq!(seen, (1..=8).rev().collect::<Vec<i64>>());
        assert_eq!(actions(&app.get("/audit?action=workspace.founded").await.expect(200)), ["workspace.founded"]);
        assert_eq!(items(&app.get(&format!("/audit?actor={me}&action=invitation.made")).await.expect(200)).len(), 6);
        assert!(items(&app.get("/audit?actor=usr_nobody").await.expect(200)).is_empty());
        assert_eq!(app.get("/audit?action=member.eaten").await.problem(), (422, "audit.action".into()));
        assert_eq!(app.get("/audit?cursor=x").await.problem(), (422, "request.cursor".into()));
        // days are the business's own: it is 31 December, noon, in Shanghai
        for (range, hits) in [("from=2025-12-31", 8), ("to=2025-12-31", 8), ("from=2025-12-31&to=2025-12-31", 8), ("to=2025-12-30", 0), ("from=2026-01-01", 0)] {
            assert_eq!(items(&app.get(&format!("/audit?{range}")).await.expect(200)).len(), hits, "{range}");
        }
        assert_eq!(app.get("/audit?from=yesterday").await.problem(), (422, "request.day".into()));
        let begun = app.get("/audit?action=session.begun").await.expect(200)["items"][0].clone();
        assert_eq!((&begun["subject"], &begun["subject_name"], &begun["actor"]["name"]), (&json!(me), &json!("王掌柜"), &json!("王掌柜")));
        let jsonl = app.get("/audit/export?format=jsonl&to=2025-12-31").await;
        assert_eq!((jsonl.header("content-type"), jsonl.header("content-disposition")), ("application/jsonl", "attachment; filename=\"audit-2025-12-31.jsonl\""));
        let lines: Vec<Value> = jsonl.text().lines().map(|l| serde_json::from_str(l).expect("a line of JSON")).collect();
        // that it was taken is the first of them, and each holds the hash of the next older
        assert_eq!((lines.len(), &lines[0]["action"], &lines[0]["subject"]), (9, &json!("export.taken"), &json!("audit")));
        assert!(lines.windows(2).all(|pair| pair[0]["previous"] == pair[1]["hash"]), "{lines:#?}");
        let csv = app.get("/audit/export?action=invitation.made").await;
        assert_eq!(csv.header("content-disposition"), "attachment; filename=\"audit-2025-12-31.csv\"");
        let text = csv.text();
        let lines: Vec<&str> = text.trim_start_matches('\u{feff}').lines().collect();
        assert_eq!((lines.len(), lines[0]), (7, "seq,at,actor,actor_name,token,action,subject,subject_name,detail,previous,hash"));
        let check = app.get("/audit/verify").await.expect(200);
        let head = format!("{}:{}", check["head"]["seq"], check["head"]["hash"].as_str().unwrap_or_default());
        assert_eq!(app.get(&format!("/audit/verify?head={head}")).await.expect(200)["whole"], true);
        let cut = app.get(&format!("/audit/verify?head=99:{}", "0".repeat(64))).await.expect(200);
        assert_eq!((&cut["whole"], &cut["broken"]["seq"], &cut["broken"]["why"]), (&json!(false), &json!(99), &json!("head")));
        assert!(cut["broken"]["message"]["zh"].as_str().is_some_and(|m| m.contains("第 99 条")), "{cut}");
        assert_eq!(app.get("/audit/verify?head=x").await.problem(), (422, "audit.head".into()));
    }
}

#[tokio::test]
async fn a_formula_in_a_name_is_harmless_in_the_exported_log() {
    let mut app = TestApp::bare(None).await;
    let token = api::account::offer_setup(&app.ctx).await.expect("offers").expect("a token");
    let mut form = setup_form(&token);
    form["name"] = json!("=HYPERLINK(\"http://x\")");
    app.post("/setup", form).await.expect(201);
    let text = app.get("/audit/export").await.text();
    assert!(text.contains("\"'=HYPERLINK(") && !text.contains(",\"=HYPERLINK("), "{text}");
}

#[tokio::test]
async fn only_who_may_reads_it() {
    let app = TestApp::ready(None).await;
    for role in [Role::Analyst, Role::Agent, Role::Viewer] {
        let (_, who) = app.joined(role, Personal::Granted).await;
        for path in ["/audit", "/audit/verify", "/audit/export"] {
            assert_eq!(app.read(&who, path).await.problem(), (403, "access.denied".into()), "{role} {path}");
        }
    }
}
