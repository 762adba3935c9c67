//! The definition of the command line itself.

use super::Cli;
use clap::{Command, CommandFactory, Parser};

#[test]
fn the_definition_is_sound() {
    Cli::command().debug_assert();
}

/// With all verbs put together.
fn whole() -> Command {
    let mut command = Cli::command();
    command.build();
    command
}

#[test]
fn the_list_of_verbs_says_of_each_what_it_says_itself() {
    let mut whole = whole();
    for listed in Cli::command().get_subcommands() {
        let verb = whole.find_subcommand_mut(listed.get_name()).unwrap();
        assert_eq!(
            listed.get_about().map(ToString::to_string),
            verb.get_about().map(ToString::to_string),
            "{}",
            listed.get_name()
        );
    }
}

#[test]
fn every_verb_and_every_argument_says_what_it_is() {
    fn check(command: &Command, path: &str) {
        let path = format!("{path} {}", command.get_name());
        assert!(command.get_about().is_some(), "{path} has no help");
        for argument in command.get_arguments() {
            let is_described = argument.get_help().is_some() || argument.get_id() == "help";
            assert!(is_described, "{path}: {} has no help", argument.get_id());
        }
        for verb in command.get_subcommands() {
            check(verb, &path);
        }
    }
    check(&whole(), "");
}

#[test]
fn global_options_stand_before_or_after_the_verb() {
    for line in [
        ["butterfly", "--json", "--home", "h", "instance", "list"],
        ["butterfly", "instance", "list", "--home", "h", "--json"],
    ] {
        let cli = Cli::try_parse_from(line).unwrap();
        assert!(cli.global.json);
        assert_eq!(cli.global.home.unwrap().to_str(), Some("h"));
    }
}

#[test]
fn no_option_takes_a_secret_itself() {
    fn check(command: &Command) {
        for argument in command.get_arguments() {
            let name = argument.get_id().as_str();
            let sounds_secret = ["secret", "key", "root", "passphrase", "password", "token", "code"]
                .iter()
                .any(|word| name.contains(word));
            let takes_value = argument.get_action().takes_values();
            let parser = argument.get_value_parser();
            let is_path = parser.type_id() == std::any::TypeId::of::<std::path::PathBuf>();
            assert!(
                !sounds_secret || !takes_value || is_path,
                "{} {name}",
                command.get_name()
            );
        }
        command.get_subcommands().for_each(check);
    }
    check(&whole());
}

#[test]
fn what_stays_gets_threads_and_what_answers_at_once_does_not() {
    let long_lived = |line: &[&str]| Cli::try_parse_from(line).unwrap().is_long_lived();
    assert!(long_lived(&["butterfly"]));
    assert!(long_lived(&["butterfly", "demo", "--no-tui"]));
    assert!(long_lived(&["butterfly", "serve"]));
    assert!(!long_lived(&["butterfly", "invoke", "alpha", "{}"]));
}

/// The verb, or the group of verbs, of this name.
fn found<'a>(cli: &'a clap::Command, verb: &str) -> &'a clap::Command {
    verb.split(' ').fold(cli, |at, word| {
        at.find_subcommand(word)
            .unwrap_or_else(|| panic!("there is no `butterfly {verb}`"))
    })
}

#[test]
fn every_verb_that_the_console_tells_as_its_own_exists() {
    let cli = whole();
    for verb in crate::command::verbs_in_console() {
        found(&cli, verb);
    }
}

#[test]
fn every_verb_that_a_command_of_the_console_names_exists() {
    let cli = whole();
    for command in crate::command::commands() {
        let crate::command::Counterpart::Verb(verb) = crate::command::counterpart(command.id) else {
            continue;
        };
        let at = found(&cli, verb);
        // `bench` does something by itself, and has verbs of its own for what it kept.
        assert!(
            !at.has_subcommands() || !at.is_subcommand_required_set(),
            "{}: `butterfly {verb}` is a group",
            command.name
        );
    }
}
