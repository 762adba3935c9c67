//! The home's folder, and the files in it that are the console's.

use super::super::compose::query_file_problems;
use super::super::config::Config;
use super::super::{Home, blocking};
use super::{Observation, Severity};
use crate::command::Keymap;
use crate::seal::private;
use crate::store::sqlite::check_database;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

/// Something unfinished or replaced, by how its name begins.
struct Leftover {
    start: &'static str,
    severity: Severity,
    what: &'static str,
}

const fn hint(start: &'static str, what: &'static str) -> Leftover {
    Leftover {
        start,
        severity: Severity::Hint,
        what,
    }
}

const LEFT_BEHIND: [Leftover; 10] = [
    hint(".making-", "an instance was being made there"),
    hint("..making-", "an instance was being made there"),
    hint(
        ".restoring-",
        "a backup or an exported vault was being restored there",
    ),
    hint(".backup-", "a backup was being made there"),
    hint(".discarded-", "an instance was being removed there"),
    hint("editing.", "a query was being edited there"),
    hint(REPLACED, "what was replaced is kept there"),
    Leftover {
        start: "console.db.copy-",
        severity: Severity::Warning,
        what: "an export was ended in the middle, and this copy of the vault opens as the vault did then: with the passphrase or \
               key of that time",
    },
    hint("console.db.making-", "a vault was being made there"),
    hint("vault.key.making-", "a key file was being made there"),
];

/// How the names of folders begin in which something is kept that was replaced.
const REPLACED: &str = ".replaced-";

/// Who may look into the home, and what lies about in it.
pub(super) fn home(home: &Home) -> Vec<Observation> {
    let root = home.root();
    let shown = root.display().to_string();
    let about = match fs::symlink_metadata(root) {
        Ok(about) => about,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let remedy =
                "begin with `butterfly demo` or `butterfly instance init NAME`, or name another --home";
            let message = "there is no home yet";
            return vec![Observation::of(Severity::Hint, "home", shown, message, remedy)];
        }
        Err(error) => {
            let remedy = "check the path and its permissions";
            let message = format!("it cannot be read: {error}");
            return vec![Observation::of(Severity::Fault, "home", shown, message, remedy)];
        }
    };
    let mut found = vec![match private::open_to_others(&about) {
        _ if !about.is_dir() => Observation::of(
            Severity::Fault,
            "home",
            &shown,
            "it is a link, or no folder",
            "give the folder itself with `--home DIR`",
        ),
        Some(mode) => Observation::of(
            Severity::Fault,
            "home",
            &shown,
            format!("others may look into it (mode {mode:04o})"),
            "make it private with `chmod 700`",
        ),
        None => Observation::ok("home", &shown, "only its owner gets at it"),
    }];
    found.extend(left_behind(home));
    found
}

fn left_behind(home: &Home) -> Vec<Observation> {
    let folders = [home.root().to_owned(), home.root().join("instances")];
    let entries = folders.iter().filter_map(|folder| fs::read_dir(folder).ok());
    let mut found = Vec::new();
    for entry in entries.flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let Some(leftover) = LEFT_BEHIND.iter().find(|one| name.starts_with(one.start)) else {
            continue;
        };
        let path = entry.path();
        if !home.has_vault() && holds_vault(&path) {
            found.push(interrupted(&path));
            continue;
        }
        found.push(Observation::of(
            leftover.severity,
            "leftover",
            path.display().to_string(),
            leftover.what,
            "remove it if nothing is at work on it and you do not need it",
        ));
    }
    found.sort_by(|one, other| one.subject.cmp(&other.subject));
    found
}

/// Whether this home has no vault because another one was to replace it, and that was interrupted.
pub(super) fn is_vault_aside(home: &Home) -> bool {
    let entries = fs::read_dir(home.root());
    let is_aside = entries.into_iter().flatten().flatten();
    !home.has_vault() && is_aside.into_iter().any(|entry| holds_vault(&entry.path()))
}

/// Whether the home's own vault is kept in this folder, where another one was to replace it.
fn holds_vault(folder: &Path) -> bool {
    let name = folder.file_name().unwrap_or_default();
    name.to_string_lossy().starts_with(REPLACED) && folder.join("console.db").exists()
}

fn interrupted(folder: &Path) -> Observation {
    Observation::of(
        Severity::Fault,
        "leftover",
        folder.display().to_string(),
        "restoring a vault was interrupted, and the vault that it was to replace is kept there: there is no other one in this home",
        "run `butterfly vault restore FILE` once more; or move what is in that folder back to where it was, console.db last",
    )
}

/// Whether `config.toml` can be read.
pub(super) fn config(home: &Home) -> Option<Observation> {
    let path = home.root().join("config.toml");
    let is_there = path.exists();
    match Config::read(home.root()) {
        Err(failure) => Some(Observation::failed("config", "config.toml", &failure)),
        Ok(_) if is_there => Some(Observation::ok("config", "config.toml", "it can be read")),
        Ok(_) => None,
    }
}

/// Whether files that should hold queries do. What is wrong with `config.toml` is told where that is looked at.
pub(super) fn queries(home: &Home) -> Vec<Observation> {
    let problems = home.query_folders().map(|folders| query_file_problems(&folders));
    problems
        .unwrap_or_default()
        .iter()
        .map(|problem| {
            Observation::of(
                Severity::Warning,
                "queries",
                "queries",
                problem.message.as_str(),
                &problem.remedy,
            )
        })
        .collect()
}

/// Whether `keymap.toml` can be understood.
pub(super) fn keymap(home: &Home) -> Vec<Observation> {
    let observe =
        |severity, message, remedy: &str| Observation::of(severity, "keymap", "keymap.toml", message, remedy);
    let text = match fs::read_to_string(home.root().join("keymap.toml")) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Vec::new(),
        Err(error) => {
            let message = format!("it cannot be read: {error}");
            return vec![observe(Severity::Warning, message, "check its permissions")];
        }
    };
    match Keymap::load(&text) {
        Err(problem) => vec![observe(Severity::Fault, problem.to_string(), &problem.remedy)],
        Ok((_, problems)) if problems.is_empty() => {
            vec![Observation::ok("keymap", "keymap.toml", "it is understood")]
        }
        Ok((_, problems)) => problems
            .iter()
            .map(|problem| observe(Severity::Warning, problem.to_string(), &problem.remedy))
            .collect(),
    }
}

/// Whether the vault's database is whole, as far as can be seen without opening what is sealed in it.
pub(super) async fn vault_database(home: &Home) -> Observation {
    let path = home.root().join("console.db");
    let remedy = "restore it with `butterfly vault restore`, or make a new home";
    match blocking(move || check_database(&path, false)).await {
        Ok(findings) => match findings.first() {
            None => Observation::ok("vault_database", "console.db", "it is whole"),
            Some(finding) => Observation::of(
                Severity::Fault,
                "vault_database",
                "console.db",
                format!("it is damaged: {finding}"),
                remedy,
            ),
        },
        Err(error) => Observation::of(
            Severity::Fault,
            "vault_database",
            "console.db",
            error.to_string(),
            remedy,
        ),
    }
}
