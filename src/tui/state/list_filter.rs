//! The filter of a list that is held whole: it is gone through each time.

use crate::model::filter::{Field, Filter, FilterError};

/// A filter as it was typed, and what of it holds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ListFilter {
    text: String,
    filter: Filter,
    problem: Option<FilterError>,
}

impl ListFilter {
    /// Another filter; what is wrong with it is left out.
    pub fn set(&mut self, text: &str, fields: &'static [Field]) {
        text.trim().clone_into(&mut self.text);
        (self.filter, self.problem) = Filter::parse_typed(&self.text, fields);
    }

    /// As it was typed.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What is wrong with it.
    pub fn problem(&self) -> Option<&FilterError> {
        self.problem.as_ref()
    }

    /// What holds of it.
    pub fn filter(&self) -> &Filter {
        &self.filter
    }

    /// Whether nothing was typed.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::filter::Kind;
    use crate::tui::fake;
    use crate::workspace::{CREDENTIAL_FIELDS, INSTANCE_FIELDS};

    /// What could be asked for in a field: each of its words, or any one letter or digit.
    fn askable(field: &Field) -> Vec<String> {
        match field.kind {
            Kind::Remark => vec!["any".to_owned(), "none".to_owned()],
            Kind::OneOf(words) => words.iter().map(|word| (*word).to_owned()).collect(),
            _ => ('a'..='z').chain('0'..='9').map(String::from).collect(),
        }
    }

    fn each_is_answered(fields: &'static [Field], fits: impl Fn(&Filter) -> bool) {
        for field in fields {
            let is_answered = askable(field).iter().any(|value| {
                let filter = Filter::parse(&format!("{}:{value}", field.name), fields).unwrap();
                fits(&filter)
            });
            assert!(is_answered, "no row has anything for {}", field.name);
        }
    }

    #[test]
    fn what_needs_attention_is_found_and_so_is_what_does_not() {
        let names = |text: &str| -> Vec<String> {
            let filter = Filter::parse(text, CREDENTIAL_FIELDS).unwrap();
            let rows = fake::credentials().into_iter().filter(|row| row.fits(&filter));
            rows.map(|row| row.name).collect()
        };
        assert_eq!(names("attention:any"), ["museum", "harbour-console@alpha"]);
        assert_eq!(names("attention:none").len(), fake::credentials().len() - 2);
        // An alarm stays something to look at, whatever became of the credential since.
        let mut revoked = fake::credentials().remove(3);
        revoked.attention = None;
        assert!(revoked.alarm.is_some());
        assert!(revoked.fits(&Filter::parse("attention:any", CREDENTIAL_FIELDS).unwrap()));
    }

    #[test]
    fn rows_have_something_for_each_field_that_is_offered() {
        let instances = fake::instances();
        each_is_answered(INSTANCE_FIELDS, |filter| {
            instances.iter().any(|row| row.fits(filter))
        });
        let credentials = fake::credentials();
        each_is_answered(CREDENTIAL_FIELDS, |filter| {
            credentials.iter().any(|row| row.fits(filter))
        });
    }
}
