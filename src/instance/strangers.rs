//! What strangers are refused, as the audit trail has it: one by one as long as they are few, as sums from then on.
//!
//! A trail has a size, and what is oldest goes first: whoever has no credential could fill it and push out what honest
//! people did. So each reason has a small budget of records of its own, which no flood of another one uses up. What is
//! beyond it is counted, and put on record once a minute: how many, why, and where most of them came from, which is what
//! whoever is to stop them has to know.

use super::events::{self, Events, Origin, Weight};
use super::limits::{moment_us, network};
use crate::model::Timestamp;
use crate::store::{AuditLog, AuditOutcome, NewAuditRecord};
use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// Refusals for one reason that are on record one by one at once, and after how long another one of them is.
const AT_ONCE: i64 = 30;
const ANOTHER_US: i64 = 5 * 60 * 1_000_000;
/// How often the others are summed up.
const SUM: Duration = Duration::from_secs(60);
/// Reasons and addresses that are told apart between two sums; the rest are counted together.
const APART: usize = 256;
/// The word for a sum in the trail.
pub(super) const REFUSALS: &str = "refuse_strangers";
/// Reasons that a sum names.
const NAMED: usize = 12;

/// Refusals of strangers, in bounded memory.
#[derive(Debug, Default)]
pub(super) struct Strangers(Mutex<Seen>);

#[derive(Debug, Default)]
struct Seen {
    /// For each reason, until when its budget is used up at the even pace.
    budgets: HashMap<String, i64>,
    reasons: HashMap<String, u64>,
    addresses: HashMap<IpAddr, u64>,
    more: u64,
}

impl Strangers {
    /// Whether a refusal goes on record by itself; if not, it is counted.
    pub(super) fn is_one_of_few(&self, peer: IpAddr, reason: &str) -> bool {
        self.take(peer, reason, moment_us())
    }

    fn take(&self, peer: IpAddr, reason: &str, now_us: i64) -> bool {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.has_budget(reason, now_us) {
            return true;
        }
        seen.count(peer, reason);
        false
    }

    /// Counts a refusal that is on record only as one of many.
    pub(super) fn count(&self, peer: IpAddr, reason: &str) {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        seen.count(peer, reason);
    }

    /// What was counted since the last sum, in words; none if nothing was.
    pub(super) fn sum_up(&self) -> Option<String> {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let more = std::mem::take(&mut seen.more);
        let reasons = std::mem::take(&mut seen.reasons);
        let addresses = std::mem::take(&mut seen.addresses);
        drop(seen);
        (more > 0).then(|| in_words(more, reasons, addresses))
    }
}

impl Seen {
    fn has_budget(&mut self, reason: &str, now_us: i64) -> bool {
        if !self.budgets.contains_key(reason) {
            if self.budgets.len() >= APART {
                self.budgets.retain(|_, through| *through > now_us);
            }
            if self.budgets.len() >= APART {
                return false;
            }
            self.budgets.insert(reason.to_owned(), now_us);
        }
        let Some(through) = self.budgets.get_mut(reason) else {
            return false;
        };
        let next = now_us.max(*through) + ANOTHER_US;
        if next - now_us > AT_ONCE * ANOTHER_US {
            return false;
        }
        *through = next;
        true
    }

    fn count(&mut self, peer: IpAddr, reason: &str) {
        self.more += 1;
        if let Some(count) = self.reasons.get_mut(reason) {
            *count += 1;
        } else if self.reasons.len() < APART {
            self.reasons.insert(reason.to_owned(), 1);
        }
        let peer = network(peer);
        if let Some(count) = self.addresses.get_mut(&peer) {
            *count += 1;
        } else if self.addresses.len() < APART {
            self.addresses.insert(peer, 1);
        }
    }
}

/// `1204 more: unknown_kid 1200, wrong_type 4; from 18 addresses, most from 203.0.113.7 (611)`.
fn in_words(more: u64, reasons: HashMap<String, u64>, addresses: HashMap<IpAddr, u64>) -> String {
    let named: Vec<String> = by_count(reasons)
        .into_iter()
        .take(NAMED)
        .map(|(reason, count)| format!("{reason} {count}"))
        .collect();
    let addresses = by_count(addresses);
    let from = match addresses.as_slice() {
        [] => String::new(),
        [(only, _)] => format!("; from {only}"),
        [(first, most), ..] => {
            let at_least = if addresses.len() == APART { "at least " } else { "" };
            let number = addresses.len();
            format!("; from {at_least}{number} addresses, most from {first} ({most})")
        }
    };
    format!("{more} more: {}{from}", named.join(", "))
}

/// The most frequent first.
fn by_count<T: Ord + Hash>(counts: HashMap<T, u64>) -> Vec<(T, u64)> {
    let mut counts: Vec<(T, u64)> = counts.into_iter().collect();
    counts.sort_by(|one, other| other.1.cmp(&one.1).then_with(|| one.0.cmp(&other.0)));
    counts
}

/// Puts the sums on record, and tells them to whoever looks, until the instance closes.
pub(super) fn keep_summing(
    strangers: Arc<Strangers>,
    log: Arc<dyn AuditLog>,
    closing: CancellationToken,
) -> impl Future<Output = ()> {
    summing(strangers, log, events::own(), closing)
}

async fn summing(
    strangers: Arc<Strangers>,
    log: Arc<dyn AuditLog>,
    events: Option<Arc<Events>>,
    closing: CancellationToken,
) {
    let mut is_open = true;
    while is_open {
        is_open = tokio::select! {
            () = tokio::time::sleep(SUM) => true,
            () = closing.cancelled() => false,
        };
        let Some(sum) = strangers.sum_up() else { continue };
        if let Some(events) = &events {
            events.tell(Weight::Warn, Origin::Audit, format!("denied  {REFUSALS}  {sum}"));
        }
        log.append_soon(NewAuditRecord {
            at: Timestamp::now(),
            app_id: None,
            kid: None,
            jti: None,
            action: REFUSALS.to_owned(),
            subject: None,
            outcome: AuditOutcome::Denied,
            reason: Some(sum),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peer(last: u8) -> IpAddr {
        IpAddr::from([203, 0, 113, last])
    }

    #[test]
    fn a_flood_for_one_reason_leaves_room_for_every_other_one() {
        let strangers = Strangers::default();
        let taken = |reason: &str, now| strangers.take(peer(7), reason, now);
        let flood = (0..10_000).filter(|_| taken("unknown_kid", 0)).count();
        assert_eq!(flood, 30);
        assert!(taken("replayed", 0), "something else is on record by itself");
        assert!(!taken("unknown_kid", ANOTHER_US - 1));
        assert!(taken("unknown_kid", ANOTHER_US), "and one now and then");
        assert!(!taken("unknown_kid", ANOTHER_US));
    }

    #[test]
    fn what_is_not_on_record_by_itself_is_summed_up_once() {
        let strangers = Strangers::default();
        assert_eq!(strangers.sum_up(), None);
        for number in 0..100 {
            strangers.take(peer(number % 4), "unknown_kid", 0);
        }
        for _ in 0..3 {
            strangers.count(peer(1), "too_many_failures");
        }
        let sum = strangers.sum_up().unwrap();
        assert_eq!(
            sum,
            "73 more: unknown_kid 70, too_many_failures 3; from 4 addresses, most from 203.0.113.1 (20)"
        );
        assert_eq!(strangers.sum_up(), None);
        strangers.count(peer(9), "wrong_type");
        assert_eq!(
            strangers.sum_up().unwrap(),
            "1 more: wrong_type 1; from 203.0.113.9"
        );
    }

    #[test]
    fn it_stays_small_whatever_is_made_up() {
        let strangers = Strangers::default();
        for number in 0..10_000_u32 {
            strangers.take(IpAddr::from(number.to_be_bytes()), &number.to_string(), 0);
        }
        let seen = strangers.0.lock().unwrap();
        assert!(seen.budgets.len() <= APART && seen.reasons.len() <= APART && seen.addresses.len() <= APART);
    }
}
