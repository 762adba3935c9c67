//! What to do, in the console's own words: the workspace names verbs of the command line, which it shares with
//! scripts; whoever is in the console need not leave it.

use super::State;
use crate::command::{Id, in_console};
use crate::workspace::{Failure, Home, commands_here};

/// What a verb names begins so.
const PROGRAM: &str = "`butterfly ";

impl State {
    /// A failure in one line: what failed, and what to do.
    pub fn failure_in_line(&self, failure: &Failure) -> String {
        format!("{}; {}", failure.message, self.remedy_here(&failure.remedy))
    }

    /// A remedy with the console's commands in the place of verbs: `butterfly instance init NAME` is `:init`. What
    /// there is only on the command line stays, and names the home where a shell needs that.
    pub fn remedy_here(&self, remedy: &str) -> String {
        let home = Home::at(&self.home);
        let mut told = String::with_capacity(remedy.len());
        let mut rest = remedy;
        while let Some((before, after)) = rest.split_once(PROGRAM) {
            let Some((line, behind)) = after.split_once('`') else {
                break;
            };
            told.push_str(before);
            match own(line, self) {
                Some(own) => told.push_str(&own),
                None => told.push_str(&commands_here(&home, &format!("{PROGRAM}{line}`"))),
            }
            rest = behind;
        }
        told.push_str(rest);
        told
    }
}

/// What asks for everything itself, so that it does not matter with which options a verb is told.
const ASKS: [Id; 3] = [Id::Accept, Id::Federate, Id::LiveTest];

/// The console's command for a line of the command line, with its key where that works now.
fn own(line: &str, state: &State) -> Option<String> {
    let (verb, id) = in_console(line)?;
    if line.contains(" --") && !ASKS.contains(&id) {
        return None;
    }
    let command = crate::command::command(id);
    let is_whole = verb.contains(' ') || id == Id::StartInstance;
    let argument = line[verb.len()..].split_whitespace().next();
    let named = argument.filter(|word| is_whole && is_name(word) && command.argument.contains("INSTANCE"));
    let words = match named {
        Some(name) => format!("`:{} {name}`", command.name),
        None => format!("`:{}`", command.name),
    };
    let key = state.keymap.keys(id, state.scopes()).next();
    Some(match (key, named) {
        (Some(key), None) => format!("{words} ({})", state.look.glyphs.spelled_keys(key)),
        _ => words,
    })
}

/// A name that was put there, not the word for one: `beta`, not `INSTANCE`, `--via` or `'{…`.
fn is_name(word: &str) -> bool {
    word.starts_with(|first: char| first.is_ascii_lowercase() || first.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use crate::tui::fake::{demo, press};

    #[test]
    fn verbs_are_told_as_the_commands_that_there_are_here() {
        let mut state = demo((120, 36));
        press(&mut state, &["1"]);
        for (told, expected) in [
            (
                "host it with `butterfly serve beta`, or wait",
                "host it with `:start beta`, or wait",
            ),
            (
                "make one with `butterfly instance init NAME`",
                "make one with `:init` (n)",
            ),
            (
                "begin with `butterfly demo` or `butterfly instance init NAME`, or name another --home",
                "begin with `:demo` or `:init` (n), or name another --home",
            ),
            (
                "see which with `butterfly invoke INSTANCE '{\"action\": 1}'`",
                "see which with `:query` (I)",
            ),
            (
                "`butterfly vault restore` makes a home",
                "`butterfly --home /home/ada/.butterfly vault restore` makes a home",
            ),
            ("see `butterfly audit verify beta`", "see `:audit beta`"),
            ("see `butterfly domain show`", "see `:domains` (gd)"),
            ("`butterfly federate INSTANCE --via beta`", "`:federate` (F)"),
            (
                "give it another port: `butterfly instance edit beta --listen 127.0.0.1:5012`",
                "give it another port: `butterfly --home /home/ada/.butterfly instance edit beta --listen 127.0.0.1:5012`",
            ),
            (
                "`butterfly credentialless`",
                "`butterfly --home /home/ada/.butterfly credentialless`",
            ),
            ("an open `butterfly ", "an open `butterfly "),
            ("check the path", "check the path"),
        ] {
            assert_eq!(state.remedy_here(told), expected);
        }
    }
}
