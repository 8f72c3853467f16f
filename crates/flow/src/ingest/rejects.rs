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

/// Examples kept for each reason.
const EXAMPLES: usize = 5;

/// Rows that are set aside.
#[derive(Debug)]
pub struct Rejects {
    rows: Spool,
    layout: Layout,
    put: Put,
    reasons: HashMap<Code, Reason>,
}

impl Rejects {
    /// Temporary files go to `folder`.
    pub fn new(folder: &Path, layout: Layout) -> Rejects {
        Rejects { rows: Spool::new(folder, 1, 8 << 20), layout, put: Put::default(), reasons: HashMap::new() }
    }

    /// Sets a row of a file aside.
    pub fn add(&mut self, file: u32, name: &str, r: &Reject) -> Result<()> {
        let reason = self.reasons.entry(r.code).or_insert_with(|| {
            let text = r.label();
            Reason { code: r.code.key().to_owned(), text: Label { zh: text.zh, en: text.en }, count: 0, examples: Vec::new() }
        });
        reason.count += 1;
        if reason.examples.len() < EXAMPLES {
            let value: String = r.value.chars().take(200).collect();
            let column = r.column.clone().unwrap_or_default();
            reason.examples.push(Example { file: name.to_owned(), line: r.line, column, value });
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
        let mut reasons: Vec<Reason> = self.reasons.values().cloned().collect();
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
