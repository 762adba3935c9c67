//! What the page about an instance says, and how its state is shown everywhere.

use super::fields::{LABEL, field, heading};
use crate::command::Id;
use crate::model::{InstanceKind, InstanceState, Side};
use crate::tui::clock::{count, duration, latency};
use crate::tui::layers::InstancePage;
use crate::tui::state::{History, Instance, Load, Pace, Sight, State};
use crate::tui::theme::{Glyphs, Role};
use crate::tui::widgets::text::{Ink, Line};
use crate::workspace::{HostedBy, InstanceRow};

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
    let mut lines = Vec::new();
    add_state(state, instance, page, &mut lines, room);
    add_looks(state, instance, &mut lines, room);
    add_troubles(state, instance, &mut lines, room);
    add_place(state, instance, page, &mut lines, room);
    add_credentials(state, instance, page, &mut lines, room);
    lines
}

fn add_state(state: &State, instance: &Instance, page: &InstancePage, lines: &mut Vec<Line>, room: u16) {
    let row = &instance.row;
    let colour = state.instances.colour(row.name.as_str()).unwrap_or(0);
    let glyph = state_glyph(row.state, &state.look.glyphs);
    field(lines, "name", row.name.as_str(), Ink::Instance(colour), room);
    field(
        lines,
        "state",
        &format!("{glyph} {}", health(instance)),
        state_role(instance),
        room,
    );
    if let Some(error) = &row.error {
        field(lines, "last error", error, Role::Bad, room);
    }
    if instance.is_from_before() {
        let since = row.answered_at.map_or_else(
            || "never, as far as this home knows".to_owned(),
            |at| format!("{} ({})", state.clock.date_time(at), state.clock.age(at)),
        );
        field(lines, "last answered", &since, Role::Warn, room);
    }
    field(lines, "kind", &kind(state, row), Role::Base, room);
    if let Some(since) = page.detail.as_ref().and_then(|detail| detail.hosted_since) {
        let text = format!("{} ({})", state.clock.date_time(since), state.clock.age(since));
        field(lines, "hosted since", &text, Role::Base, room);
    }
    if let Some(since) = instance.history.answering_since() {
        let text = format!("every look since {}", state.clock.time(since));
        field(lines, "answered", &text, Role::Base, room);
    }
    if let Some(pointers) = row.pointers {
        field(lines, "pointers", &count(pointers), figure(instance), room);
    }
    if let Some(version) = &row.version {
        field(lines, "version", version, figure(instance), room);
    }
    if let Some(patience) = row.patience_s {
        let key = state.key_for(Id::EditInstance);
        let text = format!("{patience} s for each call ({key} changes it)");
        field(lines, "patience", &text, Role::Base, room);
    }
    if row.read_only {
        let text = format!(
            "{} refused from here: it is read-only ({} allows them)",
            state.look.glyphs.read_only,
            state.key_for(Id::ReadOnly)
        );
        field(lines, "changes", &text, Role::Warn, room);
    }
}

/// How a figure looks that may be from before.
fn figure(instance: &Instance) -> Role {
    if instance.is_from_before() {
        return Role::Faint;
    }
    Role::Base
}

fn kind(state: &State, row: &InstanceRow) -> String {
    match (row.hosted_by, row.kind) {
        (HostedBy::Here, _) => "local, hosted by this console".to_owned(),
        (HostedBy::Other(process), _) => format!("local, hosted by process {process}"),
        (HostedBy::Unknown, _) => {
            "local; who hosts it cannot be told: `butterfly doctor` says why".to_owned()
        }
        (HostedBy::Nobody, InstanceKind::Local) => {
            format!(
                "local, hosted by nobody: {} starts it",
                state.key_for(Id::StartInstance)
            )
        }
        (HostedBy::Nobody, InstanceKind::Remote) => "remote, someone else's".to_owned(),
    }
}

/// How it is looked at, and what the looks came to, as a chart.
fn add_looks(state: &State, instance: &Instance, lines: &mut Vec<Line>, room: u16) {
    heading(lines, "Looks");
    let (text, role) = match instance.pace {
        None => ("not looked at yet".to_owned(), Role::Dim),
        Some(Pace::Waiting) => ("it was asked and takes its time".to_owned(), Role::Changing),
        Some(Pace::Next { failures: 0, .. }) => ("every 4 s or so".to_owned(), Role::Base),
        Some(Pace::Next { at, failures, .. }) => (
            format!(
                "backing off after {failures} in a row that went wrong: next at {} ({} looks now)",
                state.clock.time(at),
                state.key_for(Id::Refresh)
            ),
            Role::Warn,
        ),
    };
    field(lines, "next", &text, role, room);
    let Some((looks, answered, median, longest)) = instance.history.figures() else {
        return;
    };
    let text = format!(
        "{answered} of {looks} answered; median {}, longest {}",
        duration(median),
        duration(longest)
    );
    field(lines, "so far", &text, Role::Base, room);
    lines.extend(chart(&instance.history, &state.look.glyphs, room));
}

/// The newest looks as columns, from 1 ms at the foot to 1 s at the top.
fn chart(history: &History, glyphs: &Glyphs, room: u16) -> Vec<Line> {
    const SCALE: [&str; 4] = ["<1 ms", "10 ms", "100 ms", "1 s"];
    let columns = usize::from(room).saturating_sub(LABEL + 2).min(100);
    let skipped = history.looks().len().saturating_sub(columns);
    let looks: Vec<Sight> = history.looks().skip(skipped).map(|look| look.sight).collect();
    let rows = (0..SCALE.len()).rev();
    rows.map(|row| {
        let mut line = Line::of(format!("{:>width$} ", SCALE[row], width = LABEL - 1), Role::Faint);
        let mut run: Option<(String, Role)> = None;
        for sight in &looks {
            let (sign, role) = piece(*sight, row, glyphs);
            match &mut run {
                Some((text, held)) if *held == role => text.push_str(sign),
                _ => {
                    if let Some((text, role)) = run.replace((sign.to_owned(), role)) {
                        line = line.and(text, role);
                    }
                }
            }
        }
        match run {
            Some((text, role)) => line.and(text, role),
            None => line,
        }
    })
    .collect()
}

/// What stands in one row of one column: rows are two levels high.
fn piece(sight: Sight, row: usize, glyphs: &Glyphs) -> (&'static str, Role) {
    let Some(level) = sight.level().map(usize::from) else {
        return match (row, sight) {
            (0, Sight::Refused) => (glyphs.refused, Role::Bad),
            (0, _) => (glyphs.unreachable, Role::Bad),
            _ => (" ", Role::Base),
        };
    };
    let role = if level >= 5 { Role::Warn } else { Role::Good };
    match level + 1 {
        height if height >= 2 * row + 2 => (glyphs.sparks[7], role),
        height if height == 2 * row + 1 => (glyphs.sparks[3], role),
        _ => (" ", Role::Base),
    }
}

/// What was wrong, newest first.
fn add_troubles(state: &State, instance: &Instance, lines: &mut Vec<Line>, room: u16) {
    if instance.history.troubles().len() == 0 {
        return;
    }
    heading(lines, "What was wrong");
    for trouble in instance.history.troubles().rev() {
        let text = match trouble.times {
            1 => trouble.text.clone(),
            times => format!(
                "{} ({times} times, until {})",
                trouble.text,
                state.clock.time(trouble.last)
            ),
        };
        field(lines, &state.clock.time(trouble.first), &text, Role::Base, room);
    }
}

/// Where it is and what it was told.
fn add_place(state: &State, instance: &Instance, page: &InstancePage, lines: &mut Vec<Line>, room: u16) {
    let row = &instance.row;
    heading(lines, "Where and how");
    field(lines, "endpoint", row.endpoint.as_str(), Role::Accent, room);
    if let Some(id) = &row.instance_id {
        field(lines, "instance id", id.as_str(), Role::Address, room);
    }
    field(lines, "profile", row.profile.as_str(), Role::Base, room);
    let Some(detail) = &page.detail else {
        let (text, role) = match &page.load {
            Load::Failed(failure) => (failure.message.as_str(), Role::Bad),
            _ => ("fetching the rest…", Role::Dim),
        };
        lines.push(Line::of(text, role));
        return;
    };
    match detail.pins.as_slice() {
        [] if row.endpoint.as_str().starts_with("https") => {
            field(
                lines,
                "tls pin",
                "none: certificate authorities decide",
                Role::Base,
                room,
            );
        }
        [] => field(lines, "tls pin", "none: plain HTTP", Role::Base, room),
        pins => {
            for (place, pin) in pins.iter().enumerate() {
                let label = if place == 0 { "tls pin" } else { "spare" };
                field(lines, label, pin, Role::Address, room);
            }
        }
    }
    for (label, value) in &detail.settings {
        field(lines, label, value, Role::Base, room);
    }
    if let Some(folder) = &detail.folder {
        field(lines, "folder", folder, Role::Dim, room);
    }
    field(
        lines,
        "here since",
        &state.clock.date_time(detail.added_at),
        Role::Dim,
        room,
    );
}

/// The credentials that have to do with it, the one that it is called with first.
fn add_credentials(
    state: &State,
    instance: &Instance,
    page: &InstancePage,
    lines: &mut Vec<Line>,
    room: u16,
) {
    let row = &instance.row;
    heading(lines, "Credentials");
    field(lines, "called as", row.app_id.as_str(), Role::Base, room);
    field(lines, "with", &row.credential, Role::Base, room);
    let concerned =
        state.credentials.rows().iter().filter(|credential| {
            credential.instance == page.name.as_str() && credential.name != row.credential
        });
    for credential in concerned {
        let side = match credential.side {
            Side::Issued => "issued by it to ",
            Side::Held => "held to call it as ",
        };
        let mark = if credential.verified {
            state.look.glyphs.good
        } else {
            " "
        };
        lines.push(
            Line::of(format!("{mark} "), Role::Good)
                .and(credential.name.clone(), Role::Base)
                .and(
                    format!("  {side}{}, {}", credential.app_id, credential.state),
                    Role::Dim,
                ),
        );
    }
}
