//! The shape in which an import keeps records in a spool: fields one after the other, lengths before texts. Only this
//! process writes and reads it, so it carries no version.

use domain::{
    Day, Value,
    clock::Instant,
    identity::{Identifier, IdentifierKind},
    record::{AnswerRecord, ContactRecord, CostRecord, CustomerRecord, InteractionRecord, LineRecord, OrderRecord, ProductRecord, RefundRecord},
};
use std::io;

/// Appends fields to a record.
#[derive(Debug, Default)]
pub struct Put(pub Vec<u8>);

impl Put {
    /// Empties the record, keeping its room.
    pub fn start(&mut self) -> &mut Put {
        self.0.clear();
        self
    }

    /// one byte
    pub fn u8(&mut self, n: u8) -> &mut Put {
        self.0.push(n);
        self
    }

    /// 32 bits
    pub fn u32(&mut self, n: u32) -> &mut Put {
        self.0.extend_from_slice(&n.to_le_bytes());
        self
    }

    /// 64 bits
    pub fn u64(&mut self, n: u64) -> &mut Put {
        self.0.extend_from_slice(&n.to_le_bytes());
        self
    }

    /// 64 bits with a sign
    pub fn i64(&mut self, n: i64) -> &mut Put {
        self.0.extend_from_slice(&n.to_le_bytes());
        self
    }

    /// yes or no
    pub fn flag(&mut self, b: bool) -> &mut Put {
        self.u8(u8::from(b))
    }

    /// a text
    pub fn text(&mut self, t: &str) -> &mut Put {
        self.u32(t.len() as u32);
        self.0.extend_from_slice(t.as_bytes());
        self
    }

    /// a text or none
    pub fn maybe_text(&mut self, t: Option<&str>) -> &mut Put {
        match t {
            Some(t) => self.u8(1).text(t),
            None => self.u8(0),
        }
    }

    /// a whole number or none
    pub fn maybe_i64(&mut self, n: Option<i64>) -> &mut Put {
        match n {
            Some(n) => self.u8(1).i64(n),
            None => self.u8(0),
        }
    }

    /// a value with its type
    pub fn value(&mut self, v: &Value) -> &mut Put {
        match v {
            Value::Null => self.u8(0),
            Value::Bool(b) => self.u8(1).flag(*b),
            Value::Int(i) => self.u8(2).i64(*i),
            Value::Number(x) => self.u8(3).u64(x.to_bits()),
            Value::Money(m) => self.u8(4).i64(*m),
            Value::Text(t) => self.u8(5).text(t),
            Value::Day(d) => self.u8(6).i64(i64::from(d.0)),
        }
    }

    /// identifiers
    pub fn identifiers(&mut self, ids: &[Identifier]) -> &mut Put {
        self.u32(ids.len() as u32);
        for id in ids {
            self.u8(id.kind.code()).text(&id.value);
        }
        self
    }
}

/// Takes fields from a record, in the order they were put.
#[derive(Debug)]
pub struct Take<'a>(pub &'a [u8]);

fn cut() -> io::Error {
    io::Error::other("a cut record")
}

impl<'a> Take<'a> {
    fn bytes<const N: usize>(&mut self) -> io::Result<[u8; N]> {
        let (head, rest) = self.0.split_first_chunk::<N>().ok_or_else(cut)?;
        self.0 = rest;
        Ok(*head)
    }

    /// one byte
    pub fn u8(&mut self) -> io::Result<u8> {
        Ok(u8::from_le_bytes(self.bytes()?))
    }

    /// 32 bits
    pub fn u32(&mut self) -> io::Result<u32> {
        Ok(u32::from_le_bytes(self.bytes()?))
    }

    /// 64 bits
    pub fn u64(&mut self) -> io::Result<u64> {
        Ok(u64::from_le_bytes(self.bytes()?))
    }

    /// 64 bits with a sign
    pub fn i64(&mut self) -> io::Result<i64> {
        Ok(i64::from_le_bytes(self.bytes()?))
    }

    /// yes or no
    pub fn flag(&mut self) -> io::Result<bool> {
        Ok(self.u8()? != 0)
    }

    /// an instant
    pub fn instant(&mut self) -> io::Result<Instant> {
        Ok(Instant(self.i64()?))
    }

    /// a business day
    pub fn day(&mut self) -> io::Result<Day> {
        Ok(Day(i32::try_from(self.i64()?).map_err(|_| cut())?))
    }

    /// a text
    pub fn text(&mut self) -> io::Result<&'a str> {
        let length = self.u32()? as usize;
        let (head, rest) = self.0.split_at_checked(length).ok_or_else(cut)?;
        self.0 = rest;
        std::str::from_utf8(head).map_err(|_| cut())
    }

    /// a text or none
    pub fn maybe_text(&mut self) -> io::Result<Option<&'a str>> {
        Ok(if self.flag()? { Some(self.text()?) } else { None })
    }

    /// an owned text or none
    pub fn maybe_string(&mut self) -> io::Result<Option<String>> {
        Ok(self.maybe_text()?.map(str::to_owned))
    }

    /// a whole number or none
    pub fn maybe_i64(&mut self) -> io::Result<Option<i64>> {
        Ok(if self.flag()? { Some(self.i64()?) } else { None })
    }

    /// a value with its type
    pub fn value(&mut self) -> io::Result<Value> {
        Ok(match self.u8()? {
            0 => Value::Null,
            1 => Value::Bool(self.flag()?),
            2 => Value::Int(self.i64()?),
            3 => Value::Number(f64::from_bits(self.u64()?)),
            4 => Value::Money(self.i64()?),
            5 => Value::Text(self.text()?.to_owned()),
            6 => Value::Day(self.day()?),
            _ => return Err(cut()),
        })
    }

    /// an identifier
    pub fn identifier(&mut self) -> io::Result<Identifier> {
        let kind = IdentifierKind::of_code(self.u8()?).ok_or_else(cut)?;
        Ok(Identifier { kind, value: self.text()?.to_owned() })
    }

    /// identifiers
    pub fn identifiers(&mut self) -> io::Result<Vec<Identifier>> {
        (0..self.u32()?).map(|_| self.identifier()).collect()
    }
}

/// What can be kept in a spool and read back.
pub trait Wire: Sized {
    /// Appends it.
    fn put(&self, to: &mut Put);
    /// Takes it off the front.
    fn take(from: &mut Take<'_>) -> io::Result<Self>;
}

macro_rules! plain {
    ($($type:ty: |$v:ident, $to:ident| $put:expr, |$from:ident| $take:expr;)*) => {
        $(impl Wire for $type {
            fn put(&self, $to: &mut Put) {
                let $v = self;
                $put;
            }
            fn take($from: &mut Take<'_>) -> io::Result<Self> {
                $take
            }
        })*
    };
}

plain! {
    bool: |v, to| to.flag(*v), |from| from.flag();
    i64: |v, to| to.i64(*v), |from| from.i64();
    f64: |v, to| to.u64(v.to_bits()), |from| from.u64().map(f64::from_bits);
    Instant: |v, to| to.i64(v.0), |from| from.instant();
    Day: |v, to| to.i64(i64::from(v.0)), |from| from.day();
    String: |v, to| to.text(v), |from| from.text().map(str::to_owned);
    Value: |v, to| to.value(v), |from| from.value();
    Vec<Identifier>: |v, to| to.identifiers(v), |from| from.identifiers();
}

impl<T: Wire> Wire for Option<T> {
    fn put(&self, to: &mut Put) {
        to.flag(self.is_some());
        if let Some(v) = self {
            v.put(to);
        }
    }

    fn take(from: &mut Take<'_>) -> io::Result<Self> {
        if from.flag()? { T::take(from).map(Some) } else { Ok(None) }
    }
}

impl Wire for Vec<(String, Value)> {
    fn put(&self, to: &mut Put) {
        to.u32(self.len() as u32);
        self.iter().for_each(|(k, v)| {
            to.text(k).value(v);
        });
    }

    fn take(from: &mut Take<'_>) -> io::Result<Self> {
        (0..from.u32()?).map(|_| Ok((from.text()?.to_owned(), from.value()?))).collect()
    }
}

macro_rules! record {
    ($($type:ident { $($field:ident),* })*) => {
        $(impl Wire for $type {
            fn put(&self, to: &mut Put) {
                $(self.$field.put(to);)*
            }
            fn take(from: &mut Take<'_>) -> io::Result<Self> {
                Ok($type { $($field: Wire::take(from)?),* })
            }
        })*
    };
}

record! {
    CustomerRecord { identifiers, organisation, name, attributes }
    ContactRecord { organisation, name, role, phone, email }
    OrderRecord { customer, order_id, at, day, paid, cost, discount, cancelled, channel, store, payment, coupon }
    LineRecord { customer, order_id, line_no, at, day, product, product_name, category, brand, quantity, paid, cost, cancelled, channel, store }
    RefundRecord { customer, refund_id, order_id, line_no, at, day, amount, reason, product, quantity, by_status, so_far }
    InteractionRecord { customer, at, day, kind, channel, reference }
    AnswerRecord { customer, at, day, question, score, channel, comment, reference }
    ProductRecord { product, name, category, brand, price, cost }
    CostRecord { channel, campaign, from, to, amount }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_comes_back_as_it_was() {
        let line = LineRecord {
            customer: vec![Identifier { kind: IdentifierKind::Phone, value: "8613800000000".into() }],
            order_id: "D1".into(),
            line_no: Some("2".into()),
            at: None,
            day: Some(Day(20_000)),
            product: Some("P\u{1f}".into()),
            product_name: None,
            category: Some("茶".into()),
            brand: None,
            quantity: 0.25,
            paid: -5,
            cost: Some(3),
            cancelled: true,
            channel: None,
            store: Some(String::new()),
        };
        let mut put = Put::default();
        line.put(&mut put);
        assert_eq!(LineRecord::take(&mut Take(&put.0)).expect("reads back"), line);
        assert!(LineRecord::take(&mut Take(put.0.get(..9).unwrap_or_default())).is_err());
    }
}
