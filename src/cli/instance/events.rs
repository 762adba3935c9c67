//! `butterfly instance log`: what a local instance told while it was hosted, whoever hosted it. Needs no vault.

use super::super::inert::inert;
use super::super::outcome::{Outcome, file_failed, write_json, write_line};
use super::super::session::Session;
use super::super::words;
use super::{folder, settings_of};
use crate::instance::{Event, EventFollower, Reading, Weight};
use crate::model::InstanceName;
use crate::workspace::Failure;
use clap::{Args, ValueEnum};
use serde_json::json;
use std::path::Path;
use std::time::Duration;

/// How often the files are looked at: quick for eyes, nothing for a processor.
const EVERY: Duration = Duration::from_millis(250);

/// Show what a local instance told: its log, and what it refused or failed at; whoever hosts it.
///
/// Kept in its folder, the newest 2 to 4 MB of it, also of earlier runs. What went well is in `audit list`.
#[derive(Debug, Args)]
pub struct Log {
    /// The instance's name in this home.
    name: InstanceName,
    /// How many lines at most, the newest.
    #[arg(short = 'n', long, value_name = "N", default_value_t = 50)]
    lines: usize,
    /// Go on with what comes, until Ctrl-C. With --json: one value a line.
    #[arg(short, long)]
    follow: bool,
    /// Only lines that matter at least so much.
    #[arg(long, value_name = "LEVEL", default_value = "info")]
    level: Level,
    /// Only lines that contain this, in capitals or not.
    #[arg(long, value_name = "TEXT", default_value = "")]
    words: String,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Level {
    Error,
    Warn,
    Info,
}

impl Level {
    fn weight(self) -> Weight {
        match self {
            Self::Error => Weight::Error,
            Self::Warn => Weight::Warn,
            Self::Info => Weight::Info,
        }
    }
}

impl Log {
    pub async fn run(self, session: &Session) -> Outcome {
        let place = folder(session.home().root(), &self.name);
        settings_of(session, &self.name).await?;
        let mut follower = EventFollower::new(&place);
        let mut told = self.wanted(read(&mut follower, &place)?.events);
        told.drain(..told.len().saturating_sub(self.lines));
        if !self.follow {
            return session.show(&told, || match told.is_empty() {
                true => session.here(&self.nothing()),
                false => told.iter().map(line).collect::<Vec<_>>().join("\n"),
            });
        }
        self.print(session, &told)?;
        loop {
            tokio::time::sleep(EVERY).await;
            let reading = read(&mut follower, &place)?;
            if reading.overrun > 0 {
                session.note(&format!(
                    "{} lines are gone already",
                    words::count(reading.overrun)
                ));
            }
            self.print(session, &self.wanted(reading.events))?;
        }
    }

    fn wanted(&self, mut events: Vec<Event>) -> Vec<Event> {
        let words = self.words.to_lowercase();
        events.retain(|event| {
            event.weight <= self.level.weight() && event.text.to_lowercase().contains(&words)
        });
        events
    }

    fn print(&self, session: &Session, events: &[Event]) -> Outcome {
        events.iter().try_for_each(|event| {
            if session.is_json() {
                return write_json(&json!(event), false);
            }
            write_line(&line(event))
        })
    }

    fn nothing(&self) -> String {
        format!(
            "{} has told nothing of that yet. What it answered: `butterfly audit list {}`.",
            self.name, self.name
        )
    }
}

fn read(follower: &mut EventFollower, place: &Path) -> Result<Reading, Failure> {
    follower
        .read()
        .map_err(|error| file_failed("read", place, &error))
}

fn line(event: &Event) -> String {
    // A line of a stranger's must not look like two.
    let text = inert(&event.text);
    format!(
        "{}  {:<5}  {:<5}  {text}",
        words::moment(event.at),
        event.weight.as_str(),
        event.origin.as_str()
    )
}
