//! A search through all pointers in order of creation, for what no index tells of their descriptions.

use super::driven::Plan;
use super::fetch::{Begin, Found, Page, Wanted, columns};
use super::texts::{Descriptions, Wording};
use super::walk::Question;
use crate::store::StoreError;
use rusqlite::Connection;

/// So many rows are asked of the table, beyond those that are wanted. Where more turn out not to match, for another
/// reason than their descriptions, the table is faster.
const EFFORT: u64 = if cfg!(test) { 3 } else { 4_000 };

/// One page; none where this is not a fast way to it. The rows of `plan` are those of `pointers`.
pub(super) fn page(
    conn: &Connection,
    plan: &Plan,
    descriptions: &Descriptions,
    wording: &Wording,
    wanted: Wanted<'_>,
    begin: Begin,
) -> Result<Option<Found>, StoreError> {
    if wanted.is_nothing() {
        return Ok(Some((Vec::new(), None)));
    }
    // A place far on is found faster by who counts without looking at each row.
    if matches!(begin, Begin::Skipping(skip) if skip.unsigned_abs() > EFFORT) {
        return Ok(None);
    }
    let ids = descriptions.ids();
    let descending = wanted.order.descending;
    let (places, skip) = match begin {
        Begin::Skipping(skip) => (0..ids.len(), skip),
        Begin::After(place) if descending => (0..ids.partition_point(|id| *id < place.id), 0),
        Begin::After(place) => (ids.partition_point(|id| *id <= place.id)..ids.len(), 0),
    };
    let mut page = Page::after(skip, wanted);
    let mut question = Question::of(conn, plan, &columns(wanted.order))?;
    let mut in_vain = 0;
    for step in 0..places.len() {
        let place = if descending {
            places.end - 1 - step
        } else {
            places.start + step
        };
        if !descriptions.may_be(place, wording) {
            continue;
        }
        match question.ask(ids[place], |row| page.take(row))? {
            Some(flow) if flow.is_break() => return Ok(Some(page.broken_off())),
            Some(_) => {}
            None => in_vain += 1,
        }
        if in_vain > EFFORT {
            return Ok(None);
        }
    }
    Ok(Some(page.at_the_end()))
}
