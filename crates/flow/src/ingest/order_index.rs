//! Whose order is it, and when was it? For lines and refunds that name only their order. Orders are held sorted, 20 bytes
//! each, with the latest few in maps in front.

use super::{
    seen::Mixed,
    spool::{PARTITIONS, partition},
};
use domain::{CustomerKey, clock::Instant};
use std::{collections::HashMap, hash::BuildHasherDefault};

/// What a line takes from its order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// whose
    pub customer: CustomerKey,
    /// when
    pub at: Instant,
}

/// Entries of a share in front of its sorted ones.
const RECENT: usize = 2_048;

/// Orders by key, in as many shares as a spool has: a merge needs room for one share beside the index, not for all of it.
#[derive(Debug)]
pub struct OrderIndex {
    shares: Vec<Share>,
    len: usize,
}

#[derive(Debug, Default)]
struct Share {
    recent: HashMap<u64, Place, BuildHasherDefault<Mixed>>,
    keys: Vec<u64>,
    customers: Vec<u32>,
    times: Vec<i64>,
}

impl Default for OrderIndex {
    fn default() -> OrderIndex {
        OrderIndex { shares: std::iter::repeat_with(Share::default).take(PARTITIONS).collect(), len: 0 }
    }
}

impl OrderIndex {
    /// How many orders; one told again since the last merge of its share counts again.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Adds an order; of two with the same key the later one counts.
    pub fn add(&mut self, key: u64, place: Place) {
        let Some(share) = self.shares.get_mut(partition(key)) else { return };
        let before = share.len();
        share.recent.insert(key, place);
        if share.recent.len() >= RECENT.max(share.keys.len() / 16) {
            share.merge();
        }
        self.len = self.len + share.len() - before;
    }

    /// Finds an order.
    pub fn get(&self, key: u64) -> Option<Place> {
        self.shares.get(partition(key))?.get(key)
    }
}

impl Share {
    fn len(&self) -> usize {
        self.keys.len() + self.recent.len()
    }

    fn merge(&mut self) {
        let mut recent: Vec<(u64, Place)> = self.recent.drain().collect();
        recent.sort_unstable_by_key(|(k, _)| *k);
        let room = self.keys.len() + recent.len();
        let (mut keys, mut customers, mut times) = (Vec::with_capacity(room), Vec::with_capacity(room), Vec::with_capacity(room));
        let mut push = |key: u64, customer: u32, at: i64| {
            keys.push(key);
            customers.push(customer);
            times.push(at);
        };
        let mut new = recent.into_iter().peekable();
        for ((key, customer), at) in self.keys.iter().zip(&self.customers).zip(&self.times) {
            while let Some((k, p)) = new.next_if(|(k, _)| k < key) {
                push(k, p.customer.0, p.at.0);
            }
            match new.next_if(|(k, _)| k == key) {
                Some((k, p)) => push(k, p.customer.0, p.at.0),
                None => push(*key, *customer, *at),
            }
        }
        new.for_each(|(k, p)| push(k, p.customer.0, p.at.0));
        (self.keys, self.customers, self.times) = (keys, customers, times);
    }

    fn get(&self, key: u64) -> Option<Place> {
        if let Some(place) = self.recent.get(&key) {
            return Some(*place);
        }
        let at = self.keys.binary_search(&key).ok()?;
        Some(Place { customer: CustomerKey(*self.customers.get(at)?), at: Instant(*self.times.get(at)?) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Keys that fall into every share, told in two rounds that overlap.
    #[test]
    fn the_later_of_two_orders_with_one_number_counts() {
        let mut index = OrderIndex::default();
        let key = |n: u64| domain::id::key64(&n.to_string());
        let place = |c: u64| Place { customer: CustomerKey(c as u32), at: Instant(c as i64) };
        (0..400_000u64).rev().for_each(|n| index.add(key(n), place(n)));
        (300_000..500_000u64).for_each(|n| index.add(key(n), place(1_000_000 + n)));
        for merged in [false, true] {
            if merged {
                index.shares.iter_mut().for_each(Share::merge);
            }
            for n in (0..300_000).step_by(97) {
                assert_eq!(index.get(key(n)), Some(place(n)));
            }
            for n in (300_000..500_000).step_by(89) {
                assert_eq!(index.get(key(n)), Some(place(1_000_000 + n)));
            }
            assert_eq!(index.get(key(500_000)), None);
        }
        let held: usize = index.shares.iter().map(Share::len).sum();
        assert_eq!(held, 500_000);
    }
}
