//! What the product list knows and the lines do not say: category, brand and cost.

use super::{
    column::NONE,
    load::{NULL, Raw, recode, union},
    resolve::{BRAND, CATEGORY, COST, PRODUCT, QUANTITY},
};
use crate::{Product, Products, products};
use domain::feature::Field;

/// Category, brand and cost from the product list where the lines have none.
pub(super) fn complete(line: &mut [Raw], products: &Products, rows: usize, cost: bool, wanted: &impl Fn(Field) -> bool) {
    let product = std::mem::replace(&mut line[PRODUCT], Raw::Absent);
    if let Raw::Text(codes, names) = &product {
        let known: Vec<Option<&Product>> = names.iter().map(|n| products.get(n)).collect();
        if wanted(Field::Category) {
            fill(&mut line[CATEGORY], rows, codes, &known, |p| p.category.as_ref());
        }
        if wanted(Field::Brand) {
            fill(&mut line[BRAND], rows, codes, &known, |p| p.brand.as_ref());
        }
        if cost {
            let of = |i: usize| {
                let own = line[COST].whole(i);
                if own != NULL {
                    return own;
                }
                let piece = codes.get(i).and_then(|c| known.get(*c as usize)).copied().flatten().and_then(|p| p.cost);
                piece.and_then(|c| products::cost_of(c, line[QUANTITY].number(i))).unwrap_or(NULL)
            };
            line[COST] = Raw::Whole((0..rows).map(of).collect());
        }
    }
    line[PRODUCT] = product;
}

/// Fills the gaps of a text column with what is known of each row's product.
fn fill(
    column: &mut Raw,
    rows: usize,
    product: &[u32],
    known: &[Option<&Product>],
    get: impl Fn(&Product) -> Option<&String>,
) {
    let (mut codes, texts) = match std::mem::replace(column, Raw::Absent) {
        Raw::Text(codes, texts) => (codes, texts),
        _ => (vec![NONE; rows], Vec::new()),
    };
    let mut more: Vec<String> = known.iter().flatten().filter_map(|p| get(p)).cloned().collect();
    more.sort_unstable();
    more.dedup();
    let (all, maps) = union(&[&texts, &more]);
    recode(&mut codes, &maps[0]);
    let of_product: Vec<u32> = known
        .iter()
        .map(|p| p.and_then(&get).and_then(|t| all.binary_search(t).ok()).map_or(NONE, |c| c as u32))
        .collect();
    for (code, p) in codes.iter_mut().zip(product).filter(|(c, _)| **c == NONE) {
        *code = of_product.get(*p as usize).copied().unwrap_or(NONE);
    }
    *column = Raw::Text(codes, all);
}
