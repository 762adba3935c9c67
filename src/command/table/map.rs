//! Commands on the federation map.

use crate::command::Scope::{InstancePage, Map, Panes};
use crate::command::rows::shows;
use crate::command::{Command, Id};

pub(super) static COMMANDS: &[Command] = &[
    shows(
        Id::Map,
        "map",
        "map",
        "The federation map: who can call whom, how each door stands, and what goes through it",
        &[Panes, InstancePage],
        56,
        &["N"],
    ),
    shows(
        Id::MapOpen,
        "map-open",
        "go there",
        "Go to the instance or the credential that is selected on the map",
        &[Map],
        95,
        &["enter"],
    ),
    shows(
        Id::MapPointers,
        "map-pointers",
        "pointers",
        "Go to the federated pointers of whoever calls through what is selected",
        &[Map],
        84,
        &["p"],
    ),
    shows(
        Id::MapNear,
        "map-near",
        "neighbourhood",
        "Show only what is selected and whom it has to do with, or everybody again",
        &[Map],
        82,
        &["f"],
    ),
    shows(
        Id::MapFilter,
        "map-find",
        "find",
        "Show only parties whose name contains what you type, and whom they have to do with",
        &[Map],
        80,
        &["/"],
    ),
    shows(
        Id::CopyParty,
        "copy-party",
        "copy",
        "Copy the URL, name or id of the selected party, or the name, app_id or connection of the selected door",
        &[Map],
        8,
        &["y"],
    )
    .taking("[url|name|id|command|app-id|connection]"),
    shows(
        Id::MapNext,
        "map-next",
        "next",
        "Select the next party or door",
        &[Map],
        70,
        &["tab"],
    ),
    shows(
        Id::MapPrevious,
        "map-previous",
        "previous",
        "Select the party or door before",
        &[Map],
        0,
        &["shift-tab"],
    ),
    shows(
        Id::MapLeft,
        "map-left",
        "left",
        "Select what is nearest to the left",
        &[Map],
        0,
        &["h", "left"],
    ),
    shows(
        Id::MapRight,
        "map-right",
        "right",
        "Select what is nearest to the right",
        &[Map],
        0,
        &["l", "right"],
    ),
];
