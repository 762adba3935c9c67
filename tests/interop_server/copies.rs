//! Lines of the invoke log copied as programs for elsewhere: run as they are, against real instances.

use crate::stand_in::StandIn;
use crate::support::program::{Program, read_json, told};
use crate::support::python::python;
use serde_json::{Value, json};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::process::{Command, Output};

const STATS: &str = r#"{"action": "get_graph_stats"}"#;

/// Runs a text of a shell, in which this program is called `butterfly`.
fn shell(program: &Program, text: &str) -> Output {
    shell_with(program, text, "")
}

/// The same, with a line of the shell before it.
fn shell_with(program: &Program, text: &str, before: &str) -> Output {
    let marker = program.file("here", b"");
    let folder = marker.parent().unwrap();
    let _ = symlink(env!("CARGO_BIN_EXE_butterfly"), folder.join("butterfly"));
    let path = format!("{}:{}", folder.display(), std::env::var("PATH").unwrap());
    Command::new("sh")
        .args(["-c", &format!("{before}\n{text}")])
        .env("PATH", path)
        .env("NO_PROXY", "*")
        .output()
        .unwrap()
}

fn copied(program: &Program, id: &str, form: &str) -> String {
    let copied = program.json(&["log", "copy", id, "--as", form]);
    copied["text"].as_str().unwrap().to_owned()
}

fn has_curl() -> bool {
    let is_there = Command::new("curl").arg("--version").output().is_ok();
    if !is_there {
        eprintln!("passed over, for want of curl");
    }
    is_there
}

#[test]
fn a_native_line_runs_as_python_and_through_curl() {
    let program = Program::new();
    program.json(&["instance", "init", "alpha", "--listen", "127.0.0.1:0"]);
    let _hosted = program.serve("alpha");
    let made = program.json(&["pointer", "create", "alpha", "https://weather.example/oslo"]);
    let query = json!({"action": "get_pointer_summary", "pointer_address": made["pointer"]["address"], "note": "it's \"q\""});
    let reply = program.json(&["invoke", "alpha", &query.to_string()]);
    let line = program.json(&["log", "list", "--limit", "1"])[0]["id"].to_string();
    let secret = program.json(&["credential", "export", "alpha/owner", "--plain"]);
    let root = secret["root"].as_str().unwrap();
    for form in ["command", "python", "curl", "query", "reply"] {
        assert!(
            !copied(&program, &line, form).contains(root),
            "{form} tells the root"
        );
    }
    if let Some(python) = python() {
        let file = program.file("copied.py", copied(&program, &line, "python").as_bytes());
        let output = python
            .script(file.to_str().unwrap())
            .env("BUTTERFLY_ROOT", root)
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", told(&output));
        assert_eq!(read_json(&output)["result"], reply["result"]);
    }
    if has_curl() {
        let output = shell(&program, &copied(&program, &line, "curl"));
        assert!(output.status.success(), "{}", told(&output));
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(
            text.contains("weather.example/oslo") || text.contains("success"),
            "{}",
            told(&output)
        );
    }
    if has_curl() {
        // What curl posts is answered; what it hands on answers another request, as a replaying proxy's would.
        let pipeline = copied(&program, &line, "curl");
        let called = pipeline.strip_prefix("sealed=$(").unwrap();
        let called = called.split(" seal ").next().unwrap();
        let seal = format!(r#"{called} seal alpha '{{"action":"whoami"}}' --curl"#);
        let other = format!("curl() {{ cat >/dev/null; {seal} | command curl -s --config -; }}");
        let output = shell_with(&program, &pipeline, &other);
        assert_eq!(output.status.code(), Some(3), "{}", told(&output));
        assert!(
            told(&output).contains("answers another request"),
            "{}",
            told(&output)
        );
        let nothing = "curl() { cat >/dev/null; return 7; }";
        let output = shell_with(&program, &pipeline, nothing);
        assert_eq!(output.status.code(), Some(4), "{}", told(&output));
        assert!(told(&output).contains("nothing came"), "{}", told(&output));
        // A token that is none is refused over HTTP.
        let spoiled = "curl() { sed 's/Bearer e/Bearer f/' | command curl \"$@\"; }";
        let output = shell_with(&program, &pipeline, spoiled);
        assert_eq!(output.status.code(), Some(3), "{}", told(&output));
        assert!(
            told(&output).contains("refused the credential"),
            "{}",
            told(&output)
        );
    }
    let output = shell(&program, &copied(&program, &line, "command"));
    assert_eq!(read_json(&output)["result"], reply["result"]);
}

#[test]
fn a_native_line_with_a_long_reply_runs_as_python() {
    let Some(python) = python() else { return };
    let program = Program::new();
    program.json(&["instance", "init", "alpha", "--listen", "127.0.0.1:0"]);
    let _hosted = program.serve("alpha");
    let description = "long ".repeat(800);
    let rows: String = (0..100)
        .map(|row| {
            format!(
                "{}\n",
                json!({"data_reference": format!("https://a.example/{row}"), "description": description})
            )
        })
        .collect();
    let file = program.file("rows.jsonl", rows.as_bytes());
    program.json(&["pointer", "import", "alpha", file.to_str().unwrap()]);
    let reply = program.json(&["invoke", "alpha", r#"{"action": "list_pointers"}"#]);
    assert!(reply.to_string().len() > 256 * 1024);
    let text = copied(&program, "1", "python");
    let secret = program.json(&["credential", "export", "alpha/owner", "--plain"]);
    let file = program.file("copied.py", text.as_bytes());
    let mut command = python.script(file.to_str().unwrap());
    let output = command
        .env("BUTTERFLY_ROOT", secret["root"].as_str().unwrap())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", told(&output));
    assert_eq!(read_json(&output)["result"], reply["result"]);
}

#[test]
fn a_line_to_an_instance_with_a_certificate_of_its_own_runs_as_python_and_checks_its_key() {
    let Some(python) = python() else { return };
    let program = Program::new();
    program.json(&["instance", "init", "alpha", "--listen", "127.0.0.1:0", "--tls"]);
    let _hosted = program.serve("alpha");
    let reply = program.json(&["invoke", "alpha", STATS]);
    let text = copied(&program, "1", "python");
    let export = format!(" --home {}", program.home().display());
    assert!(
        text.contains(&export) && text.contains(" credential export alpha/owner --plain --json"),
        "{text}"
    );
    let secret = program.json(&["credential", "export", "alpha/owner", "--plain"]);
    let run = |name: &str, text: &str| {
        let file = program.file(name, text.as_bytes());
        let mut command = python.script(file.to_str().unwrap());
        command.env("BUTTERFLY_ROOT", secret["root"].as_str().unwrap());
        command.output().unwrap()
    };
    let output = run("copied.py", &text);
    assert!(output.status.success(), "{}", told(&output));
    assert_eq!(read_json(&output)["result"], reply["result"]);

    let (before, pins) = text.split_once("PINS = ").unwrap();
    let (_, behind) = pins.split_once(']').unwrap();
    let other = run(
        "other.py",
        &format!("{before}PINS = [\"{}\"]{behind}", "A".repeat(43)),
    );
    assert!(!other.status.success());
    assert!(told(&other).contains("nothing was sent"), "{}", told(&other));
}

#[test]
fn a_legacy_line_runs_as_python_and_through_curl() {
    let Some(stand_in) = StandIn::start() else { return };
    let program = Program::new();
    let secrets = stand_in.secrets();
    let token_secret = secrets.token_secret.expose_text();
    let encryption_key = secrets.encryption_key.expose_text();
    let private = |name: &str, text: &str| {
        let path = program.file(name, text.as_bytes());
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let (jwt, fernet) = (private("jwt", token_secret), private("fernet", &encryption_key));
    let url = format!("{}/invoke", stand_in.base());
    program.json(&[
        "instance",
        "add",
        "museum",
        &url,
        "--profile",
        "legacy",
        "--app-id",
        "my-test-app",
        "--jwt-secret-file",
        &jwt,
        "--encryption-key-file",
        &fernet,
    ]);
    let reply = program.json(&["invoke", "museum", STATS]);
    let text = copied(&program, "1", "python");
    assert!(!text.contains(token_secret) && !text.contains(&*encryption_key));
    if let Some(python) = python() {
        let file = program.file("copied.py", text.as_bytes());
        let mut command = python.script(file.to_str().unwrap());
        secrets.give_to(&mut command);
        let output = command.output().unwrap();
        assert!(output.status.success(), "{}", told(&output));
        assert_eq!(read_json(&output)["result"], reply["result"]);
    }
    if has_curl() {
        let output = shell(&program, &copied(&program, "1", "curl"));
        assert!(output.status.success(), "{}", told(&output));
    }
}

#[test]
fn an_archive_is_what_its_format_says() {
    let Some(python) = python() else { return };
    let program = Program::new();
    program.json(&["instance", "init", "alpha", "--listen", "127.0.0.1:0"]);
    // In this process first, then over the wire.
    program.json(&["invoke", "alpha", STATS]);
    let hosted = program.serve("alpha");
    program.json(&["invoke", "alpha", STATS]);
    drop(hosted);
    let file = program.file("log.har", b"");
    let path = file.to_str().unwrap();
    let output = program.run(&["log", "export", path, "--force"]);
    assert!(output.status.success(), "{}", told(&output));
    let checked = python.script("har_check.py").arg(path).output().unwrap();
    assert!(checked.status.success(), "{}", told(&checked));
    let counts = read_json(&checked);
    assert_eq!(counts, json!({"entries": 2, "answered": 1}));
    let text = std::fs::read_to_string(&file).unwrap();
    let har: Value = serde_json::from_str(&text).unwrap();
    let sent = &har["log"]["entries"][1];
    assert_eq!(sent["request"]["headers"][1]["value"], "Bearer (redacted)");
    assert_eq!(sent["request"]["postData"]["mimeType"], "application/jose");
    assert_eq!(sent["_butterfly"]["reply"]["status"], "success");
    let root = program.json(&["credential", "export", "alpha/owner", "--plain"])["root"].clone();
    assert!(!text.contains(root.as_str().unwrap()));
}
