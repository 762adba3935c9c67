//! Which verb of the command line does the same as a command of the console, so that scripts miss nothing.

use super::Id::{self, *};
use super::command;

/// What the command line has for a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counterpart {
    /// This verb, with the words of its group before it.
    Verb(&'static str),
    /// None, for this reason.
    None(&'static str),
}

const ON_SCREEN: Counterpart = Counterpart::None("it changes only what this screen shows");
const CONSOLE: Counterpart = Counterpart::None("it concerns the running console itself");

/// Those of which it can be said. What only shows and is not here changes only what the screen shows.
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
    (RemoveInstance, Counterpart::Verb("instance remove")),
    (NewPointer, Counterpart::Verb("pointer create")),
    (EditPointer, Counterpart::Verb("pointer update")),
    (DeletePointer, Counterpart::Verb("pointer delete")),
    (DuplicatePointer, Counterpart::Verb("pointer duplicate")),
    (TagPointer, Counterpart::Verb("pointer tag")),
    (AssignPointer, Counterpart::Verb("pointer assign")),
    (ImportPointers, Counterpart::Verb("pointer import")),
    (ExportPointers, Counterpart::Verb("pointer export")),
    (InvokePointer, Counterpart::Verb("invoke")),
    (CallPointer, Counterpart::Verb("call")),
    (CallByRoute, Counterpart::Verb("call")),
    (Federate, Counterpart::Verb("federate")),
    (Compose, Counterpart::Verb("invoke")),
    (Repeat, Counterpart::Verb("log replay")),
    (MarkLine, Counterpart::Verb("log mark")),
    (NoteLine, Counterpart::Verb("log note")),
    (CopyLine, Counterpart::Verb("log copy")),
    (ExportLog, Counterpart::Verb("log export")),
    (EditAgain, Counterpart::Verb("invoke")),
    (LiveTest, Counterpart::Verb("bench")),
    (LoadRuns, Counterpart::Verb("bench list")),
    (CompareInvokes, Counterpart::Verb("log diff")),
    (CompareDirect, Counterpart::Verb("log compare")),
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
    (CheckCredential, Counterpart::Verb("credential check")),
    (ResealCircuits, Counterpart::Verb("credential reseal")),
    (Demo, Counterpart::Verb("demo")),
    (Help, Counterpart::Verb("docs")),
    (Refresh, Counterpart::Verb("instance probe")),
    (Cancel, CONSOLE),
    (Messages, CONSOLE),
    (Lock, CONSOLE),
    (Mouse, CONSOLE),
    (Redraw, CONSOLE),
    (Suspend, CONSOLE),
    (Quit, CONSOLE),
];

/// What the command line has for a command; none if nobody has said so yet of one that changes something.
pub fn counterpart(id: Id) -> Option<Counterpart> {
    let said = COUNTERPARTS.iter().find(|(known, _)| *known == id);
    match said {
        Some((_, counterpart)) => Some(*counterpart),
        None if !command(id).changes => Some(ON_SCREEN),
        None => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::commands;

    #[test]
    fn every_command_that_changes_something_says_what_the_command_line_has_for_it() {
        for command in commands() {
            assert!(
                counterpart(command.id).is_some(),
                "{}: say in command/verbs.rs which verb of the command line does the same, or why none does",
                command.name
            );
        }
    }
}
