//! What keys and pasted text do in the wizard.

use super::act::act;
use super::ahead::Typed;
use super::answers::{self, note, take};
use super::enter::{enter, errand_for, keep};
use super::errand::{Errand, News};
use super::moving::scroll_text;
use super::pasted::{field_counts, paste};
use super::state::{Wizard, Zoom};
use super::view::{Comparison, comparison};
use super::within::with;
use crate::command::{Answer as Meaning, Id, Key, KeyCode, Scope};
use crate::handshake::guide::Step;
use crate::model::{Delivery, Side};
use crate::tui::effect::Effect;
use crate::tui::layers::Layer;
use crate::tui::message::Message;
use crate::tui::state::State;
use crate::tui::update::turn_mouse;
use std::time::Duration;
use zeroize::Zeroizing;

/// How long secrets are shown once they were asked for.
pub const SHOWN_SECONDS: i64 = 30;
/// How long a filter must rest before it is asked for.
const REST: Duration = Duration::from_millis(60);

/// Opens the wizard, at the side that was chosen already, if one was.
pub fn open(state: &mut State, side: Option<Side>) -> Vec<Effect> {
    let mut wizard = Wizard::new(state.clock.now());
    wizard.wanted = side;
    wizard.list = super::options::list(state, &wizard);
    if side == Some(Side::Held) {
        wizard.list.selected = Some(1);
    }
    let effect = errand_for(state, &mut wizard, Errand::Begin);
    state.layers.push(Layer::Wizard(Box::new(wizard)));
    vec![effect]
}

/// A key was pressed.
pub fn on_key(state: &mut State, key: Key) -> Vec<Effect> {
    with(state, |state, wizard| press(state, wizard, key))
}

/// Text was pasted.
pub fn on_paste(state: &mut State, text: &str) -> Vec<Effect> {
    with(state, |state, wizard| {
        if wizard.waits_for_facts() {
            wizard.ahead.push(Typed::Paste(Zeroizing::new(text.to_owned())));
        } else {
            paste(state, wizard, text);
        }
        (true, Vec::new())
    })
}

/// What a key does. Says whether the wizard stays.
pub(super) fn press(state: &mut State, wizard: &mut Wizard, key: Key) -> (bool, Vec<Effect>) {
    if wizard.zoom.is_some() {
        match key.code {
            KeyCode::Esc | KeyCode::Char('q' | 'Q' | 't') | KeyCode::Enter => wizard.zoom = None,
            KeyCode::Down | KeyCode::Char('j') => scroll_text(state, wizard, 1),
            KeyCode::Up | KeyCode::Char('k') => scroll_text(state, wizard, -1),
            KeyCode::PageDown | KeyCode::Char(' ') => scroll_text(state, wizard, page_of(state)),
            KeyCode::PageUp => scroll_text(state, wizard, -page_of(state)),
            KeyCode::Home => scroll_text(state, wizard, i64::MIN),
            KeyCode::End => scroll_text(state, wizard, i64::MAX),
            _ => {}
        }
        // The text is there to be selected with the mouse; that is the terminal's only when it was given to it.
        let situation = state.situation();
        let meaning = state.keymap.press(&[], key, &[Scope::Global], &situation);
        if let Meaning::Run(binding) = meaning
            && binding.command.id == Id::Mouse
        {
            return (true, turn_mouse(state));
        }
        return (true, vec![Effect::Redraw]);
    }
    let leaving = std::mem::take(&mut wizard.leaving);
    wizard.note = None;
    if wizard.waits_for_facts() && key.code != KeyCode::Esc {
        wizard.ahead.push(Typed::Key(key));
        return (true, Vec::new());
    }
    match (key.code, key.ctrl) {
        (KeyCode::Esc, _) => {
            wizard.ahead.clear();
            return back(state, wizard, leaving);
        }
        (KeyCode::Char('t'), true) => {
            return (true, reveal(state, wizard));
        }
        (KeyCode::Enter, _) if wizard.course.is_finished() => return (false, vec![keep(state, wizard)]),
        (KeyCode::Enter, _) => return (true, forward(state, wizard)),
        (KeyCode::Char('s'), true) => {
            wizard.at = wizard.fields().len().saturating_sub(1);
            return (true, forward(state, wizard));
        }
        _ => {}
    }
    if wizard.ticket.is_some() {
        return (true, Vec::new());
    }
    if !wizard.fields().is_empty() {
        type_in(state, wizard, key);
        return (true, Vec::new());
    }
    if !wizard.list.items.is_empty() || wizard.list.finds {
        if key == Key::char('q') && !wizard.list.finds {
            return back(state, wizard, leaving);
        }
        if wizard.step() == Step::Words {
            if scroll_words(wizard, key) || comparison(state, wizard) == Comparison::TooSmall {
                return (true, Vec::new());
            }
            // What is answered is seen beside the words that it is about.
            wizard.scroll = usize::MAX;
        }
        let changed = wizard.list.key(key);
        note(wizard);
        return (true, if changed { found(wizard) } else { Vec::new() });
    }
    (true, read(state, wizard, key))
}

/// The rows of the text that are seen at once.
fn page_of(state: &State) -> i64 {
    i64::from(state.size.1.saturating_sub(1).max(1))
}

/// The words and their two answers are at most two screens. Says whether it was a key for that.
fn scroll_words(wizard: &mut Wizard, key: Key) -> bool {
    match key.code {
        KeyCode::PageUp => wizard.scroll = 0,
        KeyCode::PageDown => wizard.scroll = usize::MAX,
        _ => return false,
    }
    true
}

/// The filter of a list of pointers changed: others may have to be fetched.
fn found(wizard: &Wizard) -> Vec<Effect> {
    let pointers = wizard.step() == Step::Scope && wizard.course.answers.purpose == Default::default();
    if !pointers {
        return Vec::new();
    }
    let word = wizard.list.filter.value().trim().to_owned();
    vec![Effect::After(
        REST,
        Message::Wizard(News::Rested(wizard.serial, word)),
    )]
}

fn type_in(state: &State, wizard: &mut Wizard, key: Key) {
    let (step, at) = (wizard.step(), wizard.at);
    let count = wizard.fields().len();
    match key.code {
        KeyCode::Tab | KeyCode::Down => {
            touch(wizard, step, at);
            wizard.at = (at + 1) % count;
        }
        KeyCode::BackTab | KeyCode::Up => {
            touch(wizard, step, at);
            wizard.at = (at + count - 1) % count;
        }
        _ => {
            wizard.failure = None;
            if let Some(field) = wizard.pages.get_mut(&step).and_then(|page| page.get_mut(at)) {
                field.key(key);
            }
            field_counts(wizard);
        }
    }
    answers::check(state, wizard);
}

fn touch(wizard: &mut Wizard, step: Step, at: usize) {
    if let Some(field) = wizard.pages.get_mut(&step).and_then(|page| page.get_mut(at)) {
        field.touched = true;
    }
}

/// A key on a screen that one reads.
fn read(state: &mut State, wizard: &mut Wizard, key: Key) -> Vec<Effect> {
    match key.code {
        KeyCode::Down | KeyCode::Char('j') => wizard.scroll += 1,
        KeyCode::Up | KeyCode::Char('k') => wizard.scroll = wizard.scroll.saturating_sub(1),
        KeyCode::PageDown | KeyCode::Char(' ') => wizard.scroll += 10,
        KeyCode::PageUp => wizard.scroll = wizard.scroll.saturating_sub(10),
        KeyCode::Char('s') => return reveal(state, wizard),
        KeyCode::Char('Q') if super::qr::content(wizard).is_some() => {
            wizard.zoom = Some(Zoom::Qr);
            return vec![Effect::Redraw];
        }
        KeyCode::Char('t') if super::qr::text(wizard).is_some() => {
            wizard.zoom = Some(Zoom::Text(0));
            return vec![Effect::Redraw];
        }
        KeyCode::Char('y') => {
            let Some(text) = super::qr::text(wizard) else {
                return Vec::new();
            };
            return vec![Effect::Copy(text)];
        }
        KeyCode::Char('n') if wizard.step() == Step::HandOver => {
            if wizard.course.answers.delivery == Delivery::Code
                && let Some(under_way) = wizard.course.under_way()
            {
                let errand = Errand::NewCode(under_way.id.clone());
                return vec![errand_for(state, wizard, errand)];
            }
        }
        KeyCode::Char('r') => return retry(state, wizard),
        _ => {}
    }
    Vec::new()
}

/// Does again what failed, where nobody has to answer anything.
fn retry(state: &mut State, wizard: &mut Wizard) -> Vec<Effect> {
    match wizard.step() {
        Step::Checks | Step::Call | Step::Activation | Step::HandOver | Step::Scope => {
            let scroll = wizard.scroll;
            let effects = enter(state, wizard);
            wizard.scroll = scroll;
            effects
        }
        _ => Vec::new(),
    }
}

/// Shows what is secret for a while, or hides it.
fn reveal(state: &State, wizard: &mut Wizard) -> Vec<Effect> {
    let now = state.clock.now();
    if wizard.is_revealed(now) {
        wizard.revealed = None;
        return Vec::new();
    }
    wizard.revealed = Some(now.plus_seconds(SHOWN_SECONDS));
    let seconds = u64::try_from(SHOWN_SECONDS).unwrap_or(30);
    vec![Effect::After(
        Duration::from_secs(seconds),
        Message::Wizard(News::Mask(wizard.serial)),
    )]
}

/// One step back, or out: the draft is kept.
fn back(state: &mut State, wizard: &mut Wizard, leaving: bool) -> (bool, Vec<Effect>) {
    if wizard.ticket.is_some() && changes(wizard.step()) {
        wizard.note = Some("one moment: this is being finished first".to_owned());
        return (true, Vec::new());
    }
    note(wizard);
    let before = wizard.course.clone();
    if wizard.course.back().is_some() {
        if wizard.step() == Step::Begin {
            wizard.draft = Some(before);
            let effect = errand_for(state, wizard, Errand::Begin);
            let ticket = wizard.ticket;
            let mut effects = enter(state, wizard);
            wizard.ticket = ticket;
            effects.push(effect);
            return (true, effects);
        }
        return (true, enter(state, wizard));
    }
    if wizard.shows_secrets() && !leaving {
        wizard.leaving = true;
        return (true, Vec::new());
    }
    (false, vec![keep(state, wizard)])
}

/// Whether the errand of a step changes something, so that it is not left half-way.
const fn changes(step: Step) -> bool {
    matches!(
        step,
        Step::Review | Step::Ask | Step::Keep | Step::Words | Step::Pointer | Step::HandOver
    )
}

/// Enter: the next field, or the next step, or what has to be done before it.
fn forward(state: &mut State, wizard: &mut Wizard) -> Vec<Effect> {
    if wizard.ticket.is_some() {
        return Vec::new();
    }
    let count = wizard.fields().len();
    if wizard.at + 1 < count {
        let (step, at) = (wizard.step(), wizard.at);
        touch(wizard, step, at);
        wizard.at += 1;
        answers::check(state, wizard);
        return Vec::new();
    }
    if wizard.list.many && wizard.list.picked.is_empty() {
        // What is merely selected is not granted: nobody said so.
        wizard.note = Some("nothing is picked yet: Space picks what is selected".to_owned());
        return Vec::new();
    }
    if wizard.step() == Step::Words && wizard.list.current().is_none() {
        // The page may have turned by itself just now, and the key was meant for the one before.
        wizard.note = Some("choose an answer first: 1 or 2, or the arrows".to_owned());
        return Vec::new();
    }
    if wizard.step() == Step::Words && comparison(state, wizard) != Comparison::InView {
        // An answer to what cannot be read is none.
        wizard.scroll = usize::MAX;
        wizard.note = Some("look again, then press Enter once more".to_owned());
        return Vec::new();
    }
    if !take(state, wizard) {
        return Vec::new();
    }
    if let Some(effects) = act(state, wizard) {
        return effects;
    }
    if wizard.course.forward().is_none() {
        if wizard.waits_for_code() {
            let waits = wizard.waits_for_peer(state.clock.now());
            wizard.note = Some(if waits {
                "nobody has typed the code in yet: this page turns by itself then".to_owned()
            } else {
                "this code is of no use any more: n makes another one".to_owned()
            });
        }
        return Vec::new();
    }
    enter(state, wizard)
}
