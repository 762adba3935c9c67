//! Looking at instances: whether each of them answers, and what it says of itself.

use super::{Failure, HostedBy, InstanceRow, Workspace};
use crate::client::PROBE_PATIENCE_S;
use crate::instance::Instance;
use crate::model::{InstanceKind, InstanceState, Timestamp};
use crate::protocol::CallContext;
use crate::vault::{InstanceRecord, Seen};
use std::path::Path;

impl Workspace {
    /// Looks at an instance over the network, and remembers what was found.
    pub async fn probe(&self, name: &str) -> Result<InstanceRow, Failure> {
        let record = self.record(name).await?;
        let is_stopped =
            record.kind == InstanceKind::Local && self.row_of(record.clone()).hosted_by == HostedBy::Nobody;
        let seen = if is_stopped {
            let folder = self.folder_of(&record).ok();
            stopped(&record, folder.as_deref())
        } else {
            self.look_and_watch(&record).await
        };
        self.remember(record, seen).await
    }

    /// Looks whether an instance is still as it was found last, without a call that it would put on record. Whatever is
    /// not as it was is looked at as by [`Workspace::probe`].
    pub async fn glance(&self, name: &str) -> Result<InstanceRow, Failure> {
        let record = self.record(name).await?;
        let Some(seen) = self.glance_at(&record).await else {
            return self.probe(name).await;
        };
        self.remember(record, seen).await
    }

    async fn remember(&self, record: InstanceRecord, seen: Seen) -> Result<InstanceRow, Failure> {
        let (name, remembered) = (record.name.clone(), seen.clone());
        let kept = self
            .in_vault(move |vault| vault.set_seen(&name, &remembered))
            .await;
        if let Err(failure) = kept {
            // What was seen of an instance is no less true on a full disk.
            tracing::warn!(instance = %record.name, failure = %failure.message, "what was seen is not remembered");
        }
        Ok(self.row_of(InstanceRecord {
            seen: Some(seen),
            ..record
        }))
    }

    /// An instance that went well before and still does.
    async fn glance_at(&self, record: &InstanceRecord) -> Option<Seen> {
        let went_well = |seen: &&Seen| seen.state == InstanceState::Up && seen.error.is_none();
        let before = record.seen.as_ref().filter(went_well)?;
        let credential = self.entry_of(record).await.ok()?.form.into_held().ok()?;
        let deadline_ms = CallContext::begin(Timestamp::now(), patience_of(record)).deadline_ms;
        let looked = self
            .client
            .look(
                &record.endpoint,
                &credential.pins,
                credential.profile(),
                deadline_ms,
            )
            .await
            .ok()
            .filter(|looked| looked.status == 200)?;
        if let Some(discovery) = &looked.discovery {
            self.notice_identity(&record.endpoint, discovery).await;
        }
        let now = Timestamp::now();
        Some(Seen {
            at: now,
            latency_us: Some(looked.latency_us),
            version: looked
                .discovery
                .map(|discovery| discovery.version)
                .or_else(|| before.version.clone()),
            answered_at: Some(now),
            changes: None,
            ..before.clone()
        })
    }

    async fn look_and_watch(&self, record: &InstanceRecord) -> Seen {
        let mut seen = self.look(record).await;
        if record.kind == InstanceKind::Local && seen.state == InstanceState::Up && seen.error.is_none() {
            seen.error = self.watch_audit(record).await;
        }
        seen
    }

    async fn look(&self, record: &InstanceRecord) -> Seen {
        let entry = self.entry_of(record).await;
        let (credential, missing) = match entry.and_then(|entry| Ok(entry.form.into_held()?)) {
            Ok(credential) => (Some(credential), None),
            Err(failure) => (None, Some(failure.to_string())),
        };
        let probe = self
            .client
            .probe_within(&record.endpoint, credential.as_ref(), patience_of(record))
            .await;
        if let Some(credential) = &credential {
            self.notice_probe(credential, &probe).await;
        }
        Seen {
            at: Timestamp::now(),
            state: probe.state,
            latency_us: probe.latency_us,
            pointers: probe
                .pointers
                .or_else(|| record.seen.as_ref().and_then(|seen| seen.pointers)),
            version: probe
                .discovery
                .map(|discovery| discovery.version)
                .or_else(|| record.seen.as_ref().and_then(|seen| seen.version.clone())),
            answered_at: match probe.state {
                InstanceState::Up => Some(Timestamp::now()),
                _ => record.seen.as_ref().and_then(|seen| seen.answered_at),
            },
            changes: probe.changes,
            error: probe.error.or(missing),
        }
    }
}

/// How many seconds a look may take: what was chosen for the instance, or else as usual.
pub(super) fn patience_of(record: &InstanceRecord) -> i64 {
    let chosen = record.patience_s.and_then(|seconds| i64::try_from(seconds).ok());
    chosen.unwrap_or(PROBE_PATIENCE_S)
}

/// What there is to see of one that nobody hosts: the command line may have changed something on it, as its owner.
fn stopped(record: &InstanceRecord, folder: Option<&Path>) -> Seen {
    let before = record.seen.as_ref();
    Seen {
        at: Timestamp::now(),
        state: InstanceState::Stopped,
        latency_us: None,
        pointers: before.and_then(|seen| seen.pointers),
        version: before.and_then(|seen| seen.version.clone()),
        answered_at: before.and_then(|seen| seen.answered_at),
        changes: folder.map(Instance::changes_kept),
        error: None,
    }
}
