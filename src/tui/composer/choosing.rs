//! What keys do in a choice that lies over the composer.

use super::asking;
use super::background::background;
use super::errand::Errand;
use super::rows::{Take, rows};
use super::send::go_on;
use super::state::{Asked, Composer};
use super::unsent::keep_draft;
use super::window::{Kind, Window};
use crate::command::{Key, KeyCode};
use crate::model::Route;
use crate::tui::effect::Effect;
use crate::tui::layers::edit;
use crate::tui::state::State;
use crate::workspace::{Template, Way, laid_out};
use tui_input::Input;

/// Opens a choice.
pub fn open(state: &mut State, composer: &mut Composer, kind: Kind) -> Vec<Effect> {
    composer.popup = None;
    composer.window = Some(Window {
        kind,
        input: Input::default(),
        selected: 0,
        armed: None,
    });
    match kind {
        Kind::Ways if composer.knows && matches!(composer.ways, Asked::None | Asked::Failed(_)) => {
            let ticket = state.next_ticket;
            composer.ways = Asked::Waiting(ticket);
            vec![background(state, Errand::Ways(composer.instance.clone()))]
        }
        Kind::Templates | Kind::History => vec![background(state, Errand::Kept)],
        Kind::Ways | Kind::Name | Kind::Blank => Vec::new(),
    }
}

/// A key while a choice is open.
pub fn press(state: &mut State, composer: &mut Composer, key: Key) -> Vec<Effect> {
    let Some(mut window) = composer.window.take() else {
        return Vec::new();
    };
    match window.kind {
        Kind::Name => return press_name(state, composer, window, key),
        Kind::Blank => {
            return match asking::press(state, composer, window, key) {
                Some(filled) => go_on(state, composer, filled),
                None => Vec::new(),
            };
        }
        Kind::Templates | Kind::History | Kind::Ways => {}
    }
    let rows = rows(state, composer, &window);
    let last = rows.len().saturating_sub(1);
    let armed = window.armed.take();
    match (key.code, key.ctrl) {
        (KeyCode::Esc, _) if window.input.value().is_empty() => return Vec::new(),
        (KeyCode::Esc, _) => window.input = Input::default(),
        (KeyCode::Enter, _) => {
            return rows
                .get(window.selected)
                .map_or_else(Vec::new, |row| taken(state, composer, row.take.clone()));
        }
        (KeyCode::Down, _) | (KeyCode::Char('n'), true) => window.selected = (window.selected + 1).min(last),
        (KeyCode::Up, _) | (KeyCode::Char('p'), true) => window.selected = window.selected.saturating_sub(1),
        (KeyCode::PageDown, _) => window.selected = (window.selected + 10).min(last),
        (KeyCode::PageUp, _) => window.selected = window.selected.saturating_sub(10),
        (KeyCode::Char('s'), true) if window.kind == Kind::Templates => {
            return open(state, composer, Kind::Name);
        }
        (KeyCode::Char('x'), true) if window.kind == Kind::Templates => {
            let chosen = rows.get(window.selected);
            if let Some(row) = chosen.filter(|row| row.mark == "file") {
                composer.note = Some((
                    format!("{} stands in a file, and is changed there", row.label),
                    false,
                ));
            }
            let chosen = chosen.filter(|row| row.mark == "kept");
            let Some(name) = chosen.map(|row| row.label.clone()) else {
                composer.window = Some(window);
                return Vec::new();
            };
            if armed.as_ref() == Some(&name) {
                composer.window = Some(window);
                return vec![background(state, Errand::Forget(name))];
            }
            window.armed = Some(name);
        }
        _ => {
            if edit(&mut window.input, key) {
                window.selected = 0;
            }
        }
    }
    composer.window = Some(window);
    Vec::new()
}

fn press_name(state: &mut State, composer: &mut Composer, mut window: Window, key: Key) -> Vec<Effect> {
    match key.code {
        KeyCode::Esc => return open(state, composer, Kind::Templates),
        KeyCode::Enter if !window.input.value().trim().is_empty() => {
            let template = Template::to_keep(
                window.input.value().trim(),
                composer.editor.text().to_owned(),
                Some(composer.instance.to_string()),
                state.clock.now(),
            );
            let is_there = state
                .composer
                .templates()
                .iter()
                .any(|known| known.name == template.name);
            if is_there && window.armed.as_ref() != Some(&template.name) {
                let text = format!("{} is there already; Enter again replaces it", template.name);
                composer.note = Some((text, true));
                window.armed = Some(template.name);
                composer.window = Some(window);
                return Vec::new();
            }
            // That it is kept is said once it is.
            state.composer.keeping = Some((state.next_ticket, template.name.clone()));
            return vec![background(state, Errand::Keep(template))];
        }
        KeyCode::Enter => {}
        _ => {
            window.armed = None;
            edit(&mut window.input, key);
        }
    }
    composer.window = Some(window);
    Vec::new()
}

fn taken(state: &mut State, composer: &mut Composer, take: Take) -> Vec<Effect> {
    match take {
        Take::Text(text) => {
            keep_draft(state, composer);
            composer.editor.replace_all(&text);
            let blank = text.find(": \"\"").map_or(text.len(), |at| at + 3);
            composer.editor.go_to(blank);
            composer.editor.text().clone_into(&mut composer.given);
        }
        Take::Identity(identity) => {
            composer.identity = identity;
            composer.way = Way::Direct;
        }
        Take::Way(way) => {
            composer.identity = None;
            along(composer, &way);
            composer.way = *way;
        }
    }
    // What was looked at was for another way, and so were the warnings.
    composer.dry_run = Asked::None;
    composer.asked = None;
    composer.looked_at = None;
    let (instance, identity) = (composer.instance.clone(), composer.identity.clone());
    let now = state.clock.now();
    if composer.knows && state.composer.is_stale(&instance, identity.as_ref(), now) {
        return vec![background(state, Errand::Learn(instance, identity))];
    }
    Vec::new()
}

/// A pointer's way begins with the pointer's own query, where nothing of one's own would be lost, or where no
/// other can travel.
fn along(composer: &mut Composer, way: &Way) {
    let Way::Pointer { pointer, route, .. } = way else {
        return;
    };
    let Some(federated) = &pointer.federated else {
        return;
    };
    let own = laid_out(&federated.query);
    let untouched = composer.editor.text() == composer.given;
    let another = composer
        .query()
        .is_none_or(|query| query.to_value() != federated.query);
    let is_circuit = *route == Route::Circuit;
    if another && (untouched || is_circuit) {
        composer.editor.replace_all(&own);
        composer.given = own;
        if is_circuit {
            composer.note = Some((
                "route circuit carries the pointer's own query, sealed beforehand".to_owned(),
                false,
            ));
        }
    }
}
