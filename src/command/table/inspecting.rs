//! Commands on the page about an invoke: its trees, its table, what is looked for in them; and on two beside each other.

use crate::command::Scope::{DifferencePage, InvokePage, Log};
use crate::command::rows::{
    on_invoke, on_invoke_or_comparison, on_matches, on_reply, on_table, on_tree, on_tree_or_comparison,
    on_tree_or_table, shows,
};
use crate::command::{Command, Id};

pub(super) static COMMANDS: &[Command] = &[
    shows(
        Id::ToggleFold,
        "fold",
        "fold",
        "Open or close what is selected; show a plain value whole",
        &[InvokePage],
        76,
        &["enter", "o"],
    )
    .when(on_tree_or_table),
    shows(
        Id::FoldIn,
        "fold-in",
        "open",
        "Open what is selected and go into it; in a table, the next column",
        &[InvokePage],
        0,
        &["right", "l"],
    )
    .when(on_tree_or_table),
    shows(
        Id::FoldOut,
        "fold-out",
        "close",
        "Close what is selected or go to what it is in; in a table, the column before",
        &[InvokePage],
        0,
        &["left", "h"],
    )
    .when(on_tree_or_table),
    shows(
        Id::UnfoldAll,
        "unfold-all",
        "open all",
        "Open what is selected and everything in it",
        &[InvokePage],
        0,
        &["O"],
    )
    .when(on_tree),
    shows(
        Id::FoldAll,
        "fold-all",
        "close all",
        "Close what is selected and everything in it",
        &[InvokePage],
        0,
        &["C"],
    )
    .when(on_tree),
    shows(
        Id::FoldDepth,
        "depth",
        "depth",
        "Open everything down to this depth, and nothing below it",
        &[InvokePage],
        0,
        &[],
    )
    .when(on_tree)
    .taking("N"),
    shows(
        Id::FindInReply,
        "find",
        "find",
        "Find a text in names and values, also in what is folded away",
        &[InvokePage, DifferencePage],
        74,
        &["/"],
    )
    .when(on_tree_or_comparison),
    shows(
        Id::NextMatch,
        "next-match",
        "next match",
        "Go to the next match",
        &[InvokePage, DifferencePage],
        73,
        &["n"],
    )
    .when(on_matches),
    shows(
        Id::PreviousMatch,
        "previous-match",
        "match before",
        "Go to the match before",
        &[InvokePage, DifferencePage],
        0,
        &["N"],
    )
    .when(on_matches),
    shows(
        Id::Jq,
        "jq",
        "jq",
        "Evaluate a jq expression over the reply as you type",
        &[InvokePage],
        75,
        &["|"],
    )
    .when(on_reply),
    shows(
        Id::TableOfReply,
        "table",
        "table",
        "Show a list of objects in the reply as a table, or go back to the tree",
        &[InvokePage],
        72,
        &["T"],
    )
    .when(on_reply),
    shows(
        Id::SortTable,
        "sort-table",
        "sort",
        "Sort the table by the selected column: upwards, backwards, as it came",
        &[InvokePage],
        77,
        &["s"],
    )
    .when(on_table),
    shows(
        Id::Raw,
        "raw",
        "raw",
        "Show the reply byte for byte; on the wire, sealed bodies whole",
        &[InvokePage],
        71,
        &["R"],
    )
    .when(on_reply),
    shows(
        Id::CopyPath,
        "copy-path",
        "copy path",
        "Copy the path of what is selected, as jq spells it",
        &[InvokePage],
        0,
        &["p"],
    )
    .when(on_tree_or_table),
    shows(
        Id::CopyValue,
        "copy-value",
        "copy value",
        "Copy the value that is selected",
        &[InvokePage],
        0,
        &["Y"],
    )
    .when(on_tree_or_table),
    shows(
        Id::Pager,
        "pager",
        "own pager",
        "Read what the tab shows, or a comparison, in your own pager: $PAGER, else less",
        &[InvokePage, DifferencePage],
        58,
        &["ctrl-o"],
    )
    .when(on_invoke_or_comparison),
    shows(
        Id::CompareInvokes,
        "compare",
        "compare",
        "Put this invoke beside another one: press it on one, then on the other, or name the other",
        &[Log, InvokePage],
        64,
        &["="],
    )
    .when(on_invoke)
    .taking("[ID]"),
    shows(
        Id::CompareDirect,
        "compare-direct",
        "direct",
        "Ask the target of this call directly, or call it through another instance, and compare",
        &[Log, InvokePage],
        63,
        &["+"],
    )
    .when(on_invoke),
    shows(
        Id::OpenSide,
        "open-side",
        "open",
        "Open the invoke that the selected line is about; where that is both, choose one",
        &[DifferencePage],
        95,
        &["enter"],
    )
    .taking("[first|second]"),
    shows(
        Id::CopyDifference,
        "copy-difference",
        "copy",
        "Copy the selected line, all lines, or the command that shows them",
        &[DifferencePage],
        64,
        &["y"],
    )
    .taking("[line|all|command]"),
];
