//! The forms that there are: their fields, what is wrong with what was typed, and what they lead to.

use super::first_query::query_within;
use super::form::{Form, Submission};
use super::form_field::Field;
use super::form_purpose::{Known, Purpose};
use super::instance_forms::{audit_limit_error, patience_error};
use super::tag_words::{self, Word};
use crate::instance::AuditKept;
use crate::model::{
    AppId, Endpoint, Grant, InstanceId, InstanceName, KeyId, NewPointer, Pointer, PointerChange, Route,
};
use crate::protocol::Query;
use crate::seal::{AccessKey, FernetKey, Passphrase, RootKey};
use crate::tui::effect::Work;
use crate::tui::layers::Choice;
use crate::workspace::{FederateRequest, Unlock, VaultLock};

impl Form {
    pub(super) fn of(
        purpose: Purpose,
        title: String,
        intro: &str,
        verb: &'static str,
        fields: Vec<Field>,
    ) -> Self {
        let mut form = Self {
            purpose,
            title,
            intro: intro.to_owned(),
            fields,
            at: 0,
            failure: None,
            ticket: None,
            verb,
            known: Known::default(),
            is_leaving: false,
        };
        form.turn();
        form.check();
        form
    }

    /// A passphrase for a new vault, twice.
    pub fn new_vault(choice: Choice) -> Self {
        let fields = vec![
            Field::secret("passphrase", "Passphrase", "a few words that you will remember"),
            Field::secret("again", "Once more", "the same again"),
        ];
        Self::of(
            Purpose::NewVault(choice),
            "Lock the vault".into(),
            "The vault keeps your credentials and the invoke log. Whoever has the passphrase has them; nobody can bring it back.",
            "make the vault",
            fields,
        )
    }

    /// The passphrase of the vault.
    pub fn unlock(home: &str) -> Self {
        Self::of(
            Purpose::Unlock,
            "The vault is locked".into(),
            &format!("The home {home} is locked with a passphrase."),
            "unlock",
            vec![Field::secret("passphrase", "Passphrase", "")],
        )
    }

    /// A pointer.
    pub fn new_pointer(instance: &InstanceName) -> Self {
        let fields = vec![
            Field::text("description", "Description", "", "what it is, in words"),
            Field::text(
                "data_reference",
                "Data",
                "",
                "where it is: a URL, a file, internal_circuit::…",
            ),
            Field::text("tags", "Tags", "", tag_words::HINT),
        ];
        Self::of(
            Purpose::NewPointer(instance.clone()),
            format!("New pointer on {instance}"),
            "A pointer refers to data kept elsewhere; it never holds the data.",
            "make it",
            fields,
        )
    }

    /// Changes to a pointer.
    pub fn edit_pointer(instance: &InstanceName, pointer: &Pointer) -> Self {
        let mut fields = vec![Field::text(
            "description",
            "Description",
            pointer.description.clone(),
            "what it is, in words",
        )];
        if pointer.federated.is_none() {
            let reference = pointer.data_reference.clone();
            fields.push(Field::text("data_reference", "Data", reference, "where it is"));
        }
        fields.push(Field::text(
            "tags",
            "Tags",
            tag_words::all_written(&pointer.tags),
            tag_words::HINT,
        ));
        let intro = match pointer.federated {
            None => "What you leave as it is stays as it is.",
            Some(_) => {
                "What you leave stays. Where it leads was made for its route and stays too; :federate makes another one."
            }
        };
        Self::of(
            Purpose::EditPointer(instance.clone(), Box::new(pointer.clone())),
            format!("{} on {instance}", pointer.address),
            intro,
            "save",
            fields,
        )
    }

    /// A federated pointer.
    pub fn federate(instance: &InstanceName, peers: Vec<(String, Option<Grant>)>) -> Self {
        let (peers, queries): (Vec<String>, Vec<String>) = peers
            .into_iter()
            .map(|(peer, grant)| (peer, query_within(grant.as_ref())))
            .unzip();
        let query = queries.first().cloned().unwrap_or_default();
        let fields = vec![
            Field::choice("via", "Peer", peers, "where it leads"),
            Field::choice(
                "route",
                "Route",
                Route::ALL.iter().map(|route| route.to_string()).collect(),
                "endpoint: you call the peer; circuit: with a query sealed beforehand; relay: the instance calls",
            ),
            Field::text("query", "Query", query, "what the peer is asked, as JSON"),
            Field::text("description", "Description", "", "empty: made up from the query"),
            Field::text("tags", "Tags", "federated", tag_words::HINT),
        ];
        Self::of(
            Purpose::Federate(instance.clone(), queries),
            format!("Federated pointer on {instance}"),
            "A pointer here that stands for a question to another instance.",
            "make it",
            fields,
        )
    }

    /// The fields that depend on others come and go.
    pub(super) fn rearrange(&mut self) {
        self.rearrange_query();
        self.rearrange_backup();
        self.rearrange_lock();
        self.rearrange_remote();
    }

    /// Says of each field what is wrong with it.
    pub(super) fn check(&mut self) {
        let complaints: Vec<Option<String>> = self.fields.iter().map(|field| self.complaint(field)).collect();
        for (field, complaint) in self.fields.iter_mut().zip(complaints) {
            field.error = complaint;
        }
        self.tell();
        self.tell_path();
    }

    fn complaint(&self, field: &Field) -> Option<String> {
        let value = field.value();
        let empty = || value.is_empty().then(|| "is needed".to_owned());
        if self.stays_as_it_is(field.id) {
            return None;
        }
        match field.id {
            "name" => empty().or_else(|| wrong(InstanceName::parse(value))),
            "app_id" => empty().or_else(|| wrong(AppId::parse(value))),
            "kid" => empty().or_else(|| wrong(KeyId::parse(value))),
            "instance_id" => empty().or_else(|| wrong(InstanceId::parse(value))),
            "patience" => patience_error(value),
            "audit_days" => audit_limit_error(value, AuditKept::MOST_DAYS),
            "audit_mib" => audit_limit_error(value, AuditKept::MOST_MIB),
            "endpoint" if self.purpose == Purpose::Init && value.is_empty() => None,
            "endpoint" => empty().or_else(|| wrong(Endpoint::parse(value))),
            "path" => self.path_complaint(value),
            "add" | "remove" => self.tag_complaint(field.id),
            "listen" if value.is_empty() => None,
            "listen" => wrong(value.parse::<std::net::SocketAddr>())
                .map(|_| "is not ADDRESS:PORT, such as 127.0.0.1:5001".to_owned()),
            "actions" | "scope" | "rate" | "hops" | "sources" | "ends" => {
                self.grant_complaint(field.id, value)
            }
            "query" => empty().or_else(|| wrong(Query::parse(value.as_bytes()))),
            "root" => empty().or_else(|| wrong(RootKey::parse(value))),
            "encryption_key" => empty().or_else(|| wrong(FernetKey::parse(value))),
            "access_key" if value.is_empty() => None,
            "access_key" => wrong(AccessKey::parse(value)),
            "recipient" | "words" | "key_file" => Self::backup_complaint(field.id, value),
            "again" => (value != self.value("passphrase")).then(|| "is not the same".to_owned()),
            "data_reference" => empty().or_else(|| self.reference_complaint()),
            "origins" => Self::origins_complaint(value),
            "header" | "token" | "jwt_secret" | "passphrase" | "via" | "request_key" => empty(),
            "called" => empty().or_else(|| Self::called_complaint(value)),
            _ => None,
        }
    }

    /// What the form leads to. None if something is wrong; the cursor goes there.
    pub fn submit(&mut self) -> Option<Submission> {
        self.check();
        if let Some(place) = self.fields.iter().position(|field| field.error.is_some()) {
            self.at = place;
            self.fields[place].touched = true;
            return None;
        }
        self.build()
    }

    fn build(&self) -> Option<Submission> {
        let work = match &self.purpose {
            Purpose::NewVault(_) => {
                return Passphrase::parse(self.value("passphrase"))
                    .ok()
                    .map(|words| Submission::Create(VaultLock::Passphrase(words)));
            }
            Purpose::BringVault => return self.bringing().map(Submission::Bring),
            Purpose::Unlock => {
                return Passphrase::parse(self.value("passphrase"))
                    .ok()
                    .map(|words| Submission::Open(Unlock::Passphrase(words)));
            }
            Purpose::Init | Purpose::AddRemote | Purpose::EditInstance(_) => self.instance_work()?,
            Purpose::NewPointer(instance) => Work::Create(
                instance.clone(),
                Box::new(NewPointer {
                    data_reference: self.reference(),
                    description: self.value("description").to_owned(),
                    tags: self.words("tags"),
                    connection_id: None,
                    credential_pointer_address: None,
                    federated: None,
                    author: None,
                }),
            ),
            Purpose::EditPointer(instance, pointer) => {
                let changed = |now: &str, before: &str| (now != before.trim()).then(|| now.to_owned());
                let is_left = self.value("tags") == tag_words::all_written(&pointer.tags);
                let tags = Some(self.words("tags")).filter(|tags| !is_left && *tags != pointer.tags);
                let change = PointerChange {
                    description: changed(self.value("description"), &pointer.description),
                    data_reference: self
                        .field("data_reference")
                        .and_then(|_| changed(self.reference().trim(), &pointer.data_reference)),
                    tags,
                    credential_pointer_address: None,
                    federated: None,
                    if_unchanged_since: Some(pointer.last_modified),
                    author: None,
                };
                Work::Update(instance.clone(), pointer.address.clone(), Box::new(change))
            }
            Purpose::NoteLine(id) => Work::NoteLog(*id, self.value("note").to_owned()),
            Purpose::ExportLog(filter) => self.log_export(filter),
            Purpose::DuplicatePointer(..)
            | Purpose::TagPointer(..)
            | Purpose::ImportPointers(_)
            | Purpose::ExportPointers(..) => self.pointer_work()?,
            Purpose::FetchHeader(instance, pointer) => self.fetch_header_work(instance, pointer.as_ref()),
            Purpose::ChangeLock | Purpose::ExportVault => self.vault_work()?,
            Purpose::Backup(_) | Purpose::Restore => self.backup_work()?,
            Purpose::TagMarked(_) | Purpose::ExportMarked(_) => self.marked_work()?,
            Purpose::Domains(..) => self.domain_work()?,
            Purpose::ChangeCredential(..) => self.grant_work()?,
            Purpose::Federate(instance, _) => {
                let description = self.value("description");
                Work::Federate(Box::new(FederateRequest {
                    instance: instance.clone(),
                    via: self.value("via").to_owned(),
                    query: Query::parse(self.value("query").as_bytes()).ok()?,
                    route: Route::parse(self.value("route"))?,
                    description: (!description.is_empty()).then(|| description.to_owned()),
                    tags: self.words("tags"),
                }))
            }
        };
        Some(Submission::Do(work))
    }

    /// The words of a field: tags as they are stored, each once.
    pub(super) fn words(&self, id: &str) -> Vec<String> {
        let mut words: Vec<String> = Vec::new();
        for word in tag_words::words(self.value(id)).iter().map(Word::tag) {
            if !word.is_empty() && !words.contains(&word) {
                words.push(word);
            }
        }
        words
    }
}

/// The complaint of a parser.
fn wrong<T, E: std::fmt::Display>(parsed: Result<T, E>) -> Option<String> {
    parsed.err().map(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::TagChange;

    #[test]
    fn the_two_spellings_of_a_passphrase_must_agree() {
        let mut form = Form::new_vault(Choice::Demo);
        form.paste("correct horse");
        form.at = 1;
        form.paste("correct house");
        assert!(form.submit().is_none());
        form.at = 1;
        form.fields[1].kind = Field::secret("again", "", "").kind;
        form.paste("correct horse");
        assert!(matches!(form.submit(), Some(Submission::Create(_))));
    }

    #[test]
    fn tags_with_blanks_commas_and_signs_are_not_torn_apart() {
        let alpha = InstanceName::parse("alpha").unwrap();
        let tags: Vec<String> = ["open data", "a,b", "#x", "air"].map(Into::into).into();
        let pointer = Pointer {
            tags: tags.clone(),
            ..crate::tui::fake::pointer(0)
        };
        let tagging = |typed: &str| {
            let mut form = Form::tag_pointer(&alpha, &pointer);
            form.paste(typed);
            match form.submit() {
                Some(Submission::Do(Work::Tag(_, _, change))) => change,
                _ => panic!("it is not about tags"),
            }
        };
        assert_eq!(tagging(""), TagChange::default());
        let added = TagChange {
            add: vec!["new".into(), "no more".into()],
            remove: Vec::new(),
        };
        assert_eq!(tagging("new \"no more\""), added);

        let mut form = Form::edit_pointer(&alpha, &pointer);
        form.paste("!");
        let Some(Submission::Do(Work::Update(_, _, change))) = form.submit() else {
            panic!("it is not about the pointer");
        };
        assert!(change.description.is_some());
        assert_eq!(change.tags, None);

        let form = Form::duplicate_pointer(&alpha, &pointer);
        assert_eq!(form.words("tags"), tags);
    }
}
