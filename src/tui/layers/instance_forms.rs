//! The forms of instances: hosting one, adding someone else's, and what this home knows of one.

use super::form::Form;
use super::form_field::Field;
use super::form_purpose::Purpose;
use crate::instance::KeySource;
use crate::model::{AppId, Endpoint, InstanceId, InstanceKind, InstanceName, KeyId, Profile};
use crate::protocol::{CredentialForm, HeldCredential};
use crate::seal::{AccessKey, FernetKey, RootKey, TokenSecret};
use crate::tui::effect::Work;
use crate::workspace::{
    COLOURS, InitInstance, InstanceChange, InstanceRow, LONGEST_PATIENCE_S, RemoteRequest,
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
            fields.extend([
                Field::text(
                    "audit_days",
                    "Audit days",
                    "",
                    "kept for so long; 0: for ever; empty: as it is",
                ),
                Field::text(
                    "audit_mib",
                    "Audit MiB",
                    "",
                    "kept up to that size; 0: any; empty: as it is",
                ),
            ]);
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

    /// A remote of another profile has other plain values.
    pub(super) fn rearrange_remote(&mut self) {
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

    /// Secret values that are left empty stay as they are, all of them.
    pub(super) fn stays_as_it_is(&self, id: &str) -> bool {
        matches!(self.purpose, Purpose::EditInstance(_))
            && VALUES.contains(&id)
            && VALUES.iter().all(|id| self.value(id).is_empty())
    }

    pub(super) fn instance_work(&self) -> Option<Work> {
        Some(match &self.purpose {
            Purpose::Init => Work::Init(Box::new(InitInstance {
                key: KeySource::Own,
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
            _ => return None,
        })
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
            change.audit_days = self.value("audit_days").trim().parse().ok();
            change.audit_mib = self.value("audit_mib").trim().parse().ok();
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
pub(super) fn patience_error(value: &str) -> Option<String> {
    let value = value.trim();
    let is_patience = value
        .parse::<u64>()
        .is_ok_and(|seconds| (1..=LONGEST_PATIENCE_S).contains(&seconds));
    (!value.is_empty() && !is_patience).then(|| format!("is not a number from 1 to {LONGEST_PATIENCE_S}"))
}

/// What is wrong with how much of an audit trail is kept, if anything.
pub(super) fn audit_limit_error(value: &str, most: u32) -> Option<String> {
    let value = value.trim();
    let is_limit = value.parse::<u32>().is_ok_and(|number| number <= most);
    (!value.is_empty() && !is_limit).then(|| format!("is not a number from 0 to {most}"))
}

#[cfg(test)]
mod tests {
    use super::super::form::Submission;
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
    fn an_instance_of_ours_is_told_how_much_of_its_audit_trail_it_keeps() {
        let row = |name| {
            let mut rows = crate::tui::fake::instances().into_iter();
            rows.find(|row| row.name.as_str() == name).unwrap()
        };
        let mut form = Form::edit_instance(&row("alpha"));
        let place = |form: &Form, id| form.fields.iter().position(|field| field.id == id).unwrap();
        let days = place(&form, "audit_days");
        form.fields[days].kind = Kind::Text("many".into());
        assert!(form.submit().is_none());
        assert!(form.fields[days].error.as_deref().unwrap().contains("0 to 36500"));
        form.fields[days].kind = Kind::Text("30".into());
        let Some(Submission::Do(Work::EditInstance(_, change))) = form.submit() else {
            panic!("nothing was sent");
        };
        assert_eq!(
            (change.audit_days, change.audit_mib),
            (Some(30), None),
            "what is empty stays"
        );
        let remote = crate::tui::fake::instances()
            .into_iter()
            .find(|row| row.kind == InstanceKind::Remote)
            .unwrap();
        assert!(Form::edit_instance(&remote).field("audit_days").is_none());
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
