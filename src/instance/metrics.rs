//! Counters of a running instance, and their text for Prometheus (exposition format 0.0.4).

use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering};

/// A number that only grows.
#[derive(Debug, Default)]
pub(super) struct Counter(AtomicU64);

impl Counter {
    pub(super) fn add_one(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    fn value(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// What an instance counts while it serves.
#[derive(Debug, Default)]
pub(super) struct Metrics {
    /// Connections accepted.
    pub connections: Counter,
    /// Connections turned away because there were too many.
    pub turned_away: Counter,
    /// Calls that ended in `status: success` or `interpretation_rendered`.
    pub succeeded: Counter,
    /// Calls that ended in `status: error`.
    pub failed: Counter,
    /// Calls that did not authenticate.
    pub unauthenticated: Counter,
    /// Calls refused for their number.
    pub limited: Counter,
    /// Requests that were not calls at all: type, size, form, speed.
    pub malformed: Counter,
}

impl Metrics {
    /// The text, with the values of the moment that the caller adds.
    pub(super) fn text(&self, in_flight: usize, remembered_tokens: usize) -> String {
        let mut text = String::with_capacity(1024);
        let counters = [
            ("connections_total", "Connections accepted.", &self.connections),
            (
                "connections_refused_total",
                "Connections turned away.",
                &self.turned_away,
            ),
            (
                "invokes_succeeded_total",
                "Calls that succeeded.",
                &self.succeeded,
            ),
            (
                "invokes_failed_total",
                "Calls that ended in an error.",
                &self.failed,
            ),
            (
                "invokes_unauthenticated_total",
                "Calls that did not authenticate.",
                &self.unauthenticated,
            ),
            (
                "invokes_limited_total",
                "Calls refused for their number.",
                &self.limited,
            ),
            (
                "requests_malformed_total",
                "Requests that were no calls.",
                &self.malformed,
            ),
        ];
        for (name, help, counter) in counters {
            append(&mut text, name, help, "counter", counter.value());
        }
        append(
            &mut text,
            "invokes_in_flight",
            "Calls being answered.",
            "gauge",
            in_flight as u64,
        );
        append(
            &mut text,
            "replay_tokens",
            "Tokens remembered against replay.",
            "gauge",
            remembered_tokens as u64,
        );
        text
    }
}

fn append(text: &mut String, name: &str, help: &str, kind: &str, value: u64) {
    write!(
        text,
        "# HELP butterfly_{name} {help}\n# TYPE butterfly_{name} {kind}\nbutterfly_{name} {value}\n"
    )
    .expect("writing to memory");
}
