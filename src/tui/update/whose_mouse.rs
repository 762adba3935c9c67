//! Whose the mouse is: the console's, or the terminal's, which selects text with it.

use crate::command::Id;
use crate::tui::effect::Effect;
use crate::tui::state::{Level, State};

/// Gives it to the other one.
pub fn turn_mouse(state: &mut State) -> Vec<Effect> {
    state.mouse = !state.mouse;
    let text = if state.mouse {
        "the mouse is the console's again".to_owned()
    } else {
        format!(
            "the mouse is the terminal's: select text with it; {} takes it back",
            state.key_for(Id::Mouse)
        )
    };
    state.report(Level::Info, text, "");
    vec![Effect::Mouse(state.mouse)]
}
