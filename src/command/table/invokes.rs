//! Commands on queries and the invoke log.

use crate::command::Scope::{InstancePage, InvokePage, Log, Panes, PointerPage, Pointers};
use crate::command::rows::{changes, on_instance, on_invoke, on_pointer_or_invoke, shows};
use crate::command::{Command, Id};

pub(super) static COMMANDS: &[Command] = &[
    shows(
        Id::Compose,
        "query",
        "query",
        "Compose a query for the selected instance: completed, checked, looked at as it would travel, sent. Given JSON is sent at once, unless it destroys something: then it asks",
        &[Panes, InstancePage, PointerPage],
        62,
        &["I"],
    )
    .when(on_instance)
    .taking("[JSON]"),
    shows(
        Id::Template,
        "template",
        "template",
        "Begin a query with one that has a name: kept before (^T in the composer), or in a file of queries/ in the home",
        &[Panes, InstancePage],
        0,
        &[],
    )
    .when(on_instance)
    .taking("[NAME]"),
    shows(
        Id::LiveTest,
        "live-test",
        "live test",
        "Load this pointer or query, by several routes side by side, and see how it bears it",
        &[Pointers, PointerPage, Log, InvokePage],
        45,
        &["B"],
    )
    .when(on_pointer_or_invoke),
    shows(
        Id::LoadRuns,
        "load-runs",
        "kept loads",
        "Loads that were kept: look at their figures, compare them, make one again",
        &[Panes],
        0,
        &["P"],
    ),
    shows(
        Id::Repeat,
        "again",
        "send again",
        "Send the same query again, as a new line of the log",
        &[Log, InvokePage],
        78,
        &["r"],
    )
    .when(on_invoke),
    shows(
        Id::EditAgain,
        "edit-query",
        "edit, resend",
        "Open the composer with this query, to edit it and send it again",
        &[Log, InvokePage],
        68,
        &["e"],
    )
    .when(on_invoke),
    shows(
        Id::FollowLog,
        "freeze",
        "freeze",
        "Freeze the view while new lines are counted, or follow them again",
        &[Log],
        66,
        &["f"],
    ),
    changes(
        Id::MarkLine,
        "mark",
        "mark",
        "Mark the line, or take its mark away: marked lines are kept and can be filtered by",
        &[Log, InvokePage],
        60,
        &["v"],
    )
    .when(on_invoke)
    .also(&[(Log, "space")]),
    changes(
        Id::NoteLine,
        "note",
        "note",
        "Put a note of one line to it, or take it away",
        &[Log],
        59,
        &["n"],
    )
    .when(on_invoke)
    .taking("[TEXT]"),
    shows(
        Id::CopyLine,
        "copy",
        "copy as",
        "Copy it as a command, Python, curl, its query or its reply; never with a secret",
        &[Log, InvokePage],
        64,
        &["y"],
    )
    .when(on_invoke)
    .taking("[FORM]"),
    shows(
        Id::ExportLog,
        "export-log",
        "export",
        "Write what the filter leaves, or what is marked, to a file: JSONL or HAR",
        &[Log],
        40,
        &["X"],
    )
    .taking("[FILE]"),
    shows(
        Id::NextTab,
        "next-tab",
        "next tab",
        "Show the next tab",
        &[InvokePage],
        70,
        &["tab"],
    ),
    shows(
        Id::PreviousTab,
        "previous-tab",
        "previous tab",
        "Show the tab before",
        &[InvokePage],
        0,
        &["shift-tab"],
    ),
    shows(
        Id::TabQuery,
        "tab-query",
        "query",
        "What was asked",
        &[InvokePage],
        0,
        &["1"],
    ),
    shows(
        Id::TabReply,
        "tab-reply",
        "reply",
        "What was answered",
        &[InvokePage],
        0,
        &["2"],
    ),
    shows(
        Id::TabWire,
        "tab-wire",
        "wire",
        "What travelled: token claims, headers, sealed bodies",
        &[InvokePage],
        0,
        &["3"],
    ),
    shows(
        Id::TabTrace,
        "tab-trace",
        "trace",
        "Where the time went, hop by hop",
        &[InvokePage],
        0,
        &["4"],
    ),
];
