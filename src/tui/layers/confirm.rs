//! A question before something dangerous. It names what will be hit; only `y` says yes.

use crate::tui::effect::Work;
use crate::workspace::{Destruction, Outgoing};

/// What a yes leads to.
pub enum Then {
    /// Doing something.
    Do(Work),
    /// Sending what the composer holds ready.
    Send(Box<Outgoing>),
    /// Leaving.
    Quit,
}

/// The question.
pub struct Confirm {
    /// In a few words.
    pub title: String,
    /// What will happen, and to what.
    pub text: String,
    /// The instance that it will hit, for its colour.
    pub instance: Option<String>,
    /// The credential whose dependents it tells of, and what they are once that is known.
    pub dependents: Option<(String, Option<Vec<String>>)>,
    /// What the yes is called.
    pub yes: &'static str,
    /// What it leads to.
    pub then: Then,
}

impl Confirm {
    /// Before a query is sent that takes something away for good or shuts somebody out.
    pub fn before_sending(destruction: &Destruction, then: Then) -> Self {
        Self {
            title: format!("Send {}?", destruction.query.action()),
            text: destruction.words(),
            instance: Some(destruction.instance.clone()),
            dependents: None,
            yes: "send it",
            then,
        }
    }
}
