//! The ways in which a vault is locked, forgetting its key and opening it again, and carrying it elsewhere.

use super::super::{Keyring, Lock, LockKind, Vault, VaultError};
use super::{entry, key_file, line, record, vault};
use crate::protocol::Code;
use crate::seal::Passphrase;
use keyring_core::mock;
use rusqlite::Connection;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tempfile::TempDir;

fn passphrase(text: &str) -> Lock {
    Lock::Passphrase(Passphrase::parse(text).unwrap())
}

fn keyring() -> Lock {
    Lock::Keyring(Keyring::of(mock::Store::new().unwrap()))
}

#[test]
fn a_locked_vault_gives_nothing_that_is_sealed_and_opens_again() {
    let (_parent, folder, vault) = vault();
    vault.add(&[entry("beta/console", "beta")], &[]).unwrap();
    let logged = vault.add_log(&line("beta", 1), b"body").unwrap();
    vault.change_lock(&passphrase("right words")).unwrap();
    vault.lock();
    assert!(vault.is_locked());
    let refusals = [
        vault.check_unlocked().err(),
        vault.held().err(),
        vault.held_by_name("beta/console").err(),
        vault.handshakes().err(),
        vault.wizard_draft().err(),
        vault.audit_head("inst_a").err(),
        vault.log_entry(logged).err(),
        vault.add_log(&line("beta", 2), b"").err(),
        vault.replace_held(&entry("beta/console", "beta")).err(),
        vault.remove_held("beta/console").err(),
        vault.remove_instance("beta").err(),
        vault.change_lock(&key_file(&folder)).err(),
        vault.image(false).err(),
    ];
    for refusal in refusals {
        let refusal = refusal.unwrap();
        assert_eq!(refusal.code(), Code::VaultLocked, "{refusal}");
    }
    let wrong = vault
        .unlock(|_| Ok::<_, VaultError>(passphrase("wrong words")))
        .unwrap_err();
    assert!(matches!(wrong, VaultError::WrongPassphrase(_)), "{wrong}");
    assert!(vault.is_locked());
    vault
        .unlock(|kind| {
            assert_eq!(kind, LockKind::Passphrase);
            Ok::<_, VaultError>(passphrase("right words"))
        })
        .unwrap();
    assert_eq!(vault.held().unwrap().len(), 1);
    assert_eq!(vault.log_entry(logged).unwrap().unwrap().2.as_slice(), b"body");
}

#[test]
fn what_another_console_made_of_the_lock_is_what_opens_it_again() {
    let (_parent, folder, vault) = vault();
    let other = Vault::open(&folder, &key_file(&folder)).unwrap();
    vault.lock();
    other.change_lock(&passphrase("since then")).unwrap();
    let before = vault
        .unlock(|_| Ok::<_, VaultError>(key_file(&folder)))
        .unwrap_err();
    assert!(matches!(before, VaultError::OtherLock { .. }), "{before}");
    vault
        .unlock(|_| Ok::<_, VaultError>(passphrase("since then")))
        .unwrap();
}

#[test]
fn a_key_in_the_keyring_opens_it_and_every_lock_can_follow_every_other() {
    let (_parent, folder, vault) = vault();
    vault.add(&[entry("beta/console", "beta")], &[]).unwrap();
    let keyring = keyring();
    let locks = [
        keyring.clone(),
        passphrase("words"),
        key_file(&folder),
        keyring.clone(),
        keyring.clone(),
        key_file(&folder),
        passphrase("other words"),
        keyring.clone(),
    ];
    for lock in &locks {
        vault.change_lock(lock).unwrap();
        let opened = Vault::open(&folder, lock).unwrap();
        assert_eq!(opened.held().unwrap().len(), 1);
    }
    assert_eq!(Vault::lock_kind(&folder).unwrap(), LockKind::Keyring);
    let elsewhere = Vault::open(&folder, &self::keyring()).err().unwrap();
    assert!(matches!(elsewhere, VaultError::WrongKeyring(_)), "{elsewhere}");
    let other = Vault::open(&folder, &key_file(&folder)).err().unwrap();
    assert!(other.to_string().contains("key in the keyring"), "{other}");
}

/// The data key as it is sealed now, and where it may be found.
struct Sealed {
    folder: PathBuf,
    bytes: Vec<u8>,
}

impl Sealed {
    fn now(folder: &Path) -> Self {
        let bytes = Connection::open(folder.join("console.db"))
            .unwrap()
            .query_row("SELECT sealed_key FROM lock", [], |row| row.get(0))
            .unwrap();
        Self {
            folder: folder.to_owned(),
            bytes,
        }
    }

    fn is_found(&self) -> bool {
        ["console.db", "console.db-wal"].iter().any(|name| {
            let file = std::fs::read(self.folder.join(name)).unwrap_or_default();
            file.windows(self.bytes.len()).any(|window| window == self.bytes)
        })
    }
}

/// Another console that is in the middle of reading, until it is dropped.
fn reader(folder: &Path) -> Connection {
    let connection = Connection::open(folder.join("console.db")).unwrap();
    connection
        .execute_batch("BEGIN; SELECT count(*) FROM preferences;")
        .unwrap();
    connection
}

/// A vault whose lock was changed while somebody was reading, the reader, and the key as the old lock sealed it.
fn changed_under_a_reader() -> (TempDir, PathBuf, Vault, Connection, Sealed) {
    let (parent, folder, vault) = vault();
    // In the write-ahead log, where it stays until that is begun anew.
    vault.change_lock(&key_file(&folder)).unwrap();
    let sealed = Sealed::now(&folder);
    vault.connection().busy_timeout(Duration::from_millis(1)).unwrap();
    let reader = reader(&folder);
    vault.change_lock(&passphrase("words")).unwrap();
    assert!(vault.keeps_old_lock() && sealed.is_found());
    (parent, folder, vault, reader, sealed)
}

#[test]
fn the_data_key_under_an_older_lock_is_not_left_in_the_file() {
    let (_parent, folder, vault) = vault();
    let sealed = Sealed::now(&folder);
    assert!(sealed.is_found());
    vault.change_lock(&passphrase("words")).unwrap();
    assert!(!sealed.is_found());
    assert!(!vault.keeps_old_lock());
}

#[test]
fn what_a_reader_keeps_of_an_older_lock_is_taken_out_by_the_next_write() {
    let (_parent, _folder, vault, reader, sealed) = changed_under_a_reader();
    vault.set_preference("theme", "dark").unwrap();
    assert!(vault.keeps_old_lock() && sealed.is_found(), "it still reads");
    drop(reader);
    vault.set_preference("theme", "light").unwrap();
    assert!(!vault.keeps_old_lock() && !sealed.is_found());
}

#[test]
fn what_a_reader_keeps_of_an_older_lock_is_taken_out_by_the_next_opening() {
    let (_parent, folder, vault, reader, sealed) = changed_under_a_reader();
    drop(vault);
    let vault = Vault::open(&folder, &passphrase("words")).unwrap();
    assert!(vault.keeps_old_lock() && sealed.is_found(), "it still reads");
    drop((reader, vault));
    let vault = Vault::open(&folder, &passphrase("words")).unwrap();
    assert!(!vault.keeps_old_lock() && !sealed.is_found());
    assert_eq!(vault.preferences("vault/").unwrap(), []);
}

#[test]
fn what_cannot_be_made_again_waits_for_the_disk_whoever_else_writes() {
    let (_parent, _folder, vault) = vault();
    let level = |connection: &Connection| -> i64 {
        connection
            .pragma_query_value(None, "synchronous", |row| row.get(0))
            .unwrap()
    };
    let (full, normal) = (2, 1);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..500 {
                    // Taken back, so that nobody waits for the disk here.
                    let refused = vault.write_durably(|transaction| {
                        assert_eq!(level(transaction), full);
                        Err::<(), _>(VaultError::Busy)
                    });
                    assert_eq!(refused, Err(VaultError::Busy));
                }
            });
        }
    });
    assert_eq!(level(&vault.connection()), normal);
}

#[test]
fn an_image_is_the_whole_vault_under_another_lock() {
    let (parent, _folder, vault) = vault();
    vault
        .add(&[entry("beta/console", "beta")], &[record("beta")])
        .unwrap();
    let logged = vault.add_log(&line("beta", 1), b"CANARY").unwrap();
    vault.set_preference("theme", "dark").unwrap();
    for with_log in [false, true] {
        let image = vault.image(with_log).unwrap();
        let place = parent.path().join(format!("restored-{with_log}"));
        let restored = Vault::restore(&place, &image, &passphrase("new words")).unwrap();
        assert_eq!(restored.held().unwrap().len(), 1);
        assert_eq!(restored.instances().unwrap(), [record("beta")]);
        assert_eq!(restored.preference("theme").unwrap().as_deref(), Some("dark"));
        assert_eq!(restored.counts().unwrap().log_lines, u64::from(with_log));
        assert_eq!(restored.log_entry(logged).unwrap().is_some(), with_log);
    }
    assert!(Vault::exists(parent.path().join("restored-true").as_path()));
}

#[test]
fn an_image_with_another_key_or_of_a_newer_version_leaves_nothing_behind() {
    let (parent, folder, vault) = vault();
    vault.add(&[entry("beta/console", "beta")], &[]).unwrap();
    let mut image = vault.image(false).unwrap();
    let place = parent.path().join("restored");
    let is_left = || std::fs::read_dir(&place).is_ok_and(|entries| entries.count() > 0);
    let key = std::mem::replace(&mut image.key, crate::seal::DataKey::generate());
    let refused = Vault::restore(&place, &image, &key_file(&place)).err().unwrap();
    assert!(matches!(refused, VaultError::Tampered { .. }), "{refused}");
    assert!(!is_left());
    image.key = key;
    let newer = folder.join("newer.db");
    std::fs::write(&newer, &image.database).unwrap();
    let outside = Connection::open(&newer).unwrap();
    outside.pragma_update(None, "user_version", 99).unwrap();
    drop(outside);
    image.database = std::fs::read(&newer).unwrap();
    let refused = Vault::restore(&place, &image, &key_file(&place)).err().unwrap();
    assert!(matches!(refused, VaultError::TooNew(_)), "{refused}");
    assert!(!is_left());
    image.database.truncate(5_000);
    assert!(Vault::restore(&place, &image, &key_file(&place)).is_err());
    assert!(!is_left());
}
