//! Forms about pointers: what is checked as one types, and what is told beside the fields.

use super::circuit_field::CircuitField;
use super::form::Form;
use super::form_field::{Field, Kind};
use super::form_purpose::Purpose;
use super::tag_words;
use crate::model::{InstanceName, NewPointer, Pointer};
use crate::protocol::data_reference::ReferenceKind;
use crate::store::PointerQuery;
use crate::tui::effect::Work;
use crate::workspace::{TagChange, Taken};
use std::collections::BTreeSet;
use std::path::PathBuf;
use tui_input::Input;

/// Fields in which tags are written.
const TAG_FIELDS: [&str; 3] = ["tags", "add", "remove"];
/// Tags that are offered at a time.
const MOST_OFFERED: usize = 6;
const KEEP: &str = "leave it alone";
const REPLACE: &str = "replace it";
/// What an export holds.
const EVERYTHING: &str = "all pointers";
const FILTERED: &str = "what the filter shows";

/// What an export may do with a file that is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FileThere {
    Keep,
    Replace,
}

impl FileThere {
    /// What was chosen.
    pub(super) fn of(form: &Form) -> Self {
        match form.value("there") == REPLACE {
            true => Self::Replace,
            false => Self::Keep,
        }
    }
}

/// The field in which it is chosen.
pub(super) fn file_there() -> Field {
    let there = vec![KEEP.to_owned(), REPLACE.to_owned()];
    Field::choice("there", "If it is there", there, "←→ choose")
}

impl Form {
    /// A pointer like another one.
    pub fn duplicate_pointer(instance: &InstanceName, pointer: &Pointer) -> Self {
        let mut form = Self::edit_pointer(instance, pointer);
        form.purpose = Purpose::DuplicatePointer(instance.clone(), Box::new(pointer.clone()));
        form.title = format!("Like {} on {instance}", pointer.address);
        "It gets the same connection. No two pointers have the same data: change that first."
            .clone_into(&mut form.intro);
        form.verb = "make it";
        form.at = 1;
        form.known.taken = Some((pointer.data_reference.clone(), Taken::of(pointer)));
        form.check();
        form
    }

    /// The tags of a pointer.
    pub fn tag_pointer(instance: &InstanceName, pointer: &Pointer) -> Self {
        let mut tags = tag_words::all_written(&pointer.tags);
        if !tags.is_empty() {
            tags.push(' ');
        }
        Self::of(
            Purpose::TagPointer(instance.clone(), Box::new(pointer.clone())),
            format!("Tags of {} on {instance}", pointer.address),
            "What others do to its tags in the meantime stays.",
            "save",
            vec![Field::text("tags", "Tags", tags, tag_words::HINT)],
        )
    }

    /// A file of pointers to import.
    pub fn import_pointers(instance: &InstanceName) -> Self {
        Self::of(
            Purpose::ImportPointers(instance.clone()),
            format!("Import pointers into {instance}"),
            "A file with one JSON object a line, or CSV with a first line of field names. It is looked at first: nothing is imported before you have seen what is new, there already or broken.",
            "look at it",
            vec![Field::text("path", "File", "", "")],
        )
    }

    /// A file to export pointers to.
    pub fn export_pointers(instance: &InstanceName, filtered: Option<PointerQuery>) -> Self {
        let mut what = vec![EVERYTHING.to_owned()];
        if filtered.is_some() {
            what.insert(0, FILTERED.to_owned());
        }
        Self::of(
            Purpose::ExportPointers(instance.clone(), filtered),
            format!("Export pointers of {instance}"),
            "Into a form that an import reads again. The file appears under its name when it is whole.",
            "export",
            vec![
                Field::text(
                    "path",
                    "File",
                    format!("{instance}.jsonl"),
                    "its ending says the form: .jsonl or .csv",
                ),
                Field::choice("what", "What", what, "←→ choose"),
                file_there(),
            ],
        )
    }

    /// The instance and the reference that is being typed, if that is to be looked for.
    pub fn reference_to_look_for(&self) -> Option<(InstanceName, String)> {
        let (instance, own) = match &self.purpose {
            Purpose::NewPointer(instance) | Purpose::DuplicatePointer(instance, _) => (instance, None),
            Purpose::EditPointer(instance, pointer) => (instance, Some(pointer.data_reference.as_str())),
            _ => return None,
        };
        let text = self.reference();
        (!text.is_empty() && own != Some(text.as_str())).then(|| (instance.clone(), text))
    }

    /// The reference as it is to be stored.
    pub(super) fn reference(&self) -> String {
        match self.circuit() {
            Some(circuit) => circuit.to_store(),
            None => self.value("data_reference").to_owned(),
        }
    }

    /// The instances whose tags are worth knowing.
    pub fn tags_of(&self) -> BTreeSet<&InstanceName> {
        match &self.purpose {
            Purpose::TagMarked(targets) => targets.iter().map(|target| &target.instance).collect(),
            Purpose::NewPointer(instance)
            | Purpose::DuplicatePointer(instance, _)
            | Purpose::EditPointer(instance, _)
            | Purpose::TagPointer(instance, _)
            | Purpose::FetchHeader(instance, _)
            | Purpose::Federate(instance, _) => BTreeSet::from([instance]),
            _ => BTreeSet::new(),
        }
    }

    /// Takes the tags of an instance, beside those of others that are known already.
    pub fn learn_tags(&mut self, tags: Vec<(String, u64)>) {
        for (tag, bear_it) in tags {
            match self.known.tags.iter_mut().find(|(known, _)| *known == tag) {
                Some((_, count)) => *count += bear_it,
                None => self.known.tags.push((tag, bear_it)),
            }
        }
        self.check();
    }

    /// What is wrong with a reference.
    pub(super) fn reference_complaint(&self) -> Option<String> {
        if let Some(complaint) = self.circuit().and_then(CircuitField::complaint) {
            return Some(complaint);
        }
        let (looked_for, taken) = self.known.taken.as_ref()?;
        (*looked_for == self.reference())
            .then(|| format!("{} has it already: “{}”", taken.address, taken.description))
    }

    /// Says beside the fields what is meant by what was typed.
    pub(super) fn tell(&mut self) {
        if self.tags_of().is_empty() {
            return;
        }
        for place in 0..self.fields.len() {
            let hint = match self.fields[place].id {
                "data_reference" => reference_hint(&self.fields[place]),
                id if TAG_FIELDS.contains(&id) => tag_hint(&self.offered_tags(id)),
                _ => continue,
            };
            self.fields[place].hint = hint;
        }
    }

    /// The instance's tags that go on from the word at the end of the field, those that most bear first.
    fn offered_tags(&self, id: &str) -> Vec<(String, u64)> {
        let Some(Field {
            kind: Kind::Text(input),
            ..
        }) = self.field(id)
        else {
            return Vec::new();
        };
        let text = input.value();
        let last = tag_words::words(text).pop().filter(|word| word.end == text.len());
        let begun = last.map(|word| word.tag()).unwrap_or_default();
        if begun.is_empty() {
            return Vec::new();
        }
        let there = self.words(id);
        let mut offered: Vec<(String, u64)> = self
            .known
            .tags
            .iter()
            .filter(|(tag, _)| tag.starts_with(&begun) && !there.contains(tag))
            .cloned()
            .collect();
        offered.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        offered.truncate(MOST_OFFERED);
        offered
    }

    /// At the end of a line of tags, completes the last word. False if there is nothing to complete.
    pub(super) fn complete_tag(&mut self) -> bool {
        let id = self.fields.get(self.at).map_or("", |field| field.id);
        let offered = match TAG_FIELDS.contains(&id) {
            true => self.offered_tags(id),
            false => return false,
        };
        let (Some((tag, _)), Some(field)) = (offered.first(), self.fields.get_mut(self.at)) else {
            return false;
        };
        let Kind::Text(input) = &mut field.kind else {
            return false;
        };
        let text = input.value();
        if input.cursor() != text.chars().count() {
            return false;
        }
        let begun = tag_words::words(text).pop();
        let kept = begun.map_or(text.len(), |word| word.start);
        *input = Input::new(format!("{}{} ", &text[..kept], tag_words::written(tag)));
        true
    }

    /// What was done to the tags in the field; nothing where it was left as it was.
    fn tag_change(&self, before: &[String]) -> TagChange {
        if self.value("tags") == tag_words::all_written(before) {
            return TagChange::default();
        }
        TagChange::between(before, &self.words("tags"))
    }

    /// What a form about pointers leads to.
    pub(super) fn pointer_work(&self) -> Option<Work> {
        Some(match &self.purpose {
            Purpose::DuplicatePointer(instance, like) => Work::Create(
                instance.clone(),
                Box::new(NewPointer {
                    data_reference: self.reference(),
                    description: self.value("description").to_owned(),
                    tags: self.words("tags"),
                    connection_id: like.connection_id.clone(),
                    credential_pointer_address: like.credential_pointer_address.clone(),
                    federated: None,
                    author: None,
                }),
            ),
            Purpose::TagPointer(instance, pointer) => Work::Tag(
                instance.clone(),
                pointer.address.clone(),
                self.tag_change(&pointer.tags),
            ),
            Purpose::ImportPointers(instance) => {
                Work::PreviewImport(instance.clone(), PathBuf::from(self.value("path")))
            }
            Purpose::ExportPointers(instance, filtered) => Work::Export {
                instance: instance.clone(),
                path: PathBuf::from(self.value("path")),
                wanted: Box::new(match filtered {
                    Some(wanted) if self.value("what") == FILTERED => wanted.clone(),
                    _ => PointerQuery::default(),
                }),
                overwrite: FileThere::of(self) == FileThere::Replace,
            },
            _ => return None,
        })
    }
}

/// The tags that can be taken, or how several are written.
fn tag_hint(offered: &[(String, u64)]) -> String {
    if offered.is_empty() {
        return tag_words::HINT.to_owned();
    }
    let words: Vec<String> = offered
        .iter()
        .map(|(tag, count)| format!("{tag} ({count})"))
        .collect();
    format!("→ takes the first: {}", words.join("  "))
}

/// What a reference is, and what that means.
fn reference_hint(field: &Field) -> String {
    if let Kind::Circuit(circuit) = &field.kind {
        return circuit.meaning();
    }
    let kind = ReferenceKind::of(field.value());
    format!("{}: {}", kind.name(), kind.meaning())
}
