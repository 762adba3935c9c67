//! Commands on credentials, and the handshake.

use crate::command::Scope::{CredentialPage, Credentials, InstancePage, Instances, Panes};
use crate::command::rows::{
    changes, destroys, on_credential, on_held, on_local, on_regrantable, on_revocable, on_rotatable,
    on_suspendable, on_suspended, shows,
};
use crate::command::{Command, Id};

pub(super) static COMMANDS: &[Command] = &[
    changes(
        Id::Handshake,
        "handshake",
        "handshake",
        "Join two instances step by step, or go on with a handshake that is under way",
        &[Panes, InstancePage, CredentialPage],
        66,
        &["H"],
    ),
    changes(
        Id::Offer,
        "offer",
        "offer",
        "Let somebody call the selected instance: a handshake, step by step",
        &[Instances, Credentials, InstancePage],
        50,
        &["o"],
    )
    .when(on_local),
    changes(
        Id::Accept,
        "accept",
        "accept",
        "Call someone else's instance: open what they made for you, step by step",
        &[Instances, Credentials],
        48,
        &["A"],
    ),
    destroys(
        Id::RevokeCredential,
        "revoke",
        "revoke",
        "Revoke an issued credential at once, or forget a held one",
        &[Credentials, CredentialPage],
        60,
        &["x"],
    )
    .when(on_revocable),
    changes(
        Id::ChangeCredential,
        "change",
        "change",
        "Change what an issued credential allows, or when it ends; its keys stay",
        &[Credentials, CredentialPage],
        59,
        &["e"],
    )
    .when(on_regrantable),
    shows(
        Id::CheckCredential,
        "check",
        "check",
        "Try a held credential: reachable, TLS key, token, reply, grant",
        &[Credentials, CredentialPage],
        58,
        &["c"],
    )
    .when(on_held),
    changes(
        Id::RotateCredential,
        "rotate",
        "rotate",
        "Give a credential fresh keys, the old ones answered for a while",
        &[Credentials, CredentialPage],
        56,
        &["R"],
    )
    .when(on_rotatable),
    destroys(
        Id::SuspendCredential,
        "suspend-credential",
        "suspend",
        "Refuse an issued credential until it is resumed",
        &[Credentials, CredentialPage],
        54,
        &["p"],
    )
    .when(on_suspendable),
    changes(
        Id::ResumeCredential,
        "resume-credential",
        "resume",
        "Answer a suspended credential again",
        &[Credentials, CredentialPage],
        54,
        &["u"],
    )
    .when(on_suspended),
    changes(
        Id::ResealCircuits,
        "reseal",
        "reseal",
        "Seal circuits anew that are sealed under a key which this credential no longer has",
        &[Credentials, CredentialPage],
        10,
        &[],
    )
    .when(on_held),
    shows(
        Id::ExportCredential,
        "export-credential",
        "export",
        "Show a credential's values in plain text, after a question, for whoever takes them elsewhere",
        &[Credentials, CredentialPage],
        10,
        &[],
    )
    .when(on_credential),
    shows(
        Id::CopyCredential,
        "copy-credential",
        "copy",
        "Copy its name, app_id, key id, or the command that shows it; never a secret",
        &[Credentials, CredentialPage],
        28,
        &["y"],
    )
    .when(on_credential)
    .taking("[name|app-id|key-id|command]"),
];
