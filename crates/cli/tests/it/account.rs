//! `zhiyin user`: the way back in for somebody who forgot their password; members listed, added, changed and taken out.

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
    let user = User { id: id.into(), email: email.into(), name: id.into(), password_hash: "forgotten".into(), created_at: now, disabled_at: None };
    user::create(store, &user).await.expect("a user");
    let expires_at = Instant(now.0 + 3_600_000_000);
    let session = Session { id: format!("ses_{id}"), token_hash: format!("token of {id}"), user: id.into(), created_at: now, seen_at: now, expires_at, agent: String::new(), address: String::new(), via: "password".into() };
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
        assert_eq!(session::count_of_user(&store, "usr_amy").await.expect("reads"), 0);
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
        assert_eq!(session::count_of_user(&store, "usr_amy").await.expect("reads"), 1);
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

/// `zhiyin user …` or `zhiyin audit …` over the place, in JSON.
fn people(place: &Place, words: &[&str], more: &[&str], input: &str) -> Answer {
    let mut command = place.zhiyin(words);
    command.arg("--json").arg("--data").arg(place.data()).arg("--store").arg(place.url()).args(more);
    fed(&mut command, input.as_bytes())
}

/// A business without anybody.
async fn founded(place: &Place) {
    let now = SystemClock.now();
    let store = Store::open(&place.url()).await.expect("the store opens");
    let workspace = store::workspace::Workspace {
        id: "wsp_shop".into(), name: "Shop".into(), time_zone: "UTC".into(), currency: "EUR".into(), lang: "en".into(), created_at: now, updated_at: now,
    };
    store::workspace::create(&store, &workspace).await.expect("a workspace");
    store.close().await;
}

#[test]
fn members_come_change_and_go_on_sqlite() {
    come_and_go(Engine::Sqlite);
}

#[test]
fn members_come_change_and_go_on_postgres() {
    come_and_go(Engine::Postgres);
}

fn come_and_go(engine: Engine) {
    let place = Place::new(engine);
    std::fs::create_dir_all(place.data()).expect("a folder");
    let amy = ["--email", "Amy@Shop.test", "--name", "Amy", "--role", "owner"];
    let nobody = if engine == Engine::Postgres { people(&place, &["user", "add"], &amy, "correct horse battery\n") } else { people(&place, &["user", "list"], &[], "") };
    assert_eq!(nobody.ends(5).json()["error"]["code"], "data");
    block_on(founded(&place));
    assert_eq!(people(&place, &["user", "list"], &[], "").ends(0).json()["members"], serde_json::json!([]));

    let tried = people(&place, &["user", "add"], &[&amy[..], &["--dry-run"]].concat(), "").ends(0).json();
    assert_eq!((&tried["role"], &tried["known"], &tried["dry_run"]), (&"owner".into(), &false.into(), &true.into()));
    let added = people(&place, &["user", "add"], &amy, "correct horse battery\n").ends(0);
    assert_eq!((&added.json()["email"], &added.json()["role"]), (&"amy@shop.test".into(), &"owner".into()));
    assert!(!added.out.contains("horse") && !added.err.contains("horse"), "the password is repeated nowhere");
    assert_eq!(people(&place, &["user", "add"], &amy, "correct horse battery\n").ends(7).json()["error"]["code"], "member.exists");
    let ben = ["--email", "ben@shop.test", "--name", "Ben", "--role", "viewer"];
    assert_eq!(people(&place, &["user", "add"], &ben, "short\n").ends(4).json()["error"]["code"], "field.password");
    people(&place, &["user", "add"], &ben, "another horse battery\n").ends(0);
    assert_eq!(people(&place, &["user", "add"], &["--email", "x", "--name", "X", "--role", "viewer"], "").ends(4).json()["error"]["code"], "field.email");
    people(&place, &["user", "add"], &["--email", "x@y.test", "--name", "X", "--role", "king"], "").ends(2);

    assert_eq!(people(&place, &["user", "role"], &["--email", "amy@shop.test", "--role", "viewer"], "").ends(7).json()["error"]["code"], "member.last_owner");
    assert_eq!(people(&place, &["user", "remove"], &["--email", "amy@shop.test"], "").ends(7).json()["error"]["code"], "member.last_owner");
    // a dry run says what stands in the way, too
    for refused in [&["role", "--role", "viewer"][..], &["remove"]] {
        let more = &[&["--email", "amy@shop.test", "--dry-run"][..], &refused[1..]].concat();
        assert_eq!(people(&place, &["user", refused[0]], &more, "").ends(7).json()["error"]["code"], "member.last_owner");
    }
    for dry_run in [&[][..], &["--dry-run"]] {
        let blind = [&["--email", "ben@shop.test", "--role", "owner", "--personal", "false"][..], dry_run].concat();
        assert_eq!(people(&place, &["user", "role"], &blind, "").ends(4).json()["error"]["code"], "member.owner_sees");
    }
    second_step_is_taken_away(&place);
    let role = ["--email", "ben@shop.test", "--role", "analyst", "--personal", "true"];
    assert_eq!(people(&place, &["user", "role"], &[&role[..], &["--dry-run"]].concat(), "").ends(0).json()["dry_run"], true);
    let changed = people(&place, &["user", "role"], &role, "").ends(0).json();
    assert_eq!((&changed["role"], &changed["personal"]), (&"analyst".into(), &"granted".into()));
    assert!(changed["permissions"].as_array().is_some_and(|p| p.contains(&"imports:write".into())), "{changed}");
    assert_eq!(people(&place, &["user", "role"], &["--email", "carl@shop.test", "--role", "viewer"], "").ends(5).json()["error"]["code"], "member.not_found");
    assert_eq!(people(&place, &["user", "remove"], &["--email", "ben@shop.test", "--dry-run"], "").ends(0).json()["sessions"], 0);
    people(&place, &["user", "remove"], &["--email", "ben@shop.test"], "").ends(0);
    let all = people(&place, &["user", "list"], &[], "").ends(0).json();
    assert_eq!(all["members"].as_array().map(Vec::len), Some(1), "{all}");
    // back with the password they had
    let back = people(&place, &["user", "add"], &ben, "").ends(0).json();
    assert_eq!((&back["role"], &back["personal"]), (&"viewer".into(), &"by_role".into()));

    let whole = people(&place, &["audit", "verify"], &[], "").ends(0).json();
    assert_eq!((&whole["rows"], &whole["whole"]), (&6.into(), &true.into()), "added twice, second step taken away, changed, taken out, added again");
    let head = whole["head"].as_str().expect("a head").to_owned();
    people(&place, &["audit", "verify"], &["--head", &head], "").ends(0);
    let other = format!("5:{}", "0".repeat(64));
    let cut = people(&place, &["audit", "verify"], &["--head", &other], "").ends(4).json();
    assert_eq!(cut["error"]["code"], "audit.broken");
    assert!(cut["error"]["message"].as_str().is_some_and(|m| m.contains("entry 5")), "{cut}");
    assert_eq!(people(&place, &["audit", "verify"], &["--head", "soon"], "").ends(4).json()["error"]["code"], "audit.head");
}

#[test]
fn a_byte_changed_in_a_copy_of_the_file_is_found_at_its_entry() {
    let place = Place::sqlite();
    std::fs::create_dir_all(place.data()).expect("a folder");
    block_on(founded(&place));
    for name in ["amy", "ben", "carl"] {
        let email = format!("{name}@shop.test");
        people(&place, &["user", "add"], &["--email", &email, "--name", name, "--role", "owner"], "correct horse battery\n").ends(0);
    }
    let file = place.data().join("zhiyin.db");
    let bytes = std::fs::read(&file).expect("the file reads");
    // the details of the second entry: its place in the file is behind that of the first
    let told = br#"{"personal":"by_role","role":"owner"}"#;
    let places: Vec<usize> = bytes.windows(told.len()).enumerate().filter(|(_, w)| w == told).map(|(i, _)| i).collect();
    assert_eq!(places.len(), 3, "each entry stands in the file once");
    let mut found = Vec::new();
    for at in places {
        let copy = Place::sqlite();
        std::fs::create_dir_all(copy.data()).expect("a folder");
        let mut harmed = bytes.clone();
        harmed[at + told.len() - 4] ^= 1;
        std::fs::write(copy.data().join("zhiyin.db"), harmed).expect("writes");
        let said = people(&copy, &["audit", "verify"], &[], "").ends(4).json();
        assert_eq!(said["error"]["code"], "audit.broken", "{said}");
        found.push(said["error"]["message"].as_str().unwrap_or_default().split("entry ").nth(1).and_then(|t| t.split(' ').next()).unwrap_or_default().to_owned());
    }
    found.sort();
    assert_eq!(found, ["1", "2", "3"]);
    people(&place, &["audit", "verify"], &[], "").ends(0);
}

fn second_step_is_taken_away(place: &Place) {
    let of = |email: &str, more: &[&str]| people(place, &["user", "second-factor"], &[&["--email", email][..], more].concat(), "");
    assert_eq!(of("carl@shop.test", &[]).ends(5).json()["error"]["code"], "member.not_found");
    for more in [&[][..], &["--dry-run"]] {
        assert_eq!(of("ben@shop.test", more).ends(7).json()["error"]["code"], "second_factor.off");
    }
    let on = || async {
        let store = Store::open(&place.url()).await.expect("the store opens");
        let all = store::second_factor::have(&store).await.expect("reads").len();
        store.close().await;
        all
    };
    block_on(async {
        let store = Store::open(&place.url()).await.expect("the store opens");
        let ben = user::by_email(&store, "ben@shop.test").await.expect("reads").expect("is there").id;
        let now = SystemClock.now();
        let mut tx = store.begin().await.expect("begins");
        assert!(store::second_factor::offer(&mut tx, &ben, "sealed", now).await.expect("writes"));
        assert!(store::second_factor::confirm(&mut tx, &ben, "sealed", now, 1).await.expect("writes"));
        tx.commit().await.expect("commits");
        store.close().await;
    });
    assert_eq!(of("ben@shop.test", &["--dry-run"]).ends(0).json()["dry_run"], true);
    assert_eq!(block_on(on()), 1);
    assert_eq!(of("Ben@shop.test", &[]).ends(0).json()["email"], "ben@shop.test");
    assert_eq!(block_on(on()), 0);
}
