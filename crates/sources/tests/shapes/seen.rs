//! What is seen of a file: how it is proposed to be read, and what reading it so gives.

use domain::{Currency, Zone, record::Record};
use sources::{Code, Options, Probe, Reject, probe, read};
use std::ops::ControlFlow;

pub struct Seen {
    pub probe: Probe,
    pub records: Vec<Record>,
    pub rejects: Vec<Reject>,
}

impl Seen {
    pub fn target(&self, header: &str) -> String {
        self.probe.mapping.columns.iter().find(|c| c.header == header).map(|c| c.target.name()).unwrap_or_default()
    }

    pub fn guess(&self, code: Code) -> Option<(String, bool)> {
        self.probe.guesses.iter().find(|g| g.code == code).map(|g| (g.text().en, g.is_warning()))
    }

    pub fn guessed(&self, code: Code) -> bool {
        self.guess(code).is_some()
    }

    pub fn rejected(&self) -> Vec<(u64, Code)> {
        self.rejects.iter().map(|r| (r.line, r.code)).collect()
    }

    /// Number and paid of each order.
    pub fn orders(&self) -> Vec<(&str, i64)> {
        self.records.iter().filter_map(|r| if let Record::Order(o) = r { Some((o.order_id.as_str(), o.paid)) } else { None }).collect()
    }

    /// Order and amount of each refund.
    pub fn refunds(&self) -> Vec<(&str, i64)> {
        self.records.iter().filter_map(|r| if let Record::Refund(o) = r { Some((o.order_id.as_deref().unwrap_or_default(), o.amount)) } else { None }).collect()
    }

    /// Customer, question and score of each answer.
    pub fn answers(&self) -> Vec<(String, String, f64)> {
        self.records.iter().filter_map(|r| if let Record::Answer(a) = r { Some((a.customer[0].value.clone(), format!("{} {}", a.question, a.day), a.score)) } else { None }).collect()
    }

    /// First day, last day and amount of each cost.
    pub fn costs(&self) -> Vec<(String, String, i64)> {
        self.records.iter().filter_map(|r| if let Record::Cost(c) = r { Some((c.from.to_string(), c.to.to_string(), c.amount)) } else { None }).collect()
    }
}

/// Reads a file of this text as it is proposed, in Shanghai and CNY unless `change` says otherwise.
pub fn with(text: &str, change: impl FnOnce(&mut Options<'_>)) -> Seen {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), text).unwrap();
    let zone = Zone::parse("Asia/Shanghai").unwrap();
    let mut options = Options { name: Some("file.csv"), ..Options::new(&zone, Currency::CNY) };
    change(&mut options);
    let probe = probe(file.path(), &options).unwrap();
    let (mut records, mut rejects) = (Vec::new(), Vec::new());
    let ended = read(file.path(), &probe.mapping, &mut |batch| {
        records.extend(batch.rows.into_iter().flat_map(|r| r.1));
        rejects.extend(batch.rejects);
        ControlFlow::Continue(())
    });
    // a file of which nothing is known gives nothing
    match ended {
        Ok(_) => {}
        Err(e) => assert_eq!((e.code, probe.mapping.kinds.len()), (Code::MappingEmpty, 0)),
    }
    Seen { probe, records, rejects }
}

pub fn look(text: &str) -> Seen {
    with(text, |_| {})
}
