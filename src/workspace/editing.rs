//! Changing what this home knows of an instance, and everything that it knows.

use super::held_there::held_credentials;
use super::hosting::Hosting;
use super::session::Session;
use super::{Failure, InstanceChange, InstanceDetail, InstanceRow, Workspace, blocking};
use crate::handshake::{Alarm, AlarmKind, Event};
use crate::instance::{AuditKept, EventFollower, Instance, Looking, Settings, Tls};
use crate::model::{Endpoint, InstanceKind, InstanceName, Profile, Timestamp};
use crate::protocol::{Code, CredentialForm, Query, Spki};
use crate::vault::InstanceRecord;
use serde_json::json;

/// Colours that can be chosen: as many as a theme's palette is sure to have.
pub const COLOURS: u8 = 8;

/// The longest patience that can be chosen, in seconds: what is usual. A single call may be given more.
pub const LONGEST_PATIENCE_S: u64 = super::session::PATIENCE.unsigned_abs();

impl Workspace {
    /// Changes what this home knows of an instance, and how much of its audit trail one of ours keeps. Nothing is asked
    /// of the instance itself.
    pub async fn edit_instance(&self, name: &str, change: InstanceChange) -> Result<InstanceRow, Failure> {
        let record = self.record(name).await?;
        check(&record, &change)?;
        let colour = match change.colour {
            None => record.colour.clone(),
            Some(chosen) => chosen.map(|colour| colour.to_string()),
        };
        let read_only = change.read_only.unwrap_or(record.read_only);
        let patience_s = change.patience_s.unwrap_or(record.patience_s);
        if (&colour, read_only, patience_s) != (&record.colour, record.read_only, record.patience_s) {
            let name = record.name.clone();
            self.in_vault(move |vault| vault.set_choices(&name, colour.as_deref(), read_only, patience_s))
                .await?;
        }
        if change.audit_days.is_some() || change.audit_mib.is_some() {
            let place = self.place_of(&record.name);
            let (days, mib) = (change.audit_days, change.audit_mib);
            blocking(move || Instance::keep_audit(&place, days, mib))
                .await
                .map_err(|error| Failure::from(error).on(record.name.as_str()))?;
        }
        if let Some(form) = change.credential {
            self.replace_values(&record, form).await?;
        }
        if let Some(pins) = change.pins {
            self.repin(&record, pins).await?;
        }
        if let Some(endpoint) = change.endpoint {
            self.move_remote(&record, endpoint).await?;
        }
        self.instance(name).await
    }

    /// What `instance.toml` says of an instance of ours; none of a remote, and where it cannot be read.
    pub async fn settings(&self, name: &str) -> Result<Option<Settings>, Failure> {
        let record = self.record(name).await?;
        if record.kind == InstanceKind::Remote {
            return Ok(None);
        }
        let place = self.place_of(&record.name);
        Ok(blocking(move || Instance::read_settings(&place).ok()).await)
    }

    /// Fresh values for the credential that a remote is called with, under the same name.
    async fn replace_values(&self, record: &InstanceRecord, form: CredentialForm) -> Result<(), Failure> {
        // Values that are none are refused before anything is kept.
        let held = form.clone().into_held()?;
        let (name, credential) = (record.name.clone(), record.credential.clone());
        let (app_id, profile) = (held.app_id.clone(), held.profile());
        let mut entry = self.entry_of(record).await?;
        let before = entry.form.clone();
        entry.rekey(form);
        // What was known of the old values says nothing about the new ones.
        entry.life = None;
        entry.pending = None;
        entry.verified = false;
        entry.grant = None;
        entry.expires_at = None;
        entry.state = crate::model::CredentialState::Active;
        let changed = credential.clone();
        self.in_vault(move |vault| {
            vault.replace_held(&entry)?;
            vault.set_credential(&name, &credential, &app_id, profile)
        })
        .await?;
        // The new values are kept; what cannot be sealed anew now is found later.
        match self.reseal_after(&changed, before).await {
            Ok(done) => {
                tracing::info!(credential = %changed, circuits = done.len(), "circuits were sealed anew")
            }
            Err(failure) => {
                tracing::warn!(%failure, credential = %changed, "not every circuit was sealed anew")
            }
        }
        Ok(())
    }

    /// A remote shows other TLS keys from now on, and people compared them: this home and the instances of ours that relay to
    /// it take those and no others, which settles the alarm about them.
    async fn repin(&self, record: &InstanceRecord, pins: Vec<Spki>) -> Result<(), Failure> {
        let endpoint = record.endpoint.clone();
        let entries = self.in_vault(|vault| vault.held()).await?;
        for entry in entries
            .into_iter()
            .filter(|entry| entry.form.endpoint == endpoint)
        {
            let pins = pins.clone();
            self.change_held(&entry.name, move |entry, life| {
                entry.form.pins = pins;
                match is_about_tls(life.alarm()) {
                    true => life.apply(Event::WordsMatch, Timestamp::now()),
                    false => Ok(()),
                }
            })
            .await?;
        }
        for ours in self.local_records().await? {
            let mut session = self.session_with(ours).await?;
            let repinned = repin_there(&mut session, &endpoint, &pins).await;
            session.close().await;
            repinned?;
        }
        Ok(())
    }

    /// A remote answers elsewhere now: its credentials are for that endpoint from here on.
    async fn move_remote(&self, record: &InstanceRecord, endpoint: Endpoint) -> Result<(), Failure> {
        let (name, old) = (record.name.clone(), record.endpoint.clone());
        self.in_vault(move |vault| {
            for mut entry in vault.held()? {
                if entry.instance == name.as_str() && entry.form.endpoint == old {
                    entry.form.endpoint = endpoint.clone();
                    vault.replace_held(&entry)?;
                }
            }
            vault.set_endpoint(&name, &endpoint)
        })
        .await
    }

    /// What an instance tells while this process hosts it, until the answer is dropped.
    pub fn look_at_events(&self, name: &InstanceName) -> Looking {
        self.hosts.events(name).look()
    }

    /// What a local instance told and tells, whoever hosts it: without the calls that went well.
    pub fn follow_events(&self, name: &InstanceName) -> EventFollower {
        EventFollower::new(&self.place_of(name))
    }

    /// Whether this process hosts the instance right now.
    pub fn hosts(&self, name: &InstanceName) -> bool {
        self.hosts.of(name) == Hosting::Running
    }

    /// Everything about an instance that can be told without asking it.
    pub async fn instance_detail(&self, name: &str) -> Result<InstanceDetail, Failure> {
        let record = self.record(name).await?;
        let pins = match self.entry_of(&record).await {
            Ok(entry) => entry.form.pins.iter().map(|pin| pin.0.clone()).collect(),
            Err(_) => Vec::new(),
        };
        let (settings, hosted_since, folder) = match record.kind {
            InstanceKind::Remote => (Vec::new(), None, None),
            InstanceKind::Local => {
                let folder = self.place_of(&record.name);
                let place = folder.clone();
                let (settings, since) = blocking(move || {
                    (
                        Instance::read_settings(&place).ok(),
                        Instance::hosted_since(&place),
                    )
                })
                .await;
                let settings = settings.map(|settings| told(&settings)).unwrap_or_default();
                (settings, since, Some(folder.display().to_string()))
            }
        };
        Ok(InstanceDetail {
            added_at: record.created_at,
            hosted_since,
            folder,
            pins,
            settings,
            row: self.row_of(record),
        })
    }
}

/// The same for what an instance of ours holds for relay, as far as it refuses to call because of it.
async fn repin_there(session: &mut Session<'_>, endpoint: &Endpoint, pins: &[Spki]) -> Result<(), Failure> {
    for held in held_credentials(session).await? {
        if held.endpoint == *endpoint && is_about_tls(held.alarm.as_ref()) {
            let settled = json!({"name": held.name, "match": true, "pins": pins});
            session
                .result(&Query::new("verify_held_credential", settled))
                .await?;
        }
    }
    Ok(())
}

fn is_about_tls(alarm: Option<&Alarm>) -> bool {
    alarm.is_some_and(|alarm| alarm.kind == AlarmKind::TlsKeyChanged)
}

/// What an instance was told before it started, as labels and values.
fn told(settings: &Settings) -> Vec<(&'static str, String)> {
    let tls = match &settings.tls {
        None if settings.insecure_http => "none, on any address".to_owned(),
        None => "none: this machine only".to_owned(),
        Some(Tls::Own) => "its own certificate, pinned by whoever accepts a bundle".to_owned(),
        Some(Tls::Given { certificate, .. }) => format!("certificate {}", certificate.display()),
    };
    let reach = match settings.fetch_allow.as_slice() {
        [] => "public addresses".to_owned(),
        ranges => {
            let ranges: Vec<String> = ranges.iter().map(ToString::to_string).collect();
            format!("public addresses and {}", ranges.join(", "))
        }
    };
    let files = match settings.file_roots.as_slice() {
        [] => "none".to_owned(),
        roots => {
            let roots: Vec<String> = roots.iter().map(|root| root.display().to_string()).collect();
            roots.join(", ")
        }
    };
    let most = format!(
        "{} MiB within {} s",
        settings.fetch_largest_mib, settings.fetch_seconds
    );
    let writes = if settings.read_only { "refused" } else { "answered" };
    let key = (!settings.key.is_own()).then(|| ("key", settings.key.to_string()));
    let told = [
        ("listens on", settings.listen.to_string()),
        ("tls", tls),
        ("fetches from", reach),
        ("files of", files),
        ("data at most", most),
        ("writes", writes.to_owned()),
        ("audit trail", settings.audit_kept().to_string()),
    ];
    told.into_iter().chain(key).collect()
}

/// Refuses what cannot be changed, before anything is.
fn check(record: &InstanceRecord, change: &InstanceChange) -> Result<(), Failure> {
    let wrong = |message: String, remedy: &str| {
        Err(Failure::new(Code::InvalidParameter, message, remedy).on(record.name.as_str()))
    };
    if let Some(Some(colour)) = change.colour
        && !(1..=COLOURS).contains(&colour)
    {
        return wrong(
            format!("there is no colour {colour}"),
            "choose 1 to 8, or `none` for the one that comes with its place in the list",
        );
    }
    if let Some(Some(patience)) = change.patience_s
        && !(1..=LONGEST_PATIENCE_S).contains(&patience)
    {
        return wrong(
            format!("{patience} s is no patience"),
            "choose 1 to 30 seconds; a single call may be given more with --timeout",
        );
    }
    let is_local = record.kind == InstanceKind::Local;
    let (days, mib) = (change.audit_days.unwrap_or(0), change.audit_mib.unwrap_or(0));
    if days > AuditKept::MOST_DAYS || mib > AuditKept::MOST_MIB {
        return wrong(
            format!("{days} days or {mib} MiB is more than can be said"),
            "choose at most 36500 days and 1048576 MiB, or 0 for no limit",
        );
    }
    if !is_local && (change.audit_days.is_some() || change.audit_mib.is_some()) {
        return wrong(
            format!(
                "{} is not hosted here: how much of its audit trail it keeps is its own",
                record.name
            ),
            "ask its administrator",
        );
    }
    if is_local && (change.endpoint.is_some() || change.credential.is_some() || change.pins.is_some()) {
        return wrong(
            format!(
                "{} is hosted here: its endpoint and its owner are its own",
                record.name
            ),
            "change `listen` and `endpoint` in its instance.toml while it is stopped; a lost owner comes back with \
             `butterfly instance recover-owner`",
        );
    }
    let Some(form) = &change.credential else {
        return Ok(());
    };
    let profile = match form.kid {
        Some(_) => Profile::Native,
        None => Profile::Legacy,
    };
    if profile != record.profile {
        return wrong(
            format!(
                "{} is called in the profile {}, and these values are {profile}",
                record.name, record.profile
            ),
            "remove it and add it again: a profile is part of a credential and never changes",
        );
    }
    Ok(())
}
