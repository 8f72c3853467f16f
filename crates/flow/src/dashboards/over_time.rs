//! Tiles that look back: a number and what it was, a trend.

use super::{
    draw::Desk,
    goal,
    figure::{ColumnKind, Figure, FigureCell, FigureColumn, FigureRow, Headline},
    reckon::{Reckoner, less},
    series::{self, Line, Point, Wanted},
    tile::{Back, Measure, Show, Tile, Who, narrowed},
};
use crate::{Result, analysis::trend::{Step, days}};
use domain::{Day, Label, Value};
use lake::Bits;
use std::{collections::BTreeMap, sync::Arc};

fn wanted(who: &Who, measure: &Measure, by: Option<&str>) -> Wanted {
    Wanted { who: who.clone(), measure: measure.clone(), by: by.map(str::to_owned) }
}

/// Sees to it that the days all tiles look back at are counted, each day once for all of them.
///
/// # Errors
/// When the store or the lake refuses.
pub(super) async fn prepare(desk: &Desk<'_>, tiles: &[Tile]) -> Result<()> {
    let (mut all, walls) = (Vec::new(), desk.walls());
    for tile in tiles {
        // what a reader may not see is not counted for them either
        if super::tile::names(tile, &desk.picture.definitions, &walls).is_err() {
            continue;
        }
        let who = desk.who(tile);
        match &tile.show {
            Show::Number { measure, back, .. } => all.push((desk.compare(*back), wanted(&who, measure, None))),
            Show::Trend { measure, by, step, points, .. } => {
                let wanted = wanted(&who, measure, by.as_deref());
                all.extend(days(desk.picture.as_of, *step, *points).into_iter().map(|day| (day, wanted.clone())));
            }
            _ => {}
        }
    }
    series::gather(desk.app, desk.sight, desk.ground, &all).await.map(|_| ())
}

/// Points of these days, and how many are missing.
fn found(desk: &Desk<'_>, days: &[Day], wanted: &Wanted) -> (Vec<(Day, Arc<Point>)>, u32) {
    let points: Vec<(Day, Arc<Point>)> = days.iter().filter_map(|day| Some((*day, desk.app.boards.find(desk.ground, *day, wanted)?))).collect();
    let missing = days.len() - points.len();
    (points, missing as u32)
}

/// One number, and how it changed.
pub(super) fn number(desk: &Desk<'_>, tile: &Tile, who: &Who, set: &Bits, measure: &Measure, back: Back) -> Result<Figure> {
    let reckoner = Reckoner::new(&desk.picture, &desk.walls(), measure)?;
    let now = reckoner.of(&desk.picture, set);
    let day = desk.compare(back);
    let (points, pending) = found(desk, &[day], &wanted(who, measure, None));
    let point = points.into_iter().next().map(|(_, p)| p);
    let before = point.as_ref().and_then(|p| p.lines.first()).map(|l| l.value.clone());
    let difference = before.as_ref().and_then(|b| less(&now.value, &b.value));
    let change = match (&difference, before.as_ref().and_then(|b| b.value.as_f64())) {
        (Some(d), Some(b)) if b != 0.0 => d.as_f64().map(|d| d / b.abs()),
        _ => None,
    };
    let open = reckoner.open(&desk.open(who), now.n, set.count());
    let mut figure = desk.blank(tile);
    figure.columns = vec![
        FigureColumn::new("day", Label::new("日期", "Day"), ColumnKind::Day),
        FigureColumn::new("value", reckoner.label.clone(), reckoner.kind).unit(reckoner.unit.clone()),
        FigureColumn::new("n", Label::new("客户数", "Customers"), ColumnKind::Int),
    ];
    let goal = tile.goal();
    if let Some(goal) = goal {
        figure.columns.push(goal::column(goal, reckoner.kind));
        figure.columns.push(FigureColumn::new("distance", Label::new("与目标相差", "Less the goal"), reckoner.kind));
    }
    let row = |day: Day, value: Value, n: u64, open: Who| {
        let against = goal.map(|g| goal::of(g, reckoner.kind, Some(&value)));
        let mut cells = vec![FigureCell::of(Value::Day(day)), FigureCell { value, n: Some(n), open: Some(open.clone()), ..FigureCell::default() }, FigureCell::count(n, open)];
        cells.extend(against.into_iter().flat_map(|g| [FigureCell::of(g.value), FigureCell::of(g.difference.unwrap_or_default())]));
        FigureRow::new(day.to_string(), cells)
    };
    figure.rows.push(row(desk.picture.as_of, now.value.clone(), now.n, open.clone()));
    if let (Some(b), Some(point)) = (&before, &point) {
        figure.rows.push(row(day, b.value.clone(), b.n, reckoner.open(&desk.on(who, day), b.n, point.n)));
    }
    figure.goal = goal.map(|g| goal::of(g, reckoner.kind, Some(&now.value)));
    figure.compare = Some(day);
    figure.pending = pending;
    figure.title = reckoner.label.clone();
    figure.headline = Some(Headline { now, before, difference, change, kind: reckoner.kind, unit: reckoner.unit, open });
    Ok(figure)
}

/// How something went over time.
pub(super) fn trend(desk: &Desk<'_>, tile: &Tile, who: &Who, measure: &Measure, by: Option<&str>, step: Step, points: u32) -> Result<Figure> {
    let walls = desk.walls();
    let reckoner = Reckoner::new(&desk.picture, &walls, measure)?;
    by.map_or(Ok(()), |by| walls.ask(by))?;
    let wanted = wanted(who, measure, by);
    let (points, pending) = found(desk, &days(desk.picture.as_of, step, points), &wanted);
    // the lines of the last day in their order, then those of earlier ones
    let mut lines: Vec<Line> = Vec::new();
    for line in points.iter().rev().flat_map(|(_, p)| &p.lines) {
        if !lines.iter().any(|l| l.key == line.key) {
            lines.push(line.clone());
        }
    }
    let mut figure = desk.blank(tile);
    figure.columns.push(FigureColumn::new("day", Label::new("日期", "Day"), ColumnKind::Day));
    for line in &lines {
        let filter = Some(line.filter.clone()).filter(|f| !f.is_empty());
        figure.columns.push(FigureColumn { filter, ..FigureColumn::new(line.key.clone(), line.label.clone(), reckoner.kind).unit(reckoner.unit.clone()) });
    }
    figure.columns.extend(tile.goal().map(|g| goal::column(g, reckoner.kind)));
    for (day, point) in &points {
        let by_key: BTreeMap<&str, &Line> = point.lines.iter().map(|l| (l.key.as_str(), l)).collect();
        let mut cells = vec![FigureCell::of(Value::Day(*day))];
        for line in &lines {
            let cell = match by_key.get(line.key.as_str()) {
                Some(l) => {
                    let open = reckoner.open(&narrowed(&desk.on(who, *day), &l.filter), l.value.n, l.size);
                    FigureCell { value: l.value.value.clone(), n: Some(l.value.n), open: Some(open), ..FigureCell::default() }
                }
                // nobody was in it that day
                None if reckoner.kind == ColumnKind::Int && reckoner.adds() => FigureCell::count(0, narrowed(&desk.on(who, *day), &line.filter)),
                None => FigureCell::default(),
            };
            cells.push(cell);
        }
        cells.extend(tile.goal().map(|g| FigureCell::of(goal::of(g, reckoner.kind, None).value)));
        figure.rows.push(FigureRow::new(day.to_string(), cells));
    }
    // of one line it is known how far the last day is from the goal
    let last = points.last().filter(|_| by.is_none()).and_then(|(_, p)| p.lines.first()).map(|l| &l.value.value);
    figure.goal = tile.goal().map(|g| goal::of(g, reckoner.kind, last));
    figure.pending = pending;
    let label = &reckoner.label;
    figure.title = match by.and_then(|by| super::groups::label(&desk.picture, by)) {
        Some(by) => Label::new(format!("{}走势 · 按{}", label.zh, by.zh), format!("{} over time by {}", label.en, by.en)),
        None => Label::new(format!("{}走势", label.zh), format!("{} over time", label.en)),
    };
    Ok(figure)
}
