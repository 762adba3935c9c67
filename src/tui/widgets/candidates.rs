//! What may stand in a line that is typed, as a list above it.

use super::draw::{Canvas, on_overlay, width};
use crate::tui::theme::Role;
use ratatui::layout::Rect;
use ratatui::style::Style;

/// Most rows of the list.
const MOST: usize = 10;
/// Columns that it takes at least.
const NARROWEST: u16 = 20;

/// Something that may stand there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// What is written.
    pub text: String,
    /// What it is, in a sentence.
    pub doc: String,
}

/// One of several candidates was taken; the key that took it takes the next one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cycle {
    /// What stands before it.
    pub before: String,
    /// What stands behind it.
    pub behind: String,
    /// What there is to take.
    pub items: Vec<Candidate>,
    /// Which one is taken.
    pub place: usize,
}

impl Cycle {
    /// Takes the first candidate, or backwards the last; none where there is none.
    pub fn begin(before: &str, behind: &str, items: Vec<Candidate>, forward: bool) -> Option<Self> {
        let last = items.len().checked_sub(1)?;
        Some(Self {
            before: before.to_owned(),
            behind: behind.to_owned(),
            place: if forward { 0 } else { last },
            items,
        })
    }

    /// Takes the next candidate, or the one before.
    pub fn step(mut self, forward: bool) -> Self {
        let total = self.items.len();
        let step = if forward { 1 } else { total - 1 };
        self.place = (self.place + step) % total;
        self
    }

    /// The line up to the end of what is taken, where the cursor stands then.
    pub fn written(&self) -> String {
        format!("{}{}", self.before, self.items[self.place].text)
    }
}

/// Draws the list at the foot of the room that there is, beginning in the column of the word that it completes.
pub fn draw_candidates(
    canvas: &mut Canvas,
    room: Rect,
    column: u16,
    items: &[Candidate],
    selected: Option<usize>,
) {
    if items.is_empty() || room.width < NARROWEST || room.height == 0 {
        return;
    }
    let rows = items.len().min(MOST).min(usize::from(room.height));
    let names = items
        .iter()
        .map(|item| width(&item.text))
        .max()
        .unwrap_or(0)
        .min(48);
    let docs = items.iter().map(|item| width(&item.doc)).max().unwrap_or(0);
    let wide = (names + docs + 5).clamp(NARROWEST, room.width);
    let height = u16::try_from(rows).unwrap_or(u16::MAX);
    let x = (room.x + 1 + column).min(room.right() - wide);
    let area = Rect::new(x, room.bottom() - height, wide, height);
    let ground = canvas.style(Role::Overlay);
    canvas.fill(area, ground);
    let top = selected
        .unwrap_or(0)
        .saturating_sub(rows / 2)
        .min(items.len() - rows);
    let (name, doc) = (on_overlay(canvas, Role::Strong), on_overlay(canvas, Role::Dim));
    for (row, (place, item)) in (0..height).zip(items.iter().enumerate().skip(top)) {
        let y = area.y + row;
        canvas.put(area.x + 1, y, names, &item.text, name);
        let used = names + 3;
        canvas.put(
            area.x + used,
            y,
            area.width.saturating_sub(used + 1),
            &item.doc,
            doc,
        );
        if Some(place) == selected {
            let mark = Style {
                fg: None,
                ..canvas.style(Role::Selected)
            };
            canvas.tint(Rect::new(area.x, y, area.width, 1), mark);
        }
    }
    canvas.scrollbar(area, top as u64, items.len() as u64);
}
