//! Counters of a running instance, and their text for Prometheus (exposition format 0.0.4).

use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

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

/// Upper ends of the buckets of durations, in microseconds: from a call in memory to a relay that is given up.
const BUCKETS_US: [u64; 15] = [
    250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000,
    10_000_000, 30_000_000,
];

/// How long things took.
#[derive(Debug, Default)]
pub(super) struct Durations {
    /// One for each bucket, and one for whatever took longer.
    buckets: [AtomicU64; BUCKETS_US.len() + 1],
    sum_us: AtomicU64,
}

impl Durations {
    pub(super) fn add(&self, took: Duration) {
        let took = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        let place = BUCKETS_US.partition_point(|end| *end < took);
        self.buckets[place].fetch_add(1, Ordering::Relaxed);
        self.sum_us.fetch_add(took, Ordering::Relaxed);
    }

    fn append(&self, text: &mut String, name: &str, help: &str) {
        head(text, name, help, "histogram");
        let mut sum = 0;
        for (place, bucket) in self.buckets.iter().enumerate() {
            sum += bucket.load(Ordering::Relaxed);
            let end = match BUCKETS_US.get(place) {
                Some(end) => seconds(*end),
                None => "+Inf".to_owned(),
            };
            line(text, format_args!("{name}_bucket{{le=\"{end}\"}} {sum}"));
        }
        let total = seconds(self.sum_us.load(Ordering::Relaxed));
        line(text, format_args!("{name}_sum {total}"));
        line(text, format_args!("{name}_count {sum}"));
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
    /// How long calls took, from their head to their answer, whatever it was.
    pub durations: Durations,
}

/// What the moment adds to the counters.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Moment {
    /// Calls being answered.
    pub in_flight: usize,
    /// Tokens remembered against replay.
    pub remembered_tokens: usize,
    /// Whether calls can be answered.
    pub is_ready: bool,
    /// Whether the audit trail refuses records.
    pub is_audit_failing: bool,
    /// Bytes of the database and its write-ahead log.
    pub database_bytes: u64,
    /// The same of the audit trail.
    pub audit_bytes: u64,
}

impl Metrics {
    /// The text.
    pub(super) fn text(&self, moment: Moment) -> String {
        let mut text = String::with_capacity(4096);
        head(&mut text, "build_info", "The program.", "gauge");
        let version = env!("CARGO_PKG_VERSION");
        line(&mut text, format_args!("build_info{{version=\"{version}\"}} 1"));
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
        self.durations.append(
            &mut text,
            "invoke_duration_seconds",
            "How long calls took, whatever they ended in.",
        );
        let gauges = [
            (
                "invokes_in_flight",
                "Calls being answered.",
                moment.in_flight as u64,
            ),
            (
                "replay_tokens",
                "Tokens remembered against replay.",
                moment.remembered_tokens as u64,
            ),
            ("ready", "1 while calls are answered.", moment.is_ready.into()),
            (
                "audit_failing",
                "1 while the audit trail cannot be written: nothing is answered then.",
                moment.is_audit_failing.into(),
            ),
        ];
        for (name, help, value) in gauges {
            append(&mut text, name, help, "gauge", value);
        }
        let help = "Bytes of the databases, their write-ahead logs included.";
        head(&mut text, "database_bytes", help, "gauge");
        for (database, bytes) in [("instance", moment.database_bytes), ("audit", moment.audit_bytes)] {
            line(
                &mut text,
                format_args!("database_bytes{{database=\"{database}\"}} {bytes}"),
            );
        }
        text
    }
}

fn append(text: &mut String, name: &str, help: &str, kind: &str, value: u64) {
    head(text, name, help, kind);
    line(text, format_args!("{name} {value}"));
}

fn head(text: &mut String, name: &str, help: &str, kind: &str) {
    write!(
        text,
        "# HELP butterfly_{name} {help}\n# TYPE butterfly_{name} {kind}\n"
    )
    .expect("writing to memory");
}

fn line(text: &mut String, sample: std::fmt::Arguments<'_>) {
    writeln!(text, "butterfly_{sample}").expect("writing to memory");
}

/// Microseconds as seconds, without the noise of binary fractions.
fn seconds(micros: u64) -> String {
    let text = format!("{}.{:06}", micros / 1_000_000, micros % 1_000_000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_fall_into_the_bucket_whose_end_they_do_not_pass() {
        let metrics = Metrics::default();
        for micros in [0, 250, 251, 31_000_000] {
            metrics.durations.add(Duration::from_micros(micros));
        }
        let text = metrics.text(Moment::default());
        for sample in [
            "butterfly_invoke_duration_seconds_bucket{le=\"0.00025\"} 2\n",
            "butterfly_invoke_duration_seconds_bucket{le=\"0.0005\"} 3\n",
            "butterfly_invoke_duration_seconds_bucket{le=\"30\"} 3\n",
            "butterfly_invoke_duration_seconds_bucket{le=\"+Inf\"} 4\n",
            "butterfly_invoke_duration_seconds_sum 31.000501\n",
            "butterfly_invoke_duration_seconds_count 4\n",
        ] {
            assert!(text.contains(sample), "{sample}{text}");
        }
    }

    #[test]
    fn the_moment_is_told_and_every_sample_has_its_help_and_type() {
        let moment = Moment {
            in_flight: 3,
            is_audit_failing: true,
            database_bytes: 4096,
            ..Moment::default()
        };
        let text = Metrics::default().text(moment);
        for sample in [
            "butterfly_invokes_in_flight 3\n",
            "butterfly_audit_failing 1\n",
            "butterfly_ready 0\n",
            "butterfly_database_bytes{database=\"instance\"} 4096\n",
        ] {
            assert!(text.contains(sample), "{sample}{text}");
        }
        for sample in text.lines().filter(|line| !line.starts_with('#')) {
            let name = sample.split(['{', ' ']).next().unwrap();
            let ends = ["_bucket", "_sum", "_count"];
            let family = ends.iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name);
            assert!(text.contains(&format!("# TYPE {family} ")), "{sample}");
            assert!(text.contains(&format!("# HELP {family} ")), "{sample}");
        }
    }
}
