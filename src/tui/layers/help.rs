//! Everything that can be done here. It is also the palette: type to find, Enter to do it.

use crate::command::{Binding, Command, Keymap, Scope, Situation, commands, missing};
use nucleo_matcher::pattern::{Atom, AtomKind, CaseMatching, Normalization};
use nucleo_matcher::{Config, Matcher, Utf32Str};
use tui_input::Input;

/// The help as it stands.
#[derive(Default)]
pub struct Help {
    /// What is typed.
    pub input: Input,
    /// Which of the found commands is selected.
    pub selected: usize,
}

/// A command in the help.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The command.
    pub command: &'static Command,
    /// The person's own binding, where it stands for one that has an argument.
    pub own: Option<Binding>,
    /// The scope under whose heading it stands; none for what cannot be done now.
    pub scope: Option<Scope>,
    /// Why it cannot be done now; none if it can.
    pub why_not: Option<String>,
    /// The characters of its name that were found.
    pub in_name: Vec<u32>,
    /// The characters of its sentence that were found.
    pub in_doc: Vec<u32>,
}

impl Help {
    /// What can be done now, nearest at hand first, and below it what cannot. Once something is typed: what matches, best
    /// first, wherever it belongs.
    pub fn entries(&self, scopes: &[Scope], situation: &Situation, keymap: &Keymap) -> Vec<Entry> {
        let mut entries: Vec<Entry> = keymap.own_lines(scopes, situation).map(own).collect();
        for scope in scopes {
            for command in commands().filter(|command| command.belongs_to(*scope)) {
                if !is_listed(&entries, command) {
                    entries.push(entry(command, *scope, situation));
                }
            }
        }
        if self.shows_all() {
            entries.sort_by_key(|entry| entry.why_not.is_some());
            return entries;
        }
        for command in commands() {
            if !is_listed(&entries, command) {
                entries.push(elsewhere(command));
            }
        }
        let mut finder = Finder::new(self.input.value());
        let mut found: Vec<(u32, Entry)> = entries
            .into_iter()
            .filter_map(|entry| finder.find(entry, keymap))
            .collect();
        // What can be done comes first; among equals the order of the table stays.
        found.sort_by_key(|(score, entry)| (entry.why_not.is_some(), std::cmp::Reverse(*score)));
        found.into_iter().map(|(_, entry)| entry).collect()
    }

    /// Whether everything is shown, under headings.
    pub fn shows_all(&self) -> bool {
        self.input.value().trim().is_empty()
    }
}

impl Entry {
    /// What it does, in a sentence; of an own binding what follows the command's name.
    pub fn doc(&self) -> &str {
        let argument = self.own.as_ref().and_then(|own| own.argument.as_deref());
        argument.unwrap_or(self.command.doc)
    }

    /// What it stands under.
    pub fn heading(&self) -> &'static str {
        match (&self.own, self.scope) {
            (Some(_), _) => "Your own keys",
            (None, Some(scope)) => scope.title(),
            (None, None) => "Not now",
        }
    }
}

/// Whether a command stands there by itself.
fn is_listed(entries: &[Entry], command: &Command) -> bool {
    entries
        .iter()
        .any(|entry| entry.own.is_none() && entry.command.id == command.id)
}

/// What a person put on keys together with an argument.
fn own(binding: &Binding) -> Entry {
    Entry {
        command: binding.command,
        own: Some(binding.clone()),
        scope: Some(binding.scope),
        why_not: None,
        in_name: Vec::new(),
        in_doc: Vec::new(),
    }
}

fn entry(command: &'static Command, scope: Scope, situation: &Situation) -> Entry {
    let why_not = missing(command, situation);
    Entry {
        command,
        own: None,
        scope: why_not.is_none().then_some(scope),
        why_not,
        in_name: Vec::new(),
        in_doc: Vec::new(),
    }
}

/// A command whose keys do not work here.
fn elsewhere(command: &'static Command) -> Entry {
    let mut places: Vec<&str> = command.scopes.iter().map(|scope| scope.title()).collect();
    places.truncate(2);
    Entry {
        command,
        own: None,
        scope: None,
        why_not: Some(format!("in: {}", places.join(", "))),
        in_name: Vec::new(),
        in_doc: Vec::new(),
    }
}

/// Looks for words in commands: their letters in order in the name and label, as they are in the sentence and the keys.
struct Finder {
    matcher: Matcher,
    words: Vec<(String, Atom, Atom)>,
}

impl Finder {
    fn new(typed: &str) -> Self {
        let atom =
            |word: &str, kind| Atom::new(word, CaseMatching::Ignore, Normalization::Smart, kind, false);
        Self {
            matcher: Matcher::new(Config::DEFAULT),
            words: typed
                .split_whitespace()
                .map(|word| {
                    (
                        word.to_owned(),
                        atom(word, AtomKind::Fuzzy),
                        atom(word, AtomKind::Substring),
                    )
                })
                .collect(),
        }
    }

    /// How well a command matches every word, with what was found marked; none if it does not.
    fn find(&mut self, mut entry: Entry, keymap: &Keymap) -> Option<(u32, Entry)> {
        let mut total = 0;
        let command = entry.command;
        for (word, letters, whole) in &self.words {
            let in_name = score(letters, command.name, &mut self.matcher, &mut entry.in_name);
            let in_label = score(letters, command.label, &mut self.matcher, &mut Vec::new());
            let mut in_doc_at = Vec::new();
            let in_doc = score(whole, entry.doc(), &mut self.matcher, &mut in_doc_at);
            entry.in_doc.append(&mut in_doc_at);
            let is_key = match &entry.own {
                Some(own) => is_called(&own.keys, word),
                None => keymap
                    .bindings()
                    .iter()
                    .any(|binding| binding.command.id == command.id && is_called(&binding.keys, word)),
            };
            let exact = u32::from(command.name.starts_with(word.as_str())) * 400;
            let best = [
                in_name.map(|score| score * 3 + exact),
                in_label.map(|score| score * 2),
                in_doc,
                is_key.then_some(1_000),
            ];
            total += best.into_iter().flatten().max()?;
        }
        entry.in_name.sort_unstable();
        entry.in_doc.sort_unstable();
        Some((total, entry))
    }
}

fn is_called(keys: &crate::command::Sequence, word: &str) -> bool {
    keys.spelled() == word || keys.to_string() == word
}

fn score(atom: &Atom, text: &str, matcher: &mut Matcher, marks: &mut Vec<u32>) -> Option<u32> {
    let mut buffer = Vec::new();
    let mut found = Vec::new();
    let score = atom.indices(Utf32Str::new(text, &mut buffer), matcher, &mut found)?;
    marks.extend(found);
    Some(u32::from(score))
}
