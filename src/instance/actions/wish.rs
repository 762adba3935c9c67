//! What a search wishes for, in the original's words: a term of the description, and tags. Terms and tags are SQL LIKE
//! patterns.

use super::{Call, Kind, Parameter, check};
use crate::protocol::Problem;
use crate::store::{PointerQuery, TagMatch};

/// Characters of a pattern, and patterns of a search.
const LONGEST_PATTERN: usize = 1_000;
const MOST_PATTERNS: usize = 64;

/// `search_term`.
pub const SEARCH_TERM: Parameter =
    Parameter::optional("search_term", Kind::Text, "what the description must contain");

/// `search_tags`.
pub const SEARCH_TAGS: Parameter =
    Parameter::optional("search_tags", Kind::Texts, "tags that it must bear").naming("tag");

/// `exclude_tags`.
pub const EXCLUDE_TAGS: Parameter =
    Parameter::optional("exclude_tags", Kind::Texts, "tags that it must not bear").naming("tag");

/// `tag_match_mode`.
pub const TAG_MATCH_MODE: Parameter = Parameter::optional(
    "tag_match_mode",
    Kind::Text,
    "ALL of search_tags (as usual), or ANY",
)
.among(&["ALL", "ANY"]);

/// Reads those four parameters of a call.
pub fn read(call: &Call<'_>) -> Result<PointerQuery, Problem> {
    Ok(PointerQuery {
        term: term(call)?,
        tags: patterns(call, "search_tags")?,
        exclude_tags: patterns(call, "exclude_tags")?,
        tag_match: tag_match(call)?,
        ..PointerQuery::default()
    })
}

fn term(call: &Call<'_>) -> Result<Option<String>, Problem> {
    let term = call.query.optional_text("search_term")?;
    if term.is_some_and(|term| term.chars().count() > LONGEST_PATTERN) {
        return Err(check::invalid(
            "search_term",
            format!("longer than {LONGEST_PATTERN} characters"),
        ));
    }
    Ok(term.filter(|term| !term.is_empty()).map(str::to_owned))
}

fn patterns(call: &Call<'_>, name: &'static str) -> Result<Vec<String>, Problem> {
    let patterns = call.query.optional_texts(name)?.unwrap_or_default();
    let is_long = |pattern: &String| pattern.chars().count() > LONGEST_PATTERN;
    if patterns.len() > MOST_PATTERNS || patterns.iter().any(is_long) {
        return Err(check::invalid(
            name,
            format!("at most {MOST_PATTERNS} patterns of {LONGEST_PATTERN} characters"),
        ));
    }
    Ok(patterns)
}

fn tag_match(call: &Call<'_>) -> Result<TagMatch, Problem> {
    match call.query.optional_text("tag_match_mode")? {
        None => Ok(TagMatch::default()),
        Some(mode) if mode.eq_ignore_ascii_case("ALL") => Ok(TagMatch::All),
        Some(mode) if mode.eq_ignore_ascii_case("ANY") => Ok(TagMatch::Any),
        Some(_) => Err(check::invalid("tag_match_mode", "must be ALL or ANY")),
    }
}
