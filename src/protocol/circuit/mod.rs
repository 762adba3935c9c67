//! Circuits as people read and write them: the steps of an `internal_circuit::`, what each takes from steps
//! before it, where it leads, and what is wrong with it. Pure, and never refuses to read: what cannot be
//! understood is said.
//!
//! The instance that runs circuits decides what it accepts; here its rules are applied as far as a text alone
//! tells, so that a form can say at once what would be refused, and a page can draw what is there.

mod check;
mod fault;
mod placeholder;
mod places;
mod step;

pub use fault::Fault;
pub use placeholder::{Piece, pieces};
pub use step::{Arrow, FEDERATED_INVOKE, Leads, Parameter, RELAY, Step};

use super::strict_json;
use crate::model::CIRCUIT_PREFIX;
use check::check_step;
use places::{Places, step_starts};
use serde::Serialize;
use serde_json::Value;

/// Steps of one circuit.
pub const MOST_STEPS: usize = 32;
/// A circuit, read.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Circuit {
    /// Its steps; none where the text is no circuit at all.
    pub steps: Vec<Step>,
    /// Whether it is written as a list, so that its result is a list too.
    pub is_list: bool,
    /// What is wrong, in the order of the text as far as it is known.
    pub faults: Vec<Fault>,
    /// Where each step begins, as line and column; also of a text that cannot be read to its end.
    #[serde(skip)]
    starts: Vec<(usize, usize)>,
}

impl Circuit {
    /// The circuit that a data_reference is, if it is one.
    pub fn of_reference(reference: &str) -> Option<Self> {
        reference.strip_prefix(CIRCUIT_PREFIX).map(Self::read)
    }

    /// Reads what follows `internal_circuit::`.
    pub fn read(text: &str) -> Self {
        match strict_json::parse_located(text.as_bytes()) {
            Ok(definition) => Self::of(definition, text),
            Err((error, place)) => Self {
                faults: vec![Fault {
                    step: None,
                    place,
                    message: format!("not acceptable JSON: {}", without_place(&error.to_string())),
                    refused: true,
                }],
                starts: step_starts(text),
                ..Self::default()
            },
        }
    }

    fn of(definition: Value, text: &str) -> Self {
        let (definitions, is_list) = match definition {
            Value::Array(steps) => (steps, true),
            step => (vec![step], false),
        };
        let mut faults = Vec::new();
        if definitions.is_empty() || definitions.len() > MOST_STEPS {
            faults.push(Fault {
                step: None,
                place: None,
                message: format!("a circuit has 1 to {MOST_STEPS} steps, not {}", definitions.len()),
                refused: true,
            });
        }
        let alone = definitions.len() == 1;
        let mut places = Places::of(text);
        let steps = definitions
            .into_iter()
            .enumerate()
            .map(|(index, definition)| {
                let step = Step::read(index, definition);
                faults.extend(check_step(&step, alone, &mut places));
                step
            })
            .collect();
        Self {
            steps,
            is_list,
            faults,
            starts: step_starts(text),
        }
    }

    /// The line that a fault is in, from 1: its own, or the one in which its step begins.
    pub fn line_of(&self, fault: &Fault) -> Option<usize> {
        let own = fault.place.map(|(line, _)| line);
        own.or_else(|| Some(self.starts.get(fault.step?)?.0))
    }

    /// A fault in one line, with its line and step as far as they can be told: for whoever has the text before them.
    pub fn located(&self, fault: &Fault) -> String {
        let place = match (fault.place, self.line_of(fault)) {
            (Some((line, column)), _) => format!("line {line}, column {column}"),
            (None, Some(line)) => format!("line {line}"),
            (None, None) => return fault.message.clone(),
        };
        let begun = |place| self.starts.iter().rposition(|start| *start <= place);
        let step = match fault.step.or_else(|| begun(fault.place?)) {
            Some(step) if !fault.message.starts_with("step") => format!(", step {step}"),
            _ => String::new(),
        };
        format!("{place}{step}: {}", fault.message)
    }

    /// Whether an instance would refuse it.
    pub fn is_refused(&self) -> bool {
        self.faults.iter().any(|fault| fault.refused)
    }

    /// What is wrong with this step.
    pub fn faults_of(&self, step: usize) -> impl Iterator<Item = &Fault> {
        self.faults.iter().filter(move |fault| fault.step == Some(step))
    }

    /// The connections through which its steps ask other instances, as written: ids, or placeholders for one.
    pub fn relays_through(&self) -> impl Iterator<Item = &str> {
        self.steps.iter().filter_map(|step| match &step.leads {
            Leads::Relay { connection, .. } => Some(connection.as_str()),
            _ => None,
        })
    }

    /// Whether any of its steps asks another instance.
    pub fn is_relaying(&self) -> bool {
        self.relays_through().next().is_some()
    }

    /// The first thing that an instance would refuse, or else the first that may not be meant.
    pub fn first_fault(&self) -> Option<&Fault> {
        self.faults
            .iter()
            .find(|fault| fault.refused)
            .or_else(|| self.faults.first())
    }
}

/// The parser ends its message with the place, which is shown before it.
fn without_place(message: &str) -> &str {
    message
        .rsplit_once(" at line ")
        .map_or(message, |(before, _)| before)
}

#[cfg(test)]
mod tests;
