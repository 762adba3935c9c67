//! `butterfly credential change`: what a credential allows, under the keys that its holder has.

use super::binary::{Home, Serving};
use super::error;
use serde_json::{Value, json};

const CALLER: &str = "alpha-federation-console";
const CREDENTIAL: &str = "alpha-federation-console@beta";
const STATISTICS: &str = r#"{"action":"get_graph_stats"}"#;

fn change(home: &Home, arguments: &[&str]) -> Value {
    let all = [&["credential", "change", CREDENTIAL], arguments].concat();
    home.ok(&all)
}

fn code_of_call(home: &Home) -> Option<String> {
    let called = home.run_json(&["invoke", "beta", STATISTICS, "--as", CALLER]);
    called.json()["code"].as_str().map(ToOwned::to_owned)
}

fn whats(changed: &Value) -> Vec<&str> {
    let changes = changed["changes"].as_array().unwrap();
    changes
        .iter()
        .map(|change| change["what"].as_str().unwrap())
        .collect()
}

#[test]
fn a_running_host_takes_it_at_once_and_says_what_it_was() {
    let home = Home::empty();
    let _serving = Serving::start(home.command(&["demo", "--no-tui", "--json"]));
    let before = home.ok(&["credential", "show", CREDENTIAL]);
    let narrowed = change(
        &home,
        &["--action", "whoami,get_pointer", "--rate", "600", "--tag", "air"],
    );
    assert_eq!(narrowed["credential"]["kid"], before["kid"]);
    for what in ["actions", "pointers.tags", "rate_per_minute"] {
        assert!(whats(&narrowed).contains(&what), "{narrowed}");
    }
    assert_eq!(code_of_call(&home).as_deref(), Some("not_granted"));

    let widened = change(
        &home,
        &[
            "--action",
            "get_graph_stats",
            "--every-pointer",
            "--no-rate",
            "--hops",
            "1",
        ],
    );
    let grant = &widened["credential"]["grant"];
    assert_eq!(
        (
            &grant["pointers"]["all"],
            &grant["rate_per_minute"],
            &grant["hops"]
        ),
        (&json!(true), &json!(null), &json!(1))
    );
    assert_eq!(code_of_call(&home), None);

    // Whoever saw it as it was before changes nothing.
    let seen = before.to_string();
    let late = [
        "credential",
        "change",
        CREDENTIAL,
        "--writes",
        "--if-still",
        &seen,
    ];
    let refused = home.run_json(&late);
    assert_eq!(error(&refused)["code"], "changed_meanwhile", "{}", refused.stderr);
    let seen = home.ok(&["credential", "show", CREDENTIAL]).to_string();
    let in_time = change(&home, &["--lease-days", "2", "--if-still", &seen]);
    assert_eq!(whats(&in_time), ["expires_at"]);
    assert_eq!(whats(&change(&home, &["--no-lease"])), ["expires_at"]);
    assert_eq!(change(&home, &["--no-lease"])["changes"], json!([]));

    let told = home.run(&["credential", "change", CREDENTIAL, "--hops", "2"]);
    assert!(
        told.stdout.contains("hops                  1 -> 2"),
        "{}",
        told.stdout
    );
    let trail = home.ok(&[
        "audit",
        "list",
        "beta",
        "--filter",
        "action:change_credential outcome:done",
    ]);
    let newest = &trail[0];
    assert_eq!(newest["reason"], "hops 1 -> 2", "{trail}");
}

#[test]
fn what_is_not_said_or_said_twice_is_a_mistake() {
    let home = Home::empty();
    for arguments in [
        &["credential", "change", "c"][..],
        &["credential", "change", "c", "--writes", "--no-writes"],
        &["credential", "change", "c", "--tag", "air", "--every-pointer"],
        &["credential", "change", "c", "--if-still", "{}"],
        &[
            "credential",
            "change",
            "c",
            "--hops",
            "1",
            "--if-still",
            r#"{"hops": 1}"#,
        ],
    ] {
        let ended = home.run(arguments);
        assert_eq!(ended.code, 2, "{arguments:?}: {}", ended.stderr);
    }
    home.ok(&["instance", "init", "alpha", "--listen", "127.0.0.1:0"]);
    let held = home.run_json(&["credential", "change", "alpha/owner", "--hops", "1"]);
    assert!(
        error(&held)["message"].as_str().unwrap().contains("held here"),
        "{}",
        held.stdout
    );
}
