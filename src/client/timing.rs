//! Where the time of one exchange went, as far as a caller can see it.
//!
//! Connections are made somewhere inside a request. What makes one notes when that began and ended, for the task that is
//! waiting for it; a connection that was kept alive shows no such phase. `connect` includes the TLS handshake, and
//! `wait` the writing of the request: the library does not let them be told apart.

use crate::protocol::{Hop, Phase, PhaseName};
use std::cell::Cell;
use std::future::Future;
use std::time::{Duration, Instant};

tokio::task_local! {
    static CONNECTING: Cell<Option<Connecting>>;
}

/// A connection that is being made for a request.
#[derive(Clone, Copy)]
struct Connecting {
    began: Instant,
    /// When it was there, or had failed.
    ended: Option<Instant>,
    is_there: bool,
}

/// Runs a request and notes when a connection is being made for it, for the `Phases` that are measured within.
pub async fn noting_connection<F: Future>(request: F) -> F::Output {
    CONNECTING.scope(Cell::new(None), request).await
}

/// Makes a connection, and notes when that began and ended.
pub async fn noting<T, E>(connecting: impl Future<Output = Result<T, E>>) -> Result<T, E> {
    let began = Instant::now();
    note(Connecting {
        began,
        ended: None,
        is_there: false,
    });
    let connection = connecting.await;
    note(Connecting {
        began,
        ended: Some(Instant::now()),
        is_there: connection.is_ok(),
    });
    connection
}

fn note(connecting: Connecting) {
    // Not everybody wants to know.
    let _ = CONNECTING.try_with(|noted| noted.set(Some(connecting)));
}

/// The phases of one exchange in the order in which they end.
#[derive(Clone)]
pub struct Phases {
    began: Instant,
    lap: Instant,
    phases: Vec<Phase>,
}

impl Phases {
    /// Starts now.
    pub fn start() -> Self {
        let now = Instant::now();
        Self {
            began: now,
            lap: now,
            phases: Vec::with_capacity(5),
        }
    }

    /// Ends a phase that began when the previous one ended.
    pub fn lap(&mut self, name: PhaseName) {
        self.lap_at(name, Instant::now());
    }

    /// Ends the phases of a request whose response has just begun.
    pub fn answered(&mut self) {
        if let Some(Connecting {
            began,
            ended: Some(ended),
            ..
        }) = connecting()
        {
            self.connected(began, ended);
        }
        self.lap(PhaseName::Wait);
    }

    /// Ends the phases of a request that got no response: the last is the one in which that was given up.
    pub fn given_up(&mut self) {
        let Some(connecting) = connecting() else {
            self.lap(PhaseName::Wait);
            return;
        };
        self.connected(connecting.began, connecting.ended.unwrap_or_else(Instant::now));
        if connecting.is_there {
            self.lap(PhaseName::Wait);
        }
    }

    /// Whether the instance was waited for: there was a connection to it.
    pub fn reached_the_instance(&self) -> bool {
        self.phases.iter().any(|phase| phase.name == PhaseName::Wait)
    }

    fn connected(&mut self, began: Instant, ended: Instant) {
        self.lap = self.lap.max(began);
        self.lap_at(PhaseName::Connect, ended);
    }

    /// Microseconds since the start.
    pub fn elapsed_us(&self) -> u64 {
        micros(self.began.elapsed())
    }

    /// The caller's hop.
    pub fn into_hop(self, next: Option<Hop>) -> Hop {
        Hop {
            instance: "console".to_owned(),
            phases: self.phases,
            next: next.map(Box::new),
            ..Hop::default()
        }
    }

    fn lap_at(&mut self, name: PhaseName, end: Instant) {
        self.phases.push(Phase {
            name,
            start_us: micros(self.lap - self.began),
            duration_us: micros(end.saturating_duration_since(self.lap)),
        });
        self.lap = end;
    }
}

/// The connection that is or was being made for the request that this task runs.
fn connecting() -> Option<Connecting> {
    CONNECTING.try_with(Cell::get).ok().flatten()
}

/// Whether the request that this task runs has a connection: one that was kept, or was made for it.
pub fn has_connection() -> bool {
    connecting().is_none_or(|connecting| connecting.is_there)
}

/// Whole microseconds.
pub fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}
