//! Types of expressions: money adds to money and scales by numbers, days differ by days, literals adapt.

use super::{Checker, Place, Typed, named, number, type_key, unlike};
use crate::{
    feature::{Aggregate, Condition},
    money::Currency,
    period::Window,
    rule::{
        Arith, Expr, Function, Literal, Op, Stat,
        compiled::{BaseKey, Num, Scalar, Text, aggregate_key},
        decimal,
        error::{Code, Error},
        print::measure_key,
        typing::{aggregate_type, fact_key, field_key, field_type},
    },
    value::ValueType,
};

impl Checker<'_> {
    pub(super) fn expr(&mut self, expr: &Expr, place: &Place) -> Result<Typed, Error> {
        match expr {
            Expr::Literal(literal) => self.literal(literal, place),
            Expr::Feature(key) => {
                let ty = self.feature(key, place)?;
                Ok(column(key.clone(), ty))
            }
            Expr::Aggregate(aggregate) => {
                let ty = self.aggregate(aggregate, place)?;
                let key = aggregate_key(aggregate);
                self.needs.aggregates.push((key.clone(), aggregate.as_ref().clone()));
                Ok(column(key, ty))
            }
            Expr::Neg(inner) => {
                let place = place.child("neg", 0);
                let typed = self.expr(inner, &place)?;
                let (num, ty, bare) = numeric(typed, &place)?;
                let num = match num {
                    Num::Literal(x) => Num::Literal(-x),
                    num => Num::Neg(Box::new(num)),
                };
                Ok(Typed { bare, ..Typed::num(num, ty) })
            }
            Expr::Binary { left, op, right } => {
                let left = self.expr(left, &place.child("binary/left", 0))?;
                let right = self.expr(right, &place.child("binary/right", 1))?;
                self.binary(left, *op, right, place)
            }
            Expr::Call { function, args } => self.call(*function, args, place),
            Expr::Base { stat, of, among } => {
                let inner = place.child("base/of", 0);
                let ty = self.feature(of, &inner)?;
                if !ty.is_numeric() {
                    return Err(inner.error(Code::NotNumeric).with("type", named(ty)));
                }
                if let Some(among) = among {
                    let inner = place.child("base/among", 1);
                    let ty = self.feature(among, &inner)?;
                    if !ty.is_numeric() && ty != ValueType::Bool {
                        return Err(inner.error(Code::NotNumeric).with("type", named(ty)));
                    }
                }
                let key = BaseKey { stat: *stat, of: of.clone(), among: among.clone() };
                self.needs.bases.push(key.clone());
                let mean_of_whole = *stat == Stat::Mean && ty == ValueType::Int;
                Ok(Typed::num(Num::Base(key), if mean_of_whole { ValueType::Number } else { ty }))
            }
        }
    }

    pub(super) fn literal(&self, literal: &Literal, place: &Place) -> Result<Typed, Error> {
        Ok(match literal {
            Literal::Bool(b) => Typed::num(Num::Literal(f64::from(u8::from(*b))), ValueType::Bool),
            Literal::Number(x) if x.is_finite() => {
                let ty = if x.fract() == 0.0 { ValueType::Int } else { ValueType::Number };
                Typed { bare: true, ..Typed::num(Num::Literal(*x), ty) }
            }
            Literal::Number(x) => return Err(place.error(Code::Number).with("text", x)),
            Literal::Day(d) => Typed::num(Num::Literal(f64::from(d.0)), ValueType::Day),
            Literal::Text(t) => Typed::text(Text::Literal(t.clone())),
        })
    }

    fn feature(&mut self, key: &str, place: &Place) -> Result<ValueType, Error> {
        match self.names.feature(key) {
            Some(ty) => {
                self.needs.features.push(key.to_owned());
                Ok(ty)
            }
            None => Err(place.unknown(Code::UnknownFeature, key, &self.names.feature_keys(), |k| self.names.label(k))),
        }
    }

    fn binary(&self, left: Typed, op: Arith, right: Typed, place: &Place) -> Result<Typed, Error> {
        use ValueType::{Day, Int, Money, Number};
        let bare = left.bare && right.bare;
        let whole = |a, b| if a == Int && b == Int { Int } else { Number };
        let (left, right, ty) = match (op, left.ty, right.ty) {
            (Arith::Sub, Day, Day) => (left, right, Int),
            (Arith::Add | Arith::Sub, Day, Int | Number) | (Arith::Add, Int | Number, Day) => (left, right, Day),
            (_, a, _) if !a.is_numeric() => return Err(place.child("binary/left", 0).error(Code::NotNumeric).with("type", named(a))),
            (_, _, b) if !b.is_numeric() => return Err(place.child("binary/right", 1).error(Code::NotNumeric).with("type", named(b))),
            (Arith::Add | Arith::Sub, Money, Int | Number) | (Arith::Add | Arith::Sub, Int | Number, Money) => {
                let (a, b) = (left.ty, right.ty);
                let both = self.coerce(left, Money).and_then(|l| Ok((l, self.coerce(right, Money)?)));
                let (left, right) = both.map_err(|_| unlike(place, a, b))?;
                (left, right, Money)
            }
            (Arith::Add | Arith::Sub, Money, Money) => (left, right, Money),
            (Arith::Mul, Money, Money) | (Arith::Div, Int | Number, Money) => return Err(place.error(Code::MoneyTimesMoney)),
            (Arith::Mul, Money, _) | (Arith::Mul, _, Money) | (Arith::Div, Money, Int | Number) => (left, right, Money),
            (Arith::Div, _, _) => (left, right, Number),
            (_, a, b) => (left, right, whole(a, b)),
        };
        let (Some(left), Some(right)) = (number(left.scalar), number(right.scalar)) else {
            return Err(place.error(Code::NotNumeric).with("type", "text"));
        };
        Ok(Typed { bare, ..Typed::num(Num::Binary { left: Box::new(left), op, right: Box::new(right) }, ty) })
    }

    fn call(&mut self, function: Function, args: &[Expr], place: &Place) -> Result<Typed, Error> {
        let one = matches!(function, Function::Abs | Function::Round);
        if args.is_empty() || (one && args.len() != 1) {
            return Err(place.error(Code::Arguments).with("function", function.key()).with("count", args.len()));
        }
        let typed: Result<Vec<Typed>, Error> =
            args.iter().enumerate().map(|(i, arg)| self.expr(arg, &place.nth("call/args", i))).collect();
        let typed = typed?;
        let bare = typed.iter().all(|t| t.bare);
        let (typed, ty) = self.unify(typed, place)?;
        let fits = match function {
            Function::Coalesce => true,
            Function::Max | Function::Min => ty.is_numeric() || ty == ValueType::Day,
            Function::Abs | Function::Round => ty.is_numeric(),
        };
        if !fits {
            return Err(place.error(Code::NotNumeric).with("type", named(ty)));
        }
        if ty == ValueType::Text {
            let texts = typed.into_iter().filter_map(|t| match t.scalar {
                Scalar::Text(text) => Some(text),
                Scalar::Num(_) => None,
            });
            return Ok(Typed::text(Text::Coalesce(texts.collect())));
        }
        let mut nums: Vec<Num> = typed.into_iter().filter_map(|t| number(t.scalar)).collect();
        let (num, ty) = match function {
            Function::Max => (Num::Max(nums), ty),
            Function::Min => (Num::Min(nums), ty),
            Function::Coalesce => (Num::Coalesce(nums), ty),
            Function::Abs | Function::Round => {
                let Some(num) = nums.pop().map(Box::new) else {
                    return Err(place.error(Code::Arguments).with("function", function.key()).with("count", 0));
                };
                match (function, ty) {
                    (Function::Abs, _) => (Num::Abs(num), ty),
                    (_, ValueType::Money) => (Num::Round { num, unit: scale(self.names.currency()) }, ty),
                    _ => (Num::Round { num, unit: 1.0 }, ValueType::Int),
                }
            }
        };
        Ok(Typed { bare, ..Typed::num(num, ty) })
    }

    fn aggregate(&self, aggregate: &Aggregate, place: &Place) -> Result<ValueType, Error> {
        let fact = aggregate.fact;
        if let Some(field) = aggregate.measure.field().filter(|f| field_type(fact, *f).is_none()) {
            return Err(place.error(Code::FieldOfFact).with("fact", fact_key(fact)).with("field", field_key(field)));
        }
        let empty = match aggregate.window {
            Window::All => false,
            Window::Days(n) | Window::Months(n) => n == 0,
            Window::DaysAgo { from, to } => to > from,
        };
        if empty {
            return Err(place.error(Code::Window));
        }
        for (i, condition) in aggregate.filter.iter().enumerate() {
            let Condition { field, op, values } = condition;
            let place = place.nth("aggregate/filter", i);
            let Some(ty) = field_type(fact, *field) else {
                return Err(place.error(Code::FieldOfFact).with("fact", fact_key(fact)).with("field", field_key(*field)));
            };
            let equality = matches!(op, Op::Eq | Op::Ne);
            if values.is_empty() || (values.len() > 1 && !equality) {
                return Err(place.error(Code::FilterValues));
            }
            if ty == ValueType::Text && !equality {
                return Err(place.error(Code::NotOrdered).with("type", "text"));
            }
            for value in values {
                let literal = self.literal(value, &place)?;
                let found = literal.ty;
                self.coerce(literal, ty).map_err(|_| unlike(&place, ty, found))?;
            }
        }
        aggregate_type(aggregate).ok_or_else(|| {
            let field = aggregate.measure.field().map_or("", field_key);
            place.error(Code::MeasureOfField).with("measure", measure_key(&aggregate.measure)).with("field", field)
        })
    }

    /// A number made of literals as money: major units become minor units.
    pub(super) fn to_money(&self, num: &Num) -> Option<Num> {
        let currency = self.names.currency();
        let each = |nums: &[Num]| nums.iter().map(|n| self.to_money(n)).collect::<Option<Vec<Num>>>();
        let boxed = |num: &Num| self.to_money(num).map(Box::new);
        Some(match num {
            Num::Literal(x) => Num::Literal(decimal::minor(*x, currency.digits())? as f64),
            Num::Neg(num) => Num::Neg(boxed(num)?),
            Num::Binary { left, op: op @ (Arith::Add | Arith::Sub), right } => {
                Num::Binary { left: boxed(left)?, op: *op, right: boxed(right)? }
            }
            Num::Binary { left, op, right } => Num::Binary { left: boxed(left)?, op: *op, right: right.clone() },
            Num::Max(nums) => Num::Max(each(nums)?),
            Num::Min(nums) => Num::Min(each(nums)?),
            Num::Coalesce(nums) => Num::Coalesce(each(nums)?),
            Num::Abs(num) => Num::Abs(boxed(num)?),
            Num::Round { num, unit } => Num::Round { num: boxed(num)?, unit: unit * scale(currency) },
            Num::Column(_) | Num::Base(_) => return None,
        })
    }
}

fn scale(currency: Currency) -> f64 {
    currency.scale() as f64
}

fn column(key: String, ty: ValueType) -> Typed {
    match ty {
        ValueType::Text => Typed::text(Text::Column(key)),
        ty => Typed::num(Num::Column(key), ty),
    }
}

fn numeric(typed: Typed, place: &Place) -> Result<(Num, ValueType, bool), Error> {
    let (ty, bare) = (typed.ty, typed.bare);
    match typed.scalar {
        Scalar::Num(num) if ty.is_numeric() => Ok((num, ty, bare)),
        _ => Err(place.error(Code::NotNumeric).with("type", type_key(ty))),
    }
}
