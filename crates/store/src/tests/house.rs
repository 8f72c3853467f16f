//! What is kept in memory of who may ask what is right as long as `house` stands: whatever decides it moves it, on
//! both databases, and what merely notes that somebody was here does not.

use super::*;
use crate::{
    member, reading, second_factor,
    session::{self, Session},
    tag::{self, Tag},
    token::{self, Token},
    user::{self, User},
    workspace::{self, Workspace},
};
use domain::{
    access::{Personal, Role},
    tag::Colour,
};

const SHOP: &str = "wsp_1";

/// Does something in a transaction of its own; answers whether the house moved.
macro_rules! moves {
    ($store:ident, |$tx:ident| $($what:expr);+) => {{
        let before = reading::now($store).await.unwrap().house;
        let mut $tx = $store.begin().await.unwrap();
        $(let _ = $what.await.unwrap();)+
        $tx.commit().await.unwrap();
        reading::now($store).await.unwrap().house != before
    }};
}

fn shop(name: &str) -> Workspace {
    Workspace { id: SHOP.into(), name: name.into(), time_zone: "Asia/Shanghai".into(), currency: "CNY".into(), lang: "zh-CN".into(), created_at: at(0), updated_at: at(0) }
}

fn amy() -> User {
    User { id: "amy".into(), email: "amy@shop.cn".into(), name: "Amy".into(), password_hash: "-".into(), created_at: at(0), disabled_at: None }
}

fn session(hash: &str) -> Session {
    Session { id: format!("ses_{hash}"), token_hash: hash.into(), user: "amy".into(), created_at: at(1), seen_at: at(1), expires_at: at(1_000), agent: String::new(), address: String::new(), via: "password".into() }
}

fn nightly() -> Token {
    Token {
        id: "tok_1".into(), user: "amy".into(), user_name: "Amy".into(), name: "nightly".into(), prefix: "zhi_abc".into(), role: Role::Analyst, personal: Personal::ByRole,
        created_at: at(2), expires_at: at(100), used_at: None, revoked_at: None,
    }
}

both! {
    async fn whatever_decides_who_may_ask_moves_the_house(store: &Store) {
        assert!(moves!(store, |tx| workspace::create(&mut tx, &shop("A"))));
        assert!(moves!(store, |tx| workspace::update(&mut tx, &shop("B"))));
        assert!(moves!(store, |tx| user::create(&mut tx, &amy()); member::join(&mut tx, SHOP, "amy", Role::Owner, Personal::ByRole, at(1))));
        assert!(moves!(store, |tx| member::change(&mut tx, SHOP, "amy", Role::Agent, Personal::Denied)));
        // one that begins is known to nobody yet; one that ends must be forgotten
        assert!(!moves!(store, |tx| session::create(&mut tx, &session("a")); session::create(&mut tx, &session("b")); session::create(&mut tx, &session("c"))));
        assert!(!moves!(store, |tx| session::seen(&mut tx, "a", at(5), at(2_000)); member::seen(&mut tx, SHOP, "amy", at(5))));
        assert!(moves!(store, |tx| session::view(&mut tx, "a", "ben", (Role::Agent, Personal::ByRole), at(60))));
        assert!(moves!(store, |tx| session::view_no_more(&mut tx, "a")));
        assert!(!moves!(store, |tx| session::view_no_more(&mut tx, "a")));
        assert!(moves!(store, |tx| session::delete(&mut tx, "a")));
        assert!(moves!(store, |tx| session::delete_others(&mut tx, "amy", "b")));
        assert!(moves!(store, |tx| session::delete_expired(&mut tx, at(5_000))));
        assert!(!moves!(store, |tx| token::create(&mut tx, SHOP, &nightly(), "hash")));
        assert!(!moves!(store, |tx| token::used(&mut tx, "tok_1", at(6))));
        assert!(moves!(store, |tx| token::revoke(&mut tx, SHOP, "tok_1", at(7))));
        assert!(!moves!(store, |tx| second_factor::offer(&mut tx, "amy", "s", at(8))));
        assert!(moves!(store, |tx| second_factor::confirm(&mut tx, "amy", "s", at(9), 4)));
        assert!(!moves!(store, |tx| second_factor::step(&mut tx, "amy", 5)));
        assert!(moves!(store, |tx| second_factor::ask(&mut tx, SHOP, true, at(10))));
        assert!(moves!(store, |tx| second_factor::ask(&mut tx, SHOP, false, at(11))));
        assert!(moves!(store, |tx| second_factor::remove(&mut tx, "amy")));
        let vip = Tag { id: "tag_1".into(), name: "VIP".into(), colour: Colour::Red, created_by: "amy".into(), created_at: at(12), removed_at: None };
        assert!(moves!(store, |tx| tag::create(&mut tx, SHOP, &vip)));
        assert!(moves!(store, |tx| tag::change(&mut tx, SHOP, "tag_1", "Gold", Colour::Amber)));
        assert!(moves!(store, |tx| tag::remove(&mut tx, SHOP, "tag_1", at(13))));
        assert!(moves!(store, |tx| user::set_disabled(&mut tx, "amy", Some(at(14)))));
        assert!(!moves!(store, |tx| user::set_password(&mut tx, "amy", "another")));
        assert!(moves!(store, |tx| member::remove(&mut tx, SHOP, "amy", at(15))));
    }

    async fn what_is_rolled_back_moves_nothing(store: &Store) {
        let before = reading::now(store).await.unwrap();
        let mut tx = store.begin().await.unwrap();
        workspace::create(&mut tx, &shop("A")).await.unwrap();
        tx.rollback().await.unwrap();
        assert_eq!(reading::now(store).await.unwrap(), before);
    }
}
