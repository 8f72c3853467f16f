//! Who is who after customers were merged. Facts stay under the number they came under; a merged number stands for its root's, and
//! a customer is the root with all its members. Merges are a forest, so that chains resolve and nobody is inside themselves.

use crate::{CustomerKey, clock::Instant};
use std::collections::BTreeMap;

/// The merges in force, made ready for reading.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Aliases {
    /// who was merged, ascending, and who stands for them
    roots: Vec<(CustomerKey, CustomerKey)>,
    /// the same by root, then by member
    members: Vec<(CustomerKey, CustomerKey)>,
    /// attributes of whom do not count as far as they were learnt up to an instant
    silences: BTreeMap<CustomerKey, BTreeMap<String, Instant>>,
}

impl Aliases {
    /// Of the edges of merges, each who was merged and into whom. Nobody is merged twice, and an edge that closes a ring is left out.
    pub fn new(edges: impl IntoIterator<Item = (CustomerKey, CustomerKey)>) -> Aliases {
        let mut into: BTreeMap<CustomerKey, CustomerKey> = BTreeMap::new();
        for (merged, survivor) in edges {
            if !into.contains_key(&merged) && end(&into, survivor) != merged {
                into.insert(merged, survivor);
            }
        }
        let roots: Vec<_> = into.keys().map(|merged| (*merged, end(&into, *merged))).collect();
        let mut members: Vec<_> = roots.iter().map(|(member, root)| (*root, *member)).collect();
        members.sort_unstable();
        Aliases { roots, members, silences: BTreeMap::new() }
    }

    /// What this customer's attribute said up to the instant does not count.
    pub fn silence(&mut self, customer: CustomerKey, attribute: &str, until: Instant) {
        let known = self.silences.entry(customer).or_default().entry(attribute.to_owned()).or_insert(until);
        *known = until.max(*known);
    }

    /// Is nobody merged?
    pub fn is_empty(&self) -> bool {
        self.roots.is_empty()
    }

    /// Who stands for a customer: the root of their group, or they themselves.
    pub fn root(&self, key: CustomerKey) -> CustomerKey {
        self.merged_into(key).unwrap_or(key)
    }

    /// Who stands for a customer who was merged.
    pub fn merged_into(&self, key: CustomerKey) -> Option<CustomerKey> {
        let at = self.roots.binary_search_by_key(&key, |(member, _)| *member).ok()?;
        self.roots.get(at).map(|(_, root)| *root)
    }

    /// Everybody who was merged into a root, ascending; the root not among them.
    pub fn members(&self, root: CustomerKey) -> impl Iterator<Item = CustomerKey> + '_ {
        let from = self.members.partition_point(|(r, _)| *r < root);
        self.members.iter().skip(from).take_while(move |(r, _)| *r == root).map(|(_, member)| *member)
    }

    /// A customer's root and all its members.
    pub fn group(&self, key: CustomerKey) -> impl Iterator<Item = CustomerKey> + '_ {
        let root = self.root(key);
        std::iter::once(root).chain(self.members(root))
    }

    /// Everybody who was merged, ascending, and who stands for them.
    pub fn merged(&self) -> &[(CustomerKey, CustomerKey)] {
        &self.roots
    }

    /// Those of [`Aliases::merged`] with numbers from `first` on and below `end`.
    pub fn merged_within(&self, first: u32, end: u32) -> &[(CustomerKey, CustomerKey)] {
        let place = |n: u32| self.roots.partition_point(|(member, _)| member.0 < n);
        self.roots.get(place(first)..place(end).max(place(first))).unwrap_or(&[])
    }

    /// Does anything anybody said not count?
    pub fn has_silences(&self) -> bool {
        !self.silences.is_empty()
    }

    /// Does what a customer's attribute said, learnt at this instant, not count?
    pub fn is_silent(&self, customer: CustomerKey, attribute: &str, learnt: Instant) -> bool {
        // whoever refused to be profiled refused it, whichever values were kept
        attribute != crate::profiling::ATTRIBUTE && self.silences.get(&customer).and_then(|all| all.get(attribute)).is_some_and(|until| learnt <= *until)
    }

    /// Does anything this customer said not count?
    pub fn silences(&self, customer: CustomerKey) -> bool {
        self.silences.contains_key(&customer)
    }
}

/// Where the chain of edges from here ends.
fn end(into: &BTreeMap<CustomerKey, CustomerKey>, from: CustomerKey) -> CustomerKey {
    let mut at = from;
    // a chain is at most as long as there are edges
    for _ in 0..=into.len() {
        match into.get(&at) {
            Some(next) => at = *next,
            None => break,
        }
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn keys(pairs: &[(u32, u32)]) -> Aliases {
        Aliases::new(pairs.iter().map(|(a, b)| (CustomerKey(*a), CustomerKey(*b))))
    }

    #[test]
    fn chains_end_at_their_root() {
        let all = keys(&[(1, 2), (2, 5), (9, 5)]);
        assert_eq!([1, 2, 5, 9, 7].map(|k| all.root(CustomerKey(k)).0), [5, 5, 5, 5, 7]);
        assert_eq!(all.members(CustomerKey(5)).map(|k| k.0).collect::<Vec<_>>(), [1, 2, 9]);
        assert_eq!(all.members(CustomerKey(2)).count(), 0);
        assert_eq!(all.merged_within(2, 9), [(CustomerKey(2), CustomerKey(5))]);
        assert_eq!(all.group(CustomerKey(9)).map(|k| k.0).collect::<Vec<_>>(), [5, 1, 2, 9]);
    }

    #[test]
    fn an_edge_taken_from_the_middle_parts_the_group_there() {
        let whole = [(1, 2), (2, 3), (4, 2)];
        assert_eq!(keys(&whole).root(CustomerKey(1)).0, 3);
        let parted = keys(&[(1, 2), (4, 2)]);
        assert_eq!([1, 2, 3, 4].map(|k| parted.root(CustomerKey(k)).0), [2, 2, 3, 2]);
    }

    #[test]
    fn a_silence_is_of_what_was_learnt_up_to_it() {
        let mut all = keys(&[(1, 2)]);
        all.silence(CustomerKey(1), "city", Instant(10));
        let silent = |c, a, t| all.is_silent(CustomerKey(c), a, Instant(t));
        assert!(silent(1, "city", 10) && !silent(1, "city", 11) && !silent(1, "birthday", 5) && !silent(2, "city", 5));
    }

    proptest! {
        #[test]
        fn no_root_is_merged_and_no_ring_is_possible(edges in proptest::collection::vec((0u32..20, 0u32..20), 0..40)) {
            let all = keys(&edges);
            for (member, root) in all.merged() {
                prop_assert!(member != root);
                prop_assert_eq!(all.merged_into(*root), None);
                prop_assert!(all.members(*root).any(|m| m == *member));
            }
            for key in 0..20 {
                let root = all.root(CustomerKey(key));
                prop_assert_eq!(all.root(root), root);
            }
        }
    }
}
