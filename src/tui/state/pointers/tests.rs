use super::*;
use crate::model::PointerAddress;
use crate::protocol::Code;
use crate::store::{Order, PointerPage, SortBy};
use proptest::prelude::*;
use std::collections::BTreeMap;

const NOW: Timestamp = Timestamp::from_micros(1_795_428_672_000_000);

fn name(text: &str) -> InstanceName {
    InstanceName::parse(text).unwrap()
}

/// The `index`-th pointer of an instance, made at this moment.
fn made(instance: u64, index: u64, at: i64) -> Pointer {
    Pointer {
        address: PointerAddress::parse(&format!("ptr_{:012x}", instance << 32 | index)).unwrap(),
        description: format!("row {index}"),
        data_reference: String::new(),
        tags: Vec::new(),
        connection_id: None,
        x: 0.0,
        y: 0.0,
        z: 0.0,
        created_at: Timestamp::from_micros(at),
        last_modified: Timestamp::from_micros(0),
        credential_pointer_address: None,
        federated: None,
    }
}

fn pointer(index: u64) -> Pointer {
    made(0, index, 0)
}

fn list(total: Option<u64>, pointers: Vec<Pointer>, more: bool) -> PointerList {
    PointerList {
        page: PointerPage {
            total,
            pointers,
            next: more.then(|| "next".to_owned()),
        },
        remark: None,
    }
}

fn page(number: u64, total: u64) -> PointerList {
    let end = ((number + 1) * PAGE).min(total);
    list(
        Some(total),
        (number * PAGE..end).map(pointer).collect(),
        end < total,
    )
}

fn shown(total: u64) -> Pointers {
    let mut pointers = Pointers::default();
    pointers.show(&[], Some(name("alpha")));
    answer(&mut pointers, 20, &|_, number| page(number, total));
    pointers
}

type Answers<'a> = &'a dyn Fn(&InstanceName, u64) -> PointerList;

/// Answers everything that is wanted until nothing more is; returns how many pages that took.
fn answer(pointers: &mut Pointers, height: u64, answers: Answers) -> usize {
    let mut answered = 0;
    loop {
        pointers.settle(height);
        let wanted = pointers.wanted(height, NOW);
        if wanted.is_empty() {
            return answered;
        }
        for (instance, number, _) in wanted {
            answered += 1;
            let list = answers(&instance, number);
            pointers.take(&instance, pointers.generation, number, list);
        }
    }
}

#[test]
fn a_million_rows_cost_a_handful_of_pages() {
    let mut pointers = shown(1_000_000);
    let answers: Answers = &|_, number| page(number, 1_000_000);
    assert_eq!(pointers.row(7), Some(&pointer(7)));
    pointers.step(i64::MAX);
    assert!(answer(&mut pointers, 20, answers) <= 3);
    assert_eq!(pointers.selected(), Some(&pointer(999_999)));
    for _ in 0..2_000 {
        pointers.step(-500);
        answer(&mut pointers, 20, answers);
        assert!(pointers.sources[0].pages_kept() <= source::KEPT);
        assert_eq!(pointers.selected(), Some(&pointer(pointers.selected)));
    }
}

#[test]
fn answers_to_an_older_filter_are_dropped() {
    let mut pointers = shown(500);
    let old = pointers.generation;
    pointers.set_filter("invoice");
    pointers.take(&name("alpha"), old, 0, page(0, 500));
    assert!(pointers.is_stale(0), "what was there stays, and is marked");
    pointers.take(&name("alpha"), pointers.generation, 0, page(0, 3));
    assert!(!pointers.is_stale(0));
    assert_eq!(pointers.total, 3);
    assert_eq!(pointers.row(250), None);
}

#[test]
fn a_filter_goes_to_the_instance_without_what_is_about_instances() {
    let mut pointers = Pointers::default();
    pointers.set_filter("late @al #money route:");
    assert_eq!(pointers.query().filter.to_string(), "late #money");
    assert_eq!(pointers.filter_error.as_ref().map(|error| error.column), Some(17));
    pointers.show(&[], Some(name("beta")));
    assert!(pointers.sources().is_empty());
    // What means the same is not asked again: a blank, a term that has only begun.
    let generation = pointers.generation;
    pointers.set_filter("late  @al #money ~");
    assert_eq!(pointers.generation, generation);
}

#[test]
fn without_a_total_the_list_grows_as_far_as_one_goes() {
    let mut pointers = Pointers::default();
    pointers.show(&[], Some(name("alpha")));
    pointers.wanted(20, NOW);
    let unknown = |number| {
        let mut list = page(number, 250);
        list.page.total = None;
        list
    };
    pointers.take(&name("alpha"), pointers.generation, 0, unknown(0));
    assert!(!pointers.total_known);
    assert_eq!(pointers.total, PAGE + 1);
    pointers.take(&name("alpha"), pointers.generation, 1, unknown(1));
    assert_eq!((pointers.total, pointers.total_known), (250, true));
}

#[test]
fn nothing_is_asked_while_a_filter_is_typed() {
    let mut pointers = shown(500);
    pointers.typing = true;
    pointers.set_filter("a");
    assert!(pointers.wanted(20, NOW).is_empty());
    pointers.typing = false;
    assert!(!pointers.wanted(20, NOW).is_empty());
}

/// Two instances of a million rows, whose rows were made in turns.
fn million(instance: &InstanceName, number: u64) -> PointerList {
    let of = u64::from(instance.as_str() == "beta");
    let rows = number * PAGE..((number + 1) * PAGE).min(1_000_000);
    let row = |index: u64| made(of, index, (index * 2 + of).cast_signed());
    list(Some(1_000_000), rows.map(row).collect(), number < 4_999)
}

fn merged(answers: Answers) -> Pointers {
    let mut pointers = Pointers::default();
    pointers.set_merged(true);
    pointers.show(&[name("alpha"), name("beta")], Some(name("alpha")));
    answer(&mut pointers, 20, answers);
    pointers
}

#[test]
fn two_million_rows_in_two_instances_cost_a_handful_of_pages_too() {
    let mut pointers = merged(&million);
    assert_eq!(pointers.total, 2_000_000);
    let at = |pointers: &Pointers, index| pointers.row(index).map(|row| row.created_at.as_micros());
    assert!((0..20).all(|index| at(&pointers, index) == Some(index.cast_signed())));
    assert_eq!(pointers.instance_of(1), Some(&name("beta")));
    pointers.step(i64::MAX);
    assert!(answer(&mut pointers, 20, &million) <= 8);
    assert_eq!(at(&pointers, 1_999_999), Some(1_999_999));
    for _ in 0..300 {
        pointers.step(-19);
        assert!(answer(&mut pointers, 20, &million) <= 4);
        assert_eq!(
            at(&pointers, pointers.selected),
            Some(pointers.selected.cast_signed())
        );
    }
}

#[test]
fn a_dead_instance_holds_nobody_up() {
    let mut pointers = Pointers::default();
    pointers.set_merged(true);
    pointers.show(&[name("alpha"), name("beta")], Some(name("alpha")));
    pointers.settle(20);
    let generation = pointers.generation;
    assert_eq!(pointers.wanted(20, NOW).len(), 2);
    pointers.take(&name("alpha"), generation, 0, million(&name("alpha"), 0));
    pointers.settle(20);
    assert_eq!(
        (pointers.total, pointers.instance_of(5)),
        (1_000_000, Some(&name("alpha")))
    );
    assert!(pointers.is_waiting());
    let failure = Failure::new(Code::PeerUnreachable, "no answer", "start it");
    pointers.note_failure(&name("beta"), generation, 0, failure);
    assert_eq!(pointers.load, Load::Ready);
    assert!(pointers.sources()[1].has_failed());
    // Later it is there, while one reads further down: its rows wait until one is at the top again.
    pointers.step(100);
    pointers.ask_again();
    answer(&mut pointers, 20, &million);
    assert_eq!(pointers.total, 1_000_000);
    assert!(pointers.sources()[1].held);
    pointers.step(i64::MIN);
    answer(&mut pointers, 20, &million);
    assert_eq!(pointers.total, 2_000_000);
    assert_eq!(pointers.instance_of(1), Some(&name("beta")));
}

#[test]
fn the_selected_pointer_stays_selected_when_one_instance_reloads() {
    let order = Order {
        by: SortBy::Created,
        descending: true,
    };
    let rows = |of: u64, times: &[i64]| -> Vec<Pointer> {
        let rows = times.iter().map(|at| made(of, at.unsigned_abs(), *at));
        rows.collect()
    };
    let lists = |beta: &[i64]| {
        BTreeMap::from([
            (name("alpha"), rows(0, &[50, 30, 10])),
            (name("beta"), rows(1, beta)),
        ])
    };
    let before = lists(&[40, 20]);
    let mut pointers = Pointers::default();
    pointers.columns.order = order;
    pointers.set_merged(true);
    pointers.show(&[name("alpha"), name("beta")], Some(name("alpha")));
    answer(&mut pointers, 20, &|instance, number| {
        answer_from(&before, instance, number)
    });
    assert_eq!(pointers.selected, 0, "whoever answered first");
    for (step, newer) in [(0, 60), (2, 61)] {
        pointers.step(step);
        pointers.settle(20);
        let selected = pointers.target(pointers.selected).unwrap();
        let row = pointers.selected;
        let after = lists(&[newer + 1, newer, 40, 20]);
        pointers.ask_again();
        answer(&mut pointers, 20, &|instance, number| {
            answer_from(&after, instance, number)
        });
        assert_eq!(pointers.target(pointers.selected), Some(selected));
        assert!(
            pointers.selected > row || newer == 61,
            "newer ones came before it"
        );
    }
    // One that is gone leaves the selection in its row.
    let row = pointers.selected;
    let gone = pointers.target(row).unwrap();
    let mut left = lists(&[62, 61, 40, 20]);
    for rows in left.values_mut() {
        rows.retain(|pointer| pointer.address != gone.address);
    }
    pointers.ask_again();
    answer(&mut pointers, 20, &|instance, number| {
        answer_from(&left, instance, number)
    });
    assert_eq!(pointers.selected, row);
}

fn answer_from(
    lists: &BTreeMap<InstanceName, Vec<Pointer>>,
    instance: &InstanceName,
    number: u64,
) -> PointerList {
    let rows = &lists[instance];
    let first = usize::try_from(number * PAGE).unwrap().min(rows.len());
    let last = (first + usize::try_from(PAGE).unwrap()).min(rows.len());
    list(
        Some(rows.len() as u64),
        rows[first..last].to_vec(),
        last < rows.len(),
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn a_merge_has_every_row_once_in_order_however_one_goes_there(
        lists in prop::collection::vec(prop::collection::vec(0i64..40, 0..500), 0..4),
        steps in prop::collection::vec(prop_oneof![-60i64..60, Just(i64::MAX), Just(i64::MIN)], 0..16),
        descending: bool,
    ) {
        let order = Order { by: SortBy::Created, descending };
        let names: Vec<InstanceName> = (0..lists.len()).map(|number| name(&format!("i{number}"))).collect();
        let lists: BTreeMap<InstanceName, Vec<Pointer>> = lists.iter().zip(&names).enumerate().map(|(of, (times, name))| {
            let mut rows: Vec<Pointer> = times.iter().enumerate()
                .map(|(index, at)| made(of as u64, index as u64, *at))
                .collect();
            rows.sort_by(|left, right| order.compare(left, right));
            (name.clone(), rows)
        }).collect();
        let mut expected: Vec<Pointer> = lists.values().flatten().cloned().collect();
        expected.sort_by(|left, right| order.compare(left, right));
        let mut pointers = Pointers::default();
        pointers.columns.order = order;
        pointers.set_merged(true);
        pointers.show(&names, None);
        let answers: Answers = &|instance, number| answer_from(&lists, instance, number);
        answer(&mut pointers, 9, answers);
        for step in steps {
            pointers.step(step);
            answer(&mut pointers, 9, answers);
            for index in pointers.top..(pointers.top + 9).min(pointers.total) {
                prop_assert_eq!(pointers.row(index), expected.get(usize::try_from(index).unwrap()));
            }
        }
        prop_assert_eq!(pointers.total, expected.len() as u64);
    }
}

fn overloaded() -> Failure {
    Failure::new(Code::Overloaded, "too much at once", "wait")
}

#[test]
fn a_page_that_failed_is_owed_whatever_other_pages_come() {
    let mut pointers = shown(2_500);
    pointers.step(i64::MAX);
    pointers.settle(20);
    let asked = pointers.wanted(20, NOW);
    let last = asked[0].1;
    let generation = pointers.generation;
    for (name, number, _) in &asked {
        pointers.note_failure(name, generation, *number, overloaded());
    }
    assert!(!pointers.is_waiting(), "nothing is in flight that would count");
    // Others come: the failed one is still owed, and nothing is taken for being waited for.
    pointers.step(i64::MIN);
    pointers.step(600);
    pointers.settle(20);
    let others = pointers.wanted(20, NOW);
    assert!(
        !others.is_empty(),
        "failed pages take no place among those that are asked at once"
    );
    for (name, number, _) in &others {
        pointers.take(name, generation, *number, page(*number, 2_500));
    }
    assert!(!pointers.is_waiting());
    assert!(pointers.sources()[0].has_failed(), "the debt is not forgotten");
    // Asked for again, and there.
    pointers.step(i64::MAX);
    pointers.settle(20);
    assert!(pointers.wanted(20, NOW).is_empty(), "not before it is time");
    pointers.ask_of("alpha");
    let again = pointers.wanted(20, NOW);
    assert!(again.iter().any(|(_, number, _)| *number == last));
    for (name, number, _) in &again {
        pointers.take(name, generation, *number, page(*number, 2_500));
    }
    assert!(pointers.selected().is_some());
    assert!(!pointers.sources()[0].has_failed() && !pointers.is_waiting());
}

#[test]
fn what_could_not_be_had_and_is_not_wanted_any_more_is_no_failure_for_ever() {
    let mut pointers = shown(2_500);
    pointers.step(i64::MAX);
    pointers.settle(20);
    let generation = pointers.generation;
    for (name, number, _) in pointers.wanted(20, NOW) {
        pointers.note_failure(&name, generation, number, overloaded());
    }
    pointers.step(i64::MIN);
    pointers.settle(20);
    assert!(pointers.sources()[0].has_failed());
    pointers.ask_of("alpha");
    assert!(pointers.wanted(20, NOW).is_empty(), "what is in view is there");
    assert!(!pointers.sources()[0].has_failed());
}
