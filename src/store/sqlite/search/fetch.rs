//! The rows of a page: which are wanted, and those that a plan gives.

use super::driven::Plan;
use super::order::{Place, after, key, order_by};
use crate::model::{Pointer, json_size};
use crate::store::sqlite::rows::{POINTER, pointer};
use crate::store::{Order, PointerQuery, Sight, StoreError};
use rusqlite::types::Value;
use rusqlite::{Connection, Row, params_from_iter};
use std::ops::ControlFlow;

/// Rows found, and the place after which more follow, if more do.
pub(super) type Found = (Vec<Pointer>, Option<Place>);

/// Where in its order a page begins.
#[derive(Clone)]
pub(super) enum Begin {
    /// After so many rows.
    Skipping(i64),
    /// After this place.
    After(Place),
}

/// Which of the rows that a plan gives are wanted, and how many.
#[derive(Clone, Copy)]
pub(super) struct Wanted<'a> {
    pub(super) order: Order,
    pub(super) limit: Option<u64>,
    pub(super) most_bytes: Option<usize>,
    pub(super) sight: Option<&'a Sight>,
}

impl<'a> Wanted<'a> {
    pub(super) fn of(query: &'a PointerQuery) -> Self {
        Self {
            order: query.order,
            limit: query.limit,
            most_bytes: query.most_bytes,
            sight: query.sight.as_deref(),
        }
    }

    /// Whether no row can be.
    pub(super) fn is_nothing(self) -> bool {
        self.limit == Some(0) || self.most_rows() == 0
    }

    /// How many rows are looked at, at most.
    fn most_rows(self) -> i64 {
        let most = match self.sight {
            Some(sight) => sight.most_rows,
            None => self.limit.unwrap_or(u64::MAX),
        };
        i64::try_from(most).unwrap_or(i64::MAX).min(i64::MAX - 1)
    }

    fn may_see(self, pointer: &Pointer) -> bool {
        self.sight.is_none_or(|sight| {
            let connection = pointer.connection_id.as_ref();
            sight.scope.covers(&pointer.address, &pointer.tags, connection)
        })
    }
}

/// Bytes of JSON that the rows of a page come to at most, unless it is a single one: a page of a thousand large ones
/// would otherwise take an instance a gigabyte of memory. A page that ends here says that more follow.
pub(super) const LARGEST_PAGE: usize = 16 * 1024 * 1024;

/// About how many bytes a pointer comes to as JSON.
fn size(pointer: &Pointer) -> usize {
    let text = |text: &str| {
        let escaped = text
            .bytes()
            .filter(|byte| *byte < b' ' || matches!(byte, b'"' | b'\\'));
        // A control character becomes six.
        text.len() + 5 * escaped.count()
    };
    let tags: usize = pointer.tags.iter().map(|tag| text(tag) + 3).sum();
    let federated = pointer
        .federated
        .as_ref()
        .map_or(0, |federated| text(&federated.query.to_string()) + USUAL_SIZE);
    USUAL_SIZE + text(&pointer.description) + text(&pointer.data_reference) + tags + federated
}

/// What the other members of a pointer come to.
const USUAL_SIZE: usize = 400;

/// A page while it is filled, row by row.
pub(super) struct Page<'a> {
    wanted: Wanted<'a>,
    pointers: Vec<Pointer>,
    bytes: usize,
    last: Place,
    skip: i64,
    looked_at: i64,
}

impl<'a> Page<'a> {
    /// An empty one, which passes over as many rows first.
    pub(super) fn after(skip: i64, wanted: Wanted<'a>) -> Self {
        Self {
            wanted,
            pointers: Vec::new(),
            bytes: 0,
            last: Place { key: None, id: 0 },
            skip,
            looked_at: 0,
        }
    }

    /// Takes the columns of [`columns`]; breaks off where the page was full before.
    pub(super) fn take(&mut self, row: &Row<'_>) -> Result<ControlFlow<()>, StoreError> {
        if self.skip > 0 {
            self.skip -= 1;
            return Ok(ControlFlow::Continue(()));
        }
        if self.looked_at == self.wanted.most_rows() {
            return Ok(ControlFlow::Break(()));
        }
        self.looked_at += 1;
        let found = pointer(row)?;
        let bytes = self.wanted.may_see(&found).then(|| self.bytes_with(&found));
        // That more follow is said where one does that may be seen: of others not even that they are there.
        if bytes == Some(None) {
            return Ok(ControlFlow::Break(()));
        }
        self.last = Place {
            key: Some(row.get(13)?).filter(|key| *key != Value::Null),
            id: row.get(12)?,
        };
        if let Some(Some(bytes)) = bytes {
            self.bytes = bytes;
            self.pointers.push(found);
        }
        Ok(ControlFlow::Continue(()))
    }

    /// What the page comes to with one more; none where there is no room for it.
    fn bytes_with(&self, more: &Pointer) -> Option<usize> {
        if let Some(limit) = self.wanted.limit {
            let bytes = self.bytes + size(more);
            let is_large = bytes > LARGEST_PAGE && !self.pointers.is_empty();
            return (!is_large && (self.pointers.len() as u64) < limit).then_some(bytes);
        }
        match self.wanted.most_bytes {
            Some(most) => Some(self.bytes + json_size(more, most - self.bytes)?),
            None => Some(self.bytes),
        }
    }

    /// What was found when there are no more rows.
    pub(super) fn at_the_end(self) -> Found {
        (self.pointers, None)
    }

    /// What was found when more rows follow.
    pub(super) fn broken_off(self) -> Found {
        (self.pointers, Some(self.last))
    }
}

/// The columns of a row that a page takes, of a table called `p`.
pub(super) fn columns(order: Order) -> String {
    format!("{POINTER}, {}", key(order.by).unwrap_or("NULL"))
}

/// A page of the rows that a plan gives.
pub(super) fn fetch(
    conn: &Connection,
    plan: &Plan,
    wanted: Wanted<'_>,
    begin: Begin,
) -> Result<Found, StoreError> {
    let order = wanted.order;
    if wanted.is_nothing() {
        return Ok((Vec::new(), None));
    }
    let mut conditions = plan.conditions.clone();
    let mut values = plan.values.clone();
    let skip = match begin {
        Begin::Skipping(skip) => skip,
        Begin::After(place) => {
            let (condition, more) = after(order, plan.id, place);
            conditions.push(condition);
            values.extend(more);
            0
        }
    };
    values.extend([Value::from(wanted.most_rows() + 1), Value::from(skip)]);
    let sql = format!(
        "SELECT {} FROM {} {} ORDER BY {} LIMIT ? OFFSET ?",
        columns(order),
        plan.from,
        condition(&conditions),
        order_by(order, plan.id)
    );
    let mut statement = conn.prepare_cached(&sql)?;
    let mut rows = statement.query(params_from_iter(values))?;
    let mut page = Page::after(0, wanted);
    while let Some(row) = rows.next()? {
        if page.take(row)?.is_break() {
            return Ok(page.broken_off());
        }
    }
    Ok(page.at_the_end())
}

/// The `WHERE` of these conditions.
pub(super) fn condition(conditions: &[String]) -> String {
    match conditions {
        [] => String::new(),
        conditions => format!("WHERE {}", conditions.join(" AND ")),
    }
}
