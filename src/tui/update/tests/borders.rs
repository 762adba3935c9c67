use super::*;

fn widths(state: &State) -> [u16; 4] {
    state.layout().panes.map(|pane| pane.width)
}

fn heights(state: &State) -> [u16; 4] {
    state.layout().panes.map(|pane| pane.height)
}

fn kept(effects: Vec<Effect>) -> Option<(&'static str, String)> {
    effects.into_iter().find_map(|effect| match effect {
        Effect::Remember(name, value) => Some((name, value)),
        _ => None,
    })
}

fn mouse(state: &mut State, mouse: Mouse) -> Vec<Effect> {
    update(state, Message::Mouse(mouse))
}

#[test]
fn keys_give_the_pane_with_the_focus_more_room_or_less() {
    let mut state = demo(SIZE);
    press(&mut state, &["3"]);
    let (wide, high) = (widths(&state), heights(&state));
    press(&mut state, &[">", ">", "}"]);
    assert_eq!(
        widths(&state),
        [wide[0] + 8, wide[1] - 8, wide[2] + 8, wide[3] - 8]
    );
    assert_eq!(heights(&state), [high[0] - 1, high[1], high[2] + 1, high[3]]);

    press(&mut state, &["2"]);
    let before = heights(&state);
    press(&mut state, &[">", ">", "{"]);
    assert_eq!(widths(&state), wide);
    assert_eq!(heights(&state)[1], before[1] - 1);
    press(&mut state, &["\\"]);
    let untouched = demo(SIZE);
    assert_eq!(
        (widths(&state), heights(&state)),
        (widths(&untouched), heights(&untouched))
    );
}

#[test]
fn a_border_at_its_end_comes_back_at_once() {
    let mut state = demo(SIZE);
    press(&mut state, &["2"]);
    for _ in 0..60 {
        press(&mut state, &[">", "}"]);
    }
    let (wide, high) = (widths(&state), heights(&state));
    assert!(wide[0] >= 20 && high[3] >= 4, "{wide:?} {high:?}");
    press(&mut state, &["<", "{"]);
    assert_eq!(
        (widths(&state)[0], heights(&state)[1]),
        (wide[0] + 4, high[1] - 1)
    );
    // Nothing moves, nothing is kept anew.
    press(&mut state, &[">", "}"]);
    assert_eq!(kept(key(&mut state, ">")), None);
}

#[test]
fn the_mouse_takes_a_border_and_lets_go_of_it() {
    let mut state = demo(SIZE);
    let x = widths(&state)[0];
    mouse(&mut state, Mouse::Click(x, 10));
    mouse(&mut state, Mouse::Drag(x - 7, 12));
    assert_eq!(widths(&state)[0], x - 7);
    let (name, value) = kept(mouse(&mut state, Mouse::Release)).unwrap();
    mouse(&mut state, Mouse::Drag(x + 9, 12));
    assert_eq!(widths(&state)[0], x - 7, "it was let go of");

    // The line between the panes on the right: a title, which gives its pane the focus besides.
    press(&mut state, &["2"]);
    let log = state.layout().panes[3];
    mouse(&mut state, Mouse::Click(log.x + 4, log.y));
    assert_eq!(state.focus, Pane::Log);
    assert_eq!(
        kept(mouse(&mut state, Mouse::Release)),
        None,
        "a click moves nothing"
    );
    let log = state.layout().panes[3];
    mouse(&mut state, Mouse::Click(log.x + 4, log.y));
    mouse(&mut state, Mouse::Drag(log.x + 4, log.y + 3));
    assert_eq!(state.layout().panes[3].y, log.y + 3);
    mouse(&mut state, Mouse::Release);

    // What was kept stands there in the next run.
    let mut next = demo(SIZE);
    let told = vec![(name.to_owned(), value)];
    update(&mut next, Message::Preferences(Ok(told)));
    assert_eq!(widths(&next)[0], x - 7);
}

#[test]
fn what_is_no_border_is_not_dragged_and_what_was_kept_badly_changes_nothing() {
    let mut state = demo(SIZE);
    let before = state.layout();
    let rows = before.rows(Pane::Pointers);
    mouse(&mut state, Mouse::Click(rows.x + 3, rows.y + 1));
    mouse(&mut state, Mouse::Drag(3, 3));
    assert_eq!(kept(mouse(&mut state, Mouse::Release)), None);
    let told = vec![("borders".to_owned(), "{\"columns\":\"wide\"}".to_owned())];
    update(&mut state, Message::Preferences(Ok(told)));
    assert_eq!(state.layout().panes, before.panes);
}

#[test]
fn one_above_the_other_the_others_give_and_take_rows() {
    let mut state = demo((80, 24));
    press(&mut state, &["2"]);
    let high = heights(&state);
    press(&mut state, &["}"]);
    assert!(heights(&state)[1] > high[1]);
    press(&mut state, &["{", "{"]);
    assert!(heights(&state)[1] < high[1]);
    assert_eq!(kept(key(&mut state, ">")), None);
    assert!(state.reports.back().unwrap().text.contains("one above the other"));
    press(&mut state, &["z"]);
    assert_eq!(kept(key(&mut state, "}")), None);
    assert!(state.reports.back().unwrap().text.contains("whole screen"));
}
