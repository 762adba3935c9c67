//! What keys and pasted text do in the composer.

use super::background::background;
use super::blank;
use super::choosing;
use super::errand::News;
use super::layout::Areas;
use super::looking::{look, word};
use super::offer::{offers, take};
use super::place::{Slot, place};
use super::send::{cancel, dry_run, send};
use super::state::{Asked, Composer, Panel, Popup};
use super::window::Kind;
use crate::command::{Key, KeyCode};
use crate::protocol::json_text::Tree;
use crate::tui::effect::Effect;
use crate::tui::layers::{Layer, Tab};
use crate::tui::message::Message;
use crate::tui::state::State;
use crate::tui::update::open_invoke_page;
use crate::workspace::{Failure, laid_out};
use std::time::Duration;

/// How long typing must rest before pointers are searched for.
const REST: Duration = Duration::from_millis(150);
/// How long before it is looked up whether the pointers that are named are there.
const SETTLED: Duration = Duration::from_millis(500);
/// Longer texts are looked at only once typing rests.
const LONG: usize = 64 * 1024;

/// Takes the composer out of the layers for a while, so that both can be changed.
pub fn with(
    state: &mut State,
    change: impl FnOnce(&mut State, &mut Composer) -> (bool, Vec<Effect>),
) -> Vec<Effect> {
    let found = state
        .layers
        .iter()
        .position(|layer| matches!(layer, Layer::Composer(_)));
    let Some(at) = found else { return Vec::new() };
    let Layer::Composer(mut composer) = state.layers.remove(at) else {
        return Vec::new();
    };
    let (stays, mut effects) = change(state, &mut composer);
    if stays {
        let at = at.min(state.layers.len());
        state.layers.insert(at, Layer::Composer(composer));
    } else {
        keep_draft(state, &composer);
        effects.extend(super::keep_unsent(state));
    }
    effects
}

fn keep_draft(state: &mut State, composer: &Composer) {
    let text = composer.editor.text();
    if text.trim().is_empty() {
        state.composer.drafts.remove(&composer.instance);
    } else if text != composer.given {
        state
            .composer
            .drafts
            .insert(composer.instance.clone(), text.to_owned());
    }
}

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
            crate::tui::layers::paste(&mut window.input, text);
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
            complete(state, composer);
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
    if composer.popup.is_some() && choose(composer, key) {
        return (true, Vec::new());
    }
    match key.code {
        KeyCode::Esc if composer.panel != Panel::Help && !wide(state, composer) => {
            composer.panel = Panel::Help;
            (true, Vec::new())
        }
        KeyCode::Esc => (false, Vec::new()),
        KeyCode::Tab => {
            complete(state, composer);
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

/// Where everything is on the screen as it is.
pub fn areas(state: &State, composer: &Composer) -> Areas {
    Areas::of(state.layout().body, composer)
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
    match serde_json::from_str(composer.editor.text()) {
        Ok(value) => {
            let text = laid_out(&value);
            if text != composer.editor.text() {
                composer.editor.replace_all(&text);
            }
            composer.popup = None;
        }
        Err(_) => composer.note = Some(("what is no JSON yet cannot be laid out".to_owned(), true)),
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
            if let (Panel::Reply, Asked::Here(sent)) = (composer.panel, &composer.reply) {
                let id = sent.log_id;
                return (true, open_invoke_page(state, id, Tab::Reply));
            }
        }
        _ => {}
    }
    let lines = super::view::panel_length(state, composer);
    let scroll = &mut composer.scroll[composer.panel.index()];
    *scroll = (*scroll).min(lines.saturating_sub(page));
    (true, Vec::new())
}

/// Keys while there are offers. True if the key was for them.
fn choose(composer: &mut Composer, key: Key) -> bool {
    let Some(popup) = &mut composer.popup else {
        return false;
    };
    let last = popup.offers.len().saturating_sub(1);
    match (key.code, key.ctrl) {
        (KeyCode::Esc, _) => composer.popup = None,
        (KeyCode::Down, false) | (KeyCode::Char('n'), true) => {
            popup.selected = if popup.selected == last {
                0
            } else {
                popup.selected + 1
            };
            popup.wanted = true;
        }
        (KeyCode::Up, false) | (KeyCode::Char('p'), true) => {
            popup.selected = if popup.selected == 0 {
                last
            } else {
                popup.selected - 1
            };
            popup.wanted = true;
        }
        (KeyCode::PageDown, _) => popup.selected = (popup.selected + 6).min(last),
        (KeyCode::PageUp, _) => popup.selected = popup.selected.saturating_sub(6),
        (KeyCode::Tab, _) => accept(composer),
        (KeyCode::Enter, false) if popup.wanted || popup.place.begun => accept(composer),
        _ => return false,
    }
    true
}

fn accept(composer: &mut Composer) {
    let Some(popup) = composer.popup.take() else {
        return;
    };
    let Some(offer) = popup.offers.get(popup.selected) else {
        return;
    };
    let (span, text, caret) = take(composer.editor.text(), &popup.place, offer);
    composer.editor.replace(span, &text);
    composer.editor.go_to(caret);
}

/// Offers what fits at the cursor, because a person asked for it.
fn complete(state: &State, composer: &mut Composer) {
    composer.tree = Tree::of(composer.editor.text());
    offer(state, composer, true);
    match &composer.popup {
        Some(popup) if popup.offers.len() == 1 => accept(composer),
        Some(_) => {}
        None => composer.note = Some((nothing_to_offer(state, composer), true)),
    }
}

fn nothing_to_offer(state: &State, composer: &Composer) -> String {
    let instance = &composer.instance;
    if !composer.knows {
        return "this home does not know the instance that is asked in the end".to_owned();
    }
    if let Some(failure) = state.composer.unasked.get(instance) {
        return format!("{instance} could not be asked: {}", failure.message);
    }
    match state.composer.of(instance, composer.identity.as_ref()) {
        Some(_) => "nothing to offer here".to_owned(),
        None => format!("{instance} has not told yet what it knows"),
    }
}

/// Offers what fits at the cursor; by itself only where something is begun.
pub fn offer(state: &State, composer: &mut Composer, wanted: bool) {
    let before = composer.popup.take();
    let text = composer.editor.text();
    let Some(place) = place(text, &composer.tree, composer.editor.cursor()) else {
        return;
    };
    let is_start = place.slot == Slot::Start;
    if !wanted && !place.begun && (place.slot == Slot::Name || is_start) {
        return;
    }
    let in_blank = blank::offers(text, &place, &state.composer, composer);
    let known = state.composer.of(&composer.instance, composer.identity.as_ref());
    let known = known.filter(|_| composer.knows);
    let elsewhere = || known.map(|knowledge| offers(text, &place, knowledge, &composer.found));
    let offers = in_blank.or_else(elsewhere).unwrap_or_default();
    if offers.is_empty() {
        return;
    }
    let same = before.as_ref().filter(|before| before.place.slot == place.slot);
    let label = same.and_then(|before| before.offers.get(before.selected));
    let selected = label.and_then(|chosen| offers.iter().position(|offer| offer.label == chosen.label));
    composer.popup = Some(Popup {
        selected: selected
            .filter(|_| same.is_some_and(|before| before.wanted))
            .unwrap_or(0),
        wanted: wanted || same.is_some_and(|before| before.wanted),
        offers,
        place,
    });
}

/// After every key: structure, remarks, offers and what is to be looked up follow the text.
pub fn settle(state: &mut State, composer: &mut Composer, typed: bool) -> Vec<Effect> {
    let revision = composer.editor.revision();
    let mut effects = Vec::new();
    if composer.looked_at != Some(revision) {
        if composer.editor.text().len() > LONG && composer.looked_at.is_some() {
            composer.popup = None;
        } else {
            look(state, composer);
        }
        if typed {
            offer(state, composer, false);
        }
        if let Some(errand) = blank::to_look_at(composer) {
            effects.push(background(state, errand));
        }
        effects.push(Effect::After(SETTLED, Message::Composer(News::Settled(revision))));
        if composer.editor.text().len() > LONG || word(state, composer).is_some() {
            effects.push(Effect::After(REST, Message::Composer(News::Rested(revision))));
        }
    }
    let (width, height) = areas(state, composer).room();
    composer.editor.follow(width, height);
    super::view::prepare_reply(state, composer);
    effects
}
