//! Names of files and folders that are no UTF-8: what is shown only once is shown wherever the file lies, and a path that
//! is kept is refused before anything is made.

use super::binary::{End, Ended, Home};
use serde_json::Value;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;
use std::process::Command;

/// A folder beside the home whose name is no UTF-8.
fn depot(home: &Home) -> PathBuf {
    let depot = PathBuf::from(home.beside("x")).with_file_name(OsStr::from_bytes(b"d\xe9pot"));
    std::fs::create_dir(&depot).unwrap();
    depot
}

#[test]
fn a_home_that_is_none_is_said_plainly() {
    let beside = Home::empty();
    let folder = PathBuf::from(beside.beside("x")).with_file_name("");
    let program = |line: &[&str], home: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_butterfly"));
        command.args(line).env("BUTTERFLY_HOME", home);
        command.env("HOME", &folder).env_remove("XDG_DATA_HOME").end()
    };
    // As if it were not set.
    let told = program(&["vault", "status", "--json"], "");
    assert_eq!(told.code, 0, "{}", told.stderr);
    assert!(
        told.json()["home"]
            .as_str()
            .unwrap()
            .starts_with(folder.to_str().unwrap())
    );
    // What is set in the environment was not typed.
    let told = program(&["instance", "show"], "/srv/home");
    assert_eq!(told.code, 2);
    assert!(
        told.stderr.contains("Usage: butterfly instance show <NAME>"),
        "{}",
        told.stderr
    );
    let file = beside.write("file", "");
    let told = program(&["vault", "status"], &file);
    assert_eq!(told.code, 1);
    assert!(told.stderr.contains("is a file, not a folder"), "{}", told.stderr);
    let told = program(&["--home", "", "vault", "status"], "");
    assert_eq!(told.code, 2, "what is typed has to say something");
}

#[test]
fn a_folder_that_was_removed_is_named_as_what_is_wrong() {
    let home = Home::empty();
    home.ok(&["instance", "init", "alpha", "--listen", "127.0.0.1:0"]);
    for line in [
        "handshake offer alpha --app-id bee --file x.bundle",
        "instance backup alpha b.age",
    ] {
        let mut shell = Command::new("sh");
        let script = format!("mkdir gone && cd gone && rmdir ../gone && exec \"$0\" --home \"$1\" {line}");
        shell
            .args(["-c", &script, env!("CARGO_BIN_EXE_butterfly")])
            .arg(home.root());
        let ended = shell.current_dir(home.beside("")).end();
        assert_ne!(ended.code, 0);
        assert!(
            ended.stderr.contains("is not there any more"),
            "{line}: {}",
            ended.stderr
        );
        assert!(
            ended.stderr.contains("change to a folder that is there"),
            "{line}: {}",
            ended.stderr
        );
    }
    let listed = home.ok(&["handshake", "status"]);
    assert_eq!(listed, serde_json::json!([]), "nothing was offered");
}

fn in_folder(home: &Home, folder: &PathBuf, line: &[&str]) -> Ended {
    home.command(line).arg("--json").current_dir(folder).end()
}

#[test]
fn words_are_shown_whatever_the_file_they_open_is_called() {
    let home = Home::empty();
    home.ok(&["instance", "init", "alpha", "--listen", "127.0.0.1:0"]);
    let depot = depot(&home);
    for (line, words) in [
        (&["instance", "backup", "alpha", "b.age"][..], "passphrase"),
        (&["vault", "export", "v.age"], "passphrase"),
    ] {
        let ended = in_folder(&home, &depot, line);
        assert_eq!(ended.code, 0, "{line:?}: {}", ended.stderr);
        let told: Value = serde_json::from_str(&ended.stdout).unwrap();
        assert!(told[words].is_string(), "{line:?}: {told}");
        assert!(
            told["file"].as_str().unwrap().contains("d\u{fffd}pot"),
            "{line:?}: {told}"
        );
    }
    let mut offer = home.command(&[
        "handshake",
        "offer",
        "alpha",
        "--app-id",
        "bee",
        "--json",
        "--file",
    ]);
    let ended = offer.arg(depot.join(OsStr::from_bytes(b"o\xff.bundle"))).end();
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    let told: Value = serde_json::from_str(&ended.stdout).unwrap();
    assert!(told["passphrase"].is_string(), "{told}");
    assert_eq!(std::fs::read_dir(&depot).unwrap().count(), 3);
}

#[test]
fn a_path_that_is_kept_has_to_be_utf_8_and_that_is_said_at_once() {
    let home = Home::empty();
    let depot = depot(&home);
    let refused = |ended: Ended| {
        assert_eq!(ended.code, 2, "{}{}", ended.stdout, ended.stderr);
        assert!(ended.stderr.contains("is not UTF-8"), "{}", ended.stderr);
    };
    for line in [
        &["vault", "init"][..],
        &["vault", "status"],
        &["instance", "start", "alpha"],
        &["demo", "--no-tui"],
    ] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_butterfly"));
        refused(command.args(line).env("BUTTERFLY_HOME", depot.join("home")).end());
    }
    let mut key = std::ffi::OsString::from("--key-file=");
    key.push(depot.join("key"));
    refused(home.command(&["vault", "init"]).arg(&key).end());
    let init = ["instance", "init", "alpha", "--listen", "127.0.0.1:0"];
    refused(home.command(&init).arg(&key).end());
    assert!(!home.root().exists());
    assert_eq!(std::fs::read_dir(&depot).unwrap().count(), 0, "nothing was made");
}
