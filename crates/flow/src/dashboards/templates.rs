//! Dashboards to begin with. What they show needs nothing but orders, so they fill at once; their words are in both languages.

use super::tile::{Back, CohortOf, FlowView, Measure, Show, Tile, Who};
use crate::{Result, analysis::{defined, trend::Step}, app::App, schema, sight::{Sight, Walls}};
use domain::Label;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A dashboard to begin with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DashboardTemplate {
    /// machine name
    pub key: String,
    /// for people
    #[schema(value_type = schema::Label)]
    pub name: Label,
    /// whom it is for
    #[schema(value_type = schema::Label)]
    pub about: Label,
    /// its tiles
    pub tiles: Vec<Tile>,
}

fn who(pairs: &[(&str, &str)]) -> Who {
    pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()
}

fn tile(id: &str, width: u8, show: Show) -> Tile {
    Tile { id: id.to_owned(), title: None, width, who: Who::new(), show }
}

fn number(id: &str, measure: Measure, back: Back) -> Tile {
    tile(id, 1, Show::Number { measure, back, goal: None })
}

fn bar(by: &str, measure: Measure) -> Show {
    Show::Bar { by: by.to_owned(), measure, limit: 10 }
}

fn all() -> Vec<DashboardTemplate> {
    let template = |key: &str, name: (&str, &str), about: (&str, &str), tiles: Vec<Tile>| DashboardTemplate {
        key: key.to_owned(),
        name: Label::new(name.0, name.1),
        about: Label::new(about.0, about.1),
        tiles,
    };
    let columns = |keys: &[&str]| keys.iter().map(|k| (*k).to_owned()).collect::<Vec<_>>();
    let titled = |t: Tile, zh: &str, en: &str| Tile { title: Some(Label::new(zh, en)), ..t };
    vec![
        template("owner", ("老板的十分钟", "Owner's ten minutes"), ("每周看一次：多少客户、多少钱、谁要走了", "once a week: how many, how much, and who is about to leave"), vec![
            number("customers", Measure::count(), Back::Month),
            number("net", Measure::sum("net_30d"), Back::Month),
            Tile { who: who(&[("rule", "orders >= 1")]), ..titled(number("buyers", Measure::count(), Back::Month), "买过的客户", "Customers who bought") },
            Tile { who: who(&[("class.lifecycle", "at_risk")]), ..number("risk", Measure::count(), Back::Month) },
            tile("trend", 2, Show::Trend { measure: Measure::count(), by: Some("class.lifecycle".to_owned()), step: Step::Month, points: 13, goal: None }),
            tile("moves", 2, Show::Flow { classification: "lifecycle".to_owned(), back: Back::Month, view: FlowView::Bands }),
            tile("value", 2, bar("class.rfm_8", Measure::sum("net"))),
            Tile { who: who(&[("class.lifecycle", "at_risk")]), ..titled(tile("calls", 2, Show::List { sort: "-net".to_owned(), columns: columns(&["net", "last_order_day", "recency_days"]), limit: 10 }), "先联系谁：将流失的大客户", "Whom to call first: the best who are at risk") },
        ]),
        template("retention", ("留存与复购", "Retention"), ("客户回来了没有，第二单来得快不快", "do they come back, and how soon is the second order"), vec![
            number("customers", Measure::count(), Back::Quarter),
            Tile { who: who(&[("rule", "orders >= 2")]), ..titled(number("again", Measure::count(), Back::Quarter), "买过两次以上", "Bought at least twice") },
            number("interval", Measure::mean("recency_days"), Back::Quarter),
            number("average", Measure::mean("average_order_net"), Back::Quarter),
            tile("retention", 4, Show::Cohort { of: CohortOf::Retention, months: 12 }),
            tile("repurchase", 4, Show::Cohort { of: CohortOf::Repurchase, months: 12 }),
            tile("moves", 4, Show::Flow { classification: "lifecycle".to_owned(), back: Back::Quarter, view: FlowView::Matrix }),
            tile("lifecycle", 4, Show::Trend { measure: Measure::count(), by: Some("class.lifecycle".to_owned()), step: Step::Month, points: 13, goal: None }),
        ]),
        template("rfm", ("RFM 分层", "RFM"), ("谁近、谁勤、谁舍得花钱，各有多少", "who bought lately, often and much, and how many they are"), vec![
            tile("people", 2, Show::Heat { x: "rfm_f".to_owned(), y: "rfm_r".to_owned(), measure: Measure::count() }),
            tile("money", 2, Show::Heat { x: "rfm_f".to_owned(), y: "rfm_r".to_owned(), measure: Measure::sum("net") }),
            tile("groups", 2, bar("class.rfm_11", Measure::count())),
            tile("table", 2, Show::Group { by: "class.rfm_11".to_owned(), measures: vec![Measure::sum("net"), Measure::mean("average_order_net"), Measure::mean("recency_days")], limit: 12 }),
            tile("net", 2, Show::Histogram { feature: "net".to_owned(), bins: None }),
            tile("orders", 2, Show::Histogram { feature: "orders".to_owned(), bins: None }),
            tile("moves", 4, Show::Flow { classification: "rfm_8".to_owned(), back: Back::Quarter, view: FlowView::Matrix }),
            tile("trend", 4, Show::Trend { measure: Measure::count(), by: Some("class.rfm_8".to_owned()), step: Step::Month, points: 13, goal: None }),
        ]),
    ]
}

/// Dashboards to begin with: their tiles over whatever is still defined and may be seen.
///
/// # Errors
/// When the store or the lake refuses.
pub async fn templates(app: &App, sight: Sight) -> Result<Vec<DashboardTemplate>> {
    let (walls, definitions) = (Walls::now(app, sight).await?, defined::current(app).await?);
    let mut all = all();
    all.iter_mut().for_each(|t| t.tiles.retain(|tile| super::tile::names(tile, &definitions, &walls).is_ok()));
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::Definitions;
    use domain::Currency;

    #[test]
    fn templates_name_what_ships() {
        let library = Definitions::library(Currency::CNY);
        for template in all() {
            super::super::tile::shape(&template.tiles).unwrap_or_else(|e| panic!("{}: {e}", template.key));
            for tile in &template.tiles {
                super::super::tile::names(tile, &library, &Walls::none()).unwrap_or_else(|e| panic!("{}/{}: {e}", template.key, tile.id));
            }
            let mut row = 0;
            for tile in &template.tiles {
                row = if row + tile.width > 4 { tile.width } else { row + tile.width };
            }
            assert_eq!(row, 4, "{} ends in a gap", template.key);
        }
    }
}
