//! The form for a header that an instance keeps, sealed, and sends when it fetches data behind a login.

use super::form::Form;
use super::form_field::Field;
use super::form_purpose::Purpose;
use super::tag_words;
use crate::model::{InstanceName, PointerAddress};
use crate::protocol::data_reference::{bare_origin, web_origin};
use crate::tui::effect::{KeepHeader, Work};
use crate::workspace::NewFetchHeader;
use zeroize::Zeroizing;

impl Form {
    /// A header for fetching; where it is for a pointer, with the server that this leads to.
    pub fn fetch_header(instance: &InstanceName, pointer: Option<(PointerAddress, &str)>) -> Self {
        let (pointer, reference) = pointer.unzip();
        let origin = reference.and_then(web_origin).unwrap_or_default();
        let intro = match &pointer {
            Some(pointer) => format!(
                "{instance} keeps it sealed and sends it to these servers only; {pointer} is fetched with it from now on."
            ),
            None => format!(
                "{instance} keeps it sealed, as a pointer, and sends it to these servers only. Any pointer can be fetched with it then."
            ),
        };
        Self::of(
            Purpose::FetchHeader(instance.clone(), pointer),
            format!("Header for fetching, on {instance}"),
            &intro,
            "keep it",
            vec![
                Field::text("header", "Header", "Authorization", "the header's name"),
                Field::secret("token", "Value", "such as Bearer …; it is never shown again"),
                Field::text(
                    "origins",
                    "Servers",
                    origin,
                    "such as https://api.example.com; separated by blanks",
                ),
                Field::text("description", "Description", "", "what it is, in words"),
                Field::text("tags", "Tags", "", tag_words::HINT),
            ],
        )
    }

    /// What is wrong with the servers that may get a header.
    pub(super) fn origins_complaint(value: &str) -> Option<String> {
        if value.is_empty() {
            return Some("is needed: the header goes nowhere else".to_owned());
        }
        let wrong = origins(value).find(|origin| bare_origin(origin).is_none())?;
        Some(format!("{wrong} is no server: write https:// and its name"))
    }

    /// What this form leads to.
    pub(super) fn fetch_header_work(
        &self,
        instance: &InstanceName,
        pointer: Option<&PointerAddress>,
    ) -> Work {
        Work::KeepHeader(Box::new(KeepHeader {
            instance: instance.clone(),
            new: NewFetchHeader {
                header: self.value("header").to_owned(),
                token: Zeroizing::new(self.value("token").to_owned()),
                origins: origins(self.value("origins")).map(str::to_owned).collect(),
                description: self.value("description").to_owned(),
                tags: self.words("tags"),
                connection_id: None,
            },
            pointer: pointer.cloned(),
        }))
    }
}

fn origins(text: &str) -> impl Iterator<Item = &str> {
    text.split([' ', ',']).filter(|origin| !origin.is_empty())
}

#[cfg(test)]
mod tests {
    use super::super::form::Submission;
    use super::*;

    fn name() -> InstanceName {
        InstanceName::parse("alpha").unwrap()
    }

    #[test]
    fn a_header_for_a_pointer_goes_to_its_server_and_nowhere_without_a_value() {
        let address = PointerAddress::parse("ptr_0123456789ab").unwrap();
        let reference = "https://api.example.com:8443/tides?year=2026";
        let mut form = Form::fetch_header(&name(), Some((address.clone(), reference)));
        assert_eq!(form.value("origins"), "https://api.example.com:8443");
        assert!(form.submit().is_none());
        assert_eq!(form.fields[form.at].id, "token");
        form.paste("Bearer of-this-nobody-hears");
        let Some(Submission::Do(Work::KeepHeader(keep))) = form.submit() else {
            panic!("it can be kept");
        };
        assert_eq!(keep.pointer, Some(address));
        assert_eq!(keep.new.origins, ["https://api.example.com:8443"]);
        assert_eq!(keep.new.token.as_str(), "Bearer of-this-nobody-hears");
    }

    #[test]
    fn servers_are_web_servers() {
        for (text, is_right) in [
            ("https://a.example, http://b.example:81", true),
            ("", false),
            ("a.example", false),
            ("https://a.example file:///etc", false),
            ("https://a.example/tides", false),
        ] {
            assert_eq!(Form::origins_complaint(text).is_none(), is_right, "{text}");
        }
    }
}
