//! Commands on instances.

use crate::command::Scope::{InstanceLog, InstancePage, Instances, Panes};
use crate::command::rows::{
    among_instances, changes, destroys, editable, on_instance, on_local, shows, startable, stoppable,
    when_unknown,
};
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
    destroys(
        Id::RestartInstance,
        "restart",
        "restart",
        "Stop the selected instance and host it again; nothing acknowledged is lost",
        &[Instances, InstancePage],
        46,
        &["r"],
    )
    .when(stoppable)
    .taking("[INSTANCE]"),
    shows(
        Id::EditInstance,
        "edit-instance",
        "edit",
        "Change its colour, whether it is read-only, how much of its audit trail it keeps, and for a remote its URL and secret values",
        &[Instances, InstancePage],
        64,
        &["e"],
    )
    .when(editable)
    .taking("[INSTANCE]"),
    shows(
        Id::ReadOnly,
        "read-only",
        "read-only",
        "Refuse to change anything on the selected instance, or allow it again",
        &[Instances, InstancePage],
        0,
        &["w"],
    )
    .when(editable)
    .taking("[on|off]"),
    shows(
        Id::Colour,
        "colour",
        "colour",
        "Give the selected instance the next colour, or the one named by its number",
        &[Instances, InstancePage],
        0,
        &["K"],
    )
    .when(editable)
    .taking("[1-8|none]"),
    shows(
        Id::CopyInstance,
        "copy-instance",
        "copy",
        "Copy its URL, name, id, or the command that shows it",
        &[Instances, InstancePage],
        28,
        &["y"],
    )
    .when(on_instance)
    .taking("[url|name|id|command]"),
    shows(
        Id::InstanceLog,
        "instance-log",
        "its log",
        "Follow the log and the refusals of the selected local instance, whoever hosts it; those of earlier runs too",
        &[Instances, InstancePage],
        60,
        &["L"],
    )
    .when(on_local)
    .taking("[INSTANCE]"),
    shows(
        Id::TailFollow,
        "follow-log",
        "follow or freeze",
        "Freeze the log to read it, or follow it again; what comes meanwhile waits",
        &[InstanceLog],
        80,
        &["f"],
    ),
    shows(
        Id::TailWeight,
        "log-level",
        "level",
        "Show lines that matter less too; after the least, only errors",
        &[InstanceLog],
        78,
        &["v"],
    ),
    shows(
        Id::TailFilter,
        "log-words",
        "words",
        "Show only lines that contain what you type",
        &[InstanceLog],
        76,
        &["/"],
    ),
    shows(
        Id::FoldGroup,
        "fold-group",
        "fold",
        "Fold the local or the remote instances away, or show them again",
        &[Instances],
        15,
        &["f"],
    )
    .when(among_instances),
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
    shows(
        Id::BackupInstance,
        "backup",
        "back up",
        "Write all that the selected local instance keeps into one sealed file, while it runs or while it does not",
        &[Instances, InstancePage],
        44,
        &["b"],
    )
    .when(on_local)
    .taking("[INSTANCE]"),
    changes(
        Id::RestoreInstance,
        "restore",
        "restore",
        "Make a local instance of a backup, or bring the selected one back to it; it must be stopped",
        &[Instances, InstancePage],
        0,
        &["R"],
    ),
    destroys(
        Id::RecoverOwner,
        "recover-owner",
        "new owner",
        "Make a new owner where its credential is lost or in strange hands; the instance must be stopped",
        &[Instances, InstancePage],
        0,
        &["O"],
    )
    .taking("[INSTANCE]"),
    destroys(
        Id::TakeOver,
        "take-over",
        "take over",
        "Take instances over that lie on disk and that this home does not know: each gets a new owner, which this home calls it as; they must be stopped",
        &[Panes],
        72,
        &["g o"],
    )
    .when(when_unknown)
    .taking("[INSTANCE…]"),
    destroys(
        Id::UseSpareKey,
        "use-spare-key",
        "spare TLS key",
        "Show the spare TLS key of a local instance from its next start on; it must be stopped",
        &[Instances, InstancePage],
        0,
        &[],
    )
    .when(on_local)
    .taking("[INSTANCE]"),
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
