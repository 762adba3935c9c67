//! `butterfly complete`: the names that a shell offers where a word is written. The scripts of `butterfly completions`
//! know verbs and flags; what is in a home only the program knows, so they ask it here. Nobody is asked for anything,
//! and only what is at hand is looked at: no remote is called. Whatever is in the way, or takes too long, offers nothing
//! and says nothing: somebody is writing a line.

mod line;

use super::Cli;
use super::outcome::{Outcome, write_line};
use super::session::Session;
use crate::model::InstanceKind;
use crate::model::filter::SAVED;
use crate::store::PointerQuery;
use crate::tui::Themes;
use crate::vault::LockKind;
use crate::workspace::{LogFilter, Rows, Workspace};
use clap::{Arg, ArgAction, Args, Command, CommandFactory};
use line::Line;
use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// How long somebody waits for names at most.
const PATIENCE: Duration = Duration::from_secs(1);
/// Lines of the log, the newest first, and pointers that are offered.
const MOST_LINES: u64 = 50;
const MOST_POINTERS: u64 = 200;

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
    /// Instead of words one line of bash, which takes words apart at these signs; names are quoted as they have to be.
    #[arg(long, value_name = "SIGNS", allow_hyphen_values = true)]
    bash: Option<String>,
}

/// Verbs of `credential` whose NAME is one that is there.
const OF_CREDENTIALS: [&str; 11] = [
    "show",
    "change",
    "check",
    "dependents",
    "rotate",
    "end-overlap",
    "reseal",
    "suspend",
    "resume",
    "revoke",
    "export",
];

/// What is wanted somewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wanted {
    Instance,
    Theme,
    Credential,
    Template,
    /// A line of the log, by its number.
    Line,
    /// A pointer of the instance that the line names.
    Pointer,
    /// A filter of such rows that is kept under a name: `saved:NAME`.
    Filter(Rows),
    /// Which rows a filter is kept for.
    Rows,
    /// The name of a filter that is kept for the rows that the line names.
    FilterName,
}

/// What a line says up to the word that is being written.
#[derive(Debug, Default, PartialEq, Eq)]
struct Place {
    wanted: Option<Wanted>,
    home: Option<PathBuf>,
    /// The instance that the line names.
    instance: Option<String>,
    /// The rows that it names.
    rows: Option<Rows>,
}

impl Complete {
    pub async fn run(self, session: &Session) -> Outcome {
        let mut command = Cli::command();
        command.build();
        let line = self.bash.as_deref().map(|breaks| {
            let written = self.words.first().map_or("", String::as_str);
            Line::read(written, breaks)
        });
        let words = line.as_ref().map_or(&self.words, |line| &line.words);
        let place = place(&command, words);
        let Some(wanted) = place.wanted else {
            return Ok(());
        };
        let elsewhere = match place
            .home
            .clone()
            .map(|home| Session::new(Some(home), false, true))
        {
            None => None,
            Some(Ok(there)) => Some(there),
            Some(Err(_)) => return Ok(()),
        };
        let there = elsewhere.as_ref().unwrap_or(session);
        let found = names(there, wanted, &place);
        let mut names = tokio::time::timeout(PATIENCE, found).await.unwrap_or_default();
        let beginning = words.last().map_or("", String::as_str);
        names.retain(|name| name.starts_with(beginning));
        if let Some(line) = &line {
            names = names.iter().filter_map(|name| line.written(name)).collect();
        }
        match names.is_empty() {
            true => Ok(()),
            false => write_line(&names.join("\n")),
        }
    }
}

/// The names that there are of what is wanted.
async fn names(session: &Session, wanted: Wanted, place: &Place) -> Vec<String> {
    match wanted {
        Wanted::Theme => return Themes::load(Some(&session.home().root().join("themes"))).names(),
        Wanted::Instance => return instances(session).await,
        Wanted::Rows => return Rows::ALL.map(|rows| rows.word().to_owned()).into(),
        _ => {}
    }
    let Some(workspace) = opened(session).await else {
        return Vec::new();
    };
    let mut names = match wanted {
        // Not sorted: the newest is what one means.
        Wanted::Line => return lines(workspace).await,
        Wanted::Credential => credentials(workspace).await,
        Wanted::Template => templates(workspace).await,
        Wanted::Pointer => match &place.instance {
            Some(instance) => pointers(workspace, instance).await,
            None => Vec::new(),
        },
        Wanted::Filter(rows) => kept_filters(workspace, rows, SAVED).await,
        Wanted::FilterName => match place.rows {
            Some(rows) => kept_filters(workspace, rows, "").await,
            None => Vec::new(),
        },
        Wanted::Instance | Wanted::Theme | Wanted::Rows => Vec::new(),
    };
    names.sort();
    names.dedup();
    names
}

/// The open home, where it opens without a word from anybody.
async fn opened(session: &Session) -> Option<&Arc<Workspace>> {
    match session.home().lock_kind() {
        Ok(LockKind::KeyFile(_) | LockKind::Variable(_)) => session.open_unasked().await.ok().flatten(),
        _ => None,
    }
}

/// Local instances by their folders; all of them where the vault opens.
async fn instances(session: &Session) -> Vec<String> {
    let local = session.home().instances_on_disk().unwrap_or_default();
    let mut names: Vec<String> = local.iter().map(ToString::to_string).collect();
    if let Some(workspace) = opened(session).await
        && let Ok(rows) = workspace.instances().await
    {
        names.extend(rows.iter().map(|row| row.name.to_string()));
    }
    names.sort();
    names.dedup();
    names
}

/// What is held here and, of what local instances have issued, what can be told now.
async fn credentials(workspace: &Workspace) -> Vec<String> {
    let rows = workspace.credentials().await.map(|(rows, _)| rows);
    let rows = rows.unwrap_or_default().into_iter();
    rows.map(|row| row.name).collect()
}

async fn templates(workspace: &Workspace) -> Vec<String> {
    let kept = workspace.templates().await.map(|templates| templates.list);
    let kept = kept.unwrap_or_default().into_iter();
    kept.map(|template| template.name).collect()
}

async fn kept_filters(workspace: &Workspace, rows: Rows, before: &str) -> Vec<String> {
    let kept = workspace.kept_filters().await.unwrap_or_default();
    kept.of(rows).map(|(name, _)| format!("{before}{name}")).collect()
}

async fn lines(workspace: &Workspace) -> Vec<String> {
    let newest = LogFilter {
        instance: None,
        filter: String::new(),
        before: None,
        limit: MOST_LINES,
        sorting: None,
    };
    let rows = workspace.log(&newest).await.unwrap_or_default();
    rows.iter().map(|row| row.id.to_string()).collect()
}

/// Those of an instance of ours: a remote would have to be called.
async fn pointers(workspace: &Workspace, instance: &str) -> Vec<String> {
    let is_ours = |kind| kind == InstanceKind::Local;
    if !workspace
        .instance(instance)
        .await
        .is_ok_and(|row| is_ours(row.kind))
    {
        return Vec::new();
    }
    let some = PointerQuery {
        limit: Some(MOST_POINTERS),
        ..PointerQuery::default()
    };
    let page = workspace.pointers(instance, &some).await;
    let found = page.map(|page| page.pointers).unwrap_or_default();
    found.iter().map(|pointer| pointer.address.to_string()).collect()
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
            match argument.get_id().as_str() {
                "home" => found.home = Some(expanded(word, variable)),
                "instance" => found.instance = Some(word.clone()),
                _ => {}
            }
        } else if word.len() > 1 && word.starts_with('-') {
            match word.split_once('=') {
                Some(("--home", value)) => found.home = Some(expanded(value, variable)),
                Some(_) => {}
                None => value_of = flag(at, word).filter(|flag| takes_value(flag)),
            }
        } else if let Some(verb) = at.find_subcommand(word).filter(|_| positionals == 0) {
            at = verb;
            path.push(verb.get_name());
        } else {
            match positional(at, positionals).map(|argument| argument.get_id().as_str()) {
                Some("instance") => found.instance = Some(word.clone()),
                Some("rows") => found.rows = Rows::parse(word),
                _ => {}
            }
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

fn variable(name: &str) -> Option<OsString> {
    match name {
        // As the shell has it now, whatever it has exported.
        "PWD" => std::env::current_dir().ok().map(PathBuf::into_os_string),
        _ => std::env::var_os(name),
    }
}

/// A folder as the shell will understand it once the line is sent: a `~` or a variable that it begins with is still as it
/// was typed.
fn expanded(word: &str, variable: impl Fn(&str) -> Option<OsString>) -> PathBuf {
    let (begins, rest) = word.split_at(word.find('/').unwrap_or(word.len()));
    let name = match begins.strip_prefix('$') {
        Some(name) => name
            .strip_prefix('{')
            .and_then(|name| name.strip_suffix('}'))
            .unwrap_or(name),
        None if begins == "~" => "HOME",
        None => return PathBuf::from(word),
    };
    match variable(name) {
        Some(value) => {
            let mut whole = value;
            whole.push(rest);
            PathBuf::from(whole)
        }
        None => PathBuf::from(word),
    }
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

/// What a group of verbs lists.
fn rows_of(group: &str) -> Option<Rows> {
    Some(match group {
        "pointer" => Rows::Pointers,
        "log" => Rows::Log,
        "instance" => Rows::Instances,
        "credential" => Rows::Credentials,
        "audit" => Rows::Audit,
        _ => return None,
    })
}

/// The flags, without their dashes, for whose values names are offered.
pub fn flags_with_names(command: &Command) -> Vec<String> {
    let mut flags = Vec::new();
    let mut waiting = vec![(command, Vec::new())];
    while let Some((command, path)) = waiting.pop() {
        let named = command
            .get_arguments()
            .filter(|argument| wanted_by(argument, &path).is_some());
        flags.extend(named.filter_map(Arg::get_long).map(str::to_owned));
        for verb in command.get_subcommands() {
            waiting.push((verb, [&path[..], &[verb.get_name()]].concat()));
        }
    }
    flags.sort();
    flags.dedup();
    flags
}

fn wanted_by(argument: &Arg, path: &[&str]) -> Option<Wanted> {
    match (argument.get_id().as_str(), path) {
        ("theme", _) => Some(Wanted::Theme),
        ("instance" | "via" | "remote", _) | ("name", ["serve"]) => Some(Wanted::Instance),
        ("name" | "names", ["instance", verb]) if OF_INSTANCES.contains(verb) => Some(Wanted::Instance),
        ("name", ["credential", verb]) if OF_CREDENTIALS.contains(verb) => Some(Wanted::Credential),
        ("template", ["invoke"])
        | ("name" | "names", ["template", "show" | "save" | "export" | "delete"]) => Some(Wanted::Template),
        ("id" | "ids" | "one" | "other" | "before", ["log", _]) => Some(Wanted::Line),
        ("pointer" | "pointers" | "credential_pointer", _) => Some(Wanted::Pointer),
        ("rows", ["filter", _]) => Some(Wanted::Rows),
        ("name", ["filter", "save" | "delete"]) => Some(Wanted::FilterName),
        ("filter", ["filter", ..]) => None,
        ("filter", [group, ..]) => rows_of(group).map(Wanted::Filter),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_home_is_where_the_shell_will_say() {
        let variable = |name: &str| match name {
            "HOME" => Some("/home/me".into()),
            "PWD" => Some("/srv/tour".into()),
            _ => None,
        };
        for (word, expected) in [
            ("~/bf", "/home/me/bf"),
            ("~", "/home/me"),
            ("$HOME/bf", "/home/me/bf"),
            ("${HOME}/a b", "/home/me/a b"),
            ("$PWD/b/home", "/srv/tour/b/home"),
            ("$NOSUCH/b", "$NOSUCH/b"),
            ("~somebody/b", "~somebody/b"),
            ("/a/~/$HOME", "/a/~/$HOME"),
            ("a", "a"),
            ("", ""),
        ] {
            assert_eq!(expanded(word, variable), PathBuf::from(expected), "{word}");
        }
        let home = std::env::var_os("HOME").map(PathBuf::from);
        if let Some(home) = home {
            assert_eq!(found("--home ~/bf instance show ").home, Some(home.join("bf")));
            assert_eq!(found("--home=~/bf instance show ").home, Some(home.join("bf")));
        }
    }

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
            "call --",
            "credential import ",
            "pointer create alpha ",
        ] {
            assert_eq!(found(line).wanted, None, "{line}");
        }
    }

    #[test]
    fn credentials_templates_lines_and_pointers_are_offered_where_one_is_named() {
        for (line, wanted) in [
            ("credential show ", Wanted::Credential),
            ("credential rotate --overlap 1h al", Wanted::Credential),
            ("invoke alpha --template ", Wanted::Template),
            ("template show ", Wanted::Template),
            ("template export queries.toml one ", Wanted::Template),
            ("log show ", Wanted::Line),
            ("log diff 1 ", Wanted::Line),
            ("log mark 1 2 ", Wanted::Line),
            ("log list --before ", Wanted::Line),
            ("call alpha ", Wanted::Pointer),
            ("--json pointer show alpha ptr_", Wanted::Pointer),
            ("pointer delete alpha ptr_000000000001 ", Wanted::Pointer),
            ("bench alpha --pointer ", Wanted::Pointer),
            ("log list --filter ", Wanted::Filter(Rows::Log)),
            ("log export --filter sav", Wanted::Filter(Rows::Log)),
            ("instance list --filter ", Wanted::Filter(Rows::Instances)),
            ("credential list --filter ", Wanted::Filter(Rows::Credentials)),
            ("audit list alpha --filter ", Wanted::Filter(Rows::Audit)),
        ] {
            let place = found(line);
            assert_eq!(place.wanted, Some(wanted), "{line}");
            if wanted == Wanted::Pointer {
                assert_eq!(place.instance.as_deref(), Some("alpha"), "{line}");
            }
        }
    }

    #[test]
    fn the_lists_of_kept_filters_and_their_names_are_offered() {
        for line in ["filter list ", "filter delete ", "filter save po"] {
            assert_eq!(found(line).wanted, Some(Wanted::Rows), "{line}");
        }
        for line in ["filter delete log ", "filter save log sl"] {
            let place = found(line);
            assert_eq!(place.wanted, Some(Wanted::FilterName), "{line}");
            assert_eq!(place.rows, Some(Rows::Log), "{line}");
        }
        assert_eq!(found("filter save log slow ").wanted, None);
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
    fn every_verb_that_is_named_here_is_there() {
        let mut command = Cli::command();
        command.build();
        for (group, verbs) in [("instance", &OF_INSTANCES[..]), ("credential", &OF_CREDENTIALS)] {
            let group = command.find_subcommand(group).unwrap();
            for verb in verbs {
                assert!(group.find_subcommand(verb).is_some(), "{verb}");
            }
        }
    }
}
