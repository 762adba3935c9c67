//! Where the time of a call went, as bars on one axis: hop under hop, phase under phase.

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
    let starts = starts(&entry.hops);
    let end = entry
        .hops
        .iter()
        .zip(&starts)
        .map(|(hop, start)| start + length(hop))
        .max()
        .unwrap_or(0)
        .max(entry.row.elapsed_us)
        .max(1);
    let room = usize::from(width).saturating_sub(NAMES + FIGURES + 2).max(8);
    let mut lines = vec![axis(end, room), Line::new()];
    for (depth, (hop, start)) in entry.hops.iter().zip(&starts).enumerate() {
        add_hop(hop, *start, depth, end, room, &mut lines);
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

/// When each hop began. Clocks of different machines are not compared: a hop is put into the middle of the
/// time that the hop before it spent waiting.
fn starts(hops: &[Hop]) -> Vec<u64> {
    let mut starts = Vec::with_capacity(hops.len());
    let mut start = 0;
    for (index, hop) in hops.iter().enumerate() {
        starts.push(start);
        let Some(next) = hops.get(index + 1) else { break };
        let span = waited(hop);
        start += span.0 + span.1.saturating_sub(length(next)) / 2;
    }
    starts
}

/// When a hop began to wait for the next one, and for how long.
fn waited(hop: &Hop) -> (u64, u64) {
    // A caller may wait more than once: for a reference first, then for the answer itself.
    let of = |name| {
        hop.phases
            .iter()
            .filter(|phase| phase.name == name)
            .max_by_key(|phase| phase.duration_us)
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

fn add_hop(hop: &Hop, start: u64, depth: usize, end: u64, room: usize, lines: &mut Vec<Line>) {
    let indent = "  ".repeat(depth);
    let arrow = if depth == 0 { "" } else { "└ " };
    lines.push(
        Line::of(format!("{indent}{arrow}"), Role::Border)
            .and(hop.instance.clone(), Role::TitleFocus)
            .and(format!("   {}", duration(length(hop))), Role::Dim),
    );
    for phase in &hop.phases {
        let name = format!("{indent}  {}", phase.name.as_str());
        let figure = duration(phase.duration_us);
        let mut line = Line::of(format!("{name:<NAMES$}"), Role::Dim);
        let bar = bar(start + phase.start_us, phase.duration_us, end, room);
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
        assert_eq!(starts(&hops), [0, 300, 500]);
    }

    #[test]
    fn bars_stay_on_the_axis_and_are_never_invisible() {
        assert_eq!(bar(0, 100, 100, 10), "██████████");
        assert_eq!(bar(50, 25, 100, 8), "    ██");
        assert_eq!(bar(99, 0, 100, 10).chars().count(), 10);
        assert_eq!(bar(1_000, 1_000, 100, 10).chars().count(), 10);
    }
}
