//! What could not be told is asked for again by itself: a machine that stood still for a while, or a disk that was
//! full, leaves no console behind that has to be told to look again.
//!
//! An instance that does not answer is not meant: it is looked at by its own watcher, and its pointers are asked for
//! once it is back.

use super::credentials::load_credentials;
use super::lists::load_log;
use crate::model::{InstanceName, InstanceState};
use crate::protocol::Code;
use crate::tui::effect::Effect;
use crate::tui::message::Message;
use crate::tui::state::{Load, Phase, Source, State, Told};
use std::time::Duration;

/// After how long it is asked for again.
const AGAIN: Duration = Duration::from_secs(15);

/// Has everything that could not be told asked for again in a while, unless that is planned already.
pub fn plan(state: &mut State) -> Option<Effect> {
    if state.asks_again || !is_anything_missing(state) {
        return None;
    }
    state.asks_again = true;
    Some(Effect::After(AGAIN, Message::AskAgain))
}

/// Asks for it.
pub fn ask(state: &mut State) -> Vec<Effect> {
    state.asks_again = false;
    if state.phase != Phase::Open {
        // Everything is asked for once it is open again.
        return Vec::new();
    }
    let mut effects = unread(state);
    if state.instances.load.has_failed() {
        effects.push(Effect::LoadInstances);
    }
    if state.log.load.has_failed() {
        effects.push(load_log(state));
    }
    if state.credentials.load.has_failed() {
        effects.extend(load_credentials(state));
    }
    for name in owing(state) {
        state.pointers.ask_of(name.as_str());
    }
    effects
}

fn is_anything_missing(state: &State) -> bool {
    let loads = [&state.instances.load, &state.log.load, &state.credentials.load];
    !unread(state).is_empty() || loads.into_iter().any(Load::has_failed) || !owing(state).is_empty()
}

/// What reads from the vault what it could not tell.
fn unread(state: &State) -> Vec<Effect> {
    let kept = [
        (state.kept.settings, Effect::LoadPreferences),
        (state.kept.drafts, Effect::LoadDrafts),
        (state.kept.idle_lock, Effect::LoadIdleLock),
    ];
    let failed = kept.into_iter().filter(|(told, _)| *told == Told::Failed);
    failed.map(|(_, effect)| effect).collect()
}

/// The instances that answer, but still owe rows that they did not tell because of something that passes.
fn owing(state: &State) -> Vec<InstanceName> {
    let owes = |source: &&Source| {
        let passes = matches!(&source.load, Load::Failed(failure) if passes(failure.code));
        let instance = state.instances.get(source.name.as_str());
        passes && instance.is_some_and(|instance| instance.row.state == InstanceState::Up)
    };
    let sources = state.pointers.sources().iter();
    sources.filter(owes).map(|source| source.name.clone()).collect()
}

/// Whether the same question may well be answered a little later.
fn passes(code: Code) -> bool {
    matches!(
        code,
        Code::DeadlineExceeded
            | Code::PeerUnreachable
            | Code::RateLimited
            | Code::Overloaded
            | Code::StorageFailed
    )
}
