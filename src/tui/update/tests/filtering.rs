use super::*;

fn shown_credentials(state: &State) -> Vec<String> {
    let list = &state.credentials;
    (0..list.len())
        .filter_map(|line| list.get(line))
        .map(|row| row.name.clone())
        .collect()
}

fn remembered(effects: &[Effect], wanted: &str) -> Option<String> {
    effects.iter().find_map(|effect| match effect {
        Effect::Remember(name, value) if *name == wanted => Some(value.clone()),
        _ => None,
    })
}

#[test]
fn credentials_are_filtered_as_one_types_and_keys_act_on_what_is_shown() {
    let mut state = demo(SIZE);
    press(&mut state, &["3"]);
    let all = shown_credentials(&state);
    press(&mut state, &["/"]);
    write(&mut state, "side:issued");
    let issued = shown_credentials(&state);
    assert!(!issued.is_empty() && issued.len() < all.len(), "{issued:?}");
    let effects = key(&mut state, "enter");
    assert_eq!(
        remembered(&effects, "credentials.filter").as_deref(),
        Some("side:issued")
    );
    press(&mut state, &["G"]);
    assert_eq!(state.credential().map(|row| &row.name), issued.last());
    // Another list of them is filtered as well.
    let rows = state.credentials.rows().to_vec();
    update(&mut state, Message::Credentials(Ok((rows, Vec::new()))));
    assert_eq!(shown_credentials(&state), issued);
    assert_eq!(state.credential().map(|row| &row.name), issued.last());
    let effects = key(&mut state, "backspace");
    assert_eq!(remembered(&effects, "credentials.filter").as_deref(), Some(""));
    assert_eq!(shown_credentials(&state), all);
    assert_eq!(
        state.credential().map(|row| &row.name),
        issued.last(),
        "the selection stays"
    );
}

#[test]
fn a_credential_that_changes_under_the_filter_stays_selected_until_it_is_left() {
    let mut state = demo(SIZE);
    press(&mut state, &["3", "/"]);
    write(&mut state, "state:active");
    press(&mut state, &["enter"]);
    let selected = state.credential().unwrap().name.clone();
    let mut rows = state.credentials.rows().to_vec();
    for row in rows.iter_mut().filter(|row| row.name == selected) {
        row.state = crate::model::CredentialState::Suspended;
    }
    update(&mut state, Message::Credentials(Ok((rows.clone(), Vec::new()))));
    assert_eq!(state.credential().unwrap().name, selected);
    press(&mut state, &["G"]);
    update(&mut state, Message::Credentials(Ok((rows, Vec::new()))));
    assert!(!shown_credentials(&state).contains(&selected));
}

#[test]
fn no_key_acts_on_a_credential_that_the_filter_hides() {
    let mut state = demo(SIZE);
    press(&mut state, &["3", "/"]);
    write(&mut state, "nobody");
    press(&mut state, &["enter"]);
    assert!(state.credential().is_none());
    press(&mut state, &["x"]);
    assert!(state.layers.is_empty(), "nothing is there to be revoked");
    assert!(crate::tui::view::tests::screen(&state).contains("Nothing matches"));
    press(&mut state, &["esc"]);
    assert!(state.credential().is_some(), "Esc shows all of them again");
}

#[test]
fn instances_are_filtered_as_one_types_and_esc_takes_that_back() {
    let mut state = demo(SIZE);
    press(&mut state, &["1", "/"]);
    write(&mut state, "kind:remote");
    let museum = state.instances.selected_name().unwrap();
    assert_eq!(museum, fake::name("museum"));
    assert_eq!(state.pointers.instance, Some(museum), "its pointers are shown");
    press(&mut state, &["esc"]);
    assert!(state.instances.filter().is_empty());

    press(&mut state, &["/"]);
    write(&mut state, "kind:remote");
    let effects = key(&mut state, "enter");
    assert_eq!(
        remembered(&effects, "instances.filter").as_deref(),
        Some("kind:remote")
    );
    // Whoever names one that is hidden gets it, and everything with it.
    commands::perform(&mut state, crate::command::Id::ShowInstances, Some("alpha"));
    assert_eq!(state.instances.selected_name(), Some(fake::name("alpha")));
    assert!(state.instances.filter().is_empty());
}

#[test]
fn the_filters_of_both_come_back_with_the_next_console() {
    let mut state = demo(SIZE);
    let kept = vec![
        ("instances.filter".to_owned(), "kind:remote".to_owned()),
        ("credentials.filter".to_owned(), "side:held".to_owned()),
    ];
    update(&mut state, Message::Preferences(Ok(kept)));
    assert_eq!(state.instances.filter().text(), "kind:remote");
    assert_eq!(state.credentials.filter().text(), "side:held");
}

#[test]
fn what_is_wrong_with_a_filter_that_was_given_whole_is_told() {
    for pane in ["1", "3"] {
        let mut state = demo(SIZE);
        press(&mut state, &[pane]);
        commands::perform(&mut state, crate::command::Id::Filter, Some("state:nonsense a"));
        let report = state.reports.back().unwrap();
        assert_eq!(report.level, Level::Warn);
        assert!(report.text.contains("expected"), "{}", report.text);
    }
}
