//! Draws the page: the rows, and beside or below them what is known of the selected one.

use super::panel;
use super::state::{Domains, Row};
use super::words::{allowed, standing, status};
use crate::command::Id;
use crate::model::{ConnectionStatus, DomainPermission};
use crate::tui::clock::count;
use crate::tui::state::{Load, State};
use crate::tui::theme::Role;
use crate::tui::widgets::draw::Canvas;
use crate::tui::widgets::split::{Split, say};
use crate::tui::widgets::table::{Cell, Column};
use crate::tui::widgets::text::draw_lines;
use ratatui::layout::Rect;

const COLUMNS: [Column; 6] = [
    Column::growing("name", 20, 3, 0),
    Column::fixed("what", 11, 3),
    Column::fixed("state", 12, 0),
    Column::fixed("pointers", 9, 2).right(),
    Column::growing("about", 16, 2, 1),
    Column::fixed("id", 17, 4),
];

/// Where the rows stand, under their headings.
pub(super) fn rows_area(body: Rect) -> Rect {
    Split::of(body).rows()
}

/// Draws it within the frame of a page.
pub fn draw(state: &State, page: &Domains, canvas: &mut Canvas, body: Rect) {
    let split = Split::of(body);
    let Split { table, panel, .. } = split;
    draw_note(page, canvas, body);
    if page.rows.is_empty() {
        draw_nothing(state, page, canvas, body);
        return;
    }
    split.divide(canvas);
    let rows = split.listing(&COLUMNS, page.rows.len(), page.cursor.top, page.cursor.selected);
    rows.draw(canvas, table, |index, canvas| {
        let row = usize::try_from(index).ok().and_then(|place| page.rows.get(place));
        row.map_or_else(Vec::new, |row| cells(page, *row, canvas))
    });
    draw_lines(canvas, panel, &panel::lines(state, page, panel.width), 0);
}

/// At the right of the title: how many there are, and whether that is from before.
fn draw_note(page: &Domains, canvas: &mut Canvas, body: Rect) {
    let many = |number: usize, what: &str| match number {
        1 => format!("1 {what}"),
        number => format!("{} {what}s", count(number as u64)),
    };
    let (text, role) = match (&page.load, page.rows.is_empty()) {
        (_, true) => return,
        (Load::Failed(_), _) => (
            " from before: it could not be asked again ".to_owned(),
            Role::Warn,
        ),
        _ => (
            format!(
                " {}, {} ",
                many(page.tree.domains.len(), "domain"),
                many(page.tree.connections.len(), "connection")
            ),
            Role::Dim,
        ),
    };
    let style = canvas.style(role);
    let room = body.width.saturating_sub(30);
    canvas.put_right(body.x + 27, body.y, room, &text, style);
}

/// What there is to say where there are no rows: asked, refused, or none.
fn draw_nothing(state: &State, page: &Domains, canvas: &mut Canvas, body: Rect) {
    let instance = &page.instance;
    let (title, text, role) = match &page.load {
        Load::Waiting => (
            format!("Asking {instance} for its domains…"),
            String::new(),
            Role::Dim,
        ),
        Load::Failed(failure) => (
            failure.message.clone(),
            state.remedy_here(&failure.remedy),
            Role::Bad,
        ),
        Load::Ready if state.situation().read_only => (
            format!("{instance} has no domains"),
            "None can be made from here: it is read-only.".to_owned(),
            Role::Dim,
        ),
        Load::Ready => (
            format!("{instance} has no domains yet"),
            format!(
                "A domain owns connections, through which pointers are invoked. {} makes one.",
                state.key_for(Id::NewDomain)
            ),
            Role::Dim,
        ),
    };
    say(canvas, body, (&title, role), &text);
}

fn cells(page: &Domains, row: Row, canvas: &Canvas) -> Vec<Cell> {
    let dim = canvas.style(Role::Dim);
    match row {
        Row::Domain(_) => domain_cells(page, row, canvas),
        Row::Connection(_, place) => {
            let Some(connection) = page.tree.connections.get(place) else {
                return Vec::new();
            };
            let (state, role) = status(connection.status, canvas.glyphs);
            let about = match &connection.held_credential {
                Some(held) => format!("relays with {held}"),
                None => connection.description.clone(),
            };
            let pointers = match page.counts.get(&connection.id) {
                Some(Some(number)) => count(*number),
                Some(None) => String::new(),
                None => canvas.glyphs.ellipsis.to_owned(),
            };
            vec![
                vec![
                    ("    ".to_owned(), dim),
                    (connection.name.clone(), canvas.style(Role::Base)),
                ],
                vec![("connection".to_owned(), dim)],
                vec![(state, canvas.style(role))],
                vec![(pointers, dim)],
                vec![(about, dim)],
                vec![(connection.id.to_string(), canvas.style(Role::Address))],
            ]
        }
        Row::Key(domain, place) => {
            let Some(key) = page.key(domain, place) else {
                return Vec::new();
            };
            let (sign, role) = if key.state.is_usable() {
                (canvas.glyphs.good, Role::Good)
            } else {
                (canvas.glyphs.bad, Role::Bad)
            };
            let used = key.uses.map_or_else(String::new, |uses| match uses {
                0 => ", never used".to_owned(),
                uses => format!(", used {} times", count(uses)),
            });
            vec![
                vec![
                    ("    ".to_owned(), dim),
                    (key.id.clone(), canvas.style(Role::Base)),
                ],
                vec![("access key".to_owned(), dim)],
                vec![(format!("{sign} {}", key.state), canvas.style(role))],
                Vec::new(),
                vec![(format!("{}{used}", allowed(&key.permissions)), dim)],
                Vec::new(),
            ]
        }
        Row::Federation(domain, place) => {
            let (Some(one), Some(domain)) = (page.tree.federations.get(place), page.tree.domains.get(domain))
            else {
                return Vec::new();
            };
            let (state, role) = standing(one.status, canvas.glyphs);
            let name = if one.source_domain_id == domain.id {
                format!("{} {}", canvas.glyphs.arrow, page.name_of(&one.target_domain_id))
            } else {
                format!("from {}", page.name_of(&one.source_domain_id))
            };
            let permissions: Vec<DomainPermission> = one.permissions.iter().copied().collect();
            vec![
                vec![("    ".to_owned(), dim), (name, canvas.style(Role::Base))],
                vec![("federation".to_owned(), dim)],
                vec![(state, canvas.style(role))],
                Vec::new(),
                vec![(allowed(&permissions), dim)],
                vec![(one.id.to_string(), canvas.style(Role::Address))],
            ]
        }
    }
}

fn domain_cells(page: &Domains, row: Row, canvas: &Canvas) -> Vec<Cell> {
    let dim = canvas.style(Role::Dim);
    let Some(domain) = page.tree.domains.get(row.domain()) else {
        return Vec::new();
    };
    let fold = if page.is_folded(row.domain()) {
        canvas.glyphs.folded
    } else {
        canvas.glyphs.unfolded
    };
    let connections: Vec<_> = page.connections_at(row.domain()).collect();
    let open = connections
        .iter()
        .filter(|connection| connection.status == ConnectionStatus::Active)
        .count();
    let state = match (connections.len(), open) {
        (0, _) => String::new(),
        (all, open) if all == open => format!("{open} open"),
        (all, open) => format!("{open} of {all} open"),
    };
    let counted: Option<u64> = connections
        .iter()
        .map(|connection| page.counts.get(&connection.id).copied().flatten())
        .sum();
    let pointers = counted
        .filter(|_| !connections.is_empty())
        .map_or_else(String::new, count);
    let about = domain
        .owner_app_id
        .as_ref()
        .map_or_else(String::new, |owner| format!("owned by {owner}"));
    vec![
        vec![
            (format!("{fold} "), dim),
            (domain.name.clone(), canvas.style(Role::Strong)),
        ],
        vec![("domain".to_owned(), dim)],
        vec![(state, dim)],
        vec![(pointers, canvas.style(Role::Base))],
        vec![(about, dim)],
        vec![(domain.id.to_string(), canvas.style(Role::Address))],
    ]
}
