//! The pane with the invoke log.

use super::{table, without_rows};
use crate::tui::clock::duration;
use crate::tui::content::{route_glyph, status_glyph};
use crate::tui::state::{Pane, State};
use crate::tui::theme::Role;
use crate::tui::widgets::draw::Canvas;
use crate::tui::widgets::table::{Cell, Column};
use crate::workspace::LogRow;
use ratatui::layout::Rect;

const LOG: [Column; 8] = [
    Column::fixed("time", 11, 2),
    Column::fixed("", 1, 0),
    Column::growing("instance", 8, 1, 0),
    Column::growing("action", 16, 3, 0),
    Column::fixed("route", 10, 1),
    Column::growing("outcome", 8, 1, 3),
    Column::fixed("pointer", 16, 4),
    Column::fixed("took", 9, 0).right(),
];

pub(super) fn log(state: &State, canvas: &mut Canvas, area: Rect, framed: bool) {
    let list = &state.log;
    if list.rows.is_empty() {
        let empty = if list.text.is_empty() {
            (
                "Nothing was invoked yet",
                "i invokes a pointer, c calls a federated one, I sends any query",
            )
        } else {
            ("Nothing matches", "Backspace shows everything again")
        };
        without_rows(canvas, area, &list.load, empty);
        return;
    }
    table(
        &LOG,
        list.rows.len() as u64,
        list.cursor.top,
        list.cursor.selected,
        state.focus == Pane::Log,
        area,
        framed,
    )
    .draw(canvas, area, |index, canvas| {
        let row = usize::try_from(index).ok().and_then(|place| list.rows.get(place));
        row.map_or_else(Vec::new, |row| log_cells(state, row, canvas))
    });
}

fn log_cells(state: &State, row: &LogRow, canvas: &Canvas) -> Vec<Cell> {
    let dim = canvas.style(Role::Dim);
    let (sign, role) = status_glyph(&row.status, canvas.glyphs);
    let place = state.instances.colour(&row.instance);
    let instance = place.map_or(canvas.style(Role::Base), |place| canvas.theme.instance(place));
    let route = row
        .route
        .map(|route| format!("{} {route}", route_glyph(route, canvas.glyphs)))
        .unwrap_or_default();
    let pointer = row.pointer.as_ref().map(ToString::to_string).unwrap_or_default();
    let outcome = row.code.clone().unwrap_or_else(|| match row.status.as_str() {
        "interpretation_rendered" => "interpreted".to_owned(),
        status => status.to_owned(),
    });
    vec![
        vec![(state.clock.time(row.at), dim)],
        vec![(sign.to_owned(), canvas.style(role))],
        vec![(row.instance.clone(), instance)],
        vec![(row.action.clone(), canvas.style(Role::Base))],
        vec![(route, canvas.style(Role::Route))],
        vec![(outcome, canvas.style(role))],
        vec![(pointer, canvas.style(Role::Address))],
        vec![(duration(row.elapsed_us), dim)],
    ]
}
