//! The forms that there are: their fields, what is wrong with what was typed, and what they lead to.

use super::form::{Form, Submission};
use super::form_field::Field;
use super::form_purpose::Known;
use super::form_purpose::Purpose;
use crate::model::{
    AppId, Endpoint, InstanceId, InstanceKind, InstanceName, KeyId, NewPointer, Pointer, PointerChange,
    Profile, Route,
};
use crate::protocol::{CredentialForm, HeldCredential, Query};
use crate::seal::{AccessKey, FernetKey, Passphrase, RootKey, TokenSecret};
use crate::tui::effect::Work;
use crate::tui::layers::Choice;
use crate::workspace::{
    COLOURS, FederateRequest, InitInstance, InstanceChange, InstanceRow, LONGEST_PATIENCE_S, RemoteRequest,
    Unlock, VaultLock, normal_tag,
};

/// Names of the fields that hold the plain values of a credential.
const VALUES: [&str; 6] = [
    "kid",
    "root",
    "instance_id",
    "jwt_secret",
    "encryption_key",
    "access_key",
];

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

    /// A local instance.
    pub fn init(names: &[String]) -> Self {
        let name = ["alpha", "beta", "gamma", "delta"]
            .iter()
            .find(|name| !names.iter().any(|taken| taken == *name))
            .unwrap_or(&"");
        let fields = vec![
            Field::text("name", "Name", *name, "how you will call it here"),
            Field::text(
                "listen",
                "Listens on",
                "",
                "empty: this machine only, a free port; or ADDRESS:PORT",
            ),
            Field::text(
                "endpoint",
                "Endpoint",
                "",
                "empty: what it listens on; or the URL that others will use",
            ),
        ];
        Self::of(
            Purpose::Init,
            "Host a new instance".into(),
            "It is made in your home and hosted by this console. Its owner credential goes into the vault.",
            "make and start it",
            fields,
        )
    }

    /// A remote.
    pub fn add_remote() -> Self {
        let fields = vec![
            Field::text("name", "Name", "", "how you will call it here"),
            Field::text("endpoint", "URL", "", "such as https://instance-b.example/invoke"),
            Field::choice(
                "profile",
                "Profile",
                vec!["native".into(), "legacy".into()],
                "legacy: an original Python instance",
            ),
            Field::text("app_id", "app_id", "", "the name under which you call it"),
        ];
        let mut form = Self::of(
            Purpose::AddRemote,
            "Add a remote instance".into(),
            "From plain values, as its administrator gave them to you. If you were given a code or a bundle, close this and accept that (:accept).",
            "add it",
            fields,
        );
        form.rearrange();
        form
    }

    /// What this home knows of an instance.
    pub fn edit_instance(row: &InstanceRow) -> Self {
        let mut colours = vec!["by its place".to_owned()];
        colours.extend((1..=COLOURS).map(|place| place.to_string()));
        let mut fields = vec![
            Field::choice("colour", "Colour", colours, "of the theme's palette")
                .at(usize::from(row.colour.unwrap_or(0))),
            Field::choice(
                "read_only",
                "Read-only",
                vec!["no".into(), "yes".into()],
                "yes: nothing is changed on it from here",
            )
            .at(usize::from(row.read_only)),
            Field::text(
                "patience",
                "Patience",
                row.patience_s
                    .map(|seconds| seconds.to_string())
                    .unwrap_or_default(),
                "seconds a call may take, 1 to 30; empty: as usual",
            ),
        ];
        let intro = if row.kind == InstanceKind::Remote {
            fields.push(Field::text(
                "endpoint",
                "URL",
                row.endpoint.as_str(),
                "where it answers now",
            ));
            fields.extend(values(row.profile));
            "Secret values that you leave empty stay as they are; new ones are given together."
        } else {
            "Its endpoint and its owner are its own: they are in its instance.toml."
        };
        Self::of(
            Purpose::EditInstance(Box::new(row.clone())),
            format!("{} in this home", row.name),
            intro,
            "save",
            fields,
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
            Field::text("tags", "Tags", "", "separated by blanks"),
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
            pointer.tags.join(" "),
            "separated by blanks",
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
    pub fn federate(instance: &InstanceName, peers: Vec<String>) -> Self {
        let fields = vec![
            Field::choice("via", "Peer", peers, "where it leads"),
            Field::choice(
                "route",
                "Route",
                Route::ALL.iter().map(|route| route.to_string()).collect(),
                "endpoint: you call the peer; circuit: with a query sealed beforehand; relay: the instance calls",
            ),
            Field::text(
                "query",
                "Query",
                "{\"action\": \"get_graph_stats\"}",
                "what the peer is asked, as JSON",
            ),
            Field::text("description", "Description", "", "empty: made up from the query"),
            Field::text("tags", "Tags", "federated", "separated by blanks"),
        ];
        Self::of(
            Purpose::Federate(instance.clone()),
            format!("Federated pointer on {instance}"),
            "A pointer here that stands for a question to another instance.",
            "make it",
            fields,
        )
    }

    /// The fields that depend on others come and go.
    pub(super) fn rearrange(&mut self) {
        self.rearrange_backup();
        self.rearrange_lock();
        if self.purpose != Purpose::AddRemote {
            return;
        }
        let legacy = self.value("profile") == Profile::Legacy.as_str();
        let wanted = if legacy { "jwt_secret" } else { "kid" };
        if self.field(wanted).is_some() {
            return;
        }
        self.fields.truncate(4);
        self.fields
            .extend(values(if legacy { Profile::Legacy } else { Profile::Native }));
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
        if let Purpose::EditInstance(_) = self.purpose
            && VALUES.contains(&field.id)
            && VALUES.iter().all(|id| self.value(id).is_empty())
        {
            return None;
        }
        match field.id {
            "name" => empty().or_else(|| wrong(InstanceName::parse(value))),
            "app_id" => empty().or_else(|| wrong(AppId::parse(value))),
            "kid" => empty().or_else(|| wrong(KeyId::parse(value))),
            "instance_id" => empty().or_else(|| wrong(InstanceId::parse(value))),
            "patience" => patience_error(value),
            "endpoint" if self.purpose == Purpose::Init && value.is_empty() => None,
            "endpoint" => empty().or_else(|| wrong(Endpoint::parse(value))),
            "path" => self.path_complaint(value),
            "add" | "remove" => self.tag_complaint(field.id),
            "listen" if value.is_empty() => None,
            "listen" => wrong(value.parse::<std::net::SocketAddr>())
                .map(|_| "is not ADDRESS:PORT, such as 127.0.0.1:5001".to_owned()),
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
            Purpose::Init => Work::Init(Box::new(InitInstance {
                name: InstanceName::parse(self.value("name")).ok()?,
                listen: self.value("listen").parse().ok(),
                endpoint: Endpoint::parse(self.value("endpoint")).ok(),
                insecure_http: false,
                tls: None,
            })),
            Purpose::AddRemote => Work::AddRemote(Box::new(self.remote()?)),
            Purpose::EditInstance(row) => {
                Work::EditInstance(row.name.clone(), Box::new(self.instance_change(row)?))
            }
            Purpose::NewPointer(instance) => Work::Create(
                instance.clone(),
                Box::new(NewPointer {
                    data_reference: self.reference(),
                    description: self.value("description").to_owned(),
                    tags: self.words("tags"),
                    connection_id: None,
                    credential_pointer_address: None,
                    federated: None,
                }),
            ),
            Purpose::EditPointer(instance, pointer) => {
                let changed = |now: &str, before: &str| (now != before.trim()).then(|| now.to_owned());
                let tags = self.words("tags");
                let change = PointerChange {
                    description: changed(self.value("description"), &pointer.description),
                    data_reference: self
                        .field("data_reference")
                        .and_then(|_| changed(&self.reference(), &pointer.data_reference)),
                    tags: (tags != pointer.tags).then_some(tags),
                    credential_pointer_address: None,
                    federated: None,
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
            Purpose::Federate(instance) => {
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

    fn instance_change(&self, row: &InstanceRow) -> Option<InstanceChange> {
        let colour = self.value("colour").parse().ok();
        let read_only = self.value("read_only") == "yes";
        let patience = self.value("patience").trim().parse().ok();
        let mut change = InstanceChange {
            colour: (colour != row.colour).then_some(colour),
            read_only: (read_only != row.read_only).then_some(read_only),
            patience_s: (patience != row.patience_s).then_some(patience),
            ..InstanceChange::default()
        };
        if row.kind == InstanceKind::Local {
            return Some(change);
        }
        let endpoint = Endpoint::parse(self.value("endpoint")).ok()?;
        if VALUES.iter().any(|id| !self.value(id).is_empty()) {
            change.credential = Some(self.credential(row.profile, row.app_id.clone(), endpoint.clone())?);
        }
        change.endpoint = (endpoint != row.endpoint).then_some(endpoint);
        Some(change)
    }

    fn remote(&self) -> Option<RemoteRequest> {
        let app_id = AppId::parse(self.value("app_id")).ok()?;
        let endpoint = Endpoint::parse(self.value("endpoint")).ok()?;
        let profile = Profile::parse(self.value("profile"))?;
        Some(RemoteRequest {
            name: InstanceName::parse(self.value("name")).ok()?,
            credential: self.credential(profile, app_id, endpoint)?,
        })
    }

    /// The credential that plain values make.
    fn credential(&self, profile: Profile, app_id: AppId, endpoint: Endpoint) -> Option<CredentialForm> {
        let held = if profile == Profile::Legacy {
            HeldCredential::legacy(
                app_id,
                endpoint,
                TokenSecret::parse(self.value("jwt_secret")).ok()?,
                FernetKey::parse(self.value("encryption_key")).ok()?,
                AccessKey::parse(self.value("access_key")).ok(),
            )
        } else {
            HeldCredential::native(
                app_id,
                endpoint,
                InstanceId::parse(self.value("instance_id")).ok()?,
                KeyId::parse(self.value("kid")).ok()?,
                RootKey::parse(self.value("root")).ok()?,
            )
        };
        Some(CredentialForm::of(&held))
    }

    /// The words of a field: tags as they are stored, each once.
    pub(super) fn words(&self, id: &str) -> Vec<String> {
        let mut words: Vec<String> = Vec::new();
        for word in self.value(id).split([' ', ',']).map(normal_tag) {
            if !word.is_empty() && !words.contains(&word) {
                words.push(word);
            }
        }
        words
    }
}

/// Fields for the plain values of a credential.
fn values(profile: Profile) -> Vec<Field> {
    match profile {
        Profile::Legacy => vec![
            Field::secret("jwt_secret", "JWT secret", "JWT_SECRET_KEY of the instance"),
            Field::secret(
                "encryption_key",
                "Encryption key",
                "BUTTERFLY_ENCRYPTION_KEY, 44 characters",
            ),
            Field::secret(
                "access_key",
                "Access key",
                "key_…, only where the instance wants one",
            ),
        ],
        Profile::Native => vec![
            Field::text("kid", "Key id", "", "kid_ and 16 digits"),
            Field::secret("root", "Root", "32 bytes in base64url, 43 characters"),
            Field::text("instance_id", "Instance id", "", "inst_ and 12 digits"),
        ],
    }
}

/// What is wrong with a patience, if anything.
fn patience_error(value: &str) -> Option<String> {
    let value = value.trim();
    let is_patience = value
        .parse::<u64>()
        .is_ok_and(|seconds| (1..=LONGEST_PATIENCE_S).contains(&seconds));
    (!value.is_empty() && !is_patience).then(|| format!("is not a number from 1 to {LONGEST_PATIENCE_S}"))
}

/// The complaint of a parser.
fn wrong<T, E: std::fmt::Display>(parsed: Result<T, E>) -> Option<String> {
    parsed.err().map(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::super::form_field::Kind;
    use super::*;

    #[test]
    fn what_is_wrong_is_said_at_its_field_and_nothing_is_sent() {
        let mut form = Form::init(&["alpha".into()]);
        assert_eq!(form.value("name"), "beta");
        form.fields[1].kind = Kind::Text("nonsense".into());
        assert!(form.submit().is_none());
        assert_eq!(form.at, 1);
        assert!(form.fields[1].error.as_deref().unwrap().contains("ADDRESS:PORT"));
        form.fields[1].kind = Kind::Text("127.0.0.1:5001".into());
        assert!(matches!(form.submit(), Some(Submission::Do(Work::Init(_)))));
    }

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
    fn a_remote_asks_for_what_its_profile_needs() {
        let mut form = Form::add_remote();
        assert!(form.field("root").is_some() && form.field("jwt_secret").is_none());
        form.at = 2;
        form.key(crate::command::Key::char(' '));
        assert!(form.field("root").is_none() && form.field("jwt_secret").is_some());
    }
}
