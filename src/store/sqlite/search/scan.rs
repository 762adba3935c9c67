//! A search through all pointers in order of creation, of which the descriptions in memory tell those that may match.

use super::driven::Plan;
use super::fetch::{Begin, Found, Page, Wanted, columns};
use super::matching::{AT_A_TIME, COUNTED, Question, how_many};
use super::text_search::TextSearch;
use crate::store::StoreError;
use rusqlite::Connection;

/// So many rows are asked of the table, beyond those that are wanted. Where more turn out not to match, for another
/// reason than their descriptions, the table is faster.
const EFFORT: u64 = if cfg!(test) { 3 } else { 4_000 };

/// One page; none where this is not a fast way to it. The rows of `plan` are those of `pointers`.
pub(super) fn page(
    conn: &Connection,
    plan: &Plan,
    texts: &TextSearch,
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
    let ids = texts.ids();
    let descending = wanted.order.descending;
    let (among, skip) = match begin {
        Begin::Skipping(skip) => (0..ids.len(), skip),
        Begin::After(place) if descending => (0..ids.partition_point(|id| *id < place.id), 0),
        Begin::After(place) => (ids.partition_point(|id| *id <= place.id)..ids.len(), 0),
    };
    let mut page = Page::after(skip, wanted);
    let mut question = Question::of(conn, plan, &columns(wanted.order))?;
    let mut in_vain = 0;
    for place in texts.places(among, descending) {
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

/// How many match in all; none where they are more than are counted, or it takes too long to tell.
pub(super) fn count(conn: &Connection, plan: &Plan, texts: &TextSearch) -> Result<Option<u64>, StoreError> {
    let tells_all = texts.tells_all_of(plan);
    let (mut matching, mut in_vain) = (0, 0);
    let mut asked = Vec::new();
    let mut places = texts.places(0..texts.ids().len(), false).peekable();
    while let Some(place) = places.next() {
        if tells_all && !texts.is_changed(place) {
            matching += 1;
        } else {
            asked.push(texts.ids()[place]);
        }
        if asked.len() == AT_A_TIME || places.peek().is_none() {
            let found = how_many(conn, plan, &asked)?;
            matching += found;
            in_vain += asked.len() as u64 - found;
            asked.clear();
        }
        if matching > COUNTED || in_vain > EFFORT {
            return Ok(None);
        }
    }
    Ok(Some(matching))
}
