//! What happens when a step is entered: its fields and its list, what it wants to know, and what is to be kept.

use super::errand::{Errand, News};
use super::state::Wizard;
use super::{answers, fields, options};
use crate::handshake::guide::{Happened, Purpose, Step};
use crate::model::Side;
use crate::tui::effect::Effect;
use crate::tui::message::Message;
use crate::tui::state::State;
use std::time::Duration;

/// How often the handshake is looked at while one waits for the other side.
const POLL: Duration = Duration::from_secs(1);
/// After each time that this fails it is looked at half as often, down to once a minute or so: whoever is asked puts every
/// call on record.
const MOST_DOUBLINGS: u32 = 6;

/// Enters the present step.
pub fn enter(state: &mut State, wizard: &mut Wizard) -> Vec<Effect> {
    wizard.since = state.clock.now();
    wizard.failure = None;
    wizard.zoom = None;
    wizard.revealed = None;
    wizard.leaving = false;
    wizard.note = None;
    wizard.scroll = 0;
    wizard.at = 0;
    wizard.ticket = None;
    wizard.serial += 1;
    wizard.missed = 0;
    let step = wizard.step();
    // What depends on other answers is made anew; what was typed stays.
    if matches!(step, Step::Pointer | Step::Keep) || !wizard.pages.contains_key(&step) {
        let fields = fields::fields(state, wizard);
        wizard.pages.insert(step, fields);
    }
    wizard.list = options::list(state, wizard);
    answers::check(state, wizard);
    let mut effects = vec![keep(state, wizard)];
    effects.extend(ask(state, wizard));
    effects.extend(poll(state, wizard));
    effects
}

/// Takes in what happened, and enters the step that one is at then.
pub fn happened(state: &mut State, wizard: &mut Wizard, what: Happened) -> Vec<Effect> {
    let before = wizard.step();
    wizard.course.happened(what);
    if wizard.step() == before {
        return vec![keep(state, wizard)];
    }
    enter(state, wizard)
}

/// Keeps the draft as it is now, or forgets it where nothing is left to go on with.
pub fn keep(state: &mut State, wizard: &Wizard) -> Effect {
    let worth = wizard.step() != Step::Begin && !wizard.course.is_finished();
    let draft = if worth {
        serde_json::to_value(&wizard.course).ok()
    } else if wizard.step() == Step::Begin {
        wizard
            .draft
            .as_ref()
            .and_then(|draft| serde_json::to_value(draft).ok())
    } else {
        None
    };
    // Nobody waits for that.
    errand_in_background(state, Errand::KeepDraft(draft))
}

/// What the step wants to know.
fn ask(state: &mut State, wizard: &mut Wizard) -> Option<Effect> {
    let course = &wizard.course;
    let answers = &course.answers;
    let errand = match wizard.step() {
        Step::Scope => match (answers.purpose, answers.instance.clone()) {
            (Purpose::Summary, Some(instance)) => Errand::Pointers(instance, String::new()),
            (Purpose::Connection, Some(instance)) => Errand::Connections(instance),
            _ => return None,
        },
        Step::Send => {
            let id = course.under_way().map(|under_way| under_way.id.clone())?;
            if wizard.asked.as_ref().is_some_and(|asked| asked.id == id) {
                return None;
            }
            wizard.asked = None;
            // Its answer may be here already: nobody needs to wait for the text.
            return Some(errand_in_background(state, Errand::AskAgain(id)));
        }
        Step::Activation if course.side() == Side::Held => {
            let id = course.under_way().map(|under_way| under_way.id.clone())?;
            return Some(errand_in_background(state, Errand::Advance(id)));
        }
        Step::Checks => {
            wizard.checks.clear();
            let accepted = wizard
                .accepted
                .as_ref()
                .map(|accepted| accepted.credentials.clone());
            let known = wizard.row.as_ref().map(|row| row.credentials.clone());
            let names = accepted.or(known).unwrap_or_default();
            Errand::Check(names, wizard.remote.clone())
        }
        Step::Call => {
            let address = course.pointer().cloned()?;
            let instance = wizard.typed(Step::Pointer, "instance");
            let name = crate::model::InstanceName::parse(instance).ok()?;
            Errand::Call(name, address)
        }
        _ => return None,
    };
    Some(errand_for(state, wizard, errand))
}

/// Begins an errand that the step waits for.
pub fn errand_for(state: &mut State, wizard: &mut Wizard, errand: Errand) -> Effect {
    let ticket = state.take_ticket();
    wizard.ticket = Some(ticket);
    wizard.ahead.begun(ticket, &errand);
    wizard.failure = None;
    wizard.note = None;
    Effect::Wizard(ticket, errand)
}

/// Begins an errand that nobody waits for.
pub fn errand_in_background(state: &mut State, errand: Errand) -> Effect {
    let ticket = state.take_ticket();
    Effect::Wizard(ticket, errand)
}

/// Has the handshake looked at in a while, where the step waits for the other side.
pub fn poll(state: &State, wizard: &Wizard) -> Option<Effect> {
    let pause = POLL * 2_u32.pow(wizard.missed.min(MOST_DOUBLINGS));
    wizard
        .looks(state.clock.now())
        .then(|| Effect::After(pause, Message::Wizard(News::Poll(wizard.serial))))
}
