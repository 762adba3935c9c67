//! The window on the log, whatever one does and whatever comes.

use super::*;
use crate::model::Timestamp;
use crate::workspace::LogKind;
use proptest::prelude::*;

fn row(id: u64) -> LogRow {
    LogRow {
        id,
        at: Timestamp::from_micros(1),
        kind: LogKind::Invoke,
        instance: "alpha".into(),
        action: "whoami".into(),
        pointer: None,
        route: None,
        status: "success".into(),
        code: None,
        elapsed_us: 1,
        reply_bytes: 1,
        credential: None,
        marked: false,
        note: None,
    }
}

/// A log with these lines, oldest first.
struct Source {
    ids: Vec<u64>,
    epoch: u64,
    newest: u64,
}

impl Source {
    fn with(lines: u64) -> Self {
        Self {
            ids: (1..=lines).collect(),
            epoch: 0,
            newest: lines,
        }
    }

    fn add(&mut self) {
        self.newest += 1;
        self.ids.push(self.newest);
    }

    /// The answer to whoever wants the oldest on top: up to the anchor, from the newest of those on.
    fn oldest_on_top(&self, ask: &LogAsk) -> LogWindow {
        let up_to = ask.anchor.unwrap_or(self.newest);
        let ids = self.ids.iter().filter(|id| **id <= up_to);
        let turned = Self {
            ids: ids.rev().copied().collect(),
            ..*self
        };
        let last = (turned.ids.len() as u64).saturating_sub(ask.limit);
        let first = match ask.place {
            LogPlace::Newest => last,
            LogPlace::From(first) => first.min(turned.ids.len() as u64),
            LogPlace::Around(id) => {
                let place = turned.ids.iter().position(|known| *known == id);
                place.map_or(last, |place| (place as u64).saturating_sub(ask.limit / 2))
            }
        };
        let ids = turned.ids.iter().skip(first as usize).take(ask.limit as usize);
        LogWindow {
            first,
            rows: ids.map(|id| row(*id)).collect(),
            matched: self.ids.len() as u64,
            total: self.ids.len() as u64,
            epoch: self.epoch,
            up_to_anchor: ask.anchor.map(|_| turned.ids.len() as u64),
            newest: Some(up_to),
        }
    }

    fn answer(&self, ask: &LogAsk) -> LogWindow {
        if ask.sorting.is_some() {
            return self.oldest_on_top(ask);
        }
        let matched = self.ids.len() as u64;
        let last = matched.saturating_sub(ask.limit);
        let place_of = |id| self.ids.binary_search(&id).ok().map(|place| place as u64);
        let first = match ask.place {
            LogPlace::Newest => last,
            LogPlace::From(first) => first.min(matched),
            LogPlace::Around(id) => place_of(id).map_or(last, |place| place.saturating_sub(ask.limit / 2)),
        };
        let ids = self.ids.iter().skip(first as usize).take(ask.limit as usize);
        LogWindow {
            first,
            rows: ids.map(|id| row(*id)).collect(),
            matched,
            total: matched,
            epoch: self.epoch,
            up_to_anchor: ask
                .anchor
                .map(|id| self.ids.partition_point(|known| *known <= id) as u64),
            newest: self.ids.last().copied(),
        }
    }
}

/// Brings everything that is asked for.
fn settle(log: &mut Log, source: &Source, height: u64) {
    log.settle(height);
    for _ in 0..8 {
        let Some(ask) = log.wanted() else { return };
        let window = source.answer(&ask);
        log.take(log.generation, window);
        log.settle(height);
    }
    panic!("it asks and asks");
}

fn refresh(log: &mut Log, source: &Source, height: u64) {
    let window = source.answer(&log.newest());
    log.take(log.generation, window);
    settle(log, source, height);
}

fn opened(source: &Source, height: u64) -> Log {
    let mut log = Log::default();
    log.settle(height);
    refresh(&mut log, source, height);
    log
}

#[test]
fn a_million_lines_are_gone_through_with_a_few_thousand_kept() {
    let source = Source::with(1_000_000);
    let mut log = opened(&source, 40);
    for step in [
        1,
        39,
        40,
        5_000,
        400_000,
        i64::MAX,
        -100_000,
        -1,
        250_000,
        i64::MIN,
    ] {
        log.step(step);
        settle(&mut log, &source, 40);
        let selected = 1_000_000 - log.selected;
        assert_eq!(log.selected().map(|row| row.id), Some(selected));
        assert!(log.rows.len() as u64 <= 2 * KEPT + 300, "{} rows", log.rows.len());
    }
    assert!(!log.is_frozen());
}

#[test]
fn a_frozen_view_stays_with_its_lines_when_old_ones_go_and_new_ones_come() {
    let mut source = Source::with(500);
    let mut log = opened(&source, 20);
    log.step(30);
    settle(&mut log, &source, 20);
    let before: Vec<u64> = (0..20).map(|line| log.row(log.top + line).unwrap().id).collect();
    source.ids.drain(..100);
    source.epoch += 1;
    (0..12).for_each(|_| source.add());
    refresh(&mut log, &source, 20);
    let after: Vec<u64> = (0..20).map(|line| log.row(log.top + line).unwrap().id).collect();
    assert_eq!(before, after);
    assert_eq!(log.waiting(), 12);
    log.step(i64::MIN);
    settle(&mut log, &source, 20);
    assert_eq!((log.selected().unwrap().id, log.is_frozen()), (512, false));
}

#[test]
fn a_frozen_view_of_which_nothing_is_left_follows_again() {
    let mut source = Source::with(95);
    let mut log = opened(&source, 1);
    log.freeze();
    (0..70).for_each(|_| source.add());
    refresh(&mut log, &source, 1);
    assert_eq!((log.shown(), log.waiting()), (95, 70));
    for (gone, left) in [(18, 77), (76, 1)] {
        source.ids.drain(..gone);
        source.epoch += 1;
        refresh(&mut log, &source, 1);
        assert_eq!((log.is_frozen(), log.shown(), log.waiting()), (true, left, 70));
    }
    source.ids.remove(0);
    source.epoch += 1;
    refresh(&mut log, &source, 1);
    assert_eq!((log.is_frozen(), log.shown(), log.waiting()), (false, 70, 0));
    assert_eq!(log.selected().unwrap().id, 165);
}

#[test]
fn a_frozen_view_stays_when_the_line_on_its_edge_goes_from_among_others() {
    let mut source = Source::with(100);
    let mut log = opened(&source, 10);
    log.freeze();
    (0..5).for_each(|_| source.add());
    // Under a filter for marked lines, one whose mark is taken away is gone while older ones are left.
    source.ids.retain(|id| *id != 100);
    source.epoch += 1;
    refresh(&mut log, &source, 10);
    assert_eq!((log.is_frozen(), log.shown(), log.waiting()), (true, 99, 5));
    assert_eq!(log.selected().unwrap().id, 99);
}

#[test]
fn an_answer_from_before_the_freeze_does_not_move_the_view() {
    let mut source = Source::with(100);
    let mut log = opened(&source, 10);
    let ask = log.newest();
    log.freeze();
    source.ids.drain(..40);
    source.epoch += 1;
    (0..5).for_each(|_| source.add());
    assert!(!log.take(log.generation, source.answer(&ask)));
    settle(&mut log, &source, 10);
    assert_eq!((log.shown(), log.waiting()), (60, 5));
    assert_eq!(log.selected().unwrap().id, 100);
}

#[test]
fn a_filter_keeps_the_selected_line_where_it_leaves_it() {
    let source = Source::with(1_000);
    let mut log = opened(&source, 20);
    log.step(700);
    settle(&mut log, &source, 20);
    assert!(log.set_filter("whoami", Timestamp::from_micros(1)));
    assert_eq!(
        log.selected().unwrap().id,
        300,
        "the old lines stay until the answer comes"
    );
    assert_eq!(log.newest().place, LogPlace::Around(300));
    refresh(&mut log, &source, 20);
    assert_eq!((log.selected().unwrap().id, log.is_frozen()), (300, true));
    assert!(
        !log.set_filter("  whoami ", Timestamp::from_micros(2)),
        "it means the same"
    );
    // Where it does not leave it, the newest is followed.
    assert!(log.set_filter("other", Timestamp::from_micros(3)));
    let others = Source {
        ids: vec![5, 7],
        epoch: 0,
        newest: 7,
    };
    refresh(&mut log, &others, 20);
    assert_eq!((log.selected().unwrap().id, log.is_frozen()), (7, false));
    // An answer to an older filter is dropped.
    assert!(!log.take(log.generation - 1, source.answer(&log.newest())));
    assert_eq!(log.matched, 2);
}

#[test]
fn what_of_a_filter_is_not_right_is_told_and_the_rest_works() {
    let mut log = Log::default();
    assert!(log.set_filter("whoami took:soon", Timestamp::from_micros(1)));
    assert_eq!(log.filter.to_string(), "whoami");
    assert_eq!(log.problem.as_ref().unwrap().column, 13);
    assert!(
        !log.set_filter("whoami took:", Timestamp::from_micros(1)),
        "nothing to ask anew"
    );
    assert!(log.set_filter("whoami took:1s", Timestamp::from_micros(1)));
    assert!(log.problem.is_none());
}

const OLDEST: Sorting<LogColumn> = Sorting {
    by: LogColumn::Time,
    descending: false,
};

#[test]
fn in_another_order_nothing_is_followed_and_what_came_is_counted_until_it_is_asked_for() {
    let mut source = Source::with(300);
    let mut log = opened(&source, 10);
    log.set_sorting(Some(OLDEST));
    assert_eq!(
        log.selected().unwrap().id,
        300,
        "what was there stays until the answer comes"
    );
    refresh(&mut log, &source, 10);
    assert_eq!((log.selected().unwrap().id, log.is_frozen()), (1, true));
    log.step(1);
    log.step(-1);
    (0..7).for_each(|_| source.add());
    refresh(&mut log, &source, 10);
    assert_eq!(
        (log.selected().unwrap().id, log.shown(), log.waiting()),
        (1, 300, 7)
    );
    log.step(i64::MAX);
    settle(&mut log, &source, 10);
    assert_eq!(log.selected().unwrap().id, 300);
    log.ask_again();
    refresh(&mut log, &source, 10);
    assert_eq!(
        (log.selected().unwrap().id, log.shown(), log.waiting()),
        (300, 307, 0)
    );
    log.set_sorting(None);
    refresh(&mut log, &source, 10);
    assert_eq!((log.selected().unwrap().id, log.is_frozen()), (307, false));
}

#[derive(Debug, Clone)]
enum Deed {
    Step(i64),
    Wheel(i64),
    Add(u64),
    Drop(usize),
    /// Everything is asked for anew, after so many lines have gone.
    Again(usize),
    Freeze,
    Follow,
}

fn deed() -> impl Strategy<Value = Deed> {
    prop_oneof![
        (-400i64..400).prop_map(Deed::Step),
        (-60i64..60).prop_map(Deed::Wheel),
        (1u64..150).prop_map(Deed::Add),
        (1usize..100).prop_map(Deed::Drop),
        (0usize..100).prop_map(Deed::Again),
        Just(Deed::Freeze),
        Just(Deed::Follow),
    ]
}

proptest! {
    #[test]
    fn what_is_in_view_is_there_and_right_and_the_newest_is_followed_from_the_top(
        lines in 0u64..900, height in 1u64..60, deeds in prop::collection::vec(deed(), 0..25),
    ) {
        let mut source = Source::with(lines);
        let mut log = opened(&source, height);
        for deed in deeds {
            match deed {
                Deed::Step(rows) => log.step(rows),
                Deed::Wheel(rows) => log.scroll(rows, height),
                Deed::Add(new) => {
                    let before = (log.is_frozen(), log.selected().map(|row| row.id));
                    (0..new).for_each(|_| source.add());
                    refresh(&mut log, &source, height);
                    prop_assert_eq!(log.is_frozen(), before.0);
                    if before.0 {
                        prop_assert!(before.1.is_some());
                        prop_assert_eq!(log.selected().map(|row| row.id), before.1);
                    }
                }
                Deed::Drop(old) => {
                    let old = old.min(source.ids.len());
                    source.ids.drain(..old);
                    source.epoch += 1;
                    let (was_frozen, shown) = (log.is_frozen(), log.shown());
                    let selected = log.selected().map(|row| row.id);
                    refresh(&mut log, &source, height);
                    let left = shown.saturating_sub(old as u64);
                    prop_assert_eq!(log.is_frozen(), was_frozen && left > 0);
                    if log.is_frozen() {
                        prop_assert_eq!(log.shown(), left);
                        let still = selected.filter(|id| source.ids.binary_search(id).is_ok());
                        prop_assert!(still.is_none() || still == log.selected().map(|row| row.id));
                    }
                }
                Deed::Again(old) => {
                    let old = old.min(source.ids.len());
                    source.ids.drain(..old);
                    source.epoch += 1;
                    let (was_frozen, selected) = (log.is_frozen(), log.selected().map(|row| row.id));
                    log.ask_again();
                    prop_assert_eq!(log.is_frozen(), was_frozen);
                    refresh(&mut log, &source, height);
                    let still = selected.filter(|id| was_frozen && source.ids.binary_search(id).is_ok());
                    prop_assert!(still.is_none() || still == log.selected().map(|row| row.id));
                }
                Deed::Freeze => log.freeze(),
                Deed::Follow => log.follow(),
            }
            settle(&mut log, &source, height);
            let shown = log.shown();
            prop_assert!(log.top <= log.selected);
            prop_assert!(log.selected < shown.max(1) && log.selected < log.top + height);
            prop_assert_eq!(shown + log.waiting(), source.ids.len() as u64);
            for line in 0..height.min(shown - log.top) {
                let place = usize::try_from(shown - 1 - log.top - line).unwrap();
                prop_assert_eq!(log.row(log.top + line).map(|row| row.id), Some(source.ids[place]));
            }
            if !log.is_frozen() {
                prop_assert_eq!((log.selected, log.waiting()), (0, 0));
            }
        }
    }

    #[test]
    fn in_another_order_too_what_is_in_view_is_there_and_the_selection_stays_with_its_line(
        lines in 1u64..900, height in 1u64..60, deeds in prop::collection::vec(deed(), 0..25),
    ) {
        let mut source = Source::with(lines);
        let mut log = opened(&source, height);
        log.set_sorting(Some(OLDEST));
        refresh(&mut log, &source, height);
        for deed in deeds {
            let before = log.selected().map(|row| row.id);
            match deed {
                Deed::Step(rows) => log.step(rows),
                Deed::Wheel(rows) => log.scroll(rows, height),
                Deed::Add(new) => (0..new).for_each(|_| source.add()),
                Deed::Drop(old) => {
                    let old = old.min(source.ids.len() - 1);
                    source.ids.drain(..old);
                    source.epoch += 1;
                }
                Deed::Again(old) => {
                    let old = old.min(source.ids.len() - 1);
                    source.ids.drain(..old);
                    source.epoch += 1;
                    log.ask_again();
                }
                Deed::Freeze => log.freeze(),
                Deed::Follow => {}
            }
            let stays = !matches!(deed, Deed::Step(_) | Deed::Wheel(_));
            let shown = log.shown();
            refresh(&mut log, &source, height);
            let still = before.filter(|id| stays && source.ids.binary_search(id).is_ok());
            // Whatever was shown may be gone: then it begins anew.
            prop_assert!(still.is_none() || shown == 0 || still == log.selected().map(|row| row.id));
            let shown = log.shown();
            prop_assert!(log.is_frozen() && shown > 0);
            prop_assert!(log.top <= log.selected);
            prop_assert!(log.selected < shown && log.selected < log.top + height);
            prop_assert_eq!(shown + log.waiting(), source.ids.len() as u64);
            for line in 0..height.min(shown - log.top) {
                let place = usize::try_from(log.top + line).unwrap();
                prop_assert_eq!(log.row(log.top + line).map(|row| row.id), Some(source.ids[place]));
            }
        }
    }
}
