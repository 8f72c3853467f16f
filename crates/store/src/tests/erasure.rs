//! Every column of text is looked through for a person, or it is said why not.

use super::*;
use crate::erasure::texts::{LEFT, PLACES};
use std::collections::BTreeSet;

both! {
    async fn no_column_of_text_is_forgotten(store: &Store) {
        let mut reading = store.reading().await.unwrap();
        let tables = reading.tables().await.unwrap();
        let there: BTreeSet<(String, String)> = tables.iter().flat_map(|t| t.texts().map(|c| (t.name.clone(), c.to_owned()))).collect();
        let said = |table: &str, column: &str| PLACES.iter().any(|p| (p.table, p.column) == (table, column)) || LEFT.iter().any(|(t, c)| *t == table && (*c == "*" || *c == column));
        let forgotten: Vec<_> = there.iter().filter(|(t, c)| !said(t, c)).collect();
        assert!(forgotten.is_empty(), "say in erasure::texts what becomes of a person's traces in {forgotten:?}");
        let gone: Vec<_> = PLACES.iter().filter(|p| !there.contains(&(p.table.to_owned(), p.column.to_owned()))).map(|p| (p.table, p.column)).collect();
        assert!(gone.is_empty(), "{gone:?} are looked through and not there");
        let gone: Vec<_> = LEFT.iter().filter(|(t, c)| !there.iter().any(|(table, column)| table == t && (*c == "*" || column == c)) && *c != "*").collect();
        assert!(gone.is_empty(), "{gone:?} are left alone and not there");
    }
}
