//! Looks at one instance again and again, each by a task of its own with its own patience and pace: one that is dead,
//! slow or flapping holds up neither another nor the screen.

use super::super::message::Message;
use super::super::state::Pace as Shown;
use super::pace::{self, Pace};
use crate::model::{InstanceKind, InstanceName, InstanceState, Timestamp};
use crate::protocol::Code;
use crate::tui::outcome::Outcome;
use crate::tui::patience::contained;
use crate::workspace::{Failure, HostedBy, InstanceRow, Workspace};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::sync::mpsc::UnboundedSender;
use tokio::time::{Instant, timeout};

/// After how long without an answer it is said that one is waited for.
const SLOW: Duration = Duration::from_millis(1_500);

/// How often a look includes a call that the instance puts on record, while nobody is there to see what it tells.
const ON_RECORD: Duration = Duration::from_secs(60);

/// One instance, watched.
pub(super) struct Watch {
    pub(super) workspace: Arc<Workspace>,
    pub(super) name: InstanceName,
    pub(super) messages: UnboundedSender<Message>,
    pub(super) now: Arc<Notify>,
    /// Whether somebody is there to see what is found.
    pub(super) attended: Arc<AtomicBool>,
}

/// When a look last asked for everything.
#[derive(Default)]
struct LastWhole(Option<Instant>);

impl LastWhole {
    /// Whether the look that begins now asks for everything. Nobody's console would otherwise fill audit trails all night.
    fn begins(&mut self, now: Instant, is_attended: bool) -> bool {
        let is_recent = self.0.is_some_and(|last| now.duration_since(last) < ON_RECORD);
        let is_whole = is_attended || !is_recent;
        if is_whole {
            self.0 = Some(now);
        }
        is_whole
    }

    /// The next look asks for everything.
    fn forget(&mut self) {
        self.0 = None;
    }
}

impl Watch {
    /// Looks until nobody listens any more.
    pub(super) async fn go_on(self) {
        let mut pace = Pace::of(&self.name);
        let mut patience = pace::patience(InstanceKind::Remote, None);
        let mut last_whole = LastWhole::default();
        loop {
            let is_whole = last_whole.begins(Instant::now(), self.attended.load(Ordering::Relaxed));
            let outcome = self.look(is_whole, patience).await;
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
                () = self.now.notified() => {
                    pace.forgive();
                    last_whole.forget();
                }
            }
        }
    }

    /// One look; says on the way that it takes long.
    async fn look(&self, is_whole: bool, patience: Duration) -> Outcome<InstanceRow> {
        let name = self.name.as_str();
        let looked = async {
            match is_whole {
                true => self.workspace.probe(name).await,
                false => self.workspace.glance(name).await,
            }
        };
        let probe = contained(looked);
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
                "it is looked at again by itself; :refresh looks now",
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_put_on_record_is_asked_each_time_for_somebody_and_once_a_minute_for_nobody() {
        let (mut last, began) = (LastWhole::default(), Instant::now());
        let mut whole = |seconds, is_attended| last.begins(began + Duration::from_secs(seconds), is_attended);
        assert!(whole(0, false), "the first one");
        assert!(!whole(4, false));
        assert!(whole(8, true));
        assert!(!whole(67, false));
        assert!(whole(68, false));
        assert!(!whole(72, false));
        last.forget();
        assert!(
            last.begins(began + Duration::from_secs(76), false),
            "somebody asked"
        );
    }
}
