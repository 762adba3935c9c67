//! What is on a page, in the pager that a person is used to. Nothing of it is ever in a file.

use super::{Kind, command, last};
use crate::protocol::json_text::{indented, inert_json};
use crate::tui::message::Message;
use crate::tui::signals::Signals;
use crate::workspace::Failure;
use std::io;
use std::process::Stdio;
use std::sync::Arc;
use tokio::io::AsyncWriteExt;

const PAGER: Kind = Kind {
    what: "pager",
    variables: &["PAGER"],
    usual: if cfg!(windows) { "more" } else { "less" },
};

/// Something to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reading {
    /// JSON, to be laid out.
    Json(Arc<str>),
    /// Text that is harmless already.
    Text(String),
}

impl Reading {
    /// As the pager gets it: nothing in it acts on the terminal, whatever the pager lets through (THREATS 42).
    fn written(self) -> String {
        let mut text = match self {
            Self::Json(json) => inert_json(&indented(&json)).into_owned(),
            Self::Text(text) => text,
        };
        text.push('\n');
        text
    }
}

/// Has it read; tells what went wrong, and whether the console was told to end meanwhile.
pub async fn read(reading: Reading, signals: &mut Signals) -> Vec<Message> {
    let mut messages = Vec::new();
    match show(reading, &PAGER.chosen(), signals).await {
        Ok(false) => {}
        Ok(true) => messages.push(Message::Terminate),
        Err(failure) => messages.push(Message::NotStarted(failure)),
    }
    messages
}

/// True if the console was told to end meanwhile.
async fn show(reading: Reading, pager: &str, signals: &mut Signals) -> Result<bool, Failure> {
    let not_started = |error: &io::Error| PAGER.not_started(pager, error);
    let written = tokio::task::spawn_blocking(|| reading.written()).await;
    let written = written.map_err(|error| not_started(&io::Error::other(error)))?;
    let mut command = command(pager, None);
    command.stdin(Stdio::piped());
    if let Ok(options) = std::env::var("LESS") {
        // A pager that leaves at once when all fits on the screen would show nothing: the console comes back over it.
        command.env("LESS", format!("{options} -+F"));
    }
    let mut child = command.spawn().map_err(|error| not_started(&error))?;
    let input = child.stdin.take();
    let feeding = tokio::spawn(async move {
        if let Some(mut input) = input {
            // One who has read enough closes it.
            let _ = input.write_all(written.as_bytes()).await;
        }
    });
    let end = last(&mut child, signals).await;
    feeding.abort();
    if let Ok(Some(status)) = child.try_wait() {
        PAGER.started(pager, status)?;
    }
    Ok(end)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    async fn shown(pager: &str, reading: Reading) -> Result<bool, Failure> {
        show(reading, pager, &mut Signals::listen().unwrap()).await
    }

    #[tokio::test]
    async fn a_pager_gets_json_in_lines_and_nothing_that_acts() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("read");
        let pager = format!("cat > {}", file.display());
        let reply = Reading::Json("{\"a\":[1.0,\"\u{9b}2J\u{202e}\"]}".into());
        assert!(!shown(&pager, reply).await.unwrap());
        assert_eq!(
            std::fs::read_to_string(file).unwrap(),
            "{\n  \"a\": [\n    1.0,\n    \"\\u009b2J\\u202e\"\n  ]\n}\n"
        );
    }

    #[tokio::test]
    async fn one_who_has_read_enough_of_much_may_leave() {
        let much = Reading::Text("line\n".repeat(1_000_000));
        assert!(!shown("head -n 1 > /dev/null", much).await.unwrap());
    }

    #[tokio::test]
    async fn a_pager_that_is_not_there_is_told() {
        let failure = shown("no-such-pager -R", Reading::Text(String::new()))
            .await
            .unwrap_err();
        assert!(failure.message.contains("no-such-pager"), "{}", failure.message);
        assert!(failure.remedy.contains("PAGER"), "{}", failure.remedy);
    }
}
