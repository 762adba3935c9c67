//! The line that is typed into on the page: what to look for, or a jq expression.

use crate::tui::widgets::candidates::Candidate;
use crate::workspace::{JqOffer, JqPlace, JqStanding, jq_place};
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
    /// What stands where the expression leads, and the question that told it.
    pub known: Option<(String, JqStanding)>,
    /// The offer that was taken, if the last key took one.
    pub taken: Option<Taken>,
}

/// An offer was taken; the key that took it takes the next one.
#[derive(Debug, Clone)]
pub struct Taken {
    /// What stands before it, and behind it.
    around: (String, String),
    /// What there is to take.
    offers: Vec<JqOffer>,
    /// Which one is taken.
    place: usize,
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
            known: None,
            taken: None,
        }
    }

    /// Where the cursor stands in an expression.
    fn place(&self) -> Option<JqPlace> {
        if self.purpose != Purpose::Jq {
            return None;
        }
        jq_place(self.until_cursor())
    }

    fn until_cursor(&self) -> &str {
        let text = self.input.value();
        let end = text.char_indices().nth(self.input.cursor());
        end.map_or(text, |(end, _)| &text[..end])
    }

    /// The question that is still to be asked of the reply: what stands where the cursor is.
    pub fn question(&self) -> Option<String> {
        let question = self.place()?.question()?;
        let is_known = self.known.as_ref().is_some_and(|(asked, _)| *asked == question);
        (!is_known).then_some(question)
    }

    /// What can be taken where the cursor stands, and from which byte on it would be written.
    fn offers(&self) -> Option<(usize, Vec<JqOffer>)> {
        let place = self.place()?;
        let nothing = JqStanding::default();
        let standing = match (&self.known, place.question()) {
            (Some((asked, standing)), Some(question)) if *asked == question => standing,
            _ => &nothing,
        };
        Some((place.from, place.offers(standing)))
    }

    /// Takes what is offered first, or what comes after what was taken.
    pub fn take(&mut self, forward: bool) -> bool {
        let taken = match self.taken.take() {
            Some(taken) => {
                let total = taken.offers.len();
                let step = if forward { 1 } else { total - 1 };
                Taken {
                    place: (taken.place + step) % total,
                    ..taken
                }
            }
            None => {
                let Some((from, offers)) = self.offers().filter(|(_, offers)| !offers.is_empty()) else {
                    return false;
                };
                let until = self.until_cursor().len();
                let text = self.input.value();
                Taken {
                    around: (text[..from].to_owned(), text[until..].to_owned()),
                    place: if forward { 0 } else { offers.len() - 1 },
                    offers,
                }
            }
        };
        let (before, behind) = &taken.around;
        let written = format!("{before}{}", taken.offers[taken.place].text);
        let cursor = written.chars().count();
        self.input = Input::new(format!("{written}{behind}")).with_cursor(cursor);
        // After the only one there is nothing to go on to but what comes behind it.
        self.taken = (taken.offers.len() > 1).then_some(taken);
        true
    }

    /// The list that is shown: from which byte on it would be written, what there is, and which one is taken.
    pub fn candidates(&self) -> Option<(&str, Vec<Candidate>, Option<usize>)> {
        let candidate = |offer: &JqOffer| Candidate {
            text: offer.text.clone(),
            doc: offer.shown.clone(),
        };
        if let Some(taken) = &self.taken {
            let list = taken.offers.iter().map(candidate).collect();
            return Some((&taken.around.0, list, Some(taken.place)));
        }
        let (from, offers) = self.offers()?;
        let list = offers.iter().map(candidate).collect();
        Some((&self.input.value()[..from], list, None))
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
        self.taken = None;
        self.input = Input::new(text);
    }
}
