//! The domains of an instance, and under each what it owns: connections with their pointers, access keys, and federations
//! with other domains.
//!
//! Like everything on the screen it is a state, an update and a view; what it wants fetched are [`Errand`]s, run on the
//! workspace, and what came of them is [`News`]. What is changed goes through the same function of the workspace as
//! `butterfly domain` and `butterfly connection`.

mod asks;
mod errand;
#[cfg(test)]
pub mod fake;
mod panel;
mod state;
#[cfg(test)]
mod tests;
mod update;
mod view;
mod words;

pub use asks::{accept, add_connection, close, delete, edit, federate, new_domain, new_key, open_it};
pub use errand::{Changed, Errand, News, change, present, run};
pub use state::{Domains, Row};
pub use update::{
    click, fold_or_go, hurry, look_again, on_changed, on_news, open, pointers, refresh, settle, step,
    with_names,
};
pub use view::draw;
