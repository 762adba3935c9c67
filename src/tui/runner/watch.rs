//! Looks at one instance again and again, each by a task of its own with its own patience and pace: one that is dead,
//! slow or flapping holds up neither another nor the screen.

use super::super::message::Message;
use super::super::state::Pace as Shown;
use super::contained;
use super::pace::{self, Pace};
use crate::model::{InstanceKind, InstanceName, InstanceState, Timestamp};
use crate::protocol::Code;
use crate::tui::message::Outcome;
use crate::workspace::{Failure, HostedBy, InstanceRow, Workspace};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;
use tokio::sync::mpsc::UnboundedSender;
use tokio::time::timeout;

/// After how long without an answer it is said that one is waited for.
const SLOW: Duration = Duration::from_millis(1_500);

/// One instance, watched.
pub(super) struct Watch {
    pub(super) workspace: Arc<Workspace>,
    pub(super) name: InstanceName,
    pub(super) messages: UnboundedSender<Message>,
    pub(super) now: Arc<Notify>,
}

impl Watch {
    /// Looks until nobody listens any more.
    pub(super) async fn go_on(self) {
        let mut pace = Pace::of(&self.name);
        let mut patience = pace::patience(InstanceKind::Remote, None);
        loop {
            let outcome = self.look(patience).await;
            if let Ok(row) = &outcome {
                patience = pace::patience(row.kind, row.patience_s);
            }
            let lives = matches!(&outcome, Ok(row) if row.error.is_none());
            let wait = pace.after(lives);
            let next = Shown::Next {
                at: Timestamp::from_micros(
                    Timestamp::now().as_micros() + i64::try_from(wait.as_micros()).unwrap_or(0),
                ),
                wait,
                failures: pace.failures(),
            };
            if self.tell(Message::Probed(self.name.clone(), outcome)) || self.tell(self.paced(next)) {
                return;
            }
            tokio::select! {
                () = tokio::time::sleep(wait) => {}
                () = self.now.notified() => pace.forgive(),
            }
        }
    }

    /// One look; says on the way that it takes long.
    async fn look(&self, patience: Duration) -> Outcome<InstanceRow> {
        let probe = contained(self.workspace.probe(self.name.as_str()));
        let mut probe = pin!(timeout(patience, probe));
        let outcome = match timeout(SLOW, &mut probe).await {
            Ok(outcome) => outcome,
            Err(_) => {
                self.tell(self.paced(Shown::Waiting));
                probe.await
            }
        };
        let outcome = outcome.unwrap_or_else(|_| {
            Err(Failure::new(
                Code::PeerUnreachable,
                "it did not answer a probe in time",
                "it is looked at again by itself; ctrl-r looks now",
            )
            .on(self.name.as_str()))
        });
        outcome.map(without_ourselves)
    }

    fn paced(&self, pace: Shown) -> Message {
        Message::Paced(self.name.clone(), pace)
    }

    /// Whether nobody listens any more.
    fn tell(&self, message: Message) -> bool {
        self.messages.send(message).is_err()
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
