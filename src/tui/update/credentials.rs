//! The list of credentials: when it is asked for, and what becomes of the answer.

use crate::model::InstanceState;
use crate::tui::effect::Effect;
use crate::tui::outcome::Outcome;
use crate::tui::state::{Again, Load, State};
use crate::workspace::{CredentialRow, Failure};

/// Asks for the credentials. While they are on their way, what comes may be older than what was changed, so that
/// they are asked for once more when it is there.
pub fn load_credentials(state: &mut State) -> Option<Effect> {
    ask(state, Again::Yes)
}

/// An instance answers that did not: asks what it could not tell before.
pub fn load_missing(state: &mut State, before: InstanceState, name: &str) -> Option<Effect> {
    if before != InstanceState::Unknown {
        return load_credentials(state);
    }
    // The first look at it, which says nothing new unless the list was refused.
    let is_missing = |failure: &Failure| failure.instance.as_deref() == Some(name);
    if state.credentials.loading || state.credentials.missing.iter().any(is_missing) {
        return ask(state, Again::IfMissing);
    }
    None
}

fn ask(state: &mut State, otherwise: Again) -> Option<Effect> {
    if state.credentials.loading {
        state.credentials.again = state.credentials.again.max(otherwise);
        return None;
    }
    state.credentials.loading = true;
    Some(Effect::LoadCredentials)
}

/// Takes the list.
pub fn on_credentials(
    state: &mut State,
    outcome: Outcome<(Vec<CredentialRow>, Vec<Failure>)>,
) -> Vec<Effect> {
    let credentials = &mut state.credentials;
    credentials.loading = false;
    match outcome {
        Ok((rows, missing)) => {
            credentials.replace(rows);
            credentials.missing = missing;
            credentials.load = Load::Ready;
        }
        Err(failure) => credentials.load = Load::Failed(failure),
    }
    let again = match std::mem::take(&mut credentials.again) {
        Again::No => false,
        Again::IfMissing => !credentials.missing.is_empty(),
        Again::Yes => true,
    };
    if again {
        return load_credentials(state).into_iter().collect();
    }
    Vec::new()
}
