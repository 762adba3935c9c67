//! Credentials of both sides: listing, revoking, exporting, importing.
//!
//! Names are unique over both sides: what this console holds has the name under which it is in the vault
//! (`beta/alpha-console`), what an instance issued is `NAME@INSTANCE`, what an instance holds for relay is
//! `INSTANCE/held/NAME`.

use super::gateway::{HeldThere, held_credentials};
use super::session::Session;
use super::{CredentialRow, Failure, Workspace};
use crate::model::{
    AppId, CredentialState, Endpoint, Grant, Holder, InstanceKind, KeyId, Profile, Side, Timestamp,
};
use crate::protocol::{Code, CredentialForm, HeldKeys, Query};
use crate::vault::{HeldEntry, HeldRole, InstanceRecord};
use serde::Deserialize;
use serde_json::json;
use std::time::Duration;

/// How long one instance may take to list its credentials.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long before its end a lease deserves attention, in seconds.
const SOON: i64 = 7 * 86_400;
/// How long a credential may go unused before that deserves attention, in seconds.
const IDLE: i64 = 86_400;

/// An issued credential, as its instance lists it.
#[derive(Deserialize)]
struct Issued {
    name: String,
    app_id: AppId,
    profile: Profile,
    #[serde(default)]
    kid: Option<KeyId>,
    state: CredentialState,
    #[serde(default)]
    verified: bool,
    #[serde(default)]
    grant: Option<Grant>,
    #[serde(default)]
    expires_at: Option<Timestamp>,
    #[serde(default)]
    created_at: Option<Timestamp>,
    #[serde(default)]
    last_used: Option<Timestamp>,
    #[serde(default)]
    uses: Option<u64>,
}

impl Workspace {
    /// Every credential: held by this console, held by instances of ours, issued by instances that we own. An
    /// instance that cannot be asked is named in the second list with the reason; it holds nothing up.
    pub async fn credentials(&self) -> Result<(Vec<CredentialRow>, Vec<Failure>), Failure> {
        let now = Timestamp::now();
        let entries = self.in_vault(|vault| vault.held()).await?;
        let records = self.records().await?;
        let mut rows: Vec<_> = entries
            .into_iter()
            .map(|entry| row_of_entry(entry, now))
            .collect();
        let local = records
            .iter()
            .filter(|record| record.kind == InstanceKind::Local)
            .map(|record| self.credentials_on(record, &records, now));
        let mut failures = Vec::new();
        for outcome in futures::future::join_all(local).await {
            match outcome {
                Ok(found) => rows.extend(found),
                Err(failure) => failures.push(failure),
            }
        }
        Ok((rows, failures))
    }

    /// Both lists of one instance, within its own time.
    async fn credentials_on(
        &self,
        record: &InstanceRecord,
        records: &[InstanceRecord],
        now: Timestamp,
    ) -> Result<Vec<CredentialRow>, Failure> {
        let listing = async {
            let mut session = self.session_with(record.clone()).await?;
            let found = rows_of_instance(&mut session, records, now).await;
            session.close().await;
            found
        };
        match tokio::time::timeout(PATIENCE, listing).await {
            Ok(found) => found,
            Err(_) => Err(Failure::new(
                Code::DeadlineExceeded,
                format!("its credentials were not listed within {} s", PATIENCE.as_secs()),
                "look at the instance with `butterfly instance probe`",
            )
            .on(record.name.as_str())),
        }
    }

    /// One credential by name.
    pub async fn credential(&self, name: &str) -> Result<CredentialRow, Failure> {
        let (rows, failures) = self.credentials().await?;
        if let Some(row) = rows.iter().find(|row| row.name == name) {
            return Ok(row.clone());
        }
        let by_app_id: Vec<_> = rows.iter().filter(|row| row.app_id.as_str() == name).collect();
        if let [row] = by_app_id.as_slice() {
            return Ok((*row).clone());
        }
        let mut remedy = "list the credentials with `butterfly credential list`".to_owned();
        if let Some(failure) = failures.first() {
            remedy = format!("{remedy}; not every instance could be asked: {failure}");
        }
        let shown: String = name.chars().take(120).collect();
        Err(Failure::new(
            Code::CredentialNotFound,
            format!("there is no credential {shown:?}"),
            remedy,
        ))
    }

    /// Issued: refused from now on. Held: forgotten.
    pub async fn revoke_credential(&self, name: &str) -> Result<CredentialRow, Failure> {
        let mut row = self.credential(name).await?;
        match (row.side, row.holder) {
            (Side::Issued, _) => {
                let name = row
                    .name
                    .strip_suffix(&format!("@{}", row.instance))
                    .unwrap_or(&row.name);
                self.administer(&row.instance, "revoke_credential", name).await?;
            }
            (Side::Held, Some(Holder::Instance)) => {
                if let Some((instance, name)) = row.name.split_once("/held/") {
                    self.administer(instance, "drop_held_credential", name).await?;
                }
            }
            (Side::Held, _) => self.forget(&row.name).await?,
        }
        row.state = CredentialState::Revoked;
        Ok(row)
    }

    async fn forget(&self, name: &str) -> Result<(), Failure> {
        let wanted = name.to_owned();
        let entry = self.in_vault(move |vault| vault.held_by_name(&wanted)).await?;
        if entry.is_some_and(|entry| entry.role == HeldRole::Owner) {
            return Err(Failure::new(
                Code::AccessDenied,
                format!(
                    "{name} is the owner's credential of an instance of ours; without it nobody administers that instance"
                ),
                "remove the instance itself, with `butterfly instance remove`",
            ));
        }
        let wanted = name.to_owned();
        self.in_vault(move |vault| vault.remove_held(&wanted)).await?;
        Ok(())
    }

    async fn administer(&self, instance: &str, action: &str, name: &str) -> Result<(), Failure> {
        let mut session = self.session(instance).await?;
        let done = session.result(&Query::new(action, json!({"name": name}))).await;
        session.close().await;
        done.map(drop)
    }

    /// The plain form of a credential: only where a person asked for it.
    pub async fn export_credential(&self, name: &str) -> Result<CredentialForm, Failure> {
        let wanted = name.to_owned();
        let entry = self.in_vault(move |vault| vault.held_by_name(&wanted)).await?;
        if let Some(entry) = entry {
            return Ok(entry.form);
        }
        let row = self.credential(name).await?;
        if row.side == Side::Held && row.holder == Some(Holder::Console) {
            let wanted = row.name.clone();
            let entry = self.in_vault(move |vault| vault.held_by_name(&wanted)).await?;
            if let Some(entry) = entry {
                return Ok(entry.form);
            }
        }
        Err(Failure::new(
            Code::AccessDenied,
            format!(
                "the secrets of {} are sealed on {} and never leave it again",
                row.name, row.instance
            ),
            "make a new offer with `butterfly handshake offer`, or export one that this console holds",
        ))
    }
}

async fn rows_of_instance(
    session: &mut Session<'_>,
    records: &[InstanceRecord],
    now: Timestamp,
) -> Result<Vec<CredentialRow>, Failure> {
    #[derive(Deserialize)]
    struct Listed {
        credentials: Vec<Issued>,
    }
    let query = Query::new("list_credentials", json!({}));
    let result = session.result(&query).await?;
    let listed: Listed = serde_json::from_value(result).map_err(|_| session.unexpected(query.action()))?;
    let instance = session.record.name.to_string();
    let mut rows: Vec<_> = listed
        .credentials
        .into_iter()
        .map(|issued| row_of_issued(issued, &instance, now))
        .collect();
    for held in held_credentials(session).await? {
        rows.push(row_of_held_there(held, &instance, records, now));
    }
    Ok(rows)
}

fn row_of_entry(entry: HeldEntry, now: Timestamp) -> CredentialRow {
    let held = entry.form.clone().into_held().ok();
    let is_weak = held.as_ref().is_some_and(|held| match &held.keys {
        HeldKeys::Legacy { token_secret, .. } => token_secret.is_weak(),
        HeldKeys::Native { .. } => false,
    });
    let profile = held.map_or(Profile::Native, |held| held.profile());
    let state = state_at(entry.state, entry.expires_at, now);
    let attention = if is_weak {
        Some(
            "its token secret is short or the documented development default: anybody could guess it"
                .to_owned(),
        )
    } else if entry.role == HeldRole::Caller && !entry.verified {
        Some("nobody compared the words yet".to_owned())
    } else {
        lease_attention(entry.expires_at, now)
    };
    CredentialRow {
        side: Side::Held,
        holder: Some(Holder::Console),
        instance: entry.instance,
        profile,
        app_id: entry.form.app_id.clone(),
        kid: entry.form.kid.clone().map(String::from),
        state,
        verified: entry.verified,
        expires_at: entry.expires_at,
        last_used: entry.last_used,
        uses: Some(entry.uses),
        grant: entry.grant,
        attention,
        delivery: None,
        generation: 0,
        rotation_due: None,
        overlap_until: None,
        alarm: None,
        created_at: None,
        ended_at: None,
        name: entry.name,
    }
}

fn row_of_issued(issued: Issued, instance: &str, now: Timestamp) -> CredentialRow {
    let is_idle = issued.last_used.is_none()
        && issued
            .created_at
            .is_some_and(|created| created.plus_seconds(IDLE) < now);
    let attention = lease_attention(issued.expires_at, now)
        .or_else(|| (is_idle && issued.state.is_usable()).then(|| "it was never used".to_owned()));
    CredentialRow {
        name: format!("{}@{instance}", issued.name),
        side: Side::Issued,
        holder: None,
        instance: instance.to_owned(),
        profile: issued.profile,
        app_id: issued.app_id,
        kid: issued.kid.map(String::from),
        state: state_at(issued.state, issued.expires_at, now),
        verified: issued.verified,
        expires_at: issued.expires_at,
        last_used: issued.last_used,
        uses: issued.uses,
        grant: issued.grant,
        attention,
        delivery: None,
        generation: 0,
        rotation_due: None,
        overlap_until: None,
        alarm: None,
        created_at: None,
        ended_at: None,
    }
}

/// What a credential that an instance of ours holds is called in this home.
pub(super) fn held_name(holder: &str, held: &str) -> String {
    format!("{holder}/held/{held}")
}

fn row_of_held_there(
    held: HeldThere,
    holder: &str,
    records: &[InstanceRecord],
    now: Timestamp,
) -> CredentialRow {
    let attention = lease_attention(held.expires_at, now)
        .or_else(|| (!held.verified).then(|| "nobody compared the words yet".to_owned()));
    CredentialRow {
        name: held_name(holder, &held.name),
        side: Side::Held,
        holder: Some(Holder::Instance),
        instance: name_of_place(&held.endpoint, records),
        profile: held.profile,
        app_id: held.app_id,
        kid: held.kid.map(String::from),
        state: state_at(CredentialState::Active, held.expires_at, now),
        verified: held.verified,
        expires_at: held.expires_at,
        last_used: None,
        uses: None,
        grant: None,
        attention,
        delivery: None,
        generation: 0,
        rotation_due: None,
        overlap_until: None,
        alarm: None,
        created_at: None,
        ended_at: None,
    }
}

/// What this home calls a place; its authority where it has no name for it.
fn name_of_place(endpoint: &Endpoint, records: &[InstanceRecord]) -> String {
    records
        .iter()
        .find(|record| record.endpoint == *endpoint)
        .map_or_else(|| endpoint.authority(), |record| record.name.to_string())
}

fn state_at(state: CredentialState, expires_at: Option<Timestamp>, now: Timestamp) -> CredentialState {
    if state.is_usable() && expires_at.is_some_and(|end| end <= now) {
        return CredentialState::Expired;
    }
    state
}

fn lease_attention(expires_at: Option<Timestamp>, now: Timestamp) -> Option<String> {
    let end = expires_at?;
    if end <= now {
        return Some("its lease ended".to_owned());
    }
    (end <= now.plus_seconds(SOON)).then(|| format!("its lease ends on {end:.10}"))
}
