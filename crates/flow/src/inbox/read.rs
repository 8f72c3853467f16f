//! A body as rows: one JSON object, an array of objects, or one object a line. JSON that says a name twice is refused, because what is
//! meant cannot be told.

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};
use std::fmt;

/// A value in which no object says a name twice.
#[derive(Debug)]
pub struct Strict(pub Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Strict, D::Error> {
        d.deserialize_any(Reader)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Strict;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E>(self, v: bool) -> Result<Strict, E> {
        Ok(Strict(v.into()))
    }

    fn visit_i64<E>(self, v: i64) -> Result<Strict, E> {
        Ok(Strict(v.into()))
    }

    fn visit_u64<E>(self, v: u64) -> Result<Strict, E> {
        Ok(Strict(v.into()))
    }

    fn visit_f64<E>(self, v: f64) -> Result<Strict, E> {
        Ok(Strict(v.into()))
    }

    fn visit_str<E>(self, v: &str) -> Result<Strict, E> {
        Ok(Strict(v.into()))
    }

    fn visit_unit<E>(self) -> Result<Strict, E> {
        Ok(Strict(Value::Null))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Strict, A::Error> {
        let mut all = Vec::new();
        while let Some(Strict(v)) = seq.next_element()? {
            all.push(v);
        }
        Ok(Strict(Value::Array(all)))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Strict, A::Error> {
        let mut all = Map::new();
        while let Some((name, Strict(v))) = map.next_entry::<String, Strict>()? {
            if all.contains_key(&name) {
                return Err(serde::de::Error::custom(format!("the name `{name}` stands twice in one object")));
            }
            all.insert(name, v);
        }
        Ok(Strict(Value::Object(all)))
    }
}

/// What a body holds.
#[derive(Debug)]
pub enum Body {
    /// one object
    One(Value),
    /// several rows
    Many(Vec<Value>),
}

/// Reads a body; `lines`: one object a line.
///
/// # Errors
/// What is wrong with it, in English.
pub fn strict(bytes: &[u8], lines: bool) -> Result<Body, String> {
    if !lines {
        let Strict(value) = serde_json::from_slice(bytes).map_err(|e| e.to_string())?;
        return Ok(match value {
            Value::Array(rows) => Body::Many(rows),
            one => Body::One(one),
        });
    }
    let mut rows = Vec::new();
    for (n, line) in bytes.split(|b| *b == b'\n').enumerate() {
        if line.trim_ascii().is_empty() {
            continue;
        }
        let Strict(value) = serde_json::from_slice(line).map_err(|e| format!("line {}: {e}", n + 1))?;
        rows.push(value);
    }
    Ok(Body::Many(rows))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_are_one_object_an_array_or_lines() {
        assert!(matches!(strict(br#"{"a":1}"#, false), Ok(Body::One(_))));
        assert!(matches!(strict(br#"[{"a":1},{"a":2}]"#, false), Ok(Body::Many(rows)) if rows.len() == 2));
        assert!(matches!(strict(b"{\"a\":1}\r\n\n{\"a\":2}", true), Ok(Body::Many(rows)) if rows.len() == 2));
        assert!(strict(b"{\"a\":1}\n{\"a\"", true).is_err_and(|e| e.starts_with("line 2:")));
    }

    #[test]
    fn a_name_said_twice_is_refused_however_deep() {
        for body in [r#"{"a":1,"a":2}"#, r#"[{"b":{"a":1,"a":1}}]"#, r#"{"\u0061":1,"a":2}"#] {
            assert!(strict(body.as_bytes(), false).is_err_and(|e| e.contains("stands twice")), "{body}");
        }
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        assert!(strict(deep.as_bytes(), false).is_err_and(|e| e.contains("recursion limit")));
    }
}
