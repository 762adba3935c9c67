//! How things look: the theme, the colours and the signs of the terminal.

use crate::tui::theme::{ASCII, Catalog, Depth, Glyphs, Theme, UNICODE};
use crate::workspace::{ConsoleConfig, GlyphChoice};

/// How things look.
#[derive(Debug, Clone)]
pub struct Look {
    /// The theme.
    pub theme: Theme,
    /// The themes that there are.
    pub catalog: Catalog,
    /// How many colours the terminal shows.
    pub depth: Depth,
    /// The signs that are drawn with.
    pub glyphs: Glyphs,
    /// What the locale says of the signs.
    pub fitting_glyphs: Glyphs,
    /// What `config.toml` says.
    pub config: ConsoleConfig,
    /// Whether a person chose the theme, so that the terminal's background no longer does.
    pub chosen: bool,
    /// The theme that `config.toml` names and that could not be had: it is tried again when a theme changes.
    pub missed: Option<String>,
}

impl Look {
    /// Takes the signs that the settings say, or else those that fit the terminal.
    pub fn take_glyphs(&mut self) {
        self.glyphs = match self.config.glyphs {
            GlyphChoice::Auto => self.fitting_glyphs,
            GlyphChoice::Unicode => UNICODE,
            GlyphChoice::Ascii => ASCII,
        };
    }
}
