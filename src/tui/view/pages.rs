//! Pages over the panes.

use crate::tui::content::{credential_lines, instance_lines, page_area};
use crate::tui::layers::{Layer, PointerPage};
use crate::tui::pointer::sheet;
use crate::tui::state::State;
use crate::tui::theme::Role;
use crate::tui::widgets::draw::Canvas;
use crate::tui::widgets::text::{Line, draw_lines};
use crate::tui::{audit, doctor, domains, invoke, map, tail};
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
        under_windows(body)
    };
    let (kind, name) = match layer {
        Layer::Instance(page) => ("Instance", page.name.to_string()),
        Layer::Map(_) => ("Federation", "map".to_owned()),
        Layer::Domains(page) => ("Domains of", page.instance.to_string()),
        Layer::Audit(page) => ("Audit trail of", page.instance.to_string()),
        Layer::Doctor(_) => ("Doctor of", state.home.clone()),
        Layer::Tail(tail) => ("Log of", tail.name.to_string()),
        Layer::Pointer(page) => ("Pointer", page.address.to_string()),
        Layer::Credential(page) => ("Credential", page.name.clone()),
        Layer::Invoke(page) => ("Invoke", format!("#{}", page.id)),
        Layer::Difference(page) => ("Compared", page.title()),
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
        Layer::Domains(page) => domains::draw(state, page, canvas, body),
        Layer::Audit(page) => audit::draw(state, page, canvas, body),
        Layer::Doctor(doctor) => {
            let lines = doctor::lines(state, doctor, area.width);
            scrolled(canvas, area, &lines, doctor.scroll);
        }
        Layer::Map(map) => map::draw(state, map, canvas, body),
        Layer::Invoke(page) => invoke::draw(state, page, canvas, body),
        Layer::Difference(page) => invoke::draw_difference(page, canvas, area),
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

fn under_windows(body: Rect) -> Rect {
    let head = 1;
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
