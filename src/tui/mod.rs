//! The console: one screen on many instances.
//!
//! It is one loop. An event becomes a `message`; `update` changes the `state` and returns
//! `effect`s; effects run as tasks on the workspace and come back as messages; `view` draws the state
//! and does nothing else. Depends on `workspace` and `command`, and on the model's words.

mod answer;
mod audit;
mod clipboard;
mod clock;
mod composer;
mod content;
mod doctor;
mod domains;
mod effect;
#[cfg(test)]
mod fake;
mod files;
mod inert;
mod invoke;
mod layers;
mod layout;
mod livetest;
mod map;
#[doc(hidden)]
pub mod measure;
mod message;
mod outcome;
mod outside;
mod painter;
mod pane;
mod paths;
mod patience;
mod pen;
mod pointer;
mod reveal;
mod run;
mod runner;
mod signals;
mod state;
mod tail;
mod terminal;
mod theme;
mod update;
mod view;
mod widgets;
mod window_title;
mod wizard;

pub use doctor::look as look_at_everything;
pub use run::{Options, check_theme, run};
pub use theme::Catalog as Themes;
