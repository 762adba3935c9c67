//! Which verb of the command line does the same as a command of the console, so that scripts miss nothing; and which
//! command the console has for a verb, so that nobody has to leave it.

use super::Id::{self, *};

/// What the command line has for a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counterpart {
    /// This verb, with the words of its group before it.
    Verb(&'static str),
    /// None, for this reason.
    None(&'static str),
}

const ON_SCREEN: Counterpart = Counterpart::None("it changes only what this screen shows");
const MOVES: Counterpart = Counterpart::None("it moves about on this screen");
const MARKS: Counterpart = Counterpart::None("a script names the pointers that it means");
const COPIES: Counterpart = Counterpart::None("`log show` prints all of it");
const CONSOLE: Counterpart = Counterpart::None("it concerns the running console itself");

/// Every command of the table, each once: a test holds that, so that a new one says what there is for it.
const COUNTERPARTS: &[(Id, Counterpart)] = &[
    (ShowInstances, Counterpart::Verb("instance list")),
    (ShowPointers, Counterpart::Verb("pointer list")),
    (ShowCredentials, Counterpart::Verb("credential list")),
    (ShowLog, Counterpart::Verb("log list")),
    (Filter, Counterpart::Verb("pointer search")),
    (StartInstance, Counterpart::Verb("instance start")),
    (StopInstance, Counterpart::Verb("instance stop")),
    (EditInstance, Counterpart::Verb("instance edit")),
    (ReadOnly, Counterpart::Verb("instance edit")),
    (Colour, Counterpart::Verb("instance edit")),
    (Map, Counterpart::Verb("instance map")),
    (InitInstance, Counterpart::Verb("instance init")),
    (AddRemote, Counterpart::Verb("instance add")),
    (RestartInstance, Counterpart::Verb("instance start")),
    (BackupInstance, Counterpart::Verb("instance backup")),
    (RestoreInstance, Counterpart::Verb("instance restore")),
    (RecoverOwner, Counterpart::Verb("instance recover-owner")),
    (TakeOver, Counterpart::Verb("instance recover-owner")),
    (UseSpareKey, Counterpart::Verb("instance use-spare-key")),
    (RemoveInstance, Counterpart::Verb("instance remove")),
    (NewPointer, Counterpart::Verb("pointer create")),
    (EditPointer, Counterpart::Verb("pointer update")),
    (DeletePointer, Counterpart::Verb("pointer delete")),
    (DuplicatePointer, Counterpart::Verb("pointer duplicate")),
    (TagPointer, Counterpart::Verb("pointer tag")),
    (AssignPointer, Counterpart::Verb("pointer assign")),
    (FetchWith, Counterpart::Verb("pointer update")),
    (KeepHeader, Counterpart::Verb("pointer credential")),
    (ImportPointers, Counterpart::Verb("pointer import")),
    (ExportPointers, Counterpart::Verb("pointer export")),
    (InvokePointer, Counterpart::Verb("invoke")),
    (CallPointer, Counterpart::Verb("call")),
    (CallByRoute, Counterpart::Verb("call")),
    (Federate, Counterpart::Verb("federate")),
    (Compose, Counterpart::Verb("invoke")),
    (Template, Counterpart::Verb("template show")),
    (Repeat, Counterpart::Verb("log replay")),
    (MarkLine, Counterpart::Verb("log mark")),
    (NoteLine, Counterpart::Verb("log note")),
    (CopyLine, Counterpart::Verb("log copy")),
    (CopyPointer, Counterpart::Verb("pointer show")),
    (CopyInstance, Counterpart::Verb("instance show")),
    (CopyCredential, Counterpart::Verb("credential show")),
    (CopyDomain, Counterpart::Verb("domain list")),
    (CopyRecord, Counterpart::Verb("audit list")),
    (CopyParty, Counterpart::Verb("instance show")),
    (CopyDifference, Counterpart::Verb("log diff")),
    (ExportLog, Counterpart::Verb("log export")),
    (EditAgain, Counterpart::Verb("invoke")),
    (LiveTest, Counterpart::Verb("bench")),
    (LoadRuns, Counterpart::Verb("bench list")),
    (CompareInvokes, Counterpart::Verb("log diff")),
    (CompareDirect, Counterpart::Verb("log compare")),
    (OpenSide, Counterpart::Verb("log show")),
    (Jq, Counterpart::Verb("log show")),
    (TabQuery, Counterpart::Verb("log show")),
    (TabReply, Counterpart::Verb("log show")),
    (TabWire, Counterpart::Verb("log show")),
    (TabTrace, Counterpart::Verb("log show")),
    (Handshake, Counterpart::Verb("handshake status")),
    (Offer, Counterpart::Verb("handshake offer")),
    (Accept, Counterpart::Verb("handshake accept")),
    (RevokeCredential, Counterpart::Verb("credential revoke")),
    (RotateCredential, Counterpart::Verb("credential rotate")),
    (SuspendCredential, Counterpart::Verb("credential suspend")),
    (ResumeCredential, Counterpart::Verb("credential resume")),
    (ChangeCredential, Counterpart::Verb("credential change")),
    (CheckCredential, Counterpart::Verb("credential check")),
    (ExportCredential, Counterpart::Verb("credential export")),
    (ResealCircuits, Counterpart::Verb("credential reseal")),
    (Demo, Counterpart::Verb("demo")),
    (Help, Counterpart::Verb("docs")),
    (Refresh, Counterpart::Verb("instance probe")),
    (Cancel, CONSOLE),
    (Messages, CONSOLE),
    (Lock, CONSOLE),
    (ChangeLock, Counterpart::Verb("vault passphrase")),
    (ExportVault, Counterpart::Verb("vault export")),
    (Mouse, CONSOLE),
    (Redraw, CONSOLE),
    (Suspend, CONSOLE),
    (Run, Counterpart::None("a shell is there already")),
    (RunQuietly, Counterpart::None("a shell is there already")),
    (Quit, CONSOLE),
    (Open, MOVES),
    (Back, MOVES),
    (Down, MOVES),
    (Up, MOVES),
    (PageDown, MOVES),
    (PageUp, MOVES),
    (HalfPageDown, MOVES),
    (HalfPageUp, MOVES),
    (Top, MOVES),
    (Bottom, MOVES),
    (NextPane, MOVES),
    (PreviousPane, MOVES),
    (PaneLeft, MOVES),
    (PaneRight, MOVES),
    (Zoom, ON_SCREEN),
    (Wider, ON_SCREEN),
    (Narrower, ON_SCREEN),
    (Taller, ON_SCREEN),
    (Lower, ON_SCREEN),
    (ResetPanes, ON_SCREEN),
    (NextInstance, MOVES),
    (PreviousInstance, MOVES),
    (ClearFilter, ON_SCREEN),
    (SaveFilter, Counterpart::Verb("filter save")),
    (SavedFilters, Counterpart::Verb("filter list")),
    (ForgetFilter, Counterpart::Verb("filter delete")),
    (FederatedOnly, ON_SCREEN),
    (FoldGroup, ON_SCREEN),
    (InstanceLog, Counterpart::Verb("instance log")),
    (TailFollow, ON_SCREEN),
    (TailWeight, ON_SCREEN),
    (TailFilter, ON_SCREEN),
    (MapOpen, MOVES),
    (MapLeft, MOVES),
    (MapRight, MOVES),
    (MapNext, MOVES),
    (MapPrevious, MOVES),
    (MapNear, ON_SCREEN),
    (MapFilter, ON_SCREEN),
    (MapPointers, MOVES),
    (Domains, Counterpart::Verb("domain list")),
    (DomainOpen, MOVES),
    (DomainPointers, MOVES),
    (NewDomain, Counterpart::Verb("domain create")),
    (NewConnection, Counterpart::Verb("connection create")),
    (EditDomain, Counterpart::Verb("domain rename")),
    (DeleteDomain, Counterpart::Verb("domain remove")),
    (EnableConnection, Counterpart::Verb("connection status")),
    (DisableConnection, Counterpart::Verb("connection status")),
    (NewAccessKey, Counterpart::Verb("domain access-key create")),
    (FederateDomains, Counterpart::Verb("domain federate")),
    (AcceptFederation, Counterpart::Verb("domain accept")),
    (Audit, Counterpart::Verb("audit list")),
    (AuditFilter, ON_SCREEN),
    (AuditOnly, ON_SCREEN),
    (AuditVerify, Counterpart::Verb("audit verify")),
    (AuditClear, Counterpart::Verb("audit clear")),
    (Doctor, Counterpart::Verb("doctor")),
    (DoctorAgain, Counterpart::Verb("doctor")),
    (DoctorAll, Counterpart::Verb("doctor")),
    (MarkPointer, MARKS),
    (MarkRange, MARKS),
    (MarkAll, MARKS),
    (MergeInstances, ON_SCREEN),
    (SortColumns, ON_SCREEN),
    (Sort, Counterpart::Verb("log list")),
    (Unmark, MARKS),
    (FollowLog, ON_SCREEN),
    (NextTab, MOVES),
    (PreviousTab, MOVES),
    (ToggleFold, ON_SCREEN),
    (FoldIn, ON_SCREEN),
    (FoldOut, ON_SCREEN),
    (UnfoldAll, ON_SCREEN),
    (FoldAll, ON_SCREEN),
    (FoldDepth, ON_SCREEN),
    (FindInReply, ON_SCREEN),
    (NextMatch, MOVES),
    (PreviousMatch, MOVES),
    (Raw, ON_SCREEN),
    (TableOfReply, ON_SCREEN),
    (SortTable, ON_SCREEN),
    (CopyPath, COPIES),
    (CopyValue, COPIES),
    (Pager, ON_SCREEN),
    (FollowLink, MOVES),
    (GoThere, MOVES),
    (WalkBack, MOVES),
    (Menu, CONSOLE),
    (CommandLine, CONSOLE),
    (
        Theme,
        Counterpart::None("`--theme` says it for one run, `config.toml` for all"),
    ),
];

/// The other way round: what the console has for verbs that messages name, which it shares with scripts. A group
/// stands for all verbs in it; of two that fit, the first counts.
const IN_CONSOLE: &[(&str, Id)] = &[
    ("audit list", Audit),
    ("audit verify", Audit),
    ("bench list", LoadRuns),
    ("bench", LiveTest),
    ("connection assign", AssignPointer),
    ("connection", Domains),
    ("credential export", ExportCredential),
    ("credential revoke", RevokeCredential),
    ("credential rotate", RotateCredential),
    ("credential", ShowCredentials),
    ("demo", Demo),
    ("doctor", Doctor),
    ("domain", Domains),
    ("federate", Federate),
    ("filter save", SaveFilter),
    ("filter delete", ForgetFilter),
    ("filter", SavedFilters),
    ("handshake accept", Accept),
    ("handshake offer", Offer),
    ("handshake", Handshake),
    ("instance add", AddRemote),
    ("instance backup", BackupInstance),
    ("instance edit", EditInstance),
    ("instance init", InitInstance),
    ("instance probe", Refresh),
    ("instance recover-owner", RecoverOwner),
    ("instance remove", RemoveInstance),
    ("instance restore", RestoreInstance),
    ("instance show", ShowInstances),
    ("instance use-spare-key", UseSpareKey),
    ("invoke", Compose),
    ("log copy", CopyLine),
    ("log", ShowLog),
    ("pointer create", NewPointer),
    ("pointer list", ShowPointers),
    ("template", Template),
    ("vault export", ExportVault),
    ("serve", StartInstance),
];

/// The verb, or the group of verbs, that a line of the command line begins with, and what the console has for it.
pub fn in_console(line: &str) -> Option<(&'static str, Id)> {
    let begins = |verb: &str| {
        line.strip_prefix(verb)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
    };
    IN_CONSOLE.iter().copied().find(|(verb, _)| begins(verb))
}

/// All verbs, and groups of verbs, for which the console has something.
#[cfg(test)]
pub fn verbs_in_console() -> impl Iterator<Item = &'static str> {
    IN_CONSOLE.iter().map(|(verb, _)| *verb)
}

/// What the command line has for a command.
pub fn counterpart(id: Id) -> Counterpart {
    COUNTERPARTS
        .iter()
        .find(|(known, _)| *known == id)
        .map(|(_, counterpart)| *counterpart)
        .expect("a test proves that every command is in the list")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::commands;

    #[test]
    fn every_command_says_once_what_the_command_line_has_for_it() {
        for command in commands() {
            let said = COUNTERPARTS.iter().filter(|(id, _)| *id == command.id);
            assert_eq!(
                said.count(),
                1,
                "{}: say in command/verbs.rs which verb of the command line does the same, or why none does",
                command.name
            );
        }
    }
}
