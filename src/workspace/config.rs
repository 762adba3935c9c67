//! The parts of `config.toml` that matter below the console: how the vault is unlocked, what is kept.

use super::Failure;
use super::file_failure::cannot;
use crate::model::line_of;
use crate::protocol::Code;
use crate::vault::LogRetention;
use serde::Deserialize;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// A `config.toml` that says what is so anyway, with comments.
pub const CONFIG_TEMPLATE: &str = include_str!("config_template.toml");

/// `config.toml`. A section that is misspelt would say nothing, silently.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Config {
    vault: VaultSection,
    log: LogSection,
    network: NetworkSection,
    queries: QueriesSection,
    console: ConsoleConfig,
}

/// How the console looks and behaves: the section `[console]`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ConsoleConfig {
    /// The theme; where none is named, the one chosen last, or the one that fits the terminal.
    pub theme: Option<String>,
    /// The signs that are drawn with.
    pub glyphs: GlyphChoice,
    /// Whether the mouse is the console's at the start.
    pub mouse: Option<bool>,
    /// Whether the terminal's window is named after how things stand; it is unless told.
    pub title: Option<bool>,
    /// Whether the terminal's bell rings when an instance is lost; it does not unless told.
    pub bell: Option<bool>,
}

/// The signs that are drawn with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum GlyphChoice {
    /// As the locale says.
    #[default]
    Auto,
    /// All of them.
    Unicode,
    /// Those of ASCII.
    Ascii,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct VaultSection {
    /// Unlocks the vault; relative to the home.
    key_file: Option<PathBuf>,
    /// Gives the key that unlocks the vault, and locks a new one.
    key: Option<VaultKey>,
    /// A new vault is locked in the keyring of the operating system.
    keyring: bool,
    /// Minutes without a key after which the console locks the vault; 0 for never.
    idle_lock_minutes: Option<u32>,
}

/// Where the key of the vault is.
#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum VaultKey {
    /// In this environment variable: 32 bytes in base64url.
    Variable(String),
}

/// Long enough to read a trace, short enough for a desk that was left.
const IDLE_LOCK_MINUTES: u32 = 15;

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct LogSection {
    /// Lines of the invoke log that are kept, from the newest on; 100,000 unless told.
    keep_lines: Option<u64>,
    /// Days for which they are kept; 90 unless told.
    keep_days: Option<u32>,
    /// Marked and noted lines that outlive both limits; 10,000 unless told. Of more, the oldest lose mark and note.
    keep_marked: Option<u64>,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct NetworkSection {
    /// Call instances over plain HTTP beyond loopback.
    insecure_http: bool,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct QueriesSection {
    /// Folders with files of queries beside `queries` in the home; relative to the home.
    from: Vec<PathBuf>,
}

impl Config {
    /// Reads the file; one that is not there says nothing.
    pub(super) fn read(root: &Path) -> Result<Self, Failure> {
        let path = root.join("config.toml");
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => {
                return Err(cannot(&path, "be read", &error));
            }
        };
        toml::from_str(&text).map_err(|error| {
            Failure::new(
                Code::FileFailed,
                format!(
                    "{}, line {}: {}",
                    path.display(),
                    error.span().map_or(1, |span| line_of(&text, span.start)),
                    error.message()
                ),
                "put it right, or move it away to go on without it",
            )
        })
    }

    /// What it says of the console.
    pub(super) fn console(self) -> ConsoleConfig {
        self.console
    }

    pub(super) fn key_file(&self, root: &Path) -> Option<PathBuf> {
        self.vault.key_file.as_ref().map(|path| root.join(path))
    }

    pub(super) fn key_variable(&self) -> Option<&str> {
        self.vault
            .key
            .as_ref()
            .map(|VaultKey::Variable(name)| name.as_str())
    }

    pub(super) fn is_keyring_named(&self) -> bool {
        self.vault.keyring
    }

    /// After how long without a key the console locks the vault; none for never.
    pub(super) fn idle_lock(&self) -> Option<Duration> {
        let minutes = self.vault.idle_lock_minutes.unwrap_or(IDLE_LOCK_MINUTES);
        (minutes > 0).then(|| Duration::from_secs(u64::from(minutes) * 60))
    }

    pub(super) fn retention(&self) -> LogRetention {
        let usual = LogRetention::default();
        LogRetention {
            lines: self.log.keep_lines.unwrap_or(usual.lines).max(1),
            days: self.log.keep_days.unwrap_or(usual.days).max(1),
            marked: self.log.keep_marked.unwrap_or(usual.marked),
        }
    }

    /// Folders that were named, with files of queries.
    pub(super) fn query_folders(&self, root: &Path) -> Vec<PathBuf> {
        self.queries.from.iter().map(|path| root.join(path)).collect()
    }

    pub(super) fn insecure_http(&self) -> bool {
        self.network.insecure_http
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a file leads to, where it says nothing of its own.
    fn told(text: &str) -> (Option<Duration>, LogRetention, bool, bool, usize, GlyphChoice) {
        let config: Config = toml::from_str(text).unwrap();
        (
            config.idle_lock(),
            config.retention(),
            config.insecure_http(),
            config.is_keyring_named(),
            config.query_folders(Path::new("home")).len(),
            config.console.glyphs,
        )
    }

    #[test]
    fn what_is_unknown_or_not_text_is_told_with_what_to_do() {
        let home = tempfile::tempdir().unwrap();
        let told = |bytes: &[u8]| {
            std::fs::write(home.path().join("config.toml"), bytes).unwrap();
            Config::read(home.path()).err().unwrap()
        };
        for (text, line) in [("[valut]\nkeyring = true\n", 1), ("\nkeep_lines = 7\n", 2)] {
            let failure = told(text.as_bytes());
            let place = format!("line {line}: unknown field");
            assert!(failure.message.contains(&place), "{}", failure.message);
        }
        let failure = told(b"[console]\ntheme = \"\xff\"\n");
        assert!(failure.remedy.contains("UTF-8"), "{}", failure.remedy);
    }

    #[test]
    fn the_template_says_what_is_so_anyway_with_its_comments_and_without() {
        assert_eq!(told(CONFIG_TEMPLATE), told(""));
        let taken_into_use: String = CONFIG_TEMPLATE
            .lines()
            .map(|line| match line.strip_prefix('#') {
                Some(rest) if !rest.starts_with(' ') => format!("{rest}\n"),
                _ => format!("{line}\n"),
            })
            .collect();
        assert!(taken_into_use.contains("\nkeep_lines"));
        assert_eq!(told(&taken_into_use), told(""));
    }
}
