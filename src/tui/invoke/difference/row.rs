//! What the page is made of: rows, each about one of the two or about both.

use super::super::state::Tab;
use crate::tui::widgets::text::Line;
use crate::workspace::{Comparison, LogRow};

/// One of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the words say it")]
pub enum Half {
    First,
    Second,
}

impl Half {
    /// Both of them.
    pub const ALL: [Self; 2] = [Self::First, Self::Second];

    /// What it is called where people say which they mean.
    pub const fn word(self) -> &'static str {
        self.title(false)
    }

    /// What it is called on the page, also of one that compares a direct call with one through another instance.
    pub const fn title(self, is_direct: bool) -> &'static str {
        match (self, is_direct) {
            (Self::First, false) => "first",
            (Self::Second, false) => "second",
            (Self::First, true) => "direct",
            (Self::Second, true) => "through",
        }
    }

    /// Its line of the log.
    pub const fn of(self, comparison: &Comparison) -> &LogRow {
        match self {
            Self::First => &comparison.one,
            Self::Second => &comparison.other,
        }
    }
}

/// A row of the page.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// What it says.
    pub line: Line,
    /// Which line it is of: a long one is several rows.
    pub number: usize,
    /// Whom it is about, if not both.
    pub half: Option<Half>,
    /// Where more of it is to be seen on the page of an invoke.
    pub tab: Tab,
}
