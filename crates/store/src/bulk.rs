//! Many rows in few statements: `head (…),(…),… tail`, filled from an iterator a chunk at a time.
//!
//! Only the number of value groups varies, so the text is put together from constants. SQLite gets anonymous `?`, because
//! it looks numbered parameters up one after the other, which a thousand rows would feel.

use std::sync::Arc;

/// A statement with a repeated group of values.
#[derive(Debug)]
pub(crate) struct Bulk {
    /// up to and with `VALUES`
    pub(crate) head: &'static str,
    /// values in a row
    pub(crate) width: usize,
    /// after the groups
    pub(crate) tail: &'static str,
}

/// Both databases take more parameters than this in one statement.
const PARAMETERS: usize = 16_000;
const ROWS: usize = 1_000;

impl Bulk {
    /// Rows in a full statement.
    pub(crate) fn chunk(&self) -> usize {
        (PARAMETERS / self.width.max(1)).clamp(1, ROWS)
    }

    /// Does a statement of so many rows stay prepared? What is about one customer comes all the time, as full ones do.
    pub(crate) fn stays(&self, rows: usize) -> bool {
        rows == 1 || rows == self.chunk()
    }

    /// The text for `rows` rows; `numbered` gives `$1`, else `?`.
    pub(crate) fn text(&self, rows: usize, numbered: bool) -> Arc<str> {
        let mut text = String::with_capacity(self.head.len() + self.tail.len() + rows * self.width * 7);
        text.push_str(self.head);
        let mut n = 0;
        for row in 0..rows {
            text.push_str(if row == 0 { " (" } else { ",(" });
            for column in 0..self.width {
                if column > 0 {
                    text.push(',');
                }
                n += 1;
                if numbered {
                    text.push('$');
                    text.push_str(&n.to_string());
                } else {
                    text.push('?');
                }
            }
            text.push(')');
        }
        text.push_str(self.tail);
        text.into()
    }
}

/// Runs a [`Bulk`] over rows; answers the rows it touched. `|row| [value, …]` names the values of a row. The next chunk is
/// put together while the database works on the last.
macro_rules! bulk {
    (@run $engine:ty, $numbered:expr, $arguments:ty, $e:expr, $bulk:expr, $rows:expr, $row:pat, [$($value:expr),*]) => {{
        use sqlx::Arguments as _;
        let chunk = $bulk.chunk();
        let mut full: Option<std::sync::Arc<str>> = None;
        let mut next = || -> $crate::Result<Option<sqlx::query::Query<'static, $engine, $arguments>>> {
            let mut arguments = <$arguments>::default();
            arguments.reserve(chunk * $bulk.width, 0);
            let mut n = 0usize;
            while n < chunk {
                let Some($row) = $rows.next() else { break };
                $(arguments.add($value).map_err(sqlx::Error::Encode)?;)*
                n += 1;
            }
            let text = match n {
                0 => return Ok(None),
                n if n == chunk => full.get_or_insert_with(|| $bulk.text(chunk, $numbered)).clone(),
                n => $bulk.text(n, $numbered),
            };
            Ok(Some(sqlx::query_with::<$engine, _>(sqlx::AssertSqlSafe(text), arguments).persistent($bulk.stays(n))))
        };
        let mut touched = 0u64;
        let mut ready = next()?;
        while let Some(query) = ready {
            let (done, following) = tokio::join!($crate::db::Run::execute(&mut *$e, query), async { next() });
            touched += done?;
            ready = following?;
        }
        touched
    }};
    ($tx:expr, $bulk:expr, $rows:expr, |$row:pat_param| [$($value:expr),* $(,)?]) => {{
        let bulk: &$crate::bulk::Bulk = &$bulk;
        let mut rows = ($rows).into_iter();
        match $crate::db::Access::on(&mut *$tx) {
            $crate::db::On::Sqlite(e) => bulk!(
                @run sqlx::Sqlite, false, sqlx::sqlite::SqliteArguments, e, bulk, rows, $row, [$($value),*]),
            $crate::db::On::Postgres(e) => bulk!(
                @run sqlx::Postgres, true, sqlx::postgres::PgArguments, e, bulk, rows, $row, [$($value),*]),
        }
    }};
}

/// Queries with a [`Bulk`] over values; answers every row. The values follow `|row| [value, …]`, as in `bulk!`.
macro_rules! bulk_rows {
    (@run $engine:ty, $numbered:expr, $arguments:ty, $e:expr, $type:ty, $bulk:expr, $rows:expr, $row:pat, [$($value:expr),*]) => {{
        use sqlx::Arguments as _;
        let mut arguments = <$arguments>::default();
        let mut n = 0usize;
        while n < $bulk.chunk() {
            let Some($row) = $rows.next() else { break };
            $(arguments.add($value).map_err(sqlx::Error::Encode)?;)*
            n += 1;
        }
        if n == 0 {
            Vec::new()
        } else {
            let text = $bulk.text(n, $numbered);
            let query = sqlx::query_with::<$engine, _>(sqlx::AssertSqlSafe(text), arguments).persistent($bulk.stays(n));
            $crate::db::typed::<_, $type>(&$crate::db::Run::rows($e, query).await?)?
        }
    }};
    ($db:expr, $type:ty, $bulk:expr, $rows:expr, |$row:pat_param| [$($value:expr),* $(,)?]) => {{
        let bulk: &$crate::bulk::Bulk = &$bulk;
        let mut rows = ($rows).into_iter().peekable();
        let mut all: Vec<$type> = Vec::new();
        while rows.peek().is_some() {
            let mut some: Vec<$type> = match $crate::db::Access::on($db) {
                $crate::db::On::Sqlite(e) => bulk_rows!(
                    @run sqlx::Sqlite, false, sqlx::sqlite::SqliteArguments, e, $type, bulk, rows, $row, [$($value),*]),
                $crate::db::On::Postgres(e) => bulk_rows!(
                    @run sqlx::Postgres, true, sqlx::postgres::PgArguments, e, $type, bulk, rows, $row, [$($value),*]),
            };
            all.append(&mut some);
        }
        all
    }};
}
