//! A line of the person's own shell, about what is selected.

use super::super::concerned::{concerned_row, target};
use super::super::on_top::push;
use crate::command::Scope;
use crate::tui::effect::Effect;
use crate::tui::layers::{CommandLine, Layer};
use crate::tui::outside::ShellLine;
use crate::tui::state::State;

/// Runs it; without one, lets it be typed.
pub(super) fn run(state: &mut State, line: Option<&str>) -> Vec<Effect> {
    match line {
        None => push(state, Layer::Command(CommandLine::with("run "))),
        Some(line) => vec![Effect::Run(ShellLine {
            line: line.to_owned(),
            about: about(state),
        })],
    }
}

/// Runs it behind the console.
pub(super) fn run_quietly(state: &mut State, line: Option<&str>) -> Vec<Effect> {
    match line {
        None => push(state, Layer::Command(CommandLine::with("run-quietly "))),
        Some(line) => vec![Effect::RunBehind(ShellLine {
            line: line.to_owned(),
            about: about(state),
        })],
    }
}

/// What is selected, as variables of the environment.
fn about(state: &State) -> Vec<(&'static str, String)> {
    let mut about = Vec::new();
    let mut instance = state.instance().map(|instance| instance.row.name.to_string());
    match state.scopes()[0] {
        Scope::Pointers | Scope::PointerPage => {
            if let Some((name, address)) = target(state) {
                instance = Some(name.to_string());
                about.push(("BUTTERFLY_POINTER", address.to_string()));
            }
            if let Some(pointer) = state.pointer() {
                about.push(("BUTTERFLY_REFERENCE", pointer.data_reference.clone()));
                about.push(("BUTTERFLY_DESCRIPTION", pointer.description.clone()));
            }
        }
        Scope::Credentials | Scope::CredentialPage => {
            if let Some(row) = state.credential() {
                instance = Some(row.instance.clone());
                about.push(("BUTTERFLY_CREDENTIAL", row.name.clone()));
            }
        }
        Scope::Log | Scope::InvokePage => {
            if let Some(row) = concerned_row(state) {
                instance = Some(row.instance.clone());
                about.push(("BUTTERFLY_LOG_ID", row.id.to_string()));
            }
        }
        _ => {}
    }
    if let Some(name) = instance {
        if let Some(known) = state.instances.get(&name) {
            about.push(("BUTTERFLY_ENDPOINT", known.row.endpoint.to_string()));
        }
        about.push(("BUTTERFLY_INSTANCE", name));
    }
    about
}
