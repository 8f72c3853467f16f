//! Pages of lists: how many, and from where. A cursor names the last thing of the page before, so that what comes and goes in between
//! shifts nothing: no row is met twice, and none that stayed is missed.

use crate::error::{Error, Result};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::Label;
use serde::Deserialize;
use serde_json::json;
use std::cmp::Ordering;
use utoipa::IntoParams;

/// Page size where nobody says.
pub const USUAL: usize = 50;
/// Largest page.
pub const MOST: usize = 500;

/// Which page.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Paging {
    /// `next_cursor` of the page before
    pub cursor: Option<String>,
    /// page size, 1–500
    #[param(minimum = 1, maximum = 500)]
    pub limit: Option<u32>,
}

/// Which part of a list that is at hand as a whole, and in which order.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Part {
    /// only what holds these words in what it is called, each of them
    pub q: Option<String>,
    /// a field of the answer's items, `-` before it for descending; what lacks it comes last. Another name is refused, naming those there are
    pub sort: Option<String>,
    /// `next_cursor` of the page before
    pub cursor: Option<String>,
    /// page size, 1–500; absent, without a cursor: all
    #[param(minimum = 1, maximum = 500)]
    pub limit: Option<u32>,
}

/// A thing of a list that is at hand as a whole.
pub trait Listed: Sized + 'static {
    /// Fields of the answer it is sorted by.
    const SORTS: &'static [(&'static str, fn(&Self) -> Rank)];

    /// What names it.
    fn id(&self) -> &str;

    /// What it is found by.
    fn words(&self) -> Vec<&str>;
}

/// What is compared of two things.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rank {
    /// a number
    Number(i64),
    /// a text, or a moment as one
    Text(String),
    /// there is none
    Nothing,
}

impl From<&str> for Rank {
    fn from(text: &str) -> Rank {
        if text.is_empty() { Rank::Nothing } else { Rank::Text(text.to_lowercase()) }
    }
}

impl From<&String> for Rank {
    fn from(text: &String) -> Rank {
        Rank::from(text.as_str())
    }
}

impl From<&Option<String>> for Rank {
    fn from(text: &Option<String>) -> Rank {
        text.as_deref().map_or(Rank::Nothing, Rank::from)
    }
}

impl From<i64> for Rank {
    fn from(n: i64) -> Rank {
        Rank::Number(n)
    }
}

impl From<u64> for Rank {
    fn from(n: u64) -> Rank {
        Rank::Number(i64::try_from(n).unwrap_or(i64::MAX))
    }
}

impl From<u32> for Rank {
    fn from(n: u32) -> Rank {
        Rank::Number(n.into())
    }
}

/// Page size, if it is one.
///
/// # Errors
/// `request.limit`
pub fn limit(asked: Option<u32>) -> Result<usize> {
    let limit = asked.map_or(USUAL, |n| n as usize);
    if (1..=MOST).contains(&limit) {
        return Ok(limit);
    }
    let message = Label::new(format!("limit 应在 1 到 {MOST} 之间"), format!("limit is 1 to {MOST}"));
    Err(Error::invalid("request.limit", message.en.clone()).params(json!({ "message": message, "limit": MOST })).field("limit", "field.range"))
}

/// Not a cursor of ours, or of something that is gone.
pub fn no_cursor() -> Error {
    Error::from(flow::paging::no_cursor()).field("cursor", "request.cursor")
}

/// The key a cursor names.
///
/// # Errors
/// `request.cursor`
fn after(cursor: Option<&str>) -> Result<Option<String>> {
    let Some(cursor) = cursor.filter(|c| !c.is_empty()) else { return Ok(None) };
    let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| no_cursor())?;
    String::from_utf8(bytes).map(Some).map_err(|_| no_cursor())
}

impl Paging {
    /// The key the cursor names.
    ///
    /// # Errors
    /// `request.cursor`
    pub fn after(&self) -> Result<Option<String>> {
        after(self.cursor.as_deref())
    }
}

impl Part {
    /// What is asked of a list that stands in an order of its own, and where the next page starts. Asked for neither a size nor a place,
    /// all of it. A cursor whose thing is gone is refused.
    ///
    /// # Errors
    /// `request.limit`, `request.cursor`, `request.sort`
    pub fn of<T: Listed>(&self, mut items: Vec<T>) -> Result<(Vec<T>, Option<String>)> {
        if let Some(q) = self.q.as_deref().map(str::to_lowercase) {
            let wanted: Vec<&str> = q.split_whitespace().collect();
            items.retain(|i| {
                let words = i.words().join("\n").to_lowercase();
                wanted.iter().all(|w| words.contains(w))
            });
        }
        if let Some(asked) = self.sort.as_deref().filter(|s| !s.is_empty()) {
            let (name, down) = asked.strip_prefix('-').map_or((asked, false), |name| (name, true));
            let (_, rank) = T::SORTS.iter().find(|(known, _)| *known == name).ok_or_else(|| no_sort::<T>(name))?;
            // what has none stands last, whichever way; equal ones stay as they stood
            items.sort_by_cached_key(|i| match rank(i) {
                Rank::Nothing => (true, Turned(Rank::Nothing, false)),
                rank => (false, Turned(rank, down)),
            });
        }
        if self.limit.is_none() && self.cursor.is_none() {
            return Ok((items, None));
        }
        let limit = limit(self.limit)?;
        let from = match after(self.cursor.as_deref())? {
            None => 0,
            Some(after) => items.iter().position(|i| i.id() == after).ok_or_else(no_cursor)? + 1,
        };
        let more = items.len() > from + limit;
        let page: Vec<T> = items.into_iter().skip(from).take(limit).collect();
        let next = page.last().filter(|_| more).map(|last| cursor(last.id()));
        Ok((page, next))
    }
}

/// A rank in one of two directions.
#[derive(PartialEq, Eq)]
struct Turned(Rank, bool);

impl Ord for Turned {
    fn cmp(&self, other: &Turned) -> Ordering {
        let up = self.0.cmp(&other.0);
        if self.1 { up.reverse() } else { up }
    }
}

impl PartialOrd for Turned {
    fn partial_cmp(&self, other: &Turned) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

fn no_sort<T: Listed>(name: &str) -> Error {
    let known: Vec<&str> = T::SORTS.iter().map(|(name, _)| *name).collect();
    let all = known.join(", ");
    let message = Label::new(format!("不能按 {name} 排序；可用：{all}"), format!("this list is not sorted by {name}, but by: {all}"));
    Error::invalid("request.sort", message.en.clone()).params(json!({ "message": message, "sorts": known })).field("sort", "request.sort")
}

/// The cursor that names a key.
pub fn cursor(key: &str) -> String {
    URL_SAFE_NO_PAD.encode(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Thing(&'static str, Option<i64>);

    impl Listed for Thing {
        const SORTS: &'static [(&'static str, fn(&Self) -> Rank)] = &[("name", |t| Rank::from(t.0)), ("size", |t| t.1.map_or(Rank::Nothing, Rank::from))];

        fn id(&self) -> &str {
            self.0
        }

        fn words(&self) -> Vec<&str> {
            vec![self.0]
        }
    }

    fn walk(part: &Part, items: &[(&'static str, Option<i64>)]) -> (Vec<&'static str>, Option<String>) {
        let (page, next) = part.of(items.iter().map(|(name, size)| Thing(name, *size)).collect()).expect("a page");
        (page.into_iter().map(|t| t.0).collect(), next)
    }

    #[test]
    fn what_comes_and_goes_between_pages_shifts_nothing() {
        let first = Part { limit: Some(2), ..Part::default() };
        let (page, next) = walk(&first, &[("g", None), ("e", None), ("c", None)]);
        assert_eq!(page, ["g", "e"]);
        let second = Part { cursor: next, limit: Some(2), ..Part::default() };
        // one came before
        assert_eq!(walk(&second, &[("h", None), ("g", None), ("e", None), ("c", None)]), (vec!["c"], None));
        assert_eq!(walk(&Part::default(), &[("x", None), ("a", None)]), (vec!["x", "a"], None));
    }

    #[test]
    fn it_is_found_by_words_and_sorted_both_ways_with_what_lacks_it_last() {
        let all = [("Big b", Some(2)), ("small a", None), ("big A", Some(7)), ("b", Some(2))];
        let asked = |q: Option<&str>, sort: &str| walk(&Part { q: q.map(Into::into), sort: Some(sort.into()), ..Part::default() }, &all).0;
        assert_eq!(asked(None, "size"), ["Big b", "b", "big A", "small a"]);
        assert_eq!(asked(None, "-size"), ["big A", "Big b", "b", "small a"]);
        assert_eq!(asked(Some("A BIG"), ""), ["big A"]);
        assert_eq!(asked(Some("big"), "name"), ["big A", "Big b"]);
        let part = Part { sort: Some("-shape".into()), ..Part::default() };
        let refused = part.of(vec![Thing("a", None)]).err().map(|e| (e.problem().code.clone(), e.problem().params["sorts"].clone()));
        assert_eq!(refused, Some(("request.sort".into(), json!(["name", "size"]))));
        // page by page through an order
        let first = Part { sort: Some("-size".into()), limit: Some(3), ..Part::default() };
        let next = walk(&first, &all).1;
        assert_eq!(walk(&Part { cursor: next, ..first }, &all), (vec!["small a"], None));
    }

    #[test]
    fn bad_sizes_and_cursors_are_refused() {
        for bad in [0, 501, u32::MAX] {
            assert_eq!(limit(Some(bad)).expect_err("refused").problem().code, "request.limit");
        }
        for bad in ["%", "ä", "!!!!", &cursor("gone")] {
            let part = Part { cursor: Some(bad.into()), ..Part::default() };
            assert_eq!(part.of(vec![Thing("a", None)]).err().map(|e| e.problem().code.clone()), Some("request.cursor".into()));
        }
    }
}
