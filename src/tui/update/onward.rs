//! Handshakes whose words were compared here go on by themselves, whether or not anybody looks at the wizard: the side
//! that holds the credentials mixes fresh keys in as soon as the other side's people have spoken too.
//!
//! The first tries follow soon upon each other, later ones are rare: each is a call that the other side puts on record.

use super::credentials::load_credentials;
use crate::handshake::guide::Step;
use crate::model::{CredentialState, Side};
use crate::tui::effect::Effect;
use crate::tui::layers::Layer;
use crate::tui::message::Message;
use crate::tui::outcome::Outcome;
use crate::tui::state::{Level, Onward, Phase, State};
use std::time::Duration;

/// After how long it is tried first; each later time after twice as long.
const FIRST: Duration = Duration::from_secs(5);
/// After how long at most.
const LONGEST: Duration = Duration::from_secs(120);

/// Plans the next try, unless nothing waits or it is planned already.
pub fn plan(state: &mut State) -> Option<Effect> {
    let waiting = waiting(state);
    if waiting != state.onward.waiting {
        state.onward = Onward {
            waiting,
            turn: state.onward.turn + 1,
            tries: 0,
            planned: false,
        };
    }
    let onward = &mut state.onward;
    if onward.planned || onward.waiting.is_empty() {
        return None;
    }
    let wait = FIRST
        .saturating_mul(2_u32.saturating_pow(onward.tries))
        .min(LONGEST);
    onward.tries += 1;
    onward.planned = true;
    Some(Effect::After(wait, Message::Onward(onward.turn)))
}

/// Tries, or at least looks whether the other side went on.
pub fn go_on(state: &mut State, turn: u64) -> Vec<Effect> {
    if turn != state.onward.turn {
        return Vec::new();
    }
    state.onward.planned = false;
    if state.phase != Phase::Open {
        // Once it is open again the credentials come, and with them the next plan.
        return Vec::new();
    }
    let holds = state
        .credentials
        .rows()
        .iter()
        .any(|row| row.side == Side::Held && row.state == CredentialState::Verified);
    if holds && !state.read_only && !is_watched(state) {
        return vec![Effect::Onward];
    }
    load_credentials(state).into_iter().collect()
}

/// What came of it.
pub fn on_gone(state: &mut State, outcome: Outcome<Vec<String>>) -> Vec<Effect> {
    match outcome {
        Ok(peers) => {
            for peer in peers {
                let text = format!("{peer} can be called: the words were compared on both sides");
                state.report(Level::Good, text, "");
            }
        }
        // It is tried again; whoever wants to know looks at the handshake, which says it.
        Err(failure) => {
            tracing::warn!(remedy = %failure.remedy, "going on with handshakes: {}", failure.message)
        }
    }
    load_credentials(state).into_iter().collect()
}

/// What waits for the other side after people spoke here.
fn waiting(state: &State) -> Vec<String> {
    let rows = state.credentials.rows().iter();
    rows.filter(|row| row.state == CredentialState::Verified)
        .map(|row| row.name.clone())
        .collect()
}

/// Whether the wizard does it itself, and more often.
fn is_watched(state: &State) -> bool {
    state
        .layers
        .iter()
        .any(|layer| matches!(layer, Layer::Wizard(wizard) if wizard.step() == Step::Activation))
}
