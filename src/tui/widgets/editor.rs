//! A small editor for text of many lines, made for JSON: auto-indent, brackets in pairs, undo and redo.
//!
//! It knows nothing of colours or of what the text means. Lines do not wrap; the view scrolls both ways.

use crate::command::{Key, KeyCode};
use std::ops::Range;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// How far a level is indented.
const INDENT: &str = "  ";
/// Changes that can be undone.
const MOST_CHANGES: usize = 1_000;

/// One change of the text.
#[derive(Debug, Clone, PartialEq)]
struct Change {
    at: usize,
    removed: String,
    inserted: String,
    /// Where the cursor was before.
    before: usize,
    /// Typed letter by letter, so that what is typed next may join it.
    typed: bool,
}

/// Text with a cursor.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Editor {
    text: String,
    cursor: usize,
    /// The column that moving up and down aims at.
    goal: Option<usize>,
    undo: Vec<Change>,
    redo: Vec<Change>,
    revision: u64,
    /// The first line that is shown.
    pub top: usize,
    /// The first column that is shown.
    pub left: usize,
}

impl Editor {
    /// An editor with this text, the cursor at its end.
    pub fn new(text: &str) -> Self {
        let text = plain(text);
        Self {
            cursor: text.len(),
            text,
            ..Self::default()
        }
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The byte before which the cursor stands.
    pub fn cursor(&self) -> usize {
        self.cursor
    }

    /// A number that every change raises.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// How many lines there are; at least one.
    pub fn lines(&self) -> usize {
        self.text.matches('\n').count() + 1
    }

    /// The bytes of each line, without their ends.
    pub fn spans(&self) -> impl Iterator<Item = Range<usize>> + '_ {
        let mut start = 0;
        self.text.split('\n').map(move |line| {
            let span = start..start + line.len();
            start = span.end + 1;
            span
        })
    }

    /// Line and column of a byte, both from 0; the column counts what the terminal shows.
    pub fn place(&self, offset: usize) -> (usize, usize) {
        let before = &self.text[..offset];
        let start = before.rfind('\n').map_or(0, |at| at + 1);
        (before.matches('\n').count(), columns(&before[start..]))
    }

    /// Puts another text in the place of all that is there, as one change.
    pub fn replace_all(&mut self, text: &str) {
        let whole = 0..self.text.len();
        self.replace(whole, text);
        self.cursor = self.text.len();
    }

    /// Puts text in the place of a span; the cursor comes to stand behind it.
    pub fn replace(&mut self, span: Range<usize>, text: &str) {
        self.change(span, &plain(text), false);
    }

    /// Puts the cursor somewhere.
    pub fn go_to(&mut self, offset: usize) {
        let mut offset = offset.min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        self.cursor = offset;
        self.goal = None;
    }

    /// Puts the cursor where the mouse points: a line and a column.
    pub fn go_to_place(&mut self, line: usize, column: usize) {
        let Some(span) = self.spans().nth(line) else {
            self.go_to(self.text.len());
            return;
        };
        self.go_to(span.start + offset_of_column(&self.text[span], column));
    }

    /// Takes pasted text as it is, as one change.
    pub fn paste(&mut self, text: &str) {
        let at = self.cursor..self.cursor;
        self.replace(at, text);
    }

    /// Takes a key. False if it means nothing here.
    pub fn key(&mut self, key: Key, page: usize) -> bool {
        use KeyCode::{Backspace, Char, Delete, Down, End, Enter, Home, Left, PageDown, PageUp, Right, Up};
        match (key.code, key.ctrl, key.alt) {
            (Char('a'), true, _) | (Home, false, _) => self.home(),
            (Char('e'), true, _) | (End, false, _) => self.go_to(self.line().end),
            (Home, true, _) => self.go_to(0),
            (End, true, _) => self.go_to(self.text.len()),
            (Char('b'), _, true) | (Left, true, _) => self.go_to(self.word_before()),
            (Char('f'), _, true) | (Right, true, _) => self.go_to(self.word_after()),
            (Left, ..) => self.go_to(self.before(self.cursor)),
            (Right, ..) => self.go_to(self.after(self.cursor)),
            (Up, ..) => self.vertically(-1),
            (Down, ..) => self.vertically(1),
            (PageUp, ..) => self.vertically(-i64::try_from(page).unwrap_or(1)),
            (PageDown, ..) => self.vertically(i64::try_from(page).unwrap_or(1)),
            (Char('w'), true, _) | (Backspace, _, true) => {
                self.change(self.word_before()..self.cursor, "", false)
            }
            (Char('k'), true, _) => self.cut_to_end(),
            (Char('u'), true, _) => self.change(self.line().start..self.cursor, "", false),
            (Char('h'), true, _) | (Backspace, ..) => self.backspace(),
            (Delete, ..) => self.change(self.cursor..self.after(self.cursor), "", false),
            (Char('7' | '_' | '/' | '-'), true, _) | (Char('u'), _, true) => self.undo(),
            (Char('y'), true, _) | (Char('r'), _, true) => self.redo(),
            (Enter, false, false) => self.enter(),
            (Char(character), false, false) => self.type_in(character),
            _ => return false,
        }
        true
    }

    /// Takes the last change back.
    pub fn undo(&mut self) {
        let Some(change) = self.undo.pop() else { return };
        let span = change.at..change.at + change.inserted.len();
        self.text.replace_range(span, &change.removed);
        self.cursor = change.before;
        self.goal = None;
        self.revision += 1;
        self.redo.push(change);
    }

    /// Makes the change again that was taken back.
    pub fn redo(&mut self) {
        let Some(change) = self.redo.pop() else { return };
        let span = change.at..change.at + change.removed.len();
        self.text.replace_range(span, &change.inserted);
        self.cursor = change.at + change.inserted.len();
        self.goal = None;
        self.revision += 1;
        self.undo.push(change);
    }

    /// Scrolls so that the cursor is seen in a window of this size.
    pub fn follow(&mut self, width: usize, height: usize) {
        let (line, column) = self.place(self.cursor);
        self.top = self.top.min(line);
        if height > 0 && line >= self.top + height {
            self.top = line + 1 - height;
        }
        // No emptiness below the text where there is more above.
        self.top = self.top.min(self.lines().saturating_sub(height.max(1)));
        if column < self.left {
            self.left = column.saturating_sub(8);
        }
        if width > 0 && column >= self.left + width {
            self.left = column + 1 - width;
        }
    }

    fn line(&self) -> Range<usize> {
        let start = self.text[..self.cursor].rfind('\n').map_or(0, |at| at + 1);
        let end = self.text[self.cursor..]
            .find('\n')
            .map_or(self.text.len(), |at| self.cursor + at);
        start..end
    }

    fn before(&self, offset: usize) -> usize {
        let before = self.text[..offset].graphemes(true).next_back();
        offset - before.map_or(0, str::len)
    }

    fn after(&self, offset: usize) -> usize {
        let after = self.text[offset..].graphemes(true).next();
        offset + after.map_or(0, str::len)
    }

    fn word_before(&self) -> usize {
        let before = self.text[..self.cursor].trim_end_matches(|letter: char| !is_of_word(letter));
        before.trim_end_matches(is_of_word).len()
    }

    fn word_after(&self) -> usize {
        let after = self.text[self.cursor..].trim_start_matches(|letter: char| !is_of_word(letter));
        self.text.len() - after.trim_start_matches(is_of_word).len()
    }

    /// First to where the line's text begins, then to its very start.
    fn home(&mut self) {
        let line = self.line();
        let text = &self.text[line.clone()];
        let begins = line.start + text.len() - text.trim_start().len();
        let target = if self.cursor == begins { line.start } else { begins };
        self.go_to(target);
    }

    fn vertically(&mut self, by: i64) {
        let (line, column) = self.place(self.cursor);
        let goal = self.goal.unwrap_or(column);
        let last = i64::try_from(self.lines() - 1).unwrap_or(i64::MAX);
        let wanted = i64::try_from(line).unwrap_or(0).saturating_add(by).clamp(0, last);
        self.go_to_place(usize::try_from(wanted).unwrap_or(0), goal);
        self.goal = Some(goal);
    }

    fn cut_to_end(&mut self) {
        let end = self.line().end;
        // At the end of a line, its break.
        let end = if end == self.cursor { self.after(end) } else { end };
        self.change(self.cursor..end, "", false);
    }

    fn next(&self) -> Option<char> {
        self.text[self.cursor..].chars().next()
    }

    fn backspace(&mut self) {
        let start = self.before(self.cursor);
        let pair = &self.text[start..self.after(self.cursor).max(self.cursor)];
        let end = if matches!(pair, "{}" | "[]" | "\"\"") {
            self.cursor + 1
        } else {
            self.cursor
        };
        self.change(start..end, "", false);
    }

    fn enter(&mut self) {
        let before = &self.text[self.line().start..self.cursor];
        let indent = &before[..before.len() - before.trim_start_matches(' ').len()];
        let opens = before.trim_end().ends_with(['{', '[']);
        let deeper = format!("\n{indent}{}", if opens { INDENT } else { "" });
        let closes = opens && matches!(self.next(), Some('}' | ']'));
        let text = if closes {
            format!("{deeper}\n{indent}")
        } else {
            deeper.clone()
        };
        let at = self.cursor;
        self.change(at..at, &text, false);
        self.go_to(at + deeper.len());
    }

    fn type_in(&mut self, character: char) {
        let at = self.cursor;
        let next = self.next();
        let in_text = self.is_in_text();
        if matches!(character, '}' | ']') && !in_text && next == Some(character)
            || character == '"' && in_text && next == Some('"')
        {
            self.go_to(at + 1);
            return;
        }
        if matches!(character, '}' | ']') && !in_text && self.outdent(character) {
            return;
        }
        let closing = match character {
            '{' if !in_text => Some('}'),
            '[' if !in_text => Some(']'),
            '"' if !in_text => Some('"'),
            _ => None,
        };
        let has_room = next.is_none_or(|next| next.is_whitespace() || matches!(next, '}' | ']' | ',' | ':'));
        match closing.filter(|_| has_room) {
            Some(closing) => {
                self.change(at..at, &format!("{character}{closing}"), false);
                self.go_to(at + 1);
            }
            None => self.change(at..at, character.encode_utf8(&mut [0; 4]), true),
        }
    }

    /// A closing bracket that begins a line moves one level out.
    fn outdent(&mut self, bracket: char) -> bool {
        let start = self.line().start;
        let before = &self.text[start..self.cursor];
        if before.len() < INDENT.len() || !before.bytes().all(|byte| byte == b' ') {
            return false;
        }
        let from = self.cursor - INDENT.len();
        self.change(from..self.cursor, bracket.encode_utf8(&mut [0; 4]), false);
        true
    }

    /// Whether the cursor is inside a string of its line.
    fn is_in_text(&self) -> bool {
        let mut inside = false;
        let mut escaped = false;
        for character in self.text[self.line().start..self.cursor].chars() {
            match character {
                _ if escaped => escaped = false,
                '\\' if inside => escaped = true,
                '"' => inside = !inside,
                _ => {}
            }
        }
        inside
    }

    fn change(&mut self, span: Range<usize>, text: &str, typed: bool) {
        let removed = self.text[span.clone()].to_owned();
        if removed.is_empty() && text.is_empty() {
            return;
        }
        let change = Change {
            at: span.start,
            removed,
            inserted: text.to_owned(),
            before: self.cursor,
            typed,
        };
        self.text.replace_range(span.clone(), text);
        self.cursor = span.start + text.len();
        self.goal = None;
        self.revision += 1;
        self.redo.clear();
        let joins = self.undo.last().is_some_and(|last| {
            last.typed
                && typed
                && change.removed.is_empty()
                && last.at + last.inserted.len() == change.at
                && text != " "
        });
        if let (true, Some(last)) = (joins, self.undo.last_mut()) {
            last.inserted.push_str(text);
            return;
        }
        self.undo.push(change);
        if self.undo.len() > MOST_CHANGES {
            self.undo.remove(0);
        }
    }
}

/// How many columns a part of a line takes.
pub fn columns(text: &str) -> usize {
    text.graphemes(true).map(|part| part.width().max(1)).sum()
}

fn offset_of_column(line: &str, column: usize) -> usize {
    let mut used = 0;
    for (offset, part) in line.grapheme_indices(true) {
        used += part.width().max(1);
        if used > column {
            return offset;
        }
    }
    line.len()
}

fn is_of_word(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

/// Text as it may stand here: line feeds, no tabs, no other control characters.
fn plain(text: &str) -> String {
    text.replace("\r\n", "\n")
        .replace('\r', "\n")
        .replace('\t', INDENT)
        .chars()
        .filter(|character| *character == '\n' || !character.is_control())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn typed(text: &str) -> Editor {
        let mut editor = Editor::default();
        for character in text.chars() {
            let key = if character == '\n' {
                Key::plain(KeyCode::Enter)
            } else {
                Key::char(character)
            };
            editor.key(key, 10);
        }
        editor
    }

    #[test]
    fn brackets_and_quotes_come_in_pairs_and_lines_are_indented() {
        let editor = typed("{\n\"a\": [\n1");
        assert_eq!(editor.text(), "{\n  \"a\": [\n    1\n  ]\n}");
        assert_eq!(typed("{\"a\": 1}").text(), "{\"a\": 1}");
        assert_eq!(typed("\"a\\\"b\"").text(), "\"a\\\"b\"");
        assert_eq!(typed("\"{\"").text(), "\"{\"");
    }

    #[test]
    fn an_empty_pair_goes_as_it_came() {
        let mut editor = typed("[");
        assert_eq!(editor.text(), "[]");
        editor.key(Key::plain(KeyCode::Backspace), 10);
        assert_eq!(editor.text(), "");
    }

    #[test]
    fn what_was_typed_in_one_go_is_undone_in_one_go() {
        let mut editor = typed("one two");
        editor.undo();
        assert_eq!(editor.text(), "one");
        editor.undo();
        assert_eq!(editor.text(), "");
        editor.redo();
        editor.redo();
        assert_eq!(editor.text(), "one two");
    }

    #[test]
    fn moving_up_and_down_keeps_the_column_over_short_lines() {
        let mut editor = Editor::new("long line\nx\nlong line");
        editor.key(Key::plain(KeyCode::Up), 10);
        assert_eq!(editor.place(editor.cursor()), (1, 1));
        editor.key(Key::plain(KeyCode::Up), 10);
        assert_eq!(editor.place(editor.cursor()), (0, 9));
    }

    #[test]
    fn pasted_text_is_made_plain() {
        let mut editor = Editor::default();
        editor.paste("a\r\n\tb\u{1b}[31m\rc");
        assert_eq!(editor.text(), "a\n  b[31m\nc");
    }

    #[test]
    fn the_window_follows_the_cursor() {
        let mut editor = Editor::new(&"x\n".repeat(50));
        editor.follow(10, 5);
        assert_eq!(editor.top, 46);
        editor.go_to(0);
        editor.follow(10, 5);
        assert_eq!((editor.top, editor.left), (0, 0));
        editor.replace_all(&"é".repeat(40));
        editor.follow(10, 5);
        assert_eq!((editor.top, editor.left), (0, 31));
    }

    fn any_key() -> impl Strategy<Value = Key> {
        let codes = prop_oneof![
            prop::sample::select(vec!['a', '"', '{', '}', '[', ']', ' ', 'é', '家', '\\'])
                .prop_map(KeyCode::Char),
            prop::sample::select(vec![
                KeyCode::Enter,
                KeyCode::Backspace,
                KeyCode::Delete,
                KeyCode::Left,
                KeyCode::Right,
                KeyCode::Up,
                KeyCode::Down,
                KeyCode::Home,
                KeyCode::End,
                KeyCode::PageUp,
            ]),
        ];
        let plain = codes.prop_map(Key::plain);
        let special = prop::sample::select(vec!["ctrl-w", "ctrl-k", "ctrl-u", "ctrl-left"])
            .prop_map(|text| Key::parse(text).unwrap());
        prop_oneof![4 => plain, 1 => special]
    }

    proptest! {
        #[test]
        fn any_keys_leave_the_cursor_in_the_text_and_undo_takes_everything_back(
            keys in prop::collection::vec(any_key(), 0..60),
        ) {
            let mut editor = Editor::new("{\"a\": 1}");
            for key in keys {
                editor.key(key, 3);
                prop_assert!(editor.text().is_char_boundary(editor.cursor()));
                let (line, _) = editor.place(editor.cursor());
                prop_assert!(line < editor.lines());
                editor.follow(7, 3);
                prop_assert!(editor.top <= line && line < editor.top + 3);
            }
            let end = editor.text().to_owned();
            for _ in 0..100 {
                editor.undo();
            }
            let begin = editor.text().to_owned();
            for _ in 0..100 {
                editor.redo();
            }
            prop_assert_eq!(editor.text(), end);
            for _ in 0..100 {
                editor.undo();
            }
            prop_assert_eq!(editor.text(), begin);
        }
    }
}
