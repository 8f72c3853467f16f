//! Pages of lists: how many, and from where. A cursor names the last thing of the page before, so that what comes and goes in between
//! shifts nothing: no row is met twice, and none that stayed is missed.

use crate::error::{Error, Result};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::Label;
use serde::Deserialize;
use serde_json::json;
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

/// In which order a list stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// the least key first
    Up,
    /// some other; a cursor whose thing is gone is then refused
    AsItIs,
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

impl Paging {
    /// The key the cursor names.
    ///
    /// # Errors
    /// `request.cursor`
    pub fn after(&self) -> Result<Option<String>> {
        let Some(cursor) = self.cursor.as_deref().filter(|c| !c.is_empty()) else { return Ok(None) };
        let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| no_cursor())?;
        String::from_utf8(bytes).map(Some).map_err(|_| no_cursor())
    }

    /// A page of a list that is at hand as a whole, and where the next one starts. Asked for neither a size nor a place, all of it.
    ///
    /// # Errors
    /// `request.limit`, `request.cursor`
    pub fn page<T>(&self, items: Vec<T>, order: Order, key: impl Fn(&T) -> String) -> Result<(Vec<T>, Option<String>)> {
        if self.limit.is_none() && self.cursor.is_none() {
            return Ok((items, None));
        }
        let limit = limit(self.limit)?;
        let from = match self.after()? {
            None => 0,
            Some(after) => match order {
                Order::Up => items.iter().position(|i| key(i) > after).unwrap_or(items.len()),
                Order::AsItIs => items.iter().position(|i| key(i) == after).ok_or_else(no_cursor)? + 1,
            },
        };
        let more = items.len() > from + limit;
        let page: Vec<T> = items.into_iter().skip(from).take(limit).collect();
        let next = page.last().filter(|_| more).map(|last| cursor(&key(last)));
        Ok((page, next))
    }
}

/// The cursor that names a key.
pub fn cursor(key: &str) -> String {
    URL_SAFE_NO_PAD.encode(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn walk(paging: &Paging, items: &[&str], order: Order) -> (Vec<String>, Option<String>) {
        let items = items.iter().map(|i| (*i).to_owned()).collect();
        paging.page(items, order, Clone::clone).expect("a page")
    }

    #[test]
    fn what_comes_and_goes_between_pages_shifts_nothing() {
        let first = Paging { cursor: None, limit: Some(2) };
        let (page, next) = walk(&first, &["a", "c", "e", "g"], Order::Up);
        assert_eq!(page, ["a", "c"]);
        let second = Paging { cursor: next, limit: Some(2) };
        // one came before, the last of the page went
        assert_eq!(walk(&second, &["a", "b", "e", "g"], Order::Up), (vec!["e".into(), "g".into()], None));
        let (page, next) = walk(&first, &["g", "e", "c"], Order::AsItIs);
        assert_eq!((page.len(), walk(&Paging { cursor: next, limit: Some(2) }, &["h", "g", "e", "c"], Order::AsItIs).0), (2, vec!["c".to_owned()]));
        assert_eq!(walk(&Paging::default(), &["x", "a"], Order::AsItIs), (vec!["x".into(), "a".into()], None));
    }

    #[test]
    fn bad_sizes_and_cursors_are_refused() {
        for bad in [0, 501, u32::MAX] {
            assert_eq!(limit(Some(bad)).expect_err("refused").problem().code, "request.limit");
        }
        for bad in ["%", "ä", "!!!!"] {
            let paging = Paging { cursor: Some(bad.into()), limit: None };
            assert_eq!(paging.page(vec![1], Order::Up, ToString::to_string).expect_err("refused").problem().code, "request.cursor");
        }
        let gone = Paging { cursor: Some(cursor("gone")), limit: Some(1) };
        assert_eq!(gone.page(vec!["a".to_owned()], Order::AsItIs, Clone::clone).expect_err("refused").problem().code, "request.cursor");
    }
}
