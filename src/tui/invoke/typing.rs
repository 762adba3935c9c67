//! The line that is typed into on the page: what to look for, or a jq expression.

use crate::tui::widgets::candidates::{Candidate, Cycle};
use crate::workspace::{JqPlace, JqStanding, jq_place};
use tui_input::Input;

/// What is typed.
#[derive(Debug, Clone)]
pub struct Typing {
    /// What for.
    pub purpose: Purpose,
    /// The text.
    pub input: Input,
    /// Whether nobody has written any of it yet.
    is_untouched: bool,
    /// Which of the earlier expressions is shown, counted from the newest; none for what was typed.
    pub recalled: Option<usize>,
    /// What was typed before an earlier one was recalled.
    pub draft: String,
    /// What stands where the expression leads, and the question that told it.
    pub known: Option<(String, JqStanding)>,
    /// The offer that was taken, if the last key took one.
    pub taken: Option<Cycle>,
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
            is_untouched: true,
            recalled: None,
            draft: String::new(),
            known: None,
            taken: None,
        }
    }

    /// Something is about to be written. Whoever writes the point that stands there already means that one.
    pub fn touch(&mut self, begins_with_point: bool) {
        let is_untouched = std::mem::take(&mut self.is_untouched);
        if is_untouched && begins_with_point && self.input.value() == "." {
            self.input.reset();
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
        self.answer_to(&question).is_none().then_some(question)
    }

    fn answer_to(&self, question: &str) -> Option<&JqStanding> {
        let (asked, standing) = self.known.as_ref()?;
        (asked == question).then_some(standing)
    }

    /// What can be taken where the cursor stands, and from which byte on it would be written.
    fn offers(&self) -> Option<(usize, Vec<Candidate>)> {
        let place = self.place()?;
        let question = place.question();
        let standing = question.and_then(|question| self.answer_to(&question));
        let offers = match standing {
            Some(standing) => place.offers(standing),
            None => place.offers(&JqStanding::default()),
        };
        let candidates = offers.into_iter().map(|offer| Candidate {
            text: offer.text,
            doc: offer.shown,
        });
        Some((place.from, candidates.collect()))
    }

    /// Takes what is offered first, or what comes after what was taken; false if there is nothing to take.
    pub fn take(&mut self, forward: bool) -> bool {
        let taken = match self.taken.take() {
            Some(taken) => Some(taken.step(forward)),
            None => self.offers().and_then(|(from, offers)| {
                let (text, until) = (self.input.value(), self.until_cursor().len());
                Cycle::begin(&text[..from], &text[until..], offers, forward)
            }),
        };
        let Some(taken) = taken else {
            return false;
        };
        let written = taken.written();
        let cursor = written.chars().count();
        self.input = Input::new(format!("{written}{}", taken.behind)).with_cursor(cursor);
        // After the only one there is nothing to go on to but what comes behind it.
        self.taken = (taken.items.len() > 1).then_some(taken);
        true
    }

    /// The list that is shown: what stands before it, what there is, and which one is taken.
    pub fn candidates(&self) -> Option<(&str, Vec<Candidate>, Option<usize>)> {
        if let Some(taken) = &self.taken {
            return Some((&taken.before, taken.items.clone(), Some(taken.place)));
        }
        let (from, offers) = self.offers()?;
        Some((&self.input.value()[..from], offers, None))
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
