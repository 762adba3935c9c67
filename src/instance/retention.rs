//! How long, and up to which size, an instance keeps its audit trail: what is older or more goes, oldest first.
//!
//! In steps, so that no call waits long for its own record, and each step puts on record what went and where the trail
//! ended then: it can be walked after each of them, and heads that were kept elsewhere are not contradicted. The settings
//! are read each time, so that a change of them holds for an instance that runs, whoever hosts it.
//!
//! A clock that is wrong must not empty the trail, which is there for days on which something is wrong. So how old a record
//! is counts by the time that the trail itself bears out: what it had seen a day ago, and that day. A clock that is ahead
//! makes nothing old before it was so for a day; and of an instance that was not used for long, nothing goes before that.

use super::folder::Folder;
use super::settings::{AuditKept, Settings};
use crate::model::Timestamp;
use crate::store::{AuditCut, AuditExtent, AuditLog, AuditOutcome, NewAuditRecord, StoreError};
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How often it is looked whether anything is to go.
const LOOK: Duration = Duration::from_secs(60);
/// Between two steps.
const PAUSE: Duration = Duration::from_secs(1);
/// Records that go in one step: some hundredths of a second.
const STEP: u64 = 10_000;
/// Seconds by which a record is over its time before any goes, so that not each look leaves a record of its own.
const DAY: i64 = 86_400;
/// The word for it in the trail.
const PRUNED: &str = "prune_audit_log";

/// Keeps an audit trail within what its instance is told.
pub(super) struct Retention {
    log: Arc<dyn AuditLog>,
    folder: Folder,
    /// The instance, which the record is about.
    own: String,
    /// As they were read last.
    kept: AuditKept,
}

/// What is to go now, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Due {
    cut: AuditCut,
    reason: String,
}

fn too_old(extent: &AuditExtent, kept: AuditKept, now: Timestamp) -> Option<Due> {
    if kept.days == 0 {
        return None;
    }
    let oldest_kept = now.plus_seconds(-i64::from(kept.days) * DAY);
    let is_over = extent.oldest? < oldest_kept.plus_seconds(-DAY);
    is_over.then(|| Due {
        cut: AuditCut::Before(oldest_kept),
        reason: format!("older than {} days", kept.days),
    })
}

/// A tenth more than what is too much goes, so that it is not too much again at once.
fn too_large(extent: &AuditExtent, kept: AuditKept) -> Option<Due> {
    let most = u64::from(kept.mib) * 1024 * 1024;
    if most == 0 || extent.bytes <= most {
        return None;
    }
    let share = u128::from(extent.records) * u128::from(most / 10 * 9) / u128::from(extent.bytes);
    let staying = u64::try_from(share).unwrap_or(extent.records);
    Some(Due {
        cut: AuditCut::Through(extent.last.saturating_sub(staying)),
        reason: format!("more than {} MiB", kept.mib),
    })
}

impl Retention {
    pub(super) fn new(log: Arc<dyn AuditLog>, folder: Folder, settings: &Settings) -> Self {
        Self {
            log,
            folder,
            own: settings.instance_id.to_string(),
            kept: settings.audit_kept(),
        }
    }

    /// Does so now and then, until the instance closes.
    pub(super) async fn keep(mut self, closing: CancellationToken) {
        while pause(LOOK, &closing).await {
            self.read_again().await;
            let Some(due) = self.look(Timestamp::now()).await else {
                continue;
            };
            tracing::info!(reason = %due.reason, "records of the audit trail go");
            while self.step(&due, Timestamp::now()).await && pause(PAUSE, &closing).await {}
        }
    }

    /// Settings that cannot be read right now hold as they were.
    async fn read_again(&mut self) {
        let folder = self.folder.clone();
        let read = tokio::task::spawn_blocking(move || folder.read_settings()).await;
        match read {
            Ok(Ok(settings)) => self.kept = settings.audit_kept(),
            Ok(Err(error)) => tracing::warn!(%error, "how much of the audit trail is kept could not be read"),
            Err(_) => {}
        }
    }

    /// What is to go at this moment.
    async fn look(&self, now: Timestamp) -> Option<Due> {
        match self.due(now).await {
            Ok(due) => due,
            Err(error) => {
                tracing::warn!(%error, "how much the audit trail holds could not be found out");
                None
            }
        }
    }

    /// What the trail, as it is, has to let go.
    async fn due(&self, now: Timestamp) -> Result<Option<Due>, StoreError> {
        let extent = self.log.extent().await?;
        // Most of the time nothing is, by whatever clock, and the trail need not be asked about that.
        let mut due = too_old(&extent, self.kept, now);
        if due.is_some() {
            due = too_old(&extent, self.kept, self.borne_out(now).await?);
        }
        Ok(due.or_else(|| too_large(&extent, self.kept)))
    }

    /// The time, as far as the trail bears it out.
    async fn borne_out(&self, now: Timestamp) -> Result<Timestamp, StoreError> {
        let yesterday = now.plus_seconds(-DAY);
        let seen = self.log.newest_until(yesterday).await?;
        Ok(seen.unwrap_or(yesterday).plus_seconds(DAY))
    }

    /// Lets some of it go; whether more is left to.
    async fn step(&self, due: &Due, now: Timestamp) -> bool {
        match self.prune(due, now).await {
            Ok(pruned) => pruned == STEP,
            Err(error) => {
                tracing::warn!(%error, "records of the audit trail could not be removed; this is tried again");
                false
            }
        }
    }

    async fn prune(&self, due: &Due, now: Timestamp) -> Result<u64, StoreError> {
        let record = NewAuditRecord {
            at: now,
            app_id: None,
            kid: None,
            jti: None,
            action: PRUNED.to_owned(),
            subject: Some(self.own.clone()),
            outcome: AuditOutcome::Done,
            reason: Some(due.reason.clone()),
        };
        self.log.prune(due.cut, STEP, record).await
    }
}

/// Waits; whether the instance is still open.
async fn pause(duration: Duration, closing: &CancellationToken) -> bool {
    tokio::select! {
        () = tokio::time::sleep(duration) => true,
        () = closing.cancelled() => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seal::random;
    use crate::store::sqlite::SqliteAuditLog;
    use crate::store::{AuditFilter, AuditRecord};

    const MIB: u64 = 1024 * 1024;

    fn day(number: i64) -> Timestamp {
        Timestamp::from_micros(0).plus_seconds(number * DAY)
    }

    fn extent(records: u64, bytes: u64, oldest: i64) -> AuditExtent {
        AuditExtent {
            records,
            last: 1_000_000,
            oldest: Some(day(oldest)),
            bytes,
        }
    }

    #[test]
    fn nothing_goes_before_its_time_and_all_that_is_over_it_goes_at_once() {
        let kept = AuditKept { days: 400, mib: 0 };
        let due_on = |now| too_old(&extent(10, 5_000 * MIB, 0), kept, day(now));
        assert_eq!(due_on(401), None);
        let due = due_on(402).unwrap();
        assert_eq!(
            due.cut,
            AuditCut::Before(day(2)),
            "what is a day over goes, and no more"
        );
        assert_eq!(due.reason, "older than 400 days");
        let empty = AuditExtent::default();
        assert_eq!(too_old(&empty, kept, day(5_000)), None);
    }

    #[test]
    fn the_oldest_go_when_it_is_too_large_and_a_tenth_of_the_room_is_free_again() {
        let kept = AuditKept { days: 0, mib: 100 };
        assert_eq!(too_large(&extent(1_000, 100 * MIB, 0), kept), None);
        let due = too_large(&extent(2_000, 200 * MIB, 0), kept).unwrap();
        assert_eq!(due.cut, AuditCut::Through(1_000_000 - 900));
        assert_eq!(due.reason, "more than 100 MiB");
    }

    #[test]
    fn for_ever_is_for_ever() {
        let kept = AuditKept { days: 0, mib: 0 };
        let all = extent(u64::MAX, u64::MAX, 0);
        assert_eq!(too_old(&all, kept, day(1_000_000)), None);
        assert_eq!(too_large(&all, kept), None);
    }

    fn record(at: Timestamp) -> NewAuditRecord {
        NewAuditRecord {
            at,
            app_id: None,
            kid: None,
            jti: None,
            action: "get_graph_stats".to_owned(),
            subject: None,
            outcome: AuditOutcome::Done,
            reason: None,
        }
    }

    /// A trail with a record a day, kept as told.
    async fn kept_for(days: u32, mib: u32, records: i64) -> (tempfile::TempDir, Retention) {
        let folder = tempfile::tempdir().unwrap();
        let log = SqliteAuditLog::create(&folder.path().join("audit.db")).unwrap();
        for number in 0..records - 1 {
            log.append_soon(record(day(number)));
        }
        log.append(record(day(records - 1))).await.unwrap();
        let retention = Retention {
            log: Arc::new(log),
            folder: Folder::at(folder.path()),
            own: random::instance_id().to_string(),
            kept: AuditKept { days, mib },
        };
        (folder, retention)
    }

    async fn run(retention: &Retention, now: Timestamp) -> u64 {
        let mut steps = 0;
        while let Some(due) = retention.look(now).await {
            loop {
                steps += 1;
                if !retention.step(&due, now).await {
                    break;
                }
            }
        }
        steps
    }

    async fn all(retention: &Retention) -> Vec<AuditRecord> {
        let page = retention.log.recent(None, 50_000, AuditFilter::default()).await;
        page.unwrap().records
    }

    #[tokio::test]
    async fn what_is_over_its_time_goes_on_record_and_heads_from_before_raise_no_alarm() {
        let (_folder, retention) = kept_for(10, 0, 30).await;
        let head = retention.log.head().await.unwrap();
        let early = all(&retention).await.pop().unwrap();
        assert_eq!(run(&retention, day(30)).await, 1);
        let left = all(&retention).await;
        assert_eq!(left.len(), 11, "ten days and the record of what went");
        let newest = &left[0];
        assert_eq!((newest.action.as_str(), newest.at), (PRUNED, day(30)));
        assert_eq!(newest.subject.as_deref(), Some(retention.own.as_str()));
        let reason = newest.reason.as_deref().unwrap();
        assert!(
            reason.starts_with("older than 10 days; previous head 20 "),
            "{reason}"
        );
        assert_eq!(retention.log.verify().await.unwrap().first_bad, None);
        assert_eq!(retention.log.holds(head).await.unwrap(), Some(true));
        let kept_elsewhere = crate::store::AuditHead {
            sequence: early.sequence,
            hash: early.hash,
        };
        assert_eq!(retention.log.holds(kept_elsewhere).await.unwrap(), None);
        // Nothing more goes, and nothing more is said, until a day has passed.
        assert_eq!(run(&retention, day(30)).await, 0);
    }

    #[tokio::test(start_paused = true)]
    async fn it_is_looked_by_itself_and_by_what_the_settings_say_by_then() {
        let (folder, retention) = kept_for(0, 0, 30).await;
        let log = Arc::clone(&retention.log);
        let closing = CancellationToken::new();
        tokio::spawn(retention.keep(closing.clone()));
        tokio::time::sleep(LOOK * 3).await;
        assert_eq!(log.head().await.unwrap().sequence, 30, "for ever");
        std::fs::write(
            folder.path().join("instance.toml"),
            "name = \"alpha\"\ninstance_id = \"inst_0123456789ab\"\nlisten = \"127.0.0.1:5001\"\n\
             endpoint = \"http://127.0.0.1:5001/invoke\"\naudit_days = 1\n",
        )
        .unwrap();
        while log.head().await.unwrap().sequence == 30 {
            tokio::time::sleep(LOOK).await;
        }
        let left = log.extent().await.unwrap();
        assert_eq!(
            (left.records, left.oldest),
            (2, Some(day(29))),
            "and the record of what went"
        );
        closing.cancel();
    }

    #[tokio::test]
    async fn a_clock_that_is_ahead_empties_no_trail_until_it_was_so_for_a_day() {
        let (_folder, retention) = kept_for(400, 0, 30).await;
        let head = async || retention.log.head().await.unwrap().sequence;
        // Twice it begins so far ahead, and is put right after some calls.
        for ahead in [480, 490] {
            retention.log.append(record(day(ahead))).await.unwrap();
            assert_eq!(run(&retention, day(ahead)).await, 0);
            assert_eq!(run(&retention, day(ahead).plus_seconds(3_600)).await, 0);
            retention.log.append(record(day(30))).await.unwrap();
            assert_eq!(run(&retention, day(30)).await, 0);
        }
        assert_eq!(head().await, 34, "nothing went");
        // It stays so: by then it was not the clock that was wrong.
        retention.log.append(record(day(490))).await.unwrap();
        assert_eq!(run(&retention, day(491)).await, 1);
        assert_eq!(
            all(&retention).await.len(),
            6,
            "what came since, and the record of what went"
        );
    }

    #[tokio::test]
    async fn of_an_instance_that_was_not_used_for_long_only_what_is_older_than_its_last_days_goes() {
        let (_folder, retention) = kept_for(10, 0, 30).await;
        assert_eq!(run(&retention, day(5_000)).await, 1);
        let left = all(&retention).await;
        assert_eq!((left.len(), left[1].at, left[10].at), (11, day(29), day(20)));
        assert_eq!(run(&retention, day(5_000)).await, 0);
    }

    #[tokio::test]
    async fn a_trail_that_is_too_large_shrinks_in_steps_to_what_it_may_be() {
        let (_folder, retention) = kept_for(0, 1, 25_000).await;
        let before = retention.log.extent().await.unwrap();
        assert!(before.bytes > MIB * 3 / 2, "{before:?}");
        assert!(run(&retention, day(25_000)).await >= 2);
        let after = retention.log.extent().await.unwrap();
        assert!(after.bytes <= MIB && after.records > 5_000, "{after:?}");
        let left = all(&retention).await;
        assert_eq!(left[1].action, PRUNED);
        assert!(
            left.iter().any(|record| record.at == day(24_999)),
            "the youngest stay"
        );
        assert_eq!(retention.log.verify().await.unwrap().first_bad, None);
    }
}
