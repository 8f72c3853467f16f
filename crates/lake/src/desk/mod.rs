//! Questions in SQL. A question passes the walls of [`allowed`] before anything is planned, is planned over a context of its own that
//! knows the tables handed in and nothing else, and runs on threads of its own with a share of memory, a place to spill that has an
//! end, and a deadline. What is not a table here cannot be named; what is hidden is no table.

mod allowed;
mod cells;
mod fault;
mod latest;
mod maths;
mod sheet;
mod tables;

pub use allowed::{FUNCTIONS, MOST_CHARS, without_texts};
pub(crate) use latest::Counting;
pub use cells::{Answer, AnswerColumn, AnswerKind, Field};
pub use fault::Fault;
pub use sheet::{Holds, Of, Sheet};
pub use tables::{Facts, FactColumn};

use crate::{Lake, Result};
use datafusion::{
    common::tree_node::{Transformed, TreeNode},
    execution::{
        context::SQLOptions,
        disk_manager::DiskManagerBuilder,
        memory_pool::FairSpillPool,
        runtime_env::RuntimeEnvBuilder,
    },
    physical_plan::{ExecutionPlan, coop::CooperativeExec, execute_stream},
    prelude::{SessionConfig, SessionContext},
    sql::parser::Statement,
};
use domain::{Currency, Day};
use futures::StreamExt;
use std::{
    path::PathBuf,
    sync::{Arc, OnceLock},
    time::Duration,
};
use tokio::{
    runtime::{Builder, Runtime},
    sync::{OwnedSemaphorePermit, Semaphore},
    task::JoinHandle,
};

/// Questions of one business that are answered at a time; others wait.
const PLACES: usize = 2;
/// Questions of all businesses of a server: there is always a place for somebody else.
const SHARED: usize = 3;
/// Memory one question may take, and room on disk.
const MEMORY: usize = 256 << 20;
const DISK: u64 = 1 << 30;
/// How long a question waits for a place.
const PATIENCE: Duration = Duration::from_secs(20);
/// Deep trees are walked by recursion.
const STACK: usize = 32 << 20;
/// Columns of an answer.
const COLUMNS: usize = 500;

/// What a question is asked of, and how much it may take.
pub struct Question {
    /// the question
    pub text: String,
    /// the facts
    pub lake: Lake,
    /// facts after this day do not exist
    pub as_of: Day,
    /// of the money
    pub currency: Currency,
    /// details in texts of facts are hidden
    pub masked: bool,
    /// tables beside the facts
    pub sheets: Vec<Sheet>,
    /// rows that are handed out
    pub rows: usize,
    /// how long it may take
    pub deadline: Duration,
    /// where what does not fit into memory goes
    pub folder: PathBuf,
}

/// Where questions are answered.
pub struct Desk {
    places: Arc<Semaphore>,
    room: Arc<Room>,
}

/// What the desks of a server share: places, and threads.
struct Room {
    places: Arc<Semaphore>,
    runtime: OnceLock<Option<Runtime>>,
}

impl Default for Desk {
    fn default() -> Self {
        Desk { places: Arc::new(Semaphore::new(PLACES)), room: Arc::new(Room { places: Arc::new(Semaphore::new(SHARED)), runtime: OnceLock::new() }) }
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        if let Some(Some(runtime)) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// A place at the desk, free again when it is dropped.
pub struct Place {
    _own: OwnedSemaphorePermit,
    _shared: OwnedSemaphorePermit,
}

/// Stops what it stands for when nobody waits for it any more.
struct Asked<T>(JoinHandle<T>);

impl<T> Drop for Asked<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Desk {
    /// A desk of another business in the same room.
    pub fn beside(&self) -> Desk {
        Desk { places: Arc::new(Semaphore::new(PLACES)), room: Arc::clone(&self.room) }
    }

    /// Waits for a place. Whatever a question is asked of is made with the place in hand: of many who ask, few hold anything.
    ///
    /// # Errors
    /// `sql.busy`.
    pub async fn place(&self) -> std::result::Result<Place, Fault> {
        let place = async {
            let own = Arc::clone(&self.places).acquire_owned().await?;
            Ok::<_, tokio::sync::AcquireError>(Place { _own: own, _shared: Arc::clone(&self.room.places).acquire_owned().await? })
        };
        tokio::time::timeout(PATIENCE, place).await.ok().and_then(std::result::Result::ok).ok_or_else(Fault::busy)
    }

    /// Answers a question. Dropping the future stops it.
    ///
    /// # Errors
    /// What is not allowed, does not fit, takes too long or too much; and when the files cannot be read.
    pub async fn ask(&self, place: Place, question: Question) -> std::result::Result<Answer, Fault> {
        let make = || Builder::new_multi_thread().worker_threads(PLACES).thread_stack_size(STACK).thread_name("sql").enable_time().enable_io().build().ok();
        let Some(runtime) = self.room.runtime.get_or_init(make) else { return Err(Fault::inside("no threads for questions")) };
        let deadline = question.deadline;
        let mut asked = Asked(runtime.spawn(async move {
            let _place = place;
            match tokio::time::timeout(deadline, answer(question)).await {
                Ok(outcome) => outcome,
                Err(_) => Err(Fault::late(deadline)),
            }
        }));
        match (&mut asked.0).await {
            Ok(outcome) => outcome,
            Err(e) => Err(Fault::inside(e)),
        }
    }
}

impl Lake {
    /// Which rows of a table count, looked for once.
    pub(crate) fn counting(&self, table: domain::table::Table) -> Result<Arc<Counting>> {
        let mut known = self.counting.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(found) = known.get(&table) {
            return Ok(Arc::clone(found));
        }
        let found = Arc::new(latest::counting(self, table)?);
        known.insert(table, Arc::clone(&found));
        Ok(found)
    }
}

/// The plan with joins that give way now and then: by themselves they turn two small tables into endless rows without ever letting
/// anybody stop them.
fn stoppable(plan: Arc<dyn ExecutionPlan>) -> datafusion::error::Result<Arc<dyn ExecutionPlan>> {
    let wrapped = plan.transform_up(|node| {
        Ok(match node.name().contains("Join") {
            true => Transformed::yes(Arc::new(CooperativeExec::new(node)) as Arc<dyn ExecutionPlan>),
            false => Transformed::no(node),
        })
    })?;
    Ok(wrapped.data)
}

async fn answer(q: Question) -> std::result::Result<Answer, Fault> {
    let names: Vec<&str> = Facts::ALL.iter().map(|f| f.name()).chain(q.sheets.iter().map(|s| s.name.as_str())).collect();
    let statement = allowed::check(&q.text, &names)?;
    let facts = Facts::ALL.iter().map(|f| (f.name().to_owned(), f.columns().iter().map(|c| c.name.to_owned()).collect()));
    let sheets = q.sheets.iter().map(|s| (s.name.clone(), s.columns.iter().map(|(name, _)| name.clone()).collect()));
    let tables: Vec<(String, Vec<String>)> = sheets.chain(facts).collect();
    let mut config = SessionConfig::new().with_information_schema(false).with_target_partitions(PLACES).with_batch_size(1024);
    let options = config.options_mut();
    options.sql_parser.collect_spans = true;
    options.execution.parquet.pushdown_filters = true;
    let disk = DiskManagerBuilder::default()
        .with_mode(datafusion::execution::disk_manager::DiskManagerMode::Directories(vec![q.folder.clone()]))
        .with_max_temp_directory_size(DISK);
    let runtime = RuntimeEnvBuilder::new()
        .with_memory_pool(Arc::new(FairSpillPool::new(MEMORY)))
        .with_disk_manager_builder(disk)
        .build_arc()
        .map_err(Fault::inside)?;
    let context = SessionContext::new_with_config_rt(config, runtime);
    maths::register(&context);
    // only what is asked of is looked at: some tables take a while to be made
    let asked = allowed::named(&statement);
    for facts in Facts::ALL.iter().filter(|f| asked.contains(f.name())) {
        let plan = tables::view(&context, *facts, &q).map_err(Fault::inside)?;
        context.register_table(facts.name(), plan).map_err(Fault::inside)?;
    }
    for sheet in q.sheets.into_iter().filter(|s| asked.contains(s.name.as_str())) {
        let name = sheet.name.clone();
        context.register_table(name, Arc::new(sheet.table(q.currency))).map_err(Fault::inside)?;
    }
    let state = context.state();
    let plan = state.statement_to_plan(Statement::Statement(statement)).await.map_err(|e| Fault::named(&e, &tables))?;
    SQLOptions::new()
        .with_allow_ddl(false)
        .with_allow_dml(false)
        .with_allow_statements(false)
        .verify_plan(&plan)
        .map_err(|_| Fault::only_select())?;
    if plan.schema().fields().len() > COLUMNS {
        return Err(Fault::wide(COLUMNS));
    }
    let plan: Arc<dyn ExecutionPlan> = state.create_physical_plan(&plan).await.map_err(|e| Fault::plan(&e))?;
    let plan = stoppable(plan).map_err(|e| Fault::plan(&e))?;
    let schema = plan.schema();
    let mut rows = execute_stream(plan, context.task_ctx()).map_err(|e| Fault::plan(&e))?;
    let mut found = Answer::begin(&schema);
    while let Some(batch) = rows.next().await {
        if found.take(&batch.map_err(|e| Fault::plan(&e))?, q.rows) {
            break;
        }
    }
    Ok(found)
}
