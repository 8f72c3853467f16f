//! Columns nobody knows become attributes that rules can name at once.

use super::*;
use crate::analysis::{Asked, Definitions};
use domain::{ValueType, feature::Definition, rule};

const PEOPLE: &str = "customer_id,name,饮茶年限,Skin Type,agreed\nC1,王芳,3,dry,true\nC2,李雷,12,oily,false\nC3,韩梅,,dry,true\n";
const LATER: &str = "customer_id,name,饮茶年限\nC4,赵敏,很久\nC5,周敏,7\n";

async fn definitions(shop: &Shop) -> Arc<Definitions> {
    crate::definitions::current(&shop.app).await.expect("definitions")
}

async fn count(shop: &Shop, text: &str) -> u64 {
    let picture = shop.app.runs.at(&shop.app, Asked::default()).await.expect("a run");
    let compiled = rule::check(&rule::parse(text).expect("parses"), picture.names()).expect("checks");
    picture.run.counts(&[compiled]).expect("counts")[0]
}

#[tokio::test]
async fn an_own_column_is_a_feature_from_the_first_import_on() {
    let shop = Shop::open().await;
    shop.import(&[("people.csv", PEOPLE)]).await;
    let all = definitions(&shop).await;
    let feature = all.feature("custom.饮茶年限").expect("a feature");
    assert_eq!((feature.label.zh.as_str(), feature.value), ("饮茶年限", ValueType::Int));
    assert_eq!(feature.definition, Definition::Attribute { key: "custom.饮茶年限".into() });
    assert_eq!(all.feature("custom.skin_type").expect("a feature").value, ValueType::Text);
    assert_eq!(count(&shop, "custom.饮茶年限 >= 3").await, 2);
    assert_eq!(count(&shop, "custom.skin_type = \"dry\" and custom.agreed = true").await, 2);
    assert_eq!(all.segments().len(), Definitions::library(domain::Currency::CNY).segments().len());
}

#[tokio::test]
async fn a_later_file_is_read_as_the_type_the_attribute_has() {
    let shop = Shop::open().await;
    shop.import(&[("people.csv", PEOPLE)]).await;
    let (later, _) = shop.import(&[("later.csv", LATER)]).await;
    assert_eq!((later.report.accepted, later.report.quarantined), (2, 0));
    assert_eq!(definitions(&shop).await.feature("custom.饮茶年限").map(|f| (f.value, f.version)), Some((ValueType::Int, 1)));
    assert_eq!(count(&shop, "custom.饮茶年限 >= 7").await, 2);
}
