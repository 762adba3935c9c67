//! What the terminal's window is called: how things stand, for whoever looks at another window, or at a list of them.

use super::state::{Phase, State};
use crate::model::InstanceState;

/// Names of instances in trouble that are written out.
const NAMED: usize = 2;

/// The name of the window. Only what an administrator's screen shows anyway, and while the vault is locked not even that.
pub fn window_title(state: &State) -> String {
    if matches!(state.phase, Phase::Locked | Phase::Shut) {
        return "butterfly, locked".to_owned();
    }
    if state.instances.rows.is_empty() {
        return "butterfly".to_owned();
    }
    let count = state.instances.how_many_are_up();
    match troubles(state) {
        None => format!("butterfly: {count}"),
        Some(troubles) => format!("butterfly: {troubles} ({count})"),
    }
}

/// Who does not answer as it should, in words.
fn troubles(state: &State) -> Option<String> {
    let mut troubles = Vec::new();
    for instance in &state.instances.rows {
        let trouble = match instance.row.state {
            InstanceState::Refused => "refuses",
            InstanceState::Unreachable => "does not answer",
            _ => continue,
        };
        troubles.push(format!("{} {trouble}", instance.row.name));
    }
    if troubles.is_empty() {
        return None;
    }
    if troubles.len() > NAMED {
        return Some(format!("{} of them in trouble", troubles.len()));
    }
    Some(troubles.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::fake::{self, demo};
    use crate::tui::message::Message;
    use crate::tui::update::update;

    fn with(states: &[InstanceState]) -> State {
        let mut state = demo((80, 24));
        let mut rows = fake::instances();
        rows.truncate(states.len());
        for (row, state) in rows.iter_mut().zip(states) {
            row.state = *state;
        }
        update(&mut state, Message::Instances(Ok(rows)));
        state
    }

    #[test]
    fn it_says_who_is_in_trouble_or_how_many_are() {
        use InstanceState::{Refused, Stopped, Unreachable, Up};
        for (states, title) in [
            (&[][..], "butterfly"),
            (&[Up, Stopped], "butterfly: 1 of 2 up"),
            (&[Up, Unreachable], "butterfly: beta does not answer (1 of 2 up)"),
            (
                &[Refused, Unreachable, Up],
                "butterfly: alpha refuses, beta does not answer (1 of 3 up)",
            ),
            (&[Unreachable; 3], "butterfly: 3 of them in trouble (0 of 3 up)"),
        ] {
            assert_eq!(window_title(&with(states)), title);
        }
    }

    #[test]
    fn while_the_vault_is_locked_it_says_only_that() {
        let mut state = with(&[InstanceState::Unreachable]);
        update(&mut state, Message::Key(crate::command::Key::char(':')));
        fake::write(&mut state, "lock");
        fake::press(&mut state, &["enter"]);
        assert_eq!(window_title(&state), "butterfly, locked");
    }
}
