use super::changes::{ChangeKind, changes, lines};
use super::delta::{Delta, apply, difference};
use super::*;
use proptest::prelude::*;
use serde_json::{Value, json};

fn told(old: &Value, new: &Value) -> Vec<(ChangeKind, String)> {
    changes(old, &difference(old, new))
        .into_iter()
        .map(|change| (change.kind, change.path))
        .collect()
}

#[test]
fn members_and_items_are_added_removed_and_changed_at_their_paths() {
    let old = json!({"a": 1, "b": {"c": [1, 2, 3], "odd name": 0}, "gone": true});
    let new = json!({"a": 2, "b": {"c": [1, 3], "odd name": null}, "new": []});
    assert_eq!(
        told(&old, &new),
        [
            (ChangeKind::Changed, ".a".into()),
            (ChangeKind::Removed, ".b.c[1]".into()),
            (ChangeKind::Changed, ".b.\"odd name\"".into()),
            (ChangeKind::Removed, ".gone".into()),
            (ChangeKind::Added, ".new".into()),
        ]
    );
    assert_eq!(told(&json!([1]), &json!(2)), [(ChangeKind::Changed, ".".into())]);
}

#[test]
fn items_that_moved_are_known_again_also_if_they_changed_but_kept_their_id() {
    let old = json!([{"address": "a", "n": 1}, {"address": "b", "n": 1}, {"address": "c", "n": 1}]);
    let new = json!([{"address": "c", "n": 1}, {"address": "a", "n": 2}, {"address": "b", "n": 1}]);
    assert_eq!(
        told(&old, &new),
        [
            (ChangeKind::Moved, ".[0]".into()),
            (ChangeKind::Changed, ".[1].n".into()),
        ]
    );
}

#[test]
fn what_is_unchanged_is_folded() {
    let old = json!({"status": "success", "result": [1, 2, 3, 4, {"x": 1}], "k": 0});
    let new = json!({"status": "success", "result": [1, 2, 3, 4, {"x": 2}, 5], "k": 0});
    let shown: Vec<String> = lines(&old, &difference(&old, &new))
        .into_iter()
        .map(|line| {
            let sign = match line.sign {
                DiffSign::Same => ' ',
                DiffSign::Added => '+',
                DiffSign::Removed => '-',
                DiffSign::Moved => '>',
            };
            format!("{sign}{}{}", "  ".repeat(line.depth), line.text)
        })
        .collect();
    let expected = [
        " {",
        "   \"result\": [",
        "     … 4 items unchanged",
        "     4: {",
        "-      \"x\": 1",
        "+      \"x\": 2",
        "     }",
        "+    5: 5",
        "   ]",
        "   … 2 members unchanged",
        " }",
    ];
    assert_eq!(shown, expected);
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        (0i64..4).prop_map(|number| Value::Number(number.into())),
        "[ab]{0,2}".prop_map(Value::String),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::Array),
            prop::collection::btree_map("[a-c]|id|name", inner, 0..5)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn nothing_differs_from_itself(value in any_json()) {
        prop_assert_eq!(difference(&value, &value), Delta::Same);
        prop_assert!(Difference::of(&value, &value).is_empty());
    }

    #[test]
    fn the_difference_applied_to_the_first_gives_the_second(old in any_json(), new in any_json()) {
        let delta = difference(&old, &new);
        prop_assert_eq!(apply(&old, &delta), new.clone());
        let found = changes(&old, &delta);
        prop_assert_eq!(found.is_empty(), old == new);
        prop_assert_eq!(lines(&old, &delta).is_empty(), false);
    }

    #[test]
    fn a_list_in_another_order_only_moves(list in prop::collection::vec(any_json(), 0..8), turn in 0usize..8) {
        let old = Value::Array(list.clone());
        let mut turned = list;
        if !turned.is_empty() {
            let places = turn % turned.len();
            turned.rotate_left(places);
        }
        let new = Value::Array(turned);
        let kinds: Vec<ChangeKind> = changes(&old, &difference(&old, &new)).into_iter().map(|change| change.kind).collect();
        prop_assert!(kinds.iter().all(|kind| *kind == ChangeKind::Moved), "{:?}", kinds);
    }
}
