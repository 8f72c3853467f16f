//! Many small files of the lake become few, and nobody notices: the same rows, the same figures, and everything can be taken back.

use crate::{
    app::{TestApp, both},
    fields,
    intake::{carry, order, orphans},
};
use domain::{
    audit::Actor,
    clock::{Clock, Instant},
    table::Table,
};
use flow::{jobs::{Beat, Kind}, people::By};
use serde_json::{Value, json};
use std::sync::Arc;

const SKIN: &str = "custom.皮肤类型";
const MOVES: usize = 12;

/// Every row of the lake, as it is handed out to whoever takes everything away.
async fn rows(app: &TestApp) -> Vec<String> {
    let here = &app.ctx.app;
    here.runs.forget_all();
    let lake = here.runs.lake(here).await.expect("the lake opens");
    let mut all = Vec::new();
    rows_of(&lake, &mut all);
    all
}

fn rows_of(lake: &lake::Lake, all: &mut Vec<String>) {
    for table in Table::ALL {
        let customer = table.columns().iter().position(|c| c.name == "customer");
        let mut keep = |row: &[lake::Plain<'_>]| {
            all.push(format!("{} of {:?}: {row:?}", table.name(), customer.and_then(|n| row.get(n))));
            Ok::<(), lake::Error>(())
        };
        lake.each_whole_row(table, &mut keep).expect("it reads");
    }
}

/// Every row of every file that any snapshot of the lake names.
async fn rows_of_all_time(app: &TestApp) -> Vec<String> {
    let here = &app.ctx.app;
    let mut snapshot = store::catalog::snapshot(&here.store, None).await.expect("the catalog reads");
    for past in store::catalog::history(&here.store, 1_000).await.expect("the catalog reads") {
        let past = store::catalog::snapshot(&here.store, Some(past.id)).await.expect("the catalog reads");
        let more: Vec<_> = past.files.into_iter().filter(|f| snapshot.files.iter().all(|known| (known.table, &known.path) != (f.table, &f.path))).collect();
        snapshot.files.extend(more);
    }
    let mut all = Vec::new();
    rows_of(&lake::Lake::open(&here.lake, &snapshot).expect("the lake opens"), &mut all);
    all
}

/// Erases somebody whose rows lie in files with those of others: what tells of them is in no file, all other rows stand as they stood.
async fn erase(app: &TestApp, whose: &str) {
    let here = &app.ctx.app;
    let id = fields::id_of(app, whose).await;
    let key = store::customer::get(&here.store, &id).await.expect("answers").expect("is there").key.0;
    let tells = |row: &String| ["interactions", "attributes"].iter().any(|table| row.starts_with(&format!("{table} of Some(Whole({key})): ")));
    let before = rows(app).await;
    let (told, left): (Vec<String>, Vec<String>) = before.into_iter().partition(tells);
    assert!(told.len() > MOVES / 2 && !left.is_empty(), "{told:?}");
    let draft = flow::erasure::ErasureDraft { reason: "asked for it".into(), confirm: id.clone() };
    let begun = flow::erasure::begin(here, &By::machine("test"), &id, &draft).await.expect("is asked for");
    flow::erasure::carry_out(here, &begun.id).await.expect("is done");
    assert_eq!(rows(app).await, left, "the rows of everybody else, and the amounts");
    let ever = rows_of_all_time(app).await;
    assert_eq!(ever.iter().filter(|row| tells(row)).collect::<Vec<_>>(), Vec::<&String>::new(), "in a file of an earlier snapshot");
    assert!(left.iter().all(|row| ever.contains(row)));
}

/// What people see of it, reckoned from the files as they are.
async fn seen(app: &TestApp) -> Vec<Value> {
    app.ctx.app.runs.forget_all();
    let me = app.me();
    let overview = app.read(&me, "/overview").await.expect(200);
    let mut all: Vec<Value> = ["as_of", "customers", "buyers", "net", "gross", "orders", "classifications"].map(|key| overview[key].clone()).into();
    let list = app.read(&me, &format!("/customers?limit=100&columns=orders,net,last_order_day,{}", "custom.%E7%9A%AE%E8%82%A4%E7%B1%BB%E5%9E%8B")).await.expect(200);
    all.extend(list["items"].as_array().expect("customers").iter().map(|c| json!([c["values"], c["classes"]])));
    all
}

async fn live(app: &TestApp) -> usize {
    store::catalog::snapshot(&app.ctx.app.store, None).await.expect("the catalog reads").files.len()
}

/// Does a job of this kind, whoever's turn it is; answers what it says it did.
async fn job(app: &Arc<flow::app::App>, kind: Kind) -> flow::Result<Value> {
    let (id, now) = (app.new_id("job"), app.clock.now());
    assert!(store::job::enqueue(&app.store, &store::job::NewJob::new(id.clone(), kind.key(), json!({}), now), now).await.expect("is enqueued"));
    let job = store::job::get(&app.store, &id).await.expect("answers").expect("is there");
    let effect = flow::jobs::perform(Arc::clone(app), Arc::new(job), Arc::new(Beat::default())).await?;
    Ok(effect.result.unwrap_or_default())
}

fn later(app: &TestApp) {
    app.clock.set(Instant(app.clock.now().0 + 1_000_000));
}

/// Posts what move `n` is about: an order, every third time a correction of an earlier one, a visit, somebody new, now and then a refund
/// that names only its order.
async fn post(app: &mut TestApp, n: usize) {
    let (day, who) = (format!("2025-12-{:02}", n % 20 + 1), format!("C{}", n % 5));
    let mut orders = vec![order(&format!("D{n}"), &who, &day, 1_000 + n as i64)];
    if n > 3 && n.is_multiple_of(3) {
        orders.push(order(&format!("D{}", n - 2), &format!("C{}", (n - 2) % 5), &day, 5_000 + n as i64));
    }
    app.post("/orders", json!(orders)).await.expect(202);
    app.post("/interactions", json!({ "at": format!("{day} 09:00"), "kind": if n.is_multiple_of(2) { "visit" } else { "call" }, "customer": { "id": "C1" } })).await.expect(202);
    let city = json!({ "city": if n.is_multiple_of(2) { "北京" } else { "上海" } });
    app.post("/customers", json!([{ "id": format!("N{n}"), "attributes": city }, { "id": "C1", "attributes": city }])).await.expect(202);
    if n % 5 == 4 {
        app.post("/refunds", json!({ "number": format!("R{n}"), "order": format!("D{}", n - 1), "at": day, "amount": 5 })).await.expect(202);
    }
}

/// A base of many moves and values by hand; answers the changes by hand.
async fn grow(app: &mut TestApp) -> Vec<String> {
    app.post("/features", fields::field(SKIN, "choice", "text", &fields::SKINS, false)).await.expect(201);
    let (me, mut changes) = (app.me(), Vec::new());
    for n in 0..MOVES {
        post(app, n).await;
        carry(app).await;
        later(app);
        // two of one instant, of two customers, are told only by their files
        let both = [("N0", n % 3), ("N1", n / 3 % 3)];
        for (whose, skin) in &both[..if n % 3 == 1 { 2 } else { 1 }] {
            let id = fields::id_of(app, whose).await;
            let made = fields::set(app, &me, &format!("by-hand-{n:04}-{whose}"), &id, SKIN, json!(fields::SKINS[*skin].0), None).await.expect(200);
            assert_eq!(made["changed"], 1);
            changes.push(fields::text(&made["id"]));
        }
    }
    changes
}

/// The moves, the first one first.
async fn moves(app: &mut TestApp) -> Vec<String> {
    let list = app.get("/imports").await.expect(200);
    let ids: Vec<String> = list["items"].as_array().expect("imports").iter().filter(|i| i["author"] == "API").map(|i| fields::text(&i["id"])).collect();
    ids.into_iter().rev().collect()
}

/// How everything stands after each of the same steps, with or without compactions in between.
async fn walk(app: &mut TestApp, compacts: bool) -> Vec<(u64, Vec<String>, Vec<Value>)> {
    let (changes, mut stood) = (grow(app).await, Vec::new());
    let imports = moves(app).await;
    assert_eq!((imports.len(), changes.len()), (MOVES, MOVES + MOVES / 3));
    let here = Arc::clone(&app.ctx.app);
    stood.push((0, rows(app).await, seen(app).await));
    if compacts {
        let before = live(app).await;
        let done = job(&here, Kind::Compact).await.expect("is done");
        assert!(done["files"].as_u64() > Some(30) && done["into"].as_u64() < Some(20), "{done}");
        assert!(live(app).await * 2 < before, "{} of {before} files", live(app).await);
        assert_eq!(job(&here, Kind::Compact).await.expect("is done")["files"], 0, "there is nothing left to do");
        stood.push((0, rows(app).await, seen(app).await));
        assert_eq!(stood.pop(), stood.last().cloned());
    }
    // taken back from the files they came to share, in any order
    for import in [3, 9] {
        let id = &imports[import];
        let trial = flow::ingest::undo_trial(&here, id, &Actor::program("test")).await.expect("could be taken back");
        app.post(&format!("/imports/{id}/undo"), json!({})).await.expect(200);
        stood.push((trial.customers, rows(app).await, seen(app).await));
    }
    for change in [1, 2, 6, 7] {
        later(app);
        let back = app.post(&format!("/changes/{}/undo", changes[change]), json!({})).await.expect(200);
        stood.push((back["reverted"].as_u64().expect("a number"), rows(app).await, seen(app).await));
    }
    // somebody is erased from the files they came to share, and what came with them can still be taken back
    erase(app, "C1").await;
    stood.push((0, rows(app).await, seen(app).await));
    app.post(&format!("/imports/{}/undo", imports[6]), json!({})).await.expect(200);
    stood.push((0, rows(app).await, seen(app).await));
    // files come and are merged, by two at once, at the same moment
    let beside = app.beside(flow::webhooks::Egress::new(flow::webhooks::Policy::default())).await;
    for n in MOVES..MOVES + 4 {
        post(app, n).await;
        if compacts {
            let (moved, one, two) = tokio::join!(carry(app), job(&here, Kind::Compact), job(&beside, Kind::Compact));
            assert!(moved > 0 && (one.is_ok() || two.is_ok()), "{one:?} {two:?}");
            // whoever loses was too late, and nothing else
            let late = |e: &flow::Error| matches!(e, flow::Error::Store(store::Error::Busy | store::Error::Conflict(_)));
            assert!([&one, &two].into_iter().all(|r| r.as_ref().err().is_none_or(late)), "{one:?} {two:?}");
        } else {
            carry(app).await;
        }
    }
    stood.push((0, rows(app).await, seen(app).await));
    let last = moves(app).await.pop().expect("a move");
    app.post(&format!("/imports/{last}/undo"), json!({})).await.expect(200);
    stood.push((0, rows(app).await, seen(app).await));
    if compacts {
        assert_eq!(orphans(app).await, Vec::<std::path::PathBuf>::new(), "what was written and not named has gone");
        // what ended is forgotten after a week
        let named = async || store::catalog::paths(&here.store).await.expect("the catalog reads").len();
        assert!(named().await > live(app).await);
        app.clock.set(Instant(app.clock.now().0 + 8 * 86_400_000_000));
        job(&here, Kind::Sweep).await.expect("is done");
        assert_eq!(named().await, live(app).await);
        assert_eq!(rows(app).await, stood.last().expect("some").1);
    }
    stood
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_files_become_few_and_everything_stands_and_goes_back_as_before() {
    let plain = walk(&mut TestApp::ready(None).await, false).await;
    assert!(plain.windows(2).all(|steps| steps[0].1 != steps[1].1), "each step changes something");
    for url in both().await {
        let merged = walk(&mut TestApp::ready(url).await, true).await;
        for (n, (plain, merged)) in plain.iter().zip(&merged).enumerate() {
            assert_eq!(plain, merged, "step {n}");
        }
        assert_eq!(plain.len(), merged.len());
    }
}
