//! What was set in earlier runs: taken when it is read, and kept anew when it changes.
//!
//! Nothing is kept over what could not be read yet. What a person changes until then is held back, and stands when the
//! rest comes.

use super::narrow::narrow_log;
use super::themes::take_theme;
use super::{borders, history, place, sorting};
use crate::tui::effect::Effect;
use crate::tui::invoke;
use crate::tui::outcome::Outcome;
use crate::tui::state::{Columns, Level, Pane, State, Told};

/// Takes what was kept.
pub fn take(state: &mut State, outcome: Outcome<Vec<(String, String)>>) -> Vec<Effect> {
    let settings = match outcome {
        Ok(settings) => settings,
        Err(failure) => {
            if state.kept.settings.fail() {
                let text = format!("how you had set this is not at hand: {}", failure.message);
                let remedy = "it is asked for again, and nothing is kept over it until then";
                state.report(Level::Warn, text, remedy);
            }
            return Vec::new();
        }
    };
    let is_late = state.kept.settings == Told::Failed;
    state.kept.settings = Told::Known;
    let held = std::mem::take(&mut state.kept.held_back);
    let mut effects = Vec::new();
    for (name, value) in settings {
        match name.as_str() {
            "history" => history::take_history(state, &value),
            "expressions" => invoke::take_expressions(state, &value),
            // Whoever has waited for it is somewhere else by now.
            "place" if !is_late => place::take(state, &value),
            name if held.contains_key(name) => {}
            name => effects.extend(apply(state, name, value)),
        }
    }
    effects.extend(held.into_iter().filter_map(|(name, value)| {
        let value = match name {
            "history" => history::kept_history(state),
            "expressions" => invoke::kept_expressions(state),
            _ => Some(value),
        };
        Some(Effect::Remember(name, value?))
    }));
    effects
}

fn apply(state: &mut State, name: &str, value: String) -> Vec<Effect> {
    match name {
        "theme" if !state.look.chosen && state.look.catalog.names().contains(&value) => {
            state.look.chosen = take_theme(state, &value);
        }
        "focus" => {
            if let Some(pane) = Pane::ALL.into_iter().find(|pane| pane.title() == value) {
                state.focus = pane;
            }
        }
        "zoom" => state.zoom = value == "true",
        borders::SETTING => borders::take_kept(state, &value),
        "pointers.columns" => {
            state.pointers.columns = Columns::from_text(&value);
            state.pointers.ask_anew();
        }
        "pointers.filter" => state.pointers.set_filter(&value),
        "pointers.merged" => state.pointers.set_merged(value == "true"),
        name if sorting::SETTINGS.contains(&name) => return sorting::take_kept(state, name, &value),
        "livetest" => state.live_setup = Some(value),
        "log.filter" => return narrow_log(state, &value),
        "instances.filter" => state.instances.set_filter(&value),
        "credentials.filter" => state.credentials.set_filter(&value),
        _ => {}
    }
    Vec::new()
}

/// Holds back what would be kept over something that is not known.
pub fn hold_back(state: &mut State, effects: &mut Vec<Effect>) {
    if state.kept.settings == Told::Known {
        return;
    }
    let held_back = &mut state.kept.held_back;
    effects.retain(|effect| match effect {
        Effect::Remember(name, value) => {
            held_back.insert(name, value.clone());
            false
        }
        _ => true,
    });
}
