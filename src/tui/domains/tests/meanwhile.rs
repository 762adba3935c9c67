//! Others change a connection or a domain while its form is open.

use super::{change_of, compare, is_connection, page, select};
use crate::model::ConnectionStatus;
use crate::protocol::Code;
use crate::tui::effect::{Effect, Work};
use crate::tui::fake::{answer, demo, key, press, write};
use crate::tui::layers::Layer;
use crate::tui::message::{Done, Message, Present};
use crate::tui::state::State;
use crate::tui::update::update;
use crate::workspace::{ConnectionRow, DomainChange, DomainRow, Failure};

fn connection(state: &State) -> ConnectionRow {
    page(state).connection().unwrap().clone()
}

fn domain(state: &State) -> DomainRow {
    page(state).domain().unwrap().clone()
}

/// Sends the form on top off, and others were there first: what it is now.
fn meet(state: &mut State, what: &str, now: Present) -> DomainChange {
    let effects = key(state, "ctrl-s");
    let ticket = effects.iter().find_map(|effect| match effect {
        Effect::Work(ticket, Work::Domains(..)) => Some(*ticket),
        _ => None,
    });
    let sent = change_of(effects);
    let message = format!("The {what} was changed meanwhile; nothing was written.");
    let remedy = "look at what it is now, and make the change again if it still is to be";
    let failure = Failure::new(Code::ChangedMeanwhile, message, remedy).on("alpha");
    let done = Done::Meanwhile(failure, now);
    let effects = update(state, Message::Worked(ticket.unwrap(), Ok(done)));
    answer(state, effects);
    sent
}

/// Changes the description of the first connection, of which others change more than that.
fn meet_at_connection(state: &mut State) -> (ConnectionRow, ConnectionRow) {
    press(state, &["g", "d"]);
    select(state, is_connection);
    let seen = connection(state);
    press(state, &["e", "tab"]);
    write(state, " of ours");
    let theirs = ConnectionRow {
        name: "the new gate".into(),
        description: "for guests".into(),
        status: ConnectionStatus::Disabled,
        ..seen.clone()
    };
    let now = Present::Connection(Box::new(theirs.clone()));
    let sent = meet(state, &format!("connection {}", seen.id), now);
    let DomainChange::EditConnection { if_still, .. } = sent else {
        panic!("a connection is changed");
    };
    assert_eq!(if_still, Some(seen.as_seen()));
    (seen, theirs)
}

#[test]
fn what_others_made_of_a_connection_stands_beside_what_was_typed() {
    compare("meanwhile", |state| {
        meet_at_connection(state);
    });
}

#[test]
fn ours_is_saved_over_theirs_and_what_was_left_stays_theirs() {
    let mut state = demo((120, 36));
    let (seen, theirs) = meet_at_connection(&mut state);
    let DomainChange::EditConnection {
        name,
        description,
        if_still,
        ..
    } = change_of(key(&mut state, "o"))
    else {
        panic!("a connection is changed");
    };
    let ours = format!("{} of ours", seen.description);
    assert_eq!((name, description), (None, Some(ours)));
    assert_eq!(if_still, Some(theirs.as_seen()));
}

#[test]
fn a_domain_that_others_renamed_is_renamed_only_if_that_is_wanted() {
    let mut state = demo((120, 36));
    press(&mut state, &["g", "d"]);
    let seen = domain(&state);
    press(&mut state, &["e"]);
    write(&mut state, " of ours");
    let theirs = DomainRow {
        name: "theirs".into(),
        ..seen.clone()
    };
    let now = Present::Domain(Box::new(theirs));
    let sent = meet(&mut state, &format!("domain {}", seen.id), now);
    let name = format!("{} of ours", seen.name);
    match sent {
        DomainChange::Rename(_, to, before) => assert_eq!((to, before), (name.clone(), Some(seen.name))),
        _ => panic!("a domain is renamed"),
    }
    press(&mut state, &["b"]);
    assert!(matches!(state.layers.last(), Some(Layer::Form(form)) if form.value("called") == name));
    let now = Present::Domain(Box::new(DomainRow {
        name: "theirs".into(),
        ..domain(&state)
    }));
    meet(&mut state, "domain", now);
    match change_of(key(&mut state, "o")) {
        DomainChange::Rename(_, to, before) => assert_eq!((to, before), (name, Some("theirs".to_owned()))),
        _ => panic!("a domain is renamed"),
    }
}
