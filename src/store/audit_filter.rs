//! How audit trails are filtered: the fields of the filter language that there are for records, and what each means.

use super::{AuditOutcome, AuditRecord};
use crate::model::Timestamp;
use crate::model::filter::{Comparison, Field, Filter, Kind, Term, Test, Text, Value};
use jiff::tz::TimeZone;

/// The words for how something ended.
const OUTCOMES: &[&str] = &[
    AuditOutcome::Intent.as_str(),
    AuditOutcome::Done.as_str(),
    AuditOutcome::Denied.as_str(),
    AuditOutcome::Failed.as_str(),
];

/// The fields of a record.
pub const AUDIT_FIELDS: &[Field] = &[
    Field::new("who", Kind::Text, "the application's id contains this").also(&["app", "app_id"]),
    Field::new("action", Kind::Text, "the action contains this"),
    Field::new(
        "about",
        Kind::Text,
        "what it was about contains this: an address, a name",
    )
    .also(&["subject"]),
    Field::new(
        "outcome",
        Kind::OneOf(OUTCOMES),
        "how it ended; intent is what was about to be done",
    )
    .also(&["ended"]),
    Field::new("why", Kind::Text, "the reason contains this").also(&["reason"]),
    Field::new("key", Kind::Text, "the key's id contains this").also(&["kid"]),
    Field::new("token", Kind::Text, "the token's jti contains this").also(&["jti"]),
    Field::new(
        "since",
        Kind::Moment,
        "not before then: local time, or UTC with a Z behind it",
    ),
    Field::new("before", Kind::Moment, "before then").meaning(Comparison::Below),
];

/// Records are in the order in which they were written, whatever the clock said: one that is older than wanted by
/// more than this ends a search. A clock that was wrong by less hides nothing.
const SLACK_US: i64 = 24 * 3_600 * 1_000_000;

/// A filter made ready for records, its moments resolved.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditFilter {
    checks: Vec<(bool, Check)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Check {
    /// Any part contains it.
    Word(Text),
    /// Any part contains these letters in this order.
    Letters(Text),
    /// This part contains it.
    Part(&'static str, Text),
    Outcome(&'static str),
    At(Comparison, Timestamp),
    /// Nothing that records have.
    Never,
}

impl AuditFilter {
    /// Makes a filter ready, as of a moment and a place.
    pub fn new(filter: &Filter, now: Timestamp, zone: &TimeZone) -> Self {
        let check = |term: &Term| (term.not, Check::of(&term.test, now, zone));
        Self {
            checks: filter.terms.iter().map(check).collect(),
        }
    }

    /// Whether a record gets through.
    pub fn fits(&self, record: &AuditRecord) -> bool {
        self.checks.iter().all(|(not, check)| check.holds(record) != *not)
    }

    /// Whether neither this record nor any before it gets through.
    pub fn ends_at(&self, record: &AuditRecord) -> bool {
        self.checks.iter().any(|check| match check {
            (false, Check::At(Comparison::AtLeast | Comparison::Above | Comparison::Is, since)) => {
                record.at.as_micros() < since.as_micros().saturating_sub(SLACK_US)
            }
            _ => false,
        })
    }
}

impl Check {
    fn of(test: &Test, now: Timestamp, zone: &TimeZone) -> Self {
        match test {
            Test::Word(text) => Self::Word(text.clone()),
            Test::Fuzzy(text) => Self::Letters(text.clone()),
            Test::Field("outcome", _, Value::Word(word)) => Self::Outcome(word),
            Test::Field("since" | "before", comparison, Value::Moment(moment)) => {
                Self::At(*comparison, moment.resolve(now, zone))
            }
            Test::Field(name, _, Value::Text(text)) => Self::Part(name, text.clone()),
            Test::Field(..) => Self::Never,
        }
    }

    fn holds(&self, record: &AuditRecord) -> bool {
        match self {
            Self::Word(text) => parts(record).iter().any(|(_, part)| text.is_in(part)),
            Self::Letters(text) => parts(record).iter().any(|(_, part)| text.letters(part).is_some()),
            Self::Part(name, text) => parts(record)
                .iter()
                .any(|(called, part)| called == name && text.is_in(part)),
            Self::Outcome(word) => record.outcome.as_str() == *word,
            Self::At(comparison, moment) => comparison.holds(record.at.cmp(moment)),
            Self::Never => false,
        }
    }
}

/// What can be looked for in a record, under the names of the fields.
fn parts(record: &AuditRecord) -> [(&'static str, &str); 7] {
    [
        ("who", record.app_id.as_ref().map_or("", |app_id| app_id.as_str())),
        ("action", &record.action),
        ("about", record.subject.as_deref().unwrap_or_default()),
        ("outcome", AuditOutcome::as_str(record.outcome)),
        ("why", record.reason.as_deref().unwrap_or_default()),
        ("key", record.kid.as_ref().map_or("", |kid| kid.as_str())),
        ("token", record.jti.as_deref().unwrap_or_default()),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{AppId, KeyId};

    fn now() -> Timestamp {
        Timestamp::parse("2026-11-27T12:00:00Z").unwrap()
    }

    fn record(seconds_ago: i64) -> AuditRecord {
        AuditRecord {
            sequence: 7,
            at: now().plus_seconds(-seconds_ago),
            app_id: Some(AppId::parse("museum-reader").unwrap()),
            kid: Some(KeyId::parse("cred_0123456789ab").unwrap()),
            jti: Some("f00d".into()),
            action: "delete_pointer".into(),
            subject: Some("ptr_00000000002a".into()),
            outcome: AuditOutcome::Denied,
            reason: Some("denied_by_grant: actions".into()),
            hash: String::new(),
        }
    }

    fn ready(text: &str) -> AuditFilter {
        let filter = Filter::parse(text, AUDIT_FIELDS).unwrap();
        AuditFilter::new(&filter, now(), &TimeZone::UTC)
    }

    #[test]
    fn every_term_says_what_it_says() {
        for (text, fits) in [
            ("", true),
            ("museum", true),
            ("museum delete grant denied", true),
            ("Museum", false),
            ("who:museum", true),
            ("who:delete", false),
            (
                "app:museum action:delete subject:2a reason:grant kid:cred_ jti:f00d",
                true,
            ),
            ("~msmrdr", true),
            ("!who:museum", false),
            ("!outcome:done !outcome:intent", true),
            ("ended:done", false),
            ("since:1h", true),
            ("since:5m", false),
            ("before:11:55 since:11:45", true),
            ("since:2026-11-27T11:51", false),
        ] {
            assert_eq!(ready(text).fits(&record(600)), fits, "{text}");
        }
    }

    #[test]
    fn every_field_has_its_test() {
        for field in AUDIT_FIELDS {
            let value = match field.kind {
                Kind::OneOf(words) => words[0],
                Kind::Moment => "1h",
                _ => "a",
            };
            let filter = ready(&format!("{}:{value}", field.name));
            assert!(
                !filter.checks.iter().any(|(_, check)| *check == Check::Never),
                "{}",
                field.name
            );
        }
    }

    #[test]
    fn a_search_ends_a_day_before_what_is_wanted() {
        let hour = ready("since:1h !who:owner");
        assert!(!hour.ends_at(&record(2 * 3_600)), "a clock may have been wrong");
        assert!(hour.ends_at(&record(26 * 3_600)));
        assert!(!ready("before:1h !since:1h").ends_at(&record(26 * 3_600)));
    }

    #[test]
    fn moments_mean_the_same_elsewhere() {
        let zone = TimeZone::fixed(jiff::tz::offset(5));
        let here = Filter::parse("since:1h before:16:30 who:a", AUDIT_FIELDS).unwrap();
        let told = here.in_utc(now(), &zone).to_string();
        assert_eq!(
            told,
            "since:>=2026-11-27T11:00:00 before:<2026-11-27T11:30:00 who:a"
        );
        let there = Filter::parse(&told, AUDIT_FIELDS).unwrap();
        assert_eq!(
            AuditFilter::new(&there, now().plus_seconds(400), &TimeZone::UTC),
            AuditFilter::new(&here, now(), &zone)
        );
    }
}
