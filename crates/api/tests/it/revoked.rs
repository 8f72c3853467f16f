//! Access that is taken away is gone with the next request: while somebody keeps asking, no request that begins after the answer to
//! the change is let through.

use crate::app::{PASSWORD, TestApp, Who, both};
use api::account;
use axum::http::Method;
use domain::{
    access::{Personal, Role},
    audit::Actor,
    clock::Instant,
};
use serde_json::json;
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

/// How somebody loses access.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Change {
    Removed,
    Demoted,
    Blinded,
    Disabled,
    PasswordReset,
    PasswordChanged,
    SignedOut,
    EndedFromAfar,
    SecondFactorOn,
    SecondFactorReset,
    SecondFactorAsked,
    SessionOver,
    TokenRevoked,
    TokenOver,
    MakerRemoved,
    MakerDemoted,
}

impl Change {
    const ALL: [Change; 16] = [
        Change::Removed, Change::Demoted, Change::Blinded, Change::Disabled, Change::PasswordReset, Change::PasswordChanged, Change::SignedOut, Change::EndedFromAfar, Change::SecondFactorOn, Change::SecondFactorReset, Change::SecondFactorAsked, Change::SessionOver,
        Change::TokenRevoked, Change::TokenOver, Change::MakerRemoved, Change::MakerDemoted,
    ];

    /// What they ask for, and what they are told afterwards.
    fn asks(self) -> (&'static str, u16) {
        match self {
            Change::Demoted | Change::MakerDemoted => ("/audit?limit=1", 403),
            Change::Blinded => ("/customers?sort=days_to_birthday&limit=1", 403),
            Change::SecondFactorAsked => ("/segments", 403),
            _ => ("/segments", 401),
        }
    }

    fn of_a_token(self) -> bool {
        matches!(self, Change::TokenRevoked | Change::TokenOver | Change::MakerRemoved | Change::MakerDemoted)
    }
}

async fn email(app: &TestApp, owner: &Who, id: &str) -> String {
    let members = app.read(owner, "/members").await.expect(200);
    members["items"].as_array().expect("items").iter().find(|m| m["id"] == id).and_then(|m| m["email"].as_str()).unwrap_or_default().to_owned()
}

/// Makes the change; answers once it is true.
async fn make(app: &TestApp, change: Change, owner: &Who, id: &str, who: &Who, token: &str) {
    let member = format!("/members/{id}");
    let put = async |role: &str, personal: &str| {
        app.by(owner, Method::PUT, &member, Some(json!({ "role": role, "personal": personal }))).await.expect(200);
    };
    match change {
        Change::Removed | Change::MakerRemoved => assert_eq!(app.by(owner, Method::DELETE, &member, None).await.status, 204),
        Change::Demoted | Change::MakerDemoted => put("viewer", "by_role").await,
        Change::Blinded => put("manager", "denied").await,
        Change::Disabled => store::user::set_disabled(&app.ctx.app.store, id, Some(crate::app::NOW)).await.expect("locks"),
        Change::PasswordReset => {
            account::reset_password(&app.ctx, &Actor::program("cli"), id, "staple staple staple".into()).await.expect("sets it");
        }
        Change::SecondFactorOn => {
            let elsewhere = app.signs_in(&email(app, owner, id).await, PASSWORD).await;
            crate::second_factor::set_up(app, &elsewhere).await;
        }
        Change::SecondFactorReset => {
            crate::second_factor::set_up(app, who).await;
            app.by(owner, Method::DELETE, &format!("{member}/second-factor"), None).await.expect(200);
        }
        Change::SecondFactorAsked => {
            crate::second_factor::set_up(app, owner).await;
            app.by(owner, Method::PUT, "/workspace/sign-in", Some(json!({ "second_factor_required": true }))).await.expect(200);
        }
        Change::EndedFromAfar => {
            let elsewhere = app.signs_in(&email(app, owner, id).await, PASSWORD).await;
            app.by(&elsewhere, Method::DELETE, "/sessions", None).await.expect(200);
        }
        Change::PasswordChanged => {
            let elsewhere = app.signs_in(&email(app, owner, id).await, PASSWORD).await;
            app.by(&elsewhere, Method::PUT, "/session/password", Some(json!({ "old": PASSWORD, "new": "staple staple staple" }))).await.expect(200);
        }
        Change::SignedOut => assert_eq!(app.by(who, Method::DELETE, "/session", None).await.status, 204),
        Change::SessionOver => app.clock.set(Instant(crate::app::NOW.0 + 15 * 86_400_000_000)),
        Change::TokenRevoked => assert_eq!(app.by(owner, Method::DELETE, &format!("/tokens/{token}"), None).await.status, 204),
        Change::TokenOver => app.clock.set(Instant(crate::app::NOW.0 + 90 * 86_400_000_000)),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_request_that_begins_after_the_change_is_let_through() {
    for url in both().await {
        let app = Arc::new(TestApp::ready(url).await);
        let owner = app.me();
        for change in Change::ALL {
            app.clock.set(crate::app::NOW);
            let (id, person) = app.joined(Role::Manager, Personal::ByRole).await;
            let (token, program) = app.token(&person, json!({ "name": "loop", "role": "manager" })).await;
            let who = if change.of_a_token() { program } else { person };
            let (path, refused) = change.asks();
            assert_eq!(app.read(&who, path).await.status, 200, "{change:?}: before");
            let stop = Arc::new(AtomicBool::new(false));
            let asking = tokio::spawn({
                let (app, who, stop) = (Arc::clone(&app), who.clone(), Arc::clone(&stop));
                async move {
                    let mut seen = Vec::new();
                    while !stop.load(Ordering::SeqCst) {
                        seen.push(app.read(&who, path).await.status.as_u16());
                    }
                    seen
                }
            });
            tokio::time::sleep(std::time::Duration::from_millis(30)).await;
            make(&app, change, &owner, &id, &who, &token).await;
            for _ in 0..5 {
                assert_eq!(app.read(&who, path).await.status.as_u16(), refused, "{change:?}: after");
            }
            stop.store(true, Ordering::SeqCst);
            if change == Change::SecondFactorAsked {
                app.by(&owner, Method::PUT, "/workspace/sign-in", Some(json!({ "second_factor_required": false }))).await.expect(200);
            }
            let seen = asking.await.expect("no panic");
            assert!(seen.iter().all(|s| *s == 200 || *s == refused) && seen.is_sorted(), "{change:?}: {seen:?}");
        }
    }
}
