//! The page of an instance that somebody else removed: its keys act on nothing, and not on the neighbour that the
//! selection fell to.

use super::super::*;
use super::{SIZE, say, works};
use crate::tui::fake::{self, demo, key, press};
use crate::tui::layers::Layer;
use crate::tui::view::tests::screen;

/// The page of the last instance, which another program removed; and what that was called.
fn orphan() -> (State, String) {
    let mut state = demo(SIZE);
    press(&mut state, &["1", "G", "enter"]);
    let Some(Layer::Instance(page)) = state.layers.last() else {
        panic!("its page is open");
    };
    let gone = page.name.clone();
    let mut left = fake::instances();
    left.retain(|row| row.name != gone);
    update(&mut state, Message::Instances(Ok(left)));
    (state, gone.to_string())
}

#[test]
fn keys_on_the_page_of_an_instance_that_is_gone_act_on_no_other() {
    for pressed in ["w", "s", "S", "e", "L", "D", "b", "y"] {
        let (mut state, _) = orphan();
        assert!(
            state.instances.selected().is_some(),
            "the selection fell to a neighbour"
        );
        let effects = key(&mut state, pressed);
        assert!(works(effects).is_empty(), "{pressed}");
        assert!(
            matches!(state.layers.as_slice(), [Layer::Instance(_)]),
            "{pressed} opens nothing"
        );
        assert!(state.situation().instance.is_none());
    }
}

#[test]
fn the_title_and_a_command_line_name_no_other_instance_either() {
    let (mut state, gone) = orphan();
    let neighbour = state.instances.selected_name().unwrap();
    let shown = screen(&state);
    assert!(shown.contains("It is no longer there."), "{shown}");
    let title = shown.lines().next().unwrap();
    assert!(!title.contains(neighbour.as_str()), "{title}");
    assert!(works(say(&mut state, "new-pointer")).is_empty());
    assert!(!matches!(state.layers.last(), Some(Layer::Form(_))));
    let told = state.reports.back().map(|report| report.text.clone());
    assert!(
        told.is_none_or(|text| text.contains(&gone)),
        "what is said is about the page"
    );
}
