//! The instances of a home, as last known.

use super::numbers::stored;
use super::{Vault, VaultError};
use crate::model::{
    AppId, Endpoint, InstanceId, InstanceKind, InstanceName, InstanceState, Profile, Timestamp,
};
use rusqlite::{OptionalExtension, Row, Transaction, params};
use serde::{Deserialize, Serialize};

/// An instance of the home. Nothing secret.
#[derive(Debug, Clone, PartialEq)]
pub struct InstanceRecord {
    /// Its name in this home.
    pub name: InstanceName,
    /// Local or remote.
    pub kind: InstanceKind,
    /// Where it answers.
    pub endpoint: Endpoint,
    /// How the credential that we use seals.
    pub profile: Profile,
    /// Its id, where it has one.
    pub instance_id: Option<InstanceId>,
    /// The name under which we call it.
    pub app_id: AppId,
    /// The held credential that we use, by name.
    pub credential: String,
    /// The colour that it is shown in, if one was chosen.
    pub colour: Option<String>,
    /// Whether the console refuses to change anything on it.
    pub read_only: bool,
    /// How many seconds a call may take, if that was chosen.
    pub patience_s: Option<u64>,
    /// When it was added.
    pub created_at: Timestamp,
    /// What the last probe found.
    pub seen: Option<Seen>,
}

/// What a probe found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Seen {
    /// When.
    pub at: Timestamp,
    /// What it came to.
    pub state: InstanceState,
    /// Round trip, microseconds.
    pub latency_us: Option<u64>,
    /// Pointers on it.
    pub pointers: Option<u64>,
    /// Its program's version.
    pub version: Option<String>,
    /// A number that is another one whenever anything changed there, if this probe was told: nothing to remember.
    #[serde(skip)]
    pub changes: Option<u64>,
    /// What was wrong, with the remedy.
    pub error: Option<String>,
    /// When it last answered a sealed call: pointers and version are from then.
    #[serde(default)]
    pub answered_at: Option<Timestamp>,
}

const COLUMNS: &str = "name, kind, endpoint, profile, instance_id, app_id, credential, colour, read_only, created_at, seen, \
     patience_s";

impl Vault {
    /// Every instance, by name.
    pub fn instances(&self) -> Result<Vec<InstanceRecord>, VaultError> {
        let connection = self.connection();
        let mut statement =
            connection.prepare_cached(&format!("SELECT {COLUMNS} FROM instances ORDER BY name"))?;
        let rows = statement.query_map([], read)?;
        rows.map(|row| row?).collect()
    }

    /// One instance.
    pub fn instance(&self, name: &str) -> Result<Option<InstanceRecord>, VaultError> {
        self.connection()
            .prepare_cached(&format!("SELECT {COLUMNS} FROM instances WHERE name = ?1"))?
            .query_row([name], read)
            .optional()?
            .transpose()
    }

    /// Remembers what a probe found; nothing else of the row is touched.
    pub fn set_seen(&self, name: &InstanceName, seen: &Seen) -> Result<(), VaultError> {
        let text = serde_json::to_string(seen).expect("plain fields always serialise");
        self.write(|transaction| {
            transaction
                .prepare_cached("UPDATE instances SET seen = ?2 WHERE name = ?1")?
                .execute(params![name.as_str(), text])?;
            Ok(())
        })
    }

    /// Records which credential an instance is called with from now on.
    pub fn set_credential(
        &self,
        name: &InstanceName,
        credential: &str,
        app_id: &AppId,
        profile: Profile,
    ) -> Result<(), VaultError> {
        self.write_durably(|transaction| {
            transaction.execute(
                "UPDATE instances SET credential = ?2, app_id = ?3, profile = ?4 WHERE name = ?1",
                params![name.as_str(), credential, app_id.as_str(), profile.as_str()],
            )?;
            Ok(())
        })
    }

    /// Records what a person chose: the colour, whether anything may be changed there, how long calls may take.
    pub fn set_choices(
        &self,
        name: &InstanceName,
        colour: Option<&str>,
        read_only: bool,
        patience_s: Option<u64>,
    ) -> Result<(), VaultError> {
        self.write_durably(|transaction| {
            transaction.execute(
                "UPDATE instances SET colour = ?2, read_only = ?3, patience_s = ?4 WHERE name = ?1",
                params![name.as_str(), colour, read_only, patience_s.map(stored)],
            )?;
            Ok(())
        })
    }

    /// Records where an instance answers now.
    pub fn set_endpoint(&self, name: &InstanceName, endpoint: &Endpoint) -> Result<(), VaultError> {
        self.write_durably(|transaction| {
            transaction.execute(
                "UPDATE instances SET endpoint = ?2 WHERE name = ?1",
                params![name.as_str(), endpoint.as_str()],
            )?;
            Ok(())
        })
    }
}

pub(super) fn insert(transaction: &Transaction<'_>, record: &InstanceRecord) -> Result<(), VaultError> {
    let added = transaction.execute(
        &format!(
            "INSERT OR IGNORE INTO instances ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)"
        ),
        params![
            record.name.as_str(),
            record.kind.as_str(),
            record.endpoint.as_str(),
            record.profile.as_str(),
            record.instance_id.as_ref().map(InstanceId::as_str),
            record.app_id.as_str(),
            record.credential,
            record.colour,
            record.read_only,
            record.created_at.as_micros(),
            record
                .seen
                .as_ref()
                .map(|seen| serde_json::to_string(seen).expect("plain fields always serialise")),
            record.patience_s.map(stored),
        ],
    )?;
    if added == 0 {
        return Err(VaultError::AlreadyExists {
            what: "an instance named",
            name: record.name.to_string(),
        });
    }
    Ok(())
}

fn read(row: &Row<'_>) -> rusqlite::Result<Result<InstanceRecord, VaultError>> {
    let name: String = row.get(0)?;
    let kind: String = row.get(1)?;
    let endpoint: String = row.get(2)?;
    let profile: String = row.get(3)?;
    let instance_id: Option<String> = row.get(4)?;
    let app_id: String = row.get(5)?;
    let seen: Option<String> = row.get(10)?;
    let parsed = || {
        Some(InstanceRecord {
            name: InstanceName::parse(&name).ok()?,
            kind: match kind.as_str() {
                "local" => InstanceKind::Local,
                "remote" => InstanceKind::Remote,
                _ => return None,
            },
            endpoint: Endpoint::parse(&endpoint).ok()?,
            profile: Profile::parse(&profile)?,
            instance_id: instance_id.as_deref().map(InstanceId::parse).transpose().ok()?,
            app_id: AppId::parse(&app_id).ok()?,
            credential: row.get(6).ok()?,
            colour: row.get(7).ok()?,
            read_only: row.get(8).ok()?,
            created_at: Timestamp::from_micros(row.get(9).ok()?),
            seen: seen.as_deref().and_then(|text| serde_json::from_str(text).ok()),
            patience_s: row.get::<_, Option<i64>>(11).ok()?.map(i64::unsigned_abs),
        })
    };
    Ok(parsed().ok_or_else(|| VaultError::Tampered {
        what: format!("the instance {name:?}"),
    }))
}
