//! The audit trail of an instance: who asked it for what, and how that ended, newest first; and whether the trail is
//! whole.
//!
//! Like everything on the screen it is a state, an update and a view; what it wants fetched are [`Errand`]s, run on the
//! workspace, and what came of them is [`News`]. `butterfly audit` prints the same.

mod errand;
#[cfg(test)]
pub mod fake;
mod lines;
mod state;
#[cfg(test)]
mod tests;
mod update;
mod view;
mod words;

pub use errand::{Errand, News, run};
pub use state::{AuditTrail, Walk};
pub use update::{back, click, filter, narrow, on_news, only, open, refresh, settle, step, verify};
pub use view::draw;
