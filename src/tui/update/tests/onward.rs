//! What waits only for the other side goes on by itself.

use super::*;
use crate::model::{CredentialState, Side};
use crate::tui::fake::credentials;
use crate::workspace::CredentialRow;

/// The credentials, with the first one of a side in another state.
fn with(side: Side, state: CredentialState) -> Vec<CredentialRow> {
    let mut rows = credentials();
    let row = rows.iter_mut().find(|row| row.side == side).unwrap();
    row.state = state;
    rows
}

fn listed(state: &mut State, rows: Vec<CredentialRow>) -> Vec<Effect> {
    update(state, Message::Credentials(Ok((rows, Vec::new()))))
}

/// After how many seconds it is tried next, and the message that says so.
fn planned(effects: Vec<Effect>) -> Option<(u64, Message)> {
    effects.into_iter().find_map(|effect| match effect {
        Effect::After(wait, message @ Message::Onward(_)) => Some((wait.as_secs(), message)),
        _ => None,
    })
}

fn goes_on(effects: &[Effect]) -> bool {
    effects.iter().any(|effect| matches!(effect, Effect::Onward))
}

#[test]
fn a_held_credential_whose_words_were_compared_goes_on_without_the_wizard() {
    let mut state = demo(SIZE);
    let waits = || with(Side::Held, CredentialState::Verified);
    let (wait, message) = planned(listed(&mut state, waits())).expect("it is tried soon");
    assert_eq!(wait, 5);
    assert!(planned(listed(&mut state, waits())).is_none(), "once is enough");
    assert!(goes_on(&update(&mut state, message)));
    let asked = update(&mut state, Message::WentOn(Ok(Vec::new())));
    assert!(
        asked
            .iter()
            .any(|effect| matches!(effect, Effect::LoadCredentials))
    );
    let (wait, message) = planned(asked).expect("it waits still");
    assert_eq!(wait, 10, "ever more seldom: the other side puts it on record");
    update(&mut state, message);
    update(&mut state, Message::WentOn(Ok(vec!["beta".into()])));
    assert!(state.reports.back().unwrap().text.contains("beta can be called"));
    assert!(planned(listed(&mut state, credentials())).is_none());
}

#[test]
fn an_issued_one_is_looked_at_and_nothing_is_changed_where_only_reading_is_wanted() {
    for (side, read_only) in [(Side::Issued, false), (Side::Held, true)] {
        let mut state = demo(SIZE);
        state.read_only = read_only;
        let (_, message) = planned(listed(&mut state, with(side, CredentialState::Verified))).unwrap();
        let effects = update(&mut state, message);
        assert!(!goes_on(&effects), "{side:?}");
        assert!(
            effects
                .iter()
                .any(|effect| matches!(effect, Effect::LoadCredentials))
        );
    }
}

#[test]
fn the_timer_of_an_earlier_plan_means_nothing() {
    let mut state = demo(SIZE);
    let (_, message) = planned(listed(&mut state, with(Side::Held, CredentialState::Verified))).unwrap();
    listed(&mut state, credentials());
    assert!(update(&mut state, message).is_empty());
}
