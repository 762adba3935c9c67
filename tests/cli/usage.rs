//! Command lines that do not make sense, and what read-only mode refuses.

use super::binary::{End, Home, add_original};
use super::error;

#[test]
fn usage_errors_end_with_2_and_are_json_for_scripts() {
    let home = Home::empty();
    for line in [
        &["no-such-verb"][..],
        &["invoke", "alpha"],
        &["call", "alpha", "not-an-address"],
        &["invoke", "alpha", "not json"],
        &["invoke", "alpha", "{\"no\": \"action\"}"],
        &[
            "federate", "alpha", "--via", "beta", "--query", "{}", "--route", "pigeon",
        ],
        &["credential", "export", "beta"],
        &["credential", "rotate", "c", "--overlap", "24"],
        &["handshake", "accept"],
        &["handshake", "accept", "file", "--url", "http://127.0.0.1:1"],
        &[
            "handshake",
            "accept",
            "--url",
            "http://127.0.0.1:1",
            "--code",
            "4711-able-about-above",
        ],
        &["handshake", "offer", "alpha"],
        &["handshake", "offer", "alpha", "--app-id", "a", "--by", "request"],
        &[
            "handshake",
            "offer",
            "alpha",
            "--app-id",
            "a",
            "--by",
            "code",
            "--file",
            "f",
        ],
        &[
            "handshake",
            "offer",
            "alpha",
            "--app-id",
            "a",
            "--by",
            "plain",
            "--verify-first",
        ],
        &[
            "handshake",
            "offer",
            "alpha",
            "--app-id",
            "a",
            "--source",
            "somewhere",
        ],
        &["handshake", "request"],
        &["handshake", "request", "--app-id", "a", "--holder", "instance"],
        &["handshake", "verify", "h", "--match", "--differ"],
    ] {
        let ended = home.run(line);
        assert_eq!(ended.code, 2, "{line:?}: {}", ended.stderr);
        assert!(ended.stdout.is_empty(), "{line:?}");
        assert!(ended.stderr.contains("error: "), "{line:?}: {}", ended.stderr);

        let ended = home.run_json(line);
        assert_eq!(ended.code, 2, "{line:?}");
        assert_eq!(error(&ended)["code"], "usage", "{line:?}");
        assert!(!error(&ended)["message"].as_str().unwrap().is_empty(), "{line:?}");
    }
}

#[test]
fn an_unknown_instance_is_named_with_the_remedy() {
    let home = Home::empty();
    let check = |home: &Home| {
        let ended = home.run_json(&["invoke", "nowhere", "{\"action\": \"whoami\"}"]);
        assert_eq!(ended.code, 1);
        assert_eq!(error(&ended)["code"], "instance_not_found");
        assert!(error(&ended)["message"].as_str().unwrap().contains("nowhere"));
        assert!(ended.stderr.contains("remedy: "), "{}", ended.stderr);
    };
    check(&home);
    home.ok(&["instance", "init", "alpha", "--listen", "127.0.0.1:0"]);
    check(&home);
    assert_eq!(home.run(&["serve", "nowhere"]).code, 1);
}

#[test]
fn read_only_refuses_whatever_would_change_something() {
    let home = Home::empty();
    home.ok(&["instance", "init", "alpha", "--listen", "127.0.0.1:0"]);
    let pointer = "ptr_0123456789ab";
    for line in [
        &["instance", "init", "beta"][..],
        &["instance", "remove", "alpha"],
        &["pointer", "create", "alpha", "https://example.org/"],
        &["pointer", "update", "alpha", pointer, "--description", "x"],
        &["pointer", "delete", "alpha", pointer],
        &["pointer", "import", "alpha", "-"],
        &["invoke", "alpha", "{\"action\": \"create_pointer\"}"],
        &["invoke", "alpha", "{\"action\": \"unheard_of\"}"],
        &["seal", "alpha", "{\"action\": \"delete_pointer\"}"],
        &[
            "federate",
            "alpha",
            "--via",
            "b",
            "--query",
            "{\"action\": \"x\"}",
            "--route",
            "relay",
        ],
        &["domain", "create", "alpha", "d"],
        &["domain", "rename", "alpha", "dom_0123456789ab", "d"],
        &["domain", "remove", "alpha", "dom_0123456789ab"],
        &["domain", "federate", "alpha", "dom_0123456789ab"],
        &["domain", "accept", "alpha", "--request-key-file", "f"],
        &["domain", "unfederate", "alpha", "fed_0123456789ab"],
        &["domain", "access-key", "create", "alpha", "dom_0123456789ab"],
        &["domain", "access-key", "revoke", "alpha", "key-0123456789ab"],
        &["connection", "edit", "alpha", "conn_0123456789ab", "--name", "c"],
        &["connection", "remove", "alpha", "conn_0123456789ab"],
        &["connection", "create", "alpha", "dom_0123456789ab", "c"],
        &["connection", "assign", "alpha", pointer, "conn_0123456789ab"],
        &["connection", "status", "alpha", "conn_0123456789ab", "disabled"],
        &["handshake", "offer", "alpha", "--app-id", "a"],
        &["handshake", "accept", "bundle"],
        &["handshake", "accept", "--url", "http://127.0.0.1:1"],
        &["handshake", "request", "--app-id", "a"],
        &["handshake", "verify", "h", "--match"],
        &["handshake", "cancel", "h"],
        &["handshake", "new-code", "h"],
        &["credential", "revoke", "c"],
        &["credential", "rotate", "c"],
        &["credential", "end-overlap", "c"],
        &["credential", "reseal", "c"],
        &["credential", "change", "c", "--rate", "6"],
        &["credential", "suspend", "c"],
        &["credential", "resume", "c"],
        &["credential", "import", "r", "-"],
        &["log", "mark", "1"],
        &["log", "unmark", "--all"],
        &["log", "note", "1", "x"],
        &[
            "bench",
            "alpha",
            "{\"action\": \"get_graph_stats\"}",
            "--count",
            "1",
            "--save",
            "b",
        ],
        &["vault", "init"],
        &["vault", "passphrase"],
        &["serve", "alpha"],
        &["demo", "--no-tui"],
    ] {
        let ended = home.command(line).args(["--read-only", "--json"]).end();
        assert_eq!(ended.code, 3, "{line:?}: {}", ended.stderr);
        assert_eq!(error(&ended)["code"], "read_only", "{line:?}");
    }
    assert_eq!(home.run(&["instance", "list", "--read-only"]).code, 0);
}

#[test]
fn what_cannot_be_had_again_wants_a_yes_where_nobody_can_be_asked() {
    let home = Home::empty();
    home.ok(&["instance", "init", "alpha", "--listen", "127.0.0.1:0"]);
    for line in [
        &["audit", "clear", "alpha"][..],
        &["instance", "recover-owner", "alpha"],
        &["instance", "remove", "alpha"],
    ] {
        let ended = home.run_json(line);
        assert_eq!(ended.code, 2, "{line:?}: {}", ended.stderr);
        assert!(
            error(&ended)["remedy"].as_str().unwrap().contains("--yes"),
            "{line:?}"
        );
        home.ok(&["pointer", "list", "alpha"]);
        home.ok(&[line, &["--yes"]].concat());
    }
    assert_eq!(home.ok(&["instance", "list"]), serde_json::json!([]));
}

#[test]
fn completions_and_help_need_no_home() {
    let home = Home::empty();
    for shell in ["bash", "zsh", "fish"] {
        let ended = home.run(&["completions", shell]);
        assert_eq!(ended.code, 0);
        assert!(ended.stdout.contains("handshake"), "{shell}");
    }
    assert_eq!(home.run(&["--help"]).code, 0);
    assert_eq!(home.run(&["handshake", "offer", "--help"]).code, 0);
    assert_eq!(home.run(&["credential", "rotate", "--help"]).code, 0);
}

/// What bash offers for a line, driven through the script that the program prints.
fn offered(home: &Home, words: &[&str]) -> Vec<String> {
    offered_for(home, &words.join(" "))
}

/// The same for a line as it is typed, with its quotes.
fn offered_for(home: &Home, line: &str) -> Vec<String> {
    let script = home.beside("completions.bash");
    std::fs::write(&script, home.run(&["completions", "bash"]).stdout).unwrap();
    let program = home.command(&[]).get_program().to_str().unwrap().to_owned();
    // As bash calls it, whose words are parted by blanks here only: what the line says counts.
    let drive = "source \"$0\"; COMP_LINE=\"butterfly $2\"; COMP_POINT=${#COMP_LINE}; \
        IFS=' ' read -ra COMP_WORDS <<< \"$COMP_LINE\"; [[ $COMP_LINE == *' ' ]] && COMP_WORDS+=(''); \
        COMP_WORDS[0]=\"$1\"; \
        COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); \
        $(complete -p butterfly | sed 's/.*-F \\([^ ]*\\) .*/\\1/') \
        \"$1\" \"${COMP_WORDS[COMP_CWORD]}\" \"${COMP_WORDS[COMP_CWORD - 1]}\"; \
        printf '%s\\n' \"${COMPREPLY[@]}\"";
    let root = home.root().display().to_string();
    let mut bash = std::process::Command::new("bash");
    bash.args(["--norc", "-c", drive, &script, &program, line]);
    let ended = bash.env("BUTTERFLY_HOME", root).end();
    assert!(ended.stderr.is_empty(), "{}", ended.stderr);
    ended.stdout.lines().map(str::to_owned).collect()
}

#[test]
fn names_with_blanks_and_signs_are_offered_as_the_shell_reads_them() {
    let home = Home::empty();
    home.ok(&["instance", "init", "alpha", "--listen", "127.0.0.1:0"]);
    let stats = r#"{"action": "get_graph_stats"}"#;
    for name in ["tide table", "tide's $5", "tides"] {
        home.ok(&["template", "save", name, stats]);
    }
    home.ok(&["filter", "save", "log", "slow", "took:>1s"]);
    for (line, expected) in [
        ("template show ", &[r"tide\ table", r"tide\'s\ \$5", "tides"][..]),
        (r"template show tide\ ", &[r"tide\ table"]),
        ("template show \"tide t", &["tide table"]),
        ("template show \"tide'", &[r"tide's \$5"]),
        ("template show 'tide ", &["tide table"]),
        ("invoke alpha --template=tides", &["tides"]),
        // Bash replaces only what stands behind the last of its signs.
        ("credential show alpha/ow", &["alpha/owner"]),
        ("log list --filter sav", &["saved:slow"]),
        ("log list --filter saved:s", &["slow"]),
    ] {
        assert_eq!(offered_for(&home, line), expected, "{line}");
    }
    let fish = home.run(&["completions", "fish"]).stdout;
    for flag in ["template", "filter", "via", "theme"] {
        let lines: Vec<&str> = fish
            .lines()
            .filter(|line| line.contains(&format!(" -l {flag} ")))
            .collect();
        assert!(!lines.is_empty(), "{flag}");
        for line in lines {
            assert!(line.ends_with("-r -f -a '(__butterfly_names)'"), "{line}");
        }
    }
}

#[test]
fn a_shell_completes_the_names_of_instances_and_themes() {
    let home = Home::empty();
    for name in ["alpha", "beta"] {
        home.ok(&["instance", "init", name, "--listen", "127.0.0.1:0"]);
    }
    let [secret, key] =
        ["s", "k"].map(|name| home.write_private(name, "YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXoxMjM0NTY="));
    home.ok(&add_original("office", super::NOWHERE, "me", [&secret, &key]));
    assert_eq!(
        offered(&home, &["instance", "show", ""]),
        ["alpha", "beta", "office"]
    );
    assert_eq!(offered(&home, &["call", "al"]), ["alpha"]);
    assert_eq!(offered(&home, &["demo", "--theme", "li"]), ["light"]);
    assert!(offered(&home, &["instance", "st"]).contains(&"start".to_owned()));
    assert!(offered(&home, &["call", "alpha", "--tr"]).contains(&"--trace".to_owned()));
    let words = home.write_private("words", "correct horse\n");
    home.ok(&["vault", "passphrase", "--passphrase-file", &words]);
    assert_eq!(
        offered(&home, &["call", ""]),
        ["alpha", "beta"],
        "nobody is asked"
    );
}

#[test]
fn a_shell_completes_credentials_templates_lines_and_pointers() {
    let home = Home::empty();
    home.ok(&["instance", "init", "alpha", "--listen", "127.0.0.1:0"]);
    let made = home.ok(&["pointer", "create", "alpha", "https://example.org/"]);
    let address = made["pointer"]["address"].as_str().unwrap().to_owned();
    let stats = r#"{"action": "get_graph_stats"}"#;
    home.ok(&["template", "save", "stats", stats]);
    home.ok(&["invoke", "alpha", stats]);
    home.ok(&["filter", "save", "log", "slow", "took:>1s"]);
    let line = home.ok(&["log", "list"])[0]["id"].to_string();
    for (words, expected) in [
        (&["credential", "show", "al"][..], "alpha/owner"),
        (&["credential", "change", "al"], "alpha/owner"),
        (&["invoke", "alpha", "--template", ""], "stats"),
        (&["log", "show", ""], &line),
        (&["pointer", "show", "alpha", "ptr_"], &address),
        (&["call", "alpha", ""], &address),
        (&["filter", "delete", "log", ""], "slow"),
        (&["filter", "delete", "lo"], "log"),
        (&["log", "list", "--filter", "saved:sl"], "slow"),
    ] {
        assert!(offered(&home, words).contains(&expected.to_owned()), "{words:?}");
    }
    // Trouble offers nothing and says nothing.
    std::fs::write(home.path("console.db"), "no database at all").unwrap();
    for words in [
        &["credential", "show", "al"][..],
        &["call", "alpha", "ptr_"],
        &["log", "show", ""],
    ] {
        let ended = home.run(&[&["complete", "--"], words].concat());
        assert_eq!((ended.code, ended.stdout.as_str()), (0, ""), "{words:?}");
        assert_eq!(ended.stderr, "", "{words:?}");
    }
}

#[test]
fn without_a_terminal_the_console_says_so() {
    let home = Home::empty();
    let ended = home.run(&[]);
    assert_eq!(ended.code, 2);
    assert!(ended.stderr.contains("terminal"), "{}", ended.stderr);
}

#[test]
fn what_is_text_by_itself_is_one_json_value_for_scripts() {
    let home = Home::empty();
    for line in [
        &["config-template"][..],
        &["config-template", "--keymap"],
        &["config-template", "--instance"],
        &["man"],
        &["docs"],
        &["docs", "--actions"],
        &["completions", "bash"],
    ] {
        let text = home.ok(line)["text"].as_str().unwrap().to_owned();
        assert_eq!(home.run(line).stdout.trim_end(), text.trim_end(), "{line:?}");
    }
    let folder = home.beside("pages");
    let files = home.ok(&["man", "--dir", &folder])["files"].clone();
    assert!(files.as_array().unwrap().len() > 20, "{files}");
}
