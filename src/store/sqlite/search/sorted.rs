//! All pointers in each of the orders that lists come in, as ids in memory.
//!
//! The index of an order gives rows in it, but looks at every row on the way to those that match. Here the way is
//! eight bytes a pointer, kept from the first search on that is sorted so. The store is the only writer of its database
//! (the instance's lock sees to that), and notes what it changes.

use super::noted::{FEW_CHANGES, Noted, locked};
use super::order::{Place, after, key, order_by};
use crate::store::sqlite::blocks::total;
use crate::store::sqlite::rows::all;
use crate::store::{Order, SortBy, StoreError};
use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, params_from_iter};
use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard};

/// The orders of one store.
#[derive(Default)]
pub(super) struct Sorted {
    orders: [Mutex<Sorting>; SortBy::ALL.len()],
    changed: Mutex<[Noted; SortBy::ALL.len()]>,
}

#[derive(Default)]
struct Sorting {
    ids: Arc<Vec<i64>>,
    last_id: i64,
}

/// Pointers in an order.
pub(super) struct Sequence {
    ids: Arc<Vec<i64>>,
    order: Order,
}

/// A look at one order, begun before anything was read.
pub(super) struct Look<'a> {
    kept: MutexGuard<'a, Sorting>,
    /// Taken out, so that a failure leaves nothing: what was noted would be lost on what is kept.
    sorting: Sorting,
    changed: Vec<i64>,
}

impl Sorted {
    /// Begins a look at pointers in this order, which must be done before anything is read with a connection: what was
    /// noted until now is then part of what it sees.
    pub(super) fn look(&self, by: SortBy) -> Look<'_> {
        let which = place_of(by);
        let mut kept = locked(&self.orders[which]);
        let mut noted = locked(&self.changed);
        noted[which].keep();
        Look {
            sorting: std::mem::take(&mut *kept),
            kept,
            changed: noted[which].take(),
        }
    }

    /// These were changed, after they were made, and that is committed.
    pub(super) fn note(&self, ids: &[i64]) {
        for changed in locked(&self.changed).iter_mut() {
            changed.note(ids);
        }
    }
}

impl Look<'_> {
    /// All pointers in this order, which must be by what was looked at. Some of them may be gone.
    pub(super) fn sequence(mut self, conn: &Connection, order: Order) -> Result<Sequence, StoreError> {
        self.sorting.catch_up(conn, order.by, &self.changed)?;
        let ids = Arc::clone(&self.sorting.ids);
        *self.kept = self.sorting;
        Ok(Sequence { ids, order })
    }
}

impl Sorting {
    fn catch_up(&mut self, conn: &Connection, by: SortBy, changed: &[i64]) -> Result<(), StoreError> {
        let mut fresh = all(
            conn,
            "SELECT id FROM pointers WHERE id > ?1 ORDER BY id LIMIT ?2",
            [self.last_id, FEW_CHANGES as i64 + 1],
            |row| Ok(row.get(0)?),
        )?;
        let last_id = fresh.last().copied().unwrap_or(self.last_id);
        let there = usize::try_from(total(conn)?).unwrap_or(usize::MAX);
        let is_full_of_gaps = self.ids.len() > there.saturating_add(there / 8 + FEW_CHANGES);
        if self.last_id == 0 || is_full_of_gaps || fresh.len() + changed.len() > FEW_CHANGES {
            return self.read(conn, by);
        }
        fresh.extend(changed);
        if !fresh.is_empty() {
            self.ids = Arc::new(merged(conn, by, &self.ids, &fresh)?);
        }
        self.last_id = last_id;
        Ok(())
    }

    fn read(&mut self, conn: &Connection, by: SortBy) -> Result<(), StoreError> {
        let sql = format!(
            "SELECT p.id FROM pointers p ORDER BY {}",
            order_by(ascending(by), "p.id")
        );
        self.ids = Arc::new(all(conn, &sql, [], |row| Ok(row.get(0)?))?);
        self.last_id = self.ids.iter().copied().max().unwrap_or(0);
        Ok(())
    }
}

/// The ids in their order, with some of them, or new ones, at the place where they belong now.
fn merged(conn: &Connection, by: SortBy, ids: &[i64], fresh: &[i64]) -> Result<Vec<i64>, StoreError> {
    let moved: HashSet<i64> = fresh.iter().copied().collect();
    let rest: Vec<i64> = ids.iter().copied().filter(|id| !moved.contains(id)).collect();
    let sql = format!(
        "SELECT p.id, {} FROM pointers p WHERE p.id IN (SELECT value FROM json_each(?1)) ORDER BY {}",
        key(by).unwrap_or("NULL"),
        order_by(ascending(by), "p.id")
    );
    let list = serde_json::json!(fresh).to_string();
    let sorted = all(conn, &sql, [list], |row| {
        Ok(Place {
            id: row.get(0)?,
            key: Some(row.get(1)?).filter(|key| *key != Value::Null),
        })
    })?;
    let mut merged = Vec::with_capacity(ids.len() + fresh.len());
    let mut taken = 0;
    for place in sorted {
        let id = place.id;
        let at = first_after(conn, ascending(by), place, taken..rest.len(), |at| rest[at])?;
        merged.extend_from_slice(&rest[taken..at]);
        merged.push(id);
        taken = at;
    }
    merged.extend_from_slice(&rest[taken..]);
    Ok(merged)
}

impl Sequence {
    /// These, which are in ascending order of their ids.
    pub(super) fn by_creation(ids: Vec<i64>, descending: bool) -> Self {
        Self {
            ids: Arc::new(ids),
            order: Order {
                by: SortBy::Created,
                descending,
            },
        }
    }

    /// All of them, in whatever order.
    pub(super) fn ids(&self) -> &[i64] {
        &self.ids
    }

    pub(super) fn len(&self) -> usize {
        self.ids.len()
    }

    /// The id at a place, which must be one.
    pub(super) fn at(&self, place: usize) -> i64 {
        if self.order.descending {
            self.ids[self.ids.len() - 1 - place]
        } else {
            self.ids[place]
        }
    }

    /// The first place that comes after a row.
    pub(super) fn after(&self, conn: &Connection, row: Place) -> Result<usize, StoreError> {
        first_after(conn, self.order, row, 0..self.len(), |place| self.at(place))
    }
}

/// The first of these places whose row comes after `row` in an order in which all of them stand.
fn first_after(
    conn: &Connection,
    order: Order,
    row: Place,
    places: std::ops::Range<usize>,
    id_at: impl Fn(usize) -> i64,
) -> Result<usize, StoreError> {
    let (condition, mut values) = after(order, "p.id", row);
    let sql = format!("SELECT {condition} FROM pointers p WHERE p.id = ?");
    values.push(Value::Null);
    let mut statement = conn.prepare_cached(&sql)?;
    let mut comes_after = |place: usize| -> Result<Option<bool>, StoreError> {
        if let Some(last) = values.last_mut() {
            *last = Value::from(id_at(place));
        }
        Ok(statement
            .query_row(params_from_iter(&values), |found| found.get(0))
            .optional()?)
    };
    let (mut from, mut to) = (places.start, places.end);
    while from < to {
        let middle = from + (to - from) / 2;
        // A row that is gone has no place any more: the next one that is there tells.
        let mut asked = middle;
        let told = loop {
            match comes_after(asked)? {
                Some(told) => break Some(told),
                None if asked + 1 < to => asked += 1,
                None => break None,
            }
        };
        match told {
            Some(false) => from = asked + 1,
            Some(true) | None => to = middle,
        }
    }
    Ok(from)
}

fn ascending(by: SortBy) -> Order {
    Order {
        by,
        descending: false,
    }
}

fn place_of(by: SortBy) -> usize {
    SortBy::ALL.iter().position(|one| *one == by).unwrap_or(0)
}
