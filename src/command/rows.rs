//! What rows of the table are made of: kinds of commands, and when they can be done.

use super::{Command, Id, Scope, Situation};

pub(super) fn always(_: &Situation) -> bool {
    true
}
pub(super) fn somewhere_to_go_back(situation: &Situation) -> bool {
    situation.page || situation.zoomed || situation.filtered
}
pub(super) fn on_instance(situation: &Situation) -> bool {
    situation.instance.is_some()
}
pub(super) fn on_local(situation: &Situation) -> bool {
    situation.instance.is_some_and(|instance| instance.local)
}
pub(super) fn startable(situation: &Situation) -> bool {
    situation
        .instance
        .is_some_and(|instance| instance.local && instance.stopped)
}
pub(super) fn stoppable(situation: &Situation) -> bool {
    situation.instance.is_some_and(|instance| instance.hosted_here)
}
pub(super) fn editable(situation: &Situation) -> bool {
    situation.instance.is_some_and(|instance| instance.editable)
}
pub(super) fn among_instances(situation: &Situation) -> bool {
    situation.instances
}
pub(super) fn when_unknown(situation: &Situation) -> bool {
    situation.unknown
}
pub(super) fn on_pointer(situation: &Situation) -> bool {
    situation.pointer
}
pub(super) fn on_pointers(situation: &Situation) -> bool {
    situation.pointer || (situation.marked && !situation.page)
}
pub(super) fn on_federated(situation: &Situation) -> bool {
    situation.federated
}
pub(super) fn on_link(situation: &Situation) -> bool {
    situation.leads_somewhere
}
pub(super) fn on_selected_link(situation: &Situation) -> bool {
    situation.link
}
pub(super) fn on_trail(situation: &Situation) -> bool {
    situation.trail
}
pub(super) fn on_credential(situation: &Situation) -> bool {
    situation.credential
}
pub(super) fn on_revocable(situation: &Situation) -> bool {
    situation.revocable
}
pub(super) fn on_regrantable(situation: &Situation) -> bool {
    situation.regrantable
}
pub(super) fn on_rotatable(situation: &Situation) -> bool {
    situation.rotatable
}
pub(super) fn on_suspendable(situation: &Situation) -> bool {
    situation.suspendable
}
pub(super) fn on_suspended(situation: &Situation) -> bool {
    situation.suspended
}
pub(super) fn on_held(situation: &Situation) -> bool {
    situation.held
}
pub(super) fn on_invoke(situation: &Situation) -> bool {
    situation.invoke
}
pub(super) fn when_marked(situation: &Situation) -> bool {
    situation.marked
}
pub(super) fn on_tree(situation: &Situation) -> bool {
    situation.tree
}
pub(super) fn on_tree_or_table(situation: &Situation) -> bool {
    situation.tree || situation.table
}
pub(super) fn on_tree_or_comparison(situation: &Situation) -> bool {
    situation.tree || situation.comparison
}
pub(super) fn on_invoke_or_comparison(situation: &Situation) -> bool {
    situation.invoke || situation.comparison
}
pub(super) fn on_table(situation: &Situation) -> bool {
    situation.table
}
pub(super) fn on_matches(situation: &Situation) -> bool {
    situation.matches
}
pub(super) fn on_reply(situation: &Situation) -> bool {
    situation.reply
}
pub(super) fn on_pointer_or_invoke(situation: &Situation) -> bool {
    situation.pointer || situation.invoke
}
pub(super) fn on_domain(situation: &Situation) -> bool {
    situation.domain
}
pub(super) fn on_nameable(situation: &Situation) -> bool {
    situation.nameable
}
pub(super) fn on_open_connection(situation: &Situation) -> bool {
    situation.open_connection
}
pub(super) fn on_closed_connection(situation: &Situation) -> bool {
    situation.closed_connection
}
pub(super) fn when_filtered(situation: &Situation) -> bool {
    situation.filtered
}
pub(super) fn when_busy(situation: &Situation) -> bool {
    situation.busy
}

/// A command that only shows.
pub(super) const fn shows(
    id: Id,
    name: &'static str,
    label: &'static str,
    doc: &'static str,
    scopes: &'static [Scope],
    weight: u8,
    keys: &'static [&'static str],
) -> Command {
    Command {
        id,
        name,
        label,
        doc,
        scopes,
        dangerous: false,
        changes: false,
        weight,
        available: always,
        keys,
        also: &[],
        argument: "",
    }
}

/// A command that changes something.
pub(super) const fn changes(
    id: Id,
    name: &'static str,
    label: &'static str,
    doc: &'static str,
    scopes: &'static [Scope],
    weight: u8,
    keys: &'static [&'static str],
) -> Command {
    Command {
        changes: true,
        ..shows(id, name, label, doc, scopes, weight, keys)
    }
}

/// A command that destroys something, and asks first.
pub(super) const fn destroys(
    id: Id,
    name: &'static str,
    label: &'static str,
    doc: &'static str,
    scopes: &'static [Scope],
    weight: u8,
    keys: &'static [&'static str],
) -> Command {
    Command {
        dangerous: true,
        ..changes(id, name, label, doc, scopes, weight, keys)
    }
}

impl Command {
    pub(super) const fn when(self, available: fn(&Situation) -> bool) -> Self {
        Self { available, ..self }
    }

    /// Gives it keys in one scope that it has nowhere else.
    pub(super) const fn also(self, also: &'static [(Scope, &'static str)]) -> Self {
        Self { also, ..self }
    }

    pub(super) const fn taking(self, argument: &'static str) -> Self {
        Self { argument, ..self }
    }
}
