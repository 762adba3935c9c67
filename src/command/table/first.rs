//! What one goes to first.

use crate::command::Scope::{
    Audit, CredentialPage, Credentials, DifferencePage, Doctor, Domains, InstanceLog, InstancePage,
    Instances, InvokePage, Log, Map, Panes, PointerPage, Pointers,
};
use crate::command::rows::{shows, somewhere_to_go_back};
use crate::command::{Command, Id};

pub(super) static COMMANDS: &[Command] = &[
    shows(
        Id::Open,
        "open",
        "open",
        "Look closer at what is selected",
        &[Instances, Pointers, Credentials, Log],
        95,
        &["enter"],
    ),
    shows(
        Id::Back,
        "back",
        "back",
        "Close this page, or undo the zoom",
        &[
            Panes,
            InstancePage,
            InstanceLog,
            Map,
            Domains,
            Audit,
            Doctor,
            PointerPage,
            CredentialPage,
            InvokePage,
            DifferencePage,
        ],
        90,
        &["esc"],
    )
    .when(somewhere_to_go_back),
];
