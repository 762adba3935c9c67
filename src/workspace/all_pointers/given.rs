//! What one instance gives of its list, from a place on.

use super::place::{Place, start};
use crate::model::{InstanceName, Pointer};
use crate::store::{PointerPage, Start};
use std::collections::VecDeque;

/// Rows of an instance, in its own order.
pub(super) struct Given {
    pub(super) name: InstanceName,
    /// How many match in all, where it tells.
    pub(super) total: Option<u64>,
    rows: VecDeque<Pointer>,
    /// The pages that these rows came in.
    pages: Vec<Asked>,
    /// Behind which of its cursors it is asked next; none at the end of its list.
    ahead: Option<Option<String>>,
    /// Rows from the first page on that were shown.
    used: u64,
    /// Of these, how many are still to be passed over.
    to_pass: u64,
}

/// A page that was asked for.
struct Asked {
    after: Option<String>,
    rows: u64,
}

impl Given {
    /// Nothing yet.
    pub(super) fn from(name: InstanceName, place: Place) -> Self {
        Self {
            name,
            total: None,
            rows: VecDeque::new(),
            pages: Vec::new(),
            ahead: Some(place.after),
            used: place.used,
            to_pass: place.used,
        }
    }

    /// Which page is needed before so many rows can be shown; none where there are enough, or no more are to be had. A
    /// page that is not full is the last, or one for which the instance has looked at as many pointers as it will.
    pub(super) fn needs(&self, limit: Option<u64>) -> Option<Start> {
        let ahead = self.ahead.as_ref()?;
        let is_needed = match (self.pages.last(), limit) {
            (None, _) => true,
            (Some(last), Some(limit)) => last.rows >= limit && (self.rows.len() as u64) < limit,
            (Some(_), None) => false,
        };
        is_needed.then(|| start(ahead.as_ref()))
    }

    /// Takes the page that was needed.
    pub(super) fn add(&mut self, page: PointerPage) {
        if self.pages.is_empty() {
            self.total = page.total;
        }
        let rows = page.pointers.len() as u64;
        let passed = self.to_pass.min(rows);
        self.to_pass -= passed;
        let shown_before = usize::try_from(passed).unwrap_or(usize::MAX);
        self.rows.extend(page.pointers.into_iter().skip(shown_before));
        self.pages.push(Asked {
            after: self.ahead.take().flatten(),
            rows,
        });
        self.ahead = page.next.map(Some);
    }

    /// The row that comes next, where it is known.
    pub(super) fn head(&self) -> Option<&Pointer> {
        self.rows.front()
    }

    /// Shows it.
    pub(super) fn take(&mut self) -> Option<Pointer> {
        let row = self.rows.pop_front()?;
        self.used += 1;
        Some(row)
    }

    /// What was given is used up, and the row that comes next is not known.
    pub(super) fn is_short(&self) -> bool {
        self.ahead.is_some() && self.rows.is_empty()
    }

    /// Whether rows are left, or may follow.
    pub(super) fn has_more(&self) -> bool {
        self.ahead.is_some() || !self.rows.is_empty()
    }

    /// Where it goes on after the rows that were shown.
    pub(super) fn place(&self) -> Place {
        let mut used = self.used;
        for page in &self.pages {
            if used < page.rows {
                return Place {
                    after: page.after.clone(),
                    used,
                };
            }
            used -= page.rows;
        }
        match (&self.ahead, self.pages.last()) {
            (Some(after), _) => Place {
                after: after.clone(),
                used,
            },
            // What is added to the end of its list is shown if one asks once more.
            (None, last) => Place {
                after: last.and_then(|page| page.after.clone()),
                used: last.map_or(used, |page| page.rows),
            },
        }
    }
}
