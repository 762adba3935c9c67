//! The terms of a filter as SQL.
//!
//! What a term means is said by `model::pointer_filter`; a property in the tests compares the two.

use super::driven::{FEW_TAGS, Plan, has_trigram};
use crate::model::filter::{Filter, Text};
use crate::model::{PointerTest, is_connection, is_domain, pointer_test};
use crate::store::StoreError;
use crate::store::sqlite::rows::{all, connection_id, domain_id};
use rusqlite::Connection;
use rusqlite::types::Value;

/// A condition on a row, with its values.
type Condition = (String, Vec<Value>);

/// The words that the trigram index can find, all of them at once: they drive the search. Whether there
/// were any.
pub(super) fn drive_by_words(plan: &mut Plan, filter: &Filter) -> bool {
    let mut driven = false;
    for term in filter.terms.iter().filter(|term| !term.not) {
        let Some(PointerTest::Description(text)) = pointer_test(&term.test) else {
            continue;
        };
        if !has_trigram(text.as_str()) {
            continue;
        }
        if !driven {
            plan.drive("pointer_search s", "s.rowid");
            driven = true;
        }
        // The index takes no ESCAPE: where the word holds a wildcard, `add` looks once more, and closely.
        let pattern = format!("%{}%", text.as_str());
        plan.require("s.description LIKE ?".to_owned(), [Value::from(pattern)]);
    }
    driven
}

/// The words that every description must hold.
pub(super) fn words(filter: &Filter) -> Vec<&str> {
    let needed = filter.terms.iter().filter(|term| !term.not);
    needed
        .filter_map(|term| match pointer_test(&term.test) {
            Some(PointerTest::Description(text)) => Some(text.as_str()),
            _ => None,
        })
        .collect()
}

/// Whether a term wants a tag.
pub(super) fn names_tags(filter: &Filter) -> bool {
    wanted_tags(filter).next().is_some()
}

fn wanted_tags(filter: &Filter) -> impl Iterator<Item = &Text> {
    let needed = filter.terms.iter().filter(|term| !term.not);
    needed.filter_map(|term| match pointer_test(&term.test) {
        Some(PointerTest::Tag(text)) => Some(text),
        _ => None,
    })
}

/// The tags that every match must bear, where a term names just one: their rows may drive the search.
pub(super) fn needed_tags(conn: &Connection, filter: &Filter) -> Result<Vec<i64>, StoreError> {
    let mut needed = Vec::new();
    for text in wanted_tags(filter) {
        if let [only] = tags(conn, text)?.as_slice() {
            needed.push(*only);
        }
    }
    Ok(needed)
}

/// Adds what every term requires; false when nothing can match. `by_words` tells that the trigram index has
/// found the words already.
pub(super) fn add(
    conn: &Connection,
    plan: &mut Plan,
    filter: &Filter,
    by_words: bool,
) -> Result<bool, StoreError> {
    for term in &filter.terms {
        let Some(test) = pointer_test(&term.test) else {
            return Ok(false);
        };
        if let (PointerTest::Description(text), false, true) = (&test, term.not, by_words)
            && has_trigram(text.as_str())
            && !text.is_exact()
            && !text.as_str().contains(['%', '_'])
        {
            continue;
        }
        match (condition(conn, &test)?, term.not) {
            (Some((condition, values)), false) => plan.require(condition, values),
            (Some((condition, values)), true) => plan.require(format!("NOT ({condition})"), values),
            // Nothing can match it.
            (None, false) => return Ok(false),
            (None, true) => {}
        }
    }
    Ok(true)
}

/// The condition of a test; none where no row can fulfil it.
fn condition(conn: &Connection, test: &PointerTest) -> Result<Option<Condition>, StoreError> {
    Ok(Some(match test {
        // An instance does not know what others call it.
        PointerTest::Instance(_) => return Ok(None),
        PointerTest::Description(text) => contains("p.description", text),
        PointerTest::Reference(text) => contains("p.data_reference", text),
        PointerTest::Letters(text) => letters("p.description", text),
        PointerTest::Tag(text) => return bears(conn, text),
        PointerTest::Route(None) => ("p.federated IS NULL".to_owned(), Vec::new()),
        PointerTest::Route(Some(route)) => (
            "(p.federated IS NOT NULL AND json_extract(p.federated, '$.route') = ?)".to_owned(),
            vec![Value::from(route.as_str().to_owned())],
        ),
        PointerTest::Unassigned => ("p.connection IS NULL".to_owned(), Vec::new()),
        PointerTest::NoHeader => ("p.credential_pointer IS NULL".to_owned(), Vec::new()),
        PointerTest::Header(beginning) => return Ok(fetched_with(beginning)),
        PointerTest::Connection(text) => return connections(conn, text),
        PointerTest::Domain(text) => return domains(conn, text),
        PointerTest::Address(part) => address(part),
    }))
}

fn contains(column: &str, text: &Text) -> Condition {
    like(column, text, |text| {
        vec![String::new(), text.to_owned(), String::new()]
    })
}

fn letters(column: &str, text: &Text) -> Condition {
    like(column, text, |text| {
        let letters = text.chars().filter(|letter| !letter.is_whitespace());
        let mut parts = vec![String::new()];
        parts.extend(letters.map(String::from));
        parts.push(String::new());
        parts
    })
}

/// That a column is these parts with anything between them.
fn like(column: &str, text: &Text, parts: impl Fn(&str) -> Vec<String>) -> Condition {
    let parts = parts(text.as_str());
    if text.is_exact() {
        return (
            format!("{column} GLOB ?"),
            vec![Value::from(glob_pattern(&parts))],
        );
    }
    (
        format!("{column} LIKE ? ESCAPE '\\'"),
        vec![Value::from(like_pattern(&parts))],
    )
}

fn like_pattern(parts: &[String]) -> String {
    let parts: Vec<String> = parts
        .iter()
        .map(|part| part.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_"))
        .collect();
    parts.join("%")
}

fn glob_pattern(parts: &[String]) -> String {
    let parts: Vec<String> = parts
        .iter()
        .map(|part| part.replace('[', "[[]").replace('*', "[*]").replace('?', "[?]"))
        .collect();
    parts.join("*")
}

/// The tags that a text names, one more than a few at most.
fn tags(conn: &Connection, text: &Text) -> Result<Vec<i64>, StoreError> {
    let (condition, values) = tag_like("tag", text);
    let sql = format!("SELECT id FROM tags WHERE {condition} LIMIT {}", FEW_TAGS + 1);
    all(conn, &sql, rusqlite::params_from_iter(values), |row| {
        Ok(row.get(0)?)
    })
}

fn tag_like(column: &str, text: &Text) -> Condition {
    match (text.as_str().contains('*'), text.is_exact()) {
        (false, true) => (
            format!("{column} = ?"),
            vec![Value::from(text.as_str().to_owned())],
        ),
        (false, false) => (
            format!("{column} = ? COLLATE NOCASE"),
            vec![Value::from(text.as_str().to_owned())],
        ),
        (true, _) => like(column, text, |text| text.split('*').map(str::to_owned).collect()),
    }
}

fn bears(conn: &Connection, text: &Text) -> Result<Option<Condition>, StoreError> {
    let ids = tags(conn, text)?;
    if ids.is_empty() {
        return Ok(None);
    }
    if ids.len() <= FEW_TAGS {
        let marks = vec!["?"; ids.len()].join(", ");
        return Ok(Some((
            format!(
                "EXISTS (SELECT 1 FROM pointer_tags b WHERE b.tag_id IN ({marks}) AND b.pointer_id = p.id)"
            ),
            ids.into_iter().map(Value::from).collect(),
        )));
    }
    let (condition, values) = tag_like("j.value", text);
    Ok(Some((
        format!("EXISTS (SELECT 1 FROM json_each(p.tags) j WHERE {condition})"),
        values,
    )))
}

fn connections(conn: &Connection, text: &Text) -> Result<Option<Condition>, StoreError> {
    let meant = numbers(conn, "connections", |number, name| {
        Ok(is_connection(text, &connection_id(number)?, Some(name)))
    })?;
    Ok(through(&meant, "SELECT value FROM json_each(?)"))
}

fn domains(conn: &Connection, text: &Text) -> Result<Option<Condition>, StoreError> {
    let meant = numbers(conn, "domains", |number, name| {
        Ok(is_domain(text, &domain_id(number)?, name))
    })?;
    Ok(through(
        &meant,
        "SELECT id FROM connections WHERE domain IN (SELECT value FROM json_each(?))",
    ))
}

/// The numbers of the rows of a table that are meant, by number and name.
fn numbers(
    conn: &Connection,
    table: &str,
    is_meant: impl Fn(i64, &str) -> Result<bool, StoreError>,
) -> Result<Vec<i64>, StoreError> {
    let known: Vec<(i64, String)> = all(conn, &format!("SELECT id, name FROM {table}"), [], |row| {
        Ok((row.get(0)?, row.get(1)?))
    })?;
    let mut meant = Vec::new();
    for (number, name) in known {
        if is_meant(number, &name)? {
            meant.push(number);
        }
    }
    Ok(meant)
}

/// That the connection is one of those that a query selects by these numbers; none where there are no numbers. They
/// travel as one value, because SQLite takes 32,766 of them at most.
fn through(numbers: &[i64], these: &str) -> Option<Condition> {
    if numbers.is_empty() {
        return None;
    }
    Some((
        // A pointer without a connection has none of these, rather than an unknown one.
        format!("(p.connection IS NOT NULL AND p.connection IN ({these}))"),
        vec![Value::from(serde_json::json!(numbers).to_string())],
    ))
}

/// From so many digits on few addresses hold them.
const FEW_HOLD: usize = if cfg!(test) { 1 } else { 3 };

/// Digits that every address must hold somewhere, and few do: the longest that a term names.
pub(super) fn digits(filter: &Filter) -> Option<String> {
    let needed = filter.terms.iter().filter(|term| !term.not);
    let parts = needed.filter_map(|term| match pointer_test(&term.test) {
        Some(PointerTest::Address(part)) => Some(part),
        _ => None,
    });
    parts
        .filter(|part| part.len() >= FEW_HOLD && part.bytes().all(is_digit))
        .max_by_key(String::len)
}

/// A digit of an address.
fn is_digit(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'a'..=b'f')
}

/// The first and the last address that begin so, as they are stored; none where none does.
fn addresses_from(beginning: &str) -> Option<[Value; 2]> {
    let digits = beginning.strip_prefix("ptr_")?;
    if !digits.bytes().all(is_digit) || digits.len() > 12 {
        return None;
    }
    let bound = |fill: &str| i64::from_str_radix(&format!("{digits}{}", fill.repeat(12 - digits.len())), 16);
    Some([Value::from(bound("0").ok()?), Value::from(bound("f").ok()?)])
}

/// A header is kept by a pointer whose address begins so.
fn fetched_with(beginning: &str) -> Option<Condition> {
    let condition = "(p.credential_pointer IS NOT NULL AND p.credential_pointer BETWEEN ? AND ?)";
    addresses_from(beginning).map(|bounds| (condition.to_owned(), bounds.into()))
}

/// An address that begins so is found by the index; one that only contains it is not.
fn address(part: &str) -> Condition {
    if let Some(bounds) = addresses_from(part) {
        return ("p.address BETWEEN ? AND ?".to_owned(), bounds.into());
    }
    if !part.is_empty() && part.bytes().all(is_digit) {
        let condition = "instr(printf('%012x', p.address), ?)";
        return (condition.to_owned(), vec![Value::from(part.to_owned())]);
    }
    let pattern = like_pattern(&[String::new(), part.to_owned(), String::new()]);
    (
        "printf('ptr_%012x', p.address) LIKE ? ESCAPE '\\'".to_owned(),
        vec![Value::from(pattern)],
    )
}
