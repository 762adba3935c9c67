//! A search for what a filter says of descriptions, in those that are kept in memory.

use super::descriptions::Descriptions;
use super::driven::Plan;
use super::ids::Ids;
use super::wording::Wording;
use std::ops::Range;
use std::sync::Arc;

/// Descriptions that are looked at to tell what is seldom.
const SAMPLE: u64 = 500;
/// Places that are looked at in one go, at first and at most: a page is often full with few.
const FIRST_BLOCK: usize = if cfg!(test) { 2 } else { 256 };
const LARGEST_BLOCK: usize = if cfg!(test) { 5 } else { 262_144 };

/// What is looked for, and where.
pub(super) struct TextSearch {
    descriptions: Arc<Descriptions>,
    wording: Wording,
    are_all_there: bool,
}

impl TextSearch {
    /// `are_all_there` tells that none of the pointers is gone.
    pub(super) fn of(descriptions: Arc<Descriptions>, mut wording: Wording, are_all_there: bool) -> Self {
        let there = descriptions.ids().len();
        wording.learn(sample(there).map(|place| descriptions.text(place)));
        Self {
            descriptions,
            wording,
            are_all_there,
        }
    }

    /// The ids of all pointers, the smallest first.
    pub(super) fn ids(&self) -> &[i64] {
        self.descriptions.ids()
    }

    /// Whether a pointer may be meant.
    pub(super) fn may_be(&self, id: i64) -> bool {
        let Some(place) = self.descriptions.place_of(id) else {
            return true;
        };
        self.wording.holds(self.descriptions.text(place)) || self.descriptions.is_changed(place)
    }

    /// The places of those of these pointers that may be meant, one after the other.
    pub(super) fn places(&self, among: Range<usize>, descending: bool) -> Places<'_> {
        Places {
            search: self,
            left: among,
            descending,
            block: FIRST_BLOCK,
            found: Vec::new(),
        }
    }

    /// All that may be meant; none where they are more than so many.
    pub(super) fn up_to(&self, most: usize) -> Option<Ids> {
        let mut ids = Ids::default();
        for (number, place) in self.places(0..self.ids().len(), false).enumerate() {
            if number == most {
                return None;
            }
            ids.insert(self.ids()[place]);
        }
        Some(ids)
    }

    /// Whether pointers that may be meant are what the plan requires, unless they were changed.
    pub(super) fn tells_all_of(&self, plan: &Plan) -> bool {
        self.are_all_there && self.wording.is_all_of(plan.conditions.len())
    }

    /// Whether the description at a place may be another one by now.
    pub(super) fn is_changed(&self, place: usize) -> bool {
        self.descriptions.is_changed(place)
    }
}

/// Some of so many places, spread over all of them without a rhythm: what is numbered often has one.
fn sample(there: usize) -> impl Iterator<Item = usize> + Clone {
    const GOLDEN_RATIO: u64 = 0x9e37_79b9_7f4a_7c15;
    let size = if there == 0 { 0 } else { SAMPLE };
    (0..size).map(move |number| {
        let part = number.wrapping_mul(GOLDEN_RATIO);
        ((u128::from(part) * there as u128) >> u64::BITS) as usize
    })
}

/// Places that are found on the way.
pub(super) struct Places<'a> {
    search: &'a TextSearch,
    left: Range<usize>,
    descending: bool,
    block: usize,
    /// Those of one block, of which the last is the next one.
    found: Vec<usize>,
}

impl Places<'_> {
    fn next_block(&mut self) -> Range<usize> {
        let size = self.block.min(self.left.len());
        self.block = (2 * self.block).min(LARGEST_BLOCK);
        if self.descending {
            let from = self.left.end - size;
            let block = from..self.left.end;
            self.left.end = from;
            block
        } else {
            let to = self.left.start + size;
            let block = self.left.start..to;
            self.left.start = to;
            block
        }
    }
}

impl Iterator for Places<'_> {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        loop {
            if let Some(place) = self.found.pop() {
                return Some(place);
            }
            if self.left.is_empty() {
                return None;
            }
            let block = self.next_block();
            self.found = self.search.descriptions.within(block, &self.search.wording);
            if !self.descending {
                self.found.reverse();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_is_spread_over_all_places_and_over_every_rhythm() {
        assert_eq!(sample(0).count(), 0);
        for there in [1, 7, 1_000_000, 1_048_576] {
            assert!(sample(there).all(|place| place < there), "{there}");
        }
        for rhythm in 2..=16 {
            let mut at = vec![0; rhythm];
            sample(1_000_000).for_each(|place| at[place % rhythm] += 1);
            let (least, most) = (at.iter().min().unwrap(), at.iter().max().unwrap());
            assert!(most <= &(2 * least), "{rhythm}: {at:?}");
        }
    }
}
