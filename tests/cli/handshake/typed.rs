//! What a person sees and types on a terminal.

use super::{Pair, Way, named};
use crate::binary::Home;
use crate::terminal::{typed, typed_to};
use std::process::Command;

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
