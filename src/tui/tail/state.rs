//! What was read of the log, and which part of it is shown.

use crate::instance::{Event, Reading, Weight};
use crate::model::InstanceName;
use std::collections::VecDeque;
use tui_input::Input;

/// Lines that are kept.
const MOST: usize = 2_000;

/// The log of one instance.
pub struct Tail {
    /// Whose it is.
    pub name: InstanceName,
    /// What was read, oldest first.
    lines: VecDeque<Event>,
    /// What came while it was frozen.
    waiting: VecDeque<Event>,
    /// Lines that were lost: the ring was full or busy, or too many came while it was frozen.
    pub lost: u64,
    /// What the ring has dropped in all, so far.
    dropped: u64,
    /// Whether the newest line is kept in view.
    pub follows: bool,
    /// Only lines that matter at least so much.
    pub weight: Weight,
    /// Only lines that contain this.
    pub text: Input,
    /// Whether that is being typed.
    pub typing: bool,
    /// The first visible line of those that are shown.
    pub scroll: usize,
}

impl Tail {
    /// The log of this instance, followed.
    pub fn new(name: InstanceName) -> Self {
        Self {
            name,
            lines: VecDeque::new(),
            waiting: VecDeque::new(),
            lost: 0,
            dropped: 0,
            follows: true,
            weight: Weight::Info,
            text: Input::default(),
            typing: false,
            scroll: 0,
        }
    }

    /// Takes what was read.
    pub fn take(&mut self, reading: Reading) {
        self.lost += reading.overrun + reading.dropped.saturating_sub(self.dropped);
        self.dropped = reading.dropped;
        let lines = if self.follows {
            &mut self.lines
        } else {
            &mut self.waiting
        };
        lines.extend(reading.events);
        while lines.len() > MOST {
            lines.pop_front();
            // While it is followed, old lines leave by themselves; nobody waited for them.
            self.lost += u64::from(!self.follows);
        }
    }

    /// Follows or freezes.
    pub fn follow(&mut self, follows: bool) {
        self.follows = follows;
        if follows {
            self.lines.append(&mut self.waiting);
            while self.lines.len() > MOST {
                self.lines.pop_front();
            }
        }
    }

    /// How many lines came while it was frozen.
    pub fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// How many lines there are, shown or not.
    pub fn kept(&self) -> usize {
        self.lines.len()
    }

    /// The lines that are shown, oldest first.
    pub fn shown(&self) -> impl Iterator<Item = &Event> {
        let wanted = self.text.value().trim().to_lowercase();
        self.lines.iter().filter(move |event| {
            event.weight <= self.weight && (wanted.is_empty() || event.text.to_lowercase().contains(&wanted))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::instance::Origin;
    use crate::tui::fake;
    use proptest::prelude::*;

    fn reading(first: u64, count: u64) -> Reading {
        Reading {
            events: (first..first + count)
                .map(|number| Event {
                    number,
                    at: fake::now(),
                    weight: Weight::ALL[(number % 4) as usize],
                    origin: Origin::Log,
                    text: format!("line {number}"),
                })
                .collect(),
            overrun: 0,
            dropped: 0,
            next: first + count,
        }
    }

    #[test]
    fn what_comes_while_it_is_frozen_waits_and_then_follows() {
        let mut tail = Tail::new(fake::name("alpha"));
        tail.take(reading(0, 4));
        tail.follow(false);
        tail.take(reading(4, 4));
        assert_eq!((tail.kept(), tail.waiting()), (4, 4));
        tail.follow(true);
        assert_eq!((tail.kept(), tail.waiting()), (8, 0));
        let numbers: Vec<u64> = tail.shown().map(|event| event.number).collect();
        assert_eq!(numbers, [0, 1, 2, 4, 5, 6]);
    }

    #[test]
    fn what_the_ring_lost_is_told_once() {
        let mut tail = Tail::new(fake::name("alpha"));
        tail.take(Reading {
            overrun: 3,
            dropped: 2,
            ..reading(0, 1)
        });
        tail.take(Reading {
            dropped: 2,
            ..reading(1, 1)
        });
        assert_eq!(tail.lost, 5);
    }

    proptest! {
        #[test]
        fn it_never_grows_beyond_its_bound(
            acts in prop::collection::vec((any::<bool>(), 0u64..1500), 0..20),
        ) {
            let mut tail = Tail::new(fake::name("alpha"));
            let mut number = 0;
            for (follows, count) in acts {
                tail.follow(follows);
                tail.take(reading(number, count));
                number += count;
                prop_assert!(tail.kept() <= MOST && tail.waiting() <= MOST);
            }
        }
    }
}
