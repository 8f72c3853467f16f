//! Order numbers of two customers. Where an order has a head, the lane of orders knows; where it stands only as lines, its
//! lines say whose it is.

use super::{
    seen::Mixed,
    spool::{PARTITIONS, Spool, partition},
    wire::Take,
};
use crate::Result;
use domain::CustomerKey;
use lake::Lake;
use std::{
    collections::{HashMap, HashSet},
    hash::BuildHasherDefault,
    io,
    path::Path,
};

/// Orders in hand at a time.
const HELD: u64 = 1_800_000;

/// Whose the orders are, as their lines say.
#[derive(Debug)]
pub struct Owners {
    said: Spool,
    last: Option<(u64, CustomerKey)>,
}

impl Owners {
    /// Temporary files go to `folder`.
    pub fn new(folder: &Path) -> Owners {
        Owners { said: Spool::new(folder, PARTITIONS, 4 << 20), last: None }
    }

    /// A new line of this order is this customer's.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn say(&mut self, order: u64, customer: CustomerKey) -> Result<()> {
        if self.last.replace((order, customer)) == Some((order, customer)) {
            return Ok(());
        }
        let mut record = [0u8; 12];
        record[..8].copy_from_slice(&order.to_le_bytes());
        record[8..].copy_from_slice(&customer.0.to_le_bytes());
        Ok(self.said.push(partition(order), &record)?)
    }

    /// How many order numbers belong to two customers, in the batch or together with the lake; `heads` are those known as
    /// such by their heads. And how many orders the lines are of.
    ///
    /// # Errors
    /// When the disk or the lake refuses.
    pub fn of_two(&mut self, lake: &Lake, heads: Vec<u64>) -> Result<(u64, u64)> {
        let mut orders = 0;
        let mut found: HashSet<u64, BuildHasherDefault<Mixed>> = heads.into_iter().collect();
        // who was merged is no other customer
        let root = |customer: u32| lake.aliases().root(CustomerKey(customer)).0;
        let passes = (self.said.len() / HELD + 1).min(PARTITIONS as u64) as usize;
        for pass in 0..passes {
            let mut whose: HashMap<u64, u32, BuildHasherDefault<Mixed>> = HashMap::default();
            for part in (pass..PARTITIONS).step_by(passes) {
                self.said.read(part, |r| -> io::Result<()> {
                    let mut take = Take(r);
                    let (order, customer) = (take.u64()?, root(take.u32()?));
                    if *whose.entry(order).or_insert(customer) != customer {
                        found.insert(order);
                    }
                    Ok(())
                })?;
            }
            if whose.is_empty() {
                continue;
            }
            orders += whose.len() as u64;
            let mut compare = |order: u64, customer: CustomerKey, _| {
                if whose.get(&order).is_some_and(|c| *c != root(customer.0)) {
                    found.insert(order);
                }
            };
            lake.each_order(&mut compare)?;
            lake.each_line(&mut compare)?;
        }
        Ok((found.len() as u64, orders))
    }
}
