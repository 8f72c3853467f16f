//! A set of customer numbers as a bitmap: which customers an import mentions.

use domain::CustomerKey;

/// A set of dense numbers, one bit each.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Bits(Vec<u8>);

impl Bits {
    /// From its bytes.
    pub(crate) fn from_bytes(bytes: Vec<u8>) -> Bits {
        Bits(bytes)
    }

    /// Its bytes.
    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.0
    }

    /// Adds one.
    pub(crate) fn set(&mut self, key: CustomerKey) {
        let at = (key.0 / 8) as usize;
        if self.0.len() <= at {
            self.0.resize(at + 1, 0);
        }
        if let Some(byte) = self.0.get_mut(at) {
            *byte |= 1 << (key.0 % 8);
        }
    }

    /// Is it in?
    pub(crate) fn has(&self, key: CustomerKey) -> bool {
        self.0.get((key.0 / 8) as usize).is_some_and(|b| b & (1 << (key.0 % 8)) != 0)
    }
}

impl FromIterator<CustomerKey> for Bits {
    fn from_iter<I: IntoIterator<Item = CustomerKey>>(keys: I) -> Bits {
        let mut bits = Bits::default();
        keys.into_iter().for_each(|k| bits.set(k));
        bits
    }
}
