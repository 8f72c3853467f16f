//! How a file is to be read: proposed by what was read before or by guess, or reviewed as somebody said it. A workbook may hold a
//! table on each of its sheets.

use super::{rejected::Again, stage::unreadable};
use crate::{Result, analysis::export::{HUNG, OWN_NUMBER}, app::App};
use domain::{
    classification::Classification,
    feature::{Definition, Feature},
    identity::{Identifier, IdentifierKind},
};
use sources::{Kind, Mapping, Probe, Target};
use std::path::Path;

/// As [`propose`], for every table of the file: the sheets of a workbook that can be told for what they are, each with its own
/// proposal, sheets of one heading together. Of a file that is said to hold a `kind`, the sheets that hold it; if none is known
/// for it, the first.
///
/// # Errors
/// As [`propose`].
pub async fn propose_all(app: &App, path: &Path, name: &str, kind: Option<Kind>) -> Result<Vec<Probe>> {
    let first = propose(app, path, name, kind).await?;
    let read = |probe: &Probe, sheet: &String| probe.mapping.sheet.as_ref() == Some(sheet) || probe.mapping.more_sheets.contains(sheet);
    if first.sheets.iter().filter(|s| !read(&first, s)).count() == 0 {
        return Ok(vec![first]);
    }
    let plain = if kind.is_none() { first.clone() } else { propose(app, path, name, None).await? };
    let mut all = vec![plain];
    for sheet in &first.sheets {
        if !all.iter().any(|p| read(p, sheet)) {
            // a sheet that cannot be read is told of as left out
            all.extend(propose_sheet(app, path, name, None, Some(sheet.clone())).await);
        }
    }
    all.retain(|probe| match (told(probe), kind) {
        (None, _) => false,
        (Some(_), None) => true,
        (Some(Kind::Contact), Some(Kind::Customer)) | (Some(Kind::Line), Some(Kind::Order)) => true,
        (Some(told), Some(kind)) => told == kind,
    });
    Ok(if all.is_empty() { vec![first] } else { all })
}

/// What a table is first of all; `None` where nothing but text was found, or rows that name nobody.
fn told(probe: &Probe) -> Option<Kind> {
    const RANK: [Kind; 9] = [Kind::Order, Kind::Line, Kind::Refund, Kind::Answer, Kind::Interaction, Kind::Cost, Kind::Product, Kind::Contact, Kind::Customer];
    RANK.into_iter().find(|k| probe.mapping.kinds.contains(k)).filter(|_| !probe.mapping.customer_by_row)
}

/// Looks at a file and proposes how to read it: as last time if a file with this header was read before, else by guess.
/// The mapping to use is `probe.mapping`; every guess is told of it.
///
/// # Errors
/// When the file cannot be read or is none of our formats.
pub async fn propose(app: &App, path: &Path, name: &str, kind: Option<Kind>) -> Result<Probe> {
    propose_sheet(app, path, name, kind, None).await
}

async fn propose_sheet(app: &App, path: &Path, name: &str, kind: Option<Kind>, sheet: Option<String>) -> Result<Probe> {
    let settings = app.settings();
    let (file, of) = (path.to_owned(), name.to_owned());
    let looked = tokio::task::spawn_blocking(move || {
        let mut options = sources::Options::new(&settings.zone, settings.currency);
        (options.name, options.kind, options.sheet) = (Some(of.as_str()), kind, sheet.as_deref());
        sources::probe(&file, &options)
    });
    let mut probe = looked.await?.map_err(|e| unreadable(name, &e))?;
    if let Some(template) = store::template::get(&app.store, &probe.mapping.signature()).await? {
        let known = serde_json::from_value::<Mapping>(template.mapping).ok();
        if let Some(mapping) = known.and_then(|t| probe.mapping.with_template(&t)) {
            let kept = review(app, path, name, mapping).await?;
            // the same headers over amounts that mean something else: what was decided then does not hold for this file
            let torn = |p: &Probe| p.guesses.iter().any(|g| g.code == sources::Code::GuessOrderCorrected);
            if !torn(&kept) || torn(&probe) {
                return Ok(kept);
            }
        }
    }
    let known = store::template::list(&app.store).await?.into_iter().filter_map(|t| serde_json::from_value(t.mapping).ok());
    match super::rejected::settle(&mut probe.mapping, &known.collect::<Vec<_>>()) {
        Again::Known => return review(app, path, name, probe.mapping).await,
        Again::Guessed => probe = review(app, path, name, probe.mapping).await?,
        Again::No => {}
    }
    settle_number(app, &mut probe).await?;
    if leave_computed(app, &mut probe.mapping).await? {
        return review(app, path, name, probe.mapping).await;
    }
    Ok(probe)
}

/// Classes by which a list of ours is known, besides our own number: no other program calls columns so.
const OURS: [&str; 3] = ["rfm_8", "rfm_11", "lifecycle"];

/// A list of customers that was exported here comes in again, under machine names or the words of a language: what we computed and what
/// people hung on customers is left out, what was told is read.
async fn leave_computed(app: &App, mapping: &mut Mapping) -> Result<bool> {
    let definitions = crate::definitions::current(app).await?;
    let called = |header: &str, key: &str, zh: &str, en: &str| {
        !header.is_empty() && [key, zh, en].contains(&header) || header.strip_suffix(')').and_then(|h| h.strip_suffix(key)).is_some_and(|h| [zh, en].iter().any(|name| h.strip_suffix(" (") == Some(*name)))
    };
    let ours = |header: &str, (key, zh, en): (&str, &str, &str)| called(header, key, zh, en);
    let class = |header: &str, c: &Classification| called(header, &c.key, &c.label.zh, &c.label.en);
    let telling = |header: &str| ours(header, OWN_NUMBER) || definitions.classifications().iter().any(|c| OURS.contains(&c.key.as_str()) && class(header, c));
    if mapping.columns.iter().filter(|c| telling(c.header.trim())).count() < 2 {
        return Ok(false);
    }
    let computed = |header: &str| {
        let feature = |f: &Feature| !matches!(f.definition, Definition::Attribute { .. }) && called(header, &f.key, &f.label.zh, &f.label.en);
        let ours = ours(header, OWN_NUMBER) || HUNG.iter().any(|own| ours(header, *own));
        ours || definitions.features().iter().any(feature) || definitions.classifications().iter().any(|c| class(header, c))
    };
    let told = |header: &str| {
        definitions.features().iter().find_map(|f| match &f.definition {
            Definition::Attribute { key } if header != f.key && called(header, &f.key, &f.label.zh, &f.label.en) => Some((f, key)),
            _ => None,
        })
    };
    for column in &mut mapping.columns {
        let header = column.header.trim().to_owned();
        let name = match told(&header) {
            _ if computed(&header) => "ignore".to_owned(),
            // options stand there by their names, which are not what the field keeps
            Some((field, _)) if field.entry.as_ref().is_some_and(|e| e.kind.chooses()) => "ignore".to_owned(),
            Some((_, key)) if key.starts_with("custom.") => key.clone(),
            Some((_, key)) => format!("attribute.{key}"),
            None => continue,
        };
        let Some(target) = Target::parse(&name) else { continue };
        column.value_type = if target == Target::Ignore { None } else { target.value_type().or(column.value_type) };
        column.target = target;
    }
    Ok(true)
}

/// Looks at a file as a mapping says that it is read, be it made by hand or saved: what follows from its columns is settled, and
/// every guess is told of it.
///
/// # Errors
/// When the file cannot be read, or its header is not the mapping's.
pub async fn review(app: &App, path: &Path, name: &str, mapping: Mapping) -> Result<Probe> {
    let settings = app.settings();
    let (file, of) = (path.to_owned(), name.to_owned());
    let looked = tokio::task::spawn_blocking(move || {
        let options = sources::Options { name: Some(&of), ..sources::Options::new(&settings.zone, settings.currency) };
        sources::review(&file, &options, mapping, None)
    });
    looked.await?.map_err(|e| unreadable(name, &e))
}

/// A file whose only number of the customer is called a member number: most businesses call their customer number so, and
/// their other files must meet it there. A card number of its own it is where its values are known as such.
async fn settle_number(app: &App, probe: &mut Probe) -> Result<()> {
    let columns = &probe.mapping.columns;
    if columns.iter().any(|c| c.target == Target::CustomerId) {
        return Ok(());
    }
    let Some(at) = columns.iter().find(|c| c.target == Target::CustomerMember).map(|c| c.index) else { return Ok(()) };
    let samples = probe.columns.iter().find(|c| c.index == at).map(|c| c.samples.clone()).unwrap_or_default();
    let cards: Vec<Identifier> = samples.into_iter().map(|value| Identifier { kind: IdentifierKind::Member, value }).collect();
    if store::customer::resolve(&app.store, &cards).await?.iter().any(Option::is_some) {
        return Ok(());
    }
    for c in probe.mapping.columns.iter_mut().filter(|c| c.index == at) {
        c.target = Target::CustomerId;
    }
    for c in probe.columns.iter_mut().filter(|c| c.index == at) {
        c.target = Target::CustomerId;
    }
    Ok(())
}
