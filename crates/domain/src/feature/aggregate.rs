//! Which aggregates make sense, and what is wrong with the others.

use super::{Aggregate, FactKind, Field, Measure};
use crate::{
    label::Label,
    period::Window,
    rule::{self, Literal, Op},
    value::ValueType,
};

/// What is wrong with an aggregate.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AggregateError {
    /// such facts have no such field
    #[error("{fact:?} facts have no field {field:?}")]
    NoSuchField {
        /// the facts
        fact: FactKind,
        /// the field they lack
        field: Field,
    },
    /// the field is of a type that cannot be measured so
    #[error("{measure:?} cannot be taken of a {field:?} that is {ty:?}")]
    MeasureOfField {
        /// the measure
        measure: Measure,
        /// the field
        field: Field,
        /// its type
        ty: ValueType,
    },
    /// a filter compares a field with a constant of another type, or orders texts
    #[error("the filter on {field:?} does not fit a {ty:?}")]
    Filter {
        /// the field
        field: Field,
        /// its type
        ty: ValueType,
    },
    /// the window holds no day
    #[error("there is no day in the window")]
    Window,
}

impl AggregateError {
    /// Machine name for problem documents.
    pub fn code(&self) -> &'static str {
        match self {
            AggregateError::NoSuchField { .. } => "feature.no_such_field",
            AggregateError::MeasureOfField { .. } => "feature.measure_of_field",
            AggregateError::Filter { .. } => "feature.filter",
            AggregateError::Window => "feature.window",
        }
    }

    /// For people.
    pub fn message(&self) -> Label {
        match self {
            AggregateError::NoSuchField { fact, field } => {
                Label::new(format!("{}没有字段 {}。", name(fact), name(field)), format!("{} have no field {}.", name(fact), name(field)))
            }
            AggregateError::MeasureOfField { measure, field, .. } => {
                let measure = serde_json::to_value(measure).ok().and_then(|v| v.get("of").and_then(|o| o.as_str().map(String::from)));
                let measure = measure.unwrap_or_default();
                Label::new(format!("{} 不能用于 {}。", measure, name(field)), format!("{} does not fit {}.", measure, name(field)))
            }
            AggregateError::Filter { field, .. } => {
                Label::new(format!("{} 的筛选条件类型不符。", name(field)), format!("The filter on {} does not fit its type.", name(field)))
            }
            AggregateError::Window => Label::new("这个时间窗里没有一天。", "There is no day in the window."),
        }
    }
}

fn name<T: serde::Serialize>(x: &T) -> String {
    serde_json::to_value(x).ok().and_then(|v| v.as_str().map(String::from)).unwrap_or_default()
}

impl Measure {
    /// Does it grow by one with every day on which nothing happens? Others stay, over all time.
    pub(super) fn is_of_the_day(&self) -> bool {
        matches!(self, Measure::DaysSinceLast | Measure::DaysSinceFirst)
    }

    /// Is it the same on whichever day, apart from those of all others, the latest facts lie?
    pub(super) fn is_of_no_day(&self) -> bool {
        match self {
            Measure::Count | Measure::P90GapBefore | Measure::Gaps | Measure::ActiveDays => true,
            Measure::Sum(f) | Measure::Mean(f) | Measure::Min(f) | Measure::Max(f) => !matches!(f, Field::Day | Field::Weekday),
            _ => false,
        }
    }

    /// The field it measures, if it measures one.
    pub fn field(&self) -> Option<Field> {
        match self {
            Measure::Sum(f)
            | Measure::Mean(f)
            | Measure::Min(f)
            | Measure::Max(f)
            | Measure::Last(f)
            | Measure::First(f)
            | Measure::Distinct(f)
            | Measure::Top(f)
            | Measure::TopShare(f) => Some(*f),
            _ => None,
        }
    }
}

/// Does the aggregate make sense? Gives the type of its value.
pub fn check_aggregate(aggregate: &Aggregate) -> Result<ValueType, AggregateError> {
    let fact = aggregate.fact;
    let type_of = |field: Field| rule::field_type(fact, field).ok_or(AggregateError::NoSuchField { fact, field });
    if let Some(field) = aggregate.measure.field() {
        type_of(field)?;
    }
    for condition in &aggregate.filter {
        let ty = type_of(condition.field)?;
        let fits = condition.values.iter().all(|v| literal_fits(v, ty));
        let ordered = !matches!(condition.op, Op::Eq | Op::Ne);
        let orderable = !matches!(ty, ValueType::Text | ValueType::Bool) && condition.values.len() == 1;
        if !fits || condition.values.is_empty() || (ordered && !orderable) {
            return Err(AggregateError::Filter { field: condition.field, ty });
        }
    }
    match aggregate.window {
        Window::Days(0) | Window::Months(0) => return Err(AggregateError::Window),
        Window::DaysAgo { from, to } if from < to => return Err(AggregateError::Window),
        _ => {}
    }
    rule::aggregate_type(aggregate).ok_or_else(|| match aggregate.measure.field() {
        Some(field) => match type_of(field) {
            Ok(ty) => AggregateError::MeasureOfField { measure: aggregate.measure.clone(), field, ty },
            Err(e) => e,
        },
        None => AggregateError::Window,
    })
}

fn literal_fits(literal: &Literal, ty: ValueType) -> bool {
    matches!(
        (literal, ty),
        (Literal::Bool(_), ValueType::Bool)
            | (Literal::Number(_), ValueType::Int | ValueType::Number | ValueType::Money)
            | (Literal::Day(_), ValueType::Day)
            | (Literal::Text(_), ValueType::Text)
    )
}
