//! Commands on instances.

use crate::command::Scope::{InstancePage, Instances};
use crate::command::rows::{changes, destroys, on_instance, startable, stoppable};
use crate::command::{Command, Id};

pub(super) static COMMANDS: &[Command] = &[
    changes(
        Id::StartInstance,
        "start",
        "start",
        "Host the selected local instance in this process",
        &[Instances, InstancePage],
        90,
        &["s"],
    )
    .when(startable)
    .taking("[INSTANCE]"),
    destroys(
        Id::StopInstance,
        "stop",
        "stop",
        "Stop the selected instance; nothing acknowledged is lost",
        &[Instances, InstancePage],
        88,
        &["S"],
    )
    .when(stoppable)
    .taking("[INSTANCE]"),
    changes(
        Id::InitInstance,
        "init",
        "host new",
        "Make a local instance and host it here",
        &[Instances],
        70,
        &["n"],
    ),
    changes(
        Id::AddRemote,
        "add",
        "add remote",
        "Add someone else's instance from plain values",
        &[Instances],
        68,
        &["a"],
    ),
    destroys(
        Id::RemoveInstance,
        "remove",
        "remove",
        "Forget a remote, or remove a local instance with its data",
        &[Instances, InstancePage],
        40,
        &["x"],
    )
    .when(on_instance)
    .taking("[INSTANCE]"),
];
