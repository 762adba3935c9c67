//! The handshake wizard: one question per screen, from either side, until two instances are joined and a first
//! call came back.
//!
//! The order of its steps is `handshake::guide`'s; what it wants done are [`Errand`]s, run by `errand` on the
//! workspace; what came of them is [`News`]. Like everything on the screen it is a state, an update and a view.

mod act;
mod ahead;
mod answers;
mod begin;
mod enter;
mod errand;
#[cfg(test)]
pub mod fake;
mod fields;
mod moving;
mod news;
mod options;
mod pasted;
mod picker;
mod prose;
mod qr;
mod sheet;
mod state;
#[cfg(test)]
mod tests;
mod update;
mod view;
mod within;

pub use errand::{Errand, News, run};
pub use moving::on_mouse;
pub use news::on_news;
pub use state::Wizard;
pub use update::{on_key, on_paste, open};
pub use view::{draw, keys};
pub use within::under_way;
