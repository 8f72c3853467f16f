//! What the rows of a file come to, beside the records there are.

use super::Read;
use crate::{
    Result,
    app::App,
    erasure::known::Suppressed,
    objects::{Known, filling::{Draft, Faults, Fill, Filling, Values}, list, records::{self, Filled, hidden}},
    sight::Sight,
};
use domain::{
    Label,
    field::{Kind, Written},
    mask,
    object::Field,
};
use serde_json::json;
use sha2::{Digest, Sha256};
use sources::{Code, Params, flag_of};
use std::{
    collections::{HashMap, HashSet},
    io,
};
use store::record_import::{self as kept, State};

/// A row that does not fit.
pub(super) struct Refused {
    /// where it stands in the file
    pub(super) line: u64,
    /// where among the rows that could be read
    pub(super) at: Option<usize>,
    /// fields, or the row as a whole, and what is to be mended
    pub(super) why: Vec<(Option<String>, Label)>,
}

/// Hears how many rows were looked at, of how many, and says whether it goes on.
pub(super) type Told<'a> = &'a (dyn Fn(u64, u64) -> io::Result<()> + Sync);

/// What a file comes to.
pub(super) struct Plan {
    /// new records
    pub(super) made: Vec<Fill>,
    /// records that change, as they are and as they will be
    pub(super) changed: Vec<(Filled, Fill)>,
    /// rows that say what is there
    pub(super) same: u64,
    /// rows that do not fit, in their order
    pub(super) refused: Vec<Refused>,
    /// what the records were when this was reckoned
    pub(super) state: State,
}

/// What a row is, once it was read.
enum Row {
    Made(Fill),
    Changed(usize, Fill),
    Same,
    Refused(Vec<(Option<String>, Label)>),
}

/// A file and the records beside which it is looked at.
struct Look<'a> {
    sight: Sight,
    filling: Filling<'a>,
    /// the fields the file fills
    fields: Vec<&'a Field>,
    there: &'a [Filled],
}

impl Plan {
    pub(super) async fn of(app: &App, sight: Sight, k: &Known, file: &Read, columns: &[Option<String>], by: Option<&str>, told: Told<'_>) -> Result<Plan> {
        let state = kept::state(&app.store, &k.row.id).await?;
        let there = list::everything(app, k).await?;
        let filled: Vec<(usize, &Field)> = columns.iter().enumerate().filter_map(|(i, c)| Some((i, k.form.field(c.as_deref()?)?))).collect();
        let mut drafts: Vec<Draft> = (0..file.table.rows()).map(|row| draft(file, &filled, row)).collect();
        let erased = erased(app, &mut drafts).await?;
        let filling = Filling::of(app, sight, k, &drafts, there.iter().map(|r| &r.values)).await?;
        let look = Look { sight, filling, fields: filled.iter().map(|(_, f)| *f).collect(), there: &there };
        let rows = match by.and_then(|by| k.form.field(by)) {
            _ if filled.is_empty() => Vec::new(),
            Some(f) => look.matched(f, &drafts, &file.table.lines, told)?,
            None => look.whole(&drafts, told)?,
        };
        let mut plan = Plan { made: Vec::new(), changed: Vec::new(), same: 0, refused: Vec::new(), state };
        let mut there: Vec<Option<Filled>> = there.into_iter().map(Some).collect();
        let count = there.len();
        plan.refused.extend(file.table.skipped.iter().map(|(line, code)| Refused { line: *line, at: None, why: vec![(None, code.reserved(&Params::new()))] }));
        for (at, (row, line)) in rows.into_iter().zip(&file.table.lines).enumerate() {
            match row {
                Row::Refused(_) if erased.contains(&at) => plan.refused.push(Refused { line: *line, at: None, why: vec![(None, Code::ErasedPerson.label(&Params::new()))] }),
                Row::Made(fill) => plan.made.push(fill),
                Row::Changed(place, fill) => plan.changed.extend(there.get_mut(place).and_then(Option::take).map(|old| (old, fill))),
                Row::Same => plan.same += 1,
                Row::Refused(why) => plan.refused.push(Refused { line: *line, at: Some(at), why }),
            }
        }
        plan.refused.sort_by_key(|r| r.line);
        records::room(count as i64, plan.made.len())?;
        Ok(plan)
    }

    /// Is there anything to write?
    pub(super) fn writes(&self) -> bool {
        !self.made.is_empty() || !self.changed.is_empty()
    }

    /// Equal where the same would be written over the same records.
    pub(super) fn print(&self, k: &Known, columns: &[Option<String>], by: Option<&str>) -> String {
        let mut hash = Sha256::new();
        let mut take = |value: serde_json::Value| hash.update(value.to_string());
        take(json!([k.row.id, k.row.edition, self.state.records, self.state.last, self.state.editions, columns, by, self.same]));
        self.made.iter().for_each(|f| take(json!(f.values)));
        self.changed.iter().for_each(|(old, new)| take(json!([old.row.id, new.values])));
        self.refused.iter().for_each(|r| take(json!(r.line)));
        hash.finalize().iter().take(16).map(|b| format!("{b:02x}")).collect()
    }
}

/// A row as somebody would fill the form in: cells are read as any file's are; what is empty is not said.
fn draft(file: &Read, filled: &[(usize, &Field)], row: usize) -> Draft {
    let mapping = &file.probe.mapping;
    let cell = |(column, f): &(usize, &Field)| {
        let text = file.table.cell(row, *column);
        let read = match f.kind {
            Kind::Day => mapping.day_in(*column, text).map(|d| Written::Text(d.to_string())),
            Kind::Number | Kind::Money => mapping.number_in(*column, text).map(Written::Number),
            Kind::Bool => flag_of(text).map(Written::Bool),
            _ => None,
        };
        (!text.is_empty()).then(|| (f.key.clone(), Some(read.unwrap_or_else(|| Written::Text(text.to_owned())))))
    };
    filled.iter().filter_map(cell).collect()
}

/// Rows that hold a phone or an e-mail of somebody who was erased; nothing of them is taken in.
async fn erased(app: &App, drafts: &mut [Draft]) -> Result<HashSet<usize>> {
    let Some(gone) = Suppressed::now(app).await? else { return Ok(HashSet::new()) };
    let settings = app.settings();
    let holds = |w: &Option<Written>| match w {
        // alone in its cell, or among other words
        Some(Written::Text(t)) if mask::hides(t) => [t.clone(), t.replace(char::is_whitespace, ",")].iter().any(|t| gone.in_text(t, settings.currency, settings.zone.name())),
        _ => false,
    };
    let mut rows = HashSet::new();
    for (at, draft) in drafts.iter_mut().enumerate().filter(|(_, draft)| draft.values().any(holds)) {
        draft.clear();
        rows.insert(at);
    }
    Ok(rows)
}

fn faults(why: Faults) -> Row {
    Row::Refused(why.0.into_iter().map(|(key, why)| (Some(key), why)).collect())
}

fn refused(field: Option<&Field>, zh: impl Into<String>, en: impl Into<String>) -> Row {
    Row::Refused(vec![(field.map(|f| f.key.clone()), Label::new(zh, en))])
}

fn nothing() -> Row {
    refused(None, "对应到字段的各列都是空的", "every column that fills a field is empty")
}

impl Look<'_> {
    /// What a record says in some fields; nothing where whoever asks does not see it whole, lest they learn it by comparing.
    fn told(&self, fields: &[&Field], values: &Values) -> Option<String> {
        let mut told = Vec::with_capacity(fields.len());
        for f in fields {
            let value = values.get(&f.key);
            if hidden(self.sight, f, value) {
                return None;
            }
            told.push(value.map(|v| self.filling.settled(f, v)));
        }
        serde_json::to_string(&told).ok()
    }

    /// A row that says what a record or an earlier row says is that; any other is a new record.
    fn whole(&self, drafts: &[Draft], told: Told<'_>) -> io::Result<Vec<Row>> {
        let mut known: HashSet<String> = self.there.iter().filter_map(|r| self.told(&self.fields, &r.values)).collect();
        let row = |(n, draft): (usize, &Draft)| {
            told(n as u64, drafts.len() as u64)?;
            if draft.is_empty() {
                return Ok(nothing());
            }
            Ok(match self.filling.fill(draft, &Values::new(), &|_| false) {
                Err(why) => faults(why),
                // what is told of none is equal to none
                Ok(fill) if self.told(&self.fields, &fill.values).is_none_or(|told| known.insert(told)) => Row::Made(fill),
                Ok(_) => Row::Same,
            })
        };
        drafts.iter().enumerate().map(row).collect()
    }

    /// A row is of the record that says the same in `by`; what it leaves empty stays as it is there.
    fn matched<'d>(&self, by: &Field, drafts: &'d [Draft], lines: &[u64], told: Told<'_>) -> io::Result<Vec<Row>> {
        let mut places: HashMap<String, Vec<usize>> = HashMap::new();
        for (place, r) in self.there.iter().enumerate().filter(|(_, r)| r.values.contains_key(&by.key)) {
            self.told(&[by], &r.values).into_iter().for_each(|told| places.entry(told).or_default().push(place));
        }
        let mut rows = HashMap::new();
        let row = |(n, (draft, line)): (usize, (&'d Draft, &u64))| {
            told(n as u64, drafts.len() as u64)?;
            Ok(self.one(by, (draft, *line), &places, &mut rows))
        };
        drafts.iter().zip(lines).enumerate().map(row).collect()
    }

    fn one<'d>(&self, by: &Field, (draft, line): (&'d Draft, u64), places: &HashMap<String, Vec<usize>>, rows: &mut HashMap<String, (u64, &'d Draft)>) -> Row {
        if draft.is_empty() {
            return nothing();
        }
        if !draft.contains_key(&by.key) {
            return refused(Some(by), "是空的，无法对应已有记录，请填上", "it is empty, so the row is of no record; fill it in");
        }
        // only what it is matched by
        let key = match self.filling.fill(draft, &Values::new(), &|key| key != by.key) {
            Err(why) => return faults(why),
            Ok(fill) => self.told(&[by], &fill.values),
        };
        let Some(key) = key else { return self.fresh(draft) };
        if let Some((first, before)) = rows.get(&key) {
            if *before == draft {
                return Row::Same;
            }
            return refused(Some(by), format!("与第 {first} 行相同而其他内容不同；同一个文件里只能出现一次"), format!("row {first} says the same here and something else otherwise; it may stand in a file once"));
        }
        let became = match places.get(&key).map_or(&[][..], Vec::as_slice) {
            [] => self.fresh(draft),
            [place] => self.changed(*place, draft),
            more => {
                let n = more.len();
                return refused(Some(by), format!("有 {n} 条记录都是这个值，分不清是哪一条；请换一个字段对应"), format!("{n} records say so, and it cannot be told which is meant; match by another field"));
            }
        };
        if !matches!(became, Row::Refused(_)) {
            rows.insert(key, (line, draft));
        }
        became
    }

    fn fresh(&self, draft: &Draft) -> Row {
        self.filling.fill(draft, &Values::new(), &|_| false).map_or_else(faults, Row::Made)
    }

    fn changed(&self, place: usize, draft: &Draft) -> Row {
        let Some(old) = self.there.get(place) else { return nothing() };
        let stays = |key: &str| !draft.contains_key(key) || self.fields.iter().any(|f| f.key == key && hidden(self.sight, f, old.values.get(key)));
        match self.filling.fill(draft, &old.values, &stays) {
            Err(why) => faults(why),
            Ok(fill) => {
                let said = |f: &&Field| fill.values.get(&f.key).map(|v| self.filling.settled(f, v)) == old.values.get(&f.key).map(|v| self.filling.settled(f, v));
                if self.fields.iter().all(said) { Row::Same } else { Row::Changed(place, fill) }
            }
        }
    }
}
