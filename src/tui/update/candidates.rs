//! What may follow on the line after `:`.

use crate::command::{Command, Id, by_name, commands};
use crate::tui::layers::Candidates;
use crate::tui::state::State;
use crate::tui::widgets::candidates::Candidate;

/// What may stand at the end of the line.
pub fn candidates(state: &State, text: &str) -> Candidates {
    let from = text.rfind(' ').map_or(0, |place| place + 1);
    let begun = text[from..].to_lowercase();
    let Some((name, _)) = text.split_once(' ') else {
        return Candidates {
            from: 0,
            items: names(state, &begun),
        };
    };
    let Some(command) = by_name(name) else {
        return Candidates::default();
    };
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
        "NAME" if command.id == Id::Theme => {
            let names = state.look.catalog.names().into_iter();
            names.map(|name| plain(name, "theme")).collect()
        }
        "WORDS" | "FILTER" => tags(state),
        "POINTER" | "ADDRESS" => rows(state)
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

/// Pointers near the selection that have been fetched.
fn rows(state: &State) -> impl Iterator<Item = &crate::model::Pointer> {
    let first = state.pointers.selected.saturating_sub(100);
    (first..first + 200).filter_map(|place| state.pointers.row(place))
}

/// Tags of pointers that have been fetched.
fn tags(state: &State) -> Vec<Candidate> {
    let mut tags: Vec<&String> = rows(state).flat_map(|pointer| &pointer.tags).collect();
    tags.sort_unstable();
    tags.dedup();
    tags.into_iter()
        .map(|tag| Candidate {
            text: format!("#{tag}"),
            doc: "tag".to_owned(),
        })
        .collect()
}
