//! The other side of the handshake: keeping what a bundle brings, all of it or nothing.

use super::gateway::connection_to;
use super::handshake::Came;
use super::held_there::{held_credentials, held_name};
use super::instances::remote_record;
use super::session::Session;
use super::{AcceptRequest, Accepted, Failure, Workspace, held};
use crate::handshake::{Beginning, Bundle, BundledCredential, Life};
use crate::model::{
    ConnectionId, CredentialState, Delivery, Holder, InstanceKind, InstanceName, Side, Timestamp,
};
use crate::protocol::{Code, CredentialForm, HeldCredential, Query};
use crate::vault::{HandshakeEntry, HeldEntry, HeldRole, InstanceRecord};
use serde_json::json;

/// What the vault gets.
struct Plan {
    /// The handshake's id in this home.
    id: String,
    remote: InstanceName,
    entries: Vec<HeldEntry>,
    records: Vec<InstanceRecord>,
    /// Names of credentials of this bundle that are here already.
    known: Vec<String>,
    /// The instance that shall be called with the new credential, as the one that it is called with is of no use.
    repoint: Option<InstanceName>,
}

/// What an instance of ours got.
struct Installed {
    name: String,
    connection_id: ConnectionId,
    /// It was not there before, so that it goes again if something fails.
    is_new: bool,
}

impl Workspace {
    /// Opens what came and keeps its credentials: the console's in the vault, the instance's on one of ours.
    /// If anything fails, nothing is kept. Accepting the same bundle again changes nothing.
    pub async fn accept(&self, request: AcceptRequest) -> Result<Accepted, Failure> {
        // Said before a code is spent on it.
        if let Some(ours) = &request.instance {
            self.require_local(ours).await?;
        }
        let came = self.open_received(&request.received).await?;
        let is_spent = came.bundle.delivery == Delivery::Code;
        let accepted = self.keep_what_came(&request, came).await;
        accepted.map_err(|failure| match is_spent {
            true => after_the_code(failure),
            false => failure,
        })
    }

    async fn keep_what_came(&self, request: &AcceptRequest, came: Came) -> Result<Accepted, Failure> {
        let console = part(&came.bundle, Holder::Console)?;
        let instance = part(&came.bundle, Holder::Instance)?;
        let ours = self.holder_of(request, &came, console.is_some()).await?;
        let ours = self.unless_called(ours, &came, console.is_some()).await?;
        let plan = self.plan(&came, request.name.as_ref(), console.as_ref()).await?;
        let installed = match (&ours, &instance) {
            (Some(ours), Some((bundled, held))) => {
                let at = self.install(ours, &plan.remote, &came.bundle, bundled, held);
                Some(at.await?)
            }
            // A code is spent by now, so what it brought is kept.
            (Some(_), None) if came.bundle.delivery == Delivery::Code => None,
            (Some(ours), None) => return Err(nothing_for(ours)),
            (None, _) => None,
        };
        let is_untaken = instance.is_some() && installed.is_none();
        let first = console.or(instance).map(|(_, held)| held);
        let mut accepted = accepted(&came.bundle, &plan, ours.as_ref(), installed.as_ref(), first);
        let warnings = [
            other_name(request.name.as_ref(), &plan.remote),
            is_untaken.then(|| untaken(came.bundle.delivery).to_owned()),
        ];
        let warnings: Vec<String> = warnings.into_iter().flatten().collect();
        accepted.warning = (!warnings.is_empty()).then(|| warnings.join("; "));
        let is_new = installed.as_ref().is_some_and(|installed| installed.is_new);
        if plan.entries.is_empty() && !is_new {
            if let Some(name) = plan.known.first() {
                accepted.state = held::life_of(&self.held_entry(name).await?).state_at(Timestamp::now());
            }
            return Ok(accepted);
        }
        let entry = handshake(came, &accepted, ours.as_ref());
        if let Err(failure) = self.keep(plan, entry).await {
            if let (Some(ours), Some(installed)) = (&ours, &installed)
                && installed.is_new
            {
                self.uninstall(ours.as_str(), &installed.name).await;
            }
            return Err(failure);
        }
        Ok(accepted)
    }

    /// The vault's part. The handshake is written first: credentials that nobody could verify would be worse than a
    /// handshake without any.
    async fn keep(&self, plan: Plan, entry: HandshakeEntry) -> Result<(), Failure> {
        let id = entry.id.clone();
        let before = {
            let wanted = id.clone();
            let entries = self.in_vault(|vault| vault.handshakes()).await?;
            entries.into_iter().find(|entry| entry.id == wanted)
        };
        self.in_vault(move |vault| vault.put_handshake(&entry)).await?;
        let Plan {
            entries,
            records,
            repoint,
            ..
        } = plan;
        let kept = self.in_vault(move |vault| {
            if !entries.is_empty() || !records.is_empty() {
                vault.add(&entries, &records)?;
            }
            match (repoint, entries.first()) {
                (Some(name), Some(entry)) => {
                    let profile = match entry.form.kid {
                        Some(_) => crate::model::Profile::Native,
                        None => crate::model::Profile::Legacy,
                    };
                    vault.set_credential(&name, &entry.name, &entry.form.app_id, profile)
                }
                _ => Ok(()),
            }
        });
        let Err(failure) = kept.await else {
            return Ok(());
        };
        let undone = self.in_vault(move |vault| match &before {
            Some(before) => vault.put_handshake(before),
            None => vault.remove_handshake(&id),
        });
        if let Err(failure) = undone.await {
            tracing::warn!(%failure, "a handshake that brought nothing is still listed");
        }
        Err(failure)
    }

    /// The instance of ours that shall hold the bundle's credential for relay.
    async fn holder_of(
        &self,
        request: &AcceptRequest,
        came: &Came,
        has_console: bool,
    ) -> Result<Option<InstanceName>, Failure> {
        if let Some(ours) = &request.instance {
            return Ok(Some(ours.clone()));
        }
        let asked_for = came
            .asked
            .as_ref()
            .and_then(|entry| entry.instance.as_deref())
            .and_then(|name| InstanceName::parse(name).ok());
        let has_part = came
            .bundle
            .credentials
            .iter()
            .any(|credential| credential.holder == Holder::Instance);
        if has_part && asked_for.is_some() {
            return Ok(asked_for);
        }
        if has_console {
            return Ok(None);
        }
        // Where there is one instance only, it is the one that is meant.
        let local = self.local_records().await?;
        let elsewhere: Vec<_> = local
            .iter()
            .filter(|record| record.instance_id != came.bundle.instance.id)
            .collect();
        if let [only] = elsewhere.as_slice() {
            return Ok(Some(only.name.clone()));
        }
        Err(Failure::new(
            Code::Usage,
            "the bundle has a credential for an instance only, and no instance of ours was named to hold it",
            "name one, with `butterfly handshake accept --instance NAME`",
        ))
    }

    /// An instance that relays to itself goes round in a circle. Where a code is spent already and the console has a
    /// part too, that part is kept.
    async fn unless_called(
        &self,
        ours: Option<InstanceName>,
        came: &Came,
        has_console: bool,
    ) -> Result<Option<InstanceName>, Failure> {
        let Some(name) = ours else {
            return Ok(None);
        };
        let record = self.record(name.as_str()).await?;
        let called = &came.bundle.instance.id;
        if called.is_none() || record.instance_id != *called {
            return Ok(Some(name));
        }
        if came.bundle.delivery == Delivery::Code && has_console {
            return Ok(None);
        }
        Err(Failure::new(
            Code::InvalidParameter,
            format!("the bundle lets {name} be called, and {name} cannot call itself"),
            "keep it for the console alone, or name another instance of ours to hold it",
        )
        .on(name.as_str()))
    }

    async fn require_local(&self, ours: &InstanceName) -> Result<(), Failure> {
        let record = self.record(ours.as_str()).await?;
        if record.kind == InstanceKind::Local {
            return Ok(());
        }
        Err(Failure::new(
            Code::InvalidParameter,
            "a remote instance cannot be given a credential from here",
            "name an instance of ours, or leave `--instance` out",
        )
        .on(ours.as_str()))
    }

    /// What the vault shall get: nothing that is there already, and no second row for one place.
    async fn plan(
        &self,
        came: &Came,
        name: Option<&InstanceName>,
        console: Option<&(&BundledCredential, HeldCredential)>,
    ) -> Result<Plan, Failure> {
        let bundle = &came.bundle;
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
            id: id_of(came, &records),
            remote,
            entries: Vec::new(),
            records: Vec::new(),
            known: Vec::new(),
            repoint: None,
        };
        let Some((bundled, credential)) = console else {
            return Ok(plan);
        };
        if let Some(entry) = held.iter().find(|entry| is_same(entry, bundle, credential)) {
            plan.known.push(entry.name.clone());
            return Ok(plan);
        }
        let taken = |name: &str| held.iter().any(|entry| entry.name == name);
        let name = free_name(&format!("{}/{}", plan.remote, credential.app_id), taken);
        let entry = entry_of(name, bundle, bundled, credential, plan.remote.as_str());
        match here {
            Some(record) => {
                let usual = held.iter().find(|entry| entry.name == record.credential);
                let is_of_use = usual.is_some_and(|entry| {
                    held::life_of(entry).state_at(Timestamp::now()).is_usable()
                        && held::usable(entry.clone()).is_ok()
                });
                plan.repoint =
                    (record.kind == InstanceKind::Remote && !is_of_use).then(|| record.name.clone());
            }
            None => {
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
        }
        plan.entries.push(entry);
        Ok(plan)
    }

    /// Gives a credential to an instance of ours, with a connection that relays through it.
    async fn install(
        &self,
        ours: &InstanceName,
        remote: &InstanceName,
        bundle: &Bundle,
        bundled: &BundledCredential,
        credential: &HeldCredential,
    ) -> Result<Installed, Failure> {
        let mut session = self.session(ours.as_str()).await?;
        let installed = install_in(&mut session, remote.as_str(), bundle, bundled, credential).await;
        session.close().await;
        installed
    }

    /// Takes a credential from an instance of ours; one that is gone already is as good.
    pub(super) async fn uninstall(&self, ours: &str, name: &str) {
        let Ok(mut session) = self.session(ours).await else {
            return;
        };
        drop_held(&mut session, name).await;
        session.close().await;
    }
}

async fn install_in(
    session: &mut Session<'_>,
    remote: &str,
    bundle: &Bundle,
    bundled: &BundledCredential,
    credential: &HeldCredential,
) -> Result<Installed, Failure> {
    let there = held_credentials(session).await?;
    let same = there.iter().find(|held| {
        held.endpoint == credential.endpoint
            && held.app_id == credential.app_id
            && credential.kid().is_some()
            && (held.kid.as_ref() == credential.kid() || held.offer.as_deref() == Some(bundle.id.as_str()))
    });
    let name = match same {
        Some(held) => held.name.clone(),
        None => free_name(remote, |name| there.iter().any(|held| held.name == name)),
    };
    let is_new = same.is_none();
    if is_new {
        let form = CredentialForm::of(credential);
        let query = Query::new(
            "hold_credential",
            json!({
                "name": name,
                "form": form.expose_value(),
                "lease_ends": bundled.lease_ends,
                "grant": bundled.grant,
                "identity": bundle.instance.identity,
                "offer": bundle.id,
                "delivery": bundle.delivery,
                "verify_first": bundle.verify_first,
                "words": bundle.words(),
                "peer_name": bundle.instance.name,
            }),
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
    match session.result(&query).await {
        Ok(_) => {}
        Err(failure) if failure.code == Code::CredentialNotFound => {}
        Err(failure) => {
            tracing::warn!(%failure, credential = %name, "a credential that was not to stay is still held");
        }
    }
}

/// The same, said to whoever cannot simply try again: the code was good for this one time.
fn after_the_code(failure: Failure) -> Failure {
    let remedy = format!(
        "the code is used up, so ask the other administrator for a new offer; before you accept that one: {}",
        failure.remedy
    );
    Failure { remedy, ..failure }
}

/// The bundle's credential for a holder, ready for use.
fn part(bundle: &Bundle, holder: Holder) -> Result<Option<(&BundledCredential, HeldCredential)>, Failure> {
    let bundled = bundle
        .credentials
        .iter()
        .find(|credential| credential.holder == holder);
    Ok(bundled.zip(bundle.credential_for(holder)?))
}

fn entry_of(
    name: String,
    bundle: &Bundle,
    bundled: &BundledCredential,
    credential: &HeldCredential,
    remote: &str,
) -> HeldEntry {
    HeldEntry {
        life: Some(Life::opened(Beginning {
            delivery: Some(bundle.delivery),
            holder: Some(Holder::Console),
            offer: Some(bundle.id.clone()),
            verify_first: bundle.verify_first,
            offer_ends: Some(bundle.expires_at),
            lease_ends: bundled.lease_ends,
        })),
        identity: bundle.instance.identity.clone(),
        pending: None,
        former: Vec::new(),
        name,
        form: CredentialForm::of(credential),
        role: HeldRole::Caller,
        instance: remote.to_owned(),
        state: CredentialState::Opened,
        verified: false,
        expires_at: bundled.lease_ends,
        created_at: Timestamp::now(),
        grant: Some(bundled.grant.clone()),
        last_used: None,
        uses: 0,
    }
}

/// The request's own id, or the offer's; another one where the offer is of this very home and has that id here.
fn id_of(came: &Came, records: &[InstanceRecord]) -> String {
    if let Some(asked) = &came.asked {
        return asked.id.clone();
    }
    let bundle = &came.bundle;
    let is_ours = records
        .iter()
        .any(|record| record.kind == InstanceKind::Local && record.instance_id == bundle.instance.id);
    if is_ours {
        return held_id(&bundle.id);
    }
    bundle.id.clone()
}

/// What tells the two sides of a handshake within one home apart.
const HELD: &str = "-held";

/// The id of the handshake in which this home accepts an offer of an instance of its own.
pub(super) fn held_id(offer: &str) -> String {
    format!("{offer}{HELD}")
}

/// The offer that such a handshake accepts.
pub(super) fn offer_of(id: &str) -> &str {
    id.strip_suffix(HELD).unwrap_or(id)
}

fn accepted(
    bundle: &Bundle,
    plan: &Plan,
    ours: Option<&InstanceName>,
    installed: Option<&Installed>,
    first: Option<HeldCredential>,
) -> Accepted {
    let mut credentials = plan.known.clone();
    credentials.extend(plan.entries.iter().map(|entry| entry.name.clone()));
    if let (Some(ours), Some(installed)) = (ours, installed) {
        credentials.push(held_name(ours.as_str(), &installed.name));
    }
    Accepted {
        id: plan.id.clone(),
        remote: plan.remote.clone(),
        app_id: first
            .map(|held| held.app_id)
            .unwrap_or_else(|| bundle.credentials[0].form.app_id.clone()),
        words: bundle.words(),
        state: CredentialState::Opened,
        credentials,
        connection_id: installed.map(|installed| installed.connection_id.clone()),
        verify_first: bundle.verify_first,
        warning: None,
    }
}

/// Said where the bundle has a credential for an instance, and none of ours takes it. A code hands over once: whoever claims
/// it again counts as somebody else, and freezes what it handed over.
const fn untaken(delivery: Delivery) -> &'static str {
    match delivery {
        Delivery::Code => {
            "the offer's credential for an instance is not taken, and its code is used up: do not type it again; if an \
             instance of yours is to relay, ask the other administrator for another offer, with `--holder instance`, and \
             accept that one with `--instance NAME`"
        }
        Delivery::Request | Delivery::Passphrase | Delivery::Plain => {
            "the offer's credential for an instance is not taken; it ends when fresh keys are mixed into the console's, so \
             accept again with `--instance NAME` before that if an instance of yours is to relay"
        }
    }
}

/// Said where a name was given and the instance has another one here already. A code is spent by then, so that it is no
/// reason to keep nothing.
fn other_name(wanted: Option<&InstanceName>, remote: &InstanceName) -> Option<String> {
    let wanted = wanted.filter(|wanted| *wanted != remote)?;
    Some(format!(
        "this instance is in this home already, as {remote}; it keeps that name, and is not called {wanted}"
    ))
}

fn handshake(came: Came, accepted: &Accepted, ours: Option<&InstanceName>) -> HandshakeEntry {
    let bundle = &came.bundle;
    let asked = came.asked.as_ref();
    HandshakeEntry {
        id: accepted.id.clone(),
        side: Side::Held,
        delivery: asked.map_or(bundle.delivery, |_| Delivery::Request),
        peer: bundle.instance.name.clone(),
        instance: ours.map(ToString::to_string),
        remote: Some(accepted.remote.to_string()),
        credentials: accepted.credentials.clone(),
        words: Some(accepted.words.clone()),
        verify_first: bundle.verify_first,
        request: asked.and_then(|entry| entry.request.clone()),
        request_key: None,
        bundle: None,
        refused: false,
        created_at: asked.map_or_else(Timestamp::now, |entry| entry.created_at),
        expires_at: Some(bundle.expires_at),
        ended_at: None,
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

/// Whether it is the bundle's: under the key that it came with, or activated since.
fn is_same(entry: &HeldEntry, bundle: &Bundle, credential: &HeldCredential) -> bool {
    let Some(kid) = credential.kid() else {
        return false;
    };
    let came_so = entry.form.kid.as_ref() == Some(kid);
    let offer = entry.life.as_ref().and_then(|life| life.offer.as_deref());
    (came_so || offer == Some(bundle.id.as_str()))
        && entry.form.endpoint == credential.endpoint
        && entry.form.app_id == credential.app_id
}

fn nothing_for(ours: &InstanceName) -> Failure {
    Failure::new(
        Code::InvalidParameter,
        "the bundle has no credential for an instance, only one for a console",
        "keep it for the console alone (no instance), or ask the other administrator for an offer with holder instance",
    )
    .on(ours.as_str())
}
