//! Looks at one instance again and again, each by a task of its own.

use super::super::message::Message;
use super::contained;
use crate::model::{InstanceName, InstanceState};
use crate::protocol::Code;
use crate::workspace::{Failure, HostedBy, InstanceRow, Workspace};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;
use tokio::sync::mpsc::UnboundedSender;
use tokio::time::timeout;

/// How often a living instance is looked at.
const PROBE_EVERY: Duration = Duration::from_secs(4);

/// How seldom a dead one is looked at, at most.
const PROBE_AT_LEAST: Duration = Duration::from_secs(60);

/// How long an instance may take to answer a probe.
const PROBE_PATIENCE: Duration = Duration::from_secs(10);

/// Looks at one instance again and again: soon while it lives, ever more seldom while it does not.
pub(super) async fn watch_instance(
    workspace: Arc<Workspace>,
    name: InstanceName,
    messages: UnboundedSender<Message>,
    now: Arc<Notify>,
) {
    let mut wait = PROBE_EVERY;
    loop {
        let probe = contained(workspace.probe(name.as_str()));
        let outcome = timeout(PROBE_PATIENCE, probe).await.unwrap_or_else(|_| {
            Err(Failure::new(
                Code::PeerUnreachable,
                "it did not answer a probe in time",
                "it is looked at again by itself; ctrl-r looks now",
            )
            .on(name.as_str()))
        });
        let outcome = outcome.map(without_ourselves);
        let lives = matches!(&outcome, Ok(row) if row.error.is_none());
        if messages.send(Message::Probed(name.clone(), outcome)).is_err() {
            return;
        }
        wait = if lives {
            PROBE_EVERY
        } else {
            (wait * 2).min(PROBE_AT_LEAST)
        };
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            () = now.notified() => wait = PROBE_EVERY,
        }
    }
}

/// While this process looks into an instance that nobody hosts, it holds its lock. That is not hosting.
pub(super) fn without_ourselves(row: InstanceRow) -> InstanceRow {
    if row.hosted_by != HostedBy::Other(std::process::id()) {
        return row;
    }
    InstanceRow {
        hosted_by: HostedBy::Nobody,
        state: InstanceState::Stopped,
        ..row
    }
}
