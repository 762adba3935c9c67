//! What the pointer is.

use super::page::PointerPage;
use super::sheet::{Destination, Sheet};
use crate::command::Id;
use crate::model::{CIRCUIT_PREFIX, Connection, ConnectionStatus, Pointer};
use crate::protocol::data_reference::ReferenceKind;
use crate::tui::content::{field, shorten};
use crate::tui::state::{Load, State};
use crate::tui::theme::{Glyphs, Role};
use crate::tui::widgets::text::{Ink, Line};
use crate::workspace::Failure;

/// Characters of a reference that are shown; the rest is counted.
const LONGEST: usize = 600;

pub(super) fn add_facts(state: &State, page: &PointerPage, sheet: &mut Sheet, room: u16) {
    add_trail(page, sheet, state);
    add_condition(state, page, sheet, room);
    let lines = &mut sheet.lines;
    let description = page.description().unwrap_or("fetching it…");
    let words = if description.is_empty() {
        "(without words)"
    } else {
        description
    };
    field(lines, "description", words, Role::Strong, room);
    field(lines, "address", page.address.as_str(), Role::Address, room);
    let place = state.instances.colour(page.instance.as_str()).unwrap_or(0);
    field(
        lines,
        "instance",
        page.instance.as_str(),
        Ink::Instance(place),
        room,
    );
    let Some(pointer) = page.pointer() else {
        return;
    };
    let tags: Vec<String> = pointer.tags.iter().map(|tag| format!("#{tag}")).collect();
    if tags.is_empty() {
        field(lines, "tags", "none", Role::Dim, room);
    } else {
        field(lines, "tags", &tags.join(" "), Role::Tag, room);
    }
    add_reference(pointer, lines, room);
    add_connection(state, page, pointer, sheet, room);
    if let Some(address) = &pointer.credential_pointer_address {
        let line = sheet.lines.len();
        field(
            &mut sheet.lines,
            "fetched with",
            address.as_str(),
            Role::Address,
            room,
        );
        sheet.link_at(line, Destination::Pointer(address.clone(), None));
    }
    let times = format!(
        "{}, changed {} ({})",
        state.clock.date_time(pointer.created_at),
        state.clock.date_time(pointer.last_modified),
        state.clock.distance(pointer.last_modified),
    );
    field(&mut sheet.lines, "made", &times, Role::Dim, room);
    let coordinates = format!("{:.3}  {:.3}  {:.3}", pointer.x, pointer.y, pointer.z);
    field(&mut sheet.lines, "coordinates", &coordinates, Role::Faint, room);
}

/// Where one came from.
fn add_trail(page: &PointerPage, sheet: &mut Sheet, state: &State) {
    let Some(before) = page.trail.last() else {
        return;
    };
    let steps = match page.trail.len() {
        1 => "1 step".to_owned(),
        many => format!("{many} steps"),
    };
    sheet.lines.push(
        Line::of(format!("{} from ", state.look.glyphs.circuit), Role::Faint)
            .and(before.address.to_string(), Role::Address)
            .and(
                format!("  {}", before.description().unwrap_or_default()),
                Role::Dim,
            )
            .and(format!("   {steps} back"), Role::Faint),
    );
    sheet.lines.push(Line::new());
}

/// Says that what stands below is not, or no longer, the whole truth.
fn add_condition(state: &State, page: &PointerPage, sheet: &mut Sheet, room: u16) {
    let Load::Failed(failure) = &page.load else {
        return;
    };
    let sign = state.look.glyphs.bad;
    let (told, remedy) = match page.is_gone() {
        true => (
            format!("{sign} it is gone: somebody deleted it. What stands here is from before."),
            format!("{} goes back", state.key_for(Id::Back)),
        ),
        false => (format!("{sign} {}", failure.message), remedy_of(state, failure)),
    };
    field(&mut sheet.lines, "not fetched", &told, Role::Bad, room);
    field(&mut sheet.lines, "", &remedy, Role::Dim, room);
    sheet.lines.push(Line::new());
}

fn remedy_of(state: &State, failure: &Failure) -> String {
    format!(
        "{}; {} asks again",
        state.remedy_here(&failure.remedy),
        state.key_for(Id::Refresh)
    )
}

/// What it refers to, and what that means. A circuit's steps have a section of their own; what is sealed is
/// never opened here.
fn add_reference(pointer: &Pointer, lines: &mut Vec<Line>, room: u16) {
    let reference = pointer.data_reference.as_str();
    let kind = ReferenceKind::of(reference);
    let characters = reference.chars().count();
    let shown = match kind {
        ReferenceKind::Sealed(profile) => {
            format!("sealed under the {profile} profile, {characters} characters")
        }
        ReferenceKind::Circuit => format!(
            "{CIRCUIT_PREFIX} {} characters, see below",
            characters - CIRCUIT_PREFIX.len()
        ),
        _ => shorten(reference, LONGEST),
    };
    field(lines, "data", &shown, Role::Base, room);
    let meaning = format!("{}: {}", kind.name(), kind.meaning());
    field(lines, "", &meaning, Role::Dim, room);
}

fn add_connection(state: &State, page: &PointerPage, pointer: &Pointer, sheet: &mut Sheet, room: u16) {
    let Some(id) = &pointer.connection_id else {
        let key = state.key_for(Id::AssignPointer);
        let text = format!("none: {key} assigns it to one, and then it can be invoked");
        field(&mut sheet.lines, "connection", &text, Role::Warn, room);
        return;
    };
    let found = page.detail.as_ref().and_then(|detail| detail.connection.as_ref());
    let line = sheet.lines.len();
    let (text, role) = match found {
        Some(connection) => {
            let (words, role) = connection_state(connection, &state.look.glyphs);
            (format!("{id}  “{}”  {words}", connection.name), role)
        }
        None if page.detail.is_some() => (format!("{id}  (its state may not be seen)"), Role::Dim),
        None => (id.to_string(), Role::Address),
    };
    let role = if role == Role::Good { Role::Address } else { role };
    field(&mut sheet.lines, "connection", &text, role, room);
    sheet.link_at(line, Destination::Connection(id.clone()));
}

/// How a connection stands, with a sign.
pub fn connection_state(connection: &Connection, glyphs: &Glyphs) -> (String, Role) {
    match connection.status {
        ConnectionStatus::Active => (format!("{} active", glyphs.good), Role::Good),
        ConnectionStatus::Disabled => (format!("{} disabled: calls are refused", glyphs.bad), Role::Bad),
    }
}
