//! The line after `:`: what may stand in it, what is wrong with it, and what was written before.

use super::commands::perform;
use crate::command::{Command, Id, Key, KeyCode, by_name, command, commands, missing};
use crate::tui::effect::Effect;
use crate::tui::layers::{Candidates, CommandLine, Layer};
use crate::tui::state::{State, recent};
use crate::tui::widgets::candidates::Candidate;
use tui_input::Input;

/// Lines of the history that are kept.
const KEPT: usize = 200;

/// Longer lines are not kept: nobody looks for them by hand.
const LONGEST_KEPT: usize = 400;

/// A key for the line.
pub fn on_key(state: &mut State, key: Key) -> Vec<Effect> {
    let history = state.history.clone();
    let Some(Layer::Command(line)) = state.layers.last_mut() else {
        return Vec::new();
    };
    if line.search.is_some() {
        on_search_key(line, key, &history);
        return Vec::new();
    }
    match (key.code, key.ctrl) {
        (KeyCode::Esc, _) => {
            state.layers.pop();
        }
        (KeyCode::Backspace, _) if line.input.value().is_empty() => {
            state.layers.pop();
        }
        (KeyCode::Tab, _) => take(state, true),
        (KeyCode::BackTab, _) => take(state, false),
        (KeyCode::Up, _) | (KeyCode::Char('p'), true) => line.recall(true, &history),
        (KeyCode::Down, _) | (KeyCode::Char('n'), true) => line.recall(false, &history),
        (KeyCode::Char('r'), true) => line.search = Some((Input::default(), 0)),
        (KeyCode::Enter, _) => return enter(state),
        _ => line.edit(key),
    }
    Vec::new()
}

/// Looking in the history: Enter takes the line, which may then be changed or entered.
fn on_search_key(line: &mut CommandLine, key: Key, history: &[String]) {
    let found = line.found(history);
    let last = found.len().saturating_sub(1);
    let chosen = line
        .search
        .as_ref()
        .and_then(|(_, selected)| found.get(*selected).cloned().cloned());
    let Some((_, selected)) = &mut line.search else {
        return;
    };
    match (key.code, key.ctrl) {
        (KeyCode::Esc, _) => line.search = None,
        (KeyCode::Enter | KeyCode::Tab, _) => {
            line.search = None;
            if let Some(chosen) = chosen {
                line.put(chosen);
            }
        }
        (KeyCode::Down, _) | (KeyCode::Char('r' | 'n'), true) => *selected = (*selected + 1).min(last),
        (KeyCode::Up, _) | (KeyCode::Char('p'), true) => *selected = selected.saturating_sub(1),
        _ => line.edit(key),
    }
}

fn take(state: &mut State, forward: bool) {
    let fresh = match state.layers.last() {
        Some(Layer::Command(line)) => candidates(state, line.input.value()),
        _ => return,
    };
    if let Some(Layer::Command(line)) = state.layers.last_mut() {
        line.take(fresh, forward);
    }
}

fn enter(state: &mut State) -> Vec<Effect> {
    let Some(Layer::Command(line)) = state.layers.last_mut() else {
        return Vec::new();
    };
    let text = line.input.value().trim().to_owned();
    if text.is_empty() {
        state.layers.pop();
        return Vec::new();
    }
    match read(state, &text) {
        Ok((id, argument)) => {
            state.layers.pop();
            let mut effects = remember(state, id, &text);
            effects.extend(perform(state, id, argument.as_deref()));
            effects
        }
        Err(error) => {
            if let Some(Layer::Command(line)) = state.layers.last_mut() {
                line.error = Some(error);
            }
            Vec::new()
        }
    }
}

/// Reads a line: which command with which argument, or what was expected instead.
pub fn read(state: &State, text: &str) -> Result<(Id, Option<String>), String> {
    let (name, argument) = text.split_once(' ').unwrap_or((text, ""));
    let argument = argument.trim();
    let command = match name {
        "q" => Some(command(Id::Quit)),
        _ => by_name(name),
    };
    let Some(command) = command else {
        let several: Vec<&str> = commands()
            .map(|command| command.name)
            .filter(|known| known.starts_with(name))
            .take(4)
            .collect();
        return Err(match several.as_slice() {
            [] => format!(
                "there is no command {name:?}; {} lists all",
                state.key_for(Id::Help)
            ),
            several => format!("{name:?} may be {}", several.join(", ")),
        });
    };
    let named = named_instance(state, command, argument);
    let situation = match named {
        Some(name) => state.situation_about(name),
        None => state.situation(),
    };
    if let Some(why) = missing(command, &situation) {
        let place = named.map_or_else(|| "here".to_owned(), |name| format!("on {name}"));
        return Err(format!("{} is not possible {place}: {why}", command.name));
    }
    if !argument.is_empty() && command.argument.is_empty() {
        return Err(format!("nothing may follow {}", command.name));
    }
    if argument.is_empty() && !command.argument.is_empty() && !command.argument.starts_with('[') {
        return Err(format!("{} needs {}", command.name, command.argument));
    }
    expect_known(state, command, argument)?;
    Ok((command.id, (!argument.is_empty()).then(|| argument.to_owned())))
}

/// The instance that a command is told to be about, where there is one of that name.
fn named_instance<'a>(state: &State, command: &Command, argument: &'a str) -> Option<&'a str> {
    let first = argument.split_whitespace().next()?;
    let name = first.strip_prefix('@').unwrap_or(first);
    let wants_instance = wishes(command).any(|wish| wish == "INSTANCE");
    (wants_instance && state.instances.get(name).is_some()).then_some(name)
}

/// Where only certain words may follow, one of them has to.
fn expect_known(state: &State, command: &Command, argument: &str) -> Result<(), String> {
    let first = argument.split_whitespace().next().unwrap_or_default();
    let wants_instance = wishes(command).any(|wish| wish == "INSTANCE");
    let name = first.strip_prefix('@').unwrap_or(first);
    if wants_instance && !name.is_empty() && !name.starts_with('/') && state.instances.get(name).is_none() {
        let names: Vec<String> = instances(state).map(|candidate| candidate.text).collect();
        return Err(format!(
            "there is no instance {name:?}; there are: {}",
            names.join(", ")
        ));
    }
    let choices: Vec<&str> = wishes(command).filter(|wish| is_choice(wish)).collect();
    if !first.is_empty()
        && !choices.is_empty()
        && choices.len() == wishes(command).count()
        && !choices.contains(&first)
    {
        return Err(format!("{first:?} is none of {}", choices.join(", ")));
    }
    Ok(())
}

/// Keeps a line for the next time. A query may hold anything: lines with one are not kept.
fn remember(state: &mut State, id: Id, text: &str) -> Vec<Effect> {
    let holds_query = wishes(command(id)).any(|wish| wish == "JSON") && text.contains(' ');
    if holds_query || text.len() > LONGEST_KEPT {
        return Vec::new();
    }
    recent::add(&mut state.history, text.to_owned(), KEPT);
    let list = kept_history(state).map(|list| Effect::Remember("history", list));
    list.into_iter().collect()
}

/// The lines that are kept for the next time.
pub fn kept_history(state: &State) -> Option<String> {
    // A line for a shell may hold what belongs in no file: it is remembered while the console runs.
    let lines = state.history.iter().filter(|line| !is_for_a_shell(line));
    serde_json::to_string(&lines.collect::<Vec<_>>()).ok()
}

fn is_for_a_shell(line: &str) -> bool {
    let name = line.split_whitespace().next();
    name.and_then(by_name)
        .is_some_and(|command| command.id == Id::Run)
}

/// Takes the lines that were kept; those of this run are newer.
pub fn take_history(state: &mut State, list: &str) {
    let Ok(mut kept) = serde_json::from_str::<Vec<String>>(list) else {
        return;
    };
    kept.retain(|line| line.len() <= LONGEST_KEPT);
    recent::put_before(&mut state.history, kept, KEPT);
}

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
fn wishes(command: &Command) -> impl Iterator<Item = &'static str> {
    command
        .argument
        .split(['[', ']', '|', ' ', '/', '@', '#', ':', '.'])
        .filter(|wish| !wish.is_empty())
}

/// Whether a wish is to be written as it is.
fn is_choice(wish: &str) -> bool {
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
            .rows
            .iter()
            .map(|row| plain(row.name.clone(), &format!("for {}", row.instance)))
            .collect(),
        choice if is_choice(choice) => vec![plain(choice.to_owned(), "")],
        _ => Vec::new(),
    }
}

fn instances(state: &State) -> impl Iterator<Item = Candidate> {
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
