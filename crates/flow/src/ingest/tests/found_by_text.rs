//! Whoever came, changed or went is found by what they are now, by this process and by another one on the same business.

use super::*;
use domain::access::Sight;

async fn found(app: &App, text: &str) -> Vec<String> {
    let keys = app.finder.find(app, Sight::Full, text).await.expect("looks");
    let mut ids = Vec::new();
    for (key, _) in keys {
        let all = store::customer::identifiers_of(&app.store, key).await.expect("reads");
        ids.extend(all.into_iter().filter(|i| i.kind == domain::identity::IdentifierKind::External).map(|i| i.value));
    }
    ids.sort();
    ids.dedup();
    ids
}

#[tokio::test]
async fn a_change_is_found_at_once_and_what_was_is_not() {
    let shop = Shop::open().await;
    let other = shop.again().await;
    assert_eq!(found(&shop.app, "王").await, [""; 0]);
    shop.import(&[("people.csv", "customer_id,name,phone,email\nC1,王小明,13800001111,Ming@Example.com\nC2,Élodie Durand,13900002222,\n")]).await;
    for app in [&shop.app, &other] {
        assert_eq!(found(app, "小明").await, ["C1"]);
        assert_eq!(found(app, "ÉLODIE d").await, ["C2"]);
        // the last four digits, as at a counter
        assert_eq!(found(app, "2222").await, ["C2"]);
        assert_eq!(found(app, "ming@").await, ["C1"]);
        assert_eq!(found(app, "00").await, [""; 0], "two digits find only what begins with them");
        assert_eq!(found(app, "c").await, ["C1", "C2"]);
        assert_eq!(found(app, "nobody").await, [""; 0]);
    }
    let (second, _) = shop.import(&[("more.csv", "customer_id,name,phone\nC1,王大明,13700003333\nC3,小明文具店,\n")]).await;
    for app in [&shop.app, &other] {
        assert_eq!(found(app, "小明").await, ["C3"]);
        assert_eq!(found(app, "大明").await, ["C1"]);
        assert_eq!(found(app, "13700003333").await, ["C1"]);
        assert_eq!(found(app, "13800001111").await, ["C1"], "the phone before is still theirs");
    }
    crate::ingest::undo(&shop.app, &second.id, &tester()).await.expect("undone");
    for app in [&shop.app, &other] {
        assert_eq!(found(app, "小明").await, ["C1"]);
        assert_eq!(found(app, "大明").await, [""; 0]);
        assert_eq!(found(app, "3333").await, [""; 0]);
    }
    let id = store::customer::by_key(&shop.app.store, shop.who("C2").await.expect("known")).await.expect("reads").expect("there").id;
    assert_eq!(found(&shop.app, &id).await, ["C2"]);
}

#[tokio::test]
async fn companies_are_found_by_their_contacts() {
    let shop = Shop::open().await;
    shop.import(&[
        ("companies.csv", "company_id,company_name\nB1,Green Trading Ltd\nB2,Blue Works Ltd\n"),
        ("contacts.csv", "company_id,contact_name,contact_phone,contact_email\nB1,Liam Clark,13722281281,liam@green.example\nB2,Max Brown,13797621637,\n"),
    ])
    .await;
    for (text, who) in [("liam c", "B1"), ("13797621637", "B2"), ("1281", "B1"), ("liam@green", "B1"), ("blue w", "B2")] {
        assert_eq!(found(&shop.app, text).await, [who], "{text}");
    }
}
