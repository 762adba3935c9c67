//! A virtual environment with other people's libraries, made by the tests themselves.
//!
//! It lies below the build's own folder under a name made of what has to be in it, so that a change
//! of the requirements makes a new one. Test binaries run side by side: one makes it, the others
//! wait. Where a machine has no Python the tests say so and pass over; on CI that is a failure.

use super::process::Process;
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{ChildStdin, Command};
use std::sync::OnceLock;

const REQUIREMENTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/python/requirements.txt");
const SCRIPTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/python");
/// Written last: an environment without it was not finished.
const MARKER: &str = "complete";

/// An interpreter that has every library of the requirements.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Python {
    interpreter: PathBuf,
}

/// The environment, made if need be; none (said on standard error) where that is impossible.
///
/// # Panics
/// With `CI=true`, instead of giving none.
pub fn python() -> Option<&'static Python> {
    static PYTHON: OnceLock<Result<Python, String>> = OnceLock::new();
    match PYTHON.get_or_init(prepare) {
        Ok(python) => Some(python),
        Err(reason) if is_ci() => panic!(
            "{reason}; on CI the tests against other implementations must run: \
             install python3 with its venv module, and let pip install tests/python/requirements.txt"
        ),
        Err(reason) => {
            eprintln!("passed over, for want of Python: {reason}");
            None
        }
    }
}

impl Python {
    /// A command that runs one of our scripts.
    pub fn script(&self, name: &str) -> Command {
        let mut command = Command::new(&self.interpreter);
        // Neither the caller's Python settings nor a proxy may come between a test and loopback.
        command
            .args(["-B", "-u"])
            .arg(Path::new(SCRIPTS).join(name))
            .env_remove("PYTHONPATH")
            .env_remove("PYTHONHOME")
            .env("NO_PROXY", "*");
        command
    }

    /// The libraries' side of an interop test.
    pub fn libraries(&self) -> Libraries {
        Libraries(Answerer::start(self.script("vectors.py")))
    }
}

/// A script that answers each line of JSON with another.
pub struct Answerer {
    process: Process,
    questions: ChildStdin,
}

impl Answerer {
    /// Starts it.
    pub fn start(command: Command) -> Self {
        let mut process = Process::start(command);
        let questions = process.stdin();
        Self { process, questions }
    }

    /// Its answer to the one question that it takes: it is told that nothing more comes.
    pub fn ask_last(mut self, question: &Value) -> Value {
        self.tell(question);
        drop(self.questions);
        read(&mut self.process)
    }

    /// Its answer.
    pub fn ask(&mut self, question: &Value) -> Value {
        self.tell(question);
        read(&mut self.process)
    }

    fn tell(&mut self, question: &Value) {
        writeln!(self.questions, "{question}").expect("the script is listening");
    }
}

fn read(process: &mut Process) -> Value {
    let answer = process.line();
    serde_json::from_str(&answer).unwrap_or_else(|error| panic!("{error}: {answer}"))
}

/// `vectors.py`, answering questions.
pub struct Libraries(Answerer);

impl Libraries {
    /// Its answer: what the operation gives, or `refused`.
    pub fn ask(&mut self, question: &Value) -> Value {
        self.0.ask(question)
    }

    /// A member of its answer, which must not be a refusal.
    pub fn ask_for(&mut self, member: &str, question: &Value) -> Value {
        let mut answer = self.ask(question);
        match answer.get_mut(member) {
            Some(value) => value.take(),
            None => panic!("{question} was answered by {answer}"),
        }
    }

    /// The same, for a text.
    pub fn ask_for_text(&mut self, member: &str, question: &Value) -> String {
        match self.ask_for(member, question) {
            Value::String(text) => text,
            other => panic!("{member} is not a text: {other}"),
        }
    }

    /// Whether the library does not accept what it was asked to open or verify.
    pub fn refuses(&mut self, question: &Value) -> bool {
        self.ask(question).get("refused").is_some()
    }
}

fn is_ci() -> bool {
    std::env::var_os("CI").is_some_and(|value| value == "true")
}

/// Finds the environment, or makes it while every other test binary waits.
fn prepare() -> Result<Python, String> {
    let version = output(Command::new("python3").arg("--version"))?;
    let requirements = fs::read(REQUIREMENTS).map_err(|error| format!("{REQUIREMENTS}: {error}"))?;
    let folder = target_folder().join(format!("python-{}", fingerprint(&version, &requirements)));
    let python = Python {
        interpreter: folder.join("bin/python"),
    };

    let lock = File::create(folder.with_extension("lock"))
        .and_then(|lock| lock.lock().map(|()| lock))
        .map_err(|error| format!("{}.lock: {error}", folder.display()))?;
    if !folder.join(MARKER).exists() {
        make(&folder, &python)?;
    }
    drop(lock);
    Ok(python)
}

/// What is half there was left by a run that was interrupted: it goes first.
fn make(folder: &Path, python: &Python) -> Result<(), String> {
    if folder.exists() {
        fs::remove_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    }
    output(Command::new("python3").args(["-m", "venv"]).arg(folder))?;
    output(
        Command::new(&python.interpreter)
            .args([
                "-m",
                "pip",
                "install",
                "--quiet",
                "--disable-pip-version-check",
                "-r",
            ])
            .arg(REQUIREMENTS),
    )?;
    File::create(folder.join(MARKER))
        .and_then(|marker| marker.sync_all())
        .map_err(|error| format!("{}: {error}", folder.display()))
}

/// The build's folder, wherever cargo was told to put it.
fn target_folder() -> &'static Path {
    Path::new(env!("CARGO_TARGET_TMPDIR"))
        .parent()
        .expect("cargo makes a folder of its own for tests inside the build's")
}

fn fingerprint(version: &[u8], requirements: &[u8]) -> String {
    let digest = Sha256::new()
        .chain_update(version)
        .chain_update(requirements)
        .finalize();
    digest[..6].iter().map(|byte| format!("{byte:02x}")).collect()
}

fn output(command: &mut Command) -> Result<Vec<u8>, String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command
        .output()
        .map_err(|error| format!("{name} cannot be started: {error}"))?;
    if !output.status.success() {
        let complaint = String::from_utf8_lossy(&output.stderr);
        return Err(format!(
            "{name} ended with {}: {}",
            output.status,
            complaint.trim()
        ));
    }
    Ok(output.stdout)
}
