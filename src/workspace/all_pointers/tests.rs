//! Pages of several instances' lists: each row once, and no instance's rows in another order than its own.

use super::*;
use crate::model::{PointerAddress, Timestamp};
use crate::store::PointerPage;
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

/// An instance: its list, of which it gives no more rows at a time than this, whatever the limit.
struct Served<'a> {
    list: &'a [Pointer],
    most: usize,
}

impl Served<'_> {
    /// A page as an instance gives it to whoever sees only some pointers: cursors of its own, and no offsets.
    fn page(&self, start: &Start, limit: usize) -> PointerPage {
        let from = match start {
            Start::First => 0,
            Start::After(cursor) => cursor.strip_prefix("behind ").unwrap().parse().unwrap(),
            Start::Offset(_) => panic!("this credential cannot count"),
        };
        let end = self.list.len().min(from + limit.min(self.most));
        PointerPage {
            total: None,
            pointers: self.list[from..end].to_vec(),
            next: (end < self.list.len()).then(|| format!("behind {end}")),
        }
    }

    fn give(&self, of: usize, place: Place, limit: usize) -> Given {
        let mut given = Given::from(name(of), place);
        while let Some(start) = given.needs(Some(limit as u64)) {
            given.add(self.page(&start, limit));
        }
        given
    }
}

/// All pages, one after another, of limits that take turns.
fn paged(lists: &[Vec<Pointer>], limits: &[usize], most: &[usize]) -> Vec<(InstanceName, Pointer)> {
    let mut seen = Vec::new();
    let mut at = Places::new();
    for limit in limits.iter().copied().cycle() {
        let served = lists
            .iter()
            .zip(most)
            .map(|(list, most)| Served { list, most: *most });
        let mut given: Vec<Given> = served
            .enumerate()
            .map(|(of, served)| served.give(of, at.get(&name(of)).cloned().unwrap_or_default(), limit))
            .collect();
        let page = merge(&mut given, Order::default(), Some(limit));
        assert!(page.len() <= limit);
        let before = at.clone();
        at.extend(given.iter().map(|of| (of.name.clone(), of.place())));
        seen.extend(page);
        if !given.iter().any(Given::has_more) {
            break;
        }
        assert_ne!(at, before, "no way on after {seen:?}");
        at = places(&cursor(&at)).unwrap();
    }
    seen
}

fn of(instance: usize, seen: &[(InstanceName, Pointer)]) -> Vec<Pointer> {
    let rows = seen.iter().filter(|(from, _)| *from == name(instance));
    rows.map(|(_, pointer)| pointer.clone()).collect()
}

#[test]
fn a_clock_that_was_set_back_hides_no_row_and_repeats_none() {
    let lists = lists(&[vec![10, 11, 1, 2], vec![5, 6]]);
    let seen = paged(&lists, &[2], &[2, 2]);
    assert_eq!((of(0, &seen), of(1, &seen)), (lists[0].clone(), lists[1].clone()));
    let moments: Vec<i64> = seen.iter().map(|(_, row)| row.created_at.as_micros()).collect();
    assert_eq!(moments, [5, 6, 10, 11, 1, 2]);
}

#[test]
fn rows_that_may_come_after_others_wait_for_these() {
    let lists = lists(&[vec![1, 2, 3, 4], vec![9]]);
    let served = |of: usize| Served {
        list: &lists[of],
        most: 2,
    };
    let mut given = vec![
        served(0).give(0, Place::default(), 100),
        served(1).give(1, Place::default(), 100),
    ];
    let page = merge(&mut given, Order::default(), Some(100));
    assert_eq!((of(0, &page), of(1, &page)), (lists[0][..2].to_vec(), Vec::new()));
    assert!(given[0].has_more() && given[1].has_more());
}

#[test]
fn a_page_on_which_a_credential_sees_nothing_is_left_behind() {
    let (looked, row) = ("looked so far".to_owned(), made(0, 0, 1));
    let mut given = Given::from(name(0), Place::default());
    assert_eq!(given.needs(Some(5)), Some(Start::First));
    given.add(PointerPage {
        total: None,
        pointers: Vec::new(),
        next: Some(looked.clone()),
    });
    assert_eq!(given.needs(Some(5)), None);
    let mut all = [given];
    assert_eq!(merge(&mut all, Order::default(), Some(5)), []);
    assert!(all[0].has_more());
    let mut given = Given::from(name(0), all[0].place());
    assert_eq!(given.needs(Some(5)), Some(Start::After(looked)));
    given.add(PointerPage {
        total: None,
        pointers: vec![row.clone()],
        next: None,
    });
    let mut all = [given];
    assert_eq!(merge(&mut all, Order::default(), Some(5)), [(name(0), row)]);
    assert!(!all[0].has_more());
}

#[test]
fn what_one_instance_gives_more_of_is_not_asked_for_from_the_beginning() {
    let lists = lists(&[(0..40).collect(), (0..40).collect()]);
    let served = |of: usize| Served {
        list: &lists[of],
        most: 100,
    };
    let mut given = vec![
        served(0).give(0, Place::default(), 10),
        served(1).give(1, Place::default(), 10),
    ];
    for _ in 0..6 {
        merge(&mut given, Order::default(), Some(10));
        let going_on = |of: usize| served(of).give(of, given[of].place(), 10);
        given = vec![going_on(0), going_on(1)];
        assert!(given.iter().all(|of| of.place().used < 10));
    }
}

proptest! {
    #[test]
    fn pages_give_each_row_once_and_each_instances_rows_in_its_order(
        moments in prop::collection::vec(prop::collection::vec(0i64..20, 0..12), 1..=3),
        limits in prop::collection::vec(1usize..15, 1..4),
        most in prop::collection::vec(1usize..15, 3),
    ) {
        let lists = lists(&moments);
        let seen = paged(&lists, &limits, &most);
        prop_assert_eq!(seen.len(), lists.iter().map(Vec::len).sum::<usize>());
        for (instance, list) in lists.iter().enumerate() {
            prop_assert_eq!(&of(instance, &seen), list);
        }
    }

    #[test]
    fn lists_that_are_in_order_make_one_that_is(
        mut moments in prop::collection::vec(prop::collection::vec(0i64..20, 0..12), 1..=3),
        limits in prop::collection::vec(1usize..15, 1..4),
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
        prop_assert_eq!(paged(&lists, &limits, &most), sorted);
    }

    #[test]
    fn a_cursor_is_read_back(
        rows in prop::collection::btree_map("[a-z][a-z0-9-]{0,6}[a-z0-9]", (prop::option::of("\\PC{0,20}"), 0u64..9_999), 1..4),
    ) {
        let at: Places = rows
            .into_iter()
            .map(|(name, (after, used))| (InstanceName::parse(&name).unwrap(), Place { after, used }))
            .collect();
        prop_assert_eq!(places(&cursor(&at)).unwrap(), at);
    }

    #[test]
    fn whatever_else_is_given_is_refused_and_no_panic(text in "\\PC{0,20}") {
        if let Ok(read) = places(&text) {
            prop_assert!(!read.is_empty());
        }
    }
}

#[test]
fn a_cursor_that_counts_the_rows_of_each_instance_is_none() {
    let refused = places("alpha:40,beta:3").unwrap_err();
    assert!(
        refused.message.contains("no place in a list of all instances"),
        "{refused}"
    );
}
