//! Keys as text.

use crate::tui::widgets::draw::Canvas;

/// A key, or keys in a row, as the terminal can show them.
pub(super) fn shown(keys: &impl ToString, canvas: &Canvas) -> String {
    let text = keys.to_string();
    if *canvas.glyphs == crate::tui::theme::ASCII {
        return text
            .replace("↑↓", "Up/Down")
            .replace("←→", "Left/Right")
            .replace('⏎', "Enter")
            .replace('⇧', "S-")
            .replace('↑', "Up")
            .replace('↓', "Down")
            .replace('←', "Left")
            .replace('→', "Right");
    }
    text
}
