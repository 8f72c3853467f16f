//! Kinds of records that a business makes for itself: what is filled in, in which order, and what it is called. A record links to a
//! customer by its first field of that kind.

use crate::{
    classification::Named,
    field::{self, Kind, OptionsFault},
    label::Label,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Fields of an object.
pub const FIELDS: usize = 60;
/// Sections of a form.
pub const SECTIONS: usize = 12;

/// An object as people define it: a form.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Object {
    /// name for people
    pub label: Label,
    /// one sentence
    #[serde(default)]
    pub description: Label,
    /// the form, in order
    pub sections: Vec<Section>,
    /// the field of kind `day` that says when; absent: the day it was written
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<String>,
    /// fields that were taken away; what was written in them is kept
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub retired: Vec<Field>,
}

/// Fields that stand together.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Section {
    /// heading; may be empty
    #[serde(default)]
    pub label: Label,
    /// in order
    pub fields: Vec<Field>,
}

/// One field of a form.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Field {
    /// machine name, for good
    pub key: String,
    /// name for people
    pub label: Label,
    /// what is filled in
    pub kind: Kind,
    /// must it be filled in?
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub required: bool,
    /// a hint beside it
    #[serde(default)]
    pub help: Label,
    /// what there is to choose from
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<Named>,
    /// a person's own detail: hidden from whoever may not see such
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub personal: bool,
}

/// What is wrong with an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// it has no name
    Name,
    /// there are none, or too many
    Count,
    /// a key that does not do
    Key(String),
    /// a key that stands there twice
    Twice(String),
    /// a field without a name
    Nameless(String),
    /// the kind of a field that is there already
    Kind(String),
    /// the time is no day field
    Time(String),
    /// options
    Options(String, OptionsFault),
}

impl Fault {
    /// For people.
    pub fn message(&self) -> Label {
        match self {
            Fault::Name => Label::new("对象要有 1 到 60 个字的名称", "an object has a name of 1 to 60 characters"),
            Fault::Count => Label::new(format!("表单要有 1 到 {FIELDS} 个字段，最多 {SECTIONS} 个分组"), format!("a form has 1 to {FIELDS} fields in at most {SECTIONS} sections")),
            Fault::Key(k) => Label::new(format!("字段代号“{k}”不行：1 到 40 个字母、数字、汉字或下划线"), format!("“{k}” is no key of a field: 1 to 40 letters, digits or _")),
            Fault::Twice(k) => Label::new(format!("字段代号“{k}”出现了两次"), format!("the field key “{k}” stands there twice")),
            Fault::Nameless(k) => Label::new(format!("字段“{k}”没有名称，或名称、说明太长"), format!("the field “{k}” has no name, or its name or help is too long")),
            Fault::Kind(k) => Label::new(format!("字段“{k}”已有记录，填什么不能再改；请新建一个字段"), format!("the field “{k}” is there already and keeps its kind; make another one")),
            Fault::Time(k) => Label::new(format!("“{k}”不是日期字段，不能作为时间"), format!("“{k}” is no date, so it cannot say when")),
            Fault::Options(k, why) => {
                let why = why.message();
                Label::new(format!("字段“{k}”：{}", why.zh), format!("field “{k}”: {}", why.en))
            }
        }
    }
}

impl Object {
    /// Every field, in the order of the form.
    pub fn fields(&self) -> impl Iterator<Item = &Field> {
        self.sections.iter().flat_map(|s| &s.fields)
    }

    /// By key.
    pub fn field(&self, key: &str) -> Option<&Field> {
        self.fields().find(|f| f.key == key)
    }

    /// The field that says whose a record is.
    pub fn whose(&self) -> Option<&Field> {
        self.fields().find(|f| f.kind == Kind::Customer)
    }

    /// Checks it; a field that is there already, used or retired, keeps its kind.
    ///
    /// # Errors
    /// What does not fit.
    pub fn check(&self, before: Option<&Object>) -> Result<(), Fault> {
        let fits = |l: &Label, least: usize, most: usize| [&l.zh, &l.en].iter().all(|t| (least..=most).contains(&t.trim().chars().count()));
        if !fits(&self.label, 1, 60) || !fits(&self.description, 0, 500) {
            return Err(Fault::Name);
        }
        let count = self.fields().count();
        if count == 0 || count > FIELDS || self.sections.len() > SECTIONS || self.sections.iter().any(|s| !fits(&s.label, 0, 60)) {
            return Err(Fault::Count);
        }
        let mut seen = BTreeSet::new();
        for f in self.fields() {
            let key = (1..=40).contains(&f.key.chars().count()) && f.key.chars().all(|c| c.is_alphanumeric() || c == '_');
            if !key {
                return Err(Fault::Key(f.key.clone()));
            }
            if !seen.insert(f.key.as_str()) {
                return Err(Fault::Twice(f.key.clone()));
            }
            if !fits(&f.label, 1, 60) || !fits(&f.help, 0, 500) {
                return Err(Fault::Nameless(f.key.clone()));
            }
            field::check_options(f.kind, &f.options).map_err(|e| Fault::Options(f.key.clone(), e))?;
            let there = before.and_then(|b| b.fields().chain(&b.retired).find(|x| x.key == f.key));
            if there.is_some_and(|x| x.kind != f.kind) {
                return Err(Fault::Kind(f.key.clone()));
            }
        }
        match self.time.as_deref() {
            Some(key) if self.field(key).is_none_or(|f| f.kind != Kind::Day) => Err(Fault::Time(key.to_owned())),
            _ => Ok(()),
        }
    }

    /// The next one after `before`: fields that are in it no more are kept among the retired, those that are back leave them.
    pub fn after(mut self, before: &Object) -> Object {
        let gone = before.fields().chain(&before.retired).filter(|f| self.field(&f.key).is_none()).cloned().collect();
        self.retired = gone;
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(key: &str, kind: Kind) -> Field {
        Field { key: key.into(), label: Label::same(key), kind, required: false, help: Label::default(), options: Vec::new(), personal: false }
    }

    fn object(fields: Vec<Field>) -> Object {
        Object { label: Label::same("门店活动"), sections: vec![Section { label: Label::default(), fields }], ..Object::default() }
    }

    #[test]
    fn what_does_not_fit_says_so() {
        assert_eq!(object(vec![field("who", Kind::Customer), field("日期", Kind::Day)]).check(None), Ok(()));
        assert_eq!(object(Vec::new()).check(None), Err(Fault::Count));
        assert_eq!(object(vec![field("a b", Kind::Text)]).check(None), Err(Fault::Key("a b".into())));
        assert_eq!(object(vec![field("a", Kind::Text), field("a", Kind::Day)]).check(None), Err(Fault::Twice("a".into())));
        assert_eq!(object(vec![field("a", Kind::Choice)]).check(None), Err(Fault::Options("a".into(), OptionsFault::Count)));
        let timed = Object { time: Some("a".into()), ..object(vec![field("a", Kind::Text)]) };
        assert_eq!(timed.check(None), Err(Fault::Time("a".into())));
    }

    #[test]
    fn a_field_that_was_taken_away_keeps_its_kind_and_comes_back() {
        let first = object(vec![field("a", Kind::Text), field("b", Kind::Day)]);
        let second = object(vec![field("a", Kind::Text)]).after(&first);
        assert_eq!(second.retired.iter().map(|f| f.key.as_str()).collect::<Vec<_>>(), ["b"]);
        assert_eq!(object(vec![field("b", Kind::Text)]).check(Some(&second)), Err(Fault::Kind("b".into())));
        let third = object(vec![field("a", Kind::Text), field("b", Kind::Day)]);
        assert_eq!(third.check(Some(&second)), Ok(()));
        assert!(third.after(&second).retired.is_empty());
    }
}
