//! Lists and searches, a page at a time.
//!
//! Most pages come from one index, which gives their rows in order: `plan` decides which, `order` how they are sorted and
//! where a page begins. Where several indexes find what matches, and none of them gives the order, `walk` goes through it.
//! Where no index tells what a filter says of descriptions, `scan` looks through those that are kept in memory: `remembered`
//! is all that is kept there.

mod conditions;
mod descriptions;
mod digits;
mod driven;
mod fetch;
mod gather;
mod ids;
mod jump;
mod matching;
mod noted;
mod order;
mod plan;
mod remembered;
mod scan;
mod sorted;
#[cfg(test)]
mod table;
mod text_search;
mod texts;
mod walk;
mod wording;

use crate::store::sqlite::blocks::total;
use crate::store::{PointerPage, PointerQuery, SortBy, Start, StoreError};
use digits::Addresses;
use driven::Plan;
use fetch::{Begin, Found, Wanted, condition, fetch};
use gather::Lists;
use jump::jump;
use matching::COUNTED;
use order::{read_cursor, write_cursor};
use plan::{Driver, plan};
use rusqlite::{Connection, params_from_iter};
use sorted::Sequence;
use text_search::TextSearch;
use walk::Walk;
use wording::Wording;

pub(super) use ids::teach;
#[cfg(test)]
pub(super) use order::key;
pub(super) use remembered::Remembered;

/// One page of what matches.
pub(super) fn page(
    conn: &Connection,
    query: &PointerQuery,
    remembered: &Remembered,
) -> Result<PointerPage, StoreError> {
    let begin = match &query.start {
        Start::First => Begin::Skipping(0),
        Start::Offset(offset) => Begin::Skipping(i64::try_from(*offset).unwrap_or(i64::MAX)),
        Start::After(cursor) => Begin::After(read_cursor(cursor, query.order.by)?),
    };
    let (sequence, texts) = in_memory(conn, query, remembered)?;
    match walk(
        conn,
        query,
        begin,
        sequence,
        &remembered.addresses,
        texts.as_ref(),
    )? {
        Way::Walked(page) => Ok(page),
        Way::ByIndex(begin) => by_index(conn, query, begin),
    }
}

/// What is kept in memory for such a search: the pointers in its order, and their descriptions.
fn in_memory(
    conn: &Connection,
    query: &PointerQuery,
    remembered: &Remembered,
) -> Result<(Option<Sequence>, Option<TextSearch>), StoreError> {
    // Both before anything is read with this connection.
    let wording = Wording::of(&query.filter).filter(|_| !gather::is_somewhere(query));
    let is_missing = wording.as_ref().is_some_and(|wording| !wording.is_indexed());
    let look = wording.and_then(|wording| remembered.texts.look(wording));
    let sorted = match query.order.by {
        SortBy::Created => None,
        by if look.is_some() || gather::may_tell(query) => Some(remembered.sorted.look(by)),
        _ => None,
    };
    let texts = look.map(|look| look.search(conn)).transpose()?.flatten();
    if is_missing && texts.is_none() {
        remembered.texts.miss(conn)?;
    }
    let sequence = sorted
        .map(|sorted| sorted.sequence(conn, query.order))
        .transpose()?;
    Ok((sequence, texts))
}

/// How a page is found.
enum Way {
    /// So it was.
    Walked(PointerPage),
    /// By an index that gives rows in the order that is wanted.
    ByIndex(Begin),
}

/// Walks where rows are found by indexes that know nothing of the order, or in memory.
fn walk(
    conn: &Connection,
    query: &PointerQuery,
    begin: Begin,
    sequence: Option<Sequence>,
    addresses: &Addresses,
    texts: Option<&TextSearch>,
) -> Result<Way, StoreError> {
    let lists = Lists::of(conn, query, addresses, texts)?;
    if lists.is_empty() {
        return Ok(Way::ByIndex(begin));
    }
    let gathered = match &sequence {
        None if !lists.are_several() => None,
        _ => lists.gather_cheaply(conn)?,
    };
    let Some(plan) = plan(conn, query, Driver::Order)? else {
        return Ok(Way::Walked(nothing(query)));
    };
    let mut walk = match (sequence, gathered) {
        (Some(sequence), among) => Walk::through_all(conn, &plan, &lists, sequence, among),
        (None, Some(these)) => {
            let sequence = Sequence::by_creation(these.ascending(), query.order.descending);
            Walk::through_gathered(conn, &plan, &lists, sequence)
        }
        (None, None) => {
            return match texts {
                Some(texts) => scan(conn, query, &plan, begin, texts),
                None => Ok(Way::ByIndex(begin)),
            };
        }
    };
    let found = walk.page(Wanted::of(query), begin)?;
    told(query, found, || walk.count()).map(Way::Walked)
}

/// Looks through the descriptions where nothing else narrows the search.
fn scan(
    conn: &Connection,
    query: &PointerQuery,
    plan: &Plan,
    begin: Begin,
    texts: &TextSearch,
) -> Result<Way, StoreError> {
    match scan::page(conn, plan, texts, Wanted::of(query), begin.clone())? {
        Some(found) => told(query, found, || scan::count(conn, plan, texts)).map(Way::Walked),
        None => Ok(Way::ByIndex(begin)),
    }
}

fn by_index(conn: &Connection, query: &PointerQuery, begin: Begin) -> Result<PointerPage, StoreError> {
    let Some(plan) = fitting_plan(conn, query)? else {
        return Ok(nothing(query));
    };
    let is_everything = plan.is_everything() && query.sight.is_none();
    let found = match query.start {
        Start::Offset(offset) if is_everything => jump(conn, &plan, query, offset)?,
        _ => fetch(conn, &plan, Wanted::of(query), begin)?,
    };
    if is_everything {
        let total = total(conn)?;
        return Ok(PointerPage {
            total: Some(total),
            ..told(query, found, || Ok(None))?
        });
    }
    told(query, found, || match plan.narrow {
        true => count(conn, &plan),
        false => Ok(None),
    })
}

/// A page of what was found; how many match in all is counted only where nothing else says so.
fn told(
    query: &PointerQuery,
    (pointers, next): Found,
    count: impl FnOnce() -> Result<Option<u64>, StoreError>,
) -> Result<PointerPage, StoreError> {
    let total = match known_total(query, pointers.len(), next.is_none()) {
        Total::Known(total) => Some(total),
        Total::Unknown => None,
        Total::ToBeCounted => count()?,
    };
    Ok(PointerPage {
        total,
        pointers,
        next: next.as_ref().map(write_cursor),
    })
}

fn nothing(query: &PointerQuery) -> PointerPage {
    PointerPage {
        total: query.sight.is_none().then_some(0),
        pointers: Vec::new(),
        next: None,
    }
}

/// Few matches are found by the narrowest index and then sorted; of many, only those of the page are found,
/// by the index of their order.
fn fitting_plan(conn: &Connection, query: &PointerQuery) -> Result<Option<Plan>, StoreError> {
    let narrowest = plan(conn, query, Driver::Narrowest)?;
    match &narrowest {
        Some(plan) if query.order.by != SortBy::Created && !plan.is_everything() => {
            if count_up_to(conn, plan)? <= COUNTED {
                return Ok(narrowest);
            }
        }
        _ => return Ok(narrowest),
    }
    plan(conn, query, Driver::Order)
}

/// What a page tells of how many match in all.
enum Total {
    Known(u64),
    ToBeCounted,
    /// It was told with the first page, or is not to be told.
    Unknown,
}

fn known_total(query: &PointerQuery, seen: usize, complete: bool) -> Total {
    match query.start {
        _ if query.sight.is_some() => Total::Unknown,
        Start::First if complete && query.limit != Some(0) => Total::Known(seen as u64),
        Start::Offset(offset) if complete && seen > 0 => Total::Known(offset + seen as u64),
        Start::After(_) => Total::Unknown,
        Start::First | Start::Offset(_) => Total::ToBeCounted,
    }
}

/// How many match, where that is cheap to say.
fn count(conn: &Connection, plan: &Plan) -> Result<Option<u64>, StoreError> {
    let counted = count_up_to(conn, plan)?;
    Ok((counted <= COUNTED).then_some(counted))
}

/// How many match, or one more than are counted.
fn count_up_to(conn: &Connection, plan: &Plan) -> Result<u64, StoreError> {
    let sql = format!(
        "SELECT count(*) FROM (SELECT 1 FROM {} {} LIMIT {})",
        plan.from,
        condition(&plan.conditions),
        COUNTED + 1
    );
    let counted: i64 = conn
        .prepare_cached(&sql)?
        .query_row(params_from_iter(&plan.values), |row| row.get(0))?;
    Ok(counted.unsigned_abs())
}
