//! What a merge comes to, whatever the facts.

use super::*;
use testkit::chance::Chance as Dice;

/// Facts of a small business, in two imports a kind; `name` says whose a row is written down as.
struct Tale {
    files: Vec<(&'static str, String)>,
}

/// A history drawn from a seed. Of the customers C1 and C2 each row names one, by chance; `one`: always C1.
fn tale(seed: u64, one: bool) -> Tale {
    let mut dice = Dice::new(seed);
    let who = |dice: &mut Dice| {
        // drawn either way, so that the rest of the tale is the same
        let second = dice.with(0.5);
        if second && !one { "C2" } else { "C1" }
    };
    let mut people = String::from("customer_id,name,city\nC1,王芳,上海\n");
    if !one {
        people.push_str("C2,,\n");
    }
    for n in 3..9 {
        people.push_str(&format!("C{n},客户{n},北京\n"));
    }
    let (mut first, mut second) = (String::from("order_id,customer_id,order_time,paid,status,channel\n"), String::from("order_id,customer_id,order_time,paid,status,channel\n"));
    let (mut visits, mut answers) = (String::from("customer_id,interaction_time,interaction_type,channel\n"), String::from("customer_id,answered_at,survey,score\n"));
    for n in 0..24 {
        let (day, paid) = (dice.between(1, 28), dice.between(10, 900));
        let channel = *dice.one(&["APP", "POS", "微信"]);
        let whose = if n % 3 == 2 { format!("C{}", dice.between(3, 8)) } else { who(&mut dice).to_owned() };
        first.push_str(&format!("D{n},{whose},2026-{:02}-{day:02} 10:{n:02}:00,{paid}.00,completed,{channel}\n", 1 + n % 9));
        if dice.with(0.25) && n % 3 != 2 {
            // told again with another amount, perhaps under the other name
            let whose = who(&mut dice);
            second.push_str(&format!("D{n},{whose},2026-{:02}-{day:02} 10:{n:02}:00,{}.00,completed,{channel}\n", 1 + n % 9, paid + 7));
        }
        visits.push_str(&format!("{},2026-{:02}-{day:02} 12:{n:02}:00,visit,{channel}\n", who(&mut dice), 1 + n % 9));
        if dice.with(0.4) {
            answers.push_str(&format!("{},2026-{:02}-{day:02} 15:{n:02}:00,NPS,{}\n", who(&mut dice), 1 + n % 9, dice.between(0, 10)));
        }
    }
    second.push_str(&format!("E1,{},2026-10-03 09:00:00,55.00,completed,APP\n", who(&mut dice)));
    Tale { files: vec![("people.csv", people), ("orders.csv", first), ("visits.csv", visits), ("answers.csv", answers), ("more.csv", second)] }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn split_and_merged_is_as_if_it_had_been_one() {
    for (engine, [split, whole]) in Shop::pairs().await.into_iter().enumerate() {
        let seeds: &[u64] = if engine == 0 { &[11] } else { &[12] };
        for seed in seeds {
            for (shop, one) in [(&split, false), (&whole, true)] {
                for (name, text) in tale(*seed, one).files {
                    shop.import(name, &text).await;
                }
            }
            split.merge("C1", &["C2"]).await;
            for asked in [Asked::default(), on("2026-06-15"), on("2026-02-01")] {
                let (a, b) = (split.says("C1", asked).await, whole.says("C1", asked).await);
                for (what, value) in &b {
                    assert_eq!(a.get(what), Some(value), "seed {seed}, {asked:?}: {what}");
                }
                assert_eq!(split.count(asked).await, whole.count(asked).await, "seed {seed}, {asked:?}");
            }
            assert_eq!(split.root("C2").await, split.root("C1").await);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn split_and_merged_is_as_one_whoever_survives_and_whatever_is_drawn() {
    for seed in 20..26 {
        let (split, whole) = (Shop::at(None).await, Shop::at(None).await);
        let told = |one| tale(seed, one).files;
        for (name, text) in told(false) {
            split.import(name, &text).await;
        }
        for (name, text) in told(true) {
            whole.import(name, &text).await;
        }
        let survivor = if seed % 2 == 0 { ("C1", "C2") } else { ("C2", "C1") };
        split.merge(survivor.0, &[survivor.1]).await;
        let asked = on("2026-07-20");
        assert_eq!(split.says("C2", asked).await, whole.says("C1", asked).await, "seed {seed}");
        assert_eq!(split.says("C1", Asked::default()).await, whole.says("C1", Asked::default()).await, "seed {seed}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn merged_and_taken_back_is_as_if_it_had_never_been() {
    for shop in Shop::both().await {
        for (name, text) in tale(31, false).files {
            shop.import(name, &text).await;
        }
        let days = [Asked::default(), on("2026-06-15"), then("2026-11-22")];
        let mut before = Vec::new();
        for asked in days {
            before.push(shop.digest(asked).await);
        }
        let made = shop.merge_with("C1", &["C2"], &[("name", "C2"), ("attribute.city", "C2")]).await;
        assert_ne!(shop.digest(Asked::default()).await, before[0], "a merge changes nothing");
        let chained = shop.merge("C3", &["C1"]).await;
        shop.unmerge(&chained).await;
        let back = shop.unmerge(&made).await;
        assert_eq!(back.merges[0].stayed, Some(merges::Stayed { notes: 0, name: false, owner: false }));
        for (asked, digest) in days.into_iter().zip(before) {
            assert_eq!(shop.digest(asked).await, digest, "{asked:?}");
        }
        assert_eq!(shop.unmerge(&made).await.merges[0].undone_at, back.merges[0].undone_at, "a second time it is answered as it is");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_came_while_they_were_one_goes_to_whom_it_named() {
    for [merged, never] in Shop::pairs().await {
        for (name, text) in tale(41, false).files {
            merged.import(name, &text).await;
            never.import(name, &text).await;
        }
        let made = merged.merge("C1", &["C2"]).await;
        never.later();
        let more = "order_id,customer_id,order_time,paid,status,channel\nX1,C1,2026-10-11 10:00:00,10.00,completed,APP\nX2,C2,2026-10-12 10:00:00,20.00,completed,APP\nX3,C2,2026-10-13 10:00:00,30.00,completed,POS\n";
        merged.import("later.csv", more).await;
        never.import("later.csv", more).await;
        let orders = |says: BTreeMap<String, String>| says.get("orders").cloned().unwrap_or_default();
        assert_ne!(orders(merged.says("C2", Asked::default()).await), orders(never.says("C2", Asked::default()).await));
        merged.unmerge(&made).await;
        never.later();
        assert_eq!(merged.digest(Asked::default()).await, never.digest(Asked::default()).await);
        // the same file again is known, merged or not
        let again = merged.merge("C2", &["C1"]).await;
        merged.import("later-again.csv", &format!("{more}X4,C1,2026-10-14 10:00:00,40.00,completed,APP\n")).await;
        merged.unmerge(&again).await;
        assert_eq!(merged.key("C1").await, never.key("C1").await);
    }
}
