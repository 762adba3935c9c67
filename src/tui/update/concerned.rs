//! What a command concerns: what is named, open or selected.
//!
//! Pages of their own ask this too, so it leans on no command.

use crate::command::Id;
use crate::model::{InstanceName, PointerAddress};
use crate::tui::effect::Effect;
use crate::tui::layers::Layer;
use crate::tui::state::{Level, State};
use crate::workspace::LogRow;

/// The instance that is named, or else the one that is open or selected.
pub fn on_instance(
    state: &mut State,
    argument: Option<&str>,
    then: impl FnOnce(&mut State, InstanceName) -> Vec<Effect>,
) -> Vec<Effect> {
    let name = match argument {
        Some(name) => state
            .instances
            .get(name)
            .map(|instance| instance.row.name.clone()),
        None => state.instance().map(|instance| instance.row.name.clone()),
    };
    match name {
        Some(name) => then(state, name),
        None => {
            let text = match (argument, state.instance_page()) {
                (Some(name), _) => format!("there is no instance {name:?}"),
                (None, Some(name)) => format!("{name} is no longer there"),
                (None, None) => "no instance is selected".to_owned(),
            };
            let remedy = format!("{} shows the instances", state.key_for(Id::ShowInstances));
            state.report(Level::Warn, text, remedy);
            Vec::new()
        }
    }
}

/// The pointer that is open or selected, with its instance.
pub fn target(state: &State) -> Option<(InstanceName, PointerAddress)> {
    let open = state.layers.iter().rev().find_map(|layer| match layer {
        Layer::Pointer(page) => Some((page.instance.clone(), page.address.clone())),
        _ => None,
    });
    open.or_else(|| {
        let target = state.pointers.target(state.pointers.selected)?;
        Some((target.instance, target.address))
    })
}

/// The line of the log that is open or selected.
pub fn concerned_line(state: &State) -> Option<u64> {
    let open = state.layers.iter().rev().find_map(|layer| match layer {
        Layer::Invoke(page) => Some(page.id),
        _ => None,
    });
    open.or_else(|| state.log.selected().map(|row| row.id))
}

/// The line concerned, as far as it was fetched.
pub fn concerned_row(state: &State) -> Option<&LogRow> {
    let open = state.layers.iter().rev().find_map(|layer| match layer {
        Layer::Invoke(page) => page.entry.as_ref().map(|entry| &entry.row),
        _ => None,
    });
    open.or_else(|| state.log.selected())
}
