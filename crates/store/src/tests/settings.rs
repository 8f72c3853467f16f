//! Workspace, users, sessions, set-up, templates, definitions.

use super::*;
use crate::{
    Error,
    definition::{self, Kind, State},
    member,
    session::{self, Session},
    setup, template, user,
    user::User,
    workspace,
    workspace::Workspace,
};
use domain::access::{Personal, Role};

fn shop() -> Workspace {
    Workspace {
        id: "wsp_1".into(),
        name: "知音茶铺".into(),
        time_zone: "Asia/Shanghai".into(),
        currency: "CNY".into(),
        lang: "zh-CN".into(),
        created_at: at(0),
        updated_at: at(0),
    }
}

fn amy() -> User {
    User {
        id: "usr_amy".into(),
        email: "Amy@Shop.cn ".into(),
        name: "Amy".into(),
        password_hash: "$argon2id$…".into(),
        created_at: at(1),
        disabled_at: None,
    }
}

both! {
    async fn the_set_up_token_works_once_and_makes_everything_or_nothing(store: &Store) {
        assert!(setup::required(store).await.unwrap());
        let mut tx = store.begin().await.unwrap();
        setup::offer(&mut tx, "old", at(0), at(100)).await.unwrap();
        setup::offer(&mut tx, "hash", at(0), at(100)).await.unwrap();
        tx.commit().await.unwrap();

        for (token, now) in [("wrong", at(1)), ("old", at(1)), ("hash", at(100))] {
            let mut tx = store.begin().await.unwrap();
            let refused = setup::complete(&mut tx, token, now, &shop(), &amy()).await.unwrap_err();
            assert!(matches!(refused, Error::NotFound { .. }), "{refused}");
        }
        assert!(workspace::get(store).await.unwrap().is_none());

        let mut tx = store.begin().await.unwrap();
        assert_eq!(setup::complete(&mut tx, "hash", at(1), &shop(), &amy()).await.unwrap().id, "wsp_1");
        tx.commit().await.unwrap();
        assert_eq!(workspace::get(store).await.unwrap(), Some(shop()));
        assert_eq!(member::get(store, "wsp_1", "usr_amy").await.unwrap().map(|m| m.role), Some(Role::Owner));
        assert_eq!(user::by_email(store, "AMY@shop.cn").await.unwrap().unwrap().name, "Amy");
        let mut tx = store.begin().await.unwrap();
        let refused = setup::complete(&mut tx, "hash", at(1), &shop(), &amy()).await.unwrap_err();
        assert!(matches!(refused, Error::Taken { .. }));
    }

    async fn there_is_one_workspace_and_it_can_be_renamed(store: &Store) {
        workspace::create(store, &shop()).await.unwrap();
        assert!(matches!(workspace::create(store, &shop()).await.unwrap_err(), Error::Taken { what: "workspace" }));
        let renamed = Workspace { name: "Tea & Co".into(), updated_at: at(9), ..shop() };
        workspace::update(store, &renamed).await.unwrap();
        assert_eq!(workspace::get(store).await.unwrap(), Some(renamed));
    }

    async fn an_address_belongs_to_one_user_in_any_case(store: &Store) {
        user::create(store, &amy()).await.unwrap();
        let twin = User { id: "usr_2".into(), email: "amy@shop.cn".into(), ..amy() };
        assert!(matches!(user::create(store, &twin).await.unwrap_err(), Error::Taken { what: "e-mail address" }));
        user::set_password(store, "usr_amy", "new").await.unwrap();
        assert_eq!(user::get(store, "usr_amy").await.unwrap().unwrap().password_hash, "new");
        assert_eq!(user::list(store).await.unwrap().len(), 1);
        assert!(user::set_password(store, "usr_none", "x").await.is_err());
    }

    async fn a_session_ends_by_time_sign_out_or_lock_out(store: &Store) {
        user::create(store, &amy()).await.unwrap();
        let mut tx = store.begin().await.unwrap();
        member::join(&mut tx, "wsp_1", "usr_amy", Role::Viewer, Personal::ByRole, at(0)).await.unwrap();
        tx.commit().await.unwrap();
        let begin = |hash: &str| Session {
            id: format!("ses_{hash}"), token_hash: hash.into(), user: "usr_amy".into(), created_at: at(0), seen_at: at(0), expires_at: at(60),
            agent: "Firefox".into(), address: "192.0.2.1".into(), via: "password".into(),
        };
        session::create(store, &begin("a")).await.unwrap();
        session::create(store, &begin("b")).await.unwrap();
        let found = session::find(store, "wsp_1", "a", at(59)).await.unwrap().unwrap();
        assert_eq!((found.session, found.member.email.as_str(), found.second_factor_due), (begin("a"), "amy@shop.cn", false));
        assert!(session::find(store, "wsp_1", "a", at(60)).await.unwrap().is_none());
        session::seen(store, "a", at(59), at(120)).await.unwrap();
        assert!(session::find(store, "wsp_1", "a", at(119)).await.unwrap().is_some());
        session::delete(store, "a").await.unwrap();
        assert!(session::find(store, "wsp_1", "a", at(1)).await.unwrap().is_none());
        user::set_disabled(store, "usr_amy", Some(at(2))).await.unwrap();
        assert!(session::find(store, "wsp_1", "b", at(3)).await.unwrap().is_none());
        user::set_disabled(store, "usr_amy", None).await.unwrap();
        assert!(session::find(store, "wsp_1", "b", at(3)).await.unwrap().is_some());
        session::create(store, &begin("c")).await.unwrap();
        assert_eq!(session::delete_others(store, "usr_amy", "b").await.unwrap(), 1);
        assert!(session::find(store, "wsp_1", "b", at(3)).await.unwrap().is_some());
        session::create(store, &begin("d")).await.unwrap();
        let ids = async |at_second| session::of_user(store, "usr_amy", at(at_second)).await.unwrap().into_iter().map(|s| s.id).collect::<Vec<_>>();
        assert_eq!(ids(59).await, ["ses_d", "ses_b"]);
        session::seen(store, "b", at(20), at(60)).await.unwrap();
        assert_eq!(ids(59).await, ["ses_b", "ses_d"]);
        assert_eq!(ids(60).await, [""; 0]);
        assert!(!session::delete_one(store, "usr_ben", "ses_d").await.unwrap(), "somebody else's");
        assert!(session::delete_one(store, "usr_amy", "ses_d").await.unwrap());
        assert!(!session::delete_one(store, "usr_amy", "ses_d").await.unwrap());
        assert_eq!(session::delete_expired(store, at(60)).await.unwrap(), 1);
        assert_eq!(session::delete_of_user(store, "usr_amy").await.unwrap(), 0);
    }

    async fn a_template_is_found_by_header_and_replaced(store: &Store) {
        template::put(store, "sig", &json!({"kinds": ["order"]}), "amy", at(1)).await.unwrap();
        template::put(store, "sig", &json!({"kinds": ["order", "line"]}), "bob", at(2)).await.unwrap();
        let found = template::get(store, "sig").await.unwrap().unwrap();
        assert_eq!((found.mapping, found.author.as_str()), (json!({"kinds": ["order", "line"]}), "bob"));
        assert_eq!((found.created_at, found.used_at, found.uses), (at(1), at(2), 2));
        assert_eq!(template::list(store).await.unwrap().len(), 1);
        assert!(template::delete(store, "sig").await.unwrap());
        assert!(template::get(store, "sig").await.unwrap().is_none());
    }

    async fn a_definition_is_never_edited_in_place(store: &Store) {
        let k = Kind::Segment;
        let mut tx = store.begin().await.unwrap();
        assert_eq!(definition::save_draft(&mut tx, k, "vip", &json!({"n": 1}), "amy", at(1)).await.unwrap(), 1);
        assert_eq!(definition::save_draft(&mut tx, k, "vip", &json!({"n": 2}), "amy", at(2)).await.unwrap(), 2);
        tx.commit().await.unwrap();
        assert!(definition::get(store, k, "vip").await.unwrap().is_none());
        assert_eq!(definition::draft(store, k, "vip").await.unwrap().unwrap().version, 2);
        assert_eq!(definition::revision(store).await.unwrap(), 0);

        let mut tx = store.begin().await.unwrap();
        definition::publish(&mut tx, k, "vip", 2, at(3)).await.unwrap();
        assert!(definition::publish(&mut tx, k, "vip", 1, at(3)).await.is_err());
        drop(tx);
        let mut tx = store.begin().await.unwrap();
        definition::publish(&mut tx, k, "vip", 2, at(3)).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(definition::get(store, k, "vip").await.unwrap().unwrap().document, json!({"n": 2}));
        let one = definition::revision(store).await.unwrap();

        let mut tx = store.begin().await.unwrap();
        assert_eq!(definition::put(&mut tx, k, "vip", &json!({"n": 3}), "bob", at(4)).await.unwrap(), 3);
        definition::put(&mut tx, Kind::Feature, "vip", &json!({}), "bob", at(4)).await.unwrap();
        tx.commit().await.unwrap();
        assert!(definition::revision(store).await.unwrap() > one);
        assert_eq!(definition::current(store, k).await.unwrap().len(), 1);
        let states: Vec<State> = definition::history(store, k, "vip").await.unwrap().iter().map(|d| d.state).collect();
        assert_eq!(states, [State::Published, State::Superseded, State::Discarded]);
        assert_eq!(definition::at(store, k, "vip", 2).await.unwrap().unwrap().document, json!({"n": 2}));

        let two = definition::revision(store).await.unwrap();
        let mut tx = store.begin().await.unwrap();
        definition::retire(&mut tx, k, "vip", at(1)).await.unwrap();
        assert!(matches!(definition::retire(&mut tx, k, "none", at(1)).await.unwrap_err(), Error::NotFound { what: "segment", .. }));
        tx.commit().await.unwrap();
        assert!(definition::get(store, k, "vip").await.unwrap().is_none());
        assert!(definition::revision(store).await.unwrap() > two);
        let mut tx = store.begin().await.unwrap();
        assert_eq!(definition::put(&mut tx, k, "vip", &json!({"n": 4}), "bob", at(5)).await.unwrap(), 4);
        tx.commit().await.unwrap();
        assert!(definition::get(store, k, "vip").await.unwrap().is_some());
    }
}
