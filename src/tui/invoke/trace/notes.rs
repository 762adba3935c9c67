//! What is to be known of times that are not there.

use super::super::unkept;
use crate::tui::theme::Role;
use crate::tui::widgets::text::{Line, wrap};
use crate::workspace::LogEntry;

/// The notes under the waterfall, none where every hop told its times.
pub(super) fn of(entry: &LogEntry, width: u16) -> Vec<Line> {
    let told = match entry.hops.len() {
        0 => format!("No times were kept of this one. {}", unkept::why(entry)),
        1 if entry.wire.is_empty() => return Vec::new(),
        _ if entry.reply.is_none() && entry.failure.is_some() => {
            "It failed in the last of these phases of the console, or right after it. Whoever gives no sealed reply tells no times."
                .to_owned()
        }
        1 => {
            "The instance told no times of its own: original ones keep none, and the command line asks for them with --trace."
                .to_owned()
        }
        _ => return Vec::new(),
    };
    wrap(&told, width.saturating_sub(1))
        .into_iter()
        .map(|text| Line::of(text, Role::Dim))
        .collect()
}
