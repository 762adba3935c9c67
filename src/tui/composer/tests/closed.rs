//! What comes when the composer is not there any more, or the console is locked; and queries that are kept under a name.

use super::{STATS, composer, effects, send, tell, write_query};
use crate::tui::composer::arrived::Arrived;
use crate::tui::composer::errand::{Errand, Heard, News};
use crate::tui::composer::fake;
use crate::tui::effect::Effect;
use crate::tui::fake::{answer, demo, failure, press, write};
use crate::tui::layers::Layer;
use crate::tui::message::Message;
use crate::tui::update::update;

#[test]
fn what_came_after_the_composer_was_closed_is_told_as_of_every_call() {
    let mut state = demo((120, 36));
    press(&mut state, &["I"]);
    write_query(&mut state, STATS);
    let ticket = send(&mut state);
    press(&mut state, &["esc"]);
    assert!(state.layers.is_empty());
    tell(&mut state, ticket, Ok(Heard::Arrived(Box::new(fake::arrived()))));
    assert!(state.running.is_empty());
    assert!(state.layers.is_empty(), "no page comes under the next key");
    assert_eq!(state.reports.back().unwrap().text, "answered: line 4 of the log");

    press(&mut state, &["I"]);
    write_query(&mut state, STATS);
    let ticket = send(&mut state);
    press(&mut state, &["esc", "n"]);
    let failed = failure();
    tell(&mut state, ticket, Err(failed.clone()));
    assert!(state.running.is_empty());
    let told = &state.reports.back().unwrap().text;
    assert!(told.contains(&failed.message), "{told}");
    press(&mut state, &["esc"]);

    // A reply that is in no log lies beneath what one has gone on to.
    press(&mut state, &["I"]);
    write_query(&mut state, STATS);
    let ticket = send(&mut state);
    press(&mut state, &["esc", "n"]);
    let unlogged = Arrived {
        log_id: None,
        unlogged: Some((serde_json::json!({"dust": 12}), failed)),
        ..fake::arrived()
    };
    tell(&mut state, ticket, Ok(Heard::Arrived(Box::new(unlogged))));
    assert!(matches!(
        state.layers.as_slice(),
        [Layer::Notice(_), Layer::Form(_)]
    ));
}

#[test]
fn what_comes_while_the_console_is_locked_is_told_and_waited_for_no_more() {
    let mut state = demo((120, 36));
    press(&mut state, &["I"]);
    write_query(&mut state, STATS);
    let ticket = send(&mut state);
    press(&mut state, &["esc", ":"]);
    write(&mut state, "lock");
    press(&mut state, &["enter"]);
    update(
        &mut state,
        Message::Composer(News::Came(ticket, Ok(Heard::Arrived(Box::new(fake::arrived()))))),
    );
    assert!(state.running.is_empty());
    let told = &state.reports.back().unwrap().text;
    assert!(
        told.contains("get_graph_stats: done while the console was locked"),
        "{told}"
    );
}

#[test]
fn a_name_that_is_there_is_replaced_when_told_so_twice_and_kept_is_said_once_it_is() {
    let keeps = |effects: &[Effect]| {
        effects.iter().find_map(|effect| match effect {
            Effect::Composer(ticket, Errand::Keep(_)) => Some(*ticket),
            _ => None,
        })
    };
    let mut state = demo((120, 36));
    press(&mut state, &["I"]);
    write_query(&mut state, STATS);
    let there = fake::templates().list[0].name.clone();
    press(&mut state, &["ctrl-t", "ctrl-s"]);
    write(&mut state, &there);
    assert!(keeps(&effects(&mut state, "enter")).is_none());
    let note = composer(&state).note.clone().unwrap().0;
    assert_eq!(note, format!("{there} is there already; Enter again replaces it"));
    // Another name in between is another question.
    write(&mut state, "x");
    press(&mut state, &["backspace"]);
    assert!(keeps(&effects(&mut state, "enter")).is_none());
    let kept = effects(&mut state, "enter");
    let ticket = keeps(&kept).expect("told so twice");
    assert_eq!(composer(&state).note, None);
    tell(&mut state, ticket, Err(failure()));
    let note = composer(&state).note.clone().unwrap();
    assert!(
        note.1 && note.0.starts_with(&format!("not kept as {there}")),
        "{}",
        note.0
    );

    press(&mut state, &["ctrl-t", "ctrl-s"]);
    write(&mut state, "mine");
    let kept = effects(&mut state, "enter");
    assert!(keeps(&kept).is_some(), "a new name is no question");
    answer(&mut state, kept);
    assert_eq!(composer(&state).note, Some(("kept as mine".to_owned(), false)));
}
