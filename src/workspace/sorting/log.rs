//! What the invoke log is sorted by.

use super::{SortColumn, Sorting};

/// A column of the invoke log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the words say it")]
pub enum LogColumn {
    Time,
    Instance,
    Action,
    Route,
    Outcome,
    Pointer,
    Note,
    Size,
    Took,
}

impl SortColumn for LogColumn {
    const ALL: &'static [Self] = &[
        Self::Time,
        Self::Instance,
        Self::Action,
        Self::Route,
        Self::Outcome,
        Self::Pointer,
        Self::Note,
        Self::Size,
        Self::Took,
    ];
    const COMES: Option<Sorting<Self>> = Some(Sorting {
        by: Self::Time,
        descending: true,
    });

    fn title(self) -> &'static str {
        match self {
            Self::Time => "time",
            Self::Instance => "instance",
            Self::Action => "action",
            Self::Route => "route",
            Self::Outcome => "outcome",
            Self::Pointer => "pointer",
            Self::Note => "note",
            Self::Size => "size",
            Self::Took => "took",
        }
    }

    fn field(self) -> &'static str {
        match self {
            Self::Time => "at",
            Self::Outcome => "status",
            Self::Size => "reply_bytes",
            Self::Took => "elapsed_us",
            other => other.title(),
        }
    }
}
