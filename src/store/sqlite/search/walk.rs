//! A search whose rows come in an order that the indexes which find them know nothing of.
//!
//! Rows are looked at one by one in the order that is wanted, of those only that may match, where it is cheap to say which.
//! Where it is not, and many match, the page is soon full all the same. Where it is not full soon, the ids that may match
//! are gathered whatever it costs, and only those are looked at from then on.

use super::driven::Plan;
use super::fetch::{Begin, Found, Page, Wanted, columns};
use super::gather::Lists;
use super::ids::Ids;
use super::matching::{COUNTED, Question, how_many};
use super::scan;
use super::sorted::Sequence;
use crate::store::StoreError;
use rusqlite::Connection;

/// So many rows are looked at before ids are gathered whatever it costs.
const EFFORT: usize = if cfg!(test) { 2 } else { 2_000 };
/// So many rows are looked at to count what matches.
const FEW: usize = COUNTED as usize;

/// A search that goes through pointers in their order.
pub(super) struct Walk<'a> {
    conn: &'a Connection,
    /// What every row must fulfil; its rows are those of `pointers`.
    plan: &'a Plan,
    lists: &'a Lists<'a>,
    sequence: Sequence,
    /// What may match, once that was gathered.
    among: Option<Ids>,
    /// Nothing more is gained by gathering.
    is_gathered: bool,
}

impl<'a> Walk<'a> {
    /// Through all pointers in some order, of which these may match, if that is known.
    pub(super) fn through_all(
        conn: &'a Connection,
        plan: &'a Plan,
        lists: &'a Lists<'a>,
        sequence: Sequence,
        among: Option<Ids>,
    ) -> Self {
        Self {
            conn,
            plan,
            lists,
            sequence,
            is_gathered: among.is_some(),
            among,
        }
    }

    /// Through those that were gathered.
    pub(super) fn through_gathered(
        conn: &'a Connection,
        plan: &'a Plan,
        lists: &'a Lists<'a>,
        sequence: Sequence,
    ) -> Self {
        Self {
            is_gathered: true,
            ..Self::through_all(conn, plan, lists, sequence, None)
        }
    }

    /// One page.
    pub(super) fn page(&mut self, wanted: Wanted<'_>, begin: Begin) -> Result<Found, StoreError> {
        if wanted.is_nothing() {
            return Ok((Vec::new(), None));
        }
        let (first, skip) = match begin {
            Begin::Skipping(skip) => (0, skip),
            Begin::After(place) => (self.sequence.after(self.conn, place)?, 0),
        };
        let mut page = Page::after(skip, wanted);
        let mut question = Question::of(self.conn, self.plan, &columns(wanted.order))?;
        let texts = self.lists.texts();
        let mut left = self.among.as_ref().map(Ids::len);
        for place in first..self.sequence.len() {
            if place - first == EFFORT && !self.is_gathered {
                self.among = self.lists.gather_the_rest(self.conn)?;
                self.is_gathered = true;
                left = self.among.as_ref().map(Ids::len);
            }
            if left == Some(0) {
                break;
            }
            let id = self.sequence.at(place);
            if self.among.as_ref().is_some_and(|among| !among.has(id)) {
                continue;
            }
            left = left.map(|left| left - 1);
            if texts.is_some_and(|texts| !texts.may_be(id)) {
                continue;
            }
            let taken = question.ask(id, |row| page.take(row))?;
            if taken.is_some_and(|flow| flow.is_break()) {
                return Ok(page.broken_off());
            }
        }
        Ok(page.at_the_end())
    }

    /// How many match in all, where few can.
    pub(super) fn count(&mut self) -> Result<Option<u64>, StoreError> {
        if let Some(texts) = self.lists.texts()
            && self.lists.name_only_texts()
        {
            return scan::count(self.conn, self.plan, texts);
        }
        if self.among.is_none() && self.sequence.len() > FEW {
            self.among = self.lists.gather_up_to(self.conn, FEW)?;
        }
        match &self.among {
            Some(among) if among.len() <= FEW => how_many(self.conn, self.plan, &among.ascending()).map(Some),
            None if self.sequence.len() <= FEW => {
                how_many(self.conn, self.plan, self.sequence.ids()).map(Some)
            }
            _ => Ok(None),
        }
    }
}
