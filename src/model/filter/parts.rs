//! Filtering rows that are a handful of texts.

use super::{Filter, Test, Value};

impl Filter {
    /// Whether a row with these parts, under the names of their fields, gets through. Words are looked for in all of
    /// them; figures and moments are in none.
    pub fn fits(&self, parts: &[(&'static str, &str)]) -> bool {
        self.terms.iter().all(|term| holds(&term.test, parts) != term.not)
    }
}

fn holds(test: &Test, parts: &[(&'static str, &str)]) -> bool {
    let mut parts = parts.iter();
    match test {
        Test::Word(text) => parts.any(|(_, part)| text.is_in(part)),
        Test::Fuzzy(text) => parts.any(|(_, part)| text.letters(part).is_some()),
        Test::Field(field, _, Value::Text(text)) => {
            parts.any(|(name, part)| name == field && text.is_in(part))
        }
        Test::Field(field, _, Value::Present(is_there)) => {
            parts.any(|(name, part)| name == field && part.is_empty() != *is_there)
        }
        Test::Field(field, _, Value::Word(word)) => parts.any(|(name, part)| name == field && part == word),
        Test::Field(..) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::filter::{Field, Kind};

    const FIELDS: &[Field] = &[
        Field::new("name", Kind::Text, "its name"),
        Field::new("remark", Kind::Remark, "what is said of it"),
        Field::new("state", Kind::OneOf(&["up", "stopped"]), "how it is"),
    ];

    #[test]
    fn every_term_has_to_hold_of_some_part_or_of_the_one_that_it_names() {
        let row = [("name", "museum"), ("remark", ""), ("state", "up")];
        for (text, fits) in [
            ("", true),
            ("seu", true),
            ("up", true),
            ("name:up", false),
            ("state:up", true),
            ("state:stopped", false),
            ("!state:stopped mus", true),
            ("~msm", true),
            ("Museum", false),
            ("museum !up", false),
        ] {
            let filter = Filter::parse(text, FIELDS).unwrap();
            assert_eq!(filter.fits(&row), fits, "{text}");
        }
    }

    #[test]
    fn what_many_have_not_is_asked_for_by_whether_it_is_there() {
        for (remark, fitting) in [
            ("", ["remark:none", "!remark:any", "!remark:old"]),
            ("old keys, any day", ["remark:any", "!remark:NONE", "remark:old"]),
        ] {
            let row = [("name", "museum"), ("remark", remark)];
            for text in fitting {
                let filter = Filter::parse(text, FIELDS).unwrap();
                assert!(filter.fits(&row), "{text} of {remark:?}");
                let (not, term) = text.strip_prefix('!').map_or((true, text), |term| (false, term));
                let other = if not { format!("!{term}") } else { term.to_owned() };
                let other = Filter::parse(&other, FIELDS).unwrap();
                assert!(!other.fits(&row), "{text} of {remark:?}");
            }
        }
        let filter = Filter::parse("remark:Any !remark:none", FIELDS).unwrap();
        assert_eq!(filter.to_string(), "remark:any !remark:none");
    }
}
