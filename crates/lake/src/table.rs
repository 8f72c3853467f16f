//! A lake table for DataFusion: one snapshot's explicit file list with the catalog's statistics, so that no footer is
//! read to plan and files are pruned before they are opened.

use crate::{desk::Counting, schema, stats};
use async_trait::async_trait;
use datafusion::{
    arrow::datatypes::SchemaRef,
    catalog::{Session, TableProvider},
    common::{ColumnStatistics, Statistics, stats::Precision},
    datasource::{
        TableType,
        listing::PartitionedFile,
        physical_plan::{FileGroup, FileScanConfigBuilder, ParquetSource, parquet::ParquetRowSelection},
        source::DataSourceExec,
    },
    error::Result,
    execution::object_store::ObjectStoreUrl,
    logical_expr::{Expr, TableProviderFilterPushDown},
    physical_plan::ExecutionPlan,
};
use domain::table::{ColumnType, DataFile, Table};
use std::{path::Path, sync::Arc};

/// One table of one snapshot.
#[derive(Debug)]
pub struct LakeTable {
    schema: SchemaRef,
    files: Vec<PartitionedFile>,
    stats: Statistics,
}

impl LakeTable {
    /// Over these files of the table, below the lake's root.
    pub fn new(root: &Path, table: Table, files: &[DataFile]) -> std::io::Result<LakeTable> {
        LakeTable::counting(root, table, files, &Counting::new())
    }

    /// Of files that are named, these rows only.
    pub(crate) fn counting(root: &Path, table: Table, files: &[DataFile], counting: &Counting) -> std::io::Result<LakeTable> {
        let schema = schema::schema(table);
        let folder = std::path::absolute(schema::folder(root, table))?;
        let files: Vec<PartitionedFile> = files
            .iter()
            .filter(|f| f.table == table)
            .map(|f| {
                let path = folder.join(&f.path);
                let mut statistics = statistics(f);
                let file = PartitionedFile::new(path.to_string_lossy().trim_start_matches('/'), f.bytes).with_metadata_size_hint(f.footer as usize + 8);
                match counting.get(&f.path) {
                    None => file.with_statistics(Arc::new(statistics)),
                    Some(rows) => {
                        // what the catalog says of all of them bounds these, and no more
                        statistics = statistics.to_inexact();
                        file.with_statistics(Arc::new(statistics)).with_extension(ParquetRowSelection::new(rows.clone()))
                    }
                }
            })
            .collect();
        let stats = Statistics::try_merge_iter(files.iter().filter_map(|f| f.statistics.as_deref()), &schema)
            .unwrap_or_else(|_| Statistics::new_unknown(&schema));
        Ok(LakeTable { schema, files, stats })
    }
}

fn statistics(file: &DataFile) -> Statistics {
    let column_statistics = file
        .table
        .columns()
        .iter()
        .enumerate()
        .map(|(i, c)| {
            let Some(s) = file.columns.iter().find(|s| s.column as usize == i + 1) else {
                return ColumnStatistics::new_unknown();
            };
            let bound = |text: &Option<String>| match text.as_deref().and_then(|t| stats::parse(c.kind, t)) {
                None => Precision::Absent,
                // a text bound may be cut short: a bound, not the value
                Some(v) if c.kind == ColumnType::Varchar => Precision::Inexact(v),
                Some(v) => Precision::Exact(v),
            };
            ColumnStatistics {
                null_count: Precision::Exact(s.nulls as usize),
                min_value: bound(&s.min),
                max_value: bound(&s.max),
                ..ColumnStatistics::new_unknown()
            }
        })
        .collect();
    Statistics {
        num_rows: Precision::Exact(file.rows as usize),
        total_byte_size: Precision::Inexact(file.bytes as usize),
        column_statistics,
    }
}

#[async_trait]
impl TableProvider for LakeTable {
    fn schema(&self) -> SchemaRef {
        self.schema.clone()
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    fn statistics(&self) -> Option<Statistics> {
        Some(self.stats.clone())
    }

    fn supports_filters_pushdown(&self, filters: &[&Expr]) -> Result<Vec<TableProviderFilterPushDown>> {
        Ok(vec![TableProviderFilterPushDown::Inexact; filters.len()])
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        _filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        // the physical optimizer pushes the predicate into ParquetSource: file statistics, row groups, pages
        let options = state.default_table_options().parquet;
        let source = ParquetSource::new(self.schema.clone()).with_table_parquet_options(options);
        let groups = FileGroup::new(self.files.clone()).split_files(state.config().target_partitions());
        let config = FileScanConfigBuilder::new(ObjectStoreUrl::local_filesystem(), Arc::new(source))
            .with_file_groups(groups)
            .with_statistics(self.stats.clone())
            .with_projection_indices(projection.cloned())?
            .with_limit(limit)
            .build();
        Ok(DataSourceExec::from_data_source(config))
    }
}
