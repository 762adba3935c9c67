//! `butterfly instance backup` and `restore`: made while the instance runs, sealed, whole or not at all.

use super::binary::{End, Ended, Home, Serving};
use super::error;
use serde_json::{Value, json};
use std::os::unix::fs::PermissionsExt;

/// A backup of alpha, made beside the home.
struct Kept {
    file: String,
    words: String,
    id: String,
}

fn backed_up(home: &Home, name: &str) -> Kept {
    let file = home.beside(name);
    let made = home.ok(&["instance", "backup", "alpha", &file]);
    let words = made["passphrase"].as_str().unwrap().to_owned();
    Kept {
        words: home.write_private(&format!("{name}.words"), &words),
        id: made["id"].as_str().unwrap().to_owned(),
        file,
    }
}

fn restore(home: &Home, name: &str, kept: &Kept, more: &[&str]) -> Ended {
    let line = [
        "instance",
        "restore",
        name,
        &kept.file,
        "--words-file",
        &kept.words,
    ];
    home.run_json(&[&line, more].concat())
}

fn refused(ended: &Ended, code: &str) -> String {
    assert_ne!(ended.code, 0, "{}", ended.stdout);
    let error = error(ended);
    assert_eq!(error["code"], code, "{error}");
    error["message"].as_str().unwrap().to_owned()
}

fn pointers(home: &Home, name: &str) -> Value {
    home.ok(&["pointer", "list", name])["count"].clone()
}

/// What lies among the instances.
fn folders(home: &Home) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(home.path("instances"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn a_running_instance_is_backed_up_and_comes_back_as_it_was() {
    let home = Home::empty();
    let serving = home.serve_new("alpha");
    home.ok(&["pointer", "create", "alpha", "https://example.org/before"]);
    for app_id in ["partner", "turned"] {
        let issue = json!({"action": "issue_credential", "app_id": app_id, "profile": "native", "grant": {}});
        home.ok(&["invoke", "alpha", &issue.to_string()]);
    }
    let kept = backed_up(&home, "alpha.backup");

    let bytes = std::fs::read(&kept.file).unwrap();
    assert!(bytes.starts_with(b"age-encryption.org/v1\n"));
    assert!(!bytes.windows(6).any(|window| window == b"SQLite"));
    let mode = std::fs::metadata(&kept.file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert_eq!(folders(&home), ["alpha"], "the copy it was made of is gone");
    let trail = home.ok(&["audit", "list", "alpha"]);
    let recorded = trail
        .as_array()
        .unwrap()
        .iter()
        .find(|record| record["action"] == "record_backup")
        .expect("the backup is on record");
    assert_eq!(
        (&recorded["subject"], &recorded["outcome"]),
        (&json!(kept.id), &json!("done"))
    );
    let again = home.run_json(&["instance", "backup", "alpha", &kept.file]);
    assert!(refused(&again, "file_failed").contains("there already"));

    home.ok(&["pointer", "create", "alpha", "https://example.org/after"]);
    let revoke = json!({"action": "revoke_credential", "name": "partner"});
    home.ok(&["invoke", "alpha", &revoke.to_string()]);
    let rotate = json!({"action": "rotate_credential", "name": "turned"});
    home.ok(&["invoke", "alpha", &rotate.to_string()]);
    let ended = restore(&home, "alpha", &kept, &["--force"]);
    assert!(refused(&ended, "already_hosted").contains("hosted by process"));
    assert_eq!(serving.stop(), 0);
    assert_eq!(home.run(&["audit", "verify", "alpha"]).code, 0);
    refused(&restore(&home, "alpha", &kept, &[]), "already_exists");
    assert_eq!(
        pointers(&home, "alpha"),
        json!(2),
        "nothing of that changed anything"
    );

    let ended = restore(&home, "alpha", &kept, &["--force"]);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    let restored = ended.json();
    assert_eq!(restored["backup"]["id"], json!(kept.id));
    assert_eq!(restored["revived"], json!(["partner"]));
    assert_eq!(restored["rotated"], json!(["turned"]));
    let aside = restored["replaced"].as_str().unwrap();
    assert!(std::path::Path::new(aside).join("instance.db").is_file());
    assert_eq!(folders(&home).len(), 2);
    assert_eq!(pointers(&home, "alpha"), json!(1));
    let newest = home.ok(&["audit", "list", "alpha", "--limit", "5"]);
    let record = newest
        .as_array()
        .unwrap()
        .iter()
        .find(|record| record["action"] == "restore")
        .expect("the restoring is on record");
    assert!(record["reason"].as_str().unwrap().contains(&kept.id), "{record}");
    // The trail went back on purpose: that is no alarm of this console.
    assert_eq!(home.run(&["audit", "verify", "alpha"]).code, 0);
    let serving = Serving::start(home.command(&["serve", "alpha"]));
    assert_eq!(home.ok(&["instance", "probe", "alpha"])["state"], "up");
    assert_eq!(pointers(&home, "alpha"), json!(1));
    assert_eq!(serving.stop(), 0);
}

/// Has the vault refuse whatever is written to a table.
fn shut(home: &Home, table: &str) {
    let vault = rusqlite::Connection::open(home.path("console.db")).unwrap();
    let events = ["INSERT", "UPDATE", "DELETE"];
    for event in events {
        let refuse = format!(
            "CREATE TRIGGER shut_{event} BEFORE {event} ON {table} BEGIN SELECT RAISE(ABORT, 'shut'); END"
        );
        vault.execute(&refuse, []).unwrap();
    }
}

fn open_again(home: &Home) {
    let vault = rusqlite::Connection::open(home.path("console.db")).unwrap();
    for event in ["INSERT", "UPDATE", "DELETE"] {
        vault.execute(&format!("DROP TRIGGER shut_{event}"), []).unwrap();
    }
}

#[test]
fn what_answers_again_is_told_whatever_the_vault_says_and_once_more_by_the_next_try() {
    let home = Home::empty();
    home.ok(&["instance", "init", "alpha", "--listen", "127.0.0.1:0"]);
    let issue = json!({"action": "issue_credential", "app_id": "leaver", "profile": "native", "grant": {}});
    home.ok(&["invoke", "alpha", &issue.to_string()]);
    let kept = backed_up(&home, "alpha.backup");
    let revoke = json!({"action": "revoke_credential", "name": "leaver"});
    home.ok(&["invoke", "alpha", &revoke.to_string()]);
    let state = || {
        let listed = home.ok(&["credential", "list"]);
        crate::named(&listed, "leaver@alpha")["state"].clone()
    };

    // A vault that takes nothing is found out before anything is done.
    shut(&home, "preferences");
    assert_ne!(restore(&home, "alpha", &kept, &["--force"]).code, 0);
    open_again(&home);
    assert_eq!(folders(&home), ["alpha"]);
    assert_eq!(state(), "revoked");

    // One that takes no more afterwards hides nothing.
    shut(&home, "held");
    let ended = restore(&home, "alpha", &kept, &["--force"]);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    assert_eq!(ended.json()["revived"], json!(["leaver"]));
    assert!(ended.json()["vault_failure"].is_string(), "{}", ended.stdout);
    open_again(&home);
    assert_eq!(state(), "active");

    let ended = restore(&home, "alpha", &kept, &["--force"]);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    let restored = ended.json();
    assert_eq!(restored["revived"], json!(["leaver"]), "{restored}");
    assert_eq!(restored["vault_failure"], Value::Null);
    assert_eq!(home.run(&["audit", "verify", "alpha"]).code, 0);
}

#[test]
fn a_backup_is_restored_where_the_certificate_is_not_that_its_settings_name() {
    let home = Home::empty();
    let key = rcgen::KeyPair::generate().unwrap();
    let certificate = rcgen::CertificateParams::new(["127.0.0.1".to_owned()]).unwrap();
    let certificate = certificate.self_signed(&key).unwrap();
    let given = home.write("given.crt", &certificate.pem());
    let its_key = home.write_private("given.key", &key.serialize_pem());
    home.ok(&[
        "instance",
        "init",
        "alpha",
        "--listen",
        "127.0.0.1:0",
        "--tls-certificate",
        &given,
        "--tls-key",
        &its_key,
    ]);
    let kept = backed_up(&home, "alpha.backup");
    let moved = home.beside("moved.key");
    std::fs::rename(&its_key, &moved).unwrap();

    let elsewhere = Home::empty();
    let ended = restore(&elsewhere, "alpha", &kept, &[]);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    let why = ended.json()["lacks_certificate"].as_str().unwrap().to_owned();
    assert!(why.contains(&its_key), "{why}");
    let refused = elsewhere.run_json(&["instance", "start", "alpha"]);
    assert_ne!(refused.code, 0);
    assert!(refused.stderr.contains(&its_key), "{}", refused.stderr);

    std::fs::rename(&moved, &its_key).unwrap();
    let ended = restore(&elsewhere, "alpha", &kept, &["--force"]);
    assert_eq!(ended.json()["lacks_certificate"], Value::Null, "{}", ended.stderr);
    assert_eq!(pointers(&elsewhere, "alpha"), json!(0));
}

#[test]
fn a_backup_becomes_an_instance_of_another_home_under_another_name() {
    let home = Home::empty();
    home.ok(&["instance", "init", "alpha", "--listen", "127.0.0.1:0", "--tls"]);
    home.ok(&["pointer", "create", "alpha", "https://example.org/"]);
    let kept = backed_up(&home, "alpha.backup");
    let elsewhere = Home::empty();
    let ended = restore(&elsewhere, "gamma", &kept, &[]);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    assert_eq!(ended.json()["replaced"], Value::Null);
    assert_eq!(folders(&elsewhere), ["gamma"]);
    for name in [
        "instance.key",
        "instance.db",
        "audit.db",
        "tls.key",
        "tls-spare.key",
    ] {
        let place = elsewhere.path(&format!("instances/gamma/{name}"));
        let mode = std::fs::metadata(place).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
    let serving = Serving::start(elsewhere.command(&["serve", "gamma"]));
    assert_eq!(elsewhere.ok(&["instance", "probe", "gamma"])["state"], "up");
    assert_eq!(pointers(&elsewhere, "gamma"), json!(1));
    assert_eq!(serving.stop(), 0);
    // Not twice in one home, and not over another instance.
    let twin = restore(&elsewhere, "alpha", &kept, &[]);
    assert!(refused(&twin, "already_exists").contains("gamma"));
    elsewhere.ok(&["instance", "init", "delta", "--listen", "127.0.0.1:0"]);
    let other = restore(&elsewhere, "delta", &kept, &["--force"]);
    assert!(refused(&other, "already_exists").contains("another instance"));
    assert_eq!(folders(&elsewhere), ["delta", "gamma"]);
    // Nor over one that the vault does not know.
    for name in ["console.db", "console.db-wal", "console.db-shm", "vault.key"] {
        let _ = std::fs::remove_file(elsewhere.path(name));
    }
    let other = restore(&elsewhere, "delta", &kept, &["--force"]);
    assert!(refused(&other, "already_exists").contains("another instance"));
    assert_eq!(folders(&elsewhere), ["delta", "gamma"]);
}

#[test]
fn threat_46_what_cannot_be_restored_leaves_everything_as_it_was() {
    let home = Home::empty();
    home.ok(&["instance", "init", "alpha", "--listen", "127.0.0.1:0"]);
    let kept = backed_up(&home, "alpha.backup");
    home.ok(&["pointer", "create", "alpha", "https://example.org/"]);
    let whole = std::fs::read(&kept.file).unwrap();
    let unchanged = |file: &[u8], words: &str, code: &str| {
        let kept = Kept {
            file: home.write("broken.backup", ""),
            words: words.to_owned(),
            id: String::new(),
        };
        std::fs::write(&kept.file, file).unwrap();
        let told = refused(&restore(&home, "alpha", &kept, &["--force"]), code);
        assert_eq!(folders(&home), ["alpha"]);
        assert_eq!(pointers(&home, "alpha"), json!(1));
        told
    };
    for length in [0, 200, whole.len() / 2, whole.len() - 1] {
        unchanged(&whole[..length], &kept.words, "bundle_refused");
    }
    let mut flipped = whole.clone();
    flipped[whole.len() / 2] ^= 1;
    unchanged(&flipped, &kept.words, "bundle_refused");
    let other = backed_up(&home, "other.backup");
    let told = unchanged(&whole, &other.words, "bundle_refused");
    assert!(told.contains("does not open"), "{told}");
    unchanged(b"not sealed at all", &kept.words, "bundle_refused");
    let read_only = home.run_json(&[
        "--read-only",
        "instance",
        "restore",
        "alpha",
        &kept.file,
        "--words-file",
        &kept.words,
        "--force",
    ]);
    refused(&read_only, "read_only");
}

#[test]
fn a_timer_makes_backups_that_it_cannot_open() {
    let home = Home::empty();
    home.ok(&["instance", "init", "alpha", "--listen", "127.0.0.1:0"]);
    let key = age::x25519::Identity::generate();
    let file = home.beside("alpha.backup");
    let wrong = home.run_json(&["instance", "backup", "alpha", &file, "--to", "age1nobody"]);
    refused(&wrong, "invalid_parameter");
    let recipient = key.to_public().to_string();
    let made = home.ok(&["instance", "backup", "alpha", &file, "--to", &recipient]);
    assert_eq!(
        (&made["passphrase"], &made["recipient"]),
        (&Value::Null, &json!(recipient))
    );
    let text = age::secrecy::ExposeSecret::expose_secret(&key.to_string()).to_owned();
    let identity = home.write_private("key.txt", &format!("# created: today\n{text}\n"));
    let elsewhere = Home::empty();
    let unasked = elsewhere.command(&["instance", "restore", "alpha", &file]).end();
    assert_ne!(unasked.code, 0);
    let restore =
        |key: &str| elsewhere.run_json(&["instance", "restore", "alpha", &file, "--identity-file", key]);
    let no_key = home.write_private("no-key.txt", "# created: today\n");
    assert_eq!(
        restore(&no_key).code,
        2,
        "a file without a key is a mistake in the line"
    );
    assert_eq!(restore(&identity).code, 0);
    assert_eq!(pointers(&elsewhere, "alpha"), json!(0));
}

#[test]
fn a_restored_instance_has_its_key_where_the_replaced_one_has_it() {
    const KEY: &str = "c2l4dGVlbiBieXRlcyBhbmQgdGhlbiBzaXh0ZWVuITE";
    let home = Home::empty();
    let with_key = |line: &[&str]| {
        let ended = home.command(line).arg("--json").env("ALPHA_KEY", KEY).end();
        assert_eq!(ended.code, 0, "{line:?} {}", ended.stderr);
        ended.json()
    };
    let place = ["--listen", "127.0.0.1:0", "--from-variable", "ALPHA_KEY"];
    with_key(&[&["instance", "init", "alpha"], &place[..]].concat());
    let file = home.beside("alpha.backup");
    let made = with_key(&["instance", "backup", "alpha", &file]);
    let words = home.write_private("words", made["passphrase"].as_str().unwrap());
    let line = [
        "instance",
        "restore",
        "alpha",
        &file,
        "--words-file",
        &words,
        "--force",
    ];
    let own = home.path("instances/alpha/instance.key");

    assert_eq!(with_key(&line)["key_was"], Value::Null);
    assert!(!own.exists(), "its key is in the variable");
    with_key(&["pointer", "list", "alpha"]);
    assert_ne!(home.run(&["pointer", "list", "alpha"]).code, 0);

    // Where the variable is not set it cannot be told whether that is the same key.
    let told = home.run(&line);
    assert_eq!(told.code, 0, "{}", told.stderr);
    for part in ["instance.key", "in the variable ALPHA_KEY"] {
        assert!(told.stdout.contains(part), "{}", told.stdout);
    }
    assert!(own.exists());
    assert_eq!(home.ok(&["pointer", "list", "alpha"])["count"], 0);
}
