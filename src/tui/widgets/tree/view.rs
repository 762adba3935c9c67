//! A tree that a person moves over.

use super::document::Document;
use super::folding::{Folding, TooMuch, Unfold};
use super::node::NodeId;
use super::search::Matches;
use std::sync::Arc;

/// A document as it is shown: what is open, where one is in it, what was looked for.
#[derive(Debug, Clone)]
pub struct Tree {
    /// What is shown.
    pub document: Arc<Document>,
    /// What of it is open.
    pub folding: Folding,
    /// The row that is selected.
    pub cursor: usize,
    /// The first row that is visible.
    pub top: usize,
    /// What was looked for, and where it is.
    pub matches: Option<Matches>,
}

impl Tree {
    /// A tree over a document, as it is first shown.
    pub fn new(document: Arc<Document>, folding: Folding) -> Self {
        Self {
            document,
            folding,
            cursor: 0,
            top: 0,
            matches: None,
        }
    }

    /// Reads a short text. A long one is read where blocking is allowed.
    pub fn of(document: Document) -> Self {
        let folding = Folding::first(&document);
        Self::new(Arc::new(document), folding)
    }

    /// The value that is selected.
    pub fn selected(&self) -> Option<NodeId> {
        self.folding.node(self.cursor)
    }

    /// Moves the selection.
    pub fn step(&mut self, rows: i64) {
        let wanted = i64::try_from(self.cursor)
            .unwrap_or(i64::MAX)
            .saturating_add(rows);
        let last = self.folding.len().saturating_sub(1);
        self.cursor = usize::try_from(wanted.max(0)).unwrap_or(0).min(last);
    }

    /// Selects a value, or what is closed around it.
    pub fn go_to(&mut self, id: NodeId) {
        self.cursor = self.folding.row_of(id);
    }

    /// Moves to what the selected value is in.
    pub fn go_out(&mut self) {
        if let Some(parent) = self.selected().and_then(|id| self.document.parent(id)) {
            self.go_to(parent);
        }
    }

    /// Keeps the selection within the rows and within sight.
    pub fn settle(&mut self, height: usize) {
        let last = self.folding.len().saturating_sub(1);
        self.cursor = self.cursor.min(last);
        let height = height.max(1);
        if self.cursor < self.top {
            self.top = self.cursor;
        }
        if self.cursor >= self.top + height {
            self.top = self.cursor + 1 - height;
        }
        self.top = self.top.min((last + 1).saturating_sub(height));
    }

    /// Opens or closes, the selection staying where it was, if that can be done between two keystrokes.
    pub fn unfold(&mut self, unfold: Unfold) -> Result<(), TooMuch> {
        let selected = self.selected();
        let document = Arc::clone(&self.document);
        self.folding.try_unfold(&document, unfold)?;
        self.return_to(selected);
        Ok(())
    }

    /// Takes what was opened or closed elsewhere, the selection staying where it was.
    pub fn take_folding(&mut self, folding: Folding) {
        let selected = self.selected();
        self.folding = folding;
        self.return_to(selected);
    }

    /// Takes the whole of a document of which a beginning was shown.
    pub fn take_whole(&mut self, document: Arc<Document>, folding: Folding) {
        let path = self.selected();
        self.document = document;
        self.folding = folding;
        // Values come in the order of the text, so those of the beginning have the same numbers.
        self.return_to(path);
    }

    fn return_to(&mut self, selected: Option<NodeId>) {
        let before = self.cursor;
        if let Some(id) = selected {
            self.go_to(id);
            // Rows that came or went above do not move the selection on the screen.
            self.top = (self.top + self.cursor).saturating_sub(before);
        }
    }
}
