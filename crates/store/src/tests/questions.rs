//! Questions in SQL: one's own and the team's, and what each asked lately.

use super::*;
use crate::question::{self, Asked, Question};
use domain::Day;

const WORKSPACE: &str = "wsp_1";

both! {
    async fn questions_are_ones_own_or_everybodys_and_history_is_short(store: &Store) {
        let mine = Question { id: "qry_1".into(), owner: "usr_1".into(), owner_name: None, name: "n".into(), text: "SELECT 1".into(), shared: false, created_at: at(1), updated_at: at(1) };
        let mut tx = store.begin().await.unwrap();
        question::create(&mut tx, WORKSPACE, &mine).await.unwrap();
        question::create(&mut tx, WORKSPACE, &Question { id: "qry_2".into(), shared: true, ..mine.clone() }).await.unwrap();
        tx.commit().await.unwrap();
        let seen = async |who| question::list(store, WORKSPACE, who).await.unwrap().into_iter().map(|q| q.id).collect::<Vec<_>>();
        assert_eq!((seen("usr_1").await, seen("usr_2").await), (vec!["qry_1".to_owned(), "qry_2".to_owned()], vec!["qry_2".to_owned()]));
        assert_eq!(question::get(store, WORKSPACE, "qry_1", "usr_2").await.unwrap(), None);
        assert_eq!(question::count(store, WORKSPACE, "usr_1").await.unwrap(), 2);
        let mut tx = store.begin().await.unwrap();
        question::change(&mut tx, WORKSPACE, &Question { text: "SELECT 2".into(), shared: true, updated_at: at(5), ..mine.clone() }).await.unwrap();
        question::remove(&mut tx, WORKSPACE, "qry_2", at(6)).await.unwrap();
        assert!(question::remove(&mut tx, "wsp_2", "qry_1", at(6)).await.is_err());
        tx.commit().await.unwrap();
        assert_eq!(question::get(store, WORKSPACE, "qry_1", "usr_2").await.unwrap().map(|q| q.text), Some("SELECT 2".to_owned()));

        let asked = |n: i64| Asked { id: format!("ask_{n:04}"), text: format!("SELECT {n}"), code: String::new(), rows: n, milliseconds: 1, as_of: Day(20_000), at: at(n) };
        for n in 0..205 {
            let mut tx = store.begin().await.unwrap();
            question::note(&mut tx, WORKSPACE, "usr_1", &asked(n)).await.unwrap();
            tx.commit().await.unwrap();
        }
        let mut tx = store.begin().await.unwrap();
        question::note(&mut tx, WORKSPACE, "usr_2", &Asked { id: "ask_x".into(), ..asked(0) }).await.unwrap();
        tx.commit().await.unwrap();
        let told = question::history(store, WORKSPACE, "usr_1").await.unwrap();
        assert_eq!((told.len(), told[0].clone(), told[199].rows), (200, asked(204), 5));
        assert_eq!(question::history(store, WORKSPACE, "usr_2").await.unwrap().len(), 1);
    }
}
