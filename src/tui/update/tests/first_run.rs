//! Beginning: an empty home, one that does not open, the demo.

use super::*;

#[test]
fn an_empty_home_begins_with_a_choice_and_the_choice_happens_once_it_is_made() {
    let mut state = blank(SIZE);
    start(&mut state, Start::Empty);
    assert!(matches!(
        key(&mut state, "enter").as_slice(),
        [Effect::CreateHome(_)]
    ));
    assert!(key(&mut state, "enter").is_empty(), "only once");
    let effects = update(&mut state, Message::HomeOpened);
    assert!(works(effects).iter().any(|(_, work)| matches!(work, Work::Demo)));
}

#[test]
fn whoever_was_given_an_offer_is_led_to_the_side_that_accepts() {
    let mut state = blank(SIZE);
    start(&mut state, Start::Empty);
    press(&mut state, &["j", "j"]);
    assert!(matches!(
        key(&mut state, "enter").as_slice(),
        [Effect::CreateHome(_)]
    ));
    let effects = update(&mut state, Message::HomeOpened);
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Wizard(..))));
    let Some(Layer::Wizard(wizard)) = state.layers.last() else {
        panic!("the wizard is open");
    };
    assert_eq!(wizard.wanted, Some(Side::Held));
}

#[test]
fn a_vault_that_does_not_open_is_said_in_its_form_and_the_choice_is_still_there() {
    let mut state = blank(SIZE);
    start(&mut state, Start::Empty);
    press(&mut state, &["5", "enter"]);
    write(&mut state, "~/vault.age");
    press(&mut state, &["down"]);
    write(&mut state, "correct horse");
    let Some(Effect::BringVault(bringing)) = key(&mut state, "ctrl-s").pop() else {
        panic!("it is brought along");
    };
    assert_eq!(bringing.path, std::path::Path::new("~/vault.age"));
    assert!(matches!(bringing.lock, VaultLock::KeyFile(None)));
    update(&mut state, Message::HomeFailed(fake::failure()));
    assert!(matches!(state.layers.last(), Some(Layer::Form(form)) if form.failure.is_some()));
    press(&mut state, &["esc"]);
    assert!(matches!(state.layers.last(), Some(Layer::FirstRun(_))));
    assert_eq!(state.phase, Phase::FirstRun);
    // Another choice is not taken for this one.
    press(&mut state, &["1", "enter"]);
    let effects = update(&mut state, Message::HomeOpened);
    assert!(works(effects).iter().any(|(_, work)| matches!(work, Work::Demo)));
}

#[test]
fn a_home_that_cannot_be_made_leaves_the_choice() {
    let mut state = blank(SIZE);
    start(&mut state, Start::Empty);
    key(&mut state, "enter");
    update(&mut state, Message::HomeFailed(fake::failure()));
    assert_eq!(state.phase, Phase::FirstRun);
    assert!(matches!(state.layers.last(), Some(Layer::FirstRun(_))));
}

#[test]
fn a_wrong_passphrase_is_said_and_asked_for_again() {
    let mut state = blank(SIZE);
    start(&mut state, Start::Locked);
    write(&mut state, "wrong");
    assert!(matches!(
        key(&mut state, "enter").as_slice(),
        [Effect::OpenHome(_)]
    ));
    update(&mut state, Message::HomeFailed(fake::failure()));
    assert!(matches!(state.layers.last(), Some(Layer::Form(form)) if form.failure.is_some()));
    assert!(state.report_shown);
    write(&mut state, "right");
    assert!(matches!(
        key(&mut state, "enter").as_slice(),
        [Effect::OpenHome(_)]
    ));
    assert!(
        state.report_shown,
        "it is not known yet whether this one is right"
    );
    update(&mut state, Message::HomeOpened);
    assert!(!state.report_shown, "{:?}", state.reports.back());
}

#[test]
fn opening_twice_as_wide_a_home_is_the_same_home() {
    let mut state = demo((40, 10));
    update(&mut state, Message::Resize(200, 50));
    fill(&mut state);
    assert_eq!(state.instances.rows.len(), 5);
}

#[test]
fn whoever_starts_the_demo_is_told_where_its_first_call_is() {
    let mut state = demo(SIZE);
    let instances = fake::instances().into_iter().take(2);
    let made = crate::workspace::Demo {
        instances: instances
            .map(|row| (row.name, row.endpoint, row.instance_id.unwrap()))
            .collect(),
        pointers: Vec::new(),
    };
    tell_demo(&mut state, &made);
    let screen = crate::tui::view::tests::screen(&state);
    let told = "alpha and beta are joined";
    assert!(screen.contains(told), "{screen}");
    assert!(
        screen.contains("4 ⏎ shows a first call, c makes another"),
        "{screen}"
    );
}

#[test]
fn a_wrong_passphrase_is_taken_away_before_the_next_one_is_typed() {
    let mut state = blank(SIZE);
    start(&mut state, Start::Locked);
    let given = |state: &mut State, text: &str| {
        write(state, text);
        let Some(Effect::OpenHome(Unlock::Passphrase(words))) = key(state, "enter").pop() else {
            panic!("it is tried");
        };
        words.expose_text().to_owned()
    };
    assert_eq!(given(&mut state, "wrong"), "wrong");
    update(&mut state, Message::HomeFailed(fake::failure()));
    assert!(matches!(state.layers.last(), Some(Layer::Form(form)) if form.failure.is_some()));
    assert_eq!(given(&mut state, "right"), "right");
}

#[test]
fn instances_that_the_vault_does_not_know_are_told_of() {
    let names = ["alpha", "beta"].map(fake::name);
    let mut state = blank(SIZE);
    let asked = start(&mut state, Start::Open);
    assert!(asked.iter().any(|effect| matches!(effect, Effect::FindUnknown)));
    let reports = state.reports.len();
    update(&mut state, Message::Unknown(Ok(Vec::new())));
    assert_eq!(state.reports.len(), reports, "nothing to tell");
    for _ in 0..2 {
        update(&mut state, Message::Unknown(Ok(names.to_vec())));
        assert_eq!(state.reports.len(), reports + 1, "told once");
    }
    let report = state.reports.back().unwrap();
    assert!(
        report.text.contains("alpha and beta are on disk"),
        "{}",
        report.text
    );
    assert_eq!(report.remedy, "go takes them over");
}

#[test]
fn a_home_whose_vault_is_lost_begins_with_taking_over_what_lies_in_it() {
    let mut state = blank(SIZE);
    start(&mut state, Start::Empty);
    tell_unknown(&mut state, ["alpha", "beta"].map(fake::name).to_vec());
    assert!(state.reports.is_empty(), "the choice says it");
    assert!(matches!(
        key(&mut state, "enter").as_slice(),
        [Effect::CreateHome(_)]
    ));
    update(&mut state, Message::HomeOpened);
    let screen = crate::tui::view::tests::screen(&state);
    assert!(screen.contains("Take alpha and beta over?"), "{screen}");
    let Some((_, Work::TakeOver(names))) = works(key(&mut state, "y")).pop() else {
        panic!("they are taken over");
    };
    assert_eq!(names, ["alpha", "beta"].map(fake::name));

    // Nobody is held to it: what is chosen otherwise happens.
    let mut state = blank(SIZE);
    start(&mut state, Start::Empty);
    tell_unknown(&mut state, vec![fake::name("alpha")]);
    press(&mut state, &["2", "enter"]);
    let effects = update(&mut state, Message::HomeOpened);
    assert!(works(effects).iter().any(|(_, work)| matches!(work, Work::Demo)));

    // Where nothing may be changed they are only told of.
    let mut state = blank(SIZE);
    state.read_only = true;
    start(&mut state, Start::Empty);
    tell_unknown(&mut state, vec![fake::name("alpha")]);
    assert!(state.reports.back().unwrap().text.contains("alpha is on disk"));
}

#[test]
fn what_was_taken_over_is_shown_and_the_rest_says_why_it_was_not() {
    let mut state = demo(SIZE);
    let names = ["gamma", "delta", "omega"].map(fake::name);
    state
        .instances
        .replace(fake::instances().into_iter().take(2).collect());
    update(&mut state, Message::Unknown(Ok(names.to_vec())));

    // One that is not there is not taken over.
    perform(&mut state, crate::command::Id::TakeOver, Some("gamma nobody"));
    assert!(state.layers.is_empty());
    assert!(state.reports.back().unwrap().text.contains("\"nobody\""));

    press(&mut state, &["2", "g", "o"]);
    let Some((ticket, Work::TakeOver(asked))) = works(key(&mut state, "y")).pop() else {
        panic!("they are taken over");
    };
    assert_eq!(asked, names);
    let recovered = crate::workspace::RecoveredOwner {
        name: fake::name("gamma"),
        instance_id: fake::instances()[0].instance_id.clone().unwrap(),
        added: true,
    };
    let left = fake::failure().on("delta");
    let over = crate::workspace::TakenOver {
        taken: vec![recovered],
        left: vec![left],
        rows: fake::instances(),
    };
    let effects = update(
        &mut state,
        Message::Worked(ticket, Ok(Done::TakenOver(Box::new(over)))),
    );
    assert!(effects.iter().any(|effect| matches!(effect, Effect::FindUnknown)));
    assert_eq!(state.focus, Pane::Instances);
    assert_eq!(state.instances.selected_name(), Some(fake::name("gamma")));
    let told: Vec<&str> = state.reports.iter().map(|report| report.text.as_str()).collect();
    assert!(
        told.contains(&"gamma is in this home now, with a new owner"),
        "{told:?}"
    );
    assert!(told.last().unwrap().starts_with("delta: "), "{told:?}");
    assert!(!state.unknown.contains(&fake::name("gamma")));
}
