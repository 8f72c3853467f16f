//! Failures are counted by key within a window, and go.

use super::*;
use crate::tries;

both! {
    async fn failures_count_within_the_window_and_are_forgotten(store: &Store) {
        let keys = ["a".to_owned(), "b".to_owned()];
        for n in 0..10 {
            tries::failed(store, &keys, at(n), at(n - 900)).await.unwrap();
        }
        let counted = tries::since(store, "a", at(-1)).await.unwrap();
        assert_eq!((counted.count, counted.first), (10, at(0)));
        assert_eq!(tries::since(store, "a", at(4)).await.unwrap().count, 5);
        tries::passed(store, &keys[..1]).await.unwrap();
        assert_eq!(tries::since(store, "a", at(-1)).await.unwrap().count, 0);
        assert_eq!(tries::since(store, "b", at(-1)).await.unwrap().count, 10);
        // what is old goes with the next failure of anybody
        tries::failed(store, &["c".to_owned()], at(2_000), at(1_100)).await.unwrap();
        assert_eq!(scalar!(store, i64, "SELECT COUNT(*) FROM tries").unwrap(), 1);
    }
}
