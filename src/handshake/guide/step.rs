//! The steps that there are.

use serde::{Deserialize, Serialize};

/// One question, or one thing to look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "`title` says it")]
pub enum Step {
    Begin,
    // Offering.
    Instance,
    Who,
    Purpose,
    Scope,
    Limits,
    Holders,
    Delivery,
    Replays,
    Request,
    File,
    Review,
    HandOver,
    // Accepting.
    Way,
    Code,
    Ask,
    Send,
    Bundle,
    Passphrase,
    Plain,
    Keep,
    // Both.
    Words,
    Activation,
    Checks,
    Pointer,
    Call,
    Done,
}

impl Step {
    /// In a word or two, for the rail.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Begin => "Begin",
            Self::Instance => "Instance",
            Self::Who => "Who",
            Self::Purpose => "Purpose",
            Self::Scope => "What exactly",
            Self::Limits => "Limits",
            Self::Holders => "Held by",
            Self::Delivery => "Hand over by",
            Self::Replays => "Replays",
            Self::Request => "Their request",
            Self::File => "File",
            Self::Review => "Review",
            Self::HandOver => "Hand over",
            Self::Way => "How it came",
            Self::Code => "Address, code",
            Self::Ask => "Ask for what",
            Self::Send => "Send request",
            Self::Bundle => "The bundle",
            Self::Passphrase => "Passphrase",
            Self::Plain => "The values",
            Self::Keep => "Keep it as",
            Self::Words => "Compare words",
            Self::Activation => "Fresh keys",
            Self::Checks => "Checks",
            Self::Pointer => "First pointer",
            Self::Call => "First call",
            Self::Done => "Done",
        }
    }
}
