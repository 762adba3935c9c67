//! The page at an offset within everything.

use super::driven::Plan;
use super::fetch::{Begin, Found, Wanted, fetch};
use super::order::{Place, key};
use crate::model::Pointer;
use crate::store::sqlite::blocks::{BLOCK_BITS, total};
use crate::store::{Order, PointerQuery, SortBy, StoreError};
use rusqlite::Connection;
use rusqlite::types::Value;

/// The page at an offset within everything: in order of creation the runs of ids tell where it begins; in
/// other orders the rows before it are skipped, from whichever end is nearer.
pub(super) fn jump(
    conn: &Connection,
    plan: &Plan,
    query: &PointerQuery,
    offset: u64,
) -> Result<Found, StoreError> {
    let order = query.order;
    if order.by == SortBy::Created {
        let (id, skip) = seek(conn, offset, order.descending)?;
        let mut from_here = plan.clone();
        let sign = if order.descending { "<=" } else { ">=" };
        from_here.require(format!("p.id {sign} ?"), [Value::from(id)]);
        return fetch(conn, &from_here, Wanted::of(query), Begin::Skipping(skip));
    }
    let total = total(conn)?;
    let left = total.saturating_sub(offset);
    let wanted = query.limit.unwrap_or(left).min(left);
    let forwards = || {
        let skip = i64::try_from(offset).unwrap_or(i64::MAX);
        fetch(conn, plan, Wanted::of(query), Begin::Skipping(skip))
    };
    if offset <= total / 2 || wanted == 0 {
        return forwards();
    }
    let backwards = Wanted {
        order: Order {
            descending: !order.descending,
            ..order
        },
        limit: Some(wanted),
        most_bytes: None,
        sight: None,
    };
    let skip = i64::try_from(left - wanted).unwrap_or(i64::MAX);
    let (mut pointers, _) = fetch(conn, plan, backwards, Begin::Skipping(skip))?;
    if (pointers.len() as u64) < wanted {
        // They are too large for one page, which begins at the other end.
        return forwards();
    }
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
    let address = crate::store::sqlite::rows::number(pointer.address.as_str());
    let place = conn.prepare_cached(&sql)?.query_row([address], |row| {
        Ok(Place {
            id: row.get(0)?,
            key: Some(row.get(1)?).filter(|key| *key != Value::Null),
        })
    })?;
    Ok(place)
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
