//! What the page about a pointer says: its fields, and where it leads, drawn as a path.

use super::fields::{continued, field, heading};
use super::instance::{health, state_glyph, state_role};
use crate::model::{CIRCUIT_PREFIX, Federated, Pointer, Route};
use crate::tui::layers::PointerPage;
use crate::tui::state::{Load, State};
use crate::tui::theme::{Glyphs, Role};
use crate::tui::widgets::json::json_lines;
use crate::tui::widgets::text::{Ink, Line};
use crate::workspace::PointerDetail;

/// The sign of a route.
pub fn route_glyph(route: Route, glyphs: &Glyphs) -> &'static str {
    match route {
        Route::Endpoint => glyphs.arrow,
        Route::Circuit => glyphs.circuit,
        Route::Relay => glyphs.relay,
    }
}

/// The lines of a pointer's page.
pub fn pointer_lines(state: &State, page: &PointerPage, room: u16) -> Vec<Line> {
    let mut lines = Vec::new();
    let Some(pointer) = page.pointer() else {
        return vec![Line::of("fetching it…", Role::Dim)];
    };
    add_fields(state, page, pointer, &mut lines, room);
    if let Load::Failed(failure) = &page.load {
        field(&mut lines, "not fetched", &failure.message, Role::Bad, room);
        field(&mut lines, "", &failure.remedy, Role::Dim, room);
    }
    if let Some(federated) = &pointer.federated {
        add_path(state, page, federated, &mut lines);
        heading(&mut lines, "What the peer is asked");
        lines.extend(json_lines(&federated.query, room));
    }
    if let Some(detail) = &page.detail {
        add_neighbours(detail, &mut lines);
    }
    lines
}

fn add_fields(state: &State, page: &PointerPage, pointer: &Pointer, lines: &mut Vec<Line>, room: u16) {
    let place = state.instances.colour(page.instance.as_str()).unwrap_or(0);
    field(lines, "description", &pointer.description, Role::Strong, room);
    field(lines, "address", pointer.address.as_str(), Role::Address, room);
    field(
        lines,
        "instance",
        page.instance.as_str(),
        Ink::Instance(place),
        room,
    );
    if !pointer.tags.is_empty() {
        let tags: Vec<String> = pointer.tags.iter().map(|tag| format!("#{tag}")).collect();
        field(lines, "tags", &tags.join(" "), Role::Tag, room);
    }
    if !add_circuit(pointer, lines, room) {
        let shortened = shorten(&pointer.data_reference, 600);
        field(lines, "data", &shortened, Role::Base, room);
    }
    if let Some(connection) = &pointer.connection_id {
        let name = page
            .detail
            .as_ref()
            .and_then(|detail| detail.connection_name.as_deref());
        let text = name.map_or_else(
            || connection.to_string(),
            |name| format!("{connection}  “{name}”"),
        );
        field(lines, "connection", &text, Role::Address, room);
    } else {
        field(
            lines,
            "connection",
            "none: assign it to one before invoking it",
            Role::Warn,
            room,
        );
    }
    if let Some(address) = &pointer.credential_pointer_address {
        field(lines, "credential at", address.as_str(), Role::Address, room);
    }
    let times = format!(
        "{}, changed {}",
        state.clock.date_time(pointer.created_at),
        state.clock.date_time(pointer.last_modified)
    );
    field(lines, "made", &times, Role::Dim, room);
    let coordinates = format!("{:.3}  {:.3}  {:.3}", pointer.x, pointer.y, pointer.z);
    field(lines, "coordinates", &coordinates, Role::Faint, room);
}

/// A circuit is shown as the JSON that it is.
fn add_circuit(pointer: &Pointer, lines: &mut Vec<Line>, room: u16) -> bool {
    let Some(text) = pointer.data_reference.strip_prefix(CIRCUIT_PREFIX) else {
        return false;
    };
    let Ok(mut value) = serde_json::from_str::<serde_json::Value>(text) else {
        return false;
    };
    if let Some(sealed) = value.get_mut("sealed")
        && let Some(body) = sealed.as_str()
    {
        *sealed = shorten(body, 96).into();
    }
    field(lines, "circuit", CIRCUIT_PREFIX, Role::Route, room);
    let indented = json_lines(&value, room.saturating_sub(super::fields::LABEL as u16));
    lines.extend(indented.into_iter().map(continued));
    true
}

/// The path: this instance, the door, the key to it, the peer.
fn add_path(state: &State, page: &PointerPage, federated: &Federated, lines: &mut Vec<Line>) {
    let glyphs = &state.look.glyphs;
    heading(lines, "Where it leads");
    let here = state.instances.index(page.instance.as_str());
    let who = match federated.route {
        Route::Endpoint => "this console asks for the URL and calls it",
        Route::Circuit => "this console fetches the sealed query and posts it",
        Route::Relay => "the instance makes the call itself",
    };
    lines.push(
        instance_line(state, here, page.instance.as_str())
            .and(
                format!("   {} ", route_glyph(federated.route, glyphs)),
                Role::Route,
            )
            .and(federated.route.as_str(), Role::Route)
            .and(format!("  {who}"), Role::Dim),
    );
    let stem = format!("{} ", glyphs.vertical);
    let branch = format!("{}{} ", glyphs.tee[0], glyphs.horizontal);
    lines.push(Line::of(stem.clone(), Role::Border));
    let detail = page.detail.as_ref();
    let connection = detail.and_then(|detail| detail.connection_name.clone());
    lines.push(
        Line::of(branch.clone(), Role::Border)
            .and("connection  ", Role::Dim)
            .and(federated.connection_id.to_string(), Role::Address)
            .and(
                connection.map(|name| format!("  “{name}”")).unwrap_or_default(),
                Role::Base,
            ),
    );
    lines.push(credential_line(state, detail, federated, branch));
    lines.push(Line::of(stem, Role::Border));
    lines.push(peer_line(state, detail, federated));
}

fn instance_line(state: &State, place: Option<usize>, name: &str) -> Line {
    match place.and_then(|place| state.instances.rows.get(place).map(|instance| (place, instance))) {
        Some((place, instance)) => Line::of(
            format!("{} ", state_glyph(instance.row.state, &state.look.glyphs)),
            state_role(instance),
        )
        .and(name, Ink::Instance(state.instances.colour_at(place))),
        None => Line::of(format!("{} ", state.look.glyphs.unknown), Role::Dim).and(name, Role::Base),
    }
}

fn credential_line(
    state: &State,
    detail: Option<&PointerDetail>,
    federated: &Federated,
    branch: String,
) -> Line {
    let line = Line::of(branch, Role::Border).and("credential  ", Role::Dim);
    let Some(name) = detail.and_then(|detail| detail.credential.as_ref()) else {
        let text = match (detail.is_some(), federated.route) {
            (false, _) => "…",
            (true, Route::Relay) => "the instance holds none for it: accept a bundle for it (A)",
            (true, _) => "this console holds none for it: accept a bundle (A)",
        };
        return line.and(text, Role::Warn);
    };
    let row = state.credentials.rows.iter().find(|row| row.name == *name);
    let (verified, role) = match row.map(|row| row.verified) {
        Some(true) => (format!("  {} verified", state.look.glyphs.good), Role::Good),
        Some(false) => (format!("  {} not verified", state.look.glyphs.warn), Role::Warn),
        None => (String::new(), Role::Dim),
    };
    line.and(name.clone(), Role::Base)
        .and(verified, role)
        .and(format!("  {}", federated.profile), Role::Dim)
}

fn peer_line(state: &State, detail: Option<&PointerDetail>, federated: &Federated) -> Line {
    let authority = federated.endpoint.authority();
    match detail.and_then(|detail| detail.leads_to.as_ref()) {
        Some(name) => {
            let place = state.instances.index(name.as_str());
            let state_text = place
                .and_then(|place| state.instances.rows.get(place))
                .map(|instance| format!("   {}", health(instance)))
                .unwrap_or_default();
            instance_line(state, place, name.as_str())
                .and(state_text, Role::Dim)
                .and(format!("   {authority}"), Role::Accent)
        }
        None => Line::of(format!("{} ", state.look.glyphs.unknown), Role::Dim)
            .and(authority, Role::Accent)
            .and("   not in this home", Role::Dim),
    }
}

fn add_neighbours(detail: &PointerDetail, lines: &mut Vec<Line>) {
    heading(lines, "Relationships");
    if detail.neighbors.is_empty() {
        lines.push(Line::of("none stored", Role::Dim));
    }
    for neighbour in &detail.neighbors {
        lines.push(
            Line::of(neighbour.address.to_string(), Role::Address)
                .and(format!("  {}", neighbour.relationship), Role::Base)
                .and(format!("  {:.2}", neighbour.weight), Role::Faint),
        );
    }
}

/// The beginning of a long text, and how long it is.
pub fn shorten(text: &str, most: usize) -> String {
    let length = text.chars().count();
    if length <= most {
        return text.to_owned();
    }
    let start: String = text.chars().take(most).collect();
    format!("{start}… ({length} characters)")
}
