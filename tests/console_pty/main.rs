//! The real program in a real pseudo-terminal: it starts, it leaves, and whatever happens, the terminal is as it
//! was before. Waits for content, never for time.
#![cfg(unix)]

mod backups;
mod endings;
mod files;
mod frozen;
mod keys;
mod outside;
mod place;
mod shells;
#[path = "../support/mod.rs"]
mod support;
mod tour;
mod trail;

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};
use support::console::{Console, PATIENCE};

fn butterfly(home: &Path, arguments: &[&str]) {
    let output = Command::new(env!("CARGO_BIN_EXE_butterfly"))
        .arg("--home")
        .arg(home)
        .args(arguments)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

/// A home with one local instance, which nobody hosts.
fn home_with_an_instance() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("home");
    butterfly(&home, &["vault", "init", "--key-file"]);
    butterfly(&home, &["instance", "init", "gamma", "--listen", "127.0.0.1:0"]);
    folder
}

#[test]
fn an_empty_home_begins_with_a_choice_and_leaving_leaves_no_trace() {
    let folder = tempfile::tempdir().unwrap();
    let mut console = Console::start(&folder.path().join("home"), (80, 24));
    console.wait_for("Welcome to butterfly");
    console.wait("alternate screen", |screen| {
        screen.alternate_screen() && screen.hide_cursor() && screen.bracketed_paste()
    });
    console.press("q");
    console.end_leaves_no_trace();
}

#[test]
fn t56_being_told_to_end_leaves_no_trace() {
    for name in ["TERM", "INT", "HUP"] {
        let folder = tempfile::tempdir().unwrap();
        let console = Console::start(&folder.path().join("home"), (80, 24));
        console.wait_for("Welcome to butterfly");
        console.signal(name);
        console.end_leaves_no_trace();
    }
}

#[test]
fn t56_a_storm_of_sizes_leaves_it_standing() {
    let folder = home_with_an_instance();
    let mut console = Console::start(&folder.path().join("home"), (120, 36));
    console.wait_for("gamma");
    for size in [
        (1, 1),
        (500, 200),
        (2, 50),
        (300, 2),
        (79, 23),
        (20, 5),
        (110, 17),
    ] {
        console.resize(size.0, size.1);
    }
    console.resize(100, 30);
    console.wait_for("Invoke log");
    console.press("?");
    console.resize(1, 1);
    console.resize(100, 30);
    console.wait_for("Everything that can be done here");
    console.press("\x03");
    console.end_leaves_no_trace();
}

#[test]
fn an_idle_console_writes_no_byte() {
    let folder = home_with_an_instance();
    let mut console = Console::start(&folder.path().join("home"), (120, 36));
    console.wait_for("stopped");
    console.wait_for("owner");
    // The first looks at everything may still come in.
    console.press("z");
    console.wait("zoom", |screen| !screen.contents().contains("Invoke log"));
    let end = Instant::now() + PATIENCE;
    while !console.is_silent_for(Duration::from_millis(500)) {
        assert!(Instant::now() < end, "it never comes to rest");
    }
    // Longer than the pause between two looks at an instance, and several at the vault.
    assert!(console.is_silent_for(Duration::from_secs(5)));
    console.press("q");
    console.end_leaves_no_trace();
}

#[test]
fn t56_suspended_it_gives_the_terminal_back_and_comes_again() {
    let folder = tempfile::tempdir().unwrap();
    let mut console = Console::start(&folder.path().join("home"), (80, 24));
    console.wait_for("Welcome to butterfly");
    console.press("\x1a");
    console.wait("the shell's screen", |screen| {
        !screen.alternate_screen() && !screen.hide_cursor()
    });
    wait_until_stopped(console.child.process_id().unwrap());
    console.signal("CONT");
    console.wait("the console again", |screen| {
        screen.alternate_screen() && screen.contents().contains("Welcome to butterfly")
    });
    console.press("q");
    console.end_leaves_no_trace();
}

#[test]
fn t56_suspended_it_stops_whoever_started_it_and_waits_for_it_too() {
    let folder = tempfile::tempdir().unwrap();
    let mut console = Console::start_led(&folder.path().join("home"), (80, 24));
    console.wait_for("Welcome to butterfly");
    console.press("\x1a");
    wait_until_stopped(console.child.process_id().unwrap());
    console.wait(
        "the shell's screen, on which nothing is complained of",
        |screen| !screen.alternate_screen() && screen.contents().trim().is_empty(),
    );
    console.signal_group("CONT");
    console.wait("the console again", |screen| {
        screen.alternate_screen() && screen.contents().contains("Welcome to butterfly")
    });
    console.press("q");
    console.end_leaves_no_trace();
}

/// Waits until the system says that the process stands still.
fn wait_until_stopped(process: u32) {
    let end = Instant::now() + PATIENCE;
    loop {
        let output = Command::new("ps")
            .args(["-o", "state=", "-p", &process.to_string()])
            .output()
            .unwrap();
        if output.stdout.starts_with(b"T") {
            return;
        }
        assert!(Instant::now() < end, "it was not stopped");
        std::thread::yield_now();
    }
}

#[test]
fn an_instance_is_hosted_from_the_keyboard_and_stopped_on_leaving() {
    let folder = home_with_an_instance();
    let mut console = Console::start(&folder.path().join("home"), (120, 36));
    console.wait_for("stopped");
    console.press("1s");
    console.wait_for("gamma started");
    console.wait_for("1 of 1 up");
    console.press("q");
    console.wait_for("This stops gamma");
    console.press("y");
    console.end_leaves_no_trace();
    butterfly(&folder.path().join("home"), &["instance", "list"]);
}

#[test]
fn threat_45_locked_it_shows_nothing_and_what_was_shown_is_in_no_scrollback() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("home");
    let words = folder.path().join("words");
    std::fs::write(&words, "correct horse").unwrap();
    std::fs::set_permissions(&words, std::fs::Permissions::from_mode(0o600)).unwrap();
    butterfly(&home, &["vault", "init", "--key-file"]);
    butterfly(&home, &["instance", "init", "gamma", "--listen", "127.0.0.1:0"]);
    let words = words.to_str().unwrap();
    butterfly(&home, &["vault", "passphrase", "--passphrase-file", words]);
    let mut console = Console::start(&home, (120, 36));
    console.wait_for("passphrase");
    console.press("correct horse\r");
    console.wait_for("gamma");
    console.press(":lock\r");
    console.wait("nothing but the lock screen", |screen| {
        let shown = screen.contents();
        shown.contains("The vault is locked") && !shown.contains("gamma")
    });
    console.press("wrong horse\r");
    console.wait_for("does not open the vault");
    console.press("correct horse\r");
    console.wait("everything again", |screen| {
        let shown = screen.contents();
        shown.contains("gamma") && !shown.contains("Locked")
    });
    console.press(":lock\r");
    console.wait_for("The vault is locked");
    console.press("\x03");
    let shown = Arc::clone(&console.shown);
    console.end_leaves_no_trace();
    let mut shown = shown.0.lock().unwrap();
    let screen = shown.parser.screen_mut();
    screen.set_scrollback(usize::MAX);
    for secret in ["gamma", "horse", "Locked"] {
        assert!(!screen.contents().contains(secret), "{}", screen.contents());
    }
}
