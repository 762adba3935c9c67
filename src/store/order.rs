//! The orders in which pointers are listed.

use crate::model::Pointer;
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;

/// How much of a description, or of the list of tags, counts where pointers are sorted by it.
pub const SORTED_CHARACTERS: usize = 80;

/// What pointers are sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the words say it")]
pub enum SortBy {
    #[default]
    Created,
    Modified,
    Description,
    Address,
    Tags,
}

impl SortBy {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Created,
        Self::Modified,
        Self::Description,
        Self::Address,
        Self::Tags,
    ];

    /// The word in queries and on the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Modified => "modified",
            Self::Description => "description",
            Self::Address => "address",
            Self::Tags => "tags",
        }
    }

    /// Reads the word back.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|by| by.as_str() == text)
    }
}

/// An order. Pointers that are alike in it stand in order of creation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Order {
    /// What decides.
    pub by: SortBy,
    /// Whether the greatest comes first.
    pub descending: bool,
}

impl Order {
    /// Whether it is the one that lists have unless told otherwise.
    pub fn is_usual(self) -> bool {
        self == Self::default()
    }

    /// How two pointers stand in it. Letters A to Z count as small ones; of a description, or of the tags
    /// written as a JSON list, only the beginning counts.
    pub fn compare(self, left: &Pointer, right: &Pointer) -> Ordering {
        let order = match self.by {
            SortBy::Created => left.created_at.cmp(&right.created_at),
            SortBy::Modified => left.last_modified.cmp(&right.last_modified),
            SortBy::Address => left.address.as_str().cmp(right.address.as_str()),
            SortBy::Description => small(&left.description).cmp(small(&right.description)),
            SortBy::Tags => {
                let list = |pointer: &Pointer| serde_json::to_string(&pointer.tags).unwrap_or_default();
                let (left, right) = (list(left), list(right));
                small(&left).cmp(small(&right))
            }
        };
        if self.descending { order.reverse() } else { order }
    }
}

fn small(text: &str) -> impl Iterator<Item = u8> {
    let end = text
        .char_indices()
        .nth(SORTED_CHARACTERS)
        .map_or(text.len(), |(at, _)| at);
    text.as_bytes()[..end].iter().map(u8::to_ascii_lowercase)
}
