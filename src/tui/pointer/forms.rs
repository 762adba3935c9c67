//! Forms and questions about pointers: opened, and told what the instance knows while one types.

use super::errand::{Errand, News};
use crate::command::{Id, Scope};
use crate::model::{Connection, ConnectionId, InstanceName, Pointer, PointerAddress};
use crate::tui::effect::{Effect, Work};
use crate::tui::layers::{Act, Confirm, Form, Item, Layer, Menu, Rows, Then, item_keys};
use crate::tui::message::Message;
use crate::tui::outcome::Outcome;
use crate::tui::state::{Level, State, Whereabouts};
use crate::tui::update::target;
use crate::workspace::{Failure, HangingOn, Taken};
use std::time::Duration;
use tui_input::Input;

/// How long a reference must rest before it is looked for.
const REST: Duration = Duration::from_millis(300);
/// Circuits that a question names; how many more there are is said.
const MOST_NAMED: usize = 4;

/// Asks for what a new pointer is.
pub fn new(state: &mut State, instance: &InstanceName) -> Vec<Effect> {
    open(state, Form::new_pointer(instance))
}

/// The pointer concerned, if it is known.
pub(super) fn concerned(state: &State) -> Option<(InstanceName, Pointer)> {
    let (instance, address) = target(state)?;
    let pointer = state.pointer().filter(|pointer| pointer.address == address)?;
    Some((instance, pointer.clone()))
}

/// The same; where it is not known yet, that is said.
pub(super) fn concerned_or_told(state: &mut State) -> Option<(InstanceName, Pointer)> {
    let found = concerned(state);
    if found.is_none()
        && let Some((instance, address)) = target(state)
    {
        let text = format!("what {address} on {instance} is has not come yet");
        let remedy = format!(
            "wait until its page is there; {} asks again",
            state.key_for(Id::Refresh)
        );
        state.report(Level::Warn, text, remedy);
    }
    found
}

/// Changes a pointer.
pub fn edit(state: &mut State) -> Vec<Effect> {
    match concerned_or_told(state) {
        Some((instance, pointer)) => open(state, Form::edit_pointer(&instance, &pointer)),
        None => Vec::new(),
    }
}

/// Makes a pointer like this one.
pub fn duplicate(state: &mut State) -> Vec<Effect> {
    let Some((instance, pointer)) = concerned_or_told(state) else {
        return Vec::new();
    };
    if pointer.federated.is_some() {
        state.report(
            Level::Warn,
            "a pointer that leads to another instance is made for that, and has no double",
            format!("{} makes another one", state.key_for(Id::Federate)),
        );
        return Vec::new();
    }
    open(state, Form::duplicate_pointer(&instance, &pointer))
}

/// Changes the tags of a pointer.
pub fn tag(state: &mut State) -> Vec<Effect> {
    match concerned_or_told(state) {
        Some((instance, pointer)) => open(state, Form::tag_pointer(&instance, &pointer)),
        None => Vec::new(),
    }
}

/// Imports a file; with its path at once in the form.
pub fn import(state: &mut State, instance: &InstanceName, path: Option<&str>) -> Vec<Effect> {
    let form = with_path(Form::import_pointers(instance), path);
    open(state, form)
}

/// Exports to a file.
pub fn export(state: &mut State, instance: &InstanceName, path: Option<&str>) -> Vec<Effect> {
    let filtered = state.pointers.is_filtered().then(|| state.pointers.everything());
    let form = with_path(Form::export_pointers(instance, filtered), path);
    open(state, form)
}

pub(super) fn with_path(mut form: Form, path: Option<&str>) -> Form {
    if let (Some(path), Some(field)) = (path, form.fields.first_mut()) {
        field.kind = crate::tui::layers::Kind::Text(Input::new(path.to_owned()));
        form.paste("");
    }
    form
}

/// Opens a form, and asks for what helps to fill it in.
pub fn open(state: &mut State, mut form: Form) -> Vec<Effect> {
    let look = look_into_folder(&mut form);
    let asked = form
        .tags_of()
        .into_iter()
        .map(|instance| Effect::Pointer(Errand::Tags(instance.clone())))
        .chain(look)
        .collect();
    state.layers.push(Layer::Form(Box::new(form)));
    asked
}

/// A path leads into another folder: what is in that helps to go on.
fn look_into_folder(form: &mut Form) -> Option<Effect> {
    let folder = form.folder_to_look_in()?;
    form.look_in(folder.clone());
    Some(Effect::LookIntoFolder(folder))
}

/// Lets one choose a connection, once they are there.
pub fn assign(state: &mut State) -> Vec<Effect> {
    match target(state) {
        Some((instance, address)) => {
            let there = Whereabouts::of(&state.layers);
            vec![Effect::Pointer(Errand::Connections(instance, address, there))]
        }
        None => Vec::new(),
    }
}

/// Asks before a pointer is deleted; what hangs on it is told as soon as it is known.
pub fn delete(state: &mut State) -> Vec<Effect> {
    let Some((instance, address)) = target(state) else {
        return Vec::new();
    };
    // Of the very pointer that is deleted, or nothing.
    let description = match state.pointer_page() {
        Some(page) => page.description(),
        None => state.pointer().map(|pointer| pointer.description.as_str()),
    };
    let what = description.map_or_else(|| "It".to_owned(), |words| format!("“{words}”"));
    state.layers.push(Layer::Confirm(Box::new(Confirm {
        title: format!("Delete {address}?"),
        text: format!(
            "{what} is deleted from {instance}, with its relationships. The data it refers to is not touched."
        ),
        instance: Some(instance.to_string()),
        dependents: Some((address.to_string(), None)),
        yes: "delete it",
        then: Then::Do(Work::Delete(instance.clone(), address.clone())),
    })));
    vec![Effect::Pointer(Errand::Hanging(instance, address))]
}

/// A form was typed into: a reference that rests is looked for.
pub fn form_changed(state: &mut State) -> Vec<Effect> {
    let Some(Layer::Form(form)) = state.layers.last_mut() else {
        return Vec::new();
    };
    if let Some(look) = look_into_folder(form) {
        return vec![look];
    }
    let unknown = |text: &String| form.known.taken.as_ref().is_none_or(|(known, _)| known != text);
    match form.reference_to_look_for() {
        Some((_, text)) if unknown(&text) => {
            vec![Effect::After(REST, Message::PointerNews(News::Rested(text)))]
        }
        _ => Vec::new(),
    }
}

/// A reference rested: if it still stands there, it is looked for.
pub(super) fn look_for(state: &State, text: String) -> Vec<Effect> {
    let Some(Layer::Form(form)) = state.layers.last() else {
        return Vec::new();
    };
    match form.reference_to_look_for() {
        Some((instance, now)) if now == text => vec![Effect::Pointer(Errand::Taken(instance, text))],
        _ => Vec::new(),
    }
}

/// Which tags there are on an instance: for a form, or for a filter.
pub(super) fn learn_tags(state: &mut State, instance: &InstanceName, tags: Vec<(String, u64)>) {
    let is_shown = state
        .pointers
        .sources()
        .iter()
        .any(|source| source.name == *instance);
    if let Some(Layer::Filter(line)) = state.layers.last_mut()
        && line.rows == Rows::Pointers
        && is_shown
    {
        return line.note("tag", tags.into_iter().map(|(tag, _)| tag));
    }
    if let Some(form) = form_on(state, instance) {
        form.learn_tags(tags);
    }
}

/// Which pointer has this reference already, if one has.
pub(super) fn learn_taken(state: &mut State, instance: &InstanceName, text: String, taken: Option<Taken>) {
    if let Some(form) = form_on(state, instance) {
        form.known.taken = taken.map(|taken| (text, taken));
        form.recheck();
    }
}

fn form_on<'a>(state: &'a mut State, instance: &InstanceName) -> Option<&'a mut Form> {
    state.layers.iter_mut().rev().find_map(|layer| match layer {
        Layer::Form(form) if form.tags_of().contains(instance) => Some(&mut **form),
        _ => None,
    })
}

/// Whether whoever asked for a choice about this pointer can be given it. The next key of whoever has gone on is meant
/// for something else: they are told on the status line.
pub(super) fn can_choose(
    state: &mut State,
    about: (&InstanceName, &PointerAddress),
    there: &Whereabouts,
    what: &str,
    id: Id,
) -> bool {
    let is_concerned = target(state).is_some_and(|(instance, address)| (&instance, &address) == about);
    let is_there = matches!(state.scopes()[0], Scope::Pointers | Scope::PointerPage);
    let can = is_concerned && is_there && there.are_still(&state.layers);
    if !can {
        let (instance, address) = about;
        let text = format!("{what} for {address} on {instance} are here, and you have gone on meanwhile");
        let remedy = format!("{} there shows them", state.key_for(id));
        state.report(Level::Info, text, remedy);
    }
    can
}

/// The connections are there.
pub(super) fn choose_connection(
    state: &mut State,
    instance: InstanceName,
    address: PointerAddress,
    there: &Whereabouts,
    found: Outcome<Vec<Connection>>,
) {
    let found = match found {
        Ok(found) => found,
        Err(failure) => return state.report_failure(&failure),
    };
    let about = (&instance, &address);
    if !can_choose(state, about, there, "the connections", Id::AssignPointer) {
        return;
    }
    let now = state.pointer().and_then(|pointer| pointer.connection_id.clone());
    let work = |connection: Option<&Connection>| {
        let connection = connection.map(|connection| connection.id.clone());
        Act::Do(Work::Assign(instance.clone(), address.clone(), connection))
    };
    let items = connection_items(state, &found, now.as_ref(), now.is_some(), work);
    if items.is_empty() {
        return report_no_connection(state, &instance);
    }
    let selected = found
        .iter()
        .position(|connection| now.as_ref() == Some(&connection.id))
        .map_or(0, |place| place + 1)
        .min(items.len() - 1);
    state.layers.push(Layer::Menu(Menu {
        title: format!("Assign {address} on {instance} to"),
        about: Vec::new(),
        items,
        selected,
    }));
}

/// Connections as things to choose from; before them, where it makes sense, none.
pub(super) fn connection_items(
    state: &State,
    found: &[Connection],
    now: Option<&ConnectionId>,
    with_none: bool,
    act: impl Fn(Option<&Connection>) -> Act,
) -> Vec<Item> {
    let none = with_none.then(|| Item {
        key: '0',
        label: "none".to_owned(),
        doc: "take it out: it cannot be invoked then".to_owned(),
        act: act(None),
    });
    let connections = item_keys().zip(found).map(|(key, connection)| {
        let (words, _) = super::facts::connection_state(connection, &state.look.glyphs);
        let here = if now == Some(&connection.id) {
            "  (now)"
        } else {
            ""
        };
        let through = connection
            .held_credential
            .as_ref()
            .map_or_else(String::new, |held| format!("  relays with {held}"));
        Item {
            key,
            label: connection.name.clone(),
            doc: format!("{words}{here}  {}{through}", connection.id),
            act: act(Some(connection)),
        }
    });
    none.into_iter().chain(connections).collect()
}

/// Says that there is nothing to assign to.
pub(super) fn report_no_connection(state: &mut State, instance: &InstanceName) {
    state.report(
        Level::Warn,
        format!("{instance} has no connection"),
        "make one among its domains: `butterfly connection create`",
    );
}

/// Into the question that is open.
pub(super) fn tell_hanging(state: &mut State, about: &str, found: &Result<HangingOn, Failure>, them: &str) {
    let words = match found {
        Ok(found) => hanging_words(found, them),
        Err(failure) => vec![format!(
            "it cannot be told what hangs on {them}: {}",
            failure.message
        )],
    };
    for layer in &mut state.layers {
        if let Layer::Confirm(confirm) = layer
            && let Some((asked, told)) = &mut confirm.dependents
            && asked == about
        {
            *told = Some(words.clone());
        }
    }
}

fn hanging_words(found: &HangingOn, them: &str) -> Vec<String> {
    let mut words = Vec::new();
    match found.relationships {
        0 => {}
        1 => words.push(format!("one relationship goes with {them}")),
        many => words.push(format!("{many} relationships go with {them}")),
    }
    let mut name = |pointers: &[Taken], why: &str| {
        let shown = pointers.iter().take(MOST_NAMED);
        words.extend(shown.map(|pointer| format!("{} “{}” {why}", pointer.address, pointer.description)));
        if pointers.len() > MOST_NAMED {
            words.push(format!("{} more of these", pointers.len() - MOST_NAMED));
        }
    };
    name(
        &found.circuits,
        &format!(
            "is a circuit that names {}",
            if them == "it" { "it" } else { "one of them" }
        ),
    );
    name(
        &found.fetched_with,
        &format!(
            "is fetched with what {} keeps",
            if them == "it" { "it" } else { "one of them" }
        ),
    );
    if !found.complete {
        words.push("not every pointer was looked at: there are many".to_owned());
    }
    words
}
