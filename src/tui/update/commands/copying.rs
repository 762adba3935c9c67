//! Copying what is selected, for somewhere else: an address, a URL, a name, the command that shows it. Never a secret:
//! what could be one is not among what lists and pages know.

use super::super::concerned::target;
use super::super::on_top::push_menu;
use crate::command::Id;
use crate::tui::domains::Row;
use crate::tui::effect::Effect;
use crate::tui::layers::{Item, Layer};
use crate::tui::state::{Level, State};
use crate::tui::widgets::text::in_one_line;
use crate::workspace::{BulkTarget, Door, Home, InstanceRow, Party, PartyKind, shell_command};

/// Something that can be copied: the key that chooses it, what it is called, and the text itself.
type Offer = (char, &'static str, String);

pub(super) fn copy_pointer(state: &mut State, form: Option<&str>) -> Vec<Effect> {
    if state.layers.is_empty() && !state.pointers.marks.is_empty() {
        return copy_marked(state, form);
    }
    let Some((instance, address)) = target(state) else {
        return Vec::new();
    };
    // Of one that is not known yet there is where it is.
    let pointer = state.pointer();
    let verbs: &[&str] = match pointer.is_some_and(|pointer| pointer.federated.is_some()) {
        true => &["call"],
        false => &["pointer", "show"],
    };
    let words = [verbs, &[instance.as_str(), address.as_str()]].concat();
    let mut offers = vec![('y', "address", address.to_string())];
    offers.extend(pointer.map(|pointer| ('r', "reference", pointer.data_reference.clone())));
    offers.extend(pointer.map(|pointer| ('d', "description", pointer.description.clone())));
    offers.push(('c', "command", shell_command(&home(state), &words)));
    offers.extend(pointer.map(|pointer| {
        let json = serde_json::to_string_pretty(pointer).expect("a pointer can be written as JSON");
        ('s', "json", json)
    }));
    offer(
        state,
        &format!("Copy of {address}"),
        Id::CopyPointer,
        offers,
        form,
    )
}

/// One line for each.
fn copy_marked(state: &mut State, form: Option<&str>) -> Vec<Effect> {
    let marked = state.pointers.marks.targets();
    let lines = |line: &dyn Fn(&BulkTarget) -> String| marked.iter().map(line).collect::<Vec<_>>().join("\n");
    let offers = vec![
        ('y', "address", lines(&|target| target.address.to_string())),
        (
            'c',
            "command",
            lines(&|target| {
                let words = [
                    "pointer",
                    "show",
                    target.instance.as_str(),
                    target.address.as_str(),
                ];
                shell_command(&home(state), &words)
            }),
        ),
    ];
    let title = format!("Copy of {} marked pointers", marked.len());
    offer(state, &title, Id::CopyPointer, offers, form)
}

pub(super) fn copy_instance(state: &mut State, form: Option<&str>) -> Vec<Effect> {
    let Some(instance) = state.instance() else {
        return Vec::new();
    };
    let offers = of_instance(state, &instance.row);
    let title = format!("Copy of {}", instance.row.name);
    offer(state, &title, Id::CopyInstance, offers, form)
}

fn of_instance(state: &State, row: &InstanceRow) -> Vec<Offer> {
    let mut offers = vec![
        ('y', "url", row.endpoint.to_string()),
        ('n', "name", row.name.to_string()),
    ];
    offers.extend(row.instance_id.as_ref().map(|id| ('i', "id", id.to_string())));
    let words = ["instance", "show", row.name.as_str()];
    offers.push(('c', "command", shell_command(&home(state), &words)));
    offers
}

pub(super) fn copy_credential(state: &mut State, form: Option<&str>) -> Vec<Effect> {
    let Some(row) = state.credential() else {
        return Vec::new();
    };
    let mut offers = vec![
        ('y', "name", row.name.clone()),
        ('a', "app-id", row.app_id.to_string()),
    ];
    offers.extend(row.kid.clone().map(|kid| ('i', "key-id", kid)));
    let words = ["credential", "show", row.name.as_str()];
    offers.push(('c', "command", shell_command(&home(state), &words)));
    let title = format!("Copy of {}", row.name);
    offer(state, &title, Id::CopyCredential, offers, form)
}

pub(super) fn copy_domain(state: &mut State, form: Option<&str>) -> Vec<Effect> {
    let Some(Layer::Domains(page)) = state.layers.last() else {
        return Vec::new();
    };
    let named =
        |id: &dyn ToString, name: &str| vec![('y', "id", id.to_string()), ('n', "name", name.to_owned())];
    let offers = match page.selected() {
        Some(Row::Connection(..)) => page.connection().map(|one| named(&one.id, &one.name)),
        Some(Row::Domain(_)) => page.domain().map(|one| named(&one.id, &one.name)),
        Some(Row::Key(domain, place)) => page
            .key(domain, place)
            .map(|key| vec![('y', "id", key.id.clone())]),
        Some(Row::Federation(_, place)) => page
            .tree
            .federations
            .get(place)
            .map(|one| vec![('y', "id", one.id.to_string())]),
        None => None,
    };
    let title = format!("Copy from the domains of {}", page.instance);
    offer(state, &title, Id::CopyDomain, offers.unwrap_or_default(), form)
}

pub(super) fn copy_record(state: &mut State, form: Option<&str>) -> Vec<Effect> {
    let Some(Layer::Audit(trail)) = state.layers.last() else {
        return Vec::new();
    };
    let Some(record) = trail.selected() else {
        return Vec::new();
    };
    let json = serde_json::to_string_pretty(record).expect("a record can be written as JSON");
    let mut offers = vec![('y', "json", json)];
    let who = record.app_id.as_ref().map(ToString::to_string);
    let key = record.kid.as_ref().map(ToString::to_string);
    offers.extend(who.or(key).map(|who| ('w', "who", who)));
    offers.extend(record.subject.clone().map(|about| ('a', "about", about)));
    offers.extend(record.jti.clone().map(|jti| ('t', "token", jti)));
    offers.push(('h', "hash", record.hash.clone()));
    let before = (record.sequence + 1).to_string();
    let words = [
        "audit",
        "list",
        trail.instance.as_str(),
        "--before",
        &before,
        "--limit",
        "1",
    ];
    offers.push(('c', "command", shell_command(&home(state), &words)));
    let title = format!("Copy of record {} of {}", record.sequence, trail.instance);
    offer(state, &title, Id::CopyRecord, offers, form)
}

pub(super) fn copy_party(state: &mut State, form: Option<&str>) -> Vec<Effect> {
    let Some(Layer::Map(map)) = state.layers.last() else {
        return Vec::new();
    };
    let (title, offers) = match (map.party(), map.door()) {
        (Some(party), _) => (format!("Copy of {}", party.name), of_party(state, party)),
        (_, Some(door)) => (format!("Copy of the door of {}", door.app_id), of_door(door)),
        _ => return Vec::new(),
    };
    offer(state, &title, Id::CopyParty, offers, form)
}

pub(super) fn copy_difference(state: &mut State, form: Option<&str>) -> Vec<Effect> {
    let Some(Layer::Difference(page)) = state.layers.last() else {
        return Vec::new();
    };
    let (all, line) = page.texts(&state.clock, &state.look.glyphs);
    let ids = [page.comparison.one.id, page.comparison.other.id].map(|id| id.to_string());
    let words = ["log", "diff", &ids[0], &ids[1]];
    let mut offers = vec![
        ('y', "line", line),
        ('a', "all", all),
        ('c', "command", shell_command(&home(state), &words)),
    ];
    offers.retain(|(.., text)| !text.is_empty());
    let title = format!("Copy of {}", page.title());
    offer(state, &title, Id::CopyDifference, offers, form)
}

/// An instance of this home is copied as in the list of instances; of others there is a name.
fn of_party(state: &State, party: &Party) -> Vec<Offer> {
    let known = match party.kind {
        PartyKind::Local | PartyKind::Remote => state.instances.get(&party.name),
        PartyKind::Console | PartyKind::Caller | PartyKind::Endpoint => None,
    };
    known.map_or_else(
        || vec![('y', "name", party.name.clone())],
        |instance| of_instance(state, &instance.row),
    )
}

fn of_door(door: &Door) -> Vec<Offer> {
    let mut offers: Vec<Offer> = Vec::new();
    offers.extend(door.credentials.first().map(|name| ('y', "name", name.clone())));
    offers.push(('a', "app-id", door.app_id.clone()));
    let gateway = door.gateways.first();
    offers.extend(gateway.map(|gateway| ('g', "connection", gateway.id.clone())));
    offers
}

/// Copies what is named, or the only thing that there is; else lets one be chosen.
fn offer(state: &mut State, title: &str, id: Id, offers: Vec<Offer>, form: Option<&str>) -> Vec<Effect> {
    if let Some(form) = form {
        let found = offers.iter().find(|(_, name, _)| *name == form);
        if let Some((.., text)) = found {
            return vec![Effect::Copy(text.clone())];
        }
        let known: Vec<&str> = offers.iter().map(|(_, name, _)| *name).collect();
        let text = format!("there is no {form:?} to copy of it");
        state.report(Level::Warn, text, format!("take one of {}", known.join(", ")));
        return Vec::new();
    }
    if let [(.., text)] = offers.as_slice() {
        return vec![Effect::Copy(text.clone())];
    }
    let items: Vec<Item> = offers
        .iter()
        .map(|(key, name, text)| Item::run(*key, *name, in_a_line(text), id, Some(name)))
        .collect();
    if items.is_empty() {
        return Vec::new();
    }
    push_menu(state, title.to_owned(), items)
}

/// The beginning of a text, without line ends.
fn in_a_line(text: &str) -> String {
    const LETTERS: usize = 300;
    in_one_line(text).chars().take(LETTERS).collect()
}

fn home(state: &State) -> Home {
    Home::at(&state.home)
}
