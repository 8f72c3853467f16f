//! Members, invitations and API tokens: who may come in is asked of the database with every request.

use super::*;
use crate::{
    Error,
    invitation::{self, Invitation, State},
    member,
    session::{self, Session},
    token::{self, Token},
    user,
    user::User,
};
use domain::access::{Permission, Permissions, Personal, Role};

const SHOP: &str = "wsp_1";

fn person(id: &str) -> User {
    User { id: id.into(), email: format!("{id}@shop.cn"), name: id.to_uppercase(), password_hash: "-".into(), created_at: at(0), disabled_at: None }
}

/// Makes somebody a member.
async fn joins(store: &Store, id: &str, role: Role) {
    user::create(store, &person(id)).await.unwrap();
    let mut tx = store.begin().await.unwrap();
    member::join(&mut tx, SHOP, id, role, Personal::ByRole, at(1)).await.unwrap();
    tx.commit().await.unwrap();
}

fn invitation(id: &str, email: &str) -> Invitation {
    Invitation {
        id: id.into(),
        email: email.into(),
        role: Role::Agent,
        personal: Personal::Denied,
        created_by: "amy".into(),
        created_by_name: "AMY".into(),
        created_at: at(2),
        expires_at: at(100),
        accepted_at: None,
        revoked_at: None,
    }
}

fn token(id: &str, user: &str) -> Token {
    Token {
        id: id.into(),
        user: user.into(),
        user_name: user.to_uppercase(),
        name: "nightly".into(),
        prefix: "zhi_abc".into(),
        role: Role::Analyst,
        personal: Personal::ByRole,
        created_at: at(2),
        expires_at: at(100),
        used_at: None,
        revoked_at: None,
    }
}

both! {
    async fn a_member_joins_changes_goes_and_comes_back(store: &Store) {
        joins(store, "amy", Role::Owner).await;
        joins(store, "ben", Role::Viewer).await;
        let names = |all: Vec<member::Member>| all.into_iter().map(|m| m.user).collect::<Vec<_>>();
        assert_eq!(names(member::list(store, SHOP).await.unwrap()), ["amy", "ben"]);
        assert!(member::list(store, "wsp_2").await.unwrap().is_empty());
        assert_eq!(member::owners(store, SHOP).await.unwrap(), 1);

        let mut tx = store.begin().await.unwrap();
        let again = member::join(&mut tx, SHOP, "ben", Role::Owner, Personal::ByRole, at(2)).await.unwrap_err();
        assert!(matches!(again, Error::Taken { what: "member" }), "{again}");
        drop(tx);
        let mut tx = store.begin().await.unwrap();
        member::change(&mut tx, SHOP, "ben", Role::Manager, Personal::Denied).await.unwrap();
        assert!(matches!(member::change(&mut tx, SHOP, "carl", Role::Owner, Personal::ByRole).await, Err(Error::NotFound { .. })));
        assert!(matches!(member::change(&mut tx, "wsp_2", "ben", Role::Owner, Personal::ByRole).await, Err(Error::NotFound { .. })));
        tx.commit().await.unwrap();
        let ben = member::get(store, SHOP, "ben").await.unwrap().unwrap();
        assert_eq!((ben.role, ben.personal, ben.name.as_str()), (Role::Manager, Personal::Denied, "BEN"));
        assert!(!ben.permissions().has(Permission::PersonalRead));

        let mut tx = store.begin().await.unwrap();
        member::remove(&mut tx, SHOP, "ben", at(3)).await.unwrap();
        assert!(member::remove(&mut tx, SHOP, "ben", at(3)).await.is_err());
        tx.commit().await.unwrap();
        assert!(member::get(store, SHOP, "ben").await.unwrap().is_none());
        let mut tx = store.begin().await.unwrap();
        member::join(&mut tx, SHOP, "ben", Role::Agent, Personal::ByRole, at(4)).await.unwrap();
        tx.commit().await.unwrap();
        let ben = member::get(store, SHOP, "ben").await.unwrap().unwrap();
        assert_eq!((ben.role, ben.personal, ben.joined_at), (Role::Agent, Personal::ByRole, at(4)));

        user::set_disabled(store, "amy", Some(at(5))).await.unwrap();
        assert_eq!(member::owners(store, SHOP).await.unwrap(), 0);
        assert_eq!(member::get(store, SHOP, "amy").await.unwrap().unwrap().permissions(), Permissions::NONE);
    }

    async fn who_was_taken_out_has_no_session_and_no_token(store: &Store) {
        joins(store, "amy", Role::Owner).await;
        let began = Session { id: "ses_s".into(), token_hash: "s".into(), user: "amy".into(), created_at: at(1), seen_at: at(1), expires_at: at(60), agent: String::new(), address: String::new(), via: "password".into() };
        session::create(store, &began).await.unwrap();
        let mut tx = store.begin().await.unwrap();
        token::create(&mut tx, SHOP, &token("tok_1", "amy"), "t").await.unwrap();
        tx.commit().await.unwrap();
        assert!(session::find(store, SHOP, "s", at(2)).await.unwrap().is_some());
        assert!(token::find(store, SHOP, "t", at(2)).await.unwrap().is_some());
        assert!(session::find(store, "wsp_2", "s", at(2)).await.unwrap().is_none());
        assert!(token::find(store, "wsp_2", "t", at(2)).await.unwrap().is_none());

        let mut tx = store.begin().await.unwrap();
        member::remove(&mut tx, SHOP, "amy", at(3)).await.unwrap();
        tx.commit().await.unwrap();
        assert!(session::find(store, SHOP, "s", at(4)).await.unwrap().is_none());
        assert!(token::find(store, SHOP, "t", at(4)).await.unwrap().is_none());
    }

    async fn an_invitation_works_once_in_time_and_for_one_address(store: &Store) {
        joins(store, "amy", Role::Owner).await;
        let mut tx = store.begin().await.unwrap();
        invitation::create(&mut tx, SHOP, &invitation("ivt_1", "ben@shop.cn"), "one").await.unwrap();
        invitation::create(&mut tx, SHOP, &invitation("ivt_2", "carl@shop.cn"), "two").await.unwrap();
        invitation::create(&mut tx, SHOP, &invitation("ivt_3", "dora@shop.cn"), "three").await.unwrap();
        tx.commit().await.unwrap();
        let found = invitation::by_token(store, SHOP, "one", at(3)).await.unwrap().unwrap();
        assert_eq!(found, invitation("ivt_1", "ben@shop.cn"));
        assert!(invitation::by_token(store, SHOP, "one", at(100)).await.unwrap().is_none());
        assert!(invitation::by_token(store, "wsp_2", "one", at(3)).await.unwrap().is_none());

        let mut tx = store.begin().await.unwrap();
        invitation::accept(&mut tx, "ivt_1", at(4)).await.unwrap();
        assert!(matches!(invitation::accept(&mut tx, "ivt_1", at(4)).await, Err(Error::NotFound { .. })));
        assert!(matches!(invitation::accept(&mut tx, "ivt_2", at(100)).await, Err(Error::NotFound { .. })));
        assert!(!invitation::revoke(&mut tx, SHOP, "ivt_1", at(5)).await.unwrap());
        assert!(invitation::revoke(&mut tx, SHOP, "ivt_2", at(5)).await.unwrap());
        assert_eq!(invitation::revoke_of_address(&mut tx, SHOP, "carl@shop.cn", at(5)).await.unwrap(), 0);
        assert_eq!(invitation::revoke_by(&mut tx, SHOP, "amy", at(5)).await.unwrap(), 1);
        tx.commit().await.unwrap();
        let states: Vec<State> = invitation::list(store, SHOP, 10).await.unwrap().iter().map(|i| i.state(at(6))).collect();
        assert_eq!(states, [State::Revoked, State::Revoked, State::Accepted]);
        assert_eq!(invitation("ivt_4", "x").state(at(100)), State::Expired);
        assert!(invitation::get(store, SHOP, "ivt_9").await.unwrap().is_none());
    }

    async fn a_token_ends_by_time_and_by_word_and_may_no_more_than_its_owner(store: &Store) {
        joins(store, "amy", Role::Owner).await;
        joins(store, "ben", Role::Analyst).await;
        let mut tx = store.begin().await.unwrap();
        token::create(&mut tx, SHOP, &token("tok_1", "amy"), "a").await.unwrap();
        token::create(&mut tx, SHOP, &Token { role: Role::Owner, ..token("tok_2", "ben") }, "b").await.unwrap();
        tx.commit().await.unwrap();
        let (found, owner) = token::find(store, SHOP, "b", at(3)).await.unwrap().unwrap();
        let may = found.permissions(owner.permissions());
        assert!(may.within(Role::Analyst.permissions()) && !may.has(Permission::TokensWrite));
        assert_eq!(token::list(store, SHOP, None).await.unwrap().len(), 2);
        assert_eq!(token::list(store, SHOP, Some("ben")).await.unwrap().len(), 1);
        assert!(token::find(store, SHOP, "a", at(100)).await.unwrap().is_none());
        token::used(store, "tok_1", at(7)).await.unwrap();
        let mut tx = store.begin().await.unwrap();
        assert!(token::revoke(&mut tx, SHOP, "tok_1", at(8)).await.unwrap());
        assert!(!token::revoke(&mut tx, SHOP, "tok_1", at(8)).await.unwrap());
        assert!(!token::revoke(&mut tx, "wsp_2", "tok_2", at(8)).await.unwrap());
        tx.commit().await.unwrap();
        assert!(token::find(store, SHOP, "a", at(9)).await.unwrap().is_none());
        let mut tx = store.begin().await.unwrap();
        assert_eq!(token::revoke_of_user(&mut tx, SHOP, "ben", at(8)).await.unwrap(), 1);
        assert_eq!(token::revoke_of_user(&mut tx, SHOP, "amy", at(8)).await.unwrap(), 0);
        tx.commit().await.unwrap();
        let gone = token::get(store, SHOP, "tok_1").await.unwrap().unwrap();
        assert_eq!((gone.used_at, gone.state(at(9))), (Some(at(7)), "revoked"));
        assert_eq!(token("tok_9", "amy").state(at(100)), "expired");
    }
}
