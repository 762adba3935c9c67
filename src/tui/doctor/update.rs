//! What happens to the page when something happens.

use super::state::Doctor;
use crate::tui::effect::Effect;
use crate::tui::layers::Layer;
use crate::tui::state::State;
use crate::workspace::Observation;

/// Opens the page, and has everything looked at.
pub fn open(state: &mut State) -> Vec<Effect> {
    state.layers.retain(|layer| !matches!(layer, Layer::Doctor(_)));
    let doctor = Doctor::new(state.take_ticket());
    let number = doctor.number;
    state.layers.push(Layer::Doctor(Box::new(doctor)));
    vec![Effect::Examine(number)]
}

fn top(state: &mut State) -> Option<&mut Doctor> {
    match state.layers.last_mut() {
        Some(Layer::Doctor(doctor)) => Some(doctor),
        _ => None,
    }
}

/// Has everything looked at again; what was found stays until that is over.
pub fn again(state: &mut State) -> Vec<Effect> {
    match top(state) {
        Some(doctor) if !doctor.looking => {
            doctor.looking = true;
            vec![Effect::Examine(doctor.number)]
        }
        _ => Vec::new(),
    }
}

/// Shows what is as it should be too, or only what is not.
pub fn show_all(state: &mut State) -> Vec<Effect> {
    if let Some(doctor) = top(state) {
        doctor.all = !doctor.all;
        doctor.scroll = 0;
    }
    Vec::new()
}

/// Everything was looked at.
pub fn on_found(state: &mut State, number: u64, found: Vec<Observation>) {
    let now = state.clock.now();
    for layer in &mut state.layers {
        if let Layer::Doctor(doctor) = layer
            && doctor.number == number
        {
            doctor.looking = false;
            doctor.looked_at = Some(now);
            doctor.found = found;
            return;
        }
    }
}
