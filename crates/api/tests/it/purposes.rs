//! What somebody may hold × every door that takes something: each opens its own door and no other, once where it is good once, and
//! nothing when its time is over.

use crate::{
    app::{Answer, PASSWORD, TestApp, Who, both, setup_form},
    idp::Idp,
    oidc::{comes, leaves, person, shop},
    second_factor::{code, first_step, set_up, shown},
};
use axum::{body::Body, http::{Method, Request, header}};
use domain::{
    access::{Personal, Role},
    clock::{Clock, Instant},
};
use serde_json::{Value, json};

/// What opens something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Session,
    /// a sign-in that waits for its code
    Waiting,
    Token,
    Invitation,
    /// the founding of a business
    Setup,
    /// what comes back from a sign-in service
    State,
    /// what the browser that went there keeps
    Browser,
    Recovery,
    Unsubscribe,
    Password,
}

impl Kind {
    const ALL: [Kind; 10] = [
        Kind::Session, Kind::Waiting, Kind::Token, Kind::Invitation, Kind::Setup, Kind::State, Kind::Browser, Kind::Recovery, Kind::Unsubscribe, Kind::Password,
    ];

    fn once(self) -> bool {
        !matches!(self, Kind::Session | Kind::Token | Kind::Password)
    }

    /// A recovery code is for the day the app is gone, a link to unsubscribe is good as long as mails come, a password until it is changed.
    fn ends(self) -> bool {
        !matches!(self, Kind::Recovery | Kind::Unsubscribe | Kind::Password)
    }
}

/// Where something is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Door {
    Cookie,
    WaitingCookie,
    Bearer,
    Look,
    Accept,
    Found,
    State,
    BrowserCookie,
    Code,
    Unsubscribe,
    SignIn,
}

impl Door {
    const ALL: [Door; 11] = [
        Door::Cookie, Door::WaitingCookie, Door::Bearer, Door::Look, Door::Found, Door::State, Door::BrowserCookie, Door::Code, Door::Unsubscribe, Door::SignIn, Door::Accept,
    ];

    fn takes(self) -> Kind {
        match self {
            Door::Cookie => Kind::Session,
            Door::WaitingCookie => Kind::Waiting,
            Door::Bearer => Kind::Token,
            Door::Look | Door::Accept => Kind::Invitation,
            Door::Found => Kind::Setup,
            Door::State => Kind::State,
            Door::BrowserCookie => Kind::Browser,
            Door::Code => Kind::Recovery,
            Door::Unsubscribe => Kind::Unsubscribe,
            Door::SignIn => Kind::Password,
        }
    }
}

/// One of each kind, and who they belong to.
struct Bunch {
    slug: &'static str,
    secrets: Vec<(Kind, String)>,
    /// whoever has a second factor: address, and the secret of their app
    careful: (String, Vec<u8>),
    /// two sign-ins that went to the service: browser, code, state
    away: [(Who, String, String); 2],
}

fn value(who: &Who) -> String {
    match who {
        Who::Session(cookie) => cookie.split_once('=').expect("a cookie").1.to_owned(),
        Who::Token(secret) => secret.clone(),
        Who::Nobody => panic!("nobody holds anything"),
    }
}

fn text(v: &Value) -> String {
    v.as_str().expect("a text").to_owned()
}

async fn leaves_and_returns(app: &TestApp, idp: &Idp) -> (Who, String, String) {
    let (browser, url) = leaves(app).await;
    let (code, state) = idp.authorizes(&url);
    (browser, code, state)
}

async fn bunch(app: &TestApp, idp: &Idp, slug: &'static str) -> Bunch {
    let owner = app.me();
    let (_, agent) = app.joined(Role::Agent, Personal::ByRole).await;
    let (_, careful) = app.joined(Role::Analyst, Personal::ByRole).await;
    let address = text(&app.read(&careful, "/session").await.expect(200)["user"]["email"]);
    let (app_secret, recovery) = set_up(app, &careful).await;
    let post = async |path: &str, body: Value| app.by(&owner, Method::POST, path, Some(body)).await.expect(201);
    let board = text(&post("/dashboards", json!({ "name": { "zh": "板", "en": "Board" }, "tiles": [], "audience": "everyone" })).await["id"]);
    app.by(&agent, Method::PUT, &format!("/dashboards/{board}/subscription"), Some(json!({ "every": "day", "hour": 8 }))).await.expect(200);
    let sent = store::subscription::all(&app.ctx.app.store, &app.ctx.app.settings().id).await.expect("reads").pop().expect("one");
    let link = text(&post("/businesses", json!({ "slug": slug })).await["link"]);
    let guest = format!("guest-of-{slug}@shop.test");
    let away = [leaves_and_returns(app, idp).await, leaves_and_returns(app, idp).await];
    let secrets = Kind::ALL.map(|kind| (kind, String::new())).to_vec();
    let mut b = Bunch { slug, secrets, careful: (address, app_secret), away };
    for (kind, secret) in &mut b.secrets {
        *secret = match kind {
            Kind::Session => value(&agent),
            Kind::Waiting => value(&first_step(app, &b.careful.0).await),
            Kind::Token => value(&app.token(&owner, json!({ "name": "x", "role": "owner" })).await.1),
            Kind::Invitation => text(&post("/invitations", json!({ "email": guest, "role": "viewer" })).await["token"]),
            Kind::Setup => link.split("token=").nth(1).expect("a token").to_owned(),
            Kind::State => b.away[0].2.clone(),
            Kind::Browser => value(&b.away[1].0),
            Kind::Recovery => recovery[0].clone(),
            Kind::Unsubscribe => sent.token.clone(),
            Kind::Password => PASSWORD.to_owned(),
        };
    }
    b
}

/// Shows something at a door, with everything right beside it; does it open?
async fn opens(app: &TestApp, idp: &Idp, b: &Bunch, door: Door, (kind, secret): &(Kind, String)) -> bool {
    let nobody = |path: &str, body: Value| {
        let path = path.to_owned();
        async move { app.by(&Who::Nobody, Method::POST, &path, Some(body)).await }
    };
    let answer: Answer = match door {
        Door::Cookie => app.read(&Who::Session(format!("zhiyin={secret}")), "/overview").await,
        Door::WaitingCookie => code(app, &Who::Session(format!("zhiyin-code={secret}")), &shown(app, &b.careful.1)).await,
        Door::Bearer => app.read(&Who::Token(secret.clone()), "/overview").await,
        Door::Look => nobody("/invitations/look", json!({ "token": secret })).await,
        Door::Accept => nobody("/invitations/accept", json!({ "token": secret, "name": "Guest", "password": "staple staple staple" })).await,
        Door::Found => {
            let request = Request::builder().method(Method::POST).uri(format!("/w/{}/api/v1/setup", b.slug)).header(header::HOST, "shop.test");
            let request = request.header(api::CSRF_HEADER, "1").header(header::CONTENT_TYPE, "application/json");
            app.raw(request.body(Body::from(setup_form(secret).to_string())).expect("a request")).await
        }
        Door::State if *kind == Kind::State => comes(app, idp, &b.away[0].0, (&b.away[0].1, secret)).await,
        Door::State => {
            let (browser, code, _) = leaves_and_returns(app, idp).await;
            comes(app, idp, &browser, (&code, secret)).await
        }
        Door::BrowserCookie => {
            let (_, code, state) = if *kind == Kind::Browser { b.away[1].clone() } else { leaves_and_returns(app, idp).await };
            comes(app, idp, &Who::Session(format!("zhiyin-oidc={secret}")), (&code, &state)).await
        }
        Door::Code => code(app, &first_step(app, &b.careful.0).await, secret).await,
        Door::Unsubscribe => nobody("/unsubscribe", json!({ "token": secret })).await,
        Door::SignIn => nobody("/session", json!({ "email": "owner@shop.test", "password": secret })).await,
    };
    let cookie = answer.header("set-cookie");
    let lets_in = cookie.starts_with("zhiyin=") && !cookie.starts_with("zhiyin=;");
    assert!(answer.status.is_success() || answer.status.is_client_error(), "{kind:?} at {door:?}: {}", answer.text());
    assert_ne!(answer.status, 429, "{kind:?} at {door:?} was not looked at");
    assert!(answer.status.is_success() || !lets_in, "{kind:?} at {door:?} is refused and let in");
    // what failed is no reason to look at the next one with less care
    let later = Instant(app.clock.now().0 + 3_600_000_000);
    for store in [&app.ctx.app.store, &app.houses.open(b.slug).expect("is served").ctx.app.store] {
        store::tries::failed(store, &[], later, later).await.expect("forgets");
    }
    answer.status.is_success()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_secret_opens_its_own_door_once_and_in_its_time() {
    for url in both().await {
        let (app, idp) = shop(url).await;
        idp.is(person("sub-owner", "owner@shop.test"));
        let relay = json!({ "host": "mail.test", "port": 587, "security": "starttls", "username": "crm", "password": "geheim", "from_address": "crm@shop.test" });
        app.by(&app.me(), Method::PUT, "/mail", Some(relay)).await.expect(200);
        let b = bunch(&app, &idp, "brand-b").await;
        // the code that set the second factor up is used up
        app.clock.set(Instant(app.clock.now().0 + 60_000_000));
        let mut refused = 0;
        for secret in &b.secrets {
            for door in Door::ALL.into_iter().filter(|d| d.takes() != secret.0) {
                assert!(!opens(&app, &idp, &b, door, secret).await, "{:?} opens {door:?}", secret.0);
                refused += 1;
            }
        }
        assert_eq!(refused, Kind::ALL.len() * Door::ALL.len() - Door::ALL.len());
        for secret in &b.secrets {
            for door in Door::ALL.into_iter().filter(|d| d.takes() == secret.0) {
                assert!(opens(&app, &idp, &b, door, secret).await, "{:?} does not open {door:?}", secret.0);
            }
        }
        for secret in &b.secrets {
            for door in Door::ALL.into_iter().filter(|d| d.takes() == secret.0) {
                assert_eq!(opens(&app, &idp, &b, door, secret).await, !secret.0.once(), "{:?} at {door:?} a second time", secret.0);
            }
        }
        // when their time is over none of them opens anything
        let late = bunch(&app, &idp, "brand-c").await;
        app.clock.set(Instant(app.clock.now().0 + 91 * 86_400_000_000));
        for secret in late.secrets.iter().filter(|(kind, _)| kind.ends()) {
            for door in Door::ALL.into_iter().filter(|d| d.takes() == secret.0) {
                assert!(!opens(&app, &idp, &late, door, secret).await, "{:?} at {door:?} after its end", secret.0);
            }
        }
    }
}
