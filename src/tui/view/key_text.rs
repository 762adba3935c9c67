//! Keys as text.

use crate::tui::widgets::draw::Canvas;

/// A key, or keys in a row, as the terminal can show them.
pub(super) fn shown(keys: &impl ToString, canvas: &Canvas) -> String {
    canvas.glyphs.spelled_keys(keys)
}
