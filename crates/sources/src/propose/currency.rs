//! Which currency a file reckons in: what its currency column says, else the signs beside its amounts.

use crate::{
    infer::Sample,
    mapping::{Column, Mapping},
    target::Target,
    value::{Cell, currency},
};
use domain::{Currency, ValueType};
use std::collections::BTreeMap;

/// The currency named most often; `None` if the file names none. A sign of several currencies means the reporting currency
/// if it can.
pub(super) fn of_sample(sample: &Sample, mapping: &Mapping) -> Option<Currency> {
    let home = mapping.currency;
    let column = mapping.columns.iter().find(|c| c.target == Target::OrderCurrency);
    if let Some(found) = column.and_then(|c| most(cells(sample, c).filter_map(|cell| currency::named(&cell.shown(), home)))) {
        return Some(found);
    }
    let amounts = mapping.columns.iter().filter(|c| c.target.value_type().or(c.value_type) == Some(ValueType::Money));
    most(amounts.flat_map(|c| cells(sample, c)).filter_map(|cell| if let Cell::Text(t) = cell { currency::of_amount(t, home) } else { None }))
}

fn cells<'s>(sample: &'s Sample, column: &Column) -> impl Iterator<Item = &'s Cell<'static>> {
    let index = column.index;
    sample.rows.iter().filter_map(move |(_, r)| r.get(index)).filter(|c| !c.is_missing())
}

fn most(named: impl Iterator<Item = Currency>) -> Option<Currency> {
    let mut counts: BTreeMap<Currency, usize> = BTreeMap::new();
    for currency in named {
        *counts.entry(currency).or_default() += 1;
    }
    counts.into_iter().max_by_key(|(currency, n)| (*n, std::cmp::Reverse(*currency))).map(|(currency, _)| currency)
}
