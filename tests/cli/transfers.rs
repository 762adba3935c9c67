//! Pointers and lines of the log in and out of files: who may be stopped, what is left then, and whose what came is.

use super::binary::{End, Home};
use serde_json::{Value, json};
use std::process::{Child, Command, Stdio};

fn signal(name: &str, process: u32) {
    let sent = Command::new("kill").args([name, &process.to_string()]).status();
    assert!(sent.unwrap().success());
}

/// Waits until something is so, asking the program again and again.
fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    for _ in 0..2_000 {
        if is_so() {
            return;
        }
        std::thread::yield_now();
    }
    panic!("it never came to this: {what}");
}

/// Until a process has ended; it is asked after between calls of the program, which take their time.
fn ended(home: &Home, child: &mut Child) -> i32 {
    let mut code = None;
    until("the process ends", || {
        code = child.try_wait().unwrap();
        code.is_some() || home.run(&["instance", "list"]).code != 0
    });
    code.unwrap()
        .code()
        .expect("an end of its own, not by the signal")
}

fn has_begun_an_import(home: &Home) -> bool {
    let trail = home.ok(&["invoke", "alpha", r#"{"action": "get_audit", "limit": 20}"#]);
    trail.to_string().contains("\"begin_import\"")
}

#[test]
fn an_import_from_a_pipe_that_nobody_writes_into_is_interrupted_and_leaves_nothing() {
    let home = Home::empty();
    let _serving = home.serve_new("alpha");
    let mut command = home.command(&["pointer", "import", "alpha", "-"]);
    let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
    until("the import has begun", || has_begun_an_import(&home));
    signal("-INT", child.id());
    assert_eq!(ended(&home, &mut child), 1);
    // Nobody wrote into its stdin, nor closed it, and both slots are free again.
    assert!(child.stdin.is_some());
    for _ in 0..2 {
        home.ok(&["invoke", "alpha", r#"{"action": "begin_import"}"#]);
    }
}

#[test]
fn an_export_that_is_interrupted_leaves_no_file() {
    let home = Home::empty();
    let serving = home.serve_new("alpha");
    let folder = home.root().with_file_name("exported");
    std::fs::create_dir(&folder).unwrap();
    let file = folder.join("all.jsonl");
    let files = || std::fs::read_dir(&folder).unwrap().count();
    // As long as its instance stands still, an export goes on.
    signal("-STOP", serving.id());
    let line = ["--json", "pointer", "export", "alpha", file.to_str().unwrap()];
    let mut child = home.command(&line).spawn().unwrap();
    while files() == 0 {
        assert!(child.try_wait().unwrap().is_none(), "it ended by itself");
        std::thread::yield_now();
    }
    signal("-INT", child.id());
    let code = child.wait().unwrap().code();
    signal("-CONT", serving.id());
    assert_eq!((code, files()), (Some(1), 0));
}

#[test]
fn circuits_of_others_do_not_become_the_owner_s_by_a_file() {
    let home = Home::empty();
    home.ok(&["instance", "init", "alpha", "--listen", "127.0.0.1:0"]);
    let steps = json!([{"action": "delete_pointer", "pointer_address": "ptr_00112233aabb"}]);
    let row = json!({"data_reference": format!("internal_circuit::{steps}"), "description": "harmless"});
    let file = home.write(
        "e.jsonl",
        &format!("{{\"data_reference\": \"https://a.example\"}}\n{row}\n"),
    );
    let seen = home.ok(&["pointer", "import", "alpha", &file, "--dry-run"]);
    assert_eq!((&seen["new"], &seen["not_taken_over"]), (&json!(2), &json!(1)));
    let told = home
        .run(&["pointer", "import", "alpha", &file, "--dry-run"])
        .stdout;
    assert!(
        told.contains("--take-over") && told.contains("(line 2)"),
        "{told}"
    );
    let imported = home.run(&["pointer", "import", "alpha", &file]);
    assert_eq!(imported.code, 0);
    assert!(
        imported.stderr.contains("runs for nobody") && imported.stderr.contains("pointer update alpha"),
        "{}",
        imported.stderr
    );
    let other = home.write("f.jsonl", &row.to_string().replace("ptr_00", "ptr_11"));
    let taken = home
        .command(&["pointer", "import", "alpha", &other, "--take-over", "--json"])
        .end();
    assert_eq!(taken.json()["not_taken_over"], 0, "{}", taken.stderr);
}

#[test]
fn a_secret_parameter_is_in_no_line_of_the_log() {
    let home = Home::empty();
    home.ok(&["instance", "init", "alpha", "--listen", "127.0.0.1:0"]);
    let query = json!({
        "action": "create_credential_pointer", "header": "Authorization", "token": "S3CRETTOK",
        "origins": ["https://a.example"],
    });
    home.ok(&["invoke", "alpha", &query.to_string()]);
    for line in [
        &["log", "show", "1"][..],
        &["log", "copy", "1", "--as", "query"],
        &["log", "copy", "1", "--as", "command"],
        &["log", "copy", "1", "--as", "python"],
        &["log", "export", "-"],
    ] {
        let printed = home.run(line);
        assert!(
            !printed.stdout.contains("S3CRETTOK"),
            "{line:?}: {}",
            printed.stdout
        );
    }
    let again: Value = home.run_json(&["log", "replay", "1"]).json();
    let message = again["error"]["message"].as_str().unwrap();
    assert!(message.contains("held secrets"), "{message}");
}

#[test]
fn an_export_that_finds_no_room_names_its_file_and_what_helps() {
    let home = Home::empty();
    let _serving = home.serve_new("alpha");
    let description = "room ".repeat(100);
    let rows: String = (0..4_000)
        .map(|row| {
            format!(
                "{{\"data_reference\": \"https://a.example/{row}\", \"description\": \"{description}\"}}\n"
            )
        })
        .collect();
    let file = home.write("rows.jsonl", &rows);
    home.ok(&["pointer", "import", "alpha", &file]);
    let target = home.beside("out.jsonl");
    let line = home.command(&["--json", "pointer", "export", "alpha", &target]);
    let mut command = Command::new("sh");
    // No file may become larger than 1 MiB, in whichever unit this shell counts.
    command
        .args(["-c", "trap '' XFSZ; ulimit -f 1024; exec \"$0\" \"$@\""])
        .arg(line.get_program())
        .args(line.get_args())
        .current_dir(line.get_current_dir().unwrap());
    let told = super::error(&command.end());
    let (message, remedy) = (
        told["message"].as_str().unwrap(),
        told["remedy"].as_str().unwrap(),
    );
    assert!(message.contains("out.jsonl"), "{told}");
    assert!(!remedy.contains("home"), "{told}");
    assert!(!std::path::Path::new(&target).exists());
}
