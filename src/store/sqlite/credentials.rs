//! Issued and held credentials, and offers. Their secrets arrive sealed; nothing here could open them.

use super::failure::{damaged, is_unique_violation, not_found};
use super::rows::{all, list_from_json, list_to_json, text};
use crate::model::{AppId, CredentialState, Delivery, Endpoint, KeyId, Profile, Timestamp};
use crate::store::{CodeRecord, HeldRecord, IssuedRecord, OfferRecord, StoreError};
use rusqlite::{Connection, Row, params};
use serde_json::Value;

fn app_id(text: &str) -> Result<AppId, StoreError> {
    AppId::parse(text).map_err(|_| damaged("app_id", text))
}

fn profile(text: &str) -> Result<Profile, StoreError> {
    Profile::parse(text).ok_or_else(|| damaged("profile", text))
}

fn endpoint(text: &str) -> Result<Endpoint, StoreError> {
    Endpoint::parse(text).map_err(|_| damaged("endpoint", text))
}

fn kid(row: &Row, column: usize) -> Result<Option<KeyId>, StoreError> {
    let kid: Option<String> = row.get(column)?;
    kid.map(|kid| KeyId::parse(&kid).map_err(|_| damaged("key id", &kid)))
        .transpose()
}

fn moment(row: &Row, column: usize) -> Result<Option<Timestamp>, StoreError> {
    Ok(row.get::<_, Option<i64>>(column)?.map(Timestamp::from_micros))
}

fn json(row: &Row, column: usize) -> Result<Option<Value>, StoreError> {
    let text: Option<String> = row.get(column)?;
    text.map(|text| serde_json::from_str(&text).map_err(|_| damaged("JSON", "of a credential")))
        .transpose()
}

fn issued_record(row: &Row) -> Result<IssuedRecord, StoreError> {
    let state = text(row, 6)?;
    Ok(IssuedRecord {
        name: row.get(0)?,
        app_id: app_id(text(row, 1)?)?,
        profile: profile(text(row, 2)?)?,
        kid: kid(row, 3)?,
        endpoint: endpoint(text(row, 4)?)?,
        grant: serde_json::from_str(text(row, 5)?).map_err(|_| damaged("grant", "of a credential"))?,
        state: CredentialState::parse(state).ok_or_else(|| damaged("credential state", state))?,
        verified: row.get(7)?,
        expires_at: moment(row, 8)?,
        created_at: Timestamp::from_micros(row.get(9)?),
        last_used: moment(row, 10)?,
        uses: row.get::<_, i64>(11)?.cast_unsigned(),
        sealed_secrets: row.get(12)?,
        life: json(row, 13)?,
        sealed_previous: row.get(14)?,
        access_key: json(row, 15)?,
    })
}

/// Every issued credential, oldest first.
pub(super) fn issued(conn: &Connection) -> Result<Vec<IssuedRecord>, StoreError> {
    all(
        conn,
        "SELECT name, app_id, profile, kid, endpoint, allows, state, verified, expires_at, created_at,
             last_used, uses, sealed_secrets, life, sealed_previous, access_key
         FROM issued ORDER BY created_at, name",
        [],
        issued_record,
    )
}

/// Installs an issued credential.
pub(super) fn insert_issued(conn: &Connection, record: &IssuedRecord) -> Result<(), StoreError> {
    let written = write_issued(
        conn,
        record,
        "INSERT INTO issued (name, app_id, profile, kid, endpoint, allows, state, verified, expires_at,
             created_at, last_used, uses, sealed_secrets, life, sealed_previous, access_key)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)",
    );
    match written {
        Ok(_) => Ok(()),
        Err(error) if is_unique_violation(&error) => Err(StoreError::AlreadyExists {
            what: "credential",
            name: record.name.clone(),
        }),
        Err(error) => Err(error.into()),
    }
}

/// Replaces the record of the same name. Uses noted since the caller read it are not taken back.
pub(super) fn update_issued(conn: &Connection, record: &IssuedRecord) -> Result<(), StoreError> {
    let changed = write_issued(
        conn,
        record,
        "UPDATE issued SET app_id = ?2, profile = ?3, kid = ?4, endpoint = ?5, allows = ?6, state = ?7,
             verified = ?8, expires_at = ?9, created_at = ?10,
             last_used = coalesce(max(last_used, ?11), last_used, ?11), uses = max(uses, ?12),
             sealed_secrets = ?13, life = ?14, sealed_previous = ?15, access_key = ?16
         WHERE name = ?1",
    )?;
    match changed {
        0 => Err(not_found("credential", &record.name)),
        _ => Ok(()),
    }
}

fn write_issued(conn: &Connection, record: &IssuedRecord, sql: &str) -> Result<usize, rusqlite::Error> {
    let grant = serde_json::to_string(&record.grant).expect("a grant has only string keys");
    conn.prepare_cached(sql)?.execute(params![
        record.name,
        record.app_id.as_str(),
        record.profile.as_str(),
        record.kid.as_ref().map(KeyId::as_str),
        record.endpoint.as_str(),
        grant,
        record.state.as_str(),
        record.verified,
        record.expires_at.map(Timestamp::as_micros),
        record.created_at.as_micros(),
        record.last_used.map(Timestamp::as_micros),
        record.uses.cast_signed(),
        record.sealed_secrets,
        record.life.as_ref().map(Value::to_string),
        record.sealed_previous,
        record.access_key.as_ref().map(Value::to_string),
    ])
}

/// Removes an issued credential.
pub(super) fn remove_issued(conn: &Connection, name: &str) -> Result<(), StoreError> {
    // Its name becomes free: whoever has it next did not write what this one wrote.
    conn.prepare_cached("UPDATE pointers SET author = ?2 WHERE author = ?1")?
        .execute([name, &format!("{name} (removed)")])?;
    let removed = conn
        .prepare_cached("DELETE FROM issued WHERE name = ?1")?
        .execute([name])?;
    match removed {
        0 => Err(not_found("credential", name)),
        _ => Ok(()),
    }
}

/// Notes when credentials were last used, and how often in all.
pub(super) fn note_use(conn: &Connection, uses: &[(String, Timestamp, u64)]) -> Result<(), StoreError> {
    let mut statement = conn.prepare_cached(
        "UPDATE issued SET last_used = max(coalesce(last_used, ?2), ?2), uses = max(uses, ?3) WHERE name = ?1",
    )?;
    for (name, at, total) in uses {
        statement.execute(params![name, at.as_micros(), total.cast_signed()])?;
    }
    Ok(())
}

fn held_record(row: &Row) -> Result<HeldRecord, StoreError> {
    Ok(HeldRecord {
        name: row.get(0)?,
        app_id: app_id(text(row, 1)?)?,
        profile: profile(text(row, 2)?)?,
        kid: kid(row, 3)?,
        endpoint: endpoint(text(row, 4)?)?,
        verified: row.get(5)?,
        expires_at: moment(row, 6)?,
        created_at: Timestamp::from_micros(row.get(7)?),
        sealed_form: row.get(8)?,
        life: json(row, 9)?,
        sealed_pending: row.get(10)?,
        grant: json(row, 11)?
            .map(serde_json::from_value)
            .transpose()
            .map_err(|_| damaged("grant", "of a held credential"))?,
        peer: json(row, 12)?,
        last_used: moment(row, 13)?,
        uses: row.get::<_, i64>(14)?.cast_unsigned(),
    })
}

/// Every held credential, oldest first.
pub(super) fn held(conn: &Connection) -> Result<Vec<HeldRecord>, StoreError> {
    all(
        conn,
        "SELECT name, app_id, profile, kid, endpoint, verified, expires_at, created_at, sealed_form,
             life, sealed_pending, allows, peer, last_used, uses
         FROM held ORDER BY created_at, name",
        [],
        held_record,
    )
}

/// Installs or replaces a held credential.
pub(super) fn put_held(conn: &Connection, record: &HeldRecord) -> Result<(), StoreError> {
    conn.prepare_cached(
        "INSERT OR REPLACE INTO held (name, app_id, profile, kid, endpoint, verified, expires_at, created_at,
             sealed_form, life, sealed_pending, allows, peer, last_used, uses)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13,
             (SELECT last_used FROM held WHERE name = ?1), coalesce((SELECT uses FROM held WHERE name = ?1), 0))",
    )?
    .execute(params![
        record.name,
        record.app_id.as_str(),
        record.profile.as_str(),
        record.kid.as_ref().map(KeyId::as_str),
        record.endpoint.as_str(),
        record.verified,
        record.expires_at.map(Timestamp::as_micros),
        record.created_at.as_micros(),
        record.sealed_form,
        record.life.as_ref().map(Value::to_string),
        record.sealed_pending,
        record
            .grant
            .as_ref()
            .map(|grant| serde_json::to_string(grant).expect("a grant has only string keys")),
        record.peer.as_ref().map(Value::to_string),
    ])?;
    Ok(())
}

/// Notes when held credentials were last used, and how often in all.
pub(super) fn note_held_use(conn: &Connection, uses: &[(String, Timestamp, u64)]) -> Result<(), StoreError> {
    let mut statement = conn.prepare_cached(
        "UPDATE held SET last_used = max(coalesce(last_used, ?2), ?2), uses = max(uses, ?3) WHERE name = ?1",
    )?;
    for (name, at, total) in uses {
        statement.execute(params![name, at.as_micros(), total.cast_signed()])?;
    }
    Ok(())
}

/// Removes a held credential.
pub(super) fn remove_held(conn: &Connection, name: &str) -> Result<(), StoreError> {
    let removed = conn
        .prepare_cached("DELETE FROM held WHERE name = ?1")?
        .execute([name])?;
    match removed {
        0 => Err(not_found("held credential", name)),
        _ => Ok(()),
    }
}

fn offer_record(row: &Row) -> Result<OfferRecord, StoreError> {
    let delivery = text(row, 7)?;
    Ok(OfferRecord {
        id: row.get(0)?,
        label: row.get(1)?,
        credentials: list_from_json(text(row, 2)?)?,
        words: list_from_json(text(row, 3)?)?,
        state: row.get(4)?,
        created_at: Timestamp::from_micros(row.get(5)?),
        expires_at: Timestamp::from_micros(row.get(6)?),
        delivery: Delivery::parse(delivery).ok_or_else(|| damaged("delivery", delivery))?,
        code: code(row)?,
    })
}

fn code(row: &Row) -> Result<Option<CodeRecord>, StoreError> {
    let nameplate: Option<String> = row.get(8)?;
    let (Some(nameplate), Some(ends)) = (nameplate, moment(row, 10)?) else {
        return Ok(None);
    };
    Ok(Some(CodeRecord {
        nameplate,
        sealed: row.get(9)?,
        ends,
    }))
}

/// Every offer that was not withdrawn, oldest first.
pub(super) fn offers(conn: &Connection) -> Result<Vec<OfferRecord>, StoreError> {
    all(
        conn,
        "SELECT id, label, credentials, words, state, created_at, expires_at, delivery, nameplate,
             sealed_code, code_ends
         FROM offers WHERE state <> 'withdrawn' ORDER BY created_at, id",
        [],
        offer_record,
    )
}

/// Records an offer, or replaces it.
pub(super) fn put_offer(conn: &Connection, record: &OfferRecord) -> Result<(), StoreError> {
    conn.prepare_cached(
        "INSERT OR REPLACE INTO offers (id, label, credentials, words, state, created_at, expires_at,
             delivery, nameplate, sealed_code, code_ends)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
    )?
    .execute(params![
        record.id,
        record.label,
        list_to_json(&record.credentials),
        list_to_json(&record.words),
        record.state,
        record.created_at.as_micros(),
        record.expires_at.as_micros(),
        record.delivery.as_str(),
        record.code.as_ref().map(|code| &code.nameplate),
        record.code.as_ref().and_then(|code| code.sealed.as_ref()),
        record.code.as_ref().map(|code| code.ends.as_micros()),
    ])?;
    Ok(())
}
