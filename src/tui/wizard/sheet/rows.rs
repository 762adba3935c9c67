//! The rows that every step is made of, and what several steps say alike.
//!
//! Below the files that say what stands at each step.

use crate::tui::state::State;
use crate::tui::theme::Role;
use crate::tui::widgets::text::{Line, wrap};
use crate::tui::wizard::state::Wizard;

/// Columns for the labels of fields.
pub const LABELS: u16 = 16;

/// How much there is for the rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Space {
    /// Room to breathe.
    Tall,
    /// What there mostly is.
    Usual,
    /// Only for what matters most.
    Tight,
    /// Only for the words and their answers, without a frame.
    Bare,
}

/// A row.
#[derive(Debug, Clone, PartialEq)]
pub enum Row {
    /// Something to read.
    Text(Line),
    /// Something loud, over the whole width.
    Loud(String),
    /// Part of something to pick, by its place, and whether it is selected.
    Item(Line, usize, bool),
    /// A field, by its place.
    Field(usize),
    /// The line that a list is searched with.
    Search,
    /// Within a frame.
    Card(Line),
    /// The upper or lower edge of a frame.
    Edge(bool),
}

/// The rows, and which of them must be in view.
#[derive(Default)]
pub struct Sheet {
    /// The rows.
    pub rows: Vec<Row>,
    /// First and last row that must be in view.
    pub focus: Option<(usize, usize)>,
    /// From this row to the last are the words and their answers, which nobody answers without seeing them all.
    pub words_from: Option<usize>,
}

impl Sheet {
    /// A line of one kind.
    pub(super) fn line(&mut self, text: impl Into<String>, role: Role) {
        self.rows.push(Row::Text(Line::of(text, role)));
    }

    /// Words, over as many lines as they need.
    pub(super) fn prose(&mut self, text: &str, role: Role, room: u16) {
        for part in wrap(text, room) {
            self.line(part, role);
        }
    }

    /// An empty line.
    pub(super) fn gap(&mut self) {
        self.rows.push(Row::Text(Line::new()));
    }

    /// A line with something before it, continued under its text.
    pub(super) fn led(&mut self, lead: &str, ink: Role, text: &str, role: Role, room: u16) {
        let indent = u16::try_from(lead.chars().count()).unwrap_or(4);
        for (index, part) in wrap(text, room.saturating_sub(indent)).into_iter().enumerate() {
            let lead = if index == 0 {
                lead.to_owned()
            } else {
                " ".repeat(usize::from(indent))
            };
            self.rows.push(Row::Text(Line::of(lead, ink).and(part, role)));
        }
    }

    /// Lines within a frame.
    pub(super) fn card(&mut self, lines: Vec<Line>) {
        self.rows.push(Row::Edge(true));
        self.rows.extend(lines.into_iter().map(Row::Card));
        self.rows.push(Row::Edge(false));
    }
}

/// The sign that turns while something is done.
pub(super) fn spinner(state: &State) -> &'static str {
    state.look.glyphs.spinner[state.tick % 4]
}

/// Minutes and seconds.
pub(super) fn countdown(seconds: i64) -> String {
    let seconds = seconds.max(0);
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

fn elapsed(state: &State, wizard: &Wizard) -> String {
    countdown(state.clock.now().as_seconds() - wizard.since.as_seconds())
}

/// That one waits, for what and how long by now.
pub(super) fn waiting(state: &State, wizard: &Wizard, sheet: &mut Sheet, room: u16, what: &str) {
    let text = format!("{what} · {}", elapsed(state, wizard));
    sheet.led(
        &format!("{} ", spinner(state)),
        Role::Changing,
        &text,
        Role::Changing,
        room,
    );
}
