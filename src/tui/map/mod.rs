//! The federation map: who can call whom, how each door stands, and what goes through it.
//!
//! Like everything on the screen it is a state, an update and a view; where things stand is a pure function of its own
//! ([`layout`]). What is known comes from the workspace, the same that `butterfly instance map` prints.

mod layout;
mod lines;
mod nearest;
mod panel;
mod state;
#[cfg(test)]
mod tests;
mod update;
mod view;

pub use nearest::Direction;
pub use state::Map;
pub use update::{
    go, hurry, look_again, near, on_key, on_map, on_paste, open, open_selected, pointers, settle, step, turn,
    type_filter,
};
pub use view::draw;
