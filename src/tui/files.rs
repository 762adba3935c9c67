//! What a person wrote in the home for the console: `config.toml`, `keymap.toml` and themes. Read at the start,
//! and again whenever one of them changes.

use super::theme::{Catalog, Depth};
use crate::protocol::Code;
use crate::workspace::{ConsoleConfig, Failure, Home};
use std::io::ErrorKind;

/// The files, as they are now.
pub struct Files {
    /// The themes: those inside the program, and over them those of the home.
    pub themes: Catalog,
    /// What `config.toml` says of the console, or what is wrong with it.
    pub config: Result<ConsoleConfig, Failure>,
    /// The text of `keymap.toml`, none if there is no such file, or why it cannot be read.
    pub keymap: Result<Option<String>, Failure>,
}

impl Files {
    /// Reads them. Blocks.
    pub fn read(home: &Home) -> Self {
        Self {
            themes: Catalog::load(Some(&home.root().join("themes"))),
            config: home.console_config(),
            keymap: keymap(home),
        }
    }
}

/// The themes of the home that cannot be used: each by its name, with why.
pub fn broken_themes(home: &Home) -> Vec<(String, String)> {
    let catalog = Catalog::load(Some(&home.root().join("themes")));
    let broken = |name: String| {
        let error = catalog.theme(&name, Depth::True).err()?;
        Some((name, error.to_string()))
    };
    catalog.names().into_iter().filter_map(broken).collect()
}

/// The theme that the settings name and that is not there, with the names of those that are.
pub fn unknown_theme(home: &Home) -> Option<(String, String)> {
    let name = home.console_config().ok()?.theme?;
    let catalog = Catalog::load(Some(&home.root().join("themes")));
    let is_there = catalog.names().contains(&name);
    let error = catalog.theme(&name, Depth::True).err().filter(|_| !is_there)?;
    Some((name, error.to_string()))
}

fn keymap(home: &Home) -> Result<Option<String>, Failure> {
    let path = home.root().join("keymap.toml");
    match std::fs::read_to_string(&path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Failure::new(
            Code::FileFailed,
            format!("{} cannot be read: {error}", path.display()),
            "check its permissions; the keys stay as they were",
        )),
    }
}
