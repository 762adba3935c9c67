//! Names completed in real shells, at their own prompt: what they replace of a line, and which words they give, is theirs.

use super::butterfly;
use super::support::console::Console;
use std::path::Path;
use std::process::Command;

/// A prompt of a shell that completes the program's names. The home with `alpha` and `beta` is `butterfly` in the folder,
/// which is HOME too; another one, which is empty, is the usual one.
struct Shell {
    console: Console,
    _folder: tempfile::TempDir,
}

impl Shell {
    /// None where somebody's machine does not have the shell. In CI it is always tried.
    fn begin(shell: &[&str], set_up: &str) -> Option<Self> {
        let is_there = Command::new(shell[0]).arg("--version").output().is_ok();
        if !is_there {
            let is_checked = std::env::var_os("CI").is_some();
            assert!(!is_checked, "{} is not there; .ci/run installs it", shell[0]);
            eprintln!("not tried: this machine has no {}", shell[0]);
            return None;
        }
        let folder = tempfile::tempdir().unwrap();
        let home = folder.path().join("butterfly");
        butterfly(&home, &["vault", "init", "--key-file"]);
        for name in ["alpha", "beta"] {
            butterfly(&home, &["instance", "init", name, "--listen", "127.0.0.1:0"]);
        }
        let script = Command::new(env!("CARGO_BIN_EXE_butterfly"))
            .args(["completions", shell[0]])
            .output()
            .unwrap();
        std::fs::write(folder.path().join("script"), script.stdout).unwrap();
        let usual = folder.path().join("usual");
        let variables = [
            ("HOME", text(folder.path())),
            ("BUTTERFLY_HOME", text(&usual)),
            ("INPUTRC", "/dev/null"),
        ];
        let mut console = Console::start_shell(shell, folder.path(), &variables);
        // What is typed is no prompt.
        console.press(&format!("{set_up}; PS1='rea''dy> '\r"));
        console.wait_for("ready>");
        Some(Self {
            console,
            _folder: folder,
        })
    }

    /// Types a line and asks for its end; then the line is so, and taken back.
    fn completes(&mut self, line: &str, whole: &str) {
        self.console.press(&format!("{line}\t"));
        self.console.wait_for(whole);
        self.console.press("\x15");
        self.console
            .wait("an empty line", |screen| !screen.contents().contains(whole));
    }
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn bash_goes_on_behind_the_sign_that_it_replaces() {
    let Some(mut bash) = Shell::begin(&["bash", "--norc", "--noprofile", "-i"], ". ./script") else {
        return;
    };
    for (line, whole) in [
        (
            "butterfly --home butterfly credential revoke owner@b",
            "revoke owner@beta",
        ),
        (
            "butterfly --home butterfly credential revoke \"owner@b",
            "revoke \"owner@beta",
        ),
        ("butterfly --home ~/butterfly instance show al", "show alpha"),
        (
            "butterfly --home \"$PWD/butterfly\" instance show al",
            "show alpha",
        ),
    ] {
        bash.completes(line, whole);
    }
}

#[test]
fn zsh_completes_names_of_the_home_that_the_line_names() {
    let set_up = "autoload -U compinit; compinit -u -D; . ./script; alias b=butterfly";
    let Some(mut zsh) = Shell::begin(&["zsh", "-f", "-i"], set_up) else {
        return;
    };
    for (line, whole) in [
        ("butterfly --home ~/butterfly instance show al", "show alpha"),
        ("b --home \"$PWD/butterfly\" instance show al", "show alpha"),
        (
            "true; b --home=./butterfly credential show owner@b",
            "show owner@beta",
        ),
        ("echo $(butterfly --home ./butterfly call al", "call alpha"),
    ] {
        zsh.completes(line, whole);
    }
}
