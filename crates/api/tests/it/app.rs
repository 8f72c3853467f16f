//! A whole application in a temporary folder, with a clock that stands still and chance from a seed.

use api::{CSRF_HEADER, Config, Ctx, Houses, Opener, account};
use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Method, Request, StatusCode, header},
};
use domain::{
    access::{Personal, Role},
    clock::{Instant, MockClock},
};
use flow::{
    app::{App, Chance},
    businesses::Place,
    people::{By, members::{self, How, MemberEdit}},
    webhooks::{Egress, Found, Policy, Resolve},
};
use serde_json::{Value, json};
use std::{net::IpAddr, sync::{Arc, Mutex}};
use store::user::User;
use tower::ServiceExt;

/// 31 December 2025, noon in Shanghai.
pub const NOW: Instant = Instant(1_767_153_600_000_000);

/// Chance that repeats itself: xorshift from a seed.
struct Seeded(Mutex<u64>);

impl Chance for Seeded {
    fn fill(&self, bytes: &mut [u8]) {
        let mut state = self.0.lock().expect("nobody panicked");
        for byte in bytes {
            *state ^= *state << 13;
            *state ^= *state >> 7;
            *state ^= *state << 17;
            *byte = (*state >> 24) as u8;
        }
    }
}

/// A host webhooks may name in tests.
pub const HOOKS: &str = "hooks.example.com";

/// The names tests know.
pub struct Names;

impl Resolve for Names {
    fn resolve(&self, host: &str) -> Found {
        let found: Vec<IpAddr> = match host {
            HOOKS => vec![IpAddr::from([127, 0, 0, 9])],
            "localhost" => vec![IpAddr::from([127, 0, 0, 1])],
            _ => Vec::new(),
        };
        Box::pin(async move { Ok(found) })
    }
}

/// An answer.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub bytes: Vec<u8>,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or_else(|e| panic!("{e}: {}", self.text()))
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or("")
    }

    /// The body, if the status is the expected one.
    pub fn expect(&self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.text());
        self.json()
    }

    /// Status and code of a problem.
    pub fn problem(&self) -> (u16, String) {
        assert_eq!(self.header("content-type"), "application/problem+json", "{}", self.text());
        (self.status.as_u16(), self.json()["code"].as_str().unwrap_or_default().to_owned())
    }
}

impl Answer {
    /// The code of a problem; empty if it is none.
    pub fn problem_code(&self) -> String {
        serde_json::from_slice::<Value>(&self.bytes).ok().and_then(|v| v["code"].as_str().map(str::to_owned)).unwrap_or_default()
    }
}

/// Who sends a request.
#[derive(Debug, Clone)]
pub enum Who {
    /// nobody
    Nobody,
    /// whoever has this session cookie
    Session(String),
    /// a program with this API token
    Token(String),
}

/// Opens further businesses, each with a seed of its own.
struct Beside(Arc<MockClock>, Egress);

impl Opener for Beside {
    fn open(&self, place: Place, among: usize) -> futures::future::BoxFuture<'static, flow::Result<App>> {
        let (clock, egress) = (Arc::clone(&self.0), self.1.clone());
        Box::pin(async move {
            let seed = place.url.bytes().fold(0x51_7c_c1_b7_27_22_0a_95_u64, |seed, b| (seed ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3)) | 1;
            std::fs::create_dir_all(&place.data)?;
            let store = store::Store::open_sized(&place.url, store::Size::shared(among)).await?;
            Ok(App::open(store, &place.data, clock, Arc::new(Seeded(Mutex::new(seed)))).await?.with_egress(egress))
        })
    }
}

/// The same requests, at the address of a business.
#[derive(Clone)]
struct InBusiness {
    slug: String,
    inner: Router,
}

impl tower::Service<Request<Body>> for InBusiness {
    type Response = axum::response::Response;
    type Error = std::convert::Infallible;
    type Future = futures::future::BoxFuture<'static, Result<Self::Response, Self::Error>>;

    fn poll_ready(&mut self, _: &mut std::task::Context<'_>) -> std::task::Poll<Result<(), Self::Error>> {
        std::task::Poll::Ready(Ok(()))
    }

    fn call(&mut self, mut request: Request<Body>) -> Self::Future {
        *request.uri_mut() = format!("/w/{}{}", self.slug, request.uri()).parse().expect("an address");
        Box::pin(self.inner.clone().oneshot(request))
    }
}

/// The application under test.
pub struct TestApp {
    pub router: Router,
    pub houses: Arc<Houses>,
    pub ctx: Ctx,
    pub clock: Arc<MockClock>,
    cookie: Option<String>,
    url: String,
    _folder: Arc<tempfile::TempDir>,
}

impl TestApp {
    /// With nobody set up yet.
    pub async fn bare(url: Option<String>) -> TestApp {
        // nothing of a test goes out: the one address that is taken leads where nobody listens
        let policy = Policy { inside: vec![HOOKS.parse().expect("a place")], ..Policy::default() };
        TestApp::going_out(url, Egress::new(policy).with_names(Arc::new(Names))).await
    }

    /// With another way out.
    pub async fn going_out(url: Option<String>, egress: Egress) -> TestApp {
        // what the server says goes with a test that fails
        let _ = tracing_subscriber::fmt().with_env_filter("warn").with_test_writer().try_init();
        let folder = tempfile::tempdir().expect("a temporary folder");
        let url = url.unwrap_or_else(|| format!("sqlite:{}", folder.path().join("zhiyin.db").display()));
        let store = store::Store::open(&url).await.expect("the store opens");
        let clock = Arc::new(MockClock::at(NOW));
        let chance = Arc::new(Seeded(Mutex::new(0x9e37_79b9_7f4a_7c15)));
        let out = egress.clone();
        let app = App::open(store, folder.path(), clock.clone(), chance).await.expect("the application opens").with_egress(egress);
        let place = Place { data: folder.path().to_owned(), url: url.clone() };
        let houses = Houses::new(Arc::new(app), Config::default(), place.clone(), Arc::new(Beside(clock.clone(), out)));
        TestApp { router: houses.service(), ctx: houses.first().clone(), houses, clock, cookie: None, url, _folder: Arc::new(folder) }
    }

    /// With an owner who is signed in.
    pub async fn ready(url: Option<String>) -> TestApp {
        TestApp::bare(url).await.founded().await
    }

    /// Sets the owner up.
    pub async fn founded(self) -> TestApp {
        let mut app = self;
        let token = account::offer_setup(&app.ctx).await.expect("a token").expect("nobody is set up");
        app.post("/setup", setup_form(&token)).await.expect(201);
        app
    }

    /// The same, reached at an address of its own.
    pub fn reached_at(self, origin: &str) -> TestApp {
        self.served(Config { origin: Some(origin.to_owned()), ..Config::default() })
    }

    /// The same, served in another way.
    pub fn served(self, config: Config) -> TestApp {
        let houses = Houses::new(Arc::clone(&self.ctx.app), config, self.place(), Arc::new(Beside(self.clock.clone(), self.ctx.app.egress.clone())));
        TestApp { router: houses.service(), ctx: houses.first().clone(), houses, ..self }
    }

    /// Where the first business is kept.
    pub fn place(&self) -> Place {
        Place { data: self._folder.path().to_owned(), url: self.url.clone() }
    }

    /// Another server on the same database and data folder.
    pub async fn another_process(&self) -> TestApp {
        let app = self.beside(Egress::default()).await;
        let houses = Houses::new(app, Config::default(), self.place(), Arc::new(Beside(self.clock.clone(), self.ctx.app.egress.clone())));
        TestApp { router: houses.service(), ctx: houses.first().clone(), houses, clock: Arc::clone(&self.clock), cookie: self.cookie.clone(), url: self.url.clone(), _folder: Arc::clone(&self._folder) }
    }

    /// Another business of the same server, founded by somebody else.
    pub async fn business(&self, slug: &str) -> TestApp {
        let made = flow::businesses::add(&self.ctx.app, &By::machine("test"), slug).await.expect("is added");
        self.houses.refresh().await.expect("is opened");
        let house = self.houses.open(&made.slug).expect("is served");
        let url = self.place().of(&made.id).expect("a place").url;
        let router = axum::Router::new().fallback_service(InBusiness { slug: slug.to_owned(), inner: self.router.clone() });
        let app = TestApp { router, ctx: house.ctx.clone(), houses: Arc::clone(&self.houses), clock: Arc::clone(&self.clock), cookie: None, url, _folder: Arc::clone(&self._folder) };
        app.founded().await
    }

    /// Another process on the same database and data folder.
    pub async fn beside(&self, egress: Egress) -> Arc<App> {
        let store = store::Store::open(&self.url).await.expect("the store opens");
        let chance = Arc::new(Seeded(Mutex::new(0x1234_5678_9abc_def1)));
        Arc::new(App::open(store, self._folder.path(), self.clock.clone(), chance).await.expect("the application opens").with_egress(egress))
    }

    /// One request under `/api/v1`; keeps the session cookie.
    pub async fn send(&mut self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.expect("the router answers");
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, 64 << 20).await.expect("the body ends").to_vec();
        if let Some(cookie) = parts.headers.get(header::SET_COOKIE).and_then(|v| v.to_str().ok()) {
            self.cookie = cookie.split(';').next().filter(|c| !c.ends_with('=')).map(str::to_owned);
        }
        Answer { status: parts.status, headers: parts.headers, bytes }
    }

    /// A request with our page's marks and the cookie.
    pub fn request(&self, method: Method, path: &str) -> axum::http::request::Builder {
        let uri = if path.starts_with("/-") { path[2..].to_owned() } else { format!("{}{path}", api::BASE) };
        let request = Request::builder().method(method).uri(uri).header(header::HOST, "shop.test").header(CSRF_HEADER, "1");
        match &self.cookie {
            Some(cookie) => request.header(header::COOKIE, cookie),
            None => request,
        }
    }

    /// One request by somebody, whoever the app goes on as.
    pub async fn by(&self, who: &Who, method: Method, path: &str, body: Option<Value>) -> Answer {
        let request = Request::builder().method(method).uri(format!("{}{path}", api::BASE)).header(header::HOST, "shop.test");
        let request = match who {
            Who::Nobody => request.header(CSRF_HEADER, "1"),
            Who::Session(cookie) => request.header(CSRF_HEADER, "1").header(header::COOKIE, cookie),
            Who::Token(secret) => request.header(header::AUTHORIZATION, format!("Bearer {secret}")),
        };
        let request = match body {
            Some(body) => request.header(header::CONTENT_TYPE, "application/json").body(Body::from(body.to_string())),
            None => request.body(Body::empty()),
        };
        let response = self.router.clone().oneshot(request.expect("a request")).await.expect("the router answers");
        let (parts, body) = response.into_parts();
        // a stream does not end by itself; `jobs.rs` listens to it
        let endless = parts.headers.get(header::CONTENT_TYPE).is_some_and(|t| t == "text/event-stream");
        let bytes = if endless { Vec::new() } else { axum::body::to_bytes(body, 64 << 20).await.expect("the body ends").to_vec() };
        Answer { status: parts.status, headers: parts.headers, bytes }
    }

    /// A stream of events by somebody.
    pub async fn listen(&self, who: &Who, path: &str) -> axum::body::BodyDataStream {
        let Who::Session(cookie) = who else { panic!("only people listen here") };
        let request = Request::builder().uri(format!("{}{path}", api::BASE)).header(header::COOKIE, cookie);
        let response = self.router.clone().oneshot(request.body(Body::empty()).expect("a request")).await.expect("the router answers");
        assert_eq!(response.status(), 200);
        response.into_body().into_data_stream()
    }

    /// The file of an export, once it is written.
    pub async fn written(&self, who: &Who, job: &Value) -> Answer {
        let workers = flow::jobs::Workers::start(&self.ctx.app);
        let id = job["id"].as_str().expect("an id").to_owned();
        self.ended(who, &id).await;
        workers.stop().await;
        self.read(who, &format!("/exports/{id}/file")).await
    }

    /// Does every job there is, and what follows from it.
    pub async fn at_rest(&self) {
        let workers = flow::jobs::Workers::start(&self.ctx.app);
        let open = async |state: &str| self.read(&self.me(), &format!("/jobs?state={state}")).await.expect(200)["items"].as_array().is_none_or(|all| !all.is_empty());
        for _ in 0..1_200 {
            if !open("queued").await && !open("running").await {
                return workers.stop().await;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        panic!("there are jobs after a minute")
    }

    /// Waits until a job is over.
    pub async fn ended(&self, who: &Who, id: &str) -> Value {
        for _ in 0..1_200 {
            let job = self.read(who, &format!("/jobs/{id}")).await.expect(200);
            if job["state"] != "queued" && job["state"] != "running" {
                return job;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        panic!("{id} is not over after a minute")
    }

    /// One request as it is, whoever the app goes on as.
    pub async fn raw(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.expect("the router answers");
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, 64 << 20).await.expect("the body ends").to_vec();
        Answer { status: parts.status, headers: parts.headers, bytes }
    }

    /// A reading by somebody.
    pub async fn read(&self, who: &Who, path: &str) -> Answer {
        self.by(who, Method::GET, path, None).await
    }

    /// Whoever the app is signed in as.
    pub fn me(&self) -> Who {
        self.cookie.clone().map_or(Who::Nobody, Who::Session)
    }

    /// Another member with this role, signed in: their id and session.
    pub async fn joined(&self, role: Role, personal: Personal) -> (String, Who) {
        let mut random = [0; 4];
        self.ctx.app.chance.fill(&mut random);
        let email = format!("{role}{}@shop.test", u32::from_be_bytes(random));
        let password_hash = account::kept_password(&self.ctx, PASSWORD.into()).await.expect("a hash");
        let person = User { id: self.ctx.app.new_id("usr"), email: email.clone(), name: format!("the {role}"), password_hash, created_at: NOW, disabled_at: None };
        let edit = MemberEdit { role, personal };
        let member = members::add(&self.ctx.app, &By::machine("test"), &person, edit, How::Done).await.expect("joins");
        (member.id, self.signs_in(&email, PASSWORD).await)
    }

    /// Signs somebody in beside whoever the app goes on as.
    pub async fn signs_in(&self, email: &str, password: &str) -> Who {
        let answer = self.by(&Who::Nobody, Method::POST, "/session", Some(json!({ "email": email, "password": password }))).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        session_of(&answer)
    }

    /// A new API token of somebody: its id and the program that has it.
    pub async fn token(&self, whose: &Who, form: Value) -> (String, Who) {
        let made = self.by(whose, Method::POST, "/tokens", Some(form)).await.expect(201);
        let text = |v: &Value| v.as_str().unwrap_or_default().to_owned();
        (text(&made["token"]["id"]), Who::Token(text(&made["secret"])))
    }

    /// The session as it is now, to go on with later.
    pub fn another_browser(&self) -> Option<String> {
        self.cookie.clone()
    }

    /// Goes on with an earlier session.
    pub fn browse_as(&mut self, session: Option<String>) {
        self.cookie = session;
    }

    pub async fn get(&mut self, path: &str) -> Answer {
        let request = self.request(Method::GET, path).body(Body::empty()).expect("a request");
        self.send(request).await
    }

    pub async fn post(&mut self, path: &str, body: Value) -> Answer {
        self.with_body(Method::POST, path, body).await
    }

    pub async fn with_body(&mut self, method: Method, path: &str, body: Value) -> Answer {
        let request = self.request(method, path).header(header::CONTENT_TYPE, "application/json");
        self.send(request.body(Body::from(body.to_string())).expect("a request")).await
    }

    pub async fn delete(&mut self, path: &str) -> Answer {
        let request = self.request(Method::DELETE, path).body(Body::empty()).expect("a request");
        self.send(request).await
    }

    /// Uploads files and answers the import.
    pub async fn upload(&mut self, files: &[(&str, &str)]) -> Value {
        let mut body = String::new();
        for (name, content) in files {
            body.push_str(&format!(
                "--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\nContent-Type: text/csv\r\n\r\n{content}\r\n"
            ));
        }
        body.push_str("--edge--\r\n");
        let request = self.request(Method::POST, "/imports").header(header::CONTENT_TYPE, "multipart/form-data; boundary=edge");
        self.send(request.body(Body::from(body)).expect("a request")).await.expect(201)
    }

    /// Waits until an import reaches a state.
    pub async fn until(&mut self, id: &str, status: &str) -> Value {
        for _ in 0..2_400 {
            let import = self.get(&format!("/imports/{id}")).await.expect(200);
            if import["status"] == status {
                return import;
            }
            assert_ne!(import["status"], "failed", "{import:#}");
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        panic!("import {id} never became {status}: {:#}", self.get(&format!("/imports/{id}")).await.json());
    }

    /// Uploads, checks and commits.
    pub async fn import(&mut self, files: &[(&str, &str)]) -> Value {
        let id = self.upload(files).await["id"].as_str().expect("an id").to_owned();
        self.post(&format!("/imports/{id}/check"), json!({})).await.expect(202);
        self.until(&id, "checked").await;
        self.post(&format!("/imports/{id}/commit"), json!({})).await.expect(202);
        self.until(&id, "committed").await
    }

    /// What an import of these files would do; nothing is imported.
    pub async fn dry_run(&mut self, files: &[(&str, &str)]) -> Value {
        let id = self.upload(files).await["id"].as_str().expect("an id").to_owned();
        self.post(&format!("/imports/{id}/check"), json!({})).await.expect(202);
        self.until(&id, "checked").await["report"].take()
    }

    /// The small shop of [`customers_csv`] and [`orders_csv`], imported.
    pub async fn shop(url: Option<String>) -> TestApp {
        let mut app = TestApp::ready(url).await;
        app.import(&[("会员.csv", &customers_csv()), ("订单.csv", &orders_csv())]).await;
        app
    }
}

/// The password of everybody who joins.
pub const PASSWORD: &str = "correct horse battery";

/// The session an answer begins.
pub fn session_of(answer: &Answer) -> Who {
    answer.header("set-cookie").split(';').next().filter(|c| !c.ends_with('=')).map_or(Who::Nobody, |c| Who::Session(c.to_owned()))
}

/// The same answer on every run: random ids and durations replaced.
pub fn still(value: &Value) -> Value {
    match value {
        Value::String(s) if ["cus_", "usr_", "wsp_", "imp_", "ivt_", "tok_", "job_", "tag_", "not_", "v_", "chg_", "mrg_", "mgb_", "dup_", "whk_", "dlv_", "msg_", "dsh_", "ses_", "obj_", "rec_", "biz_"].iter().any(|p| s.starts_with(p)) => json!(format!("[{}]", &s[..3])),
        Value::Array(all) => all.iter().map(still).collect(),
        Value::Object(map) => {
            let timed = |k: &String| k == "milliseconds" || k == "seconds";
            map.iter().map(|(k, v)| (k.clone(), if timed(k) { json!(0) } else { still(v) })).collect()
        }
        other => other.clone(),
    }
}

/// A new database on each engine.
pub async fn both() -> [Option<String>; 2] {
    let made = tokio::task::spawn_blocking(testkit::postgres::database).await.expect("no panic");
    [None, Some(made.expect("PostgreSQL starts"))]
}

pub fn setup_form(token: &str) -> Value {
    json!({
        "token": token, "name": "王掌柜", "email": "Owner@Shop.test", "password": "correct horse battery",
        "workspace_name": "小店", "time_zone": "Asia/Shanghai", "currency": "CNY", "lang": "zh-CN"
    })
}

const CITIES: [&str; 4] = ["上海", "北京", "成都", "西安"];

/// Twelve members; the last one never ordered.
pub fn customers_csv() -> String {
    let mut csv = String::from("会员号,姓名,手机号,城市,性别,注册日期\n");
    for n in 1..=12u32 {
        let (city, gender) = (CITIES[n as usize % 4], if n % 2 == 0 { "女" } else { "男" });
        csv.push_str(&format!("M{n:03},客户{n},1380000{n:04},{city},{gender},2024-{:02}-15\n", n.min(12)));
    }
    csv
}

/// Member n orders n times, a month apart, the last time n days before the end of 2025.
pub fn orders_csv() -> String {
    let mut csv = String::from("订单号,会员号,下单时间,实付金额,渠道\n");
    for n in 1..=11i32 {
        for k in 0..n {
            let day = domain::Day::new(2025, 12, 31).expect("a day").plus(-n - 30 * k);
            let channel = if k % 2 == 0 { "小程序" } else { "门店" };
            csv.push_str(&format!("D{n:02}{k:02},M{n:03},{day} 10:00:00,{}.50,{channel}\n", 100 * n + k));
        }
    }
    csv
}
