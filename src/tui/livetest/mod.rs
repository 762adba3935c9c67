//! The live test: a load on a pointer or a query, by several routes side by side, with honest figures while it runs.
//!
//! The load is the workspace's, the same as `butterfly bench`. What is wanted of it are [`Errand`]s, what came of them is
//! [`News`]; figures come a few times a second while it runs, and nothing comes or is drawn when it does not.

mod begin;
mod errand;
mod figures;
mod kept;
mod keys;
mod news;
mod state;
#[cfg(test)]
mod tests;
mod view;

pub use errand::{Controls, Errand, News, Source, run};
pub use kept::open as open_kept;
pub use keys::{on_key, on_paste, open};
pub use news::{is_running, on_news, on_news_unseen, tell_closed};
pub use state::LiveTest;
pub use view::{draw, keys};
