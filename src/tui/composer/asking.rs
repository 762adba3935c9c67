//! Asking for what goes into the blanks of a query, one after the other. It knows nothing of what happens then: whoever
//! had it asked for gets the query back once all of it is filled in.

use super::filling::{Filling, Purpose};
use super::state::Composer;
use super::window::{Kind, Window};
use crate::command::{Key, KeyCode};
use crate::tui::layers::edit;
use crate::tui::state::State;
use tui_input::Input;

/// Gives back a query that has no blanks to be asked for; asks for the first one otherwise.
pub fn begin(state: &State, composer: &mut Composer, filling: Filling) -> Option<Filling> {
    if filling.now().is_none() {
        return Some(filling);
    }
    composer.filling = Some(filling);
    ask(state, composer);
    None
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

/// A key while a blank is asked for. Gives the query once its last blank is filled in.
pub fn press(state: &mut State, composer: &mut Composer, mut window: Window, key: Key) -> Option<Filling> {
    match key.code {
        KeyCode::Esc => {
            let filling = composer.filling.take();
            let undone = match filling.map(|filling| filling.purpose) {
                Some(Purpose::DryRun) => "not looked at",
                _ => "not sent",
            };
            composer.note = Some((format!("{undone}: its blanks were not filled in"), true));
            return None;
        }
        KeyCode::Enter => return answer(state, composer, window),
        _ => {
            edit(&mut window.input, key);
        }
    }
    composer.window = Some(window);
    None
}

fn answer(state: &mut State, composer: &mut Composer, window: Window) -> Option<Filling> {
    let mut filling = composer.filling.take()?;
    let (blank, ..) = filling.now()?;
    let answer = window.input.value().to_owned();
    if let Some(refusal) = blank.refusal(&answer) {
        composer.note = Some((refusal, true));
        composer.filling = Some(filling);
        composer.window = Some(window);
        return None;
    }
    let name = blank.name.clone();
    state.composer.answers.insert(name.clone(), answer.clone());
    filling.answer(name, answer);
    begin(state, composer, filling)
}
