//! An instance backed up and brought back, a vault taken to another home, all from within the console; and files in the
//! home of whoever names them.

use super::support::console::Console;
use super::{butterfly, home_with_an_instance};
use std::path::Path;

/// The console of a person whose own home is `folder`.
fn console(folder: &Path) -> Console {
    let variables = [("HOME", folder.to_str().unwrap())];
    let console = Console::start_with(&folder.join("home"), (120, 36), &variables);
    console.wait_for("gamma");
    console
}

/// The words in the open window; what does not fit on its first line goes on below.
fn words(console: &Console) -> String {
    console.find("the words", |screen| {
        let text = screen.contents();
        let mut lines = text.lines().skip_while(|line| !line.contains("secret  "));
        let first = lines.next()?.split_once("secret  ")?.1;
        let rest = lines.map(|line| line.rsplit_once("│  ").map_or("", |(_, rest)| rest));
        let mut words = String::new();
        for line in std::iter::once(first).chain(rest) {
            words.push_str(line.split('│').next().unwrap_or_default().trim());
            if !words.ends_with('-') {
                break;
            }
        }
        (!words.is_empty() && !words.contains('•')).then_some(words)
    })
}

#[test]
fn an_instance_is_backed_up_and_brought_back_as_it_was() {
    let folder = home_with_an_instance();
    let home = folder.path().join("home");
    butterfly(
        &home,
        &[
            "pointer",
            "create",
            "gamma",
            "https://data.example/kept",
            "--description",
            "kept",
        ],
    );
    let mut console = console(folder.path());
    console.press("1b");
    console.wait_for("Back gamma up");
    console.press("\x15~/gamma.backup");
    console.wait_for("~/gamma.backup");
    console.press("\x13");
    console.wait_for("is backed up in");
    assert!(folder.path().join("gamma.backup").is_file());
    console.press("v");
    let words = words(&console);
    console.press("\x1b");
    console.wait("the window closed", |screen| {
        !screen.contents().contains("secret  ")
    });

    butterfly(
        &home,
        &[
            "pointer",
            "create",
            "gamma",
            "https://data.example/later",
            "--description",
            "later",
        ],
    );
    console.press("R");
    console.wait_for("Make an instance of a backup");
    console.press("~/gamma.backup\t");
    // It is not in the way that there is one of that name, once it is said that it may go.
    console.press("\t\x1b[C\t\t");
    console.paste(&words);
    console.press("\r");
    console.wait_for("gamma is restored");
    console.wait_for(".replaced-gamma-");
    console.press("\x1b");
    console.wait("the window closed", |screen| {
        !screen.contents().contains(".replaced-gamma-")
    });
    console.press("2");
    console.wait("the pointers of then", |screen| {
        let text = screen.contents();
        text.contains("kept") && !text.contains("later")
    });
    console.press("q");
    console.end_leaves_no_trace();
}

#[test]
fn lines_of_the_log_go_to_a_file_in_ones_own_home() {
    let folder = home_with_an_instance();
    let home = folder.path().join("home");
    butterfly(&home, &["invoke", "gamma", r#"{"action": "whoami"}"#]);
    let mut console = console(folder.path());
    console.press("4");
    console.wait_for("whoami");
    console.press("X");
    console.wait_for("Export the invoke log");
    console.press("\t\t\x15~/lines\r");
    console.wait_for("one line exported");
    let text = std::fs::read_to_string(folder.path().join("lines.jsonl")).unwrap();
    assert!(text.contains("whoami"), "{text}");
    console.press("q");
    console.end_leaves_no_trace();
}

#[test]
fn the_vault_is_locked_differently_by_whoever_knows_how_it_is_locked_now() {
    let folder = home_with_an_instance();
    let mut console = console(folder.path());
    let change = |console: &mut Console, now: &str, then: &str| {
        console.press(":change-lock\r");
        console.wait_for("Lock the vault differently");
        console.press(&format!("{now}\t\t{then}\t{then}\r"));
    };
    change(&mut console, "", "first words");
    console.wait_for("is locked with a passphrase from now on");
    change(&mut console, "wrong words", "second words");
    console.wait_for("does not open");
    console.press("\x1b");
    console.wait("the form closed", |screen| {
        !screen.contents().contains("From now on")
    });
    change(&mut console, "first words", "third words");
    console.wait("locked again", |screen| {
        let text = screen.contents();
        text.contains("is locked with a passphrase from now on") && !text.contains("From now on")
    });
    console.press(":lock\r");
    console.wait("the lock screen", |screen| {
        !screen.contents().contains("Credentials")
    });
    console.press("third words\r");
    console.wait_for("Credentials");
    console.press("q");
    console.end_leaves_no_trace();
}

#[test]
fn a_vault_that_was_taken_along_begins_another_home() {
    let folder = home_with_an_instance();
    let mut before = console(folder.path());
    before.press(":export-vault\r");
    before.wait_for("Take the vault elsewhere");
    before.press("\x15~/vault.age\x13");
    before.wait_for("secret  ");
    before.press("v");
    let words = words(&before);
    before.press("\x1b");
    before.wait("the window closed", |screen| {
        !screen.contents().contains("secret  ")
    });
    before.press("q");
    before.end_leaves_no_trace();

    let variables = [("HOME", folder.path().to_str().unwrap())];
    let mut after = Console::start_with(&folder.path().join("another"), (120, 36), &variables);
    after.wait_for("Welcome to butterfly");
    after.press("5\r");
    after.wait_for("Bring your vault along");
    // Completed, though there is no home yet.
    after.press("~/vau");
    after.wait_for("Tab completes: vault.age");
    after.press("\t");
    after.wait_for("~/vault.age");
    after.press("\t");
    after.paste("too few");
    after.press("\x13");
    after.wait_for("2 words were given");
    after.press("\x15");
    after.paste(&words);
    after.press("\x13");
    after.wait_for("gamma");
    after.wait_for("and locked anew");
    after.press("q");
    after.end_leaves_no_trace();
}
