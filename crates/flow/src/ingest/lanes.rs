//! The seven lanes of facts side by side, and which of them takes a fact.

use super::{
    fact::{Fact, Stamp},
    lane::Lane,
};
use crate::Result;
use domain::record::{AnswerRecord, CostRecord, InteractionRecord, LineRecord, OrderRecord, ProductRecord, RefundRecord};
use lake::Lake;
use std::{collections::BTreeSet, path::Path};

macro_rules! lanes {
    ($($lane:ident: $type:ty),*) => {
        /// A lane for every kind of fact.
        pub(super) struct Lanes {
            $(pub(super) $lane: Lane<$type>),*
        }

        impl Lanes {
            /// Lanes that write below `root` and know what `lake` holds; of the `corrected` kinds some rows are corrected by later
            /// ones. `bytes`: of the files whose rows will come.
            pub(super) fn new(root: &Path, folder: &Path, stem: &str, stamp: Stamp, lake: &Lake, corrected: &BTreeSet<String>, bytes: u64) -> Lanes {
                Lanes { $($lane: Lane::new(root, folder, stem, stamp, lake, corrected.contains(<$type as Fact>::NAME), bytes)),* }
            }

            /// No fact may come for a while: what is worth a file is written.
            pub(super) fn rest(&mut self) -> Result<()> {
                $(self.$lane.rest()?;)*
                Ok(())
            }
        }

        $(impl Way for $type {
            fn lane(lanes: &mut Lanes) -> &mut Lane<Self> {
                &mut lanes.$lane
            }
        })*
    };
}

/// Which lane takes a fact.
pub(super) trait Way: Fact {
    fn lane(lanes: &mut Lanes) -> &mut Lane<Self>;
}

lanes!(orders: OrderRecord, lines: LineRecord, refunds: RefundRecord, interactions: InteractionRecord, answers: AnswerRecord,
    products: ProductRecord, costs: CostRecord);
