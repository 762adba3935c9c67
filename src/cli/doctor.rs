//! `butterfly doctor`: what is wrong with this set-up, and the remedy.

use super::inert::inert;
use super::outcome::{Outcome, Stop, after};
use super::session::Session;
use super::table::Table;
use crate::protocol::ExitClass;
use crate::tui;
use crate::workspace::{Observation, Severity};
use clap::Args;

/// Say what is wrong with this set-up, and the remedy.
///
/// Looks at the home, the vault, config.toml, keymap.toml and themes, every local instance, every remote, the disk,
/// limits of the system and the terminal. Changes nothing. Ends with 1 if something is a fault.
#[derive(Debug, Args)]
pub struct Doctor {
    /// Show what is as it should be too.
    #[arg(short, long)]
    all: bool,
}

impl Doctor {
    pub async fn run(self, session: &Session) -> Outcome {
        let home = session.home();
        // Without a vault nothing is opened, and nothing made.
        let opened = session.open().await;
        let opened = opened.as_ref().map(|workspace| &***workspace);
        let mut found = tui::look_at_everything(home, opened).await;
        for one in &mut found {
            one.remedy = session.here(&one.remedy);
        }
        let ended = match found.iter().any(|one| one.severity == Severity::Fault) {
            true => Err(Stop::Told(ExitClass::Failed)),
            false => Ok(()),
        };
        after(session.show(&found, || told(&found, self.all)), ended)
    }
}

/// The worst first, each with its remedy below it.
fn told(found: &[Observation], all: bool) -> String {
    let mut shown: Vec<&Observation> = found
        .iter()
        .filter(|one| all || one.severity != Severity::Ok)
        .collect();
    shown.sort_by_key(|one| std::cmp::Reverse(one.severity));
    let mut text = String::new();
    if !shown.is_empty() {
        let mut table = Table::new(["", "CHECK", "WHERE", "FOUND"]);
        for one in &shown {
            table.row([
                one.severity.as_str().to_owned(),
                one.check.to_owned(),
                one.subject.clone(),
                one.message.clone(),
            ]);
        }
        text.push_str(&table.to_text());
        text.push('\n');
        for one in shown.iter().filter(|one| !one.remedy.is_empty()) {
            text.push_str(&format!(
                "{} {}: {}\n",
                inert(&one.subject),
                one.check,
                inert(&one.remedy)
            ));
        }
        text.push('\n');
    }
    let count = |severity| found.iter().filter(|one| one.severity == severity).count();
    text.push_str(&format!(
        "{} looked at; faults: {}, warnings: {}, hints: {}.",
        found.len(),
        count(Severity::Fault),
        count(Severity::Warning),
        count(Severity::Hint)
    ));
    text
}
