//! Draws the log of an instance.

use super::state::Tail;
use crate::command::Id;
use crate::instance::{Event, Weight};
use crate::tui::clock::count;
use crate::tui::state::State;
use crate::tui::theme::Role;
use crate::tui::widgets::draw::Canvas;
use crate::tui::widgets::text::{Line, draw_line, wrap};
use crate::workspace::HostedBy;
use ratatui::layout::Rect;

/// Where the lines stand on a page of this body: within its frame, under the line that says what is shown.
pub fn area(body: Rect) -> Rect {
    Rect::new(
        body.x + 2.min(body.width),
        body.y + 3.min(body.height),
        body.width.saturating_sub(4),
        body.height.saturating_sub(4),
    )
}

/// Draws it within the frame of a page.
pub fn draw(state: &State, tail: &Tail, canvas: &mut Canvas, body: Rect) {
    let area = area(body);
    let head = Rect::new(area.x, body.y + 1.min(body.height), area.width, 1);
    if tail.typing {
        let (key, style) = (canvas.style(Role::Key), canvas.style(Role::Strong));
        let used = canvas.put(head.x, head.y, head.width, "/ ", key);
        let column = canvas.typed(
            (head.x + used, head.y),
            (head.width - used).saturating_sub(1),
            &tail.text,
            style,
        );
        canvas.cursor = Some((head.x + used + column, head.y));
    } else {
        draw_line(canvas, head.x, head.y, head.width, &summary(tail, canvas));
    }
    if tail.kept() == 0 {
        draw_nothing(state, tail, canvas, area);
        return;
    }
    let lines = tail.shown().skip(tail.scroll);
    for (y, event) in (area.y..area.bottom()).zip(lines) {
        draw_line(canvas, area.x, y, area.width, &line(state, event));
    }
    let total = tail.shown().count();
    if total == 0 {
        let dim = canvas.style(Role::Dim);
        let text = format!(
            "No line that is kept fits. {} shows lighter ones, {} changes the words.",
            state.key_for(Id::TailWeight),
            state.key_for(Id::TailFilter)
        );
        canvas.put(area.x, area.y, area.width, &text, dim);
    }
    let bar = Rect::new(area.x, area.y, area.width + 2, area.height);
    canvas.scrollbar(bar, tail.scroll as u64, total as u64);
}

/// What is shown, and what is not.
fn summary(tail: &Tail, canvas: &Canvas) -> Line {
    let line = Line::new();
    let mut line = match (tail.follows, tail.waiting()) {
        (true, _) => line.and(format!("{} following", canvas.glyphs.up), Role::Good),
        (false, 0) => line.and(format!("{} frozen", canvas.glyphs.stopped), Role::Changing),
        (false, more) => line.and(
            format!("{} frozen, {} new", canvas.glyphs.stopped, count(more as u64)),
            Role::Changing,
        ),
    };
    line = line.and(format!("   {} and worse", tail.weight.as_str()), Role::Dim);
    if !tail.text.value().is_empty() {
        line = line.and(format!("   /{}", tail.text.value()), Role::Match);
    }
    line = line.and(format!("   {} kept", count(tail.kept() as u64)), Role::Faint);
    if tail.lost > 0 {
        line = line.and(
            format!("   {} {} lost", canvas.glyphs.warn, count(tail.lost)),
            Role::Warn,
        );
    }
    line
}

fn line(state: &State, event: &Event) -> Line {
    let (role, text) = match event.weight {
        Weight::Error => (Role::Bad, Role::Strong),
        Weight::Warn => (Role::Warn, Role::Base),
        Weight::Info => (Role::Accent, Role::Base),
        Weight::Debug => (Role::Faint, Role::Dim),
    };
    Line::of(format!("{} ", state.clock.time(event.at)), Role::Faint)
        .and(format!("{:<5} ", event.weight.as_str()), role)
        .and(format!("{:<5} ", event.origin.as_str()), Role::Faint)
        .and(event.text.clone(), text)
}

fn draw_nothing(state: &State, tail: &Tail, canvas: &mut Canvas, area: Rect) {
    let hosted_by = state
        .instances
        .get(tail.name.as_str())
        .map(|instance| instance.row.hosted_by);
    let text = match hosted_by {
        Some(HostedBy::Here) => {
            "Nothing was told yet. Refusals and failures come here always, calls while this page is open."
                .to_owned()
        }
        Some(HostedBy::Other(pid)) => format!(
            "Process {pid} hosts it and has told nothing yet. Refusals and failures come here; what went well is in its audit trail alone ({}).",
            state.key_for(Id::Audit)
        ),
        Some(HostedBy::Unknown) => {
            "It told nothing yet, and who hosts it cannot be told. `butterfly doctor` says why.".to_owned()
        }
        _ => format!(
            "It told nothing yet. {} starts it; refusals and failures come here, whoever hosts it.",
            state.key_for(Id::StartInstance)
        ),
    };
    let dim = canvas.style(Role::Dim);
    for (y, line) in (area.y..area.bottom()).zip(wrap(&text, area.width)) {
        canvas.put(area.x, y, area.width, &line, dim);
    }
}
