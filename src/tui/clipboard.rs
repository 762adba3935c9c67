//! The clipboard, and the truth about it: which way a text went, and whether anybody knows that it arrived.
//!
//! On one's own desktop a program of the desktop takes it and says so; in tmux its buffer does; everywhere
//! else the terminal is asked (OSC 52), which never answers. Depends on nothing of the console.

use std::io::{self, Write};
use std::path::Path;
use std::process::{Command, Stdio};

/// Longer texts are refused by many terminals, in silence: what xterm takes.
const MOST_BY_TERMINAL: usize = 74_994;

/// The way a text goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// A program of the desktop, given the text on its standard input.
    Program(&'static str, &'static [&'static str]),
    /// The buffer of tmux, which passes it on to the terminal if it is allowed to.
    Tmux,
    /// The terminal is asked.
    Terminal,
    /// This terminal has no clipboard.
    Nowhere,
}

/// What became of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Copied {
    /// This program took it.
    Taken(&'static str),
    /// It is in the buffer of tmux.
    InTmux,
    /// The terminal was asked; so many bytes.
    Asked(usize),
    /// There is no way from here.
    NoWay,
    /// This program did not take it; the terminal can still be asked for the text.
    Refused(&'static str, String),
}

impl Copied {
    /// What a person is told, and what to do about it; with the key that gives the mouse back.
    pub fn words(&self, mouse: &str) -> (String, String) {
        let (text, remedy) = match self {
            Self::Taken(program) => (format!("copied to the clipboard ({program})"), ""),
            Self::InTmux => (
                "copied to tmux's buffer".to_owned(),
                "prefix ] pastes it; the terminal's clipboard has it too if tmux's set-clipboard is on",
            ),
            Self::Asked(bytes) if *bytes > MOST_BY_TERMINAL => (
                format!("asked the terminal to copy {bytes} bytes (OSC 52)"),
                "many terminals refuse so much without a word; export to a file instead",
            ),
            Self::Asked(_) => (
                "asked the terminal to copy it (OSC 52)".to_owned(),
                "no terminal says whether it did; if it did not, {mouse} gives the mouse back for selecting",
            ),
            Self::NoWay => (
                "this terminal has no clipboard".to_owned(),
                "{mouse} gives the mouse back for selecting",
            ),
            Self::Refused(program, _) => (
                format!("{program} did not take it: asked the terminal instead (OSC 52)"),
                "no terminal says whether it did",
            ),
        };
        (text, remedy.replace("{mouse}", mouse))
    }
}

/// The way from here, going by the environment and by which programs there are.
pub fn way(variable: impl Fn(&str) -> Option<String>, has: impl Fn(&str) -> bool) -> Way {
    let is_set = |name: &str| variable(name).is_some_and(|value| !value.is_empty());
    if is_set("TMUX") && has("tmux") {
        return Way::Tmux;
    }
    let is_remote = is_set("SSH_CONNECTION") || is_set("SSH_TTY");
    if !is_remote {
        let desktops: [(bool, &str, &[&str]); 5] = [
            (cfg!(target_os = "macos"), "pbcopy", &[]),
            (cfg!(windows), "clip.exe", &[]),
            (is_set("WAYLAND_DISPLAY"), "wl-copy", &[]),
            (is_set("DISPLAY"), "xclip", &["-selection", "clipboard"]),
            (is_set("DISPLAY"), "xsel", &["--clipboard", "--input"]),
        ];
        for (is_there, program, arguments) in desktops {
            if is_there && has(program) {
                return Way::Program(program, arguments);
            }
        }
    }
    match variable("TERM").as_deref() {
        Some("linux" | "dumb") => Way::Nowhere,
        _ => Way::Terminal,
    }
}

/// Whether a program of this name is on the search path.
pub fn is_on_path(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| Path::new(&folder).join(program).is_file())
}

/// Gives a text to a program. Blocks until it has taken it.
pub fn give(program: &'static str, arguments: &[&str], text: String) -> Copied {
    let taken = || -> io::Result<bool> {
        let mut child = Command::new(program)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        // Closed when it goes out of scope: that ends the text.
        if let Some(mut input) = child.stdin.take() {
            input.write_all(text.as_bytes())?;
        }
        Ok(child.wait()?.success())
    };
    match taken() {
        Ok(true) if program == "tmux" => Copied::InTmux,
        Ok(true) => Copied::Taken(program),
        _ => Copied::Refused(program, text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn here(set: &[(&str, &str)], programs: &[&str]) -> Way {
        let variable = |name: &str| {
            let found = set.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        way(variable, |program| programs.contains(&program))
    }

    #[test]
    fn the_nearest_that_can_tell_is_taken() {
        assert_eq!(here(&[("TMUX", "/tmp/x")], &["tmux", "xclip"]), Way::Tmux);
        assert_eq!(
            here(&[("WAYLAND_DISPLAY", "wayland-0")], &["wl-copy"]),
            Way::Program("wl-copy", &[])
        );
        assert_eq!(
            here(&[("DISPLAY", ":0")], &["xsel"]),
            Way::Program("xsel", &["--clipboard", "--input"])
        );
    }

    #[test]
    fn a_desktop_at_the_far_end_of_ssh_is_not_ones_own() {
        let far = [("DISPLAY", ":0"), ("SSH_TTY", "/dev/pts/1"), ("TERM", "xterm")];
        assert_eq!(here(&far, &["xclip"]), Way::Terminal);
        assert_eq!(here(&[("TERM", "linux")], &[]), Way::Nowhere);
    }

    #[cfg(unix)]
    #[test]
    fn only_a_program_that_succeeds_has_taken_it() {
        assert_eq!(give("cat", &[], "text".to_owned()), Copied::Taken("cat"));
        let refused = Copied::Refused("false", "text".to_owned());
        assert_eq!(give("false", &[], "text".to_owned()), refused);
        let missing = Copied::Refused("no-such-program", "text".to_owned());
        assert_eq!(give("no-such-program", &[], "text".to_owned()), missing);
    }

    #[test]
    fn nothing_claims_to_have_copied_what_nobody_confirmed() {
        for copied in [
            Copied::Asked(10),
            Copied::Asked(100_000),
            Copied::NoWay,
            Copied::Refused("xclip", String::new()),
        ] {
            assert!(!copied.words("m").0.starts_with("copied"), "{copied:?}");
        }
    }
}
