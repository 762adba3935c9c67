//! The window in which the columns of the pointers are chosen, ordered, sized and sorted by.

/// The window as it stands. What is chosen shows at once in the list behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ColumnsWindow {
    /// The line that is selected.
    pub selected: usize,
}
