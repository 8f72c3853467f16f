//! The one place where people's details are hidden. Every use case that shows people is handed a [`Sight`] and passes what it found
//! through here; what is hidden cannot be sorted, filtered, built upon or searched for either, so that no answer tells two apart.

pub use domain::access::Sight;

use crate::{
    Error, Result,
    analysis::{
        Definitions, Picture,
        overview::ClassificationSummary,
        profile::{ContactView, FeatureValue, IdentifierView},
        timeline::Event,
        why_view::{ChangeView, WhyCondition, WhyView},
    },
    app::App,
    ingest::{report::Example, view::{GuessView, ImportView}},
    schema,
};
use domain::{
    Label, Value,
    classification::{Classification, Method},
    feature::{self, Feature},
    identity::{Identifier, IdentifierKind},
    mask,
    rule::{self, Compiled, Rule},
};
use lake::{Column, Data};
use sources::{Code, Params};
use serde_json::{Value as Json, json};
use std::collections::BTreeSet;

/// Names of contact data that people might ask by; nobody has features of these names.
const CONTACT: &[&str] = &["phone", "email", "e_mail", "mobile", "unionid", "contact", "comment"];

/// Stands where something is hidden.
fn hidden_label() -> Label {
    Label::new("（已隐藏）", "(hidden)")
}

/// "This may not be asked by": the same for everybody who may not, whatever the data says.
pub(crate) fn masked(field: &str) -> Error {
    Error::Denied {
        code: "access.masked",
        message: Label::new(
            format!("您没有查看个人信息的权限，不能用“{field}”排序、筛选或计算"),
            format!("you may not see personal details, so nothing is sorted, filtered or computed by `{field}`"),
        ),
        params: json!({ "field": field }),
    }
}

/// What a reader may not ask by: personal features, and classes that are their values, as `class.<key>`.
#[derive(Debug, Clone)]
pub struct Walls {
    hidden: Option<BTreeSet<String>>,
}

impl Walls {
    /// Nothing is hidden.
    pub fn none() -> Walls {
        Walls { hidden: None }
    }

    /// Of one run.
    pub fn of(sight: Sight, picture: &Picture) -> Walls {
        Walls { hidden: sight.is_masked().then(|| picture.personal().clone()) }
    }

    /// Of the current run: for whoever asks of definitions and of no particular day.
    ///
    /// # Errors
    /// When the store or the lake refuses.
    pub async fn now(app: &App, sight: Sight) -> Result<Walls> {
        match sight {
            Sight::Full => Ok(Walls::none()),
            Sight::Masked => Ok(Walls::of(sight, &*app.runs.at(app, crate::analysis::Asked::default()).await?)),
        }
    }

    /// Is this feature, or class (`class.<key>`), hidden?
    pub fn hides(&self, key: &str) -> bool {
        self.hidden.as_ref().is_some_and(|hidden| hidden.contains(key))
    }

    /// Is this classification hidden?
    pub fn hides_class(&self, classification: &str) -> bool {
        self.hides(&format!("class.{classification}"))
    }

    /// Keys of hidden features, sorted.
    pub fn features(&self) -> Vec<String> {
        self.hidden.iter().flatten().filter(|k| !k.starts_with("class.")).cloned().collect()
    }

    /// May it be asked by this name?
    ///
    /// # Errors
    /// `access.masked`.
    pub fn ask(&self, key: &str) -> Result<()> {
        if self.hidden.is_some() && (self.hides(key) || CONTACT.contains(&key)) { Err(masked(key)) } else { Ok(()) }
    }

    /// May this rule be asked?
    ///
    /// # Errors
    /// `access.masked`.
    pub fn ask_rule(&self, rule: &Rule) -> Result<()> {
        if self.hidden.is_none() {
            return Ok(());
        }
        rule::features_named(rule).iter().try_for_each(|key| self.ask(key))
    }

    /// Reads a rule's text, asks whether it may be asked, and checks it: what is hidden is said before what is unknown.
    ///
    /// # Errors
    /// `access.masked`, `rule.…`.
    pub fn check_text(&self, text: &str, names: &dyn rule::Names) -> Result<(Rule, Compiled)> {
        if self.hidden.is_some() {
            self.ask_rule(&rule::parse(text)?)?;
        }
        Ok(rule::check_text(text, names)?)
    }

    /// As [`Walls::check_text`], of a tree.
    ///
    /// # Errors
    /// `access.masked`, `rule.…`.
    pub fn check(&self, rule: &Rule, names: &dyn rule::Names) -> Result<Compiled> {
        self.ask_rule(rule)?;
        Ok(rule::check(rule, names)?)
    }

    /// May people be looked for by this text? A phone or an address may not; parts of them find nobody (`crate::finder`).
    ///
    /// # Errors
    /// `access.masked`.
    pub fn ask_search(&self, text: &str) -> Result<()> {
        let reads = mask::hides(text) || text.contains(['@', '＠']);
        if self.hidden.is_none() || !reads {
            return Ok(());
        }
        Err(Error::Denied {
            code: "access.masked",
            message: Label::new(
                "您没有查看个人信息的权限，不能用手机号或邮箱查找；请用姓名或客户编号查找",
                "you may not see personal details, so nobody is found by phone or e-mail; look for a name or a customer number",
            ),
            params: json!({ "field": "q" }),
        })
    }

    /// May this feature be made? Not out of what is hidden.
    ///
    /// # Errors
    /// `access.masked`.
    pub fn ask_feature(&self, feature: &Feature, all: &Definitions) -> Result<()> {
        let Some(hidden) = &self.hidden else { return Ok(()) };
        // beside everything there is, the feature's own last version too, under a name that nothing else has
        let new = Feature { key: "\u{0}new".to_owned(), ..feature.clone() };
        let beside: Vec<Feature> = all.features().iter().cloned().chain([new.clone()]).collect();
        let needs = feature.definition.needs().iter().any(|k| hidden.contains(k));
        if needs || feature::personal(&beside, hidden).contains(&new.key) {
            return Err(masked(&feature.key));
        }
        Ok(())
    }

    /// May this classification be made?
    ///
    /// # Errors
    /// `access.masked`.
    pub fn ask_classification(&self, c: &Classification) -> Result<()> {
        match &c.method {
            Method::Rules { classes, .. } => classes.iter().try_for_each(|class| self.ask_rule(&class.when)),
            Method::Values { feature, .. } => self.ask(feature),
        }
    }
}

/// What is personal in a run: by definition, and by what stands in the values that people wrote.
pub(crate) fn personal<'a>(definitions: &Definitions, column: impl Fn(&str) -> Option<&'a Column>) -> BTreeSet<String> {
    let written = definitions.features().iter().filter(|f| feature::as_written(f));
    let found = written.filter(|f| column(&f.key).is_some_and(holds_contact)).map(|f| f.key.clone()).collect();
    let mut all = feature::personal(definitions.features(), &found);
    let values = |c: &&Classification| matches!(&c.method, Method::Values { feature, .. } if all.contains(feature));
    let classes: Vec<String> = definitions.classifications().iter().filter(values).map(|c| format!("class.{}", c.key)).collect();
    all.extend(classes);
    all
}

/// Does contact data stand in a column?
fn holds_contact(column: &Column) -> bool {
    match column.data() {
        Data::Text(_, texts) => texts.iter().any(|t| mask::hides(t)),
        Data::Int(numbers) => numbers.iter().any(|n| mask::is_phone(*n)),
        Data::Number(numbers) => numbers.iter().any(|n| n.fract() == 0.0 && mask::is_phone(*n as i64)),
        _ => false,
    }
}

/// The first identifier of a kind, as far as it may be seen.
pub fn identifier(sight: Sight, all: &[Identifier], kind: IdentifierKind) -> Option<String> {
    let found = all.iter().find(|i| i.kind == kind)?;
    Some(match sight {
        Sight::Full => found.value.clone(),
        Sight::Masked => mask::identifier(found),
    })
}

/// Any text people wrote: names, titles.
pub fn text(sight: Sight, text: String) -> String {
    match sight {
        Sight::Full => text,
        Sight::Masked => mask::text(&text).into_owned(),
    }
}

/// An identifier of a profile.
pub(crate) fn identifier_view(sight: Sight, i: Identifier) -> IdentifierView {
    let value = if sight.is_masked() { mask::identifier(&i) } else { i.value };
    IdentifierView { kind: i.kind.key().to_owned(), value }
}

/// A person inside an organisation.
pub(crate) fn contact(sight: Sight, c: ContactView) -> ContactView {
    if !sight.is_masked() {
        return c;
    }
    ContactView {
        id: None,
        name: c.name.map(|t| text(sight, t)),
        role: c.role.map(|t| text(sight, t)),
        phone: c.phone.map(|p| mask::phone(&p)),
        email: c.email.map(|e| mask::email(&e)),
    }
}

/// A feature of a profile.
pub(crate) fn feature(walls: &Walls, f: FeatureValue) -> FeatureValue {
    if walls.hides(&f.key) { FeatureValue { value: Value::Null, masked: true, ..f } } else { f }
}

/// Classifications whose classes are no personal values.
pub(crate) fn classifications(walls: &Walls, all: &[ClassificationSummary]) -> Vec<ClassificationSummary> {
    all.iter().filter(|c| !walls.hides_class(&c.key)).cloned().collect()
}

/// Something that happened: nothing people wrote in their own words, no personal attribute. `key`: the feature the event tells of.
pub(crate) fn event(sight: Sight, walls: &Walls, key: Option<&str>, name: &Label, mut e: Event) -> Event {
    if !sight.is_masked() {
        return e;
    }
    e.detail.remove("comment");
    if key.is_some_and(|k| walls.hides(k) || feature::detail(k)) {
        let hidden = hidden_label();
        e.title = Label::new(format!("{}：{}", name.zh, hidden.zh), format!("{}: {}", name.en, hidden.en));
        e.detail.remove("value");
        return e;
    }
    e.title = Label::new(mask::text(&e.title.zh), mask::text(&e.title.en));
    e.detail.values_mut().for_each(texts);
    e
}

/// A person's attribute as it may be seen, and whether it is hidden. `key`: the feature that tells of it.
pub(crate) fn attribute(sight: Sight, walls: &Walls, attribute: &str, key: &str, shown: Label) -> (Label, bool) {
    if !sight.is_masked() {
        return (shown, false);
    }
    if walls.hides(key) || walls.hides(attribute) || feature::detail(attribute) {
        return (hidden_label(), true);
    }
    (Label::new(mask::text(&shown.zh), mask::text(&shown.en)), false)
}

/// Masks every text inside a document.
fn texts(value: &mut Json) {
    match value {
        Json::String(t) => *t = mask::text(t).into_owned(),
        Json::Array(all) => all.iter_mut().for_each(texts),
        Json::Object(map) => map.values_mut().for_each(texts),
        _ => {}
    }
}

/// An explanation: of conditions that read personal features neither value nor outcome is shown, and no change is proposed that
/// would give one away: not where the whole, with what was not asked yet and what it is built on, `rests` on hidden ones.
pub(crate) fn why(walls: &Walls, rests: bool, mut view: WhyView) -> WhyView {
    let all = view.conditions.iter().chain(view.tried.iter().map(|t| &t.condition));
    let reads = all.into_iter().any(|c| tells(walls, c));
    if reads {
        match view.conditions.as_mut_slice() {
            // a single one holds as the whole does, which is the answer; of several each would tell more
            [one] => condition(walls, one),
            _ => view.conditions.retain(|c| !tells(walls, c)),
        }
        view.tried.iter_mut().for_each(|t| condition(walls, &mut t.condition));
        let (subject, result) = (&view.subject, &view.result.label);
        view.sentence = Label::new(
            format!("{}：{}。依据中有个人信息，已隐藏。", subject.zh, result.zh),
            format!("{}: {}. The reasons have personal details among them and are hidden.", subject.en, result.en),
        );
    }
    if reads || rests {
        let sentence = Label::new("怎样改变与个人信息有关，已隐藏。", "What would change it rests on personal details and is hidden.");
        view.change = ChangeView { sentence, target: None, ways: Vec::new() };
    }
    view
}

/// Does a condition, or one inside it, read a personal feature?
fn tells(walls: &Walls, c: &WhyCondition) -> bool {
    let named = rule::parse(&c.text).map(|r| rule::features_named(&r)).unwrap_or_default();
    named.iter().any(|k| walls.hides(k)) || c.children.iter().any(|c| tells(walls, c))
}

/// Takes out of it the parts that read a personal feature, and what is told of their values.
fn condition(walls: &Walls, c: &mut WhyCondition) {
    if tells(walls, c) {
        c.children.retain(|part| !tells(walls, part));
        (c.actual, c.threshold, c.finding, c.counted) = (Value::Null, Value::Null, hidden_label(), None);
    }
}

/// An import: no cell of its files is shown.
pub fn import(sight: Sight, mut view: ImportView) -> ImportView {
    if !sight.is_masked() {
        return view;
    }
    for file in &mut view.files {
        // whoever guesses a whole small file would know it by its hash
        file.sha256.clear();
        file.name = text(sight, std::mem::take(&mut file.name));
        file.sheets.iter_mut().chain(&mut file.sheet).for_each(|sheet| *sheet = mask::text(sheet).into_owned());
        texts(&mut file.mapping);
        file.guesses.iter_mut().for_each(guess);
        for column in &mut file.columns {
            column.samples.clear();
            column.header = text(sight, std::mem::take(&mut column.header));
            column.notes.iter_mut().for_each(guess);
        }
    }
    if let Some(error) = &mut view.error {
        texts(error);
    }
    if let Some(report) = &mut view.report {
        for reason in &mut report.rejects_by_reason {
            sentence(&reason.code, &mut reason.text);
            reason.examples.iter_mut().for_each(example);
        }
        for blank in &mut report.left_blank {
            sentence(&blank.code, &mut blank.text);
            blank.file = text(sight, std::mem::take(&mut blank.file));
            blank.column = text(sight, std::mem::take(&mut blank.column));
            blank.examples.iter_mut().for_each(example);
        }
    }
    view
}

/// A reason, without what it repeats of a cell.
fn sentence(code: &str, said: &mut schema::Label) {
    let filled = Code::parse(code).map(|c| c.reserved(&Params::new())).filter(|told| told.en.contains('…'));
    if let Some(told) = filled {
        (said.zh, said.en) = (told.zh, told.en);
    }
    label(said);
}

/// A row or a value that could not be read: where, and not what.
fn example(e: &mut Example) {
    e.value.clear();
    e.file = mask::text(&e.file).into_owned();
    e.column = mask::text(&e.column).into_owned();
}

/// A guess: the cell it is about is not shown.
fn guess(g: &mut GuessView) {
    let params: Params = serde_json::from_value(g.params.clone()).unwrap_or_default();
    if let Some(code) = Code::parse(&g.code) {
        let (told, here) = (code.reserved(&params), code.label(&params));
        if told != here {
            (g.text.zh, g.text.en) = (told.zh, told.en);
            g.params = json!({});
        }
    }
    texts(&mut g.params);
    label(&mut g.text);
}

fn label(l: &mut schema::Label) {
    l.zh = mask::text(&l.zh).into_owned();
    l.en = mask::text(&l.en).into_owned();
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::Currency;

    fn walls(keys: &[&str]) -> Walls {
        Walls { hidden: Some(keys.iter().map(|k| (*k).to_owned()).collect()) }
    }

    fn code<T>(r: Result<T>) -> &'static str {
        match r {
            Err(Error::Denied { code, .. }) => code,
            Err(Error::Rule(_)) => "rule",
            Err(_) => "other",
            Ok(_) => "",
        }
    }

    #[test]
    fn what_is_hidden_is_neither_asked_by_nor_built_upon() {
        let library = Definitions::library(Currency::CNY);
        let w = walls(&["birthday", "days_to_birthday", "custom.note", "class.by_note"]);
        for hidden in ["birthday", "custom.note", "class.by_note", "phone", "email"] {
            assert_eq!(code(w.ask(hidden)), "access.masked", "{hidden}");
            assert_eq!(code(Walls::none().ask(hidden)), "", "{hidden}");
        }
        assert_eq!(code(w.ask("net")), "");
        let names = library.names();
        assert_eq!(code(w.check_text("net > 5", names)), "");
        assert_eq!(code(w.check_text("net > 5 and phone = \"13812345678\"", names)), "access.masked");
        assert_eq!(code(Walls::none().check_text("net > 5 and phone = \"13812345678\"", names)), "rule");
        assert_eq!(code(w.check_text("not (days_to_birthday <= 7 or net > 1)", names)), "access.masked");
        assert_eq!(code(w.check_text("top 10 % by days_to_birthday", names)), "access.masked");
        assert_eq!(code(w.check_text("class.by_note = \"x\"", names)), "access.masked");
        let attribute = |key: &str, of: &str| Feature { key: key.into(), definition: feature::Definition::Attribute { key: of.into() }, ..feature::find("interests").cloned().expect("ships") };
        assert_eq!(code(w.ask_feature(&attribute("b2", "birthday"), &library)), "access.masked");
        assert_eq!(code(w.ask_feature(&attribute("hobby", "interests"), &library)), "");
        let mut noted = Definitions::library(Currency::CNY);
        noted = Definitions::of([noted.features(), &[attribute("custom.note", "custom.note")][..]].concat(), Vec::new(), Vec::new(), Currency::CNY);
        assert_eq!(code(w.ask_feature(&attribute("alias", "custom.note"), &noted)), "access.masked");
    }

    #[test]
    fn an_explanation_tells_of_hidden_conditions_no_more_than_the_answer_does() {
        let leaf = |text: &str, holds: bool| WhyCondition {
            kind: "leaf".into(),
            text: text.into(),
            sentence: Label::same(text),
            finding: Label::same("7"),
            threshold: Value::Int(7),
            actual: Value::Int(7),
            holds,
            path: String::new(),
            children: Vec::new(),
            counted: None,
        };
        let (secret, open) = (leaf("days_to_birthday <= 7", true), leaf("orders >= 9", false));
        let both = WhyCondition { kind: "any".into(), text: "days_to_birthday <= 7 or orders >= 9".into(), children: vec![secret.clone(), open.clone()], ..leaf("", true) };
        let view = |conditions: Vec<WhyCondition>| WhyView {
            subject: Label::same("s"),
            result: domain::classification::Named { key: "out".into(), label: Label::same("out") },
            sentence: Label::same("s"),
            conditions,
            tried: vec![crate::analysis::why_view::Tried { class: "a".into(), label: Label::same("a"), holds: false, condition: both.clone() }],
            change: ChangeView { sentence: Label::same("c"), target: None, ways: Vec::new() },
            as_of: domain::Day(0),
            known: Default::default(),
            version: 1,
            in_force: None,
        };
        let w = walls(&["days_to_birthday"]);
        let told = why(&w, true, view(vec![secret.clone(), open.clone()]));
        assert_eq!(told.conditions, [open.clone()], "whether a hidden one held is not told beside others");
        assert_eq!((told.tried[0].condition.children.as_slice(), &told.tried[0].condition.actual), ([open.clone()].as_slice(), &Value::Null));
        assert_eq!(told.sentence.en, "s: out. The reasons have personal details among them and are hidden.");
        let alone = why(&w, true, view(vec![secret.clone()]));
        assert_eq!((alone.conditions[0].holds, &alone.conditions[0].actual, &alone.conditions[0].finding), (true, &Value::Null, &hidden_label()));
        let seen = view(vec![secret, open.clone()]);
        assert_eq!(why(&Walls::none(), false, seen.clone()), seen);
        // the class that decided reads nothing hidden, but one after it does
        let shown = WhyView { tried: Vec::new(), ..view(vec![open]) };
        assert_eq!(why(&w, false, shown.clone()), shown);
        let told = why(&w, true, shown.clone());
        assert_eq!((&told.conditions, &told.sentence), (&shown.conditions, &shown.sentence));
        assert_ne!(told.change, shown.change);
    }

    #[test]
    fn a_phone_is_not_searched_for_and_a_name_is() {
        let w = walls(&[]);
        for phone in ["13812345678", "138 1234 5678", "wang@", "w***@mail.cn", "8613812345678"] {
            assert_eq!(code(w.ask_search(phone)), "access.masked", "{phone}");
            assert_eq!(code(Walls::none().ask_search(phone)), "", "{phone}");
        }
        for other in ["王伟", "客户7", "M001", "5678"] {
            assert_eq!(code(w.ask_search(other)), "", "{other}");
        }
    }
}
