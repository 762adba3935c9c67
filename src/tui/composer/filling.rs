//! Asking for what goes into the blanks of a query, one after the other, before it is sent or looked at.

use super::send;
use super::state::Composer;
use super::window::{Kind, Window};
use crate::command::{Key, KeyCode};
use crate::tui::effect::Effect;
use crate::tui::layers::edit;
use crate::tui::state::State;
use crate::workspace::{AskedBlank, Outgoing, blanks_of};
use tui_input::Input;

/// What the query is filled in for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To be sent.
    Send,
    /// To be looked at.
    DryRun,
}

/// A query whose blanks are asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Filling {
    purpose: Purpose,
    blanks: Vec<AskedBlank>,
    /// The query, with the answers so far.
    outgoing: Outgoing,
    answered: usize,
}

impl Filling {
    /// The blank that is asked for now, its place, and how many there are.
    pub fn now(&self) -> Option<(&AskedBlank, usize, usize)> {
        let at = self.answered;
        Some((self.blanks.get(at)?, at + 1, self.blanks.len()))
    }
}

/// Goes on with a query that has no blanks to be asked for; asks for the first one otherwise.
pub fn begin(
    state: &mut State,
    composer: &mut Composer,
    outgoing: Outgoing,
    purpose: Purpose,
) -> Vec<Effect> {
    let blanks = blanks_of(&outgoing.query.to_value());
    if blanks.is_empty() {
        return go_on(state, composer, outgoing, purpose);
    }
    composer.filling = Some(Filling {
        purpose,
        blanks,
        outgoing,
        answered: 0,
    });
    ask(state, composer);
    Vec::new()
}

fn go_on(state: &mut State, composer: &mut Composer, outgoing: Outgoing, purpose: Purpose) -> Vec<Effect> {
    match purpose {
        Purpose::Send => send::send_filled(state, composer, outgoing),
        Purpose::DryRun => send::look_at_filled(state, composer, outgoing),
    }
}

/// Asks for the blank whose turn it is, with what was answered last time.
fn ask(state: &State, composer: &mut Composer) {
    let asked = composer.filling.as_ref().and_then(Filling::now);
    let before = asked.and_then(|(blank, ..)| state.composer.answers.get(&blank.name));
    composer.window = Some(Window {
        kind: Kind::Blank,
        input: Input::new(before.cloned().unwrap_or_default()),
        selected: 0,
        armed: None,
    });
}

/// A key while a blank is asked for.
pub fn press(state: &mut State, composer: &mut Composer, mut window: Window, key: Key) -> Vec<Effect> {
    match key.code {
        KeyCode::Esc => {
            let filling = composer.filling.take();
            let undone = match filling.map(|filling| filling.purpose) {
                Some(Purpose::DryRun) => "not looked at",
                _ => "not sent",
            };
            composer.note = Some((format!("{undone}: its blanks were not filled in"), true));
            return Vec::new();
        }
        KeyCode::Enter => return answer(state, composer, window),
        _ => {
            edit(&mut window.input, key);
        }
    }
    composer.window = Some(window);
    Vec::new()
}

fn answer(state: &mut State, composer: &mut Composer, window: Window) -> Vec<Effect> {
    let Some(mut filling) = composer.filling.take() else {
        return Vec::new();
    };
    let Some((blank, ..)) = filling.now() else {
        return Vec::new();
    };
    let answer = window.input.value().to_owned();
    if let Some(refusal) = blank.refusal(&answer) {
        composer.note = Some((refusal, true));
        composer.filling = Some(filling);
        composer.window = Some(window);
        return Vec::new();
    }
    let name = blank.name.clone();
    state.composer.answers.insert(name.clone(), answer.clone());
    filling
        .outgoing
        .answers
        .get_or_insert_default()
        .insert(name, answer);
    filling.answered += 1;
    if filling.now().is_some() {
        composer.filling = Some(filling);
        ask(state, composer);
        return Vec::new();
    }
    go_on(state, composer, filling.outgoing, filling.purpose)
}
