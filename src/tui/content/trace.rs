//! Where the time of a call went, as bars on one axis: hop under hop, phase under phase.

use crate::model::Route;
use crate::protocol::{Hop, PhaseName};
use crate::tui::clock::duration;
use crate::tui::theme::{Role, UNICODE};
use crate::tui::widgets::text::Line;
use crate::workspace::LogEntry;

/// Columns for the names of phases.
const NAMES: usize = 18;
/// Columns for figures.
const FIGURES: usize = 11;

/// The lines of the waterfall.
pub fn trace_lines(entry: &LogEntry, width: u16) -> Vec<Line> {
    if entry.hops.is_empty() {
        return vec![
            Line::of("No hop reported its phases.", Role::Dim),
            Line::new(),
            Line::of(
                "Original instances keep no times; a call from the pointer's page asks for them.",
                Role::Dim,
            ),
        ];
    }
    let places = places(&entry.hops, entry.row.route);
    let end = entry
        .hops
        .iter()
        .zip(&places)
        .map(|(hop, place)| place.start + length(hop))
        .max()
        .unwrap_or(0)
        .max(entry.row.elapsed_us)
        .max(1);
    let room = usize::from(width).saturating_sub(NAMES + FIGURES + 2).max(8);
    let mut lines = vec![axis(end, room), Line::new()];
    for (hop, place) in entry.hops.iter().zip(&places) {
        add_hop(hop, *place, end, room, &mut lines);
        lines.push(Line::new());
    }
    lines.push(legend());
    lines
}

/// How long a hop was at it.
fn length(hop: &Hop) -> u64 {
    hop.phases
        .iter()
        .map(|phase| phase.start_us + phase.duration_us)
        .max()
        .unwrap_or(0)
}

/// Where a hop stands in the picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Place {
    /// When it began, microseconds.
    start: u64,
    /// How many hops it is inside of.
    depth: usize,
}

/// Clocks of different machines are not compared: a hop is put into the middle of the time that its caller
/// spent waiting for it. On routes endpoint and circuit the console calls both instances itself, one after
/// the other; on relay each hop is inside the one before.
fn places(hops: &[Hop], route: Option<Route>) -> Vec<Place> {
    let mut places = vec![Place { start: 0, depth: 0 }];
    let mut within = span(&hops[0], 0);
    for (index, hop) in hops.iter().enumerate().skip(1) {
        let calls_both = matches!(route, Some(Route::Endpoint | Route::Circuit)) && hops.len() > 2;
        let mut depth = index;
        if calls_both && index <= 2 {
            within = span(&hops[0], 2 - index);
            depth = 1;
        } else if calls_both {
            depth = index - 1;
        }
        let start = within.0 + within.1.saturating_sub(length(hop)) / 2;
        places.push(Place { start, depth });
        let inner = span(hop, 0);
        within = (start + inner.0, inner.1);
    }
    places
}

/// When a hop waited for another one, and for how long: its last wait but `before`, or else its execution.
fn span(hop: &Hop, before: usize) -> (u64, u64) {
    let of = |name| {
        let mut phases = hop.phases.iter().rev().filter(move |phase| phase.name == name);
        phases.nth(if name == PhaseName::Wait { before } else { 0 })
    };
    of(PhaseName::Wait)
        .or_else(|| of(PhaseName::Execute))
        .map_or((0, length(hop)), |phase| (phase.start_us, phase.duration_us))
}

fn role_of(name: PhaseName) -> Role {
    match name {
        PhaseName::Seal | PhaseName::Open => Role::PhaseSeal,
        PhaseName::Connect | PhaseName::Tls | PhaseName::Send | PhaseName::Receive => Role::PhaseNet,
        PhaseName::Wait => Role::PhaseWait,
        PhaseName::Authenticate | PhaseName::Authorise | PhaseName::Audit => Role::PhaseCheck,
        PhaseName::Execute => Role::PhaseWork,
    }
}

fn axis(end: u64, room: usize) -> Line {
    let right = duration(end);
    let left = "0";
    let gap = room.saturating_sub(left.len() + right.chars().count());
    Line::of(" ".repeat(NAMES), Role::Faint)
        .and(left, Role::Faint)
        .and(" ".repeat(gap), Role::Faint)
        .and(right, Role::Faint)
}

fn add_hop(hop: &Hop, place: Place, end: u64, room: usize, lines: &mut Vec<Line>) {
    let indent = "  ".repeat(place.depth);
    let arrow = if place.depth == 0 { "" } else { "└ " };
    lines.push(
        Line::of(format!("{indent}{arrow}"), Role::Border)
            .and(hop.instance.clone(), Role::TitleFocus)
            .and(format!("   {}", duration(length(hop))), Role::Dim),
    );
    for phase in &hop.phases {
        let name = format!("{indent}  {}", phase.name.as_str());
        let figure = duration(phase.duration_us);
        let mut line = Line::of(format!("{name:<NAMES$}"), Role::Dim);
        let bar = bar(place.start + phase.start_us, phase.duration_us, end, room);
        let drawn = bar.chars().count();
        line = line
            .and(bar, role_of(phase.name))
            .and(" ".repeat(room.saturating_sub(drawn)), Role::Base)
            .and(format!("{figure:>FIGURES$}"), Role::Base);
        lines.push(line);
    }
}

/// A bar from `start` on, to an eighth of a column; the shortest is still seen.
fn bar(start: u64, length: u64, end: u64, room: usize) -> String {
    let eighths = |micros: u64| {
        let exact = u128::from(micros) * room as u128 * 8 / u128::from(end);
        usize::try_from(exact).unwrap_or(usize::MAX)
    };
    let first = (eighths(start) / 8).min(room.saturating_sub(1));
    let size = eighths(length).clamp(1, (room - first) * 8);
    let mut text = " ".repeat(first);
    text.push_str(&"█".repeat(size / 8));
    if !size.is_multiple_of(8) {
        text.push_str(UNICODE.bars[size % 8 - 1]);
    }
    text
}

fn legend() -> Line {
    Line::of(" ".repeat(NAMES), Role::Base)
        .and("■ ", Role::PhaseSeal)
        .and("seal, open   ", Role::Dim)
        .and("■ ", Role::PhaseNet)
        .and("network   ", Role::Dim)
        .and("■ ", Role::PhaseCheck)
        .and("checks   ", Role::Dim)
        .and("■ ", Role::PhaseWork)
        .and("work   ", Role::Dim)
        .and("■ ", Role::PhaseWait)
        .and("waiting", Role::Dim)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::Phase;

    fn hop(phases: &[(PhaseName, u64, u64)]) -> Hop {
        Hop {
            instance: "x".into(),
            phases: phases
                .iter()
                .map(|(name, start_us, duration_us)| Phase {
                    name: *name,
                    start_us: *start_us,
                    duration_us: *duration_us,
                })
                .collect(),
            next: None,
        }
    }

    #[test]
    fn a_hop_stands_within_the_wait_of_the_one_before() {
        let hops = [
            hop(&[(PhaseName::Seal, 0, 100), (PhaseName::Wait, 100, 1_000)]),
            hop(&[(PhaseName::Execute, 0, 600)]),
            hop(&[(PhaseName::Execute, 0, 200)]),
        ];
        let starts: Vec<u64> = places(&hops, Some(Route::Relay))
            .iter()
            .map(|place| place.start)
            .collect();
        assert_eq!(starts, [0, 300, 500]);
    }

    #[test]
    fn a_console_that_calls_both_has_both_in_waits_of_its_own() {
        let wait = PhaseName::Wait;
        let hops = [
            hop(&[(wait, 0, 100), (wait, 200, 100), (wait, 400, 100)]),
            hop(&[(PhaseName::Execute, 0, 50)]),
            hop(&[(PhaseName::Execute, 0, 20)]),
        ];
        let place = |start, depth| Place { start, depth };
        let expected = [place(0, 0), place(225, 1), place(440, 1)];
        assert_eq!(places(&hops, Some(Route::Endpoint)), expected);
    }

    #[test]
    fn bars_stay_on_the_axis_and_are_never_invisible() {
        assert_eq!(bar(0, 100, 100, 10), "██████████");
        assert_eq!(bar(50, 25, 100, 8), "    ██");
        assert_eq!(bar(99, 0, 100, 10).chars().count(), 10);
        assert_eq!(bar(1_000, 1_000, 100, 10).chars().count(), 10);
    }
}
