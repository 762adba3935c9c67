//! What follows every change of the text, at once or once typing rests.

use super::background::background;
use super::blank;
use super::errand::News;
use super::layout::areas;
use super::looking::{look, word};
use super::offering::offer;
use super::state::Composer;
use super::view::panel_lines::prepare_reply;
use crate::tui::effect::Effect;
use crate::tui::message::Message;
use crate::tui::state::State;
use std::time::Duration;

/// How long typing must rest before pointers are searched for.
const REST: Duration = Duration::from_millis(150);
/// How long before it is looked up whether the pointers that are named are there.
const SETTLED: Duration = Duration::from_millis(500);
/// Longer texts are looked at only once typing rests.
const LONG: usize = 64 * 1024;

/// After every key: structure, remarks, offers and what is to be looked up follow the text.
pub fn settle(state: &mut State, composer: &mut Composer, typed: bool) -> Vec<Effect> {
    let revision = composer.editor.revision();
    let mut effects = Vec::new();
    if composer.looked_at != Some(revision) {
        if composer.editor.text().len() > LONG && composer.looked_at.is_some() {
            composer.popup = None;
        } else {
            look(state, composer);
        }
        if typed {
            offer(state, composer, false);
        }
        if let Some(errand) = blank::to_look_at(composer) {
            effects.push(background(state, errand));
        }
        effects.push(Effect::After(SETTLED, Message::Composer(News::Settled(revision))));
        if composer.editor.text().len() > LONG || word(state, composer).is_some() {
            effects.push(Effect::After(REST, Message::Composer(News::Rested(revision))));
        }
    }
    let (width, height) = areas(state, composer).room();
    composer.editor.follow(width, height);
    prepare_reply(state, composer);
    effects
}
