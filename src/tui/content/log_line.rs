//! What a line of the invoke log says in each of its columns.

use super::route_glyph;
use crate::tui::clock::{bytes, duration};
use crate::tui::state::State;
use crate::tui::widgets::draw::width;
use crate::workspace::LogRow;

/// The texts of a line.
pub struct LogLine {
    pub time: String,
    pub instance: String,
    pub action: String,
    pub route: String,
    pub outcome: String,
    pub pointer: String,
    pub note: String,
    pub size: String,
    pub took: String,
}

impl LogLine {
    /// Those of this one.
    pub fn of(state: &State, row: &LogRow) -> Self {
        let route = row.route.map(|route| {
            let sign = route_glyph(route, &state.look.glyphs);
            format!("{sign} {route}")
        });
        Self {
            time: state.clock.time(row.at),
            instance: row.instance.clone(),
            action: row.action.clone(),
            route: route.unwrap_or_default(),
            outcome: row.code.clone().unwrap_or_else(|| match row.status.as_str() {
                "interpretation_rendered" => "interpreted".to_owned(),
                status => status.to_owned(),
            }),
            pointer: row.pointer.as_ref().map(ToString::to_string).unwrap_or_default(),
            note: row.note.clone().unwrap_or_default(),
            size: match row.reply_bytes {
                0 => String::new(),
                size => bytes(size),
            },
            took: duration(row.elapsed_us),
        }
    }

    /// How wide each column has to be for it; signs and the bar beside the duration always are as wide as they are.
    pub fn needs(&self) -> [u16; 11] {
        [
            width(&self.time),
            1,
            width(&self.instance),
            width(&self.action),
            width(&self.route),
            width(&self.outcome),
            width(&self.pointer),
            width(&self.note),
            width(&self.size),
            width(&self.took),
            1,
        ]
    }
}
