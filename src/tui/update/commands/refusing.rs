//! A console that only reads does not send again what changes something.

use crate::tui::effect::Effect;
use crate::tui::state::{Level, State};

/// Says what is not done, and because of which action.
pub(super) fn refuse(state: &mut State, what: &str, action: &str) -> Vec<Effect> {
    let text = format!("{what}: this console only reads, and {action} may change something");
    state.report(Level::Warn, text, "if you mean it, open one without --read-only");
    Vec::new()
}
