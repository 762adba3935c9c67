//! The vault against wrong keys, swapped rows, loose files and a second console.

mod handshakes;
mod leftovers;
mod locks;
mod log;

use super::*;
use crate::model::{
    AppId, CredentialState, Endpoint, InstanceId, InstanceKind, InstanceName, Profile, Timestamp,
};
use crate::protocol::{Code, CredentialForm, HeldCredential};
use crate::seal::{Passphrase, random};
use rusqlite::Connection;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

fn key_file(folder: &Path) -> Lock {
    Lock::KeyFile(folder.join("vault.key"))
}

fn vault() -> (TempDir, PathBuf, Vault) {
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("home");
    let vault = Vault::create(&folder, &key_file(&folder)).unwrap();
    (parent, folder, vault)
}

fn entry(name: &str, instance: &str) -> HeldEntry {
    let credential = HeldCredential::native(
        AppId::parse("console").unwrap(),
        Endpoint::parse("http://127.0.0.1:5001").unwrap(),
        InstanceId::parse("inst_0123456789ab").unwrap(),
        random::key_id(),
        random::root_key(),
    );
    HeldEntry {
        life: None,
        identity: None,
        pending: None,
        former: Vec::new(),
        name: name.to_owned(),
        form: CredentialForm::of(&credential),
        role: HeldRole::Caller,
        instance: instance.to_owned(),
        state: CredentialState::Active,
        verified: false,
        expires_at: None,
        created_at: Timestamp::from_micros(1),
        grant: None,
        last_used: None,
        uses: 0,
    }
}

fn record(name: &str) -> InstanceRecord {
    InstanceRecord {
        name: InstanceName::parse(name).unwrap(),
        kind: InstanceKind::Remote,
        endpoint: Endpoint::parse("http://127.0.0.1:5001").unwrap(),
        profile: Profile::Native,
        instance_id: None,
        app_id: AppId::parse("console").unwrap(),
        credential: format!("{name}/console"),
        colour: None,
        read_only: false,
        patience_s: None,
        created_at: Timestamp::from_micros(1),
        seen: None,
    }
}

fn line(instance: &str, at: i64) -> LogLine {
    LogLine {
        id: 0,
        at: Timestamp::from_micros(at),
        kind: "invoke".to_owned(),
        instance: instance.to_owned(),
        action: "whoami".to_owned(),
        pointer: None,
        route: None,
        status: "success".to_owned(),
        code: None,
        elapsed_us: 1,
        reply_bytes: 2,
        credential: None,
    }
}

fn kid(entry: &HeldEntry) -> String {
    entry.form.kid.as_ref().unwrap().to_string()
}

#[test]
fn what_is_put_in_comes_out_after_reopening() {
    let (_parent, folder, vault) = vault();
    let held = entry("beta/console", "beta");
    vault.add(std::slice::from_ref(&held), &[record("beta")]).unwrap();
    let id = vault
        .add_log(
            &LogLine {
                credential: Some("beta/console".to_owned()),
                ..line("beta", 7)
            },
            b"body",
        )
        .unwrap();
    drop(vault);
    let vault = Vault::open(&folder, &key_file(&folder)).unwrap();
    assert_eq!(vault.instances().unwrap(), [record("beta")]);
    let found = vault.held_by_name("beta/console").unwrap().unwrap();
    assert_eq!(kid(&found), kid(&held));
    assert_eq!(
        (found.uses, found.last_used),
        (1, Some(Timestamp::from_micros(7)))
    );
    let (_, _, body) = vault.log_entry(id).unwrap().unwrap();
    assert_eq!(body.as_slice(), b"body");
    let secret = held.form.expose_value()["root"].as_str().unwrap().to_owned();
    let found = std::fs::read_dir(&folder).unwrap().any(|file| {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        bytes
            .windows(secret.len())
            .any(|window| window == secret.as_bytes())
    });
    assert!(!found, "the root is in a file in plain");
}

#[test]
fn names_are_taken_once_and_a_refused_addition_leaves_nothing() {
    let (_parent, _folder, vault) = vault();
    vault
        .add(&[entry("beta/console", "beta")], &[record("beta")])
        .unwrap();
    let before = vault.change_number().unwrap();
    let refused = vault
        .add(&[entry("beta/console", "gamma")], &[record("gamma")])
        .unwrap_err();
    assert_eq!(refused.code(), Code::AlreadyExists);
    assert!(vault.instance("gamma").unwrap().is_none());
    assert_eq!(vault.change_number().unwrap(), before);
}

#[test]
fn a_change_of_lock_seals_only_the_data_key_anew() {
    let (_parent, folder, vault) = vault();
    vault.add(&[entry("beta/console", "beta")], &[]).unwrap();
    let sealed = |folder: &Path| -> Vec<u8> {
        Connection::open(folder.join("console.db"))
            .unwrap()
            .query_row("SELECT sealed FROM held", [], |row| row.get(0))
            .unwrap()
    };
    let before = sealed(&folder);
    let passphrase = |text| Lock::Passphrase(Passphrase::parse(text).unwrap());
    vault.change_lock(&passphrase("first words")).unwrap();
    vault.change_lock(&passphrase("second words")).unwrap();
    assert_eq!(sealed(&folder), before);
    drop(vault);
    assert_eq!(Vault::lock_kind(&folder).unwrap(), LockKind::Passphrase);
    for wrong in [passphrase("first words"), key_file(&folder)] {
        assert_eq!(
            Vault::open(&folder, &wrong).err().unwrap().code(),
            Code::VaultLocked
        );
    }
    let vault = Vault::open(&folder, &passphrase("second words")).unwrap();
    assert_eq!(vault.held().unwrap().len(), 1);
}

#[test]
fn another_key_file_does_not_open_it() {
    let (_parent, folder, _vault) = vault();
    let other = folder.join("other.key");
    super::files::make_key_file(&other).unwrap();
    let refused = Vault::open(&folder, &Lock::KeyFile(other)).err().unwrap();
    assert!(matches!(refused, VaultError::WrongKeyFile { .. }), "{refused}");
}

#[test]
fn a_home_that_was_moved_keeps_its_own_key_whatever_is_in_its_old_place() {
    let (parent, folder, vault) = vault();
    drop(vault);
    let moved = parent.path().join("moved");
    std::fs::rename(&folder, &moved).unwrap();
    Vault::create(&folder, &key_file(&folder)).unwrap();
    let LockKind::KeyFile(key) = Vault::lock_kind(&moved).unwrap() else {
        panic!("it is locked by a key file");
    };
    assert_eq!(key, moved.join("vault.key"));
    Vault::open(&moved, &Lock::KeyFile(key)).unwrap();
}

#[test]
fn a_place_that_cannot_be_looked_into_is_not_an_empty_home() {
    let parent = tempfile::tempdir().unwrap();
    let file = parent.path().join("file");
    std::fs::write(&file, "no folder").unwrap();
    assert!(Vault::exists(&file.join("home")));
    assert!(Vault::open(&file.join("home"), &Lock::KeyFile(file)).is_err());
    assert!(!Vault::exists(&parent.path().join("home")));
}

#[test]
fn a_vault_is_made_once() {
    let (_parent, folder, _vault) = vault();
    let second = Vault::create(&folder, &key_file(&folder)).err().unwrap();
    assert_eq!(second, VaultError::Exists(folder.clone()));
    let leftovers = std::fs::read_dir(&folder)
        .unwrap()
        .flatten()
        .filter(|entry| entry.file_name().to_string_lossy().contains("making"))
        .count();
    assert_eq!(leftovers, 0);
}

#[test]
fn threat_48_writes_of_two_consoles_are_all_there() {
    let (_parent, folder, _vault) = vault();
    std::thread::scope(|scope| {
        for console in 0..4 {
            let folder = &folder;
            scope.spawn(move || {
                let vault = Vault::open(folder, &key_file(folder)).unwrap();
                for number in 0..10 {
                    vault
                        .add(&[entry(&format!("{console}/{number}"), "beta")], &[])
                        .unwrap();
                    vault.add_log(&line("beta", number), b"").unwrap();
                }
            });
        }
    });
    let vault = Vault::open(&folder, &key_file(&folder)).unwrap();
    assert_eq!(vault.held().unwrap().len(), 40);
    assert_eq!(vault.log_count().unwrap(), 40);
    assert_eq!(vault.change_number().unwrap(), 80);
}

#[test]
fn threat_49_a_sealed_row_swapped_or_put_back_is_noticed() {
    let (_parent, folder, vault) = vault();
    vault.add(&[entry("a", "beta"), entry("b", "beta")], &[]).unwrap();
    let outside = Connection::open(folder.join("console.db")).unwrap();
    let row = |name: &str| -> (i64, Vec<u8>) {
        outside
            .query_row(
                "SELECT revision, sealed FROM held WHERE name = ?1",
                [name],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )
            .unwrap()
    };
    let put = |name: &str, (revision, sealed): &(i64, Vec<u8>)| {
        let sql = "UPDATE held SET revision = ?2, sealed = ?3 WHERE name = ?1";
        outside.execute(sql, (name, revision, sealed)).unwrap();
    };
    let is_noticed = |name: &str| {
        matches!(vault.held_by_name(name), Err(VaultError::Tampered { .. }))
            && matches!(vault.held(), Err(VaultError::Tampered { .. }))
    };
    let (a, b) = (row("a"), row("b"));
    put("a", &b);
    assert!(is_noticed("a"), "swapped with another");
    put("a", &a);
    assert!(vault.held().is_ok());
    vault.replace_held(&entry("a", "beta")).unwrap();
    put("a", &a);
    assert!(is_noticed("a"), "an older one put back");
    outside.execute("DELETE FROM held WHERE name = 'a'", []).unwrap();
    assert!(is_noticed("a"), "taken away");
    // Removed and added again under its name: the old row does not come back to life.
    vault.remove_held("a").unwrap();
    vault.add(&[entry("a", "beta")], &[]).unwrap();
    put("a", &a);
    assert!(is_noticed("a"), "from an earlier life");
}

#[test]
fn threat_49_lines_of_the_log_are_bound_to_their_bodies() {
    let (_parent, folder, vault) = vault();
    let one = vault.add_log(&line("alpha", 1), b"one").unwrap();
    let two = vault.add_log(&line("alpha", 2), b"two").unwrap();
    let outside = Connection::open(folder.join("console.db")).unwrap();
    outside
        .execute(
            "UPDATE log_body SET sealed = (SELECT sealed FROM log_body WHERE id = ?1) WHERE id = ?2",
            (one.cast_signed(), two.cast_signed()),
        )
        .unwrap();
    assert!(matches!(vault.log_entry(two), Err(VaultError::Tampered { .. })));
    outside
        .execute("UPDATE log SET status = 'error' WHERE id = 1", [])
        .unwrap();
    assert!(matches!(vault.log_entry(one), Err(VaultError::Tampered { .. })));
}

#[test]
fn threat_53_loose_modes_and_links_are_refused() {
    let (parent, folder, vault) = vault();
    drop(vault);
    let mode = |path: &Path, mode| {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    };
    let open = || Vault::open(&folder, &key_file(&folder)).map(drop);
    for (path, loose, tight) in [
        (folder.clone(), 0o755, 0o700),
        (folder.join("console.db"), 0o640, 0o600),
        (folder.join("vault.key"), 0o604, 0o600),
    ] {
        mode(&path, loose);
        let refused = open().unwrap_err();
        assert!(
            matches!(&refused, VaultError::File { path: named, .. } if *named == path),
            "{refused}"
        );
        mode(&path, tight);
        open().unwrap();
    }
    let real = parent.path().join("real.db");
    std::fs::rename(folder.join("console.db"), &real).unwrap();
    std::os::unix::fs::symlink(&real, folder.join("console.db")).unwrap();
    assert_eq!(open().unwrap_err().code(), Code::FileFailed);
}

#[test]
fn files_are_made_private() {
    let (_parent, folder, vault) = vault();
    vault.set_preference("theme", "\"dark\"").unwrap();
    vault.set_preference("them%", "no pattern").unwrap();
    assert_eq!(
        vault.preferences("theme").unwrap(),
        [("theme".to_owned(), "\"dark\"".to_owned())]
    );
    assert_eq!(vault.preferences("them").unwrap().len(), 2);
    for entry in std::fs::read_dir(&folder).unwrap() {
        let entry = entry.unwrap();
        let mode = entry.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{:?} {mode:o}", entry.file_name());
    }
}

#[test]
fn the_log_is_paged_filtered_and_kept_within_its_limits() {
    let (_parent, folder, vault) = vault();
    drop(vault);
    let vault = Vault::open(&folder, &key_file(&folder))
        .unwrap()
        .keeping(LogRetention {
            lines: 100,
            ..LogRetention::default()
        });
    let day = 86_400 * 1_000_000;
    for number in 0..256 {
        let instance = if number % 2 == 0 { "alpha" } else { "beta" };
        vault.add_log(&line(instance, 1_000 * day + number), b"").unwrap();
    }
    assert_eq!(vault.log_count().unwrap(), 100);
    let page = |query: LogQuery| -> Vec<u64> {
        vault
            .log(&query)
            .unwrap()
            .iter()
            .map(|(line, _)| line.id)
            .collect()
    };
    let newest = LogQuery {
        limit: 3,
        ..LogQuery::default()
    };
    assert_eq!(page(newest.clone()), [256, 255, 254]);
    assert_eq!(
        page(LogQuery {
            before: Some(254),
            instance: Some("alpha".to_owned()),
            ..newest
        }),
        [253, 251, 249]
    );
    // A hundred days later everything older goes.
    for number in 0..64 {
        vault.add_log(&line("alpha", 1_100 * day + number), b"").unwrap();
    }
    assert_eq!(vault.log_count().unwrap(), 64);
}
