mod again;
mod borders;
mod changed;
mod command_line;
mod copying;
mod credentials;
mod filtering;
mod first_run;
mod gone;
mod gone_on;
mod kept_filters;
mod keys;
mod lock;
mod onward;
mod sending_again;
mod settings;
mod sorting;

use super::*;
use crate::command::{Scope, commands};
use crate::model::{InstanceState, Side};
use crate::tui::clipboard::Copied;
use crate::tui::effect::{Effect, Work};
use crate::tui::fake::{self, answer, blank, demo, fill, key, press, write};
use crate::tui::layers::{Layer, Tab};
use crate::tui::message::{Brightness, Done, Mouse};
use crate::tui::state::{Level, Pane};
use crate::workspace::VaultLock;

const SIZE: (u16, u16) = (120, 36);

/// Writes a line after `:` and enters it.
fn say(state: &mut State, line: &str) -> Vec<Effect> {
    press(state, &[":"]);
    write(state, line);
    key(state, "enter")
}

fn works(effects: Vec<Effect>) -> Vec<(u64, Work)> {
    effects
        .into_iter()
        .filter_map(|effect| match effect {
            Effect::Work(ticket, work) => Some((ticket, work)),
            _ => None,
        })
        .collect()
}

#[test]
fn a_line_behind_the_console_leaves_it_on_the_screen_and_tells_how_it_ended() {
    let mut state = demo(SIZE);
    press(&mut state, &[":"]);
    write(&mut state, "run-quietly xdg-open \"$BUTTERFLY_REFERENCE\"");
    let effects = key(&mut state, "enter");
    let line = effects.iter().find_map(|effect| match effect {
        Effect::RunBehind(line) => Some(line),
        _ => None,
    });
    assert!(line.is_some_and(|line| line.about.iter().any(|(name, _)| *name == "BUTTERFLY_REFERENCE")));
    assert!(!super::history::kept_history(&state).unwrap().contains("xdg-open"));
    let ended = |failed| {
        Message::RanBehind(crate::tui::message::Ended {
            line: "xdg-open x".into(),
            failed,
        })
    };
    update(&mut state, ended(None));
    assert_eq!(state.reports.back().unwrap().level, Level::Good);
    update(
        &mut state,
        ended(Some(("ended with 3".into(), "no browser".into()))),
    );
    let told = state.reports.back().unwrap();
    assert_eq!(told.level, Level::Bad);
    assert_eq!(told.text, "xdg-open x: it ended with 3: no browser");
}

#[test]
fn a_line_for_a_shell_is_told_what_is_selected_and_kept_in_no_file() {
    let run = |state: &mut State, line: &str| {
        press(state, &["!"]);
        write(state, line);
        key(state, "enter")
    };
    let told = |effects: &[Effect]| {
        effects.iter().find_map(|effect| match effect {
            Effect::Run(line) => Some(line.clone()),
            _ => None,
        })
    };
    let mut state = demo((120, 36));
    let effects = run(&mut state, "open \"$BUTTERFLY_REFERENCE\"");
    let line = told(&effects).expect("it is run");
    assert_eq!(line.line, "open \"$BUTTERFLY_REFERENCE\"");
    let value = |line: &crate::tui::outside::ShellLine, name: &str| {
        let found = line.about.iter().find(|(known, _)| *known == name);
        found.map(|(_, value)| value.clone())
    };
    let pointer = state.pointer().unwrap();
    assert_eq!(
        value(&line, "BUTTERFLY_POINTER"),
        Some(pointer.address.to_string())
    );
    assert_eq!(
        value(&line, "BUTTERFLY_REFERENCE"),
        Some(pointer.data_reference.clone())
    );
    assert_eq!(value(&line, "BUTTERFLY_INSTANCE").as_deref(), Some("alpha"));
    assert!(value(&line, "BUTTERFLY_ENDPOINT").unwrap().starts_with("http"));
    let remembered = effects.iter().find_map(|effect| match effect {
        Effect::Remember("history", list) => Some(list.clone()),
        _ => None,
    });
    assert!(!remembered.unwrap().contains("BUTTERFLY_REFERENCE"));
    assert!(
        state.history.last().unwrap().starts_with("run open"),
        "the next one begins there"
    );

    press(&mut state, &["3"]);
    let line = told(&run(&mut state, "true")).unwrap();
    let credential = state.credential().unwrap();
    assert_eq!(
        value(&line, "BUTTERFLY_CREDENTIAL"),
        Some(credential.name.clone())
    );
    assert_eq!(value(&line, "BUTTERFLY_POINTER"), None);
    press(&mut state, &["4"]);
    let line = told(&run(&mut state, "true")).unwrap();
    assert!(value(&line, "BUTTERFLY_LOG_ID").is_some());

    // It may change anything, so that it is not there where nothing may be changed.
    state.read_only = true;
    press(&mut state, &["!"]);
    assert!(state.layers.is_empty());
}

#[test]
fn t57_a_dead_instance_keeps_what_it_showed_and_holds_up_nobody() {
    let mut state = demo(SIZE);
    update(
        &mut state,
        Message::Probed(fake::name("alpha"), Err(fake::failure())),
    );
    let alpha = state.instances.get("alpha").unwrap();
    assert!(alpha.stale);
    assert_eq!(alpha.row.pointers, Some(1_000_000));
    assert!(!state.instances.get("beta").unwrap().stale);
    assert!(state.pointers.selected().is_some());
    update(
        &mut state,
        Message::Probed(fake::name("alpha"), Ok(fake::instances().remove(0))),
    );
    assert!(!state.instances.get("alpha").unwrap().stale);
}

#[test]
fn the_bell_rings_when_an_instance_is_lost_if_that_is_wanted() {
    let mut state = demo(SIZE);
    let rings = |state: &mut State, to: InstanceState| {
        let mut row = fake::instances().remove(1);
        row.state = to;
        let effects = update(state, Message::Probed(row.name.clone(), Ok(row)));
        effects.iter().any(|effect| matches!(effect, Effect::Ring))
    };
    assert!(
        !rings(&mut state, InstanceState::Unreachable),
        "nobody asked for it"
    );
    state.look.config.bell = Some(true);
    for (to, expected) in [
        (InstanceState::Up, false),
        (InstanceState::Unreachable, true),
        (InstanceState::Unreachable, false),
        (InstanceState::Up, false),
        (InstanceState::Refused, true),
        (InstanceState::Up, false),
        (InstanceState::Stopped, false),
    ] {
        assert_eq!(rings(&mut state, to), expected, "{to:?}");
    }
}

#[test]
fn a_probe_that_measures_about_the_same_changes_nothing_visible() {
    let mut state = demo(SIZE);
    let before = state.instances.get("beta").unwrap().latency_us;
    let mut row = fake::instances().remove(1);
    row.latency_us = Some(3_100);
    update(&mut state, Message::Probed(row.name.clone(), Ok(row.clone())));
    assert_eq!(state.instances.get("beta").unwrap().latency_us, before);
    row.latency_us = Some(90_000);
    update(&mut state, Message::Probed(row.name.clone(), Ok(row)));
    assert_eq!(state.instances.get("beta").unwrap().latency_us, Some(90_000));
}

#[test]
fn leaving_asks_only_if_it_stops_instances() {
    let mut state = demo(SIZE);
    assert!(key(&mut state, "q").is_empty());
    assert!(
        matches!(state.layers.last(), Some(Layer::Confirm(confirm)) if confirm.text.contains("alpha, beta"))
    );
    press(&mut state, &["esc"]);
    assert_eq!(state.phase, Phase::Open);
    key(&mut state, "ctrl-c");
    assert!(matches!(
        key(&mut state, "y").as_slice(),
        [Effect::Remember("place", _), Effect::Shutdown]
    ));
    update(&mut state, Message::Stopped);
    assert_eq!(state.phase, Phase::Done);

    let mut state = blank(SIZE);
    start(&mut state, Start::Empty);
    assert!(matches!(key(&mut state, "q").as_slice(), [Effect::Shutdown]));
}

#[test]
fn being_told_to_end_asks_nothing() {
    let mut state = demo(SIZE);
    assert!(matches!(
        update(&mut state, Message::Terminate).as_slice(),
        [Effect::Remember("place", _), Effect::Shutdown]
    ));
}

#[test]
fn what_destroys_happens_only_after_a_yes_that_named_its_target() {
    for (pane, select, keys) in [
        ("1", vec![], "S"),
        ("1", vec![], "x"),
        ("2", vec![], "x"),
        ("3", vec!["j"], "x"),
    ] {
        let mut state = demo(SIZE);
        press(&mut state, &[pane]);
        press(&mut state, &select);
        assert!(works(key(&mut state, keys)).is_empty());
        let Some(Layer::Confirm(confirm)) = state.layers.last() else {
            panic!("{keys} in pane {pane} asked nothing");
        };
        let target = if pane == "3" { "beta" } else { "alpha" };
        assert_eq!(confirm.instance.as_deref(), Some(target));
        for harmless in ["enter", "space", "j"] {
            assert!(key(&mut state, harmless).is_empty());
        }
        assert_eq!(works(key(&mut state, "y")).len(), 1);
    }
}

#[test]
fn where_only_reading_is_wanted_nothing_that_changes_is_there() {
    let mut state = demo(SIZE);
    state.read_only = true;
    for (pane, keys) in [
        ("1", ["S", "n", "a"]),
        ("2", ["n", "e", "x"]),
        ("3", ["x", "o", "A"]),
    ] {
        press(&mut state, &[pane]);
        for text in keys {
            assert!(key(&mut state, text).is_empty());
            assert!(state.layers.is_empty(), "{text} in pane {pane}");
        }
    }
}

#[test]
fn a_filter_is_asked_for_once_it_rests_and_escape_brings_the_old_one_back() {
    let mut state = demo(SIZE);
    key(&mut state, "/");
    let effects = key(&mut state, "a");
    assert!(
        matches!(effects.as_slice(), [Effect::After(..)]),
        "only the wait for rest"
    );
    let first = state.pointers.generation;
    key(&mut state, "b");
    assert!(
        update(&mut state, Message::FilterSettled(first)).is_empty(),
        "it did not rest"
    );
    let settled = state.pointers.generation;
    assert!(matches!(
        update(&mut state, Message::FilterSettled(settled)).as_slice(),
        [Effect::LoadPointers { query, .. }] if query.filter.to_string() == "ab"
    ));
    press(&mut state, &["esc"]);
    assert_eq!(state.pointers.filter, "");
    assert_eq!(state.pointers.total, 1_000_000);
}

#[test]
fn a_reply_that_cannot_be_logged_is_shown_all_the_same() {
    let mut state = demo((120, 36));
    press(&mut state, &["j", "j", "j"]);
    let (ticket, _) = works(key(&mut state, "c")).remove(0);
    let reply = serde_json::json!({"status": "success", "result": {"dust": 12}});
    let done = Done::Unlogged(Box::new(reply), fake::failure());
    update(&mut state, Message::Worked(ticket, Ok(done)));
    assert!(matches!(state.layers.last(), Some(Layer::Notice(_))));
    let shown = crate::tui::view::tests::screen(&state);
    assert!(
        shown.contains("dust") && shown.contains("not in the invoke log"),
        "{shown}"
    );
    let report = state.reports.back().unwrap();
    assert!(report.text.contains(&fake::failure().message), "{}", report.text);
}

#[test]
fn a_call_opens_its_reply_at_once_and_a_failed_one_says_what_to_do() {
    let mut state = demo(SIZE);
    press(&mut state, &["j", "j", "j"]);
    let (ticket, work) = works(key(&mut state, "c")).remove(0);
    assert!(matches!(work, Work::Call(_, address, None, _) if address == fake::address(3)));
    let effects = update(&mut state, Message::Worked(ticket, Ok(Done::Invoked(1))));
    answer(&mut state, effects);
    assert!(
        matches!(state.layers.last(), Some(Layer::Invoke(page)) if page.entry.is_some() && page.tab == Tab::Reply)
    );
    press(&mut state, &["esc"]);

    let (ticket, _) = works(key(&mut state, "c")).remove(0);
    update(&mut state, Message::Worked(ticket, Err(fake::failure())));
    assert!(matches!(state.layers.last(), Some(Layer::Notice(_))));
    assert!(state.reports.back().unwrap().remedy.contains("start it"));
}

#[test]
fn each_route_is_one_key_in_the_menu() {
    let mut state = demo(SIZE);
    press(&mut state, &["j", "C"]);
    let (_, work) = works(key(&mut state, "r")).remove(0);
    assert!(matches!(
        work,
        Work::Call(_, _, Some(crate::model::Route::Relay), _)
    ));
}

#[test]
fn a_form_stays_open_with_what_went_wrong_and_closes_when_it_went_well() {
    let mut state = demo(SIZE);
    press(&mut state, &["2", "n"]);
    write(&mut state, "a pointer");
    press(&mut state, &["tab"]);
    write(&mut state, "https://data.example/x");
    let (ticket, _) = works(key(&mut state, "ctrl-s")).remove(0);
    update(&mut state, Message::Worked(ticket, Err(fake::failure())));
    assert!(matches!(state.layers.last(), Some(Layer::Form(form)) if form.failure.is_some()));
    let (ticket, _) = works(key(&mut state, "ctrl-s")).remove(0);
    let done = Done::Pointer(fake::name("alpha"), Box::new(fake::pointer(5)), "made");
    update(&mut state, Message::Worked(ticket, Ok(done)));
    assert!(state.layers.is_empty());
}

#[test]
fn a_backup_is_brought_back_under_the_name_that_is_selected_whatever_was_last_known_of_its_host() {
    let mut state = demo(SIZE);
    press(&mut state, &["1"]);
    let name = state.instances.selected_name().unwrap();
    let row = &state.instances.get(name.as_str()).unwrap().row;
    assert_ne!(row.hosted_by, crate::workspace::HostedBy::Nobody);
    press(&mut state, &["R"]);
    let Some(Layer::Form(form)) = state.layers.last() else {
        panic!("a form is open")
    };
    assert_eq!(form.value("name"), name.as_str());
}

#[test]
fn what_is_no_longer_waited_for_changes_no_screen() {
    let mut state = demo(SIZE);
    let (ticket, _) = works(key(&mut state, "i")).remove(0);
    assert!(
        matches!(key(&mut state, "ctrl-x").as_slice(), [Effect::Cancel(cancelled)] if *cancelled == ticket)
    );
    update(&mut state, Message::Worked(ticket, Ok(Done::Invoked(1))));
    assert!(state.layers.is_empty());
}

#[test]
fn a_new_line_of_the_log_does_not_move_who_reads_an_old_one() {
    let mut state = demo(SIZE);
    press(&mut state, &["4", "j"]);
    assert_eq!(state.log.selected().unwrap().id, 2);
    let mut window = fake::log_window(&state.log.newest());
    let newest = crate::workspace::LogRow {
        id: 4,
        ..window.rows[2].clone()
    };
    window.rows.push(newest);
    (window.matched, window.total) = (4, 4);
    let generation = state.log.generation;
    let outcome = Ok(window);
    update(&mut state, Message::Log { generation, outcome });
    assert_eq!(state.log.selected().unwrap().id, 2);
    assert_eq!(state.log.waiting(), 1);
    press(&mut state, &["f"]);
    assert_eq!(state.log.selected().unwrap().id, 4);
}

#[test]
fn the_mouse_selects_and_scrolls_what_is_under_it() {
    let mut state = demo(SIZE);
    let rows = state.layout().rows(Pane::Log);
    update(&mut state, Message::Mouse(Mouse::Click(rows.x + 3, rows.y + 1)));
    assert_eq!((state.focus, state.log.selected), (Pane::Log, 1));
    let rows = state.layout().rows(Pane::Pointers);
    let effects = update(&mut state, Message::Mouse(Mouse::Wheel(rows.x, rows.y, 1)));
    answer(&mut state, effects);
    assert_eq!(state.pointers.top, 3);
    assert_eq!(state.focus, Pane::Log, "the wheel takes no focus");
}

#[test]
fn the_terminal_decides_the_theme_until_a_person_does() {
    let mut state = demo(SIZE);
    update(&mut state, Message::Background(Brightness::Light));
    assert_eq!(state.look.theme.name, "light");
    press(&mut state, &["t"]);
    assert_eq!(state.look.theme.name, "high-contrast");
    update(&mut state, Message::Background(Brightness::Light));
    assert_eq!(state.look.theme.name, "high-contrast");
}

#[test]
fn revoking_tells_first_what_stops_working() {
    let mut state = demo(SIZE);
    press(&mut state, &["3"]);
    let effects = key(&mut state, "x");
    assert!(matches!(effects.as_slice(), [Effect::LoadDependents(name)] if name == "beta/alpha-federation"));
    let told = |state: &State| match state.layers.last() {
        Some(Layer::Confirm(confirm)) => confirm.dependents.clone().unwrap().1,
        _ => panic!("a question"),
    };
    assert_eq!(told(&state), None);
    answer(&mut state, effects);
    let words = told(&state).unwrap();
    assert!(
        words[0].contains("ptr_") && words[1].contains("to beta"),
        "{words:?}"
    );
    let revoked = works(key(&mut state, "y"));
    assert!(matches!(&revoked[..], [(_, Work::Revoke(name))] if name == "beta/alpha-federation"));
}

#[test]
fn a_frozen_credential_can_be_revoked_and_nothing_else() {
    let mut state = demo(SIZE);
    press(&mut state, &["3", "j", "j", "j"]);
    assert_eq!(state.credential().unwrap().name, "harbour-console@alpha");
    for text in ["p", "R", "c"] {
        assert!(works(key(&mut state, text)).is_empty(), "{text}");
        assert!(state.layers.is_empty(), "{text}");
    }
    press(&mut state, &["x"]);
    assert!(matches!(state.layers.last(), Some(Layer::Confirm(_))));
}

#[test]
fn rotating_asks_how_long_the_old_key_is_answered() {
    let mut state = demo(SIZE);
    press(&mut state, &["3", "R"]);
    let begun = works(key(&mut state, "d"));
    assert!(matches!(&begun[..], [(_, Work::Rotate(_, 86_400))]));
    press(&mut state, &["R"]);
    let begun = works(key(&mut state, "n"));
    assert!(matches!(&begun[..], [(_, Work::Rotate(_, 0))]));
}

#[test]
fn what_became_of_a_copy_is_told_as_it_is_and_the_terminal_is_asked_where_a_program_refused() {
    let mut state = demo((120, 36));
    let asked = update(&mut state, Message::Copied(Copied::Asked(12)));
    assert!(asked.is_empty());
    assert!(
        state
            .reports
            .back()
            .unwrap()
            .text
            .starts_with("asked the terminal")
    );
    let refused = Copied::Refused("xclip", "text".to_owned());
    let effects = update(&mut state, Message::Copied(refused));
    assert!(matches!(effects.as_slice(), [Effect::CopyByTerminal(text)] if text == "text"));
    assert_eq!(state.reports.back().unwrap().level, Level::Warn);
}
