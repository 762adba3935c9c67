//! What others change on an instance is shown without a key: the look at it tells that something was changed.

use super::*;
use crate::model::{InstanceName, Pointer};
use crate::store::Start as From;
use crate::tui::message::Message;
use crate::workspace::PointerList;

/// Looks at an instance, which tells this number.
fn look(state: &mut State, name: &str, changes: Option<u64>) -> Vec<Effect> {
    let mut row = state.instances.get(name).unwrap().row.clone();
    row.changes = changes;
    update(state, Message::Probed(row.name.clone(), Ok(row)))
}

/// What is asked for, in a word each.
fn asked(effects: &[Effect]) -> Vec<&'static str> {
    let word = |effect: &Effect| match effect {
        Effect::LoadPointers { .. } => Some("pointers"),
        Effect::LoadCredentials => Some("credentials"),
        Effect::LoadPointer(..) => Some("pointer"),
        Effect::Domains(_) => Some("domains"),
        _ => None,
    };
    let mut words: Vec<&str> = effects.iter().filter_map(word).collect();
    words.sort_unstable();
    words.dedup();
    words
}

fn alpha() -> InstanceName {
    InstanceName::parse("alpha").unwrap()
}

#[test]
fn lists_are_read_again_when_the_number_is_another_one_and_only_then() {
    let mut state = demo(SIZE);
    assert!(
        asked(&look(&mut state, "alpha", Some(7))).is_empty(),
        "the first one"
    );
    for same in [Some(7), None, Some(7)] {
        assert!(asked(&look(&mut state, "alpha", same)).is_empty(), "{same:?}");
    }
    let effects = look(&mut state, "alpha", Some(8));
    assert_eq!(asked(&effects), ["credentials", "pointers"]);
    answer(&mut state, effects);
    assert!(asked(&look(&mut state, "alpha", Some(8))).is_empty());

    // Of an instance whose pointers are not shown, those are not asked for.
    look(&mut state, "beta", Some(1));
    assert_eq!(asked(&look(&mut state, "beta", Some(2))), ["credentials"]);
}

#[test]
fn lists_of_an_instance_that_nobody_hosts_are_read_again_too() {
    let mut state = demo(SIZE);
    let stopped = |state: &mut State, changes| {
        let mut row = state.instances.get("alpha").unwrap().row.clone();
        row.state = InstanceState::Stopped;
        row.changes = Some(changes);
        update(state, Message::Probed(row.name.clone(), Ok(row)))
    };
    stopped(&mut state, 7);
    assert!(asked(&stopped(&mut state, 7)).is_empty());
    assert_eq!(asked(&stopped(&mut state, 8)), ["credentials", "pointers"]);
}

#[test]
fn the_selected_pointer_stays_selected_and_where_it_is_on_the_screen() {
    let mut state = demo(SIZE);
    look(&mut state, "alpha", Some(7));
    press(&mut state, &["2"]);
    press(&mut state, &["j"; 40]);
    let (selected, top) = (state.pointers.selected, state.pointers.top);
    let address = state.pointers.row(selected).unwrap().address.clone();
    assert!(top > 0);
    for effect in look(&mut state, "alpha", Some(8)) {
        // Others put three rows before all of them.
        let Effect::LoadPointers {
            instance,
            generation,
            page,
            query,
        } = effect
        else {
            continue;
        };
        let mut list: PointerList = fake::list("alpha", &query);
        let total = list.page.total.map(|total| total + 3);
        list.page.total = total;
        let first = match query.start {
            From::Offset(offset) => offset,
            _ => 0,
        };
        list.page.pointers = (first..first + query.limit.unwrap())
            .map(|row| match row.checked_sub(3) {
                Some(row) => fake::pointer(row),
                None => Pointer {
                    description: "new".into(),
                    ..fake::pointer(900_000 + row)
                },
            })
            .collect();
        let outcome = Ok(list);
        update(
            &mut state,
            Message::Pointers {
                instance,
                generation,
                page,
                outcome,
            },
        );
    }
    let now = state.pointers.selected;
    assert_eq!(state.pointers.row(now).unwrap().address, address);
    assert_eq!(now - state.pointers.top, selected - top);
}

#[test]
fn pages_about_the_instance_are_read_again_too() {
    let mut state = demo(SIZE);
    look(&mut state, "alpha", Some(7));
    look(&mut state, "beta", Some(1));
    press(&mut state, &["2", "enter"]);
    let effects = look(&mut state, "alpha", Some(8));
    assert_eq!(asked(&effects), ["credentials", "pointer", "pointers"]);
    answer(&mut state, effects);
    let effects = look(&mut state, "beta", Some(2));
    assert_eq!(asked(&effects), ["credentials"]);
    answer(&mut state, effects);
    press(&mut state, &["esc"]);
    let opened = domains::open(&mut state, alpha());
    answer(&mut state, opened);
    let effects = look(&mut state, "alpha", Some(9));
    assert_eq!(asked(&effects), ["credentials", "domains", "pointers"]);
}
