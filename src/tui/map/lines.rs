//! The signs and the colours that wires are drawn with.

use super::layout::Cell;
use crate::tui::theme::{ASCII, Glyphs, Role};
use crate::workspace::DoorState;

/// Where a wire goes on from a cell.
pub const NORTH: u8 = 1;
pub const EAST: u8 = 2;
pub const SOUTH: u8 = 4;
pub const WEST: u8 = 8;

/// The way from a cell to the one beside it.
pub fn way(from: Cell, to: Cell) -> u8 {
    if to.1 < from.1 {
        NORTH
    } else if to.1 > from.1 {
        SOUTH
    } else if to.0 > from.0 {
        EAST
    } else {
        WEST
    }
}

/// The ways of each cell of a wire: its ends lead on to the boxes.
pub fn ways(wire: &[Cell]) -> Vec<u8> {
    let opposite = |way: u8| match way {
        NORTH => SOUTH,
        SOUTH => NORTH,
        EAST => WEST,
        _ => EAST,
    };
    (0..wire.len())
        .map(|place| {
            let back = place.checked_sub(1).map(|before| way(wire[place], wire[before]));
            let on = wire.get(place + 1).map(|after| way(wire[place], *after));
            match (back, on) {
                (Some(back), Some(on)) => back | on,
                (None, Some(on)) => opposite(on) | on,
                (Some(back), None) => back | opposite(back),
                (None, None) => EAST | WEST,
            }
        })
        .collect()
}

/// The sign for these ways; broken lines for doors that open nothing.
pub fn sign(ways: u8, broken: bool, glyphs: &Glyphs) -> &'static str {
    if *glyphs == ASCII {
        return match (ways, broken) {
            (5, false) => "|",
            (5, true) => ":",
            (10, false) => "-",
            (10, true) => ".",
            _ => "+",
        };
    }
    match (ways, broken) {
        (5, false) => "│",
        (5, true) => "╎",
        (10, false) => "─",
        (10, true) => "╌",
        (3, _) => "╰",
        (6, _) => "╭",
        (9, _) => "╯",
        (12, _) => "╮",
        _ => "┼",
    }
}

/// The head of an arrow.
pub fn head(to_the_right: bool, glyphs: &Glyphs) -> &'static str {
    match (to_the_right, *glyphs == ASCII) {
        (true, false) => "▶",
        (false, false) => "◀",
        (true, true) => ">",
        (false, true) => "<",
    }
}

/// The sign of a state, at the beginning of a wire; none where all is well.
pub fn mark(state: DoorState, glyphs: &Glyphs) -> Option<&'static str> {
    match state {
        DoorState::Active => None,
        DoorState::Due => Some(glyphs.warn),
        DoorState::Waiting => Some(glyphs.changing),
        DoorState::Unknown => Some(glyphs.unknown),
        DoorState::Stale => Some(glyphs.stopped),
        DoorState::Suspended => Some(if *glyphs == ASCII { "=" } else { "‖" }),
        DoorState::Frozen => Some(glyphs.bad),
    }
}

/// How a door looks.
pub fn door_role(state: DoorState) -> Role {
    match state {
        DoorState::Active => Role::Good,
        DoorState::Due => Role::Warn,
        DoorState::Waiting => Role::Changing,
        DoorState::Suspended => Role::Warn,
        DoorState::Frozen => Role::Bad,
        DoorState::Stale | DoorState::Unknown => Role::Faint,
    }
}

/// Whether nothing gets through, as far as is known.
pub fn is_broken(state: DoorState) -> bool {
    !matches!(state, DoorState::Active | DoorState::Due)
}
