//! The connections that the rows of an import need. They are there when a row is staged, and have to be there still when
//! it is moved: who removes one sees the pointers of the instance, and no staged row.

use super::domains::named_in;
use super::failure::not_found;
use super::pointers::known_connection;
use super::rows::{connection_id, one};
use crate::model::{CIRCUIT_PREFIX, ConnectionId, NewPointer};
use crate::store::{ImportRow, StoreError};
use rusqlite::{Connection, params};
use std::collections::{HashMap, HashSet};

/// Each with the first row that needs it: few, however many rows there are. Some are only named, by the steps of a circuit
/// that do not relay; those that are used have to be ones that whoever commits the import may use.
pub(super) const STAGED: &str = "
    CREATE TABLE staged_connections (connection INTEGER PRIMARY KEY, n INTEGER NOT NULL) STRICT;
    CREATE TABLE staged_uses (connection INTEGER PRIMARY KEY, n INTEGER NOT NULL) STRICT;
";

/// The connections of one batch of rows, each looked for once.
pub(super) struct Connections<'a> {
    existing: &'a Connection,
    known: HashMap<ConnectionId, Option<i64>>,
    noted: HashSet<i64>,
    noted_uses: HashSet<i64>,
}

/// The connections that one row needs.
pub(super) struct Needed {
    /// All that must stay.
    named: Vec<i64>,
    /// Those of them that it uses.
    used: Vec<i64>,
}

impl<'a> Connections<'a> {
    /// Nothing looked for yet in the database that the rows will go to.
    pub(super) fn of(existing: &'a Connection) -> Self {
        Self {
            existing,
            known: HashMap::new(),
            noted: HashSet::new(),
            noted_uses: HashSet::new(),
        }
    }

    /// The one that a row is assigned to, which must be there.
    pub(super) fn assigned_to(&mut self, new: &NewPointer) -> Result<Option<i64>, StoreError> {
        let id = new.connection_id.as_ref();
        id.map(|id| self.required(id)).transpose()
    }

    /// All that must stay for a row: what keeps a connection from being removed once the row is a pointer. `assigned` is
    /// the one that it is assigned to, `federated` what it carries, as it is stored. The one that it leads away through must
    /// be there; a circuit may name others that are not.
    pub(super) fn needed_by(
        &mut self,
        assigned: Option<i64>,
        row: &ImportRow,
        federated: Option<&str>,
    ) -> Result<Needed, StoreError> {
        let new = &row.pointer;
        let mut named: Vec<i64> = assigned.into_iter().collect();
        let mut used = named.clone();
        if let Some(federated) = &new.federated {
            used.push(self.required(&federated.connection_id)?);
        }
        for id in &row.relays_through {
            used.extend(self.find(id)?);
        }
        let circuit = Some(new.data_reference.as_str()).filter(|text| text.starts_with(CIRCUIT_PREFIX));
        for id in federated.into_iter().chain(circuit).flat_map(named_in) {
            named.extend(self.find(&id)?);
        }
        Ok(Needed { named, used })
    }

    /// Notes in the staging file that this row needs them. Where an earlier one does, that one stays noted.
    pub(super) fn note(&mut self, staging: &Connection, needed: &Needed, n: i64) -> Result<(), StoreError> {
        let named = "INSERT OR IGNORE INTO staged_connections VALUES (?1, ?2)";
        let used = "INSERT OR IGNORE INTO staged_uses VALUES (?1, ?2)";
        for number in &needed.named {
            if self.noted.insert(*number) {
                staging.prepare_cached(named)?.execute(params![number, n])?;
            }
        }
        for number in &needed.used {
            if self.noted_uses.insert(*number) {
                staging.prepare_cached(used)?.execute(params![number, n])?;
            }
        }
        Ok(())
    }

    fn required(&mut self, id: &ConnectionId) -> Result<i64, StoreError> {
        self.find(id)?.ok_or_else(|| not_found("connection", id.as_str()))
    }

    fn find(&mut self, id: &ConnectionId) -> Result<Option<i64>, StoreError> {
        if let Some(known) = self.known.get(id) {
            return Ok(*known);
        }
        let found = match known_connection(self.existing, Some(id)) {
            Err(StoreError::NotFound { .. }) => None,
            found => found?,
        };
        self.known.insert(id.clone(), found);
        Ok(found)
    }
}

/// The first staged row that needs a connection which was removed meanwhile, counted from 1, and what it is told.
pub(super) fn first_gone(conn: &Connection) -> Result<Option<(i64, StoreError)>, StoreError> {
    let found = one(
        conn,
        "SELECT s.n, s.connection FROM staging.staged_connections s
         WHERE s.n > ?1 AND NOT EXISTS (SELECT 1 FROM connections c WHERE c.id = s.connection)
         ORDER BY s.n LIMIT 1",
        0,
        |row| Ok((row.get::<_, i64>(0)?, connection_id(row.get(1)?)?)),
    )?;
    Ok(found.map(|(n, id)| (n, not_found("connection", id.as_str()))))
}
