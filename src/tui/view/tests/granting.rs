//! The form about what a credential allows: its pictures, what it leads to, and what becomes of it where others were first.

use super::compare;
use crate::model::{DomainGrant, DomainId, DomainPermission, Grant, Profile, Side};
use crate::protocol::Code;
use crate::tui::effect::{Effect, Work};
use crate::tui::fake::{self, answer, demo, key, press, write};
use crate::tui::layers::{Form, Layer};
use crate::tui::message::{Done, Message, Present};
use crate::tui::state::State;
use crate::tui::update::update;
use crate::workspace::{CredentialRow, Failure, GrantChange};
use serde_json::json;

/// A credential that alpha issued, with something in each part of its grant.
fn friend() -> CredentialRow {
    let mut grant = Grant::read(["get_pointer", "get_pointer_summary", "search_pointers"]);
    grant.pointers.all = false;
    grant.pointers.tags.insert("air".to_owned());
    grant.pointers.addresses.insert(fake::address(3));
    grant.rate_per_minute = Some(60);
    grant.hops = 1;
    grant.sources = Some(vec!["10.1.0.0/16".parse().unwrap()]);
    CredentialRow {
        name: "friend@alpha".to_owned(),
        side: Side::Issued,
        instance: "alpha".to_owned(),
        profile: Profile::Native,
        grant: Some(grant),
        ..fake::credentials().remove(0)
    }
}

fn legacy() -> CredentialRow {
    CredentialRow {
        profile: Profile::Legacy,
        kid: None,
        expires_at: None,
        ..friend()
    }
}

/// An access key of a domain.
fn bound() -> CredentialRow {
    let mut row = legacy();
    row.name = "key-0123456789ab@alpha".to_owned();
    let domain = DomainGrant {
        domain_id: DomainId::parse("dom_0123456789ab").unwrap(),
        permissions: [DomainPermission::ReadPointers].into(),
    };
    row.grant.as_mut().unwrap().domain = Some(domain);
    row
}

/// Selects this credential, the only one that there is.
fn select(state: &mut State, row: CredentialRow) {
    update(state, Message::Credentials(Ok((vec![row], Vec::new()))));
    press(state, &["3", "g", "g"]);
}

fn open(state: &mut State, row: CredentialRow) {
    select(state, row);
    press(state, &["e"]);
    form(state);
}

fn form(state: &State) -> &Form {
    match state.layers.last() {
        Some(Layer::Form(form)) => form,
        _ => panic!("no form is open"),
    }
}

/// Puts something else into a field.
fn put(state: &mut State, id: &str, text: &str) {
    while form(state).fields[form(state).at].id != id {
        press(state, &["tab"]);
    }
    press(state, &["ctrl-u"]);
    write(state, text);
}

/// Turns a choice.
fn turn(state: &mut State, id: &str) {
    while form(state).fields[form(state).at].id != id {
        press(state, &["tab"]);
    }
    press(state, &["right"]);
}

fn sent(effects: Vec<Effect>) -> (u64, GrantChange) {
    let found = effects.into_iter().find_map(|effect| match effect {
        Effect::Work(ticket, Work::ChangeCredential(name, change)) => {
            assert_eq!(name, "friend@alpha");
            Some((ticket, *change))
        }
        _ => None,
    });
    found.expect("it is changed")
}

/// Sends the form off, and others were there first.
fn meet(state: &mut State) -> CredentialRow {
    open(state, legacy());
    put(state, "rate", "6");
    turn(state, "replays");
    let (ticket, _) = sent(key(state, "ctrl-s"));
    let mut theirs = legacy();
    let grant = theirs.grant.as_mut().unwrap();
    grant.rate_per_minute = None;
    grant.writes = true;
    grant.actions.insert("create_pointer".to_owned());
    theirs.expires_at = Some(fake::now().plus_seconds(86_400 * 30));
    let failure = Failure::new(
        Code::ChangedMeanwhile,
        "The credential friend was changed meanwhile; nothing was written.",
        "look at what it is now, and make the change again if it still is to be",
    )
    .on("alpha");
    let now = Present::Credential(Box::new(theirs.clone()));
    let effects = update(state, Message::Worked(ticket, Ok(Done::Meanwhile(failure, now))));
    answer(state, effects);
    theirs
}

#[test]
fn what_it_allows_and_what_is_wrong_with_what_was_typed() {
    compare("grant_form", |state| open(state, friend()));
    compare("grant_form_legacy", |state| {
        open(state, legacy());
        turn(state, "replays");
    });
    compare("grant_form_bound", |state| open(state, bound()));
    compare("grant_form_wrong", |state| {
        open(state, friend());
        put(state, "actions", "get_pointer get_weather");
        put(state, "rate", "often");
        put(state, "ends", "2020-01-01");
        put(state, "scope", "#air ptr_12");
    });
    compare("grant_meanwhile", |state| {
        meet(state);
    });
}

#[test]
fn only_what_was_typed_is_changed_and_only_if_the_rest_is_as_it_was_seen() {
    let mut state = demo((120, 36));
    open(&mut state, friend());
    put(&mut state, "scope", "all");
    put(&mut state, "rate", "");
    put(&mut state, "ends", "2d");
    let (_, change) = sent(key(&mut state, "ctrl-s"));
    let row = friend();
    let expected = GrantChange {
        pointers: Some(Grant::owner().pointers),
        rate_per_minute: Some(None),
        lease_ends: Some(Some(fake::now().plus_seconds(172_800))),
        if_still: Some(json!({"grant": row.grant, "expires_at": row.expires_at})),
        ..GrantChange::default()
    };
    assert_eq!(change, expected);
}

#[test]
fn what_is_wrong_is_not_sent_and_is_said_in_its_field() {
    for (id, text, said) in [
        ("actions", "get_weather", "get_weather"),
        ("scope", "everything", "everything"),
        ("rate", "0", "calls a minute"),
        ("hops", "9", "0 to 8"),
        ("sources", "10.0.0.300", "10.0.0.300"),
        ("ends", "soon", "2027-01-31"),
    ] {
        let mut state = demo((120, 36));
        open(&mut state, friend());
        put(&mut state, id, text);
        let effects = key(&mut state, "ctrl-s");
        assert!(
            !effects.iter().any(|effect| matches!(effect, Effect::Work(..))),
            "{id}"
        );
        let error = form(&state).field(id).unwrap().error.clone();
        assert!(
            error.as_ref().is_some_and(|error| error.contains(said)),
            "{id}: {error:?}"
        );
    }
}

#[test]
fn ours_is_saved_over_theirs_and_what_was_left_stays_theirs() {
    let mut state = demo((120, 36));
    let theirs = meet(&mut state);
    let (_, change) = sent(key(&mut state, "o"));
    let expected = GrantChange {
        rate_per_minute: Some(Some(6)),
        strict_replay: Some(true),
        if_still: Some(theirs.as_seen()),
        ..GrantChange::default()
    };
    assert_eq!(change, expected);
}

#[test]
fn theirs_is_taken_choices_too() {
    let mut state = demo((120, 36));
    meet(&mut state);
    press(&mut state, &["t"]);
    let form = form(&state);
    assert_eq!((form.value("rate"), form.value("may_change")), ("", "yes"));
    assert_eq!(form.value("replays"), "refused", "that is still ours");
    assert!(form.value("actions").starts_with("create_pointer "));
}

#[test]
fn only_what_was_issued_here_and_can_be_used_again_is_changed() {
    let owners = CredentialRow {
        grant: Some(Grant::owner()),
        ..friend()
    };
    let mut revoked = friend();
    revoked.state = crate::model::CredentialState::Revoked;
    let held = fake::credentials().remove(0);
    for (row, is_there) in [(friend(), true), (owners, false), (revoked, false), (held, false)] {
        let mut state = demo((120, 36));
        let name = row.name.clone();
        select(&mut state, row);
        assert_eq!(state.situation().regrantable, is_there, "{name}");
        key(&mut state, "e");
        let is_open = matches!(state.layers.last(), Some(Layer::Form(_)));
        assert_eq!(is_open, is_there, "{name}");
    }
}
