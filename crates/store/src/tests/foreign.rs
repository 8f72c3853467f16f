//! What another program left in the catalog is refused where we could not read it truly.

use super::*;
use crate::Error;

async fn one_file(store: &Store) {
    lake(store).await;
    checked(store, "imp_1", "f1").await;
    let files = [file(Table::Orders, "a.parquet", 10)];
    import::commit(store, commit_of("imp_1", base(store).await, &files)).await.unwrap();
}

async fn refused(store: &Store) -> String {
    match catalog::snapshot(store, None).await {
        Err(Error::Foreign(why)) => why,
        other => panic!("{other:?}"),
    }
}

both! {
    async fn a_delete_file(store: &Store) {
        one_file(store).await;
        execute!(store, "INSERT INTO ducklake_delete_file (delete_file_id, table_id, begin_snapshot, data_file_id) VALUES (5, 1, 2, 0)").unwrap();
        assert!(refused(store).await.contains("delete file"));
        // but not in the time before it
        catalog::snapshot(store, Some(1)).await.unwrap();
    }

    async fn deletes_inside_the_catalog(store: &Store) {
        one_file(store).await;
        execute!(store, "CREATE TABLE ducklake_inlined_delete_99 (file_id BIGINT)").unwrap();
        catalog::snapshot(store, None).await.unwrap();
        execute!(store, "CREATE TABLE ducklake_inlined_delete_1 (file_id BIGINT)").unwrap();
        assert!(refused(store).await.contains("ducklake_inlined_delete_1"));
    }

    async fn rows_inside_the_catalog(store: &Store) {
        one_file(store).await;
        execute!(store, "CREATE TABLE ducklake_inlined_data_1_1 (row_id BIGINT)").unwrap();
        assert!(refused(store).await.contains("ducklake_inlined_data_1_1"));
    }

    async fn a_file_merged_over_snapshots_is_refused_before_its_end(store: &Store) {
        one_file(store).await;
        execute!(store, "UPDATE ducklake_data_file SET partial_max = 2").unwrap();
        catalog::snapshot(store, Some(2)).await.unwrap();
        execute!(store, "UPDATE ducklake_data_file SET partial_max = 3").unwrap();
        assert!(refused(store).await.contains("a.parquet"));
    }

    async fn a_file_elsewhere_encrypted_or_mapped_by_name(store: &Store) {
        one_file(store).await;
        for (break_it, mend) in [
            ("UPDATE ducklake_data_file SET encryption_key = 'k'", "UPDATE ducklake_data_file SET encryption_key = NULL"),
            ("UPDATE ducklake_data_file SET mapping_id = 4", "UPDATE ducklake_data_file SET mapping_id = NULL"),
            ("UPDATE ducklake_data_file SET file_format = 'puffin'", "UPDATE ducklake_data_file SET file_format = 'parquet'"),
        ] {
            execute!(store, break_it).unwrap();
            refused(store).await;
            execute!(store, mend).unwrap();
        }
        catalog::snapshot(store, None).await.unwrap();
    }

    async fn a_column_renamed_or_a_table_dropped(store: &Store) {
        one_file(store).await;
        execute!(store, "UPDATE ducklake_column SET column_name = 'betrag' WHERE table_id = 1 AND column_id = 8").unwrap();
        assert!(refused(store).await.contains("betrag"));
        execute!(store, "UPDATE ducklake_column SET column_name = 'paid' WHERE table_id = 1 AND column_id = 8").unwrap();
        execute!(store, "UPDATE ducklake_table SET end_snapshot = 2 WHERE table_id = 3").unwrap();
        assert!(refused(store).await.contains("refunds was dropped"));
        catalog::snapshot(store, Some(1)).await.unwrap();
    }

    async fn a_catalog_of_another_version(store: &Store) {
        lake(store).await;
        execute!(store, "UPDATE ducklake_metadata SET value = '2.0' WHERE key = 'version'").unwrap();
        let boot = catalog::Bootstrap { data_path: "/data/lake", author: "test", now: at(0), random: [7; 16] };
        assert!(matches!(catalog::ensure(store, &boot).await.unwrap_err(), Error::Foreign(_)));
    }
}
