//! What every verb works with: the home, and how to print.

use super::arguments::kept_path;
use super::inert::inert_lines;
use super::outcome::{self, Outcome, Stop, write_json, write_line};
use super::unlock;
use crate::protocol::Code;
use crate::workspace::{
    Failure, Home, Unlock, Workspace, commands_here, home_said, program_here, unknown_told,
};
use serde::Serialize;
use serde_json::json;
use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::sync::OnceCell;

/// One run of the program.
pub struct Session {
    home: Home,
    json: bool,
    read_only: bool,
    workspace: OnceCell<Arc<Workspace>>,
}

impl Session {
    /// With the home that was named here, or in the environment, or the platform's.
    pub fn new(home: Option<PathBuf>, json: bool, read_only: bool) -> Result<Self, Failure> {
        let root = home.or_else(home_said).map_or_else(Home::default_root, Ok)?;
        let root = kept_path(&root)?;
        if root.is_file() {
            return Err(Failure::new(
                Code::FileFailed,
                format!("the home {} is a file, not a folder", root.display()),
                "name a folder with --home DIR or BUTTERFLY_HOME; it is made if need be",
            ));
        }
        Ok(Self {
            home: Home::at(root).only_read(read_only),
            json,
            read_only,
            workspace: OnceCell::new(),
        })
    }

    /// The home, which need not be there yet.
    pub fn home(&self) -> &Home {
        &self.home
    }

    /// Whether a script reads the output.
    pub fn is_json(&self) -> bool {
        self.json
    }

    /// Whether nothing may be changed.
    pub fn is_read_only(&self) -> bool {
        self.read_only
    }

    /// Refuses in read-only mode. `what` completes "read-only mode forbids …".
    pub fn permit(&self, what: &str) -> Result<(), Failure> {
        if !self.read_only {
            return Ok(());
        }
        Err(Failure::new(
            Code::ReadOnly,
            format!("read-only mode forbids {what}"),
            "leave out --read-only if you mean it",
        ))
    }

    /// The open home; asks for a passphrase if it must.
    pub async fn open(&self) -> Result<&Arc<Workspace>, Failure> {
        self.workspace.get_or_try_init(|| unlock::open(&self.home)).await
    }

    /// The open home, unless a person must be asked for its passphrase first.
    pub async fn open_unasked(&self) -> Result<Option<&Arc<Workspace>>, Failure> {
        let open = || Workspace::open(self.home.clone(), Unlock::Ambient);
        match self.workspace.get_or_try_init(open).await {
            Err(_) if self.home.needs_passphrase() => Ok(None),
            opened => opened.map(Some),
        }
    }

    /// The open home, made first if there is none.
    pub async fn open_or_create(&self) -> Result<&Arc<Workspace>, Failure> {
        self.workspace
            .get_or_try_init(|| unlock::open_or(&self.home, || unlock::create(&self.home)))
            .await
    }

    /// The open home, made first, without a question, if there is none.
    pub async fn open_or_create_unasked(&self) -> Result<&Arc<Workspace>, Failure> {
        self.workspace
            .get_or_try_init(|| {
                unlock::open_or(&self.home, || async {
                    Workspace::create(self.home.clone(), unlock::ambient_lock(&self.home)?).await
                })
            })
            .await
    }

    /// The open home, where the named instance must be: an empty home has none.
    pub async fn open_for(&self, instance: &str) -> Result<&Arc<Workspace>, Failure> {
        if self.home.has_vault() {
            return self.open().await;
        }
        if let Some((what, remedy)) = unknown_told(&self.home.instances_without_vault()?) {
            return Err(Failure::new(Code::InstanceNotFound, what, remedy));
        }
        Err(Failure::new(
            Code::InstanceNotFound,
            format!(
                "there is no instance {instance:?}: nothing was made in {} yet",
                self.home.root().display()
            ),
            "make one with `butterfly instance init NAME`, or try `butterfly demo`",
        ))
    }

    /// Stops what this process hosts.
    pub async fn close(&self) {
        if let Some(workspace) = self.workspace.get() {
            workspace.shutdown().await;
        }
    }

    /// A page or a script: as it is for people, and as `text` for scripts.
    pub fn show_text(&self, text: &str) -> Outcome {
        self.show(&json!({"text": text}), || text.to_owned())
    }

    /// Prints a value: as JSON for scripts, in words for people.
    pub fn show<T: Serialize>(&self, value: &T, words: impl FnOnce() -> String) -> Outcome {
        if self.json {
            let value = serde_json::to_value(value).expect("what verbs print has only string keys");
            return write_json(&value, std::io::stdout().is_terminal());
        }
        let words = words();
        write_line(words.trim_end_matches('\n'))
    }

    /// The same of what is shown this once only. Where nobody can have read it, that is a failure, and `remedy` says what to
    /// do about what was made.
    pub fn show_once<T: Serialize>(
        &self,
        value: &T,
        words: impl FnOnce() -> String,
        remedy: impl Into<String>,
    ) -> Outcome {
        let why = match self.show(value, words) {
            Ok(()) => return Ok(()),
            Err(Stop::PipeClosed) => "whoever was to read stdout is gone".to_owned(),
            Err(Stop::Failure(failure)) => failure.message,
            Err(told) => return Err(told),
        };
        Err(Stop::Failure(Failure::new(
            Code::FileFailed,
            format!("what was made is shown only once, and nobody can have read it: {why}"),
            remedy,
        )))
    }

    /// What an export came to, for scripts: `{file, count}`. On stdout there is nothing but the export itself.
    pub fn show_export(&self, file: &Path, count: u64) -> Outcome {
        if !self.json || file.as_os_str() == "-" {
            return Ok(());
        }
        self.show(
            &json!({"file": file.to_string_lossy(), "count": count}),
            String::new,
        )
    }

    /// A text for people in which each command of this program, between backquotes, works as it stands: it names the
    /// home where that has to be said.
    pub fn here(&self, text: &str) -> String {
        commands_here(&self.home, text)
    }

    /// A command of this program with these words, as it works here for this home.
    pub fn command(&self, words: &str) -> String {
        format!("{} {words}", program_here(&self.home))
    }

    /// How a verb ends, with a remedy that works as it stands.
    pub fn outcome_here(&self, outcome: Outcome) -> Outcome {
        outcome.map_err(|stop| match stop {
            Stop::Failure(failure) => Stop::Failure(self.failure_here(&failure)),
            told => told,
        })
    }

    fn failure_here(&self, failure: &Failure) -> Failure {
        Failure {
            message: self.here(&failure.message),
            remedy: self.here(&failure.remedy),
            ..failure.clone()
        }
    }

    /// Tells people of a failure that does not end the verb, or that was told to scripts already.
    pub fn tell(&self, failure: &Failure) {
        outcome::tell(&self.failure_here(failure));
    }

    /// A remark for people, on stderr. Scripts do not read it; it never carries a secret.
    pub fn note(&self, text: &str) {
        let _ = writeln!(std::io::stderr().lock(), "{}", inert_lines(&self.here(text)));
    }
}
