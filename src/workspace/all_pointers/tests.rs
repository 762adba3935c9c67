//! Pages of several instances' lists: each row once, and no instance's rows in another order than its own.

use super::*;
use crate::model::{PointerAddress, Timestamp};
use proptest::prelude::*;

fn name(at: usize) -> InstanceName {
    InstanceName::parse(["alpha", "beta", "gamma"][at]).unwrap()
}

/// The row of this place in the list of this instance.
fn made(of: usize, place: usize, created_at: i64) -> Pointer {
    Pointer {
        address: PointerAddress::parse(&format!("ptr_{of:06x}{place:06x}")).unwrap(),
        description: String::new(),
        data_reference: String::new(),
        tags: Vec::new(),
        connection_id: None,
        x: 0.0,
        y: 0.0,
        z: 0.0,
        created_at: Timestamp::from_micros(created_at),
        last_modified: Timestamp::from_micros(0),
        credential_pointer_address: None,
        federated: None,
    }
}

/// The lists of instances, by the moments at which their pointers were made.
fn lists(moments: &[Vec<i64>]) -> Vec<Vec<Pointer>> {
    let list = |(of, moments): (usize, &Vec<i64>)| {
        let rows = moments.iter().enumerate();
        rows.map(|(place, at)| made(of, place, *at)).collect()
    };
    moments.iter().enumerate().map(list).collect()
}

/// What an instance gives of its list from here on, at most so many rows.
fn give(of: usize, list: &[Pointer], offset: usize, most: usize) -> Given {
    let end = list.len().min(offset + most);
    let page = PointerPage {
        total: None,
        pointers: list[offset..end].to_vec(),
        next: (end < list.len()).then(|| "more".to_owned()),
    };
    Given::of(name(of), page)
}

/// All pages, one after another; an instance gives no more rows at a time than this, whatever the limit.
fn paged(lists: &[Vec<Pointer>], limit: usize, most: &[usize]) -> Vec<(InstanceName, Pointer)> {
    let order = Order::default();
    let mut seen = Vec::new();
    let mut before = BTreeMap::new();
    loop {
        let given = lists.iter().enumerate().map(|(of, list)| {
            let offset = before.get(&name(of)).copied().unwrap_or(0);
            give(of, list, usize::try_from(offset).unwrap(), limit.min(most[of]))
        });
        let (page, has_more) = merge(given.collect(), order, Some(limit));
        assert!(page.len() <= limit);
        assert!(!has_more || !page.is_empty(), "no way on after {seen:?}");
        let next = cursor(before, &page);
        seen.extend(page);
        if !has_more {
            return seen;
        }
        before = offsets(&next).unwrap();
    }
}

fn of(instance: usize, seen: &[(InstanceName, Pointer)]) -> Vec<Pointer> {
    let rows = seen.iter().filter(|(from, _)| *from == name(instance));
    rows.map(|(_, pointer)| pointer.clone()).collect()
}

#[test]
fn a_clock_that_was_set_back_hides_no_row_and_repeats_none() {
    let lists = lists(&[vec![10, 11, 1, 2], vec![5, 6]]);
    let seen = paged(&lists, 2, &[2, 2]);
    assert_eq!((of(0, &seen), of(1, &seen)), (lists[0].clone(), lists[1].clone()));
    let moments: Vec<i64> = seen.iter().map(|(_, row)| row.created_at.as_micros()).collect();
    assert_eq!(moments, [5, 6, 10, 11, 1, 2]);
}

#[test]
fn rows_that_may_come_after_others_wait_for_these() {
    let lists = lists(&[vec![1, 2, 3, 4], vec![9]]);
    let given = vec![give(0, &lists[0], 0, 2), give(1, &lists[1], 0, 2)];
    let (page, has_more) = merge(given, Order::default(), Some(100));
    assert_eq!((of(0, &page), of(1, &page)), (lists[0][..2].to_vec(), Vec::new()));
    assert!(has_more);
}

#[test]
fn an_instance_that_gives_nothing_though_more_may_follow_holds_up_nobody() {
    let page = PointerPage {
        total: None,
        pointers: Vec::new(),
        next: Some("more".into()),
    };
    let told = some_or_all(page.clone()).unwrap_err().on("alpha");
    assert!(told.remedy.contains("pointer list alpha"), "{told}");
    let end = PointerPage { next: None, ..page };
    assert_eq!(some_or_all(end.clone()), Ok(end));
}

proptest! {
    #[test]
    fn pages_give_each_row_once_and_each_instances_rows_in_its_order(
        moments in prop::collection::vec(prop::collection::vec(0i64..20, 0..12), 1..=3),
        limit in 1usize..15,
        most in prop::collection::vec(1usize..15, 3),
    ) {
        let lists = lists(&moments);
        let seen = paged(&lists, limit, &most);
        prop_assert_eq!(seen.len(), lists.iter().map(Vec::len).sum::<usize>());
        for (instance, list) in lists.iter().enumerate() {
            prop_assert_eq!(&of(instance, &seen), list);
        }
    }

    #[test]
    fn lists_that_are_in_order_make_one_that_is(
        mut moments in prop::collection::vec(prop::collection::vec(0i64..20, 0..12), 1..=3),
        limit in 1usize..15,
        most in prop::collection::vec(1usize..15, 3),
    ) {
        moments.iter_mut().for_each(|moments| moments.sort_unstable());
        let lists = lists(&moments);
        let mut sorted: Vec<_> = lists
            .iter()
            .enumerate()
            .flat_map(|(of, list)| list.iter().map(move |row| (name(of), row.clone())))
            .collect();
        sorted.sort_by(|(_, left), (_, right)| Order::default().compare(left, right));
        prop_assert_eq!(paged(&lists, limit, &most), sorted);
    }

    #[test]
    fn a_cursor_is_read_back(rows in prop::collection::btree_map("[a-z][a-z0-9-]{0,6}[a-z0-9]", 1u64..9_999, 1..4)) {
        let before: BTreeMap<InstanceName, u64> = rows
            .into_iter()
            .map(|(name, rows)| (InstanceName::parse(&name).unwrap(), rows))
            .collect();
        prop_assert_eq!(offsets(&cursor(before.clone(), &[])).unwrap(), before);
    }

    #[test]
    fn whatever_else_is_given_is_refused_and_no_panic(text in "\\PC{0,20}") {
        if let Ok(read) = offsets(&text) {
            prop_assert!(!read.is_empty());
        }
    }
}
