//! `butterfly credential check`: live checks of a held credential, one after the other.

use super::home::open;
use crate::cli::inert::inert;
use crate::cli::outcome::{Outcome, Stop, after, write_line};
use crate::cli::session::Session;
use crate::protocol::ExitClass;
use crate::workspace::{Check as Made, CheckKind, CheckResult};
use clap::Args;
use serde_json::json;

/// Check a credential that we hold, by really calling: reachable, TLS key, identity, token, reply, grant.
#[derive(Debug, Args)]
pub struct Check {
    /// Its name.
    name: String,
}

impl Check {
    pub async fn run(self, session: &Session) -> Outcome {
        let workspace = open(session, &self.name).await?;
        let json = session.is_json();
        let report = |check: &Made| {
            if !json {
                // Whoever closed the pipe has seen enough; the checks go on to their exit code.
                let _ = write_line(&line(session, check));
            }
        };
        let checks = workspace.check_credential(&self.name, &report).await?;
        let failed = checks
            .iter()
            .find(|check| matches!(check.result, CheckResult::Failed { .. }));
        let shown = match json {
            true => {
                let value = json!({"name": self.name, "passed": failed.is_none(), "checks": checks});
                session.show(&value, String::new)
            }
            false => Ok(()),
        };
        let ended = match failed.map(|check| check.kind) {
            None => Ok(()),
            Some(kind) => Err(Stop::Told(class(kind))),
        };
        after(shown, ended)
    }
}

/// What the process ends with if this one failed first.
fn class(kind: CheckKind) -> ExitClass {
    match kind {
        CheckKind::Reachable => ExitClass::Unreachable,
        CheckKind::Tls | CheckKind::Identity | CheckKind::Token | CheckKind::Grant => ExitClass::Refused,
        CheckKind::Reply => ExitClass::Failed,
    }
}

fn line(session: &Session, check: &Made) -> String {
    let what = check.kind.words();
    let text = match &check.result {
        CheckResult::Passed { note } if note.is_empty() => format!("ok    {what}"),
        CheckResult::Passed { note } => format!("ok    {what} ({note})"),
        CheckResult::Failed { why, remedy } => {
            return format!(
                "FAIL  {what}: {}\n      {}",
                inert(why),
                inert(&session.here(remedy))
            );
        }
        CheckResult::Skipped => format!("-     {what}"),
    };
    inert(&text).into_owned()
}
