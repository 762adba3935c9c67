//! Programs of the person's own that get the terminal while the console steps aside (an editor, a pager, a shell), and
//! those that run behind it.
//!
//! They get nothing of what opens the vault.

mod behind;
mod editor;
mod pager;
mod shell;

pub use behind::Behind;
pub use editor::edit;
pub use pager::{Reading, read};
pub use shell::{ShellLine, run_line};

use super::signals::{Aside, Signals};
use super::terminal::stop_the_group;
use crate::protocol::Code;
use crate::workspace::{
    Failure, VAULT_KEY_FILE_VARIABLE, VAULT_PASSPHRASE_FILE_VARIABLE, VAULT_PASSPHRASE_VARIABLE,
};
use std::io;
use std::path::Path;
use std::process::ExitStatus;
use tokio::process::{Child, Command};

/// A kind of program, and how a person names theirs.
struct Kind {
    /// What it is called.
    what: &'static str,
    /// Environment variables that name one; the first that is not empty does.
    variables: &'static [&'static str],
    /// The one that is taken where nobody named one.
    usual: &'static str,
}

impl Kind {
    /// The program that the person uses.
    fn chosen(&self) -> String {
        let named = self.variables.iter().filter_map(|name| std::env::var(name).ok());
        self.first_of(named)
    }

    fn first_of(&self, named: impl Iterator<Item = String>) -> String {
        let mut named = named.filter(|name| !name.trim().is_empty());
        named.next().unwrap_or_else(|| self.usual.to_owned())
    }

    fn not_started(&self, program: &str, error: &io::Error) -> Failure {
        let variables = self.variables.join(" or ");
        Failure::new(
            Code::FileFailed,
            format!("the {} {program:?} cannot be started: {error}", self.what),
            format!("name one that is installed in the environment variable {variables}"),
        )
    }

    /// Nothing if it ran, whatever came of it.
    fn started(&self, program: &str, status: ExitStatus) -> Result<(), Failure> {
        // What a shell says of a program that is not there.
        if status.code() != Some(127) {
            return Ok(());
        }
        let error = io::Error::new(io::ErrorKind::NotFound, "there is no such program");
        Err(self.not_started(program, &error))
    }
}

/// Until it ends. True if the console was told to end meanwhile, which ends the program too.
async fn last(child: &mut Child, signals: &mut Signals) -> bool {
    let mut end = false;
    loop {
        tokio::select! {
            _ = child.wait() => {
                signals.came_back();
                return end;
            }
            told = signals.next_aside() => match told {
                Aside::End => {
                    end = true;
                    let _ = child.start_kill();
                }
                // It stops itself as well; the shell has to see that both did.
                Aside::Stop => {
                    let _ = stop_the_group();
                }
            },
        }
    }
}

/// The program may be named with options, as `git` and others understand it: a shell takes that apart.
#[cfg(unix)]
fn command(program: &str, file: Option<&Path>) -> Command {
    let mut command = Command::new("sh");
    command
        .args(["-c", &format!("{program} \"$@\""), "sh"])
        .args(file);
    without_secrets(command)
}

#[cfg(not(unix))]
fn command(program: &str, file: Option<&Path>) -> Command {
    let mut words = program.split_whitespace();
    let mut command = Command::new(words.next().unwrap_or_default());
    command.args(words).args(file);
    without_secrets(command)
}

fn without_secrets(mut command: Command) -> Command {
    for name in [
        VAULT_PASSPHRASE_VARIABLE,
        VAULT_PASSPHRASE_FILE_VARIABLE,
        VAULT_KEY_FILE_VARIABLE,
    ] {
        command.env_remove(name);
    }
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_program_that_is_named_is_taken() {
        let kind = Kind {
            what: "editor",
            variables: &["VISUAL", "EDITOR"],
            usual: "vi",
        };
        let named = |names: &[&str]| kind.first_of(names.iter().map(ToString::to_string));
        assert_eq!(named(&["", "nano -w"]), "nano -w");
        assert_eq!(named(&["code --wait", "nano"]), "code --wait");
        assert_eq!(named(&[" "]), "vi");
    }

    #[test]
    fn nothing_that_opens_the_vault_goes_along() {
        let command = command("less", None);
        let taken_away: Vec<_> = command
            .as_std()
            .get_envs()
            .filter(|(_, value)| value.is_none())
            .filter_map(|(name, _)| name.to_str())
            .collect();
        assert_eq!(
            taken_away,
            [
                "BUTTERFLY_VAULT_KEY_FILE",
                "BUTTERFLY_VAULT_PASSPHRASE",
                "BUTTERFLY_VAULT_PASSPHRASE_FILE"
            ]
        );
    }
}
