//! Reads the log of a local instance again and again, for the page that shows it: from the ring while this console
//! hosts it, from its files otherwise.

use super::super::message::Message;
use crate::instance::{Event, EventFollower, Looking, Reading};
use crate::model::{InstanceName, Timestamp};
use crate::workspace::Workspace;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc::UnboundedSender;

/// How often: quick for eyes, nothing for a processor.
const EVERY: Duration = Duration::from_millis(200);

/// Reads until nobody listens any more. Where nothing came, nothing is said.
pub(super) async fn read_log(
    workspace: Arc<Workspace>,
    name: InstanceName,
    messages: UnboundedSender<Message>,
) {
    let mut sources = Sources::new(workspace.look_at_events(&name), workspace.follow_events(&name));
    let mut dropped = 0;
    loop {
        let reading = sources.read(workspace.hosts(&name)).await;
        let is_news = !reading.events.is_empty() || reading.dropped != dropped;
        dropped = reading.dropped;
        if is_news && messages.send(Message::Told(name.clone(), reading)).is_err() {
            return;
        }
        tokio::time::sleep(EVERY).await;
    }
}

/// Where the log of one instance is read.
struct Sources {
    looking: Looking,
    next: u64,
    /// None once its thread panicked.
    follower: Option<EventFollower>,
    /// When the last line of either was told.
    newest: Option<Timestamp>,
}

impl Sources {
    fn new(looking: Looking, follower: EventFollower) -> Self {
        Self {
            looking,
            next: 0,
            follower: Some(follower),
            newest: None,
        }
    }

    /// What came in either, without what came in both: the files have no calls that went well, and lag behind.
    async fn read(&mut self, is_hosted_here: bool) -> Reading {
        let is_first = self.next == 0;
        let mut told = self.looking.events().read(self.next);
        self.next = told.next;
        let mut kept = self.read_files().await;
        let newest = self.newest;
        let is_new = |event: &Event| newest.is_none_or(|newest| event.at > newest);
        if is_first {
            // Whatever the files have from there on, the ring has too.
            told.events.retain(is_new);
            let begins = told.events.first().map(|event| event.at);
            kept.events
                .retain(|event| is_new(event) && begins.is_none_or(|at| event.at < at));
        } else if is_hosted_here {
            kept = Reading::default();
        } else {
            kept.events.retain(is_new);
            kept.events
                .retain(|event| told.events.iter().all(|shown| shown.at < event.at));
        }
        let overrun = told.overrun + kept.overrun;
        kept.events.append(&mut told.events);
        kept.events.sort_by_key(|event| event.at);
        self.newest = kept.events.last().map(|event| event.at).or(self.newest);
        Reading {
            events: kept.events,
            overrun,
            ..told
        }
    }

    /// What the files have more, read off the asynchronous threads: a disk may hang.
    async fn read_files(&mut self) -> Reading {
        let Some(mut follower) = self.follower.take() else {
            return Reading::default();
        };
        let read = tokio::task::spawn_blocking(move || {
            let reading = follower.read().unwrap_or_default();
            (follower, reading)
        });
        match read.await {
            Ok((follower, reading)) => {
                self.follower = Some(follower);
                reading
            }
            Err(_) => Reading::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::instance::{Events, Origin, Weight};
    use std::fs::{self, OpenOptions};
    use std::io::Write;
    use std::path::Path;

    /// What another process, or an earlier run, wrote.
    fn wrote(folder: &Path, number: u64, at: i64, text: &str) {
        let event = Event {
            number,
            at: Timestamp::from_micros(at),
            weight: Weight::Warn,
            origin: Origin::Audit,
            text: text.to_owned(),
        };
        fs::create_dir_all(folder.join("events")).unwrap();
        let mut file = OpenOptions::new()
            .create(true)
            .append(true)
            .open(folder.join("events/1.jsonl"))
            .unwrap();
        writeln!(file, "{}", serde_json::to_string(&event).unwrap()).unwrap();
    }

    fn texts(reading: &Reading) -> Vec<&str> {
        reading.events.iter().map(|event| event.text.as_str()).collect()
    }

    /// Some time after everything that is told while the test runs.
    fn later(seconds: i64) -> i64 {
        Timestamp::now().as_micros() + seconds * 1_000_000
    }

    #[tokio::test]
    async fn earlier_runs_come_before_what_this_console_hosts_and_nothing_comes_twice() {
        let folder = tempfile::tempdir().unwrap();
        let events = Arc::new(Events::default());
        wrote(folder.path(), 0, 1_000, "yesterday");
        events.tell(Weight::Info, Origin::Log, "listening");
        let mut sources = Sources::new(events.look(), EventFollower::new(folder.path()));
        // The same line in the files, which lag behind.
        let at = events.read(0).events[0].at.as_micros();
        wrote(folder.path(), 1, at, "listening");
        assert_eq!(texts(&sources.read(true).await), ["yesterday", "listening"]);

        events.tell(Weight::Warn, Origin::Audit, "denied");
        assert_eq!(texts(&sources.read(true).await), ["denied"]);
        let at = events.read(0).events[1].at.as_micros();
        wrote(folder.path(), 2, at, "denied");
        assert!(sources.read(false).await.events.is_empty());
    }

    #[tokio::test]
    async fn what_another_process_hosts_is_followed_and_what_it_lost_is_counted() {
        let folder = tempfile::tempdir().unwrap();
        let events = Arc::new(Events::default());
        let mut sources = Sources::new(events.look(), EventFollower::new(folder.path()));
        assert!(sources.read(false).await.events.is_empty());
        wrote(folder.path(), 0, later(-3), "theirs");
        assert_eq!(texts(&sources.read(false).await), ["theirs"]);
        wrote(folder.path(), 4, later(-2), "theirs again");
        let reading = sources.read(false).await;
        assert_eq!((texts(&reading), reading.overrun), (vec!["theirs again"], 3));

        // From here on this console hosts it.
        events.tell(Weight::Info, Origin::Log, "ours");
        assert_eq!(texts(&sources.read(true).await), ["ours"]);
        wrote(folder.path(), 5, later(60), "theirs at last");
        assert_eq!(texts(&sources.read(false).await), ["theirs at last"]);
    }
}
