//! The page about an invoke: what was asked, what came, what travelled, and where the time went.
//!
//! A reply may have 50 MB. It is text with an index over it (see `widgets::tree`); reading it, searching it,
//! jq over it and tables of it are [`Errand`]s for threads that may block, and come back as [`News`]. What
//! an older errand brings after a newer one was sent is dropped by its number.

mod difference;
mod errand;
mod raw;
mod reply;
mod state;
mod table;
mod trace;
mod typing;
mod unkept;
mod update;
mod view;
mod wire;

#[cfg(test)]
mod tests;

pub use difference::{
    DifferencePage, Half, click as click_difference, draw as draw_difference, keys as keys_of_difference,
};
pub use errand::{Errand, News, Seat, done, run};
pub use state::{InvokePage, Tab};
pub use trace::status_glyph;
pub use update::{
    act, back, kept_expressions, on_entry, on_key, on_news, on_paste, settle, step, take_expressions,
};
pub use view::{content_area, draw, keys};
