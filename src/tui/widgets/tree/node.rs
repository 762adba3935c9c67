//! Where a value of a document stands.

/// Which value of a document, in the order of the text: a value comes before those within it.
pub type NodeId = u32;

/// The outermost value.
pub const ROOT: NodeId = 0;

/// What stands in place of a member's name where there is none.
pub(super) const NO_NAME: u32 = u32::MAX;

/// Where a value stands. Offsets are bytes of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Node {
    /// Its member's name, at the opening quote; [`NO_NAME`] for the root and items of lists.
    pub(super) name: u32,
    /// Its first byte.
    pub(super) at: u32,
    /// Behind its last byte.
    pub(super) end: u32,
    /// What it is in.
    pub(super) parent: NodeId,
    /// The next value that is not within it.
    pub(super) past: NodeId,
    /// Which of its parent's values it is.
    pub(super) place: u32,
    /// How many values are directly within it.
    pub(super) count: u32,
}
