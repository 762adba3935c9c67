//! A line of text that is typed into: keys as shells and editors have them.

use crate::command::{Key, KeyCode};
use tui_input::{Input, InputRequest};

/// How long a line that is pasted into can be: what is longer belongs into a file.
const MOST_BYTES: usize = 64 * 1024;
/// What is said where more was pasted.
pub const CUT: &str = "only the beginning of what was pasted is taken: a line has 64 KiB at most";

/// Gives a key to a line of text. Returns whether the text changed.
pub fn edit(input: &mut Input, key: Key) -> bool {
    use crate::command::KeyCode::{Backspace, Char, Delete, End, Home, Left, Right};
    let request = match (key.code, key.ctrl, key.alt) {
        (Char('a'), true, _) | (Home, ..) => InputRequest::GoToStart,
        (Char('e'), true, _) | (End, ..) => InputRequest::GoToEnd,
        (Char('u'), true, _) => InputRequest::DeleteLine,
        (Char('k'), true, _) => InputRequest::DeleteTillEnd,
        (Char('w'), true, _) | (Backspace, _, true) => InputRequest::DeletePrevWord,
        (Char('h'), true, _) | (Backspace, ..) => InputRequest::DeletePrevChar,
        (Char('b'), _, true) | (Left, true, _) => InputRequest::GoToPrevWord,
        (Char('f'), _, true) | (Right, true, _) => InputRequest::GoToNextWord,
        (Left, ..) => InputRequest::GoToPrevChar,
        (Right, ..) => InputRequest::GoToNextChar,
        (Delete, ..) => InputRequest::DeleteNextChar,
        (Char(character), false, false) => InputRequest::InsertChar(character),
        _ => return false,
    };
    input.handle(request).is_some_and(|change| change.value)
}

/// Gives a key to a line of a page while it is typed: Enter takes it, Esc empties it, either ends the typing. False if
/// it is not being typed, and the key is for the table of commands.
pub fn type_into(input: &mut Input, typing: &mut bool, key: Key) -> bool {
    if !*typing {
        return false;
    }
    match key.code {
        KeyCode::Enter => *typing = false,
        KeyCode::Esc => {
            *typing = false;
            input.reset();
        }
        _ => {
            edit(input, key);
        }
    }
    true
}

/// Puts pasted text into a line, its line breaks becoming blanks. False if it was longer than a line can be, and only its
/// beginning was taken.
pub fn paste(input: &mut Input, text: &str) -> bool {
    let value = input.value();
    let place = value
        .char_indices()
        .nth(input.cursor())
        .map_or(value.len(), |(place, _)| place);
    let (before, after) = value.split_at(place);
    let (text, room) = (text.trim(), MOST_BYTES.saturating_sub(value.len()));
    let taken = &text[..text.floor_char_boundary(room)];
    // Made in one piece: a line takes each letter that is put in by copying all that it has.
    let mut line = String::with_capacity(value.len() + taken.len());
    line.push_str(before);
    line.extend(
        taken
            .chars()
            .map(|letter| if letter.is_control() { ' ' } else { letter }),
    );
    let cursor = input.cursor() + taken.chars().count();
    line.push_str(after);
    *input = Input::new(line).with_cursor(cursor);
    taken.len() == text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pasted_text_goes_where_the_cursor_is() {
        let mut input = Input::new("漢字: x".to_owned()).with_cursor(2);
        assert!(paste(&mut input, "  a\nb\u{1b}é\n"));
        assert_eq!(input.value(), "漢字a b é: x");
        edit(&mut input, Key::char('!'));
        assert_eq!(input.value(), "漢字a b é!: x");
    }

    #[test]
    fn a_large_text_is_taken_at_once_and_no_more_of_it_than_a_line_holds() {
        let large = "漢".repeat(400_000);
        let mut input = Input::new("ab".to_owned()).with_cursor(1);
        assert!(!paste(&mut input, &large));
        assert!(input.value().len() <= MOST_BYTES && input.value().len() > MOST_BYTES - 3);
        assert!(input.value().starts_with("a漢") && input.value().ends_with("漢b"));
        assert_eq!(input.cursor(), input.value().chars().count() - 1);
        assert!(!paste(&mut input, &large), "it is full");
        assert!(paste(&mut input, " "));
    }
}
