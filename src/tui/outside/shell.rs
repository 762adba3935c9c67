//! A line of the person's own shell, told in its environment what is selected in the console: what `!` is in an editor.
//!
//! What an instance says (a description, a reference) reaches the line as the value of a variable and never as a part of
//! its text, so that it cannot become a command.

use super::{last, without_secrets};
use crate::protocol::Code;
use crate::tui::message::Message;
use crate::tui::signals::Signals;
use crate::workspace::{Failure, Home};
use tokio::process::Command;

/// A line to be run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShellLine {
    /// As it was typed.
    pub line: String,
    /// What is selected: names of environment variables and their values.
    pub about: Vec<(&'static str, String)>,
}

/// The variable that says where the home is: `butterfly` in a line works on the same one.
const HOME: &str = "BUTTERFLY_HOME";

/// Runs it to its end; tells what went wrong, and whether the console was told to end meanwhile.
pub async fn run_line(home: &Home, line: &ShellLine, signals: &mut Signals) -> Vec<Message> {
    let mut child = match told(shell(&line.line), home, line).spawn() {
        Ok(child) => child,
        Err(error) => return vec![Message::NotStarted(not_run(&error))],
    };
    if last(&mut child, signals).await {
        return vec![Message::Terminate];
    }
    vec![Message::Ran]
}

/// The same command, told in its environment what is selected and where the home is.
pub(super) fn told(mut command: Command, home: &Home, line: &ShellLine) -> Command {
    command
        .envs(line.about.iter().map(|(name, value)| (name, value)))
        .env(HOME, home.root());
    without_secrets(command)
}

/// Why a line could not be run.
pub(super) fn not_run(error: &std::io::Error) -> Failure {
    Failure::new(
        Code::FileFailed,
        format!("the line could not be run: {error}"),
        "check that a shell is installed, and what is selected for signs that no program takes",
    )
}

/// The line in a shell within a shell: whatever it does, the outer one shows how it ended and waits for Enter, also after
/// Ctrl-C, which is for the line. At Ctrl-C a terminal throws away what is still to be shown, after it told the programs:
/// that would be how the line ended.
#[cfg(unix)]
fn shell(line: &str) -> Command {
    const AROUND: &str = r#"trap : INT
as_it_was=$(stty -g 2>/dev/null)
stty noflsh 2>/dev/null
sh -c "$1"
status=$?
stty "$as_it_was" 2>/dev/null
printf '\n[it ended with %s; Enter goes back to the console] ' "$status"
read -r answer"#;
    let mut command = Command::new("sh");
    command.args(["-c", AROUND, "sh", line]);
    command
}

#[cfg(not(unix))]
fn shell(line: &str) -> Command {
    let mut command = Command::new("cmd");
    command.args(["/C", &format!("{line} & pause")]);
    command
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    async fn ran(line: &str, about: Vec<(&'static str, String)>) -> Vec<Message> {
        let line = ShellLine {
            line: line.to_owned(),
            about,
        };
        run_line(&Home::at("/nowhere/home"), &line, &mut Signals::listen().unwrap()).await
    }

    #[tokio::test]
    async fn a_line_is_told_what_is_selected_and_cannot_be_given_commands_by_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("said");
        let evil = format!(
            "$(touch {0}/evil) `touch {0}/evil`; touch {0}/evil",
            folder.path().display()
        );
        let line = format!(
            r#"printf '%s|%s|%s' "$BUTTERFLY_HOME" "$BUTTERFLY_REFERENCE" "$BUTTERFLY_VAULT_PASSPHRASE" > {}"#,
            file.display()
        );
        let messages = ran(&line, vec![("BUTTERFLY_REFERENCE", evil.clone())]).await;
        assert!(matches!(messages.as_slice(), [Message::Ran]));
        assert_eq!(
            std::fs::read_to_string(file).unwrap(),
            format!("/nowhere/home|{evil}|")
        );
        assert!(!folder.path().join("evil").exists());
    }

    #[tokio::test]
    async fn what_no_program_takes_is_told() {
        let messages = ran("true", vec![("BUTTERFLY_REFERENCE", "a\0b".to_owned())]).await;
        assert!(matches!(messages.as_slice(), [Message::NotStarted(_)]));
    }
}
