//! Noticing that an instance is not the one it was: another TLS key, another identity. What people's words had
//! proven is no longer so, and nothing more is sent to it.

use super::{Failure, Workspace};
use crate::client::{ClientError, Probe};
use crate::handshake::{AlarmKind, Event, Told};
use crate::model::{Endpoint, Timestamp};
use crate::protocol::{CallContext, Code, Discovery, HeldCredential, Reply};
use crate::vault::HeldEntry;

/// Seconds for asking again what a probe did not say.
const PATIENCE: i64 = 3;

impl Workspace {
    /// Raises the alarm if a call failed because the instance shows a key that is none of those pinned.
    pub(super) async fn notice_tls(&self, error: &ClientError) {
        let Some(endpoint) = error.other_tls_key().map(str::to_owned) else {
            return;
        };
        self.raise(AlarmKind::TlsKeyChanged, move |entry| {
            entry.form.endpoint.as_str() == endpoint && !entry.form.pins.is_empty()
        })
        .await;
    }

    /// Looks at what a probe found: which key, and which identity.
    pub(super) async fn notice_probe(&self, credential: &HeldCredential, probe: &Probe) {
        let endpoint = credential.endpoint.clone();
        if let Some(discovery) = &probe.discovery {
            return self.notice_identity(&endpoint, discovery).await;
        }
        if credential.pins.is_empty() || !endpoint.is_tls() || probe.error.is_none() {
            return;
        }
        let context = CallContext::begin(Timestamp::now(), PATIENCE);
        if let Err(error) = self.client.discover(&endpoint, &credential.pins, &context).await {
            self.notice_tls(&error).await;
        }
    }

    /// Raises the alarm if an instance shows another identity than the bundle had.
    pub(super) async fn notice_identity(&self, endpoint: &Endpoint, discovery: &Discovery) {
        let endpoint = endpoint.clone();
        let (id, shown) = (discovery.instance_id.clone(), discovery.identity.clone());
        self.raise(AlarmKind::IdentityChanged, move |entry| {
            entry.form.endpoint == endpoint
                && entry.form.instance_id.as_ref() == Some(&id)
                && entry.identity.is_some()
                && entry.identity != shown
        })
        .await;
    }

    /// Takes to heart what an instance says of a credential in answer to `whoami`: that it is frozen, that its keys are
    /// to be rotated, or that it allows something else by now.
    pub(super) async fn heed(&self, name: &str, reply: &Reply) {
        if let Some(problem) = reply
            .problem()
            .filter(|problem| problem.code == Code::CredentialFrozen)
        {
            let name = name.to_owned();
            return self
                .raise(AlarmKind::of_freezing(&problem), move |entry| entry.name == name)
                .await;
        }
        if let Some(told) = Told::of(reply) {
            if let Err(failure) = self.heed_overlap(name, &told).await {
                tracing::warn!(%failure, credential = %name, "that an older key is not answered any more cannot be noted");
            }
            if let Err(failure) = self.know(name, told).await {
                tracing::warn!(%failure, credential = %name, "what a credential allows by now cannot be noted");
            }
        }
        let told = reply
            .result()
            .and_then(|result| result.get("credential")?.get("rotation_due")?.as_str())
            .and_then(Timestamp::parse);
        let Some(due) = told else { return };
        let noted = self
            .held_entry(name)
            .await
            .map(|entry| super::held::life_of(&entry).rotation_due());
        if matches!(noted, Ok(noted) if noted != Some(due))
            && let Err(failure) = self.happen(name, Event::RotationAsked { due }).await
        {
            tracing::warn!(%failure, credential = %name, "a rotation that is asked for cannot be noted");
        }
    }

    /// The issuer may have ended an overlap before its time.
    async fn heed_overlap(&self, name: &str, told: &Told) -> Result<(), Failure> {
        let life = super::held::life_of(&self.held_entry(name).await?);
        match told.ends_overlap(&life, Timestamp::now()) {
            true => self.happen(name, Event::OverlapEnded).await.map(drop),
            false => Ok(()),
        }
    }

    /// Keeps what a credential allows by now, where that is news.
    async fn know(&self, name: &str, told: Told) -> Result<(), Failure> {
        let entry = self.held_entry(name).await?;
        if !told.is_news(entry.grant.as_ref(), entry.expires_at) {
            return Ok(());
        }
        self.change_held(name, move |entry, life| {
            entry.grant = Some(told.grant);
            if let Some(ends) = told.lease_ends {
                life.apply(Event::LeaseChanged { ends }, Timestamp::now())?;
                entry.expires_at = ends;
            }
            Ok(())
        })
        .await
    }

    /// Raises an alarm for the credentials concerned, once.
    async fn raise(&self, kind: AlarmKind, concerns: impl Fn(&HeldEntry) -> bool + Send + 'static) {
        let concerned = self
            .in_vault(move |vault| {
                let mut names = Vec::new();
                for entry in vault.held()? {
                    let is_raised = super::held::life_of(&entry)
                        .alarm()
                        .is_some_and(|alarm| alarm.kind == kind);
                    if !is_raised && concerns(&entry) {
                        names.push(entry.name);
                    }
                }
                Ok(names)
            })
            .await;
        let names = match concerned {
            Ok(names) => names,
            Err(failure) => return tracing::warn!(%failure, "an alarm could not be raised"),
        };
        for name in names {
            tracing::warn!(credential = %name, alarm = kind.as_str(), "{}", kind.advice());
            if let Err(failure) = self.happen(&name, Event::Alarmed(kind)).await {
                tracing::warn!(%failure, credential = %name, "an alarm was not stored");
            }
        }
    }
}
