//! What comes back to the wizard, and what was typed ahead of it.

use super::ahead::Typed;
use super::begin::set_out;
use super::enter::{enter, errand_in_background, happened, keep, poll};
use super::errand::{Errand, Heard, News};
use super::options;
use super::pasted::paste;
use super::picker::Item;
use super::state::Wizard;
use super::update::press;
use super::within::with;
use crate::handshake::guide::{Course, Happened, Step, UnderWay};
use crate::model::{AppId, CredentialState, Holder, Side};
use crate::tui::effect::Effect;
use crate::tui::outcome::Outcome;
use crate::tui::state::State;
use crate::workspace::HandshakeRow;
use serde_json::Value;

/// Takes in news.
pub fn on_news(state: &mut State, news: News) -> Vec<Effect> {
    with(state, |state, wizard| {
        let effects = match news {
            News::Came(ticket, outcome) => came(state, wizard, ticket, outcome),
            News::Check(ticket, check) => {
                if wizard.ticket == Some(ticket) {
                    wizard.checks.push(check);
                }
                Vec::new()
            }
            News::Poll(serial) if serial == wizard.serial => look(state, wizard),
            News::Mask(serial) => {
                if serial == wizard.serial {
                    wizard.revealed = None;
                }
                Vec::new()
            }
            News::Rested(serial, word) if serial == wizard.serial => rested(state, wizard, word),
            News::Poll(_) | News::Rested(..) => Vec::new(),
        };
        let (stays, played) = play(state, wizard);
        let effects = effects.into_iter().chain(played).collect();
        (stays, effects)
    })
}

/// Takes what waited, as far as the facts are there. Says whether the wizard stays.
fn play(state: &mut State, wizard: &mut Wizard) -> (bool, Vec<Effect>) {
    if wizard.failure.is_some() {
        // It was typed for something else than what there is to read now.
        wizard.ahead.clear();
    }
    let mut effects = Vec::new();
    while !wizard.waits_for_facts() {
        let Some(typed) = wizard.ahead.pop() else {
            break;
        };
        let stays = match typed {
            Typed::Key(key) => {
                let (stays, led_to) = press(state, wizard, key);
                effects.extend(led_to);
                stays
            }
            Typed::Paste(text) => {
                paste(state, wizard, &text);
                true
            }
        };
        if !stays {
            return (false, effects);
        }
    }
    (true, effects)
}

fn rested(state: &mut State, wizard: &mut Wizard, word: String) -> Vec<Effect> {
    let current = wizard.list.filter.value().trim() == word;
    match wizard.course.answers.instance.clone() {
        Some(instance) if current => {
            vec![errand_in_background(state, Errand::Pointers(instance, word))]
        }
        _ => Vec::new(),
    }
}

fn look(state: &mut State, wizard: &mut Wizard) -> Vec<Effect> {
    let Some(id) = wizard.course.under_way().map(|under_way| under_way.id.clone()) else {
        return Vec::new();
    };
    let goes_on = wizard.step() == Step::Activation && wizard.course.side() == Side::Held;
    let errand = if goes_on {
        Errand::Advance(id)
    } else {
        Errand::Look(id)
    };
    vec![errand_in_background(state, errand)]
}

fn came(state: &mut State, wizard: &mut Wizard, ticket: u64, outcome: Outcome<Heard>) -> Vec<Effect> {
    let awaited = wizard.ticket == Some(ticket);
    if awaited {
        wizard.ticket = None;
    }
    match outcome {
        Ok(heard) => take(state, wizard, heard, awaited),
        Err(failure) => {
            // Looking again comes by itself; only what somebody waits for is worth a complaint.
            tracing::warn!(remedy = %failure.remedy, "the handshake wizard: {}", failure.message);
            wizard.list.loading = false;
            wizard.missed = wizard.missed.saturating_add(1);
            let speaks = awaited || matches!(wizard.step(), Step::Activation | Step::Send);
            if speaks {
                wizard.failure = Some(failure);
            }
            if wizard.step() == Step::Checks && awaited {
                wizard.course.happened(Happened::Checked);
            }
            poll(state, wizard).into_iter().collect()
        }
    }
}

fn take(state: &mut State, wizard: &mut Wizard, heard: Heard, awaited: bool) -> Vec<Effect> {
    match heard {
        Heard::Kept => Vec::new(),
        Heard::Row(row) => {
            wizard.missed = 0;
            seen(state, wizard, *row)
        }
        Heard::Pointers(pointers, total) if wizard.step() == Step::Scope => {
            for pointer in &pointers {
                let name = pointer.description.clone();
                wizard.named.insert(pointer.address.to_string(), name);
            }
            let items = pointers.iter().map(options::pointer).collect();
            wizard.list.replace(items, total);
            Vec::new()
        }
        Heard::Verified(done, row) => {
            let mut effects = Vec::new();
            if done.verified && wizard.step() == Step::Words {
                effects.extend(happened(state, wizard, Happened::WordsMatch));
            } else if !done.verified && awaited && wizard.step() == Step::Words {
                effects.extend(happened(state, wizard, Happened::WordsDiffer));
            }
            let alarm = row.as_ref().and_then(|row| row.alarm.clone());
            if let Some(row) = row {
                wizard.row = Some(*row);
            }
            wizard.failure = None;
            wizard.missed = 0;
            let what = Happened::Seen {
                state: done.state,
                verified: done.verified,
                alarm,
            };
            effects.extend(observed(state, wizard, what));
            effects
        }
        Heard::AskedBefore(asked) => {
            let is_meant = |under_way: &UnderWay| under_way.id == asked.id;
            if wizard.course.under_way().is_some_and(is_meant) {
                wizard.asked = Some(*asked);
            }
            Vec::new()
        }
        _ if !awaited => Vec::new(),
        Heard::Begun(rows, draft) => {
            let kept = draft.map(|draft| *draft).filter(|draft| !draft.is_finished());
            wizard.draft = wizard.draft.take().or(kept);
            wizard.others = rows;
            if let Some(left) = wizard.draft.as_ref().and_then(Course::under_way) {
                wizard.others.retain(|row| row.id != left.id);
            }
            if let (None, Some(side)) = (&wizard.draft, wizard.wanted.take()) {
                return set_out(state, wizard, side);
            }
            let selected = wizard.list.current().map(|item| item.key.clone());
            wizard.list = options::list(state, wizard);
            // Somebody who is in the middle of something wants to go on with it.
            let wanted = match (&wizard.draft, selected) {
                (Some(_), _) => options::DRAFT.to_owned(),
                (None, selected) => selected.unwrap_or_default(),
            };
            let place = wizard.list.items.iter().position(|item| item.key == wanted);
            wizard.list.selected = place.or(Some(0));
            Vec::new()
        }
        Heard::Connections(rows) => {
            let items: Vec<Item> = rows
                .into_iter()
                .map(|(id, name)| {
                    wizard.named.insert(id.to_string(), name.clone());
                    Item::new(id.as_str(), name, id.as_str())
                })
                .collect();
            wizard.list.replace(items, None);
            Vec::new()
        }
        Heard::Request(text, says) => {
            adopt(wizard, &text, &says);
            wizard.request = Some(says);
            wizard.course.answers.request = text;
            wizard.course.forward();
            enter(state, wizard)
        }
        Heard::Made(made) => {
            let id = made.offer_id.clone();
            wizard.made = Some(*made);
            if wizard.step() == Step::HandOver {
                return enter(state, wizard);
            }
            happened(state, wizard, Happened::Made(id))
        }
        Heard::Says(says) => {
            wizard.says = Some(*says);
            wizard.pages.remove(&Step::Keep);
            wizard.course.forward();
            enter(state, wizard)
        }
        Heard::Asked(asked) => {
            let id = asked.id.clone();
            wizard.asked = Some(*asked);
            happened(state, wizard, Happened::Asked(id))
        }
        Heard::Accepted(accepted) => {
            wizard.remote = Some(accepted.remote.clone());
            // What opened it is of no use any more.
            wizard.pages.remove(&Step::Passphrase);
            wizard.pages.remove(&Step::Code);
            let what = Happened::Kept(accepted.id.clone(), accepted.state);
            wizard.accepted = Some(*accepted);
            happened(state, wizard, what)
        }
        Heard::Added(name) => {
            wizard.remote = Some(name.clone());
            wizard.pages.remove(&Step::Plain);
            happened(
                state,
                wizard,
                Happened::Kept(name.to_string(), CredentialState::Active),
            )
        }
        Heard::Checked { remote, grant } => {
            wizard.remote = wizard.remote.clone().or(remote);
            wizard.grant = grant;
            wizard.course.happened(Happened::Checked);
            vec![keep(state, wizard)]
        }
        Heard::Federated(pointer) => {
            state.pointers.ask_again();
            happened(state, wizard, Happened::PointerMade(pointer.address.clone()))
        }
        Heard::Called(called) => {
            wizard.called = Some(*called);
            Vec::new()
        }
        Heard::Pointers(..) => Vec::new(),
    }
}

/// A request proposes a name and says who shall hold a credential: what it asks is what is offered, to be reviewed.
fn adopt(wizard: &mut Wizard, text: &str, says: &Value) {
    let answers = &mut wizard.course.answers;
    if wizard.request.as_ref() == Some(says) && answers.request == text {
        return;
    }
    let proposed = says.get("app_id").and_then(Value::as_str);
    if let Some(proposed) = proposed.and_then(|name| AppId::parse(name).ok()) {
        let typed = answers.app_id.replace(proposed);
        wizard.outvoted = typed.filter(|typed| Some(typed) != answers.app_id.as_ref());
    }
    let holders: Option<Vec<Holder>> = says
        .get("holders")
        .and_then(|holders| serde_json::from_value(holders.clone()).ok());
    if let Some(holders) = holders.filter(|holders| !holders.is_empty()) {
        answers.holders = holders;
    }
    wizard.pages.remove(&Step::Who);
    wizard.pages.remove(&Step::File);
}

fn seen(state: &mut State, wizard: &mut Wizard, row: HandshakeRow) -> Vec<Effect> {
    let what = Happened::Seen {
        state: row.state,
        verified: row.verified,
        alarm: row.alarm.clone(),
    };
    wizard.row = Some(row);
    observed(state, wizard, what)
}

/// What was seen moves the course, or the next look comes in a while.
fn observed(state: &mut State, wizard: &mut Wizard, what: Happened) -> Vec<Effect> {
    let (before, stood) = (wizard.step(), wizard.course.under_way().cloned());
    wizard.course.happened(what);
    if wizard.step() != before {
        return enter(state, wizard);
    }
    let mut effects: Vec<Effect> = poll(state, wizard).into_iter().collect();
    if wizard.course.under_way() != stood.as_ref() {
        effects.push(keep(state, wizard));
    }
    effects
}
