//! Changes told: who entered and left, who is in another class, once each, signed, without a name.

use crate::app::{TestApp, Who, both, customers_csv, orders_csv};
use axum::{Router, body::Bytes, extract::State, http::{HeaderMap, Method, StatusCode}, routing::post};
use base64::{Engine, engine::general_purpose::STANDARD};
use domain::clock::{Clock, Instant};
use flow::{
    jobs::Workers,
    webhooks::{Egress, Found, Policy, Resolve},
};
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    future::Future,
    net::IpAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU16, AtomicUsize, Ordering},
    },
    time::Duration,
};

/// What a sink was told: headers and body.
type Heard = Arc<Mutex<Vec<(HeaderMap, Vec<u8>)>>>;

/// Somebody on the loopback who is told things.
pub struct Sink {
    pub port: u16,
    heard: Heard,
    status: Arc<AtomicU16>,
    came: Arc<AtomicUsize>,
}

struct Loopback;

impl Resolve for Loopback {
    fn resolve(&self, _: &str) -> Found {
        Box::pin(async { Ok(vec![IpAddr::from([127, 0, 0, 1])]) })
    }
}

type Ear = (Heard, Arc<AtomicU16>, Arc<AtomicUsize>);

async fn hear(State((heard, status, came)): State<Ear>, headers: HeaderMap, body: Bytes) -> StatusCode {
    came.fetch_add(1, Ordering::SeqCst);
    heard.lock().expect("nobody panicked").push((headers, body.to_vec()));
    StatusCode::from_u16(status.load(Ordering::SeqCst)).expect("a status")
}

impl Sink {
    pub async fn start() -> Sink {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let ear: Ear = (Heard::default(), Arc::new(AtomicU16::new(204)), Arc::default());
        let sink = Sink { port, heard: ear.0.clone(), status: ear.1.clone(), came: ear.2.clone() };
        let router = Router::new().route("/in", post(hear)).fallback(hear).with_state(ear);
        tokio::spawn(async move { axum::serve(listener, router).await });
        sink
    }

    pub fn url(&self) -> String {
        format!("http://sink.test:{}/in", self.port)
    }

    /// A way out that leads here and nowhere else inside.
    pub fn egress(&self) -> Egress {
        let policy = Policy { inside: vec![format!("sink.test:{}", self.port).parse().expect("a place")], ..Policy::default() };
        Egress::new(policy).with_names(Arc::new(Loopback))
    }

    pub fn answers(&self, status: u16) {
        self.status.store(status, Ordering::SeqCst);
    }

    pub fn came(&self) -> usize {
        self.came.load(Ordering::SeqCst)
    }

    fn all(&self) -> Vec<(HeaderMap, Vec<u8>)> {
        self.heard.lock().expect("nobody panicked").clone()
    }

    /// `webhook-id`s in the order they came.
    pub fn ids(&self) -> Vec<String> {
        self.all().iter().map(|(h, _)| h["webhook-id"].to_str().expect("text").to_owned()).collect()
    }

    /// What was told, of a kind.
    fn told(&self, kind: &str) -> Vec<Value> {
        self.all().iter().map(|(_, b)| serde_json::from_slice::<Value>(b).expect("json")).filter(|v| v["type"] == kind).collect()
    }
}

/// Waits until something is so.
pub async fn until<F: Future<Output = bool>>(what: &str, so: impl Fn() -> F) {
    for _ in 0..600 {
        if so().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("half a minute, and not yet: {what}");
}

fn text(v: &Value) -> String {
    v.as_str().unwrap_or_default().to_owned()
}

async fn settled(app: &TestApp) -> String {
    let workspace = app.ctx.app.settings().id.clone();
    store::announced::last(&app.ctx.app.store, &workspace).await.expect("reads").world
}

/// A shop with a segment of regulars that is watched, with its baseline taken.
async fn watched(url: Option<String>, sink: &Sink, draft: Value) -> (TestApp, Workers, Value) {
    let mut app = TestApp::going_out(url, sink.egress()).await.founded().await;
    app.import(&[("会员.csv", &customers_csv()), ("订单.csv", &orders_csv())]).await;
    let segment = json!({ "key": "regulars", "label": { "zh": "常客", "en": "Regulars" }, "rule_text": "orders >= 6" });
    app.post("/segments", segment).await.expect(201);
    let made = app.post("/webhooks", draft).await.expect(201);
    let workers = Workers::start(&app.ctx.app);
    until("the first state is known", || async { !settled(&app).await.is_empty() }).await;
    (app, workers, made)
}

async fn customer(app: &TestApp, number: &str) -> String {
    text(&app.read(&app.me(), &format!("/customers?q={number}")).await.expect(200)["items"][0]["id"])
}

/// Members 5 orders once more: six now.
const SIXTH: &str = "订单号,会员号,下单时间,实付金额\nX1,M005,2025-12-30 10:00:00,80.00\n";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_enters_and_leaves_is_told_once_signed_and_without_a_name() {
    for url in both().await {
        let sink = Sink::start().await;
        let draft = json!({ "url": sink.url(), "description": "ERP", "types": ["segment.entered", "segment.left", "class.changed"], "segments": ["regulars"], "classifications": ["purchase_frequency"] });
        let (mut app, workers, made) = watched(url, &sink, draft).await;
        let secret = text(&made["secret"]);
        assert!(secret.starts_with("whsec_"), "{made}");
        assert_eq!(sink.came(), 0, "who was in before is no news");
        app.import(&[("more.csv", SIXTH)]).await;
        until("it is told", || async { !sink.told("segment.entered").is_empty() }).await;
        let entered = &sink.told("segment.entered")[0];
        let five = customer(&app, "M005").await;
        let data = &entered["data"];
        assert_eq!(data["customers"], json!([{ "id": five, "before": false, "after": true }]), "{entered:#}");
        assert_eq!((&data["segment"]["key"], &data["as_of"], &data["because"], &data["count"], &data["part"], &data["parts"]), (&json!("regulars"), &json!("2025-12-30"), &json!(["facts"]), &json!(1), &json!(1), &json!(1)), "{entered:#}");
        assert!(text(&data["run_id"]).starts_with("run_"));

        // the rule changes: some leave, and why is said
        let edit = json!({ "label": { "zh": "常客", "en": "Regulars" }, "rule_text": "orders >= 8" });
        app.with_body(Method::PUT, "/segments/regulars", edit).await.expect(200);
        until("it is told", || async { !sink.told("segment.left").is_empty() }).await;
        let left = &sink.told("segment.left")[0]["data"];
        let ids: BTreeSet<String> = left["customers"].as_array().into_iter().flatten().map(|c| text(&c["id"])).collect();
        let mut expected = BTreeSet::from([five.clone()]);
        for n in ["M006", "M007"] {
            expected.insert(customer(&app, n).await);
        }
        assert_eq!((ids, &left["because"]), (expected, &json!(["definitions"])), "{left:#}");

        // an import taken back takes the class back, too
        app.import(&[("again.csv", "订单号,会员号,下单时间,实付金额\nY1,M012,2025-12-30 10:00:00,80.00\n")]).await;
        let twelve = customer(&app, "M012").await;
        let of_twelve = || sink.told("class.changed").into_iter().flat_map(|v| v["data"]["customers"].as_array().cloned().unwrap_or_default()).filter(|c| c["id"] == twelve.as_str()).collect::<Vec<_>>();
        until("it is told", || async { !of_twelve().is_empty() }).await;
        let first = of_twelve()[0].clone();
        assert!(first["before"] != first["after"], "{first}");
        let import = text(&app.get("/imports").await.expect(200)["items"][0]["id"]);
        app.post(&format!("/imports/{import}/undo"), json!({})).await.expect(200);
        until("it is told back", || async { of_twelve().len() == 2 }).await;
        assert_eq!((&of_twelve()[1]["before"], &of_twelve()[1]["after"]), (&first["after"], &first["before"]));

        // every message is signed by what was shown once, and names nobody
        let key = STANDARD.decode(secret.trim_start_matches("whsec_")).expect("base64");
        let all = sink.all();
        for (headers, body) in &all {
            let header = |name: &str| headers[name].to_str().expect("text");
            let message = [header("webhook-id").as_bytes(), b".", header("webhook-timestamp").as_bytes(), b".", body].concat();
            assert_eq!(header("webhook-signature"), format!("v1,{}", STANDARD.encode(mac(&key, &message))));
            assert_eq!(header("webhook-timestamp"), (app.clock.now().0 / 1_000_000).to_string());
            let said = String::from_utf8_lossy(body);
            for name in ["客户", "13800000", "M005", "M012", "上海"] {
                assert!(!said.contains(name), "{name} in {said}");
            }
        }
        let ids = sink.ids();
        assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "a message was sent twice");
        // nothing that is the same again
        let mut seen: BTreeMap<(String, String), Vec<Value>> = BTreeMap::new();
        for told in sink.told("segment.entered").into_iter().chain(sink.told("segment.left")) {
            for c in told["data"]["customers"].as_array().into_iter().flatten() {
                seen.entry((text(&told["data"]["segment"]["key"]), text(&c["id"]))).or_default().push(c["after"].clone());
            }
        }
        for (who, turns) in seen {
            assert!(turns.windows(2).all(|w| w[0] != w[1]), "{who:?}: {turns:?}");
        }
        workers.stop().await;

        // the history says what was sent and how it ended
        let id = text(&made["webhook"]["id"]);
        let page = app.get(&format!("/webhooks/{id}/deliveries")).await.expect(200);
        assert_eq!(page["items"].as_array().map(Vec::len), Some(all.len()));
        assert!(page["items"].as_array().into_iter().flatten().all(|d| d["state"] == "sent" && d["status"] == 204 && d["attempts"] == 1));
        let one = text(&page["items"][0]["id"]);
        let detail = app.get(&format!("/webhooks/{id}/deliveries/{one}")).await.expect(200);
        assert_eq!(detail["tries"][0]["outcome"], "ok");
        assert!(all.iter().any(|(_, b)| serde_json::from_slice::<Value>(b).expect("json") == detail["payload"]));
    }
}

/// HMAC-SHA256 by the book (RFC 2104), apart from the code it checks.
fn mac(key: &[u8], message: &[u8]) -> Vec<u8> {
    use sha2::{Digest, Sha256};
    let mut block = [0u8; 64];
    block[..key.len()].copy_from_slice(key);
    let pad = |with: u8| block.iter().map(|b| b ^ with).collect::<Vec<u8>>();
    let inner = Sha256::digest([pad(0x36), message.to_vec()].concat());
    Sha256::digest([pad(0x5c), inner.to_vec()].concat()).to_vec()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_servers_one_tells_and_a_restart_repeats_nothing() {
    let [_, postgres] = both().await;
    let sink = Sink::start().await;
    let draft = json!({ "url": sink.url(), "types": ["segment.entered", "segment.left"], "segments": ["regulars"] });
    let (mut app, workers, _) = watched(postgres, &sink, draft).await;
    let other = app.beside(sink.egress()).await;
    let mut both = vec![Workers::start(&other), workers];
    for n in 0..4 {
        // in and out again
        let rule = if n % 2 == 0 { "orders >= 3" } else { "orders >= 6" };
        app.with_body(Method::PUT, "/segments/regulars", json!({ "label": { "zh": "常客", "en": "Regulars" }, "rule_text": rule })).await.expect(200);
        until("it is told", || async { sink.came() == n + 1 }).await;
        if n == 1 {
            for w in std::mem::take(&mut both) {
                w.stop().await;
            }
            both = vec![Workers::start(&other), Workers::start(&app.ctx.app)];
        }
    }
    tokio::time::sleep(Duration::from_millis(2_500)).await;
    assert_eq!(sink.came(), 4, "{:?}", sink.ids());
    assert_eq!((sink.told("segment.entered").len(), sink.told("segment.left").len()), (2, 2));
    // an endpoint that comes later is told what happens from then on
    for w in both {
        w.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_restore_nothing_goes_out_until_somebody_looked() {
    for (url, drops) in both().await.into_iter().zip([true, false]) {
        let sink = Sink::start().await;
        let draft = json!({ "url": sink.url(), "types": ["segment.entered", "segment.left"] });
        let (mut app, workers, made) = watched(url, &sink, draft).await;
        workers.stop().await;
        let id = text(&made["webhook"]["id"]);
        assert_eq!(app.post("/outbound/confirm", json!({})).await.problem(), (409, "outbound.free".into()));
        // one that waited in the backup, and a change after it
        let store = app.ctx.app.store.clone();
        let old = store::delivery::Post {
            message: store::delivery::Message { id: "msg_old".into(), change: "old".into(), kind: "segment.left".into(), subject: "segment:regulars".into(), body: "{\"type\":\"old\"}".into(), customers: 0 },
            to: vec![("dlv_old".into(), id.clone())],
        };
        let now = app.clock.now();
        let mut tx = store.begin().await.expect("begins");
        store::delivery::post(&mut tx, &app.ctx.app.settings().id, vec![old], now).await.expect("writes");
        let restored = store::restore::Restored { at: Instant(now.0 + 2_000_000), made_at: Instant(now.0 + 1_000_000), program: "test".into() };
        store::restore::settle(&mut tx, &restored, true).await.expect("settles");
        tx.commit().await.expect("commits");
        app.clock.set(Instant(now.0 + 3_000_000));
        let me = app.signs_in("owner@shop.test", crate::app::PASSWORD).await;
        let Who::Session(cookie) = &me else { panic!("signed in") };
        app.browse_as(Some(cookie.clone()));
        let workers = Workers::start(&app.ctx.app);
        app.import(&[("more.csv", SIXTH)]).await;
        let waits = |n: u64| { let (app, me) = (&app, &me); move || async move { app.read(me, "/webhooks").await.expect(200)["items"][0]["waiting"] == n } };
        until("the change is noticed", waits(2)).await;
        tokio::time::sleep(Duration::from_millis(1_500)).await;
        assert_eq!(sink.came(), 0);
        let held = app.read(&me, "/webhooks").await.expect(200)["held"].clone();
        assert_eq!((&held["waiting"], held["restored_at"].is_string()), (&json!(2), true), "{held}");
        let said = app.by(&me, Method::POST, "/outbound/confirm", Some(json!({ "drop_waiting": drops }))).await.expect(200);
        assert_eq!(said["dropped"], if drops { 1 } else { 0 });
        until("it goes out", waits(0)).await;
        assert_eq!(sink.ids().contains(&"msg_old".to_owned()), !drops);
        assert_eq!(sink.told("segment.entered").len(), 1);
        assert_eq!(app.read(&me, "/webhooks").await.expect(200)["held"], Value::Null);
        workers.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_endpoint_is_made_tested_turned_switched_off_and_taken_away() {
    for url in both().await {
        let sink = Sink::start().await;
        let mut app = TestApp::going_out(url, sink.egress()).await.founded().await;
        let good = json!({ "url": sink.url(), "types": ["class.changed"] });
        for (change, code) in [
            (json!({ "types": [] }), "webhook.types"),
            (json!({ "segments": ["nobody"] }), "webhook.segment"),
            (json!({ "classifications": ["nobody"] }), "webhook.classification"),
            (json!({ "description": "x".repeat(201) }), "webhook.description"),
            (json!({ "url": "https://unknown.test:9/" }), "webhook.url"),
        ] {
            let mut draft = good.clone();
            draft.as_object_mut().expect("an object").extend(change.as_object().expect("an object").clone());
            assert_eq!(app.post("/webhooks", draft).await.problem(), (422, code.into()));
        }
        assert_eq!(app.post("/webhooks", json!({ "url": sink.url(), "types": ["ping"] })).await.problem().0, 400);
        let made = app.post("/webhooks", good.clone()).await.expect(201);
        let (id, secret) = (text(&made["webhook"]["id"]), text(&made["secret"]));
        let path = format!("/webhooks/{id}");
        let tested = app.post(&format!("{path}/test"), json!({})).await.expect(200);
        assert_eq!((&tested["delivery"]["state"], &tested["delivery"]["status"], &tested["payload"]["type"]), (&json!("sent"), &json!(204), &json!("ping")));
        assert_eq!(sink.told("ping").len(), 1);
        let turned = app.post(&format!("{path}/secret"), json!({})).await.expect(200);
        assert!(turned["webhook"]["previous_secret_until"].is_string() && text(&turned["secret"]) != secret);
        app.post(&format!("{path}/test"), json!({})).await.expect(200);
        let signatures = |n: usize| sink.all()[n].0["webhook-signature"].to_str().expect("text").split(' ').count();
        assert_eq!((signatures(0), signatures(1)), (1, 2), "for a day both secrets sign");
        app.clock.set(Instant(app.clock.now().0 + 25 * 3_600_000_000));
        app.post(&format!("{path}/test"), json!({})).await.expect(200);
        assert_eq!(signatures(2), 1);
        sink.answers(500);
        let failed = app.post(&format!("{path}/test"), json!({})).await.expect(200);
        assert_eq!((&failed["delivery"]["state"], &failed["delivery"]["outcome"], &failed["delivery"]["status"]), (&json!("dead"), &json!("status"), &json!(500)));
        let mut off = good.clone();
        off["active"] = json!(false);
        assert_eq!(app.with_body(Method::PUT, &path, off).await.expect(200)["state"], "off");
        // no secret is ever told again, by anything
        for read in ["/webhooks", &path, &format!("{path}/deliveries"), "/audit?limit=500", "/jobs"] {
            let said = app.get(read).await.text();
            assert!(!said.contains("whsec_") && !said.contains(secret.trim_start_matches("whsec_")), "{read}: {said}");
        }
        let log = app.get("/audit?limit=500").await.text();
        for action in ["webhook.made", "webhook.turned", "webhook.changed"] {
            assert!(log.contains(action), "{action}");
        }
        assert!(!log.contains("/in"), "addresses may hold secrets");
        assert_eq!(app.delete(&path).await.status, 204);
        assert_eq!(app.get(&path).await.problem(), (404, "webhook.not_found".into()));
        assert_eq!(app.get("/webhooks").await.expect(200)["items"], json!([]));
        for n in 0..50 {
            app.post("/webhooks", json!({ "url": sink.url(), "types": ["class.changed"], "description": n.to_string() })).await.expect(201);
        }
        assert_eq!(app.post("/webhooks", good).await.problem(), (409, "webhook.too_many".into()));
    }
}
