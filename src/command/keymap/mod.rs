//! Which keys mean which commands: a preset made from the table, and what a person changed in `keymap.toml`.
//!
//! Everything that shows or takes a key asks the keymap, so that a key that was moved is moved everywhere.
//! Pure: what a key means depends on nothing but the keys before it, the scopes in force and the situation.

mod condition;
mod file;

mod preset;

pub use condition::{Condition, ConditionError};

pub use file::Problem;
pub(in crate::command) use file::RESERVED;
pub use preset::Preset;

use super::{Command, Id, Key, Scope, Sequence, Situation};

/// A command on keys in a scope.
#[derive(Debug, Clone)]
pub struct Binding {
    /// Where the keys work.
    pub scope: Scope,
    /// The keys.
    pub keys: Sequence,
    /// What they mean.
    pub command: &'static Command,
    /// What would follow its name on the command line.
    pub argument: Option<String>,
    /// When they mean it, beside when the command is there at all.
    pub when: Option<Condition>,
}

impl Binding {
    fn holds(&self, situation: &Situation) -> bool {
        self.command.is_available(situation) && self.when.as_ref().is_none_or(|when| when.holds(situation))
    }

    /// What it is called in a window or footer.
    pub fn line_label(&self) -> String {
        match &self.argument {
            Some(_) => self.line(),
            None => self.command.label.to_owned(),
        }
    }

    /// The command and its argument, as on the command line.
    pub fn line(&self) -> String {
        match &self.argument {
            Some(argument) => format!("{} {argument}", self.command.name),
            None => self.command.name.to_owned(),
        }
    }
}

/// What a key means after the keys before it.
#[derive(Debug)]
pub enum Answer<'a> {
    /// This is to be done.
    Run(&'a Binding),
    /// More keys may follow.
    Wait,
    /// Nothing.
    Nothing,
}

/// What may follow the keys pressed so far.
#[derive(Debug, Clone, Copy)]
pub struct Hint<'a> {
    /// The next key.
    pub key: Key,
    /// What it means, or the first of several things that it leads on to.
    pub binding: &'a Binding,
    /// How many things it leads on to; 0 if it is the last key.
    pub more: usize,
}

/// Which keys mean which commands.
#[derive(Debug, Clone)]
pub struct Keymap {
    preset: Preset,
    /// Those that come first count first.
    bindings: Vec<Binding>,
}

impl Default for Keymap {
    fn default() -> Self {
        Self::of(Preset::default())
    }
}

impl Keymap {
    /// The keymap of a preset, as it is.
    pub fn of(preset: Preset) -> Self {
        Self {
            preset,
            bindings: preset.bindings(),
        }
    }

    /// The preset that it began with.
    pub fn preset(&self) -> Preset {
        self.preset
    }

    /// Every binding.
    pub fn bindings(&self) -> &[Binding] {
        &self.bindings
    }

    /// What a key means after the keys begun with, where these scopes are in force, nearest first. A nearer scope
    /// hides what the same keys mean in a farther one.
    pub fn press(&self, begun: &[Key], key: Key, scopes: &[Scope], situation: &Situation) -> Answer<'_> {
        let mut typed = begun.to_vec();
        typed.push(key);
        let mut waits = false;
        for scope in scopes {
            let mut here = self
                .begins(&typed, *scope, situation)
                .filter(|binding| binding.keys.keys().len() == typed.len());
            if let (Some(binding), false) = (here.next(), waits) {
                return Answer::Run(binding);
            }
            waits |= self
                .begins(&typed, *scope, situation)
                .any(|binding| binding.keys.keys().len() > typed.len());
        }
        if waits { Answer::Wait } else { Answer::Nothing }
    }

    fn begins(&self, typed: &[Key], scope: Scope, situation: &Situation) -> impl Iterator<Item = &Binding> {
        self.bindings.iter().filter(move |binding| {
            binding.scope == scope && binding.keys.starts_with(typed) && binding.holds(situation)
        })
    }

    /// What may follow the keys begun with.
    pub fn hints(&self, begun: &[Key], scopes: &[Scope], situation: &Situation) -> Vec<Hint<'_>> {
        let mut hints: Vec<Hint> = Vec::new();
        for scope in scopes {
            for binding in self.begins(begun, *scope, situation) {
                let Some(key) = binding.keys.keys().get(begun.len()) else {
                    continue;
                };
                let leads_on = binding.keys.keys().len() > begun.len() + 1;
                match hints.iter_mut().find(|hint| hint.key == *key) {
                    Some(hint) if hint.more > 0 && leads_on => hint.more += 1,
                    Some(_) => {}
                    None => hints.push(Hint {
                        key: *key,
                        binding,
                        more: usize::from(leads_on),
                    }),
                }
            }
        }
        hints
    }

    /// The keys of a command where these scopes are in force, in their order; those with an argument are another matter.
    pub fn keys<'a>(&'a self, id: Id, scopes: &'a [Scope]) -> impl Iterator<Item = &'a Sequence> {
        let all = scopes
            .iter()
            .flat_map(move |scope| self.of_command(id).filter(move |binding| binding.scope == *scope));
        let mut seen: Vec<&Sequence> = Vec::new();
        all.filter_map(move |binding| {
            let is_new = !seen.contains(&&binding.keys);
            seen.push(&binding.keys);
            is_new.then_some(&binding.keys)
        })
    }

    /// What a person put on keys together with an argument and can do right now, the nearest first.
    pub fn own_lines<'a>(
        &'a self,
        scopes: &'a [Scope],
        situation: &'a Situation,
    ) -> impl Iterator<Item = &'a Binding> {
        let all = scopes
            .iter()
            .flat_map(|scope| self.begins(&[], *scope, situation));
        all.filter(|binding| binding.argument.is_some())
    }

    /// The first key of a command in any scope, for sentences that name one.
    pub fn anywhere(&self, id: Id) -> Option<&Sequence> {
        self.of_command(id).map(|binding| &binding.keys).next()
    }

    fn of_command(&self, id: Id) -> impl Iterator<Item = &Binding> {
        self.bindings
            .iter()
            .filter(move |binding| binding.command.id == id && binding.argument.is_none())
    }
}

#[cfg(test)]
mod tests;
