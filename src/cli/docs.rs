//! `butterfly docs`: all commands and keys of the console, or all actions of an instance, as a page.

use super::outcome::Outcome;
use super::session::Session;
use crate::command::docs;
use crate::instance::actions;

/// Print a page with all commands and keys of the console, or with all actions of an instance, in Markdown.
#[derive(Debug, clap::Args)]
pub struct Docs {
    /// The actions: parameters, results, who may call them.
    #[arg(long)]
    actions: bool,
}

impl Docs {
    pub fn run(self, session: &Session) -> Outcome {
        let page = match self.actions {
            true => actions::docs::markdown(),
            false => docs::markdown(),
        };
        session.show_text(page.trim_end())
    }
}
