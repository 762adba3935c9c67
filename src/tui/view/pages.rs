//! Pages over the panes.

use crate::tui::clock::{bytes, duration};
use crate::tui::content::{credential_lines, instance_lines, page_area, route_glyph, status_glyph};
use crate::tui::layers::{InvokePage, Layer, PointerPage, Tab};
use crate::tui::map;
use crate::tui::pointer::sheet;
use crate::tui::state::{Load, State};
use crate::tui::tail;
use crate::tui::theme::Role;
use crate::tui::widgets::draw::{Canvas, width};
use crate::tui::widgets::text::{Ink, Line, draw_line, draw_lines};
use crate::workspace::LogKind;
use ratatui::layout::Rect;
use ratatui::style::Style;

/// Draws a page.
pub fn draw(state: &State, layer: &Layer, canvas: &mut Canvas, body: Rect) {
    let border = canvas.style(Role::BorderFocus);
    canvas.frame(body, border);
    // Windows over the page change what is on top; the page stays where it is.
    let area = if state.layers.last().is_some_and(|top| top.page_scope().is_some()) {
        page_area(state)
    } else {
        under_windows(body, matches!(layer, Layer::Invoke(_)))
    };
    let (kind, name) = match layer {
        Layer::Instance(page) => ("Instance", page.name.to_string()),
        Layer::Map(_) => ("Federation", "map".to_owned()),
        Layer::Tail(tail) => ("Log of", tail.name.to_string()),
        Layer::Pointer(page) => ("Pointer", page.address.to_string()),
        Layer::Credential(page) => ("Credential", page.name.clone()),
        Layer::Invoke(page) => ("Invoke", format!("#{}", page.id)),
        _ => return,
    };
    let title = canvas.style(Role::TitleFocus);
    let dim = canvas.style(Role::Dim);
    let used = canvas.put(
        body.x + 2,
        body.y,
        body.width.saturating_sub(4),
        &format!(" {kind} "),
        dim,
    );
    canvas.put(
        body.x + 2 + used,
        body.y,
        body.width.saturating_sub(4 + used),
        &format!("{name} "),
        title,
    );
    match layer {
        Layer::Instance(page) => scrolled(
            canvas,
            area,
            &instance_lines(state, page, area.width),
            page.scroll,
        ),
        Layer::Pointer(page) => pointer(state, page, canvas, area),
        Layer::Credential(page) => {
            scrolled(
                canvas,
                area,
                &credential_lines(state, page, area.width),
                page.scroll,
            );
        }
        Layer::Tail(tail) => tail::draw(state, tail, canvas, body),
        Layer::Map(map) => map::draw(state, map, canvas, body),
        Layer::Invoke(page) => invoke(state, page, canvas, body, area),
        _ => {}
    }
}

/// The page about a pointer, its selected link marked.
fn pointer(state: &State, page: &PointerPage, canvas: &mut Canvas, area: Rect) {
    let sheet = sheet(state, page, area.width);
    scrolled(canvas, area, &sheet.lines, page.scroll);
    let selected = page.selected(&sheet).map(|place| sheet.links[place].line);
    let Some(row) = selected.and_then(|line| line.checked_sub(page.scroll)) else {
        return;
    };
    let row = u16::try_from(row).unwrap_or(u16::MAX);
    if row >= area.height {
        return;
    }
    let ground = Style {
        fg: None,
        ..canvas.style(Role::Selected)
    };
    let line = Rect::new(area.x.saturating_sub(1), area.y + row, area.width + 1, 1);
    canvas.tint(line, ground);
    let mark = canvas.glyphs.mark;
    let accent = canvas.style(Role::Accent).patch(ground);
    canvas.put(line.x, line.y, 1, mark, accent);
}

fn under_windows(body: Rect, invoke: bool) -> Rect {
    let head = if invoke { 5 } else { 1 };
    let head = head.min(body.height);
    Rect::new(
        body.x + 2.min(body.width),
        body.y + head,
        body.width.saturating_sub(4),
        body.height.saturating_sub(head + 1),
    )
}

fn scrolled(canvas: &mut Canvas, area: Rect, lines: &[Line], top: usize) {
    draw_lines(canvas, area, lines, top);
    let bar = Rect::new(area.x, area.y, area.width + 2, area.height);
    canvas.scrollbar(bar, top as u64, lines.len() as u64);
}

fn invoke(state: &State, page: &InvokePage, canvas: &mut Canvas, body: Rect, area: Rect) {
    let top = Rect::new(area.x, body.y + 1, area.width, 1);
    match (&page.entry, &page.load) {
        (None, Load::Failed(failure)) => {
            let bad = canvas.style(Role::Bad);
            canvas.put(top.x, top.y, top.width, &failure.message, bad);
            return;
        }
        (None, _) => {
            let dim = canvas.style(Role::Dim);
            canvas.put(top.x, top.y, top.width, "fetching it…", dim);
            return;
        }
        (Some(_), _) => {}
    }
    draw_summary(state, page, canvas, top);
    if body.height > 4 {
        draw_tabs(page, canvas, Rect::new(area.x, body.y + 3, area.width, 1));
    }
    scrolled(
        canvas,
        area,
        &page.lines[page.tab.index()],
        page.scroll[page.tab.index()],
    );
}

/// One line that says how it went.
fn draw_summary(state: &State, page: &InvokePage, canvas: &mut Canvas, area: Rect) {
    let Some(entry) = &page.entry else { return };
    let row = &entry.row;
    let (sign, role) = status_glyph(&row.status, canvas.glyphs);
    let place = state.instances.colour(&row.instance);
    let mut line = Line::of(format!("{sign} "), role)
        .and(row.code.clone().unwrap_or_else(|| row.status.clone()), role)
        .and("   ", Role::Dim)
        .and(row.action.clone(), Role::Strong)
        .and(" on ", Role::Dim)
        .and(
            row.instance.clone(),
            place.map_or(Ink::Role(Role::Base), Ink::Instance),
        );
    if let (LogKind::Call, Some(route)) = (row.kind, row.route) {
        line = line
            .and(format!("   {} ", route_glyph(route, canvas.glyphs)), Role::Route)
            .and(route.as_str(), Role::Route);
    }
    line = line.and(
        format!("   {}   {}", duration(row.elapsed_us), bytes(row.reply_bytes)),
        Role::Base,
    );
    draw_line(canvas, area.x, area.y, area.width, &line);
    let mut second = Line::of(state.clock.exact(row.at), Role::Faint);
    if let Some(pointer) = &row.pointer {
        second = second
            .and("   pointer ", Role::Faint)
            .and(pointer.to_string(), Role::Address);
    }
    if let Some(credential) = &row.credential {
        second = second
            .and("   credential ", Role::Faint)
            .and(credential.clone(), Role::Dim);
    }
    draw_line(canvas, area.x, area.y + 1, area.width, &second);
}

fn draw_tabs(page: &InvokePage, canvas: &mut Canvas, area: Rect) {
    let mut x = area.x;
    for tab in Tab::ALL {
        let text = format!(" {} {} ", tab.index() + 1, tab.title());
        let style = if tab == page.tab {
            canvas.style(Role::Brand)
        } else {
            canvas.style(Role::Bar)
        };
        if x + width(&text) > area.right() {
            break;
        }
        x += canvas.put(x, area.y, width(&text), &text, style) + 1;
    }
}
