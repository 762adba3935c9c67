//! A fold tree over JSON of any size: other people's replies may have 50 MB.
//!
//! A [`Document`] is the text as it came and an index over it: 28 bytes for each value, no value built.
//! [`Folding`] says what is open and which rows that makes; a [`Tree`] is that with a cursor, a scroll and
//! the matches of a search. Reading a document, searching it and opening very much at once are work for a
//! thread that may block; everything else costs what is visible.
//!
//! Depends on the screen's text and roles only.

mod document;
mod draw;
mod folding;
mod node;
mod reader;
mod saying;
mod search;
#[cfg(test)]
mod tests;
mod view;

#[cfg(test)]
pub use document::looked;
pub use document::{Document, Kind};
pub use draw::{draw_tree, mark, path_line};
#[cfg(test)]
pub use folding::TooMuch;
pub use folding::{Folding, Unfold};
pub use node::{NodeId, ROOT};
pub use search::{Matches, Seeker, find};
pub use view::Tree;
