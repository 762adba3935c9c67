//! The pane with the invoke log in all of its states.

use super::*;
use crate::workspace::{LogRow, LogWindow};

/// Twelve more lines come in.
fn twelve_more(state: &mut State) {
    let old = fake::log_window(&state.log.newest()).rows;
    let new = (4..=15).map(|id| LogRow { id, ..old[2].clone() });
    let rows: Vec<LogRow> = old.iter().cloned().chain(new).collect();
    let window = LogWindow {
        matched: 15,
        total: 15,
        newest: Some(15),
        up_to_anchor: state.log.newest().anchor,
        rows,
        ..LogWindow::default()
    };
    let generation = state.log.generation;
    update(
        state,
        Message::Log {
            generation,
            outcome: Ok(window),
        },
    );
}

#[test]
fn log_pane() {
    compare("log_zoomed", |state| press(state, &["4", "z"]));
    compare("log_followed", |state| {
        press(state, &["4"]);
        twelve_more(state);
    });
    compare("log_frozen", |state| {
        press(state, &["4", "j"]);
        twelve_more(state);
    });
    compare("log_filter_typed", |state| {
        press(state, &["4", "/"]);
        write(state, "get st");
    });
    compare("log_filter_wrong", |state| {
        press(state, &["4", "/"]);
        write(state, "get status:odd");
    });
    compare("log_filtered", |state| {
        press(state, &["4", "/"]);
        write(state, "pointer");
        press(state, &["enter"]);
    });
    compare("log_without_a_match", |state| {
        press(state, &["4", "/"]);
        write(state, "nothing");
        press(state, &["enter"]);
    });
    compare("log_failed", |state| {
        press(state, &["4"]);
        let generation = state.log.generation;
        update(
            state,
            Message::Log {
                generation,
                outcome: Err(fake::failure()),
            },
        );
    });
}

#[test]
fn log_windows() {
    compare("log_menu_copy", |state| press(state, &["4", "y"]));
    compare("log_form_note", |state| press(state, &["4", "j", "n"]));
    compare("log_form_export", |state| press(state, &["4", "X"]));
}

#[test]
fn log_in_little_room() {
    for size in [(20, 5), (40, 12), (60, 20)] {
        let mut state = demo(size);
        press(&mut state, &["4", "j"]);
        twelve_more(&mut state);
        insta::assert_snapshot!(format!("log_{}x{}", size.0, size.1), screen(&state));
    }
    let mut state = themed((80, 24), "dark", Depth::None);
    state.look.glyphs = ASCII;
    fake::fill(&mut state);
    press(&mut state, &["4", "j", "z"]);
    twelve_more(&mut state);
    insta::assert_snapshot!("log_plain_80x24", screen(&state));
}

#[test]
fn a_line_that_comes_in_changes_no_cell_of_a_frozen_view_but_the_count() {
    let mut state = demo((120, 36));
    press(&mut state, &["4", "j"]);
    let before = screen(&state);
    twelve_more(&mut state);
    let after = screen(&state);
    let changed: Vec<(&str, &str)> = before
        .lines()
        .zip(after.lines())
        .filter(|(a, b)| a != b)
        .collect();
    assert_eq!(changed.len(), 1, "{changed:?}");
    assert!(changed[0].1.contains("12 new"), "{changed:?}");
}

#[test]
fn what_is_done_with_a_line_is_asked_for() {
    let mut state = demo((120, 36));
    press(&mut state, &["4", "j"]);
    let effects = update(&mut state, Message::Key(Key::char('v')));
    assert!(matches!(&effects[..], [Effect::MarkLog(ids, true)] if ids == &[2]));
    assert!(state.log.selected().unwrap().marked, "shown at once");
    let effects = update(&mut state, Message::Key(Key::char('v')));
    assert!(matches!(&effects[..], [Effect::MarkLog(ids, false)] if ids == &[2]));
    // The note that is there is offered for changing.
    press(&mut state, &["n"]);
    assert!(screen(&state).contains("asked ada"));
    press(&mut state, &["esc", "y"]);
    let effects = update(&mut state, Message::Key(Key::char('p')));
    assert!(matches!(
        &effects[..],
        [Effect::Work(
            _,
            crate::tui::effect::Work::CopyLog(2, crate::workspace::LogForm::Python)
        )]
    ));
    let ticket = state.running[0].ticket;
    let done = Done::LogText("print()".into());
    let effects = update(&mut state, Message::Worked(ticket, Ok(done)));
    assert!(
        effects
            .iter()
            .any(|effect| matches!(effect, Effect::Copy(text) if text == "print()"))
    );
    let effects = update(&mut state, Message::Key(Key::char('r')));
    assert!(matches!(
        &effects[..],
        [Effect::Work(
            _,
            crate::tui::effect::Work::Replay(2, crate::tui::effect::Consent::Unasked)
        )]
    ));
}

#[test]
fn the_filter_of_the_log_is_remembered_and_comes_back() {
    let mut state = demo((120, 36));
    press(&mut state, &["4", "/"]);
    write(&mut state, "whoami");
    let effects = update(&mut state, Message::Key(Key::parse("enter").unwrap()));
    let kept = effects.iter().find_map(|effect| match effect {
        Effect::Remember("log.filter", text) => Some(text.clone()),
        _ => None,
    });
    assert_eq!(kept.as_deref(), Some("whoami"));
    let mut state = demo((120, 36));
    let effects = update(
        &mut state,
        Message::Preferences(Ok(vec![("log.filter".into(), "get_graph".into())])),
    );
    answer(&mut state, effects);
    assert_eq!((state.log.matched, state.log.total), (1, 3));
}

#[test]
fn a_blank_note_gives_its_room_to_an_outcome_that_would_be_cut() {
    let mut state = demo((200, 50));
    let rows: Vec<LogRow> = fake::log_window(&state.log.newest())
        .rows
        .into_iter()
        .map(|row| LogRow {
            code: Some("pointer_not_found".to_owned()),
            note: None,
            ..row
        })
        .collect();
    let window = LogWindow {
        matched: 3,
        total: 3,
        newest: Some(3),
        rows,
        ..LogWindow::default()
    };
    let generation = state.log.generation;
    update(
        &mut state,
        Message::Log {
            generation,
            outcome: Ok(window),
        },
    );
    let shown = screen(&state);
    assert_eq!(shown.matches("pointer_not_found").count(), 3, "{shown}");
}
