//! `butterfly config-template`: files to begin with.

use super::outcome::Outcome;
use super::session::Session;
use crate::command::docs;
use crate::instance::SETTINGS_TEMPLATE;
use crate::workspace::CONFIG_TEMPLATE;

/// Print a config.toml, a keymap.toml or an instance.toml that says what is so anyway, with comments.
#[derive(Debug, clap::Args)]
pub struct ConfigTemplate {
    /// The keys of the console instead.
    #[arg(long)]
    keymap: bool,
    /// The settings of a local instance instead.
    #[arg(long, conflicts_with = "keymap")]
    instance: bool,
}

impl ConfigTemplate {
    pub fn run(self, session: &Session) -> Outcome {
        if self.keymap {
            return session.show_text(docs::keymap_template().trim_end());
        }
        let text = match self.instance {
            true => SETTINGS_TEMPLATE,
            false => CONFIG_TEMPLATE,
        };
        session.show_text(text.trim_end())
    }
}
