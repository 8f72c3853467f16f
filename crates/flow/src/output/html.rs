//! A report that is one file: text, tables and charts, no script, nothing loaded from anywhere. Made to be read, printed
//! and sent on.

use super::{
    cell::Cell,
    chart::{self, Bar, escape},
    document::Document,
};
use crate::analysis::overview::{ClassSize, ClassificationSummary};
use domain::{Lang, money::decimal};
use std::io::{self, Write};

const STYLE: &str = "
:root{color-scheme:light dark;--ink:#1c2b2a;--soft:#5d6f6d;--line:#dbe5e3;--paper:#fff;--card:#f4f8f7;--jade:#0f766e}
@media(prefers-color-scheme:dark){:root{--ink:#e7efee;--soft:#9bb0ad;--line:#2c3f3d;--paper:#111a19;--card:#182423;--jade:#2dd4bf}}
*{box-sizing:border-box}body{margin:0 auto;padding:32px 20px 64px;max-width:960px;background:var(--paper);color:var(--ink);
font:15px/1.6 system-ui,-apple-system,'Noto Sans CJK SC','PingFang SC','Microsoft YaHei',sans-serif}
h1{font-size:28px;margin:0 0 4px}h2{font-size:20px;margin:40px 0 8px}h3{font-size:16px;margin:24px 0 4px}p{margin:4px 0 12px;color:var(--soft)}
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:12px;margin:20px 0}
.card{background:var(--card);border:1px solid var(--line);border-radius:8px;padding:12px 14px}.card b{display:block;font-size:22px;font-variant-numeric:tabular-nums}
.card span{color:var(--soft)}table{border-collapse:collapse;width:100%;margin:8px 0 16px;font-variant-numeric:tabular-nums}
th,td{padding:5px 8px;border-bottom:1px solid var(--line);text-align:right}th:first-child,td:first-child{text-align:left}th{color:var(--soft);font-weight:600}
td.text{text-align:left}svg{max-width:100%;height:auto;display:block;margin:8px 0}svg text{font-size:12px;fill:var(--ink)}svg text.soft{fill:var(--soft)}
svg text.light{fill:#fff}svg .bar{fill:var(--jade)}svg .grid{stroke:var(--line)}svg .equal{stroke:var(--soft);stroke-dasharray:4 4}
svg .line{fill:none;stroke:var(--jade);stroke-width:2.5}.wide{overflow-x:auto}details{margin:8px 0}summary{cursor:pointer;color:var(--jade)}
";

/// Writes the report.
///
/// # Errors
/// When the disk refuses.
pub fn write(d: &Document, out: &mut dyn Write) -> io::Result<()> {
    let (lang, title) = (d.lang, d.lang.pick("客户分类报告", "Customer classification report"));
    let policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";
    write!(
        out,
        "<!doctype html>\n<html lang=\"{}\">\n<head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\"><title>{title} {}</title><style>{STYLE}</style></head>\n<body>\n<h1>{title}</h1>\n",
        lang.tag(), d.as_of
    )?;
    let about = match lang {
        Lang::Zh => format!("截至 {}（{}），金额单位 {}", d.as_of, d.time_zone, d.currency.code()),
        Lang::En => format!("As of {} ({}), amounts in {}", d.as_of, d.time_zone, d.currency.code()),
    };
    writeln!(out, "<p>{}</p>", escape(&about))?;
    cards(d, out)?;
    data(d, out)?;
    for key in ["lifecycle", "rfm_8"] {
        if let Some(c) = d.classifications.iter().find(|c| c.key == key) {
            classification(d, c, true, out)?;
        }
    }
    rfm(d, out)?;
    curve(d, out)?;
    cohorts(d, out)?;
    writeln!(out, "<h2>{}</h2>", lang.pick("全部分类", "Every classification"))?;
    for c in d.classifications.iter().filter(|c| !["lifecycle", "rfm_8"].contains(&c.key.as_str())) {
        classification(d, c, false, out)?;
    }
    best(d, out)?;
    dictionary(d, out)?;
    out.write_all(b"</body>\n</html>\n")
}

/// `1234567` → `1,234,567`.
fn grouped(n: i64) -> String {
    domain::rule::grouped(&n.to_string())
}

/// Money in whole major units, as a report shows it.
fn money(d: &Document, minor: i64) -> String {
    let scale = i128::from(d.currency.scale());
    let whole = domain::money::div_half_even(i128::from(minor), scale);
    format!("{}{}", d.currency.symbol(), grouped(i64::try_from(whole).unwrap_or(i64::MAX)))
}

fn percent(share: f64) -> String {
    format!("{:.1}%", share * 100.0)
}

fn cards(d: &Document, out: &mut dyn Write) -> io::Result<()> {
    let t = &d.totals;
    let facts = [
        (grouped(t.customers as i64), d.lang.pick("客户", "customers")),
        (grouped(t.buyers as i64), d.lang.pick("购买过的客户", "buyers")),
        (grouped(t.orders), d.lang.pick("有效订单", "valid orders")),
        (money(d, t.net), d.lang.pick("净消费额", "net")),
        (d.curve.gini.map_or("–".into(), |g| format!("{g:.2}")), d.lang.pick("价值集中度（基尼系数）", "concentration (Gini)")),
    ];
    out.write_all(b"<div class=\"cards\">")?;
    for (value, name) in facts {
        write!(out, "<div class=\"card\"><b>{}</b><span>{name}</span></div>", escape(&value))?;
    }
    out.write_all(b"</div>\n")
}

/// How the data came in.
fn data(d: &Document, out: &mut dyn Write) -> io::Result<()> {
    let Some(r) = &d.report else { return Ok(()) };
    let line = match d.lang {
        Lang::Zh => format!(
            "读入 {} 行：{} 行采用，{} 行重复，{} 行有问题已搁置；数据质量 {} 分",
            grouped(r.rows_in as i64), grouped(r.accepted as i64), grouped(r.duplicates as i64), grouped(r.quarantined as i64), r.quality.score
        ),
        Lang::En => format!(
            "{} rows read: {} accepted, {} duplicate, {} set aside; data quality {} of 100",
            grouped(r.rows_in as i64), grouped(r.accepted as i64), grouped(r.duplicates as i64), grouped(r.quarantined as i64), r.quality.score
        ),
    };
    writeln!(out, "<p>{}</p>", escape(&line))?;
    if !r.rejects_by_reason.is_empty() {
        write!(out, "<table><tr><th>{}</th><th>{}</th></tr>", d.lang.pick("搁置原因", "set aside because"), d.lang.pick("行数", "rows"))?;
        for reason in &r.rejects_by_reason {
            let text = d.lang.pick(&reason.text.zh, &reason.text.en);
            write!(out, "<tr><td>{}</td><td>{}</td></tr>", escape(text), grouped(reason.count as i64))?;
        }
        out.write_all(b"</table>\n")?;
    }
    if !r.left_blank.is_empty() {
        write!(out, "<table><tr><th>{}</th><th>{}</th></tr>", d.lang.pick("已采用的行里留空的值", "values left blank in accepted rows"), d.lang.pick("个数", "values"))?;
        for blank in &r.left_blank {
            write!(out, "<tr><td>{}</td><td>{}</td></tr>", escape(&blank.sentence(d.lang)), grouped(blank.count as i64))?;
        }
        out.write_all(b"</table>\n")?;
    }
    Ok(())
}

fn classification(d: &Document, c: &ClassificationSummary, big: bool, out: &mut dyn Write) -> io::Result<()> {
    let (lang, level) = (d.lang, if big { "h2" } else { "h3" });
    writeln!(out, "<{level}>{}</{level}><p>{}</p>", escape(c.label.get(lang)), escape(c.description.get(lang)))?;
    if big {
        let bars: Vec<Bar<'_>> = c
            .classes
            .iter()
            .map(|k| Bar { label: k.label.get(lang), value: k.customers as f64, text: format!("{} · {}", grouped(k.customers as i64), percent(k.share)) })
            .collect();
        out.write_all(chart::bars(c.label.get(lang), &bars).as_bytes())?;
    }
    sizes(d, &c.classes, out)
}

fn sizes(d: &Document, classes: &[ClassSize], out: &mut dyn Write) -> io::Result<()> {
    let names = d.lang.pick("类别,客户,占比,净消费额,净消费额占比,订单,距上次下单（中位天数）", "class,customers,share,net,share of net,orders,median days since last order");
    out.write_all(b"<div class=\"wide\"><table><tr>")?;
    names.split(',').try_for_each(|n| write!(out, "<th>{n}</th>"))?;
    out.write_all(b"</tr>")?;
    for k in classes {
        write!(
            out,
            "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
            escape(k.label.get(d.lang)), grouped(k.customers as i64), percent(k.share), escape(&money(d, k.net)), percent(k.net_share),
            grouped(k.orders), k.median_recency.map_or("–".into(), |r| r.to_string())
        )?;
    }
    out.write_all(b"</table></div>\n")
}

fn rfm(d: &Document, out: &mut dyn Write) -> io::Result<()> {
    let Some(rfm) = &d.rfm else { return Ok(()) };
    let title = d.lang.pick("RFM：谁最近来过，谁常来", "RFM: who came lately, who comes often");
    writeln!(out, "<h2>{title}</h2>")?;
    let most = rfm.cells.iter().map(|c| c.customers).max().unwrap_or(0).max(1) as f64;
    let svg = chart::heat(title, d.lang.pick("近度 R（5 = 最近）", "recency R (5 = latest)"), d.lang.pick("频度 F（5 = 最常）", "frequency F (5 = most)"), |r, f| {
        let found = rfm.cells.iter().find(|c| (usize::from(c.r), usize::from(c.f)) == (r, f));
        let n = found.map_or(0, |c| c.customers);
        (n as f64 / most, grouped(n as i64))
    });
    out.write_all(svg.as_bytes())?;
    writeln!(out, "<h3>RFM 11</h3>")?;
    sizes(d, &rfm.groups11, out)
}

fn curve(d: &Document, out: &mut dyn Write) -> io::Result<()> {
    if d.curve.points.len() < 2 {
        return Ok(());
    }
    let title = d.lang.pick("价值曲线：最好的客户带来多少净消费额", "Value curve: how much of all net the best customers bring");
    writeln!(out, "<h2>{title}</h2>")?;
    for top in &d.curve.top {
        let line = match d.lang {
            Lang::Zh => format!("最好的 {} 客户带来 {} 的净消费额", percent(top.share), percent(top.net_share)),
            Lang::En => format!("The best {} of customers bring {} of net", percent(top.share), percent(top.net_share)),
        };
        writeln!(out, "<p>{line}</p>")?;
    }
    let points: Vec<(f64, f64)> = d.curve.points.iter().map(|p| (p.customers_share, p.net_share)).collect();
    out.write_all(chart::curve(title, d.lang.pick("客户（从最好的起）", "customers, best first"), d.lang.pick("净消费额", "net"), &points).as_bytes())
}

fn cohorts(d: &Document, out: &mut dyn Write) -> io::Result<()> {
    let recent: Vec<_> = d.cohorts.cohorts.iter().rev().take(12).rev().collect();
    if recent.is_empty() {
        return Ok(());
    }
    let months = recent.iter().map(|c| c.values.len()).max().unwrap_or(0).min(12);
    writeln!(out, "<h2>{}</h2>", d.lang.pick("同期群：首单之后还回来吗", "Cohorts: do they come back after the first order"))?;
    write!(out, "<div class=\"wide\"><table><tr><th>{}</th><th>{}</th>", d.lang.pick("首单月份", "first order"), d.lang.pick("客户", "customers"))?;
    (1..months).try_for_each(|m| write!(out, "<th>+{m}</th>"))?;
    out.write_all(b"</tr>")?;
    for c in recent {
        write!(out, "<tr><td>{}</td><td>{}</td>", escape(&c.month), grouped(c.size as i64))?;
        for m in 1..months {
            match c.values.get(m) {
                Some(n) => write!(out, "<td>{}</td>", percent(*n as f64 / c.size.max(1) as f64))?,
                None => out.write_all(b"<td></td>")?,
            }
        }
        out.write_all(b"</tr>")?;
    }
    out.write_all(b"</table></div>\n")
}

/// The customers with the largest net.
fn best(d: &Document, out: &mut dyn Write) -> io::Result<()> {
    const SHOWN: [&str; 7] = ["customer_id", "net", "orders", "last_order_day", "rfm_8", "rfm_11", "lifecycle"];
    let place = |key: &str| d.customers.columns.iter().position(|c| c.key == key);
    let Some(net) = place("net") else { return Ok(()) };
    let mut rows: Vec<(i64, usize)> = (0..d.customers.rows.count())
        .filter_map(|row| match d.customers.rows.cell(row, net) {
            Cell::Money(m) => Some((m, row)),
            _ => None,
        })
        .collect();
    rows.sort_unstable_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
    rows.truncate(50);
    let columns: Vec<usize> = SHOWN.iter().filter_map(|k| place(k)).collect();
    writeln!(out, "<h2>{}</h2><div class=\"wide\"><table><tr>", d.lang.pick("净消费额最高的 50 位客户", "The 50 customers with the largest net"))?;
    for c in columns.iter().filter_map(|c| d.customers.columns.get(*c)) {
        write!(out, "<th>{}</th>", escape(c.label.get(d.lang)))?;
    }
    out.write_all(b"</tr>")?;
    for (_, row) in rows {
        out.write_all(b"<tr>")?;
        for column in &columns {
            let cell = d.customers.rows.cell(row, *column);
            let text = match &cell {
                Cell::Money(m) => format!("{}{}", d.currency.symbol(), decimal(*m, d.currency.digits())),
                Cell::Text(key) => class_name(d, *column, key).unwrap_or(key).to_owned(),
                other => other.plain(d.customers.digits).into_owned(),
            };
            write!(out, "<td>{}</td>", escape(&text))?;
        }
        out.write_all(b"</tr>")?;
    }
    out.write_all(b"</table></div>\n")
}

fn class_name<'a>(d: &'a Document, column: usize, key: &str) -> Option<&'a str> {
    let classification = &d.customers.columns.get(column)?.key;
    let c = d.classifications.iter().find(|c| c.key == *classification)?;
    c.classes.iter().find(|k| k.key == key).map(|k| k.label.get(d.lang))
}

fn dictionary(d: &Document, out: &mut dyn Write) -> io::Result<()> {
    let title = d.lang.pick("数据字典", "Data dictionary");
    write!(out, "<h2>{title}</h2><details><summary>{}</summary><table>", d.lang.pick("各列含义", "what each column means"))?;
    for c in &d.customers.columns {
        write!(out, "<tr><td>{}</td><td class=\"text\">{}</td><td class=\"text\">{}</td></tr>", escape(&c.key), escape(c.label.get(d.lang)), escape(c.description.get(d.lang)))?;
    }
    out.write_all(b"</table></details>\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_grouped() {
        assert_eq!([0, 999, 1000, -1_234_567].map(grouped), ["0", "999", "1,000", "-1,234,567"]);
    }
}
