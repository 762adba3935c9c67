//! A line of the person's own shell that runs behind the console: what only opens something elsewhere needs no terminal,
//! and nobody wants to press Enter for it.
//!
//! It gets no input, and what it prints is not shown; how it ended is told. What still runs when the console ends is
//! ended with it.

use super::ShellLine;
use super::shell::{not_run, told};
use crate::tui::message::{Ended, Message};
use crate::workspace::Home;
use std::collections::BTreeSet;
use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::process::{ChildStderr, Command};
use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::oneshot;
use tokio::time::timeout;

/// The most bytes of what a line complains that are read for the first line of it.
const LONGEST_COMPLAINT: u64 = 4_096;
/// How long the complaint of a line that has ended is waited for: what it left running may keep silent for ever.
const COMPLAINING: Duration = Duration::from_millis(200);

/// The lines that run behind the console.
#[derive(Default)]
pub struct Behind {
    running: Arc<Mutex<BTreeSet<u32>>>,
}

impl Behind {
    /// Begins a line; that it ended comes back as a message.
    pub fn begin(&self, home: &Home, line: ShellLine, messages: UnboundedSender<Message>) {
        let command = told(shell(&line.line), home, &line);
        let running = Arc::clone(&self.running);
        tokio::spawn(async move {
            let _ = messages.send(run(command, line.line, &running).await);
        });
    }
}

impl Drop for Behind {
    fn drop(&mut self) {
        let running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        running.iter().for_each(|group| end(*group));
    }
}

async fn run(mut command: Command, line: String, running: &Mutex<BTreeSet<u32>>) -> Message {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    let mut child = match command.spawn() {
        Ok(child) => child,
        Err(error) => return Message::NotStarted(not_run(&error)),
    };
    let with_running = |change: &dyn Fn(&mut BTreeSet<u32>)| {
        change(&mut running.lock().unwrap_or_else(PoisonError::into_inner));
    };
    let group = child.id();
    if let Some(group) = group {
        with_running(&|running| {
            running.insert(group);
        });
    }
    let complaint = child.stderr.take().map(listen);
    let status = child.wait().await;
    if let Some(group) = group {
        with_running(&|running| {
            running.remove(&group);
        });
    }
    match status {
        Ok(status) => {
            let complaint = match (status.success(), complaint) {
                (false, Some(complaint)) => timeout(COMPLAINING, complaint).await.ok(),
                _ => None,
            };
            let complaint = complaint.and_then(Result::ok).unwrap_or_default();
            Message::RanBehind(Ended {
                line,
                failed: ending(status).map(|how| (how, complaint)),
            })
        }
        Err(error) => Message::NotStarted(not_run(&error)),
    }
}

/// How it ended, if not well.
fn ending(status: ExitStatus) -> Option<String> {
    match (status.success(), status.code()) {
        (true, _) => None,
        (false, Some(code)) => Some(format!("ended with {code}")),
        (false, None) => Some("was ended from outside".to_owned()),
    }
}

/// The first line that is complained; all that comes behind it is taken too, so that nobody writes into nothing.
fn listen(stderr: ChildStderr) -> oneshot::Receiver<String> {
    let (tell, first) = oneshot::channel();
    tokio::spawn(async move {
        let mut stderr = BufReader::new(stderr);
        let mut line = Vec::new();
        let mut beginning = (&mut stderr).take(LONGEST_COMPLAINT);
        let _ = beginning.read_until(b'\n', &mut line).await;
        let _ = tell.send(String::from_utf8_lossy(&line).trim().to_owned());
        let _ = tokio::io::copy_buf(&mut stderr, &mut tokio::io::sink()).await;
    });
    first
}

/// In a group of its own: what the line began is ended with it, and no key that is meant for the console reaches it.
#[cfg(unix)]
fn shell(line: &str) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", line]).process_group(0);
    command
}

#[cfg(not(unix))]
fn shell(line: &str) -> Command {
    let mut command = Command::new("cmd");
    command.args(["/C", line]);
    command
}

#[cfg(unix)]
fn end(group: u32) {
    let pid = i32::try_from(group).ok().and_then(rustix::process::Pid::from_raw);
    if let Some(pid) = pid {
        let _ = rustix::process::kill_process_group(pid, rustix::process::Signal::TERM);
    }
}

/// Other systems have no such groups: it ends when it ends.
#[cfg(not(unix))]
fn end(_: u32) {}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

    fn begin(line: &str) -> (Behind, UnboundedReceiver<Message>) {
        let (messages, heard) = unbounded_channel();
        let behind = Behind::default();
        let line = ShellLine {
            line: line.to_owned(),
            about: vec![("BUTTERFLY_REFERENCE", "a b".to_owned())],
        };
        behind.begin(&Home::at("/nowhere/home"), line, messages);
        (behind, heard)
    }

    async fn ended(line: &str) -> Ended {
        let (_behind, mut heard) = begin(line);
        match heard.recv().await {
            Some(Message::RanBehind(ended)) => ended,
            _ => panic!("it did not end"),
        }
    }

    #[tokio::test]
    async fn it_is_told_what_is_selected_gets_no_input_and_how_it_ended_is_told() {
        let well = ended(r#"read -r nothing; test "$BUTTERFLY_REFERENCE" = "a b" && echo said"#).await;
        assert_eq!(well.failed, None);
        let badly = ended("echo first >&2; echo second >&2; exit 3").await;
        assert_eq!(
            badly.failed,
            Some(("ended with 3".to_owned(), "first".to_owned()))
        );
    }

    #[tokio::test]
    async fn what_it_leaves_running_holds_nobody_up() {
        let folder = tempfile::tempdir().unwrap();
        let go_on = folder.path().join("go-on");
        std::fs::create_dir(&go_on).unwrap();
        let line = format!(
            "(while test -d {}; do sleep 0.05; done) & exit 4",
            go_on.display()
        );
        assert_eq!(ended(&line).await.failed.unwrap().0, "ended with 4");
        std::fs::remove_dir(go_on).unwrap();
    }

    #[tokio::test]
    async fn it_ends_with_the_console() {
        let (behind, mut heard) = begin("sleep 600 & echo begun >&2; wait; echo never");
        while behind.running.lock().unwrap().is_empty() {
            tokio::task::yield_now().await;
        }
        drop(behind);
        let Some(Message::RanBehind(ended)) = heard.recv().await else {
            panic!("it still runs");
        };
        assert_eq!(ended.failed.unwrap().0, "was ended from outside");
    }
}
