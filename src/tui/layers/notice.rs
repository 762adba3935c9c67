//! Windows that one reads: results, failures, what was reported, and long work step by step.

use crate::seal::Passphrase;
use crate::tui::reveal::Reveal;
use crate::tui::state::Level;
use crate::tui::theme::Role;
use crate::tui::widgets::text::Line;

/// Something to read.
pub struct Notice {
    /// In a few words.
    pub title: String,
    /// How bad it is.
    pub level: Level,
    /// What there is to read.
    pub lines: Vec<Line>,
    /// A secret that is shown only when asked for.
    pub secret: Option<Passphrase>,
    /// Whether it was asked for just now.
    pub reveal: Reveal,
    /// Whether it was ever asked for, or whoever closes the window was told that it is lost then.
    pub was_told: bool,
    /// How far it is scrolled.
    pub scroll: usize,
}

impl Notice {
    /// Whether closing it loses a secret that nobody has seen. Says so once.
    pub fn holds_on(&mut self) -> bool {
        let holds = self.secret.is_some() && !self.was_told;
        if holds {
            self.was_told = true;
            let warning = "Nobody has seen the secret yet. Close once more to lose it.";
            self.lines
                .splice(0..0, [Line::of(warning, Role::Bad), Line::new()]);
            self.scroll = 0;
        }
        holds
    }

    /// A window with these lines.
    pub fn new(title: impl Into<String>, level: Level, lines: Vec<Line>) -> Self {
        Self {
            title: title.into(),
            level,
            lines,
            secret: None,
            reveal: Reveal::default(),
            was_told: false,
            scroll: 0,
        }
    }
}

/// What was reported so far, newest first.
#[derive(Default)]
pub struct Reports {
    /// How far it is scrolled.
    pub scroll: usize,
}

/// Long work, step by step.
pub struct Steps {
    /// The work's number.
    pub ticket: u64,
    /// In a few words.
    pub title: String,
    /// What was and is being done.
    pub steps: Vec<String>,
}
