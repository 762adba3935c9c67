//! Draws the page: what is shown and whether the trail is whole, the records, and all that is known of the selected one.

use super::lines;
use super::state::AuditTrail;
use super::words::{action, outcome};
use crate::command::Id;
use crate::store::AuditRecord;
use crate::tui::state::{Load, State};
use crate::tui::theme::Role;
use crate::tui::widgets::draw::Canvas;
use crate::tui::widgets::split::{Split, say};
use crate::tui::widgets::table::{Cell, Column};
use crate::tui::widgets::text::{draw_line, draw_lines};
use ratatui::layout::Rect;

const COLUMNS: [Column; 5] = [
    Column::fixed("time", 11, 0),
    Column::growing("ended", 15, 2, 0),
    Column::growing("who", 12, 1, 2),
    Column::growing("action", 16, 2, 0),
    Column::growing("about", 16, 2, 1),
];

/// The frame without the line that says what is shown.
fn under_the_summary(body: Rect) -> Rect {
    let used = 1.min(body.height);
    Rect::new(body.x, body.y + used, body.width, body.height - used)
}

/// Where the rows stand, under their headings.
pub(super) fn rows_area(body: Rect) -> Rect {
    Split::of(under_the_summary(body)).rows()
}

/// Draws it within the frame of a page.
pub fn draw(state: &State, page: &AuditTrail, canvas: &mut Canvas, body: Rect) {
    let room = body.width.saturating_sub(4);
    let head = Rect::new(body.x + 2.min(body.width), body.y + 1.min(body.height), room, 1);
    draw_line(canvas, head.x, head.y, head.width, &lines::summary(state, page));
    let inner = under_the_summary(body);
    if page.shown.is_empty() {
        draw_nothing(state, page, canvas, inner);
        return;
    }
    let split = Split::of(inner);
    split.divide(canvas);
    let rows = split.listing(&COLUMNS, page.shown.len(), page.cursor.top, page.cursor.selected);
    rows.draw(canvas, split.table, |index, canvas| {
        let place = usize::try_from(index)
            .ok()
            .and_then(|row| page.shown.get(row).copied());
        let record = place.and_then(|place| page.records.get(place));
        record.map_or_else(Vec::new, |record| cells(state, record, canvas))
    });
    draw_lines(
        canvas,
        split.panel,
        &lines::record(state, page, split.panel.width),
        0,
    );
}

/// What there is to say where there are no rows: asked, refused, none, or none that fit.
fn draw_nothing(state: &State, page: &AuditTrail, canvas: &mut Canvas, body: Rect) {
    let instance = &page.instance;
    let (title, role, more) = match &page.load {
        Load::Waiting => (
            format!("Asking {instance} for its audit trail…"),
            Role::Dim,
            String::new(),
        ),
        Load::Failed(failure) => (
            failure.message.clone(),
            Role::Bad,
            state.remedy_here(&failure.remedy),
        ),
        Load::Ready if page.records.is_empty() && !page.is_filtered() => (
            format!("Nothing is on record on {instance}"),
            Role::Dim,
            String::new(),
        ),
        Load::Ready if page.fetching || page.is_unasked() => {
            ("Looking for records…".to_owned(), Role::Dim, String::new())
        }
        Load::Ready => (
            "No record fits".to_owned(),
            Role::Dim,
            format!(
                "{} changes the filter, {} shows other ones.",
                state.key_for(Id::AuditFilter),
                state.key_for(Id::AuditOnly)
            ),
        ),
    };
    say(canvas, body, (&title, role), &more);
}

fn cells(state: &State, record: &AuditRecord, canvas: &Canvas) -> Vec<Cell> {
    let dim = canvas.style(Role::Dim);
    let base = canvas.style(Role::Base);
    let (sign, role) = outcome(record.outcome, canvas.glyphs);
    let owned = |text: Option<&str>| text.unwrap_or_default().to_owned();
    vec![
        vec![(state.clock.time(record.at), dim)],
        // Why something was refused or failed says more than that it was, which the sign says.
        vec![(
            format!(
                "{sign} {}",
                record.reason.as_deref().unwrap_or(record.outcome.as_str())
            ),
            canvas.style(role),
        )],
        vec![(
            owned(record.app_id.as_ref().map(|app_id| app_id.as_str())),
            canvas.style(Role::Accent),
        )],
        vec![(action(record), base)],
        vec![(owned(record.subject.as_deref()), canvas.style(Role::Address))],
    ]
}
