//! The doctor: what is wrong with this set-up, and the remedy, place by place.
//!
//! Like everything on the screen it is a state, an update and a view. What is found comes from the workspace and from
//! the themes; `butterfly doctor` prints the same.

mod errand;
#[cfg(test)]
pub mod fake;
mod lines;
mod state;
#[cfg(test)]
mod tests;
mod update;

pub use errand::look;
pub use lines::lines;
pub use state::Doctor;
pub use update::{again, on_found, open, show_all};
