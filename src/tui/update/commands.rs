//! What each command does.

use super::arrivals::{refresh, repeated};
use super::asks::{ask_delete, ask_remove, ask_revoke, ask_stop, ask_suspend, quit};
use super::work::{begin, begin_demo};
use crate::command::{Id, by_name};
use crate::model::{InstanceName, PointerAddress, Route, Side};
use crate::protocol::Query;
use crate::tui::content;
use crate::tui::effect::{Effect, Work};
use crate::tui::layers::{
    CommandLine, CredentialPage, FilterLine, Form, Help, InstancePage, InvokePage, Item, Layer, Menu,
    PointerPage, Reports, Tab,
};
use crate::tui::state::{Level, Load, Pane, Phase, State};
use crate::tui::wizard;
use tui_input::Input;

/// Does what a line after `:` says.
pub fn run_line(state: &mut State, text: &str) -> Vec<Effect> {
    if text.is_empty() {
        return Vec::new();
    }
    state.history.retain(|line| line != text);
    state.history.push(text.to_owned());
    let (name, argument) = text.split_once(' ').unwrap_or((text, ""));
    let name = if name == "q" { "quit" } else { name };
    let Some(command) = by_name(name) else {
        state.report(
            Level::Bad,
            format!("there is no command {name:?}"),
            "press ? for everything that can be done",
        );
        return Vec::new();
    };
    if !command.is_available(&state.situation()) {
        state.report(
            Level::Warn,
            format!("{name} is not possible here"),
            command.doc.to_lowercase(),
        );
        return Vec::new();
    }
    let argument = argument.trim();
    perform(state, command.id, (!argument.is_empty()).then_some(argument))
}

/// Does what a command does.
pub fn perform(state: &mut State, id: Id, argument: Option<&str>) -> Vec<Effect> {
    match id {
        Id::Open => open(state),
        Id::Back => back(state),
        Id::Down => step(state, 1),
        Id::Up => step(state, -1),
        Id::PageDown => step(state, page(state)),
        Id::PageUp => step(state, -page(state)),
        Id::HalfPageDown => step(state, (page(state) / 2).max(1)),
        Id::HalfPageUp => step(state, -(page(state) / 2).max(1)),
        Id::Top => step(state, i64::MIN),
        Id::Bottom => step(state, i64::MAX),
        Id::NextPane => turn_pane(state, 1),
        Id::PreviousPane => turn_pane(state, 3),
        Id::PaneLeft | Id::PaneRight => beside(state),
        Id::ShowInstances => show_pane(state, Pane::Instances, argument),
        Id::ShowPointers => show_pane(state, Pane::Pointers, argument),
        Id::ShowCredentials => show_pane(state, Pane::Credentials, None),
        Id::ShowLog => show_pane(state, Pane::Log, None),
        Id::Lock => super::lock::lock(state, None),
        Id::Zoom => {
            state.zoom = !state.zoom;
            vec![Effect::Remember("zoom", state.zoom.to_string())]
        }
        Id::NextInstance => turn_instance(state, 1),
        Id::PreviousInstance => turn_instance(state, -1),
        Id::Filter => filter(state, argument),
        Id::ClearFilter => clear_filter(state),
        Id::FederatedOnly => {
            state.pointers.federated_only = !state.pointers.federated_only;
            let filter = state.pointers.filter.clone();
            state.pointers.set_filter(&filter);
            Vec::new()
        }
        Id::StartInstance => on_instance(state, argument, |state, name| {
            vec![begin(state, Work::Start(name))]
        }),
        Id::StopInstance => on_instance(state, argument, ask_stop),
        Id::InitInstance => push_form(state, Form::init),
        Id::AddRemote => push_form(state, |_| Form::add_remote()),
        Id::RemoveInstance => on_instance(state, argument, ask_remove),
        Id::NewPointer => on_instance(state, None, |state, name| {
            push_form(state, |_| Form::new_pointer(&name))
        }),
        Id::EditPointer => edit_pointer(state),
        Id::DeletePointer => ask_delete(state),
        Id::InvokePointer => on_pointer(state, Work::InvokePointer),
        Id::CallPointer => {
            let route = argument.and_then(Route::parse);
            on_pointer(state, |name, address| Work::Call(name, address, route))
        }
        Id::CallByRoute => choose_route(state),
        Id::Federate => federate(state),
        Id::Compose => compose(state, argument),
        Id::Repeat => repeat(state),
        Id::FollowLog => {
            state.log.cursor = crate::tui::state::Cursor::default();
            Vec::new()
        }
        Id::NextTab => on_tab(state, |page| page.turn(true)),
        Id::PreviousTab => on_tab(state, |page| page.turn(false)),
        Id::TabQuery => on_tab(state, |page| page.tab = Tab::Query),
        Id::TabReply => on_tab(state, |page| page.tab = Tab::Reply),
        Id::TabWire => on_tab(state, |page| page.tab = Tab::Wire),
        Id::TabTrace => on_tab(state, |page| page.tab = Tab::Trace),
        Id::FollowLink => follow_link(state),
        Id::Handshake => wizard::open(state, None),
        Id::Offer => wizard::open(state, Some(Side::Issued)),
        Id::Accept => wizard::open(state, Some(Side::Held)),
        Id::RevokeCredential => ask_revoke(state),
        Id::RotateCredential => choose_overlap(state),
        Id::SuspendCredential => ask_suspend(state),
        Id::ResumeCredential => on_credential(state, |name| Work::Suspend(name, false)),
        Id::CheckCredential => on_credential(state, Work::Check),
        Id::ResealCircuits => on_credential(state, Work::Reseal),
        Id::Demo => vec![begin_demo(state)],
        Id::Refresh => refresh(state),
        Id::Cancel => cancel(state),
        Id::Messages => push(state, Layer::Reports(Reports::default())),
        Id::Help => push(state, Layer::Help(Help::default())),
        Id::CommandLine => push(state, Layer::Command(CommandLine::default())),
        Id::Theme => theme(state, argument),
        Id::Mouse => {
            state.mouse = !state.mouse;
            let text = if state.mouse {
                "the mouse is the console's again"
            } else {
                "the mouse is the terminal's: select text with it; m takes it back"
            };
            state.report(Level::Info, text, "");
            vec![Effect::Mouse(state.mouse)]
        }
        Id::Redraw => vec![Effect::Redraw],
        Id::Suspend => vec![Effect::Suspend],
        Id::Quit => quit(state),
    }
}

fn push(state: &mut State, layer: Layer) -> Vec<Effect> {
    state.layers.push(layer);
    Vec::new()
}

fn push_form(state: &mut State, form: impl FnOnce(&[String]) -> Form) -> Vec<Effect> {
    let names: Vec<String> = state
        .instances
        .rows
        .iter()
        .map(|instance| instance.row.name.to_string())
        .collect();
    let form = form(&names);
    push(state, Layer::Form(Box::new(form)))
}

/// The instance that is named, or else the one that is selected.
fn on_instance(
    state: &mut State,
    argument: Option<&str>,
    then: impl FnOnce(&mut State, InstanceName) -> Vec<Effect>,
) -> Vec<Effect> {
    let name = match argument {
        Some(name) => state
            .instances
            .get(name)
            .map(|instance| instance.row.name.clone()),
        None => state.instances.selected_name(),
    };
    match name {
        Some(name) => then(state, name),
        None => {
            let text = match argument {
                Some(name) => format!("there is no instance {name:?}"),
                None => "no instance is selected".to_owned(),
            };
            state.report(Level::Warn, text, "press 1 for the instances");
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
        let address = state.pointers.selected()?.address.clone();
        Some((state.pointers.instance.clone()?, address))
    })
}

fn on_pointer(state: &mut State, work: impl FnOnce(InstanceName, PointerAddress) -> Work) -> Vec<Effect> {
    match target(state) {
        Some((name, address)) => vec![begin(state, work(name, address))],
        None => Vec::new(),
    }
}

fn open(state: &mut State) -> Vec<Effect> {
    match state.focus {
        Pane::Instances => on_instance(state, None, |state, name| {
            push(state, Layer::Instance(InstancePage { name, scroll: 0 }))
        }),
        Pane::Pointers => {
            let (Some(instance), Some(pointer)) =
                (state.pointers.instance.clone(), state.pointers.selected())
            else {
                return Vec::new();
            };
            let page = PointerPage {
                instance: instance.clone(),
                address: pointer.address.clone(),
                listed: Some(pointer.clone()),
                detail: None,
                load: Load::Waiting,
                scroll: 0,
            };
            let effect = Effect::LoadPointer(instance, page.address.clone());
            state.layers.push(Layer::Pointer(Box::new(page)));
            vec![effect]
        }
        Pane::Credentials => {
            let Some(name) = state.credential().map(|row| row.name.clone()) else {
                return Vec::new();
            };
            let page = CredentialPage {
                name: name.clone(),
                dependents: None,
                scroll: 0,
            };
            state.layers.push(Layer::Credential(page));
            vec![Effect::LoadDependents(name)]
        }
        Pane::Log => {
            let Some(id) = state.log.selected().map(|row| row.id) else {
                return Vec::new();
            };
            state
                .layers
                .push(Layer::Invoke(Box::new(InvokePage::new(id, Tab::Reply))));
            vec![Effect::LoadEntry(id)]
        }
    }
}

/// From the nearest to the farthest: the page, the zoom, the filter.
fn back(state: &mut State) -> Vec<Effect> {
    if state.layers.pop().is_some() {
        return Vec::new();
    }
    if state.zoom {
        state.zoom = false;
        return vec![Effect::Remember("zoom", "false".to_owned())];
    }
    if state.situation().filtered {
        return clear_filter(state);
    }
    Vec::new()
}

/// Rows in a page of what has the keys.
fn page(state: &State) -> i64 {
    let rows = if state.layers.is_empty() {
        state.layout().rows(state.focus).height
    } else {
        content::page_area(state).height
    };
    i64::from(rows.saturating_sub(1).max(1))
}

/// Moves the selection, or scrolls the page on top.
fn step(state: &mut State, rows: i64) -> Vec<Effect> {
    if state
        .layers
        .last()
        .is_some_and(|layer| layer.page_scope().is_some())
    {
        return scroll(state, rows);
    }
    match state.focus {
        Pane::Instances => state.instances.cursor.step(rows, state.instances.rows.len()),
        Pane::Pointers => state.pointers.step(rows),
        Pane::Credentials => state.credentials.cursor.step(rows, state.credentials.rows.len()),
        Pane::Log => state.log.cursor.step(rows, state.log.rows.len()),
    }
    Vec::new()
}

/// Scrolls the layer on top; where it ends is settled afterwards.
pub fn scroll(state: &mut State, rows: i64) -> Vec<Effect> {
    if let Some(scroll) = state.layers.last_mut().and_then(Layer::scroll_mut) {
        let wanted = i64::try_from(*scroll).unwrap_or(i64::MAX).saturating_add(rows);
        *scroll = usize::try_from(wanted.max(0)).unwrap_or(0);
    }
    Vec::new()
}

fn focus(state: &mut State, pane: Pane) -> Vec<Effect> {
    if state.focus == pane {
        return Vec::new();
    }
    state.focus = pane;
    vec![Effect::Remember("focus", pane.title().to_owned())]
}

fn turn_pane(state: &mut State, step: usize) -> Vec<Effect> {
    let pane = Pane::ALL[(state.focus.index() + step) % 4];
    focus(state, pane)
}

/// The pane on the other side: instances and pointers, credentials and log stand beside each other.
fn beside(state: &mut State) -> Vec<Effect> {
    let pane = match state.focus {
        Pane::Instances => Pane::Pointers,
        Pane::Pointers => Pane::Instances,
        Pane::Credentials => Pane::Log,
        Pane::Log => Pane::Credentials,
    };
    focus(state, pane)
}

fn show_pane(state: &mut State, pane: Pane, argument: Option<&str>) -> Vec<Effect> {
    if let Some(name) = argument {
        match state.instances.index(name) {
            Some(place) => state.instances.cursor.selected = place,
            None => state.report(Level::Warn, format!("there is no instance {name:?}"), ""),
        }
    }
    state.layers.clear();
    focus(state, pane)
}

fn turn_instance(state: &mut State, step: i64) -> Vec<Effect> {
    let total = i64::try_from(state.instances.rows.len()).unwrap_or(1).max(1);
    let place = i64::try_from(state.instances.cursor.selected).unwrap_or(0) + step;
    state.instances.cursor.selected = usize::try_from(place.rem_euclid(total)).unwrap_or(0);
    Vec::new()
}

fn filter(state: &mut State, argument: Option<&str>) -> Vec<Effect> {
    let pane = if state.focus == Pane::Log {
        Pane::Log
    } else {
        Pane::Pointers
    };
    if let Some(text) = argument {
        if pane == Pane::Log {
            state.log.set_filter(text);
            return vec![super::arrivals::load_log(state)];
        }
        state.pointers.set_filter(text);
        return focus(state, pane);
    }
    let before = if pane == Pane::Log {
        state.log.text.clone()
    } else {
        state.pointers.filter.clone()
    };
    push(
        state,
        Layer::Filter(FilterLine {
            pane,
            input: Input::new(before.clone()),
            before,
        }),
    )
}

fn clear_filter(state: &mut State) -> Vec<Effect> {
    if state.focus == Pane::Log {
        state.log.set_filter("");
        return vec![super::arrivals::load_log(state)];
    }
    state.pointers.federated_only = false;
    state.pointers.set_filter("");
    Vec::new()
}

fn edit_pointer(state: &mut State) -> Vec<Effect> {
    let Some((name, _)) = target(state) else {
        return Vec::new();
    };
    let Some(pointer) = state.pointer().cloned() else {
        return Vec::new();
    };
    push_form(state, |_| Form::edit_pointer(&name, &pointer))
}

fn on_credential(state: &mut State, work: impl FnOnce(String) -> Work) -> Vec<Effect> {
    match state.credential().map(|row| row.name.clone()) {
        Some(name) => vec![begin(state, work(name))],
        None => Vec::new(),
    }
}

/// How long the older key is answered, in seconds: a day, or not at all.
const OVERLAPS: [(char, &str, &str, u32); 2] = [
    (
        'd',
        "with a day of overlap",
        "the old key is answered for 24 h more",
        86_400,
    ),
    ('n', "now", "the old key is refused at once: it leaked", 0),
];

fn choose_overlap(state: &mut State) -> Vec<Effect> {
    let Some(row) = state.credential() else {
        return Vec::new();
    };
    let name = row.name.clone();
    let mut items: Vec<Item> = OVERLAPS
        .into_iter()
        .map(|(key, label, doc, overlap)| Item {
            key,
            label: label.to_owned(),
            doc: doc.to_owned(),
            work: Work::Rotate(name.clone(), overlap),
        })
        .collect();
    if row.overlap_until.is_some() && row.side == Side::Issued {
        items.push(Item {
            key: 'e',
            label: "end the overlap".to_owned(),
            doc: "the older key is refused from now on".to_owned(),
            work: Work::EndOverlap(name.clone()),
        });
    }
    push(
        state,
        Layer::Menu(Menu {
            title: format!("Rotate the keys of {name}"),
            items,
            selected: 0,
        }),
    )
}

fn choose_route(state: &mut State) -> Vec<Effect> {
    let Some((name, address)) = target(state) else {
        return Vec::new();
    };
    let own = state
        .pointer()
        .and_then(|pointer| pointer.federated.as_ref())
        .map(|federated| federated.route);
    let items = Route::ALL
        .into_iter()
        .map(|route| Item {
            key: route.as_str().chars().next().unwrap_or('?'),
            label: if own == Some(route) {
                format!("{route}  (its own)")
            } else {
                route.to_string()
            },
            doc: match route {
                Route::Endpoint => "this console asks for the URL, seals the query and calls the peer",
                Route::Circuit => "this console fetches the query already sealed, and posts it",
                Route::Relay => "the instance makes the call itself, and answers",
            }
            .to_owned(),
            work: Work::Call(name.clone(), address.clone(), Some(route)),
        })
        .collect();
    let selected = own
        .and_then(|own| Route::ALL.iter().position(|route| *route == own))
        .unwrap_or(0);
    push(
        state,
        Layer::Menu(Menu {
            title: format!("Call {address} by"),
            items,
            selected,
        }),
    )
}

fn federate(state: &mut State) -> Vec<Effect> {
    on_instance(state, None, |state, name| {
        let peers: Vec<String> = state
            .instances
            .rows
            .iter()
            .map(|instance| instance.row.name.to_string())
            .filter(|peer| *peer != name.as_str())
            .collect();
        if peers.is_empty() {
            state.report(
                Level::Warn,
                "there is no other instance to lead to",
                "join one by a handshake (H) or add a remote (a) first",
            );
            return Vec::new();
        }
        push_form(state, |_| Form::federate(&name, peers))
    })
}

fn compose(state: &mut State, argument: Option<&str>) -> Vec<Effect> {
    on_instance(state, None, |state, name| {
        let Some(text) = argument else {
            let query = state.last_query.clone();
            return push_form(state, |_| Form::compose(&name, &query));
        };
        match Query::parse(text.as_bytes()) {
            Ok(query) => vec![begin(state, Work::Invoke(name, query))],
            Err(error) => {
                state.report(Level::Bad, error.to_string(), "nothing was sent");
                Vec::new()
            }
        }
    })
}

/// Sends a line of the log again. Its query may have to be fetched first: then the page opens, and `r` is there.
fn repeat(state: &mut State) -> Vec<Effect> {
    let Some(Layer::Invoke(page)) = state.layers.last() else {
        return open(state);
    };
    match page.entry.as_ref().and_then(repeated) {
        Some(work) => vec![begin(state, work)],
        None => Vec::new(),
    }
}

fn on_tab(state: &mut State, change: impl FnOnce(&mut InvokePage)) -> Vec<Effect> {
    if let Some(Layer::Invoke(page)) = state.layers.last_mut() {
        change(page);
    }
    Vec::new()
}

fn follow_link(state: &mut State) -> Vec<Effect> {
    let peer = state.layers.iter().rev().find_map(|layer| match layer {
        Layer::Pointer(page) => page.leads_to().cloned(),
        _ => None,
    });
    match peer {
        Some(name) => show_pane(state, Pane::Pointers, Some(name.as_str())),
        None => Vec::new(),
    }
}

fn cancel(state: &mut State) -> Vec<Effect> {
    let Some(running) = state.running.pop() else {
        return Vec::new();
    };
    state.report(
        Level::Warn,
        format!("no longer waiting: {}", running.words),
        "it may have been done all the same; the invoke log tells",
    );
    for layer in &mut state.layers {
        if let Layer::Form(form) = layer
            && form.ticket == Some(running.ticket)
        {
            form.ticket = None;
        }
    }
    vec![Effect::Cancel(running.ticket)]
}

fn theme(state: &mut State, argument: Option<&str>) -> Vec<Effect> {
    let names = state.look.catalog.names();
    let current = names.iter().position(|name| *name == state.look.theme.name);
    let next = current.map_or(0, |place| (place + 1) % names.len().max(1));
    let Some(name) = argument
        .map(ToOwned::to_owned)
        .or_else(|| names.get(next).cloned())
    else {
        return Vec::new();
    };
    if !super::take_theme(state, &name) {
        return Vec::new();
    }
    state.look.chosen = true;
    state.report(Level::Info, format!("theme {name}"), "");
    vec![Effect::Remember("theme", name)]
}

/// Leaves without asking.
pub fn leave(state: &mut State) -> Vec<Effect> {
    if matches!(state.phase, Phase::Stopping | Phase::Done) {
        return Vec::new();
    }
    state.layers.clear();
    state.phase = Phase::Stopping;
    vec![Effect::Shutdown]
}
