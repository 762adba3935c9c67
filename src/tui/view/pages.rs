//! Pages over the panes.

use crate::tui::content::{credential_lines, instance_lines, page_area, pointer_lines};
use crate::tui::invoke;
use crate::tui::layers::Layer;
use crate::tui::state::State;
use crate::tui::theme::Role;
use crate::tui::widgets::draw::Canvas;
use crate::tui::widgets::text::{Line, draw_lines};
use ratatui::layout::Rect;

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
        Layer::Pointer(page) => scrolled(canvas, area, &pointer_lines(state, page, area.width), page.scroll),
        Layer::Credential(page) => {
            scrolled(
                canvas,
                area,
                &credential_lines(state, page, area.width),
                page.scroll,
            );
        }
        Layer::Invoke(page) => invoke::draw(state, page, canvas, body),
        Layer::Difference(page) => scrolled(canvas, area, &page.sheet.lines, page.sheet.top),
        _ => {}
    }
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
