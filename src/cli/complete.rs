//! `butterfly complete`: the names that a shell offers where a word is written. The scripts of `butterfly completions`
//! know verbs and flags; what is in a home only the program knows, so they ask it here. Nobody is asked for anything,
//! and only what is at hand is looked at: no instance is called.

use super::Cli;
use super::instance::local_names;
use super::outcome::{Outcome, write_line};
use super::session::Session;
use crate::tui::Themes;
use crate::vault::LockKind;
use clap::{Arg, ArgAction, Args, Command, CommandFactory};
use std::path::PathBuf;

/// Verbs of `instance` whose NAME is one that is there.
const OF_INSTANCES: [&str; 11] = [
    "show",
    "probe",
    "remove",
    "use-spare-key",
    "start",
    "stop",
    "edit",
    "log",
    "backup",
    "restore",
    "recover-owner",
];

/// Print the names that fit where the last of these words stands; for the scripts of `completions`.
#[derive(Debug, Args)]
pub struct Complete {
    /// The words of the line after the name of the program; the last one is being written.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    words: Vec<String>,
}

/// What is wanted somewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wanted {
    Instance,
    Theme,
}

/// What a line says up to the word that is being written.
#[derive(Debug, Default, PartialEq, Eq)]
struct Place {
    wanted: Option<Wanted>,
    home: Option<PathBuf>,
}

impl Complete {
    pub async fn run(self, session: &Session) -> Outcome {
        let mut command = Cli::command();
        command.build();
        let place = place(&command, &self.words);
        let Some(wanted) = place.wanted else {
            return Ok(());
        };
        let there = match place.home {
            Some(home) => &Session::new(Some(home), false, true)?,
            None => session,
        };
        let mut names = match wanted {
            Wanted::Theme => Themes::load(Some(&there.home().root().join("themes"))).names(),
            Wanted::Instance => instances(there).await,
        };
        let beginning = self.words.last().map_or("", String::as_str);
        names.retain(|name| name.starts_with(beginning));
        match names.is_empty() {
            true => Ok(()),
            false => write_line(&names.join("\n")),
        }
    }
}

/// Local instances by their folders; all of them where the vault opens without a word from anybody.
async fn instances(session: &Session) -> Vec<String> {
    let home = session.home();
    let local = local_names(home.root()).unwrap_or_default();
    let mut names: Vec<String> = local.iter().map(ToString::to_string).collect();
    if matches!(home.lock_kind(), Ok(LockKind::KeyFile(_)))
        && let Ok(Some(workspace)) = session.open_unasked().await
        && let Ok(rows) = workspace.instances().await
    {
        names.extend(rows.iter().map(|row| row.name.to_string()));
    }
    names.sort();
    names.dedup();
    names
}

fn place(command: &Command, words: &[String]) -> Place {
    let mut found = Place::default();
    let Some((written, before)) = words.split_last() else {
        return found;
    };
    let (mut at, mut path) = (command, Vec::new());
    let mut value_of: Option<&Arg> = None;
    let mut positionals = 0;
    for word in before {
        if word == "=" && value_of.is_some() {
            // Some shells take `--home=DIR` apart.
            continue;
        }
        if let Some(argument) = value_of.take() {
            if argument.get_id() == "home" {
                found.home = Some(PathBuf::from(word));
            }
        } else if word.len() > 1 && word.starts_with('-') {
            match word.split_once('=') {
                Some(("--home", value)) => found.home = Some(PathBuf::from(value)),
                Some(_) => {}
                None => value_of = flag(at, word).filter(|flag| takes_value(flag)),
            }
        } else if let Some(verb) = at.find_subcommand(word).filter(|_| positionals == 0) {
            at = verb;
            path.push(verb.get_name());
        } else {
            positionals += 1;
        }
    }
    if written == "=" {
        return found;
    }
    let argument = match value_of {
        Some(argument) => Some(argument),
        None if written.starts_with('-') => None,
        None => positional(at, positionals),
    };
    found.wanted = argument.and_then(|argument| wanted_by(argument, &path));
    found
}

fn flag<'a>(command: &'a Command, word: &str) -> Option<&'a Arg> {
    command
        .get_arguments()
        .find(|argument| match word.strip_prefix("--") {
            Some(name) => argument.get_long() == Some(name),
            None => argument.get_short() == word.chars().next_back(),
        })
}

fn takes_value(argument: &Arg) -> bool {
    matches!(argument.get_action(), ArgAction::Set | ArgAction::Append)
}

/// The positional at a place; the last one also takes what comes after it, if it takes many.
fn positional(command: &Command, place: usize) -> Option<&Arg> {
    let all: Vec<&Arg> = command.get_positionals().collect();
    let last = all.last().copied();
    all.get(place)
        .copied()
        .or_else(|| last.filter(|last| matches!(last.get_action(), ArgAction::Append)))
}

fn wanted_by(argument: &Arg, path: &[&str]) -> Option<Wanted> {
    match (argument.get_id().as_str(), path) {
        ("theme", _) => Some(Wanted::Theme),
        ("instance" | "via" | "remote", _) | ("name", ["serve"]) => Some(Wanted::Instance),
        ("name", ["instance", verb]) if OF_INSTANCES.contains(verb) => Some(Wanted::Instance),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(line: &str) -> Place {
        let mut command = Cli::command();
        command.build();
        let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
        place(&command, &words)
    }

    #[test]
    fn instances_are_offered_where_one_is_named() {
        for line in [
            "instance show ",
            "instance remove -y al",
            "call al",
            "serve ",
            "--json pointer list ",
            "federate alpha --via be",
            "handshake request --instance ",
            "--theme dark pointer show ",
        ] {
            assert_eq!(found(line).wanted, Some(Wanted::Instance), "{line}");
        }
        for line in [
            "",
            "ins",
            "instance ",
            "instance init ",
            "call alpha ",
            "call --",
            "log show ",
        ] {
            assert_eq!(found(line).wanted, None, "{line}");
        }
    }

    #[test]
    fn themes_are_offered_and_the_home_of_the_line_is_found() {
        assert_eq!(found("--theme ").wanted, Some(Wanted::Theme));
        assert_eq!(found("demo --theme da").wanted, Some(Wanted::Theme));
        for line in ["--home h call ", "call --home=h ", "--home = h call "] {
            let place = found(line);
            assert_eq!(place.home, Some(PathBuf::from("h")), "{line}");
            assert_eq!(place.wanted, Some(Wanted::Instance), "{line}");
        }
    }

    #[test]
    fn every_verb_of_instances_that_is_named_here_is_there() {
        let mut command = Cli::command();
        command.build();
        let group = command.find_subcommand("instance").unwrap();
        for verb in OF_INSTANCES {
            assert!(group.find_subcommand(verb).is_some(), "{verb}");
        }
    }
}
