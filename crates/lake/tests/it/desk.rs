//! A question over what was computed of each customer makes the rows it hands out, and few more: a base of a million is no reason to lay
//! all of its columns out for ten of its rows.

use crate::support::{Business, TODAY};
use domain::{Currency, clock::Instant, feature::catalog};
use lake::{
    Run,
    desk::{Answer, Desk, Field, Holds, Of, Question, Sheet},
};
use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

/// A run that knows how often it was read: once for each column of each batch.
struct Counted(Run, AtomicUsize);

impl Holds for Counted {
    fn run(&self) -> &Run {
        self.1.fetch_add(1, Ordering::SeqCst);
        &self.0
    }
}

#[test]
fn a_question_makes_no_more_rows_than_it_works_with() {
    let b = Business::random(5, 60_000, 1);
    let root = tempfile::tempdir().expect("a folder");
    let lake = b.lake(root.path(), 200_000);
    let run = lake.run(&b.spec(Instant::MAX, catalog().to_vec())).expect("a run");
    let (customers, columns) = (run.present().iter().count(), catalog().len());
    assert!(customers > 30_000, "{customers} are there");
    let counted = Arc::new(Counted(run, AtomicUsize::new(0)));
    let columns_of = catalog().iter().map(|f| (f.key.clone(), Of::Feature(f.key.clone()))).collect();
    let sheet = Sheet { name: "features".to_owned(), columns: columns_of, of: counted.clone(), masked: false };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    let ask = |text: &str, rows: usize| -> (Answer, usize) {
        let question = Question {
            text: text.to_owned(),
            lake: lake.clone(),
            as_of: TODAY,
            currency: Currency::CNY,
            masked: false,
            sheets: vec![sheet.clone()],
            rows,
            deadline: Duration::from_secs(60),
            folder: root.path().to_owned(),
        };
        let before = counted.1.load(Ordering::SeqCst);
        let desk = Desk::default();
        let answer = runtime.block_on(async { desk.ask(desk.place().await?, question).await }).unwrap_or_else(|f| panic!("{text}: {}", f.message.en));
        (answer, counted.1.load(Ordering::SeqCst) - before)
    };
    let (all, made) = ask("SELECT count(*), count(orders), sum(orders) FROM features", 10);
    assert_eq!(all.rows[0][0], Field::Int(customers as i64));
    assert!(made >= customers / 8_192, "{made}");
    let (few, made) = ask("SELECT * FROM features", 10);
    assert!(few.rows.len() == 10 && few.columns.len() == columns, "{} rows of {} columns", few.rows.len(), few.columns.len());
    // each column is looked at once for its kind; then batches of 8,192
    assert!(made < columns * 4, "{made} readings of {columns} columns for ten rows");
}
