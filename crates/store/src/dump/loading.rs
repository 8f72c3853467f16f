//! A dump becomes a database: the schema it was taken from is made anew, filled, and brought up to date, in one transaction.

use super::{
    Kind, Table,
    known::only,
    list, quoted,
    reading::{postgres_tables, sqlite_tables},
    text,
};
use crate::{
    Access, Error, Result, Store, Tx,
    db::{Inner, On, POSTGRES, SQLITE, TxInner},
};
use sqlx::{
    Arguments, ConnectOptions, Connection, PgConnection, SqliteConnection,
    postgres::PgPoolOptions,
    sqlite::{SqliteArguments, SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    io::BufRead,
    path::Path,
    str::FromStr,
    sync::Arc,
    time::Duration,
};
use tokio::sync::Mutex;

/// What refers to what in PostgreSQL, which minds the order in which tables are filled.
const REFERENCES: &str = "SELECT c.conrelid::regclass::text, c.confrelid::regclass::text FROM pg_constraint c
    JOIN pg_namespace n ON n.oid = c.connamespace WHERE c.contype = 'f' AND n.nspname = current_schema()";
/// Others of ours that use this PostgreSQL database.
const OTHERS: &str = "SELECT COUNT(*) FROM pg_stat_activity
    WHERE datname = current_database() AND application_name = current_setting('application_name') AND pid <> pg_backend_pid()";
/// What goes along with tables when they move: functions of their triggers.
const FUNCTIONS: &str = "SELECT DISTINCT t.tgfoid::regprocedure::text FROM pg_trigger t
    JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_proc p ON p.oid = t.tgfoid
    WHERE n.nspname = current_schema() AND p.pronamespace = n.oid AND NOT t.tgisinternal AND c.relname = ANY ($1)";
const VIEWS: &str = "SELECT table_name::text FROM information_schema.tables
    WHERE table_schema = current_schema() AND table_type = 'VIEW' AND table_name = 'table_names'";
const BROKEN_REFERENCES: &str = "SELECT COUNT(*) FROM pragma_foreign_key_check";

/// Values in one statement, and bytes that go to PostgreSQL at once.
const PARAMETERS: usize = 16_000;
const ROWS: usize = 500;
const PART: usize = 1 << 16;
/// Times it is looked whether others use a database.
const LOOKS: usize = 15;

/// A database that is being filled. Dropped without [`Loading::finish`], nothing happened.
#[derive(Debug)]
pub struct Loading {
    tx: Tx,
    store: Store,
}

impl Loading {
    /// Makes a SQLite file with the schema of these migrations. The file is nobody's yet: it need not survive a power cut before
    /// whoever asked for it syncs it.
    pub async fn sqlite(file: &Path, versions: &[i64]) -> Result<Loading> {
        let options = SqliteConnectOptions::new()
            .filename(file)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Memory)
            .synchronous(SqliteSynchronous::Off)
            .foreign_keys(false)
            .disable_statement_logging();
        let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options.clone()).await?;
        let mut there = pool.begin().await?;
        only(&SQLITE, versions)?.run_direct(None, &mut *there, false).await?;
        let writer: Arc<Mutex<()>> = Arc::default();
        let tx = Tx(TxInner::Sqlite(there, Arc::clone(&writer).lock_owned().await));
        Ok(Loading { tx, store: Store::over(pool, options, 1, writer) })
    }

    /// Makes the schema of these migrations in a PostgreSQL database; what is there of ours moves into the schema `aside` first.
    pub async fn postgres(url: &str, versions: &[i64], aside: Option<&str>) -> Result<Loading> {
        let options = super::options(url)?.disable_statement_logging();
        let pool = PgPoolOptions::new().max_connections(1).connect_with(options).await?;
        let mut there = pool.begin().await?;
        if let Some(schema) = aside {
            move_aside(&mut there, schema).await?;
        }
        only(&POSTGRES, versions)?.run_direct(None, &mut *there, false).await?;
        // what rows set off is done when they are put in, for a table with anything still to do cannot be altered
        sqlx::query("SET CONSTRAINTS ALL IMMEDIATE").execute(&mut *there).await?;
        Ok(Loading { tx: Tx(TxInner::Postgres(there)), store: Store(Inner::Postgres(pool)) })
    }

    /// The transaction it all happens in.
    pub fn tx(&mut self) -> &mut Tx {
        &mut self.tx
    }

    /// Its tables, in an order in which they can be filled.
    pub async fn tables(&mut self) -> Result<Vec<Table>> {
        match self.tx.on() {
            On::Sqlite(t) => sqlite_tables(t).await,
            On::Postgres(t) => {
                let tables = postgres_tables(t).await?;
                let references = sqlx::query_as::<_, (String, String)>(REFERENCES).fetch_all(t).await?;
                Ok(ordered(tables, &references))
            }
        }
    }

    /// Fills a table with its text; answers its rows. What the migrations put there goes.
    pub async fn table(&mut self, table: &Table, source: &mut (dyn BufRead + Send)) -> Result<u64> {
        let mut heading = Vec::new();
        source.read_until(b'\n', &mut heading).map_err(sqlx::Error::Io)?;
        let named = heading.strip_suffix(b"\n").ok_or_else(|| text::broken("no line of names"))?;
        let names = named.split(|b| *b == b'\t').map(|field| match text::take(field)? {
            Some(name) => String::from_utf8(name).map_err(|_| text::broken("a name that is no text")),
            None => Err(text::broken("a column without a name")),
        });
        let names = names.collect::<Result<Vec<String>>>()?;
        let kinds = names.iter().map(|n| table.columns.iter().zip(&table.kinds).find(|(c, _)| *c == n).map(|(_, kind)| *kind));
        let kinds = kinds.collect::<Option<Vec<Kind>>>().filter(|kinds| kinds.len() == table.columns.len());
        let kinds = kinds.ok_or_else(|| text::broken(&["other columns than table ", &table.name].concat()))?;
        super::empty(&mut self.tx, table).await?;
        match self.tx.on() {
            On::Sqlite(t) => into_sqlite(t, &table.name, &names, &kinds, source).await,
            On::Postgres(t) => into_postgres(t, &table.name, &names, source).await,
        }
    }

    /// Brings the schema up to date.
    pub async fn migrate(&mut self) -> Result<()> {
        match self.tx.on() {
            On::Sqlite(t) => SQLITE.run_direct(None, t, false).await?,
            On::Postgres(t) => POSTGRES.run_direct(None, t, false).await?,
        }
        Ok(())
    }

    /// Makes it true, if everything that is referred to is there.
    pub async fn finish(mut self) -> Result<()> {
        if let On::Sqlite(t) = self.tx.on() {
            let (broken,): (i64,) = sqlx::query_as(BROKEN_REFERENCES).fetch_one(t).await?;
            if broken > 0 {
                return Err(text::broken("rows that refer to others that are not there"));
            }
        }
        self.tx.commit().await?;
        self.store.close().await;
        Ok(())
    }

    /// Lets go of it: nothing happened.
    pub async fn forget(self) -> Result<()> {
        self.tx.rollback().await?;
        self.store.close().await;
        Ok(())
    }
}

/// Does another process of ours use this database? One that just ended may take an instant to be gone. A SQLite file is left
/// without a log beside it.
pub async fn in_use(url: &str) -> Result<bool> {
    for _ in 0..LOOKS {
        if !used(url).await? {
            return Ok(false);
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    used(url).await
}

async fn used(url: &str) -> Result<bool> {
    if url.split(':').next() == Some("sqlite") {
        // leaving its log needs the file alone; whoever has it open holds a lock
        let options = SqliteConnectOptions::from_str(url)?.busy_timeout(Duration::from_millis(50));
        let alone = async {
            let mut there = options.connect().await?;
            let (mode,): (String,) = sqlx::query_as("PRAGMA journal_mode = DELETE").fetch_one(&mut there).await?;
            there.close().await?;
            Ok::<_, sqlx::Error>(mode == "delete")
        };
        return match alone.await.map_err(Error::from) {
            Ok(alone) => Ok(!alone),
            Err(Error::Busy) => Ok(true),
            Err(e) => Err(e),
        };
    }
    let mut there = super::options(url)?.connect().await?;
    let (others,): (i64,) = sqlx::query_as(OTHERS).fetch_one(&mut there).await?;
    there.close().await?;
    Ok(others > 0)
}

async fn move_aside(there: &mut PgConnection, schema: &str) -> Result<()> {
    let versions = sqlx::query_as::<_, (i64,)>("SELECT version FROM _sqlx_migrations").fetch_all(&mut *there).await?;
    let known: BTreeSet<i64> = super::known_versions().into_iter().collect();
    let versions: Vec<i64> = versions.into_iter().map(|(v,)| v).collect();
    if let Some(version) = versions.iter().find(|v| !known.contains(v)) {
        // which of its tables are ours only the newer program knows
        return Err(Error::NewerSchema { version: *version });
    }
    let ours = super::known_tables(&versions).await?;
    let tables = postgres_tables(there).await?;
    let mut names: Vec<String> = tables.into_iter().map(|t| t.name).filter(|name| ours.contains(name)).collect();
    names.push("_sqlx_migrations".to_owned());
    let functions = sqlx::query_as::<_, (String,)>(FUNCTIONS).bind(&names).fetch_all(&mut *there).await?;
    let views = sqlx::query_as::<_, (String,)>(VIEWS).fetch_all(&mut *there).await?;
    let schema = quoted(schema);
    let mut steps = vec![["CREATE SCHEMA ", &schema].concat()];
    steps.extend(names.iter().map(|name| ["ALTER TABLE ", &quoted(name), " SET SCHEMA ", &schema].concat()));
    steps.extend(views.iter().map(|(name,)| ["ALTER VIEW ", &quoted(name), " SET SCHEMA ", &schema].concat()));
    // the catalog writes a function's name and arguments as SQL takes them
    steps.extend(functions.iter().map(|(name,)| ["ALTER FUNCTION ", name, " SET SCHEMA ", &schema].concat()));
    for step in steps {
        sqlx::query(sqlx::AssertSqlSafe(step)).persistent(false).execute(&mut *there).await?;
    }
    Ok(())
}

/// Those that refer to others after these.
fn ordered(mut left: Vec<Table>, references: &[(String, String)]) -> Vec<Table> {
    let mut needs: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (from, to) in references.iter().filter(|(from, to)| from != to) {
        needs.entry(from.trim_matches('"')).or_default().insert(to.trim_matches('"'));
    }
    let mut done = Vec::with_capacity(left.len());
    let mut named: BTreeSet<String> = BTreeSet::new();
    loop {
        let ready = |t: &Table| needs.get(t.name.as_str()).is_none_or(|n| n.iter().all(|to| named.contains(*to)));
        let (now, later): (Vec<Table>, Vec<Table>) = left.into_iter().partition(ready);
        let stuck = now.is_empty();
        named.extend(now.iter().map(|t| t.name.clone()));
        done.extend(now);
        left = later;
        if left.is_empty() || stuck {
            // a ring cannot be ordered; the database says so when it is filled
            done.extend(left);
            return done;
        }
    }
}

pub(super) async fn into_sqlite(
    there: &mut SqliteConnection,
    table: &str,
    names: &[String],
    kinds: &[Kind],
    source: &mut (dyn BufRead + Send),
) -> Result<u64> {
    let most = (PARAMETERS / names.len().max(1)).clamp(1, ROWS);
    let head = ["INSERT INTO ", &quoted(table), " (", &list(names), ") VALUES "].concat();
    let group = ["(", &vec!["?"; names.len()].join(","), ")"].concat();
    let full = [head.as_str(), &vec![group.as_str(); most].join(",")].concat();
    let (mut count, mut line) = (0u64, Vec::new());
    loop {
        let mut arguments = SqliteArguments::default();
        let mut rows = 0;
        while rows < most && next(source, &mut line)? {
            add(&mut arguments, &line, kinds)?;
            rows += 1;
        }
        if rows == 0 {
            return Ok(count);
        }
        count += rows as u64;
        let text = if rows == most { full.clone() } else { [head.as_str(), &vec![group.as_str(); rows].join(",")].concat() };
        sqlx::query_with(sqlx::AssertSqlSafe(text), arguments).persistent(rows == most).execute(&mut *there).await?;
    }
}

/// The next line without its end; false after the last.
fn next(source: &mut (dyn BufRead + Send), line: &mut Vec<u8>) -> Result<bool> {
    line.clear();
    if source.read_until(b'\n', line).map_err(sqlx::Error::Io)? == 0 {
        return Ok(false);
    }
    line.pop_if(|b| *b == b'\n').map(|_| true).ok_or_else(|| text::broken("a line that is cut off"))
}

fn add(arguments: &mut SqliteArguments, line: &[u8], kinds: &[Kind]) -> Result<()> {
    let mut kinds = kinds.iter();
    for field in line.split(|b| *b == b'\t') {
        let kind = kinds.next().ok_or_else(|| text::broken("more values than columns"))?;
        let value = text::take(field)?;
        let words = |value: Vec<u8>| String::from_utf8(value).map_err(|_| text::broken("a text that is not UTF-8"));
        let put = match (kind, value) {
            (_, None) => arguments.add(None::<i64>),
            (Kind::Integer | Kind::Boolean, Some(value)) => {
                arguments.add(words(value)?.parse::<i64>().map_err(|_| text::broken("a number that is none"))?)
            }
            (Kind::Real, Some(value)) => arguments.add(words(value)?.parse::<f64>().map_err(|_| text::broken("a number that is none"))?),
            (Kind::Bytes, Some(value)) => arguments.add(text::bytes(&value)?),
            (Kind::Text | Kind::Stamp | Kind::Uuid, Some(value)) => arguments.add(words(value)?),
        };
        put.map_err(sqlx::Error::Encode)?;
    }
    match kinds.next() {
        None => Ok(()),
        Some(_) => Err(text::broken("fewer values than columns")),
    }
}

pub(super) async fn into_postgres(there: &mut PgConnection, table: &str, names: &[String], source: &mut (dyn BufRead + Send)) -> Result<u64> {
    let text = ["COPY ", &quoted(table), " (", &list(names), ") FROM STDIN"].concat();
    let mut rows = there.copy_in_raw(&text).await?;
    let mut part = Vec::with_capacity(PART);
    loop {
        part.clear();
        while part.len() < PART {
            let some = source.fill_buf().map_err(sqlx::Error::Io)?;
            if some.is_empty() {
                break;
            }
            let taken = some.len();
            part.extend_from_slice(some);
            source.consume(taken);
        }
        if part.is_empty() {
            return Ok(rows.finish().await?);
        }
        rows.send(part.as_slice()).await?;
    }
}
