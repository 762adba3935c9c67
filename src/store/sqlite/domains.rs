//! Domains and the connections that they own.

use super::failure::{damaged, is_unique_violation, not_found};
use super::rows::{address, all, connection_id, domain_id, number, one};
use crate::model::{AppId, Connection, ConnectionId, ConnectionStatus, Domain, DomainId, Timestamp};
use crate::seal::random;
use crate::store::{AsSeen, ConnectionChange, StoreError};
use rusqlite::{Row, params};
use serde::Serialize;

/// How many things that stand in the way of a removal are named.
const MOST_NAMED: i64 = 20;

const DOMAIN: &str = "SELECT id, name, owner_app_id, created_at FROM domains";
const CONNECTION: &str =
    "SELECT id, domain, name, description, status, held_credential, created_at FROM connections";

fn domain(row: &Row) -> Result<Domain, StoreError> {
    let owner: String = row.get(2)?;
    Ok(Domain {
        id: domain_id(row.get(0)?)?,
        name: row.get(1)?,
        owner_app_id: AppId::parse(&owner).map_err(|_| damaged("app_id", &owner))?,
        created_at: Timestamp::from_micros(row.get(3)?),
    })
}

fn connection(row: &Row) -> Result<Connection, StoreError> {
    let status: String = row.get(4)?;
    Ok(Connection {
        id: connection_id(row.get(0)?)?,
        domain_id: domain_id(row.get(1)?)?,
        name: row.get(2)?,
        description: row.get(3)?,
        status: ConnectionStatus::parse(&status).ok_or_else(|| damaged("connection status", &status))?,
        held_credential: row.get(5)?,
        created_at: Timestamp::from_micros(row.get(6)?),
    })
}

/// Every domain, oldest first.
pub(super) fn domains(conn: &rusqlite::Connection) -> Result<Vec<Domain>, StoreError> {
    all(conn, &format!("{DOMAIN} ORDER BY created_at, name"), [], domain)
}

/// One domain.
pub(super) fn find_domain(conn: &rusqlite::Connection, id: &DomainId) -> Result<Option<Domain>, StoreError> {
    one(
        conn,
        &format!("{DOMAIN} WHERE id = ?1"),
        number(id.as_str()),
        domain,
    )
}

/// Makes a domain.
pub(super) fn create_domain(
    conn: &rusqlite::Connection,
    name: &str,
    owner: &AppId,
    now: Timestamp,
) -> Result<Domain, StoreError> {
    let taken = one(conn, "SELECT 1 FROM domains WHERE name = ?1", name, |_| Ok(()))?;
    if taken.is_some() {
        return Err(StoreError::AlreadyExists {
            what: "domain",
            name: name.to_owned(),
        });
    }
    loop {
        let id = random::domain_id();
        let inserted = conn
            .prepare_cached(
                "INSERT INTO domains (id, name, owner_app_id, created_at) VALUES (?1, ?2, ?3, ?4)",
            )?
            .execute(params![
                number(id.as_str()),
                name,
                owner.as_str(),
                now.as_micros()
            ]);
        match inserted {
            Ok(_) => {
                return Ok(Domain {
                    id,
                    name: name.to_owned(),
                    owner_app_id: owner.clone(),
                    created_at: now,
                });
            }
            Err(error) if is_unique_violation(&error) => {}
            Err(error) => return Err(error.into()),
        }
    }
}

/// Every connection, or those of one domain, oldest first.
pub(super) fn connections(
    conn: &rusqlite::Connection,
    domain: Option<&DomainId>,
) -> Result<Vec<Connection>, StoreError> {
    match domain {
        None => all(
            conn,
            &format!("{CONNECTION} ORDER BY created_at, id"),
            [],
            connection,
        ),
        Some(domain) => all(
            conn,
            &format!("{CONNECTION} WHERE domain = ?1 ORDER BY created_at, id"),
            [number(domain.as_str())],
            connection,
        ),
    }
}

/// One connection.
pub(super) fn find_connection(
    conn: &rusqlite::Connection,
    id: &ConnectionId,
) -> Result<Option<Connection>, StoreError> {
    one(
        conn,
        &format!("{CONNECTION} WHERE id = ?1"),
        number(id.as_str()),
        connection,
    )
}

/// Makes a connection, active at once.
pub(super) fn create_connection(
    conn: &rusqlite::Connection,
    domain: &DomainId,
    name: &str,
    description: &str,
    held_credential: Option<&str>,
    now: Timestamp,
) -> Result<Connection, StoreError> {
    if find_domain(conn, domain)?.is_none() {
        return Err(not_found("domain", domain.as_str()));
    }
    loop {
        let id = random::connection_id();
        let inserted = conn
            .prepare_cached(
                "INSERT INTO connections (id, domain, name, description, status, held_credential, created_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            )?
            .execute(params![
                number(id.as_str()),
                number(domain.as_str()),
                name,
                description,
                ConnectionStatus::Active.as_str(),
                held_credential,
                now.as_micros(),
            ]);
        match inserted {
            Ok(_) => {
                return Ok(Connection {
                    id,
                    domain_id: domain.clone(),
                    name: name.to_owned(),
                    description: description.to_owned(),
                    status: ConnectionStatus::Active,
                    held_credential: held_credential.map(str::to_owned),
                    created_at: now,
                });
            }
            Err(error) if is_unique_violation(&error) => {}
            Err(error) => return Err(error.into()),
        }
    }
}

/// Opens or closes a connection.
pub(super) fn set_status(
    conn: &rusqlite::Connection,
    id: &ConnectionId,
    status: ConnectionStatus,
) -> Result<Connection, StoreError> {
    conn.prepare_cached("UPDATE connections SET status = ?2 WHERE id = ?1")?
        .execute(params![number(id.as_str()), status.as_str()])?;
    find_connection(conn, id)?.ok_or_else(|| not_found("connection", id.as_str()))
}

/// Changes what `change` names.
pub(super) fn update_connection(
    conn: &rusqlite::Connection,
    id: &ConnectionId,
    change: &ConnectionChange,
) -> Result<Connection, StoreError> {
    if let Some(seen) = &change.if_still
        && let Some(connection) = find_connection(conn, id)?
    {
        require_still(seen, &connection, "connection", id.as_str())?;
    }
    conn.prepare_cached(
        "UPDATE connections SET name = coalesce(?2, name), description = coalesce(?3, description),
             held_credential = CASE ?4 WHEN 0 THEN held_credential ELSE ?5 END
         WHERE id = ?1",
    )?
    .execute(params![
        number(id.as_str()),
        change.name,
        change.description,
        change.held_credential.is_some(),
        change.held_credential.as_ref().and_then(Option::as_deref),
    ])?;
    find_connection(conn, id)?.ok_or_else(|| not_found("connection", id.as_str()))
}

/// The pointers that need a connection: those assigned to it, those that lead away through it, and circuits that name
/// it. These are found by their text: it is 48 random bits. Each part has its index, so that it takes no longer with a
/// million other pointers.
pub(super) const NEEDED_BY: &str = "
    SELECT address FROM (
        SELECT id, address FROM pointers WHERE connection = ?1
        UNION SELECT id, address FROM pointers INDEXED BY pointers_federated
            WHERE federated IS NOT NULL AND instr(federated, ?2) > 0
        UNION SELECT id, address FROM pointers INDEXED BY pointers_circuits
            WHERE substr(data_reference, 1, 18) = 'internal_circuit::' AND instr(data_reference, ?2) > 0
    ) ORDER BY id LIMIT ?3";

/// The connections that a text names, by the measure of [`NEEDED_BY`]: that of a circuit, or of what a pointer that leads
/// away carries.
pub(super) fn named_in(text: &str) -> impl Iterator<Item = ConnectionId> {
    const LENGTH: usize = "conn_0123456789ab".len();
    let places = text.match_indices("conn_");
    places.filter_map(|(at, _)| ConnectionId::parse(text.get(at..at + LENGTH)?).ok())
}

/// Removes a connection, unless a pointer is assigned to it, leads through it, or relays through it.
pub(super) fn delete_connection(conn: &rusqlite::Connection, id: &ConnectionId) -> Result<(), StoreError> {
    let key = number(id.as_str());
    let by = all(conn, NEEDED_BY, params![key, id.as_str(), MOST_NAMED], |row| {
        Ok(address(row.get(0)?)?.to_string())
    })?;
    refuse_if_used("connection", id.as_str(), by)?;
    let removed = conn
        .prepare_cached("DELETE FROM connections WHERE id = ?1")?
        .execute([key])?;
    match removed {
        0 => Err(not_found("connection", id.as_str())),
        _ => Ok(()),
    }
}

/// Gives a domain another name.
pub(super) fn rename_domain(
    conn: &rusqlite::Connection,
    id: &DomainId,
    name: &str,
    if_still: Option<&AsSeen>,
) -> Result<Domain, StoreError> {
    if let Some(seen) = if_still
        && let Some(domain) = find_domain(conn, id)?
    {
        require_still(seen, &domain, "domain", id.as_str())?;
    }
    let renamed = conn
        .prepare_cached("UPDATE domains SET name = ?2 WHERE id = ?1")?
        .execute(params![number(id.as_str()), name]);
    match renamed {
        Ok(_) => find_domain(conn, id)?.ok_or_else(|| not_found("domain", id.as_str())),
        Err(error) if is_unique_violation(&error) => Err(StoreError::AlreadyExists {
            what: "domain",
            name: name.to_owned(),
        }),
        Err(error) => Err(error.into()),
    }
}

/// Removes a domain, unless it has connections or federations that stand. Of those that ended nothing stays.
pub(super) fn delete_domain(conn: &rusqlite::Connection, id: &DomainId) -> Result<(), StoreError> {
    let key = number(id.as_str());
    let mut by = all(
        conn,
        "SELECT id FROM connections WHERE domain = ?1 ORDER BY created_at, id LIMIT ?2",
        params![key, MOST_NAMED],
        |row| Ok(connection_id(row.get(0)?)?.to_string()),
    )?;
    by.extend(all(
        conn,
        "SELECT printf('fed_%012x', id) FROM federations
         WHERE (source = ?1 OR target = ?1) AND status <> 'revoked' ORDER BY created_at, id LIMIT ?2",
        params![key, MOST_NAMED],
        |row| Ok(row.get::<_, String>(0)?),
    )?);
    refuse_if_used("domain", id.as_str(), by)?;
    conn.prepare_cached("DELETE FROM federations WHERE source = ?1 OR target = ?1")?
        .execute([key])?;
    let removed = conn
        .prepare_cached("DELETE FROM domains WHERE id = ?1")?
        .execute([key])?;
    match removed {
        0 => Err(not_found("domain", id.as_str())),
        _ => Ok(()),
    }
}

fn require_still(
    seen: &AsSeen,
    thing: &impl Serialize,
    what: &'static str,
    name: &str,
) -> Result<(), StoreError> {
    if seen.holds_of(thing) {
        return Ok(());
    }
    Err(StoreError::ChangedMeanwhile {
        what,
        name: name.to_owned(),
        at: None,
    })
}

fn refuse_if_used(what: &'static str, name: &str, by: Vec<String>) -> Result<(), StoreError> {
    if by.is_empty() {
        return Ok(());
    }
    Err(StoreError::InUse {
        what,
        name: name.to_owned(),
        by,
    })
}
