//! From a rule as written to one that can be evaluated: every name known, every type fitting, money in minor units.

use super::{
    Expr, Literal, Op, Rule,
    compiled::{Compiled, Formula, Needs, Num, Pred, Scalar, Text, Top, TopKey},
    error::{Code, Error},
    names::{Names, nearest},
    parse::{Spans, parse_expr_spanned, parse_spanned},
};
use crate::{label::Label, period::Day, value::ValueType};

mod expr;

/// Nesting that surely reads back from text; deeper trees (from JSON) must prove it.
const SURELY_READABLE: usize = 24;

/// Checks a rule and makes it ready to be evaluated. An error's span is in the rule's canonical text.
pub fn check(rule: &Rule, names: &dyn Names) -> Result<Compiled, Error> {
    if rule.levels() > SURELY_READABLE {
        parse_spanned(&rule.to_string())?;
    }
    compile(rule, None, names).map_err(|error| match parse_spanned(&rule.to_string()) {
        Ok((_, spans)) => compile(rule, Some(&spans), names).err().unwrap_or(error),
        Err(deeper) => deeper,
    })
}

/// Parses and checks; an error's span is in this text.
pub fn check_text(text: &str, names: &dyn Names) -> Result<(Rule, Compiled), Error> {
    let (rule, spans) = parse_spanned(text)?;
    let compiled = compile(&rule, Some(&spans), names)?;
    Ok((rule, compiled))
}

/// Checks a feature's formula whose values shall have type `ty`. An error's span is in the canonical text.
pub fn check_formula(expr: &Expr, ty: ValueType, names: &dyn Names) -> Result<Formula, Error> {
    formula(expr, ty, None, names).map_err(|error| match parse_expr_spanned(&expr.to_string()) {
        Ok((_, spans)) => formula(expr, ty, Some(&spans), names).err().unwrap_or(error),
        Err(deeper) => deeper,
    })
}

fn compile(rule: &Rule, spans: Option<&Spans>, names: &dyn Names) -> Result<Compiled, Error> {
    let mut checker = Checker { names, needs: Needs::default() };
    let pred = checker.pred(rule, &Place::root(spans))?;
    Ok(Compiled { pred, needs: checker.finish() })
}

fn formula(expr: &Expr, ty: ValueType, spans: Option<&Spans>, names: &dyn Names) -> Result<Formula, Error> {
    let mut checker = Checker { names, needs: Needs::default() };
    let place = Place::root(spans);
    let typed = checker.expr(expr, &place)?;
    let found = typed.ty;
    let typed = checker
        .coerce(typed, ty)
        .map_err(|_| place.error(Code::ResultType).with("left", type_key(found)).with("right", type_key(ty)))?;
    Ok(Formula { scalar: typed.scalar, ty, needs: checker.finish() })
}

/// A place in the rule: its JSON pointer and, if the text is at hand, its span.
struct Place<'a> {
    path: String,
    spans: Option<&'a Spans>,
}

impl<'a> Place<'a> {
    fn root(spans: Option<&'a Spans>) -> Place<'a> {
        Place { path: String::new(), spans }
    }

    fn child(&self, step: &str, index: usize) -> Place<'a> {
        Place { path: format!("{}/{step}", self.path), spans: self.spans.and_then(|s| s.kids.get(index)) }
    }

    fn nth(&self, step: &str, index: usize) -> Place<'a> {
        self.child(&format!("{step}/{index}"), index)
    }

    fn error(&self, code: Code) -> Error {
        let mut error = Error::new(code, self.spans.map_or(0..0, |s| s.span.clone()));
        error.path = self.path.clone();
        error
    }

    fn unknown(&self, code: Code, name: &str, keys: &[String], label: impl Fn(&str) -> Option<Label>) -> Error {
        let error = self.error(code).with("name", name);
        match nearest(name, keys, label) {
            Some(key) => error.with("nearest", key),
            None => error,
        }
    }
}

/// A checked expression.
struct Typed {
    scalar: Scalar,
    ty: ValueType,
    /// made of number literals only: takes the other side's unit
    bare: bool,
}

impl Typed {
    fn num(num: Num, ty: ValueType) -> Typed {
        Typed { scalar: Scalar::Num(num), ty, bare: false }
    }

    fn text(text: Text) -> Typed {
        Typed { scalar: Scalar::Text(text), ty: ValueType::Text, bare: false }
    }
}

pub(super) fn type_key(ty: ValueType) -> &'static str {
    match ty {
        ValueType::Bool => "bool",
        ValueType::Int => "int",
        ValueType::Number => "number",
        ValueType::Money => "money",
        ValueType::Text => "text",
        ValueType::Day => "day",
    }
}

/// A type's name in errors: whole numbers are numbers.
fn named(ty: ValueType) -> &'static str {
    if ty == ValueType::Int { "number" } else { type_key(ty) }
}

struct Checker<'a> {
    names: &'a dyn Names,
    needs: Needs,
}

impl Checker<'_> {
    fn finish(mut self) -> Needs {
        self.needs.features.sort();
        self.needs.features.dedup();
        self.needs.segments.sort();
        self.needs.segments.dedup();
        self.needs.bases.sort();
        self.needs.bases.dedup();
        self.needs.aggregates.sort_by(|a, b| a.0.cmp(&b.0));
        self.needs.aggregates.dedup_by(|a, b| a.0 == b.0);
        self.needs.tops.sort_by(|a, b| a.key.cmp(&b.key));
        self.needs.tops.dedup_by(|a, b| a.key == b.key);
        self.needs
    }

    fn preds(&mut self, rules: &[Rule], step: &str, place: &Place) -> Result<Vec<Pred>, Error> {
        rules.iter().enumerate().map(|(i, rule)| self.pred(rule, &place.nth(step, i))).collect()
    }

    fn pred(&mut self, rule: &Rule, place: &Place) -> Result<Pred, Error> {
        Ok(match rule {
            Rule::All(rules) => Pred::All(self.preds(rules, "all", place)?),
            Rule::Any(rules) => Pred::Any(self.preds(rules, "any", place)?),
            Rule::Not(rule) => Pred::Not(Box::new(self.pred(rule, &place.child("not", 0))?)),
            Rule::Compare { left, op, right } => {
                let (a, b) = (place.child("compare/left", 0), place.child("compare/right", 1));
                let sides = vec![self.expr(left, &a)?, self.expr(right, &b)?];
                let (sides, ty) = self.unify(sides, place)?;
                self.compare(sides, *op, ty, place)?
            }
            Rule::Between { expr, low, high } => {
                let [a, b, c] = [("between/expr", 0), ("between/low", 1), ("between/high", 2)].map(|(s, i)| place.child(s, i));
                let sides = vec![self.expr(expr, &a)?, self.expr(low, &b)?, self.expr(high, &c)?];
                let (sides, ty) = self.unify(sides, place)?;
                let mut nums = sides.into_iter().filter_map(|s| number(s.scalar));
                match (ordered(ty), nums.next(), nums.next(), nums.next()) {
                    (true, Some(num), Some(low), Some(high)) => Pred::Between { num, low, high, ty },
                    _ => return Err(place.error(Code::NotOrdered).with("type", named(ty))),
                }
            }
            Rule::In { expr, values } => self.one_of(expr, values, place)?,
            Rule::Contains { expr, text } => {
                let place = place.child("contains/expr", 0);
                match self.expr(expr, &place)? {
                    Typed { scalar: Scalar::Text(t), .. } => Pred::Contains { text: t, needle: text.to_lowercase() },
                    Typed { ty, .. } => return Err(place.error(Code::NotText).with("type", named(ty))),
                }
            }
            Rule::Missing { expr } => match self.expr(expr, &place.child("missing/expr", 0))? {
                Typed { scalar: Scalar::Text(text), .. } => Pred::TextMissing { text },
                Typed { scalar: Scalar::Num(num), ty, .. } => Pred::NumMissing { num, ty },
            },
            Rule::Member { segment } => {
                if !self.names.has_segment(segment) {
                    let keys = self.names.segment_keys();
                    return Err(place.unknown(Code::UnknownSegment, segment, &keys, |k| self.names.segment_label(k)));
                }
                self.needs.segments.push(segment.clone());
                Pred::Member(segment.clone())
            }
            Rule::Top { percent, by, bottom } => {
                if !(*percent > 0.0 && *percent <= 100.0) {
                    return Err(place.error(Code::Percent).with("percent", percent));
                }
                let inner = place.child("top/by", 0);
                let typed = self.expr(by, &inner)?;
                let ty = typed.ty;
                let num = number(typed.scalar).filter(|_| ty.is_numeric());
                let num = num.ok_or_else(|| inner.error(Code::NotNumeric).with("type", named(ty)))?;
                let key = TopKey(rule.to_string());
                self.needs.tops.push(Top { key: key.clone(), percent: *percent, bottom: *bottom, by: num.clone() });
                Pred::Top { num, key, bottom: *bottom, ty }
            }
        })
    }

    fn compare(&self, sides: Vec<Typed>, op: Op, ty: ValueType, place: &Place) -> Result<Pred, Error> {
        if !ordered(ty) && !matches!(op, Op::Eq | Op::Ne) {
            return Err(place.error(Code::NotOrdered).with("type", named(ty)));
        }
        let mut sides = sides.into_iter().map(|s| s.scalar);
        match (sides.next(), sides.next()) {
            (Some(Scalar::Num(left)), Some(Scalar::Num(right))) => Ok(Pred::Compare { left, op, right, ty }),
            (Some(Scalar::Text(left)), Some(Scalar::Text(right))) => {
                for (column, literal) in [(&left, &right), (&right, &left)] {
                    if let (Text::Column(key), Text::Literal(value)) = (column, literal) {
                        self.class(key, value, place)?;
                    }
                }
                Ok(Pred::TextEq { left, right, negated: op == Op::Ne })
            }
            _ => Err(place.error(Code::UnlikeTypes)),
        }
    }

    fn one_of(&mut self, expr: &Expr, values: &[Literal], place: &Place) -> Result<Pred, Error> {
        let typed = self.expr(expr, &place.child("in/expr", 0))?;
        let ty = typed.ty;
        let (mut numbers, mut texts) = (Vec::new(), Vec::new());
        for (i, value) in values.iter().enumerate() {
            let place = Place { path: format!("{}/in/values/{i}", place.path), spans: place.spans };
            let literal = self.literal(value, &place)?;
            let found = literal.ty;
            let literal = self.coerce(literal, ty);
            match literal.map_err(|_| unlike(&place, ty, found))?.scalar {
                Scalar::Num(Num::Literal(x)) => numbers.push(x),
                Scalar::Text(Text::Literal(t)) => {
                    if let Scalar::Text(Text::Column(key)) = &typed.scalar {
                        self.class(key, &t, &place)?;
                    }
                    texts.push(t);
                }
                _ => return Err(place.error(Code::Range).with("text", value)),
            }
        }
        Ok(match typed.scalar {
            Scalar::Num(num) => Pred::NumIn { num, values: numbers, ty },
            Scalar::Text(text) => Pred::TextIn { text, values: texts },
        })
    }

    /// A class that is compared with must be one of its classification.
    fn class(&self, key: &str, value: &str, place: &Place) -> Result<(), Error> {
        let Some(classification) = key.strip_prefix("class.") else { return Ok(()) };
        match self.names.class_keys(classification) {
            Some(keys) if !keys.iter().any(|k| k == value) => {
                let label = |class: &str| self.names.value_label(key, class);
                Err(place.unknown(Code::UnknownClass, value, &keys, label).with("classification", classification))
            }
            _ => Ok(()),
        }
    }

    /// All of one type: literals take the unit of what stands beside them.
    fn unify(&self, sides: Vec<Typed>, place: &Place) -> Result<(Vec<Typed>, ValueType), Error> {
        let literal = |t: &Typed| t.bare || matches!(t.scalar, Scalar::Text(Text::Literal(_)) | Scalar::Num(Num::Literal(_)));
        let Some(lead) = sides.iter().find(|t| !literal(t)).or(sides.first()).map(|t| t.ty) else {
            return Ok((sides, ValueType::Number));
        };
        let broad = sides.iter().any(|t| t.ty == ValueType::Number) && lead == ValueType::Int;
        let lead = if broad { ValueType::Number } else { lead };
        let sides: Result<Vec<Typed>, Error> = sides
            .into_iter()
            .map(|side| {
                let found = side.ty;
                self.coerce(side, lead).map_err(|_| unlike(place, lead, found))
            })
            .collect();
        Ok((sides?, lead))
    }

    /// As this type, if that loses nothing: numbers are numbers, number literals become money, quoted days days.
    fn coerce(&self, typed: Typed, to: ValueType) -> Result<Typed, Typed> {
        use ValueType::{Day as D, Int, Money, Number, Text as T};
        Ok(match (&typed.scalar, typed.ty, to) {
            (_, from, to) if from == to => typed,
            (_, Int | Number, Int | Number) => Typed { ty: to, ..typed },
            (Scalar::Num(num), Int | Number, Money) if typed.bare => match self.to_money(num) {
                Some(num) => Typed::num(num, Money),
                None => return Err(typed),
            },
            (Scalar::Text(Text::Literal(text)), T, D) => match Day::parse(text) {
                Some(day) => Typed::num(Num::Literal(f64::from(day.0)), D),
                None => return Err(typed),
            },
            (Scalar::Num(Num::Literal(x)), D, T) => Typed::text(Text::Literal(Day(*x as i32).to_string())),
            _ => return Err(typed),
        })
    }
}

fn number(scalar: Scalar) -> Option<Num> {
    match scalar {
        Scalar::Num(num) => Some(num),
        Scalar::Text(_) => None,
    }
}

fn ordered(ty: ValueType) -> bool {
    !matches!(ty, ValueType::Text | ValueType::Bool)
}

fn unlike(place: &Place, left: ValueType, right: ValueType) -> Error {
    place.error(Code::UnlikeTypes).with("left", named(left)).with("right", named(right))
}
