//! From a sample to a proposal: what each column is, what kinds of records the rows give, and what a person should know about it.

mod assign;
mod currency;
mod firms;
mod kinds;
mod settle;
mod status;
mod tell;

use crate::{
    Options, Probe,
    code::{Code, Error, Result},
    header,
    infer::{Sample, guess},
    mapping::{Column, DateOrder, DecimalMark, Format, Mapping},
    profile::{Profile, profile},
    target::Target,
    value::contact,
};
use assign::Assigned;
use kinds::Shape;
use settle::{Reading, has_comma, order_of};
pub use settle::settle;

/// What was seen in a sample, and what would be proposed for it.
struct Look {
    home: &'static str,
    profiles: Vec<Profile>,
    shape: Shape,
    assigned: Vec<Assigned>,
}

impl Look {
    fn at(sample: &Sample, options: &Options<'_>) -> Look {
        let home = contact::calling_code(options.currency, options.time_zone.name());
        let month_first = matches!(options.currency.code(), "USD" | "CNY" | "JPY" | "TWD" | "KRW" | "PHP");
        let mut profiles: Vec<Profile> = sample.headers.iter().enumerate().map(|(i, h)| profile(i, h, &sample.rows, home, month_first)).collect();
        kinds::weigh(&mut profiles, sample.header_row == 0 && !has_names(sample.format));
        let organisations = firms::weigh(&mut profiles);
        let shape = Shape { organisations, ..Shape::tell(&profiles, &sample.rows, options.kind) };
        let assigned = assign::assign(&profiles, &shape);
        Look { home, profiles, shape, assigned }
    }
}

/// Does the format itself name its columns?
fn has_names(format: Format) -> bool {
    matches!(format, Format::Parquet | Format::Json | Format::Jsonl)
}

/// Proposes how to read the file of a sample.
pub(crate) fn propose(sample: Sample, options: &Options<'_>) -> Probe {
    let look = Look::at(&sample, options);
    let mapping = mapping(&sample, options, &look);
    told(sample, &look, mapping)
}

/// Tells about the file of a sample as a mapping says that it is read. `before` is the mapping that was shown when this one was
/// made of it.
///
/// # Errors
/// When the file has other headers, or the mapping's time zone is unknown.
pub(crate) fn review(sample: Sample, options: &Options<'_>, mut mapping: Mapping, before: Option<&Mapping>) -> Result<Probe> {
    mapping.zone()?;
    mapping.format = sample.format;
    // a mapping that was made for another workbook
    mapping.more_sheets.retain(|s| sample.more_sheets.contains(s));
    if !has_names(sample.format) {
        fits(&sample.headers, &mapping)?;
    }
    let look = Look::at(&sample, options);
    settle(&mut mapping, before);
    if let Some(before) = before {
        settle::adopt(&mut mapping, before, &look.profiles);
    }
    Ok(told(sample, &look, mapping))
}

fn fits(headers: &[String], mapping: &Mapping) -> Result<()> {
    for c in &mapping.columns {
        let found = headers.get(c.index).map(String::as_str).unwrap_or_default();
        if header::normal(found) != header::normal(&c.header) {
            let place = c.index.saturating_add(1).to_string();
            return Err(Error::new(Code::HeaderDiffers, [("column", &place), ("expected", &c.header), ("found", found)]));
        }
    }
    Ok(())
}

/// The sample as the mapping reads it, with everything that was guessed.
fn told(sample: Sample, look: &Look, mapping: Mapping) -> Probe {
    // every column of the file, in its place, whether the mapping speaks of it or not
    let of = |p: &Profile| mapping.columns.iter().find(|c| if has_names(sample.format) { c.header == p.header } else { c.index == p.index });
    let columns = look.profiles.iter().map(|p| of(p).map_or_else(|| Column::new(p.index, &p.header, Target::Ignore), |c| Column { index: p.index, ..c.clone() }));
    let whole = Mapping { columns: columns.collect(), ..mapping.clone() };
    let tell = tell::Tell { sample: &sample, look, mapping: &whole };
    let mut guesses = sample.guesses.clone();
    guesses.extend(tell.file());
    let currency = currency::of_sample(&sample, &whole);
    if let Some(found) = currency.filter(|c| *c != mapping.currency) {
        guesses.push(guess(Code::GuessCurrencyForeign, [("found", found.code()), ("expected", mapping.currency.code())]));
    }
    let columns = tell.columns();
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

fn mapping(sample: &Sample, options: &Options<'_>, look: &Look) -> Mapping {
    let comma = has_comma(&look.profiles);
    let (mut columns, mut readings) = (Vec::with_capacity(look.profiles.len()), Vec::with_capacity(look.profiles.len()));
    for (p, a) in look.profiles.iter().zip(&look.assigned) {
        let mut c = Column::new(p.index, &p.header, a.target.clone());
        if matches!(a.target, Target::Custom(_)) {
            c.value_type = a.value_type;
        }
        readings.push(Reading::of(p, &c, comma));
        columns.push(c);
    }
    // one word for the file; a column says only what differs from it
    let date_order = order_of(readings.iter()).unwrap_or(DateOrder::Ymd);
    let has_mark = |mark: DecimalMark| readings.iter().any(|r| r.mark == Some(mark));
    let decimal_mark = if has_mark(DecimalMark::Comma) { DecimalMark::Comma } else { DecimalMark::Point };
    for (c, reading) in columns.iter_mut().zip(readings) {
        reading.put(c, date_order, decimal_mark);
    }
    let mut mapping = Mapping {
        format: sample.format,
        encoding: sample.encoding.unwrap_or_default(),
        delimiter: sample.delimiter.unwrap_or(','),
        sheet: sample.sheet.clone(),
        more_sheets: sample.more_sheets.clone(),
        header_row: if has_names(sample.format) { 0 } else { sample.header_row },
        epoch_1904: sample.is_1904,
        date_order,
        decimal_mark,
        time_zone: options.time_zone.name().to_owned(),
        currency: options.currency,
        kinds: Vec::new(),
        order_identity: look.shape.identity,
        refund_prefix: look.shape.refund_prefix.clone(),
        customer_by_row: look.shape.customer_by_row,
        organisations: look.shape.organisations,
        continued: look.shape.continued,
        question: look.shape.question.clone(),
        interaction_kind: look.shape.interaction_kind.clone(),
        columns,
    };
    settle(&mut mapping, None);
    if mapping.lists_firms() {
        firms::tell_apart(&mut mapping.columns, &sample.rows);
    }
    mapping
}
