//! What a line of the instances says in each of its columns.

use crate::model::InstanceState;
use crate::tui::clock::{count, latency};
use crate::tui::state::{Instance, State};
use crate::tui::theme::Role;
use crate::tui::widgets::draw::width;

/// The texts of a line.
pub struct InstanceLine {
    /// Its name.
    pub name: String,
    /// The sign that it is not to be changed, behind a blank; nothing if it may be.
    pub sign: String,
    /// Its state in a word.
    pub word: String,
    /// The round trip; where it does not answer, how old what is shown is.
    pub trip: String,
    /// Whether its recent looks are shown.
    pub has_looks: bool,
    pub pointers: String,
    pub version: String,
    /// How long ago something was wrong last.
    pub since: String,
    /// What that was, and how it is shown: faint once it is over.
    pub trouble: (String, Role),
    pub endpoint: String,
}

impl InstanceLine {
    /// Those of this one.
    pub fn of(state: &State, instance: &Instance) -> Self {
        let row = &instance.row;
        let trouble = trouble(state, instance);
        Self {
            name: row.name.to_string(),
            sign: match row.read_only {
                true => format!(" {}", state.look.glyphs.read_only),
                false => String::new(),
            },
            word: word(instance),
            trip: trip(state, instance),
            has_looks: row.state != InstanceState::Stopped,
            pointers: row.pointers.map_or_else(String::new, count),
            version: row.version.clone().unwrap_or_default(),
            since: trouble.0,
            trouble: (trouble.1, trouble.2),
            endpoint: row.endpoint.authority(),
        }
    }

    /// How wide each column has to be for it; signs and recent looks always are as wide as they are.
    pub fn needs(&self) -> [u16; 9] {
        [
            1,
            width(&self.name) + width(&self.sign),
            width(&self.word),
            width(&self.trip),
            u16::from(self.has_looks),
            width(&self.pointers),
            width(&self.version),
            width(&self.since) + width(&self.trouble.0),
            width(&self.endpoint),
        ]
    }
}

fn word(instance: &Instance) -> String {
    if instance.is_waited_for() {
        return "no answer…".to_owned();
    }
    if instance.stale {
        return format!("{}, stale", instance.row.state);
    }
    instance.row.state.to_string()
}

fn trip(state: &State, instance: &Instance) -> String {
    if instance.is_from_before() {
        let since = instance.row.answered_at;
        return since.map_or_else(String::new, |since| state.clock.age(since).to_string());
    }
    match (instance.row.state, instance.latency_us) {
        (InstanceState::Up, Some(micros)) => latency(micros),
        _ => String::new(),
    }
}

/// How long ago, what, and how it is shown.
fn trouble(state: &State, instance: &Instance) -> (String, String, Role) {
    let last = instance.history.troubles().next_back();
    let (text, at, role) = match (&instance.row.error, last) {
        (Some(error), last) => (error.as_str(), last.map(|trouble| trouble.first), Role::Bad),
        (None, Some(trouble)) => (trouble.text.as_str(), Some(trouble.last), Role::Faint),
        (None, None) => return (String::new(), String::new(), Role::Faint),
    };
    let first = text.split(';').next().unwrap_or(text);
    let since = at.map_or_else(String::new, |at| format!("{} ", state.clock.age(at)));
    (since, first.to_owned(), role)
}
