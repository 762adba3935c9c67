//! What was reported, and how bad it is.

/// How bad a report is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the words say it")]
pub enum Level {
    Good,
    Info,
    Warn,
    Bad,
}

/// Something that was reported.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// How bad it is.
    pub level: Level,
    /// What happened.
    pub text: String,
    /// What to do about it; empty if nothing.
    pub remedy: String,
    /// When, as shown.
    pub at: String,
}
