//! Lists and searches, a page at a time.
//!
//! `plan` decides which index gives the rows, `order` how they are sorted and where a page begins.

use super::driven::Plan;
use super::order::{Place, after, key, order_by, read_cursor, write_cursor};
use super::plan::{Driver, plan};
use super::pointers::{BLOCK_BITS, total};
use super::rows::{POINTER, pointer};
use crate::model::Pointer;
use crate::store::{Order, PointerPage, PointerQuery, Sight, SortBy, Start, StoreError};
use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

/// Matches are counted up to here; more than that would cost more than the page.
const COUNTED: i64 = 5_000;

/// Rows found, and the place after which more follow, if more do.
type Found = (Vec<Pointer>, Option<Place>);

/// One page of what matches.
pub(super) fn page(conn: &Connection, query: &PointerQuery) -> Result<PointerPage, StoreError> {
    let place = match &query.start {
        Start::After(cursor) => Some(read_cursor(cursor, query.order.by)?),
        Start::First | Start::Offset(_) => None,
    };
    let Some(plan) = fitting_plan(conn, query)? else {
        return Ok(PointerPage {
            total: query.sight.is_none().then_some(0),
            pointers: Vec::new(),
            next: None,
        });
    };
    let (pointers, next) = match query.start {
        Start::Offset(offset) if plan.is_everything() && query.sight.is_none() => {
            jump(conn, &plan, query, offset)?
        }
        Start::Offset(offset) => {
            let skip = i64::try_from(offset).unwrap_or(i64::MAX);
            fetch(conn, &plan, Wanted::of(query), Begin::Skipping(skip))?
        }
        Start::First => fetch(conn, &plan, Wanted::of(query), Begin::Skipping(0))?,
        Start::After(_) => {
            let begin = place.map_or(Begin::Skipping(0), Begin::After);
            fetch(conn, &plan, Wanted::of(query), begin)?
        }
    };
    let total = if query.sight.is_some() {
        None
    } else if plan.is_everything() {
        Some(total(conn)?)
    } else {
        count(conn, &plan, query, pointers.len(), next.is_none())?
    };
    Ok(PointerPage {
        total,
        pointers,
        next: next.as_ref().map(write_cursor),
    })
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

/// Where in its order a page begins.
enum Begin {
    /// After so many rows.
    Skipping(i64),
    /// At this id or after it, and then after so many rows: for the order of creation.
    From(i64, i64),
    /// After this place.
    After(Place),
}

/// Which of the rows that a plan gives are wanted, and how many.
#[derive(Clone, Copy)]
struct Wanted<'a> {
    order: Order,
    limit: Option<u64>,
    sight: Option<&'a Sight>,
}

impl<'a> Wanted<'a> {
    fn of(query: &'a PointerQuery) -> Self {
        Self {
            order: query.order,
            limit: query.limit,
            sight: query.sight.as_deref(),
        }
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

fn fetch(conn: &Connection, plan: &Plan, wanted: Wanted<'_>, begin: Begin) -> Result<Found, StoreError> {
    let (order, most_rows) = (wanted.order, wanted.most_rows());
    let limit = wanted.limit.unwrap_or(u64::MAX);
    if limit == 0 || most_rows == 0 {
        return Ok((Vec::new(), None));
    }
    let mut conditions = plan.conditions.clone();
    let mut values = plan.values.clone();
    let skip = match begin {
        Begin::Skipping(skip) => skip,
        Begin::From(id, skip) => {
            let sign = if order.descending { "<=" } else { ">=" };
            conditions.push(format!("{} {sign} ?", plan.id));
            values.push(Value::from(id));
            skip
        }
        Begin::After(place) => {
            let (condition, more) = after(order, plan.id, place);
            conditions.push(condition);
            values.extend(more);
            0
        }
    };
    values.extend([Value::from(most_rows + 1), Value::from(skip)]);
    let sql = format!(
        "SELECT {POINTER}, {} FROM {} {} ORDER BY {} LIMIT ? OFFSET ?",
        key(order.by).unwrap_or("NULL"),
        plan.from,
        condition(&conditions),
        order_by(order, plan.id)
    );
    let mut statement = conn.prepare_cached(&sql)?;
    let mut rows = statement.query(params_from_iter(values))?;
    let mut pointers = Vec::new();
    let mut last = Place { key: None, id: 0 };
    let mut looked_at = 0;
    while let Some(row) = rows.next()? {
        if looked_at == most_rows {
            return Ok((pointers, Some(last)));
        }
        looked_at += 1;
        let found = pointer(row)?;
        let may_see = wanted.may_see(&found);
        // That more follow is said where one does that may be seen: of others not even that they are there.
        if may_see && pointers.len() as u64 == limit {
            return Ok((pointers, Some(last)));
        }
        last = Place {
            key: Some(row.get(13)?).filter(|key| *key != Value::Null),
            id: row.get(12)?,
        };
        if may_see {
            pointers.push(found);
        }
    }
    Ok((pointers, None))
}

fn condition(conditions: &[String]) -> String {
    match conditions {
        [] => String::new(),
        conditions => format!("WHERE {}", conditions.join(" AND ")),
    }
}

/// The page at an offset within everything: in order of creation the runs of ids tell where it begins; in
/// other orders the rows before it are skipped, from whichever end is nearer.
fn jump(conn: &Connection, plan: &Plan, query: &PointerQuery, offset: u64) -> Result<Found, StoreError> {
    let order = query.order;
    if order.by == SortBy::Created {
        let (id, skip) = seek(conn, offset, order.descending)?;
        return fetch(conn, plan, Wanted::of(query), Begin::From(id, skip));
    }
    let total = total(conn)?;
    let left = total.saturating_sub(offset);
    let wanted = query.limit.unwrap_or(left).min(left);
    if offset <= total / 2 || wanted == 0 {
        let skip = i64::try_from(offset).unwrap_or(i64::MAX);
        return fetch(conn, plan, Wanted::of(query), Begin::Skipping(skip));
    }
    let backwards = Wanted {
        order: Order {
            descending: !order.descending,
            ..order
        },
        limit: Some(wanted),
        sight: None,
    };
    let skip = i64::try_from(left - wanted).unwrap_or(i64::MAX);
    let (mut pointers, _) = fetch(conn, plan, backwards, Begin::Skipping(skip))?;
    pointers.reverse();
    let next = match pointers.last() {
        Some(last) if left > wanted => Some(place_of(conn, order, last)?),
        _ => None,
    };
    Ok((pointers, next))
}

fn place_of(conn: &Connection, order: Order, pointer: &Pointer) -> Result<Place, StoreError> {
    let sql = format!(
        "SELECT p.id, {} FROM pointers p WHERE p.address = ?",
        key(order.by).unwrap_or("NULL")
    );
    let address = super::rows::number(pointer.address.as_str());
    let place = conn.prepare_cached(&sql)?.query_row([address], |row| {
        Ok(Place {
            id: row.get(0)?,
            key: Some(row.get(1)?).filter(|key| *key != Value::Null),
        })
    })?;
    Ok(place)
}

/// How many match in all, where that is known or cheap to know.
fn count(
    conn: &Connection,
    plan: &Plan,
    query: &PointerQuery,
    seen: usize,
    complete: bool,
) -> Result<Option<u64>, StoreError> {
    match query.start {
        Start::First if complete && query.limit != Some(0) => return Ok(Some(seen as u64)),
        Start::Offset(offset) if complete && seen > 0 => return Ok(Some(offset + seen as u64)),
        Start::After(_) => return Ok(None),
        _ if !plan.narrow => return Ok(None),
        _ => {}
    }
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

/// The id from which on the run goes in which the `offset`-th pointer lies, and how many to skip from there.
fn seek(conn: &Connection, offset: u64, descending: bool) -> Result<(i64, i64), StoreError> {
    let mut left = i64::try_from(offset).unwrap_or(i64::MAX);
    let sql = if descending {
        "SELECT block, live FROM pointer_blocks ORDER BY block DESC"
    } else {
        "SELECT block, live FROM pointer_blocks ORDER BY block"
    };
    let mut statement = conn.prepare_cached(sql)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let live: i64 = row.get(1)?;
        if live > left {
            let block: i64 = row.get(0)?;
            let id = if descending {
                ((block + 1) << BLOCK_BITS) - 1
            } else {
                block << BLOCK_BITS
            };
            return Ok((id, left));
        }
        left -= live;
    }
    Ok((if descending { 0 } else { i64::MAX }, 0))
}
