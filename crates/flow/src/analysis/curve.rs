//! The value curve: how much of all net the best customers bring (Lorenz curve from the top) and how uneven it is (Gini).

use super::moment::Asked;
use crate::{Result, app::App};
use domain::Day;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The curve over buyers, best first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Curve {
    /// the business day
    #[schema(value_type = String, format = Date)]
    pub as_of: Day,
    /// from (0, 0) to (1, 1)
    pub points: Vec<CurvePoint>,
    /// 0 = all equal, near 1 = one has all; absent without buyers
    pub gini: Option<f64>,
    /// how many buyers
    pub buyers: u64,
    /// share of net of the best 1, 5, 10 and 20 %
    pub top: Vec<TopShare>,
}

/// A point of the curve.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CurvePoint {
    /// of all buyers
    pub customers_share: f64,
    /// of all net
    pub net_share: f64,
    /// who they are: whoever has at least so much; absent where nobody is meant
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub best: Option<Best>,
}

/// What the best customers bring.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TopShare {
    /// of all buyers
    pub share: f64,
    /// of all net
    pub net_share: f64,
    /// who they are: whoever has at least so much
    pub best: Best,
}

/// The best buyers, those who equal the last of them included: buyers with at least this net.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Best {
    /// net of the last of them, minor units
    pub from: i64,
    /// buyers with at least that
    pub customers: u64,
    /// their net, minor units
    pub net: i64,
}

impl From<lake::Best> for Best {
    fn from(b: lake::Best) -> Best {
        Best { from: b.from, customers: b.customers, net: b.net }
    }
}

/// The value curve as of a day.
///
/// # Errors
/// When the store or the lake refuses.
pub async fn curve(app: &App, asked: Asked) -> Result<Curve> {
    let picture = app.runs.at(app, asked).await?;
    tokio::task::spawn_blocking(move || Ok(best_first(picture.as_of, &picture.run.curve(POINTS + 1)))).await?
}

/// At most so many steps are drawn.
const POINTS: usize = 100;

/// The lake's curve runs from the smallest customer upwards; people ask what the best bring.
fn best_first(as_of: Day, curve: &lake::Curve) -> Curve {
    let points = curve.points.iter().zip(&curve.above).rev().map(|((x, y), above)| CurvePoint {
        customers_share: 1.0 - x,
        net_share: 1.0 - y,
        best: above.map(Best::from),
    });
    let top = curve.top.iter().zip(&curve.best);
    let top = top.map(|((share, net_share), best)| TopShare { share: *share, net_share: *net_share, best: (*best).into() });
    Curve { as_of, points: points.collect(), gini: curve.gini, buyers: curve.buyers, top: top.collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_come_first() {
        let lake = lake::Curve {
            points: vec![(0.0, 0.0), (0.5, 0.25), (1.0, 1.0)],
            gini: Some(0.25),
            buyers: 2,
            top: vec![(0.2, 0.75)],
            above: vec![Some(lake::Best { from: 1, customers: 2, net: 4 }), Some(lake::Best { from: 3, customers: 1, net: 3 }), None],
            best: vec![lake::Best { from: 3, customers: 1, net: 3 }],
        };
        let points: Vec<(f64, f64)> = best_first(Day(0), &lake).points.iter().map(|p| (p.customers_share, p.net_share)).collect();
        assert_eq!(points, [(0.0, 0.0), (0.5, 0.75), (1.0, 1.0)]);
        let from: Vec<Option<i64>> = best_first(Day(0), &lake).points.iter().map(|p| p.best.map(|b| b.from)).collect();
        assert_eq!(from, [None, Some(3), Some(1)]);
    }
}
