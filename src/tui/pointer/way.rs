//! Who calls whom by each route, and who seals: a small picture with a column for each party.

use crate::model::Route;
use crate::tui::theme::{ASCII, Glyphs, Role};
use crate::tui::widgets::draw::width;
use crate::tui::widgets::text::Line;

/// Columns between two parties, at least and at most.
const LANE: (u16, u16) = (21, 36);
/// Columns that the last party's name needs.
const LAST: u16 = 20;

/// Something that travels: from one party to another, with what is said of it.
pub(super) struct Leg {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) says: &'static str,
    /// Whether it is the call that is sealed for the peer.
    pub(super) sealed: bool,
}

const fn leg(from: usize, to: usize, says: &'static str, sealed: bool) -> Leg {
    Leg {
        from,
        to,
        says,
        sealed,
    }
}

/// What travels by a route, in its order: 0 is this console, 1 the instance, 2 the peer.
pub(super) fn legs(route: Route) -> [Leg; 4] {
    match route {
        Route::Endpoint => [
            leg(0, 1, "asks", false),
            leg(1, 0, "the peer's URL", false),
            leg(0, 2, "seals the query itself and calls", true),
            leg(2, 0, "reply, opened by this console", false),
        ],
        Route::Circuit => [
            leg(0, 1, "asks", false),
            leg(1, 0, "sealed query", false),
            leg(0, 2, "posts it, under a fresh token", true),
            leg(2, 0, "reply, opened by this console", false),
        ],
        Route::Relay => [
            leg(0, 1, "asks", false),
            leg(1, 2, "seals and calls", true),
            leg(2, 1, "reply, opened", false),
            leg(1, 0, "reply", false),
        ],
    }
}

/// Draws the legs under the names of the parties. `works` says of each whether it can be expected to.
pub(super) fn picture(
    parties: [Line; 3],
    legs: &[Leg],
    works: impl Fn(&Leg) -> bool,
    glyphs: &Glyphs,
    room: u16,
) -> Vec<Line> {
    let lane = (room.saturating_sub(LAST + 2) / 2).clamp(LANE.0, LANE.1);
    let mut names = Line::of("  ", Role::Base);
    for (place, party) in parties.into_iter().enumerate() {
        let taken: u16 = party.spans.iter().map(|(text, _)| width(text)).sum();
        names.spans.extend(party.spans);
        if place < 2 {
            let gap = usize::from(lane.saturating_sub(taken)).max(1);
            names = names.and(" ".repeat(gap), Role::Base);
        }
    }
    let mut lines = vec![names];
    lines.extend(
        legs.iter()
            .map(|leg| draw(leg, works(leg), glyphs, usize::from(lane))),
    );
    lines
}

fn draw(leg: &Leg, works: bool, glyphs: &Glyphs, lane: usize) -> Line {
    let (left, right) = (leg.from.min(leg.to), leg.from.max(leg.to));
    let forward = leg.from < leg.to;
    let dash = if leg.sealed {
        heavy(glyphs)
    } else {
        glyphs.horizontal
    };
    // The lifelines at both ends stay; between them goes the arrow with its words.
    let room = (right - left) * lane - 1;
    let says: String = leg.says.chars().take(room.saturating_sub(6)).collect();
    let dashes = room.saturating_sub(says.chars().count() + 3);
    let (before, after) = (dashes / 2, dashes - dashes / 2);
    let role = match (works, leg.sealed) {
        (false, _) => Role::Bad,
        (true, true) => Role::Route,
        (true, false) => Role::Dim,
    };
    let head = if works { head(glyphs, forward) } else { glyphs.bad };
    let (start, end) = if forward { (dash, head) } else { (head, dash) };
    let lifeline = |line: Line, gap: usize| {
        line.and(glyphs.vertical, Role::Border)
            .and(" ".repeat(gap), Role::Base)
    };
    let mut line = Line::of("  ", Role::Base);
    for _ in 0..left {
        line = lifeline(line, lane - 1);
    }
    line = line
        .and(glyphs.vertical, Role::Border)
        .and(format!("{start}{}", dash.repeat(before.saturating_sub(1))), role)
        .and(format!(" {says} "), if works { Role::Base } else { Role::Bad })
        .and(format!("{}{end}", dash.repeat(after)), role);
    for place in right..3 {
        let gap = if place < 2 { lane - 1 } else { 0 };
        line = lifeline(line, gap);
    }
    line
}

fn heavy(glyphs: &Glyphs) -> &'static str {
    if *glyphs == ASCII { "=" } else { "═" }
}

fn head(glyphs: &Glyphs, forward: bool) -> &'static str {
    match (*glyphs == ASCII, forward) {
        (true, true) => ">",
        (true, false) => "<",
        (false, true) => "▶",
        (false, false) => "◀",
    }
}
