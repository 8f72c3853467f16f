//! Ctrl-C, or a signal to end: once, the work stops where it can (rows at the next batch, saying how to go on; a server when it has
//! answered); twice, it ends at once. Whatever is being committed is committed whole; nothing else was written.

use crate::{exit::Code, voice::Voice};
use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};
use tokio::{
    signal::unix::{Signal, SignalKind, signal},
    sync::watch,
};

/// Whether somebody asked the work to stop.
#[derive(Clone)]
pub struct Interrupt {
    asked: watch::Receiver<bool>,
    leftovers: Arc<Mutex<Vec<PathBuf>>>,
}

impl Interrupt {
    /// Listens from now on. Commands that call this do not end at the first Ctrl-C; others do.
    pub fn watch(voice: &Voice) -> Interrupt {
        let (tell, asked) = watch::channel(false);
        let interrupt = Interrupt { asked, leftovers: Arc::default() };
        let (left, voice) = (Arc::clone(&interrupt.leftovers), voice.clone());
        // without signals (there is always one on Unix) Ctrl-C ends the process as it does by default
        if let (Ok(mut key), Ok(mut end)) = (signal(SignalKind::interrupt()), signal(SignalKind::terminate())) {
            tokio::spawn(async move {
                either(&mut key, &mut end).await;
                tell.send_replace(true);
                voice.say("正在停下 …（再按一次 Ctrl-C 立即结束）", "stopping … (Ctrl-C once more ends it at once)");
                either(&mut key, &mut end).await;
                for folder in left.lock().map(|l| l.clone()).unwrap_or_default() {
                    // work goes on until the end and may put a file there while it is emptied; the process ends either way
                    (0..10).find(|_| std::fs::remove_dir_all(&folder).is_ok());
                }
                std::process::exit(i32::from(Code::Interrupted as u8));
            });
        }
        interrupt
    }

    /// Did somebody press Ctrl-C?
    pub fn asked(&self) -> bool {
        *self.asked.borrow()
    }

    /// Waits until somebody does.
    pub async fn wait(&self) {
        let mut asked = self.asked.clone();
        if asked.wait_for(|asked| *asked).await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// A folder that must not stay when the process ends at once.
    pub fn leaves(&self, folder: &Path) {
        if let Ok(mut left) = self.leftovers.lock() {
            left.push(folder.to_owned());
        }
    }
}

async fn either(one: &mut Signal, other: &mut Signal) {
    tokio::select! {
        _ = one.recv() => {}
        _ = other.recv() => {}
    }
}
