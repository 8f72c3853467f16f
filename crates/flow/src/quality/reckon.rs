//! One look at the whole base: facts by the lake in one pass, people by the store in one, everything else off the run that serves.

use super::{Key, findings::{Found, silent_days, usual_gap}};
use crate::{Result, analysis::{Asked, Picture}, app::App};
use domain::{
    CustomerKey, Day, Label,
    classification::Method,
    clock::Instant,
    feature::{Definition, Feature, Group},
    identity::IdentifierKind,
    plausible,
    profiling::NOT_PROFILED,
};
use lake::{Bits, Data};
use std::{collections::BTreeMap, sync::Arc};

/// What a look found.
#[derive(Debug)]
pub(super) struct Base {
    /// what it is of
    pub(super) key: Key,
    pub(super) at: Instant,
    pub(super) as_of: Day,
    pub(super) total: u64,
    /// orders that count
    pub(super) orders: u64,
    /// by code
    pub(super) found: BTreeMap<String, Found>,
}

/// Completeness is asked of these features always, of others once anybody has a value.
const CORE: &[&str] = &["gender", "birthday", "city", "signup_day", "industry"];
/// A classification of fewer customers tells nothing by having one class.
const ENOUGH: u64 = 20;
/// The share of all in one class from which it tells nobody apart.
const NEARLY_ALL: f64 = 0.99;
/// Imports read at a time.
const PAGE: u32 = 200;

/// Looks.
pub(super) async fn look(app: &App, key: Key) -> Result<Base> {
    app.runs.warm(app).await?;
    let picture = app.runs.at(app, Asked::default()).await?;
    let mut found = BTreeMap::new();
    // nothing is known of whoever was erased, on purpose
    let erased = store::quality::erased(&app.store).await?;
    let mut asked = picture.everyone().clone();
    asked.and_not(&Bits::of(erased, picture.everyone().len()));
    people(app, &picture, &asked, &mut found).await?;
    let blank = left_blank(app).await?;
    let of = blank.max(store::quality::brought(&app.store).await?.rows);
    found.insert("left_blank".to_owned(), Found { count: blank, of, ..Found::default() });
    let (behind, at) = (Arc::clone(&picture), app.clock.now());
    tokio::task::spawn_blocking(move || {
        let inspected = behind.lake.inspect(behind.run.customers(), key.today, Instant::MAX)?;
        let orders = inspected.days.values().sum();
        freshness(&inspected.days, behind.as_of, key.today, &mut found);
        let faults = [
            ("future_facts", inspected.future), ("early_orders", inspected.early), ("zero_orders", inspected.zero), ("negative_orders", inspected.negative),
            ("bare_orders", inspected.bare), ("unequal_orders", inspected.unequal), ("twice_orders", inspected.twice), ("outliers", inspected.outliers),
        ];
        for (code, fault) in faults {
            found.insert(code.to_owned(), Found { count: fault.count, of: fault.of, who: Some(fault.who), ..Found::default() });
        }
        let said = [
            ("early_orders", inspected.began.map(|day| Label::new(format!("生意始于 {day}"), format!("the business began on {day}")))),
            ("outliers", inspected.edge.map(|edge| {
                let edge = domain::rule::amount(edge, behind.currency);
                Label::new(format!("从 {edge} 起"), format!("from {edge}"))
            })),
        ];
        for (code, label) in said {
            if let (Some(found), Some(label)) = (found.get_mut(code), label) {
                found.named.push((code.to_owned(), label));
            }
        }
        features(&behind, &asked, &mut found);
        birthdays(&behind, key.today, &mut found);
        definitions(&behind, &mut found);
        Ok(Base { key, at, as_of: behind.as_of, total: behind.total(), orders, found })
    })
    .await?
}

/// Names, phones and addresses of all these, those of whoever was merged among them.
async fn people(app: &App, picture: &Picture, all: &Bits, found: &mut BTreeMap<String, Found>) -> Result<()> {
    let len = all.len();
    let aliases = picture.lake.aliases();
    let none = || Bits::none(len);
    let [mut named, mut phoned, mut mailed, mut odd_phones, mut odd_mails] = [none(), none(), none(), none(), none()];
    let mark = |bits: &mut Bits, key: CustomerKey| {
        let place = aliases.root(key).0 as usize;
        if place < len {
            bits.insert(place);
        }
    };
    store::customer::each(&app.store, |c| {
        if c.name.is_some_and(|n| !n.trim().is_empty()) {
            mark(&mut named, c.key);
        }
    })
    .await?;
    let mut contact = |kind: IdentifierKind, value: &str, key: CustomerKey| match kind {
        IdentifierKind::Phone => {
            mark(&mut phoned, key);
            if !plausible::phone(value) {
                mark(&mut odd_phones, key);
            }
        }
        IdentifierKind::Email => {
            mark(&mut mailed, key);
            if !plausible::email(value) {
                mark(&mut odd_mails, key);
            }
        }
        _ => {}
    };
    store::customer::each_identifier(&app.store, |kind, value, key| contact(kind, &value, key)).await?;
    let organisations = store::customer::organisations(&app.store).await?;
    for part in organisations.chunks(5_000) {
        // a company is reached by its people, those of whoever was merged into it too
        let group: Vec<CustomerKey> = part.iter().flat_map(|root| std::iter::once(*root).chain(aliases.members(*root))).collect();
        for c in store::contact::by_keys(&app.store, &group).await? {
            if let Some(phone) = &c.phone {
                contact(IdentifierKind::Phone, phone, c.customer);
            }
            if let Some(email) = &c.email {
                contact(IdentifierKind::Email, email, c.customer);
            }
        }
    }
    let reached = || {
        let mut reached = phoned.clone();
        reached.or(&mailed);
        reached
    };
    let mut lacks = |code: &str, who: &Bits| {
        let mut without = all.clone();
        without.and_not(who);
        found.insert(code.to_owned(), Found::of(without, all.count()));
    };
    lacks("no_name", &named);
    lacks("no_phone", &phoned);
    lacks("no_email", &mailed);
    lacks("no_contact", &reached());
    for (code, mut odd, with) in [("phone_improbable", odd_phones, phoned), ("email_improbable", odd_mails, mailed)] {
        let mut with = with;
        with.and(all);
        odd.and(all);
        found.insert(code.to_owned(), Found::of(odd, with.count()));
    }
    Ok(())
}

/// Values that imports in force could not read and left blank.
async fn left_blank(app: &App) -> Result<u64> {
    let mut before = None;
    let mut sum = 0;
    loop {
        let page = store::import::list(&app.store, before, PAGE).await?;
        for import in page.iter().filter(|i| i.status == store::import::Status::Committed) {
            let blanks = import.report.as_ref().and_then(|r| r.get("left_blank")).and_then(|b| b.as_array());
            sum += blanks.into_iter().flatten().filter_map(|b| b.get("count").and_then(serde_json::Value::as_u64)).sum::<u64>();
        }
        match page.last() {
            Some(last) if page.len() == PAGE as usize => before = Some(last.batch),
            _ => return Ok(sum),
        }
    }
}

/// Whom of these a feature is about: companies have no birthday, people no industry.
fn concerned(picture: &Picture, all: &Bits, f: &Feature) -> Bits {
    let mut organisations = Bits::none(picture.everyone().len());
    if let Some(Data::Text(codes, texts)) = picture.column("kind").map(lake::Column::data) {
        let of = texts.iter().position(|t| t == "organisation").map(|c| c as u32);
        codes.iter().enumerate().filter(|(_, c)| Some(**c) == of).for_each(|(i, _)| organisations.insert(i));
    }
    let mut who = all.clone();
    match f.group {
        Group::Firmographics => drop(who.and(&organisations)),
        Group::Demographics | Group::Psychographics => drop(who.and_not(&organisations)),
        _ => {}
    }
    who
}

/// Fields and how many of these lack them.
fn features(picture: &Picture, all: &Bits, found: &mut BTreeMap<String, Found>) {
    let stated = |f: &&Feature| matches!(f.definition, Definition::Attribute { .. }) || CORE.contains(&f.key.as_str());
    for f in picture.definitions.features().iter().filter(stated) {
        let Some(column) = picture.column(&f.key) else { continue };
        let mut who = concerned(picture, all, f);
        let of = who.count();
        let mut known = who.clone();
        known.and(column.known());
        let own = f.own_field().is_some();
        if of == 0 || (known.count() == 0 && !own && !CORE.contains(&f.key.as_str())) {
            continue;
        }
        who.and_not(&known);
        found.insert(format!("missing.{}", f.key), Found { label: Some(f.label.clone()), ..Found::of(who, of) });
    }
}

fn birthdays(picture: &Picture, today: Day, found: &mut BTreeMap<String, Found>) {
    let Some(column) = picture.column("birthday") else { return };
    let mut with = picture.everyone().clone();
    with.and(column.known());
    let mut odd = Bits::none(with.len());
    if let Data::Day(days) = column.data() {
        with.iter().filter(|i| days.get(*i).is_some_and(|d| !plausible::birthday(Day(*d), today))).for_each(|i| odd.insert(i));
    }
    found.insert("birthday_impossible".to_owned(), Found::of(odd, with.count()));
}

/// How old the data is, and which days lack orders.
fn freshness(days: &BTreeMap<Day, u64>, as_of: Day, today: Day, found: &mut BTreeMap<String, Found>) {
    let age = u64::try_from(today.0 - as_of.0).unwrap_or(0);
    let patience = usual_gap(days, as_of) * 2;
    let count = if days.is_empty() || age <= patience { 0 } else { age };
    found.insert("stale".to_owned(), Found { count, of: count.max(1), ..Found::default() });
    let (missing, looked) = silent_days(days, as_of);
    found.insert("missing_days".to_owned(), Found { count: missing.len() as u64, of: looked, days: missing, ..Found::default() });
}

/// Definitions that tell nobody apart of those who may be told apart.
fn definitions(picture: &Picture, found: &mut BTreeMap<String, Found>) {
    let mut profiled = picture.everyone().clone();
    profiled.and_not(picture.run.refused());
    let total = profiled.count();
    let all = picture.definitions.classifications();
    let mut single = Vec::new();
    for c in all.iter().filter(|_| total >= ENOUGH) {
        let several = !matches!(&c.method, Method::Rules { classes, .. } if classes.is_empty());
        let Some(classes) = picture.classes(&c.key).filter(|_| several) else { continue };
        let most = classes.keys().iter().zip(classes.sizes()).filter(|(key, _)| *key != NOT_PROFILED).max_by_key(|(_, n)| **n);
        if let Some((key, n)) = most.filter(|(_, n)| **n as f64 >= NEARLY_ALL * total as f64) {
            let class = c.class_label(key);
            let label = Label::new(format!("{}：{}", c.label.zh, class.zh), format!("{}: {}", c.label.en, class.en));
            single.push((format!("class.{}", c.key), label, *n));
        }
    }
    let named = |of: Vec<(String, Label, u64)>| of.into_iter().map(|(key, label, _)| (key, label)).collect::<Vec<_>>();
    let put = |code: &str, named: Vec<(String, Label)>, of: u64, found: &mut BTreeMap<String, Found>| {
        found.insert(code.to_owned(), Found { count: named.len() as u64, of, named, ..Found::default() });
    };
    put("single_class", named(single), all.len() as u64, found);
    let segments = picture.definitions.segments();
    let those = |holds: &dyn Fn(&Bits) -> bool| -> Vec<(String, Label)> {
        let of = segments.iter().filter(|s| picture.members(&s.key).is_some_and(holds));
        of.map(|s| (s.key.clone(), s.label.clone())).collect()
    };
    let lacks_nobody = |members: &Bits| {
        let mut without = profiled.clone();
        without.and_not(members);
        without.count() == 0
    };
    put("empty_segment", those(&|members| members.count() == 0), segments.len() as u64, found);
    put("full_segment", those(&|members| total > 0 && lacks_nobody(members)), segments.len() as u64, found);
}
