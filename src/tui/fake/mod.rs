//! A console on made-up data with a held clock: what tests of `update` and `view` begin with.

pub mod common;
mod credentials;
mod federation;
mod instances;
mod log;
pub mod pointers;

pub use common::*;
pub use credentials::*;
pub use federation::*;
pub use instances::*;
pub use log::*;
pub use pointers::*;

use crate::command::Key;
use crate::model::InstanceState;
use crate::tui::clock::Clock;
use crate::tui::effect::Effect;
use crate::tui::message::Message;
use crate::tui::state::{Look, Pace, State};
use crate::tui::theme::{Catalog, Depth, UNICODE};
use crate::tui::update::{Start, start, update};
use crate::workspace::{ConsoleConfig, LogDetail};

/// A console of this size that knows nothing yet.
pub fn blank(size: (u16, u16)) -> State {
    themed(size, "dark", Depth::True)
}

pub fn themed(size: (u16, u16), theme: &str, depth: Depth) -> State {
    let catalog = Catalog::load(None);
    let look = Look {
        missed: None,
        theme: catalog.theme(theme, depth).unwrap(),
        catalog,
        depth,
        glyphs: UNICODE,
        fitting_glyphs: UNICODE,
        config: ConsoleConfig::default(),
        chosen: false,
    };
    State::new(
        "/home/ada/.butterfly".into(),
        look,
        Clock::Held(now()),
        size,
        false,
    )
}

/// A console of this size on the demo.
pub fn demo(size: (u16, u16)) -> State {
    let mut state = blank(size);
    fill(&mut state);
    state
}

/// Opens the home and answers everything that is asked.
pub fn fill(state: &mut State) {
    let effects = start(state, Start::Open);
    answer(state, effects);
}

/// Answers what is asked, and what is asked because of the answers.
pub fn answer(state: &mut State, effects: Vec<Effect>) {
    let mut waiting = effects;
    while let Some(effect) = waiting.pop() {
        let message = match effect {
            Effect::FindUnknown => Message::Unknown(Ok(state.unknown.clone())),
            Effect::LoadInstances => Message::Instances(Ok(instances())),
            Effect::LoadCredentials => Message::Credentials(Ok((credentials(), Vec::new()))),
            Effect::LoadLog { generation, ask } => Message::Log {
                generation,
                outcome: Ok(log_window(&ask)),
            },
            Effect::LoadPointers {
                instance,
                generation,
                page,
                query,
            } => Message::Pointers {
                outcome: match instance.as_str() {
                    "museum" => Err(failure()),
                    of => Ok(list(of, &query)),
                },
                instance,
                generation,
                page,
            },
            Effect::LoadPointer(instance, address) => {
                let detail = detail_of(&address);
                Message::Pointer(instance, address, Ok(Box::new(detail)))
            }
            Effect::Pointer(errand) => Message::PointerNews(neighbours(errand)),
            Effect::LookIntoFolder(folder) => Message::Folder(folder, files()),
            Effect::LoadMap(number) => Message::Map(number, Ok(federation())),
            Effect::Audit(errand) => Message::Audit(crate::tui::audit::fake::answer(errand)),
            Effect::Domains(errand) => Message::Domains(super::domains::fake::answer(errand)),
            Effect::Examine(number) => Message::Examined(number, super::doctor::fake::observations()),
            Effect::LoadInstance(name) => Message::Detail(name.clone(), Ok(Box::new(instance_detail(&name)))),
            Effect::LoadPreferences => Message::Preferences(Ok(Vec::new())),
            Effect::LoadFilters => Message::Filters(Ok(state.filters.clone())),
            Effect::LoadDrafts => Message::Drafts(Ok(Vec::new())),
            Effect::LoadDependents(name) => Message::Dependents(name, Ok(dependents())),
            Effect::LoadEntry(id) => Message::Entry(id, Ok(Box::new(LogDetail::of(entry())))),
            Effect::Inspect(page, number, errand) => {
                Message::Inspected(page, number, crate::tui::invoke::done(errand))
            }
            Effect::After(_, Message::Wizard(_)) => continue,
            Effect::Wizard(ticket, errand) => match crate::tui::wizard::fake::answer(errand) {
                Some(outcome) => Message::Wizard(crate::tui::wizard::News::Came(ticket, outcome)),
                None => continue,
            },
            Effect::Composer(ticket, errand) => match crate::tui::composer::fake::answer(errand) {
                Some(outcome) => Message::Composer(crate::tui::composer::News::Came(ticket, outcome)),
                None => continue,
            },
            // What comes only after a good while is not waited for.
            Effect::After(wait, message) if wait < std::time::Duration::from_secs(1) => message,
            Effect::LoadIdleLock => Message::IdleLock(Ok(Some(std::time::Duration::from_secs(900)))),
            _ => continue,
        };
        waiting.extend(update(state, message));
    }
}

/// Sizes at which nothing may panic, on both sides of where the layout changes.
pub const ODD_SIZES: [(u16, u16); 8] = [
    (1, 1),
    (2, 3),
    (20, 5),
    (40, 9),
    (79, 12),
    (149, 8),
    (150, 8),
    (500, 4),
];

/// Presses a key without answering anything.
pub fn key(state: &mut State, text: &str) -> Vec<Effect> {
    update(state, Message::Key(Key::parse(text).unwrap()))
}

/// Types keys by their names in the table, and answers what is asked because of them.
pub fn press(state: &mut State, keys: &[&str]) {
    for key in keys {
        let key = Key::parse(key).unwrap_or_else(|| panic!("{key} is no key"));
        let effects = update(state, Message::Key(key));
        answer(state, effects);
    }
}

/// Types text.
pub fn write(state: &mut State, text: &str) {
    for character in text.chars() {
        let effects = update(state, Message::Key(Key::char(character)));
        answer(state, effects);
    }
}

/// Looks at the instances over some minutes: one steady, one flapping and slow, one that does not answer any more.
pub fn look_around(state: &mut State) {
    let rows = instances();
    for round in 0..40_i64 {
        state.clock = Clock::Held(now().plus_seconds((round - 39) * 7));
        for row in &rows {
            let mut seen = row.clone();
            match row.name.as_str() {
                "beta" if round % 7 == 3 => {
                    seen.state = InstanceState::Unreachable;
                    seen.latency_us = None;
                    seen.error = Some("the connection was refused; start it".into());
                }
                "beta" => seen.latency_us = Some(2_300 * 4_u64.pow((round % 5) as u32)),
                "museum" | "archive" => seen.answered_at = Some(now().plus_seconds(-900)),
                _ => {}
            }
            update(state, Message::Probed(row.name.clone(), Ok(seen)));
            let failures = u32::from(row.error.is_some()) * 6;
            let pace = Pace::Next {
                at: state.clock.now().plus_seconds(if failures == 0 { 4 } else { 60 }),
                wait: std::time::Duration::from_secs(if failures == 0 { 4 } else { 60 }),
                failures,
            };
            update(state, Message::Paced(row.name.clone(), pace));
        }
    }
    state.clock = Clock::Held(now());
}
