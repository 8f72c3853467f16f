//! What wins when a file says something else than what is known: column by column.

use super::*;
use sources::{Collision, Target};

const PEOPLE: &str = "customer_id,name,phone,city,skin_type\nC1,王芳,13800000001,北京,dry\nC2,,13800000002,,\n";
const MORE: &str = "customer_id,name,phone,city,skin_type\nC1,王小芳,13800000001,上海,oily\nC2,李雷,13800000002,广州,dry\nC3,韩梅,13800000003,深圳,dry\n";

async fn import_with(shop: &Shop, text: &str, rule: Collision) -> Staged {
    let mut source = shop.source("people.csv", text).await;
    shop.clock.set(Instant(shop.clock.now().0 + 1_000_000));
    for c in source.mapping.columns.iter_mut().filter(|c| !c.target.is_identifier()) {
        c.collision = rule;
    }
    let request = crate::ingest::begin(&shop.app, vec![source], &tester(), Some(false)).await.expect("begins");
    crate::ingest::import(&shop.app, &request, &tester(), &Arc::default()).await.expect("imports").0
}

/// Every column with a rule of its own.
async fn import_by(shop: &Shop, text: &str, rules: &[(&str, Collision)]) -> Staged {
    let mut source = shop.source("people.csv", text).await;
    shop.clock.set(Instant(shop.clock.now().0 + 1_000_000));
    for (header, rule) in rules {
        let column = source.mapping.columns.iter_mut().find(|c| c.header == *header);
        column.expect("a column").collision = *rule;
    }
    let request = crate::ingest::begin(&shop.app, vec![source], &tester(), Some(false)).await.expect("begins");
    crate::ingest::import(&shop.app, &request, &tester(), &Arc::default()).await.expect("imports").0
}

async fn name(shop: &Shop, external: &str) -> Option<String> {
    let key = shop.who(external).await.expect("known");
    store::customer::by_key(&shop.app.store, key).await.expect("reads").expect("there").name
}

fn text(t: &str) -> Value {
    Value::Text(t.into())
}

#[tokio::test]
async fn overwrite_takes_the_file_s_word() {
    let shop = Shop::open().await;
    let first = import_with(&shop, PEOPLE, Collision::Overwrite).await;
    assert_eq!(first.report.customers.created, 2);
    let more = import_with(&shop, MORE, Collision::Overwrite).await;
    assert_eq!((more.report.customers.created, more.report.customers.updated), (1, 2));
    assert_eq!(name(&shop, "C1").await.as_deref(), Some("王小芳"));
    assert_eq!(shop.attribute("C1", "city").await, text("上海"));
    assert_eq!(shop.attribute("C2", "city").await, text("广州"));
}

#[tokio::test]
async fn if_blank_fills_only_what_is_not_known() {
    let shop = Shop::open().await;
    import_with(&shop, PEOPLE, Collision::Overwrite).await;
    let more = import_with(&shop, MORE, Collision::IfBlank).await;
    assert_eq!((more.report.customers.updated, more.report.customers.unchanged), (1, 1));
    assert_eq!((more.report.accepted, more.report.duplicates), (2, 1));
    assert_eq!(name(&shop, "C1").await.as_deref(), Some("王芳"));
    assert_eq!(name(&shop, "C2").await.as_deref(), Some("李雷"));
    assert_eq!(shop.attribute("C1", "city").await, text("北京"));
    assert_eq!(shop.attribute("C2", "city").await, text("广州"));
}

#[tokio::test]
async fn never_speaks_only_of_new_customers() {
    let shop = Shop::open().await;
    import_with(&shop, PEOPLE, Collision::Overwrite).await;
    import_with(&shop, MORE, Collision::Never).await;
    assert_eq!(name(&shop, "C2").await, None);
    assert_eq!(shop.attribute("C2", "city").await, Value::Null);
    assert_eq!(shop.attribute("C3", "city").await, text("深圳"));
}

#[tokio::test]
async fn each_column_of_one_import_follows_its_own_rule() {
    let shop = Shop::open().await;
    import_with(&shop, PEOPLE, Collision::Overwrite).await;
    let rules = [("name", Collision::IfBlank), ("city", Collision::Overwrite), ("skin_type", Collision::Never)];
    let more = import_by(&shop, MORE, &rules).await;
    assert_eq!((more.report.customers.created, more.report.customers.updated, more.report.customers.unchanged), (1, 2, 0));
    // the known name stays, the unknown one is filled
    assert_eq!((name(&shop, "C1").await.as_deref(), name(&shop, "C2").await.as_deref()), (Some("王芳"), Some("李雷")));
    // the file wins, over a known city and over none
    assert_eq!((shop.attribute("C1", "city").await, shop.attribute("C2", "city").await), (text("上海"), text("广州")));
    // neither a known nor an unknown one of a known customer changes; new customers bring theirs
    assert_eq!((shop.attribute("C1", "custom.skin_type").await, shop.attribute("C2", "custom.skin_type").await), (text("dry"), Value::Null));
    assert_eq!((name(&shop, "C3").await.as_deref(), shop.attribute("C3", "city").await, shop.attribute("C3", "custom.skin_type").await), (Some("韩梅"), text("深圳"), text("dry")));
    // the other way round, a third time
    let turned = [("name", Collision::Overwrite), ("city", Collision::Never), ("skin_type", Collision::IfBlank)];
    import_by(&shop, &MORE.replace("上海", "天津").replace("oily", "mixed"), &turned).await;
    assert_eq!(name(&shop, "C1").await.as_deref(), Some("王小芳"));
    assert_eq!((shop.attribute("C1", "city").await, shop.attribute("C1", "custom.skin_type").await), (text("上海"), text("dry")));
    assert_eq!(shop.attribute("C2", "custom.skin_type").await, text("dry"), "filled where nothing was known");
}

#[tokio::test]
async fn of_two_columns_that_make_one_name_the_more_careful_rule_counts() {
    let shop = Shop::open().await;
    import_with(&shop, PEOPLE, Collision::Overwrite).await;
    let people = "customer_id,first name,last name\nC1,小芳,王\nC2,雷,李\n";
    import_by(&shop, people, &[("first name", Collision::IfBlank)]).await;
    assert_eq!((name(&shop, "C1").await.as_deref(), name(&shop, "C2").await.as_deref()), (Some("王芳"), Some("李雷")));
    import_by(&shop, people, &[]).await;
    assert_eq!(name(&shop, "C1").await.as_deref(), Some("王小芳"));
}

#[tokio::test]
async fn only_chosen_identifiers_make_two_rows_one_customer() {
    // a family shares a phone
    let family = "customer_id,name,phone\nC1,王芳,13800000001\nC2,王伟,13800000001\n";
    let by_phone = "phone,city\n13800000001,天津\n";
    let shop = Shop::open().await;
    let chosen = |source: &mut crate::ingest::Source, on: bool| source.mapping.columns.iter_mut().filter(|c| c.target == Target::CustomerPhone).for_each(|c| c.identifier = on);
    let mut source = shop.source("family.csv", family).await;
    chosen(&mut source, false);
    let request = crate::ingest::begin(&shop.app, vec![source], &tester(), Some(false)).await.expect("begins");
    let staged = crate::ingest::import(&shop.app, &request, &tester(), &Arc::default()).await.expect("imports").0;
    assert_eq!(staged.report.customers.created, 2);
    assert!(staged.report.quality.checks.iter().all(|c| c.code != "identifier_conflicts" || c.count == 0));
    // nobody is known by that number, so a file that has only the number speaks of somebody new
    let (staged, _) = shop.import(&[("cities.csv", by_phone)]).await;
    assert_eq!((staged.report.customers.created, shop.attribute("C1", "city").await), (1, Value::Null));

    let shop = Shop::open().await;
    let (staged, _) = shop.import(&[("family.csv", family)]).await;
    assert_eq!(staged.report.quality.checks.iter().find(|c| c.code == "identifier_conflicts").map(|c| c.count), Some(1), "{:?}", staged.report.quality);
    let (staged, _) = shop.import(&[("cities.csv", by_phone)]).await;
    assert_eq!((staged.report.customers.updated, shop.attribute("C1", "city").await), (1, text("天津")));
}

#[tokio::test]
async fn a_first_value_holds_from_the_beginning_and_a_later_one_from_its_day() {
    let shop = Shop::open().await;
    import_with(&shop, PEOPLE, Collision::Overwrite).await;
    import_with(&shop, MORE, Collision::Overwrite).await;
    let facts = shop.facts("C1").await;
    let days: Vec<_> = facts.attributes.iter().filter(|a| a.key == "city").map(|a| a.day).collect();
    assert_eq!(days, [crate::ingest::customers::ALWAYS, shop.app.today()]);
}

#[tokio::test]
async fn the_same_people_again_are_duplicates() {
    let shop = Shop::open().await;
    import_with(&shop, PEOPLE, Collision::Overwrite).await;
    let turned: String = PEOPLE.lines().take(1).chain(PEOPLE.lines().skip(1).collect::<Vec<_>>().into_iter().rev()).map(|l| format!("{l}\n")).collect();
    let again = import_with(&shop, &turned, Collision::Overwrite).await;
    assert_eq!((again.report.accepted, again.report.duplicates, again.report.customers.unchanged), (0, 2, 2));
    assert!(again.files.is_empty());
}

#[tokio::test]
async fn a_stronger_identifier_decides_and_a_new_one_is_learnt() {
    let shop = Shop::open().await;
    import_with(&shop, PEOPLE, Collision::Overwrite).await;
    // by phone alone it is C1; a new number is learnt for C2
    let more = import_with(&shop, "phone,city\n13800000001,天津\n", Collision::Overwrite).await;
    assert_eq!(more.report.customers.updated, 1);
    assert_eq!(shop.attribute("C1", "city").await, text("天津"));
    let mapping = shop.source("x.csv", PEOPLE).await.mapping;
    assert!(mapping.has(&Target::CustomerPhone));
}
