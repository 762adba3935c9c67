//! What may follow on the line after `:`.

use super::filter_words::{filter_words, lines, pointers};
use super::kept_filters::rows_here;
use super::narrow::rows_of;
use super::panes::is_filter;
use super::sorting;
use crate::command::{Command, Id, by_name, commands};
use crate::tui::layers::{Candidates, Layer, Rows, split_path};
use crate::tui::paths::FileName;
use crate::tui::state::State;
use crate::tui::widgets::candidates::Candidate;
use crate::tui::widgets::text::in_one_line;
use crate::workspace::{LogForm, PointerColumn};

/// What may stand at the end of the line.
pub fn candidates(state: &State, text: &str) -> Candidates {
    let Some((name, argument)) = text.split_once(' ') else {
        return Candidates {
            from: 0,
            items: names(state, &text.to_lowercase()),
        };
    };
    let Some(command) = by_name(name) else {
        return Candidates::default();
    };
    let behind = name.len() + 1;
    if command.id == Id::Template {
        return Candidates {
            from: behind,
            items: templates(state, argument),
        };
    }
    let mut found = match (path_of(command, argument), filtered(state, command, argument)) {
        (Some(_), _) => files(state, argument),
        (None, Some((rows, from))) => {
            let words = filter_words(state, rows, &argument[from..]);
            Candidates {
                from: from + words.from,
                ..words
            }
        }
        (None, None) => words(state, command, argument),
    };
    found.from += behind;
    found
}

/// What may stand at the end of an argument that is no filter and no path.
fn words(state: &State, command: &Command, argument: &str) -> Candidates {
    let from = argument.rfind(' ').map_or(0, |place| place + 1);
    let begun = argument[from..].to_lowercase();
    let mut items: Vec<Candidate> = Vec::new();
    for wish in wishes(command) {
        items.extend(values(state, command, wish));
    }
    items.retain(|item| {
        let text = item.text.to_lowercase();
        text.starts_with(&begun) && text != begun
    });
    items.truncate(100);
    Candidates { from, items }
}

/// Queries by their names, which may have blanks in them.
fn templates(state: &State, begun: &str) -> Vec<Candidate> {
    let begun_small = begun.to_lowercase();
    let templates = state.composer.templates().iter();
    templates
        .filter(|template| template.name != begun && template.name.to_lowercase().starts_with(&begun_small))
        .take(100)
        .map(|template| Candidate {
            text: template.name.clone(),
            doc: in_one_line(template.about.as_ref().unwrap_or(&template.text)),
        })
        .collect()
}

/// The rows that the end of an argument filters, and from which byte of it on the filter stands; none where something
/// else is meant there.
fn filtered(state: &State, command: &Command, argument: &str) -> Option<(Rows, usize)> {
    if !wishes(command).any(|wish| wish == "FILTER") {
        return None;
    }
    match command.id {
        Id::ShowLog => Some((Rows::Log, 0)),
        Id::AuditFilter => Some((Rows::Audit, 0)),
        Id::ShowPointers => {
            let (first, from) = match argument.split_once(' ') {
                Some((first, _)) if !is_filter(first) => (&argument[first.len() + 1..], first.len() + 1),
                _ => (argument, 0),
            };
            let is_instance = from == 0 && !is_filter(first);
            let sign = usize::from(first.starts_with('/'));
            (!is_instance).then_some((Rows::Pointers, from + sign))
        }
        _ => Some((rows_of(state.focus), 0)),
    }
}

/// The path that is an argument, if it is one.
pub fn path_of<'a>(command: &Command, argument: &'a str) -> Option<&'a str> {
    wishes(command).any(|wish| wish == "FILE").then_some(argument)
}

/// Files in the folder that a path has come to, as far as that was looked into.
fn files(state: &State, path: &str) -> Candidates {
    let (folder, begun) = split_path(path);
    let known = match state.layers.last() {
        Some(Layer::Command(line)) => line.folder.as_ref(),
        _ => None,
    };
    let there = known
        .filter(|(known, _)| known == folder)
        .map(|(_, files)| files.as_slice())
        .unwrap_or_default();
    let shown = |file: &&FileName| {
        let is_meant = file.name.starts_with(begun) && file.written() != begun;
        is_meant && (begun.starts_with('.') || !file.name.starts_with('.'))
    };
    let items = there.iter().filter(shown).take(100).map(|file| Candidate {
        text: file.written(),
        doc: if file.is_folder { "folder" } else { "" }.to_owned(),
    });
    Candidates {
        from: folder.len(),
        items: items.collect(),
    }
}

fn names(state: &State, begun: &str) -> Vec<Candidate> {
    let situation = state.situation();
    commands()
        .filter(|command| command.name.starts_with(begun))
        .filter(|command| command.is_available(&situation) || is_possible_elsewhere(state, command))
        .map(|command| Candidate {
            text: command.name.to_owned(),
            doc: match command.argument {
                "" => command.doc.to_owned(),
                argument => format!("{argument}  {}", command.doc),
            },
        })
        .collect()
}

/// Whether it could be done on an instance that is named.
fn is_possible_elsewhere(state: &State, command: &Command) -> bool {
    wishes(command).any(|wish| wish == "INSTANCE")
        && state
            .instances
            .rows
            .iter()
            .any(|instance| command.is_available(&state.situation_about(instance.row.name.as_str())))
}

/// The words of what may follow a command: `INSTANCE`, or a choice as it is written.
pub fn wishes(command: &Command) -> impl Iterator<Item = &'static str> {
    command
        .argument
        .split(['[', ']', '|', ' ', '/', '@', '#', ':', '.'])
        .filter(|wish| !wish.is_empty())
}

/// Whether a wish is to be written as it is.
pub fn is_choice(wish: &str) -> bool {
    wish.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-')
}

fn values(state: &State, command: &Command, wish: &'static str) -> Vec<Candidate> {
    let plain = |text: String, doc: &str| Candidate {
        text,
        doc: doc.to_owned(),
    };
    match wish {
        "INSTANCE" => instances(state).collect(),
        "NAME" if command.id == Id::ForgetFilter => {
            let kept = state.filters.of(rows_here(state));
            kept.map(|(name, filter)| plain(name.to_owned(), filter))
                .collect()
        }
        "NAME" if command.id == Id::Theme => {
            let names = state.look.catalog.names().into_iter();
            names.map(|name| plain(name, "theme")).collect()
        }
        "FORM" => {
            let forms = LogForm::ALL.into_iter();
            forms
                .map(|form| plain(form.as_str().to_owned(), form.doc()))
                .collect()
        }
        "COLUMN" if command.id == Id::Sort => sorting::words(state.focus)
            .into_iter()
            .map(|name| plain(name.replace(' ', "-"), "column"))
            .collect(),
        "COLUMN" => PointerColumn::ALL
            .into_iter()
            .map(|column| plain(column.title().replace(' ', "-"), "column"))
            .collect(),
        "ID" => lines(state)
            .map(|line| plain(line.id.to_string(), &line.action))
            .collect(),
        "POINTER" | "ADDRESS" => pointers(state)
            .map(|pointer| plain(pointer.address.to_string(), &pointer.description))
            .collect(),
        "CREDENTIAL" => state
            .credentials
            .rows()
            .iter()
            .map(|row| plain(row.name.clone(), &format!("for {}", row.instance)))
            .collect(),
        choice if is_choice(choice) => vec![plain(choice.to_owned(), "")],
        _ => Vec::new(),
    }
}

/// The instances that may be named.
pub fn instances(state: &State) -> impl Iterator<Item = Candidate> {
    state.instances.rows.iter().map(|instance| Candidate {
        text: instance.row.name.to_string(),
        doc: instance.row.endpoint.authority(),
    })
}
