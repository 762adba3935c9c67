//! Two lines of the invoke log beside each other: what differs in query, reply, timings and on the wire.

mod changes;
mod delta;
mod direct;
mod sides;
#[cfg(test)]
mod tests;

pub use changes::{Change, ChangeKind, DiffLine, DiffSign};
pub use direct::DirectComparison;
pub use sides::{Comparison, Difference, FieldPair, TimingPair};
