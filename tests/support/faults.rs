//! Faults under a real process: a disk that is full or fails, a death at a chosen write, a clock that steps. They are
//! made by a small library (`faults.c`) that is loaded into the process before the system's own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use tempfile::TempDir;

/// What goes wrong under the processes that were told of it. At first nothing does.
pub struct Faults {
    folder: TempDir,
}

impl Faults {
    /// Faults that nobody meets yet.
    pub fn none() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    /// Lets a process that is about to start meet them.
    pub fn put_under(&self, command: &mut Command) {
        command
            .env("LD_PRELOAD", library())
            .env("FAULTS", self.rules())
            .env("FAULTS_COUNT", self.counted());
    }

    /// From now on this goes wrong, and nothing else: lines as `faults.c` describes them.
    pub fn set(&self, rules: &str) {
        let beside = self.folder.path().join("new");
        fs::write(&beside, rules).unwrap();
        fs::rename(beside, self.rules()).unwrap();
    }

    /// From now on nothing goes wrong.
    pub fn mend(&self) {
        self.set("");
    }

    /// How many changes a `kill` has counted since this was asked last.
    pub fn take_count(&self) -> usize {
        let counted = fs::read(self.counted()).unwrap_or_default().len();
        let _ = fs::remove_file(self.counted());
        counted
    }

    fn rules(&self) -> PathBuf {
        self.folder.path().join("rules")
    }

    fn counted(&self) -> PathBuf {
        self.folder.path().join("counted")
    }
}

/// The library, compiled once for all tests of a process.
fn library() -> &'static Path {
    static LIBRARY: OnceLock<PathBuf> = OnceLock::new();
    LIBRARY.get_or_init(|| {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/support/faults.c");
        let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join("faults.so");
        let made = place.with_extension(std::process::id().to_string());
        let status = Command::new("cc")
            .args(["-shared", "-fPIC", "-O1", "-o"])
            .arg(&made)
            .arg(source)
            .status()
            .expect("the tests need a C compiler, as the program does");
        assert!(status.success(), "the library of faults does not compile");
        fs::rename(made, &place).unwrap();
        place
    })
}
