//! What is compared: one row a customer, one column a field, every different text kept once. A million customers are a few hundred
//! megabytes.

use domain::{Value, clock::Instant};
use models::linkage::Kind;
use std::collections::HashMap;

/// A field as it is compared.
pub struct Column {
    /// `name`, `phone`, `attribute.birthday`, …
    pub name: String,
    /// what it holds
    pub kind: Kind,
    codes: Vec<u32>,
    texts: Vec<Box<str>>,
}

impl Column {
    /// The text of a row; empty where nothing is known.
    pub fn text(&self, row: usize) -> &str {
        let code = self.codes.get(row).copied().unwrap_or(0) as usize;
        self.texts.get(code).map_or("", AsRef::as_ref)
    }

    /// Only these rows.
    pub fn pick(&self, rows: &[u32]) -> Vec<&str> {
        rows.iter().map(|row| self.text(*row as usize)).collect()
    }
}

/// A column while it is filled.
pub struct Filling {
    name: String,
    kind: Kind,
    codes: Vec<u32>,
    learnt: Vec<i64>,
    known: HashMap<Box<str>, u32>,
}

impl Filling {
    /// Of so many rows, all empty.
    pub fn new(name: impl Into<String>, kind: Kind, rows: usize) -> Filling {
        Filling { name: name.into(), kind, codes: vec![0; rows], learnt: Vec::new(), known: HashMap::new() }
    }

    fn code(&mut self, text: &str) -> u32 {
        if text.is_empty() {
            return 0;
        }
        if let Some(code) = self.known.get(text) {
            return *code;
        }
        let code = self.known.len() as u32 + 1;
        self.known.insert(text.into(), code);
        code
    }

    /// Says it of a row of which nothing is known yet.
    pub fn first(&mut self, row: usize, text: &str) {
        if self.codes.get(row) == Some(&0) {
            let code = self.code(text);
            self.codes.iter_mut().skip(row).take(1).for_each(|c| *c = code);
        }
    }

    /// Says it of a row unless something learnt later is known.
    pub fn latest(&mut self, row: usize, text: &str, at: Instant) {
        if self.learnt.is_empty() {
            self.learnt = vec![i64::MIN; self.codes.len()];
        }
        let code = self.code(text);
        if let (Some(learnt), Some(held)) = (self.learnt.get_mut(row), self.codes.get_mut(row)) {
            if *learnt <= at.0 {
                (*learnt, *held) = (at.0, code);
            }
        }
    }

    /// Filled.
    pub fn done(self) -> Column {
        let mut texts: Vec<Box<str>> = vec![Box::from(""); self.known.len() + 1];
        // any order: each goes to its own place
        for (text, code) in self.known {
            if let Some(place) = texts.get_mut(code as usize) {
                *place = text;
            }
        }
        Column { name: self.name, kind: self.kind, codes: self.codes, texts }
    }
}

/// A value as it is compared.
pub fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Text(t) => t.clone(),
        Value::Bool(b) => b.to_string(),
        Value::Int(n) | Value::Money(n) => n.to_string(),
        Value::Number(n) => n.to_string(),
        Value::Day(d) => d.to_string(),
    }
}

/// What an attribute says of who somebody is; none if it says nothing.
pub fn kind(attribute: &str) -> Option<Kind> {
    match attribute {
        "birthday" => return Some(Kind::Date),
        "gender" => return Some(Kind::Category),
        "city" | "province" | "country" => return Some(Kind::Place),
        _ => {}
    }
    let heading = attribute.strip_prefix("custom.")?.to_lowercase();
    let says = |words: &[&str]| words.iter().any(|w| heading.contains(w));
    if says(&["身份证", "证件", "护照", "passport", "id card", "税号", "信用代码", "tax"]) {
        Some(Kind::Identity)
    } else if says(&["地址", "住址", "address", "street"]) {
        Some(Kind::Address)
    } else if says(&["邮编", "postcode", "postal", "zip"]) {
        Some(Kind::Postcode)
    } else if says(&["邮箱", "e-mail", "email", "mail"]) {
        Some(Kind::Email)
    } else if says(&["电话", "手机", "phone", "mobile", "tel"]) {
        Some(Kind::Phone)
    } else if says(&["生日", "出生", "birth"]) {
        Some(Kind::Date)
    } else if says(&["区县", "街道", "district", "suburb"]) {
        Some(Kind::Place)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_latest_word_counts_and_of_equal_ones_the_later() {
        let mut city = Filling::new("city", Kind::Place, 2);
        city.latest(0, "上海", Instant(5));
        city.latest(0, "北京", Instant(3));
        city.latest(1, "北京", Instant(5));
        city.latest(1, "杭州", Instant(5));
        let city = city.done();
        assert_eq!((city.text(0), city.text(1), city.text(9)), ("上海", "杭州", ""));
        let mut phone = Filling::new("phone", Kind::Phone, 1);
        phone.first(0, "1");
        phone.first(0, "2");
        assert_eq!(phone.done().text(0), "1");
    }

    #[test]
    fn own_columns_say_by_their_headings_what_they_are() {
        assert_eq!(kind("custom.家庭住址"), Some(Kind::Address));
        assert_eq!(kind("custom.Postcode"), Some(Kind::Postcode));
        assert_eq!(kind("custom.饮茶年限"), None);
        assert_eq!(kind("income"), None);
        assert_eq!(kind("birthday"), Some(Kind::Date));
    }
}
