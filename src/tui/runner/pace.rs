//! How often an instance is looked at: steadily while it lives, ever more seldom while it does not, and never in step
//! with others.

use crate::model::{InstanceKind, InstanceName};
use std::time::Duration;

/// How often a living instance is looked at.
const LIVING: Duration = Duration::from_secs(4);

/// How seldom a dead one is looked at, at most.
const AT_LEAST: Duration = Duration::from_secs(60);

/// How long a look may take at all: more than the call itself allows, which a person may have chosen.
pub(super) fn patience(kind: InstanceKind, chosen_s: Option<u64>) -> Duration {
    let usual = match kind {
        InstanceKind::Local => Duration::from_secs(6),
        InstanceKind::Remote => Duration::from_secs(12),
    };
    let chosen = chosen_s.map_or(Duration::ZERO, |seconds| Duration::from_secs(seconds + 3));
    usual.max(chosen)
}

/// The pace at which one instance is looked at.
#[derive(Debug, Clone)]
pub(super) struct Pace {
    seed: u64,
    failures: u32,
}

impl Pace {
    /// For the instance of this name; two instances hardly ever get the same.
    pub(super) fn of(name: &InstanceName) -> Self {
        // FNV-1a: any spread will do.
        let seed = name
            .as_str()
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
                (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
            });
        Self {
            seed: seed | 1,
            failures: 0,
        }
    }

    /// Looks in a row that found something wrong.
    pub(super) fn failures(&self) -> u32 {
        self.failures
    }

    /// Somebody asked for a look: it is not held against the instance that it was dead before.
    pub(super) fn forgive(&mut self) {
        self.failures = 0;
    }

    /// How long to wait after a look that found it living or not.
    pub(super) fn after(&mut self, lives: bool) -> Duration {
        self.failures = if lives { 0 } else { self.failures.saturating_add(1) };
        let wait = LIVING * 2_u32.pow(self.failures.min(5));
        self.jittered(wait.min(AT_LEAST))
    }

    /// Up to an eighth less or more.
    fn jittered(&mut self, wait: Duration) -> Duration {
        self.seed ^= self.seed << 13;
        self.seed ^= self.seed >> 7;
        self.seed ^= self.seed << 17;
        let thousandths = 875 + u32::try_from(self.seed % 251).unwrap_or(125);
        wait * thousandths / 1_000
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn name(text: &str) -> InstanceName {
        InstanceName::parse(text).unwrap()
    }

    proptest! {
        #[test]
        fn threat_57_a_dead_one_is_asked_ever_more_seldom_and_a_living_one_steadily(
            looks in prop::collection::vec(any::<bool>(), 1..200),
        ) {
            let mut pace = Pace::of(&name("alpha"));
            for lives in looks {
                let before = pace.failures();
                let wait = pace.after(lives);
                prop_assert!(wait <= AT_LEAST * 9 / 8 && wait >= LIVING * 7 / 8);
                if lives {
                    prop_assert!(wait <= LIVING * 9 / 8);
                } else if before >= 4 {
                    prop_assert!(wait >= AT_LEAST * 7 / 8);
                }
            }
        }
    }

    #[test]
    fn no_two_instances_are_looked_at_in_step() {
        let waits = |text: &str| {
            let mut pace = Pace::of(&name(text));
            [pace.after(true), pace.after(true), pace.after(true)]
        };
        assert_ne!(waits("alpha"), waits("beta"));
        assert_ne!(waits("alpha")[0], waits("alpha")[1]);
    }
}
