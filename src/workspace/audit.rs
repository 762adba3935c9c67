//! Audit trails of instances: reading them, and proving that nothing was taken out.
//!
//! A trail alone cannot tell that all of it was written anew, or that its end was cut off by somebody who knows how.
//! So its end is kept here, in the vault, and with the peers of the federation, and compared.

use super::session::{PATIENCE, Session};
use super::{AuditReport, Failure, HeadCheck, Workspace};
use crate::model::Timestamp;
use crate::model::filter::Filter;
use crate::protocol::{CallContext, Query};
use crate::store::{AuditFilter, AuditHead, AuditPage, AuditRecord, HeadSide};
use crate::vault::InstanceRecord;
use jiff::tz::TimeZone;
use serde::Deserialize;
use serde_json::{Value, json};

/// Records that an instance gives in one reply.
const PAGE: u32 = 1000;
/// Seconds after which a probe looks anew at where a trail ends.
const STALE: i64 = 60;
/// Seconds that walking a whole trail may take.
const WALK: i64 = 120;

/// What `verify_audit` gives.
#[derive(Deserialize)]
struct Verified {
    records: u64,
    head: String,
    #[serde(default)]
    head_sequence: u64,
    first_bad: Option<u64>,
    #[serde(default)]
    line: Option<AuditRecord>,
    #[serde(default)]
    held: Vec<Option<bool>>,
    #[serde(default)]
    peers: Vec<PeerHead>,
}

/// A head that an instance exchanged with a peer.
#[derive(Deserialize)]
struct PeerHead {
    peer: String,
    side: HeadSide,
    head: AuditHead,
    seen_at: Timestamp,
    holds: Option<bool>,
}

impl Workspace {
    /// Records of an instance's audit trail that fit, newest first, older than `before` if given. So many are looked at
    /// that nobody has to wait long: the page may be short and not the last.
    pub async fn audit_page(
        &self,
        instance: &str,
        filter: &Filter,
        before: Option<u64>,
        limit: u32,
    ) -> Result<AuditPage, Failure> {
        let mut session = self.session(instance).await?;
        let page = read(&mut session, filter, before, limit).await;
        session.close().await;
        page
    }

    /// So many of them, however far one has to look for them.
    pub async fn audit(
        &self,
        instance: &str,
        filter: &Filter,
        before: Option<u64>,
        limit: u32,
    ) -> Result<Vec<AuditRecord>, Failure> {
        let mut session = self.session(instance).await?;
        let read = read_on(&mut session, filter, before, limit).await;
        session.close().await;
        read
    }

    /// Walks the trail and compares its end with what this console and the peers of the federation have kept.
    pub async fn verify_audit(&self, instance: &str) -> Result<AuditReport, Failure> {
        let mut session = self.session(instance).await?;
        let kept = self.kept_head(&session.record).await?;
        let verified = walk(&mut session, kept.as_ref()).await;
        let record = session.record.clone();
        session.close().await;
        let report = report(instance, verified?, kept);
        if report.valid {
            self.keep_head(&record, &report.head).await?;
        }
        Ok(report)
    }

    /// Begins a new segment of an instance's audit trail; gives where the old one ended.
    pub async fn clear_audit(&self, instance: &str) -> Result<AuditHead, Failure> {
        #[derive(Deserialize)]
        struct Cleared {
            cleared: AuditHead,
        }
        let query = Query::new("clear_audit_log", json!({}));
        let mut session = self.session(instance).await?;
        let result = session.result(&query).await;
        let unexpected = session.unexpected(query.action());
        session.close().await;
        let cleared: Cleared = serde_json::from_value(result?).map_err(|_| unexpected)?;
        Ok(cleared.cleared)
    }

    /// Notes where the trail of an instance of ours ends, unless that was done a moment ago; what is wrong with it, if
    /// it does not go on from where it was. Whether the instance answers at all is not asked here.
    pub(super) async fn watch_audit(&self, record: &InstanceRecord) -> Option<String> {
        let kept = self.kept_head(record).await.ok()?;
        let now = Timestamp::now();
        if kept
            .as_ref()
            .is_some_and(|kept| kept.seen_at.plus_seconds(STALE) > now)
        {
            return None;
        }
        #[derive(Deserialize)]
        struct Shown {
            head: AuditHead,
            known_holds: Option<bool>,
        }
        let known = kept.as_ref().map(|kept| &kept.head);
        let query = Query::new("exchange_audit_heads", json!({ "known": known }));
        let mut session = self.wire_session(record.clone()).await.ok()?;
        let shown: Shown = serde_json::from_value(session.result(&query).await.ok()?).ok()?;
        match kept {
            Some(kept) if shown.known_holds == Some(false) => Some(format!(
                "the audit trail does not go on from record {}, where it ended on {}; see `butterfly audit verify {}`",
                kept.head.sequence, kept.seen_at, record.name
            )),
            _ => {
                let kept = self.keep_head(record, &shown.head).await;
                kept.err().map(|failure| failure.to_string())
            }
        }
    }

    async fn kept_head(&self, record: &InstanceRecord) -> Result<Option<HeadCheck>, Failure> {
        let Some(id) = record.instance_id.clone() else {
            return Ok(None);
        };
        let kept = self.in_vault(move |vault| vault.audit_head(id.as_str())).await?;
        Ok(kept.map(|(sequence, hash, seen_at)| HeadCheck {
            kept_by: CONSOLE.to_owned(),
            head: AuditHead { sequence, hash },
            seen_at,
            holds: None,
        }))
    }

    async fn keep_head(&self, record: &InstanceRecord, head: &AuditHead) -> Result<(), Failure> {
        let Some(id) = record.instance_id.clone() else {
            return Ok(());
        };
        let head = head.clone();
        self.in_vault(move |vault| {
            vault.keep_audit_head(id.as_str(), head.sequence, &head.hash, Timestamp::now())
        })
        .await
    }
}

/// Who keeps what is in the vault.
const CONSOLE: &str = "console";

async fn read_on(
    session: &mut Session<'_>,
    filter: &Filter,
    before: Option<u64>,
    limit: u32,
) -> Result<Vec<AuditRecord>, Failure> {
    let wanted = usize::try_from(limit).unwrap_or(usize::MAX);
    let (mut records, mut before) = (Vec::new(), before);
    while records.len() < wanted {
        let left = u32::try_from(wanted - records.len()).unwrap_or(u32::MAX);
        let page = read(session, filter, before, left).await?;
        records.extend(page.records);
        before = page.next;
        if before.is_none() {
            break;
        }
    }
    records.truncate(wanted);
    Ok(records)
}

async fn read(
    session: &mut Session<'_>,
    filter: &Filter,
    before: Option<u64>,
    limit: u32,
) -> Result<AuditPage, Failure> {
    #[derive(Deserialize)]
    struct Told {
        records: Vec<AuditRecord>,
        next: Option<u64>,
        filter: Option<String>,
    }
    let (now, zone) = (Timestamp::now(), TimeZone::system());
    let mut query = Query::new("get_audit", json!({"before": before, "limit": limit.min(PAGE)}));
    if !filter.is_empty() {
        query = query.with("filter", json!(filter.in_utc(now, &zone).to_string()));
    }
    let result = session.result(&query).await?;
    let told: Told = serde_json::from_value(result).map_err(|_| session.unexpected(query.action()))?;
    let mut page = AuditPage {
        records: told.records,
        next: told.next,
    };
    if told.filter.is_none() {
        // An older instance gives them as they come.
        let ready = AuditFilter::new(filter, now, &zone);
        page.records.retain(|record| ready.fits(record));
    }
    Ok(page)
}

/// Has the instance ask its peers what they kept, and walk its trail.
async fn walk(session: &mut Session<'_>, kept: Option<&HeadCheck>) -> Result<Verified, Failure> {
    // An instance that is read-only or of an older version does not ask them; what was exchanged before still counts.
    let asked: Result<Value, Failure> = session.result(&Query::new("exchange_heads_now", json!({}))).await;
    if let Err(failure) = &asked {
        tracing::debug!(%failure, "peers were not asked for the heads that they kept");
    }
    let heads: Vec<&AuditHead> = kept.iter().map(|kept| &kept.head).collect();
    let query = Query::new("verify_audit", json!({ "heads": heads }));
    let context = CallContext::begin(Timestamp::now(), WALK.max(PATIENCE));
    let result = session.result_within(&query, &context).await?;
    serde_json::from_value(result).map_err(|_| session.unexpected(query.action()))
}

fn report(instance: &str, verified: Verified, console: Option<HeadCheck>) -> AuditReport {
    let head = AuditHead {
        sequence: verified.head_sequence,
        hash: verified.head,
    };
    let mut kept: Vec<HeadCheck> = Vec::new();
    if let Some(console) = console {
        kept.push(HeadCheck {
            holds: verified.held.first().copied().flatten(),
            ..console
        });
    }
    let peers = verified
        .peers
        .into_iter()
        .filter(|peer| peer.side == HeadSide::Ours);
    kept.extend(peers.map(|peer| HeadCheck {
        kept_by: peer.peer,
        head: peer.head,
        seen_at: peer.seen_at,
        holds: peer.holds,
    }));
    let (first_bad, finding) = match verified.first_bad {
        Some(number) => (Some(number), Some(misfit(number, verified.line.as_ref()))),
        None => contradiction(&head, &kept),
    };
    AuditReport {
        instance: instance.to_owned(),
        valid: finding.is_none(),
        records: verified.records,
        head,
        first_bad,
        line: verified.line,
        kept,
        finding,
    }
}

/// What is wrong with a record, in words.
fn misfit(number: u64, line: Option<&AuditRecord>) -> String {
    match line {
        None => format!(
            "record {number} is missing, or cannot be read as a record any more; nothing after it is vouched for"
        ),
        Some(line) => format!(
            "record {number} does not fit: it was changed, moved or put in afterwards; it now says {} at {}; nothing \
             from there on is vouched for",
            if line.action.is_empty() {
                "nothing"
            } else {
                &line.action
            },
            line.at,
        ),
    }
}

/// What the heads that were kept elsewhere say against a trail that fits in itself, and from which record on.
fn contradiction(head: &AuditHead, kept: &[HeadCheck]) -> (Option<u64>, Option<String>) {
    let contradicted = kept.iter().filter(|kept| kept.holds == Some(false));
    let Some(earliest) = contradicted.min_by_key(|kept| kept.head.sequence) else {
        return (None, None);
    };
    let (seen, by, at) = (earliest.head.sequence, &earliest.kept_by, earliest.seen_at);
    if head.sequence < seen {
        let number = head.sequence + 1;
        let words = format!(
            "record {number} is missing: the trail ends with record {}, but {by} saw record {seen} on {at}; its tail was cut off",
            head.sequence
        );
        return (Some(number), Some(words));
    }
    let words = format!(
        "record {seen} is not the one that {by} saw on {at}; the trail was written anew from there or from before"
    );
    (Some(seen), Some(words))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(kept_by: &str, sequence: u64, holds: Option<bool>) -> HeadCheck {
        HeadCheck {
            kept_by: kept_by.to_owned(),
            head: AuditHead {
                sequence,
                hash: String::new(),
            },
            seen_at: Timestamp::from_micros(0),
            holds,
        }
    }

    #[test]
    fn the_earliest_contradiction_is_told_with_its_witness() {
        let head = AuditHead {
            sequence: 8,
            hash: String::new(),
        };
        let kept = [
            check("console", 10, Some(false)),
            check("inst_0123456789ab", 5, None),
            check("inst_ba9876543210", 7, Some(true)),
        ];
        let (number, words) = contradiction(&head, &kept);
        assert_eq!(number, Some(9));
        assert!(words.unwrap().contains("console saw record 10"));
        let rewritten = [check("inst_ba9876543210", 7, Some(false))];
        assert_eq!(contradiction(&head, &rewritten).0, Some(7));
        assert_eq!(contradiction(&head, &kept[1..]), (None, None));
    }
}
