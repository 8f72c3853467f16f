//! The same import again changes nothing: three times in a row and eight times at once end with equal tables. Different
//! imports at once are all in.

use crate::{
    failpoints::healthy,
    files::orders,
    place::{Answer, Engine, Place, start},
    world::{World, checksum},
};

/// Customers of a file.
const CUSTOMERS: usize = 50;

#[test]
fn the_same_file_again_and_at_once_on_sqlite() {
    again_and_at_once(Engine::Sqlite);
}

#[test]
fn the_same_file_again_and_at_once_on_postgres() {
    again_and_at_once(Engine::Postgres);
}

#[test]
fn different_files_at_once_on_sqlite() {
    different_at_once(Engine::Sqlite);
}

#[test]
fn different_files_at_once_on_postgres() {
    different_at_once(Engine::Postgres);
}

/// How many of these brought something, and how many said it was there.
fn tally(answers: &[Answer]) -> (usize, usize) {
    let already = answers.iter().filter(|a| a.json()["already"] == true).count();
    (answers.iter().filter(|a| a.json()["snapshot"].is_i64()).count(), already)
}

fn again_and_at_once(engine: Engine) {
    let (text, lot) = orders(0, CUSTOMERS);
    let (thrice, at_once) = (Place::new(engine), Place::new(engine));
    let file = thrice.file("orders.csv", &text);
    let answers: Vec<Answer> = (0..3).map(|_| thrice.import(&file).ends(0)).collect();
    assert_eq!(tally(&answers), (1, 2), "{answers:#?}");
    let first = answers[0].json()["import"].clone();
    assert!(answers.iter().all(|a| a.json()["import"] == first), "{answers:#?}");

    let file = at_once.file("orders.csv", &text);
    let running: Vec<_> = (0..8).map(|_| start(&mut at_once.importing(std::slice::from_ref(&file)))).collect();
    let answers: Vec<Answer> = running.into_iter().map(|r| r.wait().ends(0)).collect();
    assert_eq!(tally(&answers), (1, 7), "{answers:#?}");

    let (one, other) = (World::of(&thrice), World::of(&at_once));
    assert_eq!(one.files.get(&0), Some(&lot));
    assert_eq!((&one.files, &one.rows, one.customers, one.committed.len()), (&other.files, &other.rows, other.customers, 1));
    assert_eq!(checksum(&thrice), checksum(&at_once));
}

fn different_at_once(engine: Engine) {
    let place = Place::new(engine);
    let all: Vec<_> = (0..4).map(|n| orders(n, CUSTOMERS)).collect();
    let files: Vec<_> = all.iter().enumerate().map(|(n, (text, _))| place.file(&format!("orders-{n}.csv"), text)).collect();
    let running: Vec<_> = files.iter().map(|file| start(&mut place.importing(std::slice::from_ref(file)))).collect();
    let answers: Vec<Answer> = running.into_iter().map(|r| r.wait().ends(0)).collect();
    assert_eq!(tally(&answers), (4, 0), "{answers:#?}");
    let world = World::of(&place);
    assert!(all.iter().enumerate().all(|(n, (_, lot))| world.files.get(&n) == Some(lot)), "{world:#?}");
    assert_eq!((world.customers, world.committed.len()), (4 * CUSTOMERS as u64, 4));
    healthy(&place, &world);
}
