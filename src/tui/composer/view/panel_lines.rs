//! The lines of what stands beside the query: help, the dry run, the reply. Nothing is drawn here: keys scroll by how
//! many there are, and those of a reply are made once for a width.

use super::super::layout::areas;
use super::super::state::{Asked, Composer, Panel};
use super::{dry_run, help};
use crate::tui::clock::{bytes, duration};
use crate::tui::content::{failure_lines, status_glyph};
use crate::tui::state::State;
use crate::tui::theme::Role;
use crate::tui::widgets::json::json_lines;
use crate::tui::widgets::text::{Line, wrap};

/// Columns for its text: beside it stand its edge and the scrollbar, with a gap.
pub(super) fn text_room(state: &State, composer: &Composer) -> u16 {
    areas(state, composer)
        .panel
        .map_or(40, |panel| panel.width.saturating_sub(5))
}

/// How many lines the panel has.
pub fn panel_length(state: &State, composer: &Composer) -> usize {
    let room = text_room(state, composer);
    match (composer.panel, &composer.reply) {
        (Panel::Reply, Asked::Here(_)) => composer.reply_lines.1.len(),
        _ => lines(state, composer, room).len(),
    }
}

/// The lines of the panel that is shown, for so many columns.
pub(super) fn lines(state: &State, composer: &Composer, room: u16) -> Vec<Line> {
    let glyphs = &state.look.glyphs;
    let turn = glyphs.spinner[state.tick % 4];
    let prose = |text: &str| -> Vec<Line> {
        wrap(text, room)
            .into_iter()
            .map(|line| Line::of(line, Role::Dim))
            .collect()
    };
    match composer.panel {
        Panel::Help => help::lines(state, composer, glyphs, room),
        Panel::DryRun => match &composer.dry_run {
            Asked::None => prose(
                "^D shows exactly what would be sent, layer by layer: the query, the sealed body, the token's claims, the HTTP request. Nothing is sent.",
            ),
            Asked::Waiting(_) => vec![Line::of(format!("{turn} sealing…"), Role::Changing)],
            Asked::Failed(failure) => failure_lines(state, failure, room),
            Asked::Here(looked) => {
                let is_old = composer.dry_run_of != composer.editor.revision();
                dry_run::lines(looked, is_old, glyphs, room)
            }
        },
        Panel::Reply => match &composer.reply {
            Asked::None => prose(
                "^S sends. The reply comes to stand here, and the query stays where it is, to be edited and sent again.",
            ),
            Asked::Waiting(_) => vec![Line::of(
                format!("{turn} waiting for the reply…   ^X stops waiting"),
                Role::Changing,
            )],
            Asked::Failed(failure) => failure_lines(state, failure, room),
            Asked::Here(_) => composer.reply_lines.1.clone(),
        },
    }
}

/// Makes the lines of the reply for the width of the panel, unless they are made.
pub fn prepare_reply(state: &State, composer: &mut Composer) {
    let room = text_room(state, composer);
    let Asked::Here(arrived) = &composer.reply else {
        return;
    };
    if composer.reply_lines.0 == room {
        return;
    }
    let glyphs = &state.look.glyphs;
    let (glyph, role) = status_glyph(&arrived.status, glyphs);
    let mut lines = vec![
        Line::of(format!("{glyph} {}", arrived.status), role).and(
            format!(
                "  {} {} {} {} {}",
                duration(arrived.elapsed_us),
                glyphs.dot,
                bytes(arrived.bytes),
                glyphs.dot,
                match arrived.log_id {
                    Some(id) => format!("log {id}"),
                    None => "not in the log".to_owned(),
                }
            ),
            Role::Dim,
        ),
        Line::new(),
    ];
    lines.extend(json_lines(&arrived.value, room));
    if arrived.is_cut {
        lines.push(Line::new());
        lines.push(Line::of(
            "Not all of it; the invoke's page has the rest.",
            Role::Warn,
        ));
    }
    composer.reply_lines = (room, lines);
}
