//! Filters that are kept under a name: in a filter, `saved:NAME` stands for what was kept under that name.
//!
//! All terms of a filter must hold, so that the text of one may stand within another. One of a single term may be turned
//! round: `!saved:NAME`.

use super::parse::FilterError;
use std::ops::Range;

/// What stands before the name.
pub const SAVED: &str = "saved:";

/// A place of a filter where a kept one is named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptTerm {
    /// Where it stands, in bytes.
    pub span: Range<usize>,
    /// Its name.
    pub name: String,
    /// Whether it is meant not to hold.
    pub not: bool,
}

/// The places where kept filters are named. What stands in quotes is a text.
pub fn kept_terms(text: &str) -> Vec<KeptTerm> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let start = at + (rest.len() - rest.trim_start().len());
        let end = start + length(&text[start..]);
        let term = &text[start..end];
        let (not, plain) = term.strip_prefix('!').map_or((false, term), |rest| (true, rest));
        if let Some(name) = plain.strip_prefix(SAVED) {
            found.push(KeptTerm {
                span: start..end,
                name: name.to_owned(),
                not,
            });
        }
        at = end.max(at + 1);
    }
    found
}

/// How long the first term is: up to a blank that is not in quotes.
fn length(text: &str) -> usize {
    let mut before = None;
    let mut quoted = false;
    let mut letters = text.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '\\' if quoted => {
                letters.next();
            }
            '"' if quoted => quoted = false,
            '"' => quoted = before.is_none_or(|before| "!~#@:><=".contains(before)),
            blank if blank.is_whitespace() && !quoted => return at,
            _ => {}
        }
        before = Some(letter);
    }
    text.len()
}

/// The filter with what is kept in place of the names, and the first thing that is wrong with a name: that one is left
/// out.
pub fn expand(text: &str, kept: impl Fn(&str) -> Option<String>) -> (String, Option<FilterError>) {
    let (mut expanded, mut end, mut problem) = (String::new(), 0, None);
    for term in kept_terms(text) {
        expanded.push_str(&text[end..term.span.start]);
        end = term.span.end;
        let kept = kept(&term.name);
        let standing = match term.not {
            true => kept.as_deref().and_then(turned_round),
            false => kept.clone(),
        };
        if let Some(standing) = standing {
            expanded.push_str(&standing);
            continue;
        }
        let (message, expected) = match (kept, term.not) {
            (Some(kept), _) => (
                format!(
                    "{SAVED}{} is {} terms that must all hold ({kept}), and only one term can be turned round",
                    term.name,
                    how_many(&kept)
                ),
                "a kept filter of one term after !, or these terms with a ! before each that must not hold",
            ),
            (None, _) if term.name.is_empty() => {
                ("it ends too early".to_owned(), "the name of a kept filter")
            }
            (None, _) => (
                format!("no filter is kept as {:?}", term.name),
                "one that was kept for this list",
            ),
        };
        problem.get_or_insert_with(|| FilterError {
            column: text[..term.span.start].chars().count() + 1,
            span: term.span.clone(),
            message,
            expected: expected.to_owned(),
        });
    }
    expanded.push_str(&text[end..]);
    (expanded.trim().to_owned(), problem)
}

/// The filter that holds where this one does not: of one term, which is all that a filter can say. Of several it would
/// be that some one of them does not hold, and there is no such term.
fn turned_round(kept: &str) -> Option<String> {
    let kept = kept.trim();
    if how_many(kept) != 1 {
        return None;
    }
    Some(match kept.strip_prefix('!') {
        Some(term) => term.to_owned(),
        None => format!("!{kept}"),
    })
}

/// How many terms there are.
fn how_many(text: &str) -> usize {
    let (mut rest, mut count) = (text.trim_start(), 0);
    while !rest.is_empty() {
        // A term has a letter at least, unless the text begins with a blank.
        rest = rest[length(rest).max(1)..].trim_start();
        count += 1;
    }
    count
}

/// The filter with blanks in place of the names, so that everything else stands where it stood.
pub fn without_kept(text: &str) -> String {
    let mut rest = text.to_owned();
    for term in kept_terms(text) {
        let blanks = " ".repeat(term.span.len());
        rest.replace_range(term.span, &blanks);
    }
    rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(name: &str) -> Option<String> {
        (name == "slow").then(|| "took:>1s !@beta".to_owned())
    }

    #[test]
    fn a_name_stands_for_what_was_kept_under_it() {
        assert_eq!(
            expand("saved:slow since:1h", of),
            ("took:>1s !@beta since:1h".into(), None)
        );
        assert_eq!(expand("a saved:slow", of).0, "a took:>1s !@beta");
        for text in [
            "\"a saved:slow\"",
            "note:\"x saved:slow",
            "presaved:slow",
            "\"\\\" saved:slow\"",
        ] {
            assert_eq!(
                expand(text, of),
                (text.to_owned(), None),
                "what is quoted is a text"
            );
        }
    }

    #[test]
    fn what_is_wrong_with_a_name_is_told_with_its_place_and_left_out() {
        let (text, problem) = expand("ä saved:fast b", of);
        let problem = problem.unwrap();
        assert_eq!((text.as_str(), problem.column), ("ä  b", 3));
        assert_eq!(&"ä saved:fast b"[problem.span], "saved:fast");
        let problem = expand("a !saved:slow", of).1.unwrap();
        assert_eq!(
            problem.message,
            "saved:slow is 2 terms that must all hold (took:>1s !@beta), and only one term can be turned round"
        );
        assert_eq!(problem.column, 3);
        assert_eq!(expand("a saved:", of).1.unwrap().message, "it ends too early");
        assert_eq!(without_kept("ä saved:fast b"), "ä            b");
    }

    #[test]
    fn a_kept_filter_of_one_term_can_be_turned_round() {
        let of = |name: &str| {
            let kept = match name {
                "away" => "!@beta",
                "words" => "\"fine dust\" ",
                "noted" => "note:\"a b\"",
                _ => return None,
            };
            Some(kept.to_owned())
        };
        for (text, expected) in [
            ("!saved:away", "@beta"),
            ("x !saved:words y", "x !\"fine dust\" y"),
            ("!saved:noted", "!note:\"a b\""),
            ("saved:away", "!@beta"),
        ] {
            assert_eq!(expand(text, of), (expected.to_owned(), None));
        }
        assert!(
            expand("!saved:nobody", of)
                .1
                .unwrap()
                .message
                .contains("no filter is kept")
        );
    }

    proptest! {
        #[test]
        fn whatever_is_typed_all_else_stays_where_it_stood(text in "\\PC{0,30}|([a!\"\\\\ ä:]|saved:){0,12}") {
            let masked = without_kept(&text);
            prop_assert_eq!(masked.len(), text.len());
            prop_assert!(kept_terms(&masked).is_empty());
            let (expanded, _) = expand(&text, |_| Some(String::new()));
            let terms = kept_terms(&text);
            prop_assert!(terms.is_empty() || expanded.len() < text.len());
        }
    }
}
