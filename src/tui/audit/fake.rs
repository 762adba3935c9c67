//! A made-up trail of many records.

use super::errand::{Errand, News, PAGE};
use crate::model::filter::Filter;
use crate::model::{AppId, KeyId};
use crate::store::{AuditFilter, AuditHead, AuditOutcome, AuditPage, AuditRecord};
use crate::tui::fake::common::now;
use crate::workspace::{AuditReport, HeadCheck};
use jiff::tz::TimeZone;

/// Records that the made-up trail has.
pub const RECORDS: u64 = 1_234;

/// Records that are looked at for one page.
const LOOKED_AT: u64 = 400;

/// What an instance would answer.
pub fn answer(errand: Errand) -> News {
    match errand {
        Errand::Records(instance, filter, before) => {
            let page = page(&filter, before);
            News::Records(instance, filter, before, Ok(page))
        }
        Errand::Verify(instance) => News::Verified(instance, Ok(Box::new(report()))),
    }
}

/// A page, for which an instance looks at no more than some records.
pub fn page(filter: &Filter, before: Option<u64>) -> AuditPage {
    let ready = AuditFilter::new(filter, now(), &TimeZone::UTC);
    let mut page = AuditPage::default();
    let newest = before.map_or(RECORDS, |before| before - 1);
    for sequence in (1..=newest).rev() {
        let record = record(sequence);
        if ready.fits(&record) {
            page.records.push(record);
        }
        let is_full = page.records.len() >= PAGE as usize;
        if (is_full || newest - sequence >= LOOKED_AT) && sequence > 1 {
            page.next = Some(sequence);
            break;
        }
    }
    page
}

/// The record of this number.
pub fn record(sequence: u64) -> AuditRecord {
    use AuditOutcome::{Denied, Done, Failed, Intent};
    let (who, action, subject, outcome, reason) = match sequence % 9 {
        0 => (
            Some("alpha-federation"),
            "get_pointer_summary",
            Some("ptr_00000000002a"),
            Done,
            None,
        ),
        1 => (None, "", None, Denied, Some("token_expired")),
        2 => (
            Some("owner"),
            "create_pointer",
            Some("ptr_00000000002b"),
            Done,
            None,
        ),
        3 => (Some("owner"), "create_pointer", None, Intent, None),
        4 => (
            Some("museum-reader"),
            "delete_pointer",
            Some("ptr_000000000007"),
            Denied,
            Some("denied_by_grant: actions"),
        ),
        5 => (
            Some("owner"),
            "relay",
            Some("conn_0123456789ab"),
            Failed,
            Some("peer_unreachable"),
        ),
        6 => (Some("owner"), "relay", Some("conn_0123456789ab"), Intent, None),
        7 => (
            Some("alpha-federation"),
            "search_pointers_by_description",
            None,
            Done,
            None,
        ),
        _ => (
            Some("owner"),
            "issue_credential",
            Some("museum-reader"),
            Done,
            None,
        ),
    };
    let minutes = i64::try_from(RECORDS.saturating_sub(sequence)).unwrap();
    AuditRecord {
        sequence,
        at: now().plus_seconds(-60 * minutes),
        app_id: who.map(|who| AppId::parse(who).unwrap()),
        kid: who.map(|_| KeyId::parse("cred_0123456789ab").unwrap()),
        jti: Some(format!("{sequence:032x}")),
        action: action.to_owned(),
        subject: subject.map(ToOwned::to_owned),
        outcome,
        reason: reason.map(ToOwned::to_owned),
        hash: format!("{:064x}", u128::from(sequence) * 0x1234_5678_9abc_def1),
    }
}

/// A trail that is whole, and was so when its end was kept.
pub fn report() -> AuditReport {
    let head = |sequence: u64| AuditHead {
        sequence,
        hash: record(sequence).hash,
    };
    AuditReport {
        instance: "alpha".into(),
        valid: true,
        records: RECORDS,
        head: head(RECORDS),
        first_bad: None,
        line: None,
        kept: ["console", "inst_0000000000be"]
            .into_iter()
            .zip([1_200, 1_100])
            .map(|(kept_by, sequence)| HeadCheck {
                kept_by: kept_by.into(),
                head: head(sequence),
                seen_at: now().plus_seconds(-3_600),
                holds: Some(true),
            })
            .collect(),
        finding: None,
    }
}

/// A trail from which something was taken.
pub fn broken() -> AuditReport {
    let mut report = report();
    report.valid = false;
    report.first_bad = Some(1_150);
    report.kept[0].holds = Some(false);
    report.finding = Some(
        "record 1,150 does not fit to the one before it: something was changed or taken out there".into(),
    );
    report
}
