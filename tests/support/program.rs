//! The real program, on a home of its own.

use super::process::Process;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tempfile::TempDir;

/// A home in a temporary folder, and the program run on it.
pub struct Program {
    folder: TempDir,
    binary: PathBuf,
}

impl Program {
    /// On a home that is not there yet.
    pub fn new() -> Self {
        Self {
            folder: tempfile::tempdir().expect("a temporary folder can be made"),
            binary: PathBuf::from(env!("CARGO_BIN_EXE_butterfly")),
        }
    }

    /// The same with the program as `cargo install` makes it, which is what people have: without what only tests switch
    /// on in libraries, and copied. A linker writes here and there, a copy is written from one end to the other, and the
    /// system keeps and maps it in larger pieces: it starts a millisecond sooner than what the linker left.
    #[allow(dead_code)] // for benches: only they look at milliseconds
    pub fn installed() -> Self {
        let mut program = Self::new();
        let root = program.folder.path().join("installed");
        let status = Command::new(env!("CARGO"))
            .args(["install", "--quiet", "--locked", "--no-track", "--path"])
            .args([env!("CARGO_MANIFEST_DIR"), "--root"])
            .arg(&root)
            .status()
            .expect("cargo can be started");
        assert!(status.success(), "the program cannot be installed");
        program.binary = root.join("bin").join("butterfly");
        program
    }

    /// The program's file.
    #[allow(dead_code)] // not every test starts it by itself
    pub fn binary(&self) -> &Path {
        &self.binary
    }

    /// A file beside the home, with these bytes.
    pub fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, bytes).expect("the temporary folder can be written");
        path
    }

    /// Where the home is.
    pub fn home(&self) -> PathBuf {
        self.folder.path().join("home")
    }

    /// A command of the program: nothing ambient but the home.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.binary);
        for (name, _) in std::env::vars_os() {
            let is_ours = name.to_string_lossy().starts_with("BUTTERFLY_");
            if is_ours || name == "JWT_SECRET_KEY" {
                command.env_remove(name);
            }
        }
        command.env("BUTTERFLY_HOME", self.home()).args(arguments);
        command
    }

    /// Runs to the end, whatever that is.
    pub fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments)
            .output()
            .expect("the program can be started")
    }

    /// Runs with `--json` to a good end, and gives what it printed.
    pub fn json(&self, arguments: &[&str]) -> Value {
        let output = self.run(&[&["--json"], arguments].concat());
        assert!(output.status.success(), "{arguments:?}: {}", told(&output));
        read_json(&output)
    }

    /// Hosts an instance until the result is dropped; the address is its base URL.
    pub fn serve(&self, name: &str) -> Hosted {
        Hosted::start(self.command(&["serve", name]))
    }
}

/// A hosting process that is ready.
pub struct Hosted {
    _process: Process,
    /// Where it answers: its `/invoke`.
    pub endpoint: String,
}

impl Hosted {
    /// Starts it and waits until it says that it listens.
    pub fn start(command: Command) -> Self {
        let mut process = Process::start(command);
        let base = process.wait_for("listening on ");
        Self {
            _process: process,
            endpoint: format!("{base}/invoke"),
        }
    }

    /// The URL without `/invoke`.
    pub fn base(&self) -> &str {
        self.endpoint
            .strip_suffix("/invoke")
            .expect("an endpoint ends in /invoke")
    }
}

/// What a finished process printed, as JSON.
pub fn read_json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("not one JSON value ({error}): {}", told(output)))
}

/// What a finished process said, for a failing test.
pub fn told(output: &Output) -> String {
    format!(
        "{}\nstdout: {}\nstderr: {}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}
