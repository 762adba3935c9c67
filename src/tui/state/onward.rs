//! When handshakes that wait only for the other side are gone on with next.

/// The plan.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Onward {
    /// The credentials that wait, by name.
    pub waiting: Vec<String>,
    /// Which plan it is: the timers of an earlier one mean nothing any more.
    pub turn: u64,
    /// How often it was tried for these.
    pub tries: u32,
    /// Whether the next try is planned.
    pub planned: bool,
}
