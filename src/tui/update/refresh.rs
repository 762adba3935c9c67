//! Looking again: at everything because a person wants it, or at what is shown of one instance because something on it was
//! changed.

use super::credentials::load_credentials;
use super::lists::load_log;
use crate::model::InstanceName;
use crate::tui::effect::Effect;
use crate::tui::layers::Layer;
use crate::tui::state::{Level, State};
use crate::tui::{audit, doctor, domains, pointer};

/// Everything, again.
pub fn refresh(state: &mut State) -> Vec<Effect> {
    state.pointers.ask_again();
    if state.log.sorting.is_some() {
        // What came since takes its place among the others.
        state.log.ask_again();
    }
    let mut effects = vec![Effect::LoadInstances, Effect::ProbeNow, load_log(state)];
    effects.extend(load_credentials(state));
    effects.extend(pointer::refresh(state));
    effects.extend(domains::refresh(state));
    effects.extend(audit::refresh(state));
    effects.extend(doctor::again(state));
    state.report(Level::Info, "looking at everything again", "");
    effects
}

/// Whatever is shown of this instance, again: somebody changed something on it. What is there stays until the answers
/// come, and where one is in it.
pub fn look_after_change(state: &mut State, name: &InstanceName) -> Vec<Effect> {
    if state.pointers.sources().iter().any(|source| source.name == *name) {
        state.pointers.ask_again();
    }
    let mut effects: Vec<Effect> = load_credentials(state).into_iter().collect();
    effects.extend(state.layers.iter().filter_map(|layer| match layer {
        Layer::Pointer(page) if page.instance == *name => {
            Some(Effect::LoadPointer(name.clone(), page.address.clone()))
        }
        Layer::Domains(page) if page.instance == *name => {
            Some(Effect::Domains(domains::Errand::Tree(name.clone())))
        }
        _ => None,
    }));
    effects
}
