//! What can be done with what is selected, as a menu.

use super::super::concerned::target;
use super::super::on_top::push_menu;
use crate::command::{Command, Id, KeyCode, Scope, commands};
use crate::tui::effect::Effect;
use crate::tui::layers::{Item, Layer};
use crate::tui::state::State;

/// Opens the menu of what can be done with what is selected.
pub(super) fn menu(state: &mut State) -> Vec<Effect> {
    let scope = state.scopes()[0];
    let situation = state.situation();
    let items: Vec<Item> = commands()
        .filter(|command| command.scopes.contains(&scope) && command.id != Id::Back)
        .filter(|command| command.is_available(&situation))
        .map(|command| {
            let key = key_of(state, command, scope);
            Item::run(key, command.label, command.doc, command.id, None)
        })
        .collect();
    let title = match selected(state, scope) {
        Some(name) => format!("{}: {name}", scope.title()),
        None => scope.title().to_owned(),
    };
    push_menu(state, title, items)
}

/// The key that the command has without the menu, if it is a single sign; a blank if it has none.
fn key_of(state: &State, command: &Command, scope: Scope) -> char {
    let scopes = [scope];
    let mut signs = state
        .keymap
        .keys(command.id, &scopes)
        .filter_map(|keys| match keys.keys() {
            [key] if !key.ctrl && !key.alt => Some(key.code),
            _ => None,
        });
    signs
        .find_map(|code| match code {
            KeyCode::Char(sign) => Some(sign),
            _ => None,
        })
        .unwrap_or(' ')
}

/// What the menu is about.
fn selected(state: &State, scope: Scope) -> Option<String> {
    match scope {
        Scope::Instances | Scope::InstancePage => {
            state.instance().map(|instance| instance.row.name.to_string())
        }
        Scope::Pointers | Scope::PointerPage => {
            target(state).map(|(name, address)| format!("{address} on {name}"))
        }
        Scope::Credentials | Scope::CredentialPage => state.credential().map(|row| row.name.clone()),
        Scope::Audit => state.layers.last().and_then(|layer| match layer {
            Layer::Audit(page) => Some(page.instance.to_string()),
            _ => None,
        }),
        Scope::Domains => state.layers.last().and_then(|layer| match layer {
            Layer::Domains(page) => page.domain().map(|domain| domain.name.clone()),
            _ => None,
        }),
        Scope::Log => state
            .log
            .selected()
            .map(|row| format!("{} on {}", row.action, row.instance)),
        _ => None,
    }
}
