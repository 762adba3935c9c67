//! The composer among the layers: taken out of them for a while to be changed, and gone from them when it is closed.
//! Then what was being written is kept.

use super::state::Composer;
use super::unsent::{keep_draft, keep_unsent};
use crate::tui::effect::Effect;
use crate::tui::layers::Layer;
use crate::tui::state::State;

/// Takes the composer on top out of the layers for a while, so that both can be changed.
pub fn with(
    state: &mut State,
    change: impl FnOnce(&mut State, &mut Composer) -> (bool, Vec<Effect>),
) -> Vec<Effect> {
    take(state, |layer| matches!(layer, Layer::Composer(_)), change)
}

/// The same with the composer that waits for this ticket; with the one on top if none does.
pub fn with_asker(
    state: &mut State,
    ticket: u64,
    change: impl FnOnce(&mut State, &mut Composer) -> (bool, Vec<Effect>),
) -> Vec<Effect> {
    let waits = |layer: &Layer| matches!(layer, Layer::Composer(composer) if composer.waits_for(ticket));
    if state.layers.iter().any(waits) {
        return take(state, waits, change);
    }
    with(state, change)
}

fn take(
    state: &mut State,
    is_meant: impl Fn(&Layer) -> bool,
    change: impl FnOnce(&mut State, &mut Composer) -> (bool, Vec<Effect>),
) -> Vec<Effect> {
    state.change_layer(is_meant, |state, layer| {
        let Layer::Composer(composer) = layer else {
            return (true, Vec::new());
        };
        let (stays, mut effects) = change(state, composer);
        if !stays {
            keep_draft(state, composer);
            effects.extend(keep_unsent(state));
        }
        (stays, effects)
    })
}
