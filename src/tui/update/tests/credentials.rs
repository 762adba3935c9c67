//! When the credentials are asked for.

use super::*;
use crate::command::{Id, command};
use crate::model::{Grant, Holder, InstanceState, Side};
use crate::tui::message::Message;
use crate::workspace::CredentialRow;

fn asks(effects: &[Effect]) -> usize {
    let asks = |effect: &&Effect| matches!(effect, Effect::LoadCredentials);
    effects.iter().filter(asks).count()
}

/// Answers with these instances missing from the list; how often it is asked for again.
fn told(state: &mut State, missing: &[&str]) -> usize {
    let missing = missing.iter().map(|name| fake::failure().on(*name)).collect();
    asks(&update(
        state,
        Message::Credentials(Ok((fake::credentials(), missing))),
    ))
}

fn seen(state: &mut State, name: &str, is: InstanceState) -> usize {
    let mut row = fake::instances()
        .into_iter()
        .find(|row| row.name.as_str() == name)
        .unwrap();
    row.state = is;
    asks(&update(state, Message::Probed(row.name.clone(), Ok(row))))
}

/// A home with its instances listed, none of them looked at.
fn opening() -> (State, usize) {
    let mut state = blank(SIZE);
    let effects = start(&mut state, Start::Open);
    let mut count = asks(&effects);
    for effect in effects {
        let message = match effect {
            Effect::LoadInstances => {
                let mut rows = fake::instances();
                rows.iter_mut().for_each(|row| row.state = InstanceState::Unknown);
                Message::Instances(Ok(rows))
            }
            Effect::LoadLog { generation, ask } => Message::Log {
                generation,
                outcome: Ok(fake::log_window(&ask)),
            },
            _ => continue,
        };
        count += asks(&update(&mut state, message));
    }
    (state, count)
}

#[test]
fn a_console_that_opens_asks_once() {
    let (mut state, mut count) = opening();
    count += seen(&mut state, "alpha", InstanceState::Up);
    count += told(&mut state, &[]);
    count += seen(&mut state, "beta", InstanceState::Up);
    assert_eq!(count, 1);
}

#[test]
fn an_instance_that_could_not_be_asked_is_asked_when_it_answers() {
    let (mut state, _) = opening();
    assert_eq!(told(&mut state, &["beta"]), 0);
    assert_eq!(seen(&mut state, "alpha", InstanceState::Up), 0);
    assert_eq!(seen(&mut state, "beta", InstanceState::Up), 1);
    assert_eq!(told(&mut state, &[]), 0);
    // It went and came back: who knows what it did meanwhile.
    assert_eq!(seen(&mut state, "beta", InstanceState::Unreachable), 0);
    assert_eq!(seen(&mut state, "beta", InstanceState::Up), 1);
}

#[test]
fn an_instance_that_answers_while_the_list_is_on_its_way_is_asked_only_if_the_list_lacks_it() {
    let (mut state, _) = opening();
    assert_eq!(seen(&mut state, "beta", InstanceState::Up), 0);
    assert_eq!(told(&mut state, &["beta"]), 1);
    assert_eq!(told(&mut state, &["beta"]), 0, "it does not go round for ever");
}

#[test]
fn what_changed_while_the_list_was_on_its_way_is_asked_for_once_more() {
    let mut state = demo(SIZE);
    assert_eq!(asks(&key(&mut state, "f5")), 1);
    assert_eq!(asks(&key(&mut state, "f5")), 0, "one at a time");
    assert_eq!(
        told(&mut state, &[]),
        1,
        "what came may be older than the second wish"
    );
    assert_eq!(told(&mut state, &[]), 0);
}

/// A console with the credential that alpha holds for beta, selected.
fn with_alphas_own() -> State {
    let mut state = demo(SIZE);
    let mut own = fake::credentials().remove(0);
    own.name = "alpha/held/beta".into();
    own.holder = Some(Holder::Instance);
    let rows: Vec<CredentialRow> = std::iter::once(own).chain(fake::credentials()).collect();
    update(&mut state, Message::Credentials(Ok((rows, Vec::new()))));
    press(&mut state, &["3", "g", "g"]);
    assert_eq!(state.credential().unwrap().name, "alpha/held/beta");
    state
}

#[test]
fn forgetting_a_held_credential_names_who_holds_it_and_says_what_stays() {
    let mut state = with_alphas_own();
    for (down, on) in [(false, "alpha"), (true, "this home")] {
        if down {
            press(&mut state, &["j"]);
        }
        let name = state.credential().unwrap().name.clone();
        key(&mut state, "x");
        let Some(Layer::Confirm(confirm)) = state.layers.last() else {
            panic!("a question");
        };
        assert_eq!(confirm.title, format!("Forget {name}?"));
        assert_eq!(confirm.instance.as_deref(), Some(on));
        assert!(confirm.text.contains("beta still honours it"), "{}", confirm.text);
        let row = Box::new(state.credential().unwrap().clone());
        let (ticket, _) = works(key(&mut state, "y")).remove(0);
        update(&mut state, Message::Worked(ticket, Ok(Done::Revoked(row))));
        let told = &state.reports.back().unwrap().text;
        assert!(told.contains("forgotten here; beta still honours it"), "{told}");
    }
    press(&mut state, &["j"]);
    let issued = state.credential().unwrap().clone();
    assert_eq!(issued.side, Side::Issued);
    let (ticket, _) = {
        key(&mut state, "x");
        works(key(&mut state, "y")).remove(0)
    };
    update(
        &mut state,
        Message::Worked(ticket, Ok(Done::Revoked(Box::new(issued)))),
    );
    assert!(
        state
            .reports
            .back()
            .unwrap()
            .text
            .contains("is refused from now on")
    );
}

/// Makes exactly this instance read-only.
fn only_reading(state: &mut State, name: &str) {
    for instance in &mut state.instances.rows {
        instance.row.read_only = instance.row.name.as_str() == name;
    }
}

#[test]
fn whether_a_credential_can_be_changed_is_decided_by_where_it_is_kept() {
    let can = |state: &State, id| command(id).is_available(&state.situation());
    let changing = [Id::RevokeCredential, Id::RotateCredential];
    for (read_only, expected) in [("alpha", false), ("beta", true)] {
        let mut state = with_alphas_own();
        only_reading(&mut state, read_only);
        for selected in ["alpha", "beta"] {
            press(&mut state, &["1", "g", "g"]);
            if selected == "beta" {
                press(&mut state, &["j"]);
            }
            press(&mut state, &["3"]);
            for over in [None, Some("?"), Some("enter")] {
                if let Some(over) = over {
                    press(&mut state, &[over]);
                }
                for id in changing {
                    assert_eq!(
                        can(&state, id),
                        expected,
                        "{read_only} {selected} {over:?} {id:?}"
                    );
                }
                assert!(can(&state, Id::CheckCredential));
                if over.is_some() {
                    press(&mut state, &["esc"]);
                }
            }
        }
    }
}

#[test]
fn the_values_of_a_credential_are_shown_after_a_yes_and_masked() {
    use crate::model::{AppId, Endpoint, InstanceId, KeyId};
    use crate::protocol::{CredentialForm, HeldCredential};
    use crate::seal::RootKey;
    use crate::tui::view::tests::screen;
    let mut state = demo((120, 36));
    press(&mut state, &["3"]);
    perform(&mut state, Id::ExportCredential, None);
    assert!(matches!(state.layers.last(), Some(Layer::Confirm(_))));
    let (ticket, work) = works(key(&mut state, "y")).remove(0);
    let Work::ExportCredential(name) = work else {
        panic!("its values are asked for");
    };
    let held = HeldCredential::native(
        AppId::parse("museum").unwrap(),
        Endpoint::parse("http://127.0.0.1:5001").unwrap(),
        InstanceId::parse("inst_0123456789ab").unwrap(),
        KeyId::parse("kid_0123456789abcdef").unwrap(),
        RootKey::parse(&"A".repeat(43)).unwrap(),
    );
    let form = CredentialForm::of(&held);
    update(
        &mut state,
        Message::Worked(ticket, Ok(Done::CredentialExported(name, form))),
    );
    assert!(!screen(&state).contains("root=A"), "{}", screen(&state));
    for width in [80, 50] {
        // The warning is whole, whatever the window's width.
        state.size = (width, 24);
        let shown = screen(&state);
        assert!(shown.contains(" way. "), "{shown}");
    }
    state.size = (120, 36);
    key(&mut state, "v");
    assert!(screen(&state).contains("root=A"), "{}", screen(&state));
}

#[test]
fn a_federated_pointer_asks_first_what_the_credential_allows() {
    let mut state = demo(SIZE);
    let mut rows = fake::credentials();
    rows[0].grant = Some(Grant::read(["get_pointer_summary"]));
    update(&mut state, Message::Credentials(Ok((rows, Vec::new()))));
    press(&mut state, &["2", "F"]);
    let query = |state: &State| match state.layers.last() {
        Some(Layer::Form(form)) => form.value("query").to_owned(),
        _ => panic!("a form"),
    };
    let via = |state: &State| match state.layers.last() {
        Some(Layer::Form(form)) => form.value("via").to_owned(),
        _ => panic!("a form"),
    };
    assert_eq!(via(&state), "beta");
    assert!(query(&state).contains("whoami"), "{}", query(&state));
    press(&mut state, &["right"]);
    assert!(query(&state).contains("get_graph_stats"), "{}", query(&state));
    press(&mut state, &["left"]);
    assert!(query(&state).contains("whoami"), "{}", query(&state));
}
