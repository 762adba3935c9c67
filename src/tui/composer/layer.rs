//! The composer among the layers: taken out of them for a while to be changed, and gone from them when it is closed.
//! Then what was being written is kept.

use super::state::Composer;
use super::unsent::keep_unsent;
use crate::tui::effect::Effect;
use crate::tui::layers::Layer;
use crate::tui::state::State;

/// Takes the composer out of the layers for a while, so that both can be changed.
pub fn with(
    state: &mut State,
    change: impl FnOnce(&mut State, &mut Composer) -> (bool, Vec<Effect>),
) -> Vec<Effect> {
    let is_composer = |layer: &Layer| matches!(layer, Layer::Composer(_));
    state.change_layer(is_composer, |state, layer| {
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

fn keep_draft(state: &mut State, composer: &Composer) {
    let text = composer.editor.text();
    if text.trim().is_empty() {
        state.composer.drafts.remove(&composer.instance);
    } else if text != composer.given {
        state
            .composer
            .drafts
            .insert(composer.instance.clone(), text.to_owned());
    }
}
