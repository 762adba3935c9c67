//! How things look: themes are TOML files with a palette, styles by role, and inheritance.
//!
//! Roles say what a thing is (`bad`, `address`, `border_focus`), never where it stands, so that a theme
//! is short. What the terminal cannot show is brought down to what it can when a theme is loaded.

mod catalog;
mod depth;
mod spelling;

pub use catalog::{Catalog, ThemeError};
pub use depth::{Depth, depth_of_terminal};

use ratatui::style::{Color, Style};
use serde::Deserialize;
use std::collections::HashMap;

/// What something is, and so how it looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the words say it")]
pub enum Role {
    Base,
    Dim,
    Faint,
    Strong,
    Bar,
    Brand,
    Border,
    BorderFocus,
    Title,
    TitleFocus,
    Heading,
    Selected,
    SelectedIdle,
    Key,
    Accent,
    Good,
    Warn,
    Bad,
    Changing,
    Address,
    Tag,
    Route,
    Overlay,
    OverlayBorder,
    Input,
    Danger,
    Remote,
    Local,
    Readonly,
    JsonKey,
    JsonText,
    JsonNumber,
    JsonWord,
    Scroll,
    Match,
    PhaseSeal,
    PhaseNet,
    PhaseWait,
    PhaseCheck,
    PhaseWork,
}

/// A theme as it is drawn with.
#[derive(Debug, Clone, PartialEq)]
pub struct Theme {
    /// Its name.
    pub name: String,
    styles: HashMap<Role, Style>,
    instances: Vec<Color>,
    depth: Depth,
}

impl Theme {
    /// How something of this role looks.
    pub fn style(&self, role: Role) -> Style {
        self.styles.get(&role).copied().unwrap_or_default()
    }

    /// The colour of the instance at this place in the list.
    pub fn instance(&self, index: usize) -> Style {
        if self.depth == Depth::None || self.instances.is_empty() {
            return self.style(Role::Strong);
        }
        Style::new().fg(self.instances[index % self.instances.len()])
    }
}

/// The signs that are drawn with: plain ASCII where the terminal does not speak UTF-8.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the words say it")]
pub struct Glyphs {
    pub corners: [&'static str; 4],
    pub horizontal: &'static str,
    pub vertical: &'static str,
    pub tee: [&'static str; 2],
    pub thumb: &'static str,
    pub up: &'static str,
    pub stopped: &'static str,
    pub changing: &'static str,
    pub unreachable: &'static str,
    pub refused: &'static str,
    pub unknown: &'static str,
    pub good: &'static str,
    pub bad: &'static str,
    pub warn: &'static str,
    pub arrow: &'static str,
    pub relay: &'static str,
    pub circuit: &'static str,
    pub dot: &'static str,
    pub ellipsis: &'static str,
    pub mark: &'static str,
    pub sorted: [&'static str; 2],
    pub read_only: &'static str,
    pub folded: &'static str,
    pub unfolded: &'static str,
    pub sparks: [&'static str; 8],
    pub flag: &'static str,
    pub note: &'static str,
    pub pause: &'static str,
    pub bars: [&'static str; 8],
    pub phases: [&'static str; 5],
    pub sort: [&'static str; 2],
    pub spinner: [&'static str; 4],
}

/// For terminals that speak UTF-8.
pub const UNICODE: Glyphs = Glyphs {
    corners: ["╭", "╮", "╰", "╯"],
    horizontal: "─",
    vertical: "│",
    tee: ["├", "└"],
    thumb: "┃",
    up: "●",
    stopped: "○",
    changing: "◐",
    unreachable: "✕",
    refused: "!",
    unknown: "·",
    good: "✓",
    bad: "✕",
    warn: "▲",
    arrow: "→",
    relay: "⇄",
    circuit: "◇",
    dot: "·",
    ellipsis: "…",
    mark: "▌",
    sorted: ["↑", "↓"],
    read_only: "⊘",
    folded: "▸",
    unfolded: "▾",
    sparks: ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"],
    flag: "◆",
    note: "✎",
    pause: "‖",
    bars: ["▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"],
    phases: ["▚", "━", "▒", "█", "░"],
    sort: [" ↑", " ↓"],
    spinner: ["◜", "◝", "◞", "◟"],
};

/// For all others.
pub const ASCII: Glyphs = Glyphs {
    corners: ["+", "+", "+", "+"],
    horizontal: "-",
    vertical: "|",
    tee: ["|", "`"],
    thumb: "#",
    up: "*",
    stopped: "o",
    changing: "~",
    unreachable: "x",
    refused: "!",
    unknown: ".",
    good: "+",
    bad: "x",
    warn: "!",
    arrow: ">",
    relay: "=",
    circuit: "@",
    dot: "-",
    ellipsis: "~",
    mark: ">",
    sorted: ["^", "v"],
    read_only: "%",
    folded: "+",
    unfolded: "-",
    sparks: ["_", ".", ",", "-", "=", "+", "*", "#"],
    flag: "M",
    note: "n",
    pause: "=",
    bars: ["#", "#", "#", "#", "#", "#", "#", "#"],
    phases: ["%", "=", "+", "#", "."],
    sort: [" ^", " v"],
    spinner: ["|", "/", "-", "\\"],
};

/// Which signs the terminal can show, going by the locale.
pub fn glyphs_of_terminal(variable: impl Fn(&str) -> Option<String>) -> Glyphs {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
        .iter()
        .find_map(|name| variable(name).filter(|value| !value.is_empty()));
    let term = variable("TERM").unwrap_or_default();
    match locale {
        // Containers and fresh machines set no locale at all, in terminals that all speak UTF-8.
        _ if term == "linux" || term == "dumb" => ASCII,
        Some(locale) if locale.to_ascii_uppercase().replace('-', "").contains("UTF8") => UNICODE,
        Some(locale) if locale != "C" && locale != "POSIX" => ASCII,
        _ => UNICODE,
    }
}

#[cfg(test)]
mod tests;
