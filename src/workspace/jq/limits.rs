//! What stops an expression: time, output, depth, or somebody who does not want to know any more.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// The stack of the thread that evaluates. Only what is used of it takes memory.
pub const STACK: usize = 256 * 1024 * 1024;
/// How much of it may be used: what is left is for dropping what was built.
const USABLE: usize = STACK / 2;
/// How often the time is asked, in steps.
const STRIDE: u64 = 256;

/// How far an expression may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// How long it may run.
    pub time: Duration,
    /// How many bytes of results are taken.
    pub bytes: usize,
    /// How many results.
    pub results: usize,
    /// How many steps; each may build a value, so this bounds the memory too.
    pub steps: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            time: Duration::from_secs(10),
            bytes: 16 * 1024 * 1024,
            results: 100_000,
            steps: 20_000_000,
        }
    }
}

/// Why an expression was stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// It took too long.
    Time,
    /// It took too many steps.
    Steps,
    /// It called itself too deeply.
    Depth,
    /// Nobody wants to know any more.
    Cancelled,
    /// It asked to be stopped, by `halt`.
    Halted,
}

impl Stop {
    /// As an exit code of `halt`, which no expression can catch.
    pub(super) const fn code(self) -> i32 {
        match self {
            Self::Time => -1_001,
            Self::Steps => -1_002,
            Self::Depth => -1_003,
            Self::Cancelled => -1_004,
            Self::Halted => 0,
        }
    }

    pub(super) fn of_code(code: i32) -> Self {
        [Self::Time, Self::Steps, Self::Depth, Self::Cancelled]
            .into_iter()
            .find(|stop| stop.code() == code)
            .unwrap_or(Self::Halted)
    }
}

/// Asked at every step of an expression.
pub(super) struct Watch {
    pub(super) stopped: Arc<AtomicBool>,
    pub(super) began: Instant,
    pub(super) limits: Limits,
    pub(super) steps: std::cell::Cell<u64>,
    /// Where the thread's stack was when it began.
    pub(super) base: usize,
}

impl Watch {
    /// To be made on the thread that evaluates.
    pub(super) fn new(limits: Limits, stopped: Arc<AtomicBool>) -> Self {
        Self {
            stopped,
            began: Instant::now(),
            limits,
            steps: std::cell::Cell::new(0),
            base: here(),
        }
    }

    /// Whether to go on.
    pub(super) fn step(&self) -> Result<(), Stop> {
        let steps = self.steps.get() + 1;
        self.steps.set(steps);
        if self.base.abs_diff(here()) > USABLE {
            return Err(Stop::Depth);
        }
        if steps > self.limits.steps {
            return Err(Stop::Steps);
        }
        if !steps.is_multiple_of(STRIDE) {
            return Ok(());
        }
        if self.stopped.load(Ordering::Relaxed) {
            return Err(Stop::Cancelled);
        }
        if self.began.elapsed() > self.limits.time {
            return Err(Stop::Time);
        }
        Ok(())
    }
}

/// About where the stack of this thread stands.
fn here() -> usize {
    let marker = 0u8;
    std::ptr::from_ref(std::hint::black_box(&marker)) as usize
}
