use super::document::looked;
use super::*;
use proptest::prelude::*;
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

fn sample() -> Document {
    Document::of_value(&json!({
        "status": "success",
        "result": {"count": 2, "pointers": [{"address": "ptr_1", "odd name": null}, {"address": "ptr_2"}], "none": {}},
    }))
}

fn paths(document: &Document, folding: &Folding) -> Vec<String> {
    (0..folding.len())
        .map(|row| document.path(folding.node(row).unwrap()))
        .collect()
}

#[test]
fn every_value_is_found_with_its_path_kind_and_count() {
    let document = sample();
    let all: Vec<(String, u32)> = (0..document.len() as u32)
        .map(|id| (document.path(id), document.count(id)))
        .collect();
    let expected = [
        (".", 2),
        (".status", 0),
        (".result", 3),
        (".result.count", 0),
        (".result.pointers", 2),
        (".result.pointers[0]", 2),
        (".result.pointers[0].address", 0),
        (".result.pointers[0].\"odd name\"", 0),
        (".result.pointers[1]", 1),
        (".result.pointers[1].address", 0),
        (".result.none", 0),
    ];
    assert_eq!(
        all,
        expected.map(|(path, count)| (path.to_owned(), count)).to_vec()
    );
    assert_eq!(document.said(6).as_deref(), Some("ptr_1"));
    assert_eq!((document.kind(7), document.slice(7)), (Kind::Word, "null"));
    assert_eq!(document.member(2, "pointers"), Some(4));
    assert_eq!(Document::of_value(&json!([[7]])).path(2), ".[0][0]");
}

#[test]
fn closing_and_opening_keeps_what_is_open_within() {
    let document = sample();
    let mut folding = Folding::first(&document);
    let all = paths(&document, &folding);
    assert_eq!(all.len(), document.len());
    folding.try_unfold(&document, Unfold::Set(4, false)).unwrap();
    assert_eq!(folding.len(), all.len() - 5);
    assert_eq!(
        folding.row_of(6),
        folding.row_of(4),
        "what is folded away is where its fold is"
    );
    folding.try_unfold(&document, Unfold::Set(2, false)).unwrap();
    assert_eq!(paths(&document, &folding), [".", ".status", ".result"]);
    folding.try_unfold(&document, Unfold::Reveal(9)).unwrap();
    assert_eq!(paths(&document, &folding), all);
    folding.try_unfold(&document, Unfold::ToDepth(1)).unwrap();
    assert_eq!(paths(&document, &folding), [".", ".status", ".result"]);
    folding.try_unfold(&document, Unfold::Within(2, true)).unwrap();
    assert_eq!(paths(&document, &folding), all);
}

#[test]
fn the_selection_stays_on_its_value_while_rows_come_and_go() {
    let mut tree = Tree::of(sample());
    tree.go_to(9);
    tree.settle(4);
    tree.unfold(Unfold::Set(5, false)).unwrap();
    assert_eq!(tree.selected(), Some(9));
    tree.unfold(Unfold::Set(2, false)).unwrap();
    assert_eq!(tree.selected(), Some(2), "its fold takes the selection");
    tree.step(99);
    tree.step(-1);
    assert_eq!(tree.selected(), Some(1));
}

#[test]
fn a_text_is_found_in_names_and_values_also_where_it_is_folded_away() {
    let document = sample();
    let find = |needle: &str| find(&document, needle, &AtomicBool::new(false)).unwrap();
    let matches = find("PTR");
    assert!(matches.nodes.is_empty(), "capitals are exact");
    let matches = find("ptr_");
    assert_eq!(&*matches.nodes, [6, 9]);
    assert_eq!(matches.next(6, true), Some(9));
    assert_eq!(matches.next(9, true), Some(6));
    assert_eq!(matches.next(6, false), Some(9));
    assert_eq!(matches.number(9), Some(2));
    assert_eq!(&*find("odd").nodes, [7]);
    let accents = Document::of_value(&json!(["Übermaß", "x\ty", "tab\"s"]));
    let find = |needle: &str| {
        super::find(&accents, needle, &AtomicBool::new(false))
            .unwrap()
            .nodes
    };
    assert_eq!(&*find("über"), [1]);
    assert_eq!(&*find("x\ty"), [2]);
    assert_eq!(&*find("tab\"s"), [3]);
    assert!(
        super::find(&accents, "a", &AtomicBool::new(true)).is_none(),
        "it can be stopped"
    );
}

#[test]
fn what_is_no_json_is_shown_as_far_as_it_goes() {
    for (text, values) in [
        ("", 0),
        ("{\"a\": [1, 2", 4),
        ("\"no end", 1),
        ("]]", 0),
        ("{\"a\"", 1),
        ("NaN", 1),
    ] {
        let document = Document::read(text.into());
        assert_eq!(document.len(), values, "{text}");
        let _ = paths(&document, &Folding::first(&document));
    }
    let text: Arc<str> = "{\"a\": [10, 20, 30], \"b\": 1}".into();
    let beginning = Document::beginning(Arc::clone(&text), 11);
    let whole = Document::read(text);
    assert!(!beginning.is_whole() && whole.is_whole());
    for id in 0..beginning.len() as u32 {
        assert_eq!(beginning.path(id), whole.path(id));
    }
}

#[test]
fn opening_a_long_list_is_refused_between_two_keystrokes() {
    let list: Vec<Value> = (0..30_000).map(|number| json!({"n": number})).collect();
    let document = Document::of_value(&json!({"result": {"list": list}}));
    let mut folding = Folding::first(&document);
    assert_eq!(folding.len(), 3);
    assert_eq!(folding.try_unfold(&document, Unfold::Set(2, true)), Err(TooMuch));
    assert_eq!(folding.len(), 3);
    let before = looked();
    assert_eq!(
        folding.try_unfold(&document, Unfold::Reveal(50_000)),
        Err(TooMuch)
    );
    assert!(looked() - before < 50_000);
    folding.unfold(&document, Unfold::Set(2, true));
    assert_eq!(folding.len(), 30_003);
    folding.try_unfold(&document, Unfold::Set(3, true)).unwrap();
    assert_eq!(folding.len(), 30_004);
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(|number| Value::Number(number.into())),
        ".{0,8}".prop_map(Value::String),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::Array),
            prop::collection::btree_map(".{0,4}", inner, 0..6)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

/// The values of a JSON value in the order of its text.
fn values_of<'a>(value: &'a Value, into: &mut Vec<&'a Value>) {
    into.push(value);
    match value {
        Value::Array(items) => items.iter().for_each(|item| values_of(item, into)),
        Value::Object(members) => members.values().for_each(|member| values_of(member, into)),
        _ => {}
    }
}

proptest! {
    #[test]
    fn the_index_is_the_value_again(value in any_json()) {
        for text in [value.to_string(), serde_json::to_string_pretty(&value).unwrap()] {
            let document = Document::read(text.into());
            let mut values = Vec::new();
            values_of(&value, &mut values);
            prop_assert_eq!(document.len(), values.len());
            for (id, value) in values.into_iter().enumerate() {
                let read: Value = serde_json::from_str(document.slice(id as u32)).unwrap();
                prop_assert_eq!(&read, value);
            }
        }
    }

    #[test]
    fn opening_step_by_step_makes_the_rows_that_opening_at_once_makes(
        value in any_json(),
        steps in prop::collection::vec((any::<prop::sample::Index>(), any::<bool>()), 0..20),
    ) {
        let document = Document::of_value(&value);
        let mut folding = Folding::first(&document);
        for (index, open) in steps {
            let id = index.index(document.len()) as u32;
            if document.count(id) > 0 {
                folding.try_unfold(&document, Unfold::Set(id, open)).unwrap();
            }
            let mut anew = folding.clone();
            anew.unfold(&document, Unfold::Set(id, folding.is_open(id)));
            prop_assert_eq!(&anew, &folding);
        }
    }

    #[test]
    fn any_bytes_are_read_without_a_panic(text in ".{0,80}", limit in 0usize..90) {
        let document = Document::beginning(text.into(), limit);
        for id in 0..document.len() as u32 {
            let _ = (document.path(id), document.slice(id), document.kind(id));
        }
    }
}
