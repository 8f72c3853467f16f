//! The product list: what a file of lines leaves out (category, brand, cost of goods) is taken from it.

use crate::{
    Lake, Result,
    read::{Texts, files_of},
};
use arrow::{
    array::{Array, AsArray},
    datatypes::{Int64Type, TimestampMicrosecondType},
};
use domain::{clock::Instant, fact::LineFact, table::Table};
use hashbrown::HashMap;

/// What is known of a product.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Product {
    /// name
    pub name: Option<String>,
    /// category
    pub category: Option<String>,
    /// brand
    pub brand: Option<String>,
    /// list price, minor units
    pub price: Option<i64>,
    /// cost of one piece, minor units
    pub cost: Option<i64>,
}

/// All products by number. Of several rows the latest learnt wins, field by field; of equal ones the later row.
#[derive(Debug, Clone, Default)]
pub struct Products(HashMap<String, Product>);

impl Products {
    /// The product of this number.
    pub fn get(&self, product: &str) -> Option<&Product> {
        self.0.get(product)
    }

    /// Number and data of each, in no particular order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Product)> {
        // any order: as it says
        self.0.iter().map(|(k, p)| (k.as_str(), p))
    }

    /// Is there none?
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Does the line lack something a product list may know?
    pub(crate) fn would_help(line: &LineFact) -> bool {
        line.category.is_none() || line.brand.is_none() || line.cost.is_none()
    }

    /// Fills what the line lacks.
    pub fn complete(&self, line: &mut LineFact) {
        let Some(p) = line.product.as_deref().and_then(|k| self.get(k)) else { return };
        if line.category.is_none() {
            line.category.clone_from(&p.category);
        }
        if line.brand.is_none() {
            line.brand.clone_from(&p.brand);
        }
        line.cost = line.cost.or_else(|| cost_of(p.cost?, line.quantity));
    }
}

/// Cost of so many pieces, half to even in minor units; `None` beyond what a float counts exactly.
pub(crate) fn cost_of(piece: i64, quantity: f64) -> Option<i64> {
    let exact = (1u64 << 53) as f64;
    let x = (piece as f64) * quantity;
    (x.is_finite() && x.abs() < exact).then(|| x.round_ties_even() as i64)
}

impl Lake {
    /// The product list as known at an instant.
    pub fn products(&self, known: Instant) -> Result<Products> {
        let columns = ["product", "recorded_at", "name", "category", "brand", "price", "cost"];
        let mut rows: Vec<(Instant, String, Product)> = Vec::new();
        for file in files_of(&self.snapshot().files, Table::Products) {
            self.reader().scan(file, &columns, |b| {
                let recorded = b[1].as_primitive::<TimestampMicrosecondType>();
                let text = |c: usize, i: usize| Texts::of(&b[c]).get(i).map(str::to_string);
                let money = |c: usize, i: usize| (!b[c].is_null(i)).then(|| b[c].as_primitive::<Int64Type>().value(i));
                for i in 0..recorded.len() {
                    let at = Instant(recorded.value(i));
                    if at <= known {
                        let product = Product {
                            name: text(2, i),
                            category: text(3, i),
                            brand: text(4, i),
                            price: money(5, i),
                            cost: money(6, i),
                        };
                        rows.push((at, text(0, i).unwrap_or_default(), product));
                    }
                }
                Ok(())
            })?;
        }
        rows.sort_by_key(|r| r.0);
        let mut all: HashMap<String, Product> = HashMap::new();
        for (_, key, p) in rows {
            let known = all.entry(key).or_default();
            known.name = p.name.or(known.name.take());
            known.category = p.category.or(known.category.take());
            known.brand = p.brand.or(known.brand.take());
            known.price = p.price.or(known.price);
            known.cost = p.cost.or(known.cost);
        }
        Ok(Products(all))
    }
}
