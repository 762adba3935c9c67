//! Laying a person's keys over those of a preset, and telling where two things would be on one key.

use super::Own;
use crate::command::Scope;
use crate::command::keymap::{Binding, Condition};

/// The place of what does not count or is hidden, what is wrong, and what to do.
pub type Conflict = (usize, String, String);

/// Lays a person's bindings over those of a preset.
///
/// In the same scope the person's keys replace the preset's, sequences that begin with them too. A nearer scope hides a farther
/// one: that is what nearer scopes are for, so only a key of the person that is hidden itself is told.
pub fn lay_over(bindings: &mut Vec<Binding>, own: Vec<Own>) -> Vec<Conflict> {
    let mut conflicts = Vec::new();
    let mut kept: Vec<Own> = Vec::new();
    for new in own {
        match kept.iter().find(|old| excludes(&old.binding, &new.binding)) {
            Some(old) => conflicts.push((
                new.at,
                format!(
                    "{} is {} already in {}, and both may be meant at once",
                    old.binding.keys.spelled(),
                    old.binding.line(),
                    old.binding.scope.name()
                ),
                "take another key, or conditions of which only one can hold".to_owned(),
            )),
            None => kept.push(new),
        }
    }
    for new in &kept {
        replace(bindings, &new.binding, new.at, &mut conflicts);
    }
    for new in &kept {
        tell_hidden(bindings, &kept, new, &mut conflicts);
    }
    let mut all: Vec<Binding> = kept.into_iter().map(|own| own.binding).collect();
    all.append(bindings);
    *bindings = all;
    conflicts
}

/// Whether the two, in one scope, cannot both be reached.
fn excludes(old: &Binding, new: &Binding) -> bool {
    old.scope == new.scope
        && touch(old, new)
        && Condition::can_both_hold(old.when.as_ref(), new.when.as_ref())
}

/// The same keys, or the ones are the beginning of the others.
fn touch(one: &Binding, other: &Binding) -> bool {
    one.keys.starts_with(other.keys.keys()) || other.keys.starts_with(one.keys.keys())
}

/// Takes away what the new binding replaces. What it leaves of a command that had only these keys is told.
fn replace(bindings: &mut Vec<Binding>, new: &Binding, at: usize, conflicts: &mut Vec<Conflict>) {
    let goes = |old: &Binding| {
        let replaced = old.scope == new.scope && touch(old, new);
        let stays_below = old.keys == new.keys && new.when.is_some();
        replaced && !stays_below
    };
    let gone: Vec<&Binding> = bindings
        .iter()
        .filter(|old| goes(old) && old.keys != new.keys)
        .collect();
    if !gone.is_empty() {
        let names: Vec<String> = gone
            .iter()
            .map(|old| format!("{} ({})", old.keys.spelled(), old.line()))
            .collect();
        let words = if new.keys.keys().len() < gone[0].keys.keys().len() {
            "begin with it"
        } else {
            "is its beginning"
        };
        conflicts.push((
            at,
            format!(
                "{}: {} {words} and no longer reached",
                new.keys.spelled(),
                names.join(", ")
            ),
            "give them other keys, or say so with `\"keys\" = false`".to_owned(),
        ));
    }
    bindings.retain(|old| !goes(old));
}

/// Tells where a person's key means something else because a nearer scope has it.
fn tell_hidden(preset: &[Binding], kept: &[Own], new: &Own, conflicts: &mut Vec<Conflict>) {
    let mut hiding: Vec<String> = Vec::new();
    for stack in Scope::STACKS {
        let place = |scope: Scope| stack.iter().position(|other| *other == scope);
        let Some(own_place) = place(new.binding.scope) else {
            continue;
        };
        let others = preset.iter().chain(kept.iter().map(|own| &own.binding));
        for other in others {
            let is_nearer = place(other.scope).is_some_and(|place| place < own_place);
            let same_meaning = other.line() == new.binding.line();
            if is_nearer
                && !same_meaning
                && new.binding.keys.starts_with(other.keys.keys())
                && Condition::can_both_hold(other.when.as_ref(), new.binding.when.as_ref())
            {
                let words = format!("{} in {}", other.line(), other.scope.name());
                if !hiding.contains(&words) {
                    hiding.push(words);
                }
            }
        }
    }
    if hiding.is_empty() {
        return;
    }
    conflicts.push((
        new.at,
        format!(
            "{} is also {}, which is nearer and goes first",
            new.binding.keys.spelled(),
            hiding.join(", ")
        ),
        "take another key, or take that one away there with false".to_owned(),
    ));
}
