//! Finding people: by id, by identifier, by what a person types; a page at a time.

use super::*;
use crate::customer;
use domain::access::Sight;

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

async fn find(store: &Store, text: &str) -> Vec<u32> {
    customer::search(store, Sight::Full, text, 10).await.unwrap().into_iter().map(|k| k.0).collect()
}

both! {
    async fn what_a_person_types_finds_the_customer(store: &Store) {
        town(store).await;
        assert_eq!(find(store, "小明").await, [0, 6]);
        assert_eq!(find(store, "élodie").await, [2]);
        assert_eq!(find(store, "ÉLODIE d").await, [2]);
        assert_eq!(find(store, "wong").await, [3]);
        assert_eq!(find(store, "8613800").await, [0]);
        assert_eq!(find(store, "+8613800").await, [0]);
        // the last four digits, as at a counter
        assert_eq!(find(store, "2222").await, [1]);
        assert_eq!(find(store, "138").await, [0]);
        assert_eq!(find(store, "elodie@").await, [2]);
        assert_eq!(find(store, "VIP-").await, [1, 3]);
        assert_eq!(find(store, "0001").await, [5, 0]);
        assert_eq!(find(store, "cus_000004").await, [4]);
        assert_eq!(find(store, "  ").await, [0; 0]);
        assert_eq!(find(store, "nobody").await, [0; 0]);
        assert_eq!(customer::search(store, Sight::Full, "小明", 1).await.unwrap().len(), 1);
    }

    async fn who_may_not_see_phones_finds_nobody_by_them(store: &Store) {
        lake(store).await;
        checked(store, "imp_1", "f1").await;
        let names = ["王小明", "王伟13812345678", "Amy"];
        let commit = Commit {
            customers: Box::new((0..).zip(names).map(|(n, name)| person(n, name))),
            identifiers: Box::new([
                known_by(0, IdentifierKind::Phone, "8613800001111"),
                known_by(0, IdentifierKind::External, "VIP-0042"),
                known_by(1, IdentifierKind::Member, "13912345678"),
                known_by(2, IdentifierKind::Email, "amy@example.com"),
                known_by(2, IdentifierKind::External, "amy@shop.cn"),
                known_by(2, IdentifierKind::Unionid, "oABC"),
            ].into_iter()),
            ..commit_of("imp_1", base(store).await, &[])
        };
        import::commit(store, commit).await.unwrap();
        let find = async |text: &str| -> Vec<u32> {
            customer::search(store, Sight::Masked, text, 10).await.unwrap().into_iter().map(|k| k.0).collect()
        };
        for hidden in ["8613800", "13800001111", "1111", "amy@example", "example.com", "oABC", "1234567", "139123", "my@s", "2345"] {
            assert_eq!(find(hidden).await, [0; 0], "{hidden}");
        }
        for (shown, who) in [("王", vec![0, 1]), ("VIP-00", vec![0]), ("0042", vec![0]), ("amy", vec![2]), ("138", vec![1]), ("cus_000002", vec![2])] {
            assert_eq!(find(shown).await, who, "{shown}");
        }
    }

    async fn signs_of_the_pattern_language_are_letters_here(store: &Store) {
        town(store).await;
        assert_eq!(find(store, "y_w").await, [3]);
        assert_eq!(find(store, "%").await, [4]);
        assert_eq!(find(store, "0% c").await, [4]);
        assert_eq!(find(store, "'").await, [5]);
        assert_eq!(find(store, "!").await, [0; 0]);
        assert_eq!(find(store, "'; DROP TABLE customers; --").await, [0; 0]);
        assert_eq!(find(store, "a\0b").await, [0; 0]);
        assert_eq!(customer::count(store).await.unwrap(), 7);
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
