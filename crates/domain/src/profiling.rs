//! Who does not want to be profiled. What was said is an attribute of the customer, so that past days, "as known then", merges and
//! erasures mean of it what they mean of all that is known: refused from a day on, until it is taken back. Whoever refuses is in the
//! neutral class of every classification and in no segment that a rule makes.

use crate::{Day, Label, clock::Instant, fact::AttributeFact, value::Value};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The attribute that says so. A file says it by yes or no; what people write down says whose word it is, when and how it was said.
pub const ATTRIBUTE: &str = "profiling_refused";

/// The class of whoever refuses, in every classification.
pub const NOT_PROFILED: &str = "not_profiled";

/// The neutral class's name.
pub fn class_label() -> Label {
    Label::new("不参与分析", "Not profiled")
}

/// How somebody said so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum How {
    /// a letter
    Letter,
    /// an e-mail
    Email,
    /// on the phone
    Phone,
    /// on a web page or in a chat
    Web,
    /// at the counter
    InPerson,
    /// a file said so
    Import,
}

impl How {
    /// Every way people may name.
    pub const SAID: [How; 5] = [How::Letter, How::Email, How::Phone, How::Web, How::InPerson];

    /// Machine name.
    pub fn key(self) -> &'static str {
        match self {
            How::Letter => "letter",
            How::Email => "email",
            How::Phone => "phone",
            How::Web => "web",
            How::InPerson => "in_person",
            How::Import => "import",
        }
    }

    /// By machine name.
    pub fn parse(text: &str) -> Option<How> {
        How::SAID.into_iter().chain([How::Import]).find(|h| h.key() == text)
    }

    /// For people.
    pub fn label(self) -> Label {
        match self {
            How::Letter => Label::new("来信", "by letter"),
            How::Email => Label::new("邮件", "by e-mail"),
            How::Phone => Label::new("电话", "on the phone"),
            How::Web => Label::new("网页或聊天", "on the web or in a chat"),
            How::InPerson => Label::new("当面", "in person"),
            How::Import => Label::new("随文件导入", "by an imported file"),
        }
    }
}

/// What was said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// refused, or taken back
    pub refuses: bool,
    /// whose word it is: the number they had; of a file's nobody's in particular
    pub whose: Option<u32>,
    /// the day it was said
    pub on: Day,
    /// how
    pub how: How,
    /// `usr_…` of who wrote it down
    pub by: String,
    /// learnt
    pub at: Instant,
}

impl Said {
    /// As the lake keeps it.
    pub fn text(&self) -> String {
        let whose = self.whose.map_or_else(|| "-".to_owned(), |n| n.to_string());
        let by = if self.by.is_empty() { "-" } else { &self.by };
        format!("{} {whose} {} {} {by}", if self.refuses { "refused" } else { "allowed" }, self.on, self.how.key())
    }

    /// What an attribute says, if it is [`ATTRIBUTE`] and says anything: a file's "no" is nobody's word.
    pub fn of(a: &AttributeFact) -> Option<Said> {
        if a.key == ATTRIBUTE { Said::read(&a.value, a.day, a.recorded_at) } else { None }
    }

    /// What a value of [`ATTRIBUTE`] says that holds from a day and was learnt at an instant.
    pub fn read(value: &Value, day: Day, at: Instant) -> Option<Said> {
        let imported = Said { refuses: true, whose: None, on: day, how: How::Import, by: String::new(), at };
        match value {
            Value::Bool(true) => Some(imported),
            Value::Text(text) => {
                let mut words = text.split(' ');
                let (word, whose, on, how, by) = (words.next()?, words.next()?, words.next()?, words.next()?, words.next()?);
                let refuses = match word {
                    "refused" => true,
                    "allowed" => false,
                    _ => return None,
                };
                let by = if by == "-" { String::new() } else { by.to_owned() };
                Some(Said { refuses, whose: whose.parse().ok(), on: Day::parse(on)?, how: How::parse(how)?, by, at })
            }
            _ => None,
        }
    }
}

/// Does somebody refuse, by all that was said of them and of whoever was merged into them? The word that made it so. Each one's last
/// word counts, and one who refuses is enough; what is taken back takes back what files said before, too.
pub fn standing(said: impl IntoIterator<Item = Said>) -> Option<Said> {
    let mut all: Vec<Said> = said.into_iter().collect();
    all.sort_by_key(|s| s.at);
    let mut last: BTreeMap<Option<u32>, Said> = BTreeMap::new();
    for s in all {
        if !s.refuses && s.whose.is_some() {
            last.remove(&None);
        }
        last.insert(s.whose, s);
    }
    last.into_values().filter(|s| s.refuses).min_by_key(|s| (s.at, s.on))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn said(refuses: bool, whose: Option<u32>, at: i64) -> Said {
        Said { refuses, whose, on: Day(20_000), how: How::Phone, by: "usr_1".into(), at: Instant(at) }
    }

    #[test]
    fn one_who_refuses_is_enough() {
        assert_eq!(standing([]), None);
        assert_eq!(standing([said(true, Some(1), 5)]).map(|s| s.at), Some(Instant(5)));
        assert_eq!(standing([said(false, Some(1), 9), said(true, Some(1), 5)]), None, "the last word counts, in whatever order it is read");
        assert_eq!(standing([said(true, Some(1), 5), said(false, Some(2), 9)]).map(|s| s.whose), Some(Some(1)), "somebody else's word takes nothing back");
        assert_eq!(standing([said(true, None, 5), said(false, Some(2), 9)]), None, "but what a file said");
        assert_eq!(standing([said(false, Some(2), 5), said(true, None, 9)]).map(|s| s.at), Some(Instant(9)), "a later file says it anew");
    }

    #[test]
    fn a_file_says_yes_or_nothing() {
        let read = |v: Value| Said::read(&v, Day(7), Instant(3));
        assert_eq!(read(Value::Bool(true)).map(|s| (s.refuses, s.how, s.on)), Some((true, How::Import, Day(7))));
        for nothing in [Value::Bool(false), Value::Null, Value::Int(1), Value::Text("yes".into()), Value::Text("refused x".into()), Value::Text("maybe 1 2026-01-01 phone -".into())] {
            assert_eq!(read(nothing.clone()), None, "{nothing:?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(refuses: bool, whose in proptest::option::of(0u32..1_000_000), day in -10_000i32..40_000, how in 0usize..6, at: i64, by in "(usr_[a-z0-9]{1,8})?") {
            let how = How::SAID.into_iter().chain([How::Import]).nth(how).unwrap_or(How::Web);
            let s = Said { refuses, whose, on: Day(day), how, by, at: Instant(at) };
            prop_assert_eq!(Said::read(&Value::Text(s.text()), Day(0), Instant(at)), Some(s));
        }

        #[test]
        fn the_order_it_is_read_in_is_nothing(words in proptest::collection::vec((any::<bool>(), proptest::option::of(0u32..3)), 0..8), turn in 0usize..8) {
            let all: Vec<Said> = words.into_iter().enumerate().map(|(i, (refuses, whose))| said(refuses, whose, i as i64)).collect();
            let mut other = all.clone();
            let by = turn.min(other.len());
            other.rotate_left(by);
            prop_assert_eq!(standing(all), standing(other));
        }
    }
}
