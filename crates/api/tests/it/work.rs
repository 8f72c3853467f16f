//! A day with customers: tags, owners, notes, views, and changes of all matching that can be taken back.

use crate::app::{Answer, TestApp, Who, both};
use axum::{
    body::Body,
    http::{Method, Request, header},
};
use domain::access::{Personal, Role};
use serde_json::{Value, json};
use tower::ServiceExt;

/// A change by somebody, under a key.
pub async fn change(app: &TestApp, who: &Who, key: &str, body: Value) -> Answer {
    let request = Request::builder().method(Method::POST).uri(format!("{}/changes", api::BASE)).header(header::HOST, "shop.test");
    let request = match who {
        Who::Session(cookie) => request.header(api::CSRF_HEADER, "1").header(header::COOKIE, cookie),
        Who::Token(secret) => request.header(header::AUTHORIZATION, format!("Bearer {secret}")),
        Who::Nobody => request,
    };
    let request = request.header("Idempotency-Key", key).header(header::CONTENT_TYPE, "application/json").body(Body::from(body.to_string()));
    let response = api::router(app.ctx.clone()).oneshot(request.expect("a request")).await.expect("the router answers");
    let (parts, body) = response.into_parts();
    Answer { status: parts.status, headers: parts.headers, bytes: axum::body::to_bytes(body, 1 << 20).await.expect("the body ends").to_vec() }
}

fn text(v: &Value) -> String {
    v.as_str().unwrap_or_else(|| panic!("no text: {v}")).to_owned()
}

async fn total(app: &TestApp, who: &Who, query: &str) -> u64 {
    app.read(who, &format!("/customers?limit=1&{query}")).await.expect(200)["total"].as_u64().expect("a total")
}

async fn names(app: &TestApp, who: &Who, query: &str) -> Vec<String> {
    let page = app.read(who, &format!("/customers?limit=50&{query}")).await.expect(200);
    page["items"].as_array().expect("items").iter().map(|i| text(&i["name"])).collect()
}

async fn tag(app: &TestApp, who: &Who, name: &str) -> String {
    text(&app.by(who, Method::POST, "/tags", Some(json!({ "name": name, "colour": "amber" }))).await.expect(201)["id"])
}

async fn undo(app: &TestApp, who: &Who, made: &Value) -> Answer {
    app.by(who, Method::POST, &format!("/changes/{}/undo", text(&made["id"])), None).await
}

#[tokio::test]
async fn all_matching_are_tagged_counted_narrowed_and_taken_back() {
    for url in both().await {
        let app = TestApp::shop(url).await;
        let me = app.me();
        let vip = tag(&app, &me, "VIP").await;
        let filter = json!({ "rule": "orders >= 6" });
        let some = text(&app.read(&me, "/customers?q=M011").await.expect(200)["items"][0]["id"]);
        let body = json!({ "kind": "tag_add", "subject": vip, "filter": filter, "except": [some], "expected": 5 });
        let made = change(&app, &me, "key-00001", body.clone()).await.expect(200);
        assert_eq!((&made["matched"], &made["changed"], &made["subject_name"]["en"]), (&json!(5), &json!(5), &json!("VIP")));
        assert!(made["undo_until"].is_string());
        assert_eq!(total(&app, &me, &format!("tag={vip}")).await, 5);
        assert_eq!(total(&app, &me, &format!("tag=-{vip}&rule=orders%20%3E%3D%206")).await, 1);
        assert_eq!(total(&app, &me, "tag=none").await, 7);
        assert_eq!(names(&app, &me, &format!("tag={vip}&sort=orders")).await[0], "客户6");

        // the same again is the same change; another under its key is none
        let again = change(&app, &me, "key-00001", body.clone()).await.expect(200);
        assert_eq!(again, made);
        let other = json!({ "kind": "tag_remove", "subject": vip, "filter": filter });
        assert_eq!(change(&app, &me, "key-00001", other).await.problem(), (422, "change.key_reused".into()));
        assert_eq!(change(&app, &me, "short", body.clone()).await.problem(), (422, "change.key".into()));
        let eager: Vec<Answer> = futures::future::join_all((0..8).map(|_| {
            let body = json!({ "kind": "tag_add", "subject": vip, "filter": { "q": "M001" } });
            let (app, me) = (&app, &me);
            async move { change(app, me, "key-00002", body).await }
        }))
        .await;
        let ids: std::collections::BTreeSet<String> = eager.iter().map(|a| text(&a.expect(200)["id"])).collect();
        assert_eq!(ids.len(), 1, "eight at once are one change");
        assert_eq!(app.read(&me, "/changes").await.expect(200)["items"].as_array().map(Vec::len), Some(2));

        // facets: each without its own filter
        let facets = app.read(&me, &format!("/customers/facets?by=tag,owner,class.lifecycle&tag={vip}")).await.expect(200);
        let of = |key: &str| facets["items"].as_array().expect("items").iter().find(|f| f["key"] == key).cloned().unwrap_or_default();
        assert_eq!(facets["total"], 6);
        assert_eq!((&of("tag")["items"][0]["count"], &of("tag")["items"][1]["count"]), (&json!(6), &json!(6)));
        let classes = of("class.lifecycle")["items"].as_array().expect("classes").iter().map(|i| i["count"].as_u64().unwrap_or(0)).sum::<u64>();
        assert_eq!((classes, &of("owner")["items"][0]["key"], &of("owner")["items"][0]["count"]), (6, &json!("none"), &json!(6)));

        // several classes are either of them, by comma or by naming the parameter again; one there is none of is said
        let all = app.read(&me, "/customers/facets?by=class.lifecycle").await.expect(200);
        let some: Vec<(String, u64)> = all["items"][0]["items"].as_array().expect("classes").iter().take(2).map(|i| (text(&i["key"]), i["count"].as_u64().unwrap_or(0))).collect();
        let (one, other) = (&some[0], &some[1]);
        for asked in [format!("class.lifecycle={},{}", one.0, other.0), format!("class.lifecycle={}&class.lifecycle={}", one.0, other.0)] {
            assert_eq!(total(&app, &me, &asked).await, one.1 + other.1, "{asked}");
            let narrowed = app.read(&me, &format!("/customers/facets?by=class.lifecycle&{asked}")).await.expect(200);
            assert_eq!((&narrowed["total"], &narrowed["items"]), (&json!(one.1 + other.1), &all["items"]), "{asked}");
        }
        for asked in ["class.lifecycle=zzz", "class.lifecycle=zzz,active", "was.lifecycle=zzz@2025-12-01"] {
            assert_eq!(app.read(&me, &format!("/customers?{asked}")).await.problem(), (404, "class.not_found".into()), "{asked}");
        }

        // taken back, once
        let back = undo(&app, &me, &made).await.expect(200);
        assert_eq!((&back["reverted"], back["undone_at"].is_string(), &back["undo_until"]), (&json!(5), true, &Value::Null));
        assert_eq!(undo(&app, &me, &made).await.expect(200)["undone_at"], back["undone_at"]);
        assert_eq!(names(&app, &me, &format!("tag={vip}")).await, ["客户1"]);

        // who is on the list has changed since it was looked at
        let moved = json!({ "kind": "tag_add", "subject": vip, "filter": filter, "expected": 5 });
        assert_eq!(change(&app, &me, "key-00003", moved).await.problem(), (409, "change.moved".into()));
        for (wrong, code) in [
            (json!({ "kind": "tag_add", "subject": vip }), "change.whom"),
            (json!({ "kind": "tag_add", "subject": vip, "filter": {}, "customers": [] }), "change.whom"),
            (json!({ "kind": "tag_add", "subject": vip, "customers": [] }), "change.nobody"),
            (json!({ "kind": "tag_add", "subject": vip, "customers": ["cus_nobody"] }), "change.customer"),
            (json!({ "kind": "tag_add", "subject": vip, "filter": { "page": "1" } }), "segment.filter"),
            (json!({ "kind": "tag_add", "subject": "tag_x", "filter": {} }), "tag.not_found"),
            (json!({ "kind": "owner_set", "subject": "usr_x", "filter": {} }), "owner.not_found"),
            (json!({ "kind": "list_add", "subject": "nobody", "filter": {} }), "segment.not_found"),
            (json!({ "kind": "list_add", "subject": "vip_at_risk", "filter": {} }), "change.not_a_list"),
            (json!({ "kind": "name_set", "name": "x", "filter": {} }), "change.one"),
        ] {
            assert_eq!(change(&app, &me, "key-00004", wrong.clone()).await.problem().1, code, "{wrong}");
        }
        let log = app.read(&me, "/audit?action=customers.changed").await.expect(200);
        assert_eq!(log["items"].as_array().map(Vec::len), Some(2));
        assert_eq!((&log["items"][1]["subject"], &log["items"][1]["detail"]["changed"]), (&made["id"], &json!(5)));
        assert_eq!(app.read(&me, "/audit?action=customers.unchanged").await.expect(200)["items"][0]["detail"]["reverted"], 5);

        // thirty days later it stays as it is
        let late = change(&app, &me, "key-00005", json!({ "kind": "tag_add", "subject": vip, "filter": {} })).await.expect(200);
        app.clock.set(domain::clock::Instant(crate::app::NOW.0 + 31 * 86_400_000_000));
        let me = app.signs_in("owner@shop.test", "correct horse battery").await;
        assert_eq!(undo(&app, &me, &late).await.problem(), (409, "change.expired".into()));
    }
}

#[tokio::test]
async fn whoever_takes_an_import_back_is_told_how_many_have_something_by_hand() {
    for url in both().await {
        let mut app = TestApp::shop(url).await;
        let me = app.me();
        let import = text(&app.get("/imports").await.expect(200)["items"][0]["id"]);
        let handled = async |app: &TestApp| app.read(&app.me(), &format!("/imports/{import}")).await.expect(200)["handled"].clone();
        assert_eq!(handled(&app).await, json!(0));
        let people = app.read(&me, "/customers?limit=50").await.expect(200)["items"].clone();
        let of = |external: &str| people.as_array().and_then(|all| all.iter().find(|c| c["external_id"] == external)).map(|c| text(&c["id"])).expect("a customer");
        let vip = app.by(&me, Method::POST, "/tags", Some(json!({ "name": "VIP", "colour": "blue" }))).await.expect(201)["id"].clone();
        change(&app, &me, "key-00001", json!({ "kind": "tag_add", "subject": vip, "customers": [of("M001"), of("M002")] })).await.expect(200);
        app.by(&me, Method::POST, &format!("/customers/{}/notes", of("M002")), Some(json!({ "body": "周五回电" }))).await.expect(201);
        app.by(&me, Method::POST, &format!("/customers/{}/notes", of("M003")), Some(json!({ "body": "喜欢红茶" }))).await.expect(201);
        change(&app, &me, "key-00002", json!({ "kind": "name_set", "name": "王芳", "customers": [of("M004")] })).await.expect(200);
        assert_eq!(handled(&app).await, json!(4));
        // whom a later file mentions stays, with all of it
        app.import(&[("更多.csv", "会员号,姓名,城市\nM001,客户1,苏州\n")]).await;
        assert_eq!(handled(&app).await, json!(3));
    }
}

#[tokio::test]
async fn everybody_has_one_owner_and_lists_and_names_go_back_too() {
    for url in both().await {
        let app = TestApp::shop(url).await;
        let me = app.me();
        let (agent, as_agent) = app.joined(Role::Agent, Personal::ByRole).await;
        let (viewer, as_viewer) = app.joined(Role::Viewer, Personal::ByRole).await;
        let owners = app.read(&me, "/owners").await.expect(200);
        let ids: Vec<&str> = owners["items"].as_array().expect("items").iter().filter_map(|o| o["id"].as_str()).collect();
        assert!(ids.contains(&agent.as_str()) && !ids.contains(&viewer.as_str()), "{owners}");
        let boss = ids[0].to_owned();
        let all = change(&app, &me, "key-00001", json!({ "kind": "owner_set", "subject": boss, "filter": {} })).await.expect(200);
        let some = change(&app, &as_agent, "key-00001", json!({ "kind": "owner_set", "subject": agent, "filter": { "rule": "orders >= 10" } })).await.expect(200);
        assert_eq!((&all["changed"], &some["changed"]), (&json!(12), &json!(2)), "a key is its author's own");
        assert_eq!((total(&app, &me, &format!("owner={boss}")).await, total(&app, &me, &format!("owner={agent}")).await, total(&app, &me, "owner=none").await), (10, 2, 0));
        let one = app.read(&me, &format!("/customers?owner={agent}&limit=1")).await.expect(200)["items"][0].clone();
        assert_eq!(one["owner"], json!({ "id": agent, "name": "the agent" }));
        // the earlier one first: whom the agent has stays with the agent
        assert_eq!(undo(&app, &me, &all).await.expect(200)["reverted"], 10);
        assert_eq!((total(&app, &me, "owner=none").await, total(&app, &me, &format!("owner={agent}")).await), (10, 2));
        for (asked, n) in [(format!("owner=none,{agent}"), 12), (format!("owner=none&owner={agent}"), 12), (format!("owner={boss},{agent}"), 2)] {
            assert_eq!(total(&app, &me, &asked).await, n, "{asked}");
        }
        // sorted by who looks after them: those of nobody last; page by page it is the same order, and so it is by class
        let ids = |page: &Value| page["items"].as_array().expect("items").iter().map(|i| text(&i["id"])).collect::<Vec<_>>();
        for sort in ["owner", "-owner", "class.lifecycle", "-class.lifecycle", "match&q=%E5%AE%A2%E6%88%B71"] {
            let whole = app.read(&me, &format!("/customers?limit=50&sort={sort}&columns=tags,owner,class.lifecycle")).await.expect(200);
            if sort.ends_with("owner") {
                let owned: Vec<bool> = whole["items"].as_array().expect("items").iter().map(|i| i["owner"]["id"] == json!(agent)).collect();
                assert_eq!(owned, [vec![true; 2], vec![false; 10]].concat(), "{sort}");
            }
            if sort.starts_with("match") {
                let names: Vec<&str> = whole["items"].as_array().expect("items").iter().filter_map(|i| i["name"].as_str()).collect();
                assert_eq!(names, ["客户1", "客户11", "客户10", "客户12"], "who is called so, then by what they spent");
            }
            let (mut walked, mut cursor) = (Vec::new(), String::new());
            loop {
                let page = app.read(&me, &format!("/customers?limit=1&sort={sort}&cursor={cursor}")).await.expect(200);
                walked.extend(ids(&page));
                match page["next_cursor"].as_str() {
                    Some(next) => cursor = next.to_owned(),
                    None => break,
                }
            }
            assert_eq!(walked, ids(&whole), "{sort}");
        }
        assert_eq!(undo(&app, &as_agent, &some).await.expect(200)["reverted"], 2);
        assert_eq!(total(&app, &me, "owner=none").await, 12, "what the later one found is what there was");

        let members: Vec<String> = app.read(&me, "/customers?rule=orders%20%3E%3D%2010").await.expect(200)["items"].as_array().expect("items").iter().map(|i| text(&i["id"])).collect();
        app.by(&me, Method::POST, "/segments", Some(json!({ "key": "friends", "label": { "zh": "朋友", "en": "Friends" }, "customers": members }))).await.expect(201);
        let add = json!({ "kind": "list_add", "subject": "friends", "filter": { "rule": "orders >= 8" } });
        assert_eq!(change(&app, &as_agent, "key-00009", add.clone()).await.problem(), (403, "change.list".into()));
        let added = change(&app, &me, "key-00009", add).await.expect(200);
        assert_eq!((&added["matched"], &added["changed"], &added["subject_name"]["zh"]), (&json!(4), &json!(2), &json!("朋友")));
        assert_eq!(total(&app, &me, "segment=friends").await, 4);
        let taken = change(&app, &me, "key-00010", json!({ "kind": "list_remove", "subject": "friends", "customers": [members[0]] })).await.expect(200);
        assert_eq!((&taken["changed"], total(&app, &me, "segment=friends").await), (&json!(1), 3));
        assert_eq!(undo(&app, &me, &added).await.expect(200)["reverted"], 2);
        assert_eq!(undo(&app, &me, &taken).await.expect(200)["reverted"], 1);
        assert_eq!(total(&app, &me, "segment=friends").await, 2);

        let named = change(&app, &as_agent, "key-00011", json!({ "kind": "name_set", "name": "  王 小明 ", "customers": [members[0]] })).await.expect(200);
        assert_eq!(app.read(&me, &format!("/customers/{}", members[0])).await.expect(200)["name"], "王 小明");
        let later = change(&app, &me, "key-00012", json!({ "kind": "name_set", "name": "王大明", "customers": [members[0]] })).await.expect(200);
        assert_eq!(undo(&app, &as_agent, &named).await.problem(), (409, "change.overtaken".into()));
        undo(&app, &me, &later).await.expect(200);
        undo(&app, &as_agent, &named).await.expect(200);
        assert_eq!(text(&app.read(&me, &format!("/customers/{}", members[0])).await.expect(200)["name"]), one["name"].as_str().unwrap_or_default());
        assert_eq!(undo(&app, &as_agent, &all).await.problem(), (404, "change.not_found".into()), "somebody else's");
        assert_eq!(app.read(&as_agent, "/changes?by=everybody").await.expect(200)["items"].as_array().map(Vec::len), Some(2), "an agent sees their own");
        assert_eq!(app.read(&me, "/changes?by=everybody").await.expect(200)["items"].as_array().map(Vec::len), Some(6));
        assert_eq!(change(&app, &as_viewer, "key-00001", json!({ "kind": "owner_set", "filter": {} })).await.problem(), (403, "access.denied".into()));
        let (_, blind) = app.joined(Role::Agent, Personal::Denied).await;
        assert_eq!(change(&app, &blind, "key-00001", json!({ "kind": "name_set", "name": "x", "customers": [members[0]] })).await.problem(), (403, "access.masked".into()));
    }
}

#[tokio::test]
async fn notes_stand_in_the_timeline_and_come_back() {
    for url in both().await {
        let app = TestApp::shop(url).await;
        let me = app.me();
        let id = text(&app.read(&me, "/customers?q=M003").await.expect(200)["items"][0]["id"]);
        let (_, agent) = app.joined(Role::Agent, Personal::ByRole).await;
        let (_, manager) = app.joined(Role::Manager, Personal::ByRole).await;
        let (_, blind) = app.joined(Role::Agent, Personal::Denied).await;
        let note = app.by(&agent, Method::POST, &format!("/customers/{id}/notes"), Some(json!({ "body": " 改约周五\n电话 13911112222 " }))).await.expect(201);
        let path = format!("/notes/{}", text(&note["id"]));
        let line = async |who: &Who| app.read(who, &format!("/customers/{id}/timeline?types=note")).await.expect(200)["items"].clone();
        let seen = line(&me).await[0].clone();
        assert_eq!((&seen["type"], &seen["title"]["zh"], &seen["detail"]["body"], &seen["detail"]["author_name"]), (&json!("note"), &json!("改约周五"), &json!("改约周五\n电话 13911112222"), &json!("the agent")));
        assert_eq!(line(&blind).await[0]["detail"]["body"], "改约周五\n电话 139****2222");
        assert_eq!(app.read(&me, &format!("/customers/{id}/timeline")).await.expect(200)["items"][0]["type"], "note", "the latest of everything");
        assert_eq!(app.read(&me, &format!("/customers/{id}/timeline?types=note&as_of=2025-12-30")).await.expect(200)["items"], json!([]), "it was not there the day before");
        assert_eq!(app.by(&me, Method::PUT, &path, Some(json!({ "body": "x" }))).await.problem(), (403, "note.foreign".into()));
        assert_eq!(app.by(&agent, Method::PUT, &path, Some(json!({ "body": " " }))).await.problem(), (422, "note.body".into()));
        assert!(app.by(&agent, Method::PUT, &path, Some(json!({ "body": "改约周六" }))).await.expect(200)["edited_at"].is_string());
        assert_eq!(app.by(&blind, Method::DELETE, &path, None).await.problem(), (403, "note.foreign".into()));
        assert_eq!(app.by(&manager, Method::DELETE, &path, None).await.status, 204);
        assert_eq!((line(&me).await, app.by(&agent, Method::DELETE, &path, None).await.problem()), (json!([]), (404, "note.not_found".into())));
        app.by(&agent, Method::POST, &format!("{path}/restore"), None).await.expect(200);
        assert_eq!(line(&me).await[0]["title"]["en"], "改约周六");
        // whoever does not see their own words whole does not write the mask over them
        let own = app.by(&blind, Method::POST, &format!("/customers/{id}/notes"), Some(json!({ "body": "打 13911112222" }))).await.expect(201);
        assert_eq!(own["body"], "打 139****2222");
        assert_eq!(app.by(&blind, Method::PUT, &format!("/notes/{}", text(&own["id"])), Some(json!({ "body": "y" }))).await.problem(), (403, "access.masked".into()));
        let log = app.read(&me, "/audit?action=note.removed").await.expect(200);
        assert_eq!((&log["items"][0]["detail"]["customer"], log.to_string().contains("改约")), (&json!(id), false), "the log holds no words");
    }
}

#[tokio::test]
async fn tags_have_one_name_and_come_back_on_everybody() {
    for url in both().await {
        let app = TestApp::shop(url).await;
        let me = app.me();
        let (_, agent) = app.joined(Role::Agent, Personal::ByRole).await;
        let vip = tag(&app, &agent, " VIP　客户 ").await;
        let post = async |name: &str, colour: &str| app.by(&me, Method::POST, "/tags", Some(json!({ "name": name, "colour": colour }))).await.problem();
        assert_eq!(post("ｖｉｐ 客户", "red").await, (409, "tag.taken".into()));
        assert_eq!(post(" ", "red").await, (422, "tag.name".into()));
        assert_eq!(post("x", "#f00").await, (422, "tag.colour".into()));
        change(&app, &agent, "key-00001", json!({ "kind": "tag_add", "subject": vip, "filter": {} })).await.expect(200);
        let path = format!("/tags/{vip}");
        assert_eq!(app.by(&agent, Method::DELETE, &path, None).await.problem(), (403, "access.denied".into()), "an agent makes tags and takes none away");
        let edited = app.by(&me, Method::PUT, &path, Some(json!({ "name": "贵宾", "colour": "red" }))).await.expect(200);
        assert_eq!(edited, json!({ "id": vip, "name": "贵宾", "colour": "red", "customers": 12 }));
        assert_eq!(app.by(&me, Method::DELETE, &path, None).await.status, 204);
        let one = app.read(&me, "/customers?q=M003").await.expect(200)["items"][0].clone();
        assert_eq!((&one["tags"], app.read(&me, &format!("/customers?tag={vip}")).await.problem()), (&json!([]), (404, "tag.not_found".into())));
        assert_eq!(app.by(&me, Method::POST, &format!("{path}/restore"), None).await.expect(200)["customers"], 12);
        let one = app.read(&me, &format!("/customers/{}", text(&one["id"]))).await.expect(200);
        assert_eq!(one["tags"], json!([{ "id": vip, "name": "贵宾", "colour": "red" }]));
        // a fixed list of whoever has the tag
        let segment = app.by(&me, Method::POST, "/segments", Some(json!({ "label": { "zh": "x", "en": "x" }, "filter": { "tag": vip } }))).await.expect(201);
        assert_eq!(segment["size"], 12);
    }
}

#[tokio::test]
async fn views_are_kept_shared_and_begun_with() {
    for url in both().await {
        let app = TestApp::shop(url).await;
        let me = app.me();
        let (_, agent) = app.joined(Role::Agent, Personal::ByRole).await;
        let (_, viewer) = app.joined(Role::Viewer, Personal::ByRole).await;
        let draft = |name: &str, audience: &str| json!({ "name": name, "query": { "rule": "orders >= 6", "sort": "-orders", "columns": "net,orders", "density": "small", "q": "" }, "audience": audience });
        let save = async |who: &Who, body: Value| app.by(who, Method::POST, "/views", Some(body)).await;
        let mine = save(&viewer, draft("我的", "private")).await.expect(201);
        assert_eq!((&mine["mine"], &mine["query"], &mine["unused"]), (&json!(true), &json!({ "rule": "orders >= 6", "sort": "-orders", "columns": "net,orders", "density": "small" }), &json!(false)));
        assert_eq!(save(&viewer, draft("大家的", "everyone")).await.problem(), (403, "view.share".into()));
        app.clock.set(domain::clock::Instant(crate::app::NOW.0 + 1_000_000));
        let shared = save(&agent, draft("大家的", "everyone")).await.expect(201);
        for (wrong, code) in [
            (json!({ "name": " ", "query": {} }), "view.name"),
            (json!({ "name": "x", "query": { "page": "2" } }), "view.query"),
            (json!({ "name": "x", "query": {}, "audience": "team" }), "view.audience"),
        ] {
            assert_eq!(save(&me, wrong).await.problem(), (422, code.into()));
        }
        let seen = async |who: &Who| app.read(who, "/views").await.expect(200)["items"].as_array().expect("items").iter().map(|v| (text(&v["name"]), v["mine"] == true, v["default"] == true)).collect::<Vec<_>>();
        let row = |name: &str, mine, default| (name.to_owned(), mine, default);
        assert_eq!(seen(&viewer).await, [row("我的", true, false), row("大家的", false, false)]);
        assert_eq!(seen(&me).await, [row("大家的", true, false)], "who manages members may tidy up shared ones");
        let path = |v: &Value| format!("/views/{}", text(&v["id"]));
        assert_eq!(app.by(&viewer, Method::PUT, &path(&shared), Some(draft("y", "private"))).await.problem(), (403, "view.foreign".into()));
        assert_eq!(app.by(&agent, Method::DELETE, &path(&mine), None).await.problem(), (404, "view.not_found".into()));
        assert_eq!(app.by(&viewer, Method::PUT, "/default-view", Some(json!({ "view": shared["id"] }))).await.status, 204);
        assert_eq!(seen(&viewer).await[1], row("大家的", false, true));
        assert_eq!(app.by(&viewer, Method::PUT, "/default-view", Some(json!({ "view": null }))).await.status, 204);
        for (method, pinned) in [(Method::PUT, true), (Method::DELETE, false), (Method::PUT, true)] {
            assert_eq!(app.by(&viewer, method, &format!("{}/pin", path(&shared)), None).await.status, 204);
            assert_eq!(app.read(&viewer, "/views").await.expect(200)["items"][1]["pinned"], pinned);
        }
        assert_eq!(app.by(&agent, Method::PUT, &format!("{}/pin", path(&mine)), None).await.problem(), (404, "view.not_found".into()));
        app.clock.set(domain::clock::Instant(crate::app::NOW.0 + 91 * 86_400_000_000));
        let me = app.signs_in("owner@shop.test", "correct horse battery").await;
        assert_eq!(app.read(&me, "/views").await.expect(200)["items"][0]["unused"], true);
        assert_eq!(app.by(&me, Method::POST, &format!("{}/use", path(&shared)), None).await.status, 204);
        assert_eq!(app.read(&me, "/views").await.expect(200)["items"][0]["unused"], false);
        assert_eq!(app.by(&me, Method::DELETE, &path(&shared), None).await.status, 204);
        assert_eq!(app.read(&me, "/audit?action=view.withdrawn").await.expect(200)["items"][0]["subject"], shared["id"]);
        // back it is the same one: whose it is, what it is called, who keeps it in front and when it was last used
        let restore = format!("{}/restore", path(&shared));
        assert_eq!(app.by(&me, Method::POST, &format!("{}/restore", path(&mine)), None).await.problem(), (404, "view.not_found".into()));
        let back = app.by(&me, Method::POST, &restore, None).await.expect(200);
        assert_eq!((&back["id"], &back["owner"], &back["query"], &back["unused"]), (&shared["id"], &shared["owner"], &shared["query"], &json!(false)));
        assert_eq!(app.by(&me, Method::POST, &restore, None).await.problem(), (404, "view.not_found".into()));
        assert_eq!(app.read(&me, "/views").await.expect(200)["items"][0]["pinned"], false, "another keeps it in front");
    }
}

#[tokio::test]
async fn a_page_follows_on_whatever_happens_to_the_list_meanwhile() {
    let mut app = TestApp::shop(None).await;
    let me = app.me();
    let first = app.read(&me, "/customers?limit=4").await.expect(200);
    let ids = |page: &Value| page["items"].as_array().expect("items").iter().map(|i| text(&i["id"])).collect::<Vec<_>>();
    let whole = ids(&app.read(&me, "/customers?limit=50").await.expect(200));
    assert_eq!(ids(&first), whole[..4]);
    // three new customers at the top of the list
    let mut orders = String::from("订单号,会员号,下单时间,实付金额\n");
    (1..=3).for_each(|n| orders.push_str(&format!("N{n},X{n},2025-12-01 10:00:00,9999999.00\n")));
    app.import(&[("大单.csv", &orders)]).await;
    let next = app.read(&me, &format!("/customers?limit=50&cursor={}", text(&first["next_cursor"]))).await.expect(200);
    assert_eq!((ids(&next), &next["total"], &next["next_cursor"]), (whole[4..].to_vec(), &json!(15), &Value::Null));
}
