//! Whoever writes has threads of their own. A change holds the database's one pen from its first statement to its last, and between
//! them it waits to be polled: behind a hundred lists that are being made, that is what the next change waits for.

use std::{future::Future, sync::LazyLock};
use tokio::{runtime::{Builder, Runtime}, task::JoinHandle};

/// Those of the whole server.
static THREADS: LazyLock<Option<Runtime>> = LazyLock::new(|| {
    // two, so that a change that reckons long holds up no other
    let built = Builder::new_multi_thread().worker_threads(2).thread_name("writes").enable_all().build();
    built.inspect_err(|e| tracing::warn!(error = %e, "whoever writes has no threads of their own")).ok()
});

/// Does it there, whether or not whoever asked still waits.
pub fn spawn<F: Future<Output: Send> + Send + 'static>(change: F) -> JoinHandle<F::Output> {
    match &*THREADS {
        Some(threads) => threads.spawn(change),
        None => tokio::spawn(change),
    }
}
