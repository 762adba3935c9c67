//! The wizard among the layers of the console: taken out while it changes, and put back.
//!
//! Knows the wizard's state and nothing of what changes it.

use super::state::Wizard;
use crate::tui::effect::Effect;
use crate::tui::layers::Layer;
use crate::tui::state::State;

/// Takes the wizard out of the layers for a while, so that both can be changed.
pub fn with(
    state: &mut State,
    change: impl FnOnce(&mut State, &mut Wizard) -> (bool, Vec<Effect>),
) -> Vec<Effect> {
    let Some(place) = state
        .layers
        .iter()
        .position(|layer| matches!(layer, Layer::Wizard(_)))
    else {
        return Vec::new();
    };
    let Layer::Wizard(mut wizard) = state.layers.remove(place) else {
        return Vec::new();
    };
    let (stays, effects) = change(state, &mut wizard);
    if stays {
        let place = place.min(state.layers.len());
        state.layers.insert(place, Layer::Wizard(wizard));
    }
    effects
}
