//! An import: the path is completed, the file is looked at first, and what is stopped is told exactly.

use super::compare;
use crate::command::Key;
use crate::tui::effect::{Effect, Work};
use crate::tui::fake::{self, demo, press, write};
use crate::tui::layers::Layer;
use crate::tui::message::{Done, Message};
use crate::tui::state::State;
use crate::tui::update::update;
use crate::workspace::{ImportPreview, ImportReport, RejectedRow};
use std::path::PathBuf;

/// Looks at a file, and is told this of it.
fn look(state: &mut State, preview: ImportPreview) {
    press(state, &["U"]);
    write(state, "/data/air.jsonl");
    update(state, Message::Key(Key::ctrl('s')));
    let ticket = state.running[0].ticket;
    let done = Done::Previewed(fake::name("alpha"), PathBuf::from("/data/air.jsonl"), preview);
    update(state, Message::Worked(ticket, Ok(done)));
}

fn some() -> ImportPreview {
    ImportPreview {
        rows: 420_000,
        new: 419_990,
        already_there: 8,
        broken: 2,
        first_broken: Some(RejectedRow {
            line: 17,
            reason: "it has no data_reference".into(),
        }),
        ..ImportPreview::default()
    }
}

#[test]
fn a_file_is_looked_at_before_it_is_imported() {
    compare("import_path", |state| {
        press(state, &["U"]);
        write(state, "/data/a");
    });
    compare("import_preview", |state| look(state, some()));
    compare("import_preview_nothing", |state| {
        let nothing = ImportPreview {
            new: 0,
            already_there: 419_998,
            ..some()
        };
        look(state, nothing);
    });
    let mut state = demo((120, 36));
    look(&mut state, some());
    assert!(matches!(state.layers.as_slice(), [Layer::Confirm(_)]));
    let effects = update(&mut state, Message::Key(Key::char('y')));
    assert!(matches!(
        effects.first(),
        Some(Effect::Work(_, Work::Import { skip_bad: true, .. }))
    ));
    // Where nothing was to be left out, nothing is.
    let whole = ImportPreview {
        rows: 7,
        new: 7,
        ..ImportPreview::default()
    };
    let mut state = demo((120, 36));
    look(&mut state, whole);
    let effects = update(&mut state, Message::Key(Key::char('y')));
    assert!(matches!(
        effects.first(),
        Some(Effect::Work(_, Work::Import { skip_bad: false, .. }))
    ));
}

#[test]
fn whoever_has_gone_on_is_not_asked_whether_to_import() {
    let gone_on = |keys: &[&str]| {
        let mut state = demo((120, 36));
        press(&mut state, &["U"]);
        write(&mut state, "/data/air.jsonl");
        update(&mut state, Message::Key(Key::ctrl('s')));
        let ticket = state.running[0].ticket;
        press(&mut state, &["esc"]);
        press(&mut state, keys);
        let done = Done::Previewed(fake::name("alpha"), PathBuf::from("/data/air.jsonl"), some());
        update(&mut state, Message::Worked(ticket, Ok(done)));
        let effects = update(&mut state, Message::Key(Key::char('y')));
        let imports = effects.iter().any(|effect| matches!(effect, Effect::Work(..)));
        (state, imports)
    };
    let (state, imports) = gone_on(&["n"]);
    assert!(!imports);
    assert!(matches!(state.layers.as_slice(), [Layer::Form(form)] if form.value("description") == "y"));
    let told = &state.reports[0];
    assert!(told.text.contains("419 990 new"), "{}", told.text);
    assert!(told.remedy.contains("U asks"), "{}", told.remedy);
    let (state, imports) = gone_on(&[":"]);
    assert!(!imports);
    assert!(matches!(state.layers.as_slice(), [Layer::Command(line)] if line.input.value() == "y"));
    let (_, imports) = gone_on(&[]);
    assert!(imports, "whoever only closed the form is asked");
}

#[test]
fn a_path_is_completed_by_tab_and_tab_leads_on_where_nothing_is_to_be_completed() {
    let mut state = demo((120, 36));
    press(&mut state, &["X", "ctrl-u"]);
    write(&mut state, "/data/ar");
    press(&mut state, &["tab"]);
    let shown = |state: &State| match state.layers.last() {
        Some(Layer::Form(form)) => (form.value("path").to_owned(), form.at),
        _ => panic!("no form"),
    };
    assert_eq!(shown(&state), ("/data/archive/".to_owned(), 0));
    write(&mut state, "new.csv");
    press(&mut state, &["tab"]);
    assert_eq!(shown(&state), ("/data/archive/new.csv".to_owned(), 1));
}

#[test]
fn an_import_that_is_stopped_is_waited_for_and_says_that_nothing_was_taken() {
    compare("import_stopping", |state| {
        look(state, some());
        press(state, &["y", "ctrl-x"]);
    });
    compare("import_stopped", |state| {
        look(state, some());
        press(state, &["y"]);
        let effects = update(state, Message::Key(Key::parse("ctrl-x").unwrap()));
        let Some(Effect::Cancel(ticket)) = effects.first() else {
            panic!("it is not stopped");
        };
        update(state, Message::Step(*ticket, "importing into alpha: 50 %".into()));
        assert!(state.running[0].words.starts_with("stopping: "));
        let report = ImportReport {
            rows: 210_000,
            stopped: true,
            ..ImportReport::default()
        };
        let done = Done::Imported(fake::name("alpha"), report);
        update(state, Message::Worked(*ticket, Ok(done)));
        assert!(state.running.is_empty());
    });
}

#[test]
fn what_runs_for_nobody_is_said_before_and_after_an_import() {
    let mut state = demo((120, 36));
    let preview = ImportPreview {
        not_taken_over: 2,
        not_taken_over_lines: vec![3, 7],
        ..some()
    };
    look(&mut state, preview);
    let Some(Layer::Confirm(confirm)) = state.layers.last() else {
        panic!("nobody is asked");
    };
    assert!(
        confirm.text.contains("2 of the new ones do more than tell"),
        "{}",
        confirm.text
    );
    press(&mut state, &["y"]);
    let ticket = state.running[0].ticket;
    let report = ImportReport {
        imported: 5,
        not_taken_over: 2,
        not_taken_over_lines: vec![3, 7],
        ..ImportReport::default()
    };
    let done = Done::Imported(fake::name("alpha"), report);
    update(&mut state, Message::Worked(ticket, Ok(done)));
    let Some(Layer::Notice(notice)) = state.layers.last() else {
        panic!("it is not said afterwards");
    };
    let text = format!("{:?}", notice.lines);
    assert!(
        text.contains("--take-over") && text.contains("Lines 3, 7"),
        "{text}"
    );
}
