//! From a sample to a proposal: what each column is, what kinds of records the rows give, and what a person should know about it.

mod assign;
mod currency;
mod kinds;
mod status;

use crate::{
    Options, Probe,
    build::is_totals_word,
    code::Code,
    concept::Concept,
    infer::{Sample, guess},
    mapping::{Column, DateOrder, DecimalMark, Format, Mapping, OrderIdentity},
    probe::{ColumnGuess, Guess},
    profile::{Profile, profile},
    target::{Kind, Target},
    value::{Cell, contact, date, decimal, text, word},
};
use assign::Assigned;
use domain::ValueType;
use kinds::{Repeats, Shape};

/// Proposes how to read the file of a sample.
pub(crate) fn propose(sample: Sample, options: &Options<'_>) -> Probe {
    let home = contact::calling_code(options.currency, options.time_zone.name());
    let month_first = matches!(options.currency.code(), "USD" | "CNY" | "JPY" | "TWD" | "KRW" | "PHP");
    let mut profiles: Vec<Profile> = sample.headers.iter().enumerate().map(|(i, h)| profile(i, h, &sample.rows, home, month_first)).collect();
    kinds::weigh(&mut profiles, sample.header_row == 0 && sample.format != Format::Parquet && sample.format != Format::Json && sample.format != Format::Jsonl);
    let shape = Shape::tell(&profiles, &sample.rows, options.kind);
    let assigned = assign::assign(&profiles, &shape);
    let mut guesses = sample.guesses.clone();
    let mapping = mapping(&sample, options, &profiles, &shape, &assigned);
    tell(&sample, options, &profiles, &shape, &assigned, &mapping, &mut guesses);
    let currency = currency::of_sample(&sample, &mapping);
    if let Some(found) = currency.filter(|c| *c != options.currency) {
        guesses.push(guess(Code::GuessCurrencyForeign, [("found", found.code()), ("expected", options.currency.code())]));
    }
    let columns = profiles.iter().zip(&assigned).zip(&mapping.columns).map(|((p, a), c)| column(p, a, c, &sample, &mapping, home)).collect();
    Probe {
        format: sample.format,
        encoding: sample.encoding,
        delimiter: sample.delimiter,
        sheets: sample.sheets,
        header_row: sample.header_row,
        rows_estimate: sample.rows_estimate,
        bytes: sample.bytes,
        columns,
        guesses,
        currency,
        mapping,
    }
}

fn is_date_target(target: &Target) -> bool {
    target.value_type() == Some(ValueType::Day)
}

fn mapping(sample: &Sample, options: &Options<'_>, profiles: &[Profile], shape: &Shape, assigned: &[Assigned]) -> Mapping {
    // a file that uses the comma somewhere uses it everywhere
    let sure_comma = profiles.iter().any(|p| p.comma_numbers > p.numbers && p.is_numeric());
    let mut columns = Vec::with_capacity(profiles.len());
    for (p, a) in profiles.iter().zip(assigned) {
        let mut c = Column::new(p.index, &p.header, a.target.clone());
        let value = a.target.value_type().or(a.value_type);
        if matches!(a.target, Target::Custom(_)) {
            c.value_type = a.value_type;
        }
        if value == Some(ValueType::Day) || is_date_target(&a.target) {
            c.date_order = p.order;
        }
        let numeric = matches!(value, Some(ValueType::Money | ValueType::Number | ValueType::Int));
        if numeric && (p.mark() == DecimalMark::Comma || (sure_comma && p.comma_numbers == p.numbers && p.comma_numbers > 0)) {
            c.decimal_mark = Some(DecimalMark::Comma);
        }
        if value == Some(ValueType::Money) {
            c.scale = scale(&p.header);
        }
        c.strip_decimal = a.is_id && p.filled > 0 && p.point_zero == p.filled;
        columns.push(c);
    }
    Mapping {
        format: sample.format,
        encoding: sample.encoding.unwrap_or_default(),
        delimiter: sample.delimiter.unwrap_or(','),
        sheet: sample.sheet.clone(),
        header_row: if matches!(sample.format, Format::Parquet | Format::Json | Format::Jsonl) { 0 } else { sample.header_row },
        epoch_1904: sample.is_1904,
        date_order: columns.iter().find_map(|c| c.date_order).unwrap_or(DateOrder::Ymd),
        decimal_mark: DecimalMark::Point,
        time_zone: options.time_zone.name().to_owned(),
        currency: options.currency,
        kinds: shape.kinds.clone(),
        order_identity: shape.identity,
        refund_prefix: shape.refund_prefix.clone(),
        customer_by_row: shape.customer_by_row,
        continued: shape.continued,
        question: shape.question.clone(),
        interaction_kind: shape.interaction_kind.clone(),
        columns,
    }
}

/// Units in a header: 千元, (k$), 万元.
fn scale(header: &str) -> i64 {
    let lower = text::narrowed(header).to_lowercase();
    if lower.contains("万元") || lower.contains("(万)") || lower.contains("萬元") {
        10_000
    } else if lower.contains("千元") || ["k$", "k€", "k£", "$k", "(k)", "thousand", "kcny", "krmb", "k¥"].iter().any(|u| lower.contains(u)) {
        1000
    } else {
        1
    }
}

/// Everything guessed about the file as a whole.
fn tell(sample: &Sample, options: &Options<'_>, profiles: &[Profile], shape: &Shape, assigned: &[Assigned], mapping: &Mapping, out: &mut Vec<Guess>) {
    if shape.kinds.is_empty() {
        out.push(guess(Code::GuessNoKind, []));
        return;
    }
    let zh: Vec<String> = shape.kinds.iter().map(|k| k.label().zh).collect();
    let en: Vec<String> = shape.kinds.iter().map(|k| k.label().en).collect();
    out.push(guess(Code::GuessKinds, [("kinds_zh", &zh.join("、")), ("kinds_en", &en.join(", "))]));
    let trade = shape.kinds.iter().any(|k| matches!(k, Kind::Order | Kind::Line));
    if trade {
        match mapping.order_identity {
            OrderIdentity::Row => out.push(guess(Code::GuessOrderRow, [])),
            OrderIdentity::CustomerDay => out.push(guess(Code::GuessOrderDay, [])),
            OrderIdentity::Column => {}
        }
        match shape.repeats {
            Repeats::No => {}
            Repeats::Parts => out.push(guess(Code::GuessOrderParts, [])),
            Repeats::Corrections(n) => out.push(guess(Code::GuessOrderCorrected, [("count", &n.to_string())])),
        }
        if shape.continued {
            out.push(guess(Code::GuessContinued, []));
        }
        let has = |t: Target| mapping.has(&t);
        if has(Target::LinePrice) && !has(Target::LinePaid) && !has(Target::OrderPaid) {
            out.push(guess(Code::GuessLineAmount, []));
        }
        if ![Target::LinePrice, Target::LinePaid, Target::OrderPaid, Target::OrderAmount].into_iter().any(has) {
            out.push(guess(Code::GuessAmountUnknown, []));
        }
    }
    if let Some(prefix) = &shape.refund_prefix {
        out.push(guess(Code::GuessRefundPrefix, [("prefix", prefix)]));
    }
    if shape.has_negative {
        out.push(guess(Code::GuessRefundNegative, []));
    }
    if shape.customer_by_row {
        out.push(guess(Code::GuessCustomerRow, []));
    }
    if let Some(column) = profiles.iter().zip(assigned).find(|(p, a)| a.target == Target::CustomerId && p.concept.is_some_and(|c| c.0 == Concept::Name)) {
        out.push(guess(Code::GuessCustomerName, [("column", &column.0.header)]));
    }
    blank_customers(sample, mapping, out);
    out.extend(status::guesses(sample, mapping));
    let is_birthday = |a: &Assigned| matches!(a.target, Target::Attribute(_) | Target::Custom(_));
    if profiles.iter().zip(assigned).any(|(p, a)| is_date_target(&a.target) && !is_birthday(a) && p.dates > 0) {
        out.push(guess(Code::GuessTimeZone, [("zone", options.time_zone.name())]));
    }
    for (p, (a, c)) in profiles.iter().zip(assigned.iter().zip(&mapping.columns)) {
        out.extend(notes(p, a, c));
        out.extend(unread(c, sample, mapping));
    }
    let custom = assigned.iter().filter(|a| matches!(a.target, Target::Custom(_))).count();
    if custom > 0 {
        out.push(guess(Code::GuessCustom, [("count", &custom.to_string())]));
    }
    let list = |keep: &dyn Fn(&Assigned) -> bool| {
        let names: Vec<&str> = profiles.iter().zip(assigned).filter(|(p, a)| a.target == Target::Ignore && p.filled > 0 && keep(a)).map(|(p, _)| p.header.as_str()).collect();
        names.join(", ")
    };
    for (columns, code) in [(list(&|a| a.is_sensitive), Code::GuessSensitive), (list(&|a| !a.is_sensitive), Code::GuessIgnored)] {
        if !columns.is_empty() {
            out.push(guess(code, [("columns", &columns)]));
        }
    }
    let totals = sample.rows.iter().rev().take(3).any(|(_, r)| matches!(r.iter().find(|c| !c.is_blank()), Some(Cell::Text(t)) if is_totals_word(t)));
    if totals {
        out.push(guess(Code::GuessTotals, []));
    }
}

/// How many sampled rows name nobody.
fn blank_customers(sample: &Sample, mapping: &Mapping, out: &mut Vec<Guess>) {
    let who: Vec<usize> = mapping.columns.iter().filter(|c| c.target.is_identifier()).map(|c| c.index).collect();
    if who.is_empty() || sample.rows.is_empty() {
        return;
    }
    let nobody = sample.rows.iter().filter(|(_, r)| who.iter().all(|i| r.get(*i).is_none_or(Cell::is_missing))).count();
    let share = nobody * 100 / sample.rows.len();
    if share > 0 {
        out.push(guess(Code::GuessCustomerBlank, [("share", &share.to_string())]));
    }
}

/// Everything guessed about one column.
fn notes(p: &Profile, a: &Assigned, c: &Column) -> Vec<Guess> {
    let mut out = Vec::new();
    let header = p.header.as_str();
    let is_date = is_date_target(&a.target) || c.target.value_type().or(c.value_type) == Some(ValueType::Day);
    if is_date {
        if let Some(order) = c.date_order {
            if p.contrary > 0 && order != DateOrder::Ymd {
                out.push(guess(Code::GuessDateContrary, [("column", header), ("order", order.pattern()), ("count", &p.contrary.to_string())]));
            }
            let code = if p.order_sure || order == DateOrder::Ymd { Code::GuessDateOrder } else { Code::GuessDateAmbiguous };
            out.push(guess(code, [("column", header), ("order", order.pattern())]));
        }
        if p.date_styles > 1 {
            out.push(guess(Code::GuessDateMixed, [("column", header), ("count", &p.date_styles.to_string())]));
        }
        if p.serials * 2 > p.filled {
            out.push(guess(Code::GuessSerial, [("column", header)]));
        }
    }
    if c.decimal_mark == Some(DecimalMark::Comma) {
        out.push(guess(Code::GuessDecimalComma, [("column", header)]));
    }
    if c.scale != 1 {
        out.push(guess(Code::GuessScale, [("column", header), ("factor", &c.scale.to_string())]));
    }
    if c.strip_decimal {
        out.push(guess(Code::GuessIdDecimal, [("column", header)]));
    }
    if matches!(a.target, Target::CustomerPhone | Target::ContactPhone) && p.lost_phones > 0 {
        out.push(guess(Code::GuessPhoneLost, [("column", header), ("count", &p.lost_phones.to_string())]));
    }
    out
}

/// The sampled cells of an attribute that cannot be read: how many, and the first.
fn unread(c: &Column, sample: &Sample, mapping: &Mapping) -> Option<Guess> {
    if !matches!(c.target, Target::Attribute(_) | Target::Custom(_)) {
        return None;
    }
    let mut bad = sample.rows.iter().filter_map(|(_, r)| r.get(c.index)).filter(|cell| !cell.is_missing() && !reads(cell, c, mapping, ""));
    let first: String = bad.next()?.shown().trim().chars().take(40).collect();
    Some(guess(Code::GuessAttributeUnread, [("column", &c.header), ("count", &(bad.count() + 1).to_string()), ("value", &first)]))
}

fn column(p: &Profile, a: &Assigned, c: &Column, sample: &Sample, mapping: &Mapping, home: &str) -> ColumnGuess {
    let cells: Vec<&Cell<'static>> = sample.rows.iter().filter_map(|(_, r)| r.get(p.index)).filter(|c| !c.is_missing()).collect();
    let good = cells.iter().filter(|cell| reads(cell, c, mapping, home)).count();
    ColumnGuess {
        index: p.index,
        header: p.header.clone(),
        samples: p.samples.clone(),
        fill: p.fill(),
        value_type: a.target.value_type().or(a.value_type).unwrap_or_else(|| assign::value_type(p)),
        target: a.target.clone(),
        confidence: a.confidence,
        valid: if cells.is_empty() { 1.0 } else { good as f64 / cells.len() as f64 },
        notes: notes(p, a, c),
    }
}

/// Can the cell be read as its column proposes?
fn reads(cell: &Cell<'_>, c: &Column, mapping: &Mapping, home: &str) -> bool {
    let order = c.date_order.unwrap_or(mapping.date_order);
    let mark = c.decimal_mark.unwrap_or(mapping.decimal_mark);
    match &c.target {
        Target::CustomerPhone | Target::ContactPhone => contact::phone(cell, home).is_ok(),
        Target::CustomerEmail | Target::ContactEmail => contact::email(cell).is_ok(),
        target => match target.value_type().or(c.value_type) {
            Some(ValueType::Day) if matches!(target, Target::CostFrom | Target::CostTo) => date::month(&cell.shown()).is_some() || date::read(cell, order).is_ok(),
            Some(ValueType::Day) => date::read(cell, order).is_ok(),
            Some(ValueType::Money) => decimal::money(cell, mark, mapping.currency).is_ok(),
            Some(ValueType::Number | ValueType::Int) => decimal::read(cell, mark, Code::NumberInvalid).is_ok(),
            Some(ValueType::Bool) => word::truth(cell).is_ok(),
            _ => !matches!(cell, Cell::Error(_)),
        },
    }
}
