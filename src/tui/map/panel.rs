//! What is known of the selected party or door, in words.

use super::lines::{door_role, mark};
use super::state::{Map, Traffic};
use crate::command::Id;
use crate::tui::content::health;
use crate::tui::state::State;
use crate::tui::theme::Role;
use crate::tui::widgets::draw::width;
use crate::tui::widgets::text::{Ink, Line, wrap};
use crate::workspace::{Door, Party, PartyKind};

/// Columns of a label.
const LABEL: usize = 11;

/// Instances that could not be asked of which it is told why; how many more there are is said.
const MOST_MISSING: usize = 2;

/// The lines beside the map, where there is room for more, or below it. What is not on the map for want of an answer is
/// told first; where there is no room for all of it, that is said.
pub fn lines(state: &State, map: &Map, (room, height): (u16, u16), is_beside: bool) -> Vec<Line> {
    let mut lines = missing(state, map, room);
    lines.extend(match (map.party(), map.door()) {
        (Some(party), _) => about_party(state, map, party, is_beside),
        (None, Some(door)) => about_door(state, map, door, room),
        (None, None) => Vec::new(),
    });
    if map.data.doors.is_empty() {
        lines.push(Line::new());
        let text = format!(
            "Nobody can call anybody yet: {} joins two instances.",
            state.key_for(Id::Handshake)
        );
        lines.extend(
            wrap(&text, room)
                .into_iter()
                .map(|text| Line::of(text, Role::Warn)),
        );
    }
    let height = usize::from(height);
    if lines.len() > height {
        let shown = height.saturating_sub(1);
        let more = lines.len() - shown;
        lines.truncate(shown);
        lines.push(Line::of(format!("and {more} more"), Role::Dim));
    }
    lines
}

fn missing(state: &State, map: &Map, room: u16) -> Vec<Line> {
    let warn = state.look.glyphs.warn;
    let all = &map.data.missing;
    let mut lines = Vec::new();
    for missing in all.iter().take(MOST_MISSING) {
        let text = wrap(&format!("{warn} not asked: {missing}"), room);
        lines.extend(text.into_iter().take(2).map(|text| Line::of(text, Role::Warn)));
    }
    if all.len() > MOST_MISSING {
        let more = format!("{warn} and {} more not asked", all.len() - MOST_MISSING);
        lines.push(Line::of(more, Role::Warn));
    }
    lines
}

fn field(lines: &mut Vec<Line>, label: &str, value: &str, ink: impl Into<Ink>, room: u16) {
    let ink = ink.into();
    let room = room.saturating_sub(LABEL as u16).max(8);
    for (place, part) in wrap(value, room).into_iter().enumerate() {
        let label = if place == 0 { label } else { "" };
        lines.push(Line::of(format!("{label:<LABEL$}"), Role::Dim).and(part, ink));
    }
}

fn about_party(state: &State, map: &Map, party: &Party, is_beside: bool) -> Vec<Line> {
    let instance = state.instances.get(&party.name);
    let ink = match (party.kind, state.instances.colour(&party.name)) {
        (PartyKind::Local | PartyKind::Remote, Some(colour)) => Ink::Instance(colour),
        _ => Ink::Role(Role::Strong),
    };
    let kind = match party.kind {
        PartyKind::Console => "what this home holds for itself",
        PartyKind::Caller => "known by the name under which it calls",
        PartyKind::Local => "hosted by this home",
        PartyKind::Remote => "someone else's",
        PartyKind::Endpoint => "known as an endpoint only",
    };
    let mut first = Line::of(party.name.clone(), ink).and(format!("  {kind}"), Role::Dim);
    if let (PartyKind::Local | PartyKind::Remote, Some(instance)) = (party.kind, instance) {
        first = first.and(format!("  {}", health(instance)), Role::Base);
    }
    let mut lines = vec![first];
    let doors = map
        .data
        .doors
        .iter()
        .filter(|door| door.from == party.id || door.to == party.id);
    for door in doors {
        lines.push(door_line(state, map, door, party));
        if is_beside {
            let text = format!("as {}, {}", door.app_id, door.profile);
            lines.push(Line::of(" ".repeat(LABEL + 1), Role::Dim).and(text, Role::Faint));
        }
    }
    if lines.len() == 1 {
        lines.push(Line::of("It calls nobody, and nobody calls it.", Role::Dim));
    }
    lines
}

/// One door of a party: which way, to whom, how it stands, what goes through.
fn door_line(state: &State, map: &Map, door: &Door, party: &Party) -> Line {
    let glyphs = &state.look.glyphs;
    let calls = door.from == party.id;
    let other = if calls { &door.to } else { &door.from };
    let name = map
        .party_of(other)
        .map_or(other.as_str(), |party| party.name.as_str());
    let way = if calls { "calls     " } else { "called by " };
    Line::of(
        format!("{} ", mark(door.state, glyphs).unwrap_or(glyphs.good)),
        door_role(door.state),
    )
    .and(way, Role::Dim)
    .and(format!("{name:<14} "), Role::Base)
    .and(door.state.as_str(), door_role(door.state))
    .and(
        match map.traffic(door) {
            Traffic { calls: 0, .. } => String::new(),
            traffic => format!("  {}", traffic_words(traffic)),
        },
        Role::Accent,
    )
}

/// Calls of the last five minutes, in words.
fn traffic_words(traffic: Traffic) -> String {
    with_failures(format!("{} calls/min", rate(traffic)), traffic)
}

/// The same in so many columns: that some failed is the last thing to be left out.
pub fn traffic_within(traffic: Traffic, room: u16) -> String {
    let short = format!("{}/min", rate(traffic));
    let least = match traffic.errors {
        0 => short.clone(),
        errors => format!("{errors} failed"),
    };
    [traffic_words(traffic), with_failures(short, traffic)]
        .into_iter()
        .find(|words| width(words) <= room)
        .unwrap_or(least)
}

/// Calls a minute over the last five, to a tenth.
fn rate(traffic: Traffic) -> String {
    let tenths = traffic.calls * 2;
    format!("{}.{}", tenths / 10, tenths % 10)
}

fn with_failures(rate: String, traffic: Traffic) -> String {
    match traffic.errors {
        0 => rate,
        errors => format!("{rate}, {errors} failed"),
    }
}

fn about_door(state: &State, map: &Map, door: &Door, room: u16) -> Vec<Line> {
    let name = |id: &str| map.party_of(id).map_or(id.to_owned(), |party| party.name.clone());
    let glyphs = &state.look.glyphs;
    let mut lines = vec![
        Line::of(name(&door.from), Role::Strong)
            .and(format!(" {} ", glyphs.arrow), Role::Dim)
            .and(name(&door.to), Role::Strong)
            .and(
                format!(
                    "   {} {}",
                    mark(door.state, glyphs).unwrap_or(glyphs.good),
                    door.state.as_str()
                ),
                door_role(door.state),
            ),
    ];
    let traffic = map.traffic(door);
    let text = match (traffic.calls, door.uses) {
        (0, None) => "none seen in the last five minutes".to_owned(),
        (0, Some(uses)) => format!("none in the last five minutes, {uses} so far"),
        (_, None) => traffic_words(traffic),
        (_, Some(uses)) => format!("{}, {uses} so far", traffic_words(traffic)),
    };
    field(&mut lines, "traffic", &text, Role::Accent, room);
    if let Some(attention) = &door.attention {
        field(&mut lines, "attention", attention, Role::Warn, room);
    }
    for (place, credential) in door.credentials.iter().enumerate() {
        let label = if place == 0 { "credential" } else { "other end" };
        field(&mut lines, label, credential, Role::Base, room);
    }
    field(
        &mut lines,
        "called as",
        &format!("{}, {}", door.app_id, door.profile),
        Role::Dim,
        room,
    );
    for gateway in &door.gateways {
        let (word, role) = if gateway.open {
            ("open", Role::Good)
        } else {
            ("switched off", Role::Warn)
        };
        field(
            &mut lines,
            "connection",
            &format!("{}, {word}", gateway.name),
            role,
            room,
        );
    }
    lines
}
