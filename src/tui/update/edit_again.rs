//! A line of the log is asked again in other words.
//!
//! The page of an invoke does this as soon as its line is there, so it leans on no command.

use crate::command::Id;
use crate::model::InstanceName;
use crate::tui::composer::{self, Followed};
use crate::tui::effect::Effect;
use crate::tui::state::{Level, State};
use crate::workspace::{LogEntry, LogKind};

/// Opens the composer with the query of this line.
pub fn edit_entry(state: &mut State, entry: &LogEntry) -> Vec<Effect> {
    let name = InstanceName::parse(&entry.row.instance).ok();
    let Some(name) = name.filter(|name| state.instances.get(name.as_str()).is_some()) else {
        let text = format!("{} is not in this home any more", entry.row.instance);
        let key = state.key_for(Id::Compose);
        let remedy = format!("open the composer with {key} and paste the query");
        state.report(Level::Warn, text, remedy);
        return Vec::new();
    };
    match (&entry.row.pointer, entry.row.kind) {
        // What the peer was asked is no question for the instance that has the pointer.
        (Some(pointer), LogKind::Call) => {
            let call = Followed {
                through: name,
                route: entry.row.route,
                query: entry.query.clone(),
            };
            composer::open_call(state, call, pointer.clone())
        }
        _ => composer::open_query(state, name, &entry.query),
    }
}
