//! Work that a person asked for: begun, on its way, over.

use super::arrivals::{load_credentials, load_log};
use crate::tui::effect::{Effect, Work};
use crate::tui::layers::{InvokePage, Layer, Notice, Steps, Tab};
use crate::tui::message::{Done, Outcome};
use crate::tui::state::{Level, Load, Running, State};
use crate::tui::theme::Role;
use crate::tui::widgets::text::{Line, wrap};
use crate::workspace::Failure;

/// Begins work.
pub fn begin(state: &mut State, work: Work) -> Effect {
    let ticket = state.next_ticket;
    state.next_ticket += 1;
    state.running.push(Running {
        ticket,
        words: work.words(),
        foreground: matches!(
            work,
            Work::Invoke(..) | Work::InvokePointer(..) | Work::Call(..) | Work::Demo | Work::Revoke(_)
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

/// A step of long work.
pub fn on_step(state: &mut State, ticket: u64, words: String) {
    for layer in &mut state.layers {
        if let Layer::Steps(steps) = layer
            && steps.ticket == ticket
        {
            steps.steps.push(words);
            return;
        }
    }
}

/// Work is over.
pub fn on_worked(state: &mut State, ticket: u64, outcome: Outcome<Done>) -> Vec<Effect> {
    let Some(place) = state.running.iter().position(|running| running.ticket == ticket) else {
        // Nobody waits for it any more. What it did shows in the lists.
        return after_anything(state);
    };
    let running = state.running.remove(place);
    state
        .layers
        .retain(|layer| !matches!(layer, Layer::Steps(steps) if steps.ticket == ticket));
    match outcome {
        Ok(done) => {
            state
                .layers
                .retain(|layer| !matches!(layer, Layer::Form(form) if form.ticket == Some(ticket)));
            on_done(state, done)
        }
        Err(failure) => {
            on_failure(state, &running, failure);
            after_anything(state)
        }
    }
}

fn on_failure(state: &mut State, running: &Running, failure: Failure) {
    for layer in &mut state.layers {
        if let Layer::Form(form) = layer
            && form.ticket == Some(running.ticket)
        {
            tracing::error!(remedy = %failure.remedy, "{}", failure.message);
            form.ticket = None;
            form.failure = Some(failure);
            return;
        }
    }
    state.report_failure(&failure);
    if running.foreground {
        let lines = failure_lines(&failure, 64);
        let title = format!("{} failed", running.words);
        state
            .layers
            .push(Layer::Notice(Box::new(Notice::new(title, Level::Bad, lines))));
    }
}

/// A failure as lines: what, where, and what to do.
pub fn failure_lines(failure: &Failure, room: u16) -> Vec<Line> {
    let mut lines: Vec<Line> = wrap(&failure.message, room)
        .into_iter()
        .map(|text| Line::of(text, Role::Strong))
        .collect();
    lines.push(Line::new());
    if let Some(instance) = &failure.instance {
        lines.push(Line::of("on    ", Role::Dim).and(instance.clone(), Role::Accent));
    }
    lines.push(Line::of("code  ", Role::Dim).and(failure.code.as_str(), Role::Bad));
    for (index, text) in wrap(&failure.remedy, room.saturating_sub(6))
        .into_iter()
        .enumerate()
    {
        let label = if index == 0 { "do    " } else { "      " };
        lines.push(Line::of(label, Role::Dim).and(text, Role::Good));
    }
    lines
}

/// The lists may show other things now.
pub fn after_anything(state: &mut State) -> Vec<Effect> {
    let mut effects = vec![Effect::LoadInstances, load_log(state)];
    effects.extend(load_credentials(state));
    effects
}

fn on_done(state: &mut State, done: Done) -> Vec<Effect> {
    let mut effects = Vec::new();
    match done {
        Done::Instance(row, word) => {
            state.report(
                Level::Good,
                format!("{} {word}, {}", row.name, row.endpoint.authority()),
                "",
            );
            state.instances.update(*row);
            effects.push(Effect::ProbeNow);
            state.pointers.ask_again();
        }
        Done::Removed(name) => {
            state.report(Level::Good, format!("{name} removed"), "");
            state
                .layers
                .retain(|layer| !matches!(layer, Layer::Instance(page) if page.name == name));
        }
        Done::Pointer(instance, pointer, word) => {
            state.report(
                Level::Good,
                format!("{} {word} on {instance}", pointer.address),
                "",
            );
            state.pointers.ask_again();
            for layer in &mut state.layers {
                if let Layer::Pointer(page) = layer
                    && page.address == pointer.address
                {
                    page.load = Load::Waiting;
                    effects.push(Effect::LoadPointer(instance.clone(), page.address.clone()));
                }
            }
        }
        Done::PointerDeleted(instance, address) => {
            state.report(Level::Good, format!("{address} deleted from {instance}"), "");
            state
                .layers
                .retain(|layer| !matches!(layer, Layer::Pointer(page) if page.address == address));
            state.pointers.ask_again();
        }
        Done::Invoked(id) => {
            // Sending again from an invoke's page shows the new line in its place.
            if matches!(state.layers.last(), Some(Layer::Invoke(_))) {
                state.layers.pop();
            }
            state
                .layers
                .push(Layer::Invoke(Box::new(InvokePage::new(id, Tab::Reply))));
            effects.push(Effect::LoadEntry(id));
        }
        Done::Revoked(name) => {
            state.report(Level::Good, format!("{name} is refused from now on"), "");
            state
                .layers
                .retain(|layer| !matches!(layer, Layer::Credential(page) if page.name == name));
        }
        Done::Demo(demo) => {
            let names: Vec<String> = demo.instances.iter().map(|(name, ..)| name.to_string()).collect();
            state.report(
                Level::Good,
                format!("the demo stands: {} are joined", names.join(" and ")),
                "f shows the federated pointers; c calls one",
            );
            effects.push(Effect::ProbeNow);
            state.pointers.ask_again();
        }
    }
    effects.extend(after_anything(state));
    effects
}
