//! Commands that are printed to be run next: they work as they stand, also where the home was named.

use super::binary::{End, Home};
use super::error;

/// A home whose path has to be quoted, and how the program is called for it.
fn quoted_home() -> (Home, String) {
    let home = Home::called("it's mine");
    let spelled = home.root().display().to_string().replace('\'', r"'\''");
    (home, format!("butterfly --home '{spelled}' "))
}

#[test]
fn a_next_step_names_the_home_as_a_shell_reads_it() {
    let (home, program) = quoted_home();
    let none = home.run(&["instance", "list"]);
    assert!(
        none.stdout.contains(&format!("`{program}demo`")),
        "{}",
        none.stdout
    );
    let made = home.run(&["instance", "init", "alpha", "--listen", "127.0.0.1:0"]);
    assert!(
        made.stdout.contains(&format!("`{program}serve alpha`")),
        "{}{}",
        made.stdout,
        made.stderr
    );
    let failed = home.run(&["credential", "show", "nobody", "--json"]);
    let remedy = error(&failed)["remedy"].as_str().unwrap().to_owned();
    assert!(
        remedy.contains(&format!("`{program}credential list`")),
        "{remedy}"
    );
    assert!(failed.stderr.contains(&remedy), "{}", failed.stderr);

    // The command is run as it was printed.
    let bundle = home.beside("b.bundle");
    let offered = home.run(&["handshake", "offer", "alpha", "--app-id", "b", "--file", &bundle]);
    let next = offered.stdout.lines().last().unwrap().trim();
    let (command, _) = next.split_once(" verify ").unwrap();
    assert!(command.starts_with(&program), "{next}");
    let program = env!("CARGO_BIN_EXE_butterfly");
    let line = format!("\"$0\" {} --match", next.strip_prefix("butterfly ").unwrap());
    let mut shell = std::process::Command::new("sh");
    let verified = shell.args(["-c", &line, program]).end();
    assert_eq!(verified.code, 0, "{line}: {}", verified.stderr);
}

#[test]
fn what_the_environment_says_need_not_be_said_again() {
    let (home, _) = quoted_home();
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_butterfly"));
    let said = command
        .env("BUTTERFLY_HOME", home.root())
        .args(["instance", "list"])
        .end();
    assert!(said.stdout.contains("`butterfly demo`"), "{}", said.stdout);
    // Another home has to be named all the more.
    let other = Home::empty();
    let mut command = other.command(&["instance", "list"]);
    let said = command.env("BUTTERFLY_HOME", home.root()).end();
    let named = format!("`butterfly --home {} demo`", other.root().display());
    assert!(said.stdout.contains(&named), "{}", said.stdout);
}
