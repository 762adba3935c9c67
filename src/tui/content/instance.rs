//! What the page about an instance says, and how its state is shown everywhere.

use super::fields::{field, heading};
use crate::model::InstanceState;
use crate::tui::clock::{count, latency};
use crate::tui::layers::InstancePage;
use crate::tui::state::{Instance, State};
use crate::tui::theme::{Glyphs, Role};
use crate::tui::widgets::text::{Ink, Line};
use crate::workspace::HostedBy;

/// The sign of a state.
pub fn state_glyph(state: InstanceState, glyphs: &Glyphs) -> &'static str {
    match state {
        InstanceState::Up => glyphs.up,
        InstanceState::Stopped => glyphs.stopped,
        InstanceState::Changing => glyphs.changing,
        InstanceState::Unreachable => glyphs.unreachable,
        InstanceState::Refused => glyphs.refused,
        InstanceState::Unknown => glyphs.unknown,
    }
}

/// The role of a state.
pub fn state_role(instance: &Instance) -> Role {
    if instance.stale {
        return Role::Faint;
    }
    match instance.row.state {
        InstanceState::Up => Role::Good,
        InstanceState::Stopped | InstanceState::Unknown => Role::Dim,
        InstanceState::Changing => Role::Changing,
        InstanceState::Unreachable | InstanceState::Refused => Role::Bad,
    }
}

/// State and latency in words: `up, 3 ms`.
pub fn health(instance: &Instance) -> String {
    let mut text = instance.row.state.to_string();
    if let (InstanceState::Up, Some(micros)) = (instance.row.state, instance.latency_us) {
        text.push_str(", ");
        text.push_str(&latency(micros));
    }
    if instance.stale {
        text.push_str(" (stale)");
    }
    text
}

/// The lines of an instance's page.
pub fn instance_lines(state: &State, page: &InstancePage, room: u16) -> Vec<Line> {
    let Some(instance) = state.instances.get(page.name.as_str()) else {
        return vec![Line::of("It is no longer there.", Role::Dim)];
    };
    let row = &instance.row;
    let place = state.instances.index(row.name.as_str()).unwrap_or(0);
    let glyph = state_glyph(row.state, &state.look.glyphs);
    let mut lines = Vec::new();
    field(&mut lines, "name", row.name.as_str(), Ink::Instance(place), room);
    field(
        &mut lines,
        "state",
        &format!("{glyph} {}", health(instance)),
        state_role(instance),
        room,
    );
    if let Some(error) = &row.error {
        field(&mut lines, "last error", error, Role::Bad, room);
    }
    let hosted = match row.hosted_by {
        HostedBy::Here => "local, hosted by this console".to_owned(),
        HostedBy::Other(process) => format!("local, hosted by process {process}"),
        HostedBy::Nobody => match row.kind {
            crate::model::InstanceKind::Local => "local, hosted by nobody: s starts it".to_owned(),
            crate::model::InstanceKind::Remote => "remote, someone else's".to_owned(),
        },
    };
    field(&mut lines, "kind", &hosted, Role::Base, room);
    field(&mut lines, "endpoint", row.endpoint.as_str(), Role::Accent, room);
    field(&mut lines, "profile", row.profile.as_str(), Role::Base, room);
    field(&mut lines, "called as", row.app_id.as_str(), Role::Base, room);
    if let Some(id) = &row.instance_id {
        field(&mut lines, "instance id", id.as_str(), Role::Address, room);
    }
    if let Some(version) = &row.version {
        field(&mut lines, "version", version, Role::Base, room);
    }
    if let Some(pointers) = row.pointers {
        field(&mut lines, "pointers", &count(pointers), Role::Base, room);
    }
    if row.read_only {
        field(
            &mut lines,
            "changes",
            "refused: it is read-only",
            Role::Warn,
            room,
        );
    }
    add_credentials(state, row.name.as_str(), &mut lines);
    lines
}

/// The credentials that have to do with it.
fn add_credentials(state: &State, name: &str, lines: &mut Vec<Line>) {
    let concerned: Vec<_> = state
        .credentials
        .rows
        .iter()
        .filter(|row| row.instance == name)
        .collect();
    heading(lines, "Credentials");
    if concerned.is_empty() {
        lines.push(Line::of("none that concern it", Role::Dim));
    }
    for row in concerned {
        let side = match row.side {
            crate::model::Side::Issued => "issued by it to ",
            crate::model::Side::Held => "held to call it as ",
        };
        let mark = if row.verified { state.look.glyphs.good } else { " " };
        lines.push(
            Line::of(format!("{mark} "), Role::Good)
                .and(row.name.clone(), Role::Base)
                .and(format!("  {side}{}, {}", row.app_id, row.state), Role::Dim),
        );
    }
}
