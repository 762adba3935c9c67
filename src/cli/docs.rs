//! `butterfly docs`: all commands and keys of the console, as a page.

use super::outcome::{Outcome, write_line};
use crate::command::docs;

/// Print a page with all commands and keys of the console, in Markdown.
#[derive(Debug, clap::Args)]
pub struct Docs {}

impl Docs {
    pub fn run(self) -> Outcome {
        write_line(docs::markdown().trim_end())
    }
}
