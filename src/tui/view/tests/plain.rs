//! Where the terminal shows nothing but ASCII, nothing else is drawn.

use super::*;
use crate::command::commands;
use crate::tui::state::Pane;
use crate::tui::update::perform;

/// What is not ASCII of what is on the screen.
fn strange(state: &State) -> String {
    let shown = screen(state);
    shown.chars().filter(|sign| !sign.is_ascii()).collect()
}

fn plain(size: (u16, u16)) -> State {
    let mut state = themed(size, "dark", Depth::None);
    state.look.glyphs = ASCII;
    fake::fill(&mut state);
    state
}

#[test]
fn whatever_is_done_from_any_pane_is_drawn_in_ascii() {
    for pane in ["1", "2", "3", "4"] {
        for command in commands() {
            for size in [(80, 24), (120, 36)] {
                let mut state = plain(size);
                press(&mut state, &[pane]);
                if !command.is_available(&state.situation()) {
                    continue;
                }
                let effects = perform(&mut state, command.id, None);
                answer(&mut state, effects);
                let found = strange(&state);
                assert!(
                    found.is_empty(),
                    ":{} in pane {pane}: {found:?}\n{}",
                    command.name,
                    screen(&state)
                );
            }
        }
    }
}

#[test]
fn pages_and_what_lies_over_them_are_drawn_in_ascii() {
    let ways: [&[&str]; 10] = [
        &["2", "enter", "?"],
        &["3", "enter", "j"],
        &["4", "enter", "tab"],
        &["4", "enter", "tab", "tab"],
        &["4", "enter", "tab", "tab", "tab"],
        &["1", "S"],
        &["3", "x"],
        &["2", "."],
        &["1", "enter", "?"],
        &["3", "j", "enter"],
    ];
    for way in ways {
        let mut state = plain((80, 24));
        press(&mut state, way);
        assert_eq!(strange(&state), "", "{way:?}\n{}", screen(&state));
    }
}

#[test]
fn what_is_said_on_the_status_line_is_ascii_too() {
    let mut state = plain((120, 36));
    state.focus = Pane::Pointers;
    let text = format!("{} opens it", state.key_for(crate::command::Id::Open));
    assert_eq!(text, "Enter opens it");
    state.report(
        Level::Good,
        "“beta” answered in 840 µs",
        "press `butterfly doctor`",
    );
    assert_eq!(strange(&state), "", "{}", screen(&state));
}
