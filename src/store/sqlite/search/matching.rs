//! Which rows fulfil everything that a search requires, and how many.

use super::driven::Plan;
use super::fetch::condition;
use crate::store::StoreError;
use rusqlite::types::Value;
use rusqlite::{CachedStatement, Connection, Row, params_from_iter};

/// Matches are counted up to here; more than that would cost more than the page.
pub(super) const COUNTED: u64 = 5_000;
/// Rows that are counted in one go.
pub(super) const AT_A_TIME: usize = if cfg!(test) { 3 } else { 1_000 };

/// How many of these pointers match.
pub(super) fn how_many(conn: &Connection, plan: &Plan, ids: &[i64]) -> Result<u64, StoreError> {
    // From the list to the rows: one row is found in less time than the next one is asked for from outside.
    let sql = format!(
        "SELECT count(*) FROM json_each(?) wanted CROSS JOIN pointers p ON p.id = wanted.value {}",
        condition(&plan.conditions)
    );
    let mut statement = conn.prepare_cached(&sql)?;
    let mut matching = 0;
    for ids in ids.chunks(AT_A_TIME) {
        let ids = Value::from(serde_json::json!(ids).to_string());
        let values = std::iter::once(&ids).chain(&plan.values);
        let found: i64 = statement.query_row(params_from_iter(values), |row| row.get(0))?;
        matching += found.unsigned_abs();
    }
    Ok(matching)
}

/// Whether a row fulfils everything, asked of one after the other.
pub(super) struct Question<'a> {
    statement: CachedStatement<'a>,
    /// Which parameter the id is.
    id: usize,
}

impl<'a> Question<'a> {
    pub(super) fn of(conn: &'a Connection, plan: &Plan, columns: &str) -> Result<Self, StoreError> {
        let mut conditions = plan.conditions.clone();
        conditions.push("p.id = ?".to_owned());
        let sql = format!(
            "SELECT {columns} FROM pointers p WHERE {}",
            conditions.join(" AND ")
        );
        let mut statement = conn.prepare_cached(&sql)?;
        for (place, value) in plan.values.iter().enumerate() {
            statement.raw_bind_parameter(place + 1, value)?;
        }
        Ok(Self {
            statement,
            id: plan.values.len() + 1,
        })
    }

    /// What is read of the row, if it is there and matches.
    pub(super) fn ask<T>(
        &mut self,
        id: i64,
        read: impl FnOnce(&Row<'_>) -> Result<T, StoreError>,
    ) -> Result<Option<T>, StoreError> {
        self.statement.raw_bind_parameter(self.id, id)?;
        let mut rows = self.statement.raw_query();
        rows.next()?.map(read).transpose()
    }
}
