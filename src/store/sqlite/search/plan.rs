//! What a search looks at, and in which way.
//!
//! Each search has one *driver*, the narrowest index that gives rows in order of creation: the trigram index
//! for words, the rows of a tag, of a connection, the federated ones, or the table itself. The other wishes
//! are conditions on the rows that the driver gives. Where rows are wanted in another order and the driver
//! would give many, the index of that order drives instead.

use super::conditions;
use super::driven::{FEW_TAGS, Plan, has_trigram};
use crate::store::sqlite::rows::number;
use crate::store::sqlite::tags;
use crate::store::{PointerQuery, StoreError, TagMatch};
use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

/// A set of tags borne by fewer pointers than this is collected first, and then drives.
const FEW_BEARERS: i64 = 20_000;

/// One wish about tags: the pattern, and the tags that it names if those are few.
struct TagWish {
    pattern: String,
    ids: Option<Vec<i64>>,
}

/// Which index gives the rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Driver {
    /// The narrowest.
    Narrowest,
    /// That of the order in which rows are wanted: everything else is looked for on each row.
    Order,
}

/// None when nothing can match.
pub(super) fn plan(
    conn: &Connection,
    query: &PointerQuery,
    driver: Driver,
) -> Result<Option<Plan>, StoreError> {
    let mut plan = Plan {
        from: "pointers p".to_owned(),
        id: "p.id",
        conditions: Vec::new(),
        values: Vec::new(),
        narrow: false,
    };
    let mut driven = driver == Driver::Order;
    let by_words = !driven && conditions::drive_by_words(&mut plan, &query.filter);
    driven |= by_words;
    let term = query
        .term
        .as_deref()
        .filter(|term| !term.bytes().all(|byte| byte == b'%'));
    if let Some(term) = term {
        let column = if driven || !has_trigram(term) {
            "p.description"
        } else {
            driven = true;
            plan.drive("pointer_search s", "s.rowid");
            "s.description"
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
    if let Some(tag) = &query.bearing {
        let Some(tag) = tags::id(conn, tag)? else {
            return Ok(None);
        };
        if driven {
            let condition = "EXISTS (SELECT 1 FROM pointer_tags WHERE tag_id = ? AND pointer_id = p.id)";
            plan.require(condition.to_owned(), [Value::from(tag)]);
        } else {
            driven = true;
            plan.drive("pointer_tags t", "t.pointer_id");
            plan.require("t.tag_id = ?".to_owned(), [Value::from(tag)]);
            plan.narrow = true;
        }
    }
    if !driven && let Some(tag) = conditions::needed_tags(conn, &query.filter)?.first().copied() {
        plan.drive("pointer_tags t", "t.pointer_id");
        plan.require("t.tag_id = ?".to_owned(), [Value::from(tag)]);
    }
    if !conditions::add(conn, &mut plan, &query.filter, by_words)? {
        return Ok(None);
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
    if query.isolated_only {
        plan.require("p.neighbors = 0".to_owned(), []);
    }
    plan.narrow &= driver == Driver::Narrowest;
    Ok(Some(plan))
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
