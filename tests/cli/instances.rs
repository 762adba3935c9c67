//! `butterfly instance edit`, `start`, `stop` and `map`.

use super::binary::{End, Home, Serving, add_original};
use super::{error, named};
use serde_json::{Value, json};

#[test]
fn what_a_home_knows_of_an_instance_is_edited() {
    let home = Home::empty();
    home.ok(&["instance", "init", "alpha", "--listen", "127.0.0.1:0"]);
    let edited = home.ok(&[
        "instance",
        "edit",
        "alpha",
        "--set-read-only",
        "on",
        "--colour",
        "3",
    ]);
    assert_eq!(
        (&edited["read_only"], &edited["colour"]),
        (&json!(true), &json!(3))
    );
    let refused = home.run_json(&["pointer", "create", "alpha", "https://example.org/a"]);
    assert_eq!(
        (refused.code, error(&refused)["code"].as_str()),
        (3, Some("read_only"))
    );
    let edited = home.ok(&[
        "instance",
        "edit",
        "alpha",
        "--set-read-only",
        "off",
        "--colour",
        "none",
    ]);
    assert_eq!(
        (&edited["read_only"], &edited["colour"]),
        (&json!(false), &Value::Null)
    );
    home.ok(&["pointer", "create", "alpha", "https://example.org/a"]);
    for (line, part) in [
        (&["instance", "edit", "alpha"][..], "nothing to change"),
        (&["instance", "edit", "alpha", "--colour", "9"], "1 to 8"),
        (&["instance", "edit", "alpha", "--app-id", "me"], "--app-id alone"),
    ] {
        let wrong = home.run_json(line);
        assert_eq!(wrong.code, 2, "{line:?}: {}", wrong.stdout);
        assert!(wrong.stderr.contains(part), "{line:?}: {}", wrong.stderr);
    }
    assert_eq!(
        home.run(&["--read-only", "instance", "edit", "alpha", "--colour", "2"])
            .code,
        3
    );
    assert_eq!(home.run(&["instance", "edit", "nobody", "--colour", "2"]).code, 1);
}

#[test]
fn how_much_of_an_audit_trail_is_kept_is_said_when_it_is_made_and_later() {
    let home = Home::empty();
    let kept = |row: &Value| (row["audit_days"].as_u64(), row["audit_mib"].as_u64());
    home.ok(&["instance", "init", "alpha", "--listen", "127.0.0.1:0"]);
    assert_eq!(
        kept(&home.ok(&["instance", "show", "alpha"])),
        (Some(400), Some(1024))
    );
    let edited = home.ok(&["instance", "edit", "alpha", "--audit-days", "30"]);
    assert_eq!(kept(&edited), (Some(30), Some(1024)));
    let shown = home.run(&["instance", "show", "alpha"]).stdout;
    assert!(shown.contains("30 days, at most 1024 MiB"), "{shown}");
    home.ok(&[
        "instance",
        "init",
        "beta",
        "--listen",
        "127.0.0.1:0",
        "--audit-days",
        "0",
        "--audit-mib",
        "8",
    ]);
    assert_eq!(kept(&home.ok(&["instance", "show", "beta"])), (Some(0), Some(8)));
    // It still opens, and its trail with it.
    home.ok(&["pointer", "create", "alpha", "https://example.org/a"]);
    assert_eq!(home.ok(&["audit", "verify", "alpha"])["valid"], true);

    // One from before there was such a setting keeps all of it.
    let file = home.root().join("instances/beta/instance.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    let older: Vec<&str> = text.lines().filter(|line| !line.starts_with("audit_")).collect();
    std::fs::write(&file, older.join("\n")).unwrap();
    assert_eq!(kept(&home.ok(&["instance", "show", "beta"])), (Some(0), Some(0)));

    let much = home.run_json(&["instance", "edit", "alpha", "--audit-days", "36501"]);
    assert_eq!(much.code, 2, "{}", much.stdout);
    let secret = home.write_private("secret", "a-secret-for-this-test-and-nothing-else");
    let key = home.write_private("key", "YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXoxMjM0NTY=");
    home.ok(&add_original(
        "theirs",
        "http://127.0.0.1:9/invoke",
        "me",
        [&secret, &key],
    ));
    let refused = home.run_json(&["instance", "edit", "theirs", "--audit-days", "1"]);
    assert_eq!(error(&refused)["code"], "invalid_parameter", "{}", refused.stdout);
    assert_eq!(kept(&home.ok(&["instance", "show", "theirs"])), (None, None));
}

#[test]
fn a_call_ends_when_the_patience_with_its_instance_does() {
    // Takes connections and never says a word.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}/invoke", silent.local_addr().unwrap());
    let home = Home::empty();
    let secret = home.write_private("secret", "a-secret-for-this-test-and-nothing-else");
    let key = home.write_private("key", "YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXoxMjM0NTY=");
    home.ok(&add_original("mute", &endpoint, "me", [&secret, &key]));
    let edited = home.ok(&["instance", "edit", "mute", "--patience", "1s"]);
    assert_eq!(edited["patience_s"], 1);
    let ended = home.run_json(&["invoke", "mute", r#"{"action": "get_graph_stats"}"#]);
    assert_eq!(
        (ended.code, error(&ended)["code"].as_str()),
        (4, Some("deadline_exceeded"))
    );
    let usual = home.ok(&["instance", "edit", "mute", "--patience", "usual"]);
    assert_eq!(usual["patience_s"], Value::Null);
    for wrong in ["0s", "31s", "soon", "5m"] {
        assert_eq!(
            home.run(&["instance", "edit", "mute", "--patience", wrong]).code,
            2,
            "{wrong}"
        );
    }
}

#[test]
fn a_remote_that_moved_is_called_where_it_is_now() {
    let home = Home::empty();
    let secret = home.write_private("secret", "a-secret-for-this-test-and-nothing-else");
    let key = home.write_private("key", "YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXoxMjM0NTY=");
    let values = ["--jwt-secret-file", &secret, "--encryption-key-file", &key];
    home.ok(&[
        &["instance", "add", "far", super::NOWHERE, "--profile", "legacy"][..],
        &["--app-id", "me"],
        &values,
    ]
    .concat());
    for verb in ["start", "stop", "log"] {
        let refused = home.run_json(&["instance", verb, "far"]);
        let told = error(&refused);
        assert!(
            told["message"].as_str().unwrap().contains("remote"),
            "{verb}: {told}"
        );
    }
    let moved = home.ok(&[
        "instance",
        "edit",
        "far",
        "--endpoint",
        "http://127.0.0.1:2/invoke",
    ]);
    assert_eq!(moved["endpoint"], "http://127.0.0.1:2/invoke");
    let failed = home.run_json(&["invoke", "far", r#"{"action": "get_graph_stats"}"#]);
    assert_eq!(failed.code, 4);
    assert!(
        error(&failed)["message"]
            .as_str()
            .unwrap()
            .contains("127.0.0.1:2"),
        "{}",
        failed.stdout
    );
    let renamed = home.ok(&[&["instance", "edit", "far", "--app-id", "you"][..], &values].concat());
    assert_eq!(renamed["app_id"], "you");
}

#[test]
fn an_instance_is_hosted_in_the_background_until_it_is_stopped() {
    let home = Home::empty();
    home.ok(&["instance", "init", "alpha", "--listen", "127.0.0.1:0"]);
    assert_eq!(home.run(&["--read-only", "instance", "start", "alpha"]).code, 3);
    let started = home.ok(&["instance", "start", "alpha"]);
    assert_eq!(started["started"], true);
    let again = home.ok(&["instance", "start", "alpha"]);
    assert_eq!(
        (&again["started"], &again["pid"]),
        (&json!(false), &started["pid"])
    );
    assert_eq!(home.ok(&["instance", "probe", "alpha"])["state"], "up");
    home.ok(&["invoke", "alpha", r#"{"action": "get_graph_stats"}"#]);
    home.ok(&["instance", "stop", "alpha"]);
    assert_eq!(
        named(&home.ok(&["instance", "list"]), "alpha")["state"],
        "stopped"
    );
    assert_eq!(home.ok(&["instance", "stop", "alpha"])["stopped"], false);
    let absent = error(&home.run_json(&["instance", "start", "nobody"]));
    assert_eq!(absent["code"], "instance_not_found");
    assert!(
        absent["message"].as_str().unwrap().contains("there are: alpha"),
        "{absent}"
    );
    // It was never there: there is nothing to restore or to forget.
    assert!(
        !absent["remedy"].as_str().unwrap().contains("restore"),
        "{absent}"
    );
}

#[test]
fn a_process_that_hosts_more_than_this_is_not_stopped() {
    let home = Home::empty();
    let serving = Serving::start(home.command(&["demo", "--no-tui", "--json"]));
    let refused = home.run_json(&["instance", "stop", "alpha"]);
    assert_eq!(
        (refused.code, error(&refused)["code"].as_str()),
        (1, Some("already_hosted"))
    );
    let message = error(&refused)["message"].as_str().unwrap().to_owned();
    assert!(message.contains(&serving.id().to_string()), "{message}");
    assert_eq!(home.ok(&["instance", "probe", "alpha"])["state"], "up");
}

#[test]
fn the_map_says_who_can_call_whom() {
    let home = Home::empty();
    let nobody = home.run(&["instance", "map"]);
    assert!(
        nobody.stdout.contains("Nobody can call anybody"),
        "{}",
        nobody.stdout
    );
    let _serving = Serving::start(home.command(&["demo", "--no-tui", "--json"]));
    let map = home.ok(&["instance", "map"]);
    let parties = map["parties"].as_array().unwrap();
    let party = |name: &str| {
        parties
            .iter()
            .find(|party| party["name"] == name)
            .unwrap_or_else(|| panic!("no {name} in {map}"))
    };
    let leads = |from: &str, to: &str| {
        map["doors"].as_array().unwrap().iter().any(|door| {
            door["from"] == party(from)["id"] && door["to"] == party(to)["id"] && door["state"] == "active"
        })
    };
    assert!(leads("alpha", "beta"), "{map}");
    assert!(!leads("beta", "alpha"), "{map}");
    let words = home.run(&["instance", "map"]);
    assert!(
        words.stdout.contains("alpha") && words.stdout.contains("->"),
        "{}",
        words.stdout
    );
    let dot = home.run(&["instance", "map", "--dot"]);
    assert!(dot.stdout.starts_with("digraph"), "{}", dot.stdout);

    // An instance may be called as this home's console is.
    home.ok(&["instance", "init", "console", "--listen", "127.0.0.1:0"]);
    let map = home.ok(&["instance", "map"]);
    let parties = map["parties"].as_array().unwrap();
    let of = |kind: &str, name: &str| {
        let found = parties
            .iter()
            .find(|party| party["kind"] == kind && party["name"] == name);
        found.unwrap_or_else(|| panic!("no {kind} in {map}"))["id"].clone()
    };
    let calls = |id: &Value| {
        map["doors"]
            .as_array()
            .unwrap()
            .iter()
            .any(|door| door["from"] == *id)
    };
    assert!(calls(&of("console", "this console")), "{map}");
    assert!(!calls(&of("local", "console")), "{map}");
}

/// The names of what was listed.
fn names(listed: &Value) -> Vec<&str> {
    let rows = listed.as_array().expect("a list");
    rows.iter().filter_map(|row| row["name"].as_str()).collect()
}

#[test]
fn lists_of_instances_and_credentials_are_filtered() {
    let home = Home::empty();
    home.ok(&["instance", "init", "alpha", "--listen", "127.0.0.1:0"]);
    let secret = home.write_private("secret", "a-secret-for-this-test-and-nothing-else");
    let key = home.write_private("key", "YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXoxMjM0NTY=");
    let nowhere = "http://127.0.0.1:9/invoke";
    home.ok(&add_original("museum", nowhere, "me", [&secret, &key]));
    for (filter, left) in [
        ("kind:remote", &["museum"][..]),
        ("!kind:remote", &["alpha"]),
        ("~msm profile:legacy", &["museum"]),
        ("state:up", &[]),
    ] {
        let listed = home.ok(&["instance", "list", "--filter", filter]);
        assert_eq!(names(&listed), left, "{filter}");
    }
    for (sort, order) in [
        ("name:desc", ["museum", "alpha"]),
        ("pointers", ["alpha", "museum"]),
    ] {
        let listed = home.ok(&["instance", "list", "--sort", sort]);
        assert_eq!(names(&listed), order, "{sort}");
    }
    let all = home.ok(&["credential", "list"]);
    let mut sorted = names(&all);
    sorted.sort_unstable();
    assert_eq!(names(&home.ok(&["credential", "list", "--sort", "name"])), sorted);
    sorted.reverse();
    assert_eq!(
        names(&home.ok(&["credential", "list", "--sort", "name:desc"])),
        sorted
    );
    let held = home.ok(&["credential", "list", "--filter", "side:held instance:museum"]);
    assert!(names(&held).len() == 1 && names(&all).len() > 1, "{held} {all}");
    assert_eq!(held[0]["instance"], "museum");
    for list in ["instance", "credential"] {
        let wrong = home.run(&[list, "list", "--filter", "state:odd"]);
        assert_eq!(wrong.code, 2);
        assert!(wrong.stderr.contains("expected"), "{}", wrong.stderr);
        let wrong = home.run(&[list, "list", "--sort", "colour"]);
        assert_eq!(wrong.code, 2);
        assert!(wrong.stderr.contains("not one of"), "{}", wrong.stderr);
    }
}

#[test]
fn an_instance_says_where_its_key_is_and_never_what_it_is() {
    const KEY: &str = "c2l4dGVlbiBieXRlcyBhbmQgdGhlbiBzaXh0ZWVuITE";
    let home = Home::empty();
    let init = |name: &str, more: &[&str]| {
        let line = [&["instance", "init", name, "--listen", "127.0.0.1:0"], more].concat();
        let ended = home.command(&line).env("GAMMA_KEY", KEY).end();
        assert_eq!(ended.code, 0, "{}", ended.stderr);
    };
    let file = home.path("beta.key").display().to_string();
    init("alpha", &[]);
    init("beta", &["--key-file", &file]);
    init("gamma", &["--from-variable", "GAMMA_KEY"]);
    for (name, told, shown) in [
        ("alpha", json!("own"), "instance.key in its folder".to_owned()),
        ("beta", json!({"file": file}), format!("in the file {file}")),
        (
            "gamma",
            json!({"variable": "GAMMA_KEY"}),
            "in the variable GAMMA_KEY".to_owned(),
        ),
    ] {
        let show = ["instance", "show", name];
        assert_eq!(home.ok(&show)["key"], told);
        let text = home.run(&show).stdout;
        assert!(text.contains(&shown) && !text.contains(KEY), "{text}");
    }
}
