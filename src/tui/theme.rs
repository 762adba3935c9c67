//! How things look: themes are TOML files with a palette, styles by role, and inheritance.
//!
//! Roles say what a thing is (`bad`, `address`, `border_focus`), never where it stands, so that a theme
//! is short. What the terminal cannot show is brought down to what it can when a theme is loaded.

use ratatui::style::{Color, Modifier, Style};
use serde::Deserialize;
use std::collections::{BTreeMap, HashMap};
use std::path::Path;

/// The themes inside the program.
const BUILT_IN: [(&str, &str); 2] = [
    ("dark", include_str!("../../themes/dark.toml")),
    ("light", include_str!("../../themes/light.toml")),
];

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

/// How many colours the terminal shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// `NO_COLOR`: none; what matters is told by weight and reversal.
    None,
    /// The 256 of xterm.
    Indexed,
    /// All.
    True,
}

/// Why a theme cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ThemeError {
    /// No such theme.
    #[error("there is no theme {name:?}; there are: {known}")]
    Unknown {
        /// The name asked for.
        name: String,
        /// The names that there are.
        known: String,
    },
    /// Its file does not read.
    #[error("theme {name:?}: {reason}")]
    Malformed {
        /// Its name.
        name: String,
        /// Where and what.
        reason: String,
    },
    /// It inherits from itself.
    #[error("theme {0:?} inherits from itself")]
    Circular(String),
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct File {
    name: Option<String>,
    inherits: Option<String>,
    palette: BTreeMap<String, String>,
    styles: HashMap<Role, StyleText>,
    instances: Option<InstanceColours>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct InstanceColours {
    colours: Vec<String>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct StyleText {
    fg: Option<String>,
    bg: Option<String>,
    bold: bool,
    dim: bool,
    italic: bool,
    underline: bool,
    reversed: bool,
}

/// Every theme that there is, by name: those inside the program, and over them those of the home.
#[derive(Debug, Clone, Default)]
pub struct Catalog {
    sources: BTreeMap<String, String>,
}

impl Catalog {
    /// The themes inside the program, and over them `*.toml` in this folder.
    pub fn load(folder: Option<&Path>) -> Self {
        let mut sources: BTreeMap<String, String> = BUILT_IN
            .iter()
            .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))
            .collect();
        let entries = folder.and_then(|folder| std::fs::read_dir(folder).ok());
        for path in entries.into_iter().flatten().flatten().map(|entry| entry.path()) {
            if path.extension().is_none_or(|extension| extension != "toml") {
                continue;
            }
            if let (Some(name), Ok(text)) = (
                path.file_stem().and_then(|stem| stem.to_str()),
                std::fs::read_to_string(&path),
            ) {
                sources.insert(name.to_owned(), text);
            }
        }
        Self { sources }
    }

    /// Their names.
    pub fn names(&self) -> Vec<String> {
        self.sources.keys().cloned().collect()
    }

    /// Reads a theme with all that it inherits.
    pub fn theme(&self, name: &str, depth: Depth) -> Result<Theme, ThemeError> {
        let mut chain = Vec::new();
        let mut next = Some(name.to_owned());
        while let Some(name) = next {
            if chain.iter().any(|(seen, _)| *seen == name) {
                return Err(ThemeError::Circular(name));
            }
            let text = self.sources.get(&name).ok_or_else(|| ThemeError::Unknown {
                name: name.clone(),
                known: self.names().join(", "),
            })?;
            let file: File = toml::from_str(text).map_err(|error| ThemeError::Malformed {
                name: name.clone(),
                reason: error.to_string(),
            })?;
            next = file.inherits.clone();
            chain.push((name, file));
        }
        let mut whole = File::default();
        for (_, file) in chain.into_iter().rev() {
            whole.palette.extend(file.palette);
            whole.styles.extend(file.styles);
            whole.instances = file.instances.or(whole.instances);
        }
        Theme::from_file(name, &whole, depth)
    }
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
    fn from_file(name: &str, file: &File, depth: Depth) -> Result<Self, ThemeError> {
        let malformed = |reason: String| ThemeError::Malformed {
            name: name.to_owned(),
            reason,
        };
        let colour = |text: &str| -> Result<Color, ThemeError> {
            let spelled = file.palette.get(text).map_or(text, String::as_str);
            spelled
                .parse::<Color>()
                .map(|colour| bring_down(colour, depth))
                .map_err(|_| malformed(format!("{text:?} is neither in the palette nor a colour")))
        };
        let mut styles = HashMap::new();
        for (role, text) in &file.styles {
            let mut style = Style::new();
            if depth != Depth::None {
                style.fg = text.fg.as_deref().map(colour).transpose()?;
                style.bg = text.bg.as_deref().map(colour).transpose()?;
            }
            for (wanted, modifier) in [
                (text.bold, Modifier::BOLD),
                (text.dim, Modifier::DIM),
                (text.italic, Modifier::ITALIC),
                (text.underline, Modifier::UNDERLINED),
                (text.reversed, Modifier::REVERSED),
            ] {
                if wanted {
                    style = style.add_modifier(modifier);
                }
            }
            styles.insert(*role, style);
        }
        if depth == Depth::None {
            without_colour(&mut styles);
        }
        let instances = file
            .instances
            .iter()
            .flat_map(|list| &list.colours)
            .map(|text| colour(text))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Self {
            name: name.to_owned(),
            styles,
            instances,
            depth,
        })
    }

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

/// What colour would have told is told by reversal and weight.
fn without_colour(styles: &mut HashMap<Role, Style>) {
    let reversed = Style::new().add_modifier(Modifier::REVERSED);
    let bold = Style::new().add_modifier(Modifier::BOLD);
    for role in [
        Role::Selected,
        Role::Input,
        Role::Brand,
        Role::Danger,
        Role::Remote,
        Role::Local,
        Role::Readonly,
    ] {
        styles.insert(role, reversed);
    }
    for role in [
        Role::BorderFocus,
        Role::TitleFocus,
        Role::Key,
        Role::Bad,
        Role::Strong,
    ] {
        styles.insert(role, bold);
    }
    styles.insert(
        Role::SelectedIdle,
        Style::new().add_modifier(Modifier::UNDERLINED),
    );
}

/// The nearest colour that the terminal shows.
fn bring_down(colour: Color, depth: Depth) -> Color {
    match (colour, depth) {
        (Color::Rgb(red, green, blue), Depth::Indexed) => Color::Indexed(nearest_indexed(red, green, blue)),
        (colour, _) => colour,
    }
}

/// The nearest of xterm's colour cube (16 to 231) and grey ramp (232 to 255).
fn nearest_indexed(red: u8, green: u8, blue: u8) -> u8 {
    const STEPS: [u8; 6] = [0, 95, 135, 175, 215, 255];
    let step = |value: u8| {
        (0..6u8)
            .min_by_key(|index| STEPS[usize::from(*index)].abs_diff(value))
            .unwrap_or(0)
    };
    let distance = |one: (u8, u8, u8)| {
        let square = |a: u8, b: u8| u32::from(a.abs_diff(b)).pow(2);
        square(one.0, red) + square(one.1, green) + square(one.2, blue)
    };
    let (r, g, b) = (step(red), step(green), step(blue));
    let cube = (
        STEPS[usize::from(r)],
        STEPS[usize::from(g)],
        STEPS[usize::from(b)],
    );
    let average = (u16::from(red) + u16::from(green) + u16::from(blue)) / 3;
    let ramp = u8::try_from(average.saturating_sub(3) / 10).unwrap_or(23).min(23);
    let grey = 8 + 10 * ramp;
    if distance((grey, grey, grey)) < distance(cube) {
        return 232 + ramp;
    }
    16 + 36 * r + 6 * g + b
}

/// How many colours the terminal shows, going by what the environment says of it.
pub fn depth_of_terminal(variable: impl Fn(&str) -> Option<String>) -> Depth {
    if variable("NO_COLOR").is_some_and(|value| !value.is_empty()) {
        return Depth::None;
    }
    let says_true = variable("COLORTERM").is_some_and(|value| value == "truecolor" || value == "24bit");
    // tmux and these terminals take all colours, whether they say so or not.
    let term = variable("TERM").unwrap_or_default();
    let known = [
        "kitty",
        "alacritty",
        "foot",
        "ghostty",
        "wezterm",
        "direct",
        "tmux",
    ];
    if says_true || variable("TMUX").is_some() || known.iter().any(|name| term.contains(name)) {
        return Depth::True;
    }
    Depth::Indexed
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
    pub opened: &'static str,
    pub closed: &'static str,
    pub bars: [&'static str; 8],
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
    opened: "▾",
    closed: "▸",
    bars: ["▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"],
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
    opened: "-",
    closed: "+",
    bars: ["#", "#", "#", "#", "#", "#", "#", "#"],
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
