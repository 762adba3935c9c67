//! The pane with the pointers.

use super::rows::without_rows;
use crate::command::Id;
use crate::model::{InstanceState, Pointer, PointerPart, Timestamp, matched_places};
use crate::tui::clock::count;
use crate::tui::content::route_glyph;
use crate::tui::layout::has_headings;
use crate::tui::state::{Load, Pane, Pointers, Source, State};
use crate::tui::theme::Role;
use crate::tui::widgets::draw::{Canvas, width};
use crate::tui::widgets::table::{Cell, Column, Table};
use crate::workspace::{ListRemark, PointerColumn};
use ratatui::layout::Rect;
use ratatui::style::Style;

/// From then on an instance that owes an answer is called slow.
const SLOW_SECONDS: i64 = 1;

pub(super) fn pointers(state: &State, canvas: &mut Canvas, area: Rect, framed: bool) {
    let list = &state.pointers;
    if list.instance.is_none() && !list.merged {
        without_rows(
            state,
            canvas,
            area,
            &state.instances.load,
            ("No instance is selected", "1 goes to the instances"),
        );
        return;
    }
    if list.total == 0 {
        let load = match list.sources() {
            [] if list.is_filtered() => &Load::Ready,
            _ => &list.load,
        };
        let (nothing, way) = nothing(state);
        without_rows(state, canvas, area, load, (nothing, &way));
    } else {
        draw_table(state, canvas, area, framed);
    }
    draw_notes(state, canvas, area, framed);
}

fn nothing(state: &State) -> (&'static str, String) {
    let list = &state.pointers;
    let stopped = state
        .instances
        .selected()
        .is_some_and(|instance| instance.row.state == InstanceState::Stopped);
    match (list.is_filtered(), stopped && !list.merged) {
        (true, _) => (
            "Nothing matches",
            format!("{} shows everything again", state.key_for(Id::ClearFilter)),
        ),
        (false, true) => (
            "The instance is stopped",
            format!(
                "{} then {} starts it",
                state.key_for(Id::ShowInstances),
                state.key_for(Id::StartInstance)
            ),
        ),
        (false, false) => (
            "No pointers yet",
            format!(
                "{} makes one, {} one that leads to another instance",
                state.key_for(Id::NewPointer),
                state.key_for(Id::Federate)
            ),
        ),
    }
}

fn draw_table(state: &State, canvas: &mut Canvas, area: Rect, framed: bool) {
    let list = &state.pointers;
    let chosen = list.columns.table(list.merged);
    let columns: Vec<Column> = chosen.iter().map(|(_, column)| *column).collect();
    let headings = has_headings(area);
    Table {
        columns: &columns,
        total: list.total,
        top: list.top,
        selected: list.selected,
        focused: state.focus == Pane::Pointers,
        headings,
        framed,
        fits: false,
    }
    .draw(canvas, area, |index, canvas| {
        let Some(pointer) = list.row(index) else {
            return vec![vec![("·".repeat(16), canvas.style(Role::Faint))]];
        };
        let stale = list.is_stale(index) && !list.typing;
        let row = Row {
            state,
            pointer,
            index,
            stale,
        };
        chosen.iter().map(|(kind, _)| row.cell(*kind, canvas)).collect()
    });
    draw_marks(list, canvas, area, headings);
}

/// A sign at the left edge of each row that is marked: it tells that without colour.
fn draw_marks(list: &Pointers, canvas: &mut Canvas, area: Rect, headings: bool) {
    if list.marks.is_empty() {
        return;
    }
    let first = area.y + u16::from(headings && area.height > 1);
    let style = canvas.style(Role::Accent);
    for y in first..area.bottom() {
        let index = list.top + u64::from(y - first);
        if list
            .target(index)
            .is_some_and(|target| list.marks.contains(&target))
        {
            let ground = canvas.buffer[(area.x, y)].style();
            let sign = canvas.glyphs.flag;
            canvas.put(area.x, y, 1, sign, ground.patch(style));
        }
    }
}

struct Row<'a> {
    state: &'a State,
    pointer: &'a Pointer,
    index: u64,
    stale: bool,
}

impl Row<'_> {
    fn cell(&self, kind: PointerColumn, canvas: &Canvas) -> Cell {
        let pointer = self.pointer;
        match kind {
            PointerColumn::Instance => self.instance(canvas),
            PointerColumn::Address => self.matched(
                PointerPart::Address,
                pointer.address.as_str(),
                Role::Address,
                canvas,
            ),
            PointerColumn::Description => {
                self.matched(PointerPart::Description, &pointer.description, Role::Base, canvas)
            }
            PointerColumn::Tags => self.tags(canvas),
            PointerColumn::LeadsTo => leads_to(self.state, pointer, canvas),
            PointerColumn::Connection => {
                let id = pointer.connection_id.as_ref().map(ToString::to_string);
                self.matched(
                    PointerPart::Connection,
                    &id.unwrap_or_default(),
                    Role::Dim,
                    canvas,
                )
            }
            PointerColumn::Reference => {
                self.matched(PointerPart::Reference, &pointer.data_reference, Role::Dim, canvas)
            }
            PointerColumn::Created => self.moment(pointer.created_at, canvas),
            PointerColumn::Modified => self.moment(pointer.last_modified, canvas),
        }
    }

    fn style(&self, role: Role, canvas: &Canvas) -> Style {
        canvas.style(if self.stale { Role::Faint } else { role })
    }

    fn moment(&self, moment: Timestamp, canvas: &Canvas) -> Cell {
        vec![(self.state.clock.date_time(moment), self.style(Role::Dim, canvas))]
    }

    /// A tile in the instance's colour, and its name.
    fn instance(&self, canvas: &Canvas) -> Cell {
        let Some(name) = self.state.pointers.instance_of(self.index) else {
            return Vec::new();
        };
        let place = self.state.instances.index(name.as_str()).unwrap_or(0);
        let colour = canvas.theme.instance(place);
        vec![
            (format!("{} ", canvas.glyphs.mark), colour),
            (
                name.to_string(),
                if self.stale {
                    canvas.style(Role::Faint)
                } else {
                    colour
                },
            ),
        ]
    }

    fn tags(&self, canvas: &Canvas) -> Cell {
        let mut cell = Cell::new();
        for (place, tag) in self.pointer.tags.iter().enumerate() {
            let sign = if place == 0 { "#" } else { " #" };
            cell.push((sign.to_owned(), self.style(Role::Tag, canvas)));
            cell.extend(self.matched(PointerPart::Tag, tag, Role::Tag, canvas));
        }
        cell
    }

    /// A text with what the filter found in it set off.
    fn matched(&self, part: PointerPart, text: &str, role: Role, canvas: &Canvas) -> Cell {
        let style = self.style(role, canvas);
        let filter = &self.state.pointers.terms;
        if filter.is_empty() || self.stale {
            return vec![(text.to_owned(), style)];
        }
        let found = style.patch(canvas.style(Role::Match));
        let mut cell = Cell::new();
        let mut from = 0;
        for place in matched_places(filter, part, text) {
            cell.push((text[from..place.start].to_owned(), style));
            cell.push((text[place.clone()].to_owned(), found));
            from = place.end;
        }
        cell.push((text[from..].to_owned(), style));
        cell.retain(|(text, _)| !text.is_empty());
        cell
    }
}

/// What keeps the list from being whole, instance by instance: at the lower edge of the pane.
fn draw_notes(state: &State, canvas: &mut Canvas, area: Rect, framed: bool) {
    let list = &state.pointers;
    if let (false, Load::Failed(failure)) = (list.merged, &list.load) {
        if list.total > 0 {
            over_last_row(canvas, area, &state.failure_in_line(failure));
        }
        return;
    }
    let notes: Vec<(String, Role)> = list
        .sources()
        .iter()
        .filter_map(|source| note(state, source))
        .collect();
    if notes.is_empty() || area.height < 2 {
        return;
    }
    let y = if framed { area.bottom() } else { area.bottom() - 1 };
    let room = area.width.saturating_sub(3);
    let mut x = area.x + 1;
    for (text, role) in notes {
        let left = (area.x + room).saturating_sub(x);
        if left < 8 {
            break;
        }
        let style = canvas.style(role);
        x += canvas.put(x, y, left.min(width(&text)), &text, style) + 1;
    }
}

fn note(state: &State, source: &Source) -> Option<(String, Role)> {
    let name = &source.name;
    if let Load::Failed(failure) = &source.load {
        return Some((format!(" {name}: {} ", failure.message), Role::Bad));
    }
    if let Some(asked_at) = source.asked_at {
        let seconds = state.clock.now().as_seconds() - asked_at.as_seconds();
        if seconds >= SLOW_SECONDS {
            return Some((format!(" {name}: no answer, {seconds} s "), Role::Warn));
        }
    }
    if source.held {
        let key = state.key_for(Id::Top);
        return Some((format!(" {name} is there now: {key} shows it "), Role::Accent));
    }
    match source.remark.as_ref()? {
        ListRemark::DoneHere => Some((format!(" {name}: filtered and sorted here "), Role::Dim)),
        ListRemark::Among(rows) => Some((
            format!(" {name}: only its first {} were looked at ", count(*rows)),
            Role::Warn,
        )),
        ListRemark::Unreadable { count: hidden, rows } => Some((
            format!(" {name}: {} cannot be read: {rows} ", count(*hidden)),
            Role::Warn,
        )),
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
            canvas.theme.instance(state.instances.colour_at(place)),
        ),
        None => (federated.endpoint.authority(), canvas.style(Role::Accent)),
    };
    vec![
        (format!("{} ", route_glyph(federated.route, canvas.glyphs)), style),
        (name, colour),
    ]
}
