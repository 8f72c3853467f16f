//! Whose order is it, and when was it? For lines and refunds that name only their order. Orders are held sorted, 20 bytes
//! each, with the latest few in a map in front.

use super::seen::Mixed;
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

/// Entries in front of the sorted ones.
const RECENT: usize = 1 << 17;

/// Orders by key.
#[derive(Debug, Default)]
pub struct OrderIndex {
    recent: HashMap<u64, Place, BuildHasherDefault<Mixed>>,
    keys: Vec<u64>,
    customers: Vec<u32>,
    times: Vec<i64>,
}

impl OrderIndex {
    /// How many orders.
    pub fn len(&self) -> usize {
        self.keys.len() + self.recent.len()
    }

    /// Adds an order; of two with the same key the later one counts.
    pub fn add(&mut self, key: u64, place: Place) {
        self.recent.insert(key, place);
        if self.recent.len() >= RECENT {
            self.merge();
        }
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

    /// Finds an order.
    pub fn get(&self, key: u64) -> Option<Place> {
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

    #[test]
    fn the_later_of_two_orders_with_one_number_counts() {
        let mut index = OrderIndex::default();
        let place = |c: u32| Place { customer: CustomerKey(c), at: Instant(i64::from(c)) };
        (0..100u64).rev().for_each(|k| index.add(k * 3, place(k as u32)));
        index.merge();
        (50..200u64).for_each(|k| index.add(k * 3, place(1000 + k as u32)));
        for merged in [false, true] {
            if merged {
                index.merge();
            }
            assert_eq!(index.get(30), Some(place(10)));
            assert_eq!(index.get(31), None);
            assert_eq!(index.get(150), Some(place(1050)));
            assert_eq!(index.get(0), Some(place(0)));
            assert_eq!(index.get(597), Some(place(1199)));
        }
        assert_eq!(index.len(), 200);
    }
}
