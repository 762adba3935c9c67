//! `butterfly vault …` end to end: every lock, loose files, carrying a vault elsewhere, the keyring.

use super::error;
use crate::binary::{End, Ended, Home, Serving};
use serde_json::{Value, json};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

fn mode(path: impl AsRef<Path>, mode: u32) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

/// A home with a local instance, exported: the file and its words.
fn exported(home: &Home) -> (String, String) {
    home.ok(&["instance", "init", "alpha", "--listen", "127.0.0.1:0"]);
    let file = home.root().with_file_name("vault.age");
    let file = file.to_str().unwrap().to_owned();
    let told = home.ok(&["vault", "export", &file]);
    assert_eq!(told["file"], json!(file));
    (file, told["passphrase"].as_str().unwrap().to_owned())
}

#[test]
fn status_tells_the_lock_and_what_is_in_the_vault() {
    let home = Home::empty();
    assert_eq!(home.ok(&["vault", "status"])["vault"], json!(false));
    home.ok(&["instance", "init", "alpha", "--listen", "127.0.0.1:0"]);
    let status = home.ok(&["vault", "status"]);
    assert_eq!(status["lock"], json!("key_file"));
    assert_eq!(status["key_file"], json!(home.path("vault.key")));
    assert_eq!(status["idle_lock_minutes"], json!(15));
    assert_eq!(status["contents"]["instances"], json!(1));
    assert_eq!(status["contents"]["credentials"], json!(1));
    std::fs::write(home.path("config.toml"), "[vault]\nidle_lock_minutes = 0\n").unwrap();
    let words = home.write_private("words", "correct horse\n");
    home.ok(&["vault", "passphrase", "--passphrase-file", &words]);
    let status = home.ok(&["vault", "status"]);
    assert_eq!(
        (&status["lock"], &status["idle_lock_minutes"], &status["contents"]),
        (&json!("passphrase"), &json!(0), &Value::Null)
    );
    assert_eq!(status["needs_passphrase"], json!(true));
}

#[test]
fn every_lock_can_follow_every_other() {
    let home = Home::empty();
    home.ok(&["instance", "init", "alpha", "--listen", "127.0.0.1:0"]);
    let words = home.write_private("words", "correct horse\n");
    let elsewhere = home.root().with_file_name("elsewhere.key");
    let elsewhere = elsewhere.to_str().unwrap();
    let change = |line: &[&str]| {
        let ended = home
            .command(&[&["vault", "passphrase", "--json"], line].concat())
            .env("BUTTERFLY_VAULT_PASSPHRASE_FILE", &words)
            .end();
        assert_eq!(ended.code, 0, "{line:?} {}", ended.stderr);
    };
    let opens = |variable: &str, value: &str| {
        home.command(&["instance", "list", "--json"])
            .env(variable, value)
            .end()
            .code
            == 0
    };
    change(&["--passphrase-file", &words]);
    assert!(opens("BUTTERFLY_VAULT_PASSPHRASE_FILE", &words));
    change(&["--key-file", elsewhere]);
    assert!(opens("BUTTERFLY_VAULT_KEY_FILE", elsewhere));
    change(&["--key-file"]);
    // What is there for another lock is passed over.
    assert!(opens("BUTTERFLY_VAULT_PASSPHRASE_FILE", &words));
    assert!(!opens("BUTTERFLY_VAULT_KEY_FILE", elsewhere));
    change(&["--passphrase-file", &words]);
    assert!(!opens("BUTTERFLY_VAULT_PASSPHRASE", "wrong horse"));
    assert!(opens("BUTTERFLY_VAULT_PASSPHRASE", "correct horse"));
}

#[test]
fn threat_53_loose_files_that_unlock_are_refused() {
    let home = Home::empty();
    home.ok(&["instance", "init", "alpha", "--listen", "127.0.0.1:0"]);
    let refused = |ended: Ended, named: &str| {
        assert_eq!(ended.code, 1, "{}", ended.stderr);
        let error = error(&ended);
        assert_eq!(error["code"], "file_failed");
        assert!(error["message"].as_str().unwrap().contains(named), "{error}");
        assert!(error["remedy"].as_str().unwrap().contains("chmod"), "{error}");
    };
    for (name, loose, tight) in [
        ("vault.key", 0o640, 0o600),
        ("console.db", 0o604, 0o600),
        ("", 0o750, 0o700),
    ] {
        mode(home.path(name), loose);
        refused(home.run_json(&["instance", "list"]), name);
        mode(home.path(name), tight);
        home.ok(&["instance", "list"]);
    }
    let words = home.write_private("words", "correct horse\n");
    mode(&words, 0o644);
    refused(
        home.run_json(&["vault", "passphrase", "--passphrase-file", &words]),
        "words",
    );
    mode(&words, 0o600);
    home.ok(&["vault", "passphrase", "--passphrase-file", &words]);
    mode(&words, 0o640);
    let by_file = |line: &[&str]| {
        home.command(&[&["--json"], line].concat())
            .env("BUTTERFLY_VAULT_PASSPHRASE_FILE", &words)
            .end()
    };
    refused(by_file(&["instance", "list"]), "words");
    mode(&words, 0o600);
    assert_eq!(by_file(&["instance", "list"]).code, 0);
    let key = home.path("instances/alpha/instance.key");
    mode(&key, 0o644);
    let ended = by_file(&["pointer", "list", "alpha"]);
    assert_eq!(ended.code, 1, "{}", ended.stdout);
    assert!(
        error(&ended)["message"]
            .as_str()
            .unwrap()
            .contains("instance.key")
    );
}

#[test]
fn threat_53_links_in_the_place_of_files_are_refused() {
    let home = Home::empty();
    home.ok(&["instance", "init", "alpha", "--listen", "127.0.0.1:0"]);
    for name in [
        "console.db",
        "vault.key",
        "instances/alpha/instance.db",
        "instances/alpha/audit.db",
        "instances/alpha/instance.key",
    ] {
        let (place, aside) = (home.path(name), home.path(name).with_extension("aside"));
        std::fs::rename(&place, &aside).unwrap();
        std::os::unix::fs::symlink(&aside, &place).unwrap();
        let ended = home.run_json(&["pointer", "list", "alpha"]);
        assert_eq!(ended.code, 1, "{name} {}", ended.stdout);
        let message = error(&ended)["message"].as_str().unwrap().to_owned();
        assert!(
            message.contains(place.file_name().unwrap().to_str().unwrap()),
            "{message}"
        );
        std::fs::remove_file(&place).unwrap();
        std::fs::rename(&aside, &place).unwrap();
        home.ok(&["pointer", "list", "alpha"]);
    }
}

#[test]
fn an_exported_vault_is_restored_under_another_lock_with_what_instances_need_beside_their_databases() {
    let home = Home::empty();
    let (file, words) = exported(&home);
    assert_eq!(
        std::fs::metadata(&file).unwrap().permissions().mode() & 0o777,
        0o600
    );
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(text.starts_with("-----BEGIN AGE ENCRYPTED FILE-----"));
    assert!(words.split('-').count() >= 7);
    let again = home.run_json(&["vault", "export", &file]);
    assert_eq!(
        (again.code, error(&again)["code"].as_str()),
        (1, Some("file_failed"))
    );

    let other = Home::empty();
    let lock = other.write_private("lock", "another lock\n");
    let restored = other
        .command(&["vault", "restore", &file, "--passphrase-file", &lock, "--json"])
        .env("BUTTERFLY_EXPORT_PASSPHRASE", &words)
        .end();
    assert_eq!(restored.code, 0, "{}", restored.stderr);
    assert_eq!(restored.json()["restored"]["instances"], json!(1));
    for name in ["instance.toml", "instance.key"] {
        let path = format!("instances/alpha/{name}");
        assert_eq!(
            std::fs::read(other.path(&path)).unwrap(),
            std::fs::read(home.path(&path)).unwrap()
        );
    }
    assert!(
        restored.stderr.contains("the databases of alpha"),
        "{}",
        restored.stderr
    );
    let unlocked = |line: &[&str]| {
        other
            .command(line)
            .env("BUTTERFLY_VAULT_PASSPHRASE_FILE", &lock)
            .end()
    };
    assert_eq!(unlocked(&["pointer", "list", "alpha"]).code, 1);
    assert!(!other.path("instances/alpha/instance.db").exists());
    // With the databases beside them, everything is as it was.
    for name in ["instance.db", "audit.db"] {
        let path = format!("instances/alpha/{name}");
        std::fs::copy(home.path(&path), other.path(&path)).unwrap();
    }
    let listed = unlocked(&["pointer", "list", "alpha", "--json"]);
    assert_eq!(listed.code, 0, "{}", listed.stderr);
}

#[test]
fn restoring_over_a_home_says_what_it_replaces_and_keeps_it_aside() {
    let home = Home::empty();
    let (file, words) = exported(&home);
    // The vault is lost; the instance and its database are not.
    for name in ["console.db", "console.db-wal", "console.db-shm"] {
        let _ = std::fs::remove_file(home.path(name));
    }
    std::fs::write(home.path("config.toml"), "# mine\n").unwrap();
    let restore = |more: &[&str]| {
        let line = [&["vault", "restore", &file, "--key-file", "--json"], more].concat();
        let mut command = home.command(&line);
        command.env("BUTTERFLY_EXPORT_PASSPHRASE", &words).end()
    };
    let asked = restore(&[]);
    let said = error(&asked);
    assert_eq!(said["code"], "already_exists", "{said}");
    for part in ["vault.key", "instances/alpha/instance.key"] {
        assert!(said["message"].as_str().unwrap().contains(part), "{said}");
    }
    assert!(said["remedy"].as_str().unwrap().contains("--yes"), "{said}");
    let key = std::fs::read(home.path("vault.key")).unwrap();

    let restored = restore(&["--yes"]);
    assert_eq!(restored.code, 0, "{}", restored.stderr);
    let kept = restored.json()["kept_in"].as_str().unwrap().to_owned();
    assert_eq!(std::fs::read(format!("{kept}/vault.key")).unwrap(), key);
    assert_eq!(
        std::fs::read_to_string(home.path("config.toml")).unwrap(),
        "# mine\n"
    );
    assert_eq!(
        home.run(&["pointer", "list", "alpha"]).code,
        0,
        "its database stayed"
    );

    // Of another instance with the name of one in the file, the whole folder goes aside.
    let other = Home::empty();
    other.ok(&["instance", "init", "alpha", "--listen", "127.0.0.1:0"]);
    let restored = other
        .command(&["vault", "restore", &file, "--key-file", "--json", "--yes"])
        .env("BUTTERFLY_EXPORT_PASSPHRASE", &words)
        .end();
    assert_eq!(restored.code, 0, "{}", restored.stderr);
    let replaced = restored.json()["replaced"].clone();
    assert!(
        replaced.as_array().unwrap().contains(&json!("instances/alpha")),
        "{replaced}"
    );
    assert!(!other.path("instances/alpha/instance.db").exists());
}

#[test]
fn what_is_no_whole_export_of_ours_restores_nothing_and_leaves_nothing() {
    let home = Home::empty();
    let (file, words) = exported(&home);
    let text = std::fs::read_to_string(&file).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let middle = lines.len() / 2;
    let mut flipped = lines.clone();
    let changed = flipped[middle].replace(|letter: char| letter.is_ascii_lowercase(), "x");
    flipped[middle] = &changed;
    let cut = [&lines[..middle], &lines[lines.len() - 1..]].concat();
    let wrong = words.split('-').rev().collect::<Vec<_>>().join("-");
    let cases = [
        (text.clone(), wrong.as_str(), "words do not open"),
        (text.clone(), "too few words", "words were given"),
        (flipped.join("\n"), &words, "damaged"),
        (cut.join("\n"), &words, "damaged"),
        (text[..text.len() / 3].to_owned(), &words, "damaged"),
        ("hello".to_owned(), &words, "cannot be restored"),
        (String::new(), &words, "cannot be restored"),
    ];
    for (contents, words, said) in cases {
        let other = Home::empty();
        let file = other.write("vault.age", &contents);
        let ended = other
            .command(&["vault", "restore", &file, "--key-file", "--json"])
            .env("BUTTERFLY_EXPORT_PASSPHRASE", words)
            .end();
        assert_eq!(ended.code, 3, "{said}: {}", ended.stdout);
        let error = error(&ended);
        assert!(
            error["message"].as_str().unwrap().contains(said),
            "{said}: {error}"
        );
        assert!(!other.root().exists(), "{said}");
        assert!(!ended.stderr.contains(&words.to_owned()), "{said}");
    }
    // A home in which something is stays as it is.
    let before = std::fs::read(home.path("vault.key")).unwrap();
    let ended = home
        .command(&["vault", "restore", &file, "--key-file", "--json"])
        .env("BUTTERFLY_EXPORT_PASSPHRASE", &words)
        .end();
    assert_eq!(
        (ended.code, error(&ended)["code"].as_str()),
        (1, Some("already_exists"))
    );
    assert_eq!(std::fs::read(home.path("vault.key")).unwrap(), before);
    // Nobody can be asked for the words.
    let ended = Home::empty().run_json(&["vault", "restore", &file]);
    assert_eq!(ended.code, 3);
}

#[test]
fn where_there_is_no_keyring_that_is_said_and_no_home_is_made() {
    let home = Home::empty();
    let without = |line: &[&str]| {
        home.command(&[&["--json"], line].concat())
            .env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere/bus")
            .end()
    };
    let ended = without(&["vault", "init", "--keyring"]);
    assert_eq!(
        (ended.code, error(&ended)["code"].as_str()),
        (3, Some("vault_locked"))
    );
    assert!(error(&ended)["remedy"].as_str().unwrap().contains("--key-file"));
    assert!(!home.root().exists());
    // Named in config.toml, it is not replaced by something weaker without a word.
    std::fs::create_dir(home.root()).unwrap();
    mode(home.root(), 0o700);
    std::fs::write(home.path("config.toml"), "[vault]\nkeyring = true\n").unwrap();
    let ended = without(&["instance", "init", "alpha", "--listen", "127.0.0.1:0"]);
    assert_eq!(ended.code, 3, "{}", ended.stdout);
    assert!(!home.path("console.db").exists());
}

/// With a real Secret Service, where this machine has one to start: a session bus of its own, a keyring of its own.
#[test]
fn a_real_keyring_locks_and_opens_the_vault() {
    let is_there = |program: &str| {
        Command::new(program)
            .arg("--version")
            .output()
            .is_ok_and(|output| output.status.success())
    };
    if !is_there("dbus-run-session") || !is_there("gnome-keyring-daemon") {
        assert!(
            std::env::var_os("CI").is_none(),
            "the check installs dbus and gnome-keyring"
        );
        eprintln!("not tried: this machine has no dbus-run-session and gnome-keyring-daemon");
        return;
    }
    let home = Home::empty();
    let folder = home.root().with_file_name("session");
    std::fs::create_dir(&folder).unwrap();
    mode(&folder, 0o700);
    let script = r#"set -e
printf pw | gnome-keyring-daemon --unlock --components=secrets >&2
# It goes into the background before the bus knows it.
for _ in $(seq 1000); do
  dbus-send --session --print-reply --dest=org.freedesktop.DBus / org.freedesktop.DBus.NameHasOwner \
    string:org.freedesktop.secrets | grep -q 'boolean true' && break
done
"$0" vault init --keyring >&2
"$0" instance init alpha --listen 127.0.0.1:0 >&2
"$0" vault passphrase --key-file >&2
"$0" vault passphrase --keyring >&2
rm "$BUTTERFLY_HOME/vault.key"
"$0" --json vault status"#;
    let ours = home.command(&[]);
    let mut command = Command::new("dbus-run-session");
    command
        .args(["--", "bash", "-c", script])
        .arg(ours.get_program())
        .env("BUTTERFLY_HOME", home.root())
        .env("HOME", &folder)
        .env("XDG_RUNTIME_DIR", &folder);
    let ended = command.end();
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    let status = ended.json();
    assert_eq!(status["lock"], json!("keyring"));
    assert_eq!(status["contents"]["instances"], json!(1));
}

/// 32 bytes in base64url.
const KEY: &str = "c2l4dGVlbiBieXRlcyBhbmQgdGhlbiBzaXh0ZWVuITE";
const OTHER_KEY: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

fn with_key(home: &Home, line: &[&str], key: Option<&str>) -> Ended {
    let mut command = home.command(&[&["--json"], line].concat());
    command.envs(key.map(|key| ("HOME_KEY", key)));
    command.end()
}

#[test]
fn a_vault_is_locked_under_the_key_in_a_variable_and_opens_only_where_that_is_set() {
    let home = Home::empty();
    let made = with_key(
        &home,
        &["vault", "init", "--from-variable", "HOME_KEY"],
        Some(KEY),
    );
    assert_eq!(made.code, 0, "{}", made.stderr);
    assert!(!home.path("vault.key").exists());
    let opened = with_key(&home, &["vault", "unlock"], Some(KEY));
    assert_eq!(opened.code, 0, "{}", opened.stderr);
    let told = opened.json();
    assert_eq!(
        (&told["lock"], &told["unlocked"], &told["asked"]),
        (&json!("key_variable"), &json!(true), &json!(false))
    );
    for (key, expected) in [
        (None, "HOME_KEY, which is not set"),
        (Some("not a key"), "HOME_KEY, which holds no key"),
        (Some(OTHER_KEY), "HOME_KEY does not open"),
    ] {
        let refused = with_key(&home, &["vault", "unlock"], key);
        assert_eq!(
            (refused.code, &error(&refused)["code"]),
            (3, &json!("vault_locked"))
        );
        let message = error(&refused)["message"].as_str().unwrap().to_owned();
        assert!(message.contains(expected), "{message}");
        if let Some(key) = key {
            assert!(!format!("{refused:?}").contains(key), "what is there is not told");
        }
    }
    // config.toml may give it another name, here and for new vaults.
    let config = "[vault]\nkey = { variable = \"OTHER_NAME\" }\n";
    std::fs::write(home.path("config.toml"), config).unwrap();
    let ended = home
        .command(&["instance", "init", "alpha", "--listen", "127.0.0.1:0"])
        .env("OTHER_NAME", KEY)
        .end();
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    let fresh = Home::called("fresh");
    std::fs::create_dir_all(fresh.root()).unwrap();
    mode(fresh.root(), 0o700);
    std::fs::write(fresh.path("config.toml"), config).unwrap();
    let ended = fresh.command(&["vault", "init"]).env("OTHER_NAME", KEY).end();
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    assert_eq!(fresh.ok(&["vault", "status"])["lock"], "key_variable");

    // The key itself has no place on a command line, and is not repeated.
    let refused = Home::called("third").run_json(&["vault", "init", "--from-variable", KEY]);
    assert_eq!(refused.code, 2);
    assert!(!format!("{refused:?}").contains(KEY), "{refused:?}");
}

#[test]
fn unlocking_says_by_what_the_vault_opens_and_asks_nobody_who_is_not_there() {
    let home = Home::empty();
    assert_eq!(
        error(&home.run_json(&["vault", "unlock"]))["code"],
        "vault_locked"
    );
    home.ok(&["vault", "init", "--key-file"]);
    assert_eq!(home.ok(&["vault", "unlock"])["lock"], "key_file");
    let words = home.write_private("words", "correct horse\n");
    home.ok(&["vault", "passphrase", "--passphrase-file", &words]);
    assert_eq!(home.run_json(&["vault", "unlock"]).code, 3);
    let opened = home
        .command(&["vault", "unlock"])
        .env("BUTTERFLY_VAULT_PASSPHRASE", "correct horse")
        .end();
    assert_eq!(opened.code, 0, "{}", opened.stderr);
    assert!(
        opened.stdout.contains("opens with its passphrase, and nobody"),
        "{}",
        opened.stdout
    );
}

#[test]
fn an_instance_keeps_its_key_in_a_file_or_a_variable_elsewhere() {
    let home = Home::empty();
    let file = home.beside("museum.key");
    let new = |name, more: &[&str], key| {
        let line = ["instance", "init", name, "--listen", "127.0.0.1:0"];
        with_key(&home, &[&line[..], more].concat(), key)
    };
    assert_eq!(new("alpha", &["--key-file", &file], None).code, 0);
    assert_eq!(
        std::fs::metadata(&file).unwrap().permissions().mode() & 0o777,
        0o600
    );
    let settings = |name: &str| {
        let path = home.path(&format!("instances/{name}/instance.toml"));
        std::fs::read_to_string(path).unwrap()
    };
    assert!(settings("alpha").contains(&file), "{}", settings("alpha"));
    assert!(!home.path("instances/alpha/instance.key").exists());
    home.ok(&["pointer", "create", "alpha", "https://example.org/"]);
    std::fs::rename(&file, home.beside("moved.key")).unwrap();
    let lost = home.run_json(&["pointer", "list", "alpha"]);
    assert!(
        error(&lost)["message"]
            .as_str()
            .unwrap()
            .contains("museum.key: is missing")
    );
    std::fs::rename(home.beside("moved.key"), &file).unwrap();

    let unset = new("beta", &["--from-variable", "HOME_KEY"], None);
    assert!(
        error(&unset)["message"]
            .as_str()
            .unwrap()
            .contains("HOME_KEY, which is not set")
    );
    assert!(!home.path("instances/beta").exists(), "no half of one");
    assert_eq!(new("beta", &["--from-variable", "HOME_KEY"], Some(KEY)).code, 0);
    assert!(!settings("beta").contains(KEY));
    assert_eq!(with_key(&home, &["pointer", "list", "beta"], Some(KEY)).code, 0);
    assert_eq!(with_key(&home, &["pointer", "list", "beta"], None).code, 1);

    // Who hosts it has the variable; who only looks need not.
    let hosted = {
        let mut command = home.command(&["serve", "beta"]);
        command.env("HOME_KEY", KEY);
        Serving::start(command)
    };
    let severity = || {
        let found = home.run_json(&["doctor"]).json();
        let about_key = |one: &&Value| one["check"] == "key" && one["subject"] == "beta";
        let finding = found.as_array().unwrap().iter().find(about_key).cloned();
        finding.unwrap()["severity"].clone()
    };
    assert_eq!(severity(), "warning");
    drop(hosted);

    // A backup is whole: it opens where neither is there.
    let backup = home.beside("alpha.backup");
    let made = home.ok(&["instance", "backup", "alpha", &backup]);
    let words = home.write_private("backup.words", made["passphrase"].as_str().unwrap());
    std::fs::remove_file(&file).unwrap();
    let other = Home::called("other");
    other.ok(&["instance", "restore", "alpha", &backup, "--words-file", &words]);
    assert_eq!(other.ok(&["pointer", "list", "alpha"])["count"], 1);
    assert!(other.path("instances/alpha/instance.key").exists());
}

#[test]
fn a_vault_is_locked_under_the_key_that_the_configuration_opens_it_with() {
    let home = Home::empty();
    std::fs::create_dir_all(home.root()).unwrap();
    mode(home.root(), 0o700);
    let config = |text: &str| std::fs::write(home.path("config.toml"), text).unwrap();
    config("[vault]\nkey_file = \"other.key\"\n");
    let elsewhere = home.beside("elsewhere.key");
    let refused = home.run_json(&["vault", "init", "--key-file", &elsewhere]);
    assert_eq!(refused.code, 1, "{}", refused.stderr);
    assert!(
        refused.stderr.contains("key_file") && refused.stderr.contains("other.key"),
        "{}",
        refused.stderr
    );
    assert_eq!(home.ok(&["vault", "status"])["vault"], json!(false));
    home.ok(&["vault", "init", "--key-file"]);
    assert!(home.path("other.key").exists() && !home.path("vault.key").exists());
    home.ok(&["vault", "unlock"]);
    let refused = home.run_json(&["vault", "passphrase", "--key-file", &elsewhere]);
    assert_eq!(refused.code, 1, "{}", refused.stderr);
    home.ok(&["vault", "unlock"]);
    // The way that the remedy says.
    config(&format!("[vault]\nkey_file = {elsewhere:?}\n"));
    let mut command = home.command(&["vault", "passphrase", "--key-file", &elsewhere]);
    let changed = command
        .env("BUTTERFLY_VAULT_KEY_FILE", home.path("other.key"))
        .end();
    assert_eq!(changed.code, 0, "{}", changed.stderr);
    home.ok(&["vault", "unlock"]);
}
