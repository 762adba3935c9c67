//! Where everything of the composer is: the query and what stands beside it, or below where there is no room.

use super::state::{Composer, Panel};
use crate::tui::state::State;
use ratatui::layout::Rect;

/// From this width on, the panel stands beside the query.
const BESIDE_FROM: u16 = 100;
/// From this width on, lines have numbers.
const NUMBERS_FROM: u16 = 50;
/// Columns of a line's number.
pub const NUMBERS: u16 = 4;

/// Where everything is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Areas {
    /// As whom, and which way.
    pub header: Rect,
    /// Line numbers and text.
    pub editor: Rect,
    /// Columns that line numbers take.
    pub numbers: u16,
    /// The panel with its tabs, if it is seen.
    pub panel: Option<Rect>,
    /// Whether the panel is on the right of the query, and not below.
    pub beside: bool,
    /// What is wrong, or what the parameter is.
    pub status: Rect,
}

impl Areas {
    /// The areas inside `body`.
    pub fn of(body: Rect, composer: &Composer) -> Self {
        let inner = Rect::new(
            body.x + 1.min(body.width),
            body.y + 1.min(body.height),
            body.width.saturating_sub(2),
            body.height.saturating_sub(2),
        );
        let beside = inner.width >= BESIDE_FROM;
        let header_height = 1.min(inner.height);
        let header = Rect::new(inner.x, inner.y, inner.width, header_height);
        let status_height = u16::from(inner.height > 3);
        let status = Rect::new(
            inner.x,
            inner.bottom() - status_height,
            inner.width,
            status_height,
        );
        let rule = u16::from(inner.height > 6);
        let middle = Rect::new(
            inner.x,
            inner.y + header_height + rule,
            inner.width,
            inner
                .height
                .saturating_sub(header_height + status_height + 2 * rule),
        );
        let numbers = if inner.width >= NUMBERS_FROM { NUMBERS } else { 0 };
        let (editor, panel) = split(middle, beside, composer.panel);
        Self {
            header,
            editor,
            numbers,
            panel,
            beside,
            status,
        }
    }

    /// Columns and rows for text.
    pub fn room(&self) -> (usize, usize) {
        let width = self.editor.width.saturating_sub(self.numbers + 1);
        (usize::from(width), usize::from(self.editor.height))
    }
}

/// Where everything is on the screen as it is.
pub fn areas(state: &State, composer: &Composer) -> Areas {
    Areas::of(state.layout().body, composer)
}

fn split(middle: Rect, beside: bool, panel: Panel) -> (Rect, Option<Rect>) {
    if beside {
        let wide = (middle.width * 9 / 20).max(46);
        let editor = Rect::new(middle.x, middle.y, middle.width - wide, middle.height);
        let panel = Rect::new(editor.right(), middle.y, wide, middle.height);
        return (editor, Some(panel));
    }
    if panel == Panel::Help || middle.height < 8 {
        return (middle, None);
    }
    let above = (middle.height / 3).max(4);
    let editor = Rect::new(middle.x, middle.y, middle.width, above);
    let below = Rect::new(middle.x, editor.bottom(), middle.width, middle.height - above);
    (editor, Some(below))
}
