//! A query whose blanks are being filled in, one after the other.

use crate::workspace::{AskedBlank, Outgoing, blanks_of};

/// What the query is filled in for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To be sent.
    Send,
    /// To be looked at.
    DryRun,
}

/// A query whose blanks are asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Filling {
    /// What it is filled in for.
    pub purpose: Purpose,
    /// The query, with the answers so far.
    pub outgoing: Outgoing,
    blanks: Vec<AskedBlank>,
    answered: usize,
}

impl Filling {
    /// A query of whose blanks none is filled in yet.
    pub fn of(outgoing: Outgoing, purpose: Purpose) -> Self {
        Self {
            purpose,
            blanks: blanks_of(&outgoing.query.to_value()),
            outgoing,
            answered: 0,
        }
    }

    /// The blank that is asked for now, its place, and how many there are; none once all are filled in.
    pub fn now(&self) -> Option<(&AskedBlank, usize, usize)> {
        let at = self.answered;
        Some((self.blanks.get(at)?, at + 1, self.blanks.len()))
    }

    /// Fills in the blank of this name, whose turn it is.
    pub fn answer(&mut self, name: String, answer: String) {
        self.outgoing.answers.get_or_insert_default().insert(name, answer);
        self.answered += 1;
    }
}
