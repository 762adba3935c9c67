//! What can be wrong with a circuit.

use serde::Serialize;

/// Something that is wrong with a circuit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// The step, counted from 0; none if it is the circuit as a whole.
    pub step: Option<usize>,
    /// Line and column in the text, from 1, where that can be told.
    pub place: Option<(usize, usize)>,
    /// What is wrong, in words.
    pub message: String,
    /// Whether an instance would refuse it; otherwise it only may not be what was meant.
    pub refused: bool,
}

impl Fault {
    /// The fault in one line: where, and what.
    pub fn words(&self) -> String {
        match self.place {
            Some((line, column)) => format!("line {line}, column {column}: {}", self.message),
            None => self.message.clone(),
        }
    }
}
