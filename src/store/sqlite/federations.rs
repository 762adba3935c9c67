//! Federations of the domains of this instance.

use super::domains::find_domain;
use super::failure::{damaged, is_unique_violation, not_found};
use super::rows::{all, domain_id, number, one, text};
use crate::model::{DomainId, DomainPermission, Federation, FederationId, FederationStatus, Timestamp};
use crate::seal::random;
use crate::store::StoreError;
use rusqlite::{Connection, Row, params};
use std::collections::BTreeSet;

const FEDERATION: &str =
    "SELECT id, source, target, status, permissions, created_at, accepted_at FROM federations";

fn federation(row: &Row) -> Result<Federation, StoreError> {
    let status = text(row, 3)?;
    Ok(Federation {
        id: federation_id(row.get(0)?)?,
        source_domain_id: domain_id(row.get(1)?)?,
        target_domain_id: domain_id(row.get(2)?)?,
        status: FederationStatus::parse(status).ok_or_else(|| damaged("federation status", status))?,
        permissions: permissions(text(row, 4)?)?,
        created_at: Timestamp::from_micros(row.get(5)?),
        accepted_at: row.get::<_, Option<i64>>(6)?.map(Timestamp::from_micros),
    })
}

fn federation_id(number: i64) -> Result<FederationId, StoreError> {
    let text = format!("fed_{number:012x}");
    FederationId::parse(&text).map_err(|_| damaged("federation id", &text))
}

fn permissions(json: &str) -> Result<BTreeSet<DomainPermission>, StoreError> {
    serde_json::from_str(json).map_err(|_| damaged("list of permissions", json))
}

/// Every federation, oldest first.
pub(super) fn federations(conn: &Connection) -> Result<Vec<Federation>, StoreError> {
    all(
        conn,
        &format!("{FEDERATION} ORDER BY created_at, id"),
        [],
        federation,
    )
}

/// One federation.
pub(super) fn find(conn: &Connection, id: &FederationId) -> Result<Option<Federation>, StoreError> {
    let key = number(id.as_str());
    one(conn, &format!("{FEDERATION} WHERE id = ?1"), key, federation)
}

/// The federation that a request key, given as its SHA-256, still accepts.
pub(super) fn find_requested(
    conn: &Connection,
    request: &[u8; 32],
) -> Result<Option<Federation>, StoreError> {
    let sql = format!("{FEDERATION} WHERE request = ?1 AND status = 'pending'");
    one(conn, &sql, request, federation)
}

/// Asks for a federation. There is one at a time for each pair and direction.
pub(super) fn create(
    conn: &Connection,
    (source, target): (&DomainId, &DomainId),
    permissions: &BTreeSet<DomainPermission>,
    request: &[u8; 32],
    now: Timestamp,
) -> Result<Federation, StoreError> {
    for domain in [source, target] {
        if find_domain(conn, domain)?.is_none() {
            return Err(not_found("domain", domain.as_str()));
        }
    }
    let standing = all(
        conn,
        &format!("{FEDERATION} WHERE source = ?1 AND target = ?2 AND status <> 'revoked'"),
        params![number(source.as_str()), number(target.as_str())],
        federation,
    )?;
    if let Some(standing) = standing.first() {
        return Err(StoreError::AlreadyExists {
            what: "federation",
            name: standing.id.to_string(),
        });
    }
    let told = serde_json::to_string(permissions).expect("words always serialise");
    loop {
        let id = random::federation_id();
        let inserted = conn
            .prepare_cached(
                "INSERT INTO federations (id, source, target, status, permissions, request, created_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            )?
            .execute(params![
                number(id.as_str()),
                number(source.as_str()),
                number(target.as_str()),
                FederationStatus::Pending.as_str(),
                told,
                request,
                now.as_micros(),
            ]);
        match inserted {
            Ok(_) => return find(conn, &id)?.ok_or_else(|| not_found("federation", id.as_str())),
            Err(error) if is_unique_violation(&error) => {}
            Err(error) => return Err(error.into()),
        }
    }
}

/// Accepts what was asked for, once: the request key opens nothing afterwards.
pub(super) fn accept(conn: &Connection, id: &FederationId, now: Timestamp) -> Result<Federation, StoreError> {
    let accepted = conn
        .prepare_cached(
            "UPDATE federations SET status = 'accepted', accepted_at = ?2, request = NULL
             WHERE id = ?1 AND status = 'pending'",
        )?
        .execute(params![number(id.as_str()), now.as_micros()])?;
    match accepted {
        0 => Err(not_found("federation", id.as_str())),
        _ => find(conn, id)?.ok_or_else(|| not_found("federation", id.as_str())),
    }
}

/// Ends a federation, or withdraws a request.
pub(super) fn revoke(conn: &Connection, id: &FederationId) -> Result<Federation, StoreError> {
    conn.prepare_cached("UPDATE federations SET status = 'revoked', request = NULL WHERE id = ?1")?
        .execute([number(id.as_str())])?;
    find(conn, id)?.ok_or_else(|| not_found("federation", id.as_str()))
}
