//! What is done with pointers.

use super::super::asks::through_pointer;
use super::super::concerned::{on_instance, target};
use super::super::on_top::{push, push_form};
use super::super::panes::show_pane;
use super::super::sorting::sort;
use super::refusing::refuse;
use crate::command::Id;
use crate::model::{Grant, InstanceName, PointerAddress, Route, Side};
use crate::tui::effect::{Effect, Work};
use crate::tui::layers::{ColumnsWindow, Form, Item, Layer, Menu};
use crate::tui::state::{Level, Pane, State};
use crate::workspace::only_reads;
use serde_json::Value;

/// Calls the pointer that is open or selected.
pub(super) fn call(state: &mut State, route: Option<Route>) -> Vec<Effect> {
    let Some((name, address)) = target(state) else {
        return Vec::new();
    };
    if let Some(action) = forbidden(state, &address) {
        return refuse(state, &format!("{address} is not called"), &action);
    }
    through_pointer(state, name, address, Work::Call, route)
}

/// The action that a federated pointer asks its peer, where this console only reads and that may change something. Of a
/// pointer that is not known yet, and of a circuit, the workspace finds it out and refuses.
fn forbidden(state: &State, address: &PointerAddress) -> Option<String> {
    let pointer = state
        .pointer()
        .filter(|pointer| state.read_only && pointer.address == *address)?;
    let query = &pointer.federated.as_ref()?.query;
    match query.get("action").and_then(Value::as_str) {
        Some(action) if only_reads(action) => None,
        Some(action) => Some(action.to_owned()),
        None => Some("a query that is not known".to_owned()),
    }
}

/// Invokes the pointer that is open or selected.
pub(super) fn invoke(state: &mut State) -> Vec<Effect> {
    match target(state) {
        Some((name, address)) => {
            let work = |name, address, _route, consent| Work::InvokePointer(name, address, consent);
            through_pointer(state, name, address, work, None)
        }
        None => Vec::new(),
    }
}

pub(super) fn choose_route(state: &mut State) -> Vec<Effect> {
    let Some((_, address)) = target(state) else {
        return Vec::new();
    };
    let own = state
        .pointer()
        .and_then(|pointer| pointer.federated.as_ref())
        .map(|federated| federated.route);
    let items = Route::ALL
        .into_iter()
        .map(|route| {
            let key = route.as_str().chars().next().unwrap_or('?');
            let label = if own == Some(route) {
                format!("{route}  (its own)")
            } else {
                route.to_string()
            };
            let doc = match route {
                Route::Endpoint => "this console asks for the URL, seals the query and calls the peer",
                Route::Circuit => "this console fetches the query already sealed, and posts it",
                Route::Relay => "the instance makes the call itself, and answers",
            };
            Item::run(key, label, doc, Id::CallPointer, Some(route.as_str()))
        })
        .collect();
    let selected = own
        .and_then(|own| Route::ALL.iter().position(|route| *route == own))
        .unwrap_or(0);
    push(
        state,
        Layer::Menu(Menu {
            title: format!("Call {address} by"),
            about: Vec::new(),
            items,
            selected,
        }),
    )
}

pub(super) fn federate(state: &mut State) -> Vec<Effect> {
    on_instance(state, None, |state, name| {
        let peers: Vec<_> = state
            .instances
            .rows
            .iter()
            .map(|instance| instance.row.name.to_string())
            .filter(|peer| *peer != name.as_str())
            .map(|peer| {
                let grant = granted(state, &name, &peer);
                (peer, grant)
            })
            .collect();
        if peers.is_empty() {
            let remedy = format!(
                "join one by a handshake ({}) or add a remote ({}) first",
                state.key_for(Id::Handshake),
                state.key_for(Id::AddRemote)
            );
            state.report(Level::Warn, "there is no other instance to lead to", remedy);
            return Vec::new();
        }
        push_form(state, |_| Form::federate(&name, peers))
    })
}

/// What an instance of ours may ask a peer: with its own credential if it has one, or else with this console's.
fn granted(state: &State, ours: &InstanceName, peer: &str) -> Option<Grant> {
    let rows = state.credentials.rows().iter();
    let held = rows.filter(|row| row.side == Side::Held && row.instance == peer && row.state.is_usable());
    let (own, others): (Vec<_>, Vec<_>) = held.partition(|row| row.kept_on() == Some(ours.as_str()));
    let console = others.into_iter().filter(|row| row.kept_on().is_none());
    let mut grants = own
        .into_iter()
        .chain(console)
        .filter_map(|row| row.grant.as_ref());
    // The owner's is for administering it, not for federation.
    grants.find(|grant| !grant.owner).cloned()
}

pub(super) fn follow_link(state: &mut State) -> Vec<Effect> {
    let peer = state.layers.iter().rev().find_map(|layer| match layer {
        Layer::Pointer(page) => page.leads_to().cloned(),
        _ => None,
    });
    match peer {
        Some(name) => show_pane(state, Pane::Pointers, Some(name.as_str())),
        None => Vec::new(),
    }
}

/// Shows the pointers of all instances, or of the selected one.
pub(super) fn merge(state: &mut State) -> Vec<Effect> {
    let merged = !state.pointers.merged;
    state.pointers.set_merged(merged);
    vec![Effect::Remember("pointers.merged", merged.to_string())]
}

/// Opens the window with the columns, or sorts by the one that is named.
pub(super) fn columns(state: &mut State, argument: Option<&str>) -> Vec<Effect> {
    match argument {
        None => push(state, Layer::Columns(ColumnsWindow::default())),
        Some(name) => sort(state, Pane::Pointers, name, None),
    }
}
