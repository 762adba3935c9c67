//! Commands on the audit trail of an instance.

use crate::command::Scope::{Audit, InstancePage, Panes};
use crate::command::rows::{destroys, on_instance, shows};
use crate::command::{Command, Id};

pub(super) static COMMANDS: &[Command] = &[
    shows(
        Id::Audit,
        "audit",
        "audit trail",
        "The audit trail of the selected instance: who asked it for what, and how that ended",
        &[Panes, InstancePage],
        13,
        &["g a"],
    )
    .when(on_instance)
    .taking("[INSTANCE]"),
    shows(
        Id::AuditFilter,
        "audit-filter",
        "filter",
        "Filter all of the trail: words, who:, action:, about:, outcome:, why:, since:1h; !term for what is not wanted",
        &[Audit],
        90,
        &["/"],
    )
    .taking("[FILTER]"),
    shows(
        Id::AuditOnly,
        "audit-only",
        "only",
        "Show only what was refused or failed, then only what changes something, then everything again",
        &[Audit],
        85,
        &["f"],
    ),
    shows(
        Id::AuditVerify,
        "audit-verify",
        "verify",
        "Walk the whole trail, and compare its end with what this console and the peers have kept",
        &[Audit],
        80,
        &["v"],
    ),
    shows(
        Id::CopyRecord,
        "copy-record",
        "copy",
        "Copy the selected record, who asked, what it was about, the token's id, the hash, or the command that shows it",
        &[Audit],
        8,
        &["y"],
    )
    .taking("[json|who|about|token|hash|command]"),
    destroys(
        Id::AuditClear,
        "clear-audit",
        "clear trail",
        "Remove every record of the trail; that it was cleared, and where it ended, stays on record",
        &[Audit, InstancePage],
        0,
        &[],
    )
    .taking("[INSTANCE]"),
];
