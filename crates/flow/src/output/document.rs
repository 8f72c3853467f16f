//! Everything computed about a base as of a day, ready to be written: the customers with every feature and class, the
//! class summaries, the RFM board, the value curve, the cohorts, and what each column means.

use super::cell::{Cell, Column, Kind, Rows, Sheet};
use crate::{
    Result,
    analysis::{
        Picture,
        cohorts::{Cohorts, cohorts},
        curve::{Curve, curve},
        moment::Asked,
        overview::ClassificationSummary,
        rfm::{Rfm, Scoring, board},
    },
    app::App,
    ingest::Report,
};
use domain::{Currency, Day, Label, Lang};
use lake::Bits;
use std::sync::Arc;

/// Features and classes that stand first, in this order, in every format.
pub const FIRST: [&str; 13] = [
    "orders", "gross", "net", "first_order_day", "last_order_day", "recency_days", "average_order_net", "rfm_r", "rfm_f", "rfm_m", "rfm_8",
    "rfm_11", "lifecycle",
];
/// Months of cohorts in a document.
const MONTHS: u32 = 36;

/// A result.
pub struct Document {
    /// language of everything that is not a machine name
    pub lang: Lang,
    /// the business day
    pub as_of: Day,
    /// reporting currency
    pub currency: Currency,
    /// IANA name
    pub time_zone: String,
    /// one row a customer
    pub customers: Sheet,
    /// every classification with its classes
    pub classifications: Vec<ClassificationSummary>,
    /// the RFM board; absent when its features were taken away
    pub rfm: Option<Rfm>,
    /// the value curve
    pub curve: Curve,
    /// customers by month of their first order
    pub cohorts: Cohorts,
    /// sums over all customers
    pub totals: Totals,
    /// how the data came in, if it came in just now
    pub report: Option<Report>,
}

/// Sums over all customers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Totals {
    /// all customers
    pub customers: u64,
    /// with at least one valid order
    pub buyers: u64,
    /// valid orders
    pub orders: i64,
    /// net, minor units
    pub net: i64,
    /// paid before refunds, minor units
    pub gross: i64,
}

/// Computes a document of a run.
///
/// # Errors
/// When the store or the lake refuses.
pub async fn build(app: &App, picture: &Arc<Picture>, lang: Lang, report: Option<Report>) -> Result<Document> {
    let asked = Asked { as_of: Some(picture.as_of), known: picture.known };
    let overview = crate::analysis::overview::overview(app, crate::sight::Sight::Full, asked).await?;
    let settings = app.settings();
    let customers = customers(app, Arc::clone(picture), picture.everyone()).await?;
    Ok(Document {
        lang,
        as_of: picture.as_of,
        currency: settings.currency,
        time_zone: settings.zone.name().to_owned(),
        customers,
        classifications: overview.classifications,
        rfm: board(app, asked, None, Scoring::Quantile).await.ok(),
        curve: curve(app, asked).await?,
        cohorts: cohorts(app, asked, MONTHS).await?,
        totals: Totals {
            customers: overview.customers,
            buyers: overview.buyers,
            orders: overview.orders,
            net: overview.net,
            gross: overview.gross,
        },
        report,
    })
}

/// These customers with every feature and class, as a table.
///
/// # Errors
/// When the store refuses.
pub async fn customers(app: &App, picture: Arc<Picture>, who: &Bits) -> Result<Sheet> {
    let everyone: Vec<u32> = who.iter().map(|i| i as u32).collect();
    let names = names(app, picture.everyone().len()).await?;
    let digits = picture.currency.digits();
    let (columns, sources) = columns(&picture);
    Ok(Sheet { columns, rows: Box::new(Customers { picture, everyone, names, sources }), digits })
}

/// How the business calls each customer: the strongest identifier.
async fn names(app: &App, count: usize) -> Result<Vec<Box<str>>> {
    let mut names: Vec<Box<str>> = vec![Box::from(""); count];
    store::customer::each_identifier(&app.store, |_, value, key| {
        if let Some(slot) = names.get_mut(key.0 as usize) {
            if slot.is_empty() {
                *slot = value.into_boxed_str();
            }
        }
    })
    .await?;
    if names.iter().any(|n| n.is_empty()) {
        store::customer::each(&app.store, |c| {
            if let Some(slot) = names.get_mut(c.key.0 as usize) {
                if slot.is_empty() {
                    *slot = c.id.into_boxed_str();
                }
            }
        })
        .await?;
    }
    Ok(names)
}

/// Where a column's cells come from.
enum From {
    Name,
    Feature(String),
    Class(String),
}

fn columns(picture: &Picture) -> (Vec<Column>, Vec<From>) {
    let definitions = &picture.definitions;
    let id = Column {
        key: "customer_id".to_owned(),
        label: Label::new("客户编号", "Customer number"),
        description: Label::new("企业自己的客户编号；没有时用手机号、邮箱等", "The business's own number of the customer; a phone or e-mail where there is none"),
        unit: None,
        kind: Kind::Text,
    };
    let features = definitions.features().iter().filter(|f| picture.column(&f.key).is_some()).map(|f| {
        let column = Column { key: f.key.clone(), label: f.label.clone(), description: f.description.clone(), unit: f.unit.clone(), kind: f.value.into() };
        (column, From::Feature(f.key.clone()))
    });
    let classes = definitions.classifications().iter().filter(|c| picture.classes(&c.key).is_some()).map(|c| {
        let column = Column { key: c.key.clone(), label: c.label.clone(), description: c.description.clone(), unit: None, kind: Kind::Class };
        (column, From::Class(c.key.clone()))
    });
    let mut all: Vec<(Column, From)> = features.chain(classes).collect();
    all.sort_by_key(|(c, _)| FIRST.iter().position(|f| *f == c.key).unwrap_or(FIRST.len()));
    std::iter::once((id, From::Name)).chain(all).unzip()
}

struct Customers {
    picture: Arc<Picture>,
    everyone: Vec<u32>,
    names: Vec<Box<str>>,
    sources: Vec<From>,
}

impl Rows for Customers {
    fn count(&self) -> usize {
        self.everyone.len()
    }

    fn cell(&self, row: usize, column: usize) -> Cell<'_> {
        let (Some(customer), Some(source)) = (self.everyone.get(row), self.sources.get(column)) else { return Cell::Empty };
        let customer = *customer as usize;
        match source {
            From::Name => self.names.get(customer).map_or(Cell::Empty, |n| Cell::text(n)),
            From::Feature(key) => self.picture.column(key).map_or(Cell::Empty, |c| match c.text(customer) {
                Some(text) => Cell::text(text),
                None => Cell::of(c.value(customer)),
            }),
            From::Class(key) => self.picture.classes(key).and_then(|c| c.of(customer)).map_or(Cell::Empty, Cell::text),
        }
    }
}
