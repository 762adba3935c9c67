//! The page about two invokes beside each other: one goes over its lines, looks for something in them, and on from them to
//! either invoke.

mod lines;
mod page;
mod row;
mod seeking;
mod update;
mod view;

pub use page::DifferencePage;
pub use row::Half;
pub use update::{act, click};
pub use view::{draw, keys};
