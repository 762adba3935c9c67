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
