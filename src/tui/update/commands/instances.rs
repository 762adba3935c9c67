//! What is done to the selected instance.

use super::super::asks::ask_recover_owner;
use super::super::begin::begin;
use super::super::concerned::on_instance;
use crate::command::Id;
use crate::model::{InstanceKind, InstanceName};
use crate::tui::effect::{Effect, Work};
use crate::tui::layers::{Form, Layer};
use crate::tui::pointer;
use crate::tui::state::{Level, State};
use crate::workspace::{COLOURS, HostedBy, InstanceChange};

/// Offers its settings to be changed.
pub(super) fn edit(state: &mut State, argument: Option<&str>) -> Vec<Effect> {
    on_instance(state, argument, |state, name| {
        if let Some(instance) = state.instances.get(name.as_str()) {
            let form = Form::edit_instance(&instance.row);
            state.layers.push(Layer::Form(Box::new(form)));
        }
        Vec::new()
    })
}

/// Refuses changes on it, or allows them again.
pub(super) fn read_only(state: &mut State, argument: Option<&str>) -> Vec<Effect> {
    let wanted = match argument {
        None => None,
        Some("on") => Some(true),
        Some("off") => Some(false),
        Some(other) => {
            state.report(Level::Warn, format!("{other:?} is neither on nor off"), "");
            return Vec::new();
        }
    };
    on_instance(state, None, |state, name| {
        let now = state
            .instances
            .get(name.as_str())
            .is_some_and(|instance| instance.row.read_only);
        let change = InstanceChange {
            read_only: Some(wanted.unwrap_or(!now)),
            ..InstanceChange::default()
        };
        vec![begin(state, Work::EditInstance(name, Box::new(change)))]
    })
}

/// Gives it the next colour, or the one that is named.
pub(super) fn colour(state: &mut State, argument: Option<&str>) -> Vec<Effect> {
    let wanted = match argument {
        None => None,
        Some("none") => Some(None),
        Some(text) => match text.parse() {
            Ok(place) if (1..=COLOURS).contains(&place) => Some(Some(place)),
            _ => {
                let text = format!("{text:?} is no colour");
                state.report(Level::Warn, text, "say 1 to 8, or none");
                return Vec::new();
            }
        },
    };
    on_instance(state, None, |state, name| {
        let place = state.instances.colour(name.as_str()).unwrap_or(0);
        let next = u8::try_from((place + 1) % usize::from(COLOURS)).unwrap_or(0) + 1;
        let change = InstanceChange {
            colour: Some(wanted.unwrap_or(Some(next))),
            ..InstanceChange::default()
        };
        vec![begin(state, Work::EditInstance(name, Box::new(change)))]
    })
}

/// Offers to write a backup of it.
pub(super) fn backup(state: &mut State, name: InstanceName) -> Vec<Effect> {
    let form = Form::backup(&name, &state.clock.file_stamp());
    pointer::open_form(state, form)
}

/// Offers to make an instance of a backup: the selected one, if it is ours. Whether somebody hosts it is asked when
/// the form is sent: what is known of that here may be a look old.
pub(super) fn restore(state: &mut State) -> Vec<Effect> {
    let concerned = state.instance().map(|instance| &instance.row);
    let local = concerned.filter(|row| row.kind == InstanceKind::Local);
    let selected = local.map(|row| row.name.clone());
    let form = Form::restore(selected.as_ref());
    pointer::open_form(state, form)
}

/// Asks before a new owner is made: for an instance of this home, or for a folder in it that the vault knows nothing
/// of.
pub(super) fn recover_owner(state: &mut State, argument: Option<&str>) -> Vec<Effect> {
    if let Some(name) = argument.and_then(|name| InstanceName::parse(name).ok())
        && state.instances.get(name.as_str()).is_none()
    {
        return ask_recover_owner(state, name);
    }
    on_instance(state, argument, |state, name| {
        let row = state.instances.get(name.as_str()).map(|instance| &instance.row);
        let refused = row.and_then(|row| match (row.kind, row.hosted_by) {
            (InstanceKind::Remote, _) => Some((
                format!("{name} is not ours: its owner is somebody else"),
                "ask its administrator for a new credential".to_owned(),
            )),
            (InstanceKind::Local, HostedBy::Nobody) => None,
            (InstanceKind::Local, _) => Some((
                format!("{name} is hosted: its owner does not change under its callers' feet"),
                format!("stop it first ({})", state.key_for(Id::StopInstance)),
            )),
        });
        match refused {
            Some((text, remedy)) => {
                state.report(Level::Warn, text, remedy);
                Vec::new()
            }
            None => ask_recover_owner(state, name),
        }
    })
}

/// Folds the group of the selection, or shows it again.
pub(super) fn fold(state: &mut State) -> Vec<Effect> {
    state.instances.fold();
    Vec::new()
}
