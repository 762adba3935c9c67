//! Two composers, one over the other: keys go to the one that is seen, and what comes to the one that asked.

use super::{STATS, composer, effects, send, sent, tell, text, write_query};
use crate::tui::composer::errand::Heard;
use crate::tui::composer::state::Asked;
use crate::tui::composer::{fake, open_query};
use crate::tui::fake::{answer, demo, name, press};
use crate::tui::layers::Layer;
use crate::tui::state::State;
use serde_json::json;

const HIDDEN: &str = "{\"action\": \"create_domain\", \"name\": \"hidden\"}";

/// A composer whose text was changed after its reply came, and over it another that edits that call.
fn stacked() -> State {
    let mut state = demo((120, 36));
    press(&mut state, &["I"]);
    write_query(&mut state, STATS);
    let ticket = send(&mut state);
    tell(&mut state, ticket, Ok(Heard::Arrived(Box::new(fake::arrived()))));
    write_query(&mut state, HIDDEN);
    press(&mut state, &["shift-tab", "enter", "e"]);
    let open = |layer: &&Layer| matches!(layer, Layer::Composer(_));
    assert_eq!(state.layers.iter().filter(open).count(), 2);
    assert!(matches!(state.layers.last(), Some(Layer::Composer(_))));
    state
}

#[test]
fn keys_go_to_the_composer_that_is_seen() {
    let mut state = stacked();
    write_query(&mut state, STATS);
    assert_eq!(text(&state), STATS);
    let told = effects(&mut state, "ctrl-s");
    let (_, outgoing) = sent(&told).expect("what is seen is sent");
    assert_eq!(outgoing.query.action(), "get_graph_stats");
    answer(&mut state, told);
    press(&mut state, &["esc"]);
    assert!(matches!(state.layers.last(), Some(Layer::Invoke(_))));
    press(&mut state, &["esc"]);
    assert_eq!(text(&state), HIDDEN, "the other is as it was left");
}

#[test]
fn what_comes_goes_to_the_composer_that_asked() {
    let mut state = demo((120, 36));
    press(&mut state, &["I"]);
    write_query(&mut state, STATS);
    let ticket = send(&mut state);
    let over = open_query(&mut state, name("alpha"), &json!({"action": "whoami"}));
    answer(&mut state, over);
    tell(&mut state, ticket, Ok(Heard::Arrived(Box::new(fake::arrived()))));
    assert!(state.running.is_empty());
    assert!(matches!(composer(&state).reply, Asked::None));
    press(&mut state, &["esc"]);
    assert!(matches!(composer(&state).reply, Asked::Here(_)));
}
