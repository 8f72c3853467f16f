//! Two pools behind one door. [`Store`] reads, [`Tx`] writes; [`Access`] lets one function take either.

use crate::{Error, Result, lanes::Lanes};
use sqlx::{
    Connection as _, Database, Executor, PgConnection, PgPool, Postgres, Sqlite, SqliteConnection, SqlitePool,
    postgres::{PgConnectOptions, PgPoolOptions},
    query::Query,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use std::{cmp::Ordering, str::FromStr, sync::Arc, time::Duration};
use tokio::sync::{Mutex, OwnedMutexGuard};

/// How long a writer waits for another.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// The application's database.
#[derive(Debug, Clone)]
pub struct Store(pub(crate) Inner);

#[derive(Debug, Clone)]
pub(crate) enum Inner {
    // SQLite has one writer; waiting for it here is fair and asleep, waiting inside SQLite is neither
    Sqlite { lanes: Arc<Lanes>, trailing: Arc<Lanes>, pool: SqlitePool, writer: Arc<Mutex<()>> },
    Postgres(PgPool),
}

/// A transaction. Dropped without [`Tx::commit`], nothing happened.
#[derive(Debug)]
pub struct Tx(pub(crate) TxInner);

#[derive(Debug)]
pub(crate) enum TxInner {
    Sqlite(sqlx::Transaction<'static, Sqlite>, OwnedMutexGuard<()>),
    Postgres(sqlx::Transaction<'static, Postgres>),
}

/// How much of the machine a store may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// connections
    pub connections: u32,
    /// KiB of pages a connection to SQLite keeps in memory
    pub cache: u32,
}

impl Size {
    /// A store that has the machine to itself.
    pub const WHOLE: Size = Size { connections: 8, cache: 65_536 };

    /// One of so many that share what one has.
    pub fn shared(among: usize) -> Size {
        let among = u32::try_from(among).unwrap_or(u32::MAX).max(1);
        Size { connections: (40 / among).clamp(2, 4), cache: (Size::WHOLE.cache / among).clamp(2_048, 16_384) }
    }
}

/// Where a statement is told of as done before the disk has it. It is never on the disk later than what is committed after it: both are
/// in one log, which is read from its beginning. So a machine that loses its power may lose it, together with all that came after.
/// PostgreSQL shares its waits for the disk among everybody anyway, and waits.
#[derive(Debug, Clone, Copy)]
pub struct Trailing<'a>(&'a Store);

/// One of the two.
pub enum On<S, P> {
    /// SQLite
    Sqlite(S),
    /// PostgreSQL
    Postgres(P),
}

/// `&Store` or `&mut Tx`: where a statement may run.
pub trait Access: Send {
    /// SQLite's side
    type Sqlite: Run<Sqlite>;
    /// PostgreSQL's side
    type Postgres: Run<Postgres>;
    /// The database at hand.
    fn on(self) -> On<Self::Sqlite, Self::Postgres>;
}

/// A pool or a connection. (sqlx's own trait carries a lifetime, which would keep our futures from being `Send`.)
pub trait Run<DB: Database>: Send {
    /// Runs a statement; answers the rows it touched.
    fn execute(self, query: Query<'static, DB, DB::Arguments>) -> impl Future<Output = Result<u64>> + Send;
    /// Runs a query; answers its rows.
    fn rows(self, query: Query<'static, DB, DB::Arguments>) -> impl Future<Output = Result<Vec<DB::Row>>> + Send;
}

macro_rules! run {
    ($engine:ty, $on:ty) => {
        impl Run<$engine> for $on {
            async fn execute(self, query: Query<'static, $engine, <$engine as Database>::Arguments>) -> Result<u64> {
                Ok(Executor::execute(self, query).await?.rows_affected())
            }

            async fn rows(
                self,
                query: Query<'static, $engine, <$engine as Database>::Arguments>,
            ) -> Result<Vec<<$engine as Database>::Row>> {
                Ok(Executor::fetch_all(self, query).await?)
            }
        }
    };
}
run!(Sqlite, &mut SqliteConnection);
run!(Postgres, &PgPool);
run!(Postgres, &mut PgConnection);

impl<'a> Access for &'a Store {
    type Sqlite = &'a Lanes;
    type Postgres = &'a PgPool;
    fn on(self) -> On<&'a Lanes, &'a PgPool> {
        match &self.0 {
            Inner::Sqlite { lanes, .. } => On::Sqlite(lanes),
            Inner::Postgres(p) => On::Postgres(p),
        }
    }
}

impl<'a> Access for Trailing<'a> {
    type Sqlite = &'a Lanes;
    type Postgres = &'a PgPool;
    fn on(self) -> On<&'a Lanes, &'a PgPool> {
        match &self.0.0 {
            Inner::Sqlite { trailing, .. } => On::Sqlite(trailing),
            Inner::Postgres(p) => On::Postgres(p),
        }
    }
}

impl<'a> Access for &'a mut Tx {
    type Sqlite = &'a mut SqliteConnection;
    type Postgres = &'a mut PgConnection;
    fn on(self) -> On<&'a mut SqliteConnection, &'a mut PgConnection> {
        match &mut self.0 {
            TxInner::Sqlite(t, _) => On::Sqlite(&mut **t),
            TxInner::Postgres(t) => On::Postgres(&mut **t),
        }
    }
}

/// Rows as a type with `FromRow`.
pub(crate) fn typed<R, T>(rows: &[R]) -> Result<Vec<T>>
where
    R: sqlx::Row,
    T: for<'r> sqlx::FromRow<'r, R>,
{
    Ok(rows.iter().map(T::from_row).collect::<Result<_, _>>()?)
}

/// Runs a statement; answers the rows it touched.
macro_rules! execute {
    ($db:expr, $sql:expr $(, $arg:expr)* $(,)?) => {
        match $crate::db::Access::on($db) {
            $crate::db::On::Sqlite(e) => $crate::db::Run::execute(e, sqlx::query::<sqlx::Sqlite>($sql)$(.bind($arg))*).await,
            $crate::db::On::Postgres(e) => $crate::db::Run::execute(e, sqlx::query::<sqlx::Postgres>($sql)$(.bind($arg))*).await,
        }
    };
}

/// Every row, as a type with `FromRow`.
macro_rules! rows {
    ($db:expr, $row:ty, $sql:expr $(, $arg:expr)* $(,)?) => {
        match $crate::db::Access::on($db) {
            $crate::db::On::Sqlite(e) => {
                $crate::db::Run::rows(e, sqlx::query::<sqlx::Sqlite>($sql)$(.bind($arg))*).await
                    .and_then(|r| $crate::db::typed::<_, $row>(&r))
            }
            $crate::db::On::Postgres(e) => {
                $crate::db::Run::rows(e, sqlx::query::<sqlx::Postgres>($sql)$(.bind($arg))*).await
                    .and_then(|r| $crate::db::typed::<_, $row>(&r))
            }
        }
    };
}

/// At most one row, as a type with `FromRow`.
macro_rules! optional {
    ($db:expr, $row:ty, $sql:expr $(, $arg:expr)* $(,)?) => {
        rows!($db, $row, $sql $(, $arg)*).map(|rows| rows.into_iter().next())
    };
}

/// One value, always there (counts, maxima with COALESCE).
macro_rules! scalar {
    ($db:expr, $type:ty, $sql:expr $(, $arg:expr)* $(,)?) => {
        rows!($db, ($type,), $sql $(, $arg)*)
            .and_then(|rows| rows.into_iter().next().map(|(v,)| v).ok_or_else(|| sqlx::Error::RowNotFound.into()))
    };
}

/// Names a module's statements and lists them for the test that prepares each on both engines.
macro_rules! statements {
    ($($(#[$doc:meta])* $name:ident = $text:expr;)*) => {
        $($(#[$doc])* pub(crate) const $name: &str = $text;)*
        #[cfg(test)]
        pub(crate) const STATEMENTS: &[(&str, &str)] = &[$((stringify!($name), $name)),*];
    };
}

pub(crate) static SQLITE: sqlx::migrate::Migrator = sqlx::migrate!("migrations/sqlite");
pub(crate) static POSTGRES: sqlx::migrate::Migrator = sqlx::migrate!("migrations/postgres");

impl Store {
    /// Opens `sqlite:<file>` (made if missing) or `postgres://…`, and brings its schema up to date. Refuses a newer schema.
    pub async fn open(url: &str) -> Result<Store> {
        Store::open_sized(url, Size::WHOLE).await
    }

    /// As [`Store::open`], with at most `connections` connections.
    pub async fn open_with(url: &str, connections: u32) -> Result<Store> {
        Store::open_sized(url, Size { connections, ..Size::WHOLE }).await
    }

    /// As [`Store::open`], taking no more than this of the machine.
    pub async fn open_sized(url: &str, size: Size) -> Result<Store> {
        let scheme = url.split(':').next().unwrap_or_default();
        match scheme {
            "sqlite" => Store::sqlite(url, size).await,
            "postgres" | "postgresql" => Store::postgres(url, size).await,
            other => Err(Error::Address { scheme: other.to_owned() }),
        }
    }

    /// Opens what is only looked at: nothing is made or written, and a SQLite file may lie where nothing can be. Refuses a
    /// schema that is not this program's own.
    pub async fn open_reading(url: &str) -> Result<Store> {
        if url.split(':').next() != Some("sqlite") {
            return Store::open(url).await;
        }
        let options = SqliteConnectOptions::from_str(url)?.read_only(true).busy_timeout(PATIENCE).statement_cache_capacity(256);
        let mut log = options.get_filename().as_os_str().to_owned();
        log.push("-wal");
        // without a log beside it the file is all there is and nobody has it open: no lock is needed, and none can be made
        let options = match std::path::Path::new(&log).exists() {
            true => options,
            false => options.immutable(true),
        };
        let pool = SqlitePoolOptions::new().max_connections(4).acquire_timeout(PATIENCE).connect_with(options.clone()).await?;
        let (version,): (i64,) = sqlx::query_as("SELECT COALESCE(MAX(version), 0) FROM _sqlx_migrations").fetch_one(&pool).await?;
        let known = SQLITE.migrations.iter().map(|m| m.version).max().unwrap_or_default();
        match version.cmp(&known) {
            Ordering::Greater => Err(Error::NewerSchema { version }),
            Ordering::Less => Err(Error::Invalid("the database must be brought up to date first, and it cannot be written to".to_owned())),
            Ordering::Equal => Ok(Store::over(pool, options, 4, Arc::default())),
        }
    }

    /// Does something of ours lie at this address already? Looks only; makes nothing.
    pub async fn exists(url: &str) -> Result<bool> {
        match url.split(':').next().unwrap_or_default() {
            "sqlite" => Ok(SqliteConnectOptions::from_str(url)?.get_filename().exists()),
            "postgres" | "postgresql" => {
                let options = crate::dump::options(url)?;
                reach(&options).await?;
                let mut there = PgConnection::connect_with(&options).await?;
                let (count,): (i64,) = sqlx::query_as::<Postgres, (i64,)>(OURS).fetch_one(&mut there).await?;
                there.close().await?;
                Ok(count > 0)
            }
            other => Err(Error::Address { scheme: other.to_owned() }),
        }
    }

    async fn sqlite(url: &str, size: Size) -> Result<Store> {
        let options = SqliteConnectOptions::from_str(url)?
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(PATIENCE)
            .pragma("secure_delete", "ON")
            .pragma("cache_size", ["-", &size.cache.to_string()].concat())
            .statement_cache_capacity(256);
        // two programs may open a new file at the same instant; the loser finds the work done. Turning a new file to its
        // journal does not wait for its turn as statements do
        let mut tries = 0;
        let pool = loop {
            // a file does not go away: no connection is asked whether it lives
            let pool = SqlitePoolOptions::new().max_connections(size.connections.max(2)).acquire_timeout(PATIENCE).test_before_acquire(false);
            match pool.connect_with(options.clone()).await {
                Err(sqlx::Error::Database(e)) if tries < 5 && matches!(e.code().as_deref(), Some("5" | "261" | "517")) => {
                    tries += 1;
                    tokio::time::sleep(Duration::from_millis(100 * tries)).await;
                }
                connected => break connected?,
            }
        };
        tries = 0;
        while let Err(e) = SQLITE.run(&pool).await {
            let e = Error::from(e);
            tries += 1;
            if tries > 3 || matches!(e, Error::NewerSchema { .. }) {
                return Err(e);
            }
            tokio::time::sleep(Duration::from_millis(100 * tries)).await;
        }
        Ok(Store::over(pool, options, size.connections.max(2), Arc::default()))
    }

    pub(crate) fn over(pool: SqlitePool, options: SqliteConnectOptions, connections: u32, writer: Arc<Mutex<()>>) -> Store {
        let trailing = Lanes::new(options.clone().synchronous(SqliteSynchronous::Normal), 1, Arc::clone(&writer));
        let lanes = Lanes::new(options, connections, Arc::clone(&writer));
        Store(Inner::Sqlite { lanes: Arc::new(lanes), trailing: Arc::new(trailing), pool, writer })
    }

    async fn postgres(url: &str, size: Size) -> Result<Store> {
        let options = crate::dump::options(url)?.statement_cache_capacity(256);
        reach(&options).await?;
        let pool = PgPoolOptions::new()
            .max_connections(size.connections.max(2))
            .acquire_timeout(PATIENCE)
            .connect_with(options)
            .await?;
        POSTGRES.run(&pool).await?;
        Ok(Store(Inner::Postgres(pool)))
    }

    /// Begins a transaction that will write. On SQLite it holds the write lock from here on.
    pub async fn begin(&self) -> Result<Tx> {
        Ok(Tx(match &self.0 {
            Inner::Sqlite { pool, writer, .. } => {
                let turn = tokio::time::timeout(PATIENCE, writer.clone().lock_owned()).await.map_err(|_| Error::Busy)?;
                TxInner::Sqlite(pool.begin_with("BEGIN IMMEDIATE").await?, turn)
            }
            Inner::Postgres(pool) => TxInner::Postgres(pool.begin().await?),
        }))
    }

    /// For what has to be on the disk no later than what comes after it, and need not be there before.
    pub fn trailing(&self) -> Trailing<'_> {
        Trailing(self)
    }

    /// Waits for running statements and closes every connection.
    pub async fn close(&self) {
        match &self.0 {
            Inner::Sqlite { lanes, trailing, pool, .. } => {
                trailing.close().await;
                lanes.close().await;
                pool.close().await;
            }
            Inner::Postgres(pool) => pool.close().await,
        }
    }

    /// `sqlite` or `postgres`.
    pub fn engine(&self) -> &'static str {
        match &self.0 {
            Inner::Sqlite { .. } => "sqlite",
            Inner::Postgres(_) => "postgres",
        }
    }

    /// Is the database there and answering?
    pub async fn ping(&self) -> Result<()> {
        scalar!(self, i32, PING).map(|_: i32| ())
    }
}

/// One connection, so that a server that is not there is told at once and not when the pool has given up.
pub(crate) async fn reach(options: &PgConnectOptions) -> Result<()> {
    let late = || std::io::Error::from(std::io::ErrorKind::TimedOut);
    let answer = tokio::time::timeout(Duration::from_secs(5), PgConnection::connect_with(options)).await;
    match answer.unwrap_or_else(|_| Err(sqlx::Error::Io(late()))) {
        Ok(connection) => connection.close().await.map_err(Error::Unavailable),
        Err(e @ (sqlx::Error::Io(_) | sqlx::Error::Tls(_))) => Err(Error::Unavailable(e)),
        Err(e) => Err(e.into()),
    }
}

statements! {
    PING = "SELECT 1";
}

/// Our tables in a PostgreSQL database.
const OURS: &str = "SELECT COUNT(*) FROM information_schema.tables WHERE table_name = 'imports' AND table_schema = ANY (current_schemas(false))";

/// One lock of each business serialises everything that makes a lake snapshot (SQLite's write lock does it there).
pub(crate) const LAKE_LOCK: &str = "SELECT pg_advisory_xact_lock(7235, hashtext(current_schema()))";

/// Another serialises everything that programs post; never taken together with the other two.
pub(crate) const INBOX_LOCK: &str = "SELECT pg_advisory_xact_lock(7237, hashtext(current_schema()))";

/// Another serialises everything that is added to an audit log; taken after the lake's where both are.
pub(crate) const AUDIT_LOCK: &str = "SELECT pg_advisory_xact_lock(7236, hashtext(current_schema()))";

impl Tx {
    /// Makes everything since [`Store::begin`] true.
    pub async fn commit(self) -> Result<()> {
        match self.0 {
            TxInner::Sqlite(t, turn) => {
                t.commit().await?;
                drop(turn);
            }
            TxInner::Postgres(t) => t.commit().await?,
        }
        Ok(())
    }

    /// Makes everything since [`Store::begin`] untrue, now rather than at drop.
    pub async fn rollback(self) -> Result<()> {
        match self.0 {
            TxInner::Sqlite(t, turn) => {
                t.rollback().await?;
                drop(turn);
            }
            TxInner::Postgres(t) => t.rollback().await?,
        }
        Ok(())
    }

    /// Waits until no other transaction makes a lake snapshot.
    pub(crate) async fn lock_lake(&mut self) -> Result<()> {
        if let TxInner::Postgres(t) = &mut self.0 {
            sqlx::query::<Postgres>(LAKE_LOCK).execute(&mut **t).await?;
        }
        Ok(())
    }

    /// Waits until no other transaction appends to the inbox.
    pub(crate) async fn lock_inbox(&mut self) -> Result<()> {
        if let TxInner::Postgres(t) = &mut self.0 {
            sqlx::query::<Postgres>(INBOX_LOCK).execute(&mut **t).await?;
        }
        Ok(())
    }

    /// Waits until no other transaction adds to an audit log.
    pub(crate) async fn lock_audit(&mut self) -> Result<()> {
        if let TxInner::Postgres(t) = &mut self.0 {
            sqlx::query::<Postgres>(AUDIT_LOCK).execute(&mut **t).await?;
        }
        Ok(())
    }
}

/// Text as both databases can hold it: a zero byte becomes U+2400 `␀`.
pub(crate) fn clean(text: String) -> String {
    if text.contains('\0') { text.replace('\0', "\u{2400}") } else { text }
}
