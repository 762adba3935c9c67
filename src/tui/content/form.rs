//! Where everything of a form stands: on any screen the field with the cursor is seen, with what is said about it.

use super::{inside, window};
use crate::tui::layers::{Form, Kind};
use crate::tui::state::State;
use crate::tui::widgets::text::wrap;
use ratatui::layout::Rect;

/// Lines of a circuit that are shown at least, where there is room.
const LEAST_LINES: usize = 4;
/// Lines above those of a circuit: its label, and what is said about it.
const ABOVE_CIRCUIT: usize = 2;

/// From this width on, lines of a circuit have numbers.
const NUMBERS_FROM: u16 = 30;
/// Columns for the number and the mark of such a line.
pub const CIRCUIT_NUMBERS: u16 = 4;

/// Columns that the numbers of a circuit's lines take.
pub fn circuit_numbers(width: u16) -> u16 {
    if width >= NUMBERS_FROM { CIRCUIT_NUMBERS } else { 0 }
}

/// Columns that are left for the text of a circuit; the last one of all is for the cursor and the scrollbar.
pub fn circuit_room(width: u16) -> usize {
    usize::from(width.saturating_sub(circuit_numbers(width) + 1))
}

/// A form, laid out.
#[derive(Debug, Clone, PartialEq)]
pub struct FormLayout {
    /// The window.
    pub area: Rect,
    /// Where its lines stand.
    pub inner: Rect,
    /// Whether fields have no line of their own for what is said about them.
    pub is_tight: bool,
    /// What a person should know before, in lines; nothing where there is no room for it.
    pub intro: Vec<String>,
    /// What went wrong, in lines.
    pub failure: Vec<String>,
    /// Where each field begins, counted from the first line of all, and how many lines it has.
    pub fields: Vec<(usize, usize)>,
    /// How many of the lines above what stays are hidden.
    pub scroll: usize,
    /// How many lines scroll; what is said about a field in a tight form, and what went wrong, stay below them.
    pub scrolling: usize,
    /// How many of them are seen.
    pub seen: usize,
}

impl FormLayout {
    /// Lays a form out on this screen.
    pub fn of(state: &State, form: &Form) -> Self {
        let room = 78u16.min(state.size.0.saturating_sub(6)).max(20);
        let mut intro = wrap(&form.intro, room);
        let failure: Vec<String> = form.failure.as_ref().map_or_else(Vec::new, |failure| {
            let mut lines = wrap(&failure.message, room);
            lines.extend(wrap(&state.remedy_here(&failure.remedy), room));
            lines
        });
        let count = form.fields.len();
        let text = |form: &Form| form.circuit().map_or(0, |circuit| circuit.editor.lines());
        let least = text(form).min(LEAST_LINES);
        let is_tight = usize::from(state.size.1) < intro.len() + count * 2 + least + failure.len() + 10;
        let step = if is_tight { 1 } else { 2 };
        let gap = usize::from(!failure.is_empty());
        let circuits = usize::from(form.circuit().is_some());
        let others = intro.len()
            + 1
            + (count - circuits) * step
            + circuits * ABOVE_CIRCUIT
            + gap
            + failure.len()
            + usize::from(is_tight);
        // As many lines of a circuit as the screen leaves, and some more to write on.
        let left = usize::from(inside(window(state, room, usize::MAX)).height).saturating_sub(others);
        let wanted = match form.circuit() {
            Some(_) => (text(form) + 1).max(LEAST_LINES).min(left.max(LEAST_LINES)),
            None => 0,
        };
        let area = window(state, room, others + wanted);
        let mut inner = inside(area);
        inner.height = area.bottom().saturating_sub(2).saturating_sub(inner.y);
        let bottom = usize::from(inner.height);
        if is_tight && usize::from(inside(area).height) <= count + intro.len() + wanted {
            intro.clear();
        }
        let below = usize::from(is_tight) + failure.len();
        let seen = bottom.saturating_sub(below).max(1).min(bottom);
        let mut line = match intro.len() {
            0 => 0,
            lines => lines + 1,
        };
        let mut fields = Vec::new();
        for field in &form.fields {
            let lines = match field.kind {
                Kind::Circuit(_) => ABOVE_CIRCUIT + wanted.min(seen),
                _ => step,
            };
            fields.push((line, lines));
            line += lines;
        }
        let (begin, lines) = fields.get(form.at).copied().unwrap_or_default();
        let to_end = (begin + lines).saturating_sub(seen);
        let scroll = match form.fields.get(form.at).map(|field| &field.kind) {
            _ if line <= seen => 0,
            // Of a circuit the lines count, of a field its own line.
            Some(Kind::Circuit(_)) => to_end,
            _ => to_end.min(begin),
        };
        Self {
            area,
            inner,
            is_tight,
            intro,
            failure,
            fields,
            scroll,
            scrolling: line,
            seen,
        }
    }

    /// Where on the screen a line stands that scrolls; none if it is hidden.
    pub fn place(&self, line: usize) -> Option<u16> {
        let row = line.checked_sub(self.scroll).filter(|row| *row < self.seen)?;
        Some(self.inner.y + u16::try_from(row).ok()?)
    }

    /// Where the lines of the circuit in this field are seen: below what is said about it.
    pub fn circuit(&self, field: usize) -> Rect {
        let (begin, lines) = self.fields.get(field).copied().unwrap_or_default();
        let seen: Vec<u16> = (begin + ABOVE_CIRCUIT..begin + lines)
            .filter_map(|line| self.place(line))
            .collect();
        Rect {
            y: seen.first().copied().unwrap_or(self.inner.y),
            height: u16::try_from(seen.len()).unwrap_or(0),
            ..self.inner
        }
    }
}
