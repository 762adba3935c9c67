//! An instance that accepts and never answers: its process is stopped while the console looks at it.

use super::support::console::Console;
use super::{butterfly, home_with_an_instance};
use std::path::Path;
use std::process::Command;

fn signal(process: &str, name: &str) {
    let status = Command::new("kill").args(["-s", name, process]).status().unwrap();
    assert!(status.success());
}

fn hosting_process(home: &Path) -> String {
    let mark = home.join("run").join("gamma.pid");
    std::fs::read_to_string(mark).unwrap().trim().to_owned()
}

#[test]
fn threat_57_keys_are_answered_while_an_instance_is_frozen() {
    let folder = home_with_an_instance();
    let home = folder.path().join("home");
    butterfly(&home, &["instance", "start", "gamma"]);
    std::fs::write(home.join("config.toml"), "[console]\nbell = true\n").unwrap();
    let process = hosting_process(&home);
    let mut console = Console::start(&home, (120, 36));
    console.wait_for("1 of 1 up");
    console.wait_for_name("butterfly: 1 of 1 up");
    signal(&process, "STOP");
    // Look now, and go on without waiting for what comes of it.
    console.press("\u{12}");
    console.press("?");
    console.wait_for("type to find");
    console.press("\u{1b}");
    // Escape and a letter that come together are the letter with Alt.
    console.wait("the panes", |screen| !screen.contents().contains("type to find"));
    console.press("N");
    console.wait_for("Federation");
    console.press("\u{1b}");
    console.wait_for("unreachable");
    console.wait_for_name("butterfly: gamma does not answer (0 of 1 up)");
    assert_eq!(console.rings(), 1);
    signal(&process, "CONT");
    console.press("\u{12}");
    console.wait_for("1 of 1 up");
    console.press("q");
    console.end_leaves_no_trace();
    butterfly(&home, &["instance", "stop", "gamma"]);
    assert!(!home.join("run").join("gamma.pid").exists());
}
