//! Forms about all pointers that are marked: tags to put on and to take off, a file to write them to.

use super::form::Form;
use super::form_field::Field;
use super::form_purpose::Purpose;
use super::pointer_forms::{FileThere, file_there};
use super::tag_words;
use crate::tui::clock::count;
use crate::tui::effect::Work;
use crate::workspace::{BulkAction, BulkTarget, TagChange};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// How many pointers on which instances, in words: `34 on alpha and 3 on beta`.
pub fn places(targets: &[BulkTarget]) -> String {
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for target in targets {
        *counts.entry(target.instance.as_str()).or_default() += 1;
    }
    let mut words: Vec<String> = counts
        .iter()
        .map(|(name, number)| format!("{} on {name}", count(*number)))
        .collect();
    let last = words.pop().unwrap_or_default();
    match words.is_empty() {
        true => last,
        false => format!("{} and {last}", words.join(", ")),
    }
}

fn how_many(targets: &[BulkTarget]) -> String {
    match targets.len() {
        1 => "the marked pointer".to_owned(),
        many => format!("{} marked pointers", count(many as u64)),
    }
}

impl Form {
    /// Tags to put on all marked pointers, which are named so, and to take off.
    pub fn tag_marked(targets: Vec<BulkTarget>, naming: &str) -> Self {
        let intro = format!(
            "{naming}\n{}. Tags that are not named here stay.",
            places(&targets)
        );
        Self::of(
            Purpose::TagMarked(targets.clone()),
            format!("Tags of {}", how_many(&targets)),
            &intro,
            "change them",
            vec![
                Field::text("add", "Put on", "", tag_words::HINT),
                Field::text("remove", "Take off", "", tag_words::HINT),
            ],
        )
    }

    /// A file for all marked pointers.
    pub fn export_marked(targets: Vec<BulkTarget>) -> Self {
        let intro = format!(
            "{}, in a form that an import reads again. The file appears under its name when it is whole.",
            places(&targets)
        );
        Self::of(
            Purpose::ExportMarked(targets.clone()),
            format!("Export {}", how_many(&targets)),
            &intro,
            "export",
            vec![
                Field::text(
                    "path",
                    "File",
                    "marked.jsonl",
                    "its ending says the form: .jsonl or .csv",
                ),
                file_there(),
            ],
        )
    }

    /// What is wrong with the tags that are to be put on or taken off.
    pub(super) fn tag_complaint(&self, id: &str) -> Option<String> {
        let (add, remove) = (self.words("add"), self.words("remove"));
        if id == "add" {
            let is_empty = add.is_empty() && remove.is_empty();
            return is_empty.then(|| "say here what to put on, or below what to take off".to_owned());
        }
        let both = remove.iter().find(|tag| add.contains(tag))?;
        Some(format!("{both} is to be put on as well"))
    }

    /// What a form about marked pointers leads to.
    pub(super) fn marked_work(&self) -> Option<Work> {
        let (action, targets) = match &self.purpose {
            Purpose::TagMarked(targets) => {
                let change = TagChange {
                    add: self.words("add"),
                    remove: self.words("remove"),
                };
                (BulkAction::Tags(change), targets)
            }
            Purpose::ExportMarked(targets) => {
                let path = PathBuf::from(self.value("path"));
                let overwrite = FileThere::of(self) == FileThere::Replace;
                (BulkAction::Export { path, overwrite }, targets)
            }
            _ => return None,
        };
        Some(Work::Bulk(action, targets.clone()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{InstanceName, PointerAddress};

    fn targets(names: &[&str]) -> Vec<BulkTarget> {
        let numbered = names.iter().enumerate();
        numbered
            .map(|(number, name)| BulkTarget {
                instance: InstanceName::parse(name).unwrap(),
                address: PointerAddress::parse(&format!("ptr_{number:012x}")).unwrap(),
            })
            .collect()
    }

    #[test]
    fn where_they_are_is_said_in_words() {
        assert_eq!(places(&targets(&["alpha"])), "1 on alpha");
        assert_eq!(
            places(&targets(&["beta", "alpha", "beta"])),
            "1 on alpha and 2 on beta"
        );
        assert_eq!(places(&targets(&["b", "a", "c"])), "1 on a, 1 on b and 1 on c");
    }

    #[test]
    fn tags_that_change_nothing_or_contradict_each_other_are_not_sent() {
        let mut form = Form::tag_marked(targets(&["alpha", "alpha"]), "");
        assert!(form.submit().is_none());
        form.paste("#new old");
        form.at = 1;
        form.paste("old");
        assert!(form.submit().is_none());
        assert!(form.fields[1].error.as_deref().unwrap().starts_with("old "));
        form.paste("er");
        assert!(form.submit().is_some());
    }
}
