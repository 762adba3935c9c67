//! Keys: what they mean, what is shown of them, and the help that finds by them.

use super::*;
use crate::tui::livetest::{self, Source};
use crate::tui::tail;

#[test]
fn every_command_of_the_table_can_be_done_wherever_its_keys_work() {
    for command in commands() {
        for scope in command.scopes {
            let mut state = demo(SIZE);
            match scope {
                Scope::Instances | Scope::InstancePage => press(&mut state, &["1"]),
                Scope::Credentials | Scope::CredentialPage => press(&mut state, &["3"]),
                Scope::Log | Scope::InvokePage => press(&mut state, &["4"]),
                _ => press(&mut state, &["2", "j", "j", "j"]),
            }
            if matches!(
                scope,
                Scope::InstancePage | Scope::PointerPage | Scope::CredentialPage | Scope::InvokePage
            ) {
                press(&mut state, &["enter"]);
                assert_eq!(state.scopes()[0], *scope);
            }
            let effects = commands::perform(&mut state, command.id, None);
            answer(&mut state, effects);
        }
    }
}

#[test]
fn help_is_the_palette() {
    let mut state = demo(SIZE);
    press(&mut state, &["?"]);
    write(&mut state, "zoom");
    press(&mut state, &["enter"]);
    assert!(state.zoom && state.layers.is_empty());
}

#[test]
fn keys_in_a_row_are_one_command_and_escape_forgets_them() {
    let mut state = demo(SIZE);
    press(&mut state, &["j", "j", "j", "g", "g"]);
    assert_eq!(state.pointers.selected, 0);
    press(&mut state, &["j", "g", "esc", "g"]);
    assert_eq!(state.pointers.selected, 1);
    press(&mut state, &["x"]);
    assert!(state.layers.is_empty(), "what follows no sequence does nothing");
    assert!(state.begun.keys.is_empty());
    press(&mut state, &["g", "i"]);
    assert_eq!(state.focus, Pane::Instances);
}

#[test]
fn what_may_follow_is_shown_after_a_pause_and_not_for_who_goes_on() {
    let mut state = demo(SIZE);
    let effects = key(&mut state, "g");
    let [Effect::After(_, Message::KeysRested(turn))] = effects.as_slice() else {
        panic!("no pause");
    };
    let turn = *turn;
    assert!(!state.begun.shown);
    key(&mut state, "g");
    key(&mut state, "g");
    update(&mut state, Message::KeysRested(turn));
    assert!(!state.begun.shown, "that pause was of an earlier sequence");
    let turn = state.begun.turn;
    update(&mut state, Message::KeysRested(turn));
    assert!(state.begun.shown);
    key(&mut state, "esc");
    assert_eq!((state.begun.shown, state.begun.keys.len()), (false, 0));
}

#[test]
fn a_key_that_was_moved_is_moved_everywhere_and_a_broken_file_keeps_the_old_ones() {
    let mut state = demo(SIZE);
    assert!(take_keymap(
        &mut state,
        "[keys.pointers]\ni = false\nw = \"invoke\"\nd = \"delete\"\n"
    ));
    assert!(state.reports.back().unwrap().text.contains("line 4, column 1"));
    assert!(works(key(&mut state, "i")).is_empty());
    assert_eq!(state.key_for(crate::command::Id::InvokePointer), "w");
    assert!(crate::tui::view::tests::screen(&state).contains("w invoke"));
    assert!(!take_keymap(&mut state, "[keys"));
    assert_eq!(works(key(&mut state, "w")).len(), 1);
}

#[test]
fn help_shows_what_a_person_put_on_keys_with_an_argument() {
    let mut state = demo(SIZE);
    let lines = "[keys.pointers]\n\"alt-o\" = 'run xdg-open \"$BUTTERFLY_REFERENCE\"'\n[keys.global]\n\"alt-d\" = \"theme dark\"\n";
    assert!(take_keymap(&mut state, lines));
    press(&mut state, &["?"]);
    let screen = crate::tui::view::tests::screen(&state);
    let at = |text: &str| {
        screen
            .find(text)
            .unwrap_or_else(|| panic!("no {text} in {screen}"))
    };
    assert!(at("Your own keys") < at("Alt-o") && at("Alt-o") < at("Alt-d"));
    assert!(at("xdg-open \"$BUTTERFLY_REFERENCE\"") < at("  Pointers  "));
    write(&mut state, "xdg");
    let effects = key(&mut state, "enter");
    assert!(matches!(&effects[..], [Effect::Run(line)] if line.line.starts_with("xdg-open")));
    // Tab takes it to the command line, to be changed first.
    press(&mut state, &["?"]);
    write(&mut state, "alt-o");
    press(&mut state, &["tab"]);
    let Some(Layer::Command(line)) = state.layers.last() else {
        panic!("no command line");
    };
    assert!(line.input.value().starts_with("run xdg-open"));
    // Elsewhere it is not in force.
    press(&mut state, &["esc", "3", "?"]);
    let screen = crate::tui::view::tests::screen(&state);
    assert!(
        !screen.contains("xdg-open") && screen.contains("dark"),
        "{screen}"
    );
}

#[test]
fn a_menu_may_run_a_command_with_an_argument() {
    let mut state = demo(SIZE);
    state.layers.push(Layer::Menu(crate::tui::layers::Menu {
        title: "Anything".into(),
        about: Vec::new(),
        items: vec![crate::tui::layers::Item::run(
            't',
            "light",
            "the light theme",
            crate::command::Id::Theme,
            Some("light"),
        )],
        selected: 0,
    }));
    press(&mut state, &["t"]);
    assert_eq!(state.look.theme.name, "light");
    assert!(state.layers.is_empty());
}

#[test]
fn sentences_name_the_keys_that_are_in_force() {
    let moved = "[keys.log]\nf = false\n\"ctrl-o\" = \"freeze\"\n[keys.instances]\nn = false\nQ = \"init\"\n";
    let mut state = demo(SIZE);
    assert!(take_keymap(&mut state, moved));
    press(&mut state, &["4", "ctrl-o"]);
    assert_eq!(state.reports.back().unwrap().remedy, "^O follows again");
    let mut state = demo(SIZE);
    assert!(take_keymap(&mut state, moved));
    state.instances.rows.clear();
    let screen = crate::tui::view::tests::screen(&state);
    assert!(screen.contains("Q hosts one here"), "{screen}");
}

#[test]
fn help_finds_by_letters_in_order_and_says_why_something_cannot_be_done() {
    let mut state = demo(SIZE);
    press(&mut state, &["?"]);
    write(&mut state, "rvk");
    let entries = |state: &State| match state.layers.last() {
        Some(Layer::Help(help)) => help.entries(state.scopes(), &state.situation(), &state.keymap),
        _ => panic!("no help"),
    };
    let found = entries(&state);
    assert_eq!(found[0].command.name, "revoke");
    assert_eq!(found[0].why_not.as_deref(), Some("in: Credentials, A credential"));
    assert!(!found[0].in_name.is_empty());
    press(&mut state, &["enter"]);
    assert!(state.reports.back().unwrap().text.contains("not possible here"));
    press(&mut state, &["?"]);
    write(&mut state, "theme");
    press(&mut state, &["tab"]);
    assert_eq!(command_line::line(&state), "theme ");
}

#[test]
fn the_blank_marks_in_lists_and_turns_pages_where_one_reads() {
    let mut state = demo(SIZE);
    press(&mut state, &["2", "space"]);
    assert_eq!(state.pointers.marks.len(), 1);
    press(&mut state, &["j", "j", "ctrl-space"]);
    assert_eq!(state.pointers.marks.len(), 4);

    press(&mut state, &["4"]);
    let marks = key(&mut state, "space");
    assert!(matches!(marks.as_slice(), [Effect::MarkLog(..)]));

    press(&mut state, &["2", "enter"]);
    let found = state.keymap.press(
        &[],
        crate::command::Key::char(' '),
        state.scopes(),
        &state.situation(),
    );
    assert!(
        matches!(found, crate::command::Answer::Run(binding) if binding.command.id == crate::command::Id::PageDown),
        "{found:?}"
    );
}

/// What the footer and the help show is what the keys do.
#[test]
fn every_key_that_is_shown_does_what_is_said() {
    for preset in crate::command::Preset::ALL {
        for pane in Pane::ALL {
            let mut state = demo(SIZE);
            state.keymap = crate::command::Keymap::of(preset);
            state.focus = pane;
            let (scopes, situation) = (state.scopes(), state.situation());
            for command in commands().filter(|command| command.is_available(&situation)) {
                for keys in state.keymap.keys(command.id, scopes) {
                    let mut begun = Vec::new();
                    let mut done = None;
                    for key in keys.keys() {
                        match state.keymap.press(&begun, *key, scopes, &situation) {
                            crate::command::Answer::Run(binding) => done = Some(binding.command.id),
                            crate::command::Answer::Wait => begun.push(*key),
                            crate::command::Answer::Nothing => {}
                        }
                    }
                    assert_eq!(done, Some(command.id), "{keys} in {pane:?}");
                }
            }
        }
    }
}

#[test]
fn of_a_large_text_that_is_pasted_into_a_line_the_beginning_is_taken_and_that_is_said() {
    let large = "tide ".repeat(100_000);
    for keys in [["2", "n"], ["2", ":"], ["2", "/"], ["2", "?"]] {
        let mut state = demo(SIZE);
        press(&mut state, &keys);
        update(&mut state, Message::Paste(large.clone()));
        let told = state.reports.back().map(|report| report.text.as_str());
        assert!(
            told.is_some_and(|text| text.contains("64 KiB at most")),
            "{keys:?}"
        );
    }
}

#[test]
fn what_is_pasted_goes_where_one_types_also_on_the_map_in_a_log_and_in_the_live_test() {
    let paste = |state: &mut State, text: &str| {
        update(state, Message::Paste(text.to_owned()));
    };
    let mut state = demo(SIZE);
    press(&mut state, &["N"]);
    paste(&mut state, "museum");
    assert!(matches!(state.layers.last(), Some(Layer::Map(map)) if map.text.value().is_empty()));
    press(&mut state, &["/"]);
    paste(&mut state, "museum");
    assert!(matches!(state.layers.last(), Some(Layer::Map(map)) if map.text.value() == "museum"));

    let mut state = demo(SIZE);
    tail::open(&mut state, crate::tui::fake::name("alpha"));
    press(&mut state, &["/"]);
    paste(&mut state, "refused");
    assert!(matches!(state.layers.last(), Some(Layer::Tail(tail)) if tail.text.value() == "refused"));

    let mut state = demo(SIZE);
    livetest::open(&mut state, Source::Line(3));
    press(&mut state, &["down", "ctrl-u"]);
    paste(&mut state, "250");
    assert!(matches!(state.layers.last(), Some(Layer::LiveTest(test)) if test.fields[1].value() == "250"));
}
