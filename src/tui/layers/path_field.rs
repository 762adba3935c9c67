//! The field in which a path is written: completed from what there is, as in a shell.

use super::form::Form;
use super::form_field::Kind;
use super::form_purpose::Purpose;
use super::pointer_forms::FileThere;
use crate::tui::paths::FileName;
use std::path::is_separator;
use tui_input::Input;

/// Names that are shown at a time.
const MOST_SHOWN: usize = 6;
/// Fields in which paths are written.
const PATHS: [&str; 2] = ["path", "key_file"];

impl Form {
    /// The folder whose files are worth knowing, as it is written; none if they are known already.
    pub fn folder_to_look_in(&self) -> Option<String> {
        let (folder, _) = split(self.path_text()?);
        let is_known = self.known.folder.as_deref() == Some(folder);
        (!is_known).then(|| folder.to_owned())
    }

    /// Notes that this folder is being looked into.
    pub fn look_in(&mut self, folder: String) {
        self.known.folder = Some(folder);
        self.known.files.clear();
    }

    /// Takes what is in a folder, unless one has gone on to another.
    pub fn learn_files(&mut self, folder: &str, files: Vec<FileName>) {
        if self.known.folder.as_deref() == Some(folder) {
            self.known.files = files;
            self.recheck();
        }
    }

    /// The field of a path that one stands in, else the first one.
    fn path_place(&self) -> Option<usize> {
        let is_path = |place: &usize| {
            let field = self.fields.get(*place);
            field.is_some_and(|field| PATHS.contains(&field.id))
        };
        let stands_in = Some(self.at).filter(is_path);
        stands_in.or_else(|| (0..self.fields.len()).find(is_path))
    }

    fn path_text(&self) -> Option<&str> {
        match &self.fields.get(self.path_place()?)?.kind {
            Kind::Text(input) => Some(input.value()),
            _ => None,
        }
    }

    /// What there is that goes on from what is written.
    fn offered_files(&self) -> Vec<&FileName> {
        let (_, begun) = split(self.path_text().unwrap_or_default());
        let files = self.known.files.iter();
        files
            .filter(|file| {
                file.name.starts_with(begun) && (begun.starts_with('.') || !file.name.starts_with('.'))
            })
            .collect()
    }

    /// Completes the path as far as there is only one way to go on. False where there is nothing to complete, so that
    /// the key may lead to the next field.
    pub(super) fn complete_path(&mut self) -> bool {
        if self.path_place() != Some(self.at) {
            return false;
        }
        let Some(text) = self.path_text() else {
            return false;
        };
        let (folder, begun) = split(text);
        let offered = self.offered_files();
        let names: Vec<String> = offered.iter().map(|file| file.written()).collect();
        let completed = common(&names);
        let is_whole = offered.iter().any(|file| file.name == begun && !file.is_folder);
        if names.is_empty() || (is_whole && completed == begun) {
            return false;
        }
        let text = format!("{folder}{completed}");
        if let Some(field) = self.fields.get_mut(self.at) {
            field.kind = Kind::Text(Input::new(text));
        }
        true
    }

    /// What is said about the path: how it may go on.
    pub(super) fn tell_path(&mut self) {
        let text = self.path_text().unwrap_or_default();
        let offered = self.offered_files();
        let (_, begun) = split(text);
        let is_whole = matches!(offered.as_slice(), [only] if only.written() == begun);
        let hint = match (text.is_empty(), offered.is_empty() || is_whole) {
            (false, false) => {
                let shown: Vec<String> = offered
                    .iter()
                    .take(MOST_SHOWN)
                    .map(|file| file.written())
                    .collect();
                let more = match offered.len().saturating_sub(MOST_SHOWN) {
                    0 => String::new(),
                    more => format!("  and {more} more"),
                };
                format!("Tab completes: {}{more}", shown.join("  "))
            }
            _ => String::new(),
        };
        let Some(place) = self.path_place() else {
            return;
        };
        for (at, field) in self.fields.iter_mut().enumerate() {
            if at == place && !hint.is_empty() {
                field.hint.clone_from(&hint);
            } else if PATHS.contains(&field.id) {
                usual(&self.purpose, field.id).clone_into(&mut field.hint);
            }
        }
    }

    /// What is wrong with a path: a file of that name that is not to be replaced.
    pub(super) fn path_complaint(&self, text: &str) -> Option<String> {
        if text.is_empty() {
            return Some("is needed".to_owned());
        }
        let writes = matches!(
            self.purpose,
            Purpose::ExportPointers(..) | Purpose::ExportMarked(_)
        );
        let (folder, name) = split(text);
        if self.known.folder.as_deref() != Some(folder) {
            return None;
        }
        let there = self.known.files.iter().find(|file| file.name == name)?;
        if there.is_folder {
            return Some("is a folder".to_owned());
        }
        if matches!(self.purpose, Purpose::Backup(_) | Purpose::ExportVault) {
            return Some("is there already: name another file".to_owned());
        }
        (writes && FileThere::of(self) == FileThere::Keep)
            .then(|| "is there already: another name, or say below that it may be replaced".to_owned())
    }
}

fn usual(purpose: &Purpose, field: &str) -> &'static str {
    match purpose {
        _ if field == "key_file" => "the file that age-keygen wrote; Tab completes it",
        Purpose::BringVault => "such as butterfly-vault-….age; Tab completes it",
        Purpose::ImportPointers(_) => "such as pointers.jsonl or pointers.csv; Tab completes it",
        Purpose::Backup(_) | Purpose::ExportVault => "Tab completes a folder; the file must not be there",
        Purpose::Restore => "that was written by a backup; Tab completes it",
        Purpose::ExportLog(_) => "its ending is added",
        _ => "its ending says the form: .jsonl or .csv",
    }
}

/// The folder with its last separator, and what is written behind it.
pub fn split(text: &str) -> (&str, &str) {
    let at = text
        .rfind(is_separator)
        .map_or(0, |at| at + text[at..].chars().next().map_or(0, char::len_utf8));
    text.split_at(at)
}

/// What all of them begin with.
fn common(names: &[String]) -> String {
    let mut names = names.iter();
    let Some(first) = names.next() else {
        return String::new();
    };
    let mut shared = first.as_str();
    for name in names {
        let same = shared
            .char_indices()
            .zip(name.chars())
            .find(|((_, left), right)| left != right)
            .map_or(shared.len().min(name.len()), |((at, _), _)| at);
        shared = &shared[..same];
    }
    shared.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::{Key, KeyCode};
    use crate::model::InstanceName;
    use proptest::prelude::*;

    fn form(text: &str, files: &[&str]) -> Form {
        let mut form = Form::import_pointers(&InstanceName::parse("alpha").unwrap());
        form.paste(text);
        let folder = form.folder_to_look_in().unwrap();
        form.look_in(folder.clone());
        assert_eq!(form.folder_to_look_in(), None, "it is looked into once");
        let files = files.iter().map(|name| FileName {
            name: name.trim_end_matches('/').to_owned(),
            is_folder: name.ends_with('/'),
        });
        form.learn_files(&folder, files.collect());
        form
    }

    fn tab(form: &mut Form) -> &str {
        form.key(Key::plain(KeyCode::Tab));
        form.value("path")
    }

    #[test]
    fn each_of_two_paths_is_completed_from_its_own_folder() {
        let mut form = Form::restore(None);
        form.paste("/backups/alpha.backup");
        form.go_to("opener");
        form.key(Key::plain(KeyCode::Right));
        let file = |name: &str| FileName {
            name: name.to_owned(),
            is_folder: false,
        };
        form.look_in("/backups/".to_owned());
        form.learn_files("/backups/", vec![file("alpha.backup")]);

        form.go_to("key_file");
        form.paste("/keys/a");
        assert_eq!(form.folder_to_look_in().as_deref(), Some("/keys/"));
        form.look_in("/keys/".to_owned());
        let folder = FileName {
            name: "alpha.backup".to_owned(),
            is_folder: true,
        };
        form.learn_files("/keys/", vec![file("age.txt"), folder]);
        let place = form.at;
        assert!(
            form.fields[place].hint.contains("age.txt"),
            "{}",
            form.fields[place].hint
        );
        assert_eq!(
            form.fields[0].error, None,
            "what lies beside the key says nothing of the backup"
        );
        form.paste("g");
        form.key(Key::plain(KeyCode::Tab));
        assert_eq!(form.value("key_file"), "/keys/age.txt");
    }

    #[test]
    fn a_path_is_completed_as_far_as_it_is_clear() {
        let files = ["air.csv", "air.jsonl", "water/", ".hidden"];
        assert_eq!(tab(&mut form("/data/a", &files)), "/data/air.");
        assert_eq!(tab(&mut form("/data/air.j", &files)), "/data/air.jsonl");
        assert_eq!(tab(&mut form("w", &files)), "water/");
        assert_eq!(tab(&mut form("/data/.", &files)), "/data/.hidden");
        let mut nothing = form("/data/x", &files);
        assert_eq!(tab(&mut nothing), "/data/x");
        let mut unclear = form("air.", &files);
        assert_eq!(tab(&mut unclear), "air.");
        assert!(unclear.field("path").unwrap().hint.contains("air.csv  air.jsonl"));
    }

    #[test]
    fn an_export_says_before_it_begins_that_a_file_is_there() {
        let alpha = InstanceName::parse("alpha").unwrap();
        let mut form = Form::export_pointers(&alpha, None);
        form.look_in(String::new());
        let there = FileName {
            name: "alpha.jsonl".to_owned(),
            is_folder: false,
        };
        form.learn_files("", vec![there]);
        assert!(form.submit().is_none());
        form.at = 2;
        form.key(Key::plain(KeyCode::Right));
        assert!(form.submit().is_some());
    }

    proptest! {
        #[test]
        fn what_is_common_begins_every_name(names in prop::collection::vec("[aé]{0,4}", 1..5)) {
            let shared = common(&names);
            prop_assert!(names.iter().all(|name| name.starts_with(&shared)));
        }

        #[test]
        fn folder_and_name_are_the_path(text in "[a/é.]{0,8}") {
            let (folder, name) = split(&text);
            prop_assert_eq!(format!("{folder}{name}"), text.clone());
            prop_assert!(!name.contains('/'));
        }
    }
}
