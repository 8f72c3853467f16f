//! Finding a person in texts: by identifiers however they are written, and by a name that is nobody else's.

use domain::identity::{Identifier, IdentifierKind};
use store::erasure::{people::Person, texts::Reader};

/// What stands where something was taken out.
const GONE: &str = "…";
/// Digits by which a phone without its country is told.
const DIGITS: usize = 9;
/// Characters of a text by which a copy of it is told.
const COPY: usize = 6;

/// What a person is told by.
#[derive(Debug, Clone, Default)]
pub struct Scrub {
    /// digits of phones
    phones: Vec<String>,
    /// lower case
    emails: Vec<String>,
    /// whole words: the business's own numbers
    numbers: Vec<String>,
    /// anywhere: public ids, union ids
    marks: Vec<String>,
    names: Vec<String>,
    /// texts by and about them, as they stand in JSON
    copies: Vec<String>,
}

impl Scrub {
    /// By what is known of somebody; names only if nobody else bears them.
    pub fn of(person: &Person, own: impl Fn(&str) -> bool) -> Scrub {
        let mut all = Scrub { marks: person.ids.clone(), ..Scrub::default() };
        for Identifier { kind, value } in &person.identifiers {
            match kind {
                IdentifierKind::Phone => all.phones.extend(digits(value)),
                IdentifierKind::Email => all.emails.push(value.to_ascii_lowercase()),
                IdentifierKind::Unionid => all.marks.push(value.clone()),
                IdentifierKind::External | IdentifierKind::Member => all.numbers.extend(telling(value)),
            }
        }
        all.phones.extend(person.phones.iter().filter_map(|p| digits(p)));
        all.emails.extend(person.emails.iter().map(|e| e.to_ascii_lowercase()));
        all.names = person.names.iter().filter(|n| n.chars().count() > 1 && own(n)).cloned().collect();
        // the longer first: what is left of it by a shorter one would not be found
        all.names.sort_by_key(|n| std::cmp::Reverse(n.len()));
        let quoted = |t: &String| serde_json::to_string(t).ok().map(|q| q.trim_matches('"').to_owned());
        all.copies = person.texts.iter().filter(|t| t.chars().count() >= COPY).filter_map(quoted).collect();
        all.emails.retain(|e| e.contains('@'));
        all.marks.retain(|m| m.len() >= 6);
        all
    }

    /// The text without them, if they are in it. Where programs understand the text, a name of one plain word may be one of its own
    /// words and is left; where the business reckons by it, also a name that is the whole text or within quotes: what somebody is called
    /// must not change what a rule says.
    pub fn out_of(&self, text: &str, reader: Reader) -> Option<String> {
        let mut left = text.to_owned();
        for mark in &self.marks {
            left = left.replace(mark.as_str(), GONE);
        }
        for email in &self.emails {
            left = cut(left, |t| t.to_ascii_lowercase().find(email.as_str()).map(|at| (at, at + email.len())));
        }
        for phone in &self.phones {
            left = cut(left, |t| stretch(t, phone));
        }
        for number in &self.numbers {
            left = cut(left, |t| word(t, number));
        }
        for name in &self.names {
            let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
            match (plain, reader) {
                (true, Reader::Programs | Reader::Rules) => {}
                (false, Reader::Rules) => left = cut_loose(left, name),
                (true, Reader::People) => left = cut(left, |t| word(t, name)),
                (false, _) if name.is_ascii() => left = cut(left, |t| t.to_ascii_lowercase().find(&name.to_ascii_lowercase()).map(|at| (at, at + name.len()))),
                (false, _) => left = left.replace(name.as_str(), GONE),
            }
        }
        (left != text).then_some(left)
    }

    /// Is it about them?
    pub fn is_in(&self, text: &str) -> bool {
        self.out_of(text, Reader::People).is_some()
    }

    /// Is it about them, or does it repeat what was written by or about them?
    pub fn repeats(&self, text: &str) -> bool {
        self.is_in(text) || self.copies.iter().any(|c| text.contains(c.as_str()))
    }
}

/// The digits a phone is found by: without the calling code where that is told.
fn digits(phone: &str) -> Option<String> {
    let all: String = phone.chars().filter(char::is_ascii_digit).collect();
    let short = match all.strip_prefix("86") {
        Some(national) if national.len() == 11 => national.to_owned(),
        _ if all.len() > DIGITS + 1 => all.chars().skip(all.len() - DIGITS).collect(),
        _ => all,
    };
    (short.len() >= 6).then_some(short)
}

/// A number of the business's own that is not just any number.
fn telling(number: &str) -> Option<String> {
    let letters = number.chars().any(char::is_alphabetic);
    let long = number.chars().count() >= if letters { 4 } else { 6 };
    long.then(|| number.to_owned())
}

/// Takes out every place that is found.
fn cut(mut text: String, find: impl Fn(&str) -> Option<(usize, usize)>) -> String {
    let mut done = String::new();
    while let Some((from, to)) = find(&text) {
        let (Some(before), Some(after)) = (text.get(..from), text.get(to..)) else { break };
        done.push_str(before);
        done.push_str(GONE);
        text = after.to_owned();
    }
    done + &text
}

/// Takes out a name where it is part of a longer text and not quoted, as a value a rule compares with is.
fn cut_loose(text: String, name: &str) -> String {
    if text.trim().to_ascii_lowercase() == name.to_ascii_lowercase() {
        return text;
    }
    let (lower, wanted) = (text.to_ascii_lowercase(), name.to_ascii_lowercase());
    let quote = |c: Option<char>| c.is_some_and(|c| matches!(c, '"' | '\'' | '“' | '”' | '「' | '」' | '‘' | '’' | '`'));
    let (mut done, mut from) = (String::new(), 0);
    while let Some(at) = lower.get(from..).and_then(|rest| rest.find(&wanted)).map(|at| from + at) {
        let end = at + wanted.len();
        let (Some(before), Some(named)) = (text.get(from..at), text.get(at..end)) else { break };
        let quoted = quote(text.get(..at).and_then(|t| t.chars().next_back())) && quote(text.get(end..).and_then(|t| t.chars().next()));
        done.push_str(before);
        done.push_str(if quoted { named } else { GONE });
        from = end;
    }
    done.push_str(text.get(from..).unwrap_or_default());
    done
}

/// Where a word stands by itself, whatever its case.
fn word(text: &str, wanted: &str) -> Option<(usize, usize)> {
    let (lower, wanted) = (text.to_ascii_lowercase(), wanted.to_ascii_lowercase());
    let part = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    let mut from = 0;
    loop {
        let at = from + lower.get(from..)?.find(&wanted)?;
        let end = at + wanted.len();
        let before = lower.get(..at).and_then(|t| t.chars().next_back());
        let after = lower.get(end..).and_then(|t| t.chars().next());
        if !part(before) && !part(after) {
            return Some((at, end));
        }
        from = at + lower.get(at..)?.chars().next().map_or(1, char::len_utf8);
    }
}

/// Where a phone stands, whatever stands between its digits.
fn stretch(text: &str, phone: &str) -> Option<(usize, usize)> {
    let between = |c: char| matches!(c, ' ' | '-' | '.' | '(' | ')' | '/' | '\u{a0}' | '‑' | '–');
    // digits in ASCII and in full width, each with its place
    let digit = |c: char| match c {
        '0'..='9' => Some(c),
        '０'..='９' => char::from_digit(u32::from(c) - u32::from('０'), 10),
        _ => None,
    };
    let mut run: Vec<(char, usize, usize)> = Vec::new();
    let mut gap = 0;
    let found = |run: &[(char, usize, usize)]| {
        let plain: String = run.iter().map(|(c, _, _)| *c).collect();
        let at = plain.find(phone)?;
        // digits that stand right before it are of the same number
        let mut first = at;
        while first > 0 && run.get(first - 1).map(|d| d.2) == run.get(first).map(|d| d.1) {
            first -= 1;
        }
        Some((run.get(first)?.1, run.get(at + phone.len() - 1)?.2))
    };
    for (at, c) in text.char_indices() {
        match digit(c) {
            Some(d) => {
                run.push((d, at, at + c.len_utf8()));
                gap = 0;
            }
            None if between(c) && gap < 2 && !run.is_empty() => gap += 1,
            None => {
                if let Some(place) = found(&run) {
                    return Some(place);
                }
                run.clear();
                gap = 0;
            }
        }
    }
    found(&run)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scrub() -> Scrub {
        let id = |kind, value: &str| Identifier { kind, value: value.to_owned() };
        let person = Person {
            ids: vec!["cus_01abcdef".into()],
            names: vec!["欧阳翠羽".into(), "Rosamund Vex".into(), "Net".into(), "李".into(), "王伟".into()],
            identifiers: vec![
                id(IdentifierKind::Phone, "8613877712345"),
                id(IdentifierKind::Email, "rosa@example.org"),
                id(IdentifierKind::External, "C-20457"),
                id(IdentifierKind::Member, "7"),
            ],
            texts: vec!["她说\"下周\"再来".into(), "好".into()],
            ..Person::default()
        };
        Scrub::of(&person, |name| name != "王伟")
    }

    #[test]
    fn a_phone_is_found_however_it_is_written() {
        let s = scrub();
        for text in ["13877712345", "+86 138-7771-2345", "(86)138 7771 2345", "１３８７７７１２３４５", "tel:13877712345;", "8613877712345", "房13877712345号"] {
            let left = s.out_of(text, Reader::Programs).unwrap_or_else(|| panic!("{text} is not found"));
            assert!(!left.contains("2345") && !left.contains("7771"), "{left}");
        }
        for text in ["13877712346", "15877712345", "1387771, 2345", "2026-11-29 13:45:12"] {
            assert_eq!(s.out_of(text, Reader::People), None, "{text}");
        }
    }

    #[test]
    fn names_that_others_bear_and_words_of_rules_are_left() {
        let s = scrub();
        assert_eq!(s.out_of("请回电欧阳翠羽（翠羽）", Reader::People).as_deref(), Some("请回电…（翠羽）"));
        assert_eq!(s.out_of("to ROSAMUND vex, net 3", Reader::People).as_deref(), Some("to …, … 3"));
        assert_eq!(s.out_of("net > 100 and internet = 1", Reader::Programs), None);
        assert_eq!(s.out_of("王伟、李", Reader::People), None);
        // a value that a rule compares with is the rule's own, a sentence about somebody is not
        for word in [r#"channel = "欧阳翠羽" and net > 3"#, "欧阳翠羽", "store in ('Rosamund Vex', '北京')"] {
            assert_eq!(s.out_of(word, Reader::Rules), None, "{word}");
        }
        assert_eq!(s.out_of("给欧阳翠羽的回访 (rosamund VEX)", Reader::Rules).as_deref(), Some("给…的回访 (…)"));
        assert_eq!(s.out_of("see C-20457 and C-204571, cus_01abcdef", Reader::Programs).as_deref(), Some("see … and C-204571, …"));
        assert_eq!(s.out_of("Rosa@Example.ORG", Reader::Programs).as_deref(), Some("…"));
        assert!(s.repeats(r#"{"body":"她说\"下周\"再来"}"#) && !s.repeats("很好"));
    }
}
