//! Refunds of one customer: of several versions the one learnt last, those told by a status only for what the other
//! refunds of their order leave; each lowers the order it names.

use super::{
    load::NULL,
    resolve::{AT, BY_STATUS, DAY, KEY, PAID, RECORDED, REFUND_BATCH, REFUND_KEY, Rows, Scratch},
    versions::Versions,
};

impl Rows {
    pub(super) fn refund(&self, customer: usize, s: &mut Scratch) {
        let rows = self.refunds.of(customer);
        if rows.is_empty() {
            return;
        }
        let r = &self.refund;
        s.bought.clear();
        let versions = Versions::new(&self.refunds, self.as_of, &r[REFUND_KEY], &r[DAY], &r[RECORDED], &r[REFUND_BATCH]);
        versions.latest(rows, &mut s.keys, &mut s.bought);
        s.bought.sort_by_key(|row| r[AT].whole(*row as usize));
        s.told.clear();
        if !r[BY_STATUS].is_absent() {
            self.told(s);
        }
        for row in &s.bought {
            let i = *row as usize;
            let key = r[KEY].whole(i);
            let mut amount = r[PAID].whole(i);
            if r[BY_STATUS].flag(i) && let Some((_, told)) = s.told.iter_mut().find(|(order, _)| *order == key) {
                let known = amount.min(*told).max(0);
                *told -= known;
                amount -= known;
                if amount <= 0 {
                    continue;
                }
            }
            let order = s.orders.iter_mut().find(|o| key != NULL && o.key == key as u64);
            let linked = order.is_some();
            if let Some(order) = order {
                order.refunded = order.refunded.saturating_add(amount);
            }
            s.refunds.push((*row, amount, linked));
        }
    }

    /// If a status tells of refunds: what the other refunds of each order come to.
    fn told(&self, s: &mut Scratch) {
        let r = &self.refund;
        if !s.bought.iter().any(|i| r[BY_STATUS].flag(*i as usize)) {
            return;
        }
        for i in s.bought.iter().map(|i| *i as usize).filter(|i| !r[BY_STATUS].flag(*i)) {
            let (key, amount) = (r[KEY].whole(i), r[PAID].whole(i));
            match s.told.iter_mut().find(|(order, _)| *order == key) {
                Some((_, sum)) => *sum = sum.saturating_add(amount),
                None if key != NULL => s.told.push((key, amount)),
                None => {}
            }
        }
    }
}
