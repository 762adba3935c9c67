//! How a handshake begins: on a side that is chosen, from a draft, or with one that is under way.
//!
//! Enters the step that one is at then; what is done before each later step is for `act`, which is above.

use super::enter::enter;
use super::options::{ACCEPT, DRAFT, OFFER};
use super::state::Wizard;
use crate::handshake::guide::{Course, UnderWay};
use crate::model::{InstanceName, Side};
use crate::tui::effect::Effect;
use crate::tui::state::State;
use crate::workspace::HandshakeRow;

/// The side is chosen, or something is resumed.
pub fn begin(state: &mut State, wizard: &mut Wizard) -> Vec<Effect> {
    let Some(chosen) = wizard.list.current().map(|item| item.key.clone()) else {
        return Vec::new();
    };
    match chosen.as_str() {
        OFFER => return set_out(state, wizard, Side::Issued),
        ACCEPT => return set_out(state, wizard, Side::Held),
        DRAFT => {
            if let Some(draft) = wizard.draft.take() {
                wizard.course = draft;
            }
        }
        other => {
            let row = wizard
                .others
                .iter()
                .find(|row| other.strip_prefix("id:") == Some(row.id.as_str()));
            if let Some(row) = row.cloned() {
                resume(wizard, &row);
            }
        }
    }
    enter(state, wizard)
}

/// Goes on with a handshake that is under way.
fn resume(wizard: &mut Wizard, row: &HandshakeRow) {
    let under_way = UnderWay {
        id: row.id.clone(),
        state: row.state,
        verified: row.verified,
        alarm: row.alarm.clone(),
    };
    wizard.course = Course::resumed(row.side, row.delivery, under_way);
    let instance = row
        .instance
        .as_deref()
        .and_then(|name| InstanceName::parse(name).ok());
    match row.side {
        Side::Issued => wizard.course.answers.instance = instance,
        Side::Held => wizard.course.answers.relay = instance,
    }
    wizard.pages.clear();
    wizard.row = Some(row.clone());
}

/// Begins anew on a side.
pub fn set_out(state: &mut State, wizard: &mut Wizard, side: Side) -> Vec<Effect> {
    wizard.course = Course::of(side);
    wizard.draft = None;
    wizard.pages.clear();
    prefill(state, wizard);
    enter(state, wizard)
}

/// The selected instance is the likely one.
fn prefill(state: &State, wizard: &mut Wizard) {
    if wizard.course.side() == Side::Issued {
        let selected = state
            .instances
            .selected()
            .map(|instance| instance.row.name.clone());
        wizard.course.answers.instance = selected;
    }
}
