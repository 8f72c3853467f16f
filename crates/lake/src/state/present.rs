//! Who is there as of a day: what `History::is_present` says of one customer, for everybody.

use super::{
    Bits, Data, Spec,
    attributes::Attributes,
    column::words_of,
    facts::{CHUNK, Facts},
};
use domain::{CustomerKey, ValueType, feature::SIGNUP};

/// Every number given out, less the gaps and those who are not there yet.
pub(super) fn present(spec: &Spec, facts: &Facts, attributes: &Attributes) -> Bits {
    let len = spec.customers as usize;
    let below = |n: u32| Bits::of((0..n.min(spec.customers)).map(CustomerKey), len);
    let mut present = Bits::all(len);
    for gap in &spec.gaps {
        present.and_not(&Bits::of(gap.clone().take_while(|i| *i < spec.customers).map(CustomerKey), len));
    }
    let signup = attributes.column(SIGNUP, ValueType::Day);
    let signed = |when: &dyn Fn(i32) -> bool| {
        let Data::Day(days) = signup.data() else { return Bits::none(len) };
        let mut bits = Bits::from_words(words_of(len, |i| days.get(i).is_some_and(|d| when(*d))), len);
        bits.and(signup.known());
        bits
    };

    // something lies after the day, or they were recorded later: unless something lies before it
    let mut away = signed(&|d| d > spec.as_of.0);
    if spec.recorded < spec.customers {
        let mut unknown = Bits::all(len);
        away.or(unknown.and_not(&below(spec.recorded)));
    }
    if let Some(later) = &facts.later {
        away.or(later);
    }
    if away.count() > 0 {
        away.and_not(&seen(facts, len)).and_not(&signed(&|d| d <= spec.as_of.0)).and_not(&below(spec.recorded_by_day));
        present.and_not(&away);
    }
    present
}

/// Of whom a fact is seen.
fn seen(facts: &Facts, len: usize) -> Bits {
    let mut seen = Bits::none(len);
    for table in [&facts.all_orders, &facts.refunds, &facts.interactions, &facts.answers] {
        for (n, chunk) in table.chunks.iter().enumerate() {
            (0..chunk.customers()).filter(|c| !chunk.of(*c).is_empty()).for_each(|c| seen.insert(n * CHUNK + c));
        }
    }
    seen
}
