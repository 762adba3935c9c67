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

/// What one party of a call spent its time on, and the hops that it made in turn.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hop {
    /// The instance's id, or `console` for the caller's own part.
    pub instance: String,
    /// How many hops it is inside of; only where hops are told one after the other.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub depth: Option<usize>,
    /// When it began, in microseconds since the hop that caused it did; only where one clock measured both.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_us: Option<u64>,
    /// In order of time.
    pub phases: Vec<Phase>,
    /// The code with which the call ended here: the last phase is the one in which it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failed: Option<String>,
    /// The further hop that this one caused, if it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<Box<Hop>>,
    /// The hops that it caused after that one, in order: a circuit with several relay steps.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub then: Vec<Hop>,
}

impl Hop {
    /// This hop and all within it, outermost first and in order of time, none of them nested any more.
    pub fn flatten(self) -> Vec<Hop> {
        self.flatten_at(0)
    }

    /// The same for a hop that is inside of so many others.
    pub fn flatten_at(self, depth: usize) -> Vec<Hop> {
        let mut hops = Vec::new();
        let mut rest = vec![(self, depth)];
        while let Some((mut hop, depth)) = rest.pop() {
            rest.extend(hop.then.drain(..).rev().map(|later| (later, depth + 1)));
            rest.extend(hop.next.take().map(|next| (*next, depth + 1)));
            hop.depth = Some(depth);
            hops.push(hop);
        }
        hops
    }

    /// This hop of a call that ended: where that was with an error, and no hop within says that it is from there, it is
    /// from here.
    pub fn ended(mut self, failure: Option<&str>) -> Self {
        if let Some(code) = failure.filter(|_| !self.says_where_it_ended()) {
            self.failed = Some(code.to_owned());
        }
        self
    }

    /// Whether the call ended here or within.
    pub fn says_where_it_ended(&self) -> bool {
        self.failed.is_some() || self.onward().any(Self::says_where_it_ended)
    }

    /// The hops that it caused, in order.
    pub fn onward(&self) -> impl Iterator<Item = &Self> {
        self.next.as_deref().into_iter().chain(&self.then)
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

    /// When it was started.
    pub fn began(&self) -> Instant {
        self.began
    }

    /// Microseconds since the start.
    pub fn elapsed_us(&self) -> u64 {
        micros(self.began.elapsed())
    }

    /// The hop that was measured, with those that it caused, in order.
    pub fn into_hop(self, instance: impl Into<String>, onward: impl IntoIterator<Item = Hop>) -> Hop {
        let mut onward = onward.into_iter();
        Hop {
            instance: instance.into(),
            phases: self.phases,
            next: onward.next().map(Box::new),
            then: onward.collect(),
            ..Hop::default()
        }
    }
}

fn micros(duration: std::time::Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

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
        let nested = hop("a", vec![hop("b", vec![hop("c", vec![])])]);
        let names: Vec<_> = nested.flatten().into_iter().map(|hop| hop.instance).collect();
        assert_eq!(names, ["a", "b", "c"]);
    }

    #[test]
    fn several_hops_of_one_flatten_in_order_each_with_its_own() {
        let nested = hop(
            "a",
            vec![
                hop("b", vec![hop("c", vec![])]),
                hop("d", vec![]),
                hop("e", vec![hop("f", vec![])]),
            ],
        );
        let told: Vec<_> = nested
            .flatten()
            .into_iter()
            .map(|hop| (hop.instance, hop.depth.unwrap()))
            .collect();
        let told: Vec<_> = told.iter().map(|(name, depth)| (name.as_str(), *depth)).collect();
        assert_eq!(told, [("a", 0), ("b", 1), ("c", 2), ("d", 1), ("e", 1), ("f", 2)]);
    }

    #[test]
    fn a_failure_is_marked_once_and_where_it_was() {
        let error = Some("peer_unreachable");
        let here = hop("a", vec![hop("b", vec![])]).ended(error);
        assert_eq!(here.failed.as_deref(), Some("peer_unreachable"));
        let mut further = hop("b", vec![]);
        further.failed = Some("deadline_exceeded".into());
        let there = hop("a", vec![hop("c", vec![]), further]).ended(error);
        assert_eq!(there.failed, None);
        let well = hop("a", vec![]).ended(None);
        assert_eq!(well.failed, None);
    }

    #[test]
    fn what_an_older_instance_tells_is_read() {
        let told = json!({"instance": "a", "phases": [], "next": {"instance": "b", "phases": []}});
        let told: Hop = serde_json::from_value(told).unwrap();
        assert_eq!(told, hop("a", vec![hop("b", vec![])]));
    }

    fn hop(name: &str, onward: Vec<Hop>) -> Hop {
        Stopwatch::start().into_hop(name, onward)
    }
}
