//! Connections that nobody uses at the moment, kept for a while in case that somebody will.

use super::live::Live;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// A connection idle for longer is closed by us, before the server's own limit makes a request fail.
const LONGEST: Duration = Duration::from_secs(15);
/// How often it is looked which ones those are.
const EVERY: Duration = Duration::from_secs(5);

/// Connections by where they lead to.
#[derive(Default)]
pub(super) struct Idle(Mutex<State>);

#[derive(Default)]
struct State {
    by_origin: HashMap<String, Vec<Kept>>,
    /// Somebody looks after them.
    is_swept: bool,
}

struct Kept {
    live: Box<Live>,
    since: Instant,
}

impl Idle {
    /// The connection to an origin that was used last.
    pub(super) fn take(&self, origin: &str) -> Option<Box<Live>> {
        let mut state = self.state();
        let kept = state.by_origin.get_mut(origin)?.pop()?;
        (kept.since.elapsed() < LONGEST).then_some(kept.live)
    }

    /// Keeps one. Called on the runtime that it belongs to.
    pub(super) fn put(self: Arc<Self>, live: Box<Live>) {
        let mut state = self.state();
        if !state.is_swept {
            state.is_swept = true;
            tokio::spawn(sweep(Arc::downgrade(&self)));
        }
        let since = Instant::now();
        match state.by_origin.get_mut(&live.origin) {
            Some(kept) => kept.push(Kept { live, since }),
            None => {
                let origin = live.origin.clone();
                state.by_origin.insert(origin, vec![Kept { live, since }]);
            }
        }
    }

    /// Closes those that were idle for too long; whether any are left.
    fn let_go(&self) -> bool {
        let mut state = self.state();
        state.by_origin.retain(|_, kept| {
            kept.retain(|kept| kept.since.elapsed() < LONGEST);
            !kept.is_empty()
        });
        state.is_swept = !state.by_origin.is_empty();
        state.is_swept
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Lets go of what is old, as long as there is something.
async fn sweep(idle: Weak<Idle>) {
    loop {
        sleep(EVERY).await;
        match idle.upgrade() {
            Some(idle) if idle.let_go() => {}
            _ => return,
        }
    }
}
