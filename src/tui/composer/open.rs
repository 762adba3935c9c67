//! Opening the composer: empty, with a query of the log, or on a pointer.

use super::background::background;
use super::choosing;
use super::errand::{Errand, Followed};
use super::layer::with;
use super::send::send;
use super::settling::settle;
use super::state::Composer;
use super::window::Kind;
use crate::model::{InstanceName, Pointer, PointerAddress};
use crate::protocol::Query;
use crate::protocol::json_text::quoted;
use crate::tui::effect::Effect;
use crate::tui::layers::Layer;
use crate::tui::state::State;
use crate::workspace::{PointerDetail, Template, Way, laid_out};
use serde_json::Value;

/// Opens it for an instance, with what was being written for it.
pub fn open(state: &mut State, instance: InstanceName) -> Vec<Effect> {
    let drafts = state.composer.drafts.get(&instance);
    let composer = match drafts.map(Vec::as_slice) {
        Some([text, others @ ..]) => {
            let mut composer = Composer::new(instance, text, text.len());
            composer.note = others_are_kept(others.len());
            composer
        }
        _ => Composer::new(instance, Composer::FIRST, Composer::FIRST.len() - 3),
    };
    show(state, composer)
}

fn others_are_kept(many: usize) -> Option<(String, bool)> {
    let text = match many {
        0 => return None,
        1 => "another text that was not sent is under ^R".to_owned(),
        many => format!("{many} other texts that were not sent are under ^R"),
    };
    Some((text, false))
}

/// Opens it for an instance with a query.
pub fn open_query(state: &mut State, instance: InstanceName, query: &Value) -> Vec<Effect> {
    let text = laid_out(query);
    let composer = Composer::new(instance, &text, text.len());
    show(state, composer)
}

/// Opens it for an instance with a query as it was typed elsewhere, and sends that unless something is wrong with it;
/// after a question if it destroys something.
pub fn send_text(state: &mut State, instance: InstanceName, text: &str) -> Vec<Effect> {
    let text =
        Query::parse(text.as_bytes()).map_or_else(|_| text.to_owned(), |query| laid_out(&query.to_value()));
    let mut effects = show(state, Composer::new(instance, &text, text.len()));
    effects.extend(with(state, |state, composer| (true, send(state, composer))));
    effects
}

/// Opens it on a pointer of an instance: for a federated one with what its peer is asked, on its own route.
pub fn open_pointer(
    state: &mut State,
    instance: InstanceName,
    pointer: &Pointer,
    peer: Option<InstanceName>,
) -> Vec<Effect> {
    let Some(federated) = &pointer.federated else {
        let text = about(pointer);
        let composer = Composer::new(instance, &text, text.len());
        return show(state, composer);
    };
    let text = laid_out(&federated.query);
    let knows = peer.is_some();
    let mut composer = Composer::new(peer.unwrap_or_else(|| instance.clone()), &text, text.len());
    composer.knows = knows;
    composer.way = Way::Pointer {
        through: instance,
        pointer: Box::new(pointer.clone()),
        route: federated.route,
    };
    show(state, composer)
}

/// Opens it with a call of the log: the same question, on the way that it went. The pointer has to be asked for.
pub fn open_call(state: &mut State, call: Followed, pointer: PointerAddress) -> Vec<Effect> {
    state.composer.following = Some(state.next_ticket);
    vec![background(state, Errand::Follow(Box::new(call), pointer))]
}

/// The pointer by which a call went is there. Whoever went elsewhere meanwhile is left in peace.
pub(super) fn followed(state: &mut State, call: Followed, mut detail: PointerDetail) -> Vec<Effect> {
    if !matches!(state.layers.last(), None | Some(Layer::Invoke(_))) {
        return Vec::new();
    }
    if let Some(federated) = &mut detail.pointer.federated {
        federated.query = call.query;
        federated.route = call.route.unwrap_or(federated.route);
    }
    open_pointer(state, call.through, &detail.pointer, detail.leads_to)
}

/// Opens it for an instance with the choice of queries that have a name.
pub fn open_templates(state: &mut State, instance: InstanceName) -> Vec<Effect> {
    let mut effects = open(state, instance);
    effects.extend(with(state, |state, composer| {
        (true, choosing::open(state, composer, Kind::Templates))
    }));
    effects
}

/// Opens it with the query of this name, which has to be fetched: for the instance that it was written for, if that is
/// here, else for this one.
pub fn open_template(state: &mut State, instance: InstanceName, name: &str) -> Vec<Effect> {
    state.composer.fetching = Some(state.next_ticket);
    vec![background(state, Errand::Fetch(name.to_owned(), instance))]
}

/// The query of a name is there. Whoever went elsewhere meanwhile is left in peace.
pub(super) fn fetched(state: &mut State, template: &Template, otherwise: InstanceName) -> Vec<Effect> {
    if !state.layers.is_empty() {
        return Vec::new();
    }
    let written_for = template
        .instance
        .as_deref()
        .and_then(|name| InstanceName::parse(name).ok());
    let instance = written_for
        .filter(|name| state.instances.get(name.as_str()).is_some())
        .unwrap_or(otherwise);
    let composer = Composer::new(instance, &template.text, template.text.len());
    show(state, composer)
}

fn about(pointer: &Pointer) -> String {
    let address = quoted(pointer.address.as_str());
    match &pointer.connection_id {
        Some(connection) => format!(
            "{{\n  \"action\": \"invoke_through_connection\",\n  \"connection_id\": {},\n  \"pointer_address\": {address}\n}}",
            quoted(connection.as_str())
        ),
        None => format!("{{\n  \"action\": \"get_pointer\",\n  \"pointer_address\": {address}\n}}"),
    }
}

fn show(state: &mut State, mut composer: Composer) -> Vec<Effect> {
    let now = state.clock.now();
    let instance = composer.instance.clone();
    let mut effects = vec![background(state, Errand::Kept)];
    if composer.knows && state.composer.is_stale(&instance, None, now) {
        effects.push(background(state, Errand::Learn(instance, None)));
    }
    effects.extend(settle(state, &mut composer, true));
    state.layers.push(Layer::Composer(Box::new(composer)));
    effects
}
