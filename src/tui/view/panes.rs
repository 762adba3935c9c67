//! The four panes.

use crate::model::{InstanceKind, InstanceState, Pointer, Side, Timestamp};
use crate::tui::clock::{Clock, count, duration, latency};
use crate::tui::content::{route_glyph, state_glyph, state_role, status_glyph};
use crate::tui::layout::{Layout, has_headings};
use crate::tui::state::{Instance, Load, Pane, State};
use crate::tui::theme::Role;
use crate::tui::widgets::draw::{Canvas, width};
use crate::tui::widgets::table::{Cell, Column, Table};
use crate::tui::widgets::text::wrap;
use crate::workspace::{CredentialRow, LogRow};
use ratatui::layout::Rect;
use ratatui::style::Style;

const INSTANCES: [Column; 5] = [
    Column::fixed("", 1, 0),
    Column::growing("name", 8, 2, 0),
    Column::fixed("state", 11, 2),
    Column::fixed("pointers", 10, 3).right(),
    Column::growing("endpoint", 15, 2, 4),
];
const POINTERS: [Column; 5] = [
    Column::fixed("address", 16, 0),
    Column::growing("description", 24, 6, 0),
    Column::growing("tags", 10, 1, 2),
    Column::growing("leads to", 9, 1, 1),
    Column::fixed("connection", 17, 3),
];
const CREDENTIALS: [Column; 7] = [
    Column::fixed("", 1, 0),
    Column::growing("name", 18, 3, 0),
    Column::fixed("side", 6, 1),
    Column::growing("instance", 7, 1, 2),
    Column::fixed("state", 9, 0),
    Column::fixed("last used", 11, 4),
    Column::fixed("lease", 11, 5),
];
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

/// Draws those that have room.
pub fn draw(state: &State, canvas: &mut Canvas, layout: &Layout) {
    for pane in Pane::ALL {
        let area = layout.panes[pane.index()];
        if area.height == 0 || area.width == 0 {
            continue;
        }
        draw_title(state, canvas, layout, pane, area);
        let inner = layout.inner(pane);
        if inner.height == 0 {
            continue;
        }
        match pane {
            Pane::Instances => instances(state, canvas, inner, layout.framed),
            Pane::Pointers => pointers(state, canvas, inner, layout.framed),
            Pane::Credentials => credentials(state, canvas, inner, layout.framed),
            Pane::Log => log(state, canvas, inner, layout.framed),
        }
    }
}

fn draw_title(state: &State, canvas: &mut Canvas, layout: &Layout, pane: Pane, area: Rect) {
    let focused = state.focus == pane;
    let (border, title) = if focused {
        (Role::BorderFocus, Role::TitleFocus)
    } else {
        (Role::Border, Role::Title)
    };
    let (border, title) = (canvas.style(border), canvas.style(title));
    if layout.framed {
        canvas.frame(area, border);
    } else {
        canvas.rule(area.x, area.y, area.width, border);
    }
    let x = area.x + 2;
    let key = canvas.style(if focused { Role::Key } else { Role::Faint });
    let mut used = canvas.put(
        x,
        area.y,
        area.width.saturating_sub(4),
        &format!(" {} ", pane.index() + 1),
        key,
    );
    used += canvas.put(
        x + used,
        area.y,
        area.width.saturating_sub(4 + used),
        &format!("{} ", pane.title()),
        title,
    );
    used += draw_subtitle(state, canvas, pane, x + used, area);
    let note = note(state, pane);
    let wide = width(&note);
    if !note.is_empty() && x + used + wide + 3 < area.right() {
        let style = canvas.style(Role::Dim);
        canvas.put(
            area.right() - wide - 3,
            area.y,
            wide + 2,
            &format!(" {note} "),
            style,
        );
    }
}

/// Beside the title: whose pointers, and filtered by what.
fn draw_subtitle(state: &State, canvas: &mut Canvas, pane: Pane, x: u16, area: Rect) -> u16 {
    let room = area.right().saturating_sub(x + 14);
    let mut spans: Vec<(String, Style)> = Vec::new();
    match pane {
        Pane::Pointers => {
            if let Some(name) = &state.pointers.instance {
                let place = state.instances.index(name.as_str()).unwrap_or(0);
                let of = canvas.style(Role::Faint);
                spans.push(("of ".to_owned(), of));
                spans.push((format!("{name} "), canvas.theme.instance(place)));
            }
            if state.pointers.federated_only {
                spans.push(("federated ".to_owned(), canvas.style(Role::Route)));
            }
            if !state.pointers.filter.is_empty() {
                spans.push((format!("/{} ", state.pointers.filter), canvas.style(Role::Match)));
            }
        }
        Pane::Log if !state.log.text.is_empty() => {
            spans.push((format!("/{} ", state.log.text), canvas.style(Role::Match)));
        }
        _ => {}
    }
    canvas.spans(x, area.y, room, &spans)
}

/// At the right of the title: where one is, and how many there are.
fn note(state: &State, pane: Pane) -> String {
    let place = |selected: usize, total: usize| match total {
        0 => String::new(),
        total => format!("{}/{}", selected + 1, count(total as u64)),
    };
    match pane {
        Pane::Instances => place(state.instances.cursor.selected, state.instances.rows.len()),
        Pane::Credentials => place(state.credentials.cursor.selected, state.credentials.rows.len()),
        Pane::Log => match state.log.rows.len() {
            0 => String::new(),
            _ if state.log.text.is_empty() => {
                format!(
                    "{}/{}",
                    count(state.log.cursor.selected as u64 + 1),
                    count(state.log.total)
                )
            }
            found => place(state.log.cursor.selected, found),
        },
        Pane::Pointers => {
            let pointers = &state.pointers;
            if pointers.total == 0 {
                return String::new();
            }
            let more = if pointers.total_known { "" } else { "+" };
            format!("{}/{}{more}", count(pointers.selected + 1), count(pointers.total))
        }
    }
}

/// A few centred lines where there are no rows: what is the case, and what to press.
fn say(canvas: &mut Canvas, area: Rect, role: Role, text: &str, hint: &str) {
    let room = area.width.saturating_sub(4);
    if room < 4 {
        return;
    }
    let mut lines: Vec<(String, Style)> = wrap(text, room)
        .into_iter()
        .map(|line| (line, canvas.style(role)))
        .collect();
    let dim = canvas.style(Role::Dim);
    if !hint.is_empty() {
        lines.extend(wrap(hint, room).into_iter().map(|line| (line, dim)));
    }
    let high = u16::try_from(lines.len()).unwrap_or(u16::MAX);
    let y = area.y + area.height.saturating_sub(high) / 2;
    for (row, (line, style)) in (0..area.height).zip(&lines) {
        canvas.put_centred(area.x + 2, y + row, room, line, *style);
    }
}

/// What a pane without rows says; nothing if it has some.
fn without_rows(canvas: &mut Canvas, area: Rect, load: &Load, empty: (&str, &str)) {
    match load {
        Load::Waiting => say(canvas, area, Role::Dim, "looking…", ""),
        Load::Ready => say(canvas, area, Role::Dim, empty.0, empty.1),
        Load::Failed(failure) => say(canvas, area, Role::Bad, &failure.message, &failure.remedy),
    }
}

fn instances(state: &State, canvas: &mut Canvas, area: Rect, framed: bool) {
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

fn table(
    columns: &'static [Column],
    total: u64,
    top: usize,
    selected: usize,
    focused: bool,
    area: Rect,
    framed: bool,
) -> Table<'static> {
    Table {
        columns,
        total,
        top: top as u64,
        selected: selected as u64,
        focused,
        headings: has_headings(area),
        framed,
    }
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

fn pointers(state: &State, canvas: &mut Canvas, area: Rect, framed: bool) {
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
fn over_last_row(canvas: &mut Canvas, area: Rect, text: &str) {
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

fn credentials(state: &State, canvas: &mut Canvas, area: Rect, framed: bool) {
    let list = &state.credentials;
    if list.rows.is_empty() {
        let empty = match list.missing.first() {
            Some(failure) => (failure.message.as_str(), failure.remedy.as_str()),
            None => ("No credentials yet", "o offers one, A accepts a bundle"),
        };
        without_rows(canvas, area, &list.load, empty);
        return;
    }
    table(
        &CREDENTIALS,
        list.rows.len() as u64,
        list.cursor.top,
        list.cursor.selected,
        state.focus == Pane::Credentials,
        area,
        framed,
    )
    .draw(canvas, area, |index, canvas| {
        let row = usize::try_from(index).ok().and_then(|place| list.rows.get(place));
        row.map_or_else(Vec::new, |row| credential_cells(state, row, canvas))
    });
}

fn day(clock: &Clock, moment: Option<Timestamp>, never: &str) -> String {
    moment.map_or_else(|| never.to_owned(), |moment| clock.time(moment))
}

fn credential_cells(state: &State, row: &CredentialRow, canvas: &Canvas) -> Vec<Cell> {
    let dim = canvas.style(Role::Dim);
    let usable = row.state.is_usable();
    let (sign, role) = match (&row.attention, usable, row.verified) {
        _ if row.alarm.is_some() => (canvas.glyphs.bad, Role::Bad),
        (_, false, _) => (canvas.glyphs.bad, Role::Bad),
        (Some(_), ..) => (canvas.glyphs.warn, Role::Warn),
        (None, true, true) => (canvas.glyphs.good, Role::Good),
        (None, true, false) => (canvas.glyphs.dot, Role::Dim),
    };
    let place = state.instances.index(&row.instance);
    let instance = place.map_or(canvas.style(Role::Base), |place| canvas.theme.instance(place));
    let side = match row.side {
        Side::Issued => "issued",
        Side::Held => "held",
    };
    let standing = canvas.style(if usable { Role::Base } else { Role::Bad });
    let lease = row.expires_at.map_or_else(
        || "no end".to_owned(),
        |end| state.clock.date_time(end).chars().take(10).collect(),
    );
    vec![
        vec![(sign.to_owned(), canvas.style(role))],
        vec![(row.name.clone(), instance)],
        vec![(side.to_owned(), dim)],
        vec![(row.instance.clone(), instance)],
        vec![(row.state.to_string(), standing)],
        vec![(day(&state.clock, row.last_used, "never"), dim)],
        vec![(lease, dim)],
    ]
}

fn log(state: &State, canvas: &mut Canvas, area: Rect, framed: bool) {
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
    let place = state.instances.index(&row.instance);
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
