//! How parts of a pointer are shown wherever they are.

use crate::model::Route;
use crate::tui::theme::Glyphs;

/// The sign of a route.
pub fn route_glyph(route: Route, glyphs: &Glyphs) -> &'static str {
    match route {
        Route::Endpoint => glyphs.arrow,
        Route::Circuit => glyphs.circuit,
        Route::Relay => glyphs.relay,
    }
}

/// The beginning of a long text, and how long it is.
pub fn shorten(text: &str, most: usize) -> String {
    let length = text.chars().count();
    if length <= most {
        return text.to_owned();
    }
    let start: String = text.chars().take(most).collect();
    format!("{start}… ({length} characters)")
}
