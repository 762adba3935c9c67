//! What came of an errand, given to whatever waits for it: the page, a form, a question or a choice.
//!
//! Above all of them: none of them takes news by itself.

use super::errand::News;
use super::marked::MARKED;
use super::{fetch_header, forms, marked, update};
use crate::tui::effect::Effect;
use crate::tui::state::State;

/// Takes what came.
pub fn on_news(state: &mut State, news: News) -> Vec<Effect> {
    match news {
        News::Neighbors {
            instance,
            address,
            computed,
            offset,
            outcome,
        } => return update::take_neighbours(state, instance, &address, computed, offset, outcome),
        News::Described(instance, told) => update::take_words(state, &instance, &told),
        News::Rested(text) => return forms::look_for(state, text),
        News::Tags(instance, tags) => forms::learn_tags(state, &instance, tags),
        News::Taken(instance, text, taken) => forms::learn_taken(state, &instance, text, taken),
        News::Connections(instance, address, there, found) => {
            forms::choose_connection(state, instance, address, &there, found);
        }
        News::CredentialPointers(instance, address, there, found) => {
            return fetch_header::choose(state, instance, address, &there, found);
        }
        News::MarkedConnections(instance, found) => marked::choose_connection(state, &instance, found),
        News::Hanging(address, found) => forms::tell_hanging(state, address.as_str(), &found, "it"),
        News::HangingOnMarked(found) => forms::tell_hanging(state, MARKED, &found, "them"),
    }
    Vec::new()
}
