//! What of a document is open, and the rows that this makes.

use super::document::Document;
use super::node::{NodeId, ROOT};

/// Rows that may be made between two keystrokes; more is work for a thread that may block.
pub const AT_ONCE: usize = 20_000;

/// A document with so few values is opened whole.
const SMALL: usize = 200;

/// Opening this would make more rows than can be made between two keystrokes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooMuch;

/// What is to be opened or closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unfold {
    /// Everything so deep within the root: 0 closes all, `usize::MAX` opens all.
    ToDepth(usize),
    /// Open or close this one.
    Set(NodeId, bool),
    /// This one and everything within it.
    Within(NodeId, bool),
    /// Whatever this one is in, so that it is seen.
    Reveal(NodeId),
}

/// Which containers are open, one bit each, and the values that have a row, in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Folding {
    open: Vec<u64>,
    rows: Vec<NodeId>,
}

impl Folding {
    /// As a document is first shown: all of a small one, else the two outermost levels, and of these no list
    /// so long that what comes after it would be out of reach.
    pub fn first(document: &Document) -> Self {
        let mut folding = Self {
            open: vec![0; document.len().div_ceil(64)],
            rows: Vec::new(),
        };
        if document.len() <= SMALL {
            folding.set_to_depth(document, usize::MAX);
        } else if !document.is_empty() {
            folding.set(ROOT, true);
            for child in document.children(ROOT).take(SMALL) {
                if document.is_container(child) {
                    folding.set(child, true);
                }
            }
        }
        folding.make_rows(document);
        folding
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// The value in a row.
    pub fn node(&self, row: usize) -> Option<NodeId> {
        self.rows.get(row).copied()
    }

    /// The row of a value, or of the innermost closed one that it is in.
    pub fn row_of(&self, id: NodeId) -> usize {
        match self.rows.binary_search(&id) {
            Ok(row) => row,
            Err(next) => next.saturating_sub(1),
        }
    }

    /// Whether a container is open.
    pub fn is_open(&self, id: NodeId) -> bool {
        self.open
            .get(id as usize / 64)
            .is_some_and(|bits| bits & (1 << (id % 64)) != 0)
    }

    /// Changes what is open, if that makes no more rows than can be made between two keystrokes.
    pub fn try_unfold(&mut self, document: &Document, unfold: Unfold) -> Result<(), TooMuch> {
        match unfold {
            Unfold::Set(id, false) => {
                self.set(id, false);
                self.drop_rows_within(document, id);
                Ok(())
            }
            Unfold::Set(id, true) => {
                if self.is_open(id) {
                    return Ok(());
                }
                self.set(id, true);
                let Some(rows) = self.rows_within(document, id, AT_ONCE) else {
                    self.set(id, false);
                    return Err(TooMuch);
                };
                // A value without a row is within something closed: its rows come when that is opened.
                if let Ok(row) = self.rows.binary_search(&id) {
                    self.rows.splice(row + 1..row + 1, rows);
                }
                Ok(())
            }
            Unfold::Reveal(id) => {
                let mut closed: Vec<NodeId> =
                    std::iter::successors(document.parent(id), |id| document.parent(*id))
                        .filter(|id| !self.is_open(*id))
                        .collect();
                closed.reverse();
                for id in closed {
                    self.try_unfold(document, Unfold::Set(id, true))?;
                }
                Ok(())
            }
            Unfold::ToDepth(_) | Unfold::Within(..) if document.len() > AT_ONCE => Err(TooMuch),
            Unfold::ToDepth(_) | Unfold::Within(..) => {
                self.unfold(document, unfold);
                Ok(())
            }
        }
    }

    /// Changes what is open, however many rows that makes.
    pub fn unfold(&mut self, document: &Document, unfold: Unfold) {
        match unfold {
            Unfold::ToDepth(depth) => self.set_to_depth(document, depth),
            Unfold::Set(id, open) => self.set(id, open),
            Unfold::Within(id, open) => {
                for within in id..document.past(id) {
                    if document.count(within) > 0 {
                        self.set(within, open);
                    }
                }
            }
            Unfold::Reveal(id) => {
                let around: Vec<NodeId> =
                    std::iter::successors(document.parent(id), |id| document.parent(*id)).collect();
                for id in around {
                    self.set(id, true);
                }
            }
        }
        self.make_rows(document);
    }

    fn set(&mut self, id: NodeId, open: bool) {
        if let Some(bits) = self.open.get_mut(id as usize / 64) {
            let bit = 1 << (id % 64);
            *bits = if open { *bits | bit } else { *bits & !bit };
        }
    }

    fn set_to_depth(&mut self, document: &Document, depth: usize) {
        // How deep a value is, told by those around it: values come in the order of the text.
        let mut ends: Vec<NodeId> = Vec::new();
        for id in 0..document.len() {
            let id = NodeId::try_from(id).unwrap_or(NodeId::MAX);
            while ends.last().is_some_and(|end| *end <= id) {
                ends.pop();
            }
            if document.count(id) > 0 {
                self.set(id, ends.len() < depth);
                ends.push(document.past(id));
            }
        }
    }

    fn make_rows(&mut self, document: &Document) {
        self.rows.clear();
        if document.is_empty() {
            return;
        }
        self.rows.push(ROOT);
        if self.is_open(ROOT)
            && let Some(rows) = self.rows_within(document, ROOT, usize::MAX)
        {
            self.rows.extend(rows);
        }
    }

    /// The rows within an open container; none if there are more than `most`.
    fn rows_within(&self, document: &Document, id: NodeId, most: usize) -> Option<Vec<NodeId>> {
        let mut rows = Vec::new();
        let past = document.past(id);
        let mut next = id + 1;
        while next < past {
            if rows.len() == most {
                return None;
            }
            rows.push(next);
            next = if self.is_open(next) {
                next + 1
            } else {
                document.past(next)
            };
        }
        Some(rows)
    }

    fn drop_rows_within(&mut self, document: &Document, id: NodeId) {
        if let Ok(row) = self.rows.binary_search(&id) {
            let past = document.past(id);
            let end = row + self.rows[row..].partition_point(|within| *within < past);
            self.rows.drain(row + 1..end);
        }
    }
}
