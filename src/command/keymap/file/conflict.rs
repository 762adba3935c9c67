//! Laying a person's keys over those of a preset, and telling where two things would be on one key.

use super::Own;
use crate::command::Scope;
use crate::command::keymap::{Binding, Condition};

/// The place of what does not count or is hidden, what is wrong, and what to do.
pub type Conflict = (usize, String, String);

/// Lays a person's bindings over those of a preset.
///
/// In the same scope the person's keys replace the preset's, sequences that begin with them too. A nearer scope hides a farther
/// one: that is what nearer scopes are for, so of the same keys only a key of the person that is hidden itself is told.
/// Of keys that are the beginning of others it is told both ways: nobody expects that a sequence takes the key away that
/// it begins with, or a key all sequences that begin with it.
pub fn lay_over(
    bindings: &mut Vec<Binding>,
    own: Vec<Own>,
    line_of: impl Fn(usize) -> usize,
) -> Vec<Conflict> {
    let mut conflicts = Vec::new();
    let mut kept: Vec<Own> = Vec::new();
    for new in own {
        match kept.iter().find(|old| excludes(&old.binding, &new.binding)) {
            Some(old) => conflicts.push((
                new.at,
                format!(
                    "{} is {} already in {} (line {}), and both may be meant at once",
                    old.binding.keys.spelled(),
                    old.binding.line(),
                    old.binding.scope.name(),
                    line_of(old.at)
                ),
                "take another key, or conditions of which only one can hold".to_owned(),
            )),
            None => kept.push(new),
        }
    }
    let replaced: Vec<Vec<Binding>> = kept.iter().map(|new| replace(bindings, &new.binding)).collect();
    for (new, replaced) in kept.iter().zip(&replaced) {
        tell_unreached(bindings, replaced, new, &mut conflicts);
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

/// Takes away what the new binding replaces. Gives what had other keys: that may have been all the keys of a command.
fn replace(bindings: &mut Vec<Binding>, new: &Binding) -> Vec<Binding> {
    let goes = |old: &mut Binding| {
        let replaced = old.scope == new.scope && touch(old, new);
        let stays_below = old.keys == new.keys && new.when.is_some();
        replaced && !stays_below
    };
    let gone = bindings.extract_if(.., goes);
    gone.filter(|old| old.keys != new.keys).collect()
}

/// Tells which sequences begin with a person's key, or which keys a person's sequence begins with, in the same scope or in
/// farther ones: none of them is reached where the person's is in force.
fn tell_unreached(preset: &[Binding], replaced: &[Binding], new: &Own, conflicts: &mut Vec<Conflict>) {
    let binding = &new.binding;
    let is_farther = |scope: Scope| {
        Scope::STACKS.into_iter().any(|stack| {
            let place = |scope: Scope| stack.iter().position(|other| *other == scope);
            let both = place(binding.scope).zip(place(scope));
            both.is_some_and(|(own, other)| own < other)
        })
    };
    let farther = preset.iter().filter(|old| {
        old.keys != binding.keys
            && touch(old, binding)
            && is_farther(old.scope)
            && old.line() != binding.line()
            && Condition::can_both_hold(old.when.as_ref(), binding.when.as_ref())
    });
    let unreached: Vec<&Binding> = replaced.iter().chain(farther).collect();
    for is_longer in [true, false] {
        let mut names: Vec<String> = Vec::new();
        for old in &unreached {
            let name = format!("{} ({})", old.keys.spelled(), old.line());
            let fits = (old.keys.keys().len() > binding.keys.keys().len()) == is_longer;
            if fits && !names.contains(&name) {
                names.push(name);
            }
        }
        let words = match (is_longer, names.len()) {
            (_, 0) => continue,
            (true, 1) => "begins with it and is",
            (true, _) => "begin with it and are",
            (false, _) => "is its beginning and is",
        };
        conflicts.push((
            new.at,
            format!(
                "{}: {} {words} not reached in {}",
                binding.keys.spelled(),
                some_of(&names),
                binding.scope.name()
            ),
            "give them other keys, or say so with `\"keys\" = false`".to_owned(),
        ));
    }
}

/// As many as one reads, and how many more there are.
fn some_of(names: &[String]) -> String {
    const MOST: usize = 4;
    match names.get(..MOST) {
        Some(first) if names.len() > MOST + 1 => {
            format!("{} and {} more", first.join(", "), names.len() - MOST)
        }
        _ => names.join(", "),
    }
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
                && touch(&new.binding, other)
                && Condition::can_both_hold(other.when.as_ref(), new.binding.when.as_ref())
            {
                let keys = match other.keys == new.binding.keys {
                    true => String::new(),
                    false => format!(" ({})", other.keys.spelled()),
                };
                let words = format!("{}{keys} in {}", other.line(), other.scope.name());
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
            some_of(&hiding)
        ),
        "take another key, or take that one away there with false".to_owned(),
    ));
}
