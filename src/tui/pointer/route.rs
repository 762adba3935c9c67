//! Where a federated pointer leads: who calls whom, and how each stop on the way stands.

use super::facts::connection_state;
use super::page::PointerPage;
use super::sheet::{Destination, Sheet};
use super::way::{Leg, legs, picture};
use crate::model::{ConnectionStatus, Federated, InstanceState, Route};
use crate::tui::content::{heading, health, route_glyph, state_glyph, state_role};
use crate::tui::state::State;
use crate::tui::theme::Role;
use crate::tui::widgets::text::{Ink, Line};
use crate::workspace::CredentialRow;

/// Columns of what a stop is.
const KIND: usize = 13;

pub(super) fn add_route(
    state: &State,
    page: &PointerPage,
    federated: &Federated,
    sheet: &mut Sheet,
    room: u16,
) {
    let glyphs = &state.look.glyphs;
    heading(&mut sheet.lines, "Where it leads");
    let who = match federated.route {
        Route::Endpoint => "this console learns the URL, seals the query and calls",
        Route::Circuit => "this console posts a query that was sealed beforehand",
        Route::Relay => "the instance seals the query and makes the call itself",
    };
    sheet.lines.push(
        Line::of(
            format!("{} {}", route_glyph(federated.route, glyphs), federated.route),
            Role::Route,
        )
        .and(format!("  {who}"), Role::Dim),
    );
    let known = state
        .instances
        .rows
        .iter()
        .find(|instance| instance.row.endpoint == federated.endpoint);
    let peer = known.map_or_else(
        || federated.endpoint.authority(),
        |known| known.row.name.to_string(),
    );
    let parties = [
        Line::of("this console", Role::Strong),
        name(state, page.instance.as_str()),
        name(state, &peer),
    ];
    let lacks_credential = page
        .detail
        .as_ref()
        .is_some_and(|detail| detail.credential.is_none());
    let is_down = |name: &str| {
        state.instances.get(name).is_some_and(|instance| {
            matches!(
                instance.row.state,
                InstanceState::Stopped | InstanceState::Unreachable | InstanceState::Refused
            )
        })
    };
    let reaches = [false, is_down(page.instance.as_str()), is_down(&peer)];
    let connection = page.detail.as_ref().and_then(|detail| detail.connection.as_ref());
    let is_closed = federated.route == Route::Relay
        && connection.is_some_and(|connection| {
            connection.id == federated.connection_id && connection.status == ConnectionStatus::Disabled
        });
    let cannot_seal = lacks_credential || is_closed;
    let works = |leg: &Leg| !(reaches[leg.from] || reaches[leg.to] || leg.sealed && cannot_seal);
    sheet
        .lines
        .extend(picture(parties, &legs(federated.route), works, glyphs, room));
    sheet.lines.push(Line::new());
    add_stop(state, "instance", page.instance.as_str(), "", sheet);
    add_connection(state, page, federated, sheet);
    add_credential(state, page, federated, sheet);
    match known {
        Some(known) => add_stop(
            state,
            "peer",
            known.row.name.as_str(),
            &federated.endpoint.authority(),
            sheet,
        ),
        None => sheet.lines.push(
            Line::of(format!("  {:<KIND$}", "peer"), Role::Dim)
                .and(format!("{} ", glyphs.unknown), Role::Dim)
                .and(federated.endpoint.authority(), Role::Accent)
                .and(
                    "   not in this home: a adds it, so that its state shows",
                    Role::Dim,
                ),
        ),
    }
}

fn name(state: &State, name: &str) -> Line {
    let ink = state
        .instances
        .index(name)
        .map_or(Ink::Role(Role::Accent), Ink::Instance);
    Line::of(name, ink)
}

/// An instance on the way.
fn add_stop(state: &State, kind: &str, name: &str, also: &str, sheet: &mut Sheet) {
    let line = Line::of(format!("  {kind:<KIND$}"), Role::Dim);
    let place = state.instances.index(name);
    let Some((place, instance)) = place.and_then(|place| Some((place, state.instances.rows.get(place)?)))
    else {
        sheet
            .lines
            .push(line.and(format!("{} {name}", state.look.glyphs.unknown), Role::Base));
        return;
    };
    let role = state_role(instance);
    let sign = state_glyph(instance.row.state, &state.look.glyphs);
    let line = line
        .and(format!("{sign} "), role)
        .and(name, Ink::Instance(state.instances.colour_at(place)))
        .and(format!("   {}", health(instance)), role)
        .and(format!("   {also}"), Role::Dim);
    sheet.link(line, Destination::Instance(instance.row.name.clone()));
}

fn add_connection(state: &State, page: &PointerPage, federated: &Federated, sheet: &mut Sheet) {
    let line = Line::of(format!("  {:<KIND$}", "connection"), Role::Dim);
    let found = page
        .detail
        .as_ref()
        .and_then(|detail| detail.connection.as_ref())
        .filter(|connection| connection.id == federated.connection_id);
    let glyphs = &state.look.glyphs;
    let line = match found {
        Some(connection) => {
            let (words, role) = connection_state(connection, glyphs);
            let sign = match connection.status {
                ConnectionStatus::Active => glyphs.good,
                ConnectionStatus::Disabled => glyphs.bad,
            };
            let words = words.trim_start_matches(sign).trim_start().to_owned();
            line.and(format!("{sign} "), role)
                .and(connection.name.clone(), Role::Base)
                .and(format!("   {words}"), role)
                .and(format!("   {}", connection.id), Role::Address)
        }
        None => line
            .and(format!("{} ", glyphs.unknown), Role::Dim)
            .and(federated.connection_id.to_string(), Role::Address)
            .and(
                if page.detail.is_some() {
                    "   its state may not be seen"
                } else {
                    "   …"
                },
                Role::Dim,
            ),
    };
    sheet.link(line, Destination::Connection(federated.connection_id.clone()));
}

fn add_credential(state: &State, page: &PointerPage, federated: &Federated, sheet: &mut Sheet) {
    let glyphs = &state.look.glyphs;
    let line = Line::of(format!("  {:<KIND$}", "credential"), Role::Dim);
    let Some(name) = page.detail.as_ref().and_then(|detail| detail.credential.as_ref()) else {
        let (sign, text, role) = match (page.detail.is_some(), federated.route) {
            (false, _) => (glyphs.unknown, "…", Role::Dim),
            (true, Route::Relay) => (
                glyphs.bad,
                "the instance holds none for it: A accepts a bundle",
                Role::Bad,
            ),
            (true, _) => (
                glyphs.bad,
                "this console holds none for it: A accepts a bundle",
                Role::Bad,
            ),
        };
        sheet.lines.push(line.and(format!("{sign} {text}"), role));
        return;
    };
    let Some(row) = state.credentials.rows().iter().find(|row| row.name == *name) else {
        sheet
            .lines
            .push(line.and(format!("{} {name}", glyphs.unknown), Role::Base));
        return;
    };
    let (sign, role) = match (row.state.is_usable(), row.verified) {
        (true, true) => (glyphs.good, Role::Good),
        (true, false) => (glyphs.warn, Role::Warn),
        (false, _) => (glyphs.bad, Role::Bad),
    };
    let line = line
        .and(format!("{sign} "), role)
        .and(name.clone(), Role::Base)
        .and(format!("   {}", standing(state, row)), role);
    sheet.link(line, Destination::Credential(name.clone()));
    let second = format!(
        "{}{}, {}",
        " ".repeat(KIND + 4),
        federated.profile,
        times(state, row)
    );
    sheet.lines.push(Line::of(second, Role::Dim));
    if let Some(attention) = &row.attention {
        let text = format!("{}{} {attention}", " ".repeat(KIND + 4), glyphs.warn);
        sheet.lines.push(Line::of(text, Role::Warn));
    }
}

fn standing(_: &State, row: &CredentialRow) -> String {
    let verified = if row.verified { "verified" } else { "not verified" };
    format!("{}, {verified}", row.state)
}

/// Lease, last use and what is due, in a few words.
fn times(state: &State, row: &CredentialRow) -> String {
    let clock = &state.clock;
    let mut parts = vec![
        row.expires_at.map_or_else(
            || "lease without end".to_owned(),
            |end| format!("lease ends {}", clock.distance(end)),
        ),
        row.last_used.map_or_else(
            || "never used".to_owned(),
            |used| format!("used {}", clock.distance(used)),
        ),
    ];
    if let Some(due) = row.rotation_due {
        parts.push(format!("to be rotated {}", clock.distance(due)));
    }
    if let Some(until) = row.overlap_until {
        parts.push(format!("older key until {}", clock.date_time(until)));
    }
    parts.join(", ")
}
