//! A folder with a business in it, on SQLite or PostgreSQL, and the binary started there with nothing of our own
//! environment: no language, no time zone, no configuration.

use serde_json::Value;
use std::{
    fs,
    io::{Read, Write},
    os::unix::process::ExitStatusExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};
use tempfile::TempDir;

/// No command of these tests may take longer.
const PATIENCE: Duration = Duration::from_secs(60);

/// Which database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// A folder with files and a business.
pub struct Place {
    folder: TempDir,
    store: Option<String>,
}

impl Place {
    /// Nothing in it yet.
    pub fn new(engine: Engine) -> Place {
        let store = (engine == Engine::Postgres).then(|| testkit::postgres::database().expect("a PostgreSQL of our own"));
        Place { folder: tempfile::tempdir().expect("a temporary folder"), store }
    }

    /// On SQLite.
    pub fn sqlite() -> Place {
        Place::new(Engine::Sqlite)
    }

    /// A path inside.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The data folder.
    pub fn data(&self) -> PathBuf {
        self.path("data")
    }

    /// Writes a file.
    pub fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, text).expect("the folder is writable");
        path
    }

    /// Reads a file as text.
    #[track_caller]
    pub fn text(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_else(|e| panic!("{name}: {e}"))
    }

    /// Address of the database.
    pub fn url(&self) -> String {
        self.store.clone().unwrap_or_else(|| format!("sqlite:{}", self.data().join("zhiyin.db").display()))
    }

    /// The binary, at home here.
    pub fn zhiyin<S: AsRef<std::ffi::OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_zhiyin"));
        for (name, _) in std::env::vars_os() {
            let text = name.to_string_lossy();
            if text.starts_with("ZHIYIN") || text.starts_with("LC_") || text.starts_with("RUST_LOG") || text == "LANG" || text == "NO_COLOR" {
                command.env_remove(&name);
            }
        }
        command.env("TZ", "UTC").current_dir(self.folder.path()).stdin(Stdio::null()).args(args);
        command
    }

    /// The same with the flags that say where the business is kept, right after the command.
    pub fn at_home<'a>(&self, args: impl IntoIterator<Item = &'a str>) -> Command {
        let mut args = args.into_iter();
        let first = args.next();
        let mut command = self.zhiyin(first);
        if matches!(first, Some("user" | "audit" | "business" | "customer" | "records")) {
            // a command of two words
            command.args(args.next());
        }
        command.arg("--data").arg(self.data());
        if let Some(store) = &self.store {
            command.arg("--store").arg(store);
        }
        command.args(args);
        command
    }

    /// `zhiyin import --orders … --yes --json`.
    pub fn importing(&self, files: &[PathBuf]) -> Command {
        let mut command = self.at_home(["import", "--yes", "--json", "--currency", "USD", "--time-zone", "UTC"]);
        for file in files {
            command.arg("--orders").arg(file);
        }
        command
    }

    /// The same, run.
    pub fn import(&self, file: &Path) -> Answer {
        run(&mut self.importing(&[file.to_owned()]))
    }
}

/// What a command answered.
#[derive(Debug)]
pub struct Answer {
    /// exit code; none when a signal ended it
    pub code: Option<i32>,
    /// the signal that ended it
    pub signal: Option<i32>,
    /// standard output
    pub out: String,
    /// standard error
    pub err: String,
}

impl Answer {
    /// It ended with this code.
    #[track_caller]
    pub fn ends(self, code: i32) -> Answer {
        assert_eq!(self.code, Some(code), "ended otherwise: {self:#?}");
        self
    }

    /// It was ended by `abort()`.
    #[track_caller]
    pub fn aborted(self) -> Answer {
        const SIGABRT: i32 = 6;
        assert_eq!(self.signal, Some(SIGABRT), "did not die: {self:#?}");
        self
    }

    /// Its answer, the only thing on standard output.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|e| panic!("{e}: {self:#?}"))
    }

    /// Did it say that the import is in? Whoever reads its output believes it from then on, however it ended.
    pub fn acknowledged(&self) -> bool {
        serde_json::from_str::<Value>(&self.out).is_ok_and(|said| said["import"].is_string())
    }
}

/// A process whose output is read while it runs, so that no full pipe holds it up.
pub struct Running {
    child: Child,
    out: Drain,
    err: Drain,
}

/// What came out of a pipe so far.
struct Drain {
    bytes: Arc<Mutex<Vec<u8>>>,
    reader: JoinHandle<()>,
}

/// Starts a command.
pub fn start(command: &mut Command) -> Running {
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the binary starts");
    let (out, err) = (drain(child.stdout.take()), drain(child.stderr.take()));
    Running { child, out, err }
}

fn drain(pipe: Option<impl Read + Send + 'static>) -> Drain {
    let bytes = Arc::new(Mutex::new(Vec::new()));
    let (mut pipe, into) = (pipe.expect("the pipe is ours"), Arc::clone(&bytes));
    let reader = thread::spawn(move || {
        let mut part = vec![0; 1 << 16];
        loop {
            match pipe.read(&mut part).expect("the pipe reads") {
                0 => return,
                n => into.lock().expect("nobody panicked").extend_from_slice(&part[..n]),
            }
        }
    });
    Drain { bytes, reader }
}

impl Drain {
    fn so_far(&self) -> String {
        String::from_utf8_lossy(&self.bytes.lock().expect("nobody panicked")).into_owned()
    }

    fn end(self) -> String {
        self.reader.join().expect("the pipe was read");
        String::from_utf8(std::mem::take(&mut *self.bytes.lock().expect("nobody panicked"))).expect("it speaks UTF-8")
    }
}

/// Runs a command with this on standard input.
#[track_caller]
pub fn fed(command: &mut Command, input: &[u8]) -> Answer {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the binary starts");
    let (mut pipe, input) = (child.stdin.take().expect("its input is ours"), input.to_owned());
    let (out, err) = (drain(child.stdout.take()), drain(child.stderr.take()));
    // it may refuse before it reads
    let fed = thread::spawn(move || pipe.write_all(&input).ok());
    let answer = Running { child, out, err }.within(PATIENCE).unwrap_or_else(|late| panic!("still running after {PATIENCE:?}: {late:?}"));
    fed.join().expect("the pipe was written to");
    answer
}

impl Running {
    /// Waits until it says this on standard error.
    #[track_caller]
    pub fn until(&self, words: &str) {
        let begun = Instant::now();
        while !self.err.so_far().contains(words) {
            assert!(begun.elapsed() < PATIENCE, "it never said {words:?}: {}", self.err.so_far());
            thread::sleep(Duration::from_millis(2));
        }
    }

    /// The first line it says on standard output, which is JSON.
    #[track_caller]
    pub fn first_line(&self) -> Value {
        let begun = Instant::now();
        loop {
            if let Some((line, _)) = self.out.so_far().split_once('\n') {
                return serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}"));
            }
            assert!(begun.elapsed() < PATIENCE, "it never said anything: {}", self.err.so_far());
            thread::sleep(Duration::from_millis(2));
        }
    }

    /// Sends it what Ctrl-C sends; false if it was over already.
    pub fn interrupt(&self) -> bool {
        let sent = Command::new("kill").arg("-INT").arg(self.child.id().to_string()).stderr(Stdio::null()).status();
        sent.expect("there is a kill").success()
    }

    /// Waits for its end and what it answered.
    pub fn wait(mut self) -> Answer {
        let status = self.child.wait().expect("the process can be waited for");
        Answer { code: status.code(), signal: status.signal(), out: self.out.end(), err: self.err.end() }
    }

    /// Kills it (`kill -9`) if it is not over after `limit`: `Err` then.
    pub fn within(mut self, limit: Duration) -> Result<Answer, Answer> {
        let begun = Instant::now();
        while self.child.try_wait().expect("the process can be asked").is_none() {
            let left = limit.saturating_sub(begun.elapsed());
            if left.is_zero() {
                self.child.kill().expect("the process is ours to kill");
                return Err(self.wait());
            }
            thread::sleep(left.min(Duration::from_millis(1)));
        }
        Ok(self.wait())
    }
}

/// Runs a command to its end.
#[track_caller]
pub fn run(command: &mut Command) -> Answer {
    start(command).within(PATIENCE).unwrap_or_else(|late| panic!("still running after {PATIENCE:?}: {late:?}"))
}

/// Runs a future to its end.
pub fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime").block_on(future)
}
