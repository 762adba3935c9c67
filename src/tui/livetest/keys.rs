//! What keys do in the live test.

use super::begin::{begin, errand};
use super::errand::{Errand, Source};
use super::figures::{common, figures};
use super::kept;
use super::state::{LiveTest, Showing};
use crate::command::{Key, KeyCode};
use crate::tui::effect::Effect;
use crate::tui::layers::{Layer, Tab, edit, paste};
use crate::tui::state::State;
use crate::tui::update::open_invoke_page;
use crate::workspace::SavedLoad;
use tui_input::Input;

/// Opens it on a pointer, or on what a line of the log asked.
pub fn open(state: &mut State, source: Source) -> Vec<Effect> {
    let mut test = LiveTest::new(state.live_setup.as_deref());
    let prepare = begin(state, &mut test, Errand::Prepare(source));
    let list = errand(state, Errand::List);
    state.layers.push(Layer::LiveTest(Box::new(test)));
    vec![prepare, list]
}

/// A key was pressed.
pub fn on_key(state: &mut State, key: Key) -> Vec<Effect> {
    state.change_layer(
        |layer| matches!(layer, Layer::LiveTest(_)),
        |state, layer| match layer {
            Layer::LiveTest(test) => press(state, test, key),
            _ => (true, Vec::new()),
        },
    )
}

/// Text was pasted: into the field with the cursor, or into the name. False if it is not all there.
pub fn on_paste(state: &mut State, text: &str) -> bool {
    let Some(Layer::LiveTest(test)) = state.layers.last_mut() else {
        return true;
    };
    if let Some(naming) = &mut test.naming {
        return paste(naming, text);
    }
    let field = test.at.checked_sub(test.routes());
    match field.and_then(|place| test.fields.get_mut(place)) {
        Some(field) if test.showing == Showing::SetUp => {
            field.error = None;
            field.paste(text)
        }
        _ => true,
    }
}

fn press(state: &mut State, test: &mut LiveTest, key: Key) -> (bool, Vec<Effect>) {
    if test.naming.is_some() {
        return (true, name(state, test, key));
    }
    test.note = None;
    match test.showing {
        Showing::Kept => kept::choose(test, key),
        Showing::Finished if test.kept.is_some() => kept::look(state, test, key),
        Showing::SetUp => set_up(state, test, key),
        Showing::Asking => {
            test.showing = Showing::SetUp;
            if key == Key::char('y') {
                return (true, start(state, test));
            }
            (true, Vec::new())
        }
        Showing::Running => (true, running(state, test, key)),
        Showing::Finished => finished(state, test, key),
    }
}

fn set_up(state: &mut State, test: &mut LiveTest, key: Key) -> (bool, Vec<Effect>) {
    let lines = test.routes() + test.fields.len();
    match key.code {
        KeyCode::Esc => return (false, Vec::new()),
        KeyCode::Enter => return (true, ask(state, test)),
        KeyCode::Down | KeyCode::Tab => test.at = (test.at + 1) % lines,
        KeyCode::Up | KeyCode::BackTab => test.at = (test.at + lines - 1) % lines,
        _ if test.at < test.routes() => {
            if key == Key::char(' ') || key == Key::char('x') {
                check(test);
            }
        }
        _ => {
            let at = test.at - test.routes();
            test.fields[at].key(key);
            test.fields[at].error = None;
        }
    }
    (true, Vec::new())
}

/// Checks the route under the cursor, or takes the check away.
fn check(test: &mut LiveTest) {
    let Some(prospect) = test
        .prospects
        .as_ref()
        .and_then(|prospects| prospects.routes.get(test.at))
    else {
        return;
    };
    if let Some(missing) = &prospect.missing {
        test.note = Some(missing.clone());
    } else if test.chosen.contains(&prospect.route) {
        test.chosen.retain(|route| *route != prospect.route);
    } else {
        test.chosen.push(prospect.route);
    }
}

fn ask(state: &mut State, test: &mut LiveTest) -> Vec<Effect> {
    if test.ticket.is_some() {
        return Vec::new();
    }
    let Some(request) = test.ask() else {
        return Vec::new();
    };
    let asks = test
        .prospects
        .as_ref()
        .is_some_and(|prospects| !prospects.cautions.is_empty());
    test.request = Some(request);
    if asks {
        test.showing = Showing::Asking;
        return Vec::new();
    }
    start(state, test)
}

fn start(state: &mut State, test: &mut LiveTest) -> Vec<Effect> {
    let Some(request) = test.request.clone() else {
        return Vec::new();
    };
    let remembered = test.remembered();
    state.live_setup = Some(remembered.clone());
    test.showing = Showing::Running;
    test.paused = false;
    test.report = None;
    test.lanes.clear();
    test.lane = 0;
    vec![
        begin(state, test, Errand::Start(Box::new(request))),
        Effect::Remember("livetest", remembered),
    ]
}

fn running(state: &mut State, test: &mut LiveTest, key: Key) -> Vec<Effect> {
    match key.code {
        KeyCode::Char(' ' | 'p') => {
            test.paused = !test.paused;
            let wanted = if test.paused {
                Errand::Pause
            } else {
                Errand::Resume
            };
            vec![errand(state, wanted)]
        }
        KeyCode::Char('s') | KeyCode::Esc => {
            test.note = Some("stopping".to_owned());
            vec![errand(state, Errand::Stop)]
        }
        _ => {
            common(test, key);
            Vec::new()
        }
    }
}

fn finished(state: &mut State, test: &mut LiveTest, key: Key) -> (bool, Vec<Effect>) {
    let effects = match key.code {
        KeyCode::Esc | KeyCode::Char('q') => return (false, Vec::new()),
        KeyCode::Char('r') => start(state, test),
        KeyCode::Char('e') => {
            test.showing = Showing::SetUp;
            Vec::new()
        }
        KeyCode::Char('w') if state.read_only => {
            test.note = Some("not kept: this console only reads (--read-only)".to_owned());
            Vec::new()
        }
        KeyCode::Char('w') if test.report.is_some() => {
            test.naming = Some(Input::default());
            Vec::new()
        }
        KeyCode::Char('y') => vec![Effect::Copy(figures(test))],
        KeyCode::Char('t') => open_sample(state, test),
        _ => {
            common(test, key);
            Vec::new()
        }
    };
    (true, effects)
}

/// The slowest of the calls that were traced, by the route that is selected.
fn open_sample(state: &mut State, test: &mut LiveTest) -> Vec<Effect> {
    let lines = test
        .report
        .as_ref()
        .and_then(|report| report.samples.get(test.lane));
    match lines.and_then(|(_, lines)| lines.first()) {
        Some(id) => open_invoke_page(state, *id, Tab::Trace),
        None => {
            test.note = Some("none of its calls was traced: one in twenty is".to_owned());
            Vec::new()
        }
    }
}

fn name(state: &mut State, test: &mut LiveTest, key: Key) -> Vec<Effect> {
    let Some(input) = &mut test.naming else {
        return Vec::new();
    };
    match key.code {
        KeyCode::Esc => test.naming = None,
        KeyCode::Enter => {
            let name = input.value().trim().to_owned();
            test.naming = None;
            if let (Some(request), Some(report)) = (&test.request, &test.report) {
                let saved = SavedLoad::of(&name, request, report);
                return vec![errand(state, Errand::Save(Box::new(saved)))];
            }
        }
        _ => {
            edit(input, key);
        }
    }
    Vec::new()
}
