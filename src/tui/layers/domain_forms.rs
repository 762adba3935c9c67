//! The forms about domains and what they own.

use super::form::Form;
use super::form_field::Field;
use super::form_purpose::{AboutDomains, Purpose};
use crate::model::{DomainId, DomainPermission, InstanceName};
use crate::tui::effect::Work;
use crate::workspace::{ConnectionRow, DomainChange, DomainRow};
use zeroize::Zeroizing;

/// What is chosen where a connection relays nothing. No credential is called so: names have no spaces.
const NO_CREDENTIAL: &str = "no credential";
/// Bytes of a name, at most.
const LONGEST_NAME: usize = 100;

fn about(
    instance: &InstanceName,
    what: AboutDomains,
    title: String,
    intro: &str,
    verb: &'static str,
    fields: Vec<Field>,
) -> Form {
    Form::of(
        Purpose::Domains(instance.clone(), what),
        title,
        intro,
        verb,
        fields,
    )
}

fn permissions(of: &[DomainPermission]) -> Field {
    let words = of.iter().map(|permission| permission.as_str().to_owned());
    Field::choice(
        "permissions",
        "May",
        words.collect(),
        "each includes those before it; Space changes it",
    )
}

impl Form {
    /// A domain on this instance.
    pub fn new_domain(instance: &InstanceName) -> Self {
        about(
            instance,
            AboutDomains::NewDomain,
            format!("New domain on {instance}"),
            "A domain owns connections. It belongs to the name under which you call this instance.",
            "make it",
            vec![Field::text(
                "called",
                "Name",
                "",
                "for people, unique on this instance",
            )],
        )
    }

    /// Another name for a domain.
    pub fn rename_domain(instance: &InstanceName, domain: &DomainRow) -> Self {
        about(
            instance,
            AboutDomains::Rename(Box::new(domain.clone())),
            format!("Domain {} on {instance}", domain.name),
            "Its id, and whatever refers to it, stays.",
            "rename it",
            vec![Field::text(
                "called",
                "Name",
                domain.name.as_str(),
                "for people, unique on this instance",
            )],
        )
    }

    /// A connection of a domain; it may relay with one of these credentials, which the instance holds.
    pub fn new_connection(instance: &InstanceName, domain: &DomainRow, held: &[String]) -> Self {
        let mut fields = vec![
            Field::text("called", "Name", "", "for people"),
            Field::text("for", "For", "", "what it is for"),
        ];
        if !held.is_empty() {
            let mut options = vec![NO_CREDENTIAL.to_owned()];
            options.extend_from_slice(held);
            fields.push(Field::choice(
                "relays_with",
                "Relays with",
                options,
                "federated: calls go to the peer; Space changes it",
            ));
        }
        about(
            instance,
            AboutDomains::NewConnection(domain.id.clone()),
            format!("New connection of {} on {instance}", domain.name),
            "Pointers are invoked through the connection that they are assigned to. One that leads to another instance relays with a credential, which a handshake brings.",
            "make it",
            fields,
        )
    }

    /// The name of a connection, and what it is for.
    pub fn edit_connection(instance: &InstanceName, connection: &ConnectionRow) -> Self {
        about(
            instance,
            AboutDomains::EditConnection(Box::new(connection.clone())),
            format!("Connection {} on {instance}", connection.name),
            "Its id, and whatever is assigned to it, stays.",
            "save",
            vec![
                Field::text("called", "Name", connection.name.as_str(), "for people"),
                Field::text("for", "For", connection.description.as_str(), "what it is for"),
            ],
        )
    }

    /// An access key of a domain.
    pub fn new_access_key(instance: &InstanceName, domain: &DomainRow) -> Self {
        about(
            instance,
            AboutDomains::NewKey(domain.id.clone()),
            format!("New access key of {} on {instance}", domain.name),
            "Whoever has the key can call this instance with it, within this domain. It is shown once, when it is made.",
            "make it",
            vec![permissions(&DomainPermission::ALL).at(1)],
        )
    }

    /// A federation of a domain with another one of the same instance.
    pub fn federate_domains(
        instance: &InstanceName,
        domain: &DomainRow,
        others: Vec<(DomainId, String)>,
    ) -> Self {
        let names = others.iter().map(|(_, name)| name.clone()).collect();
        about(
            instance,
            AboutDomains::Federate(domain.id.clone(), others),
            format!("Federate {} on {instance}", domain.name),
            &format!(
                "The people of {} shall work in another domain of this instance. Whoever administers that one accepts with a key that is shown once.",
                domain.name
            ),
            "ask for it",
            vec![
                Field::choice("target", "In", names, "Space changes it"),
                permissions(&[DomainPermission::ReadPointers, DomainPermission::ReadWrite]),
            ],
        )
    }

    /// The key of a request for a federation.
    pub fn accept_federation(instance: &InstanceName) -> Self {
        about(
            instance,
            AboutDomains::Accept,
            format!("Accept a federation on {instance}"),
            "With the key that whoever asked for it was shown.",
            "accept it",
            vec![Field::secret("request_key", "Key", "fed_req_ and 32 digits")],
        )
    }

    /// What is wrong with a name for people.
    pub(super) fn called_complaint(value: &str) -> Option<String> {
        (value.len() > LONGEST_NAME).then(|| format!("is longer than {LONGEST_NAME} bytes"))
    }

    /// What a form about domains leads to.
    pub(super) fn domain_work(&self) -> Option<Work> {
        let Purpose::Domains(instance, what) = &self.purpose else {
            return None;
        };
        let called = || self.value("called").to_owned();
        let allowed = || DomainPermission::parse(self.value("permissions")).map(|one| vec![one]);
        let change = match what {
            AboutDomains::NewDomain => DomainChange::MakeDomain(called()),
            AboutDomains::Rename(before) => {
                DomainChange::Rename(before.id.clone(), called(), Some(before.name.clone()))
            }
            AboutDomains::NewConnection(domain) => DomainChange::MakeConnection {
                domain: domain.clone(),
                name: called(),
                description: self.value("for").to_owned(),
                held_credential: Some(self.value("relays_with"))
                    .filter(|held| !held.is_empty() && *held != NO_CREDENTIAL)
                    .map(ToOwned::to_owned),
            },
            AboutDomains::EditConnection(before) => {
                let changed = |now: &str, before: &str| (now != before.trim()).then(|| now.to_owned());
                let description = changed(self.value("for"), &before.description);
                let name = changed(self.value("called"), &before.name);
                DomainChange::EditConnection {
                    connection: before.id.clone(),
                    // Something has to be said, or there would be nothing to do.
                    name: name.or_else(|| description.is_none().then(called)),
                    description,
                    if_still: Some(before.as_seen()),
                }
            }
            AboutDomains::NewKey(domain) => DomainChange::MakeKey(domain.clone(), allowed()?),
            AboutDomains::Federate(from, others) => {
                let target = self.value("target");
                DomainChange::Federate {
                    target: others.iter().find(|(_, name)| name == target)?.0.clone(),
                    from: Some(from.clone()),
                    permissions: allowed()?,
                }
            }
            AboutDomains::Accept => {
                DomainChange::Accept(Zeroizing::new(self.value("request_key").trim().to_owned()))
            }
        };
        Some(Work::Domains(instance.clone(), Box::new(change)))
    }
}
