//! A record of an audit trail in words and signs.

use crate::store::{AuditOutcome, AuditRecord};
use crate::tui::theme::{Glyphs, Role};

/// What was asked for; of a call that could not be opened, nobody knows.
pub(super) fn action(record: &AuditRecord) -> String {
    if record.action.is_empty() {
        return "a call".to_owned();
    }
    record.action.clone()
}

/// How something ended, with a sign.
pub(super) fn outcome(outcome: AuditOutcome, glyphs: &Glyphs) -> (&'static str, Role) {
    match outcome {
        AuditOutcome::Intent => (glyphs.changing, Role::Changing),
        AuditOutcome::Done => (glyphs.good, Role::Good),
        AuditOutcome::Denied => (glyphs.bad, Role::Bad),
        AuditOutcome::Failed => (glyphs.warn, Role::Warn),
    }
}
