//! The log of an instance that this process hosts, live: bounded, with what was lost counted, followed or frozen,
//! filtered by words and weight.
//!
//! Like everything on the screen it is a state, an update and a view. It is read from a ring of the host
//! ([`crate::instance::Events`]) only while it is open.

mod state;
mod update;
mod view;

pub use state::Tail;
pub use update::{follow, lighter, on_key, on_paste, on_reading, open, settle, type_filter};
pub use view::draw;
