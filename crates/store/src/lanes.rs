//! SQLite connections for single statements. sqlx's pool asks a connection whether it is alive before it lends it and again when it
//! comes back: three waits for another thread where a statement is one. A file does not go away, so nothing is asked here; what a
//! dropped future left half done is closed.

use crate::{Error, Result, db::{PATIENCE, Run}};
use sqlx::{
    ConnectOptions, Connection, Executor, Sqlite, SqliteConnection,
    query::Query,
    sqlite::{SqliteArguments, SqliteConnectOptions, SqliteRow},
};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{Mutex as Turn, Semaphore, SemaphorePermit};

/// So many rows may wait for whoever reads them, so that a page's rows are fetched in one go.
const ROWS: usize = 1_024;

/// Connections that are lent for one statement each, the one used last first: its pages are at hand.
#[derive(Debug)]
pub struct Lanes {
    options: SqliteConnectOptions,
    free: Mutex<Vec<SqliteConnection>>,
    places: Semaphore,
    most: u32,
    writer: Arc<Turn<()>>,
}

/// A connection on loan; it is closed unless it is given back.
struct Lane<'a> {
    connection: SqliteConnection,
    _place: SemaphorePermit<'a>,
}

impl Lanes {
    /// At most `connections`, opened when they are needed. `writer`: whose turn it is to write.
    pub(crate) fn new(options: SqliteConnectOptions, connections: u32, writer: Arc<Turn<()>>) -> Lanes {
        Lanes { options: options.row_buffer_size(ROWS), free: Mutex::default(), places: Semaphore::new(connections as usize), most: connections, writer }
    }

    fn free(&self) -> std::sync::MutexGuard<'_, Vec<SqliteConnection>> {
        self.free.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn take(&self) -> Result<Lane<'_>> {
        let place = tokio::time::timeout(PATIENCE, self.places.acquire()).await.map_err(|_| Error::Busy)?;
        let place = place.map_err(|_| sqlx::Error::PoolClosed)?;
        let waiting = self.free().pop();
        let connection = match waiting {
            Some(connection) => connection,
            None => self.options.connect().await?,
        };
        Ok(Lane { connection, _place: place })
    }

    /// What came of a statement; its connection serves again unless it broke.
    fn back<T>(&self, lane: Lane<'_>, outcome: std::result::Result<T, sqlx::Error>) -> Result<T> {
        if matches!(outcome, Ok(_) | Err(sqlx::Error::Database(_) | sqlx::Error::RowNotFound)) && !self.places.is_closed() {
            self.free().push(lane.connection);
        }
        Ok(outcome?)
    }

    /// Waits for running statements and closes every connection.
    pub(crate) async fn close(&self) {
        let all = self.places.acquire_many(self.most).await;
        self.places.close();
        drop(all);
        let idle = std::mem::take(&mut *self.free());
        for connection in idle {
            if let Err(error) = connection.close().await {
                tracing::warn!(%error, "a connection did not close");
            }
        }
    }
}

impl Run<Sqlite> for &Lanes {
    async fn execute(self, query: Query<'static, Sqlite, SqliteArguments>) -> Result<u64> {
        // what is executed writes; waiting for other writers inside SQLite is a nap of a second
        let _turn = tokio::time::timeout(PATIENCE, self.writer.lock()).await.map_err(|_| Error::Busy)?;
        let mut lane = self.take().await?;
        let outcome = Executor::execute(&mut lane.connection, query).await;
        self.back(lane, outcome).map(|done| done.rows_affected())
    }

    async fn rows(self, query: Query<'static, Sqlite, SqliteArguments>) -> Result<Vec<SqliteRow>> {
        let mut lane = self.take().await?;
        let outcome = Executor::fetch_all(&mut lane.connection, query).await;
        self.back(lane, outcome)
    }
}
