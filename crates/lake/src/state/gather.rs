//! From files to facts: loads what is wanted and lays it out by kind and customer.

use super::{
    Bits,
    facts::{CHUNK, Chunk, FactTable, Facts, Slot, Wanted, put, slot},
    load::{Layout, Raw, Rows as Which},
    resolve::Rows,
};
use crate::{Lake, Result};
use domain::{
    Day,
    clock::Instant,
    feature::{FactKind, Field},
    table::Table,
};
use rayon::prelude::*;
use std::sync::Arc;

/// Whose facts, as of when, as known when.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scope {
    pub(super) customers: u32,
    pub(super) as_of: Day,
    pub(super) known: Instant,
}

impl Facts {
    /// Loads the facts wanted.
    pub(super) fn load(lake: &Lake, scope: Scope, wanted: &Wanted) -> Result<Facts> {
        let purchases = [FactKind::Orders, FactKind::AllOrders, FactKind::Lines, FactKind::Refunds];
        let (bought, (seen, answered)) = rayon::join(
            || -> Result<([FactTable; 4], Option<Bits>)> {
                if !purchases.iter().any(|k| wanted.has_kind(*k)) {
                    return Ok(Default::default());
                }
                Rows::tables(lake, scope, wanted)
            },
            || {
                rayon::join(
                    || events(lake, scope, FactKind::Interactions, wanted),
                    || events(lake, scope, FactKind::Answers, wanted),
                )
            },
        );
        let ([orders, all_orders, lines, refunds], bought_later) = bought?;
        let ((interactions, seen_later), (answers, answered_later)) = (seen?, answered?);
        let later = [bought_later, seen_later, answered_later].into_iter().fold(None, either);
        Ok(Facts { wanted: wanted.clone(), orders, all_orders, lines, refunds, interactions, answers, later })
    }
}

/// Those in either.
pub(super) fn either(a: Option<Bits>, b: Option<Bits>) -> Option<Bits> {
    match (a, b) {
        (Some(mut a), Some(b)) => {
            a.or(&b);
            Some(a)
        }
        (a, b) => a.or(b),
    }
}

/// Interactions or answers, earliest first, of equal instants the earlier row; and who has some after the day.
fn events(lake: &Lake, scope: Scope, kind: FactKind, wanted: &Wanted) -> Result<(FactTable, Option<Bits>)> {
    if !wanted.has_kind(kind) {
        return Ok(Default::default());
    }
    let (table, named) = match kind {
        FactKind::Answers => (Table::Answers, "question"),
        _ => (Table::Interactions, "kind"),
    };
    let has = |field| wanted.has(kind, field);
    let layout = Layout::new(lake, table, Which::Seen, scope)?;
    let columns = [
        ("at", true),
        ("day", true),
        (named, has(Field::Kind)),
        ("channel", has(Field::Channel)),
        ("score", has(Field::Score)),
    ];
    let raw = layout.load(&columns)?;
    let [at, day, kinds, channels, scores] = raw.as_slice() else { return Ok(Default::default()) };
    let (Slot::Text(kind_slot), Slot::Text(channel_slot), Slot::Number(score_slot)) =
        (slot(Field::Kind), slot(Field::Channel), slot(Field::Score))
    else {
        return Ok(Default::default());
    };

    let starts: Vec<usize> = (0..scope.customers as usize).step_by(CHUNK).collect();
    let chunks = starts
        .into_par_iter()
        .map_init(Vec::new, |order: &mut Vec<usize>, from| {
            let mut chunk = Chunk::begin(kind);
            for customer in from..(scope.customers as usize).min(from + CHUNK) {
                order.clear();
                order.extend(layout.of(customer));
                if !order.is_sorted_by_key(|i| at.whole(*i)) {
                    order.sort_by_key(|i| at.whole(*i));
                }
                for i in order.iter().copied() {
                    chunk.day.push(day.day(i));
                    put(&mut chunk.text[kind_slot], has(Field::Kind), kinds.code(i));
                    put(&mut chunk.text[channel_slot], has(Field::Channel), channels.code(i));
                    put(&mut chunk.number[score_slot], has(Field::Score), scores.number(i));
                }
                chunk.end_customer();
            }
            chunk.shrink();
            chunk
        })
        .collect();
    let mut facts = FactTable { chunks, ..FactTable::default() };
    for (place, raw) in [(kind_slot, kinds), (channel_slot, channels)] {
        if let Raw::Text(_, texts) = raw {
            facts.texts[place] = Arc::new(texts.clone());
        }
    }
    Ok((facts, layout.later))
}
