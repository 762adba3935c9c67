//! `butterfly config-template`: files to begin with.

use super::outcome::{Outcome, write_line};
use crate::command::docs;
use crate::workspace::CONFIG_TEMPLATE;

/// Print a config.toml, or a keymap.toml, that says what is so anyway, with comments.
#[derive(Debug, clap::Args)]
pub struct ConfigTemplate {
    /// The keys of the console instead.
    #[arg(long)]
    keymap: bool,
}

impl ConfigTemplate {
    pub fn run(self) -> Outcome {
        let text = match self.keymap {
            true => docs::keymap_template(),
            false => CONFIG_TEMPLATE.to_owned(),
        };
        write_line(text.trim_end())
    }
}
