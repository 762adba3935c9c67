//! Load generation: many calls on a schedule, and honest figures of what became of them.
//!
//! Two models. *Open*: calls are due at moments that do not depend on the answers, as real callers come; a call's
//! latency counts from the moment at which it was due, so a server that stalls cannot hide the calls that it kept
//! waiting (coordinated omission). *Closed*: so many callers, each of whom calls again when the last answer came; how
//! long others would have waited is computed afterwards, and said to be that.
//!
//! What is due when ([`Schedule`], [`Timeline`]) and what the figures are ([`Recorder`], [`Distribution`]) is pure; only
//! [`run`] waits. It calls through a [`Transport`], so that tests can be the server. Depends on `protocol` alone.

mod distribution;
mod engine;
mod figures;
mod plan;
mod recorder;
mod schedule;
mod share;
#[cfg(test)]
mod tests;
mod timeline;
mod versus;
mod windows;

pub use distribution::{Bucket, Distribution};
pub use engine::{Sent, Transport, Wish, run};
pub use figures::{Figures, Stage};
pub use plan::{Arrivals, Pace, Plan};
pub use recorder::{PhaseTotal, Recorder, Share};
pub use schedule::Schedule;
pub use share::shares_of;
pub use timeline::Timeline;
pub use versus::{Change, Verdict, compare};
pub use windows::{Window, Windows};
