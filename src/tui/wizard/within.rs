//! The wizard among the layers of the console: taken out while it changes, and put back.
//!
//! Knows the wizard's state and nothing of what changes it.

use super::state::Wizard;
use crate::handshake::guide::UnderWay;
use crate::tui::effect::Effect;
use crate::tui::layers::Layer;
use crate::tui::state::State;

/// Takes the wizard out of the layers for a while, so that both can be changed.
pub fn with(
    state: &mut State,
    change: impl FnOnce(&mut State, &mut Wizard) -> (bool, Vec<Effect>),
) -> Vec<Effect> {
    state.change_layer(
        |layer| matches!(layer, Layer::Wizard(_)),
        |state, layer| match layer {
            Layer::Wizard(wizard) => change(state, wizard),
            _ => (true, Vec::new()),
        },
    )
}

/// While the wizard is open: how the handshake stands that it is about, if there is one yet.
pub fn under_way(state: &State) -> Option<Option<UnderWay>> {
    state.layers.iter().rev().find_map(|layer| match layer {
        Layer::Wizard(wizard) => Some(wizard.course.under_way().cloned()),
        _ => None,
    })
}
