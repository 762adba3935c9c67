//! Draws the visible rows of a tree, and the line that says where in it one is.

use super::document::{Document, Kind};
use super::node::NodeId;
use super::search::Seeker;
use super::view::Tree;
use crate::tui::theme::Role;
use crate::tui::widgets::draw::Canvas;
use ratatui::layout::Rect;
use ratatui::style::Style;

/// Columns for each level.
const INDENT: u16 = 2;
/// How much of a closed container's text is looked at for its preview.
const PREVIEW: usize = 400;

/// Draws the rows that fit, and a scrollbar in the column behind them.
pub fn draw_tree(canvas: &mut Canvas, area: Rect, tree: &Tree, focused: bool) {
    let seeker = tree
        .matches
        .as_ref()
        .filter(|matches| !matches.nodes.is_empty())
        .map(|matches| Seeker::new(&matches.needle));
    for line in 0..area.height {
        let row = tree.top + usize::from(line);
        let Some(id) = tree.folding.node(row) else {
            break;
        };
        let place = Rect::new(area.x, area.y + line, area.width, 1);
        let is_match = tree
            .matches
            .as_ref()
            .is_some_and(|matches| matches.number(id).is_some());
        let seeker = seeker.as_ref().filter(|_| is_match);
        draw_row(canvas, place, tree, id, seeker);
        if row == tree.cursor {
            mark(canvas, place, focused);
        }
    }
    let bar = Rect::new(area.x, area.y, area.width + 2, area.height);
    canvas.scrollbar(bar, tree.top as u64, tree.folding.len() as u64);
}

fn draw_row(canvas: &mut Canvas, place: Rect, tree: &Tree, id: NodeId, seeker: Option<&Seeker>) {
    let document = &*tree.document;
    let mut pen = Pen {
        x: place.x + 2,
        end: place.right(),
        y: place.y,
        seeker,
    };
    let depth = u16::try_from(document.depth(id)).unwrap_or(u16::MAX);
    pen.blank(depth.saturating_mul(INDENT));
    let is_open = tree.folding.is_open(id);
    let has_values = document.count(id) > 0;
    let sign = match (has_values, is_open) {
        (false, _) => "  ".to_owned(),
        (true, true) => format!("{} ", canvas.glyphs.unfolded),
        (true, false) => format!("{} ", canvas.glyphs.folded),
    };
    pen.put(canvas, &sign, Role::Faint);
    if let Some(name) = document.name_slice(id) {
        // A name without oddities is read more easily without its quotes.
        let shown = document
            .name(id)
            .filter(|own| !own.is_empty() && !name.contains('\\'));
        pen.put(canvas, shown.as_deref().unwrap_or(name), Role::JsonKey);
        pen.put(canvas, ": ", Role::Faint);
    } else if document.parent(id).is_some() {
        pen.put(canvas, &format!("{}: ", document.place(id)), Role::Faint);
    }
    let text = beginning(document.slice(id), usize::from(place.width) + 1);
    match document.kind(id) {
        Kind::Object | Kind::List => container(canvas, &mut pen, document, id, is_open && has_values),
        Kind::Text => pen.put(canvas, text, Role::JsonText),
        Kind::Number => pen.put(canvas, text, Role::JsonNumber),
        Kind::Word => pen.put(canvas, text, Role::JsonWord),
    }
}

fn container(canvas: &mut Canvas, pen: &mut Pen, document: &Document, id: NodeId, is_open: bool) {
    let count = document.count(id);
    let counted = match document.kind(id) {
        Kind::Object => format!("{{{count}}}"),
        _ => format!("[{count}]"),
    };
    pen.put(canvas, &counted, Role::Dim);
    if !is_open && count > 0 {
        pen.put(canvas, " ", Role::Faint);
        pen.put(canvas, beginning(document.slice(id), PREVIEW), Role::Faint);
    }
}

/// The first characters of a text, cut so that a long one costs no more than what is seen.
fn beginning(text: &str, characters: usize) -> &str {
    match text.char_indices().nth(characters) {
        Some((end, _)) => &text[..end],
        None => text,
    }
}

/// Writes a row from left to right.
struct Pen<'a> {
    x: u16,
    y: u16,
    end: u16,
    seeker: Option<&'a Seeker>,
}

impl Pen<'_> {
    fn blank(&mut self, columns: u16) {
        self.x = self.x.saturating_add(columns).min(self.end);
    }

    fn put(&mut self, canvas: &mut Canvas, text: &str, role: Role) {
        let plain = canvas.style(role);
        let Some(seeker) = self.seeker.filter(|_| !matches!(role, Role::Faint | Role::Dim)) else {
            self.put_styled(canvas, text, plain);
            return;
        };
        let found = canvas.style(Role::Match);
        let mut from = 0;
        while let Some((start, end)) = seeker.first_in(text, from) {
            self.put_styled(canvas, &text[from..start], plain);
            self.put_styled(canvas, &text[start..end], plain.patch(found));
            from = end;
        }
        self.put_styled(canvas, &text[from..], plain);
    }

    fn put_styled(&mut self, canvas: &mut Canvas, text: &str, style: Style) {
        self.x += canvas.put(self.x, self.y, self.end.saturating_sub(self.x), text, style);
    }
}

/// Marks the selected row.
pub fn mark(canvas: &mut Canvas, line: Rect, focused: bool) {
    let (role, sign) = if focused {
        (Role::Selected, canvas.glyphs.mark)
    } else {
        (Role::SelectedIdle, " ")
    };
    let style = canvas.style(role);
    let ground = Style { fg: None, ..style };
    canvas.tint(line, ground);
    let accent = canvas.style(Role::Accent).patch(ground);
    canvas.put(line.x, line.y, 1, sign, accent);
}

/// Where in the document one is: the path of the selected value, and which row of how many.
pub fn path_line(tree: &Tree) -> (String, String) {
    let path = tree
        .selected()
        .map_or_else(String::new, |id| tree.document.path(id));
    let rows = crate::tui::clock::count(tree.folding.len() as u64);
    let row = crate::tui::clock::count((tree.cursor + 1).min(tree.folding.len()) as u64);
    (path, format!("{row} of {rows}"))
}
