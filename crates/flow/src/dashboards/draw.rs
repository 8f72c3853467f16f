//! Every tile of a dashboard on one day, from one run: each filter is evaluated once, whatever the number of tiles that share it.

use super::{
    bins::bins,
    figure::{ColumnKind, Figure, FigureCell, FigureColumn, FigureProblem, FigureRow, Figures},
    groups::{Group, Groups, groups},
    over_time,
    reckon::Reckoner,
    series::Ground,
    tile::{Back, Measure, Show, Tile, Who, narrowed},
    between, became,
};
use crate::{
    Error, Result,
    analysis::{Known, Picture, customers::{self, Filter}, moment::Asked, overview::RunInfo},
    app::App,
    sight::{Sight, Walls},
};
use domain::{Day, Label, Value};
use lake::Bits;
use serde_json::json;
use std::{collections::BTreeMap, sync::Arc};

/// Groups along each side of a crossing.
const SIDE: usize = 12;

/// What a reader asks of a dashboard.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Reading {
    /// the day, and how it is known
    pub asked: Asked,
    /// compared with this day; absent: with what each tile says
    pub compare: Option<Day>,
    /// of whom: `segment`, `rule`, `tag`, `owner` and `class.<classification>`
    pub filter: Who,
}

impl Reading {
    /// The part of a query string that narrows a dashboard; whatever else stands there counts for nothing.
    pub fn narrowing(parameters: &BTreeMap<String, String>) -> Who {
        let known = |k: &str| ["segment", "rule", "tag", "owner"].contains(&k) || k.starts_with("class.");
        parameters.iter().filter(|(k, v)| known(k) && !v.trim().is_empty()).map(|(k, v)| (k.clone(), v.clone())).collect()
    }
}

/// All that the tiles share.
pub(super) struct Desk<'a> {
    pub(super) app: &'a Arc<App>,
    pub(super) sight: Sight,
    pub(super) picture: Arc<Picture>,
    pub(super) reading: &'a Reading,
    pub(super) ground: Ground,
    sets: BTreeMap<Who, Arc<Bits>>,
}

impl Desk<'_> {
    pub(super) fn walls(&self) -> Walls {
        Walls::of(self.sight, &self.picture)
    }

    /// The reader's own filter and a tile's.
    pub(super) fn who(&self, tile: &Tile) -> Who {
        narrowed(&self.reading.filter, &tile.who)
    }

    /// Everybody who fulfils a filter.
    async fn set(&mut self, who: &Who) -> Result<Arc<Bits>> {
        if let Some(set) = self.sets.get(who) {
            return Ok(Arc::clone(set));
        }
        let set = Arc::new(customers::matching(self.app, self.sight, &self.picture, &Filter::of(who)?).await?);
        self.sets.insert(who.clone(), Arc::clone(&set));
        Ok(set)
    }

    /// The parameters of a list of this run: the day only where the reader named one, so that a link stays on the present.
    pub(super) fn open(&self, who: &Who) -> Who {
        self.reading.asked.as_of.map_or_else(|| who.clone(), |_| self.on(who, self.picture.as_of))
    }

    /// The parameters of a list on a day.
    pub(super) fn on(&self, who: &Who, day: Day) -> Who {
        let mut all = who.clone();
        all.insert("as_of".to_owned(), day.to_string());
        if self.picture.known == Known::Then {
            all.insert("known".to_owned(), "then".to_owned());
        }
        all
    }

    /// The day a tile compares with.
    pub(super) fn compare(&self, back: Back) -> Day {
        let day = self.picture.as_of;
        self.reading.compare.unwrap_or_else(|| match back {
            Back::Week => day.plus(-7),
            Back::Month => day.months_before(1),
            Back::Quarter => day.months_before(3),
            Back::Year => day.months_before(12),
        })
    }

    /// An empty figure of a tile.
    pub(super) fn blank(&self, tile: &Tile) -> Figure {
        Figure {
            tile: tile.id.clone(),
            title: tile.title.clone().unwrap_or_default(),
            as_of: self.picture.as_of,
            compare: None,
            n: 0,
            open: Who::new(),
            headline: None,
            goal: None,
            text: None,
            columns: Vec::new(),
            rows: Vec::new(),
            notes: Vec::new(),
            pending: 0,
            problem: None,
        }
    }
}

/// What the tiles say.
///
/// # Errors
/// What the reader's own filter does not fit; `dashboard.compare`; when the store or the lake refuses. What is wrong with one tile is
/// said in its place.
pub async fn figures(app: &Arc<App>, sight: Sight, tiles: &[Tile], reading: &Reading) -> Result<Figures> {
    let read = app.runs.read(app, reading.asked).await?;
    let picture = Arc::clone(&read.picture);
    if let Some(day) = reading.compare.filter(|day| *day >= picture.as_of) {
        return Err(Error::Invalid {
            code: "dashboard.compare",
            message: Label::new(format!("对比的日期要早于 {}", picture.as_of), format!("the day compared with is before {}", picture.as_of)),
            params: json!({ "compare": day, "as_of": picture.as_of }),
        });
    }
    let ground = Ground::of(app, sight, &picture, &reading.filter).await?;
    let mut desk = Desk { app, sight, picture: Arc::clone(&picture), reading, ground, sets: BTreeMap::new() };
    let matching = desk.set(&reading.filter).await?.count();
    over_time::prepare(&desk, tiles).await?;
    let mut items = Vec::with_capacity(tiles.len());
    for tile in tiles {
        // people write titles, names of goals and texts
        let mut tile = tile.clone();
        tile.words().for_each(|words| *words = super::masked(sight, std::mem::take(words)));
        let mut figure = match one(&mut desk, &tile).await {
            Ok(figure) => figure,
            Err(e) => Figure { title: tile.title.clone().unwrap_or_else(|| what(&tile)), problem: Some(problem(&e)?), ..desk.blank(&tile) },
        };
        // with names people gave to classes and segments
        figure.title = super::masked(sight, figure.title);
        items.push(figure);
    }
    Ok(Figures {
        as_of: picture.as_of,
        today: app.today(),
        known: picture.known,
        compare: reading.compare,
        run: RunInfo::of(&read),
        customers: picture.total(),
        matching,
        pending: items.iter().map(|f: &Figure| f.pending).sum(),
        items,
    })
}

/// What is wrong with one tile; what is wrong with the house is wrong with all.
fn problem(e: &Error) -> Result<FigureProblem> {
    let code = match e {
        Error::NotFound { noun, key } => {
            return Ok(FigureProblem { code: format!("{noun}.not_found"), message: Label::new(format!("{key} 已不存在，请修改或删除这张卡片"), format!("{key} is no more; change this tile or take it away")) });
        }
        Error::Invalid { code, .. } | Error::Conflict { code, .. } | Error::Denied { code, .. } => (*code).to_owned(),
        Error::Rule(e) => e.code.as_str().to_owned(),
        other => return Err(Error::Internal(other.to_string())),
    };
    Ok(FigureProblem { code, message: e.message() })
}

/// What a tile is, where nothing of it can be named.
fn what(tile: &Tile) -> Label {
    match &tile.show {
        Show::Number { .. } => Label::new("数字", "Number"),
        Show::Trend { .. } => Label::new("走势", "Trend"),
        Show::Bar { .. } => Label::new("条形图", "Bars"),
        Show::Histogram { .. } => Label::new("分布", "Distribution"),
        Show::Text { .. } => Label::new("说明", "Note"),
        Show::Heat { .. } => Label::new("热力图", "Heat map"),
        Show::Flow { .. } => Label::new("流动", "Moves"),
        Show::Cohort { .. } => Label::new("同期群", "Cohorts"),
        Show::List { .. } => Label::new("客户列表", "Customers"),
        Show::Group { .. } => Label::new("分组表", "Groups"),
    }
}

async fn one(desk: &mut Desk<'_>, tile: &Tile) -> Result<Figure> {
    let who = desk.who(tile);
    let set = desk.set(&who).await?;
    let mut figure = match &tile.show {
        Show::Number { measure, back, .. } => over_time::number(desk, tile, &who, &set, measure, *back)?,
        Show::Trend { measure, by, step, points, .. } => over_time::trend(desk, tile, &who, measure, by.as_deref(), *step, *points)?,
        Show::Bar { by, measure, limit } => table(desk, tile, &who, &set, Split::By(by.clone(), *limit as usize), std::slice::from_ref(measure)).await?,
        Show::Group { by, measures, limit } => table(desk, tile, &who, &set, Split::By(by.clone(), *limit as usize), measures).await?,
        Show::Histogram { feature, bins } => table(desk, tile, &who, &set, Split::Bins(feature.clone(), *bins), &[Measure::count()]).await?,
        Show::Text { text } => written(desk, tile, text),
        Show::Heat { x, y, measure } => heat(desk, tile, &who, &set, [x, y], measure).await?,
        Show::Flow { classification, back, .. } => between::flow(desk, tile, &who, &set, classification, *back).await?,
        Show::Cohort { of, months } => became::cohort(desk, tile, &who, &set, *of, *months).await?,
        Show::List { sort, columns, limit } => list(desk, tile, &set, sort, columns, *limit).await?,
    };
    figure.n = set.count();
    figure.open = desk.open(&who);
    figure.title = match &tile.title {
        Some(title) => title.clone(),
        None => of_whom(desk, tile, figure.title),
    };
    Ok(figure)
}

/// A title that says of whom, where a tile is about some.
fn of_whom(desk: &Desk<'_>, tile: &Tile, title: Label) -> Label {
    let all = &desk.picture.definitions;
    let name = |(key, value): (&String, &String)| match key.as_str() {
        "segment" => all.segment(value).map(|s| s.label.clone()),
        "rule" => Some(Label::new("按规则", "by rule")),
        class => all.classification(class.strip_prefix("class.")?).map(|c| c.class_label(value)),
    };
    tile.who.iter().filter_map(name).fold(title, |t, n| Label::new(format!("{} · {}", t.zh, n.zh), format!("{} · {}", t.en, n.en)))
}

fn note_of(left_out: usize) -> Option<Label> {
    let n = domain::rule::grouped(&left_out.to_string());
    (left_out > 0).then(|| Label::new(format!("另有 {n} 个取值未列出"), format!("{n} more values are not listed")))
}

/// What somebody wrote, as a figure: a table of one cell.
fn written(desk: &Desk<'_>, tile: &Tile, text: &Label) -> Figure {
    let mut figure = desk.blank(tile);
    figure.columns.push(FigureColumn::new("text", what(tile), ColumnKind::Text));
    figure.rows.push(FigureRow::new("text", vec![FigureCell { label: Some(text.clone()), ..FigureCell::default() }]));
    figure.text = Some(text.clone());
    figure.title = what(tile);
    figure
}

/// What the rows of a table are.
enum Split {
    /// the groups of a dimension, at most so many
    By(String, usize),
    /// the bins of a feature, about so many
    Bins(String, Option<u32>),
}

/// A row a group: customers, their share, and each measure.
async fn table(desk: &Desk<'_>, tile: &Tile, who: &Who, set: &Arc<Bits>, split: Split, measures: &[Measure]) -> Result<Figure> {
    let (picture, walls, set) = (Arc::clone(&desk.picture), desk.walls(), Arc::clone(set));
    let reckoners: Vec<Reckoner> = measures.iter().map(|m| Reckoner::new(&picture, &walls, m)).collect::<Result<_>>()?;
    let mut figure = desk.blank(tile);
    let base = desk.open(who);
    let (currency, bar) = (desk.app.settings().currency, matches!(tile.show, Show::Bar { .. }));
    let work = move || -> Result<Figure> {
        let (Groups { label, all, left_out, apart }, how) = match &split {
            Split::By(by, limit) => (groups(&picture, &walls, &set, by, *limit)?, None),
            Split::Bins(feature, wanted) => bins(&picture, &walls, &set, feature, *wanted, currency)?,
        };
        let whole = set.count();
        figure.columns = vec![FigureColumn::new("group", label.clone(), ColumnKind::Text), FigureColumn::new("customers", Label::new("客户数", "Customers"), ColumnKind::Int), FigureColumn::new("share", Label::new("占比", "Share"), ColumnKind::Share)];
        let shown: Vec<&Reckoner> = reckoners.iter().filter(|r| r.kind != ColumnKind::Int || r.label.en != "Customers").collect();
        for (i, r) in shown.iter().enumerate() {
            figure.columns.push(FigureColumn::new(format!("m{i}"), r.label.clone(), r.kind).unit(r.unit.clone()));
        }
        let row = |g: &Group| {
            let open = narrowed(&base, &g.filter);
            let count = FigureCell::count(g.who.count(), open.clone()).of_whole(whole);
            let share = FigureCell::of(count.share.map_or(Value::Null, Value::Number));
            let measured = shown.iter().map(|r| r.cell(&picture, &g.who, &open));
            let cells = [FigureCell::named(&g.key, g.label.clone()), count, share].into_iter().chain(measured).collect();
            FigureRow { filter: Some(g.filter.clone()), ..FigureRow::new(g.key.clone(), cells) }
        };
        figure.rows = all.iter().map(row).collect();
        if bar && let Some(place) = figure.columns.iter().position(|c| c.key == "m0") {
            let number = |r: &FigureRow| r.cells.get(place).and_then(|c| c.value.as_f64()).unwrap_or(f64::NEG_INFINITY);
            if matches!(&split, Split::By(by, _) if !by.starts_with("class.")) {
                figure.rows.sort_by(|a, b| number(b).total_cmp(&number(a)));
            }
        }
        figure.notes.extend(how);
        figure.notes.extend(note_of(left_out));
        if !apart {
            figure.notes.push(Label::new("一位客户可以在多个人群里，占比相加可能超过 100%", "a customer may be in several segments; the shares may add up to more than 100 %"));
        }
        figure.title = match reckoners.first().filter(|_| bar) {
            _ if matches!(split, Split::Bins(..)) => Label::new(format!("{}的分布", label.zh), format!("Distribution of {}", label.en)),
            Some(r) => Label::new(format!("{} · 按{}", r.label.zh, label.zh), format!("{} by {}", r.label.en, label.en)),
            None => Label::new(format!("按{}分组", label.zh), format!("By {}", label.en)),
        };
        Ok(figure)
    };
    tokio::task::spawn_blocking(work).await?
}

/// Two dimensions crossed.
async fn heat(desk: &Desk<'_>, tile: &Tile, who: &Who, set: &Arc<Bits>, [x, y]: [&String; 2], measure: &Measure) -> Result<Figure> {
    let (picture, walls, set) = (Arc::clone(&desk.picture), desk.walls(), Arc::clone(set));
    let reckoner = Reckoner::new(&picture, &walls, measure)?;
    let mut figure = desk.blank(tile);
    let base = desk.open(who);
    let (x, y) = (x.clone(), y.clone());
    let work = move || -> Result<Figure> {
        let across = groups(&picture, &walls, &set, &x, SIDE)?;
        let mut down = groups(&picture, &walls, &set, &y, SIDE)?;
        // scores grow upwards, as on a chart
        if picture.column(&y).is_some_and(|c| matches!(c.data(), lake::Data::Int(_))) {
            down.all.reverse();
        }
        let whole = set.count();
        let both = Label::new(format!("{} ＼ {}", down.label.zh, across.label.zh), format!("{} \\ {}", down.label.en, across.label.en));
        figure.columns.push(FigureColumn::new("group", both, ColumnKind::Text));
        for g in &across.all {
            figure.columns.push(FigureColumn { filter: Some(g.filter.clone()), ..FigureColumn::new(g.key.clone(), g.label.clone(), reckoner.kind).unit(reckoner.unit.clone()) });
        }
        for g in &down.all {
            let mut cells = vec![FigureCell::named(&g.key, g.label.clone())];
            for other in &across.all {
                let mut in_both = g.who.clone();
                in_both.and(&other.who);
                let open = narrowed(&narrowed(&base, &g.filter), &other.filter);
                let cell = reckoner.cell(&picture, &in_both, &open);
                let share = (whole > 0).then(|| in_both.count() as f64 / whole as f64);
                cells.push(FigureCell { share, ..cell });
            }
            figure.rows.push(FigureRow { filter: Some(g.filter.clone()), ..FigureRow::new(g.key.clone(), cells) });
        }
        figure.notes.extend(note_of(across.left_out.max(down.left_out)));
        figure.title = Label::new(format!("{} · {} × {}", reckoner.label.zh, down.label.zh, across.label.zh), format!("{}: {} × {}", reckoner.label.en, down.label.en, across.label.en));
        Ok(figure)
    };
    tokio::task::spawn_blocking(work).await?
}

/// The first customers of an order.
async fn list(desk: &Desk<'_>, tile: &Tile, set: &Bits, sort: &str, columns: &[String], limit: u32) -> Result<Figure> {
    let picture = &desk.picture;
    let sort = customers::Sort::parse(sort);
    let keys = customers::page(desk.sight, picture, set, &sort, 0, limit as usize)?;
    let columns = customers::columns(desk.sight, picture, Some(columns))?;
    let items = customers::items(desk.app, desk.sight, picture, &keys, &columns).await?;
    let all = &picture.definitions;
    let mut figure = desk.blank(tile);
    figure.columns.push(FigureColumn::new("customer", Label::new("客户", "Customer"), ColumnKind::Text));
    for key in &columns {
        let class = key.strip_prefix("class.").and_then(|c| all.classification(c));
        figure.columns.extend(match (class, all.feature(key)) {
            (Some(c), _) => Some(FigureColumn::new(key.clone(), c.label.clone(), ColumnKind::Text)),
            (None, Some(f)) => Some(FigureColumn::new(key.clone(), f.label.clone(), f.value.into()).unit(f.unit.clone())),
            (None, None) => None,
        });
    }
    for item in items {
        let name = item.name.or(item.external_id).or(item.phone).unwrap_or_else(|| item.id.clone());
        let cell = |key: &String| match key.strip_prefix("class.") {
            Some(class) => item.classes.get(class).map_or_else(FigureCell::default, |n| FigureCell::named(&n.key, n.label.clone())),
            None => {
                let value = item.values.get(key.as_str()).cloned().unwrap_or_default();
                let label = value.as_text().and_then(|t| domain::feature::value_label(key, t));
                FigureCell { label, ..FigureCell::of(value) }
            }
        };
        let cells = [FigureCell::of(Value::Text(name))].into_iter().chain(columns.iter().map(cell)).collect();
        figure.rows.push(FigureRow { customer: Some(item.id.clone()), ..FigureRow::new(item.id.clone(), cells) });
    }
    let label = all.feature(&sort.key).map(|f| f.label.clone()).unwrap_or_default();
    let n = figure.rows.len();
    figure.title = match sort.descending {
        true => Label::new(format!("{}最高的 {n} 位客户", label.zh), format!("{n} customers with the highest {}", label.en)),
        false => Label::new(format!("{}最低的 {n} 位客户", label.zh), format!("{n} customers with the lowest {}", label.en)),
    };
    Ok(figure)
}

impl From<domain::ValueType> for ColumnKind {
    fn from(ty: domain::ValueType) -> ColumnKind {
        use domain::ValueType as V;
        match ty {
            V::Bool => ColumnKind::Bool,
            V::Int => ColumnKind::Int,
            V::Number => ColumnKind::Number,
            V::Money => ColumnKind::Money,
            V::Text => ColumnKind::Text,
            V::Day => ColumnKind::Day,
        }
    }
}
