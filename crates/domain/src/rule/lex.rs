//! Characters to words, with the span of each in characters. Full-width punctuation and digits read as their narrow forms.

use super::error::{Code, Error};
use crate::period::Day;
use std::ops::Range;

/// Longest rule text in characters.
const LONGEST: usize = 100_000;

/// A word of a rule's text.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token {
    /// keyword, function or feature
    Name(String),
    /// a name in backticks: never a keyword
    Quoted(String),
    /// text in quotes
    Text(String),
    /// number, without sign
    Number(f64),
    /// `2026-03-05`
    Day(Day),
    /// punctuation
    Symbol(&'static str),
    /// nothing more
    End,
}

impl Token {
    /// How an error calls it.
    pub(super) fn found(&self) -> String {
        match self {
            Token::Name(t) | Token::Quoted(t) => t.clone(),
            Token::Text(t) => format!("\"{t}\""),
            Token::Number(x) => x.to_string(),
            Token::Day(d) => d.to_string(),
            Token::Symbol(s) => (*s).to_owned(),
            Token::End => "end".to_owned(),
        }
    }
}

const RESERVED: [&str; 15] = [
    "and", "or", "not", "in", "between", "is", "contains", "true", "false", "everyone", "nobody", "all", "any", "top", "bottom",
];

/// Would this name be read as a keyword?
pub(super) fn is_reserved(name: &str) -> bool {
    RESERVED.iter().any(|word| word.eq_ignore_ascii_case(name))
}

pub(super) fn is_name_start(c: char) -> bool {
    narrow(c) == c && (c.is_alphabetic() || c == '_')
}

pub(super) fn is_name_rest(c: char) -> bool {
    narrow(c) == c && (c.is_alphanumeric() || c == '_' || c == '.')
}

/// The narrow form of a full-width character; other characters stay.
fn narrow(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        '\u{3000}' => ' ',
        '、' => ',',
        '×' => '*',
        '÷' => '/',
        '−' => '-',
        c => c,
    }
}

/// The quotes that close a text opened with this one.
fn closing(open: char) -> Option<&'static [char]> {
    Some(match open {
        '"' => &['"'],
        '\'' => &['\''],
        '`' => &['`'],
        '“' | '”' => &['”', '“'],
        '‘' | '’' => &['’', '‘'],
        '「' => &['」'],
        '＂' => &['＂'],
        '＇' => &['＇'],
        _ => return None,
    })
}

struct Lexer {
    chars: Vec<char>,
    at: usize,
}

/// All words of a text; the last one is `End`.
pub(super) fn tokens(text: &str) -> Result<Vec<(Token, Range<usize>)>, Error> {
    let chars: Vec<char> = text.chars().collect();
    if chars.len() > LONGEST {
        return Err(Error::new(Code::TooLong, LONGEST..chars.len()).with("limit", LONGEST));
    }
    let mut lexer = Lexer { chars, at: 0 };
    let mut all = Vec::new();
    loop {
        while lexer.peek(0).is_some_and(char::is_whitespace) {
            lexer.at += 1;
        }
        let start = lexer.at;
        let token = lexer.next()?;
        let end = token == Token::End;
        all.push((token, start..lexer.at));
        if end {
            return Ok(all);
        }
    }
}

impl Lexer {
    fn peek(&self, ahead: usize) -> Option<char> {
        self.chars.get(self.at + ahead).copied().map(narrow)
    }

    fn next(&mut self) -> Result<Token, Error> {
        let Some(raw) = self.chars.get(self.at).copied() else { return Ok(Token::End) };
        if let Some(closing) = closing(raw) {
            return self.quoted(raw, closing);
        }
        let c = narrow(raw);
        if c.is_ascii_digit() || (c == '.' && self.peek(1).is_some_and(|d| d.is_ascii_digit())) {
            return self.number();
        }
        if is_name_start(c) {
            let from = self.at;
            while self.peek(0).is_some_and(is_name_rest) {
                self.at += 1;
            }
            return Ok(Token::Name(self.text(from)));
        }
        let pair = self.peek(1);
        let (symbol, length) = match (c, pair) {
            ('&', Some('&')) => ("&&", 2),
            ('|', Some('|')) => ("||", 2),
            ('=', Some('=')) => ("=", 2),
            ('!', Some('=')) | ('<', Some('>')) => ("!=", 2),
            ('<', Some('=')) => ("<=", 2),
            ('>', Some('=')) => (">=", 2),
            ('=', _) => ("=", 1),
            ('<', _) => ("<", 1),
            ('>', _) => (">", 1),
            ('≥' | '≧' | '⩾', _) => (">=", 1),
            ('≤' | '≦' | '⩽', _) => ("<=", 1),
            ('≠', _) => ("!=", 1),
            ('(', _) => ("(", 1),
            (')', _) => (")", 1),
            (',', _) => (",", 1),
            ('+', _) => ("+", 1),
            ('-', _) => ("-", 1),
            ('*', _) => ("*", 1),
            ('/', _) => ("/", 1),
            ('%', _) => ("%", 1),
            _ => return Err(Error::new(Code::Character, self.at..self.at + 1).with("character", raw)),
        };
        self.at += length;
        Ok(Token::Symbol(symbol))
    }

    /// The narrow text from there to here.
    fn text(&self, from: usize) -> String {
        self.chars.get(from..self.at).unwrap_or_default().iter().copied().map(narrow).collect()
    }

    fn digits(&mut self) {
        while self.peek(0).is_some_and(|c| c.is_ascii_digit()) {
            self.at += 1;
        }
    }

    fn number(&mut self) -> Result<Token, Error> {
        let from = self.at;
        self.digits();
        if self.at - from == 4 && self.dashed() {
            self.at += 6;
            let text = self.text(from);
            return match Day::parse(&text) {
                Some(day) => Ok(Token::Day(day)),
                None => Err(Error::new(Code::Day, from..self.at).with("text", text)),
            };
        }
        if self.peek(0) == Some('.') && self.peek(1).is_some_and(|c| c.is_ascii_digit()) {
            self.at += 1;
            self.digits();
        }
        let text = self.text(from);
        match text.parse::<f64>() {
            Ok(x) if x.is_finite() => Ok(Token::Number(x)),
            _ => Err(Error::new(Code::Number, from..self.at).with("text", text)),
        }
    }

    /// Does `-dd-dd` follow, and no further digit?
    fn dashed(&self) -> bool {
        let digit = |ahead| self.peek(ahead).is_some_and(|c| c.is_ascii_digit());
        self.peek(0) == Some('-') && digit(1) && digit(2) && self.peek(3) == Some('-') && digit(4) && digit(5) && !digit(6)
    }

    fn quoted(&mut self, open: char, closing: &[char]) -> Result<Token, Error> {
        let from = self.at;
        self.at += 1;
        let mut text = String::new();
        while let Some(c) = self.chars.get(self.at).copied() {
            self.at += 1;
            if closing.contains(&c) {
                return Ok(if open == '`' { Token::Quoted(text) } else { Token::Text(text) });
            }
            if c != '\\' {
                text.push(c);
                continue;
            }
            match self.chars.get(self.at).copied() {
                Some('n') => text.push('\n'),
                Some('r') => text.push('\r'),
                Some('t') => text.push('\t'),
                Some(c) => text.push(c),
                None => break,
            }
            self.at += 1;
        }
        Err(Error::new(Code::OpenText, from..self.chars.len()))
    }
}
