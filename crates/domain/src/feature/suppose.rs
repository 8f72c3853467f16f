//! One customer of whom something is supposed, among all others as they stand. What all are compared with moves with the
//! customer ([`super::Compared::apart`]). Where nobody in the base counts yet, the customer is the whole base: the first buyer
//! is the buyers' mean.

use super::{Base, History, Plan, Profile, evaluate::Step};
use crate::rule::{BaseKey, Compiled, Stat, compiled::Top, cut};
use std::sync::Arc;

impl Plan {
    /// All features of one customer, as [`Plan::evaluate`]; what the base knows nothing of is reckoned from this customer.
    /// For facts that are in the base already it is the same: what the customer has, the base knows of.
    pub fn suppose<'f>(&self, history: History<'f>, base: &Arc<Base>) -> Profile<'f> {
        let mut profile = Profile::empty(history.in_currency(self.currency), base);
        for (key, ty, step) in &self.steps {
            match step {
                Step::Formula(formula) => {
                    profile.prepare(&formula.needs().aggregates);
                    profile.found(&formula.needs().bases);
                }
                Step::Share(of) => profile.found(&[Base::total(of)]),
                _ => {}
            }
            let value = profile.step(key, *ty, step);
            profile.set(key, value);
        }
        profile
    }
}

impl Profile<'_> {
    /// Makes the customer the whole base of what a rule compares with and nobody has: to be called before the rule is asked.
    pub fn suppose(&mut self, rule: &Compiled) {
        self.prepare(rule.aggregates());
        self.found(rule.bases());
        for Top { key, percent, bottom, by } in rule.tops() {
            let own = if self.base().tops.contains_key(key) { None } else { by.eval(self) };
            if let Some(edge) = own.and_then(|own| cut(&mut [own], *percent, *bottom)) {
                self.learn(|base| base.tops.insert(key.clone(), edge));
            }
        }
    }

    /// Statistics that move with the customer, and those nobody in the base has a value for: of one value all of them are
    /// that value.
    fn found(&mut self, keys: &[BaseKey]) {
        for key in keys {
            let counts = key.among.as_ref().is_none_or(|among| self.get(among).as_f64().is_some_and(|x| x > 0.0));
            let own = self.get(&key.of).as_f64().filter(|_| counts);
            if let Some(moved) = self.base().moved.get(key) {
                let now = moved.with(own);
                self.own.insert(key.clone(), now);
                continue;
            }
            // a sum of nobody is there, and 0
            let known = self.base().stats.get(key).is_some_and(|known| key.stat != Stat::Sum || *known != 0.0);
            if let (false, true) = (known, own.is_some()) {
                self.own.insert(key.clone(), own);
            }
        }
    }

    fn learn<T>(&mut self, change: impl FnOnce(&mut Base) -> T) {
        let mut base = self.base().clone();
        change(&mut base);
        self.rebase(&Arc::new(base));
    }
}
