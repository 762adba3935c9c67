//! SQL's `LIKE`, for instances that do not look for a pattern themselves: `%` stands for anything, `_` for one character,
//! and letters of ASCII are the same in both cases (SQLite's rule).

use crate::model::Pointer;
use crate::store::{PointerQuery, TagMatch};

/// Whether a pointer has the term and the tags that a search wishes for.
pub(super) fn has_what_is_searched(pointer: &Pointer, wanted: &PointerQuery) -> bool {
    let bears = |pattern: &String| pointer.tags.iter().any(|tag| like(tag, pattern));
    let has_term = wanted
        .term
        .as_deref()
        .is_none_or(|term| like(&pointer.description, &format!("%{term}%")));
    let has_tags = match wanted.tag_match {
        _ if wanted.tags.is_empty() => true,
        TagMatch::All => wanted.tags.iter().all(bears),
        TagMatch::Any => wanted.tags.iter().any(bears),
    };
    has_term && has_tags && !wanted.exclude_tags.iter().any(bears)
}

/// Whether a text is like a pattern. Goes back to the last `%` only: what an earlier one could take, that one can take too.
fn like(text: &str, pattern: &str) -> bool {
    let (mut text, mut pattern) = (text, pattern);
    // Behind the last `%`, and what of the text it may still take.
    let mut last: Option<(&str, &str)> = None;
    loop {
        let mut rest = pattern.chars();
        let wanted = rest.next();
        if wanted == Some('%') {
            pattern = rest.as_str();
            last = Some((pattern, text));
            continue;
        }
        let mut more = text.chars();
        let found = more.next();
        if wanted.is_none() && found.is_none() {
            return true;
        }
        let fits = match (wanted, found) {
            (Some('_'), Some(_)) => true,
            (Some(wanted), Some(found)) => wanted.eq_ignore_ascii_case(&found),
            _ => false,
        };
        if fits {
            (text, pattern) = (more.as_str(), rest.as_str());
            continue;
        }
        let Some((behind, taken)) = last else {
            return false;
        };
        let mut left = taken.chars();
        if left.next().is_none() {
            return false;
        }
        (text, pattern) = (left.as_str(), behind);
        last = Some((behind, text));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Timestamp;
    use proptest::prelude::*;
    use serde_json::json;

    proptest! {
        #[test]
        fn it_is_what_the_database_means(text in "[aAbB%_ äÄ]{0,8}", pattern in "[aAbB%_ äÄ]{0,6}") {
            let conn = rusqlite::Connection::open_in_memory().unwrap();
            let told: bool = conn
                .query_row("SELECT ?1 LIKE ?2", [&text, &pattern], |row| row.get(0))
                .unwrap();
            prop_assert_eq!(like(&text, &pattern), told, "{} LIKE {}", text, pattern);
        }
    }

    #[test]
    fn a_term_is_anywhere_and_a_tag_is_whole() {
        let harbour: Pointer = serde_json::from_value(json!({
            "address": "ptr_0123456789ab", "description": "Harbour one", "data_reference": "r", "tags": ["air", "Sea"],
            "connection_id": null, "x": 0.0, "y": 0.0, "z": 0.0,
            "created_at": Timestamp::now(), "last_modified": Timestamp::now(),
        }))
        .unwrap();
        let wanted = |term: Option<&str>, tags: &[&str], exclude: &[&str]| PointerQuery {
            term: term.map(str::to_owned),
            tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
            exclude_tags: exclude.iter().map(|tag| (*tag).to_owned()).collect(),
            ..PointerQuery::default()
        };
        assert!(has_what_is_searched(
            &harbour,
            &wanted(Some("bour o"), &["sea", "a%"], &["se"])
        ));
        assert!(!has_what_is_searched(&harbour, &wanted(Some("bour t"), &[], &[])));
        assert!(!has_what_is_searched(&harbour, &wanted(None, &["se"], &[])));
        assert!(!has_what_is_searched(&harbour, &wanted(None, &[], &["SEA"])));
        let any = PointerQuery {
            tag_match: TagMatch::Any,
            ..wanted(None, &["se", "air"], &[])
        };
        assert!(has_what_is_searched(&harbour, &any));
    }
}
