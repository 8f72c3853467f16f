//! Which files are merged: runs of small files that follow on each other in their table, so that rows keep their order. A file waits
//! until those around it come to as much as it holds; so it is not written anew every night, and a row not more than twenty times ever.

use domain::table::{DataFile, Table};

/// Rows of a file that is large enough: what a writer begins a new file at.
const ROWS: u64 = 3 * 262_144;
/// Bytes of one, so that whoever merges has never much in memory.
const BYTES: u64 = 64 << 20;
/// Fewer are not worth it.
const FEWEST: usize = 4;

/// Files that become one, each group in its order. `apart`: files that stay by themselves.
pub(super) fn groups(files: &[DataFile], apart: &[(Table, String)]) -> Vec<Vec<DataFile>> {
    let mut groups = Vec::new();
    for table in Table::ALL {
        let mut run: Vec<&DataFile> = Vec::new();
        let (mut rows, mut bytes) = (0, 0);
        for file in files.iter().filter(|f| f.table == table) {
            let alone = file.rows * 2 > ROWS || file.bytes * 2 > BYTES || apart.iter().any(|(t, path)| (*t, path) == (table, &file.path));
            if alone || rows + file.rows > ROWS || bytes + file.bytes > BYTES || run.last().is_some_and(|last| !follows(last, file)) {
                weigh(&run, &mut groups);
                run.clear();
                (rows, bytes) = (0, 0);
            }
            if !alone {
                run.push(file);
                (rows, bytes) = (rows + file.rows, bytes + file.bytes);
            }
        }
        weigh(&run, &mut groups);
    }
    groups
}

/// May rows of the second stand behind those of the first in one file? Imports stand in their order, so that it can still be told which
/// of two that speak of one order came later; of attributes each row says when it was learnt.
fn follows(first: &DataFile, second: &DataFile) -> bool {
    match (lake::batches(first), lake::batches(second)) {
        (Some((_, before)), Some((next, _))) => first.table == Table::Attributes || before <= next,
        // another program's, which does not say
        _ => false,
    }
}

/// The run, if no file holds more than all others; otherwise what is on both sides of that one.
fn weigh(run: &[&DataFile], groups: &mut Vec<Vec<DataFile>>) {
    if run.len() < FEWEST {
        return;
    }
    let all: u64 = run.iter().map(|f| f.rows).sum();
    match run.iter().position(|f| f.rows * 2 > all) {
        Some(large) => {
            let (before, after) = run.split_at(large);
            weigh(before, groups);
            weigh(after.get(1..).unwrap_or_default(), groups);
        }
        None => groups.push(run.iter().map(|f| (*f).clone()).collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::table::ColumnStats;

    fn file(table: Table, n: usize, rows: u64, batch: i64) -> DataFile {
        let column = table.columns().iter().position(|c| c.name == "batch").map_or(0, |p| p as u32 + 1);
        let said = Some(batch.to_string());
        DataFile { table, path: format!("{n}"), rows, bytes: rows * 20, footer: 1, columns: vec![ColumnStats { column, nulls: 0, min: said.clone(), max: said }] }
    }

    fn names(files: &[DataFile], apart: &[(Table, String)]) -> Vec<String> {
        groups(files, apart).iter().map(|g| g.iter().map(|f| f.path.as_str()).collect::<Vec<_>>().join(" ")).collect()
    }

    fn orders(rows: &[u64]) -> Vec<DataFile> {
        rows.iter().enumerate().map(|(n, rows)| file(Table::Orders, n, *rows, n as i64)).collect()
    }

    #[test]
    fn small_files_that_follow_on_each_other_become_one() {
        assert_eq!(names(&orders(&[10, 12, 9]), &[]), Vec::<String>::new(), "three are few");
        assert_eq!(names(&orders(&[10, 12, 9, 11, 700_000, 5, 5, 5, 5]), &[]), ["0 1 2 3", "5 6 7 8"]);
        // a large one waits until the others come to as much
        assert_eq!(names(&orders(&[50, 5, 5, 5, 5]), &[]), ["1 2 3 4"]);
        assert_eq!(names(&orders(&[20, 5, 5, 5, 5]), &[]), ["0 1 2 3 4"]);
        assert_eq!(names(&orders(&[5, 5, 5, 5, 5]), &[(Table::Orders, "1".into())]), Vec::<String>::new());
        assert_eq!(names(&orders(&[5, 5, 5, 5, 5]), &[(Table::Lines, "1".into())]).len(), 1);
        // what is full is closed
        assert_eq!(names(&orders(&[200_000; 9]), &[]), Vec::<String>::new());
        assert_eq!(names(&orders(&[190_000; 9]), &[]), ["0 1 2 3", "4 5 6 7"]);
    }

    #[test]
    fn imports_that_came_in_another_order_than_they_were_begun_are_kept_apart() {
        let mixed = |table| [1, 2, 3, 9, 4, 5, 6, 7].iter().enumerate().map(|(n, batch)| file(table, n, 10, *batch)).collect::<Vec<_>>();
        assert_eq!(names(&mixed(Table::Orders), &[]), ["0 1 2 3", "4 5 6 7"]);
        assert_eq!(names(&mixed(Table::Attributes), &[]).len(), 1);
        let mut unsaid = orders(&[5, 5, 5, 5]);
        unsaid[1].columns.clear();
        assert_eq!(names(&unsaid, &[]), Vec::<String>::new());
    }

    #[test]
    fn a_year_of_moves_is_few_files_and_no_row_is_written_often() {
        let (mut files, mut written, mut all): (Vec<DataFile>, u64, u64) = (Vec::new(), 0, 0);
        for night in 0..365 {
            for n in 0..200 {
                all += 30;
                files.push(file(Table::Orders, night * 1_000 + n, 30, all as i64));
            }
            for group in groups(&files, &[]) {
                let first = files.iter().position(|f| f.path == group[0].path).expect("is there");
                let rows = group.iter().map(|f| f.rows).sum();
                written += rows;
                let (low, high) = (group[0].columns[0].min.clone(), group[group.len() - 1].columns[0].max.clone());
                let mut one = DataFile { path: format!("m{night}"), rows, bytes: rows * 20, ..group[0].clone() };
                (one.columns[0].min, one.columns[0].max) = (low, high);
                files.splice(first..first + group.len(), [one]);
            }
        }
        assert!(files.len() < 40, "{} files", files.len());
        assert!(written < all * 12, "{written} rows written for {all}");
    }
}
