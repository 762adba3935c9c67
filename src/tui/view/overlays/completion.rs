//! What may stand in the line after `:`, as a list above it.

use crate::tui::layers::{CommandLine, FilterLine};
use crate::tui::state::State;
use crate::tui::update::candidates;
use crate::tui::widgets::candidates::{Candidate, draw_candidates};
use crate::tui::widgets::draw::{Canvas, width};
use ratatui::layout::Rect;

/// Draws the list at the foot of the body, beginning in the column of the word that it completes.
pub fn draw_completion(state: &State, line: &CommandLine, canvas: &mut Canvas, body: Rect) {
    if body.height < 3 {
        return;
    }
    if let Some((_, selected)) = &line.search {
        let items: Vec<Candidate> = line
            .found(&state.history)
            .into_iter()
            .map(|line| Candidate {
                text: line.clone(),
                doc: String::new(),
            })
            .collect();
        draw_candidates(canvas, body, 0, &items, Some(*selected));
        return;
    }
    match &line.cycle {
        Some(cycle) => {
            let column = width(&cycle.before);
            draw_candidates(canvas, body, column, &cycle.items, Some(cycle.place));
        }
        None => {
            let fresh = candidates(state, line.input.value());
            let column = width(&line.input.value()[..fresh.from]);
            draw_candidates(canvas, body, column, &fresh.items, None);
        }
    }
}

/// Draws what the word may be that was completed in a filter. Before that, the rows that it leaves are what one looks at.
pub fn draw_words(line: &FilterLine, canvas: &mut Canvas, body: Rect) {
    if let Some(cycle) = line.cycle.as_ref().filter(|cycle| cycle.items.len() > 1)
        && body.height >= 3
    {
        let column = width(&cycle.before);
        draw_candidates(canvas, body, column, &cycle.items, Some(cycle.place));
    }
}
