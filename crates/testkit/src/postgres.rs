//! A PostgreSQL of our own for tests: made in a temporary folder, on loopback and a port of its own, one for the process,
//! one empty database for each test. It ends, and its folder goes, when the process ends, however that happens.
//!
//! It trusts everybody who can reach it and does not fsync: never use it for anything but tests.

use std::{
    fs, io,
    net::TcpListener,
    os::unix::{fs::chown, process::CommandExt},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command, Stdio},
    sync::{
        Mutex, OnceLock,
        atomic::{AtomicU32, Ordering},
    },
    thread,
    time::Duration,
};

/// A running server. Dropping it stops it.
#[derive(Debug)]
pub struct Postgres {
    port: u16,
    programs: PathBuf,
    who: Option<(u32, u32)>,
    /// the watcher below ends the server when this closes, which the end of our process does, too
    life: Option<ChildStdin>,
    watcher: Child,
    made: AtomicU32,
}

/// Runs the server as its child and waits for its own standard input to close; then stops the server by its pid, waits,
/// and removes the folder.
const WATCHER: &str = r#"
"$1/postgres" -D "$2/data" -p "$3" -k "$2" -c listen_addresses=127.0.0.1 -c fsync=off -c synchronous_commit=off \
    -c full_page_writes=off -c max_connections=300 -c shared_buffers=64MB -c max_wal_size=1GB >"$2/log" 2>&1 </dev/null &
server=$!
read -r _
kill -INT "$server" 2>/dev/null
wait "$server"
rm -rf "$2"
"#;

/// Address of a new empty database on this process's server, which the first call starts.
pub fn database() -> io::Result<String> {
    static SERVER: OnceLock<Mutex<Option<&'static Postgres>>> = OnceLock::new();
    let mut server = SERVER.get_or_init(|| Mutex::new(None)).lock().map_err(|_| fail("an earlier start failed"))?;
    let running = match *server {
        Some(running) => running,
        None => {
            // it lives as long as the process; the watcher ends it
            let started: &'static Postgres = Box::leak(Box::new(Postgres::start()?));
            *server = Some(started);
            started
        }
    };
    drop(server);
    running.database()
}

impl Postgres {
    /// Makes and starts a server.
    pub fn start() -> io::Result<Postgres> {
        let programs = programs()?;
        let who = postgres_user()?;
        let mut last = fail("no free port");
        for _ in 0..3 {
            let folder = folder(who)?;
            let mut initdb = as_user(&programs.join("initdb"), who);
            initdb.args(["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync", "-D"]);
            run(initdb.arg(folder.join("data")), &folder)?;
            let port = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
            // somebody may take the port in between; then all of it once more
            match Postgres::start_on(port, &folder, &programs, who) {
                Ok(server) => return Ok(server),
                Err(e) => last = e,
            }
        }
        Err(last)
    }

    fn start_on(port: u16, folder: &Path, programs: &Path, who: Option<(u32, u32)>) -> io::Result<Postgres> {
        let mut watcher = as_user(Path::new("sh"), who)
            .args(["-c", WATCHER, "sh"])
            .arg(programs)
            .arg(folder)
            .arg(port.to_string())
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            // an interrupt of the test run must not end the watcher before it has cleaned up
            .process_group(0)
            .spawn()?;
        let life = watcher.stdin.take();
        let server = Postgres { port, programs: programs.to_owned(), who, life, watcher, made: AtomicU32::new(0) };
        for _ in 0..300 {
            if server.program("pg_isready").arg("-q").status()?.success() {
                return Ok(server);
            }
            thread::sleep(Duration::from_millis(50));
        }
        let log = fs::read_to_string(folder.join("log")).unwrap_or_default();
        Err(fail(&["PostgreSQL does not answer: ", &log].concat()))
    }

    /// Address of a new empty database.
    pub fn database(&self) -> io::Result<String> {
        let n = self.made.fetch_add(1, Ordering::SeqCst);
        let name = format!("test_{n}");
        let made = self.program("createdb").arg(&name).output()?;
        if !made.status.success() {
            return Err(fail(&String::from_utf8_lossy(&made.stderr)));
        }
        Ok(format!("postgres://postgres@127.0.0.1:{}/{name}", self.port))
    }

    fn program(&self, name: &str) -> Command {
        let mut command = as_user(&self.programs.join(name), self.who);
        command.args(["-h", "127.0.0.1", "-U", "postgres", "-p"]).arg(self.port.to_string()).current_dir("/");
        command
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        drop(self.life.take());
        if let Err(e) = self.watcher.wait() {
            eprintln!("the test PostgreSQL may still run: {e}");
        }
    }
}

/// The newest installed version's programs.
fn programs() -> io::Result<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").map_err(|_| fail("PostgreSQL is not installed (apt: postgresql)"))?;
    let mut found: Vec<(u32, PathBuf)> = versions
        .filter_map(|v| v.ok())
        .filter_map(|v| Some((v.file_name().to_str()?.parse().ok()?, v.path().join("bin"))))
        .filter(|(_, bin)| bin.join("initdb").exists())
        .collect();
    found.sort();
    found.pop().map(|(_, bin)| bin).ok_or_else(|| fail("no PostgreSQL server under /usr/lib/postgresql"))
}

/// PostgreSQL refuses to run as root: then we run it as the user `postgres`. `None` = as ourselves.
fn postgres_user() -> io::Result<Option<(u32, u32)>> {
    use std::os::unix::fs::MetadataExt;
    if fs::metadata("/proc/self")?.uid() != 0 {
        return Ok(None);
    }
    let users = fs::read_to_string("/etc/passwd")?;
    let line = users.lines().find(|l| l.starts_with("postgres:")).ok_or_else(|| fail("no user postgres"))?;
    let mut ids = line.split(':').skip(2).map(|n| n.parse::<u32>().map_err(|_| fail("a user without number")));
    match (ids.next(), ids.next()) {
        (Some(uid), Some(gid)) => Ok(Some((uid?, gid?))),
        _ => Err(fail("no user postgres")),
    }
}

fn as_user(program: &Path, who: Option<(u32, u32)>) -> Command {
    let mut command = Command::new(program);
    command.env("LC_ALL", "C.UTF-8");
    if let Some((uid, gid)) = who {
        command.uid(uid).gid(gid);
    }
    command
}

/// A new folder of the server's user, with a short name: the name of a socket has a limit.
fn folder(who: Option<(u32, u32)>) -> io::Result<PathBuf> {
    for n in 0..1_000u32 {
        let folder = std::env::temp_dir().join(format!("zhiyin-pg-{}-{n}", std::process::id()));
        match fs::create_dir(&folder) {
            Ok(()) => {
                if let Some((uid, gid)) = who {
                    chown(&folder, Some(uid), Some(gid))?;
                }
                return Ok(folder);
            }
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {}
            Err(e) => return Err(e),
        }
    }
    Err(fail("no free folder name"))
}

fn run(command: &mut Command, folder: &Path) -> io::Result<()> {
    let done = command.current_dir(folder).stdin(Stdio::null()).output()?;
    if done.status.success() { Ok(()) } else { Err(fail(&String::from_utf8_lossy(&done.stderr))) }
}

fn fail(why: &str) -> io::Error {
    io::Error::other(why.to_owned())
}
