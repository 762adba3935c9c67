//! What somebody else changed while a form was open on it: theirs and what was typed beside each other, and how the form
//! goes on from there.

use super::credential_forms::texts;
use super::form::Form;
use super::form_purpose::{AboutDomains, Purpose};
use super::tag_words;
use crate::tui::message::Present;

/// What is to be done about it.
#[derive(Debug, Clone, PartialEq)]
pub enum Settled {
    /// What they changed stands; the form stays open with it, and with whatever else was typed.
    Theirs(Present),
    /// What was typed is saved over theirs; the rest stays theirs.
    Ours(Present),
    /// Nothing yet: the form is as it was.
    Later,
}

/// Something that others changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Theirs {
    /// What it is called on the screen.
    pub label: &'static str,
    /// What they made of it.
    pub theirs: String,
    /// What was typed instead, if anything was.
    pub yours: Option<String>,
}

/// One thing that is known of what a form is about.
struct Member {
    /// The name of its field, where the form has one.
    id: &'static str,
    label: &'static str,
    value: String,
}

/// Everything that is known of what a form is about: always the same members, in the same order.
fn members(present: &Present) -> Vec<Member> {
    let member = |id, label, value| Member { id, label, value };
    let text = |id: Option<&str>| id.unwrap_or_default().to_owned();
    match present {
        Present::Pointer(pointer) => {
            let connection = pointer.connection_id.as_ref().map(|id| id.as_str());
            let header = pointer
                .credential_pointer_address
                .as_ref()
                .map(|address| address.as_str());
            let federated = pointer
                .federated
                .as_ref()
                .map(|federated| serde_json::to_string(federated).expect("federated has only string keys"));
            vec![
                member("description", "Description", pointer.description.clone()),
                member("data_reference", "Data", pointer.data_reference.clone()),
                member("tags", "Tags", tag_words::all_written(&pointer.tags)),
                member("connection", "Connection", text(connection)),
                member("header", "Header", text(header)),
                member("federated", "Leads to", federated.unwrap_or_default()),
            ]
        }
        Present::Connection(connection) => vec![
            member("called", "Name", connection.name.clone()),
            member("for", "For", connection.description.clone()),
            member("status", "State", connection.status.as_str().to_owned()),
            member(
                "relays",
                "Relays with",
                text(connection.held_credential.as_deref()),
            ),
        ],
        Present::Credential(row) => {
            let texts = texts(row).into_iter();
            texts.map(|(id, label, value)| member(id, label, value)).collect()
        }
        Present::Domain(domain) => vec![member("called", "Name", domain.name.clone())],
    }
}

impl Form {
    /// What others changed of what the form is about, since it was opened.
    pub fn changed_by_others(&self, now: &Present) -> Vec<Theirs> {
        let changed = self.changed(now).into_iter();
        changed
            .map(|(before, after)| Theirs {
                label: after.label,
                yours: self.typed(&before),
                theirs: after.value,
            })
            .collect()
    }

    /// Goes on from what it is now. What they changed is theirs in the form too; what was typed there stays only if it is
    /// to be saved over theirs.
    pub fn go_on_from(&mut self, now: Present, keeps_ours: bool) {
        for (before, after) in self.changed(&now) {
            if keeps_ours && self.typed(&before).is_some() {
                continue;
            }
            if let Some(field) = self.fields.iter_mut().find(|field| field.id == after.id) {
                field.put(&after.value);
                field.touched = false;
            }
        }
        match (&mut self.purpose, now) {
            (Purpose::EditPointer(_, seen), Present::Pointer(now)) => *seen = now,
            (Purpose::Domains(_, AboutDomains::EditConnection(seen)), Present::Connection(now)) => {
                *seen = now
            }
            (Purpose::Domains(_, AboutDomains::Rename(seen)), Present::Domain(now)) => *seen = now,
            (Purpose::ChangeCredential(seen, _), Present::Credential(now)) => *seen = now,
            _ => {}
        }
        self.failure = None;
        self.turn();
        self.check();
    }

    /// What the form is about, as it was when it was opened.
    fn seen(&self) -> Option<Present> {
        match &self.purpose {
            Purpose::EditPointer(_, pointer) => Some(Present::Pointer(pointer.clone())),
            Purpose::Domains(_, AboutDomains::EditConnection(connection)) => {
                Some(Present::Connection(connection.clone()))
            }
            Purpose::ChangeCredential(row, _) => Some(Present::Credential(row.clone())),
            Purpose::Domains(_, AboutDomains::Rename(domain)) => Some(Present::Domain(domain.clone())),
            _ => None,
        }
    }

    /// The members that are not what they were: before and after.
    fn changed(&self, now: &Present) -> Vec<(Member, Member)> {
        let before = self.seen().as_ref().map(members).unwrap_or_default();
        let pairs = before.into_iter().zip(members(now));
        pairs
            .filter(|(before, after)| before.value != after.value)
            .collect()
    }

    /// What is in the field of a member, if that is not what was there.
    fn typed(&self, before: &Member) -> Option<String> {
        self.field(before.id)?;
        let typed = match before.id {
            "tags" => tag_words::all_written(&self.words("tags")),
            "data_reference" => self.reference(),
            id => self.value(id).to_owned(),
        };
        (typed != before.value.trim()).then_some(typed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{InstanceName, Pointer, PointerChange};
    use crate::tui::effect::Work;
    use crate::tui::fake;
    use crate::tui::layers::Submission;

    fn form() -> (Pointer, Form) {
        let seen = Pointer {
            description: "weather".into(),
            data_reference: "https://a.example/1".into(),
            tags: vec!["air".into()],
            ..fake::pointer(0)
        };
        let form = Form::edit_pointer(&InstanceName::parse("alpha").unwrap(), &seen);
        (seen, form)
    }

    fn write(form: &mut Form, id: &str, text: &str) {
        form.go_to(id);
        form.paste(text);
    }

    fn change(form: &mut Form) -> PointerChange {
        match form.submit() {
            Some(Submission::Do(Work::Update(_, _, change))) => *change,
            _ => panic!("the form leads to no change"),
        }
    }

    fn theirs(seen: &Pointer) -> Present {
        Present::Pointer(Box::new(Pointer {
            description: "rain".into(),
            tags: vec!["air".into(), "wet".into()],
            connection_id: None,
            last_modified: seen.last_modified.plus_seconds(1),
            ..seen.clone()
        }))
    }

    #[test]
    fn what_is_saved_depends_on_what_was_seen() {
        let (seen, mut form) = form();
        write(&mut form, "description", ", Oslo");
        let expected = PointerChange {
            description: Some("weather, Oslo".into()),
            if_unchanged_since: Some(seen.last_modified),
            ..PointerChange::default()
        };
        assert_eq!(change(&mut form), expected);
    }

    #[test]
    fn theirs_and_yours_stand_beside_each_other_field_by_field() {
        let (seen, mut form) = form();
        write(&mut form, "description", ", Oslo");
        let told = form.changed_by_others(&theirs(&seen));
        let rows: Vec<_> = told
            .iter()
            .map(|row| (row.label, row.theirs.as_str(), row.yours.as_deref()))
            .collect();
        assert_eq!(
            rows,
            [
                ("Description", "rain", Some("weather, Oslo")),
                ("Tags", "air wet", None),
                ("Connection", "", None),
            ]
        );
    }

    #[test]
    fn ours_is_saved_over_theirs_only_where_something_was_typed() {
        let (seen, mut form) = form();
        write(&mut form, "description", ", Oslo");
        form.go_on_from(theirs(&seen), true);
        let expected = PointerChange {
            description: Some("weather, Oslo".into()),
            if_unchanged_since: Some(seen.last_modified.plus_seconds(1)),
            ..PointerChange::default()
        };
        assert_eq!(change(&mut form), expected);
        assert_eq!(form.value("tags"), "air wet");
    }

    #[test]
    fn theirs_is_taken_and_what_else_was_typed_stays() {
        let (seen, mut form) = form();
        write(&mut form, "description", ", Oslo");
        write(&mut form, "data_reference", "2");
        form.go_on_from(theirs(&seen), false);
        assert_eq!(
            (form.value("description"), form.value("tags")),
            ("rain", "air wet")
        );
        let expected = PointerChange {
            data_reference: Some("https://a.example/12".into()),
            if_unchanged_since: Some(seen.last_modified.plus_seconds(1)),
            ..PointerChange::default()
        };
        assert_eq!(change(&mut form), expected);
    }
}
