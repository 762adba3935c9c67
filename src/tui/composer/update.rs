//! What keys and pasted text do in the composer.

use super::choosing;
use super::layer::with;
use super::layout::areas;
use super::offering;
use super::send::{cancel, dry_run, send};
use super::settling::settle;
use super::state::{Asked, Composer, Panel};
use super::view::panel_lines::panel_length;
use super::window::Kind;
use crate::command::{Key, KeyCode};
use crate::protocol::strict_json;
use crate::tui::effect::Effect;
use crate::tui::layers::{Tab, paste};
use crate::tui::state::State;
use crate::tui::update::open_invoke_page;
use crate::workspace::{Failure, laid_out};

/// A key was pressed.
pub fn on_key(state: &mut State, key: Key) -> Vec<Effect> {
    with(state, |state, composer| {
        let before = composer.editor.revision();
        let (stays, mut effects) = press(state, composer, key);
        let changed = composer.editor.revision() != before;
        effects.extend(settle(state, composer, changed));
        (stays, effects)
    })
}

/// Text was pasted.
pub fn on_paste(state: &mut State, text: &str) -> Vec<Effect> {
    with(state, |state, composer| {
        if let Some(window) = &mut composer.window {
            paste(&mut window.input, text);
            return (true, Vec::new());
        }
        composer.editor.paste(text);
        composer.popup = None;
        let effects = settle(state, composer, false);
        (true, effects)
    })
}

/// The person's own editor has ended.
pub fn on_edited(state: &mut State, edited: Result<Option<String>, Failure>) -> Vec<Effect> {
    let text = match edited {
        Ok(text) => text,
        Err(failure) => {
            state.report_failure(&failure);
            return Vec::new();
        }
    };
    with(state, |state, composer| {
        let Some(text) = text else {
            composer.note = Some(("the editor changed nothing".to_owned(), false));
            return (true, Vec::new());
        };
        // One change, which can be taken back.
        composer.editor.replace_all(&text);
        composer.popup = None;
        let effects = settle(state, composer, false);
        (true, effects)
    })
}

fn press(state: &mut State, composer: &mut Composer, key: Key) -> (bool, Vec<Effect>) {
    composer.note = None;
    if composer.window.is_some() {
        return (true, choosing::press(state, composer, key));
    }
    let sends = key == Key::ctrl('s') || key.code == KeyCode::Enter && (key.ctrl || key.alt);
    if sends {
        composer.popup = None;
        return (true, send(state, composer));
    }
    match (key.code, key.ctrl) {
        (KeyCode::Char('d'), true) => return (true, turn_dry_run(state, composer)),
        (KeyCode::Char('x'), true) => return (true, cancel(state, composer)),
        (KeyCode::Char('g'), true) => return (true, choosing::open(state, composer, Kind::Ways)),
        (KeyCode::Char('t'), true) => return (true, choosing::open(state, composer, Kind::Templates)),
        (KeyCode::Char('r'), true) => return (true, choosing::open(state, composer, Kind::History)),
        (KeyCode::Char('f'), true) => {
            lay_out(composer);
            return (true, Vec::new());
        }
        (KeyCode::Char('o'), true) => {
            composer.popup = None;
            return (true, vec![Effect::Edit(composer.editor.text().to_owned())]);
        }
        (KeyCode::Char('l'), true) => return (true, vec![Effect::Redraw]),
        (KeyCode::Function(2), _) => {
            turn_panel(composer);
            return (true, Vec::new());
        }
        (KeyCode::Char(' '), true) => {
            offering::complete(state, composer);
            return (true, Vec::new());
        }
        (KeyCode::BackTab, _) => {
            composer.popup = None;
            composer.in_panel = !composer.in_panel && shows_panel(state, composer);
            return (true, Vec::new());
        }
        _ => {}
    }
    if composer.in_panel {
        return read(state, composer, key);
    }
    if composer.popup.is_some() && offering::press(composer, key) {
        return (true, Vec::new());
    }
    match key.code {
        KeyCode::Esc if composer.panel != Panel::Help && !wide(state, composer) => {
            composer.panel = Panel::Help;
            (true, Vec::new())
        }
        KeyCode::Esc => (false, Vec::new()),
        KeyCode::Tab => {
            offering::complete(state, composer);
            (true, Vec::new())
        }
        _ => {
            let page = areas(state, composer).room().1.saturating_sub(1);
            let before = composer.editor.revision();
            composer.editor.key(key, page);
            if composer.editor.revision() == before {
                composer.popup = None;
            }
            (true, Vec::new())
        }
    }
}

fn wide(state: &State, composer: &Composer) -> bool {
    areas(state, composer).beside
}

fn shows_panel(state: &State, composer: &Composer) -> bool {
    areas(state, composer).panel.is_some()
}

fn turn_dry_run(state: &mut State, composer: &mut Composer) -> Vec<Effect> {
    composer.popup = None;
    let current =
        matches!(composer.dry_run, Asked::Here(_)) && composer.dry_run_of == composer.editor.revision();
    if composer.panel == Panel::DryRun && current {
        composer.panel = Panel::Help;
        composer.in_panel = false;
        return Vec::new();
    }
    dry_run(state, composer)
}

fn turn_panel(composer: &mut Composer) {
    composer.panel = Panel::ALL[(composer.panel.index() + 1) % 3];
    composer.in_panel = false;
}

/// Puts the query on lines, as it is shown elsewhere.
fn lay_out(composer: &mut Composer) {
    match strict_json::parse(composer.editor.text().as_bytes()) {
        Ok(value) => {
            let text = laid_out(&value);
            if text != composer.editor.text() {
                composer.editor.replace_all(&text);
            }
            composer.popup = None;
        }
        Err(error) => composer.note = Some((format!("this cannot be laid out yet: {error}"), true)),
    }
}

/// Keys while the panel has them.
fn read(state: &mut State, composer: &mut Composer, key: Key) -> (bool, Vec<Effect>) {
    let page = areas(state, composer)
        .panel
        .map_or(1, |panel| usize::from(panel.height.saturating_sub(3)));
    let scroll = &mut composer.scroll[composer.panel.index()];
    match key.code {
        KeyCode::Esc | KeyCode::Char('q') => composer.in_panel = false,
        KeyCode::Down | KeyCode::Char('j') => *scroll += 1,
        KeyCode::Up | KeyCode::Char('k') => *scroll = scroll.saturating_sub(1),
        KeyCode::PageDown | KeyCode::Char(' ') => *scroll += page,
        KeyCode::PageUp => *scroll = scroll.saturating_sub(page),
        KeyCode::Home | KeyCode::Char('g') => *scroll = 0,
        KeyCode::End | KeyCode::Char('G') => *scroll = usize::MAX / 2,
        KeyCode::Right | KeyCode::Char('l') | KeyCode::Tab => {
            composer.panel = Panel::ALL[(composer.panel.index() + 1) % 3];
        }
        KeyCode::Left | KeyCode::Char('h') => {
            composer.panel = Panel::ALL[(composer.panel.index() + 2) % 3];
        }
        KeyCode::Enter => {
            if let (Panel::Reply, Asked::Here(sent)) = (composer.panel, &composer.reply)
                && let Some(id) = sent.log_id
            {
                return (true, open_invoke_page(state, id, Tab::Reply));
            }
        }
        _ => {}
    }
    let lines = panel_length(state, composer);
    let scroll = &mut composer.scroll[composer.panel.index()];
    *scroll = (*scroll).min(lines.saturating_sub(page));
    (true, Vec::new())
}
