//! The composer: any query for any instance, written with completion of what the instance itself knows, checked
//! before it is sent, looked at layer by layer as it would travel, sent, and edited again beside its reply.
//!
//! What it wants done are [`Errand`]s, run by `errand` on the workspace; what came of them is [`News`]. Like
//! everything on the screen it is a state, an update and a view. What is worth keeping when it is closed is in
//! [`Memory`].
//!
//! Its files stand on floors, and no arrow runs up. On top are what is drawn (`view`), what keys do (`update`) and what
//! came (`news`). Under the keys is choosing in a window over it (`choosing`); under the news, opening it (`open`), perhaps with a choice.
//! Then come sending (`send`), which has blanks asked for (`asking`), and what follows a change of the text
//! (`settling`, `offering`, `looking`). All of them change the state (`state`), which knows nothing of keys, sending,
//! opening or drawing; it is made of what stands at the bottom: a window, the blanks that are being filled in, offers
//! and their places, and the reply that arrived.

mod arrived;
mod asking;
mod background;
mod blank;
mod choosing;
mod errand;
#[cfg(test)]
pub mod fake;
mod filling;
mod layer;
mod layout;
mod looking;
mod memory;
mod news;
mod offer;
mod offering;
mod open;
mod place;
mod rows;
mod send;
mod settling;
mod state;
#[cfg(test)]
mod tests;
mod unsent;
mod update;
mod view;
mod window;

pub use background::ask_for_templates;
pub use errand::{Errand, Followed, News, run};
pub use memory::Memory;
pub use news::{Addressed, addressed, on_news};
pub use open::{open, open_call, open_pointer, open_query, open_template, open_templates, send_text};
pub use send::send_agreed;
pub use state::Composer;
pub use unsent::{keep_unsent, take_kept};
pub use update::{on_edited, on_key, on_paste};
pub use view::{draw, keys};
