//! Credentials of both sides: listing, revoking, exporting, importing.
//!
//! Names are unique over both sides: what this console holds has the name under which it is in the vault
//! (`beta/alpha-console`), what an instance issued is `NAME@INSTANCE`, what an instance holds for relay is
//! `INSTANCE/held/NAME`.

use super::closed_doors::{heed_connections, heed_issued_ends};
use super::credential_rows::{Issued, row_of_entry, row_of_held_there, row_of_issued};
use super::handshake::Offered;
use super::held_there::held_credentials;
use super::leading::connections;
use super::session::Session;
use super::{CredentialRow, Failure, Workspace};
use crate::model::{CredentialState, Holder, InstanceKind, Side, Timestamp};
use crate::protocol::{Code, CredentialForm, Query};
use crate::vault::{HeldRole, InstanceRecord};
use serde::Deserialize;
use serde_json::json;
use std::time::Duration;

/// How long one instance may take to list its credentials.
const PATIENCE: Duration = Duration::from_secs(5);

/// What the vault and every instance of ours tell of credentials.
pub(super) struct Survey {
    pub(super) rows: Vec<CredentialRow>,
    /// Offers, with the instance that made each.
    pub(super) offers: Vec<(String, Offered)>,
    /// Instances that could not be asked.
    pub(super) failures: Vec<Failure>,
    /// Every instance of ours.
    local: Vec<String>,
}

impl Survey {
    /// Whether an instance could not be asked.
    pub(super) fn is_silent(&self, instance: Option<&str>) -> bool {
        let Some(instance) = instance else { return false };
        self.failures
            .iter()
            .any(|failure| failure.instance.as_deref() == Some(instance))
    }

    /// Whether an instance was ours and is not any more.
    pub(super) fn is_gone(&self, instance: Option<&str>) -> bool {
        instance.is_some_and(|instance| self.local.iter().all(|name| name != instance))
    }
}

/// What one instance tells.
type Told = (Vec<CredentialRow>, Vec<Offered>);

impl Workspace {
    /// Every credential: held by this console, held by instances of ours, issued by instances that we own. A held one that
    /// this home itself has shut out, on the instance that issued it or on the way there, says so. An
    /// instance that cannot be asked is named in the second list with the reason; it holds nothing up.
    pub async fn credentials(&self) -> Result<(Vec<CredentialRow>, Vec<Failure>), Failure> {
        let mut survey = self.survey(false).await?;
        heed_issued_ends(&mut survey.rows);
        Ok((survey.rows, survey.failures))
    }

    /// The same, with the offers if they are wanted.
    pub(super) async fn survey(&self, with_offers: bool) -> Result<Survey, Failure> {
        let now = Timestamp::now();
        let entries = self.in_vault(|vault| vault.held()).await?;
        let records = self.records().await?;
        let mut survey = Survey {
            rows: entries
                .into_iter()
                .map(|entry| row_of_entry(entry, now))
                .collect(),
            offers: Vec::new(),
            failures: Vec::new(),
            local: Vec::new(),
        };
        let local: Vec<_> = records
            .iter()
            .filter(|record| record.kind == InstanceKind::Local)
            .collect();
        survey.local = local.iter().map(|record| record.name.to_string()).collect();
        let asked = local
            .iter()
            .map(|record| self.credentials_on(record, &records, with_offers, now));
        let outcomes = futures::future::join_all(asked).await;
        for (record, outcome) in local.iter().zip(outcomes) {
            match outcome {
                Ok((rows, offers)) => {
                    survey.rows.extend(rows);
                    let offers = offers.into_iter().map(|offer| (record.name.to_string(), offer));
                    survey.offers.extend(offers);
                }
                Err(failure) => survey.failures.push(failure),
            }
        }
        Ok(survey)
    }

    /// All lists of one instance, within its own time.
    async fn credentials_on(
        &self,
        record: &InstanceRecord,
        records: &[InstanceRecord],
        with_offers: bool,
        now: Timestamp,
    ) -> Result<Told, Failure> {
        let listing = async {
            let mut session = self.session_with(record.clone()).await?;
            let found = told_by_instance(&mut session, records, with_offers, now).await;
            session.close().await;
            found
        };
        let told = match tokio::time::timeout(PATIENCE, listing).await {
            Ok(told) => told,
            Err(_) => Err(Failure::new(
                Code::DeadlineExceeded,
                format!("its credentials were not listed within {} s", PATIENCE.as_secs()),
                format!(
                    "look at the instance with `butterfly instance probe {}`",
                    record.name
                ),
            )),
        };
        told.map_err(|failure| failure.on(record.name.as_str()))
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

    /// Issued: refused from now on. Held: forgotten. The credential as it is then.
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
        // When it ended, and what there is to look at now, is its issuer's to say. That it cannot be asked any more
        // undoes nothing.
        if row.side == Side::Issued
            && let Ok(ended) = self.credential(&row.name).await
        {
            return Ok(ended);
        }
        row.state = CredentialState::Revoked;
        row.attention = None;
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
                row.name,
                row.kept_on().unwrap_or(&row.instance)
            ),
            "make a new offer with `butterfly handshake offer`, or export one that this console holds",
        ))
    }
}

async fn told_by_instance(
    session: &mut Session<'_>,
    records: &[InstanceRecord],
    with_offers: bool,
    now: Timestamp,
) -> Result<Told, Failure> {
    #[derive(Deserialize)]
    struct Listed {
        credentials: Vec<Issued>,
    }
    #[derive(Deserialize)]
    struct Offers {
        offers: Vec<Offered>,
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
    let held = held_credentials(session).await?;
    if !with_offers {
        let connections = match held.is_empty() {
            true => Vec::new(),
            false => connections(session).await?,
        };
        for held in held {
            let through: Vec<_> = connections
                .iter()
                .filter(|connection| connection.held_credential.as_deref() == Some(&held.name))
                .collect();
            let row = row_of_held_there(held, &instance, records, now);
            rows.push(heed_connections(row, &through));
        }
        return Ok((rows, Vec::new()));
    }
    // How a handshake stands does not depend on what was closed since.
    rows.extend(
        held.into_iter()
            .map(|held| row_of_held_there(held, &instance, records, now)),
    );
    let query = Query::new("list_offers", json!({}));
    let result = session.result(&query).await?;
    let listed: Offers = serde_json::from_value(result).map_err(|_| session.unexpected(query.action()))?;
    Ok((rows, listed.offers))
}
