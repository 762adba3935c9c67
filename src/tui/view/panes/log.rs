//! The pane with the invoke log.

use super::pointers::over_last_row;
use super::rows::without_rows;
use crate::command::Id;
use crate::model::filter::{Filter, Test, Text, Value};
use crate::tui::clock::count;
use crate::tui::content::{BAR, LogLine, columns, status_glyph};
use crate::tui::layout::has_headings;
use crate::tui::state::{Load, Pane, State};
use crate::tui::theme::Role;
use crate::tui::widgets::draw::Canvas;
use crate::tui::widgets::table::{Cell, Table};
use crate::workspace::{LogRow, SortColumn};
use ratatui::layout::Rect;
use ratatui::style::Style;
use std::ops::Range;

pub(super) fn log(state: &State, canvas: &mut Canvas, area: Rect, framed: bool) {
    let list = &state.log;
    if list.shown() == 0 {
        let (empty, ways) = if list.filter.is_empty() {
            let ways = format!(
                "{} invokes a pointer, {} calls a federated one, {} sends any query",
                state.key_for(Id::InvokePointer),
                state.key_for(Id::CallPointer),
                state.key_for(Id::Compose)
            );
            ("Nothing was invoked yet", ways)
        } else {
            let way = format!("{} shows everything again", state.key_for(Id::ClearFilter));
            ("Nothing matches", way)
        };
        without_rows(state, canvas, area, &list.load, (empty, &ways));
        return;
    }
    Table {
        columns: &columns(state, Pane::Log),
        total: list.shown(),
        top: list.top,
        selected: list.selected,
        focused: state.focus == Pane::Log,
        headings: has_headings(area),
        framed,
        fits: true,
    }
    .draw(canvas, area, |index, canvas| match list.row(index) {
        Some(row) => cells(state, row, canvas),
        None => vec![vec![("·".repeat(8), canvas.style(Role::Faint))]],
    });
    if let Load::Failed(failure) = &list.load {
        over_last_row(canvas, area, &state.failure_in_line(failure));
    }
}

/// Beside the title: the filter, and whether the view is frozen or in an order that cannot be followed.
pub(super) fn subtitle(state: &State, canvas: &Canvas, spans: &mut Vec<(String, Style)>) {
    let list = &state.log;
    if let Some(sorting) = list.sorting {
        let arrow = canvas.glyphs.sorted[usize::from(sorting.descending)];
        let by = sorting.by.title();
        spans.push((format!("by {by} {arrow} not followed "), canvas.style(Role::Warn)));
    } else if list.is_frozen() {
        let sign = canvas.glyphs.pause;
        spans.push((format!("{sign} frozen "), canvas.style(Role::Warn)));
    }
    if list.is_frozen() && list.waiting() > 0 {
        let new = format!("{} new ", count(list.waiting()));
        spans.push((new, canvas.style(Role::Accent)));
    }
    if !list.text.is_empty() {
        spans.push((format!("/{} ", list.text), canvas.style(Role::Match)));
    }
}

/// At the right of the title: where one is, of how many.
pub(super) fn note(state: &State) -> String {
    let list = &state.log;
    if list.shown() == 0 {
        return String::new();
    }
    let place = count(list.selected + 1);
    if list.filter.is_empty() {
        return format!("{place}/{}", count(list.shown()));
    }
    format!("{place}/{} of {}", count(list.shown()), count(list.total))
}

fn cells(state: &State, row: &LogRow, canvas: &Canvas) -> Vec<Cell> {
    let dim = canvas.style(Role::Dim);
    let (_, role) = status_glyph(&row.status, canvas.glyphs);
    let place = state.instances.colour(&row.instance);
    let instance = place.map_or(canvas.style(Role::Base), |place| canvas.theme.instance(place));
    let line = LogLine::of(state, row);
    let found = |text: String, field: &str, style: Style| {
        lit(
            &text,
            &places(&state.log.filter, field, &text),
            style,
            canvas.style(Role::Match),
        )
    };
    vec![
        vec![(line.time, dim)],
        signs(row, canvas),
        found(line.instance, "instance", instance),
        found(line.action, "action", canvas.style(Role::Base)),
        vec![(line.route, canvas.style(Role::Route))],
        found(line.outcome, "code", canvas.style(role)),
        found(line.pointer, "pointer", canvas.style(Role::Address)),
        found(line.note, "note", canvas.style(Role::Tag)),
        vec![(line.size, dim)],
        vec![(line.took, dim)],
        bar(row.elapsed_us, canvas),
    ]
}

/// The signs of how it ended, of a mark and of a note.
fn signs(row: &LogRow, canvas: &Canvas) -> Cell {
    let sign = |there: bool, sign: &'static str| if there { sign } else { " " };
    let (ended, role) = status_glyph(&row.status, canvas.glyphs);
    vec![
        (ended.to_owned(), canvas.style(role)),
        (
            sign(row.marked, canvas.glyphs.flag).to_owned(),
            canvas.style(Role::Accent),
        ),
        (
            sign(row.note.is_some(), canvas.glyphs.note).to_owned(),
            canvas.style(Role::Tag),
        ),
    ]
}

/// How long it took, by the order of magnitude: a cell and a half for every factor of ten from 100 µs on.
fn bar(micros: u64, canvas: &Canvas) -> Cell {
    const CELLS: usize = BAR as usize;
    let bars = &canvas.glyphs.bars;
    #[allow(clippy::cast_precision_loss, reason = "it is a bar of six cells")]
    let magnitude = (micros.max(1) as f64 / 100.0).log10().clamp(0.0, 4.0) / 4.0;
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between 1 and 48"
    )]
    let eighths = ((magnitude * (CELLS * 8) as f64) as usize).max(1);
    let (full, rest) = (eighths / 8, eighths % 8);
    let mut text = bars[7].repeat(full);
    if rest > 0 {
        text.push_str(bars[rest - 1]);
    }
    let role = match micros {
        0..100_000 => Role::Faint,
        100_000..1_000_000 => Role::Dim,
        _ => Role::Warn,
    };
    vec![(text, canvas.style(role))]
}

/// Where the filter found something in the text of a field.
fn places(filter: &Filter, field: &str, text: &str) -> Vec<Range<usize>> {
    let mut places: Vec<Range<usize>> = wanted(filter, field)
        .flat_map(|(wanted, is_fuzzy)| match is_fuzzy {
            true => wanted.letters(text).unwrap_or_default(),
            false => wanted.places(text),
        })
        .collect();
    places.sort_by_key(|place| place.start);
    places
}

/// What is looked for in a field, and whether its letters may lie apart.
fn wanted<'a>(filter: &'a Filter, field: &'a str) -> impl Iterator<Item = (&'a Text, bool)> {
    filter
        .terms
        .iter()
        .filter(|term| !term.not)
        .filter_map(move |term| match &term.test {
            Test::Word(text) => Some((text, false)),
            Test::Fuzzy(text) if field != "pointer" => Some((text, true)),
            Test::Field(name, _, Value::Text(text)) if *name == field => Some((text, false)),
            _ => None,
        })
}

/// A text with some places lit up. Overlapping places count as one.
fn lit(text: &str, places: &[Range<usize>], style: Style, lit: Style) -> Cell {
    let mut cell = Vec::with_capacity(2 * places.len() + 1);
    let mut done = 0;
    for place in places {
        if place.end <= done {
            continue;
        }
        let start = place.start.max(done);
        if start > done {
            cell.push((text[done..start].to_owned(), style));
        }
        cell.push((text[start..place.end].to_owned(), style.patch(lit)));
        done = place.end;
    }
    if done < text.len() {
        cell.push((text[done..].to_owned(), style));
    }
    cell
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::LOG_FIELDS;

    #[test]
    fn what_was_found_is_lit_and_nothing_else_and_the_text_stays_whole() {
        let filter = Filter::parse("get instance:al ~gtp !beta", LOG_FIELDS).unwrap();
        let (plain, bright) = (Style::new(), Style::new().bold());
        let shown = |field: &str, text: &str| -> Vec<(String, bool)> {
            let cell = lit(text, &places(&filter, field, text), plain, bright);
            let whole: String = cell.iter().map(|(part, _)| part.as_str()).collect();
            assert_eq!(whole, text);
            cell.into_iter()
                .map(|(part, style)| (part, style == bright))
                .collect()
        };
        let part = |text: &str, is_lit| (text.to_owned(), is_lit);
        assert_eq!(
            shown("action", "get_pointer"),
            [
                part("get", true),
                part("_", false),
                part("p", true),
                part("ointer", false)
            ]
        );
        assert_eq!(shown("instance", "alpha"), [part("al", true), part("pha", false)]);
        assert_eq!(shown("instance", "beta"), [part("beta", false)]);
    }
}
