//! `zhiyin user password`: the way back in for somebody who forgot theirs.

use crate::place::{Answer, Engine, Place, block_on, fed};
use domain::clock::{Clock, Instant, SystemClock};
use store::{Store, session, session::Session, user, user::User};

fn password(place: &Place, more: &[&str], input: &str) -> Answer {
    let mut command = place.zhiyin(["user", "password", "--json"]);
    command.arg("--data").arg(place.data()).arg("--store").arg(place.url()).args(more);
    fed(&mut command, input.as_bytes())
}

async fn person(store: &Store, id: &str, email: &str) {
    let now = SystemClock.now();
    let user = User { id: id.into(), email: email.into(), name: id.into(), password_hash: "forgotten".into(), role: "owner".into(), created_at: now, disabled_at: None };
    user::create(store, &user).await.expect("a user");
    let expires_at = Instant(now.0 + 3_600_000_000);
    let session = Session { token_hash: format!("token of {id}"), user: id.into(), created_at: now, seen_at: now, expires_at };
    session::create(store, &session).await.expect("a session");
}

#[test]
fn a_forgotten_password_is_set_anew_on_sqlite() {
    set_anew(Engine::Sqlite);
}

#[test]
fn a_forgotten_password_is_set_anew_on_postgres() {
    set_anew(Engine::Postgres);
}

fn set_anew(engine: Engine) {
    let place = Place::new(engine);
    std::fs::create_dir_all(place.data()).expect("a folder");
    block_on(async {
        let store = Store::open(&place.url()).await.expect("the store opens");
        person(&store, "usr_amy", "amy@shop.test").await;
        store.close().await;
    });
    let said = password(&place, &[], "correct horse battery\n").ends(0);
    assert_eq!((&said.json()["email"], &said.json()["sessions_ended"]), (&"amy@shop.test".into(), &1.into()));
    assert!(!said.out.contains("horse") && !said.err.contains("horse"), "the password is repeated nowhere");
    block_on(async {
        let store = Store::open(&place.url()).await.expect("the store opens");
        let amy = user::by_email(&store, "amy@shop.test").await.expect("reads").expect("is there");
        assert!(amy.password_hash.starts_with("$argon2id$"), "{}", amy.password_hash);
        assert!(session::find(&store, "token of usr_amy", SystemClock.now()).await.expect("reads").is_none());
        person(&store, "usr_ben", "ben@shop.test").await;
        store.close().await;
    });
    let said = password(&place, &[], "correct horse battery\n").ends(2);
    assert!(said.err.contains("amy@shop.test, ben@shop.test"), "{said:#?}");
    password(&place, &["--email", "Ben@Shop.test"], "another horse battery").ends(0);
    assert_eq!(password(&place, &["--email", "carl@shop.test"], "correct horse battery\n").ends(5).json()["error"]["code"], "user.not_found");
    assert_eq!(password(&place, &["--email", "ben@shop.test"], "short\n").ends(4).json()["error"]["code"], "field.password");
}

#[test]
fn a_dry_run_sets_no_password_and_signs_nobody_out() {
    let place = Place::sqlite();
    std::fs::create_dir_all(place.data()).expect("a folder");
    block_on(async {
        let store = Store::open(&place.url()).await.expect("the store opens");
        person(&store, "usr_amy", "amy@shop.test").await;
        store.close().await;
    });
    let said = password(&place, &["--dry-run"], "").ends(0).json();
    assert_eq!((&said["email"], &said["sessions"], &said["dry_run"]), (&"amy@shop.test".into(), &1.into(), &true.into()), "{said}");
    block_on(async {
        let store = Store::open(&place.url()).await.expect("the store opens");
        let amy = user::by_email(&store, "amy@shop.test").await.expect("reads").expect("is there");
        assert_eq!(amy.password_hash, "forgotten");
        assert!(session::find(&store, "token of usr_amy", SystemClock.now()).await.expect("reads").is_some());
        store.close().await;
    });
}

#[test]
fn without_accounts_it_says_how_to_make_one() {
    let place = Place::sqlite();
    assert_eq!(password(&place, &[], "correct horse battery\n").ends(5).json()["error"]["code"], "data");
    std::fs::create_dir_all(place.data()).expect("a folder");
    block_on(async { Store::open(&place.url()).await.expect("the store opens").close().await });
    let said = password(&place, &[], "correct horse battery\n").ends(5);
    assert!(said.json()["error"]["hint"].as_str().is_some_and(|h| h.contains("zhiyin serve")), "{said:#?}");
}
