//! Lists and searches, a page at a time.
//!
//! Most pages come from one index, which gives their rows in order: `plan` decides which, `order` how they are sorted and
//! where a page begins. Where several indexes find what matches, and none of them gives the order, `walk` goes through it.
//! Where no index tells what a filter says of descriptions, `scan` looks through those that are kept in memory.

use super::blocks::total;
use super::digits::Addresses;
use super::driven::{Plan, has_trigram};
use super::fetch::{Begin, Wanted, condition, fetch};
use super::gather::{self, Lists};
use super::jump::jump;
use super::order::{read_cursor, write_cursor};
use super::plan::{Driver, plan};
use super::remembered::Remembered;
use super::scan;
use super::sorted::Sequence;
use super::texts::{Texts, Wording};
use super::walk::Walk;
use crate::store::{PointerPage, PointerQuery, SortBy, Start, StoreError};
use rusqlite::{Connection, params_from_iter};

/// Matches are counted up to here; more than that would cost more than the page.
const COUNTED: i64 = 5_000;

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
    // Before anything else is read with this connection.
    let sequence = match query.order.by {
        SortBy::Created => None,
        _ if !gather::may_tell(query) => None,
        _ => Some(remembered.sorted.all(conn, query.order)?),
    };
    if let Some(page) = scanned(conn, query, begin.clone(), &remembered.texts)? {
        return Ok(page);
    }
    match walk(conn, query, begin, sequence, &remembered.addresses)? {
        Way::Walked(page) => Ok(page),
        Way::ByIndex(begin) => by_index(conn, query, begin),
    }
}

/// Looks through the descriptions where nothing else narrows the search.
fn scanned(
    conn: &Connection,
    query: &PointerQuery,
    begin: Begin,
    texts: &Texts,
) -> Result<Option<PointerPage>, StoreError> {
    if query.order.by != SortBy::Created || gather::is_narrowed(query) {
        return Ok(None);
    }
    let Some(wording) = Wording::of(&query.filter, has_trigram) else {
        return Ok(None);
    };
    // Before anything else is read with this connection.
    let Some(descriptions) = texts.all(conn)? else {
        return Ok(None);
    };
    let Some(plan) = plan(conn, query, Driver::Order)? else {
        return Ok(Some(nothing(query)));
    };
    let found = scan::page(conn, &plan, &descriptions, &wording, Wanted::of(query), begin)?;
    Ok(found.map(|(pointers, next)| PointerPage {
        total: match known_total(query, pointers.len(), next.is_none()) {
            Total::Known(total) => Some(total),
            Total::Unknown | Total::ToBeCounted => None,
        },
        pointers,
        next: next.as_ref().map(write_cursor),
    }))
}

/// How a page is found.
enum Way {
    /// So it was.
    Walked(PointerPage),
    /// By an index that gives rows in the order that is wanted.
    ByIndex(Begin),
}

/// Walks where rows are found by indexes that know nothing of the order.
fn walk(
    conn: &Connection,
    query: &PointerQuery,
    begin: Begin,
    sequence: Option<Sequence>,
    addresses: &Addresses,
) -> Result<Way, StoreError> {
    let lists = Lists::of(conn, query, addresses)?;
    if lists.is_empty() || sequence.is_none() && !lists.are_several() {
        return Ok(Way::ByIndex(begin));
    }
    let Some(plan) = plan(conn, query, Driver::Order)? else {
        return Ok(Way::Walked(nothing(query)));
    };
    let mut walk = match sequence {
        Some(sequence) => {
            let among = lists.gather_cheaply(conn)?;
            Walk::through_all(conn, &plan, &lists, sequence, among)
        }
        None => {
            let Some(these) = lists.gather_cheaply(conn)? else {
                return Ok(Way::ByIndex(begin));
            };
            let sequence = Sequence::by_creation(these.ascending(), query.order.descending);
            Walk::through_gathered(conn, &plan, &lists, sequence)
        }
    };
    let (pointers, next) = walk.page(Wanted::of(query), begin)?;
    let total = match known_total(query, pointers.len(), next.is_none()) {
        Total::Known(total) => Some(total),
        Total::Unknown => None,
        Total::ToBeCounted => walk.count()?,
    };
    Ok(Way::Walked(PointerPage {
        total,
        pointers,
        next: next.as_ref().map(write_cursor),
    }))
}

fn by_index(conn: &Connection, query: &PointerQuery, begin: Begin) -> Result<PointerPage, StoreError> {
    let Some(plan) = fitting_plan(conn, query)? else {
        return Ok(nothing(query));
    };
    let is_everything = plan.is_everything() && query.sight.is_none();
    let (pointers, next) = match query.start {
        Start::Offset(offset) if is_everything => jump(conn, &plan, query, offset)?,
        _ => fetch(conn, &plan, Wanted::of(query), begin)?,
    };
    let total = match known_total(query, pointers.len(), next.is_none()) {
        _ if is_everything => Some(total(conn)?),
        Total::Known(total) => Some(total),
        Total::ToBeCounted if plan.narrow => count(conn, &plan)?,
        Total::ToBeCounted | Total::Unknown => None,
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
    Ok((counted <= COUNTED).then_some(counted.cast_unsigned()))
}

/// How many match, or one more than are counted.
fn count_up_to(conn: &Connection, plan: &Plan) -> Result<i64, StoreError> {
    let sql = format!(
        "SELECT count(*) FROM (SELECT 1 FROM {} {} LIMIT {})",
        plan.from,
        condition(&plan.conditions),
        COUNTED + 1
    );
    Ok(conn
        .prepare_cached(&sql)?
        .query_row(params_from_iter(&plan.values), |row| row.get(0))?)
}
