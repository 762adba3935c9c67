use super::*;
use crate::model::{PointerAddress, Timestamp};

fn pointer(index: u64) -> Pointer {
    Pointer {
        address: PointerAddress::parse(&format!("ptr_{index:012x}")).unwrap(),
        description: format!("row {index}"),
        data_reference: String::new(),
        tags: Vec::new(),
        connection_id: None,
        x: 0.0,
        y: 0.0,
        z: 0.0,
        created_at: Timestamp::from_micros(0),
        last_modified: Timestamp::from_micros(0),
        credential_pointer_address: None,
        federated: None,
    }
}

fn page(number: u64, total: u64) -> PointerPage {
    let end = ((number + 1) * PAGE).min(total);
    PointerPage {
        total: Some(total),
        pointers: (number * PAGE..end).map(pointer).collect(),
        next: (end < total).then(|| "next".to_owned()),
    }
}

fn shown(total: u64) -> Pointers {
    let mut pointers = Pointers::default();
    pointers.show(InstanceName::parse("alpha").ok());
    answer(&mut pointers, total, 20);
    pointers
}

/// Answers everything that is wanted until nothing more is; returns how many pages that took.
fn answer(pointers: &mut Pointers, total: u64, height: u64) -> usize {
    let mut answered = 0;
    loop {
        pointers.settle(height);
        let wanted = pointers.wanted(height);
        if wanted.is_empty() {
            return answered;
        }
        for (number, _) in wanted {
            answered += 1;
            pointers.take(pointers.generation, number, page(number, total));
        }
    }
}

#[test]
fn a_million_rows_cost_a_handful_of_pages() {
    let mut pointers = shown(1_000_000);
    assert_eq!(pointers.row(7), Some(&pointer(7)));
    pointers.step(i64::MAX);
    assert!(answer(&mut pointers, 1_000_000, 20) <= 3);
    assert_eq!(pointers.selected(), Some(&pointer(999_999)));
    for _ in 0..2_000 {
        pointers.step(-500);
        answer(&mut pointers, 1_000_000, 20);
        assert!(pointers.pages.len() <= KEPT);
        assert_eq!(pointers.selected(), Some(&pointer(pointers.selected)));
    }
}

#[test]
fn answers_to_an_older_filter_are_dropped() {
    let mut pointers = shown(500);
    let old = pointers.generation;
    pointers.set_filter("invoice");
    pointers.take(old, 0, page(0, 500));
    assert!(pointers.is_stale(0), "what was there stays, and is marked");
    pointers.take(pointers.generation, 0, page(0, 3));
    assert!(!pointers.is_stale(0));
    assert_eq!(pointers.total, 3);
    assert_eq!(pointers.row(250), None);
}

#[test]
fn a_filter_is_words_and_tags() {
    let mut pointers = Pointers {
        filter: "late invoice #money tag:2026 !#draft #".to_owned(),
        ..Pointers::default()
    };
    let query = pointers.query(2);
    assert_eq!(query.term.as_deref(), Some("late invoice"));
    assert_eq!(query.tags, ["money", "2026"]);
    assert_eq!(query.exclude_tags, ["draft"]);
    assert_eq!(query.start, Start::Offset(2 * PAGE));
    pointers.filter.clear();
    assert_eq!(pointers.query(0).term, None);
}

#[test]
fn without_a_total_the_list_grows_as_far_as_one_goes() {
    let mut pointers = Pointers::default();
    pointers.show(InstanceName::parse("alpha").ok());
    pointers.wanted(20);
    let unknown = |number, total| PointerPage {
        total: None,
        ..page(number, total)
    };
    pointers.take(pointers.generation, 0, unknown(0, 250));
    assert!(!pointers.total_known);
    assert_eq!(pointers.total, PAGE + 1);
    pointers.take(pointers.generation, 1, unknown(1, 250));
    assert_eq!((pointers.total, pointers.total_known), (250, true));
}

#[test]
fn nothing_is_asked_while_a_filter_is_typed() {
    let mut pointers = shown(500);
    pointers.typing = true;
    pointers.set_filter("a");
    assert!(pointers.wanted(20).is_empty());
    pointers.typing = false;
    assert!(!pointers.wanted(20).is_empty());
}
