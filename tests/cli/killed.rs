//! Backing up and restoring, killed at moments all over their way: before or after, never between.

use super::binary::{End, Home};
use crate::faults::Faults;
use age::secrecy::ExposeSecret;
use serde_json::Value;
use std::path::Path;

/// Moments at which a process is killed, at most.
const MOMENTS: usize = 16;

/// The numbers of the changes before which to kill: all over the way.
fn moments(changes: usize) -> impl Iterator<Item = usize> {
    assert!(changes > MOMENTS, "only {changes} changes");
    (0..MOMENTS).map(move |moment| 1 + moment * (changes - 1) / (MOMENTS - 1))
}

/// Runs a verb under faults; its exit code, -1 if it was killed.
fn under(home: &Home, faults: &Faults, line: &[&str]) -> i32 {
    let mut command = home.command(line);
    faults.put_under(&mut command);
    let ended = command.arg("--json").end();
    assert!(
        matches!(ended.code, 0 | -1),
        "{line:?}: {} {}",
        ended.code,
        ended.stderr
    );
    ended.code
}

/// A home whose alpha has so many pointers, and a key that backups are made for: the recipient, and the secret's file.
fn prepared(pointers: usize) -> (Home, String, String) {
    let home = Home::empty();
    home.ok(&["instance", "init", "alpha", "--listen", "127.0.0.1:0"]);
    for number in 0..pointers {
        create(&home, number);
    }
    let identity = age::x25519::Identity::generate();
    let secret = home.write_private("identity", identity.to_string().expose_secret());
    (home, identity.to_public().to_string(), secret)
}

fn create(home: &Home, number: usize) {
    let reference = format!("https://example.org/{number}");
    home.ok(&["pointer", "create", "alpha", &reference]);
}

fn pointers(home: &Home) -> Value {
    home.ok(&["pointer", "list", "alpha"])["count"].clone()
}

#[test]
fn threat_46_a_backup_that_is_killed_is_whole_or_not_there_and_the_instance_is_as_it_was() {
    let (home, recipient, secret) = prepared(2);
    let faults = Faults::none();
    faults.set("kill / 0");
    let whole = home.beside("whole");
    let backup = |file: &str| {
        under(
            &home,
            &faults,
            &["instance", "backup", "alpha", file, "--to", &recipient],
        )
    };
    assert_eq!(backup(&whole), 0);
    let changes = faults.take_count();
    let mut kept = 0;
    for moment in moments(changes) {
        faults.set(&format!("kill / {moment}"));
        let file = home.beside(&format!("killed-{moment}"));
        let code = backup(&file);
        if !Path::new(&file).exists() {
            assert_eq!(code, -1);
            continue;
        }
        kept += 1;
        let elsewhere = Home::empty();
        elsewhere.ok(&["instance", "restore", "alpha", &file, "--identity-file", &secret]);
        assert_eq!(pointers(&elsewhere), 2, "a file of that name is whole");
    }
    assert!(kept < MOMENTS, "it was never killed before its end");
    assert_eq!(pointers(&home), 2);
    assert_eq!(home.run(&["audit", "verify", "alpha"]).code, 0);
    faults.mend();
    assert_eq!(
        backup(&home.beside("after")),
        0,
        "what was left behind is in nobody's way"
    );
}

fn remove_replaced(home: &Home) {
    for entry in std::fs::read_dir(home.path("instances")).unwrap() {
        let entry = entry.unwrap();
        if entry.file_name().to_string_lossy().starts_with(".replaced-") {
            std::fs::remove_dir_all(entry.path()).unwrap();
        }
    }
}

#[test]
fn threat_46_a_restore_that_is_killed_leaves_the_instance_of_before_or_the_restored_one() {
    let (home, recipient, secret) = prepared(1);
    let file = home.beside("backup");
    home.ok(&["instance", "backup", "alpha", &file, "--to", &recipient]);
    create(&home, 1);
    let faults = Faults::none();
    let restore = || {
        let line = [
            "instance",
            "restore",
            "alpha",
            &file,
            "--identity-file",
            &secret,
            "--force",
        ];
        under(&home, &faults, &line)
    };
    faults.set("kill / 0");
    assert_eq!(restore(), 0);
    let changes = faults.take_count();
    remove_replaced(&home);
    let mut before = 0;
    for moment in moments(changes) {
        create(&home, moment + 1);
        faults.set(&format!("kill / {moment}"));
        restore();
        let count = pointers(&home);
        assert!(count == 1 || count == 2, "{count}");
        before += usize::from(count == 2);
        // Whatever was reached: once it is not killed, it comes to its end.
        faults.mend();
        assert_eq!(restore(), 0);
        assert_eq!(pointers(&home), 1);
        assert_eq!(home.run(&["audit", "verify", "alpha"]).code, 0);
        // What was replaced before is looked at by the next restoring, whose way would be longer by that.
        remove_replaced(&home);
    }
    assert!(before > 0 && before < MOMENTS, "{before} of {MOMENTS}");
}

#[test]
fn threat_46_a_restore_into_an_empty_home_that_is_killed_can_be_done_again() {
    let (home, recipient, secret) = prepared(1);
    let file = home.beside("backup");
    home.ok(&["instance", "backup", "alpha", &file, "--to", &recipient]);
    let faults = Faults::none();
    faults.set("kill /instances/ 0");
    let line = ["instance", "restore", "alpha", &file, "--identity-file", &secret];
    assert_eq!(under(&Home::empty(), &faults, &line), 0);
    let changes = faults.take_count();
    for moment in moments(changes) {
        let elsewhere = Home::empty();
        faults.set(&format!("kill /instances/ {moment}"));
        under(&elsewhere, &faults, &line);
        faults.mend();
        let is_there = elsewhere.run(&["pointer", "list", "alpha"]).code == 0;
        if !is_there {
            assert_eq!(under(&elsewhere, &faults, &line), 0, "at {moment}");
        }
        assert_eq!(pointers(&elsewhere), 1, "at {moment}");
    }
}

/// Moments at which restoring a vault is killed: all over its way, and each of the last, where it comes to its place.
fn moments_at_the_end(changes: usize) -> impl Iterator<Item = usize> {
    const LAST: usize = 14;
    let early = moments(changes - LAST).step_by(4);
    early.chain(changes - LAST + 1..=changes)
}

#[test]
fn threat_46_a_vault_restore_that_is_killed_leaves_the_vault_of_before_or_the_restored_one() {
    let home = Home::empty();
    home.ok(&["instance", "init", "alpha", "--listen", "127.0.0.1:0"]);
    let file = home.beside("vault.age");
    let made = home.ok(&["vault", "export", &file]);
    let words = home.write_private("words", made["passphrase"].as_str().unwrap());
    let lock = home.write_private("lock", "correct horse\n");
    let faults = Faults::none();
    let restore = |lock: &[&str]| {
        let line = ["vault", "restore", &file, "--words-file", &words, "--yes"];
        under(&home, &faults, &[&line, lock].concat())
    };
    // What opens the vault under either lock.
    let opened = |line: &[&str]| {
        let mut command = home.command(line);
        command
            .arg("--json")
            .env("BUTTERFLY_VAULT_PASSPHRASE_FILE", &lock);
        let ended = command.end();
        assert_eq!(ended.code, 0, "{line:?}: {}", ended.stderr);
        ended.json()
    };
    let locks = [&["--key-file"][..], &["--passphrase-file", &lock]];
    faults.set("kill / 0");
    assert_eq!(restore(locks[0]), 0);
    let changes = faults.take_count();
    let (mut before, mut tried) = (0, 0);
    for (round, moment) in moments_at_the_end(changes).enumerate() {
        opened(&["filter", "save", "log", "since", "graph"]);
        faults.set(&format!("kill / {moment}"));
        restore(locks[round % 2]);
        tried += 1;
        before += usize::from(opened(&["filter", "list"]) != Value::Array(Vec::new()));
        assert_eq!(opened(&["pointer", "list", "alpha"])["count"], 0);
    }
    assert!(before > 0 && before < tried, "{before} of {tried}");
    faults.mend();
    assert_eq!(restore(locks[0]), 0, "what was left behind is in nobody's way");
    assert_eq!(opened(&["filter", "list"]), Value::Array(Vec::new()));
}
