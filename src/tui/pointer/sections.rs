//! The whole page, put together from its sections: data in, lines out.
//!
//! Above the sections, each of which has a file of its own; their order is told only here.

use super::around::add_around;
use super::circuit::add_circuit;
use super::facts::add_facts;
use super::page::PointerPage;
use super::route::add_route;
use super::sheet::Sheet;
use crate::tui::content::heading;
use crate::tui::state::State;
use crate::tui::theme::Role;
use crate::tui::widgets::json::json_lines;
use crate::tui::widgets::text::Line;

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
