//! What a person sees and types on a terminal.

use super::{Pair, Way, named};
use crate::binary::Home;
use portable_pty::{CommandBuilder, PtySize, native_pty_system};
use std::io::{Read, Write};
use std::process::Command;

/// Runs a verb on a terminal: waits for each text to appear, then types the answer. All that was shown, and the exit
/// code.
fn typed(home: &Home, line: &[&str], answers: &[(&str, &str)]) -> (String, u32) {
    typed_to(&home.command(line), answers)
}

/// The same for a program.
fn typed_to(plain: &Command, answers: &[(&str, &str)]) -> (String, u32) {
    let size = PtySize {
        rows: 40,
        cols: 200,
        ..PtySize::default()
    };
    let pty = native_pty_system().openpty(size).unwrap();
    let mut command = CommandBuilder::new(plain.get_program());
    command.args(plain.get_args());
    for (name, value) in plain.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        }
    }
    command.cwd(plain.get_current_dir().unwrap());
    let mut child = pty.slave.spawn_command(command).unwrap();
    drop(pty.slave);
    let mut reader = pty.master.try_clone_reader().unwrap();
    let mut writer = pty.master.take_writer().unwrap();
    let mut shown = String::new();
    let mut seen = 0;
    for (question, answer) in answers {
        while !shown[seen..].contains(question) {
            assert!(read_more(&mut reader, &mut shown), "no {question:?} in {shown}");
        }
        seen = shown.len();
        writeln!(writer, "{answer}").unwrap();
    }
    while read_more(&mut reader, &mut shown) {}
    (shown, child.wait().unwrap().exit_code())
}

/// Whether there was more.
fn read_more(reader: &mut dyn Read, shown: &mut String) -> bool {
    let mut bytes = [0; 4096];
    // On Linux, reading a terminal whose other end is closed is an error.
    let read = reader.read(&mut bytes).unwrap_or(0);
    shown.push_str(&String::from_utf8_lossy(&bytes[..read]));
    read > 0
}

#[test]
fn a_person_types_a_code_compares_the_words_and_says_so() {
    let pair = Pair::new();
    let line = [
        "handshake",
        "offer",
        "beta",
        "--app-id",
        "alpha-people",
        "--by",
        "code",
        "--verify-first",
    ];
    let offer = pair.theirs.ok(&line);
    let (url, code) = (
        offer["endpoint"].as_str().unwrap(),
        offer["code"].as_str().unwrap(),
    );
    let words: Vec<&str> = offer["words"]
        .as_array()
        .unwrap()
        .iter()
        .map(|word| word.as_str().unwrap())
        .collect();
    let line = [
        "handshake",
        "accept",
        "--url",
        url,
        "--instance",
        "alpha",
        "--name",
        "beta",
    ];
    // What cannot be a code is not tried, but asked for again.
    let (shown, exit) = typed(&pair.ours, &line, &[("code", "4711"), ("code", code)]);
    assert_eq!(exit, 0, "{shown}");
    assert!(shown.contains(&words.join(" ")), "{shown}");
    let home = pair.ours.root();
    let next = format!(
        "butterfly --home {} handshake verify {}",
        home.display(),
        offer["offer_id"].as_str().unwrap()
    );
    assert!(shown.contains(&next), "{shown}");

    let question = "[yes/no]";
    let (shown, exit) = typed(
        &pair.ours,
        &["handshake", "verify", "beta"],
        &[(question, "perhaps"), (question, "yes")],
    );
    assert_eq!(exit, 0, "{shown}");
    assert!(shown.contains(&words.join("  ")), "{shown}");
    assert!(shown.contains("must say so too"), "{shown}");
    let id = offer["offer_id"].as_str().unwrap();
    let (shown, exit) = typed(&pair.theirs, &["handshake", "verify", id], &[(question, "yes")]);
    assert_eq!(exit, 0, "{shown}");
    // Said once is said: going on asks nothing.
    let (shown, exit) = typed(&pair.ours, &["handshake", "verify", "beta", "--wait"], &[]);
    assert_eq!(exit, 0, "{shown}");
    assert!(shown.contains("fresh keys are mixed in"), "{shown}");
    pair.ours.ok(&["invoke", "beta", &pair.query()]);
}

#[test]
fn plain_values_and_revoking_are_not_done_before_a_person_said_yes() {
    let pair = Pair::new();
    let line = ["handshake", "offer", "beta", "--app-id", "py", "--by", "plain"];
    let (shown, exit) = typed(&pair.theirs, &line, &[("Type yes", "no")]);
    assert_eq!(exit, 2, "{shown}");
    assert!(
        shown.contains("plain text") && !shown.contains("root "),
        "{shown}"
    );

    pair.join(Way::Passphrase, &[]);
    let name = &pair.issued()[0];
    let line = ["credential", "revoke", name];
    let (shown, exit) = typed(&pair.theirs, &line, &[("Type yes", "no")]);
    assert_eq!(exit, 2, "{shown}");
    assert!(shown.contains("This stops working"), "{shown}");
    assert_ne!(
        named(&pair.theirs.ok(&["credential", "list"]), name)["state"],
        "revoked"
    );
    // That the answer is for a script does not mean that nobody sits here.
    let for_a_script = [&line[..], &["--json"]].concat();
    let (shown, exit) = typed(&pair.theirs, &for_a_script, &[("Type yes", "no")]);
    assert_eq!(exit, 2, "{shown}");
    assert_ne!(
        named(&pair.theirs.ok(&["credential", "list"]), name)["state"],
        "revoked"
    );
    let (shown, exit) = typed(&pair.theirs, &line, &[("Type yes", "yes")]);
    assert_eq!(exit, 0, "{shown}");
    assert_eq!(
        named(&pair.theirs.ok(&["credential", "list"]), name)["state"],
        "revoked"
    );
}

#[test]
fn what_was_revoked_is_told_as_it_is_then() {
    let pair = Pair::new();
    pair.join(Way::Passphrase, &[]);
    let name = &pair.issued()[0];
    let mut told = pair.theirs.ok(&["credential", "revoke", name]);
    let breaks = told.as_object_mut().unwrap().remove("breaks");
    assert!(breaks.unwrap().is_array(), "{told}");
    assert_eq!(
        (&told["state"], told["ended_at"].is_null()),
        (&serde_json::json!("revoked"), false),
        "{told}"
    );
    assert_eq!(&told, named(&pair.theirs.ok(&["credential", "list"]), name));
}

#[test]
fn a_person_is_asked_also_where_messages_go_into_a_file() {
    let home = Home::empty();
    home.ok(&["instance", "init", "alpha", "--listen", "127.0.0.1:0"]);
    let plain = home.command(&["instance", "remove", "alpha"]);
    let kept = home.beside("kept");
    let mut redirected = Command::new("sh");
    redirected
        .args(["-c", &format!("exec \"$0\" \"$@\" 2>{kept}")])
        .arg(plain.get_program())
        .args(plain.get_args())
        .current_dir(plain.get_current_dir().unwrap());
    for (name, value) in plain.get_envs() {
        match value {
            Some(value) => redirected.env(name, value),
            None => redirected.env_remove(name),
        };
    }
    let (shown, exit) = typed_to(&redirected, &[("Type yes", "no")]);
    assert_eq!(exit, 2, "{shown}");
    assert!(std::fs::read_to_string(&kept).unwrap().contains("not confirmed"));
    home.ok(&["instance", "show", "alpha"]);
    let (shown, exit) = typed_to(&redirected, &[("Type yes", "yes")]);
    assert_eq!(exit, 0, "{shown}");
    assert_eq!(home.ok(&["instance", "list"]), serde_json::json!([]));
}
