//! A text in the editor that a person is used to, while the console steps aside.
//!
//! The text lies in a folder of its own within the home, for nobody else to read, and goes with it when the editor
//! ends. The editor gets nothing of what opens the vault.

use super::message::Message;
use super::signals::{Aside, Signals};
use super::terminal::stop_the_group;
use crate::protocol::Code;
use crate::seal::private;
use crate::workspace::{
    Failure, Home, VAULT_KEY_FILE_VARIABLE, VAULT_PASSPHRASE_FILE_VARIABLE, VAULT_PASSPHRASE_VARIABLE,
};
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use tokio::process::{Child, Command};

/// The editor where nobody said another one.
const USUAL: &str = if cfg!(windows) { "notepad" } else { "vi" };
/// The largest text that is taken back, in bytes: what an instance reads.
const LARGEST: u64 = 1024 * 1024;

/// Has a text edited; tells what it became, and whether the console was told to end meanwhile.
pub async fn edit(home: &Home, text: &str, signals: &mut Signals) -> Vec<Message> {
    let named = ["VISUAL", "EDITOR"]
        .into_iter()
        .filter_map(|name| std::env::var(name).ok());
    let editor = chosen(named);
    let (edited, end) = match Editing::begin(home.root(), text, &editor) {
        Ok(mut editing) => {
            let end = editing.last(signals).await;
            signals.came_back();
            (editing.end(text), end)
        }
        Err(error) => (Err(not_started(&editor, &error)), false),
    };
    let mut messages = vec![Message::Edited(edited)];
    if end {
        messages.push(Message::Terminate);
    }
    messages
}

/// The first that is not empty, or the usual one.
fn chosen(named: impl Iterator<Item = String>) -> String {
    let mut named = named.filter(|name| !name.trim().is_empty());
    named.next().unwrap_or_else(|| USUAL.to_owned())
}

/// An editor at work.
struct Editing {
    editor: String,
    folder: PathBuf,
    child: Child,
}

impl Editing {
    fn begin(home: &Path, text: &str, editor: &str) -> io::Result<Self> {
        let folder = home.join(format!("editing.{}", std::process::id()));
        // Left by a process of this number that was killed.
        let _ = fs::remove_dir_all(&folder);
        private::folders().create(&folder)?;
        let begun = write(&file(&folder), text).and_then(|()| command(editor, &file(&folder)).spawn());
        match begun {
            Ok(child) => Ok(Self {
                editor: editor.to_owned(),
                folder,
                child,
            }),
            Err(error) => {
                let _ = fs::remove_dir_all(&folder);
                Err(error)
            }
        }
    }

    /// Until it ends. True if the console was told to end meanwhile, which ends the editor too.
    async fn last(&mut self, signals: &mut Signals) -> bool {
        let mut end = false;
        loop {
            tokio::select! {
                _ = self.child.wait() => return end,
                told = signals.next_aside() => match told {
                    Aside::End => {
                        end = true;
                        let _ = self.child.start_kill();
                    }
                    // It stops itself as well; the shell has to see that both did.
                    Aside::Stop => {
                        let _ = stop_the_group();
                    }
                },
            }
        }
    }

    /// What the text became; none if it is what it was, or if the editor says that it is not to be taken.
    fn end(mut self, before: &str) -> Result<Option<String>, Failure> {
        let status = self.child.try_wait();
        let text = read(&file(&self.folder));
        let _ = fs::remove_dir_all(&self.folder);
        match status {
            Ok(Some(status)) if status.success() => {}
            // What a shell says of a program that is not there.
            Ok(Some(status)) if status.code() == Some(127) => {
                let error = io::Error::new(io::ErrorKind::NotFound, "there is no such program");
                return Err(not_started(&self.editor, &error));
            }
            _ => return Ok(None),
        }
        let text = text.map_err(|error| {
            Failure::new(
                Code::FileFailed,
                format!("what the editor left cannot be taken: {error}"),
                "the query is as it was; edit it again, or here",
            )
        })?;
        let text = text.trim_end_matches(['\n', '\r']);
        Ok((text != before.trim_end_matches(['\n', '\r'])).then(|| text.to_owned()))
    }
}

fn not_started(editor: &str, error: &io::Error) -> Failure {
    Failure::new(
        Code::FileFailed,
        format!("the editor {editor:?} cannot be started: {error}"),
        "name one that is installed in the environment variable VISUAL or EDITOR",
    )
}

fn file(folder: &Path) -> PathBuf {
    folder.join("query.json")
}

fn write(path: &Path, text: &str) -> io::Result<()> {
    let mut file = private::files().write(true).create_new(true).open(path)?;
    file.write_all(text.as_bytes())?;
    // Editors warn of a last line without an end.
    file.write_all(b"\n")
}

fn read(path: &Path) -> io::Result<String> {
    if fs::metadata(path)?.len() > LARGEST {
        let text = format!("it has more than {LARGEST} bytes");
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, text));
    }
    fs::read_to_string(path)
}

/// The editor may be named with options, as `git` and others understand it: a shell takes that apart.
#[cfg(unix)]
fn command(editor: &str, file: &Path) -> Command {
    let mut command = Command::new("sh");
    command
        .args(["-c", &format!("{editor} \"$@\""), "editor"])
        .arg(file);
    without_secrets(command)
}

#[cfg(not(unix))]
fn command(editor: &str, file: &Path) -> Command {
    let mut words = editor.split_whitespace();
    let mut command = Command::new(words.next().unwrap_or(USUAL));
    command.args(words).arg(file);
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

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    async fn edited(editor: &str, text: &str) -> Result<Option<String>, Failure> {
        let home = tempfile::tempdir().unwrap();
        let mut signals = Signals::listen().unwrap();
        let mut editing =
            Editing::begin(home.path(), text, editor).map_err(|error| not_started(editor, &error))?;
        assert!(!editing.last(&mut signals).await);
        let edited = editing.end(text);
        assert_eq!(fs::read_dir(home.path()).unwrap().count(), 0, "nothing is left");
        edited
    }

    #[tokio::test]
    async fn what_the_editor_wrote_is_taken_without_the_last_line_end() {
        let taken = edited("printf '{\"action\": \"whoami\"}\\n' >", "{}").await;
        assert_eq!(taken.unwrap().as_deref(), Some(r#"{"action": "whoami"}"#));
        let kept = edited("sed -i s/a/b/", "{\"a\": 1}\n").await;
        assert_eq!(kept.unwrap().as_deref(), Some(r#"{"b": 1}"#));
    }

    #[tokio::test]
    async fn what_is_left_as_it_was_or_is_not_to_be_taken_changes_nothing() {
        assert_eq!(edited("true", "{}").await.unwrap(), None);
        assert_eq!(
            edited("sh -c 'echo x > \"$0\"; exit 1'", "{}").await.unwrap(),
            None
        );
    }

    #[tokio::test]
    async fn an_editor_that_is_not_there_and_a_text_that_is_none_are_told() {
        let failure = edited("no-such-editor --wait", "{}").await.unwrap_err();
        assert!(failure.message.contains("no-such-editor"), "{}", failure.message);
        assert!(failure.remedy.contains("EDITOR"));
        let failure = edited("printf '\\377' >", "{}").await.unwrap_err();
        assert!(failure.message.contains("cannot be taken"), "{}", failure.message);
        let failure = edited("rm", "{}").await.unwrap_err();
        assert_eq!(failure.code, Code::FileFailed);
    }

    #[tokio::test]
    async fn nobody_else_may_read_it_and_no_secret_goes_along() {
        let script = "f() { stat -c %a \"$1\" \"$(dirname \"$1\")\" > \"$1.modes\"; cat \"$1.modes\" > \"$1\"; env | grep -c BUTTERFLY_VAULT >> \"$1\"; true; }; f";
        let seen = edited(script, "{}").await.unwrap().unwrap();
        assert_eq!(seen.lines().collect::<Vec<_>>(), ["600", "700", "0"]);
    }

    #[test]
    fn the_first_editor_that_is_named_is_taken() {
        let named = |names: &[&str]| chosen(names.iter().map(ToString::to_string));
        assert_eq!(named(&["", "nano -w"]), "nano -w");
        assert_eq!(named(&["code --wait", "nano"]), "code --wait");
        assert_eq!(named(&[]), "vi");
    }
}
