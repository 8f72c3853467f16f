//! What the product list knows and the lines do not say: category, brand and cost.

use super::{
    coder::recode,
    column::{NONE, Texts},
    facts::Wanted,
    load::{NULL, Raw},
    purchases::Union,
    resolve::{BRAND, CATEGORY, COST, PRODUCT, QUANTITY},
};
use crate::{Product, Products, products};
use domain::feature::{FactKind, Field};
use std::sync::Arc;

/// Category, brand and cost from the product list where the lines have none.
pub(super) struct Completer<'a> {
    products: &'a Products,
    cost: bool,
    fills: Vec<Fill>,
    /// the product numbers of the lines, and what is known of each
    names: Texts,
    known: Vec<Option<&'a Product>>,
}

/// A text column of the lines that products fill.
struct Fill {
    place: usize,
    get: fn(&Product) -> Option<&String>,
    /// the texts of the products that occur, and each product's place among them
    texts: Texts,
    of_product: Vec<u32>,
    union: Union,
}

impl<'a> Completer<'a> {
    pub(super) fn new(products: &'a Products, wanted: &Wanted) -> Completer<'a> {
        let cost = |kind| wanted.has(kind, Field::Cost);
        let fill = |place, get| Fill {
            place,
            get,
            texts: Texts::default(),
            of_product: Vec::new(),
            union: Union::default(),
        };
        let mut fills = Vec::new();
        if wanted.has(FactKind::Lines, Field::Category) {
            fills.push(fill(CATEGORY, |p: &Product| p.category.as_ref()));
        }
        if wanted.has(FactKind::Lines, Field::Brand) {
            fills.push(fill(BRAND, |p: &Product| p.brand.as_ref()));
        }
        let cost = cost(FactKind::Lines) || cost(FactKind::Orders) || cost(FactKind::AllOrders);
        Completer { products, cost, fills, names: Texts::default(), known: Vec::new() }
    }

    /// Completes the columns of so many lines.
    pub(super) fn complete(&mut self, line: &mut [Raw], rows: usize) {
        if self.products.is_empty() {
            return;
        }
        let product = std::mem::replace(&mut line[PRODUCT], Raw::Absent);
        if let Raw::Text(codes, names) = &product {
            if !Arc::ptr_eq(&self.names, names) {
                self.names = names.clone();
                self.known = names.iter().map(|n| self.products.get(n)).collect();
                self.fills.iter_mut().for_each(|f| f.learn(&self.known));
            }
            for fill in &mut self.fills {
                fill.fill(&mut line[fill.place], rows, codes);
            }
            if self.cost {
                let of = |i: usize| {
                    let own = line[COST].whole(i);
                    if own != NULL {
                        return own;
                    }
                    let known = codes.get(i).and_then(|c| self.known.get(*c as usize)).copied().flatten();
                    let piece = known.and_then(|p| p.cost);
                    piece.and_then(|c| products::cost_of(c, line[QUANTITY].number(i))).unwrap_or(NULL)
                };
                line[COST] = Raw::Whole((0..rows).map(of).collect());
            }
        }
        line[PRODUCT] = product;
    }
}

impl Fill {
    fn learn(&mut self, known: &[Option<&Product>]) {
        let get = self.get;
        let mut texts: Vec<String> = known.iter().flatten().filter_map(|p| get(p)).cloned().collect();
        texts.sort_unstable();
        texts.dedup();
        let place = |p: &Option<&Product>| p.and_then(get).and_then(|t| texts.binary_search(t).ok());
        self.of_product = known.iter().map(|p| place(p).map_or(NONE, |c| c as u32)).collect();
        self.texts = Arc::new(texts);
    }

    /// Fills the gaps of a text column with what is known of each row's product.
    fn fill(&mut self, column: &mut Raw, rows: usize, product: &[u32]) {
        let (mut codes, texts) = match std::mem::replace(column, Raw::Absent) {
            Raw::Text(codes, texts) => (codes, texts),
            _ => (vec![NONE; rows], Texts::default()),
        };
        let (all, [of_own, of_texts]) = self.union.get(&texts, &self.texts);
        recode(&mut codes, of_own);
        for (code, p) in codes.iter_mut().zip(product).filter(|(c, _)| **c == NONE) {
            let place = self.of_product.get(*p as usize).copied().unwrap_or(NONE);
            *code = of_texts.get(place as usize).copied().unwrap_or(NONE);
        }
        *column = Raw::Text(codes, all.clone());
    }
}
