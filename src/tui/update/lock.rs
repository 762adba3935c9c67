//! Locking the vault while nobody is there, and opening it again. Until then nothing is shown, and nothing
//! that was secret is kept.

use super::confirm;
use super::credentials::load_credentials;
use super::leave::leave;
use super::lists::load_log;
use crate::command::{Key, KeyCode};
use crate::seal::Passphrase;
use crate::tui::effect::Effect;
use crate::tui::layers::{Confirm, Layer, LockScreen, Then};
use crate::tui::message::{Done, Message};
use crate::tui::outcome::Outcome;
use crate::tui::state::{Level, Phase, State, Told};
use crate::tui::{composer, livetest};
use crate::workspace::{Failure, Unlock};
use std::time::Duration;

/// Looks are at least this far apart: a look that comes a little early does not come again at once.
const SHORTEST: Duration = Duration::from_secs(1);

/// Locks if nobody was there for too long.
pub fn lock_if_idle(state: &mut State) -> Vec<Effect> {
    // What a person asked for and waits for is not taken from under it.
    let waits = !state.running.is_empty() || livetest::is_running(state);
    if state.phase != Phase::Open || waits || !state.idle.is_over(state.clock.now()) {
        return Vec::new();
    }
    let minutes = state.idle.after.map(|after| after.as_secs() / 60);
    lock(state, minutes)
}

/// It is known after how long to lock.
pub fn on_terms(state: &mut State, outcome: Outcome<Option<Duration>>) -> Vec<Effect> {
    match outcome {
        Ok(after) => {
            state.idle.after = after;
            state.kept.idle_lock = Told::Known;
        }
        Err(failure) => {
            if state.kept.idle_lock.fail() {
                state.report_failure(&failure);
            }
        }
    }
    state.idle.touched = state.clock.now();
    look_later(state)
}

/// Time has passed: locking was decided before; here it is not time yet.
pub fn on_look(state: &mut State, look: u64) -> Vec<Effect> {
    if look != state.idle.look {
        return Vec::new();
    }
    look_later(state)
}

fn look_later(state: &mut State) -> Vec<Effect> {
    state.idle.look += 1;
    match state.idle.remaining(state.clock.now()) {
        Some(remaining) => vec![Effect::After(
            remaining.max(SHORTEST),
            Message::IdleLook(state.idle.look),
        )],
        None => Vec::new(),
    }
}

/// Locks: whatever was open is closed, with everything typed or shown in it.
pub fn lock(state: &mut State, idle_minutes: Option<u64>) -> Vec<Effect> {
    let mut effects = composer::keep_unsent(state);
    tell_lost(state);
    state.layers.clear();
    state.composer = Default::default();
    state
        .layers
        .push(Layer::Locked(Box::new(LockScreen::new(idle_minutes))));
    state.phase = Phase::Shut;
    effects.extend([Effect::LockVault, Effect::Watch(Vec::new())]);
    effects
}

/// What happens while it is locked. Lists that were asked for before are not taken any more.
pub fn while_shut(state: &mut State, message: Message) -> Vec<Effect> {
    match message {
        Message::Key(key) => return on_key(state, key),
        Message::Paste(text) => {
            if let Some(screen) = screen(state) {
                screen.typed.paste(&text);
            }
        }
        Message::VaultShut(Ok(asks)) => {
            if let Some(screen) = screen(state) {
                screen.asks = asks;
            }
        }
        Message::VaultShut(Err(failure)) => note_failure(state, &failure),
        Message::VaultOpened(Ok(())) => return reopen(state),
        Message::VaultOpened(Err(failure)) => {
            note_failure(state, &failure);
            let now = state.clock.now();
            let Some(screen) = screen(state) else {
                return Vec::new();
            };
            let wait = screen.penance();
            screen.not_before = Some(now.plus_seconds(wait));
            // Another console may have locked it differently since: that is asked again.
            let again = Duration::from_secs(wait.unsigned_abs());
            return vec![Effect::LockVault, Effect::After(again, Message::Tick)];
        }
        Message::Worked(ticket, outcome) => on_worked(state, ticket, outcome),
        Message::Composer(news) => {
            if let composer::Addressed::LeftBehind(ticket, outcome) = composer::addressed(state, news) {
                on_worked(state, ticket, outcome);
            }
        }
        Message::LiveTest(news) => livetest::on_news_unseen(state, news),
        _ => {}
    }
    Vec::new()
}

fn screen(state: &mut State) -> Option<&mut LockScreen> {
    state.layers.iter_mut().find_map(|layer| match layer {
        Layer::Locked(screen) => Some(screen.as_mut()),
        _ => None,
    })
}

fn note_failure(state: &mut State, failure: &Failure) {
    tracing::warn!("the vault was not unlocked: {}", failure.message);
    if let Some(screen) = screen(state) {
        screen.opening = false;
        screen.failures += 1;
        screen.failure = Some(format!("{}; {}", failure.message, failure.remedy));
    }
}

fn on_key(state: &mut State, key: Key) -> Vec<Effect> {
    if matches!(state.layers.last(), Some(Layer::Confirm(_))) {
        return confirm::on_key(state, key);
    }
    if key == Key::ctrl('c') {
        return ask_to_leave(state);
    }
    if key == Key::ctrl('z') {
        return vec![Effect::Suspend];
    }
    let now = state.clock.now();
    let Some(screen) = screen(state) else {
        return Vec::new();
    };
    if screen.opening {
        return Vec::new();
    }
    if key.code != KeyCode::Enter {
        screen.typed.edit(key);
        return Vec::new();
    }
    if screen.waits(now) {
        return Vec::new();
    }
    let typed = std::mem::take(&mut screen.typed);
    let unlock = match Passphrase::parse(typed.expose()) {
        Ok(passphrase) => Unlock::Passphrase(passphrase),
        Err(_) if screen.asks => return Vec::new(),
        Err(_) => Unlock::Ambient,
    };
    screen.opening = true;
    vec![Effect::UnlockVault(unlock)]
}

/// Whoever stands before a locked console does not learn what it hosts, but is told that it may be needed.
fn ask_to_leave(state: &mut State) -> Vec<Effect> {
    if state.hosted().is_empty() {
        return leave(state);
    }
    state.layers.push(Layer::Confirm(Box::new(Confirm {
        title: "Leave the console?".to_owned(),
        text: "This stops every instance that this console hosts. Nothing acknowledged is lost.".to_owned(),
        instance: None,
        yes: "stop and leave",
        then: Then::Quit,
        dependents: None,
    })));
    Vec::new()
}

/// Work that was begun before ended. What it would have shown once is not kept for whoever comes.
fn on_worked(state: &mut State, ticket: u64, outcome: Outcome<Done>) {
    let Some(place) = state.running.iter().position(|running| running.ticket == ticket) else {
        return;
    };
    let running = state.running.remove(place);
    let what = format!("{}: done while the console was locked", running.words);
    match outcome {
        Ok(done) => match done.shown_once() {
            Some(lost) => {
                let text = format!("{what}; not shown, and gone, is {}", lost.what);
                state.report(Level::Warn, text, lost.remedy);
            }
            None => state.report(Level::Info, what, ""),
        },
        Err(failure) => state.report_failure(&failure),
    }
}

/// What is lost with what is closed: secrets that nobody has looked at yet, and the figures of a load that is over.
fn tell_lost(state: &mut State) {
    let unseen = state.layers.iter().filter_map(|layer| match layer {
        Layer::Notice(notice) if notice.secret.is_some() && !notice.was_told => Some(notice.title.clone()),
        _ => None,
    });
    for title in unseen.collect::<Vec<_>>() {
        let text =
            format!("{title}: nobody had looked at the secret when the console was locked, and it is gone");
        state.report(Level::Warn, text, "what it opens or lets in has to be made anew");
    }
    for layer in std::mem::take(&mut state.layers) {
        if let Layer::LiveTest(test) = layer {
            livetest::tell_closed(state, &test);
        }
    }
}

/// Open again: everything is asked for anew.
fn reopen(state: &mut State) -> Vec<Effect> {
    state.layers.clear();
    state.phase = Phase::Open;
    state.idle.touched = state.clock.now();
    state.pointers.typing = false;
    state.pointers.ask_again();
    state.log.ask_again();
    state.credentials.loading = false;
    let mut effects = vec![Effect::LoadInstances, Effect::LoadDrafts, load_log(state)];
    effects.extend(load_credentials(state));
    effects.extend(look_later(state));
    effects
}
