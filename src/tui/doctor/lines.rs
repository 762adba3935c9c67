//! What the page says, as lines.

use super::state::{Doctor, Place};
use crate::command::Id;
use crate::tui::clock::count;
use crate::tui::state::State;
use crate::tui::theme::{Glyphs, Role};
use crate::tui::widgets::text::{Ink, Line, wrap};
use crate::workspace::{Observation, Severity};

/// Columns that the names of checks take.
const CHECK: usize = 16;
/// Columns before what was found: a sign, and the check.
const BEFORE: u16 = CHECK as u16 + 4;

/// The lines of the page.
pub fn lines(state: &State, doctor: &Doctor, room: u16) -> Vec<Line> {
    let mut lines = vec![summary(state, doctor)];
    if doctor.looked_at.is_none() {
        let text = "At the home and its files, the vault, every instance with its databases and audit trail, the remotes, this machine and this terminal. Nothing is changed.";
        lines.push(Line::new());
        lines.extend(wrap(text, room).into_iter().map(|line| Line::of(line, Role::Dim)));
        return lines;
    }
    let names: Vec<&str> = state
        .instances
        .rows
        .iter()
        .map(|instance| instance.row.name.as_str())
        .collect();
    for place in doctor.places(&names) {
        add_place(state, doctor, &place, &mut lines, room);
    }
    if !doctor.all && doctor.count(Severity::Ok) > 0 {
        let key = state.key_for(Id::DoctorAll);
        lines.push(Line::new());
        lines.push(Line::of(
            format!("{key} shows what is as it should be, too."),
            Role::Dim,
        ));
    }
    lines
}

/// How much was looked at and what came of it, or that it is under way.
fn summary(state: &State, doctor: &Doctor) -> Line {
    let glyphs = &state.look.glyphs;
    let mut line = Line::new();
    if doctor.looking {
        let turn = glyphs.spinner[state.tick % 4];
        line = line.and(format!("{turn} looking at everything…   "), Role::Changing);
    }
    let Some(at) = doctor.looked_at else {
        return line;
    };
    let worse = [Severity::Fault, Severity::Warning, Severity::Hint];
    let found: Vec<(Severity, usize)> = worse
        .into_iter()
        .map(|severity| (severity, doctor.count(severity)))
        .filter(|(_, times)| *times > 0)
        .collect();
    if found.is_empty() {
        line = line.and(format!("{} nothing is wrong", glyphs.good), Role::Good);
    }
    for (place, (severity, times)) in found.into_iter().enumerate() {
        let gap = if place == 0 { "" } else { "   " };
        let (sign, role) = look_of(severity, glyphs);
        line = line.and(format!("{gap}{sign} {}", words(severity, times)), role);
    }
    let looked_at = count(doctor.found.len() as u64);
    line.and(
        format!("   {looked_at} looked at, {}", state.clock.time(at)),
        Role::Dim,
    )
}

fn words(severity: Severity, times: usize) -> String {
    let many = if times == 1 { "" } else { "s" };
    format!("{times} {}{many}", severity.as_str())
}

/// The sign and the role of how bad something is.
fn look_of(severity: Severity, glyphs: &Glyphs) -> (&'static str, Role) {
    match severity {
        Severity::Ok => (glyphs.good, Role::Good),
        Severity::Hint => (glyphs.dot, Role::Accent),
        Severity::Warning => (glyphs.warn, Role::Warn),
        Severity::Fault => (glyphs.bad, Role::Bad),
    }
}

fn add_place(state: &State, doctor: &Doctor, place: &Place, lines: &mut Vec<Line>, room: u16) {
    let shown = place
        .found
        .iter()
        .filter(|one| doctor.all || one.severity != Severity::Ok);
    let shown: Vec<&&Observation> = shown.collect();
    let ink = match state.instances.colour(place.name) {
        Some(colour) if place.is_instance => Ink::Instance(colour),
        _ => Ink::Role(Role::TitleFocus),
    };
    lines.push(Line::new());
    let heading = Line::of(place.name, ink);
    if shown.is_empty() {
        let sign = state.look.glyphs.good;
        let text = format!("  {sign} nothing is wrong, {} looked at", place.found.len());
        lines.push(heading.and(text, Role::Good));
        return;
    }
    lines.push(heading);
    for one in shown {
        add_observation(state, place, one, lines, room);
    }
}

/// One finding: what was looked at, what was found, and below it what to do.
fn add_observation(state: &State, place: &Place, one: &Observation, lines: &mut Vec<Line>, room: u16) {
    let (sign, role) = look_of(one.severity, &state.look.glyphs);
    let found = if place.is_instance {
        one.message.clone()
    } else {
        format!("{}: {}", one.subject, one.message)
    };
    let text = if one.severity == Severity::Ok {
        Role::Dim
    } else {
        Role::Base
    };
    let check = one.check.replace('_', " ");
    for (index, part) in wrap(&found, room.saturating_sub(BEFORE)).into_iter().enumerate() {
        let line = match index {
            0 => Line::of(format!("{sign} "), role).and(format!("{check:<CHECK$}  "), Role::Dim),
            _ => Line::of(" ".repeat(usize::from(BEFORE)), Role::Dim),
        };
        lines.push(line.and(part, text));
    }
    if one.remedy.is_empty() {
        return;
    }
    let arrow = state.look.glyphs.arrow;
    let remedy = wrap(&state.remedy_here(&one.remedy), room.saturating_sub(BEFORE + 2));
    for (index, part) in remedy.into_iter().enumerate() {
        let before = if index == 0 { arrow } else { " " };
        lines.push(
            Line::of(" ".repeat(usize::from(BEFORE)), Role::Dim)
                .and(format!("{before} "), Role::Faint)
                .and(part, Role::Good),
        );
    }
}
