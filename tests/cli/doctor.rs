//! `butterfly doctor`: what is wrong is found, told with its remedy, and nothing of it is secret or changed.

use super::binary::{End, Ended, Home, add_original};

use serde_json::{Value, json};
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

/// What was found, by check and place; faults end with 1.
fn examined(ended: &Ended) -> Vec<Value> {
    let found = ended.json();
    let found = found.as_array().unwrap().clone();
    let is_bad = found.iter().any(|one| one["severity"] == "fault");
    assert_eq!(ended.code, i32::from(is_bad), "{found:?} {}", ended.stderr);
    for one in &found {
        for member in ["check", "subject", "severity", "message", "remedy"] {
            assert!(one[member].is_string(), "{one}");
        }
        let is_ok = one["severity"] == "ok";
        assert!(is_ok || one["remedy"] != "", "{one}");
    }
    found
}

fn look(home: &Home) -> Vec<Value> {
    examined(&home.run_json(&["doctor"]))
}

/// The one finding of a check at a place.
fn one<'a>(found: &'a [Value], check: &str, subject: &str) -> &'a Value {
    let mut matching = found
        .iter()
        .filter(|one| one["check"] == check && one["subject"] == subject);
    let first = matching.next();
    assert!(matching.next().is_none(), "{check} {subject} twice");
    first.unwrap_or_else(|| panic!("no {check} of {subject} in {found:?}"))
}

fn severity(home: &Home, check: &str, subject: &str) -> Value {
    one(&look(home), check, subject)["severity"].clone()
}

fn mode(path: impl AsRef<std::path::Path>, mode: u32) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn a_sound_set_up_has_no_fault_and_an_empty_one_is_not_made() {
    let home = Home::empty();
    let found = look(&home);
    assert_eq!(one(&found, "vault", "vault")["severity"], "hint");
    assert!(!home.root().exists(), "looking made a home");

    let serving = home.serve_new("alpha");
    let found = look(&home);
    for check in ["files", "key", "databases", "audit", "tls", "listen", "secrets"] {
        assert_eq!(one(&found, check, "alpha")["severity"], "ok", "{check}");
    }
    let listens = one(&found, "listen", "alpha")["message"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(listens.contains("hosted by process"), "{listens}");
    assert_eq!(one(&found, "vault", "vault")["severity"], "ok");
    assert_eq!(serving.stop(), 0);
    let told = home.run(&["doctor", "--all"]);
    assert_eq!(told.code, 0, "{}", told.stderr);
    assert!(told.stdout.contains("faults: 0"), "{}", told.stdout);
}

#[test]
fn each_fault_is_named_at_its_place() {
    let home = Home::empty();
    home.ok(&["instance", "init", "alpha", "--listen", "127.0.0.1:0"]);
    let key = home.path("instances/alpha/instance.key");
    mode(&key, 0o644);
    let found = look(&home);
    let finding = one(&found, "key", "alpha");
    assert_eq!(finding["severity"], "fault");
    assert!(finding["message"].as_str().unwrap().contains("0644"), "{finding}");
    mode(&key, 0o600);

    std::fs::write(home.path("config.toml"), "[vault]\nnonsense = 1\n").unwrap();
    std::fs::write(home.path("keymap.toml"), "this is = = no toml").unwrap();
    std::fs::create_dir_all(home.path("themes")).unwrap();
    std::fs::write(home.path("themes/mine.toml"), "inherits = \"nobody\"\n").unwrap();
    let found = look(&home);
    assert_eq!(one(&found, "config", "config.toml")["severity"], "fault");
    assert_eq!(one(&found, "keymap", "keymap.toml")["severity"], "fault");
    assert_eq!(one(&found, "theme", "themes/mine.toml")["severity"], "warning");
    let keys = "[keys.pointers]\nw = \"invoke\"\n\"w w\" = \"zoom\"\n";
    std::fs::write(home.path("keymap.toml"), keys).unwrap();
    std::fs::remove_file(home.path("config.toml")).unwrap();
    let found = look(&home);
    let conflict = one(&found, "keymap", "keymap.toml");
    assert_eq!(conflict["severity"], "warning");
    let message = conflict["message"].as_str().unwrap();
    assert!(
        message.contains("line 3") && message.contains("invoke already in pointers (line 2)"),
        "{message}"
    );
    std::fs::write(home.path("config.toml"), "").unwrap();
    for name in ["config.toml", "keymap.toml", "themes/mine.toml"] {
        std::fs::remove_file(home.path(name)).unwrap();
    }

    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let settings = home.path("instances/alpha/instance.toml");
    let text = std::fs::read_to_string(&settings).unwrap();
    let listen = text.lines().find(|line| line.starts_with("listen")).unwrap();
    let other = format!("listen = \"{}\"", taken.local_addr().unwrap());
    std::fs::write(&settings, text.replace(listen, &other)).unwrap();
    assert_eq!(severity(&home, "listen", "alpha"), "warning");
    drop(taken);
    std::fs::write(&settings, "name = 1\n").unwrap();
    assert_eq!(severity(&home, "settings", "alpha"), "fault");
    std::fs::write(&settings, &text).unwrap();

    std::fs::create_dir(home.path("instances/.making-beta-1")).unwrap();
    std::fs::create_dir(home.path("editing.4711")).unwrap();
    for left in ["instances/.making-beta-1", "editing.4711"] {
        let place = home.path(left);
        assert_eq!(severity(&home, "leftover", place.to_str().unwrap()), "hint");
    }

    let trail = home.path("instances/alpha/audit.db");
    let whole = std::fs::read(&trail).unwrap();
    std::fs::write(&trail, [7; 9000]).unwrap();
    assert_eq!(severity(&home, "databases", "alpha"), "fault");
    std::fs::write(&trail, whole).unwrap();
    assert_eq!(severity(&home, "databases", "alpha"), "ok");
    mode(home.root(), 0o755);
    let root = home.root();
    assert_eq!(severity(&home, "home", root.to_str().unwrap()), "fault");
    mode(home.root(), 0o700);
    assert_eq!(home.run(&["doctor"]).code, 0);
}

#[test]
fn an_endpoint_that_leads_past_its_own_proxy_is_doubted() {
    let home = Home::empty();
    home.ok(&["instance", "init", "alpha", "--listen", "127.0.0.1:0"]);
    let settings = home.path("instances/alpha/instance.toml");
    let text = std::fs::read_to_string(&settings).unwrap();
    let behind = "trusted_proxies = [\"127.0.0.1/32\"]\nproxy_header = \"proxy-protocol\"\n";
    std::fs::write(&settings, format!("{behind}{text}")).unwrap();
    let found = look(&home);
    let proxies = one(&found, "proxies", "alpha");
    assert_eq!(proxies["severity"], "warning", "{proxies}");
    assert!(
        proxies["message"].as_str().unwrap().contains("PROXY protocol"),
        "{proxies}"
    );
    let elsewhere = behind.replace("127.0.0.1/32", "192.0.2.7/32");
    std::fs::write(&settings, format!("{elsewhere}{text}")).unwrap();
    assert_eq!(severity(&home, "proxies", "alpha"), "ok");
}

#[test]
fn a_database_that_is_gone_is_a_fault_and_no_empty_one_takes_its_place() {
    let home = Home::empty();
    home.ok(&["instance", "init", "alpha", "--listen", "127.0.0.1:0"]);
    for name in ["instance.db", "audit.db"] {
        let (database, aside) = (home.path(&format!("instances/alpha/{name}")), home.path("aside"));
        std::fs::rename(&database, &aside).unwrap();
        for line in [
            &["--read-only", "pointer", "list", "alpha"][..],
            &["pointer", "list", "alpha"],
            &["serve", "alpha"],
            &["instance", "recover-owner", "alpha", "--yes"],
        ] {
            let ended = home.run_json(line);
            let told = super::error(&ended);
            assert_eq!(
                (ended.code, &told["code"]),
                (1, &json!("storage_failed")),
                "{line:?}"
            );
            assert!(told["message"].as_str().unwrap().contains(name), "{told}");
            let remedy = told["remedy"].as_str().unwrap();
            assert!(remedy.contains(&home.printed("instance restore")), "{told}");
        }
        let found = look(&home);
        let fault = one(&found, "databases", "alpha");
        assert_eq!(fault["severity"], "fault");
        let message = fault["message"].as_str().unwrap();
        assert!(message.contains(name) && message.contains("missing"), "{fault}");
        assert!(!database.exists(), "{name} was made anew");
        std::fs::rename(&aside, &database).unwrap();
    }
    assert_eq!(home.ok(&["pointer", "list", "alpha"])["count"], 0);
}

/// The first command in a text, without the program, with this file in the place of FILE.
fn command_in(home: &Home, text: &str, file: &str) -> Vec<String> {
    let command = text
        .split('`')
        .nth(1)
        .unwrap_or_else(|| panic!("no command in {text}"));
    let words = command
        .strip_prefix(&home.printed(""))
        .unwrap_or_else(|| panic!("{command}"));
    let word = |word: &str| {
        if word == "FILE" {
            file.to_owned()
        } else {
            word.to_owned()
        }
    };
    words.split(' ').map(word).collect()
}

#[test]
fn an_instance_whose_folder_is_gone_is_a_fault_and_what_is_told_to_do_mends_it() {
    let home = Home::empty();
    home.ok(&["instance", "init", "alpha", "--listen", "127.0.0.1:0"]);
    home.ok(&["pointer", "create", "alpha", "https://example.org/tide"]);
    let backup = home.beside("alpha.backup");
    let made = home.ok(&["instance", "backup", "alpha", &backup]);
    let words = home.write_private("words", made["passphrase"].as_str().unwrap());
    let folder = home.path("instances/alpha");
    let mend = |remedy: &str| {
        let mut line = command_in(&home, remedy, &backup);
        line.extend(["--words-file".to_owned(), words.clone()]);
        let line: Vec<&str> = line.iter().map(String::as_str).collect();
        home.ok(&line);
        assert_eq!(home.ok(&["pointer", "list", "alpha"])["count"], 1);
    };

    std::fs::remove_dir_all(&folder).unwrap();
    let fault = one(&look(&home), "folder", "alpha").clone();
    assert_eq!(fault["severity"], "fault", "{fault}");
    let list = home.ok(&["instance", "list"]);
    for row in [&list[0], &home.ok(&["instance", "show", "alpha"])] {
        assert_eq!(row["state"], "unreachable", "{row}");
        assert!(row["error"].as_str().unwrap().contains("is gone"), "{row}");
    }
    let taken = home.run_json(&["instance", "init", "alpha"]);
    assert_eq!(super::error(&taken)["code"], "already_exists", "{}", taken.stdout);
    mend(fault["remedy"].as_str().unwrap());
    let found = look(&home);
    assert!(found.iter().all(|one| one["check"] != "folder"), "{found:?}");

    for line in [
        &["instance", "start", "alpha"][..],
        &["serve", "alpha"],
        &["pointer", "list", "alpha"],
    ] {
        std::fs::remove_dir_all(&folder).unwrap();
        let ended = home.run_json(line);
        mend(super::error(&ended)["remedy"].as_str().unwrap());
    }
    std::fs::remove_file(folder.join("instance.db")).unwrap();
    let fault = one(&look(&home), "databases", "alpha").clone();
    mend(fault["remedy"].as_str().unwrap());

    // As it is after `vault restore`: settings and key, and no database.
    for name in ["instance.db", "audit.db"] {
        std::fs::remove_file(folder.join(name)).unwrap();
    }
    mend(
        "`butterfly instance restore alpha FILE`"
            .replace("butterfly", home.printed("").trim())
            .as_str(),
    );

    std::fs::remove_dir_all(&folder).unwrap();
    home.ok(&["instance", "remove", "alpha", "--yes"]);
    home.ok(&["instance", "init", "alpha", "--listen", "127.0.0.1:0"]);
}

#[test]
fn a_locked_vault_hides_the_remotes_and_nothing_else() {
    let home = Home::empty();
    home.ok(&["instance", "init", "alpha", "--listen", "127.0.0.1:0"]);
    let words = home.write_private("words", "correct horse\n");
    home.ok(&["vault", "passphrase", "--passphrase-file", &words]);
    let found = look(&home);
    let vault = one(&found, "vault", "vault");
    assert_eq!(vault["severity"], "hint");
    assert!(vault["message"].as_str().unwrap().contains("locked"), "{vault}");
    assert_eq!(one(&found, "databases", "alpha")["severity"], "ok");
    let ended = home
        .command(&["doctor", "--json"])
        .env("BUTTERFLY_VAULT_PASSPHRASE", "wrong horse")
        .end();
    let found = examined(&ended);
    assert_eq!(one(&found, "vault", "vault")["severity"], "fault");
    assert!(!ended.stdout.contains("horse") && !ended.stderr.contains("horse"));
}

#[test]
fn threat_5_weak_secrets_are_faults_and_are_never_shown() {
    let weak = "default-super-secret-key-for-dev";
    let home = Home::empty();
    let secret = home.write("jwt", weak);
    let key = home.write("key", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=");
    home.ok(&add_original("original", super::NOWHERE, "me", [&secret, &key]));
    let ended = home
        .command(&["doctor", "--json"])
        .env("JWT_SECRET_KEY", weak)
        .end();
    let found = examined(&ended);
    assert_eq!(one(&found, "credential", "original")["severity"], "fault");
    assert_eq!(
        one(&found, "stand_in_secret", "JWT_SECRET_KEY")["severity"],
        "fault"
    );
    // A remote that is silent is not a fault of this set-up.
    assert_eq!(one(&found, "remote", "original")["severity"], "warning");
    assert!(!ended.stdout.contains(weak) && !ended.stderr.contains(weak));
    let table = home.command(&["doctor"]).env("JWT_SECRET_KEY", weak).end();
    assert_eq!(table.code, 1);
    assert!(
        table.stdout.starts_with(' ') || table.stdout.contains("CHECK"),
        "{}",
        table.stdout
    );
    assert!(!table.stdout.contains(weak));
}

#[test]
fn a_remote_that_answers_is_asked_for_its_time() {
    let home = Home::empty();
    let serving = home.serve_new("alpha");
    let issue = json!({"action": "issue_credential", "app_id": "partner", "profile": "native", "grant": {"actions": ["get_graph_stats", "whoami"]}});
    let issued = home.ok(&["invoke", "alpha", &issue.to_string()]);
    let form = issued["result"]["secret"].clone();
    let elsewhere = Home::empty();
    let file = elsewhere.write_private("plain.json", &form.to_string());
    elsewhere.ok(&["credential", "import", "alpha", &file]);
    let found = look(&elsewhere);
    assert_eq!(one(&found, "remote", "alpha")["severity"], "ok");
    assert_eq!(one(&found, "clock", "alpha")["severity"], "ok");
    let revoke = json!({"action": "revoke_credential", "name": "partner"});
    home.ok(&["invoke", "alpha", &revoke.to_string()]);
    let found = look(&elsewhere);
    assert_eq!(one(&found, "remote", "alpha")["severity"], "fault");
    assert_eq!(serving.stop(), 0);
}

#[test]
fn an_instance_whose_process_is_frozen_or_gone_is_told_of() {
    let home = Home::empty();
    let serving = home.serve_new("alpha");
    let signal = |name: &str| {
        let pid = serving.id().to_string();
        let status = Command::new("kill").args(["-s", name, &pid]).status().unwrap();
        assert!(status.success());
    };
    signal("STOP");
    let found = look(&home);
    let finding = one(&found, "listen", "alpha");
    assert_eq!(finding["severity"], "fault", "{finding}");
    let told = finding["message"].as_str().unwrap();
    assert!(
        told.contains("does not answer") || told.contains("frozen"),
        "{finding}"
    );
    signal("CONT");
    assert_eq!(severity(&home, "listen", "alpha"), "ok");
    signal("KILL");
    assert_ne!(serving.stop(), 0);
    let found = look(&home);
    let finding = one(&found, "listen", "alpha");
    assert_eq!(finding["severity"], "warning", "{finding}");
    assert!(
        finding["message"]
            .as_str()
            .unwrap()
            .contains("without closing it"),
        "{finding}"
    );
}

#[test]
fn an_instance_that_lacks_its_settings_alone_is_not_taken_for_none() {
    let home = Home::empty();
    home.ok(&["instance", "init", "alpha", "--listen", "127.0.0.1:0"]);
    let serving = crate::binary::Serving::start(home.command(&["serve", "alpha"]));
    home.ok(&["pointer", "create", "alpha", "https://example.org/tide"]);
    let shown = home.ok(&["instance", "show", "alpha"]);
    serving.stop();
    let settings = home.path("instances/alpha/instance.toml");
    std::fs::remove_file(&settings).unwrap();
    let mut remedy = String::new();
    for line in [
        &["pointer", "list", "alpha"][..],
        &["serve", "alpha"],
        &["instance", "start", "alpha"],
        &["instance", "recover-owner", "alpha", "--yes"],
    ] {
        let ended = home.run_json(line);
        let told = super::error(&ended);
        assert_eq!(ended.code, 1, "{line:?} {}", ended.stderr);
        let message = told["message"].as_str().unwrap();
        assert!(
            message.contains("everything else of it is there"),
            "{line:?} {told}"
        );
        remedy = told["remedy"].as_str().unwrap().to_owned();
        assert!(
            !remedy.contains("remove") && !remedy.contains("--force"),
            "{line:?} {told}"
        );
    }
    let row = &home.ok(&["instance", "list"])[0];
    assert_eq!(row["state"], "unreachable", "{row}");
    let fault = one(&look(&home), "settings", "alpha").clone();
    assert_eq!(fault["severity"], "fault", "{fault}");
    // Written anew of what the remedy tells, it works as before.
    let part = |name: &str| {
        let (_, rest) = remedy.split_once(&format!("{name} = \"")).unwrap();
        format!("{name} = \"{}\"\n", rest.split('"').next().unwrap())
    };
    let text: String = ["name", "instance_id", "endpoint", "listen"].map(part).concat();
    assert!(text.contains(shown["instance_id"].as_str().unwrap()), "{text}");
    std::fs::write(&settings, text).unwrap();
    std::fs::set_permissions(&settings, std::fs::Permissions::from_mode(0o600)).unwrap();
    let _serving = crate::binary::Serving::start(home.command(&["serve", "alpha"]));
    assert_eq!(home.ok(&["pointer", "list", "alpha"])["count"], 1);
    let again = home.ok(&["instance", "show", "alpha"]);
    assert_eq!(again["endpoint"], shown["endpoint"]);
}

#[test]
fn a_missing_key_of_an_instance_is_to_be_put_back_not_to_be_put_right() {
    let home = Home::empty();
    home.ok(&["instance", "init", "alpha", "--listen", "127.0.0.1:0"]);
    std::fs::remove_file(home.path("instances/alpha/instance.key")).unwrap();
    let told = super::error(&home.run_json(&["pointer", "list", "alpha"]));
    let remedy = told["remedy"].as_str().unwrap();
    assert!(
        remedy.contains("put that file back") && !remedy.contains("0600"),
        "{told}"
    );
}

#[test]
fn a_vault_that_an_interrupted_restoring_left_aside_is_a_fault_and_no_new_one_is_advised() {
    let home = Home::empty();
    home.ok(&["instance", "init", "alpha", "--listen", "127.0.0.1:0"]);
    let aside = home.path(".replaced-1-1");
    std::fs::create_dir(&aside).unwrap();
    for name in ["console.db", "console.db-wal", "console.db-shm", "vault.key"] {
        std::fs::rename(home.path(name), aside.join(name)).unwrap();
    }
    let found = look(&home);
    let finding = one(&found, "leftover", aside.to_str().unwrap());
    assert_eq!(finding["severity"], "fault");
    assert!(
        finding["remedy"].as_str().unwrap().contains("vault restore"),
        "{finding}"
    );
    let leads_away = |one: &Value| one["check"] == "vault" || one["check"] == "unknown";
    assert!(!found.iter().any(leads_away), "{found:?}");
}
