//! What a person wrote in the home for the console: `config.toml` and themes. Read at the start,
//! and again whenever one of them changes.

use super::theme::Catalog;
use crate::workspace::{ConsoleConfig, Failure, Home};

/// The files, as they are now.
pub struct Files {
    /// The themes: those inside the program, and over them those of the home.
    pub themes: Catalog,
    /// What `config.toml` says of the console, or what is wrong with it.
    pub config: Result<ConsoleConfig, Failure>,
}

impl Files {
    /// Reads them. Blocks.
    pub fn read(home: &Home) -> Self {
        Self {
            themes: Catalog::load(Some(&home.root().join("themes"))),
            config: home.console_config(),
        }
    }
}
