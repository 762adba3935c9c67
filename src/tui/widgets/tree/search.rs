//! Finding a text in a document's names and values, also in what is folded away.

use super::document::{Document, Kind};
use super::node::NodeId;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Between how many values it is asked whether anybody still wants to know.
const STRIDE: usize = 4_096;

/// Where a text was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Matches {
    /// What was looked for.
    pub needle: String,
    /// The values whose name or text has it, in order.
    pub nodes: Arc<[NodeId]>,
}

impl Matches {
    /// The first match behind this value, or before it; going on at the other end.
    pub fn next(&self, from: NodeId, forward: bool) -> Option<NodeId> {
        let nodes = &self.nodes;
        if forward {
            let next = nodes.partition_point(|id| *id <= from);
            return nodes.get(next).or_else(|| nodes.first()).copied();
        }
        let next = nodes.partition_point(|id| *id < from);
        next.checked_sub(1)
            .and_then(|place| nodes.get(place))
            .or_else(|| nodes.last())
            .copied()
    }

    /// Which match a value is, counted from 1.
    pub fn number(&self, id: NodeId) -> Option<usize> {
        self.nodes.binary_search(&id).ok().map(|place| place + 1)
    }
}

/// Finds a text; letters in small stand for both, one in capitals makes it exact. None if it was stopped.
pub fn find(document: &Document, needle: &str, stopped: &AtomicBool) -> Option<Matches> {
    let mut found = Vec::new();
    let seeker = Seeker::new(needle);
    if !needle.is_empty() {
        for index in 0..document.len() {
            if index.is_multiple_of(STRIDE) && stopped.load(Ordering::Relaxed) {
                return None;
            }
            let id = NodeId::try_from(index).unwrap_or(NodeId::MAX);
            if seeker.is_in_node(document, id) {
                found.push(id);
            }
        }
    }
    Some(Matches {
        needle: needle.to_owned(),
        nodes: found.into(),
    })
}

/// Looks for one text in many.
pub struct Seeker {
    needle: String,
    exact: bool,
}

impl Seeker {
    /// For this text.
    pub fn new(needle: &str) -> Self {
        Self {
            needle: needle.to_owned(),
            exact: needle.chars().any(char::is_uppercase),
        }
    }

    fn is_in_node(&self, document: &Document, id: NodeId) -> bool {
        let name = document.name_slice(id).is_some_and(|name| self.is_in(name));
        name || match document.kind(id) {
            Kind::Object | Kind::List => false,
            Kind::Text => {
                let slice = document.slice(id);
                self.is_in(slice)
                    || (slice.contains('\\') && document.said(id).is_some_and(|said| self.is_in(&said)))
            }
            Kind::Number | Kind::Word => self.is_in(document.slice(id)),
        }
    }

    fn is_in(&self, text: &str) -> bool {
        if self.exact {
            return text.contains(&self.needle);
        }
        self.first_in(text, 0).is_some()
    }

    /// From where to where the text stands in another one, from a byte on.
    pub fn first_in(&self, text: &str, from: usize) -> Option<(usize, usize)> {
        if self.needle.is_empty() {
            return None;
        }
        let (hay, needle) = (text.as_bytes(), self.needle.as_bytes());
        let same = |at: usize| -> bool {
            if !text.is_char_boundary(at) {
                return false;
            }
            let window = &hay[at..at + needle.len()];
            if self.exact {
                window == needle
            } else {
                window.eq_ignore_ascii_case(needle)
            }
        };
        if needle.is_ascii() || self.exact {
            let last = hay.len().checked_sub(needle.len())?;
            let first = needle[0].to_ascii_lowercase();
            return (from..=last)
                .find(|at| {
                    let byte = hay[*at];
                    (byte == needle[0] || (!self.exact && byte.to_ascii_lowercase() == first)) && same(*at)
                })
                .map(|at| (at, at + needle.len()));
        }
        // Letters beyond ASCII may change their length with their case: compare character by character.
        text.get(from..)?.char_indices().find_map(|(offset, _)| {
            let start = from + offset;
            let mut wanted = self.needle.chars();
            let mut end = start;
            let mut theirs = text[start..].chars();
            for character in wanted.by_ref() {
                let own = theirs.next()?;
                if !own.to_lowercase().eq(character.to_lowercase()) {
                    return None;
                }
                end += own.len_utf8();
            }
            Some((start, end))
        })
    }
}
