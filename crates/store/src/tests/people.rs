//! Finding people: by id, by identifier; a page at a time; and who changed.

use super::*;
use crate::customer;
use crate::{customer::CustomerChange, import::Undo};

async fn town(store: &Store) {
    lake(store).await;
    checked(store, "imp_1", "f1").await;
    let names = ["王小明", "李雷", "Élodie Durand", "Amy_Wong", "100% Cotton GmbH", "o'neil", "小明文具店"];
    let organisation = |n: u32| n == 4 || n == 6;
    let commit = Commit {
        customers: Box::new((0..).zip(names).map(move |(n, name)| NewCustomer { organisation: organisation(n), ..person(n, name) })),
        identifiers: Box::new([
            known_by(0, IdentifierKind::Phone, "8613800001111"),
            known_by(1, IdentifierKind::Phone, "8613900002222"),
            known_by(1, IdentifierKind::External, "VIP-0042"),
            known_by(2, IdentifierKind::Email, "elodie@example.fr"),
            known_by(3, IdentifierKind::Email, "amy@example.com"),
            known_by(3, IdentifierKind::External, "vip-0043"),
            known_by(5, IdentifierKind::Member, "0001"),
        ].into_iter()),
        ..commit_of("imp_1", base(store).await, &[])
    };
    import::commit(store, commit).await.unwrap();
}

both! {
    async fn whoever_changed_is_told_and_newcomers_are_not(store: &Store) {
        town(store).await;
        assert_eq!(customer::touched::version(store).await.unwrap(), 1);
        assert_eq!(customer::touched::since(store, 0).await.unwrap(), Some(vec![]));
        checked(store, "imp_2", "f2").await;
        let commit = Commit {
            customers: Box::new(std::iter::once(person(7, "new"))),
            identifiers: Box::new([known_by(7, IdentifierKind::Phone, "8613700003333"), known_by(2, IdentifierKind::External, "E-2")].into_iter()),
            changes: Box::new(std::iter::once(CustomerChange { key: CustomerKey(5), organisation: false, name: Some("O'Neil".into()) })),
            ..commit_of("imp_2", base(store).await, &[])
        };
        import::commit(store, commit).await.unwrap();
        assert_eq!(customer::touched::since(store, 1).await.unwrap(), Some(vec![CustomerKey(2), CustomerKey(5)]));
        assert_eq!(customer::touched::since(store, 2).await.unwrap(), None, "nothing happened since");
        let undo = Undo { import: "imp_2", now: at(9), author: "test", merged: NONE, job: None, audit: None };
        import::undo(store, undo).await.unwrap();
        assert_eq!(customer::touched::version(store).await.unwrap(), 3);
        assert_eq!(customer::touched::since(store, 2).await.unwrap(), None, "somebody is gone");
        assert_eq!(customer::touched::since(store, 0).await.unwrap(), None);
    }

    async fn a_page_goes_by_number(store: &Store) {
        town(store).await;
        let numbers = |page: Vec<customer::Customer>| page.into_iter().map(|c| c.key.0).collect::<Vec<_>>();
        assert_eq!(numbers(customer::page(store, CustomerKey(0), 3).await.unwrap()), [0, 1, 2]);
        assert_eq!(numbers(customer::page(store, CustomerKey(5), 3).await.unwrap()), [5, 6]);
        assert_eq!(numbers(customer::page(store, CustomerKey(7), 3).await.unwrap()), [0; 0]);
    }

    async fn many_are_fetched_in_one_go(store: &Store) {
        town(store).await;
        let keys: Vec<CustomerKey> = [6, 1, 99, 3].map(CustomerKey).to_vec();
        let people = customer::by_keys(store, &keys).await.unwrap();
        assert_eq!(people.len(), 3);
        assert!(people[&CustomerKey(6)].organisation);
        let identifiers = customer::identifiers_by_keys(store, &keys).await.unwrap();
        let values = |k| identifiers[&CustomerKey(k)].iter().map(|i| i.value.as_str()).collect::<Vec<_>>();
        assert_eq!(values(1), ["VIP-0042", "8613900002222"]);
        assert_eq!(customer::identifiers_of(store, CustomerKey(3)).await.unwrap().len(), 2);
        assert_eq!(customer::get(store, "cus_000003").await.unwrap().unwrap().key, CustomerKey(3));
        assert_eq!(customer::organisations(store).await.unwrap(), [CustomerKey(4), CustomerKey(6)]);
        assert!(customer::by_keys(store, &[]).await.unwrap().is_empty());
        let ids = ["cus_000002".to_owned(), "cus_none".to_owned()];
        let by_ids = customer::by_ids(store, &ids).await.unwrap();
        assert_eq!((by_ids.len(), by_ids["cus_000002"].key), (1, CustomerKey(2)));
    }

    async fn everybody_and_every_identifier_is_handed_over_once(store: &Store) {
        lake(store).await;
        checked(store, "imp_1", "f1").await;
        const MANY: u32 = 45_000;
        let commit = Commit {
            customers: Box::new((0..MANY).map(|n| person(n, "x"))),
            identifiers: Box::new((0..MANY).map(|n| known_by(n, IdentifierKind::External, &format!("客{n}")))),
            ..commit_of("imp_1", base(store).await, &[])
        };
        import::commit(store, commit).await.unwrap();
        let mut keys = Vec::new();
        customer::each(store, |c| keys.push(c.key.0)).await.unwrap();
        assert!(keys.len() == MANY as usize && keys.is_sorted());
        let mut seen = vec![false; MANY as usize];
        customer::each_identifier(store, |_, value, key| {
            assert_eq!(value, format!("客{}", key.0));
            assert!(!std::mem::replace(&mut seen[key.0 as usize], true));
        }).await.unwrap();
        assert!(seen.iter().all(|s| *s));
        let asked: Vec<Identifier> = (0..20_000).map(|n| Identifier { kind: IdentifierKind::External, value: format!("客{}", n * 3) }).collect();
        let found = customer::resolve(store, &asked).await.unwrap();
        for (n, key) in (0u32..).zip(found) {
            assert_eq!(key, (n * 3 < MANY).then_some(CustomerKey(n * 3)));
        }
    }
}
