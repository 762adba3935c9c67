//! The other side of the handshake: keeping what a bundle brings, all of it or nothing.

use super::gateway::{connection_to, held_credentials};
use super::instances::remote_record;
use super::session::Session;
use super::{AcceptRequest, Accepted, Failure, Received, Workspace, handshake};
use crate::handshake::{Bundle, BundledCredential};
use crate::model::{ConnectionId, CredentialState, Holder, InstanceName, KeyId, Timestamp};
use crate::protocol::{Code, HeldCredential, Query};
use crate::vault::{HeldEntry, HeldRole, InstanceRecord};
use serde_json::json;

/// What the vault gets.
struct Plan {
    remote: InstanceName,
    entries: Vec<HeldEntry>,
    records: Vec<InstanceRecord>,
    /// Names of credentials of this bundle that are here already.
    known: Vec<String>,
}

/// What an instance of ours got.
struct Installed {
    name: String,
    connection_id: ConnectionId,
    /// It was not there before, so that it goes again if something fails.
    is_new: bool,
}

impl Workspace {
    /// Opens a bundle and keeps its credentials: the console's in the vault, the instance's on one of ours.
    /// If anything fails, nothing is kept. Accepting the same bundle again changes nothing.
    pub async fn accept(&self, request: AcceptRequest) -> Result<Accepted, Failure> {
        let Received::Passphrase { bundle, passphrase } = &request.received else {
            todo!()
        };
        let bundle = handshake::open(bundle, passphrase).await?;
        let console = part(&bundle, Holder::Console)?;
        let instance = part(&bundle, Holder::Instance)?;
        if console.is_none() && request.instance.is_none() {
            return Err(Failure::new(
                Code::Usage,
                "the bundle has a credential for an instance only, and no instance of ours was named to hold it",
                "name one, with `butterfly handshake accept --instance NAME`",
            ));
        }
        let plan = self
            .plan(&bundle, request.name.as_ref(), console.as_ref())
            .await?;
        let installed = match (&request.instance, &instance) {
            (Some(ours), Some((bundled, held))) => {
                Some(self.install(ours, plan.remote.as_str(), bundled, held).await?)
            }
            (Some(ours), None) => return Err(nothing_for(ours)),
            (None, _) => None,
        };
        let accepted = accepted(
            &bundle,
            &plan,
            installed.as_ref(),
            console.or(instance).map(|(_, held)| held),
        );
        let Plan { entries, records, .. } = plan;
        if !entries.is_empty() || !records.is_empty() {
            let kept = self.in_vault(move |vault| vault.add(&entries, &records)).await;
            if let Err(failure) = kept {
                if let (Some(ours), Some(installed)) = (&request.instance, &installed)
                    && installed.is_new
                {
                    self.uninstall(ours, &installed.name).await;
                }
                return Err(failure);
            }
        }
        Ok(accepted)
    }

    /// What the vault shall get: nothing that is there already, and no second row for one place.
    async fn plan(
        &self,
        bundle: &Bundle,
        name: Option<&InstanceName>,
        console: Option<&(&BundledCredential, HeldCredential)>,
    ) -> Result<Plan, Failure> {
        let records = self.records().await?;
        let held = self.in_vault(|vault| vault.held()).await?;
        let here = records.iter().find(|record| record.endpoint == bundle.endpoint);
        let remote = match (here, name) {
            (Some(record), _) => record.name.clone(),
            (None, Some(name)) => name.clone(),
            (None, None) => proposed_name(bundle, &records)?,
        };
        if here.is_none() && records.iter().any(|record| record.name == remote) {
            return Err(Failure::new(
                Code::AlreadyExists,
                format!("another instance is called {remote} in this home"),
                "give the new one another name, with `--name`",
            ));
        }
        let mut plan = Plan {
            remote,
            entries: Vec::new(),
            records: Vec::new(),
            known: Vec::new(),
        };
        let Some((bundled, credential)) = console else {
            return Ok(plan);
        };
        let same = held.iter().find(|entry| is_same(entry, credential));
        if let Some(entry) = same {
            plan.known.push(entry.name.clone());
            return Ok(plan);
        }
        let taken = |name: &str| held.iter().any(|entry| entry.name == name);
        let entry = HeldEntry {
            life: None,
            identity: None,
            pending: None,
            name: free_name(&format!("{}/{}", plan.remote, credential.app_id), taken),
            form: crate::protocol::CredentialForm::of(credential),
            role: HeldRole::Caller,
            instance: plan.remote.to_string(),
            state: CredentialState::Opened,
            verified: false,
            expires_at: bundled.lease_ends,
            created_at: Timestamp::now(),
            grant: Some(bundled.grant.clone()),
            last_used: None,
            uses: 0,
        };
        if here.is_none() {
            let record = remote_record(
                plan.remote.clone(),
                credential,
                entry.name.clone(),
                Timestamp::now(),
            );
            plan.records.push(InstanceRecord {
                instance_id: bundle.instance.id.clone(),
                ..record
            });
        }
        plan.entries.push(entry);
        Ok(plan)
    }

    /// Gives a credential to an instance of ours, with a connection that relays through it.
    async fn install(
        &self,
        ours: &InstanceName,
        remote: &str,
        bundled: &BundledCredential,
        credential: &HeldCredential,
    ) -> Result<Installed, Failure> {
        let mut session = self.session(ours.as_str()).await?;
        let installed = install_in(&mut session, remote, bundled, credential).await;
        session.close().await;
        installed
    }

    async fn uninstall(&self, ours: &InstanceName, name: &str) {
        let Ok(mut session) = self.session(ours.as_str()).await else {
            return;
        };
        drop_held(&mut session, name).await;
        session.close().await;
    }
}

async fn install_in(
    session: &mut Session<'_>,
    remote: &str,
    bundled: &BundledCredential,
    credential: &HeldCredential,
) -> Result<Installed, Failure> {
    let there = held_credentials(session).await?;
    let same = there.iter().find(|held| {
        held.endpoint == credential.endpoint
            && held.app_id == credential.app_id
            && held.kid.as_ref() == credential.kid()
            && credential.kid().is_some()
    });
    let name = match same {
        Some(held) => held.name.clone(),
        None => free_name(remote, |name| there.iter().any(|held| held.name == name)),
    };
    let is_new = same.is_none();
    if is_new {
        let form = crate::protocol::CredentialForm::of(credential);
        let query = Query::new(
            "hold_credential",
            json!({"name": name, "form": form.expose_value(), "lease_ends": bundled.lease_ends}),
        );
        session.result(&query).await?;
    }
    match connection_to(session, remote, Some(&name)).await {
        Ok(connection_id) => Ok(Installed {
            name,
            connection_id,
            is_new,
        }),
        Err(failure) => {
            if is_new {
                drop_held(session, &name).await;
            }
            Err(failure)
        }
    }
}

async fn drop_held(session: &mut Session<'_>, name: &str) {
    let query = Query::new("drop_held_credential", json!({"name": name}));
    if let Err(failure) = session.result(&query).await {
        tracing::warn!(%failure, credential = %name, "a credential that was not to stay is still held");
    }
}

/// The bundle's credential for a holder, ready for use.
fn part(bundle: &Bundle, holder: Holder) -> Result<Option<(&BundledCredential, HeldCredential)>, Failure> {
    let bundled = bundle
        .credentials
        .iter()
        .find(|credential| credential.holder == holder);
    Ok(bundled.zip(bundle.credential_for(holder)?))
}

fn accepted(
    bundle: &Bundle,
    plan: &Plan,
    installed: Option<&Installed>,
    first: Option<HeldCredential>,
) -> Accepted {
    let mut credentials = plan.known.clone();
    credentials.extend(plan.entries.iter().map(|entry| entry.name.clone()));
    credentials.extend(installed.map(|installed| installed.name.clone()));
    Accepted {
        id: bundle.id.clone(),
        verify_first: bundle.verify_first,
        remote: plan.remote.clone(),
        app_id: first
            .map(|held| held.app_id)
            .unwrap_or_else(|| bundle.credentials[0].form.app_id.clone()),
        words: bundle.words(),
        state: CredentialState::Opened,
        credentials,
        connection_id: installed.map(|installed| installed.connection_id.clone()),
    }
}

/// The name that the bundle proposes, or a variation of it that is free.
fn proposed_name(bundle: &Bundle, records: &[InstanceRecord]) -> Result<InstanceName, Failure> {
    let proposed = InstanceName::parse(&bundle.instance.name).map_err(|_| {
        Failure::new(
            Code::Usage,
            "the bundle proposes no usable name for the instance",
            "give one with `--name`",
        )
    })?;
    let taken = |name: &str| records.iter().any(|record| record.name.as_str() == name);
    let free = free_name(proposed.as_str(), taken);
    Ok(InstanceName::parse(&free).unwrap_or(proposed))
}

/// The name itself, or with the first number that makes it free.
fn free_name(wanted: &str, taken: impl Fn(&str) -> bool) -> String {
    if !taken(wanted) {
        return wanted.to_owned();
    }
    (2..)
        .map(|number| format!("{wanted}-{number}"))
        .find(|name| !taken(name))
        .expect("there are more numbers than names")
}

fn is_same(entry: &HeldEntry, credential: &HeldCredential) -> bool {
    let kid: Option<&KeyId> = credential.kid();
    kid.is_some()
        && entry.form.kid.as_ref() == kid
        && entry.form.endpoint == credential.endpoint
        && entry.form.app_id == credential.app_id
}

fn nothing_for(ours: &InstanceName) -> Failure {
    Failure::new(
        Code::InvalidParameter,
        "the bundle has no credential for an instance, only one for a console",
        "accept it without `--instance`, or ask the other administrator for an offer with holder instance",
    )
    .on(ours.as_str())
}
