//! A question before something dangerous. It names what will be hit; only `y` says yes.

use crate::tui::effect::Work;

/// What a yes leads to.
pub enum Then {
    /// Doing something.
    Do(Work),
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
