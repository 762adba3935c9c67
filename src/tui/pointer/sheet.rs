//! Lines and the links among them: what each section of the page adds to, and what one moves over.
//!
//! Below the page and its sections: it knows neither what they say nor the state.

use crate::model::{ConnectionId, InstanceName, PointerAddress};
use crate::tui::widgets::text::Line;

/// Where a link goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Destination {
    /// To another pointer of the same instance, which is this, in words.
    Pointer(PointerAddress, Option<String>),
    /// To the page about a credential.
    Credential(String),
    /// To the pointers of an instance.
    Instance(InstanceName),
    /// To the pointers that are assigned to a connection.
    Connection(ConnectionId),
}

/// A line that leads somewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Which line.
    pub line: usize,
    /// Where to.
    pub to: Destination,
}

/// The whole page.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Sheet {
    /// Its lines.
    pub lines: Vec<Line>,
    /// Those that lead somewhere, from top to bottom.
    pub links: Vec<Link>,
    /// Where the neighbours by coordinates begin: they are fetched once that is in view.
    pub near_from: usize,
}

impl Sheet {
    /// Adds a line that leads somewhere.
    pub fn link(&mut self, line: Line, to: Destination) {
        self.links.push(Link {
            line: self.lines.len(),
            to,
        });
        self.lines.push(line);
    }

    /// Makes a line that is there already lead somewhere.
    pub fn link_at(&mut self, line: usize, to: Destination) {
        self.links.push(Link { line, to });
    }
}
