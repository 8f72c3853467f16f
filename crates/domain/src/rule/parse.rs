//! Text to rule by recursive descent. Errors point at the characters they are about.
//!
//! ```text
//! rule       = and { ("or" | "||") and }            and  = not { ("and" | "&&") not }
//! not        = "not" not | condition
//! condition  = "everyone" | "nobody" | ("all" | "any") "(" [rule {"," rule}] ")" | "in" "segment" "(" text ")"
//!            | ("top" | "bottom") number "%" "by" sum
//!            | sum [ op sum | ["not"] "between" sum "and" sum | ["not"] "in" "(" literals ")" | ["not"] "contains" text
//!                  | "is" ("missing" | "known") ]
//! sum        = term { ("+" | "-") term }            term = unary { ("*" | "/") unary }        unary = ["-"] primary
//! primary    = literal | name | function "(" … ")" | "(" rule or sum ")"
//! ```

use super::{
    Arith, Expr, Function, Literal, Op, Rule, Stat,
    error::{Code, Error},
    lex::{Token, is_reserved, tokens},
    names::nearest,
    typing::{FACTS, OF_FIELD, PLAIN, split_field},
};
use std::ops::Range;

mod aggregate;

/// Deepest nesting of parentheses and `not`; nobody reads more.
const DEEPEST: usize = 32;
/// Deepest nesting of the rule's JSON, safely below what readers of JSON accept (128).
const DEEPEST_JSON: usize = 100;

/// Where the parts of a rule stand in its text, in characters; children in the order of the tree's children.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Spans {
    pub(super) span: Range<usize>,
    pub(super) kids: Vec<Spans>,
    /// levels of JSON below
    levels: usize,
}

impl Spans {
    fn leaf(span: Range<usize>) -> Spans {
        Spans { span, kids: Vec::new(), levels: 1 }
    }
}

/// A condition from its text.
pub fn parse(text: &str) -> Result<Rule, Error> {
    parse_spanned(text).map(|(rule, _)| rule)
}

/// An expression (a feature's formula) from its text.
pub fn parse_expr(text: &str) -> Result<Expr, Error> {
    parse_expr_spanned(text).map(|(expr, _)| expr)
}

pub(super) fn parse_spanned(text: &str) -> Result<(Rule, Spans), Error> {
    let mut parser = Parser { tokens: tokens(text)?, at: 0, depth: 0 };
    if parser.peek() == &Token::End {
        return Err(parser.expected("condition"));
    }
    let item = parser.or()?;
    parser.end(&item)?;
    parser.rule(item)
}

pub(super) fn parse_expr_spanned(text: &str) -> Result<(Expr, Spans), Error> {
    let mut parser = Parser { tokens: tokens(text)?, at: 0, depth: 0 };
    let item = parser.or()?;
    parser.end(&item)?;
    parser.expr(item)
}

/// A condition or a value: a parenthesis may hold either.
struct Item {
    what: What,
    spans: Spans,
}

enum What {
    Rule(Rule),
    Expr(Expr),
}

struct Parser {
    tokens: Vec<(Token, Range<usize>)>,
    at: usize,
    depth: usize,
}

const END: Token = Token::End;

impl Parser {
    fn ahead(&self, n: usize) -> &Token {
        self.tokens.get(self.at + n).map_or(&END, |(token, _)| token)
    }

    fn peek(&self) -> &Token {
        self.ahead(0)
    }

    fn span(&self) -> Range<usize> {
        self.tokens.get(self.at).or(self.tokens.last()).map_or(0..0, |(_, span)| span.clone())
    }

    /// From a start to the last word taken.
    fn since(&self, start: usize) -> Range<usize> {
        let end = self.at.checked_sub(1).and_then(|i| self.tokens.get(i)).map_or(start, |(_, span)| span.end);
        start..end.max(start)
    }

    fn bump(&mut self) -> Token {
        let token = self.peek().clone();
        self.at += 1;
        token
    }

    fn is_word(&self, n: usize, word: &str) -> bool {
        matches!(self.ahead(n), Token::Name(name) if name.eq_ignore_ascii_case(word))
    }

    fn is_symbol(&self, n: usize, symbol: &str) -> bool {
        matches!(self.ahead(n), Token::Symbol(s) if *s == symbol)
    }

    fn take_word(&mut self, word: &str) -> bool {
        let found = self.is_word(0, word);
        self.at += usize::from(found);
        found
    }

    fn take_symbol(&mut self, symbol: &str) -> bool {
        let found = self.is_symbol(0, symbol);
        self.at += usize::from(found);
        found
    }

    fn need_symbol(&mut self, symbol: &str) -> Result<(), Error> {
        if self.take_symbol(symbol) { Ok(()) } else { Err(self.expected(symbol)) }
    }

    fn need_word(&mut self, word: &str) -> Result<(), Error> {
        if self.take_word(word) { Ok(()) } else { Err(self.expected(word)) }
    }

    fn need_text(&mut self) -> Result<String, Error> {
        match self.peek().clone() {
            Token::Text(text) => {
                self.at += 1;
                Ok(text)
            }
            _ => Err(self.expected("text")),
        }
    }

    fn expected(&self, what: &str) -> Error {
        Error::new(Code::Expected, self.span()).with("expected", what).with("found", self.peek().found())
    }

    fn too_deep(&self, span: Range<usize>) -> Error {
        Error::new(Code::TooDeep, span).with("limit", DEEPEST)
    }

    /// Runs a part one level deeper.
    fn deeper<T>(&mut self, part: impl FnOnce(&mut Parser) -> Result<T, Error>) -> Result<T, Error> {
        if self.depth >= DEEPEST {
            return Err(self.too_deep(self.span()));
        }
        self.depth += 1;
        let result = part(self);
        self.depth -= 1;
        result
    }

    fn end(&self, item: &Item) -> Result<(), Error> {
        match (self.peek(), &item.what) {
            (Token::End, _) => Ok(()),
            (_, What::Rule(_)) => Err(self.expected("end")),
            (_, What::Expr(_)) => Err(self.expected("comparison")),
        }
    }

    fn rule(&self, item: Item) -> Result<(Rule, Spans), Error> {
        match item.what {
            What::Rule(rule) => Ok((rule, item.spans)),
            What::Expr(expr) => Err(Error::new(Code::ConditionExpected, item.spans.span).with("text", expr)),
        }
    }

    fn expr(&self, item: Item) -> Result<(Expr, Spans), Error> {
        match item.what {
            What::Expr(expr) => Ok((expr, item.spans)),
            What::Rule(_) => Err(Error::new(Code::ValueExpected, item.spans.span)),
        }
    }

    /// A condition around parts, so many levels of JSON above them.
    fn condition(&self, rule: Rule, start: usize, kids: Vec<Spans>, levels: usize) -> Result<Item, Error> {
        self.item(What::Rule(rule), start, kids, levels)
    }

    /// A value around parts, so many levels of JSON above them.
    fn value(&self, expr: Expr, start: usize, kids: Vec<Spans>, levels: usize) -> Result<Item, Error> {
        self.item(What::Expr(expr), start, kids, levels)
    }

    fn item(&self, what: What, start: usize, kids: Vec<Spans>, levels: usize) -> Result<Item, Error> {
        let span = self.since(start);
        let levels = levels + kids.iter().map(|k| k.levels).max().unwrap_or(0);
        if levels > DEEPEST_JSON {
            return Err(self.too_deep(span));
        }
        Ok(Item { what, spans: Spans { span, kids, levels } })
    }

    fn or(&mut self) -> Result<Item, Error> {
        self.chain(Parser::and, ["or", "||"], Rule::Any)
    }

    fn and(&mut self) -> Result<Item, Error> {
        self.chain(Parser::not, ["and", "&&"], Rule::All)
    }

    fn chain(
        &mut self,
        part: fn(&mut Parser) -> Result<Item, Error>,
        [word, symbol]: [&str; 2],
        join: fn(Vec<Rule>) -> Rule,
    ) -> Result<Item, Error> {
        let start = self.span().start;
        let first = part(self)?;
        let more = |p: &Parser| p.is_word(0, word) || p.is_symbol(0, symbol);
        if !more(self) {
            return Ok(first);
        }
        let (rule, spans) = self.rule(first)?;
        let (mut rules, mut kids) = (vec![rule], vec![spans]);
        while more(self) {
            self.at += 1;
            let item = part(self)?;
            let (rule, spans) = self.rule(item)?;
            rules.push(rule);
            kids.push(spans);
        }
        self.condition(join(rules), start, kids, 2)
    }

    fn not(&mut self) -> Result<Item, Error> {
        let start = self.span().start;
        if !self.take_word("not") {
            return self.comparison();
        }
        let item = self.deeper(Parser::not)?;
        let (rule, spans) = self.rule(item)?;
        self.condition(Rule::Not(Box::new(rule)), start, vec![spans], 1)
    }

    fn comparison(&mut self) -> Result<Item, Error> {
        let start = self.span().start;
        if self.take_word("everyone") {
            return self.condition(Rule::All(Vec::new()), start, Vec::new(), 2);
        }
        if self.take_word("nobody") {
            return self.condition(Rule::Any(Vec::new()), start, Vec::new(), 2);
        }
        if self.take_word("in") {
            self.need_word("segment")?;
            self.need_symbol("(")?;
            let segment = self.need_text()?;
            self.need_symbol(")")?;
            return self.condition(Rule::Member { segment }, start, Vec::new(), 2);
        }
        for (word, call) in [("all", Rule::All as fn(Vec<Rule>) -> Rule), ("any", Rule::Any)] {
            if self.is_word(0, word) && self.is_symbol(1, "(") {
                self.at += 2;
                return self.deeper(|p| p.rules(start, call));
            }
        }
        if (self.is_word(0, "top") || self.is_word(0, "bottom")) && !self.is_symbol(1, "(") {
            return self.top(start);
        }
        let left = self.sum()?;
        let negated = self.is_word(0, "not") && ["in", "between", "contains"].iter().any(|w| self.is_word(1, w));
        let op = match self.ahead(usize::from(negated)) {
            Token::Symbol("=") => Some(Op::Eq),
            Token::Symbol("!=") => Some(Op::Ne),
            Token::Symbol("<") => Some(Op::Lt),
            Token::Symbol("<=") => Some(Op::Le),
            Token::Symbol(">") => Some(Op::Gt),
            Token::Symbol(">=") => Some(Op::Ge),
            Token::Name(name) if ["in", "between", "contains", "is"].iter().any(|w| name.eq_ignore_ascii_case(w)) => None,
            _ => return Ok(left),
        };
        let (expr, spans) = self.expr(left)?;
        if let Some(op) = op {
            self.at += 1;
            let item = self.sum()?;
            let (right, right_spans) = self.expr(item)?;
            return self.condition(Rule::Compare { left: expr, op, right }, start, vec![spans, right_spans], 2);
        }
        self.at += usize::from(negated);
        self.predicate(expr, spans, start, negated)
    }

    /// What follows a value: `between …`, `in (…)`, `contains …`, `is …`.
    fn predicate(&mut self, expr: Expr, spans: Spans, start: usize, mut negated: bool) -> Result<Item, Error> {
        let (rule, kids) = if self.take_word("between") {
            let item = self.sum()?;
            let (low, low_spans) = self.expr(item)?;
            self.need_word("and")?;
            let item = self.sum()?;
            let (high, high_spans) = self.expr(item)?;
            (Rule::Between { expr, low, high }, vec![spans, low_spans, high_spans])
        } else if self.take_word("in") {
            (Rule::In { expr, values: self.literals()? }, vec![spans])
        } else if self.take_word("contains") {
            (Rule::Contains { expr, text: self.need_text()? }, vec![spans])
        } else {
            self.need_word("is")?;
            negated = self.take_word("not");
            if self.take_word("known") {
                negated = !negated;
            } else {
                self.need_word("missing")?;
            }
            (Rule::Missing { expr }, vec![spans])
        };
        let inner = self.condition(rule, start, kids, 3)?;
        if !negated {
            return Ok(inner);
        }
        let (rule, spans) = self.rule(inner)?;
        self.condition(Rule::Not(Box::new(rule)), start, vec![spans], 1)
    }

    fn rules(&mut self, start: usize, join: fn(Vec<Rule>) -> Rule) -> Result<Item, Error> {
        let (mut rules, mut kids) = (Vec::new(), Vec::new());
        while !self.is_symbol(0, ")") {
            if !rules.is_empty() {
                self.need_symbol(",")?;
            }
            let item = self.or()?;
            let (rule, spans) = self.rule(item)?;
            rules.push(rule);
            kids.push(spans);
        }
        self.need_symbol(")")?;
        self.condition(join(rules), start, kids, 2)
    }

    fn top(&mut self, start: usize) -> Result<Item, Error> {
        let bottom = self.is_word(0, "bottom");
        self.at += 1;
        let sign = if self.take_symbol("-") { -1.0 } else { 1.0 };
        let Token::Number(percent) = *self.peek() else { return Err(self.expected("number")) };
        self.at += 1;
        self.need_symbol("%")?;
        self.need_word("by")?;
        let item = self.sum()?;
        let (by, spans) = self.expr(item)?;
        self.condition(Rule::Top { percent: sign * percent, by, bottom }, start, vec![spans], 2)
    }

    fn sum(&mut self) -> Result<Item, Error> {
        self.arithmetic(Parser::term, [("+", Arith::Add), ("-", Arith::Sub)])
    }

    fn term(&mut self) -> Result<Item, Error> {
        self.arithmetic(Parser::unary, [("*", Arith::Mul), ("/", Arith::Div)])
    }

    fn arithmetic(
        &mut self,
        part: fn(&mut Parser) -> Result<Item, Error>,
        operators: [(&str, Arith); 2],
    ) -> Result<Item, Error> {
        let start = self.span().start;
        let mut left = part(self)?;
        while let Some((_, op)) = operators.iter().find(|(symbol, _)| self.is_symbol(0, symbol)) {
            self.at += 1;
            let item = part(self)?;
            let (a, a_spans) = self.expr(left)?;
            let (b, b_spans) = self.expr(item)?;
            let expr = Expr::Binary { left: Box::new(a), op: *op, right: Box::new(b) };
            left = self.value(expr, start, vec![a_spans, b_spans], 2)?;
        }
        Ok(left)
    }

    fn unary(&mut self) -> Result<Item, Error> {
        let start = self.span().start;
        if !self.is_symbol(0, "-") {
            return self.primary();
        }
        self.at += 1;
        if let Token::Number(x) = *self.peek() {
            self.at += 1;
            return self.value(Expr::Literal(Literal::Number(-x)), start, Vec::new(), 1);
        }
        let item = self.deeper(Parser::unary)?;
        let (expr, spans) = self.expr(item)?;
        self.value(Expr::Neg(Box::new(expr)), start, vec![spans], 1)
    }

    fn primary(&mut self) -> Result<Item, Error> {
        let start = self.span().start;
        if self.take_symbol("(") {
            let mut item = self.deeper(Parser::or)?;
            self.need_symbol(")")?;
            item.spans.span = self.since(start);
            return Ok(item);
        }
        let expr = match self.peek().clone() {
            Token::Name(name) if self.is_symbol(1, "(") => return self.call(&name),
            Token::Name(name) if name.eq_ignore_ascii_case("true") => Expr::Literal(Literal::Bool(true)),
            Token::Name(name) if name.eq_ignore_ascii_case("false") => Expr::Literal(Literal::Bool(false)),
            Token::Name(name) if is_reserved(&name) => return Err(self.expected("value")),
            Token::Name(name) | Token::Quoted(name) => Expr::Feature(name),
            Token::Number(x) => Expr::Literal(Literal::Number(x)),
            Token::Text(text) => Expr::Literal(Literal::Text(text)),
            Token::Day(day) => Expr::Literal(Literal::Day(day)),
            Token::Symbol(_) | Token::End => return Err(self.expected("value")),
        };
        self.at += 1;
        self.value(expr, start, Vec::new(), 1)
    }

    fn call(&mut self, name: &str) -> Result<Item, Error> {
        let span = self.span();
        let lower = name.to_ascii_lowercase();
        self.at += 2;
        let of_field = matches!(self.peek(), Token::Name(n) if split_field(n).is_some());
        let function = Function::ALL.into_iter().find(|f| f.key() == lower);
        if let Some(function) = function.filter(|_| !of_field) {
            return self.deeper(|p| p.arguments(function, span.start));
        }
        if let Some(stat) = Stat::ALL.into_iter().find(|s| s.key() == lower) {
            return self.base(stat, span.start);
        }
        let synonym = match lower.as_str() {
            "avg" | "average" => "mean",
            other => other,
        };
        self.aggregate(synonym, span)?.map_or_else(|span| Err(unknown_function(name, span)), Ok)
    }

    fn arguments(&mut self, function: Function, start: usize) -> Result<Item, Error> {
        let (mut args, mut kids) = (Vec::new(), Vec::new());
        while !self.is_symbol(0, ")") {
            if !args.is_empty() {
                self.need_symbol(",")?;
            }
            let item = self.sum()?;
            let (expr, spans) = self.expr(item)?;
            args.push(expr);
            kids.push(spans);
        }
        self.need_symbol(")")?;
        self.value(Expr::Call { function, args }, start, kids, 3)
    }

    fn base(&mut self, stat: Stat, start: usize) -> Result<Item, Error> {
        let of_span = self.span();
        let of = self.name()?;
        let mut kids = vec![Spans::leaf(of_span)];
        let mut among = None;
        if self.take_symbol(",") {
            kids.push(Spans::leaf(self.span()));
            among = Some(self.name()?);
        }
        self.need_symbol(")")?;
        self.value(Expr::Base { stat, of, among }, start, kids, 2)
    }

    fn name(&mut self) -> Result<String, Error> {
        match self.bump() {
            Token::Quoted(name) => Ok(name),
            Token::Name(name) if !is_reserved(&name) => Ok(name),
            _ => {
                self.at -= 1;
                Err(self.expected("name"))
            }
        }
    }

    /// `(1, "a", 2026-03-05)`
    fn literals(&mut self) -> Result<Vec<Literal>, Error> {
        self.need_symbol("(")?;
        let mut values = Vec::new();
        while !self.is_symbol(0, ")") {
            if !values.is_empty() {
                self.need_symbol(",")?;
            }
            values.push(self.literal()?);
        }
        self.need_symbol(")")?;
        Ok(values)
    }

    fn literal(&mut self) -> Result<Literal, Error> {
        let negative = self.take_symbol("-");
        let literal = match self.peek().clone() {
            Token::Number(x) => Literal::Number(if negative { -x } else { x }),
            Token::Text(text) if !negative => Literal::Text(text),
            Token::Day(day) if !negative => Literal::Day(day),
            Token::Name(name) if !negative && name.eq_ignore_ascii_case("true") => Literal::Bool(true),
            Token::Name(name) if !negative && name.eq_ignore_ascii_case("false") => Literal::Bool(false),
            _ => return Err(self.expected("literal")),
        };
        self.at += 1;
        Ok(literal)
    }
}

fn unknown_function(name: &str, span: Range<usize>) -> Error {
    let keys = PLAIN.iter().map(|(_, k)| *k).chain(OF_FIELD.iter().map(|(_, k)| *k));
    let keys = keys.chain(Function::ALL.map(Function::key)).chain(Stat::ALL.map(Stat::key));
    unknown(Code::UnknownFunction, name, span, keys)
}

fn unknown_fact(name: &str, span: Range<usize>) -> Error {
    unknown(Code::UnknownFact, name, span, FACTS.iter().map(|(_, k)| *k))
}

fn unknown<'a>(code: Code, name: &str, span: Range<usize>, keys: impl Iterator<Item = &'a str>) -> Error {
    let keys: Vec<String> = keys.map(str::to_owned).collect();
    let error = Error::new(code, span).with("name", name);
    match nearest(name, &keys, |_| None) {
        Some(key) => error.with("nearest", key),
        None => error,
    }
}
