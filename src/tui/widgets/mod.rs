//! The few things that everything on the screen is drawn with.

pub mod candidates;
pub mod draw;
pub mod editor;
pub mod filter;
pub mod json;
pub mod options;
pub mod split;
pub mod table;
pub mod text;
pub mod tree;
pub mod typed;
