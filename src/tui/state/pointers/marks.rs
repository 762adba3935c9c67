//! Marked pointers: what is done next is done to all of them. Marks are kept by instance and address, so
//! that they survive filters, sorting and paging.

use crate::workspace::BulkTarget;
use std::collections::BTreeMap;

/// The marked pointers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Marks {
    /// With what each said of itself when it was marked, where that was seen.
    marked: BTreeMap<BulkTarget, Option<String>>,
    /// The row of the last mark: where a range begins.
    anchor: Option<u64>,
}

impl Marks {
    /// Whether this pointer is marked.
    pub fn contains(&self, target: &BulkTarget) -> bool {
        self.marked.contains_key(target)
    }

    /// How many are marked.
    pub fn len(&self) -> usize {
        self.marked.len()
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.marked.is_empty()
    }

    /// All of them, in order.
    pub fn targets(&self) -> Vec<BulkTarget> {
        self.marked.keys().cloned().collect()
    }

    /// What a marked one said of itself when it was marked, if that was seen.
    pub fn description(&self, target: &BulkTarget) -> Option<&str> {
        self.marked.get(target)?.as_deref()
    }

    /// Marks the pointer in this row, or takes its mark away.
    pub fn toggle(&mut self, row: u64, target: BulkTarget, description: Option<String>) {
        self.anchor = Some(row);
        if self.marked.remove(&target).is_none() {
            self.marked.insert(target, description);
        }
    }

    /// The rows from the last mark to this one.
    pub fn range_to(&self, row: u64) -> std::ops::RangeInclusive<u64> {
        let anchor = self.anchor.unwrap_or(row);
        anchor.min(row)..=anchor.max(row)
    }

    /// Marks these, each with what it says of itself where that is seen; a range goes on from this row.
    pub fn add(&mut self, row: u64, targets: impl IntoIterator<Item = (BulkTarget, Option<String>)>) {
        self.anchor = Some(row);
        for (target, description) in targets {
            self.marked.entry(target).or_insert(description);
        }
    }

    /// Takes the marks of these away.
    pub fn remove<'a>(&mut self, targets: impl IntoIterator<Item = &'a BulkTarget>) {
        for target in targets {
            self.marked.remove(target);
        }
    }

    /// Takes all marks away.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// Rows stand elsewhere now: the next range begins anew.
    pub fn forget_anchor(&mut self) {
        self.anchor = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{InstanceName, PointerAddress};
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn target(number: u64) -> BulkTarget {
        BulkTarget {
            instance: InstanceName::parse(if number.is_multiple_of(2) { "alpha" } else { "beta" }).unwrap(),
            address: PointerAddress::parse(&format!("ptr_{number:012x}")).unwrap(),
        }
    }

    proptest! {
        #[test]
        fn marks_are_a_set_and_every_range_ends_where_one_is(
            steps in prop::collection::vec((0u64..20, 0u8..4), 0..40),
        ) {
            let mut marks = Marks::default();
            let mut expected = BTreeSet::new();
            for (row, kind) in steps {
                match kind {
                    0 => {
                        marks.toggle(row, target(row), None);
                        if !expected.remove(&row) {
                            expected.insert(row);
                        }
                    }
                    1 => {
                        let range = marks.range_to(row);
                        prop_assert!(range.contains(&row) && range.clone().count() <= 20);
                        expected.extend(range.clone());
                        marks.add(row, range.map(|row| (target(row), None)));
                    }
                    2 => {
                        marks.remove([&target(row)]);
                        expected.remove(&row);
                    }
                    _ => marks.forget_anchor(),
                }
                prop_assert_eq!(marks.len(), expected.len());
                prop_assert!((0..20).all(|row| marks.contains(&target(row)) == expected.contains(&row)));
            }
            marks.clear();
            prop_assert!(marks.is_empty() && marks.targets().is_empty());
        }
    }
}
