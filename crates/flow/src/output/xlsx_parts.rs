//! The sheets of a workbook behind the customers: class summaries, RFM table, charts, data dictionary, how the data came in.

use super::{
    cell::Cell,
    document::Document,
    xlsx::{Look, cell, failed, major},
};
use crate::{Result, analysis::overview::ClassSize};
use rust_xlsxwriter::{Chart, ChartType, Workbook, Worksheet};

/// Bars on a chart.
const BARS: usize = 15;

/// Writes a line of cells.
fn line(page: &mut Worksheet, row: u32, cells: Vec<Cell<'_>>, digits: u32, look: &Look) -> Result<()> {
    cells.into_iter().enumerate().try_for_each(|(i, c)| cell(page, row, i as u16, c, digits, look))
}

fn head(page: &mut Worksheet, row: u32, names: &[&str], look: &Look) -> Result<()> {
    for (i, name) in names.iter().enumerate() {
        page.write_string_with_format(row, i as u16, *name, &look.head).map_err(failed)?;
    }
    Ok(())
}

fn share(page: &mut Worksheet, row: u32, column: u16, value: f64, look: &Look) -> Result<()> {
    page.write_number_with_format(row, column, value, &look.share).map(|_| ()).map_err(failed)
}

/// Every classification and its classes, one row a class.
pub(super) fn classes(book: &mut Workbook, document: &Document) -> Result<()> {
    let (lang, digits) = (document.lang, document.currency.digits());
    let look = Look::new(digits);
    let page = book.add_worksheet();
    page.set_name(lang.pick("分类汇总", "classes")).map_err(failed)?;
    page.set_freeze_panes(1, 0).map_err(failed)?;
    let names = lang.pick(
        "classification,分类,class,客户类别,customers 客户数,share 占比,net 净消费额,net_share 净消费额占比,orders 订单数,median_recency 距上次下单天数（中位）",
        "classification,classification name,class,class name,customers,share,net,net_share,orders,median_recency",
    );
    head(page, 0, &names.split(',').collect::<Vec<_>>(), &look)?;
    for (i, width) in [22, 24, 22, 20, 12, 10, 16, 12, 12, 18].into_iter().enumerate() {
        page.set_column_width(i as u16, width).map_err(failed)?;
    }
    let mut row = 1;
    for c in &document.classifications {
        for k in &c.classes {
            let cells = vec![
                Cell::text(&c.key),
                Cell::text(c.label.get(lang)),
                Cell::text(&k.key),
                Cell::text(k.label.get(lang)),
                Cell::Int(k.customers as i64),
                Cell::Empty,
                Cell::Money(k.net),
                Cell::Empty,
                Cell::Int(k.orders),
                k.median_recency.map_or(Cell::Empty, Cell::Int),
            ];
            line(page, row, cells, digits, &look)?;
            share(page, row, 5, k.share, &look)?;
            share(page, row, 7, k.net_share, &look)?;
            row += 1;
        }
    }
    Ok(())
}

/// The 5 × 5 board by people and by money, then RFM 8 and RFM 11.
pub(super) fn rfm(book: &mut Workbook, document: &Document) -> Result<()> {
    let (lang, digits) = (document.lang, document.currency.digits());
    let look = Look::new(digits);
    let page = book.add_worksheet();
    page.set_name("RFM").map_err(failed)?;
    page.set_column_width(0, 24).map_err(failed)?;
    let Some(rfm) = &document.rfm else { return Ok(()) };
    let mut row = 0;
    for (money, title) in [(false, lang.pick("客户数：近度 R × 频度 F", "Customers: recency R × frequency F")), (true, lang.pick("净消费额：近度 R × 频度 F", "Net: recency R × frequency F"))] {
        page.write_string_with_format(row, 0, title, &look.title).map_err(failed)?;
        head(page, row + 1, &["F \\ R", "5", "4", "3", "2", "1"], &look)?;
        for (down, f) in (1..=5u8).rev().enumerate() {
            let cells = (1..=5u8).rev().map(|r| {
                let found = rfm.cells.iter().find(|c| (c.r, c.f) == (r, f));
                found.map_or(Cell::Int(0), |c| if money { Cell::Money(c.net) } else { Cell::Int(c.customers as i64) })
            });
            let cells = std::iter::once(Cell::Int(i64::from(f))).chain(cells).collect();
            line(page, row + 2 + down as u32, cells, digits, &look)?;
        }
        row += 9;
    }
    for (title, groups) in [("RFM 8", &rfm.groups8), ("RFM 11", &rfm.groups11)] {
        page.write_string_with_format(row, 0, title, &look.title).map_err(failed)?;
        row = groups_table(page, row + 1, groups, document, &look)? + 1;
    }
    Ok(())
}

/// A table of groups; answers the row below it.
fn groups_table(page: &mut Worksheet, from: u32, groups: &[ClassSize], document: &Document, look: &Look) -> Result<u32> {
    let (lang, digits) = (document.lang, document.currency.digits());
    let names = lang.pick("类别,customers 客户数,share 占比,net 净消费额,net_share 净消费额占比", "group,customers,share,net,net_share");
    head(page, from, &names.split(',').collect::<Vec<_>>(), look)?;
    for (i, g) in groups.iter().enumerate() {
        let row = from + 1 + i as u32;
        line(page, row, vec![Cell::text(g.label.get(lang)), Cell::Int(g.customers as i64), Cell::Empty, Cell::Money(g.net)], digits, look)?;
        share(page, row, 2, g.share, look)?;
        share(page, row, 4, g.net_share, look)?;
    }
    Ok(from + 1 + groups.len() as u32)
}

/// The classifications people look at first, drawn, with the figures beside the drawing.
pub(super) fn charts(book: &mut Workbook, document: &Document) -> Result<()> {
    let lang = document.lang;
    let look = Look::new(document.currency.digits());
    let page = book.add_worksheet();
    let name = lang.pick("图表", "charts");
    page.set_name(name).map_err(failed)?;
    page.set_column_width(0, 24).map_err(failed)?;
    let mut row = 0;
    for key in ["lifecycle", "rfm_8", "rfm_11"] {
        let Some(c) = document.classifications.iter().find(|c| c.key == key) else { continue };
        let bars: Vec<&ClassSize> = c.classes.iter().take(BARS).collect();
        if bars.is_empty() {
            continue;
        }
        page.write_string_with_format(row, 0, c.label.get(lang), &look.title).map_err(failed)?;
        for (i, k) in bars.iter().enumerate() {
            let at = row + 1 + i as u32;
            page.write_string(at, 0, k.label.get(lang)).map_err(failed)?;
            page.write_number(at, 1, k.customers as f64).map_err(failed)?;
        }
        let last = row + bars.len() as u32;
        let mut chart = Chart::new(ChartType::Bar);
        chart.add_series().set_categories((name, row + 1, 0, last, 0)).set_values((name, row + 1, 1, last, 1));
        chart.title().set_name(c.label.get(lang));
        chart.legend().set_hidden();
        chart.y_axis().set_reverse();
        page.insert_chart(row, 3, &chart).map_err(failed)?;
        row += (bars.len() as u32 + 3).max(18);
    }
    curve(page, row, name, document, &look)
}

fn curve(page: &mut Worksheet, row: u32, name: &str, document: &Document, look: &Look) -> Result<()> {
    let lang = document.lang;
    let points = &document.curve.points;
    if points.len() < 2 {
        return Ok(());
    }
    page.write_string_with_format(row, 0, lang.pick("价值曲线", "Value curve"), &look.title).map_err(failed)?;
    head(page, row + 1, &["customers_share", "net_share"], look)?;
    for (i, p) in points.iter().enumerate() {
        let at = row + 2 + i as u32;
        share(page, at, 0, p.customers_share, look)?;
        share(page, at, 1, p.net_share, look)?;
    }
    let last = row + 1 + points.len() as u32;
    let mut chart = Chart::new(ChartType::ScatterStraight);
    chart.add_series().set_categories((name, row + 2, 0, last, 0)).set_values((name, row + 2, 1, last, 1));
    chart.title().set_name(lang.pick("最好的客户带来多少净消费额", "How much of all net the best customers bring"));
    chart.legend().set_hidden();
    chart.x_axis().set_max(1).set_num_format("0%");
    chart.y_axis().set_max(1).set_num_format("0%");
    page.insert_chart(row, 3, &chart).map(|_| ()).map_err(failed)
}

/// What each column means.
pub(super) fn dictionary(book: &mut Workbook, document: &Document) -> Result<()> {
    let digits = document.currency.digits();
    let look = Look::new(digits);
    let page = book.add_worksheet();
    page.set_name(document.lang.pick("数据字典", "dictionary")).map_err(failed)?;
    page.set_freeze_panes(1, 0).map_err(failed)?;
    head(page, 0, &["key", "type", "unit", "zh", "en", "zh_description", "en_description"], &look)?;
    for (i, width) in [26, 10, 10, 26, 30, 60, 60].into_iter().enumerate() {
        page.set_column_width(i as u16, width).map_err(failed)?;
    }
    for (i, c) in document.customers.columns.iter().enumerate() {
        let unit = match (&c.unit, c.kind) {
            (Some(unit), _) => Cell::text(unit.get(document.lang)),
            (None, super::cell::Kind::Money) => Cell::text(document.currency.code()),
            _ => Cell::Empty,
        };
        let cells = vec![
            Cell::text(&c.key),
            Cell::text(c.kind.key()),
            unit,
            Cell::text(&c.label.zh),
            Cell::text(&c.label.en),
            Cell::text(&c.description.zh),
            Cell::text(&c.description.en),
        ];
        line(page, i as u32 + 1, cells, digits, &look)?;
    }
    let below = document.customers.columns.len() as u32 + 2;
    let about = [
        ("as_of", document.as_of.to_string()),
        ("time_zone", document.time_zone.clone()),
        ("currency", document.currency.code().to_owned()),
        ("customers", document.totals.customers.to_string()),
        ("net", major(document.totals.net, digits).to_string()),
    ];
    for (i, (key, value)) in about.iter().enumerate() {
        line(page, below + i as u32, vec![Cell::text(key), Cell::text(value)], digits, &look)?;
    }
    Ok(())
}

/// How the data came in: rows by what became of them, and why some were set aside.
pub(super) fn report(book: &mut Workbook, document: &Document) -> Result<()> {
    let Some(r) = &document.report else { return Ok(()) };
    let (lang, digits) = (document.lang, document.currency.digits());
    let look = Look::new(digits);
    let page = book.add_worksheet();
    page.set_name(lang.pick("数据报告", "report")).map_err(failed)?;
    for (i, width) in [28, 14, 60].into_iter().enumerate() {
        page.set_column_width(i as u16, width).map_err(failed)?;
    }
    head(page, 0, &["key", lang.pick("行数", "rows"), lang.pick("说明", "meaning")], &look)?;
    let counts = [
        ("rows_in", r.rows_in, lang.pick("读入", "read")),
        ("accepted", r.accepted, lang.pick("采用", "accepted")),
        ("duplicates", r.duplicates, lang.pick("重复", "said nothing new")),
        ("quarantined", r.quarantined, lang.pick("有问题已搁置", "set aside")),
    ];
    let mut row = 1;
    for (key, rows, meaning) in counts {
        line(page, row, vec![Cell::text(key), Cell::Int(rows as i64), Cell::text(meaning)], digits, &look)?;
        row += 1;
    }
    let score = Cell::Int(i64::from(r.quality.score));
    line(page, row, vec![Cell::text("quality"), score, Cell::text(lang.pick("数据质量（满分 100）", "data quality of 100"))], digits, &look)?;
    row += 2;
    if !r.rejects_by_reason.is_empty() {
        page.write_string_with_format(row, 0, lang.pick("搁置原因", "set aside because"), &look.title).map_err(failed)?;
    }
    for reason in &r.rejects_by_reason {
        row += 1;
        let text = lang.pick(&reason.text.zh, &reason.text.en);
        line(page, row, vec![Cell::text(&reason.code), Cell::Int(reason.count as i64), Cell::text(text)], digits, &look)?;
    }
    if !r.left_blank.is_empty() {
        row += 2;
        page.write_string_with_format(row, 0, lang.pick("已采用的行里留空的值", "values left blank in accepted rows"), &look.title).map_err(failed)?;
    }
    for blank in &r.left_blank {
        row += 1;
        let text = blank.sentence(lang);
        line(page, row, vec![Cell::text(&blank.code), Cell::Int(blank.count as i64), Cell::text(&text)], digits, &look)?;
    }
    Ok(())
}
