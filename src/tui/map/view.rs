//! Draws the map: boxes, wires, what goes through them, and beside it what is known of the selected thing.

use super::layout::{Cell, Frame};
use super::lines::{door_role, head, is_broken, mark, sign, ways};
use super::panel;
use super::state::{Map, Thing, key};
use crate::command::Id;
use crate::model::InstanceState;
use crate::tui::clock::{latency, pointers};
use crate::tui::content::{state_glyph, state_role};
use crate::tui::state::{Load, State};
use crate::tui::theme::Role;
use crate::tui::widgets::draw::{Canvas, both_ends};
use crate::tui::widgets::text::{draw_lines, wrap};
use crate::tui::widgets::typed::seen;
use crate::workspace::{Door, DoorState, Party, PartyKind};
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use std::collections::HashMap;

/// Columns from which on a wire is labelled.
const SHORTEST_LABEL: u16 = 8;

/// From this width on, the words stand beside the map.
const BESIDE_FROM: u16 = 140;

/// Where the parts of the page stand.
pub struct Areas {
    /// The map itself.
    pub map: Rect,
    /// The words.
    pub panel: Rect,
}

/// Where the parts stand on a page of this body.
pub fn areas(body: Rect) -> Areas {
    let inner = Rect::new(
        body.x + 2.min(body.width),
        body.y + 1.min(body.height),
        body.width.saturating_sub(4),
        body.height.saturating_sub(2),
    );
    if body.width >= BESIDE_FROM {
        let words = (inner.width / 3).clamp(36, 60);
        let map = Rect::new(inner.x, inner.y, inner.width - words - 2, inner.height);
        let panel = Rect::new(map.right() + 2, inner.y, words, inner.height);
        return Areas { map, panel };
    }
    let words = (inner.height / 3).min(10);
    let map = Rect::new(
        inner.x,
        inner.y,
        inner.width,
        inner.height.saturating_sub(words + u16::from(words > 0)),
    );
    let panel = Rect::new(inner.x, map.bottom() + u16::from(words > 0), inner.width, words);
    Areas { map, panel }
}

/// Draws it within the frame of a page.
pub fn draw(state: &State, map: &Map, canvas: &mut Canvas, body: Rect) {
    let Areas { map: area, panel } = areas(body);
    let border = canvas.style(Role::Border);
    if body.width >= BESIDE_FROM {
        for y in panel.y..panel.bottom() {
            canvas.put(panel.x - 2, y, 1, canvas.glyphs.vertical, border);
        }
    } else if panel.height > 0 {
        canvas.rule(area.x, panel.y - 1, area.width, border);
    }
    draw_note(state, map, canvas, body);
    if map.parties.is_empty() {
        draw_nothing(state, map, canvas, area);
        return;
    }
    draw_wires(state, map, canvas, area);
    for (place, frame) in map.parties.iter().zip(&map.picture.frames) {
        draw_box(state, map, canvas, area, &map.data.parties[*place], frame);
    }
    draw_edges(map, canvas, area);
    let room = (panel.width, panel.height);
    let lines = panel::lines(state, map, room, body.width >= BESIDE_FROM);
    draw_lines(canvas, panel, &lines, 0);
}

/// At the right of the title: how many there are, and what is left out.
fn draw_note(state: &State, map: &Map, canvas: &mut Canvas, body: Rect) {
    let room = body.width.saturating_sub(24);
    let mut text = if map.typing {
        let (from, _) = seen(&map.text, room.saturating_sub(4));
        format!(" / {} ", &map.text.value()[from..])
    } else {
        format!(
            " {} of {} parties, {} of {} doors ",
            map.parties.len(),
            map.data.parties.len(),
            map.doors.len(),
            map.data.doors.len()
        )
    };
    if !map.typing && map.near.is_some() {
        text = format!(" neighbourhood: {} shows all {text}", state.key_for(Id::MapNear));
    } else if !map.typing && !map.text.value().is_empty() {
        text = format!(" /{} {text}", map.text.value());
    }
    let style = canvas.style(if map.typing { Role::Key } else { Role::Dim });
    canvas.put_right(body.x + 21, body.y, room, &text, style);
}

fn draw_nothing(state: &State, map: &Map, canvas: &mut Canvas, area: Rect) {
    let (title, text) = match &map.load {
        Load::Waiting => ("Asking everybody…", String::new()),
        Load::Failed(failure) => ("The map cannot be drawn", state.failure_in_line(failure)),
        Load::Ready if map.data.parties.is_empty() => (
            "There is nobody yet",
            format!(
                "Host an instance ({} on the instances) or make the demo (:demo). Then {} joins two instances: one \
                 makes a credential, the other holds it, and here it becomes a door between them.",
                state.key_for(Id::InitInstance),
                state.key_for(Id::Handshake)
            ),
        ),
        Load::Ready => (
            "Nobody is called that",
            format!(
                "Esc after {} shows everybody again.",
                state.key_for(Id::MapFilter)
            ),
        ),
    };
    let (strong, dim) = (canvas.style(Role::Strong), canvas.style(Role::Dim));
    let y = area.y + area.height / 3;
    canvas.put_centred(area.x, y, area.width, title, strong);
    let room = area.width.min(64);
    for (y, line) in (y + 2..area.bottom()).zip(wrap(&text, room)) {
        canvas.put_centred(area.x, y, area.width, &line, dim);
    }
}

/// Where a cell of the map is on the screen, if it is in view.
fn on_screen(map: &Map, area: Rect, (x, y): Cell) -> Option<Cell> {
    let x = (x + map.margin.0).checked_sub(map.corner.0)?;
    let y = (y + map.margin.1).checked_sub(map.corner.1)?;
    (x < area.width && y < area.height).then_some((area.x + x, area.y + y))
}

fn draw_wires(state: &State, map: &Map, canvas: &mut Canvas, area: Rect) {
    let mut crossings: HashMap<Cell, u8> = HashMap::new();
    for wire in &map.picture.wires {
        for (cell, ways) in wire.iter().zip(ways(wire)) {
            *crossings.entry(*cell).or_default() |= ways;
        }
    }
    // The selected one last, so that it goes over the others.
    let is_selected = |door: &Door| map.selected.as_ref() == Some(&Thing::Door(key(door)));
    let mut order: Vec<(&Door, &Vec<Cell>)> = map
        .doors
        .iter()
        .map(|place| &map.data.doors[*place])
        .zip(&map.picture.wires)
        .collect();
    order.sort_by_key(|(door, _)| is_selected(door));
    for (door, wire) in order {
        let style = wire_style(map, door, canvas);
        let over = is_selected(door);
        for (cell, ways) in wire.iter().zip(ways(wire)) {
            let Some((x, y)) = on_screen(map, area, *cell) else {
                continue;
            };
            let ways = if over {
                ways
            } else {
                crossings.get(cell).copied().unwrap_or(ways)
            };
            let glyph = sign(ways, is_broken(door.state), canvas.glyphs);
            canvas.put(x, y, 1, glyph, style);
        }
        draw_label(map, canvas, area, door, wire);
        draw_ends(map, canvas, area, door, wire, style);
        draw_pulse(state, map, canvas, area, door, wire);
    }
}

fn wire_style(map: &Map, door: &Door, canvas: &Canvas) -> Style {
    let style = canvas.style(door_role(door.state));
    match &map.selected {
        Some(Thing::Door(name)) if *name == key(door) => {
            canvas.style(Role::Accent).add_modifier(Modifier::BOLD)
        }
        Some(Thing::Party(id)) if door.from == *id || door.to == *id => style.add_modifier(Modifier::BOLD),
        _ => style,
    }
}

/// On the straight part of a wire, if it is long enough: what goes through, how it stands, or under which name is called.
fn draw_label(map: &Map, canvas: &mut Canvas, area: Rect, door: &Door, wire: &[Cell]) {
    let (Some(first), Some(last)) = (wire.first(), wire.last()) else {
        return;
    };
    let straight = usize::from(map.picture.runway);
    let room = map.picture.runway.saturating_sub(4);
    if room < SHORTEST_LABEL {
        return;
    }
    // A wire that leads back to the left has its straight part at its beginning.
    let begin = match first.0 < last.0 {
        true => wire.len().saturating_sub(straight),
        false => straight.saturating_sub(1).min(wire.len() - 1),
    };
    let Some((x, y)) = wire.get(begin).and_then(|cell| on_screen(map, area, *cell)) else {
        return;
    };
    let room = room.min(area.right().saturating_sub(x));
    let traffic = map.traffic(door);
    let (words, role) = match (traffic.calls, door.state) {
        (0, DoorState::Active) => {
            let name = both_ends(&door.app_id, room.saturating_sub(1), canvas.glyphs.ellipsis);
            (name, Role::Dim)
        }
        (0, state) => (state.as_str().to_owned(), door_role(state)),
        _ if traffic.errors > 0 => (panel::traffic_within(traffic, room.saturating_sub(1)), Role::Bad),
        _ => (
            panel::traffic_within(traffic, room.saturating_sub(1)),
            Role::Accent,
        ),
    };
    let style = canvas.style(role);
    let used = canvas.put(x, y, room, &format!(" {words}"), style);
    canvas.put(x + used, y, 1, " ", style);
}

/// The sign of the state at the beginning, the arrow at the end.
fn draw_ends(map: &Map, canvas: &mut Canvas, area: Rect, door: &Door, wire: &[Cell], style: Style) {
    if let (Some(mark), Some(cell)) = (mark(door.state, canvas.glyphs), wire.get(1))
        && let Some((x, y)) = on_screen(map, area, *cell)
    {
        canvas.put(x, y, 1, mark, style);
    }
    let [.., before, last] = wire else { return };
    if let Some((x, y)) = on_screen(map, area, *last) {
        canvas.put(x, y, 1, head(last.0 > before.0, canvas.glyphs), style);
    }
}

/// A call on its way: only while there are calls.
fn draw_pulse(state: &State, map: &Map, canvas: &mut Canvas, area: Rect, door: &Door, wire: &[Cell]) {
    if wire.len() < 4 || !map.pulses(door, state.clock.now()) {
        return;
    }
    let role = if map.traffic(door).errors > 0 {
        Role::Bad
    } else {
        Role::Strong
    };
    let style = canvas.style(role);
    let glyph = canvas.glyphs.up;
    // The ends stay as they are; two calls at a time on a long wire.
    let way = wire.len() - 3;
    let first = state.tick % way;
    for place in [first, (first + way / 2) % way] {
        if let Some((x, y)) = on_screen(
            map,
            area,
            wire[place + 2 - usize::from(place + 2 >= wire.len() - 1)],
        ) {
            canvas.put(x, y, 1, glyph, style);
        }
    }
}

fn draw_box(state: &State, map: &Map, canvas: &mut Canvas, area: Rect, party: &Party, frame: &Frame) {
    let is_selected = map.selected.as_ref() == Some(&Thing::Party(party.id.clone()));
    let edge = match (is_selected, party.kind) {
        (true, _) => canvas.style(Role::BorderFocus).add_modifier(Modifier::BOLD),
        (false, PartyKind::Local | PartyKind::Console) => canvas.style(Role::Title),
        (false, _) => canvas.style(Role::Border),
    };
    let put = |canvas: &mut Canvas, x: u16, y: u16, text: &str, style: Style| {
        if let Some((x, y)) = on_screen(map, area, (x, y)) {
            canvas.put(x, y, 1, text, style);
        }
    };
    let glyphs = *canvas.glyphs;
    let (right, bottom) = (frame.x + frame.width - 1, frame.y + frame.height - 1);
    for x in frame.x + 1..right {
        put(canvas, x, frame.y, glyphs.horizontal, edge);
        put(canvas, x, bottom, glyphs.horizontal, edge);
    }
    for y in frame.y + 1..bottom {
        put(canvas, frame.x, y, glyphs.vertical, edge);
        put(canvas, right, y, glyphs.vertical, edge);
    }
    let [top_left, top_right, bottom_left, bottom_right] = glyphs.corners;
    put(canvas, frame.x, frame.y, top_left, edge);
    put(canvas, right, frame.y, top_right, edge);
    put(canvas, frame.x, bottom, bottom_left, edge);
    put(canvas, right, bottom, bottom_right, edge);
    if is_selected {
        put(canvas, frame.x, frame.y + 1, glyphs.mark, edge);
        put(canvas, frame.x, frame.y + 2, glyphs.mark, edge);
    }
    draw_words(state, map, canvas, area, party, frame);
}

/// Who it is, and how it is.
fn draw_words(state: &State, map: &Map, canvas: &mut Canvas, area: Rect, party: &Party, frame: &Frame) {
    let instance = match party.kind {
        PartyKind::Local | PartyKind::Remote => state.instances.get(&party.name),
        _ => None,
    };
    let (glyph, role) = match instance {
        Some(instance) => (
            state_glyph(instance.row.state, canvas.glyphs),
            state_role(instance),
        ),
        None => (canvas.glyphs.dot, Role::Dim),
    };
    let colour = match (instance, party.kind) {
        (Some(_), _) => canvas
            .theme
            .instance(state.instances.colour(&party.name).unwrap_or(0)),
        (None, PartyKind::Console) => canvas.style(Role::Strong),
        _ => canvas.style(Role::Base),
    };
    let kind = match party.kind {
        PartyKind::Console => "holds credentials",
        PartyKind::Caller => "a caller",
        PartyKind::Local => "local",
        PartyKind::Remote => "remote",
        PartyKind::Endpoint => "not in this home",
    };
    let mut detail = kind.to_owned();
    if let Some(instance) = instance {
        match (instance.row.state, instance.latency_us) {
            (InstanceState::Up, Some(micros)) => detail = format!("{kind}, {}", latency(micros)),
            (InstanceState::Up, None) => {}
            (other, _) => detail = format!("{kind}, {other}"),
        }
        if instance.row.read_only {
            detail.push_str(&format!(" {}", canvas.glyphs.read_only));
        }
    }
    let room = frame.width.saturating_sub(4);
    let glyph_style = canvas.style(role);
    clipped(
        map,
        canvas,
        area,
        (frame.x + 2, frame.y + 1),
        1,
        glyph,
        glyph_style,
    );
    clipped(
        map,
        canvas,
        area,
        (frame.x + 4, frame.y + 1),
        room.saturating_sub(2),
        &party.name,
        colour,
    );
    let dim = canvas.style(Role::Dim);
    clipped(map, canvas, area, (frame.x + 2, frame.y + 2), room, &detail, dim);
    // Boxes with several wires on a side have lines to spare.
    let many = instance.and_then(|instance| instance.row.pointers);
    if let Some(many) = many.filter(|_| frame.height > 4) {
        let text = pointers(many);
        clipped(map, canvas, area, (frame.x + 2, frame.y + 3), room, &text, dim);
    }
}

/// A text on the map, cut where the view ends. One that begins left of the view is not shown: its box is cut.
fn clipped(map: &Map, canvas: &mut Canvas, area: Rect, at: Cell, room: u16, text: &str, style: Style) {
    if let Some((x, y)) = on_screen(map, area, at) {
        canvas.put(x, y, room.min(area.right() - x), text, style);
    }
}

/// Signs at the edges where the map goes on.
fn draw_edges(map: &Map, canvas: &mut Canvas, area: Rect) {
    let (columns, rows) = map.picture.size;
    let style = canvas.style(Role::Key);
    let more = canvas.glyphs.ellipsis;
    if map.corner.0 > 0 {
        canvas.put(area.x.saturating_sub(1), area.y + area.height / 2, 1, more, style);
    }
    if map.corner.0 + area.width < columns {
        canvas.put(area.right(), area.y + area.height / 2, 1, more, style);
    }
    let bar = Rect::new(area.x, area.y, area.width + 1, area.height);
    if rows > area.height {
        canvas.scrollbar(bar, u64::from(map.corner.1), u64::from(rows));
    }
}
