//! What is done to all marked pointers beyond deleting and invoking them: tags, connections, a file.

use super::errand::Errand;
use super::forms::{connection_items, open, report_no_connection, with_path};
use crate::command::Id;
use crate::model::{Connection, ConnectionId, InstanceName};
use crate::tui::clock::{count, pointers};
use crate::tui::effect::{Effect, Work};
use crate::tui::layers::{Act, Confirm, ForMarked, Form, Item, Layer, Menu, Then, places};
use crate::tui::outcome::Outcome;
use crate::tui::state::{Level, Pane, State};
use crate::workspace::{BulkAction, BulkTarget};
use std::collections::BTreeMap;

/// What a question about all that are marked asks of what hangs on them.
pub const MARKED: &str = "all that are marked";

/// Changes the tags of these.
pub fn tag_marked(state: &mut State, targets: Vec<BulkTarget>) -> Vec<Effect> {
    let naming = state.pointers.naming(&targets);
    open(state, Form::tag_marked(targets, &naming))
}

/// Writes these into a file.
pub fn export_marked(state: &mut State, targets: Vec<BulkTarget>, path: Option<&str>) -> Vec<Effect> {
    let form = with_path(Form::export_marked(targets), path);
    open(state, form)
}

/// Lets one choose a connection for these. A connection is one instance's: where they are on several, one of those
/// is chosen first.
pub fn assign_marked(state: &mut State, targets: &[BulkTarget]) -> Vec<Effect> {
    let mut counts: BTreeMap<&InstanceName, u64> = BTreeMap::new();
    for target in targets {
        *counts.entry(&target.instance).or_default() += 1;
    }
    if let [(only, _)] = counts.iter().collect::<Vec<_>>().as_slice() {
        return vec![Effect::Pointer(Errand::MarkedConnections((**only).clone()))];
    }
    let items = ('1'..='9').chain('a'..='i').zip(counts);
    let items = items.map(|(key, (instance, marked))| Item {
        key,
        label: instance.to_string(),
        doc: match marked {
            1 => "the one that is marked there".to_owned(),
            many => format!("the {} that are marked there", count(many)),
        },
        act: Act::Marked(ForMarked::Connections(instance.clone())),
    });
    let menu = Menu {
        title: "A connection is one instance's: assign those on".to_owned(),
        about: Vec::new(),
        items: items.collect(),
        selected: 0,
    };
    state.layers.push(Layer::Menu(menu));
    Vec::new()
}

/// Goes on with assigning what is marked.
pub fn for_marked(state: &mut State, what: ForMarked) -> Vec<Effect> {
    match what {
        ForMarked::Connections(instance) => vec![Effect::Pointer(Errand::MarkedConnections(instance))],
        ForMarked::Assign(instance, connection) => {
            ask_to_assign(state, instance, connection);
            Vec::new()
        }
    }
}

fn marked_on(state: &State, instance: &InstanceName) -> Vec<BulkTarget> {
    let mut targets = state.pointers.marks.targets();
    targets.retain(|target| target.instance == *instance);
    targets
}

/// The connections are there.
pub(super) fn choose_connection(state: &mut State, instance: &InstanceName, found: Outcome<Vec<Connection>>) {
    let found = match found {
        Ok(found) => found,
        Err(failure) => return state.report_failure(&failure),
    };
    let marked = marked_on(state, instance);
    if !state.layers.is_empty() || state.focus != Pane::Pointers || marked.is_empty() {
        let text = format!("the connections of {instance} are here, and you have gone on meanwhile");
        let remedy = format!("{} shows them", state.key_for(Id::AssignPointer));
        return state.report(Level::Info, text, remedy);
    }
    if found.is_empty() {
        return report_no_connection(state, instance);
    }
    let items = connection_items(state, &found, None, true, |connection| {
        let chosen = connection.map(|connection| (connection.id.clone(), connection.name.clone()));
        Act::Marked(ForMarked::Assign(instance.clone(), chosen))
    });
    state.layers.push(Layer::Menu(Menu {
        title: format!("Assign {} to", places(&marked)),
        about: Vec::new(),
        items,
        selected: 1,
    }));
}

/// Asks: what each was assigned to before is not kept anywhere.
fn ask_to_assign(state: &mut State, instance: InstanceName, connection: Option<(ConnectionId, String)>) {
    let targets = marked_on(state, &instance);
    let many = pointers(targets.len() as u64);
    let is_one = targets.len() == 1;
    let of = format!("{}\n\n{many} of {instance}", state.pointers.naming(&targets));
    let kept = match is_one {
        true => "Which connection it has now is not kept.",
        false => "Which connection each has now is not kept.",
    };
    let (title, text, yes) = match &connection {
        Some((id, name)) => (
            format!("Assign {many} to {name}?"),
            format!(
                "{of} {} invoked through {name} ({id}) from then on. {kept}",
                if is_one { "is" } else { "are" }
            ),
            if is_one { "assign it" } else { "assign them" },
        ),
        None => (
            format!(
                "Take {many} out of {}?",
                if is_one {
                    "its connection"
                } else {
                    "their connections"
                }
            ),
            format!("{of} cannot be invoked then. {kept}"),
            if is_one { "take it out" } else { "take them out" },
        ),
    };
    let action = BulkAction::Assign(connection.map(|(id, _)| id));
    state.layers.push(Layer::Confirm(Box::new(Confirm {
        title,
        text,
        instance: Some(instance.to_string()),
        dependents: None,
        yes,
        then: Then::Do(Work::Bulk(action, targets)),
    })));
}
