//! The forms of the vault: how it is locked from now on, a file with all of it, and a home that begins with such a file.

use super::form::Form;
use super::form_field::Field;
use super::form_purpose::Purpose;
use crate::seal::Passphrase;
use crate::tui::effect::{Bringing, Work};
use crate::workspace::VaultLock;
use std::path::PathBuf;

const PASSPHRASE: &str = "a passphrase";
const KEY_FILE: &str = "a key file in the home";
const KEYRING: &str = "the keyring";
const WITHOUT_LOG: &str = "leave it here";
const WITH_LOG: &str = "take it along";

impl Form {
    /// How the vault is locked from now on.
    pub fn change_lock() -> Self {
        let mut form = Self::of(
            Purpose::ChangeLock,
            "Lock the vault differently".to_owned(),
            "Whoever opens the vault has your credentials. A passphrase is asked for whenever the console starts; a key file and the keyring open it for whoever is logged in as you.",
            "lock it so",
            vec![
                Field::secret("now", "Passphrase now", "empty where it opens without one"),
                lock_field("From now on"),
            ],
        );
        form.rearrange();
        form
    }

    /// A file with the whole vault.
    pub fn export_vault(stamp: &str) -> Self {
        Self::of(
            Purpose::ExportVault,
            "Take the vault elsewhere".to_owned(),
            "Credentials, instances, handshakes and settings of this home, in one file that opens with words which are shown once. The databases of local instances are not in it: back each of them up.",
            "write it",
            vec![
                Field::text("path", "File", format!("butterfly-vault-{stamp}.age"), ""),
                Field::choice(
                    "log",
                    "Invoke log",
                    vec![WITHOUT_LOG.to_owned(), WITH_LOG.to_owned()],
                    "every query and reply that was kept",
                ),
            ],
        )
    }

    /// A home that begins with the vault of another one.
    pub fn bring_vault(under_passphrase: bool) -> Self {
        let lock = lock_field("Lock it with").at(usize::from(!under_passphrase));
        let mut form = Self::of(
            Purpose::BringVault,
            "Bring your vault along".to_owned(),
            "From the file that :export-vault wrote in another console, or `butterfly vault export`. The words were shown there, once.",
            "open it here",
            vec![
                Field::text("path", "File", "", ""),
                Field::secret("words", "Words", "that were shown when it was made"),
                lock,
            ],
        );
        form.rearrange();
        form
    }

    /// A passphrase is written twice, where one is chosen.
    pub(super) fn rearrange_lock(&mut self) {
        let Some(place) = self.fields.iter().position(|field| field.id == "lock") else {
            return;
        };
        let wants = self.value("lock") == PASSPHRASE;
        if wants == self.field("passphrase").is_some() {
            return;
        }
        self.fields.truncate(place + 1);
        if wants {
            self.fields.extend([
                Field::secret("passphrase", "Passphrase", "a few words that you will remember"),
                Field::secret("again", "Once more", "the same again"),
            ]);
        }
    }

    /// What these forms lead to.
    pub(super) fn vault_work(&self) -> Option<Work> {
        if self.purpose == Purpose::ExportVault {
            return Some(Work::ExportVault {
                path: PathBuf::from(self.value("path")),
                with_log: self.value("log") == WITH_LOG,
            });
        }
        Some(Work::ChangeLock {
            now: Passphrase::parse(self.value("now")).ok(),
            lock: self.lock()?,
        })
    }

    /// The vault that is brought along.
    pub(super) fn bringing(&self) -> Option<Box<Bringing>> {
        Some(Box::new(Bringing {
            path: PathBuf::from(self.value("path")),
            words: Passphrase::parse(self.value("words")).ok()?,
            lock: self.lock()?,
        }))
    }

    fn lock(&self) -> Option<VaultLock> {
        Some(match self.value("lock") {
            PASSPHRASE => VaultLock::Passphrase(Passphrase::parse(self.value("passphrase")).ok()?),
            KEYRING => VaultLock::Keyring,
            _ => VaultLock::KeyFile(None),
        })
    }
}

fn lock_field(label: &'static str) -> Field {
    let ways = [PASSPHRASE, KEY_FILE, KEYRING].map(str::to_owned).into();
    Field::choice("lock", label, ways, "←→ choose")
}

#[cfg(test)]
mod tests {
    use super::super::form::Submission;
    use super::*;
    use crate::command::{Key, KeyCode};

    fn paste(form: &mut Form, id: &str, text: &str) {
        form.go_to(id);
        form.paste(text);
    }

    #[test]
    fn a_passphrase_is_written_twice_and_a_key_file_needs_none() {
        let mut form = Form::change_lock();
        paste(&mut form, "passphrase", "correct horse");
        assert!(form.submit().is_none(), "once is not enough");
        paste(&mut form, "again", "correct horse");
        let Some(Submission::Do(Work::ChangeLock { now, lock })) = form.submit() else {
            panic!("it can be locked so");
        };
        assert!(now.is_none() && matches!(lock, VaultLock::Passphrase(_)));

        paste(&mut form, "now", "battery staple");
        form.at = 1;
        form.key(Key::plain(KeyCode::Right));
        assert_eq!(form.fields.len(), 2, "what was written is gone");
        let Some(Submission::Do(Work::ChangeLock { now, lock })) = form.submit() else {
            panic!("it can be locked so");
        };
        assert!(now.is_some() && matches!(lock, VaultLock::KeyFile(None)));
    }

    #[test]
    fn a_vault_from_elsewhere_is_locked_here_as_it_was_chosen() {
        let mut form = Form::bring_vault(true);
        paste(&mut form, "path", "/media/vault.age");
        paste(&mut form, "words", "correct horse battery staple");
        paste(&mut form, "passphrase", "tide tables");
        assert!(form.submit().is_none(), "once is not enough");
        paste(&mut form, "again", "tide tables");
        let Some(Submission::Bring(bringing)) = form.submit() else {
            panic!("it can be brought along");
        };
        assert!(matches!(bringing.lock, VaultLock::Passphrase(_)));
        assert_eq!(bringing.words.expose_text(), "correct horse battery staple");

        let mut form = Form::bring_vault(false);
        paste(&mut form, "path", "/media/vault.age");
        assert!(form.submit().is_none(), "not without its words");
        paste(&mut form, "words", "correct horse battery staple");
        let Some(Submission::Bring(bringing)) = form.submit() else {
            panic!("it can be brought along");
        };
        assert!(matches!(bringing.lock, VaultLock::KeyFile(None)));
    }

    #[test]
    fn the_log_stays_where_it_is_unless_it_is_asked_for() {
        let mut form = Form::export_vault("20260727-120000");
        let asked = |form: &mut Form| match form.submit() {
            Some(Submission::Do(Work::ExportVault { with_log, .. })) => with_log,
            _ => panic!("it can be written"),
        };
        assert!(!asked(&mut form));
        form.at = 1;
        form.key(Key::plain(KeyCode::Right));
        assert!(asked(&mut form));
    }
}
