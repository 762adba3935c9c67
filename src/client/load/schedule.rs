//! When each call of an open load is due, counted from the start. Pure.

use super::plan::Arrivals;
use std::time::Duration;

/// The moments at which calls are due, one after the other without end.
#[derive(Debug, Clone)]
pub struct Schedule {
    rate: f64,
    arrivals: Arrivals,
    given: u64,
    seconds: f64,
    noise: u64,
}

impl Schedule {
    /// So many a second.
    pub fn new(rate: f64, arrivals: Arrivals) -> Self {
        let noise = match arrivals {
            Arrivals::Constant => 0,
            Arrivals::Poisson { seed } => seed,
        };
        Self {
            rate: if rate.is_finite() { rate.max(1e-3) } else { 1.0 },
            arrivals,
            given: 0,
            seconds: 0.0,
            noise,
        }
    }

    /// How many more are due by a moment, looking at most this far.
    pub fn due_by(&self, moment: Duration, most: u64) -> u64 {
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        self.clone().take(most).take_while(|due| *due <= moment).count() as u64
    }

    /// Leaves out those that are due before a moment.
    pub fn skip_until(&mut self, moment: Duration) {
        let mut ahead = self.clone();
        while ahead.next().is_some_and(|due| due < moment) {
            *self = ahead.clone();
        }
    }

    /// Uniform over (0, 1]: SplitMix64, which is enough to spread calls.
    fn uniform(&mut self) -> f64 {
        self.noise = self.noise.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = self.noise;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        word ^= word >> 31;
        ((word >> 11) + 1) as f64 / (1u64 << 53) as f64
    }
}

impl Iterator for Schedule {
    type Item = Duration;

    fn next(&mut self) -> Option<Duration> {
        let seconds = match self.arrivals {
            // From the number itself: adding up would drift.
            Arrivals::Constant => self.given as f64 / self.rate,
            Arrivals::Poisson { .. } => {
                self.seconds -= self.uniform().ln() / self.rate;
                self.seconds
            }
        };
        self.given += 1;
        Some(Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX))
    }
}
