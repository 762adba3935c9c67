//! The line that is typed into on the page: what to look for, or a jq expression.

use tui_input::Input;

/// What is typed.
#[derive(Debug, Clone)]
pub struct Typing {
    /// What for.
    pub purpose: Purpose,
    /// The text.
    pub input: Input,
    /// Which of the earlier expressions is shown, counted from the newest; none for what was typed.
    pub recalled: Option<usize>,
    /// What was typed before an earlier one was recalled.
    pub draft: String,
}

/// What a typed line is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To be looked for.
    Search,
    /// A jq expression.
    Jq,
}

impl Typing {
    /// An empty line, or one to go on with.
    pub fn new(purpose: Purpose, text: &str) -> Self {
        Self {
            purpose,
            input: Input::new(text.to_owned()),
            recalled: None,
            draft: String::new(),
        }
    }

    /// Shows the expression before or after the one shown.
    pub fn recall(&mut self, older: bool, earlier: &[String]) {
        let next = match (self.recalled, older) {
            (None, true) => Some(0),
            (None, false) | (Some(0), false) => None,
            (Some(place), true) => Some(place + 1),
            (Some(place), false) => Some(place - 1),
        };
        let text = match next {
            None => self.draft.clone(),
            Some(place) => match earlier.iter().rev().nth(place) {
                Some(text) => text.clone(),
                None => return,
            },
        };
        if self.recalled.is_none() {
            self.input.value().clone_into(&mut self.draft);
        }
        self.recalled = next;
        self.input = Input::new(text);
    }
}
