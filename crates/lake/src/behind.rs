//! Work that nobody waits for: it gets the processors that those who ask leave over.

use std::sync::LazyLock;

/// Of 0 to 99, where 50 is that of all others: nice 9, about a tenth of a processor that others want, too.
const SOON: u8 = 25;
/// Nice 19: what others leave over, and a seventieth of what they do not, so that it ends at some time.
const LATER: u8 = 0;

/// Half of the processors.
static HALF: LazyLock<Option<rayon::ThreadPool>> = LazyLock::new(|| pool(rayon::current_num_threads().div_ceil(2), "behind"));

/// Threads that give way to all others; nothing when the system has none left.
#[must_use]
pub fn pool(threads: usize, name: &'static str) -> Option<rayon::ThreadPool> {
    rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .thread_name(move |n| format!("{name}-{n}"))
        .start_handler(|_| give_way(LATER))
        .build()
        .ok()
}

/// Does it on half of the processors, behind whoever else wants them.
pub fn behind<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    match HALF.as_ref() {
        Some(half) => half.install(work),
        None => work(),
    }
}

/// Does it on a thread of its own that gives way, as do the threads it begins; nothing if it panicked or there is no thread for it.
pub async fn aside<T: Send + 'static>(name: &str, work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    let (done, answer) = tokio::sync::oneshot::channel();
    let runtime = tokio::runtime::Handle::current();
    let begun = std::thread::Builder::new().name(name.to_owned()).spawn(move || {
        let _within = runtime.enter();
        give_way(SOON);
        // nobody waits any more: what was done is dropped
        let _ = done.send(work());
    });
    match begun {
        Ok(_) => answer.await.ok(),
        Err(e) => {
            tracing::error!("no thread is left: {e}");
            None
        }
    }
}

/// The thread gives way from here on; for good, since taking it back needs a privilege.
fn give_way(priority: u8) {
    // other systems know the priority of a process only
    #[cfg(target_os = "linux")]
    {
        use thread_priority::{ThreadPriority::Crossplatform, ThreadPriorityValue, set_current_thread_priority};
        let lower = ThreadPriorityValue::try_from(priority).ok().map(|p| set_current_thread_priority(Crossplatform(p)));
        if !matches!(lower, Some(Ok(()))) {
            tracing::debug!("a thread keeps its priority: {lower:?}");
        }
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    /// As the system has it, -20 … 19.
    fn nice() -> i32 {
        let all = std::fs::read_to_string("/proc/thread-self/stat").expect("is told");
        // the name in the middle may hold anything but this
        let rest = all.rsplit(')').next().expect("the rest");
        rest.split_whitespace().nth(16).and_then(|n| n.parse().ok()).expect("a number")
    }

    #[tokio::test]
    async fn only_work_behind_gives_way() {
        let before = nice();
        let behind = super::behind(nice);
        assert!(behind > before, "{before}");
        let aside = super::aside("test", || (nice(), std::thread::spawn(nice).join().expect("a number"))).await;
        assert!(aside.is_some_and(|(own, begun)| before < own && own < behind && begun == own), "{aside:?}");
        assert_eq!(super::aside("test", move || assert!(nice() < before, "never")).await, None);
        assert_eq!(nice(), before);
    }
}
