//! Work that a person asked for begins: from here on it is under way, and can be waited for or stopped.
//!
//! Every command that works ends here, also those of the pages; so this leans on none of them.

use crate::command::Id;
use crate::tui::effect::{Effect, Work};
use crate::tui::layers::{Layer, Steps};
use crate::tui::state::{Level, Running, State, Whereabouts};
use crate::workspace::Demo;

/// Begins work.
pub fn begin(state: &mut State, work: Work) -> Effect {
    let ticket = state.take_ticket();
    state.running.push(Running {
        ticket,
        words: work.words(),
        is_gentle: work.stops_gently(),
        is_stopping: false,
        begun_at: Whereabouts::of(&state.layers),
        foreground: matches!(
            work,
            Work::InvokePointer(..)
                | Work::Call(..)
                | Work::Compare(..)
                | Work::CompareDirect(..)
                | Work::Replay(..)
                | Work::Demo
                | Work::Revoke(_)
                | Work::Domains(..)
        ),
    });
    state.report_shown = false;
    Effect::Work(ticket, work)
}

/// Begins to make the demo, with its steps in a window.
pub fn begin_demo(state: &mut State) -> Effect {
    let effect = begin(state, Work::Demo);
    state.layers.push(Layer::Steps(Steps {
        ticket: state.next_ticket - 1,
        title: "Making the demo".to_owned(),
        steps: Vec::new(),
    }));
    effect
}

/// Says that the demo stands, and where to begin.
pub fn tell_demo(state: &mut State, demo: &Demo) {
    let names: Vec<String> = demo.instances.iter().map(|(name, ..)| name.to_string()).collect();
    let remedy = format!(
        "{} {} shows a first call, {} makes another",
        state.key_for(Id::ShowLog),
        state.key_for(Id::Open),
        state.key_for(Id::CallPointer),
    );
    let text = format!("{} are joined", names.join(" and "));
    state.report(Level::Good, text, remedy);
}
