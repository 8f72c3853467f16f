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

    /// Something names them, or may; if nothing does the sweep removes them.
    pub(crate) fn keep(mut self) {
        self.kept = true;
    }
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
