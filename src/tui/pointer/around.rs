//! The pointers around a pointer.

use super::page::{Band, PointerPage};
use super::sheet::{Destination, Sheet};
use crate::tui::clock::count;
use crate::tui::content::heading;
use crate::tui::state::{Load, State};
use crate::tui::theme::Role;
use crate::tui::widgets::text::Line;

/// Columns of the kind of a relationship.
const KIND: usize = 16;

pub(super) fn add_around(state: &State, page: &PointerPage, sheet: &mut Sheet) {
    heading(&mut sheet.lines, "Related");
    say(
        sheet,
        &remark(&page.related, "stored, strongest first", "none stored"),
    );
    add_band(state, &page.related, sheet, true);
    sheet.near_from = sheet.lines.len();
    heading(&mut sheet.lines, "Near");
    say(
        sheet,
        &remark(
            &page.near,
            "by coordinates, nearest first: 0 is nearest",
            "none by coordinates",
        ),
    );
    add_band(state, &page.near, sheet, false);
}

/// Beside the heading.
fn say(sheet: &mut Sheet, remark: &str) {
    if let Some(line) = sheet.lines.last_mut() {
        *line = std::mem::take(line).and(format!("   {remark}"), Role::Dim);
    }
}

fn remark(band: &Band, order: &str, empty: &str) -> String {
    match (&band.load, band.total) {
        (Load::Waiting, _) => "…".to_owned(),
        (_, _) if band.rows.is_empty() => empty.to_owned(),
        (_, Some(total)) if total > band.rows.len() as u64 => {
            format!(
                "{} of about {}, {order}",
                count(band.rows.len() as u64),
                count(total)
            )
        }
        _ => format!("{}, {order}", count(band.rows.len() as u64)),
    }
}

fn add_band(state: &State, band: &Band, sheet: &mut Sheet, stored: bool) {
    for neighbour in &band.rows {
        let mut line = Line::of(format!("  {}", neighbour.address), Role::Address);
        if stored {
            line = line.and(format!("  {:<KIND$}", neighbour.relationship), Role::Base);
        }
        let decimals = if stored { 2 } else { 4 };
        line = line
            .and(format!("  {:>7.decimals$}", neighbour.weight), Role::Dim)
            .and(
                format!("  {}", neighbour.description.as_deref().unwrap_or("…")),
                Role::Base,
            );
        let to = Destination::Pointer(neighbour.address.clone(), neighbour.description.clone());
        sheet.link(line, to);
    }
    match &band.load {
        Load::Failed(failure) => sheet.lines.push(
            Line::of(
                format!("  {} {}", state.look.glyphs.bad, failure.message),
                Role::Bad,
            )
            .and(format!("   {}", state.remedy_here(&failure.remedy)), Role::Dim),
        ),
        _ if band.asked => sheet.lines.push(Line::of("  fetching…", Role::Dim)),
        _ if band.more => sheet
            .lines
            .push(Line::of("  more follow as you go on", Role::Faint)),
        _ => {}
    }
}
