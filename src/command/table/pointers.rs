//! Commands on pointers.

use crate::command::Scope::{Audit, Credentials, Instances, Log, Panes, PointerPage, Pointers};
use crate::command::rows::{
    changes, destroys, on_federated, on_instance, on_link, on_pointer, on_pointers, on_selected_link,
    on_trail, shows, when_filtered, when_marked,
};
use crate::command::{Command, Id};

pub(super) static COMMANDS: &[Command] = &[
    shows(
        Id::InvokePointer,
        "invoke",
        "invoke",
        "Invoke this pointer through its connection, or all that are marked",
        &[Pointers, PointerPage],
        90,
        &["i"],
    )
    .when(on_pointers),
    shows(
        Id::CallPointer,
        "call",
        "call",
        "Make the federated call that this pointer stands for, on its own route",
        &[Pointers, PointerPage],
        92,
        &["c"],
    )
    .when(on_federated)
    .taking("[endpoint|circuit|relay]"),
    shows(
        Id::CallByRoute,
        "route",
        "call by route",
        "Choose the route of the federated call",
        &[Pointers, PointerPage],
        80,
        &["C"],
    )
    .when(on_federated),
    shows(
        Id::MarkPointer,
        "mark-pointer",
        "mark",
        "Mark this pointer, or take its mark away: what is done next is done to all that are marked",
        &[Pointers],
        58,
        &["v", "space"],
    )
    .when(on_pointer),
    shows(
        Id::MarkRange,
        "mark-range",
        "mark to here",
        "Mark everything from the last mark to here",
        &[Pointers],
        30,
        &["ctrl-v", "ctrl-space"],
    )
    .when(on_pointer),
    shows(
        Id::MarkAll,
        "mark-all",
        "mark all",
        "Mark all that match the filter, or take all marks away",
        &[Pointers],
        31,
        &["V"],
    )
    .when(on_pointer),
    shows(
        Id::MergeInstances,
        "merge",
        "all instances",
        "Show the pointers of all instances in one list, or of the selected one",
        &[Pointers],
        74,
        &["a"],
    ),
    shows(
        Id::SortColumns,
        "columns",
        "columns",
        "Choose the columns, their order and width, and what is sorted by",
        &[Pointers],
        57,
        &["s"],
    )
    .taking("[COLUMN TO SORT BY]"),
    shows(
        Id::Sort,
        "sort",
        "sort",
        "Sort this list by a column; the same again turns it round, none lets it stand as it comes",
        &[Instances, Credentials, Log],
        0,
        &[],
    )
    .also(&[(Instances, ","), (Credentials, "s"), (Log, "s")])
    .taking("[COLUMN] [desc|asc|none]"),
    shows(
        Id::Unmark,
        "unmark",
        "unmark",
        "Take all marks away",
        &[Pointers],
        30,
        &[],
    )
    .when(when_marked),
    shows(
        Id::Filter,
        "filter",
        "filter",
        "Filter as you type: words, #tag, @instance, route:relay, conn:, domain:, ref:, state:, ~letters, !not",
        &[Pointers, Log, Instances, Credentials],
        85,
        &["/"],
    )
    .taking("[FILTER]"),
    shows(
        Id::ClearFilter,
        "clear",
        "clear filter",
        "Show everything again",
        &[Pointers, Log, Instances, Credentials],
        60,
        &["backspace"],
    )
    .when(when_filtered),
    shows(
        Id::FederatedOnly,
        "federated",
        "federated",
        "Show only pointers that lead to another instance, or all",
        &[Pointers],
        76,
        &["f"],
    ),
    changes(
        Id::NewPointer,
        "new",
        "new",
        "Make a pointer on the selected instance",
        &[Pointers],
        75,
        &["n"],
    )
    .when(on_instance),
    changes(
        Id::EditPointer,
        "edit",
        "edit",
        "Change this pointer's description, reference or tags",
        &[Pointers, PointerPage],
        65,
        &["e"],
    )
    .when(on_pointer),
    destroys(
        Id::DeletePointer,
        "delete",
        "delete",
        "Delete this pointer, or all that are marked, with their relationships",
        &[Pointers, PointerPage],
        40,
        &["x"],
    )
    .when(on_pointers),
    changes(
        Id::DuplicatePointer,
        "duplicate",
        "duplicate",
        "Make a pointer like this one, with its own reference",
        &[Pointers, PointerPage],
        30,
        &["D"],
    )
    .when(on_pointer),
    shows(
        Id::CopyPointer,
        "copy-pointer",
        "copy",
        "Copy its address, reference, description, JSON, or the command for it; of all that are marked, one a line",
        &[Pointers, PointerPage],
        28,
        &["y"],
    )
    .when(on_pointers)
    .taking("[address|reference|description|command|json]"),
    changes(
        Id::TagPointer,
        "tags",
        "tags",
        "Put tags on this pointer and take others off, or on all that are marked",
        &[Pointers, PointerPage],
        45,
        &["T"],
    )
    .when(on_pointers),
    changes(
        Id::AssignPointer,
        "assign",
        "assign",
        "Assign this pointer to a connection or to none, or all that are marked",
        &[Pointers, PointerPage],
        42,
        &["b"],
    )
    .when(on_pointers),
    changes(
        Id::FetchWith,
        "fetch-with",
        "header",
        "Choose the header with which this pointer's data is fetched: for data behind a login",
        &[Pointers, PointerPage],
        0,
        &["W"],
    )
    .when(on_pointer),
    changes(
        Id::KeepHeader,
        "keep-header",
        "keep header",
        "Let the instance keep a header, sealed, for fetching data behind a login",
        &[Pointers, PointerPage],
        0,
        &[],
    )
    .when(on_instance)
    .taking("[POINTER]"),
    changes(
        Id::ImportPointers,
        "import",
        "import",
        "Import pointers from a file: all rows in one step, or none",
        &[Pointers],
        28,
        &["U"],
    )
    .when(on_instance)
    .taking("[FILE]"),
    shows(
        Id::ExportPointers,
        "export-pointers",
        "export",
        "Export pointers to a file: those that are marked, what the filter shows, or all",
        &[Pointers],
        26,
        &["X"],
    )
    .when(on_instance)
    .taking("[FILE]"),
    changes(
        Id::Federate,
        "federate",
        "federate",
        "Make a pointer that leads to another instance",
        &[Pointers, Instances],
        55,
        &["F"],
    )
    .when(on_instance),
    shows(
        Id::FollowLink,
        "follow",
        "go to peer",
        "Go to the instance that this pointer leads to",
        &[PointerPage],
        60,
        &["f"],
    )
    .when(on_link),
    shows(
        Id::GoThere,
        "go",
        "go there",
        "Go where the selected line leads: a neighbour, the credential, the peer",
        &[PointerPage],
        94,
        &["enter"],
    )
    .when(on_selected_link),
    shows(
        Id::WalkBack,
        "walk-back",
        "walk back",
        "Go back to the pointer that you came from",
        &[PointerPage],
        70,
        &["backspace"],
    )
    .when(on_trail),
    shows(
        Id::SaveFilter,
        "save-filter",
        "keep filter",
        "Keep this filter under a name: saved:NAME stands for it in filters of this kind of list",
        &[Pointers, Log, Instances, Credentials, Audit],
        0,
        &[],
    )
    .taking("NAME"),
    shows(
        Id::SavedFilters,
        "saved-filters",
        "kept filters",
        "Filter this list by one that was kept, to choose from",
        &[Panes],
        0,
        &["g f"],
    ),
    shows(
        Id::ForgetFilter,
        "forget-filter",
        "forget filter",
        "Forget a filter that was kept for this kind of list",
        &[Pointers, Log, Instances, Credentials, Audit],
        0,
        &[],
    )
    .taking("NAME"),
];
