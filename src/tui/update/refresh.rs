//! Looking at everything again: the lists, and what the page on top shows.

use super::credentials::load_credentials;
use super::lists::load_log;
use crate::tui::effect::Effect;
use crate::tui::state::{Level, State};
use crate::tui::{audit, doctor, domains, pointer};

/// Everything, again.
pub fn refresh(state: &mut State) -> Vec<Effect> {
    state.pointers.ask_again();
    let mut effects = vec![Effect::LoadInstances, Effect::ProbeNow, load_log(state)];
    effects.extend(load_credentials(state));
    effects.extend(pointer::refresh(state));
    effects.extend(domains::refresh(state));
    effects.extend(audit::refresh(state));
    effects.extend(doctor::again(state));
    state.report(Level::Info, "looking at everything again", "");
    effects
}
