//! Files of the lake that nothing names yet. They go where nothing will: when what wrote them breaks off or is refused.

use std::path::{Path, PathBuf};

/// The files of one attempt, by what their names begin with; they go with it unless it is kept.
#[derive(Debug)]
pub(crate) struct Fresh {
    root: PathBuf,
    stem: String,
    kept: bool,
}

impl Fresh {
    /// Of files below `root` whose names will begin so and no others' do.
    pub(crate) fn new(root: &Path, stem: String) -> Fresh {
        Fresh { root: root.to_path_buf(), stem, kept: false }
    }

    /// What their names begin with.
    pub(crate) fn stem(&self) -> &str {
        &self.stem
    }

    /// There are none, or they are somebody else's from now on.
    pub(crate) fn keep(mut self) {
        self.kept = true;
    }

    /// Does what names them. If it is refused they go. If nobody knows whether it was done, or nobody waits for its end, they stay: the
    /// sweep removes what nothing names.
    pub(crate) async fn naming<T>(fresh: impl Into<Option<Fresh>>, act: impl Future<Output = store::Result<T>>) -> store::Result<T> {
        let mut fresh = fresh.into();
        if let Some(fresh) = &mut fresh {
            fresh.kept = true;
        }
        let outcome = act.await;
        if let (Some(fresh), Err(e)) = (&mut fresh, &outcome) {
            fresh.kept = !refused(e);
        }
        outcome
    }
}

/// Is it certain that nothing was done?
fn refused(e: &store::Error) -> bool {
    use store::Error::{AlreadyImported, Conflict, LeaseLost, NotFound, State, UndoExpired};
    matches!(e, AlreadyImported { .. } | Conflict(_) | LeaseLost { .. } | NotFound { .. } | State { .. } | UndoExpired { .. })
}

impl Drop for Fresh {
    fn drop(&mut self) {
        if !self.kept {
            if let Err(e) = lake::forget(&self.root, &self.stem, &[]) {
                tracing::debug!(stem = %self.stem, error = %e, "left for the sweep");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::table::Table;
    use futures::FutureExt;
    use std::future;

    #[tokio::test]
    async fn files_go_where_it_is_certain_that_nothing_names_them() {
        let folder = tempfile::tempdir().expect("a folder");
        let place = lake::folder(folder.path(), Table::Orders);
        std::fs::create_dir_all(&place).expect("a folder");
        let file = place.join("out_1_00001.parquet");
        let written = || {
            std::fs::write(&file, b"rows").expect("is written");
            Fresh::new(folder.path(), "out_1".to_owned())
        };
        drop(written());
        assert!(!file.exists(), "nobody tried to name them");
        let refusal = || store::Error::NotFound { what: "import", id: "imp_1".into() };
        Fresh::naming::<()>(written(), future::ready(Err(refusal()))).await.expect_err("is refused");
        assert!(!file.exists(), "it was refused");
        Fresh::naming::<()>(written(), future::ready(Err(store::Error::Busy))).await.expect_err("nobody knows");
        assert!(file.exists(), "it may be done");
        Fresh::naming(written(), future::ready(Ok(()))).await.expect("is done");
        assert!(file.exists(), "they are named");
        // whoever asked goes away in the middle of it
        assert!(Fresh::naming::<()>(written(), future::pending()).now_or_never().is_none());
        assert!(file.exists(), "it may go on, and be done");
    }
}
