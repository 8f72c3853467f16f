//! Charts as inline SVG: no script, no font file, readable in print and by a screen reader.

use std::fmt::Write;

/// Text that may stand in HTML or SVG.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c if c.is_control() && c != '\n' => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

/// One bar.
pub struct Bar<'a> {
    /// left of it
    pub label: &'a str,
    /// its length
    pub value: f64,
    /// right of it
    pub text: String,
}

/// Horizontal bars, longest value full width.
pub fn bars(title: &str, bars: &[Bar<'_>]) -> String {
    let (row, left, width) = (26, 170.0, 640.0);
    let height = bars.len() * row + 8;
    let most = bars.iter().map(|b| b.value).fold(0.0, f64::max);
    let mut svg = open(title, width, height as f64);
    for (i, bar) in bars.iter().enumerate() {
        let y = i * row + 4;
        let length = if most > 0.0 { (bar.value / most * (width - left - 130.0)).max(0.0) } else { 0.0 };
        put(&mut svg, format_args!(
            "<text x=\"{:.0}\" y=\"{}\" text-anchor=\"end\">{}</text><rect class=\"bar\" x=\"{left:.0}\" y=\"{y}\" width=\"{length:.1}\" height=\"18\" rx=\"3\"/><text class=\"soft\" x=\"{:.1}\" y=\"{}\">{}</text>",
            left - 8.0, y + 14, escape(bar.label), left + length + 6.0, y + 14, escape(&bar.text)
        ));
    }
    svg.push_str("</svg>");
    svg
}

/// A 5 × 5 heat map: `cell(r, f)` gives shade 0–1 and text; R from 5 (left) to 1, F from 5 (top) to 1.
pub fn heat(title: &str, across: &str, down: &str, mut cell: impl FnMut(usize, usize) -> (f64, String)) -> String {
    let (size, left, top) = (88.0, 54.0, 30.0);
    let mut svg = open(title, left + 5.0 * size + 10.0, top + 5.0 * 48.0 + 30.0);
    put(&mut svg, format_args!("<text x=\"{:.0}\" y=\"16\" text-anchor=\"middle\">{}</text>", left + 2.5 * size, escape(across)));
    put(&mut svg, format_args!("<text x=\"14\" y=\"{:.0}\" text-anchor=\"middle\" transform=\"rotate(-90 14 {:.0})\">{}</text>", top + 120.0, top + 120.0, escape(down)));
    for (j, f) in (1..=5).rev().enumerate() {
        put(&mut svg, format_args!("<text class=\"soft\" x=\"{:.0}\" y=\"{:.0}\" text-anchor=\"end\">{f}</text>", left - 8.0, top + j as f64 * 48.0 + 30.0));
        for (i, r) in (1..=5).rev().enumerate() {
            let (shade, text) = cell(r, f);
            let (x, y) = (left + i as f64 * size, top + j as f64 * 48.0);
            put(&mut svg, format_args!(
                "<rect x=\"{x:.0}\" y=\"{y:.0}\" width=\"{:.0}\" height=\"44\" rx=\"4\" fill=\"#0f766e\" fill-opacity=\"{:.3}\"/><text x=\"{:.0}\" y=\"{:.0}\" text-anchor=\"middle\"{}>{}</text>",
                size - 4.0, 0.06 + 0.88 * shade.clamp(0.0, 1.0), x + size / 2.0 - 2.0, y + 27.0, if shade > 0.55 { " class=\"light\"" } else { "" }, escape(&text)
            ));
        }
    }
    for (i, r) in (1..=5).rev().enumerate() {
        put(&mut svg, format_args!("<text class=\"soft\" x=\"{:.0}\" y=\"{:.0}\" text-anchor=\"middle\">{r}</text>", left + (i as f64 + 0.5) * size, top + 5.0 * 48.0 + 14.0));
    }
    svg.push_str("</svg>");
    svg
}

/// A curve from (0,0) to (1,1) with the diagonal of equality.
pub fn curve(title: &str, across: &str, up: &str, points: &[(f64, f64)]) -> String {
    let (size, left, top) = (300.0, 50.0, 10.0);
    let mut svg = open(title, left + size + 20.0, top + size + 44.0);
    let at = |(x, y): (f64, f64)| (left + x.clamp(0.0, 1.0) * size, top + (1.0 - y.clamp(0.0, 1.0)) * size);
    for step in 0..=4 {
        let share = f64::from(step) / 4.0;
        let ((x, base), (start, y)) = (at((share, 0.0)), at((0.0, share)));
        put(&mut svg, format_args!(
            "<line class=\"grid\" x1=\"{x:.1}\" y1=\"{top:.1}\" x2=\"{x:.1}\" y2=\"{base:.1}\"/><line class=\"grid\" x1=\"{start:.1}\" y1=\"{y:.1}\" x2=\"{:.1}\" y2=\"{y:.1}\"/><text class=\"soft\" x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{:.0}%</text><text class=\"soft\" x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{:.0}%</text>",
            left + size, base + 16.0, share * 100.0, start - 6.0, y + 4.0, share * 100.0
        ));
    }
    let path: Vec<String> = points.iter().map(|p| at(*p)).map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
    let ((x1, y1), (x2, y2)) = (at((0.0, 0.0)), at((1.0, 1.0)));
    put(&mut svg, format_args!(
        "<line class=\"equal\" x1=\"{x1:.1}\" y1=\"{y1:.1}\" x2=\"{x2:.1}\" y2=\"{y2:.1}\"/><polyline class=\"line\" points=\"{}\"/><text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text><text x=\"12\" y=\"{:.1}\" text-anchor=\"middle\" transform=\"rotate(-90 12 {:.1})\">{}</text>",
        path.join(" "), left + size / 2.0, top + size + 36.0, escape(across), top + size / 2.0, top + size / 2.0, escape(up)
    ));
    svg.push_str("</svg>");
    svg
}

fn open(title: &str, width: f64, height: f64) -> String {
    let title = escape(title);
    format!("<svg role=\"img\" aria-label=\"{title}\" viewBox=\"0 0 {width:.0} {height:.0}\" width=\"{width:.0}\"><title>{title}</title>")
}

/// Writing into a `String` cannot fail.
fn put(svg: &mut String, text: std::fmt::Arguments<'_>) {
    svg.write_fmt(text).unwrap_or_default();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_break_out_of_a_chart() {
        let svg = bars("<t>", &[Bar { label: "<script>alert(1)</script>", value: 1.0, text: "\"&'".into() }]);
        assert!(!svg.contains("<script"));
        assert!(svg.contains("&lt;script&gt;") && svg.contains("&quot;&amp;&#39;"));
    }
}
