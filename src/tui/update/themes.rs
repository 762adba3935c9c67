//! Taking a theme: by name, or because the terminal is dark or bright.

use crate::tui::message::Brightness;
use crate::tui::state::{Level, State};
use crate::tui::theme::Theme;

/// Takes the theme that fits the terminal, unless a person chose one.
pub fn take_background(state: &mut State, brightness: Brightness) {
    if state.look.chosen {
        return;
    }
    let name = match brightness {
        Brightness::Dark => "dark",
        Brightness::Light => "light",
    };
    if let Some(theme) = look_at_theme(state, name) {
        state.look.theme = theme;
    }
}

/// Takes a theme by name; says what is wrong with it otherwise.
pub fn take_theme(state: &mut State, name: &str) -> bool {
    let theme = look_at_theme(state, name);
    let is_there = theme.is_some();
    if let Some(theme) = theme {
        state.look.theme = theme;
        state.look.missed = None;
    }
    is_there
}

/// A theme by name, for this terminal; says what is wrong with it otherwise.
pub fn look_at_theme(state: &mut State, name: &str) -> Option<Theme> {
    match state.look.catalog.theme(name, state.look.depth) {
        Ok(theme) => Some(theme),
        Err(error) => {
            state.report(Level::Bad, error.to_string(), "the theme stays as it was");
            None
        }
    }
}
