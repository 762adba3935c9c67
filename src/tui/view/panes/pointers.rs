//! The pane with the pointers.

use super::without_rows;
use crate::model::{InstanceState, Pointer};
use crate::tui::content::route_glyph;
use crate::tui::layout::has_headings;
use crate::tui::state::{Load, Pane, State};
use crate::tui::theme::Role;
use crate::tui::widgets::draw::Canvas;
use crate::tui::widgets::table::{Cell, Column, Table};
use ratatui::layout::Rect;

const POINTERS: [Column; 5] = [
    Column::fixed("address", 16, 0),
    Column::growing("description", 24, 6, 0),
    Column::growing("tags", 10, 1, 2),
    Column::growing("leads to", 9, 1, 1),
    Column::fixed("connection", 17, 3),
];

pub(super) fn pointers(state: &State, canvas: &mut Canvas, area: Rect, framed: bool) {
    let list = &state.pointers;
    if list.instance.is_none() {
        without_rows(
            canvas,
            area,
            &state.instances.load,
            ("No instance is selected", "1 goes to the instances"),
        );
        return;
    }
    if list.total == 0 {
        let stopped = state
            .instances
            .selected()
            .is_some_and(|instance| instance.row.state == InstanceState::Stopped);
        let empty = match (list.is_filtered(), stopped) {
            (true, _) => ("Nothing matches", "Backspace shows everything again"),
            (false, true) => ("The instance is stopped", "1 then s starts it"),
            (false, false) => (
                "No pointers yet",
                "n makes one, F one that leads to another instance",
            ),
        };
        without_rows(canvas, area, &list.load, empty);
        return;
    }
    let focused = state.focus == Pane::Pointers;
    Table {
        columns: &POINTERS,
        total: list.total,
        top: list.top,
        selected: list.selected,
        focused,
        headings: has_headings(area),
        framed,
    }
    .draw(canvas, area, |index, canvas| match list.row(index) {
        Some(pointer) => pointer_cells(state, pointer, list.is_stale(index) && !list.typing, canvas),
        None => vec![vec![("·".repeat(16), canvas.style(Role::Faint))]],
    });
    if let Load::Failed(failure) = &list.load {
        over_last_row(canvas, area, &format!("{}; {}", failure.message, failure.remedy));
    }
}

/// Says on the last row of a pane that what stands above is from before.
pub(super) fn over_last_row(canvas: &mut Canvas, area: Rect, text: &str) {
    let line = Rect::new(area.x, area.bottom().saturating_sub(1), area.width, 1);
    let style = canvas.style(Role::Bar).patch(canvas.style(Role::Bad));
    canvas.fill(line, style);
    let sign = canvas.glyphs.bad;
    canvas.put(
        line.x + 1,
        line.y,
        line.width.saturating_sub(2),
        &format!("{sign} stale: {text}"),
        style,
    );
}

fn pointer_cells(state: &State, pointer: &Pointer, stale: bool, canvas: &Canvas) -> Vec<Cell> {
    let pick = |role| canvas.style(if stale { Role::Faint } else { role });
    let tags: Vec<String> = pointer.tags.iter().map(|tag| format!("#{tag}")).collect();
    let connection = pointer
        .connection_id
        .as_ref()
        .map(ToString::to_string)
        .unwrap_or_default();
    vec![
        vec![(pointer.address.to_string(), pick(Role::Address))],
        vec![(pointer.description.clone(), pick(Role::Base))],
        vec![(tags.join(" "), pick(Role::Tag))],
        leads_to(state, pointer, canvas),
        vec![(connection, pick(Role::Dim))],
    ]
}

/// The sign of the route, and the peer in its colour; for a circuit that stays at home, its sign.
fn leads_to(state: &State, pointer: &Pointer, canvas: &Canvas) -> Cell {
    let style = canvas.style(Role::Route);
    let Some(federated) = &pointer.federated else {
        let is_circuit = pointer.data_reference.starts_with(crate::model::CIRCUIT_PREFIX);
        return if is_circuit {
            vec![(
                format!("{} circuit", canvas.glyphs.circuit),
                canvas.style(Role::Dim),
            )]
        } else {
            Vec::new()
        };
    };
    let peer = state
        .instances
        .rows
        .iter()
        .position(|instance| instance.row.endpoint == federated.endpoint);
    let (name, colour) = match peer {
        Some(place) => (
            state.instances.rows[place].row.name.to_string(),
            canvas.theme.instance(place),
        ),
        None => (federated.endpoint.authority(), canvas.style(Role::Accent)),
    };
    vec![
        (format!("{} ", route_glyph(federated.route, canvas.glyphs)), style),
        (name, colour),
    ]
}
