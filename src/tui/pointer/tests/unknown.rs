//! A page whose pointer has not come yet: nothing of another pointer is taken for its own, and what is asked of it is
//! judged by what it turns out to be.

use super::{open_row, page};
use crate::command::Id;
use crate::model::PointerAddress;
use crate::protocol::Query;
use crate::tui::effect::{Consent, Effect, Work};
use crate::tui::fake::{self, demo, key, press};
use crate::tui::layers::Layer;
use crate::tui::message::{Again, Done, Message};
use crate::tui::pointer;
use crate::tui::state::State;
use crate::tui::update::update;
use crate::workspace::Destruction;
use serde_json::json;

/// On the page of a neighbour that is still on its way; what was asked for it.
fn on_the_way() -> (State, PointerAddress, Vec<Effect>) {
    let mut state = demo((120, 50));
    open_row(&mut state, 4);
    press(&mut state, &["j", "j"]);
    let effects = key(&mut state, "enter");
    let address = page(&state).address.clone();
    assert_eq!(address, fake::address(9));
    (state, address, effects)
}

fn begun(effects: Vec<Effect>) -> Option<(u64, Work)> {
    effects.into_iter().find_map(|effect| match effect {
        Effect::Work(ticket, work) => Some((ticket, work)),
        _ => None,
    })
}

#[test]
fn nothing_of_another_pointer_is_taken_for_its_own() {
    let (state, ..) = on_the_way();
    assert!(state.pointer().is_none(), "{:?}", state.pointer());
}

#[test]
fn a_call_that_comes_before_the_pointer_is_judged_by_the_work_itself() {
    for (pressed, again) in [
        ("c", Again::Call(fake::name("alpha"), fake::address(9), None)),
        ("i", Again::Invoke(fake::name("alpha"), fake::address(9))),
    ] {
        let (mut state, ..) = on_the_way();
        let (ticket, work) = begun(key(&mut state, pressed)).expect("it is not lost");
        assert!(matches!(
            work,
            Work::Call(_, _, None, Consent::Unasked) | Work::InvokePointer(_, _, Consent::Unasked)
        ));
        let destruction = Destruction {
            query: Query::new("delete_pointer", json!({"pointer_address": "ptr_000000000007"})),
            instance: "beta".into(),
            way: Some("through ptr_000000000009 of alpha".into()),
        };
        let asks = Done::Asks(Box::new(destruction), again);
        update(&mut state, Message::Worked(ticket, Ok(asks)));
        let Some(Layer::Confirm(confirm)) = state.layers.last() else {
            panic!("it asks");
        };
        assert_eq!(confirm.instance.as_deref(), Some("beta"));
        let (_, work) = begun(key(&mut state, "y")).expect("after a yes it is sent");
        match work {
            Work::Call(_, address, None, Consent::Given)
            | Work::InvokePointer(_, address, Consent::Given) => {
                assert_eq!(address, fake::address(9));
            }
            _ => panic!("something else is done"),
        }
    }
}

#[test]
fn where_nothing_is_to_be_changed_it_is_left_to_the_workspace_which_asks_nobody() {
    for pressed in ["c", "i"] {
        let (mut state, ..) = on_the_way();
        state.read_only = true;
        let (_, work) = begun(key(&mut state, pressed)).expect("the workspace judges it");
        assert!(matches!(
            work,
            Work::Call(_, _, None, Consent::Given) | Work::InvokePointer(_, _, Consent::Given)
        ));
    }
}

#[test]
fn the_question_before_it_is_deleted_names_no_other() {
    let (mut state, address, _) = on_the_way();
    key(&mut state, "x");
    let Some(Layer::Confirm(confirm)) = state.layers.last() else {
        panic!("it asks");
    };
    assert!(confirm.title.contains(address.as_str()), "{}", confirm.title);
    assert!(confirm.text.contains("station 9"), "{}", confirm.text);
    assert!(!confirm.text.contains("station 4"), "{}", confirm.text);
}

#[test]
fn of_it_there_is_nothing_to_copy_yet_but_where_it_is() {
    let (mut state, address, _) = on_the_way();
    key(&mut state, "y");
    let Some(Layer::Menu(menu)) = state.layers.last() else {
        panic!("one chooses");
    };
    let labels: Vec<&str> = menu.items.iter().map(|item| item.label.as_str()).collect();
    assert_eq!(labels, ["address", "command"]);
    let copied = key(&mut state, "y").into_iter().find_map(|effect| match effect {
        Effect::Copy(text) => Some(text),
        _ => None,
    });
    assert_eq!(copied, Some(address.to_string()));
}

#[test]
fn what_needs_to_know_it_says_that_it_has_not_come() {
    let (mut state, address, _) = on_the_way();
    for pressed in ["e", "D", "T", "W"] {
        let asked = key(&mut state, pressed);
        assert!(asked.is_empty(), "{pressed}");
        let told = &state.reports.back().unwrap().text;
        assert!(
            told.contains(address.as_str()) && told.contains("not come yet"),
            "{told}"
        );
        state.reports.clear();
    }
}

#[test]
fn a_choice_that_comes_late_opens_over_nothing_else() {
    for (asks, goes_on, id) in [
        ("b", ":", Id::AssignPointer),
        ("b", "I", Id::AssignPointer),
        ("b", "4", Id::AssignPointer),
        ("W", ":", Id::FetchWith),
        ("W", "?", Id::FetchWith),
    ] {
        let mut state = demo((120, 50));
        press(&mut state, &["2"]);
        let errand = key(&mut state, asks).into_iter().find_map(|effect| match effect {
            Effect::Pointer(errand) => Some(errand),
            _ => None,
        });
        let errand = errand.expect("it is asked what there is");
        press(&mut state, &[goes_on]);
        let (layers, focus) = (state.layers.len(), state.focus);
        let effects = update(&mut state, Message::PointerNews(fake::neighbours(errand)));
        fake::answer(&mut state, effects);
        assert_eq!(
            (state.layers.len(), state.focus),
            (layers, focus),
            "{asks} {goes_on}"
        );
        assert!(!matches!(
            state.layers.last(),
            Some(Layer::Menu(_) | Layer::Form(_))
        ));
        let told = state.reports.back().unwrap();
        assert!(told.text.contains("gone on meanwhile"), "{}", told.text);
        assert!(told.remedy.starts_with(&state.key_for(id)), "{}", told.remedy);
    }
    // Whoever waits is given it.
    let mut state = demo((120, 50));
    press(&mut state, &["2", "b"]);
    assert!(matches!(state.layers.last(), Some(Layer::Menu(_))));
}

#[test]
fn what_comes_for_a_page_that_one_walked_on_from_is_there_when_one_is_back() {
    let (mut state, second, load_second) = on_the_way();
    // Left before anything of it came: its own answer finds it in the trail.
    press(&mut state, &["backspace"]);
    let first = page(&state).address.clone();
    let effects = key(&mut state, "enter");
    fake::answer(&mut state, effects);
    assert_eq!(page(&state).address, second);
    let rows = page(&state).near.rows.len();
    let errand = |offset: usize| pointer::Errand::Neighbors {
        instance: fake::name("alpha"),
        address: fake::address(9),
        computed: true,
        offset: offset as u64,
        limit: 20,
    };
    press(&mut state, &["home", "j", "j", "j"]);
    if let Some(Layer::Pointer(page)) = state.layers.last_mut() {
        page.near.asked = true;
    }
    press(&mut state, &["enter"]);
    assert_ne!(page(&state).address, second);
    assert_ne!(page(&state).address, first);
    update(&mut state, Message::PointerNews(fake::neighbours(errand(rows))));
    key(&mut state, "backspace");
    assert_eq!(page(&state).address, second);
    assert!(!page(&state).near.asked, "it is not fetched for ever");
    assert!(page(&state).near.rows.len() > rows);
    // The same for the pointer itself.
    drop(load_second);
    let mut state = demo((120, 50));
    open_row(&mut state, 4);
    press(&mut state, &["j", "j"]);
    key(&mut state, "enter");
    assert!(page(&state).detail.is_none());
    if let Some(Layer::Pointer(page)) = state.layers.last_mut() {
        let next = pointer::PointerPage::new(fake::name("alpha"), fake::address(30));
        page.walk_to(next);
    }
    let detail = fake::detail_of(&second);
    let message = Message::Pointer(fake::name("alpha"), second.clone(), Ok(Box::new(detail)));
    update(&mut state, message);
    key(&mut state, "backspace");
    assert_eq!(page(&state).address, second);
    assert!(page(&state).detail.is_some());
}
