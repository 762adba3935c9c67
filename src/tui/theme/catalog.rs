//! The themes that there are, and how one is read: its own file, and those that it inherits from.

use super::depth::{Depth, bring_down, with_few_colours, without_colour};
use super::{Role, Theme};
use crate::model::line_of;
use ratatui::style::{Color, Modifier, Style};
use serde::Deserialize;
use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::path::Path;
use toml::Spanned;

/// The themes inside the program.
const BUILT_IN: [(&str, &str); 5] = [
    ("dark", include_str!("../../../themes/dark.toml")),
    ("light", include_str!("../../../themes/light.toml")),
    (
        "high-contrast",
        include_str!("../../../themes/high-contrast.toml"),
    ),
    (
        "red-green-safe",
        include_str!("../../../themes/red-green-safe.toml"),
    ),
    (
        "blue-yellow-safe",
        include_str!("../../../themes/blue-yellow-safe.toml"),
    ),
];

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
    /// The one that it inherits from is not there.
    #[error("theme {name:?} inherits from {parent:?}, which there is not; there are: {known}")]
    NoParent {
        /// Its name.
        name: String,
        /// What it inherits from.
        parent: String,
        /// The names that it could inherit from.
        known: String,
    },
    /// Its file does not read.
    #[error("theme {name:?}, line {line}: {reason}")]
    Malformed {
        /// Its name.
        name: String,
        /// Where, counted from 1.
        line: usize,
        /// What is wrong there.
        reason: String,
    },
    /// It inherits from itself.
    #[error("theme {0:?} inherits from itself")]
    Circular(String),
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct File {
    #[serde(rename = "name")]
    _name: Option<String>,
    inherits: Option<String>,
    palette: BTreeMap<String, Spanned<String>>,
    sixteen: BTreeMap<String, Spanned<String>>,
    styles: HashMap<Role, StyleText>,
    instances: Option<InstanceColours>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct InstanceColours {
    colours: Vec<Spanned<String>>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct StyleText {
    fg: Option<Spanned<String>>,
    bg: Option<Spanned<String>>,
    bold: bool,
    dim: bool,
    italic: bool,
    underline: bool,
    reversed: bool,
}

/// A file of a theme, and what it is called.
struct Source<'a> {
    name: String,
    text: &'a str,
    file: File,
}

impl Source<'_> {
    fn wrong(&self, span: Range<usize>, reason: String) -> ThemeError {
        ThemeError::Malformed {
            name: self.name.clone(),
            line: line_of(self.text, span.start),
            reason,
        }
    }
}

/// Every theme that there is, by name: those inside the program, and over them those of the home.
#[derive(Debug, Clone, Default)]
pub struct Catalog {
    own: BTreeMap<String, String>,
}

impl Catalog {
    /// The themes inside the program, and over them `*.toml` in this folder.
    pub fn load(folder: Option<&Path>) -> Self {
        let mut own = BTreeMap::new();
        let entries = folder.and_then(|folder| std::fs::read_dir(folder).ok());
        for path in entries.into_iter().flatten().flatten().map(|entry| entry.path()) {
            if path.extension().is_none_or(|extension| extension != "toml") {
                continue;
            }
            if let (Some(name), Ok(text)) = (
                path.file_stem().and_then(|stem| stem.to_str()),
                std::fs::read_to_string(&path),
            ) {
                own.insert(name.to_owned(), text);
            }
        }
        Self { own }
    }

    /// Their names: those inside the program first.
    pub fn names(&self) -> Vec<String> {
        let inside = BUILT_IN.map(|(name, _)| name);
        let own = self.own.keys().map(String::as_str);
        let own = own.filter(|name| !inside.contains(name));
        inside.into_iter().chain(own).map(ToOwned::to_owned).collect()
    }

    /// The text of a theme; where the home's own was seen already, of the one inside the program that it goes by.
    fn text(&self, name: &str, seen: bool) -> Option<&str> {
        let inside = BUILT_IN.iter().find(|(known, _)| *known == name);
        let inside = inside.map(|(_, text)| *text);
        match self.own.get(name) {
            Some(own) if !seen => Some(own),
            Some(_) => inside,
            None => inside.filter(|_| !seen),
        }
    }

    /// Reads a theme with all that it inherits.
    pub fn theme(&self, name: &str, depth: Depth) -> Result<Theme, ThemeError> {
        let mut chain = self.chain(name)?;
        chain.reverse();
        let colours = Colours::of(&chain, depth)?;
        let mut styles = HashMap::new();
        for source in &chain {
            for (role, text) in &source.file.styles {
                styles.insert(*role, colours.style(source, text)?);
            }
        }
        match depth {
            Depth::None => without_colour(&mut styles),
            Depth::Sixteen => with_few_colours(&mut styles),
            Depth::Indexed | Depth::True => {}
        }
        let with_instances = chain
            .iter()
            .rev()
            .find_map(|source| Some((source, source.file.instances.as_ref()?)));
        let instances = match with_instances {
            Some((source, list)) => list
                .colours
                .iter()
                .map(|text| colours.colour(source, text))
                .collect::<Result<_, _>>()?,
            None => Vec::new(),
        };
        Ok(Theme {
            name: name.to_owned(),
            styles,
            instances,
            depth,
        })
    }

    /// The theme and those that it inherits from, in this order.
    fn chain(&self, name: &str) -> Result<Vec<Source<'_>>, ThemeError> {
        let mut chain: Vec<Source> = Vec::new();
        let mut next = Some(name.to_owned());
        while let Some(name) = next {
            let times = chain.iter().filter(|seen| seen.name == name).count();
            let Some(text) = self.text(&name, times > 0).filter(|_| times < 2) else {
                if times > 0 {
                    return Err(ThemeError::Circular(name));
                }
                let Some(heir) = chain.last().map(|heir| heir.name.clone()) else {
                    let known = self.names().join(", ");
                    return Err(ThemeError::Unknown { name, known });
                };
                let others: Vec<_> = self.names().into_iter().filter(|other| *other != heir).collect();
                return Err(ThemeError::NoParent {
                    name: heir,
                    parent: name,
                    known: others.join(", "),
                });
            };
            let file: File = toml::from_str(text).map_err(|error| ThemeError::Malformed {
                name: name.clone(),
                line: error.span().map_or(1, |span| line_of(text, span.start)),
                reason: error.message().to_owned(),
            })?;
            next = file.inherits.clone();
            chain.push(Source { name, text, file });
        }
        Ok(chain)
    }
}

/// What the names of colours mean.
struct Colours {
    depth: Depth,
    /// What every name of the palettes stands for.
    named: BTreeMap<String, Color>,
}

impl Colours {
    /// The palettes of all these, a later one over an earlier one.
    fn of(chain: &[Source], depth: Depth) -> Result<Self, ThemeError> {
        let mut named = BTreeMap::new();
        let palettes = chain
            .iter()
            .flat_map(|source| source.file.palette.iter().map(move |entry| (source, entry)));
        let sixteen = chain
            .iter()
            .flat_map(|source| source.file.sixteen.iter().map(move |entry| (source, entry)));
        // What a theme says of the sixteen holds for those that inherit from it, whatever their palette is.
        for (source, (name, text)) in palettes.chain(sixteen.filter(|_| depth == Depth::Sixteen)) {
            named.insert(name.clone(), spelled(source, text, depth)?);
        }
        Ok(Self { depth, named })
    }

    fn colour(&self, source: &Source, text: &Spanned<String>) -> Result<Color, ThemeError> {
        match self.named.get(text.get_ref()) {
            Some(colour) => Ok(*colour),
            None => spelled(source, text, self.depth),
        }
    }

    fn style(&self, source: &Source, text: &StyleText) -> Result<Style, ThemeError> {
        let colour = |text: &Option<Spanned<String>>| {
            let colour = text.as_ref().map(|text| self.colour(source, text)).transpose()?;
            Ok(colour.filter(|_| self.depth != Depth::None))
        };
        let mut style = Style {
            fg: colour(&text.fg)?,
            bg: colour(&text.bg)?,
            ..Style::new()
        };
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
        Ok(style)
    }
}

/// A colour by its own spelling.
fn spelled(source: &Source, text: &Spanned<String>, depth: Depth) -> Result<Color, ThemeError> {
    let parsed = text.get_ref().parse::<Color>();
    parsed.map(|colour| bring_down(colour, depth)).map_err(|_| {
        let reason = format!("{:?} is neither in the palette nor a colour", text.get_ref());
        source.wrong(text.span(), reason)
    })
}
