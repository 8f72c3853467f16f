//! The sample business is the same for a seed, and its habits are where they were planted.

use super::*;

fn today() -> Day {
    Day::new(2026, 11, 20).unwrap()
}

#[test]
fn the_same_seed_gives_the_same_business() {
    let (a, b) = (tempdir("a"), tempdir("b"));
    for dir in [&a, &b] {
        write_files(dir, 300, 7, Lang::Zh, today()).unwrap();
    }
    for entry in std::fs::read_dir(&a).unwrap() {
        let name = entry.unwrap().file_name();
        assert_eq!(std::fs::read(a.join(&name)).unwrap(), std::fs::read(b.join(&name)).unwrap(), "{name:?}");
    }
}

#[test]
fn habits_are_what_they_say() {
    let people = people(4000, 1, today());
    for p in &people {
        let last = p.orders.last().map(|o| o.day);
        match p.habit {
            Habit::Prospect => assert!(p.orders.is_empty()),
            Habit::OneTime => assert_eq!(p.orders.len(), 1),
            Habit::New => assert!(p.orders[0].day >= today().plus(-27)),
            Habit::Lost => assert!(last.unwrap() <= today().plus(-330)),
            Habit::Returned => assert!(last.unwrap() >= today().plus(-60)),
            Habit::Champion | Habit::Steady | Habit::Slipping => assert!(!p.orders.is_empty()),
        }
        assert!(p.orders.iter().all(|o| o.day <= today() && o.refund.is_none_or(|(d, a)| d <= today() && a <= o.paid())));
    }
    for (habit, _) in HABITS {
        assert!(people.iter().filter(|p| p.habit == *habit).count() > 50, "{habit:?}");
    }
}

fn tempdir(name: &str) -> std::path::PathBuf {
    let dir = std::env::temp_dir().join(format!("zhiyin-demo-{}-{name}", std::process::id()));
    std::fs::create_dir_all(&dir).unwrap();
    dir
}
