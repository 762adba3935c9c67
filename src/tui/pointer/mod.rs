//! The page about a pointer: what it is, where it leads, the steps of its circuit, and the pointers around it,
//! which one can walk along.
//!
//! Like everything on the screen it is a state, an update and a view; what it wants fetched are [`Errand`]s, run
//! on the workspace, and what came of them is [`News`]. Nothing here waits.

mod around;
pub mod circuit;
mod errand;
mod facts;
mod fetch_header;
mod forms;
mod marked;
mod news;
mod page;
mod route;
mod sections;
mod sheet;
#[cfg(test)]
mod tests;
mod update;
mod way;

pub use errand::{Errand, News, run};
pub use fetch_header::{fetch_with, keep_header};
pub use forms::{assign, delete, duplicate, edit, export, form_changed, import, new, open as open_form, tag};
pub use marked::{MARKED, assign_marked, export_marked, for_marked, tag_marked};
pub use news::on_news;
pub use page::PointerPage;
pub use sections::sheet;
pub use update::{change_pages, deleted, go, open, refresh, settle, step, walk_back};
