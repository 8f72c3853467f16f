//! Dashboards: one's own and the team's, changed by one person at a time, and back after they were taken away.

use super::*;
use crate::dashboard::{self, Dashboard};
use domain::Label;

const WORKSPACE: &str = "wsp_1";

both! {
    async fn dashboards_are_ones_own_or_the_teams(store: &Store) {
        let mine = Dashboard {
            id: "dsh_1".into(), owner: "usr_1".into(), owner_name: None, name: Label::new("留存", "Retention"), tiles: json!([{ "id": "a" }]), shared: false,
            edition: 1, created_at: at(1), updated_at: at(1), updated_by: "usr_1".into(),
        };
        let mut tx = store.begin().await.unwrap();
        dashboard::create(&mut tx, WORKSPACE, &mine).await.unwrap();
        dashboard::create(&mut tx, WORKSPACE, &Dashboard { id: "dsh_2".into(), shared: true, ..mine.clone() }).await.unwrap();
        tx.commit().await.unwrap();
        let seen = async |who| dashboard::list(store, WORKSPACE, who).await.unwrap().into_iter().map(|d| d.id).collect::<Vec<_>>();
        assert_eq!((seen("usr_1").await, seen("usr_2").await), (vec!["dsh_1".to_owned(), "dsh_2".to_owned()], vec!["dsh_2".to_owned()]));
        assert_eq!(dashboard::get(store, WORKSPACE, "dsh_1", "usr_2").await.unwrap(), None);
        assert_eq!(dashboard::get(store, "wsp_2", "dsh_2", "usr_1").await.unwrap(), None);
        assert_eq!(dashboard::count(store, WORKSPACE, "usr_1").await.unwrap(), 2);

        // two who began with the same edition: the second is told
        let ours = Dashboard { name: Label::same("ours"), shared: true, updated_at: at(7), updated_by: "usr_2".into(), ..mine.clone() };
        let mut tx = store.begin().await.unwrap();
        assert!(dashboard::change(&mut tx, WORKSPACE, &ours).await.unwrap());
        assert!(!dashboard::change(&mut tx, WORKSPACE, &ours).await.unwrap());
        assert!(!dashboard::change(&mut tx, "wsp_2", &Dashboard { edition: 2, ..ours.clone() }).await.unwrap());
        tx.commit().await.unwrap();
        let now = dashboard::get(store, WORKSPACE, "dsh_1", "usr_2").await.unwrap().unwrap();
        assert_eq!(now, Dashboard { edition: 2, ..ours });

        let mut tx = store.begin().await.unwrap();
        dashboard::remove(&mut tx, WORKSPACE, "dsh_2", at(9)).await.unwrap();
        assert!(dashboard::remove(&mut tx, WORKSPACE, "dsh_2", at(9)).await.is_err());
        tx.commit().await.unwrap();
        assert_eq!(seen("usr_2").await, vec!["dsh_1".to_owned()]);
        let mut tx = store.begin().await.unwrap();
        assert!(!dashboard::restore(&mut tx, WORKSPACE, "dsh_2", at(10), "usr_1").await.unwrap(), "too long ago");
        assert!(dashboard::restore(&mut tx, WORKSPACE, "dsh_2", at(9), "usr_2").await.unwrap());
        assert!(!dashboard::restore(&mut tx, WORKSPACE, "dsh_2", at(9), "usr_2").await.unwrap());
        tx.commit().await.unwrap();
        assert_eq!(seen("usr_2").await, vec!["dsh_1".to_owned(), "dsh_2".to_owned()]);
    }
}
