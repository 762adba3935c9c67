//! Several sorted lists read as one, without reading all of any.
//!
//! A place in the merged list is a *split*: how many rows of each source lie before it. From a split one can
//! walk on row by row in either direction, and it is enough to know the rows next to it. The first and the
//! last split are known without looking, others are remembered on the way. So a page further on costs the
//! same wherever one is, however long the lists are.

use super::source::{PAGE, Source};
use crate::store::Order;
use std::cmp::Ordering;
use std::collections::BTreeMap;

/// Where a row comes from: which source, and which of its rows.
pub type Place = (usize, u64);

/// How many rows of each source lie before a place.
type Split = Vec<u64>;

/// The merged list around what is visible.
#[derive(Debug, Clone, Default)]
pub struct Merge {
    splits: BTreeMap<u64, Split>,
    anchor: Option<u64>,
    first: u64,
    window: Vec<Place>,
    begin: Split,
    end: Split,
}

/// A step that cannot be taken: this row of this source has to be known first.
struct Unknown(Vec<Place>);

impl Merge {
    /// Rows may stand anywhere now.
    pub fn reset(&mut self) {
        *self = Self::default();
    }

    /// What is there may have changed: only where one is stays.
    pub fn keep_anchor(&mut self) {
        let anchor = self.anchor;
        self.splits.retain(|at, _| Some(*at) == anchor);
    }

    /// Where the row of this index comes from, if it is near what is visible.
    pub fn place(&self, index: u64) -> Option<Place> {
        let row = usize::try_from(index.checked_sub(self.first)?).ok()?;
        self.window.get(row).copied()
    }

    /// The rows of a source from the first to the last that are visible, as far as that is known.
    pub fn rows_of(&self, source: usize) -> Option<(u64, u64)> {
        Some((*self.begin.get(source)?, *self.end.get(source)?))
    }

    /// Finds the rows from `top` on, `rows` of them; returns places that have to be known for it.
    pub fn lay_out(
        &mut self,
        sources: &[Source],
        joined: &[usize],
        order: Order,
        top: u64,
        rows: u64,
    ) -> Vec<Place> {
        let walker = Walker {
            sources,
            joined,
            order,
        };
        let last: Split = walker.ends();
        let total: u64 = last.iter().sum();
        self.splits.retain(|_, split| {
            split.len() == last.len() && split.iter().zip(&last).all(|(at, end)| at <= end)
        });
        let (mut at, mut split) = self.nearest(top, total, last);
        self.window.clear();
        self.first = top;
        while at > top {
            if let Err(Unknown(missing)) = walker.back(&mut split) {
                return missing;
            }
            at -= 1;
            self.remember(at, &split);
        }
        while at < top {
            if let Err(Unknown(missing)) = walker.forth(&mut split) {
                return missing;
            }
            at += 1;
            self.remember(at, &split);
        }
        self.set_anchor(top, &split);
        self.begin.clone_from(&split);
        let bottom = (top + rows).min(total);
        let mut missing = Vec::new();
        while at < bottom {
            match walker.forth(&mut split) {
                Ok(place) => self.window.push(place),
                Err(Unknown(places)) => {
                    missing = places;
                    break;
                }
            }
            at += 1;
            self.remember(at, &split);
        }
        self.end = split;
        missing
    }

    /// The known split that is nearest.
    fn nearest(&self, top: u64, total: u64, last: Split) -> (u64, Split) {
        let none = vec![0; last.len()];
        let before = self.splits.range(..=top).next_back();
        let before = before.map_or((0, none), |(at, split)| (*at, split.clone()));
        let after = self.splits.range(top..).next();
        let after = after.map_or((total, last), |(at, split)| (*at, split.clone()));
        if after.0.abs_diff(top) < before.0.abs_diff(top) {
            after
        } else {
            before
        }
    }

    fn remember(&mut self, at: u64, split: &Split) {
        if at.is_multiple_of(PAGE) {
            self.splits.insert(at, split.clone());
        }
    }

    fn set_anchor(&mut self, at: u64, split: &Split) {
        if let Some(anchor) = self.anchor.filter(|anchor| !anchor.is_multiple_of(PAGE)) {
            self.splits.remove(&anchor);
        }
        self.anchor = Some(at);
        self.splits.insert(at, split.clone());
    }
}

struct Walker<'a> {
    sources: &'a [Source],
    joined: &'a [usize],
    order: Order,
}

impl Walker<'_> {
    fn ends(&self) -> Split {
        let total = |index: usize| {
            if self.joined.contains(&index) {
                self.sources[index].total
            } else {
                0
            }
        };
        (0..self.sources.len()).map(total).collect()
    }

    /// One row on; of equal ones that of the first source.
    fn forth(&self, split: &mut Split) -> Result<Place, Unknown> {
        let open = self
            .joined
            .iter()
            .filter(|index| split[**index] < self.sources[**index].total);
        let place = self.choose(open.map(|index| (*index, split[*index])), Ordering::Less)?;
        split[place.0] += 1;
        Ok(place)
    }

    /// One row back; of equal ones that of the last source.
    fn back(&self, split: &mut Split) -> Result<Place, Unknown> {
        let open = self.joined.iter().rev().filter(|index| split[**index] > 0);
        let place = self.choose(open.map(|index| (*index, split[*index] - 1)), Ordering::Greater)?;
        split[place.0] -= 1;
        Ok(place)
    }

    /// The candidate that stands before the others in this sense. One that cannot be had at the moment lets
    /// the others go first.
    fn choose(&self, candidates: impl Iterator<Item = Place>, first: Ordering) -> Result<Place, Unknown> {
        let mut best: Option<Place> = None;
        let mut absent: Option<Place> = None;
        let mut unknown = Vec::new();
        for place in candidates {
            let source = &self.sources[place.0];
            let Some(row) = source.row(place.1) else {
                if source.has_failed() {
                    absent = absent.or(Some(place));
                } else {
                    unknown.push(place);
                }
                continue;
            };
            let is_better = best
                .and_then(|best| self.sources[best.0].row(best.1))
                .is_none_or(|best| self.order.compare(row, best) == first);
            if is_better {
                best = Some(place);
            }
        }
        if !unknown.is_empty() {
            return Err(Unknown(unknown));
        }
        best.or(absent).ok_or(Unknown(Vec::new()))
    }
}
