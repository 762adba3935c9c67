//! What somebody wants to end while it writes: it ends cleanly, or comes to its end first, and nothing secret stays lying.

use super::binary::{End, Ended, Home};
use super::error;
use crate::faults::Faults;
use std::fs;
use std::path::Path;

/// Files and folders in a folder and below it, by their names alone.
fn names_below(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        found.push(path.file_name().unwrap().to_str().unwrap().to_owned());
        if path.is_dir() {
            found.extend(names_below(&path));
        }
    }
    found
}

/// Runs a verb to whose process a signal is sent at one of the changes to files, as a rule says.
fn under(home: &Home, rule: &str, line: &[&str]) -> Ended {
    let faults = Faults::none();
    faults.set(rule);
    let mut command = home.command(line);
    faults.put_under(&mut command);
    let ended = command.arg("--json").end();
    assert!(faults.take_count() > 0, "it came to no change: {rule}");
    ended
}

fn stopped(ended: &Ended) {
    assert_eq!(ended.code, 1, "{} {}", ended.stdout, ended.stderr);
    let error = error(ended);
    assert!(
        error["message"].as_str().unwrap().starts_with("stopped"),
        "{error}"
    );
}

fn with_alpha(more: &[&str]) -> Home {
    let home = Home::empty();
    let line = [&["instance", "init", "alpha", "--listen", "127.0.0.1:0"], more].concat();
    home.ok(&line);
    home
}

#[test]
fn an_export_that_is_to_end_leaves_no_copy_of_the_vault() {
    let home = with_alpha(&[]);
    let file = home.beside("vault.age");
    stopped(&under(
        &home,
        "term console.db.copy- 3",
        &["vault", "export", &file],
    ));
    assert!(!Path::new(&file).exists());
    let left = names_below(&home.root());
    assert!(!left.iter().any(|name| name.contains(".copy-")), "{left:?}");
    home.ok(&["vault", "export", &file]);
}

#[test]
fn an_export_that_is_killed_leaves_a_copy_that_doctor_knows_and_the_next_lock_takes_along() {
    let home = with_alpha(&[]);
    let file = home.beside("vault.age");
    let killed = under(&home, "kill console.db.copy- 3", &["vault", "export", &file]);
    assert_eq!(killed.code, -1, "{}", killed.stdout);
    let found = home.run_json(&["doctor"]).json();
    let leftovers = found.as_array().unwrap().iter();
    let leftover = leftovers.filter(|one| one["check"] == "leftover").find(|one| {
        let subject = one["subject"].as_str().unwrap();
        subject.contains("console.db.copy-")
    });
    assert_eq!(leftover.unwrap()["severity"], "warning");
    let words = home.write_private("words", "correct horse\n");
    home.ok(&["vault", "passphrase", "--passphrase-file", &words]);
    let left = names_below(&home.root());
    assert!(!left.iter().any(|name| name.contains(".copy-")), "{left:?}");
}

#[test]
fn a_vault_restore_that_is_to_end_comes_to_its_end() {
    let home = with_alpha(&[]);
    let file = home.beside("vault.age");
    let made = home.ok(&["vault", "export", &file]);
    let words = home.write_private("words", made["passphrase"].as_str().unwrap());
    home.ok(&["filter", "save", "log", "since", "graph"]);
    let line = [
        "vault",
        "restore",
        &file,
        "--words-file",
        &words,
        "--key-file",
        "--yes",
    ];
    let ended = under(&home, "term .restoring- 3", &line);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    assert_eq!(home.ok(&["filter", "list"]), serde_json::json!([]));
    let left = names_below(&home.root());
    assert!(
        !left.iter().any(|name| name.starts_with(".restoring-")),
        "{left:?}"
    );
}

#[test]
fn a_backup_that_is_to_end_leaves_nothing() {
    let home = with_alpha(&[]);
    let file = home.beside("alpha.backup");
    let line = ["instance", "backup", "alpha", &file];
    let left = || {
        let mut names = names_below(home.root().parent().unwrap());
        names.retain(|name| name.starts_with(".backup-") || name.ends_with(".part"));
        names
    };
    stopped(&under(&home, "term /.backup- 2", &line));
    assert!(!Path::new(&file).exists());
    assert_eq!(left(), [""; 0]);
    // Where its end is near it may come to that first, and then its words are told.
    let ended = under(&home, "term .part 1", &line);
    assert_eq!(ended.code == 0, Path::new(&file).exists(), "{}", ended.stderr);
    match ended.code {
        0 => assert!(ended.json()["passphrase"].is_string()),
        _ => stopped(&ended),
    }
    assert_eq!(left(), [""; 0]);
}

#[test]
fn a_backup_that_is_killed_leaves_no_key_on_a_disk_that_has_none() {
    let parent = tempfile::tempdir().unwrap();
    let key = parent.path().join("alpha.key");
    let home = with_alpha(&["--key-file", key.to_str().unwrap()]);
    let file = home.beside("alpha.backup");
    for change in [1, 4, 8, 12] {
        let rule = format!("kill /.backup- {change}");
        let killed = under(&home, &rule, &["instance", "backup", "alpha", &file]);
        assert_eq!(killed.code, -1, "{rule}");
        let left = names_below(&home.root());
        assert!(left.iter().any(|name| name.starts_with(".backup-")), "{left:?}");
        assert!(!left.contains(&"instance.key".to_owned()), "{left:?}");
    }
}
