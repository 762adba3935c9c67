//! Instances that lie on disk and that this home does not know: they are told of, and taken over after a question.

use super::panes::show_pane;
use crate::command::Id;
use crate::model::InstanceName;
use crate::tui::effect::{Effect, Work};
use crate::tui::layers::{Confirm, Layer, Then};
use crate::tui::outcome::Outcome;
use crate::tui::state::{Level, Pane, State};
use crate::workspace::{TakenOver, listed, unknown_told};

/// They are not listed: somebody has to be told that they are there.
pub(super) fn on_unknown(state: &mut State, outcome: Outcome<Vec<InstanceName>>) {
    match outcome {
        Ok(names) => tell_unknown(state, names),
        Err(failure) => {
            state.report_failure(&failure);
        }
    }
}

/// Says so, once, and what takes them over. The choice that a home without a vault begins with offers it instead.
pub fn tell_unknown(state: &mut State, names: Vec<InstanceName>) {
    if names == state.unknown {
        return;
    }
    state.unknown = names;
    let Some((what, _)) = unknown_told(&state.unknown) else {
        return;
    };
    let them = if state.unknown.len() == 1 { "it" } else { "them" };
    let remedy = format!("{} takes {them} over", state.key_for(Id::TakeOver));
    let first_run = state.layers.iter_mut().find_map(|layer| match layer {
        Layer::FirstRun(first) => Some(first),
        _ => None,
    });
    match first_run {
        // Where nothing may be changed they can only be told of.
        Some(first) if !state.read_only => first.offer_to_take_over(),
        _ => state.report(Level::Warn, what, remedy),
    }
}

/// Asks before they are taken over: all of them, or those that are named.
pub(super) fn take_over(state: &mut State, argument: Option<&str>) -> Vec<Effect> {
    let mut names = state.unknown.clone();
    if let Some(argument) = argument {
        names.clear();
        for word in argument.split_whitespace() {
            match state.unknown.iter().find(|name| name.as_str() == word) {
                Some(name) if !names.contains(name) => names.push(name.clone()),
                Some(_) => {}
                None => {
                    let remedy = match state.unknown.as_slice() {
                        [] => String::new(),
                        unknown => format!("there are: {}", listed(unknown)),
                    };
                    let text = format!("no instance {word:?} lies on disk that this home does not know");
                    state.report(Level::Warn, text, remedy);
                    return Vec::new();
                }
            }
        }
    }
    if names.is_empty() {
        let text = "no instance lies on disk that this home does not know";
        state.report(Level::Info, text, "");
        return Vec::new();
    }
    let (each, on_each) = match names.len() {
        1 => ("it", "it"),
        _ => ("each of them", "each"),
    };
    let text = format!(
        "This home calls {each} as its new owner; the owner's credential of before is let in no more, whoever has it. \
         All other credentials stay as they are. It is put on record on {on_each}."
    );
    let confirm = Confirm {
        title: format!("Take {} over?", listed(&names)),
        text,
        instance: match names.as_slice() {
            [one] => Some(one.to_string()),
            _ => None,
        },
        dependents: None,
        yes: "take over",
        then: Then::Do(Work::TakeOver(names)),
    };
    state.layers.push(Layer::Confirm(Box::new(confirm)));
    Vec::new()
}

/// They are in this home now, or some of them: those are shown, and why the others are not is said.
pub(super) fn on_taken_over(state: &mut State, over: TakenOver) -> Vec<Effect> {
    let known: Vec<InstanceName> = over.rows.iter().map(|row| row.name.clone()).collect();
    state.instances.replace(over.rows);
    state.unknown.retain(|name| !known.contains(name));
    let mut effects = vec![Effect::Watch(known)];
    let taken: Vec<InstanceName> = over.taken.into_iter().map(|one| one.name).collect();
    if let Some(first) = taken.first() {
        // Whoever has gone on meanwhile stays where they are.
        if state.layers.is_empty() {
            effects.extend(show_pane(state, Pane::Instances, Some(first.as_str())));
        }
        let (are, owner) = match taken.len() {
            1 => ("is", "a new owner"),
            _ => ("are", "new owners"),
        };
        let text = format!("{} {are} in this home now, with {owner}", listed(&taken));
        let remedy = format!(
            "look at who else may call ({}), and host with {}",
            state.key_for(Id::ShowCredentials),
            state.key_for(Id::StartInstance)
        );
        state.report(Level::Good, text, remedy);
    }
    for failure in &over.left {
        state.report_failure(failure);
    }
    state.pointers.ask_again();
    effects.push(Effect::FindUnknown);
    effects
}
