//! Instances as they are listed: what the vault remembers, and who hosts them right now.

use super::hosting::Hosting;
use super::{HostedBy, InstanceRow, Workspace};
use crate::instance::{Instance, LockHolder};
use crate::model::{InstanceKind, InstanceState};
use crate::vault::InstanceRecord;

impl Workspace {
    /// The row of a record. Looks at the lock file of a local instance; touches no network.
    pub(super) fn row_of(&self, record: InstanceRecord) -> InstanceRow {
        let (hosted_by, state) = match record.kind {
            InstanceKind::Remote => (HostedBy::Nobody, seen_state(&record)),
            InstanceKind::Local => self.local_state(&record),
        };
        // Stopped is what can be started.
        let gone = match state {
            InstanceState::Stopped => self.lacking(&record),
            _ => None,
        };
        let state = match gone {
            Some(_) => InstanceState::Unreachable,
            None => state,
        };
        let seen = record.seen;
        InstanceRow {
            name: record.name,
            kind: record.kind,
            endpoint: record.endpoint,
            profile: record.profile,
            state,
            instance_id: record.instance_id,
            hosted_by,
            app_id: record.app_id,
            latency_us: seen.as_ref().and_then(|seen| seen.latency_us),
            pointers: seen.as_ref().and_then(|seen| seen.pointers),
            changes: seen.as_ref().and_then(|seen| seen.changes),
            version: seen.as_ref().and_then(|seen| seen.version.clone()),
            read_only: record.read_only,
            patience_s: record.patience_s,
            colour: record.colour.as_deref().and_then(|colour| colour.parse().ok()),
            credential: record.credential,
            seen_at: seen.as_ref().map(|seen| seen.at),
            answered_at: seen.as_ref().and_then(|seen| seen.answered_at),
            error: match gone {
                Some(failure) => Some(failure.message),
                None => seen
                    .and_then(|seen| seen.error)
                    .filter(|_| state != InstanceState::Stopped),
            },
        }
    }

    fn local_state(&self, record: &InstanceRecord) -> (HostedBy, InstanceState) {
        match self.hosts.of(&record.name) {
            Hosting::Changing => return (HostedBy::Here, InstanceState::Changing),
            // It listens, or there would be no host; a probe may know better.
            Hosting::Running => {
                let state = match seen_state(record) {
                    InstanceState::Stopped | InstanceState::Unknown => InstanceState::Up,
                    seen => seen,
                };
                return (HostedBy::Here, state);
            }
            Hosting::No => {}
        }
        let not_stopped = match seen_state(record) {
            InstanceState::Stopped => InstanceState::Unknown,
            seen => seen,
        };
        match Instance::hosted_by(&self.place_of(&record.name)) {
            LockHolder::Process(pid) => (HostedBy::Other(pid), not_stopped),
            LockHolder::Nobody => (HostedBy::Nobody, InstanceState::Stopped),
            LockHolder::Untold(why) => {
                tracing::debug!(instance = %record.name, %why, "who hosts it cannot be told");
                (HostedBy::Unknown, not_stopped)
            }
        }
    }
}

fn seen_state(record: &InstanceRecord) -> InstanceState {
    record
        .seen
        .as_ref()
        .map_or(InstanceState::Unknown, |seen| seen.state)
}
