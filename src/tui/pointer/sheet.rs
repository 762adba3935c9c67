//! The page as lines and the links among them: data in, lines out.

use super::around::add_around;
use super::circuit::add_circuit;
use super::facts::add_facts;
use super::page::PointerPage;
use super::route::add_route;
use crate::model::{ConnectionId, InstanceName, PointerAddress};
use crate::tui::content::heading;
use crate::tui::state::State;
use crate::tui::theme::Role;
use crate::tui::widgets::json::json_lines;
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

/// Makes the page for a width.
pub fn sheet(state: &State, page: &PointerPage, room: u16) -> Sheet {
    let mut sheet = Sheet::default();
    add_facts(state, page, &mut sheet, room);
    if let Some(pointer) = page.pointer() {
        if let Some(federated) = &pointer.federated {
            add_route(state, page, federated, &mut sheet, room);
            heading(&mut sheet.lines, "What the peer is asked");
            sheet.lines.extend(json_lines(&federated.query, room));
        }
        add_circuit(state, page, pointer, &mut sheet, room);
    }
    if !page.is_gone() {
        add_around(state, page, &mut sheet);
    }
    sheet.lines.push(Line::of("", Role::Base));
    sheet
}
