//! Every place of the database where text may stand that names a person: which are looked through, and which need not be, and why. A
//! test asks the database for all its columns of text, so that none that comes later is forgotten.

use crate::{Access, Result, Tx, db::clean};

/// How the text of a place is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// as it stands
    Plain,
    /// as a document of what people wrote: each text in it by itself
    Json,
    /// as words programs understand, where a name of one plain word may be one of them
    Machine,
    /// as words the business reckons by: a name is left where it may be one of them
    Rules,
    /// a name that must stay one of its own
    Name,
}

/// A column that is looked through.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    /// table
    pub table: &'static str,
    /// column
    pub column: &'static str,
    /// how it is read
    pub form: Form,
    read: &'static str,
    write: &'static str,
}

macro_rules! places {
    ($($table:literal $id:literal $column:literal $form:ident;)*) => {
        /// The columns that are looked through.
        pub const PLACES: &[Place] = &[$(Place {
            table: $table,
            column: $column,
            form: Form::$form,
            read: concat!("SELECT ", $id, " AS id, ", $column, " AS body FROM ", $table, " WHERE ", $column, " IS NOT NULL"),
            write: concat!("UPDATE ", $table, " SET ", $column, " = $2 WHERE ", $id, " = $1"),
        }),*];
        #[cfg(test)]
        pub(crate) const STATEMENTS: &[(&str, &str)] = &[$(
            (concat!($table, ".", $column, " read"), concat!("SELECT ", $id, " AS id, ", $column, " AS body FROM ", $table, " WHERE ", $column, " IS NOT NULL")),
            (concat!($table, ".", $column, " write"), concat!("UPDATE ", $table, " SET ", $column, " = $2 WHERE ", $id, " = $1"))
        ),*, ("ROWS", ROWS), ("BLANK_ROW", BLANK_ROW), ("ANSWERS", ANSWERS), ("IMPORTS", IMPORTS), ("SET_IMPORT", SET_IMPORT), ("DROP_ANSWER", DROP_ANSWER), ("WAITING", WAITING)];
    };
}

places! {
    "imports" "id" "files" Json;
    "imports" "id" "mapping" Rules;
    "imports" "id" "report" Json;
    "imports" "id" "error" Json;
    "mapping_templates" "signature" "mapping" Rules;
    "definitions" "kind || '/' || key || '/' || CAST(version AS TEXT)" "document" Rules;
    "jobs" "id" "payload" Machine;
    "jobs" "id" "error" Plain;
    "jobs" "id" "result" Machine;
    "comments" "CAST(row_key AS TEXT)" "body" Plain;
    "notes" "id" "body" Plain;
    "records" "id" "body" Json;
    "record_imports" "id" "name" Plain;
    "record_imported" "import || '/' || record" "before" Json;
    "objects" "id" "document" Rules;
    "changes" "id" "asked" Machine;
    "change_contacts" "change" "before" Json;
    "change_contacts" "change" "after" Json;
    "merges" "id" "fields" Machine;
    "merges" "id" "image" Json;
    "tags" "id" "name" Name;
    "tags" "id" "folded" Name;
    "views" "id" "name" Plain;
    "views" "id" "query" Machine;
    "dashboards" "id" "name_zh" Plain;
    "dashboards" "id" "name_en" Plain;
    "dashboards" "id" "tiles" Rules;
    "questions" "id" "name" Plain;
    "questions" "id" "body" Machine;
    "asked" "id" "body" Machine;
    "webhook_messages" "id" "body" Json;
    "webhook_messages" "id" "subject" Machine;
    "webhook_messages" "id" "change_key" Machine;
    "webhook_deliveries" "id" "outcome" Plain;
    "mails" "id" "subject" Plain;
    "mails" "id" "body" Plain;
    "mails" "id" "html" Plain;
    "mails" "id" "outcome" Plain;
}

/// Columns of text that are not looked through by [`PLACES`], and why not.
pub const LEFT: &[(&str, &str)] = &[
    // taken out row by row in `people` and below
    ("customers", "*"), ("identifiers", "*"), ("identifiers_removed", "*"), ("change_identifiers", "*"), ("contacts", "*"), ("customer_images", "*"), ("change_names", "*"), ("quarantine_rows", "*"),
    ("answers", "*"), ("inbox", "*"), ("duplicates", "*"), ("change_facts", "*"), ("merge_silences", "*"), ("comments", "question"),
    ("comments", "channel"), ("notes", "author"),
    // written anew in `files`
    ("ducklake_data_file", "*"), ("ducklake_file_column_stats", "*"), ("ducklake_table_column_stats", "*"),
    // the lake's catalog says nothing of people otherwise
    ("ducklake_column", "*"), ("ducklake_column_mapping", "*"), ("ducklake_column_tag", "*"), ("ducklake_delete_file", "*"),
    ("ducklake_file_partition_value", "*"), ("ducklake_file_variant_stats", "*"), ("ducklake_files_scheduled_for_deletion", "*"),
    ("ducklake_inlined_data_tables", "*"), ("ducklake_macro", "*"), ("ducklake_macro_impl", "*"), ("ducklake_macro_parameters", "*"),
    ("ducklake_metadata", "*"), ("ducklake_name_mapping", "*"), ("ducklake_partition_column", "*"), ("ducklake_schema", "*"),
    ("ducklake_snapshot", "*"), ("ducklake_snapshot_changes", "*"), ("ducklake_sort_expression", "*"), ("ducklake_table", "*"),
    ("ducklake_tag", "*"), ("ducklake_view", "*"), ("ducklake_schema_versions", "*"), ("ducklake_sort_info", "*"),
    // about the business and its members, not about customers
    ("workspace", "*"), ("counters", "*"), ("users", "*"), ("sessions", "*"), ("setup_tokens", "*"), ("members", "*"), ("invitations", "*"),
    ("tokens", "*"), ("tries", "*"), ("second_factors", "*"), ("recovery_codes", "*"), ("pending_sign_ins", "*"), ("sign_in_rules", "*"),
    ("oidc_providers", "*"), ("oidc_accounts", "*"), ("oidc_starts", "*"), ("webhooks", "*"), ("webhook_attempts", "*"), ("outbound", "*"),
    ("mail_relay", "*"), ("view_defaults", "*"), ("view_pins", "*"), ("businesses", "*"), ("subscriptions", "*"), ("restores", "*"), ("schedule_slots", "*"), ("quality_days", "*"),
    // names of sets and opaque ids
    ("marks", "*"), ("change_marks", "*"), ("announced", "*"), ("announced_sets", "*"),
    // cannot be changed; holds opaque ids only
    ("audit", "*"), ("audit_heads", "*"),
    // the erasures themselves: opaque ids, counts, keyed hashes, and a reason that is refused if it names the person
    ("erasures", "*"), ("erased_identifiers", "*"),
    // ids, keys of a closed set, states and hashes in tables that are looked through
    ("imports", "id"), ("imports", "status"), ("imports", "author"), ("imports", "fingerprint"), ("mapping_templates", "signature"),
    ("mapping_templates", "author"), ("definitions", "kind"), ("definitions", "key"), ("definitions", "state"), ("definitions", "author"),
    ("jobs", "id"), ("jobs", "name"), ("jobs", "unique_key"), ("jobs", "state"), ("jobs", "worker"), ("jobs", "unit"), ("jobs", "workspace"),
    ("jobs", "actor"), ("jobs", "token"), ("notes", "id"), ("records", "id"), ("records", "workspace"), ("records", "object"),
    ("records", "created_by"), ("records", "updated_by"), ("record_imports", "id"), ("record_imports", "workspace"), ("record_imports", "object"),
    ("record_imports", "author"), ("record_imported", "import"), ("record_imported", "record"), ("objects", "id"), ("objects", "workspace"), ("objects", "key"),
    ("objects", "created_by"), ("changes", "id"), ("changes", "workspace"), ("changes", "author"), ("changes", "request_key"),
    ("changes", "fingerprint"), ("changes", "kind"), ("changes", "subject"), ("changes", "undone_by"), ("change_contacts", "change"),
    ("merges", "id"), ("merges", "workspace"), ("merges", "merged_id"), ("merges", "survivor_id"), ("merges", "batch"), ("merges", "author"),
    ("merges", "ended_by"), ("tags", "id"), ("tags", "workspace"), ("tags", "colour"), ("tags", "created_by"), ("views", "id"),
    ("views", "workspace"), ("views", "owner"), ("views", "audience"), ("dashboards", "id"), ("dashboards", "workspace"),
    ("dashboards", "owner"), ("dashboards", "audience"), ("dashboards", "updated_by"), ("questions", "id"), ("questions", "workspace"),
    ("questions", "owner"), ("questions", "audience"), ("asked", "id"), ("asked", "workspace"), ("asked", "user_id"), ("asked", "code"),
    ("asked", "as_of"), ("webhook_messages", "id"), ("webhook_messages", "workspace"), ("webhook_messages", "kind"),
    ("webhook_deliveries", "id"), ("webhook_deliveries", "webhook"), ("webhook_deliveries", "message"), ("webhook_deliveries", "state"),
    ("mails", "id"), ("mails", "workspace"), ("mails", "unique_key"), ("mails", "kind"), ("mails", "recipient"), ("mails", "unsubscribe"),
    ("mails", "state"),
];

const ROWS: &str = "SELECT import, position, raw, value, params FROM quarantine_rows ORDER BY import, position";
const BLANK_ROW: &str = "UPDATE quarantine_rows SET raw = '', value = NULL, params = '{}' WHERE import = $1 AND position = $2";
const ANSWERS: &str = "SELECT workspace, actor, route, key_hash, body FROM answers WHERE body IS NOT NULL";
const DROP_ANSWER: &str = "DELETE FROM answers WHERE workspace = $1 AND actor = $2 AND route = $3 AND key_hash = $4";
const IMPORTS: &str = "SELECT id, files, report FROM imports";
const SET_IMPORT: &str = "UPDATE imports SET files = $2, report = $3 WHERE id = $1";
const WAITING: &str = "SELECT body FROM inbox ORDER BY seq";

/// Who understands a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reader {
    /// people
    People,
    /// programs: what somebody asked for
    Programs,
    /// programs, and the business reckons by it: what stands in it must not change its meaning
    Rules,
}

/// Other words for a text that is read so, if it names the person.
pub type Other<'a> = &'a (dyn Fn(&str, Reader) -> Option<String> + Sync);

/// Puts other words into every text of a place for which `other` has some; answers how many rows changed.
pub async fn rewrite(tx: &mut Tx, place: &Place, other: Other<'_>) -> Result<u64> {
    let mut changed = 0;
    for (id, body) in rows!(&mut *tx, (String, String), place.read)? {
        let reader = match place.form {
            Form::Plain | Form::Name | Form::Json => Reader::People,
            Form::Machine => Reader::Programs,
            Form::Rules => Reader::Rules,
        };
        let new = match place.form {
            Form::Plain => other(&body, reader),
            Form::Name => other(&body, reader).map(|t| format!("{t} {id}")),
            Form::Json | Form::Machine | Form::Rules => match serde_json::from_str(&body) {
                Ok(mut document) => changed_in(&mut document, reader, other).then(|| document.to_string()),
                Err(_) => other(&body, reader),
            },
        };
        if let Some(new) = new {
            execute!(&mut *tx, place.write, id, clean(new))?;
            changed += 1;
        }
    }
    Ok(changed)
}

/// Puts other words into the texts of a document, also where they name its parts; was any changed?
fn changed_in(document: &mut serde_json::Value, reader: Reader, other: Other<'_>) -> bool {
    let named = if reader == Reader::Rules { Reader::Rules } else { Reader::Programs };
    match document {
        serde_json::Value::String(text) => match other(text, reader) {
            Some(new) => {
                *text = new;
                true
            }
            None => false,
        },
        serde_json::Value::Array(all) => all.iter_mut().fold(false, |any, v| changed_in(v, reader, other) | any),
        serde_json::Value::Object(all) => {
            let mut any = all.values_mut().fold(false, |any, v| changed_in(v, reader, other) | any);
            let renamed: Vec<(String, String)> = all.keys().filter_map(|k| Some((k.clone(), other(k, named)?))).collect();
            for (old, new) in renamed {
                if let Some(value) = all.remove(&old) {
                    all.insert(new, value);
                    any = true;
                }
            }
            any
        }
        // a phone that is kept as a number
        serde_json::Value::Number(n) if n.to_string().len() >= PHONE => match other(&n.to_string(), Reader::Programs) {
            Some(_) => {
                *document = 0.into();
                true
            }
            None => false,
        },
        _ => false,
    }
}

/// Digits of a number that may be a phone.
const PHONE: usize = 9;

/// Empties the rows set aside of which `about` says that they are about the person; answers how many.
pub async fn blank_rows(tx: &mut Tx, about: &(dyn Fn(&str) -> bool + Sync)) -> Result<u64> {
    let mut blanked = 0;
    for (import, position, raw, value, params) in rows!(&mut *tx, (String, i64, String, Option<String>, String), ROWS)? {
        if about(&raw) || value.as_deref().is_some_and(about) || about(&params) {
            execute!(&mut *tx, BLANK_ROW, import, position)?;
            blanked += 1;
        }
    }
    Ok(blanked)
}

/// Routes whose answers hold cells: of files, of tables.
const CELLS: [&str; 4] = ["/imports", "/sql", "/dashboards", "/kind"];
/// How a sealed answer begins: nobody here reads whom it is about.
const SEALED: &[u8] = b"s1:";

/// Forgets answers kept for programs that ask again, of which `about` says that they are about the person, that hold cells or are
/// sealed; answers how many.
pub async fn drop_answers(tx: &mut Tx, about: &(dyn Fn(&str) -> bool + Sync)) -> Result<u64> {
    let mut dropped = 0;
    for (workspace, actor, route, key, body) in rows!(&mut *tx, (String, String, String, String, Vec<u8>), ANSWERS)? {
        if CELLS.iter().any(|c| route.contains(c)) || body.starts_with(SEALED) || about(&route) || about(&String::from_utf8_lossy(&body)) {
            execute!(&mut *tx, DROP_ANSWER, workspace, actor, route, key)?;
            dropped += 1;
        }
    }
    Ok(dropped)
}

/// Empties the samples of cells that imports keep with their files and reports: any may be the person's, and they were there to match
/// columns by. Answers how many imports had some.
pub async fn drop_samples(tx: &mut Tx) -> Result<u64> {
    let mut emptied = 0;
    for (id, files, report) in rows!(&mut *tx, (String, String, Option<String>), IMPORTS)? {
        let mut files: serde_json::Value = serde_json::from_str(&files)?;
        let mut report: Option<serde_json::Value> = report.as_deref().map(serde_json::from_str).transpose()?;
        let mut any = empty(&mut files);
        any |= report.as_mut().is_some_and(empty);
        if any {
            execute!(&mut *tx, SET_IMPORT, id, files.to_string(), report.map(|r| r.to_string()))?;
            emptied += 1;
        }
    }
    Ok(emptied)
}

/// Empties the samples of one import, which turned out to tell of somebody erased, and forgets the answers kept about it.
pub async fn drop_samples_of(tx: &mut Tx, import: &str) -> Result<()> {
    for (id, files, report) in rows!(&mut *tx, (String, String, Option<String>), IMPORTS)?.into_iter().filter(|(id, ..)| id == import) {
        let mut files: serde_json::Value = serde_json::from_str(&files)?;
        empty(&mut files);
        execute!(&mut *tx, SET_IMPORT, id, files.to_string(), report)?;
    }
    for (workspace, actor, route, key, body) in rows!(&mut *tx, (String, String, String, String, Vec<u8>), ANSWERS)? {
        if route.contains(import) || String::from_utf8_lossy(&body).contains(import) {
            execute!(&mut *tx, DROP_ANSWER, workspace, actor, route, key)?;
        }
    }
    Ok(())
}

/// Names of lists in a document that hold cells of a file, or sentences that repeat some.
const SAMPLES: [&str; 4] = ["samples", "examples", "notes", "guesses"];

fn empty(document: &mut serde_json::Value) -> bool {
    match document {
        serde_json::Value::Array(all) => all.iter_mut().fold(false, |any, v| empty(v) | any),
        serde_json::Value::Object(all) => all.iter_mut().fold(false, |any, (name, v)| match v {
            serde_json::Value::Array(list) if SAMPLES.contains(&name.as_str()) => {
                let had = !list.is_empty();
                list.clear();
                had | any
            }
            other => empty(other) | any,
        }),
        _ => false,
    }
}

/// Does anything wait in the inbox that is about the person?
pub async fn waits(db: impl Access, about: &(dyn Fn(&str) -> bool + Sync)) -> Result<bool> {
    Ok(rows!(db, (String,), WAITING)?.iter().any(|(body,)| about(body)))
}
