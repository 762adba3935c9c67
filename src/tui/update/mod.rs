//! What happens to the state when something happens: pure, so that a test can hold every case.
//!
//! A message changes the state and leads to effects. Nothing here waits, locks or touches a socket.
//!
//! Each file leans on floors below its own only. From the top: this loop; what a person does (`keys`, `mouse`,
//! `command_line`); the table of the commands; single commands beside it, and what comes in (`arrivals`, `work`,
//! `settings`, `lock`); the questions (`asks`, `confirm`); at the bottom what many do: beginning work (`begin`), asking
//! for lists (`lists`, `credentials`), opening and going somewhere (`pages`, `on_top`, `panes`, `narrow`), and finding
//! what a command concerns (`concerned`). The pages beside this folder lean on that bottom, and on nothing above it.

mod again;
mod arrivals;
mod asks;
mod backups;
mod begin;
mod borders;
mod bulk;
mod candidates;
mod columns;
mod command_line;
mod commands;
mod concerned;
mod confirm;
mod credentials;
mod edit_again;
mod files;
mod filter_words;
mod history;
mod import;
mod kept_filters;
mod keymap;
mod keys;
mod leave;
mod lists;
mod lock;
mod meanwhile;
mod mouse;
mod narrow;
mod on_top;
mod onward;
mod pages;
mod panes;
mod place;
mod refresh;
mod settings;
mod settle;
mod shell_lines;
mod sorting;
mod themes;
mod unknown;
mod unlogged;
mod whose_mouse;
mod work;

pub use begin::{begin, tell_demo};
pub use candidates::candidates;
#[cfg(test)]
pub use commands::perform;
pub use concerned::target;
pub use edit_again::edit_entry;
#[cfg(test)]
pub use keymap::take_keymap;
pub use keymap::take_keymap_file;
pub use narrow::expanded;
pub use pages::{open_credential_page, open_instance_page, open_invoke_page};
pub use panes::show_pointers_of;
pub use place::keep as keep_place;
pub use unknown::tell_unknown;
pub use whose_mouse::turn_mouse;

use super::effect::Effect;
use super::layers::{FirstRun, Form, Layer};
use super::message::Message;
use super::state::{Phase, State};
use super::{audit, composer, doctor, domains, livetest, map, pointer, wizard};
use crate::model::Timestamp;
use crate::workspace::Unlock;

/// What the home is like when the console starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// There is none: a person chooses what to begin with.
    Empty,
    /// It is locked with a passphrase that only a person knows.
    Locked,
    /// It can be opened.
    Ready,
    /// It is open already.
    Open,
}

/// The first thing that happens.
pub fn start(state: &mut State, start: Start) -> Vec<Effect> {
    match start {
        Start::Empty => {
            state.phase = Phase::FirstRun;
            state.layers.push(Layer::FirstRun(FirstRun::default()));
            Vec::new()
        }
        Start::Locked => {
            state.phase = Phase::Locked;
            let form = Form::unlock(&state.home);
            state.layers.push(Layer::Form(Box::new(form)));
            Vec::new()
        }
        Start::Ready => {
            state.phase = Phase::Opening;
            vec![Effect::OpenHome(Unlock::Ambient)]
        }
        Start::Open => update(state, Message::HomeOpened),
    }
}

/// Lets something happen.
pub fn update(state: &mut State, message: Message) -> Vec<Effect> {
    let is_touch = matches!(message, Message::Key(_) | Message::Paste(_) | Message::Mouse(_));
    if matches!(
        message,
        Message::CameBack | Message::Edited(_) | Message::Ran | Message::NotStarted(_)
    ) {
        // Whoever comes back from their own editor, pager or shell was there all the time.
        state.idle.touched = state.clock.now();
    }
    let locking = lock::lock_if_idle(state);
    if is_touch && !locking.is_empty() {
        // The key that wakes it is no key for what it covers.
        return locking;
    }
    let attending = state.idle.notice(is_touch, state.clock.now());
    if is_touch {
        state.returning = None;
    }
    let under_way = wizard::under_way(state);
    let mut effects = match message {
        Message::Mask(until) => {
            mask(state, until);
            Vec::new()
        }
        Message::IdleLock(outcome) => {
            let mut effects = lock::on_terms(state, outcome);
            effects.extend(again::plan(state));
            effects
        }
        Message::IdleLook(look) => lock::on_look(state, look),
        Message::Files(files) => files::on_files(state, *files),
        Message::Resize(width, height) => {
            state.size = (width, height);
            Vec::new()
        }
        Message::Background(brightness) => {
            themes::take_background(state, brightness);
            Vec::new()
        }
        Message::Terminate => leave::leave(state),
        Message::Tick => {
            state.tick = state.tick.wrapping_add(1);
            Vec::new()
        }
        Message::Stopped => {
            state.phase = Phase::Done;
            Vec::new()
        }
        Message::AskAgain => again::ask(state),
        Message::Onward(turn) => onward::go_on(state, turn),
        other if state.phase == Phase::Shut => lock::while_shut(state, other),
        Message::Key(key) => keys::on_key(state, key),
        Message::KeysRested(turn) => {
            keys::on_rest(state, turn);
            Vec::new()
        }
        Message::Paste(text) => keys::on_paste(state, &text),
        Message::Mouse(mouse) => mouse::on_mouse(state, mouse),
        Message::Step(ticket, words) => {
            work::on_step(state, ticket, words);
            Vec::new()
        }
        Message::Wizard(news) => {
            let changes = news.changes_lists();
            let mut effects = wizard::on_news(state, news);
            if changes && wizard::under_way(state) == under_way {
                effects.extend(lists::after_anything(state));
            }
            effects
        }
        Message::Composer(news) => match composer::addressed(state, news) {
            composer::Addressed::LeftBehind(ticket, outcome) => {
                let mut effects = work::on_left(state, ticket, outcome);
                effects.extend(domains::hurry(state));
                effects
            }
            composer::Addressed::ToComposer(news) => {
                let changes = news.changes_lists();
                let mut effects = composer::on_news(state, news);
                if changes {
                    effects.extend(lists::after_anything(state));
                    effects.extend(domains::hurry(state));
                }
                effects
            }
        },
        Message::PointerNews(news) => pointer::on_news(state, news),
        Message::Folder(folder, files) => {
            match state.layers.last_mut() {
                Some(Layer::Form(form)) => form.learn_files(&folder, files),
                Some(Layer::Command(line)) => command_line::learn_files(line, &folder, files),
                _ => {}
            }
            Vec::new()
        }
        Message::Edited(edited) => composer::on_edited(state, edited),
        Message::NotStarted(failure) => {
            state.report_failure(&failure);
            Vec::new()
        }
        Message::Ran => refresh::refresh(state),
        Message::RanBehind(ended) => {
            let effects = refresh::refresh(state);
            shell_lines::on_ended(state, &ended);
            effects
        }
        Message::Audit(news) => audit::on_news(state, news),
        Message::Domains(news) => domains::on_news(state, news),
        Message::Examined(number, found) => {
            doctor::on_found(state, number, found);
            Vec::new()
        }
        Message::LiveTest(news) => livetest::on_news(state, news),
        Message::Worked(ticket, outcome) => work::on_worked(state, ticket, outcome),
        other => {
            let mut effects = arrivals::on_arrival(state, other);
            effects.extend(again::plan(state));
            effects.extend(onward::plan(state));
            effects
        }
    };
    if under_way.is_some() && wizard::under_way(state) != under_way && state.phase == Phase::Open {
        // A handshake went on, or the wizard was left: the panes show how things stand.
        effects.extend(lists::after_anything(state));
    }
    if let Some(is_there) = attending {
        effects.push(Effect::Attend(is_there));
        if is_there {
            effects.extend(map::hurry(state));
            effects.extend(domains::hurry(state));
        }
    }
    effects.extend(settle::settle(state));
    settings::hold_back(state, &mut effects);
    effects.splice(0..0, locking);
    effects
}

/// What was shown because a person asked for it is masked again.
fn mask(state: &mut State, until: Timestamp) {
    for layer in &mut state.layers {
        if let Layer::Notice(notice) = layer {
            notice.reveal.mask(until);
        }
    }
}

#[cfg(test)]
mod tests;
