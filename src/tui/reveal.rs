//! A secret that is shown for a while because a person asked for it, and masks itself again.

use super::effect::Effect;
use super::message::Message;
use crate::model::Timestamp;
use std::time::Duration;

/// How long it is shown, in seconds.
const SHOWN_SECONDS: u32 = 30;

/// Whether a secret is shown, and until when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Reveal(Option<Timestamp>);

impl Reveal {
    /// Shows it for a while, or masks it at once; what brings the masking is to be done.
    pub fn toggle(&mut self, now: Timestamp) -> Vec<Effect> {
        if self.is_on(now) {
            self.0 = None;
            return Vec::new();
        }
        let until = now.plus_seconds(i64::from(SHOWN_SECONDS));
        self.0 = Some(until);
        let wait = Duration::from_secs(u64::from(SHOWN_SECONDS));
        vec![Effect::After(wait, Message::Mask(until))]
    }

    /// Whether it is to be drawn now.
    pub fn is_on(&self, now: Timestamp) -> bool {
        self.0.is_some_and(|until| now < until)
    }

    /// The time that was to end at `until` is over, whatever the clock says: it may have been set back.
    pub fn mask(&mut self, until: Timestamp) {
        if self.0.is_some_and(|mine| mine <= until) {
            self.0 = None;
        }
    }
}
