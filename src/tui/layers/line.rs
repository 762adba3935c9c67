//! A line of text that is typed into: keys as shells and editors have them.

use crate::command::{Key, KeyCode};
use tui_input::{Input, InputRequest};

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

/// Puts pasted text into a line, its line breaks becoming blanks.
pub fn paste(input: &mut Input, text: &str) {
    for character in text.trim().chars() {
        let character = if character.is_control() { ' ' } else { character };
        input.handle(InputRequest::InsertChar(character));
    }
}
