//! Where the time of a call went: phases of each hop, hop inside hop.

use serde::{Deserialize, Serialize};
use std::time::Instant;

/// One stretch of work within a hop.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Phase {
    /// What was being done.
    pub name: PhaseName,
    /// When it began, in microseconds since the hop began.
    pub start_us: u64,
    /// How long it took, in microseconds.
    pub duration_us: u64,
}

/// The kinds of work in a call (DESIGN section 3.5): a caller's, then a server's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PhaseName {
    /// Sealing the query and signing the token (caller), or sealing the reply (server).
    Seal,
    /// Making a connection.
    Connect,
    /// The TLS handshake.
    Tls,
    /// Writing the request.
    Send,
    /// Until the first byte of the response.
    Wait,
    /// Reading the response.
    Receive,
    /// Opening what was sealed.
    Open,
    /// Checking the token.
    Authenticate,
    /// Checking the grant.
    Authorise,
    /// Doing what was asked.
    Execute,
    /// Making the record durable.
    Audit,
}

impl PhaseName {
    /// The word in JSON and on the screen.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Seal => "seal",
            Self::Connect => "connect",
            Self::Tls => "tls",
            Self::Send => "send",
            Self::Wait => "wait",
            Self::Receive => "receive",
            Self::Open => "open",
            Self::Authenticate => "authenticate",
            Self::Authorise => "authorise",
            Self::Execute => "execute",
            Self::Audit => "audit",
        }
    }
}

/// What one party of a call spent its time on, and the hop that it made in turn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hop {
    /// The instance's id, or `console` for the caller's own part.
    pub instance: String,
    /// In order of time.
    pub phases: Vec<Phase>,
    /// The further hop that this one caused, if it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<Box<Hop>>,
}

impl Hop {
    /// This hop and all within it, outermost first, none of them nested any more.
    pub fn flatten(self) -> Vec<Hop> {
        let mut hops = Vec::new();
        let mut rest = Some(Box::new(self));
        while let Some(mut hop) = rest {
            rest = hop.next.take();
            hops.push(*hop);
        }
        hops
    }
}

/// Measures the phases of one hop.
#[derive(Debug, Clone)]
pub struct Stopwatch {
    began: Instant,
    lap: Instant,
    phases: Vec<Phase>,
    is_read: bool,
}

impl Stopwatch {
    /// Starts now.
    pub fn start() -> Self {
        let now = Instant::now();
        Self {
            began: now,
            lap: now,
            phases: Vec::with_capacity(8),
            is_read: true,
        }
    }

    /// Measures no further phases where nobody is going to read them.
    pub fn stop_unless(&mut self, is_read: bool) {
        self.is_read = is_read;
    }

    /// Ends a phase that began when the previous one ended.
    pub fn lap(&mut self, name: PhaseName) {
        if !self.is_read {
            return;
        }
        let now = Instant::now();
        self.phases.push(Phase {
            name,
            start_us: micros(self.lap - self.began),
            duration_us: micros(now - self.lap),
        });
        self.lap = now;
    }

    /// Microseconds since the start.
    pub fn elapsed_us(&self) -> u64 {
        micros(self.began.elapsed())
    }

    /// The hop that was measured.
    pub fn into_hop(self, instance: impl Into<String>, next: Option<Hop>) -> Hop {
        Hop {
            instance: instance.into(),
            phases: self.phases,
            next: next.map(Box::new),
        }
    }
}

fn micros(duration: std::time::Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phases_follow_each_other_without_gaps() {
        let mut watch = Stopwatch::start();
        watch.lap(PhaseName::Seal);
        watch.lap(PhaseName::Wait);
        let hop = watch.into_hop("console", None);
        assert_eq!(hop.phases[0].start_us, 0);
        assert!(hop.phases[1].start_us >= hop.phases[0].duration_us);
    }

    #[test]
    fn nested_hops_flatten_outermost_first() {
        let hop = |name: &str, next| Hop {
            instance: name.into(),
            phases: Vec::new(),
            next,
        };
        let nested = hop("a", Some(Box::new(hop("b", Some(Box::new(hop("c", None)))))));
        let names: Vec<_> = nested.flatten().into_iter().map(|hop| hop.instance).collect();
        assert_eq!(names, ["a", "b", "c"]);
    }
}
