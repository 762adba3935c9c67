//! Why a command cannot be done now, in words.

use super::{Command, Situation, Target};

/// What may be missing: in words, and the situation in which it is not.
type Lack = (&'static str, fn(&mut Situation));

fn local(situation: &mut Situation) -> &mut Target {
    let target = situation.instance.get_or_insert_default();
    target.local = true;
    target
}

/// From the simplest to the most particular: the first one that would do is told.
const LACKS: &[Lack] = &[
    ("an instance", |situation| {
        situation.instance.get_or_insert_default();
    }),
    ("a local instance", |situation| {
        local(situation);
    }),
    ("a local instance that nobody hosts", |situation| {
        local(situation).stopped = true;
    }),
    ("an instance hosted by this console", |situation| {
        local(situation).hosted_here = true;
    }),
    ("an instance on disk that this home does not know", |situation| {
        situation.unknown = true;
    }),
    ("a pointer", |situation| situation.pointer = true),
    ("a pointer that leads to another instance", |situation| {
        situation.pointer = true;
        situation.federated = true;
    }),
    ("a pointer whose peer is in this home", |situation| {
        situation.pointer = true;
        situation.federated = true;
        situation.leads_somewhere = true;
    }),
    ("a line that leads somewhere", |situation| situation.link = true),
    ("a pointer that you came from", |situation| situation.trail = true),
    ("a credential", |situation| situation.credential = true),
    ("a credential that can be revoked", |situation| {
        situation.revocable = true
    }),
    ("a credential that is in use", |situation| {
        situation.rotatable = true
    }),
    ("an issued credential that is answered", |situation| {
        situation.suspendable = true;
    }),
    ("a suspended credential", |situation| situation.suspended = true),
    ("a held credential", |situation| situation.held = true),
    ("a line of the invoke log", |situation| situation.invoke = true),
    ("a domain", |situation| situation.domain = true),
    ("a domain or a connection", |situation| situation.nameable = true),
    ("a connection that is open", |situation| {
        situation.open_connection = true;
    }),
    ("a connection that is closed", |situation| {
        situation.closed_connection = true;
    }),
    ("a filter", |situation| situation.filtered = true),
    ("something that is waited for", |situation| situation.busy = true),
    ("a page or a zoomed pane", |situation| situation.page = true),
];

/// Why a command cannot be done now; none if it can.
pub fn missing(command: &Command, situation: &Situation) -> Option<String> {
    if command.is_available(situation) {
        return None;
    }
    if command.changes && situation.read_only {
        return Some("read-only here".to_owned());
    }
    let lack = LACKS.iter().find(|(_, provide)| {
        let mut other = situation.clone();
        provide(&mut other);
        command.is_available(&other)
    });
    Some(match lack {
        Some((words, _)) => format!("needs {words}"),
        None => "not now".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::{Id, command, commands};

    #[test]
    fn what_cannot_be_done_says_why() {
        let nothing = Situation::default();
        let why = |id| missing(command(id), &nothing);
        assert_eq!(why(Id::Quit), None);
        assert_eq!(why(Id::DeletePointer).as_deref(), Some("needs a pointer"));
        assert_eq!(
            why(Id::StartInstance).as_deref(),
            Some("needs a local instance that nobody hosts")
        );
        let reading = Situation {
            read_only: true,
            ..Situation::default()
        };
        assert_eq!(
            missing(command(Id::DeletePointer), &reading).as_deref(),
            Some("read-only here")
        );
        for command in commands() {
            assert_eq!(
                missing(command, &nothing).is_none(),
                command.is_available(&nothing)
            );
        }
    }
}
