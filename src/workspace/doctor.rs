//! What is wrong with this set-up, and the remedy: the home, its vault, the instances, the remotes, the system and the
//! terminal, each looked at in a file of its own. Looks only: nothing is changed, repaired or asked of a person, and
//! nothing secret is told. What cannot be looked at (the vault is locked, say) is said.

mod files;
mod held;
mod instances;
mod remotes;
mod system;
mod terminal;

use super::{Failure, Home, Workspace};
use crate::protocol::Code;
use serde::Serialize;

/// How bad something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// As it should be.
    Ok,
    /// Could be better, or could not be looked at.
    Hint,
    /// Works, and should not stay like this.
    Warning,
    /// Does not work, or must not go on like this.
    Fault,
}

impl Severity {
    /// The word in JSON and in tables.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Hint => "hint",
            Self::Warning => "warning",
            Self::Fault => "fault",
        }
    }
}

/// What was found at one place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Observation {
    /// What was looked at: a stable word.
    pub check: &'static str,
    /// Where: an instance, a file, a variable.
    pub subject: String,
    /// How bad it is.
    pub severity: Severity,
    /// What was found, in one sentence.
    pub message: String,
    /// What to do; empty where nothing is.
    pub remedy: String,
}

impl Observation {
    /// Something that is as it should be.
    pub fn ok(check: &'static str, subject: impl Into<String>, message: impl Into<String>) -> Self {
        Self::of(Severity::Ok, check, subject, message, "")
    }

    /// Anything else.
    pub fn of(
        severity: Severity,
        check: &'static str,
        subject: impl Into<String>,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self {
            check,
            subject: subject.into(),
            severity,
            message: message.into(),
            remedy: remedy.into(),
        }
    }

    fn failed(check: &'static str, subject: impl Into<String>, failure: &Failure) -> Self {
        Self::of(Severity::Fault, check, subject, &failure.message, &failure.remedy)
    }
}

/// Looks at everything. `opened` is the open home, or why it is not open.
pub async fn examine(home: &Home, opened: Result<&Workspace, &Failure>) -> Vec<Observation> {
    let mut found = files::home(home);
    found.extend(files::config(home));
    found.extend(files::keymap(home));
    found.extend(files::queries(home));
    // Beside a vault that is aside, advice on a home without one would only lead away from it.
    let is_aside = files::is_vault_aside(home);
    if !is_aside {
        found.extend(vault(home, opened).await);
    }
    found.extend(instances::all(home).await);
    if !is_aside {
        found.extend(instances::unknown(home, opened).await);
    }
    if let Ok(workspace) = opened {
        found.extend(workspace.examine_gone().await);
        found.extend(workspace.examine_owners().await);
        let (remotes, held) = tokio::join!(workspace.examine_remotes(), workspace.examine_held());
        found.extend(remotes);
        found.extend(held);
    }
    found.extend(system::all(home.root()));
    found.extend(terminal::all(|name| std::env::var(name).ok()));
    found
}

async fn vault(home: &Home, opened: Result<&Workspace, &Failure>) -> Vec<Observation> {
    if !home.has_vault() {
        let remedy =
            "make one with `butterfly vault init`, `butterfly instance init NAME` or `butterfly demo`";
        let message = "there is no vault yet";
        return vec![Observation::of(Severity::Hint, "vault", "vault", message, remedy)];
    }
    let mut found = vec![files::vault_database(home).await];
    found.push(match opened {
        Ok(workspace) => match workspace.vault_contents().await {
            Ok(contents) => Observation::ok(
                "vault",
                "vault",
                format!(
                    "it opens: {} instances, {} credentials",
                    contents.instances, contents.credentials
                ),
            ),
            Err(failure) => Observation::failed("vault", "vault", &failure),
        },
        Err(failure) if failure.code == Code::VaultLocked && home.needs_passphrase() => Observation::of(
            Severity::Hint,
            "vault",
            "vault",
            "it is locked; remotes and credentials were not looked at",
            "run this on a terminal, or set BUTTERFLY_VAULT_PASSPHRASE_FILE",
        ),
        Err(failure) => Observation::failed("vault", "vault", failure),
    });
    found
}
