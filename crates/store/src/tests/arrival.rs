//! What comes in takes the place of nothing that somebody wrote while it did.

use super::*;
use crate::{Error, arrival::Arrival};

both! {
    async fn what_was_written_meanwhile_is_not_taken_away(store: &Store) {
        lake(store).await;
        let mut arrival = Arrival::begin(store, at(1), &[], "test").await.unwrap().unwrap();
        let there = arrival.tables().await.unwrap();
        // as whoever was quicker leaves it, where the database lets two write at once
        execute!(arrival.tx(), "INSERT INTO tags (id, workspace, name, folded, colour, created_by, created_at) VALUES ('tag_1', 'wsp', 'VIP', 'vip', 'red', 'amy', 1)").unwrap();
        execute!(arrival.tx(), "INSERT INTO mapping_templates (signature, mapping, author, created_at, used_at, uses) VALUES ('s', '{}', 'amy', 1, 1, 1)").unwrap();
        let of = |name: &str| there.iter().find(|t| t.name == name).unwrap();
        let columns = ["signature", "mapping", "author", "created_at", "used_at", "uses"].map(str::to_owned);
        let filled = arrival.fill(of("mapping_templates"), &columns, &mut &b"t\t{}\tben\t2\t2\t2\n"[..]).await.unwrap();
        assert_eq!(filled, 1, "what is left of imports that came to nothing gives way");
        assert_eq!(scalar!(arrival.tx(), String, "SELECT signature FROM mapping_templates").unwrap(), "t");
        let refused = arrival.fill(of("tags"), &["id".to_owned()], &mut &b""[..]).await;
        assert!(matches!(refused, Err(Error::Busy)), "{refused:?}");
    }
}
