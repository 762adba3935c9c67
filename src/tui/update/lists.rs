//! The lists of the panes are asked for.
//!
//! Whatever may have changed them ends here, so this leans on nothing but the list of credentials, which is asked for
//! in a way of its own.

use super::credentials::load_credentials;
use crate::tui::effect::Effect;
use crate::tui::state::State;

/// Asks for the newest lines.
pub fn load_log(state: &State) -> Effect {
    Effect::LoadLog {
        generation: state.log.generation,
        ask: state.log.newest(),
    }
}

/// The lists may show other things now.
pub fn after_anything(state: &mut State) -> Vec<Effect> {
    let mut effects = vec![Effect::LoadInstances, load_log(state)];
    effects.extend(load_credentials(state));
    effects
}
