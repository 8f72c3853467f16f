//! By what an erased person is known again without being known: keyed hashes of the identifiers they had. The key lies in the data
//! folder, and so does a copy of the list, so that a database that was put back from an older copy is erased from again.

use crate::{Error, Result, app::App, keyfile};
use domain::identity::{Identifier, IdentifierKind};
use ring::hmac::{HMAC_SHA256, Key, sign};
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    fs::OpenOptions,
    io::{ErrorKind, Write},
};

/// File of the key.
pub const KEY: &str = "erasure-key";
/// File of the list: one JSON document on each line.
pub const LIST: &str = "erasures.jsonl";

/// A line of the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Line {
    workspace: String,
    erasure: String,
    #[serde(default)]
    hashes: Vec<String>,
    /// their identifiers may come in again
    #[serde(default)]
    lifted: bool,
}

/// Makes hashes with the key of the data folder.
pub struct Hasher(Key);

impl Hasher {
    /// With the key there is; made if there is none.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn made(app: &App) -> Result<Hasher> {
        Ok(Hasher(Key::new(HMAC_SHA256, &keyfile::made(app, KEY)?)))
    }

    fn there(app: &App) -> Result<Option<Hasher>> {
        Ok(keyfile::read(app, KEY)?.map(|key| Hasher(Key::new(HMAC_SHA256, &key))))
    }

    /// The hash of an identifier. A number is one whether a file calls it the customer's or the member's.
    pub fn hash(&self, id: &Identifier) -> String {
        let kind = match id.kind {
            IdentifierKind::External | IdentifierKind::Member => "number",
            IdentifierKind::Phone => "phone",
            IdentifierKind::Email => "email",
            IdentifierKind::Unionid => "unionid",
        };
        let tag = sign(&self.0, format!("zhiyin erased 1\n{kind}\n{}", id.value).as_bytes());
        keyfile::hex(tag.as_ref().get(..20).unwrap_or_default())
    }
}

/// The identifiers that may not come in.
pub struct Suppressed {
    hasher: Hasher,
    hashes: HashSet<String>,
}

impl Suppressed {
    /// As they are now; `None` where nobody was erased, or the key is not there.
    ///
    /// # Errors
    /// When the store or the disk refuses.
    pub async fn now(app: &App) -> Result<Option<Suppressed>> {
        let hashes = store::erasure::hashes(&app.store).await?;
        if hashes.is_empty() {
            return Ok(None);
        }
        let Some(hasher) = Hasher::there(app)? else {
            tracing::warn!(file = KEY, "people were erased, but the key they are known again by is not in the data folder; put it back from where the folder was moved");
            return Ok(None);
        };
        Ok(Some(Suppressed { hasher, hashes: hashes.into_iter().collect() }))
    }

    /// Is it one of them?
    pub fn has(&self, id: &Identifier) -> bool {
        self.hashes.contains(&self.hasher.hash(id))
    }

    /// Does a row that could not be read hold one of them?
    pub fn in_text(&self, text: &str, currency: domain::Currency, zone: &str) -> bool {
        let cells = text.split([',', ';', '\t', '|', '"', '\'', '\n', '，', '；', '{', '}', '[', ']']);
        cells.flat_map(|cell| std::iter::once(cell.trim()).chain(cell.split_once(':').map(|(_, value)| value.trim()))).filter(|c| !c.is_empty()).any(|cell| {
            let mut meant = vec![(IdentifierKind::External, cell.to_owned()), (IdentifierKind::Unionid, cell.to_owned())];
            meant.extend(sources::phone_of(cell, currency, zone).ok().flatten().map(|v| (IdentifierKind::Phone, v)));
            meant.extend(sources::email_of(cell).ok().flatten().map(|v| (IdentifierKind::Email, v)));
            meant.into_iter().any(|(kind, value)| self.has(&Identifier { kind, value }))
        })
    }
}

/// Adds a line to the list, if it is not there.
fn add(app: &App, line: &Line) -> Result<()> {
    if lines(app)?.contains(line) {
        return Ok(());
    }
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(app.data.join(LIST))?;
    let text = serde_json::to_string(line).map_err(|e| Error::Internal(e.to_string()))?;
    // a line that a crash cut short ends here
    file.write_all(format!("\n{text}\n").as_bytes())?;
    Ok(file.sync_all()?)
}

fn lines(app: &App) -> Result<Vec<Line>> {
    match std::fs::read_to_string(app.data.join(LIST)) {
        Err(e) if e.kind() == ErrorKind::NotFound => Ok(Vec::new()),
        Err(e) => Err(e.into()),
        // a last line that a crash cut short is written again
        Ok(text) => Ok(text.lines().filter_map(|l| serde_json::from_str(l).ok()).collect()),
    }
}

/// Writes the hashes of an erasure beside the database.
///
/// # Errors
/// When the disk refuses.
pub fn keep(app: &App, erasure: &str, hashes: &[String]) -> Result<()> {
    add(app, &Line { workspace: app.settings().id.clone(), erasure: erasure.to_owned(), hashes: hashes.to_vec(), lifted: false })
}

/// Writes beside the database that they may come in again.
///
/// # Errors
/// When the disk refuses.
pub fn lift(app: &App, erasure: &str) -> Result<()> {
    add(app, &Line { workspace: app.settings().id.clone(), erasure: erasure.to_owned(), hashes: Vec::new(), lifted: true })
}

/// An erasure that the list knows and the database does not.
pub struct Missing {
    /// of whom
    pub hashes: Vec<String>,
    /// whether those may come in again
    pub lifted: bool,
}

/// The erasures that the list knows and the database does not: it is older than they are. By id; those that were lifted are among them,
/// for what was erased stays erased.
///
/// # Errors
/// When the store or the disk refuses.
pub async fn missing(app: &App) -> Result<BTreeMap<String, Missing>> {
    let workspace = app.settings().id.clone();
    let all = lines(app)?;
    if all.is_empty() {
        return Ok(BTreeMap::new());
    }
    let known: BTreeSet<String> = store::erasure::ids(&app.store, &workspace).await?.into_iter().collect();
    let lifted: BTreeSet<&str> = all.iter().filter(|l| l.lifted).map(|l| l.erasure.as_str()).collect();
    let ours = all.iter().filter(|l| l.workspace == workspace && !l.lifted && !known.contains(&l.erasure));
    Ok(ours.map(|l| (l.erasure.clone(), Missing { hashes: l.hashes.clone(), lifted: lifted.contains(l.erasure.as_str()) })).collect())
}

/// The customers who have one of these hashes.
///
/// # Errors
/// When the store or the disk refuses.
pub async fn whose(app: &App, hashes: &BTreeSet<String>) -> Result<BTreeMap<domain::CustomerKey, String>> {
    let mut found = BTreeMap::new();
    let Some(hasher) = Hasher::there(app)? else { return Ok(found) };
    store::customer::each_identifier(&app.store, |kind, value, customer| {
        let hash = hasher.hash(&Identifier { kind, value });
        if hashes.contains(&hash) {
            found.insert(customer, hash);
        }
    })
    .await?;
    Ok(found)
}
