//! A text in the editor that a person is used to.
//!
//! The text lies in a folder of its own within the home, for nobody else to read, and goes with it when the editor
//! ends.

use super::{Kind, command, last};
use crate::protocol::Code;
use crate::seal::private;
use crate::tui::message::Message;
use crate::tui::signals::Signals;
use crate::workspace::{Failure, Home};
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use tokio::process::Child;

const EDITOR: Kind = Kind {
    what: "editor",
    variables: &["VISUAL", "EDITOR"],
    usual: if cfg!(windows) { "notepad" } else { "vi" },
};
/// The largest text that is taken back, in bytes: what an instance reads.
const LARGEST: u64 = 1024 * 1024;

/// Has a text edited; tells what it became, and whether the console was told to end meanwhile.
pub async fn edit(home: &Home, text: &str, signals: &mut Signals) -> Vec<Message> {
    let editor = EDITOR.chosen();
    let (edited, end) = match Editing::begin(home.root(), text, &editor) {
        Ok(mut editing) => {
            let end = last(&mut editing.child, signals).await;
            (editing.end(text), end)
        }
        Err(error) => (Err(EDITOR.not_started(&editor, &error)), false),
    };
    let mut messages = vec![Message::Edited(edited)];
    if end {
        messages.push(Message::Terminate);
    }
    messages
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
        let begun = write(&file(&folder), text).and_then(|()| command(editor, Some(&file(&folder))).spawn());
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

    /// What the text became; none if it is what it was, or if the editor says that it is not to be taken.
    fn end(mut self, before: &str) -> Result<Option<String>, Failure> {
        let status = self.child.try_wait();
        let text = read(&file(&self.folder));
        let _ = fs::remove_dir_all(&self.folder);
        let Ok(Some(status)) = status else {
            return Ok(None);
        };
        EDITOR.started(&self.editor, status)?;
        if !status.success() {
            return Ok(None);
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

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    async fn edited(editor: &str, text: &str) -> Result<Option<String>, Failure> {
        let home = tempfile::tempdir().unwrap();
        let mut signals = Signals::listen().unwrap();
        let mut editing =
            Editing::begin(home.path(), text, editor).map_err(|error| EDITOR.not_started(editor, &error))?;
        assert!(!last(&mut editing.child, &mut signals).await);
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
}
