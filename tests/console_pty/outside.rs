//! A query in the editor that a person is used to, a reply in their pager, a line in their shell.

use super::support::console::Console;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// An editor that says that it is there, reads one line from the terminal, and leaves that instead of what it was given.
fn editor(folder: &Path) -> PathBuf {
    let path = folder.join("one-line-editor");
    let script =
        "#!/bin/sh\nprintf 'editing: '\ncat \"$1\"\nread -r line\nprintf '%s\\n' \"$line\" > \"$1\"\n";
    fs::write(&path, script).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o700)).unwrap();
    path
}

/// A console with the composer of the only instance open, and a query in it.
fn composing(folder: &Path) -> Console {
    let home = folder.join("home");
    let program = editor(folder);
    let variables = [("VISUAL", ""), ("EDITOR", program.to_str().unwrap())];
    let mut console = Console::start_with(&home, (120, 36), &variables);
    console.wait_for("gamma");
    console.press("1I");
    console.wait_for("own editor");
    console.paste(r#"{"action": "whoami"}"#);
    console.wait_for("whoami");
    console
}

#[test]
fn a_theme_that_cannot_be_had_is_said_before_a_demo_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("home");
    let demo = [
        env!("CARGO_BIN_EXE_butterfly"),
        "--home",
        "home",
        "demo",
        "--theme",
        "nosuch",
    ];
    let console = Console::start_shell(&demo, folder.path(), &[]);
    console.wait_for("there is no theme \"nosuch\"");
    assert!(!console.end().success());
    assert!(!home.join("console.db").exists(), "nothing was made");
}

#[test]
fn a_query_goes_to_the_persons_own_editor_and_comes_back_changed() {
    let folder = super::home_with_an_instance();
    let mut console = composing(folder.path());
    console.press("\x0f");
    console.wait("the editor's screen", |screen| {
        !screen.alternate_screen() && screen.contents().contains("editing: ")
    });
    // While the editor has the terminal, an interrupt is not ours.
    console.signal("INT");
    console.press("{\"action\": \"get_graph_stats\"}\r");
    console.wait("the composer again", |screen| {
        screen.alternate_screen() && screen.contents().contains("get_graph_stats")
    });
    // It was one change, which is taken back in one.
    console.press("\x1bu");
    console.wait("the query of before", |screen| {
        screen.contents().contains("whoami") && !screen.contents().contains("get_graph_stats")
    });
    console.press("\x1b");
    // Before that, the two keys would be one.
    console.wait_for("Credentials");
    console.press("\x03");
    console.end_leaves_no_trace();
    let left: Vec<_> = fs::read_dir(folder.path().join("home"))
        .unwrap()
        .filter_map(|entry| entry.unwrap().file_name().into_string().ok())
        .filter(|name| name.starts_with("editing"))
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn being_told_to_end_while_an_editor_has_the_terminal_ends_both() {
    let folder = super::home_with_an_instance();
    let mut console = composing(folder.path());
    console.press("\x0f");
    console.wait("the editor's screen", |screen| {
        !screen.alternate_screen() && screen.contents().contains("editing: ")
    });
    console.signal("TERM");
    console.end_leaves_no_trace();
}

#[test]
fn a_reply_goes_to_the_persons_own_pager_and_then_the_console_is_there_again() {
    let folder = super::home_with_an_instance();
    let home = folder.path().join("home");
    super::butterfly(&home, &["invoke", "gamma", r#"{"action": "whoami"}"#]);
    let pager = "cat; printf 'enough? '; read -r line < /dev/tty";
    let mut console = Console::start_with(&home, (120, 36), &[("PAGER", pager)]);
    console.wait_for("whoami");
    console.press("4\r");
    console.wait_for("status");
    console.press("\x0f");
    console.wait("the reply in the pager", |screen| {
        let text = screen.contents();
        !screen.alternate_screen() && text.contains("\"writes\": true,") && text.contains("enough? ")
    });
    // An interrupt there is not ours.
    console.signal("INT");
    console.press("\r");
    console.wait("the console again", |screen| {
        screen.alternate_screen() && screen.contents().contains("Trace")
    });
    console.press("\x1b");
    console.wait_for("Credentials");
    console.press("\x03");
    console.end_leaves_no_trace();
}

#[test]
fn a_line_is_run_in_the_persons_own_shell_about_what_is_selected() {
    let folder = super::home_with_an_instance();
    let home = folder.path().join("home");
    let file = folder.path().join("said");
    let mut console = Console::start(&home, (120, 36));
    console.wait_for("gamma");
    let line = format!(
        "printf '%s %s' \"$BUTTERFLY_INSTANCE\" \"$BUTTERFLY_HOME\" > {}; echo rea''dy; cat",
        file.display()
    );
    console.press("!");
    console.wait_for(":run");
    console.paste(&line);
    console.press("\r");
    console.wait("the line's first words", |screen| {
        !screen.alternate_screen() && screen.contents().contains("ready")
    });
    console.press("is it there?\r");
    console.wait("what the line says", |screen| {
        screen.contents().matches("is it there?").count() == 2
    });
    // Interrupting is for the line, and how that ended stays to be read until Enter.
    console.press("\x03");
    console.wait("how it ended", |screen| {
        screen.contents().contains("it ended with 130")
    });
    console.press("\r");
    console.wait("the console again", |screen| {
        screen.alternate_screen() && screen.contents().contains("Credentials")
    });
    assert_eq!(
        fs::read_to_string(&file).unwrap(),
        format!("gamma {}", home.display())
    );
    console.press("\x03");
    console.end_leaves_no_trace();
}
