//! Codes of texts: a column's texts by their place among all texts met so far, in order of their bytes.

use super::column::{NONE, Texts};
use arrow::{
    array::{Array, ArrayRef, AsArray},
    datatypes::Int32Type,
};
use hashbrown::HashMap;
use std::{ops::Range, sync::Arc};

/// A text of a dictionary nobody was seen to have so far.
const UNMET: u32 = u32::MAX - 1;

/// More texts than this are not carried on to the next block.
const MANY: usize = 8_192;

/// Gives each text a code.
#[derive(Default)]
pub(super) struct Coder {
    /// in order of appearance
    codes: HashMap<String, u32>,
    /// per code in order of appearance its place among the texts
    ranks: Vec<u32>,
    texts: Texts,
    /// per stream the last dictionary and its codes: a column chunk's batches share one
    last: Vec<Option<(ArrayRef, Vec<u32>)>>,
}

impl Coder {
    fn code(&mut self, text: &str) -> u32 {
        let next = self.codes.len() as u32;
        *self.codes.entry_ref(text).or_insert(next)
    }

    /// Puts codes in order of appearance where the rows belong; [`Coder::settle`] makes them places among the texts.
    pub(super) fn encode(&mut self, array: &ArrayRef, stream: usize, rows: Range<usize>, places: &[u32], out: &mut [u32]) {
        if let Some(d) = array.as_dictionary_opt::<Int32Type>() {
            if self.last.len() <= stream {
                self.last.resize_with(stream + 1, || None);
            }
            let texts = d.values().as_string::<i32>();
            let mut map = match self.last[stream].take() {
                Some((seen, map)) if Arc::ptr_eq(&seen, d.values()) => map,
                _ => vec![UNMET; texts.len()],
            };
            let keys = d.keys();
            let all = keys.null_count() == 0;
            for ((i, key), place) in rows.clone().zip(&keys.values()[rows]).zip(places) {
                if *place == NONE || !(all || keys.is_valid(i)) {
                    continue;
                }
                let Some(code) = map.get_mut(*key as usize) else { continue };
                if *code == UNMET {
                    *code = if texts.is_valid(*key as usize) { self.code(texts.value(*key as usize)) } else { NONE };
                }
                out[*place as usize] = *code;
            }
            self.last[stream] = Some((d.values().clone(), map));
        } else {
            let texts = array.as_string::<i32>();
            for (i, place) in rows.zip(places).filter(|(i, p)| **p != NONE && texts.is_valid(*i)) {
                out[*place as usize] = self.code(texts.value(i));
            }
        }
    }

    /// Makes the codes places among the texts.
    pub(super) fn settle(&mut self, out: &mut [u32]) -> Texts {
        if self.texts.len() < self.codes.len() {
            let mut all: Vec<(&String, u32)> = self.codes.iter().map(|(t, c)| (t, *c)).collect();
            all.sort_unstable();
            self.ranks.resize(all.len(), 0);
            for (rank, (_, code)) in all.iter().enumerate() {
                self.ranks[*code as usize] = rank as u32;
            }
            self.texts = Arc::new(all.into_iter().map(|(t, _)| t.clone()).collect());
        }
        recode(out, &self.ranks);
        let texts = self.texts.clone();
        if texts.len() > MANY {
            // texts that hardly come again, such as coupon codes: the next block begins its own list, or every block would
            // put all texts so far in order anew
            *self = Coder::default();
        }
        texts
    }
}

/// Replaces every code by its new one.
pub(super) fn recode(codes: &mut [u32], new: &[u32]) {
    if new.iter().enumerate().all(|(old, new)| old == *new as usize) {
        return;
    }
    for c in codes.iter_mut().filter(|c| **c != NONE) {
        *c = new.get(*c as usize).copied().unwrap_or(NONE);
    }
}

/// The sorted union of sorted texts, and per list the place of each of its texts in the union.
pub(super) fn union(lists: &[&[String]]) -> (Vec<String>, Vec<Vec<u32>>) {
    let mut all: Vec<&String> = lists.iter().flat_map(|l| l.iter()).collect();
    all.sort_unstable();
    all.dedup();
    let place = |t: &String| all.binary_search(&t).map_or(NONE, |c| c as u32);
    let maps = lists.iter().map(|l| l.iter().map(place).collect()).collect();
    (all.into_iter().cloned().collect(), maps)
}
