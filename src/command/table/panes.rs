//! Commands on the four panes.

use crate::command::Scope::Panes;
use crate::command::rows::{on_instance, shows};
use crate::command::{Command, Id};

pub(super) static COMMANDS: &[Command] = &[
    shows(
        Id::NextPane,
        "next-pane",
        "next pane",
        "Give the next pane the focus",
        &[Panes],
        58,
        &["tab"],
    ),
    shows(
        Id::PreviousPane,
        "previous-pane",
        "previous pane",
        "Give the pane before the focus",
        &[Panes],
        0,
        &["shift-tab"],
    ),
    shows(
        Id::PaneLeft,
        "pane-left",
        "pane left",
        "Give the pane on the left the focus",
        &[Panes],
        0,
        &["left", "h"],
    ),
    shows(
        Id::PaneRight,
        "pane-right",
        "pane right",
        "Give the pane on the right the focus",
        &[Panes],
        0,
        &["right", "l"],
    ),
    shows(
        Id::ShowInstances,
        "instances",
        "instances",
        "Go to the instances",
        &[Panes],
        0,
        &["1", "g i"],
    )
    .taking("[INSTANCE]"),
    shows(
        Id::ShowPointers,
        "pointers",
        "pointers",
        "Go to the pointers",
        &[Panes],
        0,
        &["2", "g p"],
    )
    .taking("[INSTANCE] [/FILTER]"),
    shows(
        Id::ShowCredentials,
        "credentials",
        "credentials",
        "Go to the credentials",
        &[Panes],
        0,
        &["3", "g c"],
    ),
    shows(
        Id::ShowLog,
        "log",
        "log",
        "Go to the invoke log",
        &[Panes],
        0,
        &["4", "g l"],
    )
    .taking("[@INSTANCE] [FILTER]"),
    shows(
        Id::Zoom,
        "zoom",
        "zoom",
        "Give this pane the whole screen, or take it back",
        &[Panes],
        50,
        &["z"],
    ),
    shows(
        Id::NextInstance,
        "next-instance",
        "next instance",
        "Select the next instance",
        &[Panes],
        35,
        &["]"],
    )
    .when(on_instance),
    shows(
        Id::PreviousInstance,
        "previous-instance",
        "previous instance",
        "Select the instance before",
        &[Panes],
        0,
        &["["],
    )
    .when(on_instance),
];
