//! What lies beside a vault: of one that is gone, of processes that are gone, and of a schema that is older.

use super::super::{Lock, Vault};
use super::{entry, key_file, record, vault};
use crate::seal::Passphrase;
use rusqlite::Connection;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Barrier;

fn passphrase(text: &str) -> Lock {
    Lock::Passphrase(Passphrase::parse(text).unwrap())
}

/// What stands in the folder and begins like this.
fn beginning(folder: &Path, start: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    paths
        .filter(|path| path.file_name().unwrap().to_str().unwrap().starts_with(start))
        .collect()
}

/// The id of a process that has ended.
fn gone() -> u32 {
    let mut ended = Command::new("true").spawn().unwrap();
    ended.wait().unwrap();
    ended.id()
}

#[test]
fn a_new_vault_has_nothing_of_what_a_lost_one_left_beside_it() {
    for (before, after) in [
        (passphrase("words"), passphrase("words")),
        (passphrase("words"), passphrase("others")),
    ] {
        let parent = tempfile::tempdir().unwrap();
        let folder = parent.path().join("home");
        let lost = Vault::create(&folder, &before).unwrap();
        lost.add(&[entry("beta/console", "beta")], &[record("beta")])
            .unwrap();
        drop(lost);
        fs::remove_file(folder.join("console.db")).unwrap();
        let left = fs::read(folder.join("console.db-wal")).unwrap();
        assert!(!left.is_empty(), "the lost vault left nothing");

        drop(Vault::create(&folder, &after).unwrap());
        let made = Vault::open(&folder, &after).unwrap();
        assert!(made.instances().unwrap().is_empty());
        assert!(made.held().unwrap().is_empty());
        made.add(&[entry("gamma/console", "gamma")], &[]).unwrap();
        let [aside] = &beginning(&folder, ".replaced-")[..] else {
            panic!("what was left is kept in one folder");
        };
        assert_eq!(fs::read(aside.join("console.db-wal")).unwrap(), left);
    }
}

#[test]
fn copies_whose_makers_are_gone_go_with_a_change_of_the_lock_and_with_the_next_export() {
    let (_parent, folder, vault) = vault();
    let leave = || {
        for name in ["console.db.copy-", "console.db.making-", "vault.key.making-"] {
            fs::write(folder.join(format!("{name}{}", gone())), b"left").unwrap();
        }
        fs::write(
            folder.join(format!("console.db.copy-{}-journal", gone())),
            b"left",
        )
        .unwrap();
    };
    let running = folder.join(format!("console.db.making-{}", std::process::id()));
    fs::write(&running, b"at work").unwrap();
    let left = || {
        let starts = ["console.db.copy-", "console.db.making-", "vault.key.making-"];
        starts.map(|start| beginning(&folder, start)).concat()
    };
    leave();
    vault.change_lock(&passphrase("from now on")).unwrap();
    assert_eq!(left(), [running.as_path()]);
    leave();
    vault.image(false).unwrap();
    assert_eq!(left(), [running]);
}

/// Takes the newest migration back.
fn make_older(folder: &Path) {
    let outside = Connection::open(folder.join("console.db")).unwrap();
    outside
        .execute_batch(
            "BEGIN; ALTER TABLE instances DROP COLUMN patience_s;
             DELETE FROM refinery_schema_history WHERE version = 4;
             PRAGMA user_version = 3; COMMIT;",
        )
        .unwrap();
}

#[test]
fn whoever_brings_a_vault_up_to_date_at_the_same_moment_finds_it_so() {
    let (_parent, folder, vault) = vault();
    vault.add(&[], &[record("beta")]).unwrap();
    drop(vault);
    for round in 0..100 {
        make_older(&folder);
        let barrier = Barrier::new(2);
        let open = || {
            barrier.wait();
            Vault::open(&folder, &key_file(&folder)).map(|vault| vault.instances().unwrap().len())
        };
        let outcomes = std::thread::scope(|scope| {
            let other = scope.spawn(open);
            [open(), other.join().unwrap()]
        });
        assert_eq!(outcomes, [Ok(1), Ok(1)], "round {round}");
    }
}
