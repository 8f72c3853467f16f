//! One snapshot of the lake, opened for reading: SQL for analysts, facts of one customer, row keys for the duplicate check.

use crate::{
    Error, Result,
    desk::Counting,
    read::{self, Footers, Reader, Texts, files_of},
    stats,
    table::LakeTable,
};
use arrow::{array::{AsArray, RecordBatch}, datatypes::{Date32Type, Int64Type}};
use datafusion::{
    execution::{context::SQLOptions, runtime_env::RuntimeEnvBuilder},
    prelude::{SessionConfig, SessionContext},
};
use domain::{
    Day,
    feature::SIGNUP,
    merge::Aliases,
    table::{Snapshot, Table},
};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

/// Memory one SQL query may take.
const QUERY_MEMORY: usize = 2 << 30;

/// The lake at one snapshot. Cheap to clone.
#[derive(Clone)]
pub struct Lake {
    reader: Reader,
    snapshot: Arc<Snapshot>,
    aliases: Arc<Aliases>,
    sql: Arc<OnceLock<SessionContext>>,
    last: Arc<Mutex<Option<(Day, Option<Day>)>>>,
    pub(crate) counting: Arc<Mutex<BTreeMap<Table, Arc<Counting>>>>,
}

impl std::fmt::Debug for Lake {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Lake").field("root", &self.reader.root).field("snapshot", &self.snapshot.id).finish()
    }
}

impl Lake {
    /// Opens a snapshot below `root`. A file that is gone is an error here, never an empty answer later.
    pub fn open(root: &Path, snapshot: &Snapshot) -> Result<Lake> {
        Lake::with(root.to_path_buf(), snapshot, Arc::new(Footers::default()))
    }

    /// Opens another snapshot of the same lake; what was learnt of its files is kept.
    pub fn at(&self, snapshot: &Snapshot) -> Result<Lake> {
        Lake::with(self.reader.root.clone(), snapshot, self.reader.footers.clone())
    }

    fn with(root: PathBuf, snapshot: &Snapshot, footers: Arc<Footers>) -> Result<Lake> {
        let reader = Reader { root, snapshot: snapshot.id, footers };
        read::check_files(&reader, &snapshot.files)?;
        Ok(Lake { reader, snapshot: Arc::new(snapshot.clone()), aliases: Arc::default(), sql: Arc::default(), last: Arc::default(), counting: Arc::default() })
    }

    /// What the lake holds.
    pub fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }

    /// The same lake, read with these merges: whoever was merged is whoever stands for them.
    pub fn merged(&self, aliases: Arc<Aliases>) -> Lake {
        Lake { aliases, counting: Arc::default(), ..self.clone() }
    }

    /// The merges it is read with.
    pub fn aliases(&self) -> &Aliases {
        &self.aliases
    }

    pub(crate) fn reader(&self) -> &Reader {
        &self.reader
    }

    /// Rows of a table, from the catalog alone.
    pub fn rows(&self, table: Table) -> u64 {
        files_of(&self.snapshot.files, table).map(|f| f.rows).sum()
    }

    /// First and last day with an order, line, refund, interaction or answer, from the catalog alone.
    pub fn days(&self) -> Option<(Day, Day)> {
        let facts = [Table::Orders, Table::Lines, Table::Refunds, Table::Interactions, Table::Answers];
        let spans = self.snapshot.files.iter().filter(|f| facts.contains(&f.table)).filter_map(|f| stats::span(f, "day"));
        let (low, high) = spans.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))?;
        Some((Day(low as i32), Day(high as i32)))
    }

    /// The last day up to `today` on which anything happened or anybody signed up: one mistyped year does not make tomorrow
    /// the present, and whoever signed up after the last order is there. Looked for once a day: it reads every attribute.
    pub fn last_day(&self, today: Day) -> Result<Option<Day>> {
        let mut known = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, last)) = known.filter(|(day, _)| *day == today) {
            return Ok(last);
        }
        let last = self.last_fact(today)?.max(self.last_signup(today)?).map(Day);
        *known = Some((today, last));
        Ok(last)
    }

    fn last_fact(&self, today: Day) -> Result<Option<i32>> {
        let facts = [Table::Orders, Table::Lines, Table::Refunds, Table::Interactions, Table::Answers];
        let mut last: Option<i32> = None;
        for file in self.snapshot.files.iter().filter(|f| facts.contains(&f.table)) {
            match stats::span(file, "day") {
                Some((_, high)) if high <= i64::from(today.0) => last = last.max(Some(high as i32)),
                Some((low, _)) if low <= i64::from(today.0) => self.reader().scan(file, &["day"], |b| {
                    let days = b[0].as_primitive::<Date32Type>().values().iter();
                    last = last.max(days.copied().filter(|d| *d <= today.0).max());
                    Ok(())
                })?,
                _ => {}
            }
        }
        Ok(last)
    }

    /// The last day up to `today` on which somebody signed up.
    fn last_signup(&self, today: Day) -> Result<Option<i32>> {
        let mut last: Option<i32> = None;
        for file in files_of(&self.snapshot.files, Table::Attributes).filter(|f| !stats::is_empty(f, "date")) {
            self.reader.scan(file, &["key", "date"], |b| {
                let (keys, dates) = (Texts::of(&b[0]), b[1].as_primitive::<Date32Type>());
                for (i, day) in dates.iter().enumerate() {
                    if let Some(day) = day.filter(|d| *d <= today.0 && Some(*d) > last)
                        && keys.get(i) == Some(SIGNUP)
                    {
                        last = Some(day);
                    }
                }
                Ok(())
            })?;
        }
        Ok(last)
    }

    /// Runs a query that reads. The tables are the lake's (`orders`, `lines`, …); nothing can be made, changed or set.
    pub async fn sql(&self, query: &str) -> Result<Vec<RecordBatch>> {
        let context = self.context()?;
        let plan = context.state().create_logical_plan(query).await?;
        SQLOptions::new()
            .with_allow_ddl(false)
            .with_allow_dml(false)
            .with_allow_statements(false)
            .verify_plan(&plan)
            .map_err(|e| Error::ReadOnly(e.strip_backtrace()))?;
        Ok(context.execute_logical_plan(plan).await?.collect().await?)
    }

    fn context(&self) -> Result<SessionContext> {
        if let Some(context) = self.sql.get() {
            return Ok(context.clone());
        }
        let mut config = SessionConfig::new().with_information_schema(true);
        config.options_mut().execution.parquet.pushdown_filters = true;
        let runtime = RuntimeEnvBuilder::new().with_memory_limit(QUERY_MEMORY, 1.0).build_arc()?;
        let context = SessionContext::new_with_config_rt(config, runtime);
        for table in Table::ALL {
            let provider = LakeTable::new(&self.reader.root, table, &self.snapshot.files)
                .map_err(crate::error::at(&self.reader.root))?;
            context.register_table(table.name(), Arc::new(provider))?;
        }
        Ok(self.sql.get_or_init(|| context).clone())
    }

    /// Hands out the row keys of a table in batches, for the duplicate check. With days, only of files that reach into
    /// them and of rows inside; tables without days ignore them.
    pub fn row_keys(&self, table: Table, days: Option<(Day, Day)>, mut each: impl FnMut(&[i64])) -> Result<()> {
        let dated = table.columns().iter().any(|c| c.name == "day");
        let Some((from, to)) = days.filter(|_| dated) else {
            for file in files_of(&self.snapshot.files, table) {
                self.reader.scan(file, &["row_key"], |b| {
                    each(b[0].as_primitive::<Int64Type>().values());
                    Ok(())
                })?;
            }
            return Ok(());
        };
        let inside = |(low, high): (i64, i64)| low <= i64::from(to.0) && i64::from(from.0) <= high;
        let mut keys: Vec<i64> = Vec::new();
        for file in files_of(&self.snapshot.files, table) {
            if !stats::span(file, "day").is_none_or(inside) {
                continue;
            }
            self.reader.scan(file, &["row_key", "day"], |b| {
                let all = b[0].as_primitive::<Int64Type>().values();
                let day = b[1].as_primitive::<Date32Type>().values();
                keys.clear();
                keys.extend(all.iter().zip(day.iter()).filter(|(_, d)| from.0 <= **d && **d <= to.0).map(|(k, _)| *k));
                each(&keys);
                Ok(())
            })?;
        }
        Ok(())
    }
}
