//! A choice among a few things, each on a key of its own.

use crate::command::Id;
use crate::model::{ConnectionId, InstanceName};
use crate::tui::effect::Work;
use crate::tui::layers::Settled;
use crate::tui::widgets::text::Line;

/// Keys for things to choose from, one after the other; those that move and close are not among them.
pub fn item_keys() -> impl Iterator<Item = char> {
    ('1'..='9').chain('a'..='i').chain('l'..='p').chain('r'..='z')
}

/// A step on the way to assigning what is marked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ForMarked {
    /// Choose among the connections of this instance.
    Connections(InstanceName),
    /// Assign what is marked on this instance to this connection of this name, or to none.
    Assign(InstanceName, Option<(ConnectionId, String)>),
}

/// What choosing something leads to.
pub enum Act {
    /// This work.
    Do(Work),
    /// A command of the table, with what would follow its name on the command line.
    Run(Id, Option<String>),
    /// Something about the marked pointers.
    Marked(ForMarked),
    /// How the form below goes on, where others changed what it is about.
    Settle(Box<Settled>),
}

/// One of the things.
pub struct Item {
    /// The key that chooses it at once.
    pub key: char,
    /// In a word or two.
    pub label: String,
    /// In a sentence.
    pub doc: String,
    /// What it leads to.
    pub act: Act,
}

impl Item {
    /// A thing that is work.
    pub fn work(key: char, label: impl Into<String>, doc: impl Into<String>, work: Work) -> Self {
        Self {
            key,
            label: label.into(),
            doc: doc.into(),
            act: Act::Do(work),
        }
    }

    /// A thing that is a command, with an argument or without.
    pub fn run(
        key: char,
        label: impl Into<String>,
        doc: impl Into<String>,
        id: Id,
        argument: Option<&str>,
    ) -> Self {
        Self {
            key,
            label: label.into(),
            doc: doc.into(),
            act: Act::Run(id, argument.map(str::to_owned)),
        }
    }
}

/// The choice as it stands.
pub struct Menu {
    /// What is chosen.
    pub title: String,
    /// What a person should know before choosing.
    pub about: Vec<Line>,
    /// The things.
    pub items: Vec<Item>,
    /// Which is selected.
    pub selected: usize,
}
