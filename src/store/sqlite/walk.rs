//! A search whose rows come in an order that the indexes which find them know nothing of.
//!
//! Rows are looked at one by one in the order that is wanted, of those only that may match, where it is cheap to say which.
//! Where it is not, and many match, the page is soon full all the same. Where it is not full soon, the ids that may match
//! are gathered whatever it costs, and only those are looked at from then on.

use super::driven::Plan;
use super::fetch::{Begin, Found, Page, Wanted, columns};
use super::gather::Lists;
use super::ids::Ids;
use super::sorted::Sequence;
use crate::store::StoreError;
use rusqlite::{CachedStatement, Connection, Row};

/// So many rows are looked at before ids are gathered whatever it costs.
const EFFORT: usize = if cfg!(test) { 2 } else { 2_000 };
/// So many rows are looked at to count what matches.
const COUNTED: usize = 5_000;

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
        for place in first..self.sequence.len() {
            if place - first == EFFORT && !self.is_gathered {
                self.among = self.lists.gather_the_rest(self.conn)?;
                self.is_gathered = true;
            }
            let id = self.sequence.at(place);
            if self.among.as_ref().is_some_and(|among| !among.has(id)) {
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
        if self.among.is_none() && self.sequence.len() > COUNTED {
            self.among = self.lists.gather_up_to(self.conn, COUNTED)?;
        }
        match &self.among {
            Some(among) if among.len() <= COUNTED => self.count_these(&among.ascending()),
            None if self.sequence.len() <= COUNTED => self.count_these(self.sequence.ids()),
            _ => Ok(None),
        }
    }

    fn count_these(&self, ids: &[i64]) -> Result<Option<u64>, StoreError> {
        let mut question = Question::of(self.conn, self.plan, "1")?;
        let mut matching = 0;
        for id in ids {
            matching += u64::from(question.ask(*id, |_| Ok(()))?.is_some());
        }
        Ok(Some(matching))
    }
}

/// Whether a row fulfils everything, asked of one after the other.
pub(super) struct Question<'a> {
    statement: CachedStatement<'a>,
    /// Which parameter the id is.
    id: usize,
}

impl<'a> Question<'a> {
    pub(super) fn of(conn: &'a Connection, plan: &Plan, columns: &str) -> Result<Self, StoreError> {
        let mut conditions = plan.conditions.clone();
        conditions.push("p.id = ?".to_owned());
        let sql = format!(
            "SELECT {columns} FROM pointers p WHERE {}",
            conditions.join(" AND ")
        );
        let mut statement = conn.prepare_cached(&sql)?;
        for (place, value) in plan.values.iter().enumerate() {
            statement.raw_bind_parameter(place + 1, value)?;
        }
        Ok(Self {
            statement,
            id: plan.values.len() + 1,
        })
    }

    /// What is read of the row, if it is there and matches.
    pub(super) fn ask<T>(
        &mut self,
        id: i64,
        read: impl FnOnce(&Row<'_>) -> Result<T, StoreError>,
    ) -> Result<Option<T>, StoreError> {
        self.statement.raw_bind_parameter(self.id, id)?;
        let mut rows = self.statement.raw_query();
        rows.next()?.map(read).transpose()
    }
}
