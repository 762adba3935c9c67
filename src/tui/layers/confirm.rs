//! A question before something dangerous. It names what will be hit; only `y` says yes.

use crate::tui::clock::pointers;
use crate::tui::effect::Work;
use crate::workspace::{Destruction, Outgoing};

/// Most pointers that a question about many names; how many more there are is said.
const MOST_NAMED: usize = 5;

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

    /// Before so many pointers are invoked of which these destroy something.
    pub fn before_invoking(many: usize, found: &[Destruction], then: Then) -> Self {
        if let ([only], 1) = (found, many) {
            return Self::before_sending(only, then);
        }
        let about = match found.len() {
            1 => "One of them destroys something:".to_owned(),
            several => format!("{several} of them destroy something:"),
        };
        let named = found.iter().take(MOST_NAMED).map(|one| {
            let way = one.way.iter().map(|way| format!(", {way}"));
            format!(
                "\n- {} on {}{}",
                one.query.action(),
                one.instance,
                way.collect::<String>()
            )
        });
        let more = match found.len().saturating_sub(MOST_NAMED) {
            0 => String::new(),
            more => format!("\n- and {more} more"),
        };
        let hit = found.first().map(|first| first.instance.clone());
        Self {
            title: format!("Invoke {}?", pointers(many as u64)),
            text: format!("{about}{}{more}", named.collect::<String>()),
            instance: hit.filter(|hit| found.iter().all(|one| one.instance == *hit)),
            dependents: None,
            yes: "invoke them",
            then,
        }
    }
}
