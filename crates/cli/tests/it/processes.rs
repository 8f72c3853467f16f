//! Several `zhiyin serve` on one PostgreSQL and one data folder: what is changed through one is seen through the other with the
//! next request, and nothing is done twice.

use crate::{
    files::orders,
    place::{Engine, Place, block_on, fed},
    server::{Browser, Server},
    world::World,
};
use serde_json::{Value, json};
use std::{thread, time::Duration};
use store::{Store, job};

/// Two servers, and a browser signed in through the first.
fn two() -> (Place, Server, Server, Browser) {
    let place = Place::new(Engine::Postgres);
    let first = Server::start(&place);
    let mut browser = Browser { address: first.address.clone(), cookie: String::new() };
    browser.set_up(first.token.as_deref().expect("a first start"));
    let second = Server::start(&place);
    assert!(second.token.is_none(), "somebody can sign in already");
    (place, first, second, browser)
}

fn through(server: &Server, browser: &Browser) -> Browser {
    Browser { address: server.address.clone(), cookie: browser.cookie.clone() }
}

#[track_caller]
fn ask(browser: &mut Browser, method: &str, path: &str, body: &Value) -> (u16, Value) {
    let text = if body.is_null() { String::new() } else { body.to_string() };
    browser.send(method, path, "application/json", &text).expect("it answers")
}

#[test]
fn what_one_changes_the_other_knows() {
    let (place, first, second, mut here) = two();
    let mut there = through(&second, &here);
    // signed in at one is signed in at the other
    let (status, session) = ask(&mut there, "GET", "/session", &Value::Null);
    assert_eq!((status, session["user"]["email"].as_str()), (200, Some("owner@shop.test")), "{session}");
    // the business's own settings
    let (status, said) = ask(&mut here, "PUT", "/workspace", &json!({"name": "Renamed", "lang": "zh-CN"}));
    assert!(status < 300, "{said}");
    let (_, session) = ask(&mut there, "GET", "/session", &Value::Null);
    assert!(session.to_string().contains("Renamed"), "{session}");
    // data, and figures computed of it
    here.import("orders-0.csv", &orders(0, 30).0).expect("it comes in");
    for (n, browser) in [&mut there, &mut here].into_iter().enumerate() {
        assert_eq!(ask(browser, "GET", "/customers", &Value::Null).1["total"], 30);
        let form = json!({"key": format!("made_{n}"), "label": {"zh": "常客", "en": "Regulars"}, "rule_text": "orders >= 2"});
        assert_eq!(ask(browser, "POST", "/segments", &form).0, 201);
    }
    for (key, browser) in [("made_0", &mut here), ("made_1", &mut there)] {
        let (status, segment) = ask(browser, "GET", &format!("/segments/{key}"), &Value::Null);
        assert_eq!((status, &segment["size"]), (200, &30.into()), "{segment}");
        let edit = json!({"label": {"zh": "常客", "en": "Regulars"}, "rule_text": "orders >= 3"});
        assert_eq!(ask(browser, "PUT", &format!("/segments/{key}"), &edit).0, 200);
    }
    for (key, browser) in [("made_0", &mut there), ("made_1", &mut here)] {
        let (_, segment) = ask(browser, "GET", &format!("/segments/{key}"), &Value::Null);
        assert_eq!((&segment["size"], &segment["version"]), (&0.into(), &2.into()), "{segment}");
    }
    // a member, made by a third process, taken out at one
    let add = ["user", "add", "--json", "--email", "ann@shop.test", "--name", "Ann", "--role", "analyst"];
    let mut command = place.zhiyin(&add[..2]);
    command.arg("--data").arg(place.data()).arg("--store").arg(place.url()).args(&add[2..]);
    fed(&mut command, b"correct horse battery\n").ends(0);
    let mut ann = through(&second, &Browser::default());
    let (status, said) = ask(&mut ann, "POST", "/session", &json!({"email": "ann@shop.test", "password": "correct horse battery"}));
    assert!(status < 300, "{said}");
    let mut ann_here = through(&first, &ann);
    assert_eq!(ask(&mut ann_here, "GET", "/overview", &Value::Null).0, 200);
    let (_, members) = ask(&mut here, "GET", "/members", &Value::Null);
    let id = members["items"].as_array().into_iter().flatten().find(|m| m["email"] == "ann@shop.test").expect("a member")["id"].clone();
    assert_eq!(ask(&mut here, "DELETE", &format!("/members/{}", id.as_str().expect("an id")), &Value::Null).0, 204);
    for browser in [&mut ann, &mut ann_here] {
        assert_eq!(ask(browser, "GET", "/overview", &Value::Null).0, 401);
    }
    // failures at both count together
    let wrong = json!({"email": "owner@shop.test", "password": "not the password"});
    for n in 0..10 {
        let mut guess = through(if n % 2 == 0 { &first } else { &second }, &Browser::default());
        assert_eq!(ask(&mut guess, "POST", "/session", &wrong).0, 401, "try {n}");
    }
    for server in [&first, &second] {
        assert_eq!(ask(&mut through(server, &Browser::default()), "POST", "/session", &wrong).0, 429);
    }
    // signed out at one is signed out at the other
    assert_eq!(ask(&mut there.clone(), "DELETE", "/session", &Value::Null).0, 204);
    assert_eq!(ask(&mut here, "GET", "/overview", &Value::Null).0, 401);
}

#[test]
fn imports_go_through_both_at_once_and_every_job_is_done_once() {
    let (place, first, second, browser) = two();
    thread::scope(|scope| {
        for (n, server) in [&first, &second].into_iter().enumerate() {
            let mut browser = through(server, &browser);
            scope.spawn(move || {
                for i in 0..4 {
                    let file = n * 10 + i;
                    browser.import(&format!("orders-{file}.csv"), &orders(file, 30).0).expect("it comes in");
                }
            });
        }
    });
    let world = World::of(&place);
    assert_eq!((world.committed.len(), world.customers), (8, 240));
    for (n, lot) in &world.files {
        assert_eq!(*lot, orders(*n, 30).1, "file {n}");
    }
    for server in [&first, &second] {
        assert_eq!(ask(&mut through(server, &browser), "GET", "/customers", &Value::Null).1["total"], 240);
    }
    block_on(async {
        let store = Store::open(&place.url()).await.expect("the store opens");
        for _ in 0..200 {
            let queued = job::list(&store, job::State::Queued, 100).await.expect("the jobs read").len();
            if queued + job::list(&store, job::State::Running, 100).await.expect("the jobs read").len() == 0 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let done = job::list(&store, job::State::Done, 100).await.expect("the jobs read");
        assert!(!done.is_empty() && done.iter().all(|j| j.attempts == 1), "{done:?}");
        store.close().await;
    });
}

#[test]
fn an_import_is_checked_through_one_and_committed_through_the_other() {
    let (place, first, second, mut here) = two();
    let mut there = through(&second, &here);
    let text = orders(0, 30).0;
    let body = format!("--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"o.csv\"\r\nContent-Type: text/csv\r\n\r\n{text}\r\n--edge--\r\n");
    let (status, import) = here.send("POST", "/imports", "multipart/form-data; boundary=edge", &body).expect("it answers");
    assert_eq!(status, 201, "{import}");
    let path = format!("/imports/{}", import["id"].as_str().expect("an id"));
    let until = |browser: &mut Browser, becomes: &str| {
        for _ in 0..1_000 {
            let (_, now) = ask(browser, "GET", &path, &Value::Null);
            if now["status"] == becomes {
                return;
            }
            assert_ne!(now["status"], "failed", "{now}");
            thread::sleep(Duration::from_millis(20));
        }
        panic!("it never was {becomes}");
    };
    assert_eq!(ask(&mut here, "POST", &format!("{path}/check"), &json!({})).0, 202);
    until(&mut there, "checked");
    let (_, seen) = ask(&mut there, "GET", &path, &Value::Null);
    assert_eq!(seen["report"]["accepted"], 60, "{seen}");
    assert_eq!(ask(&mut there, "POST", &format!("{path}/commit"), &json!({})).0, 202);
    until(&mut here, "committed");
    drop(first);
    assert_eq!(World::of(&place).customers, 30);
}
