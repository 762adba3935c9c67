//! Lines that are typed into: as much of them is seen as there is room for, and always where the cursor is.

use super::draw::{Canvas, width};
use crate::tui::theme::Role;
use ratatui::layout::Rect;
use ratatui::style::Style;
use tui_input::Input;
use unicode_segmentation::UnicodeSegmentation;

/// The end of a text in at most `room` columns: the byte where it begins, and how many columns it takes. A sign that would
/// be seen by half is not.
pub fn end_of(text: &str, room: u16) -> (usize, u16) {
    let (mut from, mut columns) = (text.len(), 0);
    for (place, sign) in text.grapheme_indices(true).rev() {
        let wider = columns + width(sign);
        if wider > room {
            break;
        }
        (from, columns) = (place, wider);
    }
    (from, columns)
}

/// What is seen of a line in so many columns: the byte from which on, and the column of the cursor in it.
pub fn seen(input: &Input, room: u16) -> (usize, u16) {
    let value = input.value();
    let cursor = value.char_indices().nth(input.cursor());
    end_of(&value[..cursor.map_or(value.len(), |(place, _)| place)], room)
}

impl Canvas<'_> {
    /// What is typed, in so many columns and one more, where the cursor stands at the end. Returns the cursor's column.
    pub fn typed(&mut self, (x, y): (u16, u16), room: u16, input: &Input, style: Style) -> u16 {
        let (from, column) = seen(input, room);
        self.put(x, y, room + 1, &input.value()[from..], style);
        column
    }

    /// A line to type into, to find something in what is below it.
    pub fn search(&mut self, area: Rect, input: &Input) {
        self.input(area, input, "type to find");
    }

    /// A line to type into, with what is said while nothing is typed.
    pub fn input(&mut self, area: Rect, input: &Input, empty: &str) {
        if area.height == 0 {
            return;
        }
        let style = self.style(Role::Input);
        let line = Rect::new(area.x, area.y, area.width, 1);
        self.fill(line, style);
        if input.value().is_empty() {
            let hint = style.patch(self.style(Role::Dim));
            self.put(line.x + 1, line.y, line.width.saturating_sub(1), empty, hint);
        }
        let column = self.typed((line.x + 1, line.y), line.width.saturating_sub(2), input, style);
        self.cursor = Some((line.x + 1 + column, line.y));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::theme::{Catalog, Depth, UNICODE};
    use ratatui::buffer::Buffer;

    fn drawn(input: &Input, columns: u16) -> (String, u16) {
        let theme = Catalog::load(None).theme("dark", Depth::True).unwrap();
        let area = Rect::new(0, 0, columns, 1);
        let mut buffer = Buffer::empty(area);
        let mut canvas = Canvas {
            buffer: &mut buffer,
            theme: &theme,
            glyphs: &UNICODE,
            cursor: None,
        };
        canvas.input(area, input, "type");
        let (column, _) = canvas.cursor.unwrap();
        let row = buffer.content().iter().map(|cell| cell.symbol()).collect();
        (row, column)
    }

    #[test]
    fn the_end_of_a_long_line_is_seen_while_one_types_there() {
        let input = Input::new("the harbour at low tide".to_owned());
        assert_eq!(drawn(&input, 10), (" low tide ".to_owned(), 9));
        assert_eq!(drawn(&input.with_cursor(2), 10), (" the harb…".to_owned(), 3));
    }

    #[test]
    fn wide_letters_take_two_columns_and_none_is_lost() {
        let input = Input::new("潮汐表と港の水位".to_owned());
        // A wide letter fills a cell and leaves the next one blank.
        let (row, column) = drawn(&input, 10);
        assert_eq!(row.replace(' ', ""), "港の水位");
        assert_eq!(column, 9);
        let (row, column) = drawn(&input.with_cursor(1), 10);
        assert!(row.replace(' ', "").starts_with("潮汐表"), "{row}");
        assert_eq!(column, 3);
    }

    #[test]
    fn the_cursor_is_where_the_next_letter_appears() {
        for room in 0..8 {
            for text in [
                "",
                "a",
                "漢字漢字",
                "a漢b字c",
                "e\u{301}e\u{301}e\u{301}",
                "\u{202e}ab\u{7}",
            ] {
                let (from, columns) = end_of(text, room);
                assert!(
                    columns <= room && columns == width(&text[from..]),
                    "{text:?} in {room}"
                );
            }
        }
    }
}
