//! A list of objects as a table: its columns are the objects' members, and only visible cells are ever made.

use crate::tui::widgets::tree::{Document, Kind, NodeId};
use std::borrow::Cow;
use std::cmp::Ordering;
use std::sync::Arc;
use unicode_width::UnicodeWidthStr;

/// So many rows tell which columns there are and how wide.
const SAMPLED: usize = 200;
/// A column is at most so wide unless it is the last.
const WIDEST: usize = 40;
/// More columns than this nobody wants to see.
const MOST_COLUMNS: usize = 64;
/// How deep in a reply its lists are looked for.
const DEEPEST: usize = 3;

/// A column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// The member that it shows.
    pub name: String,
    /// Its width.
    pub width: u16,
    /// Whether it holds numbers, which end at the right.
    pub numeric: bool,
}

/// A table as it is made.
#[derive(Debug, Clone)]
pub struct TableData {
    /// The list.
    pub list: NodeId,
    /// The columns.
    pub columns: Vec<Column>,
    /// The objects, in the order of the table.
    pub rows: Arc<[NodeId]>,
    /// The column that it is sorted by, backwards or not.
    pub sort: Option<(String, bool)>,
}

/// A table as it is shown.
#[derive(Debug, Clone)]
pub struct TableView {
    /// What is shown.
    pub data: TableData,
    /// What it is of.
    pub document: Arc<Document>,
    /// The row that is selected.
    pub cursor: usize,
    /// The first row that is visible.
    pub top: usize,
    /// The column that is selected.
    pub column: usize,
}

impl TableView {
    /// A table as it is first shown.
    pub fn new(document: Arc<Document>, data: TableData) -> Self {
        Self {
            data,
            document,
            cursor: 0,
            top: 0,
            column: 0,
        }
    }

    /// Moves the selection.
    pub fn step(&mut self, rows: i64) {
        let wanted = i64::try_from(self.cursor)
            .unwrap_or(i64::MAX)
            .saturating_add(rows);
        let last = self.data.rows.len().saturating_sub(1);
        self.cursor = usize::try_from(wanted.max(0)).unwrap_or(0).min(last);
    }

    /// Selects the next or the previous column.
    pub fn turn(&mut self, forward: bool) {
        let last = self.data.columns.len().saturating_sub(1);
        self.column = if forward {
            (self.column + 1).min(last)
        } else {
            self.column.saturating_sub(1)
        };
    }

    /// The sorting that comes next for the selected column: upwards, backwards, as it came.
    pub fn next_sort(&self) -> Option<(String, bool)> {
        let name = &self.data.columns.get(self.column)?.name;
        match &self.data.sort {
            Some((sorted, false)) if sorted == name => Some((name.clone(), true)),
            Some((sorted, true)) if sorted == name => None,
            _ => Some((name.clone(), false)),
        }
    }

    /// Keeps the selection in sight.
    pub fn settle(&mut self, height: usize) {
        let height = height.max(1);
        self.cursor = self.cursor.min(self.data.rows.len().saturating_sub(1));
        if self.cursor < self.top {
            self.top = self.cursor;
        }
        if self.cursor >= self.top + height {
            self.top = self.cursor + 1 - height;
        }
    }

    /// The first column that is drawn, so that the selected one is seen in this room.
    pub fn first_column(&self, room: u16) -> usize {
        let mut used = 0;
        for (place, column) in self.data.columns.iter().enumerate().take(self.column + 1).rev() {
            used += column.width + 2;
            if used > room {
                return (place + 1).min(self.column);
            }
        }
        0
    }
}

/// The list that a table is best made of: the selected one or the one that it is in, else the longest that
/// lies near the root.
pub fn list_for(document: &Document, selected: NodeId) -> Option<NodeId> {
    let around = std::iter::successors(Some(selected), |id| document.parent(*id));
    let mut around = around.filter(|id| is_table(document, *id));
    if let Some(list) = around.next() {
        return Some(list);
    }
    let mut best: Option<NodeId> = None;
    let mut near = vec![(0, 0)];
    while let Some((id, depth)) = near.pop() {
        if is_table(document, id) {
            if best.is_none_or(|best| document.count(id) > document.count(best)) {
                best = Some(id);
            }
        } else if depth < DEEPEST && !document.is_empty() {
            near.extend(
                document
                    .children(id)
                    .take(SAMPLED)
                    .map(|child| (child, depth + 1)),
            );
        }
    }
    best
}

/// Whether it is a list whose first items are objects.
fn is_table(document: &Document, id: NodeId) -> bool {
    !document.is_empty()
        && document.kind(id) == Kind::List
        && document.count(id) > 0
        && document
            .children(id)
            .take(8)
            .all(|child| document.kind(child) == Kind::Object && document.count(child) > 0)
}

/// Makes a table of a list.
pub fn make(document: &Document, list: NodeId, sort: Option<(String, bool)>) -> TableData {
    let mut rows: Vec<NodeId> = document.children(list).collect();
    let columns = columns(document, &rows);
    if let Some((name, backwards)) = &sort {
        let mut keyed: Vec<(Sorted, NodeId)> = rows
            .iter()
            .map(|row| (Sorted::of(document, document.member(*row, name)), *row))
            .collect();
        keyed.sort_by(|(one, _), (other, _)| {
            let order = one.cmp(other);
            if *backwards { order.reverse() } else { order }
        });
        rows = keyed.into_iter().map(|(_, row)| row).collect();
    }
    TableData {
        list,
        columns,
        rows: rows.into(),
        sort,
    }
}

fn columns(document: &Document, rows: &[NodeId]) -> Vec<Column> {
    let mut columns: Vec<(Column, bool)> = Vec::new();
    for row in rows.iter().take(SAMPLED) {
        for member in document.children(*row).take(MOST_COLUMNS) {
            let Some(name) = document.name(member) else {
                continue;
            };
            let shown = cell(document, member, WIDEST);
            let wide = u16::try_from(shown.width().clamp(1, WIDEST)).unwrap_or(1);
            let is_number = document.kind(member) == Kind::Number;
            if let Some((column, numeric)) = columns.iter_mut().find(|(column, _)| column.name == name) {
                column.width = column.width.max(wide);
                *numeric &= is_number || document.slice(member) == "null";
                continue;
            }
            if columns.len() == MOST_COLUMNS {
                continue;
            }
            let title = u16::try_from(name.width().min(WIDEST) + 2).unwrap_or(8);
            let column = Column {
                name: name.into_owned(),
                width: wide.max(title),
                numeric: false,
            };
            columns.push((column, is_number));
        }
    }
    columns
        .into_iter()
        .map(|(column, numeric)| Column { numeric, ..column })
        .collect()
}

/// What stands in a cell, at most about so many columns of it. Characters may take none of their own: twice as many are
/// enough for what people write.
pub fn cell(document: &Document, id: NodeId, most: usize) -> Cow<'_, str> {
    if let Some(said) = document.says_at_first(id, most * 2) {
        return said;
    }
    let slice = document.slice(id);
    let end = slice.char_indices().nth(most * 2).map(|(end, _)| end);
    Cow::Borrowed(&slice[..end.unwrap_or(slice.len())])
}

/// What rows are sorted by: numbers, then texts, then whatever else, and what is not there last.
enum Sorted<'a> {
    Number(f64),
    Text(Cow<'a, str>),
    Other(&'a str),
    Missing,
}

impl<'a> Sorted<'a> {
    fn of(document: &'a Document, member: Option<NodeId>) -> Self {
        let Some(id) = member else { return Self::Missing };
        match document.kind(id) {
            Kind::Number => document
                .slice(id)
                .parse()
                .map_or(Self::Other(document.slice(id)), Self::Number),
            Kind::Text => document.said(id).map_or(Self::Missing, Self::Text),
            Kind::Word if document.slice(id) == "null" => Self::Missing,
            _ => Self::Other(document.slice(id)),
        }
    }

    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Number(one), Self::Number(other)) => one.total_cmp(other),
            (Self::Text(one), Self::Text(other)) => one.cmp(other),
            (Self::Other(one), Self::Other(other)) => one.cmp(other),
            _ => self.rank().cmp(&other.rank()),
        }
    }

    fn rank(&self) -> u8 {
        match self {
            Self::Number(_) => 0,
            Self::Text(_) => 1,
            Self::Other(_) => 2,
            Self::Missing => 3,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn column(document: &Document, data: &TableData, name: &str) -> Vec<String> {
        data.rows
            .iter()
            .map(|row| {
                document
                    .member(*row, name)
                    .map_or(String::new(), |id| cell(document, id, 40).into_owned())
            })
            .collect()
    }

    #[test]
    fn the_nearest_or_longest_list_of_objects_becomes_a_table_sorted_as_wished() {
        let document = Document::of_value(&json!({"a": [{"x": 1}], "result": {"rows": [
            {"n": 10, "name": "b"}, {"n": 9, "name": "ä", "more": [1]}, {"name": "a", "n": null}]}}));
        let list = list_for(&document, 0).unwrap();
        assert_eq!(document.path(list), ".result.rows");
        assert_eq!(
            list_for(&document, 3).map(|id| document.path(id)),
            Some(".a".into())
        );
        let data = make(&document, list, None);
        let names: Vec<_> = data.columns.iter().map(|column| column.name.as_str()).collect();
        assert_eq!(names, ["n", "name", "more"]);
        assert!(data.columns[0].numeric && !data.columns[1].numeric);
        let sorted = make(&document, list, Some(("n".into(), false)));
        assert_eq!(column(&document, &sorted, "n"), ["9", "10", "null"]);
        let sorted = make(&document, list, Some(("name".into(), true)));
        assert_eq!(column(&document, &sorted, "name"), ["ä", "b", "a"]);
        assert_eq!(list_for(&Document::of_value(&json!({"a": [1, 2]})), 0), None);
        assert_eq!(list_for(&Document::read("".into()), 0), None);
    }

    #[test]
    fn long_texts_and_short_ones_are_shown_without_their_escapes() {
        let short = r#"internal_circuit::[{"action":"whoami"}]"#;
        let long = format!(
            "internal_circuit::{}",
            json!({"action": "federated_invoke", "sealed": "e".repeat(400)})
        );
        let wide = "🦋 \"日本語\" ".repeat(40);
        let texts = [short, long.as_str(), wide.as_str()];
        let document = Document::of_value(&json!(texts.map(|text| json!({"text": text}))));
        let data = make(&document, 0, None);
        assert_eq!(data.columns[0].width, 40);
        for (text, shown) in texts.into_iter().zip(column(&document, &data, "text")) {
            assert!(text.starts_with(&shown), "{shown}");
            assert!(
                shown == text || shown.width() > 40,
                "what is cut can be seen to be: {shown}"
            );
        }
        let escaped = format!(r#"[{{"text": "{}"}}]"#, r"\ud83e\udd8b".repeat(100));
        let document = Document::read(escaped.into());
        let shown = column(&document, &make(&document, 0, None), "text");
        assert_eq!(shown, ["🦋".repeat(80)]);
    }
}
