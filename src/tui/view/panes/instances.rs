//! The pane with the instances.

use super::{table, without_rows};
use crate::model::{InstanceKind, InstanceState};
use crate::tui::clock::{count, latency};
use crate::tui::content::{state_glyph, state_role};
use crate::tui::state::{Instance, Pane, State};
use crate::tui::theme::Role;
use crate::tui::widgets::draw::Canvas;
use crate::tui::widgets::table::{Cell, Column};
use ratatui::layout::Rect;

const INSTANCES: [Column; 5] = [
    Column::fixed("", 1, 0),
    Column::growing("name", 8, 2, 0),
    Column::fixed("state", 11, 2),
    Column::fixed("pointers", 10, 3).right(),
    Column::growing("endpoint", 15, 2, 4),
];

pub(super) fn instances(state: &State, canvas: &mut Canvas, area: Rect, framed: bool) {
    let list = &state.instances;
    if list.rows.is_empty() {
        let empty = (
            "No instances yet",
            "n hosts one here, a adds a remote, :demo makes two",
        );
        without_rows(canvas, area, &list.load, empty);
        return;
    }
    table(
        &INSTANCES,
        list.rows.len() as u64,
        list.cursor.top,
        list.cursor.selected,
        state.focus == Pane::Instances,
        area,
        framed,
    )
    .draw(canvas, area, |index, canvas| {
        let place = usize::try_from(index).unwrap_or(0);
        list.rows
            .get(place)
            .map_or_else(Vec::new, |instance| instance_cells(instance, place, canvas))
    });
}

fn instance_cells(instance: &Instance, place: usize, canvas: &Canvas) -> Vec<Cell> {
    let row = &instance.row;
    let role = state_role(instance);
    let base = canvas.style(if instance.stale { Role::Faint } else { Role::Base });
    let dim = canvas.style(Role::Dim);
    let state = match (row.state, instance.latency_us) {
        (InstanceState::Up, Some(micros)) => format!("up {}", latency(micros)),
        (state, _) => state.to_string(),
    };
    let mut name = vec![(row.name.to_string(), canvas.theme.instance(place))];
    if row.kind == InstanceKind::Remote {
        name.push((" remote".to_owned(), dim));
    }
    if row.read_only {
        name.push((" read-only".to_owned(), canvas.style(Role::Warn)));
    }
    let pointers = row.pointers.map_or_else(|| "–".to_owned(), count);
    vec![
        vec![(
            state_glyph(row.state, canvas.glyphs).to_owned(),
            canvas.style(role),
        )],
        name,
        vec![(state, canvas.style(role))],
        vec![(pointers, base)],
        vec![(row.endpoint.authority(), dim)],
    ]
}
