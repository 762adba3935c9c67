//! Lists and searches, a page at a time, in order of creation.
//!
//! Each search has one *driver*, the narrowest index that gives rows in order of creation: the trigram
//! index for a term, the rows of a tag, of a connection, the federated ones, or the table itself. The
//! other wishes are conditions on the rows that the driver gives.

use super::pointers::{BLOCK_BITS, total};
use super::rows::{POINTER, number, pointer};
use super::tags;
use crate::store::{PointerPage, PointerQuery, Start, StoreError, TagMatch};
use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

/// A pattern that names more tags than this is matched on the rows instead.
const FEW_TAGS: usize = 8;
/// A set of tags borne by fewer pointers than this is collected first, and then drives.
const FEW_BEARERS: i64 = 20_000;
/// Matches are counted up to here; more than that would cost more than the page.
const COUNTED: i64 = 5_000;

/// How the rows of a search are found.
struct Plan {
    from: String,
    /// The driver's column that holds the pointer's id.
    id: &'static str,
    conditions: Vec<String>,
    values: Vec<Value>,
    /// Whether every row that the driver gives is likely to match, so that counting is cheap.
    narrow: bool,
}

/// One wish about tags: the pattern, and the tags that it names if those are few.
struct TagWish {
    pattern: String,
    ids: Option<Vec<i64>>,
}

/// One page of what matches.
pub(super) fn page(conn: &Connection, query: &PointerQuery) -> Result<PointerPage, StoreError> {
    let after = match &query.start {
        Start::After(cursor) => Some(read_cursor(cursor)?),
        Start::First | Start::Offset(_) => None,
    };
    let Some(plan) = plan(conn, query)? else {
        return Ok(PointerPage {
            total: Some(0),
            pointers: Vec::new(),
            next: None,
        });
    };
    let everything = plan.conditions.is_empty() && plan.id == "p.id";
    let (first, skip) = match query.start {
        Start::Offset(offset) if everything => seek(conn, offset)?,
        Start::Offset(offset) => (0, i64::try_from(offset).unwrap_or(i64::MAX)),
        Start::First | Start::After(_) => (after.map_or(0, |id| id + 1), 0),
    };
    let (pointers, next) = fetch(conn, &plan, query.limit, first, skip)?;
    let total = if everything {
        Some(total(conn)?)
    } else {
        count(conn, &plan, query, pointers.len(), next.is_none())?
    };
    Ok(PointerPage {
        total,
        pointers,
        next,
    })
}

/// Rows from id `first` on, `skip` of them left out, and the cursor for what follows.
fn fetch(
    conn: &Connection,
    plan: &Plan,
    limit: Option<u64>,
    first: i64,
    skip: i64,
) -> Result<(Vec<crate::model::Pointer>, Option<String>), StoreError> {
    let most = limit.map_or(i64::MAX - 1, |limit| i64::try_from(limit).unwrap_or(i64::MAX - 1));
    if most == 0 {
        return Ok((Vec::new(), None));
    }
    let mut conditions = plan.conditions.clone();
    let mut values = plan.values.clone();
    conditions.push(format!("{} >= ?", plan.id));
    values.extend([
        Value::from(first),
        Value::from(most.saturating_add(1)),
        Value::from(skip),
    ]);
    let sql = format!(
        "SELECT {POINTER} FROM {} WHERE {} ORDER BY {} LIMIT ? OFFSET ?",
        plan.from,
        conditions.join(" AND "),
        plan.id
    );
    let mut statement = conn.prepare_cached(&sql)?;
    let mut rows = statement.query(params_from_iter(values))?;
    let mut pointers = Vec::new();
    let mut last = 0;
    while let Some(row) = rows.next()? {
        if pointers.len() as i64 == most {
            return Ok((pointers, Some(write_cursor(last))));
        }
        last = row.get(12)?;
        pointers.push(pointer(row)?);
    }
    Ok((pointers, None))
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
    let conditions = match plan.conditions.as_slice() {
        [] => String::new(),
        conditions => format!("WHERE {}", conditions.join(" AND ")),
    };
    let sql = format!(
        "SELECT count(*) FROM (SELECT 1 FROM {} {conditions} LIMIT {})",
        plan.from,
        COUNTED + 1
    );
    let counted: i64 = conn
        .prepare_cached(&sql)?
        .query_row(params_from_iter(&plan.values), |row| row.get(0))?;
    Ok((counted <= COUNTED).then_some(counted.cast_unsigned()))
}

/// The run of ids in which the `offset`-th pointer lies, and how many to skip from its start.
fn seek(conn: &Connection, offset: u64) -> Result<(i64, i64), StoreError> {
    let mut left = i64::try_from(offset).unwrap_or(i64::MAX);
    let mut statement = conn.prepare_cached("SELECT block, live FROM pointer_blocks ORDER BY block")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let live: i64 = row.get(1)?;
        if live > left {
            return Ok((row.get::<_, i64>(0)? << BLOCK_BITS, left));
        }
        left -= live;
    }
    Ok((i64::MAX, 0))
}

/// None when nothing can match.
fn plan(conn: &Connection, query: &PointerQuery) -> Result<Option<Plan>, StoreError> {
    let mut plan = Plan {
        from: "pointers p".to_owned(),
        id: "p.id",
        conditions: Vec::new(),
        values: Vec::new(),
        narrow: false,
    };
    let term = query
        .term
        .as_deref()
        .filter(|term| !term.bytes().all(|byte| byte == b'%'));
    let mut driven = false;
    if let Some(term) = term {
        driven = has_trigram(term);
        let column = if driven {
            plan.drive("pointer_search s", "s.rowid");
            "s.description"
        } else {
            "p.description"
        };
        plan.require(format!("{column} LIKE ?"), [Value::from(format!("%{term}%"))]);
    }
    let wishes = resolve(conn, &query.tags)?;
    if !want_tags(conn, &mut plan, wishes, query.tag_match, &mut driven)? {
        return Ok(None);
    }
    for wish in resolve(conn, &query.exclude_tags)? {
        if wish.ids.as_ref().is_some_and(Vec::is_empty) {
            continue;
        }
        let (condition, values) = bears(&[wish]);
        plan.require(format!("NOT {condition}"), values);
    }
    if let Some(connection) = &query.connection {
        plan.require(
            "p.connection = ?".to_owned(),
            [Value::from(number(connection.as_str()))],
        );
        plan.narrow = true;
    }
    if query.federated_only {
        plan.require("p.federated IS NOT NULL".to_owned(), []);
        plan.narrow = true;
    }
    Ok(Some(plan))
}

impl Plan {
    fn drive(&mut self, table: &str, id: &'static str) {
        // CROSS JOIN keeps the order: the driver outside, its pointers inside.
        self.from = format!("{table} CROSS JOIN pointers p ON p.id = {id}");
        self.id = id;
        self.narrow = true;
    }

    fn require(&mut self, condition: String, values: impl IntoIterator<Item = Value>) {
        self.conditions.push(condition);
        self.values.extend(values);
    }
}

fn resolve(conn: &Connection, patterns: &[String]) -> Result<Vec<TagWish>, StoreError> {
    patterns
        .iter()
        .map(|pattern| {
            let ids = tags::matching(conn, pattern, FEW_TAGS + 1)?;
            Ok(TagWish {
                pattern: pattern.clone(),
                ids: (ids.len() <= FEW_TAGS).then_some(ids),
            })
        })
        .collect()
}

/// Adds what the wanted tags require; false when nothing can match.
fn want_tags(
    conn: &Connection,
    plan: &mut Plan,
    wishes: Vec<TagWish>,
    tag_match: TagMatch,
    driven: &mut bool,
) -> Result<bool, StoreError> {
    let impossible = |wish: &TagWish| wish.ids.as_ref().is_some_and(Vec::is_empty);
    let mut sets: Vec<Vec<TagWish>> = match tag_match {
        _ if wishes.is_empty() => return Ok(true),
        TagMatch::All if wishes.iter().any(impossible) => return Ok(false),
        TagMatch::All => wishes.into_iter().map(|wish| vec![wish]).collect(),
        TagMatch::Any => {
            let possible: Vec<_> = wishes.into_iter().filter(|wish| !impossible(wish)).collect();
            if possible.is_empty() {
                return Ok(false);
            }
            vec![possible]
        }
    };
    if !*driven && let Some(best) = sets.iter().position(|set| single(set).is_some()) {
        let tag = single(&sets.swap_remove(best)).unwrap_or_default();
        plan.drive("pointer_tags t", "t.pointer_id");
        plan.require("t.tag_id = ?".to_owned(), [Value::from(tag)]);
        *driven = true;
    }
    for set in sets {
        if !*driven && few_bearers(conn, &set)? {
            let (tags, values) = tag_set(&set);
            plan.drive(
                &format!("(SELECT DISTINCT pointer_id FROM pointer_tags WHERE tag_id IN ({tags})) t"),
                "t.pointer_id",
            );
            // The driver's own values come before those of the conditions.
            plan.values.splice(0..0, values);
            *driven = true;
            continue;
        }
        let (condition, values) = bears(&set);
        plan.require(condition, values);
    }
    Ok(true)
}

/// The one tag that a set of wishes comes down to.
fn single(set: &[TagWish]) -> Option<i64> {
    match set {
        [TagWish { ids: Some(ids), .. }] => match ids.as_slice() {
            [id] => Some(*id),
            _ => None,
        },
        _ => None,
    }
}

fn few_bearers(conn: &Connection, set: &[TagWish]) -> Result<bool, StoreError> {
    let (tags, values) = tag_set(set);
    let sql = format!(
        "SELECT count(*) FROM (SELECT 1 FROM pointer_tags WHERE tag_id IN ({tags}) LIMIT {FEW_BEARERS})"
    );
    let borne: i64 = conn
        .prepare_cached(&sql)?
        .query_row(params_from_iter(values), |row| row.get(0))?;
    Ok(borne < FEW_BEARERS)
}

/// The tags that a set of wishes names, as a subquery.
fn tag_set(set: &[TagWish]) -> (String, Vec<Value>) {
    let patterns = vec!["tag LIKE ?"; set.len()].join(" OR ");
    let values = set.iter().map(|wish| Value::from(wish.pattern.clone())).collect();
    (format!("SELECT id FROM tags WHERE {patterns}"), values)
}

/// The condition that a row bears one of the tags of a set of wishes.
fn bears(set: &[TagWish]) -> (String, Vec<Value>) {
    let known: Option<Vec<i64>> = set
        .iter()
        .map(|wish| wish.ids.clone())
        .collect::<Option<Vec<_>>>()
        .map(|ids| ids.concat());
    if let Some(ids) = known.filter(|ids| ids.len() <= FEW_TAGS) {
        let marks = vec!["?"; ids.len()].join(", ");
        let condition = format!(
            "EXISTS (SELECT 1 FROM pointer_tags b WHERE b.tag_id IN ({marks}) AND b.pointer_id = p.id)"
        );
        return (condition, ids.into_iter().map(Value::from).collect());
    }
    let patterns = vec!["j.value LIKE ?"; set.len()].join(" OR ");
    let values = set.iter().map(|wish| Value::from(wish.pattern.clone())).collect();
    (
        format!("EXISTS (SELECT 1 FROM json_each(p.tags) j WHERE {patterns})"),
        values,
    )
}

/// Whether the trigram index can help: three characters in a row that stand for themselves.
fn has_trigram(pattern: &str) -> bool {
    pattern.split(['%', '_']).any(|run| run.chars().count() >= 3)
}

fn write_cursor(id: i64) -> String {
    format!("after-{id:x}")
}

fn read_cursor(cursor: &str) -> Result<i64, StoreError> {
    let id = cursor
        .strip_prefix("after-")
        .and_then(|digits| i64::from_str_radix(digits, 16).ok())
        .filter(|id| *id > 0 && *id < i64::MAX)
        .ok_or(StoreError::BadCursor)?;
    match write_cursor(id) == cursor {
        true => Ok(id),
        false => Err(StoreError::BadCursor),
    }
}
