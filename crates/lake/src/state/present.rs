//! Who is there as of a day: what `History::is_present` says of one customer, for everybody.

use super::{
    Bits, Data, Spec,
    attributes::Attributes,
    column::words_of,
};
use domain::{CustomerKey, ValueType, feature::SIGNUP, merge::Aliases};

/// Every number given out, less the gaps and those who are not there yet; `seen` have a fact as of the day, `later` after it.
///
/// Whoever was merged is there as who stands for them, whose number was given out with the first of their group.
pub(super) fn present(spec: &Spec, aliases: &Aliases, seen: &Bits, later: &Bits, attributes: &Attributes) -> Bits {
    let len = spec.customers as usize;
    let below = |n: u32| {
        let early = aliases.merged().iter().filter(move |(member, _)| member.0 < n).map(|(_, root)| *root);
        Bits::of((0..n.min(spec.customers)).map(CustomerKey).chain(early), len)
    };
    let mut present = Bits::all(len);
    for gap in &spec.gaps {
        present.and_not(&Bits::of(gap.clone().take_while(|i| *i < spec.customers).map(CustomerKey), len));
    }
    present.and_not(&Bits::of(aliases.merged().iter().map(|(member, _)| *member), len));
    let signup = attributes.column(SIGNUP, ValueType::Day, spec.currency);
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
    away.or(later);
    if away.count() > 0 {
        away.and_not(seen).and_not(&signed(&|d| d <= spec.as_of.0)).and_not(&below(spec.recorded_by_day));
        present.and_not(&away);
    }
    present
}
