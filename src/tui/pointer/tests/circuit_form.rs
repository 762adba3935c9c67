//! A circuit written in a form: over several lines, with what is wrong named by its line and step; and that the
//! field with the cursor is seen on any screen.

use super::{circuit, compare, open_row, show, valid};
use crate::command::Key;
use crate::model::CIRCUIT_PREFIX;
use crate::tui::content::FormLayout;
use crate::tui::effect::{Effect, Work};
use crate::tui::fake::{self, demo, press, write};
use crate::tui::layers::{Form, Kind, Layer};
use crate::tui::message::Message;
use crate::tui::state::State;
use crate::tui::update::update;
use crate::tui::view::tests::screen;
use crate::workspace::InstanceRow;

fn form(state: &State) -> &Form {
    match state.layers.last() {
        Some(Layer::Form(form)) => form,
        _ => panic!("no form is open"),
    }
}

/// A new circuit of so many steps, one below the other.
fn long(state: &mut State, steps: usize) {
    press(state, &["n", "tab"]);
    write(state, CIRCUIT_PREFIX);
    let step = "  {\"action\": \"search_pointers\", \"search_term\": \"station\", \"limit\": 1}";
    let text = format!("[\n{}\n]", vec![step; steps].join(",\n"));
    update(state, Message::Paste(text));
}

#[test]
fn a_circuit_is_written_over_several_lines() {
    compare("form_circuit_edited", |state| {
        open_row(state, 4);
        show(state, |detail| detail.pointer = circuit(&valid()));
        press(state, &["e", "tab"]);
    });
    compare("form_circuit_long", |state| {
        long(state, 20);
        press(state, &["up", "up", "backspace"]);
    });
    compare("form_circuit_leaving", |state| {
        long(state, 2);
        press(state, &["esc"]);
    });
    for size in [(40, 12), (20, 5)] {
        let mut state = demo(size);
        long(&mut state, 20);
        insta::assert_snapshot!(format!("form_circuit_{}x{}", size.0, size.1), screen(&state));
    }
}

#[test]
fn what_was_written_goes_on_one_line_and_is_not_lost_by_one_key() {
    let mut state = demo((120, 36));
    press(&mut state, &["n", "tab"]);
    write(&mut state, &format!("{CIRCUIT_PREFIX}["));
    press(&mut state, &["enter"]);
    write(&mut state, "{\"action\": \"whoami\"");
    assert_eq!(form(&state).circuit().unwrap().editor.lines(), 3);
    press(&mut state, &["esc"]);
    assert!(form(&state).is_leaving);
    press(&mut state, &["tab", "shift-tab"]);
    assert!(!form(&state).is_leaving);
    let effects = update(&mut state, Message::Key(Key::ctrl('s')));
    let Some(Effect::Work(_, Work::Create(_, new))) = effects.first() else {
        panic!("nothing is made");
    };
    assert_eq!(
        new.data_reference,
        format!("{CIRCUIT_PREFIX}[{{\"action\": \"whoami\"}}]")
    );
}

#[test]
fn a_circuit_that_is_not_changed_is_not_sent() {
    let mut state = demo((120, 36));
    open_row(&mut state, 4);
    show(&mut state, |detail| detail.pointer = circuit(&valid()));
    press(&mut state, &["e", "tab", "down", "up"]);
    let effects = update(&mut state, Message::Key(Key::ctrl('s')));
    let Some(Effect::Work(_, Work::Update(_, _, change))) = effects.first() else {
        panic!("nothing is saved");
    };
    assert_eq!(change.data_reference, None);
}

#[test]
fn an_empty_circuit_becomes_a_line_again() {
    let mut state = demo((120, 36));
    press(&mut state, &["n", "tab"]);
    write(&mut state, CIRCUIT_PREFIX);
    assert!(form(&state).is_writing_circuit());
    press(&mut state, &["backspace"]);
    assert!(!form(&state).is_writing_circuit());
    assert_eq!(form(&state).value("data_reference"), "internal_circuit:");
    write(&mut state, ":");
    assert!(form(&state).is_writing_circuit());
}

/// Every form that is longer than a small screen.
fn forms(state: &mut State, which: usize) {
    match which {
        0 => long(state, 12),
        1 => {
            let row: InstanceRow = fake::instances().remove(2);
            state
                .layers
                .push(Layer::Form(Box::new(Form::edit_instance(&row))));
        }
        2 => state.layers.push(Layer::Form(Box::new(Form::add_remote()))),
        _ => {
            open_row(state, 4);
            show(state, |detail| detail.pointer = circuit(&valid()));
            press(state, &["e"]);
        }
    }
}

#[test]
fn t56_on_any_screen_the_field_with_the_cursor_is_seen() {
    for size in [(1, 1), (20, 5), (22, 8), (40, 9), (60, 14), (80, 24), (300, 100)] {
        for which in 0..4 {
            let mut state = demo(size);
            forms(&mut state, which);
            let count = form(&state).fields.len();
            for _ in 0..=count {
                screen(&state);
                let form = form(&state);
                let layout = FormLayout::of(&state, form);
                let (begin, lines) = layout.fields[form.at];
                let is_seen = match form.fields[form.at].kind {
                    Kind::Circuit(_) => layout.circuit(form.at).height > 0,
                    _ => layout.place(begin).is_some(),
                };
                assert!(
                    is_seen || size.1 < 5,
                    "{size:?}, form {which}, field {} of {lines}: {layout:?}",
                    form.at
                );
                press(&mut state, &["tab"]);
            }
        }
    }
}
