//! JSON: everything, one object. Money is a number of major units with exactly the currency's decimals; days are texts.

use super::{
    cell::{Cell, Sheet},
    document::Document,
};
use crate::analysis::overview::ClassSize;
use domain::money::decimal;
use serde_json::{Value, json};
use std::io::{self, Write};

/// Writes a document.
///
/// # Errors
/// When the disk refuses.
pub fn write(document: &Document, out: &mut dyn Write) -> io::Result<()> {
    let digits = document.currency.digits();
    let t = &document.totals;
    let head = json!({
        "as_of": document.as_of,
        "time_zone": document.time_zone,
        "currency": document.currency,
        "lang": document.lang,
        "totals": { "customers": t.customers, "buyers": t.buyers, "orders": t.orders, "net": money(t.net, digits), "gross": money(t.gross, digits) },
    });
    let classifications: Vec<Value> = document
        .classifications
        .iter()
        .map(|c| {
            let classes: Vec<Value> = c.classes.iter().map(|k| class(k, digits)).collect();
            json!({ "key": c.key, "label": c.label, "description": c.description, "group": c.group, "version": c.version, "classes": classes })
        })
        .collect();
    let rfm = document.rfm.as_ref().map(|r| {
        let cells: Vec<Value> =
            r.cells.iter().map(|c| json!({ "r": c.r, "f": c.f, "customers": c.customers, "net": money(c.net, digits) })).collect();
        let edges = json!({ "r": r.edges.r, "f": r.edges.f, "m": r.edges.m.iter().map(|m| m.map(|m| money(m as i64, digits))).collect::<Vec<_>>() });
        json!({ "window": r.window, "buyers": r.buyers, "cells": cells, "edges": edges })
    });
    let dictionary: Vec<Value> = document
        .customers
        .columns
        .iter()
        .map(|c| json!({ "key": c.key, "type": c.kind.key(), "label": c.label, "description": c.description, "unit": c.unit }))
        .collect();
    let mut object = Object::open(out)?;
    for (key, value) in head.as_object().into_iter().flatten() {
        object.put(key, value)?;
    }
    // how long it took is no part of the result: equal inputs give equal bytes
    let mut report = json!(document.report);
    report.as_object_mut().and_then(|r| r.remove("seconds"));
    object.put("report", &report)?;
    object.put("classifications", &Value::Array(classifications))?;
    object.put("rfm", &rfm.unwrap_or_default())?;
    object.put("curve", &json!(document.curve))?;
    object.put("cohorts", &json!(document.cohorts.cohorts))?;
    object.put("dictionary", &Value::Array(dictionary))?;
    object.key("customers")?;
    write_table(&document.customers, object.0)?;
    object.0.write_all(b"\n}\n")
}

fn class(k: &ClassSize, digits: u32) -> Value {
    json!({
        "key": k.key, "label": k.label, "customers": k.customers, "share": k.share, "net": money(k.net, digits), "net_share": k.net_share,
        "orders": k.orders, "median_recency": k.median_recency,
    })
}

/// Minor units as a number of major units: the nearest double of the exact decimal, which prints as that decimal.
fn money(minor: i64, digits: u32) -> Value {
    serde_json::from_str(&decimal(minor, digits)).unwrap_or_default()
}

/// Writes a table as an array of objects.
///
/// # Errors
/// When the disk refuses.
pub fn write_table(sheet: &Sheet, out: &mut dyn Write) -> io::Result<()> {
    let keys: Vec<String> = sheet.columns.iter().map(|c| Value::from(c.key.as_str()).to_string()).collect();
    out.write_all(b"[")?;
    let mut line = String::new();
    for row in 0..sheet.rows.count() {
        line.push_str(if row == 0 { "\n{" } else { ",\n{" });
        for (column, key) in keys.iter().enumerate() {
            if column > 0 {
                line.push(',');
            }
            line.push_str(key);
            line.push(':');
            match sheet.rows.cell(row, column) {
                Cell::Empty => line.push_str("null"),
                Cell::Text(t) => line.push_str(&Value::from(t.as_ref()).to_string()),
                Cell::Day(d) => line.push_str(&Value::from(d.to_string()).to_string()),
                Cell::Number(x) => line.push_str(&Value::from(x).to_string()),
                cell => line.push_str(&cell.plain(sheet.digits)),
            }
        }
        line.push('}');
        out.write_all(line.as_bytes())?;
        line.clear();
    }
    out.write_all(b"\n]")
}

struct Object<'a>(&'a mut dyn Write, bool);

impl<'a> Object<'a> {
    fn open(out: &'a mut dyn Write) -> io::Result<Object<'a>> {
        out.write_all(b"{")?;
        Ok(Object(out, true))
    }

    fn key(&mut self, key: &str) -> io::Result<()> {
        let comma = if std::mem::replace(&mut self.1, false) { "\n" } else { ",\n" };
        write!(self.0, "{comma}{}: ", Value::from(key))
    }

    fn put(&mut self, key: &str, value: &Value) -> io::Result<()> {
        self.key(key)?;
        serde_json::to_writer(&mut *self.0, value).map_err(io::Error::from)
    }
}
