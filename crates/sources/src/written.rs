//! One cell of a [`crate::Table`], read as a file's cells are read, for whoever fills a form in with it.

use crate::{
    header,
    mapping::{Column, Mapping},
    value::{Cell, date::{self, Moment}, decimal, word},
};
use domain::{Day, Zone, clock::Instant};

impl Mapping {
    fn column(&self, index: usize) -> Option<&Column> {
        self.columns.iter().find(|c| c.index == index)
    }

    /// The day a cell of a column names.
    pub fn day_in(&self, index: usize, cell: &str) -> Option<Day> {
        let order = self.column(index).and_then(|c| c.date_order).unwrap_or(self.date_order);
        match date::read(&Cell::text(cell), order).ok()?? {
            Moment::Local { day, .. } => Some(Day(day)),
            Moment::Absolute(t) => Some(Zone::parse(&self.time_zone)?.day(Instant(t))),
        }
    }

    /// The number a cell of a column holds; one beside the sign of another currency than the business's is none.
    pub fn number_in(&self, index: usize, cell: &str) -> Option<f64> {
        let column = self.column(index);
        let mark = column.and_then(|c| c.decimal_mark).unwrap_or(self.decimal_mark);
        let found = decimal::money(&Cell::text(cell), mark, self.currency).ok()??;
        Some(found.number() * column.map_or(1, |c| c.scale) as f64)
    }
}

/// Does a cell say yes or no?
pub fn flag_of(cell: &str) -> Option<bool> {
    word::truth(&Cell::text(cell)).ok()?
}

/// A heading by what it says: case, blanks, underscores, full-width letters and what stands in brackets make no difference.
pub fn heading(text: &str) -> String {
    header::normal(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Options, probe, table};
    use domain::Currency;

    #[test]
    fn cells_are_read_as_files_are() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.csv");
        let zone = Zone::parse("Asia/Shanghai").expect("a zone");
        std::fs::write(&path, "when,paid,came\n25/12/2025,\"￥1,280.50\",是\n03/04/2026,1.2万,no\n").expect("written");
        let mapping = probe(&path, &Options::new(&zone, Currency::CNY)).expect("a table").mapping;
        let t = table(&path, &mapping, usize::MAX).expect("read");
        assert_eq!(t.column(0).map(|c| mapping.day_in(0, c)).collect::<Vec<_>>(), [Day::parse("2025-12-25"), Day::parse("2026-04-03")]);
        assert_eq!(t.column(1).map(|c| mapping.number_in(1, c)).collect::<Vec<_>>(), [Some(1280.5), Some(12000.0)]);
        assert_eq!(t.column(2).map(flag_of).collect::<Vec<_>>(), [Some(true), Some(false)]);
        assert_eq!((mapping.day_in(0, "soon"), mapping.number_in(1, "US$5"), flag_of("maybe")), (None, None, None));
        assert_eq!(mapping.day_in(0, "2026-01-01T20:00:00Z"), Day::parse("2026-01-02"));
    }
}
