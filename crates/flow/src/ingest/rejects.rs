//! Rows that are set aside: kept with place, reason and text, counted by reason, handed on to quarantine or to a file.

use super::{
    rejected::Layout,
    report::{Example, LeftBlank, Reason},
    spool::Spool,
    stage::Source,
    wire::{Put, Take},
};
use crate::{Result, schema::Label, sight::Sight};
use sources::{Code, Params, Reject};
use std::{
    collections::{BTreeMap, HashMap},
    path::Path,
};

/// Examples told of each reason, and kept of each of its files.
const EXAMPLES: usize = 5;

/// Rows that are set aside.
#[derive(Debug)]
pub struct Rejects {
    rows: Spool,
    layout: Layout,
    put: Put,
    reasons: HashMap<Code, Group>,
}

/// The rows of one reason, and what its sentence says of all of them.
#[derive(Debug)]
struct Group {
    params: Params,
    count: u64,
    examples: BTreeMap<u32, Vec<Example>>,
}

impl Group {
    /// Of every file at least one, as long as there is room in turn the next of each.
    fn told(&self) -> Vec<Example> {
        let mut all: Vec<(usize, u32, &Example)> = self.examples.iter().flat_map(|(file, own)| own.iter().enumerate().map(|(n, e)| (n, *file, e))).collect();
        all.sort_by_key(|(n, file, _)| (*n, *file));
        all.truncate(EXAMPLES.max(self.examples.len()));
        all.sort_by_key(|(n, file, _)| (*file, *n));
        all.into_iter().map(|(_, _, e)| e.clone()).collect()
    }

    /// Of what the sentence would say of the first row, it keeps what holds for this one, too.
    fn join(&mut self, params: &Params) {
        // which sheet and row is for the examples to say
        self.params.retain(|name, value| params.get(name) == Some(value) || !name.starts_with("on_"));
        for (name, value) in &mut self.params {
            if params.get(name) != Some(value) {
                *value = "…".to_owned();
            }
        }
    }
}

impl Rejects {
    /// Temporary files go to `folder`.
    pub fn new(folder: &Path, layout: Layout) -> Rejects {
        Rejects { rows: Spool::new(folder, 1, 8 << 20), layout, put: Put::default(), reasons: HashMap::new() }
    }

    /// Sets a row of a file aside.
    pub fn add(&mut self, file: u32, name: &str, r: &Reject) -> Result<()> {
        let reason = self.reasons.entry(r.code).or_insert_with(|| Group { params: r.params.clone(), count: 0, examples: BTreeMap::new() });
        reason.join(&r.params);
        reason.count += 1;
        let examples = reason.examples.entry(file).or_default();
        if examples.len() < EXAMPLES {
            let value: String = r.value.chars().take(200).collect();
            let column = r.column.clone().unwrap_or_default();
            examples.push(Example { file: name.to_owned(), line: r.line, column, value });
        }
        self.put.start().u32(file).u64(r.line).maybe_text(r.column.as_deref()).text(r.code.key()).text(&r.value).text(&r.raw);
        self.put.text(&serde_json::to_string(&r.params).unwrap_or_default());
        Ok(self.rows.push(0, &self.put.0)?)
    }

    /// How many.
    pub fn len(&self) -> u64 {
        self.rows.len()
    }

    /// The files the rows stood in.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// None?
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Reasons, most frequent first.
    pub fn reasons(&self) -> Vec<Reason> {
        let reason = |(code, group): (&Code, &Group)| {
            let text = code.label(&group.params);
            Reason { code: code.key().to_owned(), text: Label { zh: text.zh, en: text.en }, count: group.count, examples: group.told() }
        };
        let mut reasons: Vec<Reason> = self.reasons.iter().map(reason).collect();
        reasons.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.code.cmp(&b.code)));
        reasons
    }

    /// Hands every row to `each`, in the order they were set aside, with the files they stood in.
    pub fn each(&mut self, mut each: impl FnMut(&Layout, store::quarantine::Row) -> Result<()>) -> Result<()> {
        let layout = &self.layout;
        self.rows.read(0, |record| each(layout, row(record)?))
    }

    /// The rows one after the other, as the store takes them. A record that does not read back ends the stream early,
    /// which the commit notices by its count.
    pub fn stream(&mut self) -> Result<impl Iterator<Item = store::quarantine::Row> + Send + '_> {
        let mut reader = self.rows.reader(0)?;
        let mut record = Vec::new();
        Ok(std::iter::from_fn(move || reader.next(&mut record).ok()?.then(|| row(&record).ok()).flatten()))
    }
}

/// What reading left blank, file by file, as the report says it: most frequent first.
pub fn left_blank(found: &BTreeMap<u32, Vec<sources::LeftBlank>>, files: &[Source]) -> Vec<LeftBlank> {
    let mut all: Vec<LeftBlank> = Vec::new();
    for (file, blanks) in found {
        let name = files.get(*file as usize).map_or("", |s| s.name.as_str());
        for b in blanks {
            let example = |(line, value): &(u64, String)| Example {
                file: name.to_owned(),
                line: *line,
                column: b.column.clone(),
                value: value.chars().take(200).collect(),
            };
            let why = b.reason();
            all.push(LeftBlank {
                file: name.to_owned(),
                column: b.column.clone(),
                code: b.code.key().to_owned(),
                text: Label { zh: why.zh, en: why.en },
                count: b.count,
                examples: b.first.iter().map(example).collect(),
            });
        }
    }
    all.sort_by(|a, b| b.count.cmp(&a.count));
    all
}

fn row(record: &[u8]) -> std::io::Result<store::quarantine::Row> {
    let mut take = Take(record);
    let (file, line) = (take.u32()?, take.u64()?);
    let column = take.maybe_text()?.map(str::to_owned);
    let (code, value, raw) = (take.text()?.to_owned(), take.text()?.to_owned(), take.text()?.to_owned());
    let params = serde_json::from_str(take.text()?).unwrap_or_default();
    Ok(store::quarantine::Row { file, line, column, code, value: Some(value).filter(|v| !v.is_empty()), raw, params })
}

/// The reason of a stored row, for a reader.
pub fn sentence(row: &store::quarantine::Row, sight: Sight) -> domain::Label {
    let params: Params = serde_json::from_value(row.params.clone()).unwrap_or_default();
    let say = |code: Code| if sight.is_masked() { code.reserved(&params) } else { code.label(&params) };
    Code::parse(&row.code).map_or_else(|| domain::Label::same(row.code.clone()), say)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reject(line: u64, code: Code, params: &[(&str, &str)]) -> Reject {
        let params = params.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Reject { line, column: None, code, value: String::new(), raw: String::new(), params }
    }

    #[test]
    fn a_reason_says_what_holds_for_all_its_rows() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut rejects = Rejects::new(folder.path(), Layout::new(vec!["a.xlsx".to_owned()], Vec::new()));
        let rows = [
            reject(2, Code::OrderUnknown, &[("order", "D1"), ("on_sheet", "Refunds"), ("on_row", "2")]),
            reject(3, Code::OrderUnknown, &[("order", "D2"), ("on_sheet", "Refunds"), ("on_row", "3")]),
            reject(4, Code::ScoreInvalid, &[("low", "0"), ("high", "10")]),
            reject(5, Code::ScoreInvalid, &[("low", "0"), ("high", "10")]),
            reject(6, Code::RowTooLong, &[("found", "9"), ("expected", "5")]),
        ];
        rows.iter().for_each(|r| rejects.add(0, "a.xlsx", r).expect("it is kept"));
        let said: Vec<(u64, String)> = rejects.reasons().into_iter().map(|r| (r.count, r.text.en)).collect();
        let expected = [
            (2, "The order “…” is neither in these files nor imported before"),
            (2, "The score is not between 0 and 10"),
            (1, "The row has 9 fields, the header only 5"),
        ];
        assert_eq!(said, expected.map(|(n, text)| (n, text.to_owned())));
    }
}
