//! What was seen of one instance, look by look: bounded, and coarse enough that steadiness draws nothing.

use crate::model::{InstanceState, Timestamp};
use std::collections::VecDeque;
use std::time::Duration;

/// How many looks are kept.
const LOOKS: usize = 240;

/// How many different troubles are kept.
const TROUBLES: usize = 20;

/// Heights of a look: 0 is quickest.
pub const LEVELS: u8 = 8;

/// What one look came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sight {
    /// It answered in so many microseconds, which are shown as so many.
    Answered {
        /// As measured.
        measured_us: u64,
        /// As shown: follows what is measured only when that is clearly different.
        shown_us: u64,
    },
    /// It answered, but refused us.
    Refused,
    /// It did not answer.
    Silent,
}

impl Sight {
    /// How high it stands in a chart: in thirds of a power of ten, from 1 ms to 1 s and more. None without an answer.
    pub fn level(self) -> Option<u8> {
        let Self::Answered { shown_us, .. } = self else {
            return None;
        };
        Some(level(shown_us))
    }
}

/// The height of a round trip.
pub fn level(micros: u64) -> u8 {
    const STEPS: [u64; 7] = [1_000, 3_000, 10_000, 30_000, 100_000, 300_000, 1_000_000];
    let place = STEPS
        .iter()
        .position(|step| micros < *step)
        .unwrap_or(STEPS.len());
    u8::try_from(place).unwrap_or(LEVELS - 1)
}

/// One look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// When it ended.
    pub at: Timestamp,
    /// What it came to.
    pub sight: Sight,
}

/// Something that was wrong, for as long as it stayed the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// In words, with the remedy.
    pub text: String,
    /// When it was seen first.
    pub first: Timestamp,
    /// When it was seen last.
    pub last: Timestamp,
    /// In how many looks.
    pub times: u32,
}

/// How an instance is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// It was asked and is taking its time.
    Waiting,
    /// It is looked at again then.
    Next {
        /// When.
        at: Timestamp,
        /// How long that is from the look before.
        wait: Duration,
        /// How many looks in a row found something wrong.
        failures: u32,
    },
}

/// What was seen of one instance since the console was opened.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct History {
    looks: VecDeque<Look>,
    troubles: VecDeque<Trouble>,
}

impl History {
    /// The looks, oldest first.
    pub fn looks(&self) -> impl DoubleEndedIterator<Item = &Look> + ExactSizeIterator {
        self.looks.iter()
    }

    /// What was wrong, oldest first.
    pub fn troubles(&self) -> impl DoubleEndedIterator<Item = &Trouble> + ExactSizeIterator {
        self.troubles.iter()
    }

    /// Since when it has answered every look; none if it does not, or was not seen to begin.
    pub fn answering_since(&self) -> Option<Timestamp> {
        let answered = |look: &&Look| matches!(look.sight, Sight::Answered { .. });
        self.looks
            .iter()
            .rev()
            .take_while(answered)
            .last()
            .map(|look| look.at)
    }

    /// Adds a look.
    pub fn see(&mut self, at: Timestamp, state: InstanceState, latency: Option<(u64, u64)>) {
        let sight = match (state, latency) {
            (InstanceState::Up, Some((measured_us, shown_us))) => Sight::Answered {
                measured_us,
                shown_us,
            },
            (InstanceState::Refused, _) => Sight::Refused,
            (InstanceState::Unreachable, _) => Sight::Silent,
            // Nobody was asked.
            _ => return,
        };
        self.looks.push_back(Look { at, sight });
        if self.looks.len() > LOOKS {
            self.looks.pop_front();
        }
    }

    /// Adds what was wrong.
    pub fn complain(&mut self, at: Timestamp, text: &str) {
        if let Some(trouble) = self.troubles.back_mut()
            && trouble.text == text
        {
            trouble.last = at;
            trouble.times = trouble.times.saturating_add(1);
            return;
        }
        self.troubles.push_back(Trouble {
            text: text.to_owned(),
            first: at,
            last: at,
            times: 1,
        });
        if self.troubles.len() > TROUBLES {
            self.troubles.pop_front();
        }
    }

    /// The newest looks as a row of `width` heights; `None` inside is a look without an answer. Where all looks are
    /// alike it is that height all along: a steady instance always looks the same, however often it was looked at.
    pub fn spark(&self, width: usize) -> Vec<Option<Option<u8>>> {
        let levels: Vec<Option<u8>> = self.looks.iter().map(|look| look.sight.level()).collect();
        let newest = &levels[levels.len().saturating_sub(width)..];
        let Some(last) = newest.last() else {
            return vec![None; width];
        };
        if newest.iter().all(|level| level == last) {
            return vec![Some(*last); width];
        }
        let mut row = vec![None; width - newest.len()];
        row.extend(newest.iter().copied().map(Some));
        row
    }

    /// Looks, answered looks, and the median and longest round trip as measured, in microseconds.
    pub fn figures(&self) -> Option<(usize, usize, u64, u64)> {
        let mut measured: Vec<u64> = self
            .looks
            .iter()
            .filter_map(|look| match look.sight {
                Sight::Answered { measured_us, .. } => Some(measured_us),
                _ => None,
            })
            .collect();
        measured.sort_unstable();
        let longest = *measured.last()?;
        Some((
            self.looks.len(),
            measured.len(),
            measured[measured.len() / 2],
            longest,
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_micros(second * 1_000_000)
    }

    #[test]
    fn a_steady_instance_looks_the_same_however_often_it_was_looked_at() {
        let mut history = History::default();
        history.see(at(0), InstanceState::Up, Some((800, 800)));
        let first = history.spark(8);
        for second in 1..20 {
            history.see(at(second), InstanceState::Up, Some((700, 800)));
            assert_eq!(history.spark(8), first);
        }
        history.see(at(20), InstanceState::Unreachable, None);
        assert_eq!(history.spark(8).last(), Some(&Some(None)));
        assert_ne!(history.spark(8), first);
    }

    #[test]
    fn the_same_trouble_is_one_trouble_that_lasts() {
        let mut history = History::default();
        history.complain(at(1), "no answer");
        history.complain(at(5), "no answer");
        history.complain(at(9), "refused");
        let told: Vec<_> = history
            .troubles()
            .map(|trouble| (trouble.text.as_str(), trouble.first, trouble.times))
            .collect();
        assert_eq!(told, [("no answer", at(1), 2), ("refused", at(9), 1)]);
    }

    proptest! {
        #[test]
        fn a_row_is_always_as_wide_as_asked_and_what_is_kept_is_bounded(
            looks in prop::collection::vec((0u8..4, 1u64..5_000_000), 0..600),
            width in 0usize..40,
        ) {
            let mut history = History::default();
            for (second, (state, micros)) in looks.into_iter().enumerate() {
                let (state, latency) = match state {
                    0 => (InstanceState::Unreachable, None),
                    1 => (InstanceState::Refused, None),
                    _ => (InstanceState::Up, Some((micros, micros))),
                };
                history.see(at(second as i64), state, latency);
                history.complain(at(second as i64), &micros.to_string());
            }
            let row = history.spark(width);
            prop_assert_eq!(row.len(), width);
            prop_assert!(row.iter().flatten().flatten().all(|level| *level < LEVELS));
            prop_assert!(history.looks().len() <= LOOKS && history.troubles().len() <= TROUBLES);
        }

        #[test]
        fn slower_is_never_lower(one in 0u64..20_000_000, more in 0u64..20_000_000) {
            prop_assert!(level(one) <= level(one + more));
        }
    }
}
