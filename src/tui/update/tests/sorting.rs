//! Lists in another order: by `s`, by a command, by a heading that is clicked, and as it was in earlier runs.

use super::*;

fn remembered(effects: &[Effect], wanted: &str) -> Option<String> {
    effects.iter().find_map(|effect| match effect {
        Effect::Remember(name, value) if *name == wanted => Some(value.clone()),
        _ => None,
    })
}

fn instances(state: &State) -> Vec<&str> {
    let shown = state.instances.shown().into_iter();
    shown
        .map(|place| state.instances.rows[place].row.name.as_str())
        .collect()
}

fn credentials(state: &State) -> Vec<String> {
    let list = &state.credentials;
    let rows = (0..list.len()).filter_map(|line| list.get(line));
    rows.map(|row| row.name.clone()).collect()
}

fn lines(state: &State) -> Vec<u64> {
    let rows = (0..state.log.shown()).filter_map(|line| state.log.row(line));
    rows.map(|row| row.id).collect()
}

#[test]
fn instances_are_sorted_within_their_groups_and_the_selection_stays_with_its_instance() {
    let mut state = demo(SIZE);
    press(&mut state, &["1"]);
    let before: Vec<String> = instances(&state).into_iter().map(str::to_owned).collect();
    let selected = state.instances.selected_name();
    let effects = say(&mut state, "sort name desc");
    assert_eq!(
        remembered(&effects, "instances.sort").as_deref(),
        Some("name:desc")
    );
    let (mut local, mut remote) = (before[..3].to_vec(), before[3..].to_vec());
    local.sort_by(|one, other| other.cmp(one));
    remote.sort_by(|one, other| other.cmp(one));
    let turned = [local, remote].concat();
    assert_eq!(instances(&state), turned);
    assert_eq!(state.instances.selected_name(), selected);
    press(&mut state, &["k"]);
    assert_eq!(state.instances.selected_name(), Some(fake::name(&before[1])));
    let effects = say(&mut state, "sort none");
    assert_eq!(remembered(&effects, "instances.sort").as_deref(), Some(""));
    assert_eq!(instances(&state), before);
}

#[test]
fn what_a_filter_hides_gives_the_selection_to_the_next_in_that_order() {
    let mut state = demo(SIZE);
    press(&mut state, &["1"]);
    say(&mut state, "sort name desc");
    press(&mut state, &["k"]);
    let selected = state.instances.selected_name().unwrap();
    say(&mut state, &format!("filter !name:{selected}"));
    let order = instances(&state);
    assert_eq!(
        state.instances.selected_name(),
        Some(fake::name(order[1])),
        "{order:?}"
    );
    assert!(order[1] < selected.as_str(), "the one below it");
}

#[test]
fn credentials_are_sorted_and_the_same_again_turns_them_round() {
    let mut state = demo(SIZE);
    press(&mut state, &["3"]);
    let before = credentials(&state);
    let selected = state.credential().unwrap().name.clone();
    let mut sorted = before.clone();
    sorted.sort_by_key(|name| name.to_lowercase());
    let effects = say(&mut state, "sort name");
    assert_eq!(remembered(&effects, "credentials.sort").as_deref(), Some("name"));
    assert_eq!(credentials(&state), sorted);
    assert_eq!(state.credential().unwrap().name, selected);
    // Another list of them is sorted as well.
    let rows = state.credentials.rows().to_vec();
    update(&mut state, Message::Credentials(Ok((rows, Vec::new()))));
    assert_eq!(credentials(&state), sorted);
    sorted.reverse();
    say(&mut state, "sort name");
    assert_eq!(credentials(&state), sorted);
    press(&mut state, &["s", "0"]);
    assert_eq!(credentials(&state), before);
}

#[test]
fn the_log_in_another_order_is_not_followed_until_it_is_newest_first_again() {
    let mut state = demo(SIZE);
    press(&mut state, &["4"]);
    assert_eq!(lines(&state), [3, 2, 1]);
    let effects = say(&mut state, "sort took desc");
    assert_eq!(remembered(&effects, "log.sort").as_deref(), Some("took:desc"));
    answer(&mut state, effects);
    assert_eq!(lines(&state)[0], 1, "the slowest");
    assert!(state.log.is_frozen());
    let effects = key(&mut state, "f");
    assert_eq!(remembered(&effects, "log.sort").as_deref(), Some(""));
    answer(&mut state, effects);
    assert_eq!(lines(&state), [3, 2, 1]);
    assert!(!state.log.is_frozen());
}

#[test]
fn looking_again_takes_in_what_came_since_the_log_was_sorted() {
    let mut state = demo(SIZE);
    press(&mut state, &["4"]);
    let effects = say(&mut state, "sort took");
    answer(&mut state, effects);
    let before = state.log.generation;
    press(&mut state, &["ctrl-r"]);
    assert_ne!(state.log.generation, before);
    assert!(state.log.is_frozen());
}

#[test]
fn what_cannot_be_sorted_by_is_told_with_the_way_to_what_can() {
    let mut state = demo(SIZE);
    press(&mut state, &["3"]);
    let effects = say(&mut state, "sort colour");
    assert!(remembered(&effects, "credentials.sort").is_none());
    let report = state.reports.back().unwrap();
    assert_eq!(report.text, "credentials are not sorted by colour");
    assert_eq!(report.remedy, "s shows by what it can be");
}

#[test]
fn how_lists_were_sorted_comes_back() {
    let mut state = blank(SIZE);
    let kept = [
        ("instances.sort", "pointers:desc"),
        ("credentials.sort", "last-used"),
        ("log.sort", "took:desc"),
    ];
    let kept = kept.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let effects = update(&mut state, Message::Preferences(Ok(kept.to_vec())));
    answer(&mut state, effects);
    fake::fill(&mut state);
    let sorted = |pane| {
        let headings = crate::tui::content::headings(&state, pane);
        let by = headings.into_iter().find(|(_, column)| column.sorted.is_some());
        by.map(|(name, column)| (name, column.sorted == Some(true)))
    };
    assert_eq!(sorted(Pane::Instances), Some(("pointers", true)));
    assert_eq!(sorted(Pane::Credentials), Some(("last used", false)));
    assert_eq!(sorted(Pane::Log), Some(("took", true)));
    assert_eq!(lines(&state)[0], 1);
}
