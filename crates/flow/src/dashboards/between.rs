//! Who moved between the classes of a classification: of those there are on the second day, where each was on the first.

use super::{
    draw::Desk,
    figure::{ColumnKind, Figure, FigureCell, FigureColumn, FigureRow},
    tile::{Back, Tile, Who, narrowed},
};
use crate::{Error, Result, analysis::flow_between::NOT_YET, sight::Walls};
use domain::{Label, rule::grouped};
use lake::Bits;
use std::{collections::BTreeMap, sync::Arc};

fn one(key: String, value: String) -> Who {
    BTreeMap::from([(key, value)])
}

/// A row a class before, a column a class after.
pub(super) async fn flow(desk: &Desk<'_>, tile: &Tile, who: &Who, set: &Arc<Bits>, key: &str, back: Back) -> Result<Figure> {
    let after = Arc::clone(&desk.picture);
    let day = desk.compare(back);
    desk.walls().ask(&format!("class.{key}"))?;
    let missing = || Error::not_found("classification", key);
    after.definitions.classification(key).ok_or_else(missing)?;
    let before = desk.app.runs.beside(desk.app, after.manner(), day).await?;
    Walls::of(desk.sight, &before).ask(&format!("class.{key}"))?;
    let (mut figure, base, set, key) = (desk.blank(tile), desk.open(who), Arc::clone(set), key.to_owned());
    let work = move || -> Result<Figure> {
        let missing = || Error::not_found("classification", key.as_str());
        let definition = after.definitions.classification(&key).ok_or_else(missing)?;
        let (old, new) = (before.classes(&key).ok_or_else(missing)?, after.classes(&key).ok_or_else(missing)?);
        let mut moved: BTreeMap<(Option<&String>, &String), u64> = BTreeMap::new();
        for i in set.iter() {
            let from = old.codes().get(i).and_then(|c| old.keys().get(*c as usize));
            let Some(to) = new.codes().get(i).and_then(|c| new.keys().get(*c as usize)) else { continue };
            *moved.entry((from, to)).or_default() += 1;
        }
        let mut keys: Vec<&String> = Vec::new();
        for key in new.keys().iter().chain(old.keys()) {
            if !keys.contains(&key) {
                keys.push(key);
            }
        }
        let held = |k: &&String| moved.iter().any(|((from, to), _)| from.as_ref() == Some(k) || to == k);
        let keys: Vec<&String> = keys.into_iter().filter(held).collect();
        let was = |from: &str| one(format!("was.{key}"), format!("{from}@{}", before.as_of));
        let total = |label: (&str, &str)| Label::new(label.0, label.1);
        figure.columns.push(FigureColumn::new("group", Label::new(format!("{} → {}", before.as_of, after.as_of), format!("{} → {}", before.as_of, after.as_of)), ColumnKind::Text));
        for to in &keys {
            let filter = Some(one(format!("class.{key}"), (*to).clone()));
            figure.columns.push(FigureColumn { filter, ..FigureColumn::new((*to).clone(), definition.class_label(to), ColumnKind::Int) });
        }
        figure.columns.push(FigureColumn { total: true, ..FigureColumn::new("total", Label::new(format!("{} 合计", before.as_of), format!("Total {}", before.as_of)), ColumnKind::Int) });
        for from in [None].into_iter().chain(keys.iter().map(|k| Some(*k))) {
            let n_of = |to: &String| moved.get(&(from, to)).copied().unwrap_or(0);
            let whole: u64 = keys.iter().map(|to| n_of(to)).sum();
            if whole == 0 {
                continue;
            }
            let (name, label) = match from {
                Some(k) => (k.as_str(), definition.class_label(k)),
                None => (NOT_YET, Label::new("还不是客户", "Not a customer yet")),
            };
            let open = narrowed(&base, &was(name));
            let cell = |to: &&String| FigureCell::count(n_of(to), narrowed(&open, &one(format!("class.{key}"), (*to).clone()))).of_whole(whole);
            let cells = [FigureCell::named(name, label)].into_iter().chain(keys.iter().map(cell)).chain([FigureCell::count(whole, open.clone()).of_whole(whole)]).collect();
            figure.rows.push(FigureRow::new(name, cells));
        }
        let all: u64 = moved.values().sum();
        let column = |to: &&String| {
            let n = moved.iter().filter(|((_, t), _)| t == to).map(|(_, n)| n).sum();
            FigureCell::count(n, narrowed(&base, &one(format!("class.{key}"), (*to).clone()))).of_whole(all)
        };
        let cells = [FigureCell::named("total", total((&format!("{} 合计", after.as_of), &format!("Total {}", after.as_of))))].into_iter().chain(keys.iter().map(column)).chain([FigureCell::count(all, base.clone()).of_whole(all)]).collect();
        figure.rows.push(FigureRow { total: true, ..FigureRow::new("total", cells) });
        let same: u64 = moved.iter().filter(|((from, to), _)| from.as_ref() == Some(to)).map(|(_, n)| n).sum();
        let came: u64 = moved.iter().filter(|((from, _), _)| from.is_none()).map(|(_, n)| n).sum();
        let changed = all - same - came;
        let [came, changed, same] = [came, changed, same].map(|n| grouped(&n.to_string()));
        figure.notes.push(Label::new(format!("新来 {came} 位，换了类别 {changed} 位，没有变 {same} 位"), format!("{came} came, {changed} changed class, {same} stayed")));
        figure.compare = Some(before.as_of);
        figure.title = Label::new(format!("{}的流动", definition.label.zh), format!("Moves between classes: {}", definition.label.en));
        Ok(figure)
    };
    tokio::task::spawn_blocking(work).await?
}
