//! The line after `:`: its keys, what is wrong with it, and what it does.

use super::candidates::{candidates, instances, is_choice, path_of, wishes};
use super::commands::perform;
use super::history::remember;
use super::panes::is_filter;
use crate::command::{Command, Id, Key, KeyCode, by_name, command, commands, missing};
use crate::tui::composer;
use crate::tui::effect::Effect;
use crate::tui::layers::{CommandLine, Layer, split_path};
use crate::tui::paths::FileName;
use crate::tui::state::State;
use tui_input::Input;

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
    let mut effects: Vec<Effect> = look_into_folder(state).into_iter().collect();
    effects.extend(ask_for_templates(state));
    effects
}

/// Queries are named for the first time: there may be names to go on with.
fn ask_for_templates(state: &mut State) -> Option<Effect> {
    let Some(Layer::Command(line)) = state.layers.last() else {
        return None;
    };
    let (name, _) = line.input.value().split_once(' ')?;
    let is_meant = by_name(name).is_some_and(|command| command.id == Id::Template);
    (is_meant && state.composer.templates.is_none()).then(|| composer::ask_for_templates(state))
}

/// A path that is typed leads into another folder: what is in that helps to go on.
pub fn look_into_folder(state: &mut State) -> Option<Effect> {
    let Some(Layer::Command(line)) = state.layers.last_mut() else {
        return None;
    };
    let (name, argument) = line.input.value().split_once(' ')?;
    let (folder, _) = split_path(path_of(by_name(name)?, argument)?);
    let folder = folder.to_owned();
    if line.folder.as_ref().is_some_and(|(known, _)| *known == folder) {
        return None;
    }
    line.folder = Some((folder.clone(), Vec::new()));
    Some(Effect::LookIntoFolder(folder))
}

/// What is in the folder that the path has come to.
pub fn learn_files(line: &mut CommandLine, folder: &str, files: Vec<FileName>) {
    if let Some((known, there)) = &mut line.folder
        && known == folder
    {
        *there = files;
    }
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

/// Whether the first word behind a command names an instance, and is no filter. Where an instance is written with its
/// sign, everything else is one.
fn names_instance(command: &Command, first: &str) -> bool {
    let wants = |wanted: &str| wishes(command).any(|wish| wish == wanted);
    let is_filter = match command.argument.contains("@INSTANCE") {
        true => !first.starts_with('@'),
        false => wants("FILTER") && is_filter(first),
    };
    wants("INSTANCE") && !first.is_empty() && !is_filter
}

/// Where only certain words may follow, one of them has to.
fn expect_known(state: &State, command: &Command, argument: &str) -> Result<(), String> {
    let first = argument.split_whitespace().next().unwrap_or_default();
    let name = first.strip_prefix('@').unwrap_or(first);
    if names_instance(command, first) && state.instances.get(name).is_none() {
        let names: Vec<String> = instances(state).map(|candidate| candidate.text).collect();
        let filter = match command.id {
            Id::ShowPointers => format!("; a filter begins with /, as in /{name}"),
            _ => String::new(),
        };
        return Err(format!(
            "there is no instance {name:?}; there are: {}{filter}",
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
