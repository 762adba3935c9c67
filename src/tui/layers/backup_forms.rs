//! The forms of backups: writing one, and making an instance of one.

use super::form::Form;
use super::form_field::Field;
use super::form_purpose::Purpose;
use crate::handshake::is_recipient;
use crate::model::InstanceName;
use crate::seal::Passphrase;
use crate::tui::effect::{RestoreOpener, Restoring, Work};
use crate::workspace::BackupSeal;
use std::path::PathBuf;

const UNDER_WORDS: &str = "fresh words, shown once";
const TO_RECIPIENT: &str = "an age recipient";
const BY_WORDS: &str = "its words";
const BY_KEY: &str = "a key file of age";
/// Fields that stand there only where they were chosen.
const CHOSEN: [&str; 3] = ["recipient", "words", "key_file"];
const NEW: &str = "refuse";
const REPLACE: &str = "keep that one aside, and take its place";

impl Form {
    /// A backup of an instance.
    pub fn backup(instance: &InstanceName, stamp: &str) -> Self {
        Self::of(
            Purpose::Backup(instance.clone()),
            format!("Back {instance} up"),
            "Everything that it keeps, as of one moment, in one sealed file. It runs on meanwhile, and has on record that a backup was made.",
            "write it",
            vec![
                Field::text("path", "File", format!("{instance}-{stamp}.backup"), ""),
                Field::choice(
                    "seal",
                    "Opens with",
                    vec![UNDER_WORDS.to_owned(), TO_RECIPIENT.to_owned()],
                    "←→ choose",
                ),
            ],
        )
    }

    /// An instance made of a backup: of this name, if one is to be replaced.
    pub fn restore(selected: Option<&InstanceName>) -> Self {
        let name = selected.map(ToString::to_string).unwrap_or_default();
        Self::of(
            Purpose::Restore,
            "Make an instance of a backup".to_owned(),
            "It comes back as it was then: what was revoked since is answered again, what was issued since is not known. It is checked before it takes its place.",
            "restore it",
            vec![
                Field::text("path", "File", "", ""),
                Field::text("name", "Name", name, "what it is called in this home"),
                Field::choice(
                    "there",
                    "If it is there",
                    vec![NEW.to_owned(), REPLACE.to_owned()],
                    "←→ choose",
                ),
                Field::choice(
                    "opener",
                    "Opens with",
                    vec![BY_WORDS.to_owned(), BY_KEY.to_owned()],
                    "←→ choose",
                ),
                words_field(),
            ],
        )
    }

    /// The last field is what was chosen above it.
    pub(super) fn rearrange_backup(&mut self) {
        let wanted = match self.purpose {
            Purpose::Backup(_) => (self.value("seal") == TO_RECIPIENT).then_some("recipient"),
            Purpose::Restore if self.value("opener") == BY_KEY => Some("key_file"),
            Purpose::Restore => Some("words"),
            _ => return,
        };
        self.fields
            .retain(|field| !CHOSEN.contains(&field.id) || Some(field.id) == wanted);
        let Some(wanted) = wanted.filter(|wanted| self.field(wanted).is_none()) else {
            return;
        };
        self.fields.push(match wanted {
            "recipient" => Field::text(wanted, "Recipient", "", "age1…, as age-keygen prints it"),
            "key_file" => Field::text(wanted, "Key file", "", ""),
            _ => words_field(),
        });
    }

    /// What is wrong with a field of these forms.
    pub(super) fn backup_complaint(id: &str, value: &str) -> Option<String> {
        if value.is_empty() {
            return Some("is needed".to_owned());
        }
        match id {
            "recipient" if !is_recipient(value) => Some("is no recipient of age (age1…)".to_owned()),
            "words" => Passphrase::parse(value).err().map(|error| error.to_string()),
            _ => None,
        }
    }

    /// What these forms lead to.
    pub(super) fn backup_work(&self) -> Option<Work> {
        let path = PathBuf::from(self.value("path"));
        if let Purpose::Backup(instance) = &self.purpose {
            let seal = match self.field("recipient") {
                Some(recipient) => BackupSeal::Recipient(recipient.value().to_owned()),
                None => BackupSeal::Words,
            };
            return Some(Work::Backup {
                instance: instance.clone(),
                path,
                seal,
            });
        }
        let opener = match self.field("key_file") {
            Some(file) => RestoreOpener::KeyFile(PathBuf::from(file.value())),
            None => RestoreOpener::Words(Passphrase::parse(self.value("words")).ok()?),
        };
        Some(Work::Restore(Box::new(Restoring {
            name: InstanceName::parse(self.value("name")).ok()?,
            path,
            opener,
            replace: self.value("there") == REPLACE,
        })))
    }
}

fn words_field() -> Field {
    Field::secret("words", "Words", "that were shown when it was made")
}

#[cfg(test)]
mod tests {
    use super::super::form::Submission;
    use super::super::form_field::Kind;
    use super::*;
    use crate::command::{Key, KeyCode};

    fn choose(form: &mut Form, id: &str) {
        form.go_to(id);
        form.key(Key::plain(KeyCode::Right));
    }

    fn write(form: &mut Form, id: &str, text: &str) {
        form.go_to(id);
        form.paste(text);
    }

    #[test]
    fn a_backup_is_sealed_under_words_unless_a_recipient_is_given() {
        let mut form = Form::backup(&InstanceName::parse("alpha").unwrap(), "20260727-120000");
        let Some(Submission::Do(Work::Backup { path, seal, .. })) = form.submit() else {
            panic!("it can be written as it is");
        };
        assert_eq!(
            (path.to_str().unwrap(), seal),
            ("alpha-20260727-120000.backup", BackupSeal::Words)
        );

        choose(&mut form, "seal");
        assert!(form.submit().is_none(), "a recipient is needed");
        write(&mut form, "recipient", "age1nonsense");
        assert!(form.submit().is_none(), "a recipient that there can be");
        assert!(form.fields[2].error.as_deref().unwrap().contains("recipient"));
        choose(&mut form, "seal");
        assert!(form.submit().is_some(), "words need none");
        assert_eq!(form.fields.len(), 2);
    }

    #[test]
    fn a_restored_instance_replaces_another_one_only_where_that_was_chosen() {
        let mut form = Form::restore(None);
        assert!(form.submit().is_none());
        write(&mut form, "path", "/backups/alpha.backup");
        write(&mut form, "name", "alpha");
        write(&mut form, "words", "one two three four");
        let Some(Submission::Do(Work::Restore(restoring))) = form.submit() else {
            panic!("it can be restored");
        };
        assert!(!restoring.replace);
        assert!(matches!(restoring.opener, RestoreOpener::Words(_)));

        choose(&mut form, "there");
        choose(&mut form, "opener");
        write(&mut form, "key_file", "/keys/age.txt");
        let Some(Submission::Do(Work::Restore(restoring))) = form.submit() else {
            panic!("it can be restored");
        };
        assert!(restoring.replace);
        assert!(matches!(restoring.opener, RestoreOpener::KeyFile(path) if path.ends_with("age.txt")));
        assert!(
            !form
                .fields
                .iter()
                .any(|field| matches!(field.kind, Kind::Secret(_))),
            "the words are gone from the form"
        );
    }
}
